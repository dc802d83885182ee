//! `dossier viewer`: the empty viewer as a file.

use crate::cli::Viewer;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::{atomic, viewer_page};

pub(super) fn run(arguments: Viewer) -> Result<Exit, Failure> {
    let page = viewer_page::viewer().map_err(|error| Failure::Usage(error.to_string()))?;
    atomic::write(&arguments.output, page.as_bytes())
        .map_err(|error| Failure::write(&arguments.output, error))?;
    Ok(Exit::Good)
}
