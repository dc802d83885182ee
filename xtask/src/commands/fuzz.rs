//! `cargo xtask fuzz`: libFuzzer over everything that parses, one target after the other; outside the ordinary tests.

use std::process::Command;

use fs_err as fs;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// How long a target is fuzzed where nothing else is said.
const SECONDS: u64 = 60;

/// `arguments` are names of targets and `--seconds N`; without a name every target has its turn.
pub(crate) fn run(console: &Console, workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let known = targets(workspace)?;
    let (wanted, seconds) = read(arguments, &known)?;
    let has_nightly =
        process::output(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])).is_some();
    if !has_nightly || process::on_path("cargo-fuzz").is_none() {
        return Err(Failure::new(
            "fuzzing needs a nightly compiler and cargo-fuzz",
            "`rustup toolchain install nightly` and `cargo install --locked cargo-fuzz`",
        ));
    }
    for target in wanted {
        console.step(&format!("fuzz {target}"), || {
            let mut command = Command::new("rustup");
            process::forget_our_cargo(&mut command);
            command.args(["run", "nightly", "cargo", "fuzz", "run", "--features", "libfuzzer", &target, "--"]);
            command.args([format!("-max_total_time={seconds}"), "-timeout=25".to_owned()]);
            command.args(["-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"]);
            command.current_dir(workspace.root());
            let remedy = "the input that failed lies in fuzz/artifacts; mend the parser and keep the input in fuzz/corpus";
            process::run(console, &mut command, remedy)
        })?;
    }
    Ok(())
}

/// Every target has a corpus of its name.
fn targets(workspace: &Workspace) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace.path("fuzz/corpus"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn read(arguments: &[&str], known: &[String]) -> Outcome<(Vec<String>, u64)> {
    let usage = || format!("cargo xtask fuzz [TARGET…] [--seconds N]; targets: {}", known.join(", "));
    let (mut wanted, mut seconds) = (Vec::new(), SECONDS);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if *argument == "--seconds" {
            let number = arguments.next().and_then(|number| number.parse().ok());
            seconds = number.ok_or_else(|| Failure::new("--seconds wants a whole number", usage()))?;
        } else if known.iter().any(|name| name == argument) {
            wanted.push((*argument).to_owned());
        } else {
            return Err(Failure::new(format!("there is no fuzz target {argument:?}"), usage()));
        }
    }
    Ok((if wanted.is_empty() { known.to_vec() } else { wanted }, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_names_and_seconds() {
        let known = ["junit".to_owned(), "log".to_owned()];
        let said = |arguments: &[&str]| read(arguments, &known).map_err(|failure| failure.what);
        assert_eq!(said(&[]), Ok((known.to_vec(), SECONDS)));
        assert_eq!(said(&["log", "--seconds", "5"]), Ok((vec!["log".to_owned()], 5)));
        assert_eq!(said(&["xml"]), Err("there is no fuzz target \"xml\"".to_owned()));
        assert_eq!(said(&["--seconds", "x"]), Err("--seconds wants a whole number".to_owned()));
    }
}
