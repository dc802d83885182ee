//! The Library of Congress's bagit.py in a Python environment of our own; a test lets it judge our snapshots.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::tools;
use crate::workspace::Workspace;

/// Gives the path of `bagit.py`; none, with a warning, where there is no Python to run it.
pub(crate) fn find_or_install(console: &Console, workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    match find(console, &workspace.pinned("bagit")?) {
        Ok(script) => {
            console.note(&format!("bagit.py: {}", script.display()));
            Ok(Some(script))
        }
        Err(failure) if std::env::var("CI").is_ok_and(|value| value == "true") => Err(failure),
        Err(failure) => {
            let Failure { what, remedy } = failure;
            console.warn(&format!(
                "the test against bagit.py is skipped: {what}; {remedy} (with CI=true this fails)"
            ));
            Ok(None)
        }
    }
}

fn find(console: &Console, version: &str) -> Outcome<PathBuf> {
    let root = tools::cache()?.join(format!("bagit-{version}"));
    let script = root.join("bin/bagit.py");
    if is_right(&script, version) {
        return Ok(script);
    }
    let _lock = tools::lock_cache(console)?;
    if is_right(&script, version) {
        return Ok(script);
    }
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let python = "install Python 3 with venv (Debian: apt-get install python3-venv)";
    let mut venv = Command::new("python3");
    process::run(console, venv.args(["-m", "venv"]).arg(&root), python)?;
    let mut pip = Command::new(root.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .arg(format!("bagit=={version}"));
    process::run(console, &mut pip, "read pip's message above; it needs the network")?;
    if is_right(&script, version) {
        Ok(script)
    } else {
        Err(Failure::new(
            "bagit.py was installed but does not start",
            format!("run {} --version", script.display()),
        ))
    }
}

fn is_right(script: &Path, version: &str) -> bool {
    process::output(Command::new(script).arg("--version")).is_some_and(|said| said.ends_with(version))
}
