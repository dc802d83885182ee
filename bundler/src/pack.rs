//! From redacted evidence to a sealed snapshot: `Redacted → Packed → Sealed`. Knows no source and no rule.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::report::{Report, Verdict};
use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_shared::signature::statement::{
    Decision, GateVerdict, OutcomeCounts, PACKER, Predicate, Statement,
};
use dossier_shared::snapshot::append::{AppendError, append_signature};
use dossier_shared::snapshot::metadata::{Metadata, SCHEMA};
use dossier_shared::snapshot::write::{self, Draft, WriteError, Written};
use dossier_shared::time::{self, Timestamp};

use crate::judge;
use crate::output::{self, PLAIN_WIDTH};
use crate::redact::Redacted;
use crate::sign::{Key, KeyError};

/// The name in `snapshot.json` and in reports.
pub(crate) const PACKER_NAME: &str = concat!("dossier ", env!("CARGO_PKG_VERSION"));

/// A snapshot without a signature.
pub(crate) struct Packed {
    file: File,
    stem: String,
    packed_at: Timestamp,
    written: Written,
    report: Report,
}

/// A finished snapshot, signed or deliberately not.
pub(crate) struct Sealed {
    pub(crate) short_id: String,
    pub(crate) report: Report,
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

/// What `snapshot.json` says about the evidence, and the evidence.
pub(crate) fn describe(redacted: Redacted, packed_at: Timestamp) -> (Metadata, BTreeMap<EntryPath, Vec<u8>>) {
    let metadata = Metadata {
        schema: SCHEMA.to_owned(),
        packer: PACKER_NAME.to_owned(),
        packed_at,
        phase: redacted.phase,
        sources: redacted.sources,
        entries: redacted.entries,
        absences: redacted.absences,
        events: redacted.events,
        redactions: redacted.redactions,
    };
    (metadata, redacted.payload)
}

/// Judges the evidence and writes everything but the signature into `file`.
pub(crate) fn pack(
    redacted: Redacted,
    packed_at: Timestamp,
    viewer_html: Option<Vec<u8>>,
    mut file: File,
) -> Result<Packed, PackError> {
    let (metadata, payload) = describe(redacted, packed_at);
    let report = judge::evidence_alone(&metadata, &payload);
    let draft = Draft {
        stem: stem(&metadata.phase.id, packed_at),
        bag_info: bag_info(&metadata, &report),
        report_json: report.to_json(),
        report_text: output::check::page(&report, output::check::Detail::default())
            .render(PLAIN_WIDTH, false),
        metadata,
        payload,
        viewer_html,
    };
    let written = write::write(std::io::BufWriter::new(&mut file), &draft)?;
    Ok(Packed { file, stem: draft.stem, packed_at, written, report })
}

impl Packed {
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
        Sealed { short_id, report: self.report, fingerprint }
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
