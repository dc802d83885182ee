//! Test cases as one flat, filtered list; knows nothing about how rows are drawn.

use dossier_shared::evidence::{CaseOutcome, Counts};
use dossier_shared::report::{CaseFacts, Report, SuiteFacts};

/// Where a case lies: suite and case by position in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CaseAt {
    pub(crate) suite: usize,
    pub(crate) case: usize,
}

impl CaseAt {
    /// The suite and the case.
    pub(crate) fn get(self, report: &Report) -> Option<(&SuiteFacts, &CaseFacts)> {
        let suite = report.tests.get(self.suite)?;
        Some((suite, suite.cases.get(self.case)?))
    }
}

/// What to show of the cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Words that all have to occur in name, class, suite, run or message.
    pub(crate) text: String,
    /// Only cases with this outcome.
    pub(crate) outcome: Option<CaseOutcome>,
    /// Slowest first, in place of the report's order.
    pub(crate) by_time: bool,
}

/// All outcomes, worst first.
pub(crate) const OUTCOMES: [CaseOutcome; 6] = [
    CaseOutcome::Error,
    CaseOutcome::Failed,
    CaseOutcome::Flaky,
    CaseOutcome::Skipped,
    CaseOutcome::Disabled,
    CaseOutcome::Passed,
];

/// The word for an outcome.
pub(crate) fn outcome_word(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Passed => "passed",
        CaseOutcome::Flaky => "passed on rerun",
        CaseOutcome::Skipped => "skipped",
        CaseOutcome::Disabled => "never ran",
        CaseOutcome::Failed => "failed",
        CaseOutcome::Error => "broke",
    }
}

/// The class that colours an outcome.
pub(crate) fn outcome_class(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Passed => "t-pass",
        CaseOutcome::Flaky => "t-flaky",
        CaseOutcome::Skipped | CaseOutcome::Disabled => "t-skip",
        CaseOutcome::Failed | CaseOutcome::Error => "t-fail",
    }
}

/// The cases that pass a filter.
pub(crate) fn select(report: &Report, filter: &Filter) -> Vec<CaseAt> {
    let needles: Vec<String> = filter.text.split_whitespace().map(str::to_lowercase).collect();
    let mut selected = Vec::new();
    for (suite_index, suite) in report.tests.iter().enumerate() {
        let mut around = String::new();
        if !needles.is_empty() {
            around =
                format!("{} {} {}", suite.name, suite.file_stem, suite.run.as_deref().unwrap_or_default())
                    .to_lowercase();
        }
        for (case_index, case) in suite.cases.iter().enumerate() {
            if filter.outcome.is_some_and(|outcome| outcome != case.outcome) {
                continue;
            }
            let holds = |needle: &String| {
                around.contains(needle)
                    || holds_word(&case.name, needle)
                    || holds_word(&case.class, needle)
                    || holds_word(&case.message, needle)
            };
            if needles.iter().all(holds) {
                selected.push(CaseAt { suite: suite_index, case: case_index });
            }
        }
    }
    if filter.by_time {
        let seconds =
            |at: &CaseAt| at.get(report).and_then(|(_, case)| case.seconds).unwrap_or(f64::NEG_INFINITY);
        selected.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
    }
    selected
}

fn holds_word(text: &str, needle: &str) -> bool {
    text.contains(needle) || text.to_lowercase().contains(needle)
}

/// How many cases there are of each outcome, in the order of [`OUTCOMES`].
pub(crate) fn totals(report: &Report) -> [u64; 6] {
    let mut totals = [0; 6];
    for case in report.tests.iter().flat_map(|suite| &suite.cases) {
        if let Some(index) = OUTCOMES.iter().position(|outcome| *outcome == case.outcome) {
            totals[index] += 1;
        }
    }
    totals
}

/// Where the counts that a suite declares differ from its cases, in words; empty when they agree.
pub(crate) fn disagreement(declared: Counts, computed: Counts) -> String {
    let pairs = [
        ("tests", declared.tests, computed.tests),
        ("failures", declared.failures, computed.failures),
        ("errors", declared.errors, computed.errors),
        ("skipped", declared.skipped, computed.skipped),
    ];
    let differences: Vec<String> = pairs
        .into_iter()
        .filter_map(|(what, declared, computed)| {
            let (declared, computed) = (declared?, computed.unwrap_or(0));
            (declared != computed).then(|| format!("{what}: declares {declared}, holds {computed}"))
        })
        .collect();
    differences.join(" · ")
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn differences_are_said_and_missing_counts_are_not() {
        let declared = Counts { tests: Some(9), failures: Some(0), errors: None, skipped: None };
        let computed = Counts { tests: Some(8), failures: Some(0), errors: Some(0), skipped: Some(0) };
        assert_eq!(disagreement(declared, computed), "tests: declares 9, holds 8");
        assert_eq!(disagreement(computed, computed), "");
    }
}
