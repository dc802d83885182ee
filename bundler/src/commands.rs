//! One file a command: from arguments to printed words and an exit code.

mod check;
mod html;
mod keygen;
mod merge;
mod open;
mod pack;
mod show;
mod sign;
mod trust;
mod verify;
mod viewer;

use std::io::{IsTerminal as _, Write as _};

use crate::cli::Command;
use crate::exit_code::Exit;
use crate::failure::Failure;

/// Does what was asked for.
pub(crate) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Pack(arguments) => pack::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Sign(arguments) => sign::run(arguments),
        Command::Merge(arguments) => merge::run(arguments),
        Command::Keygen(arguments) => keygen::run(arguments),
        Command::Trust(arguments) => trust::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Html(arguments) => html::run(arguments),
        Command::Open(arguments) => open::run(arguments),
        Command::Viewer(arguments) => viewer::run(arguments),
    }
}

/// What the person at the terminal answers; none where there is nobody to ask.
fn agreed(question: &str) -> Result<Option<bool>, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    write!(anstream::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
}
