//! Test reports: suites, cases and their counts. Knows nothing about the formats they come in.

use serde::{Deserialize, Serialize};

use crate::evidence::Place;
use crate::time::Timestamp;

/// What a file of test results holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFile {
    /// The file as a whole.
    pub report: TestReport,
    /// Suites that carry cases of their own, in file order.
    pub suites: Vec<Suite>,
}

/// One file of test results, without its suites.
#[derive(Debug, Clone, PartialEq)]
pub struct TestReport {
    /// Run id, where the file lies in a run's folder.
    pub run: Option<String>,
    /// Name of the whole, as written; empty when none.
    pub name: String,
    /// The tool that wrote it, where it says so; else empty.
    pub tool: String,
    /// Suites in it, those without cases of their own included.
    pub suite_count: u64,
    /// Counts that its outermost element declares.
    pub declared: Counts,
    /// The same sums as its outermost suites declare them; a count that one of them leaves out is none.
    pub declared_by_suites: Counts,
    /// Counts of the cases that were read.
    pub computed: Counts,
    /// Further counts, as declared by its outermost element.
    pub declared_rare: RareCounts,
    /// Further counts of the cases that were read.
    pub computed_rare: RareCounts,
    /// Whether the file could be read to its end; what is missing from one that could not proves nothing.
    pub complete: bool,
    /// The entry.
    pub place: Place,
}

impl TestReport {
    /// A report of which nothing but its place is known.
    pub fn nothing(place: Place) -> TestReport {
        TestReport {
            run: None,
            name: String::new(),
            tool: String::new(),
            suite_count: 0,
            declared: Counts::default(),
            declared_by_suites: Counts::default(),
            computed: Counts::default(),
            declared_rare: RareCounts::default(),
            computed_rare: RareCounts::default(),
            complete: false,
            place,
        }
    }
}

/// A suite with cases.
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
    /// Host that ran it; empty when none is named.
    pub hostname: String,
    /// Counts as declared by the attributes; none where suites nest in this one, as they may count those too.
    pub declared: Counts,
    /// Counts of the cases here.
    pub computed: Counts,
    /// Further counts as declared; none where suites nest in this one.
    pub declared_rare: RareCounts,
    /// Further counts of the cases here.
    pub computed_rare: RareCounts,
    /// Properties, in file order; a name may occur twice.
    pub properties: Vec<(String, String)>,
    /// Files that its output names as attachments.
    pub attachments: Vec<String>,
    /// Whether the file could be read to its end.
    pub complete: bool,
    /// The cases.
    pub cases: Vec<Case>,
    /// The element.
    pub place: Place,
}

impl Suite {
    /// A suite of which nothing but its place is known.
    pub fn nothing(place: Place) -> Suite {
        Suite {
            run: None,
            file_stem: String::new(),
            name: String::new(),
            timestamp_raw: String::new(),
            timestamp: None,
            seconds: None,
            hostname: String::new(),
            declared: Counts::default(),
            computed: Counts::default(),
            declared_rare: RareCounts::default(),
            computed_rare: RareCounts::default(),
            properties: Vec::new(),
            attachments: Vec::new(),
            complete: false,
            cases: Vec::new(),
            place,
        }
    }

    /// Whether the timestamp is written but does not say its zone, or cannot be read.
    pub fn zone_is_unknown(&self) -> bool {
        self.timestamp.is_none() && !self.timestamp_raw.is_empty()
    }
}

/// Counts of test cases; a declared count that is missing is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

impl Counts {
    /// The counts of `cases`.
    pub fn of(cases: &[Case]) -> Counts {
        let count = |outcome| Some(cases.iter().filter(|case| case.outcome == outcome).count() as u64);
        Counts {
            tests: Some(cases.len() as u64),
            failures: count(CaseOutcome::Failed),
            errors: count(CaseOutcome::Error),
            skipped: count(CaseOutcome::Skipped),
        }
    }

    /// Both together; a count that either of them lacks is none.
    pub fn plus(self, other: Counts) -> Counts {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        Counts {
            tests: sum(self.tests, other.tests),
            failures: sum(self.failures, other.failures),
            errors: sum(self.errors, other.errors),
            skipped: sum(self.skipped, other.skipped),
        }
    }

    /// What these declared counts say that `counted` does not, in words; none where they agree or say nothing.
    pub fn difference(self, counted: Counts) -> Option<String> {
        let differs = |declared: Option<u64>, counted: Option<u64>| {
            declared.zip(counted).filter(|(declared, counted)| declared != counted)
        };
        if let Some((declared, counted)) = differs(self.tests, counted.tests) {
            return Some(format!("declares {declared} tests, but {counted} cases are in it"));
        }
        // Producers differ in what they call an error; together the two are what did not pass.
        let bad = |counts: Counts| Some(counts.failures?.saturating_add(counts.errors.unwrap_or(0)));
        let (declared, counted) = differs(bad(self), bad(counted))?;
        Some(format!("declares {declared} failures and errors, but {counted} cases in it failed or broke"))
    }

    /// No cases at all, which is not the same as unknown.
    pub fn zero() -> Counts {
        Counts { tests: Some(0), failures: Some(0), errors: Some(0), skipped: Some(0) }
    }
}

/// Counts that only some producers declare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RareCounts {
    /// Cases that never ran because they are switched off.
    pub disabled: Option<u64>,
    /// Cases that passed only after a failure.
    pub flaky: Option<u64>,
    /// Cases that were run more than once, flaky or failed in the end.
    pub rerun: Option<u64>,
}

impl RareCounts {
    /// The counts of `cases`.
    pub fn of(cases: &[Case]) -> RareCounts {
        let count = |outcome| Some(cases.iter().filter(|case| case.outcome == outcome).count() as u64);
        RareCounts {
            disabled: count(CaseOutcome::Disabled),
            flaky: count(CaseOutcome::Flaky),
            rerun: Some(cases.iter().filter(|case| !case.retries.is_empty()).count() as u64),
        }
    }

    /// Both together; a count that either of them lacks is none.
    pub fn plus(self, other: RareCounts) -> RareCounts {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        RareCounts {
            disabled: sum(self.disabled, other.disabled),
            flaky: sum(self.flaky, other.flaky),
            rerun: sum(self.rerun, other.rerun),
        }
    }

    /// None of any, which is not the same as unknown.
    pub fn zero() -> RareCounts {
        RareCounts { disabled: Some(0), flaky: Some(0), rerun: Some(0) }
    }
}

/// Outcome of a test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// What an earlier attempt at a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RetryKind {
    /// It failed, and a later attempt passed.
    FlakyFailure,
    /// It broke, and a later attempt passed.
    FlakyError,
    /// It failed again.
    RerunFailure,
    /// It broke again.
    RerunError,
}

/// One of several attempts at a case, besides the one that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Retry {
    /// What it came to.
    pub kind: RetryKind,
    /// Its message, or the beginning of its text.
    pub message: String,
}

/// A test case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Name.
    pub name: String,
    /// Class or file.
    pub class: String,
    /// Source file, with its line behind a colon where that is given; empty when none.
    pub file: String,
    /// Outcome.
    pub outcome: CaseOutcome,
    /// Seconds; none when missing or unreadable.
    pub seconds: Option<f64>,
    /// When it began, where that is given with its zone.
    pub started: Option<Timestamp>,
    /// Message and text of the failure, error or skip.
    pub message: String,
    /// Further attempts; what decided is in `outcome` and `message`.
    pub retries: Vec<Retry>,
    /// Properties, in file order; a name may occur twice.
    pub properties: Vec<(String, String)>,
    /// Files that its output names as attachments.
    pub attachments: Vec<String>,
    /// The element's pointer in the suite's entry.
    pub pointer: String,
}

impl Case {
    /// A case of which nothing but its name and outcome is known.
    pub fn new(name: impl Into<String>, outcome: CaseOutcome) -> Case {
        Case {
            name: name.into(),
            class: String::new(),
            file: String::new(),
            outcome,
            seconds: None,
            started: None,
            message: String::new(),
            retries: Vec::new(),
            properties: Vec::new(),
            attachments: Vec::new(),
            pointer: String::new(),
        }
    }
}
