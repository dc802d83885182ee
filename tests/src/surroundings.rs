//! Where the things are that tests use and do not build: programs, other projects' data. Told by the environment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The `dossier` under test: `$DOSSIER_BIN`, which `cargo xtask test` builds with the viewer inside.
pub fn dossier() -> Command {
    built("DOSSIER_BIN")
}

/// A `dossier` that stops where `$DOSSIER_PAUSE_AT` says, to be killed there, and that can leave secrets in for a positive
/// control: `$DOSSIER_DEBUG_BIN`, a debug build.
pub fn dossier_that_pauses() -> Command {
    built("DOSSIER_DEBUG_BIN")
}

/// The program that `variable` names, or the one that was built beside the tests.
fn built(variable: &str) -> Command {
    let program = named(variable).unwrap_or_else(|| {
        let built = std::env::current_exe().expect("a test has a path");
        let profile = built.ancestors().nth(2).expect("it lies in target/<profile>/deps");
        profile.join(format!("dossier{}", std::env::consts::EXE_SUFFIX))
    });
    assert!(program.exists(), "{} is not built: run `cargo xtask test`", program.display());
    let mut command = Command::new(program);
    // Nobody's own keys and trust decide what a test sees.
    command
        .env("XDG_CONFIG_HOME", "/nowhere")
        .env_remove("SSH_AUTH_SOCK")
        .env_remove("DOSSIER_KEY_PASSPHRASE");
    command
}

/// A folder of other projects' data below `$DOSSIER_CORPORA`; none, and a skip on record, where that names nothing.
///
/// Where it names a folder that is not there, nothing is skipped: the test fails.
pub fn corpora(folder: &str) -> Option<PathBuf> {
    let Some(corpora) = named("DOSSIER_CORPORA") else {
        skip(&format!("everything over {folder}: DOSSIER_CORPORA names no folder"));
        return None;
    };
    let path = corpora.join(folder);
    assert!(path.is_dir(), "DOSSIER_CORPORA is set, and {} is not there", path.display());
    Some(path)
}

/// The Library of Congress's bagit.py; none, and a skip on record, where it is absent.
pub fn bagit() -> Option<Command> {
    let script = named("DOSSIER_BAGIT");
    if script.is_none() {
        skip("the judgement of bagit.py: DOSSIER_BAGIT names no script");
    }
    script.map(Command::new)
}

/// Says that something was not tested; `cargo xtask test` repeats it at the end of the run.
pub fn skip(what: &str) {
    eprintln!("skipped: {what}");
    record("DOSSIER_SKIPS", what);
}

/// Says what was measured; `cargo xtask test` repeats it at the end of the run.
pub fn measured(what: &str) {
    println!("{what}");
    record("DOSSIER_MEASURES", what);
}

/// Appends a line to the file that a variable names.
fn record(variable: &str, line: &str) {
    if let Some(path) = named(variable) {
        let mut file =
            fs_err::OpenOptions::new().create(true).append(true).open(path).expect("the file can be opened");
        file.write_all(format!("{line}\n").as_bytes()).expect("the file takes a line");
    }
}

pub(crate) fn chromedriver() -> PathBuf {
    program("CHROMEDRIVER", &["chromedriver"])
}

pub(crate) fn chrome() -> PathBuf {
    program("CHROME", &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
}

fn program(variable: &str, names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || {
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|p| p.is_file()))
    };
    named(variable)
        .or_else(on_path)
        .unwrap_or_else(|| panic!("there is no {}: run `cargo xtask test`, or set {variable}", names[0]))
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(|value| Path::new(&value).to_path_buf())
}
