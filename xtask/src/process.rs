//! Starting other programs: finding them, showing their command line, turning an exit code into a [`Failure`].

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// The cargo that runs us, without the variables it sets for us alone; build scripts would see them change.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_our_cargo(&mut command);
    command
}

/// Takes away what cargo tells a program that it runs about that program's own package.
pub(crate) fn forget_our_cargo(command: &mut Command) {
    let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| ours.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
}

/// Runs a program to its end with its output visible; fails with `remedy` when it does not succeed.
pub(crate) fn run(console: &Console, command: &mut Command, remedy: &str) -> Outcome {
    match exit_code(console, command, remedy)? {
        0 => Ok(()),
        code => Err(Failure::new(format!("`{}` ended with exit code {code}", line(command)), remedy)),
    }
}

/// Runs a program to its end with its output visible and gives its exit code.
pub(crate) fn exit_code(console: &Console, command: &mut Command, remedy: &str) -> Outcome<i32> {
    console.command(&line(command));
    let status = command.status().map_err(|error| {
        Failure::new(format!("`{}` could not be started: {error}", program(command)), remedy)
    })?;
    status
        .code()
        .ok_or_else(|| Failure::new(format!("`{}` was killed by a signal", line(command)), "run it again"))
}

/// What a program prints on stdout; none when it is missing or does not succeed.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program of this name lies on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let file_name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(&file_name))
        .find(|candidate| is_program(candidate))
}

/// Whether this is a file that may be executed.
pub(crate) fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// The command line as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let mut words = vec![program(command)];
    words.extend(command.get_args().map(quoted));
    words.join(" ")
}

fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@+,%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/ssh-keygen");
        command.args(["-t", "ed25519", "-N", ""]);
        assert_eq!(line(&command), "ssh-keygen -t ed25519 -N ''");
    }

    #[test]
    fn a_failing_program_carries_its_remedy() {
        let failure = run(&Console::new(), Command::new("no-such-program-here").arg("x"), "install it");
        assert_eq!(failure.expect_err("it is not there").remedy, "install it");
    }
}
