//! From collected evidence to a sealed snapshot: `Raw → Packed → Sealed`. Knows no source and no rule.

mod flow;
pub(crate) mod look;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::report::{Report, Verdict};
use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_shared::signature::statement::{
    Decision, GateVerdict, OutcomeCounts, PACKER, Predicate, Statement,
};
use dossier_shared::snapshot::append::{AppendError, append_signature};
use dossier_shared::snapshot::compress::{self, Compressed};
use dossier_shared::snapshot::layout::PlacedEntry;
use dossier_shared::snapshot::metadata::{Absence, Metadata, SCHEMA};
use dossier_shared::snapshot::read::{Inflater, Stretch};
use dossier_shared::snapshot::record::DEFLATED;
use dossier_shared::snapshot::write::{TagFiles, WriteError, Writer, Written};
use dossier_shared::time::{self, Timestamp};

use crate::atomic;
use crate::collect::Raw;
use crate::judge;
use crate::output::{self, PLAIN_WIDTH};
use crate::progress::Progress;
use crate::redact::{self, Clean, Ledger, Redacted, Scanner, Words};
use crate::sign::{Key, KeyError};
use crate::spool::{Held, Spool};

/// The name in `snapshot.json` and in reports.
pub(crate) const PACKER_NAME: &str = concat!("dossier ", env!("CARGO_PKG_VERSION"));

/// A snapshot without a signature.
pub(crate) struct Packed {
    file: File,
    stem: String,
    packed_at: Timestamp,
    written: Written,
    report: Report,
    metadata: Metadata,
    payload_bytes: u64,
}

/// A finished snapshot, signed or deliberately not.
pub(crate) struct Sealed {
    pub(crate) short_id: String,
    pub(crate) report: Report,
    pub(crate) metadata: Metadata,
    pub(crate) payload_bytes: u64,
    /// `SHA256:…` of the key that signed.
    pub(crate) fingerprint: Option<String>,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackError {
    #[error("{0}")]
    Write(#[from] WriteError),
    #[error("{0}")]
    Append(#[from] AppendError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Key(#[from] KeyError),
}

/// `ghost-20260613T064100Z`: the folder inside the snapshot, and the file's name by default.
pub(crate) fn stem(phase: &str, packed_at: Timestamp) -> String {
    let stamp: String = time::iso(packed_at).chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{phase}-{stamp}")
}

/// What `snapshot.json` says about the evidence.
fn describe(redacted: Redacted, packed_at: Timestamp) -> Metadata {
    Metadata {
        schema: SCHEMA.to_owned(),
        packer: PACKER_NAME.to_owned(),
        packed_at,
        phase: redacted.phase,
        sources: redacted.sources,
        entries: redacted.entries,
        absences: redacted.absences,
        events: redacted.events,
        redactions: redacted.redactions,
    }
}

/// Evidence on its way: redacted, and each entry made into a `T` and handed to `take` in order of path.
fn stream<T: Send, E: From<io::Error>>(
    raw: Raw,
    scanner: &Scanner,
    progress: &Progress,
    make: impl Fn(Held) -> io::Result<T> + Sync,
    take: impl FnMut(&EntryPath, Clean<T>) -> Result<(), E>,
) -> Result<(Redacted, u64), E> {
    let mut ledger = Ledger::new(scanner);
    let workers = (flow::workers(), progress);
    let outcome = flow::run(raw.entries, (scanner, &mut ledger), workers, make, take)?;
    let mut absences = raw.absences;
    absences.extend(outcome.absences);
    let (phase, events, sources) = (raw.phase, raw.events, raw.sources);
    let words = Words { phase, events, sources, entries: outcome.entries, absences };
    Ok((redact::words(words, ledger), outcome.bytes))
}

/// The evidence as a snapshot would hold it, to be judged without one.
pub(crate) fn unpacked(
    raw: Raw,
    scanner: &Scanner,
    packed_at: Timestamp,
    progress: &Progress,
) -> io::Result<Report> {
    let mut payload = BTreeMap::new();
    let (redacted, _) = stream::<_, io::Error>(raw, scanner, progress, Ok, |path, clean| {
        let mut bytes = Vec::new();
        clean.into_inner().reader()?.read_to_end(&mut bytes)?;
        payload.insert(path.clone(), bytes);
        Ok(())
    })?;
    Ok(judge::evidence_alone(&describe(redacted, packed_at), &payload))
}

/// Writes everything but the signature into `file`, which is empty, and judges the evidence on the way.
pub(crate) fn pack(
    raw: Raw,
    scanner: &Scanner,
    packed_at: Timestamp,
    viewer_html: Option<&[u8]>,
    file: File,
    progress: &Progress,
) -> Result<Packed, PackError> {
    let stem = stem(&raw.phase.id, packed_at);
    let mut writer = Writer::new(BufWriter::with_capacity(256 << 10, &file), &stem)?;
    let mut placed = Vec::new();
    let (redacted, payload_bytes) =
        stream::<_, PackError>(raw, scanner, progress, compressed, |path, clean| {
            placed.push(add(&mut writer, path, clean)?);
            Ok(())
        })?;
    writer.flush()?;
    let metadata = describe(redacted, packed_at);
    let report = judge::evidence_alone(&metadata, &read_back(&file, &placed)?);
    let written = writer.finish(&TagFiles {
        metadata: &metadata,
        report_json: &report.to_json(),
        report_text: &output::check::page(&report, output::check::Detail::default())
            .render(PLAIN_WIDTH, false),
        bag_info: &bag_info(&metadata, &report),
        viewer_html,
    })?;
    Ok(Packed { file, stem, packed_at, written, report, metadata, payload_bytes })
}

/// What may be written was clean before it was compressed: the only way into the archive.
fn add(
    writer: &mut Writer<impl io::Write>,
    path: &EntryPath,
    clean: Clean<Compressed<Held>>,
) -> Result<PlacedEntry, PackError> {
    atomic::pause_at("write");
    let Compressed { facts, data } = clean.into_inner();
    Ok(writer.add_payload(path, Compressed { facts, data: data.reader()? })?)
}

/// Compresses what is in memory there, and what is on disk there.
fn compressed(held: Held) -> io::Result<Compressed<Held>> {
    match held {
        Held::Memory(bytes) => {
            let Compressed { facts, data } = compress::compress(bytes);
            Ok(Compressed { facts, data: Held::from(data) })
        }
        spooled @ Held::Spooled { .. } => {
            let mut out = Spool::default();
            let facts = compress::deflate(&mut spooled.reader()?, &mut out)?;
            let deflated = out.finish()?;
            Ok(Compressed { facts, data: if facts.method == DEFLATED { deflated } else { spooled } })
        }
    }
}

/// The entries as they lie in the file now.
fn read_back(mut file: &File, placed: &[PlacedEntry]) -> Result<BTreeMap<EntryPath, Vec<u8>>, PackError> {
    let mut payload = BTreeMap::new();
    let end = file.stream_position()?;
    let mut inflater = Inflater::default();
    for entry in placed {
        let inflated = inflater.inflate(&mut file, Stretch::from(entry), true)?;
        if let Some(fault) = inflated.fault {
            return Err(
                io::Error::other(format!("{} was not written as it was read: {fault}", entry.path)).into()
            );
        }
        payload.insert(entry.path.clone(), inflated.bytes.unwrap_or_default());
    }
    file.seek(SeekFrom::Start(end))?;
    Ok(payload)
}

impl Packed {
    /// What could not be collected.
    pub(crate) fn absences(&self) -> &[Absence] {
        &self.metadata.absences
    }

    /// Signs with `key`; the claimed time is the time of packing, so the same inputs give the same bytes.
    pub(crate) fn seal(mut self, key: &Key) -> Result<Sealed, PackError> {
        let statement = self.statement().to_json();
        let signature = key.sign(SEAL_NAMESPACE, statement.as_bytes())?;
        self.file.seek(SeekFrom::Start(0))?;
        append_signature(&mut self.file, &self.stem, "seal", statement.as_bytes(), &signature)?;
        Ok(self.finish(Some(key.fingerprint())))
    }

    /// Leaves it unsigned.
    pub(crate) fn leave_unsigned(self) -> Sealed {
        self.finish(None)
    }

    fn finish(self, fingerprint: Option<String>) -> Sealed {
        let short_id = self.written.snapshot_id.short();
        let Self { report, metadata, payload_bytes, .. } = self;
        Sealed { short_id, report, metadata, payload_bytes, fingerprint }
    }

    fn statement(&self) -> Statement {
        let counts = self.report.counts();
        Statement {
            snapshot_id: self.written.snapshot_id,
            predicate: Predicate {
                role: PACKER.to_owned(),
                decision: Decision::Sealed,
                note: String::new(),
                claimed_time: self.packed_at,
                phase: self.report.phase.id.clone(),
                report_sha256: self.written.report_sha256,
                gates: self.report.gates.iter().map(|gate| verdict_of(&gate.id, gate.verdict)).collect(),
                outcomes: OutcomeCounts {
                    confirmed: counts.confirmed,
                    contradicted: counts.contradicted,
                    no_evidence: counts.no_evidence,
                    not_checkable: counts.not_checkable,
                },
                contradictions_accepted: Vec::new(),
                prior: Vec::new(),
                supersedes: None,
                sealed_bytes: Some(self.written.sealed_bytes),
                sealed_sha256: Some(self.written.sealed_sha256),
            },
        }
    }
}

fn verdict_of(gate: &str, verdict: Verdict) -> GateVerdict {
    let verdict = match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Claimed => "claimed",
        Verdict::Open => "open",
    };
    GateVerdict { gate: gate.to_owned(), verdict: verdict.to_owned() }
}

/// What an archivist sees first; FORMAT lists the labels.
fn bag_info(metadata: &Metadata, report: &Report) -> Vec<(String, String)> {
    let mut fields = vec![("External-Identifier".to_owned(), metadata.phase.id.clone())];
    let title = output::clean(&metadata.phase.title);
    if !title.trim().is_empty() {
        fields.push(("External-Description".to_owned(), title.trim().to_owned()));
    }
    for gate in &report.gates {
        let verdict = verdict_of(&gate.id, gate.verdict);
        fields.push((
            "Dossier-Gate".to_owned(),
            output::clean(&format!("{} {}", verdict.gate, verdict.verdict)),
        ));
    }
    for fact in report.key_facts.iter().filter(|fact| fact.label == "PR") {
        fields.push(("Dossier-PR".to_owned(), output::clean(&fact.text)));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_say_phase_and_time() {
        let at: Timestamp = "2026-06-13T06:41:00.9Z".parse().expect("a time");
        assert_eq!(stem("ghost", at), "ghost-20260613T064100Z");
    }
}
