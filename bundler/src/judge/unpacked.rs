//! The way from a folder to a report without a snapshot in between: collect, redact, judge. Writes nothing.

use std::path::{Path, PathBuf};

use dossier_shared::limits::Limits;
use dossier_shared::report::Report;
use dossier_shared::time::Timestamp;

use super::evidence_alone;
use crate::failure::Failure;
use crate::{collect, config, pack, redact};

/// A phase as it lies on disk, judged.
pub(crate) struct Unpacked {
    /// The dossier.toml that says what belongs to it.
    pub(crate) config: PathBuf,
    pub(crate) report: Report,
}

/// Collects what the dossier.toml at `config` names and judges it as packing would.
pub(crate) fn read_unpacked(config: &Path) -> Result<Unpacked, Failure> {
    let read = config::load(config)?;
    let root = config.parent().filter(|parent| !parent.as_os_str().is_empty());
    let scanner = redact::scanner(&read.redaction);
    let raw = collect::collect(read, root.unwrap_or(Path::new(".")), &Limits::default())?;
    // The report quotes what it was made of, so secrets go first here too.
    let now = Timestamp::now();
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let (metadata, payload) = pack::describe(redact::redact(raw, &scanner), now);
    Ok(Unpacked { config: config.to_owned(), report: evidence_alone(&metadata, &payload) })
}
