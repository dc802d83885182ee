//! `dossier html`: one page that holds the snapshot, its viewer, and a summary for readers without scripts.

use std::path::{Path, PathBuf};

use dossier_shared::verify::Policy;

use crate::cli::Html;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::judge::{self, Snapshot};
use crate::output::{self, summary_html};
use crate::trust::Trust;
use crate::{atomic, output_file, viewer_page};

pub(super) fn run(arguments: Html) -> Result<Exit, Failure> {
    let target = match &arguments.output {
        Some(path) => path.clone(),
        None => PathBuf::from(format!("{}.html", stem_of(&arguments.snapshot))),
    };
    output_file::check_page(&target, &[&arguments.snapshot])?;
    let trust = Trust::named(&arguments.trust)?;
    let verifier = trust.verifier(None, Policy::default());
    let limits = arguments.ceilings.limits();
    let (bytes, snapshot) = judge::read_whole(&arguments.snapshot, &verifier, &limits)?;
    let page = page(&arguments.snapshot, &bytes, &snapshot)?;
    atomic::write(&target, page.as_bytes()).map_err(|error| Failure::write(&target, error))?;
    output::print_plain(&format!("{}\n", target.display()))?;
    Ok(Exit::Good)
}

/// The page for the snapshot that lies at `path`.
pub(super) fn page(path: &Path, bytes: &[u8], snapshot: &Snapshot) -> Result<String, Failure> {
    let name = format!("{}.zip", stem_of(path));
    let summary = summary_html::summary(&snapshot.report);
    viewer_page::report_page(bytes, &name, &summary).map_err(|error| Failure::Usage(error.to_string()))
}

/// `a/ghost.zip` → `ghost`.
pub(super) fn stem_of(path: &Path) -> String {
    path.file_stem().map_or_else(|| "snapshot".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
