//! Stands in for `dossier_shared::report::{judge, judge_evidence}`: trust and files, no documents.

use std::collections::BTreeMap;

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::open::Opened;
use dossier_shared::report::{CollectedTrust, Done, FileFacts, Report, SCHEMA, SnapshotFacts, Trust};
use dossier_shared::signature::allowed_signers::AllowedSigners;
use dossier_shared::snapshot::metadata::Metadata;
use dossier_shared::verify;

pub(super) fn judge(opened: &Opened, trust: Option<&AllowedSigners>) -> Report {
    let verification = verify::verify(opened, trust);
    let bytes_of = |path: &EntryPath| opened.entry(path).map(|entry| entry.bytes.to_vec());
    let payload = opened.metadata.entries.iter().filter_map(|e| Some((e.path.clone(), bytes_of(&e.path)?)));
    let mut report = judge_evidence(&opened.metadata, &payload.collect());
    report.snapshot.id = Some(opened.snapshot_id.to_string());
    report.snapshot.short_id = Some(opened.short.clone());
    report.problems = verification.problems;
    let absences = opened.metadata.absences.len() as u64;
    report.trust = Some(Trust {
        files: verification.files,
        seal: verification.seal,
        signer: verification.signer,
        collected: CollectedTrust { complete: absences == 0, absences },
        checks: report.counts(),
    });
    report
}

pub(super) fn judge_evidence(metadata: &Metadata, payload: &BTreeMap<EntryPath, Vec<u8>>) -> Report {
    let kind = |kind| serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned));
    let files = metadata.entries.iter().filter_map(|entry| {
        let bytes = payload.get(&entry.path)?;
        Some(FileFacts {
            path: entry.path.clone(),
            kind: kind(entry.kind).unwrap_or_default(),
            origin: entry.origin.clone(),
            size_bytes: bytes.len() as u64,
            sha256: Sha256Digest::of(bytes).to_string(),
            captured_at: entry.captured_at,
        })
    });
    Report {
        schema: SCHEMA.to_owned(),
        judge: crate::pack::PACKER_NAME.to_owned(),
        snapshot: SnapshotFacts {
            id: None,
            short_id: None,
            packer: metadata.packer.clone(),
            packed_at: metadata.packed_at,
        },
        phase: metadata.phase.clone(),
        gates: Vec::new(),
        done: Done { written: None, is_written: false, allowed: false, reasons: Vec::new() },
        vetoes: Vec::new(),
        findings: Vec::new(),
        checks: Vec::new(),
        common_cause: String::new(),
        notes: Vec::new(),
        key_facts: Vec::new(),
        pulls: Vec::new(),
        builds: Vec::new(),
        runs: Vec::new(),
        tests: Vec::new(),
        timeline: Vec::new(),
        documents: Vec::new(),
        files: files.collect(),
        absences: metadata.absences.clone(),
        problems: Vec::new(),
        issues: Vec::new(),
        trust: None,
    }
}
