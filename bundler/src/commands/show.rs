//! `dossier show`: what is in a snapshot.

use dossier_shared::verify::Verifier;

use crate::cli::{Format, Show};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::show;
use crate::{judge, output};

pub(super) fn run(arguments: Show) -> Result<Exit, Failure> {
    let snapshot = judge::read(&arguments.snapshot, &Verifier::default(), &arguments.ceilings.limits())?;
    let file = arguments.snapshot.display().to_string();
    match arguments.format.format {
        Format::Json => output::print_plain(&show::json(&file, &snapshot))?,
        Format::Text => output::print_page(&show::page(&file, &snapshot))?,
    }
    Ok(Exit::Good)
}
