//! `cargo xtask`: every step of set-up, demo, tests and CI as a command. Knows nothing of the format or its judging.

mod bagit;
mod browser;
mod commands;
mod console;
mod failure;
mod page;
mod process;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use console::Console;
use failure::{Failure, Outcome};
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  setup         get the wasm target, wasm-bindgen and trunk in the pinned versions
  viewer        build the viewer into one file, target/viewer/viewer.html
  demo          build everything and pack, verify, check and render the sample phase
  test          build everything, find a browser and run every test
  tidy          check the import rules and the house rules of the text
  ci            format, lints, docs, tidy and tests: what has to hold before anything lands
  bench pack    [--size MIB]: packing and verifying beside zip, sha256sum, unzip and bagit.py
  fuzz          [TARGET…] [--seconds N]: libFuzzer over everything that parses (nightly, cargo-fuzz)
  screenshots   photograph the demo report into target/screenshots
                (--readme also refreshes docs/screenshot.png)

Tools are cached in $DOSSIER_TOOLS, or dossier/tools below $XDG_CACHE_HOME or ~/.cache; nothing of yours is replaced.";

fn main() -> ExitCode {
    let console = Console::new();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = dispatch(&console, &arguments);
    console.summary();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console.failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(console: &Console, arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = Workspace::find()?;
    match words.as_slice() {
        ["setup"] => commands::setup::run(console, &workspace).map(drop),
        ["viewer"] => commands::viewer::run(console, &workspace).map(drop),
        ["demo"] => commands::demo::run(console, &workspace),
        ["test"] => commands::test::run(console, &workspace),
        ["tidy"] => commands::tidy::run(console, &workspace),
        ["ci"] => commands::ci::run(console, &workspace),
        ["bench", rest @ ..] => commands::bench::run(console, &workspace, rest),
        ["fuzz", rest @ ..] => commands::fuzz::run(console, &workspace, rest),
        ["screenshots"] => commands::screenshots::run(console, &workspace, false),
        ["screenshots", "--readme"] => commands::screenshots::run(console, &workspace, true),
        [] | ["help" | "--help" | "-h"] => {
            eprintln!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::new(
            format!("`{}` is no command of xtask", other.join(" ")),
            "see `cargo xtask --help` for the commands",
        )),
    }
}
