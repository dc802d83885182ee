//! `dossier open`: the report's page in a private folder, and the default browser on it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dossier_shared::verify::Policy;

use super::html;
use crate::cli::Open;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::room::{self, Purpose, Room};
use crate::trust::Trust;
use crate::{atomic, judge, output};

pub(super) fn run(arguments: Open) -> Result<Exit, Failure> {
    let trust = Trust::named(&arguments.trust)?;
    let verifier = trust.verifier(None, Policy::default());
    let limits = arguments.ceilings.limits();
    let (bytes, snapshot) = judge::read_whole(&arguments.snapshot, &verifier, &limits)?;
    let page = html::page(&arguments.snapshot, &bytes, &snapshot)?;
    // Made for its owner alone, and left behind: the browser reads it after this program has ended.
    room::clear_leftovers();
    let room = Room::new(Purpose::Page).map_err(|error| Failure::write(&std::env::temp_dir(), error))?;
    let name = format!("{}.html", html::stem_of(&arguments.snapshot));
    let target = room.path().join(&name);
    atomic::write(&target, page.as_bytes()).map_err(|error| Failure::write(&target, error))?;
    let target = room.keep().join(name);
    output::print_plain(&format!("{}\n", target.display()))?;
    if let Err(error) = open_in_browser(&target) {
        let _ = writeln!(
            anstream::stderr(),
            "no browser could be started ({error}); open the file above in one yourself"
        );
    }
    Ok(Exit::Good)
}

fn open_in_browser(page: &Path) -> std::io::Result<()> {
    let mut command = opener();
    let status =
        command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().map_err(
            |error| std::io::Error::new(error.kind(), format!("{:?}: {error}", command.get_program())),
        )?;
    if status.success() {
        return Ok(());
    }
    Err(std::io::Error::other(format!("{:?} ended with {status}", command.get_program())))
}

#[cfg(target_os = "macos")]
fn opener() -> Command {
    Command::new("open")
}

#[cfg(target_os = "windows")]
fn opener() -> Command {
    let mut command = Command::new("rundll32");
    command.arg("url.dll,FileProtocolHandler");
    command
}

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn opener() -> Command {
    Command::new("xdg-open")
}
