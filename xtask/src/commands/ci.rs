//! `cargo xtask ci`: everything that has to hold before a change lands.

use super::{test, tidy};
use crate::console::Console;
use crate::failure::Outcome;
use crate::process;
use crate::tools;
use crate::workspace::Workspace;

const WARNINGS: &str = "mend what is named above; `cargo clippy --fix` helps with some of it";

pub(crate) fn run(console: &Console, workspace: &Workspace) -> Outcome {
    let cargo = |arguments: &[&str], remedy: &str| {
        let mut command = process::cargo();
        command.args(arguments).current_dir(workspace.root()).env("RUSTDOCFLAGS", "-D warnings");
        process::run(console, &mut command, remedy)
    };
    console.step("format", || {
        cargo(&["fmt", "--all", "--check"], "run `cargo fmt --all` (rustup component add rustfmt)")
    })?;
    tidy::run(console, workspace)?;
    console.step("lints, native", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], WARNINGS)
    })?;
    console.step("lints, wasm", || {
        tools::wasm_target(console)?;
        let packages = ["--package", "dossier-shared", "--package", "dossier-viewer"];
        cargo(
            &[&["clippy", "--target", tools::WASM_TARGET], &packages[..], &["--", "-D", "warnings"]].concat(),
            WARNINGS,
        )
    })?;
    console.step("documentation", || {
        cargo(&["doc", "--workspace", "--no-deps"], "mend the links and comments named above")
    })?;
    test::run(console, workspace)
}
