//! Facts about evidence that hang on others: events, reviews, logs, files of test results. Knows no judging.

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::evidence::{Counts, RareCounts};
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
