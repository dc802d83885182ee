//! `cargo xtask setup`: everything that the viewer's build needs beyond Rust itself.

use crate::console::Console;
use crate::failure::Outcome;
use crate::tools::{self, Tools};
use crate::workspace::Workspace;

pub(crate) fn run(console: &Console, workspace: &Workspace) -> Outcome<Tools> {
    console.step("tools", || tools::find_or_install(console, workspace))
}
