//! For tests: one small snapshot, its seal, and a zip writer that writes what it is told.

use std::io::Cursor;

use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::{HashAlg, LineEnding};

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;
use crate::limits::Limits;
use crate::open::{OpenError, Opened, open};
use crate::signature::statement::{Decision, GateVerdict, OutcomeCounts, PACKER, Predicate, Statement};
use crate::snapshot::append::append_signature;
use crate::snapshot::layout::Layout;
use crate::snapshot::metadata::{Entry, Metadata, Phase, SCHEMA};
use crate::snapshot::record::{End, Record, STORED};
use crate::snapshot::write::{Draft, Written, write};

pub(crate) const STEM: &str = "ghost-20260613T063800Z";

pub(crate) fn path(name: &str) -> EntryPath {
    EntryPath::new(name).unwrap()
}

pub(crate) fn draft() -> Draft {
    let review = "## M1 — State inventory: **PASS @2026-06-13T06:38Z**\n".repeat(9).into_bytes();
    let payload = [
        ("data/documents/REVIEW-ghost.md", EvidenceKind::Review, review),
        ("data/files/empty ü.txt", EvidenceKind::File, vec![]),
        ("data/runs/612/results.json", EvidenceKind::RunResults, b"{\"level\": 5}\n".to_vec()),
    ];
    let entries = payload.iter().map(|(name, kind, _)| Entry {
        path: path(name),
        kind: *kind,
        origin: (*name).to_owned(),
        original_name: None,
        captured_at: None,
    });
    Draft {
        stem: STEM.to_owned(),
        metadata: Metadata {
            schema: SCHEMA.to_owned(),
            packer: "dossier 0.1.0".to_owned(),
            packed_at: "2026-06-13T06:38:00Z".parse().unwrap(),
            phase: Phase { id: "ghost".to_owned(), title: "Ghost on a small host".to_owned() },
            sources: vec![],
            entries: entries.collect(),
            absences: vec![],
            events: vec![],
            redactions: vec![],
        },
        payload: payload.into_iter().map(|(name, _, bytes)| (path(name), bytes)).collect(),
        report_json: report_json(),
        report_text: "2 gates passed\n".to_owned(),
        bag_info: vec![("External-Identifier".to_owned(), "ghost".to_owned())],
        viewer_html: None,
    }
}

/// A report as far as statements are compared with it: gate M1 passed, nine checks confirmed.
fn report_json() -> String {
    let checks: Vec<String> = (1..=9)
        .map(|n| format!("{{\"id\": \"M1.{n}\", \"outcome\": \"confirmed\", \"kind\": \"record\"}}"))
        .collect();
    format!(
        "{{\"schema\": \"dossier.report/1\", \"gates\": [{{\"id\": \"M1\", \"verdict\": \"pass\"}}], \"checks\": [{}]}}\n",
        checks.join(", ")
    )
}

pub(crate) fn unsigned() -> (Vec<u8>, Written) {
    unsigned_from(&draft())
}

pub(crate) fn unsigned_from(draft: &Draft) -> (Vec<u8>, Written) {
    let mut out = Cursor::new(Vec::new());
    let written = write(&mut out, draft).unwrap();
    (out.into_inner(), written)
}

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

pub(crate) fn seal_statement(written: &Written) -> Statement {
    Statement {
        snapshot_id: written.snapshot_id,
        predicate: Predicate {
            role: PACKER.to_owned(),
            decision: Decision::Sealed,
            note: String::new(),
            claimed_time: "2026-06-13T06:40:00Z".parse().unwrap(),
            phase: "ghost".to_owned(),
            report_sha256: written.report_sha256,
            gates: vec![GateVerdict { gate: "M1".to_owned(), verdict: "pass".to_owned() }],
            outcomes: OutcomeCounts { confirmed: 9, ..OutcomeCounts::default() },
            contradictions_accepted: vec![],
            prior: vec![],
            supersedes: None,
            sealed_bytes: Some(written.sealed_bytes),
            sealed_sha256: Some(written.sealed_sha256),
        },
    }
}

pub(crate) fn sign_off_statement(written: &Written) -> Statement {
    let mut statement = seal_statement(written);
    statement.predicate.role = "operator".to_owned();
    statement.predicate.decision = Decision::Approved;
    (statement.predicate.sealed_bytes, statement.predicate.sealed_sha256) = (None, None);
    statement
}

/// Signs `statement` and appends it under the name that it should have.
pub(crate) fn append(snapshot: Vec<u8>, statement: &Statement, key: &PrivateKey) -> Vec<u8> {
    let json = statement.to_json();
    let file_stem = match statement.predicate.decision {
        Decision::Sealed => "seal".to_owned(),
        _ => Sha256Digest::of(json.as_bytes()).to_string(),
    };
    let signature = key.sign(&statement.namespace(), HashAlg::Sha512, json.as_bytes()).unwrap();
    let armoured = signature.to_pem(LineEnding::LF).unwrap();
    let mut out = Cursor::new(snapshot);
    append_signature(&mut out, STEM, &file_stem, json.as_bytes(), &armoured).unwrap();
    out.into_inner()
}

pub(crate) fn sealed() -> Vec<u8> {
    let (snapshot, written) = unsigned();
    append(snapshot, &seal_statement(&written), &key(1))
}

pub(crate) fn open_bytes(bytes: &[u8]) -> Result<Opened, OpenError> {
    open(bytes, &Limits::default())
}

pub(crate) fn layout(bytes: &[u8]) -> Layout {
    Layout::read(&mut Cursor::new(bytes), &Limits::default()).unwrap()
}

/// Every entry's full name and inflated bytes, in order.
pub(crate) fn contents(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let opened = open_bytes(bytes).unwrap();
    let names = layout(bytes).entries.into_iter().map(|entry| entry.path);
    names.map(|path| (format!("{STEM}/{path}"), opened.bytes(&path).unwrap().into_owned())).collect()
}

/// Stores `entries` in a zip; `tweak` may change each record before it is written.
pub(crate) fn zip(entries: &[(String, Vec<u8>)], tweak: impl Fn(&mut Record)) -> Vec<u8> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut record = Record::canonical(name, STORED, crc.sum(), bytes.len() as u64, bytes.len() as u64)
            .at(out.len() as u64);
        tweak(&mut record);
        out.extend(record.encode_local());
        out.extend(bytes);
        central.extend(record.encode_central());
    }
    let end = End::canonical(entries.len() as u64, central.len() as u64, out.len() as u64);
    out.extend(central);
    out.extend(end.encode());
    out
}
