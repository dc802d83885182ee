//! Puts the report together from what was read and judged.
//!
//! Two ways in: [`judge_evidence`] while packing, for the `report.json` that travels inside, and [`judge`] on
//! an opened snapshot, which adds its id, the faults that were found in it, and trust.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{ChecksTrust, DocumentFacts, FileFacts, Outcome, PackedReport, Report, SnapshotFacts, Trust};
use crate::crosscheck::{TakeLine, cross_check};
use crate::digest::Sha256Digest;
use crate::documents::Document;
use crate::entry_path::EntryPath;
use crate::evidence::{self, EvidenceKind, Log};
use crate::gates::phase_life;
use crate::history::History;
use crate::open::Opened;
use crate::signature::allowed_signers::{AllowedSigners, LineIssue};
use crate::snapshot::metadata::Metadata;
use crate::time::Timestamp;
use crate::timeline::timeline;
use crate::verify::{Verifier, verify_as};

mod facts;

/// What the judge calls itself in reports.
const JUDGE: &str = concat!("dossier ", env!("CARGO_PKG_VERSION"));

/// The entries that evidence is read from: asked for one at a time, so that no more than one has to be in memory.
pub trait Payload {
    /// An entry's bytes; none when it is not here, or is not what it was any more.
    fn bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>>;
    /// Its size and digest.
    fn facts(&self, path: &EntryPath) -> Option<(u64, Sha256Digest)>;
    /// Every entry that proves nothing, as far as that is known by now.
    fn damaged(&self) -> BTreeSet<EntryPath> {
        BTreeSet::new()
    }
}

impl Payload for BTreeMap<EntryPath, Vec<u8>> {
    fn bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>> {
        self.get(path).map(Cow::from)
    }

    fn facts(&self, path: &EntryPath) -> Option<(u64, Sha256Digest)> {
        self.get(path).map(|bytes| (bytes.len() as u64, Sha256Digest::of(bytes)))
    }
}

impl Payload for Opened {
    fn bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>> {
        self.bytes(path)
    }

    fn facts(&self, path: &EntryPath) -> Option<(u64, Sha256Digest)> {
        self.entry(path).map(|entry| (entry.size_bytes, entry.sha256))
    }

    fn damaged(&self) -> BTreeSet<EntryPath> {
        self.damaged()
    }
}

/// Judges evidence that is about to be packed: no id and no trust yet.
pub fn judge_evidence(metadata: &Metadata, payload: &impl Payload) -> Report {
    assemble(metadata, payload)
}

/// Judges an opened snapshot; `trust` is the verifier's own list of signers, and `now` the verifier's time,
/// against which lines of that list with a span of validity are held (without it they grant nothing).
pub fn judge(opened: &Opened, trust: Option<&AllowedSigners>, now: Option<Timestamp>) -> Report {
    judge_as(opened, &Verifier { trust, at: now, now, ..Verifier::default() })
}

/// Judges an opened snapshot with everything that `verifier` brings along.
pub fn judge_as(opened: &Opened, verifier: &Verifier<'_>) -> Report {
    let mut report = assemble(&opened.metadata, opened);
    vouch(&mut report, opened, verifier);
    report
}

/// Adds who vouches for the snapshot, and what is wrong with it.
fn vouch(report: &mut Report, opened: &Opened, verifier: &Verifier<'_>) {
    let mut verification = verify_as(opened, verifier);
    // Whatever came up while the evidence was read.
    let exchanged = opened.exchanged();
    if !exchanged.is_empty() {
        verification.exchanged();
    }
    report.snapshot.id = Some(opened.snapshot_id.to_string());
    report.snapshot.short_id = Some(opened.snapshot_id.short());
    let sign_offs = verification.sign_offs_in_report();
    report.problems = verification.problems;
    let mut files = verification.files;
    if !exchanged.is_empty() {
        files.intact = false;
        files.good = files.good.saturating_sub(exchanged.len() as u64);
    }
    report.problems.extend(exchanged);
    report.problems.sort();
    report.problems.dedup();
    let absences = report.absences.len() as u64;
    report.trust = Some(Trust {
        files,
        seal: verification.seal,
        signer: verification.signer,
        collected: super::CollectedTrust { complete: absences == 0, absences },
        checks: report.counts(),
        sign_offs,
        policy: verification.policy,
        notes: verification.notes,
        trust_file: verifier.trust.map(trust_file),
        revoked_file: verifier.revoked.map(|revoked| super::RevokedFile {
            sha256: revoked.sha256().to_string(),
            keys: revoked.count() as u64,
        }),
    });
}

/// What can be said without judging: whose it is, whether it is whole, and what was counted when it was packed.
/// Nothing is said about the evidence: gates, checks, files and the like are empty.
pub fn answers(opened: &Opened, verifier: &Verifier<'_>) -> Report {
    let metadata = Metadata { entries: Vec::new(), events: Vec::new(), ..opened.metadata.clone() };
    let mut report = assemble(&metadata, &BTreeMap::new());
    vouch(&mut report, opened, verifier);
    if let Some(trust) = &mut report.trust {
        trust.checks = packed_counts(opened);
    }
    report
}

fn trust_file(trust: &AllowedSigners) -> super::TrustFile {
    let issue = |issue: &LineIssue| super::TrustFileIssue { line: issue.line, what: issue.what.clone() };
    super::TrustFile {
        sha256: trust.sha256().to_string(),
        issues: trust.issues().iter().map(issue).collect(),
    }
}

/// The counts of `report.json`, where it is what was packed; zeros where it is not, which is a problem anyway.
fn packed_counts(opened: &Opened) -> ChecksTrust {
    PackedReport::read(opened).unwrap_or_default().counts()
}

fn assemble(metadata: &Metadata, payload: &impl Payload) -> Report {
    let (mut evidence, issues) = evidence::read(metadata, |path| payload.bytes(path));
    let documents = documents(metadata, payload);
    // Only now: an entry may turn out to be damaged when it is read again.
    let damaged = payload.damaged();
    evidence.commits.retain(|commit| !damaged.contains(&commit.place.path));
    let history = History::new(&evidence.commits);
    // Words that are not what was sealed give no verdict, lift no veto and admit nothing.
    let intact: Vec<Document> = documents.iter().filter(|d| !damaged.contains(&d.path)).cloned().collect();
    let life = phase_life(&intact, &history);
    let read_log = |log: &Log, take: &mut TakeLine<'_>| {
        payload.bytes(&log.place.path).is_some_and(|bytes| evidence::log::each_line(&bytes, take))
    };
    let mut judged = cross_check(&documents, &evidence, &life, &history, &read_log);
    // Logs were read again.
    let damaged = payload.damaged();
    if !damaged.is_empty() {
        judged.common_cause.clear();
    }
    distrust_damaged(&mut judged.checks, &documents, &damaged);
    let key_facts = judged.key_facts;
    Report {
        schema: super::SCHEMA.to_owned(),
        judge: JUDGE.to_owned(),
        snapshot: SnapshotFacts {
            id: None,
            short_id: None,
            packer: metadata.packer.clone(),
            packed_at: metadata.packed_at,
        },
        phase: metadata.phase.clone(),
        gates: life.gates,
        done: life.done,
        vetoes: life.vetoes,
        findings: life.findings,
        notes: life.notes.into_iter().chain(judged.notes).collect(),
        common_cause: judged.common_cause,
        key_facts,
        pulls: evidence.pulls.values().map(facts::pull).collect(),
        builds: facts::builds(&evidence),
        runs: facts::runs(&evidence, metadata),
        test_reports: evidence.test_reports.iter().map(facts::test_report).collect(),
        tests: evidence.suites.iter().map(facts::suite).collect(),
        timeline: timeline(&evidence, metadata),
        documents: documents.iter().map(|document| document_facts(document, &judged.checks)).collect(),
        checks: judged.checks,
        files: metadata
            .entries
            .iter()
            .filter_map(|entry| {
                let (size_bytes, sha256) = payload.facts(&entry.path)?;
                Some(FileFacts {
                    path: entry.path.clone(),
                    kind: kind_name(entry.kind),
                    origin: entry.origin.clone(),
                    size_bytes,
                    sha256: sha256.to_string(),
                    captured_at: entry.captured_at,
                })
            })
            .collect(),
        absences: metadata.absences.clone(),
        problems: Vec::new(),
        issues,
        trust: None,
    }
}

/// The documents in the order people read them: REVIEW, STATUS, BACKLOG, JOURNAL, plan, DECISIONS, INBOX.
fn documents(metadata: &Metadata, payload: &impl Payload) -> Vec<Document> {
    let is_document = |kind: EvidenceKind| {
        matches!(
            kind,
            EvidenceKind::Review
                | EvidenceKind::Status
                | EvidenceKind::Backlog
                | EvidenceKind::Journal
                | EvidenceKind::Plan
                | EvidenceKind::Decisions
                | EvidenceKind::Inbox
        )
    };
    let mut entries: Vec<_> = metadata.entries.iter().filter(|entry| is_document(entry.kind)).collect();
    entries.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    let read = |entry: &crate::snapshot::metadata::Entry| {
        Some(Document::parse(entry.kind, &entry.path, &payload.bytes(&entry.path)?))
    };
    entries.into_iter().filter_map(read).collect()
}

/// What rests on bytes that are not what was sealed confirms nothing.
fn distrust_damaged(checks: &mut [super::Check], documents: &[Document], damaged: &BTreeSet<EntryPath>) {
    if damaged.is_empty() {
        return;
    }
    for check in checks {
        let document = documents.iter().find(|document| document.name == check.document).map(|d| &d.path);
        let cited = check.evidence.iter().map(|evidence| &evidence.path);
        if let Some(path) = cited.chain(document).find(|path| damaged.contains(*path)) {
            check.outcome = Outcome::NoEvidence;
            check.because = format!("{path} is not what was sealed, so nothing is concluded from it");
            check.same_as = None;
            check.acknowledged = None;
        }
    }
}

/// A kind's name as in `snapshot.json`.
fn kind_name(kind: EvidenceKind) -> String {
    serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn document_facts(document: &Document, checks: &[super::Check]) -> DocumentFacts {
    DocumentFacts {
        kind: kind_name(document.kind),
        name: document.name.clone(),
        path: document.path.clone(),
        checks: checks.iter().filter(|check| check.document == document.name).count() as u64,
    }
}
