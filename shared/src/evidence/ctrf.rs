//! Test results as CTRF JSON, which many test runners write alike. Knows nothing about runs or builds.

use std::collections::HashMap;

use serde_json::Value;

use super::fields::{self, Fields, When};
use super::{
    Case, CaseOutcome, Counts, Issue, Place, RareCounts, Retry, RetryKind, Suite, TestFile, TestReport,
};
use crate::entry_path::EntryPath;
use crate::time::Timestamp;

/// Where the tests stand in the document.
const TESTS: &str = "/results/tests";
/// Attempts that are kept of one test.
const MAX_RETRIES: u64 = 100;

/// Reads a report; tests are put together by their suite, in the order in which suites first occur.
///
/// Its summary counts the file as a whole, so it is a suite's own only where there is no other suite.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (TestFile, Vec<Issue>) {
    let mut issues = Vec::new();
    let place = Place { path: path.clone(), pointer: String::new() };
    let nothing = TestFile { report: TestReport::nothing(place), suites: Vec::new() };
    let Some(document) = fields::document(bytes, &mut issues) else {
        return (nothing, issues);
    };
    let results = Fields::new(&document, "", &mut issues)
        .and_then(|root| root.object("results", When::Expected, &mut issues));
    let file = match results {
        Some(results) => read(&results, nothing, &mut issues),
        None => nothing,
    };
    (file, issues)
}

fn read(results: &Fields<'_>, mut file: TestFile, issues: &mut Vec<Issue>) -> TestFile {
    let path = file.report.place.path.clone();
    let summary = results.object("summary", When::Expected, issues);
    let summary = summary.map(|summary| Summary::read(&summary, issues)).unwrap_or_default();
    let tool = results.object("tool", When::Optional, issues);
    let tool = tool.map_or(String::new(), |tool| tool.string("name", When::Optional, issues));
    let complete = results.get("tests").is_some_and(Value::is_array);
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let mut all_read = complete;
    let tests = results.objects("tests", When::Expected, issues);
    if let Some(Value::Array(written)) = results.get("tests") {
        all_read &= written.len() == tests.len();
    }
    for test in &tests {
        let name = suite_name(test, issues);
        let index = *by_name.entry(name).or_insert_with_key(|name| {
            let place = Place { path: path.clone(), pointer: TESTS.to_owned() };
            file.suites.push(Suite {
                file_stem: file_stem(&path).to_owned(),
                name: if name.is_empty() { tool.clone() } else { name.clone() },
                complete: true,
                ..Suite::nothing(place)
            });
            file.suites.len() - 1
        });
        let case = case(test, issues);
        if let Some(suite) = file.suites.get_mut(index) {
            suite.timestamp = match (suite.timestamp, case.started) {
                (Some(suite), Some(case)) => Some(suite.min(case)),
                (suite, case) => suite.or(case),
            };
            suite.cases.push(case);
        }
    }
    let mut report =
        TestReport { tool, suite_count: file.suites.len() as u64, complete: all_read, ..file.report };
    report.declared = summary.counts;
    report.declared_by_suites = summary.counts;
    report.declared_rare = summary.rare;
    report.computed = Counts::zero();
    report.computed_rare = RareCounts::zero();
    let only_one = file.suites.len() == 1;
    for suite in &mut file.suites {
        suite.complete = all_read;
        suite.computed = Counts::of(&suite.cases);
        suite.computed_rare = RareCounts::of(&suite.cases);
        report.computed = report.computed.plus(suite.computed);
        report.computed_rare = report.computed_rare.plus(suite.computed_rare);
        if only_one {
            suite.declared = summary.counts;
            suite.declared_rare = summary.rare;
            suite.timestamp = summary.start.or(suite.timestamp);
            suite.seconds = summary.seconds();
        }
    }
    if !only_one && let Some(what) = summary.counts.difference(report.computed) {
        issues.push(Issue::new("/results/summary", what));
    }
    let passed = file.suites.iter().flat_map(|suite| &suite.cases);
    let passed =
        passed.filter(|case| matches!(case.outcome, CaseOutcome::Passed | CaseOutcome::Flaky)).count();
    if let Some(declared) = summary.passed.filter(|declared| *declared != passed as u64) {
        let what = format!("declares {declared} passed tests, but {passed} tests in it passed");
        issues.push(Issue::new("/results/summary/passed", what));
    }
    TestFile { report, suites: file.suites }
}

/// What the file says of itself as a whole.
#[derive(Default)]
struct Summary {
    counts: Counts,
    rare: RareCounts,
    passed: Option<u64>,
    start: Option<Timestamp>,
    stop: Option<Timestamp>,
}

impl Summary {
    fn read(summary: &Fields<'_>, issues: &mut Vec<Issue>) -> Summary {
        let mut count = |key| summary.count(key, When::Optional, issues);
        let (skipped, pending) = (count("skipped"), count("pending"));
        let counts = Counts {
            tests: count("tests"),
            failures: count("failed"),
            errors: None,
            // What is pending did not run; cases say "skipped" to both.
            skipped: skipped.map_or(pending, |skipped| Some(skipped.saturating_add(pending.unwrap_or(0)))),
        };
        let rare = RareCounts { disabled: count("other"), flaky: count("flaky"), rerun: None };
        let passed = count("passed");
        Summary {
            counts,
            rare,
            passed,
            start: instant(summary, "start", issues),
            stop: instant(summary, "stop", issues),
        }
    }

    fn seconds(&self) -> Option<f64> {
        let milliseconds = self.stop?.as_millisecond().checked_sub(self.start?.as_millisecond())?;
        (milliseconds >= 0).then(|| milliseconds as f64 / 1000.0)
    }
}

/// Milliseconds since 1970, where 0 means never; some write seconds.
fn instant(fields: &Fields<'_>, key: &str, issues: &mut Vec<Issue>) -> Option<Timestamp> {
    let value = fields.get(key)?;
    let number = value.as_f64().filter(|number| number.is_finite() && *number >= 0.0);
    if number == Some(0.0) {
        return None;
    }
    let at = number.filter(|number| *number < 1e15).and_then(|number| {
        let milliseconds = if number < 1e11 { number * 1000.0 } else { number };
        Timestamp::from_millisecond(milliseconds.round() as i64).ok()
    });
    if at.is_none() {
        fields::push(issues, || {
            Issue::new(fields.pointer_of(key), "is no instant in milliseconds; left out")
        });
    }
    at
}

/// The suite's name; newer reports write the names of nested suites, outermost first.
fn suite_name(test: &Fields<'_>, issues: &mut Vec<Issue>) -> String {
    match test.get("suite") {
        Some(Value::Array(_)) => test.strings("suite", When::Optional, issues).join(" > "),
        _ => test.string("suite", When::Optional, issues),
    }
}

fn case(test: &Fields<'_>, issues: &mut Vec<Issue>) -> Case {
    let outcome = outcome(test, issues);
    let message = test.string("message", When::Optional, issues);
    let trace = test.string("trace", When::Optional, issues);
    let message = match (message.is_empty(), trace.is_empty()) {
        (false, false) => format!("{message}\n{trace}"),
        _ => message + &trace,
    };
    let mut file = test.string("filePath", When::Optional, issues);
    if let Some(line) = test.count("line", When::Optional, issues).filter(|_| !file.is_empty()) {
        file = format!("{file}:{line}");
    }
    let duration = test.get("duration").and_then(Value::as_f64);
    if duration.is_none_or(|duration| duration < 0.0) && test.get("duration").is_some() {
        fields::push(issues, || {
            Issue::new(test.pointer_of("duration"), "is no length of time in milliseconds; left out")
        });
    }
    let attachments = test.objects("attachments", When::Optional, issues);
    Case {
        class: test.string("suite", When::Optional, &mut Vec::new()),
        file,
        seconds: duration.filter(|duration| *duration >= 0.0).map(|milliseconds| milliseconds / 1000.0),
        started: instant(test, "start", issues),
        message,
        retries: retries(test, outcome, issues),
        attachments: attachments
            .iter()
            .map(|attachment| attachment.string("path", When::Expected, issues))
            .filter(|path| !path.is_empty())
            .collect(),
        pointer: test.pointer().to_owned(),
        ..Case::new(test.string("name", When::Expected, issues), outcome)
    }
}

fn outcome(test: &Fields<'_>, issues: &mut Vec<Issue>) -> CaseOutcome {
    let status = test.string("status", When::Expected, issues);
    let raw = test.string("rawStatus", When::Optional, issues).to_ascii_lowercase();
    let flaky = test.boolean("flaky", When::Optional, issues).unwrap_or(false);
    match status.as_str() {
        "passed" if flaky => CaseOutcome::Flaky,
        "passed" => CaseOutcome::Passed,
        "failed" if matches!(raw.as_str(), "error" | "errored" | "broken") => CaseOutcome::Error,
        "failed" => CaseOutcome::Failed,
        "skipped" | "pending" => CaseOutcome::Skipped,
        "other" if matches!(raw.as_str(), "error" | "errored" | "broken") => CaseOutcome::Error,
        "other" => CaseOutcome::Disabled,
        unknown => {
            // Whatever it means, it does not say that the test passed.
            let shown: String = unknown.chars().take(60).collect();
            fields::push(issues, || {
                let what = format!("{shown:?} is no status known here; taken for a test that never ran");
                Issue::new(test.pointer_of("status"), what)
            });
            CaseOutcome::Disabled
        }
    }
}

/// Earlier attempts: each one's own words where they are here, else as many as were counted.
fn retries(test: &Fields<'_>, outcome: CaseOutcome, issues: &mut Vec<Issue>) -> Vec<Retry> {
    let passed = matches!(outcome, CaseOutcome::Passed | CaseOutcome::Flaky);
    let kind = if passed { RetryKind::FlakyFailure } else { RetryKind::RerunFailure };
    let attempts = test.objects("retryAttempts", When::Optional, issues);
    let count = test.count("retries", When::Optional, issues).unwrap_or(0).min(MAX_RETRIES);
    if attempts.is_empty() {
        return (0..count).map(|_| Retry { kind, message: String::new() }).collect();
    }
    let failed =
        attempts.iter().filter(|attempt| attempt.get("status").and_then(Value::as_str) != Some("passed"));
    failed
        .take(usize::try_from(MAX_RETRIES).unwrap_or(usize::MAX))
        .map(|attempt| Retry { kind, message: attempt.string("message", When::Optional, issues) })
        .collect()
}

fn file_stem(path: &EntryPath) -> &str {
    let name = path.file_name();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::iso;

    fn read(json: &str) -> (TestFile, Vec<String>) {
        let (file, issues) =
            parse(json.as_bytes(), &EntryPath::new("data/runs/612/ctrf-report.json").unwrap());
        (file, issues.into_iter().map(|issue| format!("{} {}", issue.at, issue.what)).collect())
    }

    fn check_outcome(members: &str, expected: CaseOutcome, retries: usize) {
        let (file, _) = read(&format!(r#"{{"results":{{"tests":[{{"name":"a",{members}}}]}}}}"#));
        let case = &file.suites[0].cases[0];
        assert_eq!((case.outcome, case.retries.len()), (expected, retries), "{members}");
    }

    #[test]
    fn only_passed_has_passed() {
        check_outcome(r#""status":"passed""#, CaseOutcome::Passed, 0);
        check_outcome(r#""status":"passed","flaky":true,"retries":2"#, CaseOutcome::Flaky, 2);
        check_outcome(r#""status":"failed","retries":1"#, CaseOutcome::Failed, 1);
        check_outcome(r#""status":"failed","rawStatus":"Broken""#, CaseOutcome::Error, 0);
        check_outcome(r#""status":"pending""#, CaseOutcome::Skipped, 0);
        check_outcome(r#""status":"skipped""#, CaseOutcome::Skipped, 0);
        check_outcome(r#""status":"other""#, CaseOutcome::Disabled, 0);
        check_outcome(r#""status":"PASSED""#, CaseOutcome::Disabled, 0);
        check_outcome(r#""x":1"#, CaseOutcome::Disabled, 0);
        let attempts = r#""status":"passed","flaky":true,"retryAttempts":[{"attempt":1,"status":"failed","message":"m"},
            {"attempt":2,"status":"passed"}]"#;
        check_outcome(attempts, CaseOutcome::Flaky, 1);
    }

    #[test]
    fn reads_a_report() {
        let (file, issues) = read(
            r#"{"reportFormat":"CTRF","results":{"tool":{"name":"jest"},"summary":{"tests":3,"passed":1,"failed":1,"pending":1,
            "skipped":0,"other":0,"start":1781331182000,"stop":1781331184500},"tests":[
            {"name":"a","status":"passed","duration":12,"start":1781331183000},
            {"name":"b","status":"failed","duration":1500,"message":"m","trace":"t","filePath":"x.js","line":7,
            "attachments":[{"name":"p","contentType":"image/png","path":"p.png"}]},
            {"name":"c","status":"pending","duration":0}],"environment":{"extra":1}}}"#,
        );
        assert!(issues.is_empty(), "{issues:?}");
        let [suite] = file.suites.as_slice() else { panic!("{file:?}") };
        assert_eq!(
            (suite.name.as_str(), suite.file_stem.as_str(), suite.seconds),
            ("jest", "ctrf-report", Some(2.5))
        );
        assert_eq!(suite.timestamp.map(iso).as_deref(), Some("2026-06-13T06:13:02Z"));
        assert_eq!(suite.declared, Counts { errors: None, ..suite.computed });
        let case = &suite.cases[1];
        assert_eq!((case.message.as_str(), case.file.as_str(), case.seconds), ("m\nt", "x.js:7", Some(1.5)));
        assert_eq!(
            (case.attachments.as_slice(), case.pointer.as_str()),
            (&["p.png".to_owned()][..], "/results/tests/1")
        );
        assert!(file.report.complete && suite.complete);
    }

    #[test]
    fn puts_suites_together_and_compares_the_summary() {
        let (file, issues) = read(
            r#"{"results":{"summary":{"tests":5,"passed":3,"failed":0},"tests":[{"name":"a","status":"passed","suite":"x"},
            {"name":"b","status":"passed","suite":["y","z"]},{"name":"c","status":"passed","suite":"x","start":-1},7]}}"#,
        );
        let suites: Vec<_> =
            file.suites.iter().map(|suite| (suite.name.as_str(), suite.cases.len())).collect();
        assert_eq!(suites, [("x", 2), ("y > z", 1)]);
        assert_eq!(
            (file.report.declared.tests, file.report.computed.tests, file.report.complete),
            (Some(5), Some(3), false)
        );
        assert_eq!(file.suites[0].declared, Counts::default());
        assert_eq!(
            issues,
            [
                "/results/tests/3 is a number, not an object; left out",
                "/results/tests/2/start is no instant in milliseconds; left out",
                "/results/summary declares 5 tests, but 3 cases are in it",
            ]
        );
    }

    #[test]
    fn keeps_what_can_be_read() {
        for json in ["", "[]", "{}", r#"{"results":7}"#, r#"{"results":{}}"#, r#"{"results":{"tests":{}}}"#] {
            let (file, issues) = read(json);
            assert!(file.suites.is_empty() && !file.report.complete && !issues.is_empty(), "{json}");
        }
    }
}
