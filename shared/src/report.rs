//! The report: plain data that the command line prints and the viewer draws; knows nothing about either.
//!
//! Its JSON is the machine interface of `dossier check --format json`. Field order is the order below;
//! instants are RFC 3339 in UTC, lines and columns count from 1, columns in characters.

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::evidence::EntryIssue;
use crate::snapshot::metadata::{Absence, Phase};
use crate::time::Timestamp;

mod build;
mod facts;
mod packed;
mod problem;
mod trust;

pub use build::{Payload, answers, judge, judge_as, judge_evidence};
pub use facts::{
    BuildFacts, CaseFacts, CommentFacts, EventFacts, LintFacts, LogFacts, PullFacts, ReviewFacts, RunFacts,
    StepFacts, SuiteFacts, TestReportFacts,
};
pub use packed::{NotRead, PackedReport};
pub use problem::{Problem, ProblemKind};
pub use trust::{
    ChecksTrust, CollectedTrust, FilesTrust, PolicyAnswer, PolicyKind, PolicyTrust, RevokedFile, SealState,
    SealTrust, SignOffTrust, SignerState, SignerTrust, StatementFacts, Trust, TrustFile, TrustFileIssue,
    TrustNote, TrustNoteKind,
};

pub use crate::signature::statement::{Decision, GateVerdict, OutcomeCounts};

/// The schema of the JSON. History: `dossier.report/1` is the first.
pub const SCHEMA: &str = "dossier.report/1";

/// Everything Dossier has to say about a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// `dossier.report/1`; see [`SCHEMA`].
    pub schema: String,
    /// Name and version of the judge, for example `dossier 0.1.0`; later versions may judge differently.
    pub judge: String,
    /// The snapshot itself.
    pub snapshot: SnapshotFacts,
    /// The phase.
    pub phase: Phase,
    /// Gates in the plan's order, then in order of appearance.
    pub gates: Vec<Gate>,
    /// The end of the phase.
    pub done: Done,
    /// Vetoes, standing or lifted.
    pub vetoes: Vec<Veto>,
    /// The reviewer's findings.
    pub findings: Vec<Finding>,
    /// Statements compared with the evidence, in document order: REVIEW first, then STATUS.
    pub checks: Vec<Check>,
    /// A cause that explains several contradictions, said once; empty when there is none.
    pub common_cause: String,
    /// Things worth knowing that contradict nothing.
    pub notes: Vec<Note>,
    /// The facts an operator asks for first.
    pub key_facts: Vec<KeyFact>,
    /// Pull requests, by number.
    pub pulls: Vec<PullFacts>,
    /// Builds, by number.
    pub builds: Vec<BuildFacts>,
    /// Runs, by id.
    pub runs: Vec<RunFacts>,
    /// Files of test results, in entry order; missing when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub test_reports: Vec<TestReportFacts>,
    /// Test suites that have cases of their own, in entry order.
    pub tests: Vec<SuiteFacts>,
    /// Everything on one clock, in order of time.
    pub timeline: Vec<TimelineItem>,
    /// The documents, REVIEW first.
    pub documents: Vec<DocumentFacts>,
    /// Every payload entry, by path.
    pub files: Vec<FileFacts>,
    /// What was asked for and could not be got.
    pub absences: Vec<Absence>,
    /// Faults of content: entries that are not what they should be.
    pub problems: Vec<Problem>,
    /// Entries that could not be read as what they are said to be.
    pub issues: Vec<EntryIssue>,
    /// The five answers; none in the `report.json` that travels inside a snapshot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trust: Option<Trust>,
}

/// What identifies the snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SnapshotFacts {
    /// sha256 of `tagmanifest-sha256.txt` in hex; none in the `report.json` inside, which the id covers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The id's short form, `7f3a-91c2`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub short_id: Option<String>,
    /// Who packed it, for example `dossier 0.1.0`.
    pub packer: String,
    /// When it was packed; for a folder that is not packed yet, when it was looked at.
    pub packed_at: Timestamp,
}

/// A reviewer's word on a gate, or the lack of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// PASS.
    Pass,
    /// FAIL.
    Fail,
    /// Claimed by the builder, not judged yet.
    Claimed,
    /// Neither claimed nor judged.
    Open,
}

/// A gate with its life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gate {
    /// `M1`.
    pub id: String,
    /// `State inventory and clean retry`.
    pub title: String,
    /// The newest verdict, or `claimed`/`open`.
    pub verdict: Verdict,
    /// When the verdict was made: the time of the commit that first holds it, else its own stamp.
    pub at: Option<Timestamp>,
    /// Whether `at` is a commit's time (a machine's) and not a hand-written stamp.
    pub at_is_commit_time: bool,
    /// The stamp as the reviewer wrote it, as an instant.
    pub stamped_at: Option<Timestamp>,
    /// Where the verdict stands; document or subject, commit and date where only the git log holds it.
    pub document: String,
    /// Line of the verdict, in the git log where only that holds it; 0 when the gate has no verdict and no claim.
    pub line: u32,
    /// Whether the Definition of Done asks for it, so that DONE depends on it.
    #[serde(default)]
    pub in_dod: bool,
    /// Everything that happened to it, oldest first.
    pub history: Vec<GateEvent>,
}

/// One event in a gate's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GateEvent {
    /// `claimed`, `pass` or `fail`; `open` where a verdict was taken back.
    pub what: Verdict,
    /// When, as [`Gate::at`].
    pub at: Option<Timestamp>,
    /// Document, `git log`, or a document of which only the git log holds the words, with commit and date.
    pub document: String,
    /// Line.
    pub line: u32,
    /// The words.
    pub quote: String,
}

/// Whether the phase was called done, and whether that was allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Done {
    /// When `## DONE` was written (commit time), if it was.
    pub written: Option<Timestamp>,
    /// Whether it is written, even where no time is known.
    pub is_written: bool,
    /// Whether everything that the Definition of Done asks for has a fresh PASS, no veto stands and no finding is
    /// open, at the time of writing or else now.
    pub allowed: bool,
    /// Why, one reason a line, in words.
    pub reasons: Vec<String>,
}

/// A veto.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Veto {
    /// What it is about; empty when it is about everything.
    pub scope: String,
    /// The words.
    pub quote: String,
    /// Whether it stands.
    pub standing: bool,
    /// Document; with commit and date where only the git log still holds it.
    pub document: String,
    /// Line.
    pub line: u32,
    /// When it was raised: the time of the commit that first holds it.
    #[serde(default)]
    pub raised_at: Option<Timestamp>,
    /// The words that lift it.
    #[serde(default)]
    pub lifted: Option<Said>,
}

/// Words of a document that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Said {
    /// Document or `git log`.
    pub document: String,
    /// Line.
    pub line: u32,
    /// When: the time of the commit that first holds them, else their own stamp.
    pub at: Option<Timestamp>,
    /// Whose words they are.
    pub by: Role,
}

/// Who wrote something, as the commit's subject and the document tell; all commits have the same author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The reviewer.
    Adversary,
    /// Who does the work and claims gates.
    Builder,
    /// Nothing tells.
    Unknown,
}

/// State of a finding; one without a written state is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FindingState {
    /// OPEN.
    Open,
    /// CLOSED.
    Closed,
    /// Neither is written.
    Noted,
}

/// A reviewer's finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// `F1`, `A2`.
    pub id: String,
    /// First words.
    pub title: String,
    /// State.
    pub state: FindingState,
    /// Document.
    pub document: String,
    /// Line.
    pub line: u32,
    /// The newest words that close it. Only the reviewer's close a finding: beside `open` or `noted` they are
    /// the builder's, and no close.
    #[serde(default)]
    pub closed: Option<Said>,
}

/// What comparing a statement with the evidence came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every fact in it was found and agrees.
    Confirmed,
    /// At least one fact disagrees.
    Contradicted,
    /// What it would be compared with is not in the snapshot.
    NoEvidence,
    /// No file could show it; on screen: yours to judge.
    NotCheckable,
}

/// What a contradiction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Times, wording, counts written down wrong.
    Record,
    /// Which PR, build, level, flags, clean-up, state.
    Substance,
}

/// One statement of a document, compared with the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// Short and stable: `M1.7`, `F3.1`, `S.4`.
    pub id: String,
    /// The gate in whose section it stands, if any.
    pub gate: Option<String>,
    /// Name of the document it stands in: `REVIEW-ghost.md`.
    pub document: String,
    /// Line of the quote, from 1.
    pub line: u32,
    /// Column of the quote in characters, from 1.
    pub column: u32,
    /// The words of the document.
    pub quote: String,
    /// The rule that judged it, for example `build-status`; `docs/checks.md` explains each.
    pub rule: String,
    /// Record or substance.
    pub kind: CheckKind,
    /// What it came to.
    pub outcome: Outcome,
    /// Why, in plain words with the arithmetic.
    pub because: String,
    /// Where a document itself mentions the contradiction: `REVIEW-ghost.md:87`.
    pub acknowledged: Option<String>,
    /// What it was compared with.
    pub evidence: Vec<Evidence>,
    /// Id of the first check of the same fact, when it was stated before; such a check is not counted again.
    pub same_as: Option<String>,
}

/// A value read from the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Entry the value was read from.
    pub path: EntryPath,
    /// Place in it: a JSON pointer, `line 3`, a path of elements, or empty; see [`crate::evidence::Place`].
    pub pointer: String,
    /// The value found there.
    pub value: String,
}

/// Something worth knowing that contradicts nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    /// The words.
    pub text: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// One of the facts an operator asks for first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyFact {
    /// `PR`, `Build`, `Level`, `Clean-up`.
    pub label: String,
    /// The fact.
    pub text: String,
}

/// Which row of the timeline an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// Declared by the packer: a full-height rule.
    Declared,
    /// Builds.
    Builds,
    /// Steps of builds.
    Steps,
    /// Test suites.
    Suites,
    /// Pull requests and comments.
    Pulls,
    /// Commits of the documents: claims, reviews, done.
    Review,
    /// Captures: when the evidence was gathered.
    Captures,
}

/// How an item of the timeline looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Nothing to say about it.
    Neutral,
    /// It went well.
    Good,
    /// It went badly.
    Bad,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimelineItem {
    /// Row it belongs to.
    pub lane: Lane,
    /// When it happened or began.
    pub at: Timestamp,
    /// When it ended; none for a point in time.
    pub until: Option<Timestamp>,
    /// Short words: `612 success`, `!testme`, `proxy /16 fix`.
    pub label: String,
    /// Longer words for a tooltip and for the table.
    pub detail: String,
    /// Whether it went well.
    pub tone: Tone,
    /// Number of the build it belongs to, if any.
    pub build: Option<u64>,
    /// Entry it was read from; none for declared events.
    pub path: Option<EntryPath>,
}

/// A document of the phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentFacts {
    /// `review`, `status`, `backlog`, `journal` or `plan`.
    pub kind: String,
    /// Its file name, by which `document` fields call it.
    pub name: String,
    /// Its entry.
    pub path: EntryPath,
    /// How many checks stand in it.
    pub checks: u64,
}

/// A payload entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileFacts {
    /// Its entry.
    pub path: EntryPath,
    /// Kind, as in `snapshot.json`.
    pub kind: String,
    /// Where it came from: a path relative to `dossier.toml`, or a request.
    pub origin: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// sha256 in hex of what was read.
    pub sha256: String,
    /// When it was captured, where the source says so.
    pub captured_at: Option<Timestamp>,
}

impl Report {
    /// Checks by outcome; those that repeat an earlier one are not counted.
    pub fn counts(&self) -> ChecksTrust {
        let first = self.checks.iter().filter(|check| check.same_as.is_none());
        counts(false, first.map(|check| (check.outcome, check.kind)))
    }

    /// The JSON that `dossier check --format json` prints and the viewer saves: two spaces, a final newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn counts(as_packed: bool, checks: impl Iterator<Item = (Outcome, CheckKind)>) -> ChecksTrust {
    let mut counts = ChecksTrust {
        as_packed,
        confirmed: 0,
        contradicted: 0,
        contradicted_substance: 0,
        no_evidence: 0,
        not_checkable: 0,
    };
    for (outcome, kind) in checks {
        match outcome {
            Outcome::Confirmed => counts.confirmed += 1,
            Outcome::Contradicted => {
                counts.contradicted += 1;
                counts.contradicted_substance += u64::from(kind == CheckKind::Substance);
            }
            Outcome::NoEvidence => counts.no_evidence += 1,
            Outcome::NotCheckable => counts.not_checkable += 1,
        }
    }
    counts
}
