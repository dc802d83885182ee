//! `cargo xtask test`: builds what the tests look at, finds what they need, runs all of them and counts.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use fs_err as fs;

use super::{demo, viewer};
use crate::bagit;
use crate::browser::{self, Browser};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

pub(crate) fn run(console: &Console, workspace: &Workspace) -> Outcome {
    let browser = console.step("browser", || browser::find_or_install(console))?;
    let bagit = console.step("bagit.py", || bagit::find_or_install(console, workspace))?;
    viewer::run(console, workspace)?;
    let dossier = demo::build(console, workspace)?;
    let debug_dossier = debug_build(console, workspace)?;
    let corpora = corpora(console, workspace)?;
    let surroundings = Surroundings { browser, bagit, dossier: dossier.program, debug_dossier, corpora };
    let counts = console.step("tests", || run_tests(console, workspace, &surroundings));
    let (counts, succeeded) = counts?;
    eprintln!("\ncargo test: {} passed, {} failed, {} ignored", counts.passed, counts.failed, counts.ignored);
    if succeeded {
        Ok(())
    } else {
        Err(Failure::new(
            "tests failed",
            "their names and messages stand above; mend them and run `cargo xtask test`",
        ))
    }
}

/// The CLI as the tests of the crates build it.
fn debug_build(console: &Console, workspace: &Workspace) -> Outcome<PathBuf> {
    console.step("dossier, debug build", || {
        let mut command = process::cargo();
        command.args(["build", "--package", "dossier"]).current_dir(workspace.root());
        process::run(
            console,
            &mut command,
            "mend what the compiler names above, then run the command again",
        )?;
        workspace.debug_binary("dossier")
    })
}

/// What the tests are told through the environment.
struct Surroundings {
    browser: Browser,
    bagit: Option<PathBuf>,
    dossier: PathBuf,
    /// What is killed at its pause points, which only a debug build has.
    debug_dossier: PathBuf,
    corpora: Option<PathBuf>,
}

impl Surroundings {
    fn tell(&self, command: &mut Command) {
        command.env("CHROME", &self.browser.chrome);
        command.env("CHROMEDRIVER", &self.browser.chromedriver);
        command.env("DOSSIER_BIN", &self.dossier);
        command.env("DOSSIER_DEBUG_BIN", &self.debug_dossier);
        for (name, value) in [("DOSSIER_BAGIT", &self.bagit), ("DOSSIER_CORPORA", &self.corpora)] {
            match value {
                Some(path) => command.env(name, path),
                None => command.env_remove(name),
            };
        }
    }
}

/// Other projects' test data is never part of this repository; it may lie beside it. What `DOSSIER_CORPORA` names has
/// to be there.
fn corpora(console: &Console, workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    let named = std::env::var_os("DOSSIER_CORPORA").filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = named.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::new(
            format!("DOSSIER_CORPORA names {}, and there is no such folder", folder.display()),
            "name the folder of other projects' test data, or unset the variable to skip those tests",
        ));
    }
    // The tests run in other folders than this.
    let named = named.map(fs::canonicalize).transpose()?;
    let folder = named.or_else(|| fs::canonicalize(workspace.path("../shared/corpora")).ok());
    match &folder {
        Some(folder) => console.note(&format!("corpora: {}", folder.display())),
        None => {
            console.warn("the tests over other projects' data are skipped: DOSSIER_CORPORA names no folder")
        }
    }
    Ok(folder)
}

/// Shows cargo's output as it comes; a test that skips or measures something appends a line to a file of those.
fn run_tests(
    console: &Console,
    workspace: &Workspace,
    surroundings: &Surroundings,
) -> Outcome<(Counts, bool)> {
    let skips = workspace.path("target/test-skips.txt");
    let measures = workspace.path("target/test-measures.txt");
    fs::write(&skips, "")?;
    fs::write(&measures, "")?;
    let mut command = process::cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]).current_dir(workspace.root());
    if std::io::stdout().is_terminal() {
        command.args(["--color", "always", "--", "--color", "always"]);
    }
    surroundings.tell(&mut command);
    command.env("DOSSIER_SKIPS", &skips).env("DOSSIER_MEASURES", &measures).stdout(Stdio::piped());
    console.command(&process::line(&command));
    let mut cargo = command.spawn()?;
    let mut counts = Counts::default();
    if let Some(stdout) = cargo.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            counts.add(&line);
            writeln!(std::io::stdout(), "{line}")?;
        }
    }
    let succeeded = cargo.wait()?.success();
    for skip in fs::read_to_string(&skips)?.lines() {
        console.warn(&format!("skipped: {skip}"));
    }
    for measure in fs::read_to_string(&measures)?.lines() {
        console.note(measure);
    }
    Ok((counts, succeeded))
}

/// The sums of cargo's own closing lines.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Takes in `test result: ok. 3 passed; 0 failed; 1 ignored; …`, passes over every other line.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up() {
        let mut counts = Counts::default();
        counts.add(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        counts.add("test result: \u{1b}[31mFAILED\u{1b}[m. 4 passed; 2 failed; 0 ignored; 0 measured");
        counts.add("test a_test ... ok");
        assert_eq!(counts, Counts { passed: 7, failed: 2, ignored: 1 });
    }
}
