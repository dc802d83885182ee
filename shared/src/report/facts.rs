//! Facts about evidence: pull requests, builds, runs, logs and test results. Knows no judging.

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::evidence::{Asset, CaseOutcome, Counts, PullState, RareCounts, Retry, RunSkips, RunStage};
use crate::time::Timestamp;

/// A review of a pull request for the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReviewFacts {
    /// Reviewer.
    pub author: String,
    /// The forge's word: `APPROVED`, `REQUEST_CHANGES`, …
    pub state: String,
    /// Body, Markdown.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub body: String,
    /// Commit that was reviewed.
    pub commit_id: String,
    /// Submitted.
    pub submitted_at: Option<Timestamp>,
    /// Whether it was dismissed; none when that is not said.
    pub dismissed: Option<bool>,
}

/// Something that happened to a pull request, for the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventFacts {
    /// The forge's word: `close`, `pull_push`, `change_title` …
    pub kind: String,
    /// Who.
    pub author: String,
    /// When.
    pub at: Option<Timestamp>,
    /// What changed, in words; empty when the kind says it all.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub detail: String,
}

/// What is worth knowing of a log before it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogFacts {
    /// Lines that the server had dropped before the first one here.
    pub dropped_head: u64,
    /// How many lines look like errors.
    pub error_line_count: u64,
    /// Numbers of the first of them, from 1.
    pub error_lines: Vec<u64>,
}

/// What lint said of a run; it never changes the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LintFacts {
    /// Status.
    pub status: String,
    /// In words.
    pub detail: String,
    /// Rules that failed.
    pub rules_failed: Vec<String>,
}

/// A file of test results for the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestReportFacts {
    /// Run id.
    pub run: Option<String>,
    /// Name of the whole.
    pub name: String,
    /// The tool that wrote it, where it says so.
    pub tool: String,
    /// Suites in it.
    pub suite_count: u64,
    /// Counts that its outermost element declares.
    pub declared: Counts,
    /// Counts that its outermost suites declare together.
    pub declared_by_suites: Counts,
    /// Counts of the cases that were read.
    pub computed: Counts,
    /// Declared counts of what only some producers count.
    pub declared_rare: RareCounts,
    /// The same counts, computed.
    pub computed_rare: RareCounts,
    /// Whether it could be read to its end.
    pub complete: bool,
    /// Entry.
    pub path: EntryPath,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PullFacts {
    /// Its number, without `#`.
    pub number: u64,
    /// Its title at capture.
    pub title: String,
    /// Login of who opened it.
    pub author: String,
    /// State at capture.
    pub state: PullState,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// When it was closed, if it was; merging closes too.
    pub closed_at: Option<Timestamp>,
    /// When it was merged, if it was.
    pub merged_at: Option<Timestamp>,
    /// Full sha of the head.
    pub head_sha: String,
    /// Branch it came from.
    pub head_ref: String,
    /// Branch it wants to go into.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub base_ref: String,
    /// Full sha of that branch at capture.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub base_sha: String,
    /// Login of who merged it.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub merged_by: String,
    /// Full sha of the commit that the merge made.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub merge_commit_sha: String,
    /// Names of its labels.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<String>,
    /// Logins of those whose review was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub requested_reviewers: Vec<String>,
    /// Its address on the forge.
    pub url: String,
    /// How many comments it counts itself; some forges count reviews among them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comment_count: Option<u64>,
    /// Its comments, oldest first.
    pub comments: Vec<CommentFacts>,
    /// Its reviews, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reviews: Vec<ReviewFacts>,
    /// What else happened to it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub events: Vec<EventFacts>,
    /// Entry it was read from.
    pub path: EntryPath,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommentFacts {
    /// Login of who wrote it.
    pub author: String,
    /// What it says, in Markdown.
    pub body: String,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// When it was last edited; as `created_at` when it never was.
    pub updated_at: Option<Timestamp>,
    /// Its address on the forge.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub url: String,
    /// Files attached to it, which are not here.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub assets: Vec<Asset>,
}

/// A build of the CI server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildFacts {
    /// Its number, without `#`.
    pub number: u64,
    /// How it ended, in the CI server's own word.
    pub status: String,
    /// Pull request whose head it tested, where that can be told.
    pub pull: Option<u64>,
    /// Commit under test, from its parameters.
    pub tested_ref: Option<String>,
    /// Parameters in order of name.
    pub params: Vec<(String, String)>,
    /// Login of who started it.
    pub author: String,
    /// What set it off: `custom`, `push`, …
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub event: String,
    /// What went wrong before any step could.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub error: String,
    /// When it was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Level of its run as written, where there is one.
    pub level: Option<u64>,
    /// Steps of all stages, in order.
    pub steps: Vec<StepFacts>,
    /// Entry it was read from.
    pub path: EntryPath,
}

/// A step of a build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepFacts {
    /// Name of its stage.
    pub stage: String,
    /// Its name.
    pub name: String,
    /// How it ended, in the CI server's own word.
    pub status: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// Exit code of its command, where that is said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exit_code: Option<i64>,
    /// What went wrong, in the server's words.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub error: String,
    /// Entry with its log, where it is here.
    pub log: Option<EntryPath>,
    /// What is worth knowing of its log, where there is anything.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log_facts: Option<LogFacts>,
}

/// A run: what one build, or one manual start, tested, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunFacts {
    /// Its id: a build number or a name.
    pub id: String,
    /// Recipe under test.
    pub recipe: String,
    /// Version of the recipe.
    pub version: String,
    /// Commit under test, as the run names it.
    pub reference: String,
    /// Level as written, counted in rungs.
    pub level: Option<u64>,
    /// Level recomputed from the rungs.
    pub recomputed_level: Option<u64>,
    /// How many rungs there are.
    pub rung_count: u64,
    /// Rungs from the lowest, each with its status.
    pub rungs: Vec<(String, String)>,
    /// Tiers, each with its status.
    pub tiers: Vec<(String, String)>,
    /// Schema of its record, 1 or 2.
    #[serde(default)]
    pub schema: u64,
    /// Why its level is no higher, as it says itself.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub level_cap_reason: String,
    /// Its stages with their tests.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stages: Vec<RunStage>,
    /// Rungs that were skipped, and why; missing when there are none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub skips: Option<RunSkips>,
    /// What lint said, where it ran.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lint: Option<LintFacts>,
    /// Flags, each with its value; one that is missing is unknown, not true.
    pub flags: Vec<(String, bool)>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Entries with its pictures.
    pub images: Vec<EntryPath>,
    /// Entry it was read from.
    pub path: EntryPath,
}

/// A test suite of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuiteFacts {
    /// Id of the run it belongs to.
    pub run: Option<String>,
    /// Its name.
    pub name: String,
    /// Its file's name without the ending.
    pub file_stem: String,
    /// When it began.
    pub timestamp: Option<Timestamp>,
    /// When it began as written, where that does not say its zone or cannot be read.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub timestamp_raw: String,
    /// How long it took, in seconds, as declared.
    pub seconds: Option<f64>,
    /// Counts that the file declares.
    pub declared: Counts,
    /// Counts of the cases that are there.
    pub computed: Counts,
    /// Declared counts of what only some producers count.
    #[serde(default)]
    pub declared_rare: RareCounts,
    /// The same counts of the cases that are there.
    #[serde(default)]
    pub computed_rare: RareCounts,
    /// Its properties, each with its value.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub properties: Vec<(String, String)>,
    /// Files that its output names as attachments.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attachments: Vec<String>,
    /// Its cases, in order.
    pub cases: Vec<CaseFacts>,
    /// Entry it was read from.
    pub path: EntryPath,
}

/// A test case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseFacts {
    /// Its name.
    pub name: String,
    /// Class or file it belongs to.
    pub class: String,
    /// How it went.
    pub outcome: CaseOutcome,
    /// How long it took, in seconds.
    pub seconds: Option<f64>,
    /// What it said when it failed; missing when it said nothing.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub message: String,
    /// Further attempts at it besides the one that decided.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub retries: Vec<Retry>,
    /// Files that its output names as attachments.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attachments: Vec<String>,
}
