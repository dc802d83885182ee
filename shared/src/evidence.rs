//! The evidence of a phase in normal forms, one parser per kind; knows nothing about documents or judging.
//!
//! Every parser has the shape `parse(bytes, path) -> (Record, Vec<Issue>)`: it never fails as a whole, keeps what
//! could be read and says what could not. The path serves only to cite: every record says where it was read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::snapshot::metadata::{Absence, DeclaredEvent, Metadata};

mod api_path;
pub mod badge;
pub mod capture;
pub mod ctrf;
pub mod docker;
pub mod drone;
mod fields;
pub mod git_log;
pub mod gitea;
pub mod junit;
pub mod load;
pub mod log;
mod records;
pub mod results;
mod xml;

#[cfg(test)]
mod corpora;

pub use records::{
    Asset, Badge, Build, Case, CaseOutcome, Comment, Commit, CommitStatus, Counts, DockerOutput, FileChange,
    Log, Pull, PullEvent, PullState, RareCounts, Replicas, Retry, RetryKind, Review, Run, RunLint, RunSkips,
    RunStage, Stage, StageTest, Step, Suite, TestFile, TestReport, UpdateStatus,
};

/// What an entry is; decides which parser reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// `REVIEW-<id>.md`.
    Review,
    /// `STATUS-<id>.md`.
    Status,
    /// `BACKLOG-<id>.md`.
    Backlog,
    /// `JOURNAL-<id>.md`.
    Journal,
    /// `plan-phase-<id>*.md`.
    Plan,
    /// `DECISIONS-<id>.md`.
    Decisions,
    /// `BUILDER-INBOX.md`, `ADVERSARY-INBOX.md`: messages, deleted when read, so that most are only in the git log.
    Inbox,
    /// `capture.json`: what a recorder asked of a server, when, and what it answered.
    Capture,
    /// A recorded answer of Gitea or Forgejo; its path says to which request.
    Gitea,
    /// A recorded answer of Drone; its path says to which request.
    Drone,
    /// `results.json` of a run.
    RunResults,
    /// A JUnit XML report of a run.
    Junit,
    /// A CTRF JSON report of a run.
    Ctrf,
    /// A run's badge.
    Badge,
    /// A picture.
    Image,
    /// Output of a docker command; `capture.json` beside it says which.
    Docker,
    /// `git log -p` of the repository that holds the documents.
    GitLog,
    /// The same history as a git bundle, for whoever wants to check the log.
    GitBundle,
    /// Anything else, kept as it is.
    File,
}

/// Something a parser could not read as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Issue {
    /// Where in the entry, for example `line 12` or `/stages/0/started`; empty for the whole entry.
    pub at: String,
    /// What is wrong and what was done about it, as a lower-case fragment.
    pub what: String,
}

impl Issue {
    /// `what` is wrong at `at`.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Issue {
        Issue { at: at.into(), what: what.into() }
    }
}

/// Where a value was read: an entry and a place in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The entry.
    pub path: EntryPath,
    /// A JSON pointer (`/started`), `line 3`, an XPath-like `/testsuite[1]/@timestamp`, or empty for the whole.
    pub pointer: String,
}

impl Place {
    /// The place `pointer` in the same entry, below this one: `/3` + `/state` = `/3/state`.
    pub fn below(&self, pointer: &str) -> Place {
        Place { path: self.path.clone(), pointer: format!("{}{pointer}", self.pointer) }
    }
}

/// Everything a snapshot holds besides its documents, in normal form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// Pull requests by number; see [`Evidence::pulls_complete`].
    pub pulls: BTreeMap<u64, Pull>,
    /// Whether the listing of all pull requests is here and every page of it was fetched.
    pub pulls_complete: bool,
    /// The listing of all pull requests, to cite.
    pub pulls_listing: Option<Place>,
    /// `owner/name` of the repository that the pull requests belong to.
    pub forge_repository: Option<String>,
    /// Builds by number.
    pub builds: BTreeMap<u64, Build>,
    /// Numbers in the build listing; one whose build in `builds` has its place in the listing was never fetched.
    pub builds_listed: BTreeMap<u64, Place>,
    /// Step logs.
    pub logs: Vec<Log>,
    /// Runs by id.
    pub runs: BTreeMap<String, Run>,
    /// Files of test results, in entry order.
    pub test_reports: Vec<TestReport>,
    /// Suites that carry cases of their own, in entry order.
    pub suites: Vec<Suite>,
    /// Badges by run id.
    pub badges: BTreeMap<String, Badge>,
    /// Listings and inspections of docker.
    pub docker: Vec<DockerOutput>,
    /// History of the documents' repository, oldest first.
    pub commits: Vec<Commit>,
    /// Events that the packer declared.
    pub events: Vec<DeclaredEvent>,
    /// What could not be got.
    pub absences: Vec<Absence>,
    /// Every entry by path: kind and origin.
    pub entries: BTreeMap<EntryPath, (EvidenceKind, String)>,
}

/// What an entry that could not be read as its kind had to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryIssue {
    /// The entry.
    pub path: EntryPath,
    /// What was wrong.
    #[serde(flatten)]
    pub issue: Issue,
}

/// Reads every entry that `metadata` lists into its normal form.
///
/// `bytes_of` gives an entry's bytes, or none when it cannot be read; such an entry counts as missing. Each entry
/// is asked for once, only if a parser reads its kind, and dropped before the next. The text of step logs is not kept:
/// [`log::each_line`] gives it again.
pub fn read<'a>(
    metadata: &Metadata,
    bytes_of: impl Fn(&EntryPath) -> Option<Cow<'a, [u8]>>,
) -> (Evidence, Vec<EntryIssue>) {
    load::load(metadata, &bytes_of)
}
