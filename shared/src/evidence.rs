//! The evidence of a phase in normal forms, one parser per kind; knows nothing about documents or judging.
//!
//! Every parser has the shape `parse(bytes, path) -> (Record, Vec<Issue>)`: it never fails as a whole, keeps what
//! could be read and says what could not. The path serves only to cite: every record says where it was read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::snapshot::metadata::{Absence, DeclaredEvent, Metadata};
use crate::time::Timestamp;

mod api_path;
pub mod badge;
pub mod capture;
pub mod docker;
pub mod drone;
mod fields;
pub mod git_log;
pub mod gitea;
pub mod junit;
pub mod load;
pub mod log;
pub mod results;
mod xml;

#[cfg(test)]
mod corpora;

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
    /// JUnit suites that carry cases of their own, in entry order.
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

/// Whether a pull request was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullState {
    /// Open.
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged, which closes it.
    Merged,
}

/// A pull request with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// Number in its repository.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Who opened it.
    pub author: String,
    /// State when captured.
    pub state: PullState,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// When it was last closed; none while open.
    pub closed_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Branch of the head.
    pub head_ref: String,
    /// Full sha of the head when captured.
    pub head_sha: String,
    /// Branch it wants to go into.
    pub base_ref: String,
    /// Address on the forge.
    pub url: String,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// Whether the comments' answer is here, with as many comments as the server counted.
    pub comments_fetched: bool,
    /// Timeline events (close, reopen, merge, push …), oldest first; comments are not repeated here.
    pub events: Vec<PullEvent>,
    /// Commit statuses of the head, oldest first.
    pub statuses: Vec<CommitStatus>,
    /// The object in the pull's own answer, or in the listing where that is all there is.
    pub place: Place,
}

/// A comment; a bot may keep one comment up to date in place, so both times matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Id on the forge.
    pub id: u64,
    /// Login of the author.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// When it was last edited; equals `created_at` when never.
    pub updated_at: Option<Timestamp>,
    /// The object.
    pub place: Place,
}

/// Something that happened to a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct PullEvent {
    /// Gitea's word: `close`, `reopen`, `merge_pull`, `pull_push`, `change_title` …
    pub kind: String,
    /// Who.
    pub author: String,
    /// When.
    pub at: Option<Timestamp>,
    /// The object.
    pub place: Place,
}

/// A status that CI set on a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitStatus {
    /// Which check, for example `cc-ci/testme`.
    pub context: String,
    /// `pending`, `success`, `error`, `failure`, `warning`, `skipped`.
    pub status: String,
    /// Where it points.
    pub target_url: String,
    /// The commit.
    pub sha: String,
    /// When it was set.
    pub created_at: Option<Timestamp>,
    /// The object.
    pub place: Place,
}

/// A CI build.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// Number in its repository.
    pub number: u64,
    /// The server's word: `success`, `failure`, `killed`, `error`, `running` …
    pub status: String,
    /// `custom`, `push`, …
    pub event: String,
    /// Who or what started it.
    pub author: String,
    /// Parameters, for example `RECIPE` and `REF`.
    pub params: BTreeMap<String, String>,
    /// When it was asked for.
    pub created: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// The answer's `link`: what was built, on the forge (a commit or comparison); empty when it holds none.
    pub link: String,
    /// Stages with steps; empty when only the listing is here.
    pub stages: Vec<Stage>,
    /// The object in the build's own answer, or in the listing.
    pub place: Place,
}

/// A stage of a build.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Number in the build, from 1.
    pub number: u64,
    /// Name.
    pub name: String,
    /// The server's word.
    pub status: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Number in the stage, from 1.
    pub number: u64,
    /// Name.
    pub name: String,
    /// The server's word.
    pub status: String,
    /// Exit code of its command; none when the answer does not say, which is not 0.
    pub exit_code: Option<i64>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
}

/// The log of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Build number.
    pub build: u64,
    /// Stage number.
    pub stage: u64,
    /// Step number.
    pub step: u64,
    /// Lines, oldest first, without ANSI escapes, as a terminal would leave them after carriage returns.
    pub lines: Vec<LogLine>,
    /// Lines that the server had dropped before the first one here.
    pub dropped_head: u64,
    /// The entry; a line's pointer is `/<index>/out`.
    pub place: Place,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Seconds since the step began.
    pub seconds: i64,
    /// The text.
    pub text: String,
}

/// A `results.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Folder name: a build number or a name.
    pub id: String,
    /// Schema, 1 or 2.
    pub schema: u64,
    /// What was tested.
    pub recipe: String,
    /// Version under test.
    pub version: String,
    /// Pull request, where given.
    pub pr: Option<u64>,
    /// Commit under test, as written.
    pub reference: String,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Level as written.
    pub level: Option<u64>,
    /// Level recomputed from the rungs: the highest i such that rung i passed and every rung below passed or was
    /// skipped. None without rungs, and where their order is unknown.
    pub recomputed_level: Option<u64>,
    /// How many rungs there are.
    pub rung_count: u64,
    /// Rungs in ladder order with their status.
    pub rungs: Vec<(String, String)>,
    /// Tiers (install, upgrade, backup …) with their status, in file order.
    pub tiers: Vec<(String, String)>,
    /// Flags such as `clean_teardown`; a flag that is not here is unknown, not false.
    pub flags: BTreeMap<String, bool>,
    /// Status of lint, which never changes the verdict.
    pub lint: Option<String>,
    /// The entry.
    pub place: Place,
}

/// A JUnit `testsuite` with cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// Run id, where the file lies in a run's folder.
    pub run: Option<String>,
    /// File stem, for example `install`; `custom__posts` belongs to tier `custom`.
    pub file_stem: String,
    /// Name as written.
    pub name: String,
    /// Timestamp as written; empty when none.
    pub timestamp_raw: String,
    /// The instant, where the timestamp says its zone.
    pub timestamp: Option<Timestamp>,
    /// Time as written, in seconds.
    pub seconds: Option<f64>,
    /// Counts as declared by the attributes; none where suites nest in this one, as they may count those too.
    pub declared: Counts,
    /// Counts of the cases here.
    pub computed: Counts,
    /// The cases.
    pub cases: Vec<Case>,
    /// The element.
    pub place: Place,
}

/// Counts of test cases; a declared count that is missing is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All.
    pub tests: Option<u64>,
    /// Failures.
    pub failures: Option<u64>,
    /// Errors.
    pub errors: Option<u64>,
    /// Skipped.
    pub skipped: Option<u64>,
}

/// Outcome of a test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseOutcome {
    /// Passed.
    Passed,
    /// Passed after a rerun.
    Flaky,
    /// Skipped.
    Skipped,
    /// Never ran (`status="disabled"` or `notrun`), which is no pass.
    Disabled,
    /// Failed an assertion.
    Failed,
    /// Broke.
    Error,
}

/// A test case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Name.
    pub name: String,
    /// Class or file.
    pub class: String,
    /// Outcome.
    pub outcome: CaseOutcome,
    /// Seconds; none when missing or unreadable.
    pub seconds: Option<f64>,
    /// Message and text of the failure, error or skip.
    pub message: String,
}

/// A badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// All text in it, title first, joined by ` · `.
    pub text: String,
    /// The level it shows, from words such as `level 5`.
    pub level: Option<u64>,
    /// The entry.
    pub place: Place,
}

/// What one docker command printed.
#[derive(Debug, Clone, PartialEq)]
pub struct DockerOutput {
    /// The command, for example `docker stack ls --format json`.
    pub argv: Vec<String>,
    /// Exit code; a listing whose command failed proves nothing.
    pub exit_code: Option<i64>,
    /// Words on stderr.
    pub stderr: String,
    /// When.
    pub captured_at: Option<Timestamp>,
    /// One JSON object a listed line, null for a line that is none; or the inspected objects.
    pub rows: Vec<serde_json::Value>,
    /// Every line as it was printed, to search like `grep` would; of a listing, line `i` is row `i`.
    pub raw_lines: Vec<String>,
    /// Whether everything that was printed is here and every row could be read.
    pub complete: bool,
    /// The entry, or the command in its capture where the output is not here. A listing row's pointer is
    /// `line <n>`, from 1; an inspected object's is `/<i>`.
    pub place: Place,
}

impl DockerOutput {
    /// The output of a command of which nothing is here.
    pub(crate) fn nothing(place: Place) -> DockerOutput {
        DockerOutput {
            argv: Vec::new(),
            exit_code: None,
            stderr: String::new(),
            captured_at: None,
            rows: Vec::new(),
            raw_lines: Vec::new(),
            complete: false,
            place,
        }
    }
}

/// A commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Full sha.
    pub sha: String,
    /// Name of the author.
    pub author: String,
    /// Author time.
    pub author_time: Option<Timestamp>,
    /// Committer time.
    pub commit_time: Option<Timestamp>,
    /// First line of the message.
    pub subject: String,
    /// Files it touched.
    pub changes: Vec<FileChange>,
    /// The `commit` line in the log.
    pub place: Place,
}

impl Commit {
    /// The later of author and committer time, as a fair judge takes it.
    pub fn at(&self) -> Option<Timestamp> {
        self.author_time.max(self.commit_time)
    }
}

/// What a commit did to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path in the repository after the commit (before it, for a deletion).
    pub path: String,
    /// Lines added, in order.
    pub added: Vec<String>,
    /// Lines removed, in order.
    pub removed: Vec<String>,
    /// Whether the file is gone after the commit.
    pub deleted: bool,
}

/// What an entry that could not be read as its kind had to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryIssue {
    /// The entry.
    pub path: EntryPath,
    /// What was wrong.
    #[serde(flatten)]
    pub issue: Issue,
}

/// Reads every entry that `metadata` lists into its normal form.
///
/// `bytes_of` gives an entry's bytes, or none when it cannot be read; such an entry counts as missing.
pub fn read<'a>(
    metadata: &Metadata,
    bytes_of: impl Fn(&EntryPath) -> Option<&'a [u8]>,
) -> (Evidence, Vec<EntryIssue>) {
    load::load(metadata, &bytes_of)
}
