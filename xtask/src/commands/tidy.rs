//! `cargo xtask tidy`: the house rules that no compiler checks.

use crate::console::Console;
use crate::failure::Outcome;
use crate::tidy;
use crate::workspace::Workspace;

pub(crate) fn run(console: &Console, workspace: &Workspace) -> Outcome {
    console.step("tidy", || tidy::check(console, workspace))
}
