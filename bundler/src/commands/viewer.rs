//! `dossier viewer`: the empty viewer as a file.

use crate::cli::Viewer;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::{atomic, output_file, viewer_page};

pub(super) fn run(arguments: Viewer) -> Result<Exit, Failure> {
    output_file::check_page(&arguments.output, &[])?;
    let page = viewer_page::viewer().map_err(|error| Failure::Usage(error.to_string()))?;
    atomic::write(&arguments.output, page.as_bytes())
        .map_err(|error| Failure::write(&arguments.output, error))?;
    Ok(Exit::Good)
}
