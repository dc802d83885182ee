//! The way from a file to a report: read, open, verify, judge, all of it in `dossier_shared`. Prints nothing.

mod file;
mod objections;
mod unpacked;

#[cfg(test)]
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

#[cfg(test)]
use dossier_shared::entry_path::EntryPath;
use dossier_shared::limits::Limits;
use dossier_shared::open::{self, OpenError, Opened, Source};
use dossier_shared::report::{self, Payload, Report, SealState};
use dossier_shared::snapshot::layout::LayoutError;
use dossier_shared::snapshot::metadata::Metadata;
use dossier_shared::time::Timestamp;
use dossier_shared::verify::{self, Verification, Verifier};
use serde::Serialize;

use crate::failure::Failure;

pub(crate) use objections::{fails, objections, words_of};
pub(crate) use unpacked::{Unpacked, read_unpacked};

/// A snapshot that was read and judged.
pub(crate) struct Snapshot {
    /// Size of the file.
    pub(crate) size_bytes: u64,
    pub(crate) metadata: Metadata,
    pub(crate) report: Report,
    pub(crate) signatures: Vec<Signature>,
}

/// The seal or a sign-off, and what it says.
#[derive(Debug, Serialize)]
pub(crate) struct Signature {
    /// `packer`, or the role of who signed off.
    pub(crate) role: String,
    /// `sealed`, `approved` or `rejected`; for a seal that does not hold, what is wrong with it.
    pub(crate) says: String,
    pub(crate) key_type: Option<String>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) claimed_at: Option<Timestamp>,
    pub(crate) note: String,
}

/// Reads, verifies and judges the file at `path` for `verifier`.
pub(crate) fn read(path: &Path, verifier: &Verifier<'_>, limits: &Limits) -> Result<Snapshot, Failure> {
    Ok(judged(open(path, limits)?, verifier))
}

/// The same, and the bytes of the file that was judged.
pub(crate) fn read_whole(
    path: &Path,
    verifier: &Verifier<'_>,
    limits: &Limits,
) -> Result<(Vec<u8>, Snapshot), Failure> {
    let opened = open(path, limits)?;
    let bytes = whole(path, &opened)?;
    Ok((bytes, judged(opened, verifier)))
}

/// The bytes of the file at `path`, which has to be what was opened still.
pub(crate) fn whole(path: &Path, opened: &Opened) -> Result<Vec<u8>, Failure> {
    opened
        .whole()
        .map_err(|error| Failure::NotASnapshot { path: path.display().to_string(), why: error.to_string() })
}

fn judged(opened: Opened, verifier: &Verifier<'_>) -> Snapshot {
    let report = report::judge_as(&opened, verifier);
    let signatures = signatures(verify::verify_as(&opened, verifier));
    Snapshot { size_bytes: opened.file.bytes, metadata: opened.metadata, report, signatures }
}

/// Reads and verifies the file at `path`, and judges nothing.
pub(crate) fn read_answers(path: &Path, verifier: &Verifier<'_>, limits: &Limits) -> Result<Report, Failure> {
    Ok(report::answers(&open(path, limits)?, verifier))
}

/// Every entry of the file at `path`, inflated.
#[cfg(test)]
pub(crate) fn entries(path: &Path, limits: &Limits) -> Result<BTreeMap<EntryPath, Vec<u8>>, Failure> {
    let opened = open(path, limits)?;
    let paths = opened.entries.keys();
    Ok(paths.filter_map(|path| Some((path.clone(), opened.bytes(path)?.into_owned()))).collect())
}

/// What there is to say before the snapshot exists: no id, no trust.
pub(crate) fn evidence_alone(metadata: &Metadata, payload: &impl Payload) -> Report {
    report::judge_evidence(metadata, payload)
}

/// Opens the file at `path`: every byte is accounted for and hashed, on all cores, and none is held but signatures.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Opened, Failure> {
    let fault = |why: String| Failure::NotASnapshot { path: path.display().to_string(), why };
    if path.is_dir() {
        return Err(fault("it is a folder; name the zip file".to_owned()));
    }
    let source = file::source(path).map_err(|error| fault(error.why))?;
    opened(source, limits).map_err(|error| fault(error.to_string()))
}

/// The same for a file that is open, wherever it stands.
pub(crate) fn open_file(file: &File, limits: &Limits) -> Result<Opened, OpenError> {
    let file = file.try_clone().map_err(LayoutError::from)?;
    opened(file::on_disk(file), limits)
}

fn opened(source: Arc<dyn Source>, limits: &Limits) -> Result<Opened, OpenError> {
    open::open_with(Arc::clone(&source), limits, |layout| file::pass(&*source, layout))
}

fn signatures(verification: Verification) -> Vec<Signature> {
    let seal = verification.seal;
    let mut signatures = Vec::new();
    if seal.state != SealState::Unsigned {
        let says = match seal.state {
            SealState::Valid => "sealed".to_owned(),
            _ => format!("sealed, but {}", seal.because),
        };
        signatures.push(Signature {
            role: "packer".to_owned(),
            says,
            key_type: seal.key_type,
            fingerprint: seal.fingerprint,
            claimed_at: seal.claimed_at,
            note: verification.statement.map(|statement| statement.predicate.note).unwrap_or_default(),
        });
    }
    for sign_off in verification.sign_offs {
        let predicate = sign_off.statement.predicate;
        signatures.push(Signature {
            role: predicate.role,
            says: format!("{:?}", predicate.decision).to_lowercase(),
            key_type: Some(sign_off.key_type),
            fingerprint: Some(sign_off.fingerprint),
            claimed_at: Some(predicate.claimed_time),
            note: predicate.note,
        });
    }
    signatures
}
