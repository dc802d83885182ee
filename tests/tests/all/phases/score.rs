//! How a report is held against what a person expected of it: what was met, what was missed, what is wrong.

use dossier_shared::report::{Check, Report};
use serde::Serialize;

use super::expected::{Expected, Statement};

/// What became of a phase's expectations.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// Met and all, by expected outcome.
    pub(crate) confirmed: Share,
    pub(crate) contradicted: Share,
    pub(crate) no_evidence: Share,
    pub(crate) not_checkable: Share,
    pub(crate) notes: Share,
    /// Contradicted checks that are expected to be, and all contradicted checks.
    pub(crate) precision: Share,
    /// Statements that did not come out as expected, in words.
    pub(crate) missed: Vec<String>,
    /// Contradicted checks that nobody expects, in words.
    pub(crate) falsely_contradicted: Vec<String>,
    /// Gates, DONE, vetoes and findings that came out otherwise, in words.
    pub(crate) wrong: Vec<String>,
}

/// So many of so many.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Share {
    pub(crate) met: usize,
    pub(crate) all: usize,
}

impl Share {
    fn count(&mut self, is_met: bool) {
        self.all += 1;
        self.met += usize::from(is_met);
    }

    pub(crate) fn ratio(self) -> f64 {
        if self.all == 0 { 1.0 } else { self.met as f64 / self.all as f64 }
    }

    pub(crate) fn add(&mut self, other: Share) {
        self.met += other.met;
        self.all += other.all;
    }
}

/// Holds `report` against `expected`.
pub(crate) fn score(expected: &Expected, report: &Report) -> Score {
    let mut score = Score::default();
    for statement in &expected.statement {
        let faults = faults(statement, report);
        let share = match statement.outcome.as_str() {
            "confirmed" => &mut score.confirmed,
            "contradicted" => &mut score.contradicted,
            "no-evidence" => &mut score.no_evidence,
            "not-checkable" => &mut score.not_checkable,
            other => panic!("{}:{}: no outcome {other:?}", statement.document, statement.line),
        };
        share.count(faults.is_none());
        if let Some(fault) = faults {
            score.missed.push(format!(
                "{}:{} “{}”: expected {}{}; {fault}",
                statement.document,
                statement.line,
                statement.quote,
                statement.outcome,
                if statement.about.is_empty() { String::new() } else { format!(" ({})", statement.about) },
            ));
        }
    }
    for check in report.checks.iter().filter(|check| word(&check.outcome) == "contradicted") {
        let planted = expected.statement.iter().any(|s| s.outcome == "contradicted" && overlaps(s, check));
        score.precision.count(planted);
        if !planted {
            score.falsely_contradicted.push(format!("{}:{} {}", check.document, check.line, told(check)));
        }
    }
    for note in &expected.note {
        let is_met = report.notes.iter().any(|said| said.text.contains(&note.text));
        score.notes.count(is_met);
        if !is_met {
            score.missed.push(format!("no note holds {:?}", note.text));
        }
    }
    score.wrong = life(expected, report);
    score
}

/// Why a statement is not met; none when it is.
fn faults(statement: &Statement, report: &Report) -> Option<String> {
    let here: Vec<&Check> = report.checks.iter().filter(|check| overlaps(statement, check)).collect();
    let with = |outcome: &str| -> Vec<&Check> {
        here.iter().copied().filter(|check| word(&check.outcome) == outcome).collect()
    };
    let is_met = match statement.outcome.as_str() {
        "contradicted" => with("contradicted").iter().any(|check| {
            let kind = statement.kind.as_ref().is_none_or(|kind| *kind == word(&check.kind));
            // `#1215` and "build 1215" are one value.
            let because = |words: &String| check.because.contains(words.trim_start_matches('#'));
            let because = statement.because.as_ref().is_none_or(because);
            let acknowledged =
                statement.acknowledged.is_none() || check.acknowledged == statement.acknowledged;
            kind && because && acknowledged
        }),
        "confirmed" => !with("confirmed").is_empty() && with("contradicted").is_empty(),
        outcome => {
            let silent = with("confirmed").is_empty() && with("contradicted").is_empty();
            silent && (outcome != "no-evidence" || !with("no-evidence").is_empty())
        }
    };
    let details = || {
        let mut wanted = String::new();
        for (name, value) in [
            ("kind", &statement.kind),
            ("because", &statement.because),
            ("acknowledged", &statement.acknowledged),
        ] {
            if let Some(value) = value {
                wanted.push_str(&format!("{name} {value:?}, "));
            }
        }
        let found: Vec<String> = here.iter().map(|check| told(check)).collect();
        match found.is_empty() {
            true => "no check stands there".to_owned(),
            false => format!("wanted {wanted}got\n        {}", found.join("\n        ")),
        }
    };
    (!is_met).then(details)
}

fn told(check: &Check) -> String {
    let acknowledged =
        check.acknowledged.as_ref().map(|at| format!(", acknowledged {at}")).unwrap_or_default();
    format!(
        "{} {} {} ({}) “{}”: {}{acknowledged}",
        check.id,
        check.rule,
        word(&check.outcome),
        word(&check.kind),
        check.quote,
        check.because
    )
}

/// A word of the report as its JSON writes it.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Whether a check stands where the statement does and speaks of its words.
fn overlaps(statement: &Statement, check: &Check) -> bool {
    if check.document != statement.document || check.line != statement.line {
        return false;
    }
    let (expected, found) = (plain(&statement.quote), plain(&check.quote));
    if expected.contains(&found) || found.contains(&expected) {
        return true;
    }
    let (expected, found): (Vec<char>, Vec<char>) = (expected.chars().collect(), found.chars().collect());
    longest_piece(&expected, &found) * 2 >= expected.len().min(found.len())
}

/// Words without Markdown's marks and with single blanks.
pub(crate) fn plain(text: &str) -> String {
    let unmarked: String = text.chars().filter(|c| !matches!(c, '*' | '`')).collect();
    unmarked.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The length of the longest piece that both hold.
fn longest_piece(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut longest = 0;
    for x in a {
        let mut now = vec![0; b.len() + 1];
        for (at, y) in b.iter().enumerate() {
            if x == y {
                now[at + 1] = before[at] + 1;
                longest = longest.max(now[at + 1]);
            }
        }
        before = now;
    }
    longest
}

/// Everything about gates, DONE, vetoes and findings that is not as expected.
fn life(expected: &Expected, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut differ = |what: String, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{what}: expected {expected}, got {found}"));
        }
    };
    let ids = |ids: Vec<&str>| ids.join(" ");
    differ(
        "gates".to_owned(),
        ids(expected.gate.iter().map(|gate| gate.id.as_str()).collect()),
        ids(report.gates.iter().map(|gate| gate.id.as_str()).collect()),
    );
    for gate in &expected.gate {
        let Some(found) = report.gates.iter().find(|found| found.id == gate.id) else { continue };
        differ(format!("gate {}", gate.id), gate.verdict.clone(), word(&found.verdict));
        if let (Some(document), Some(line)) = (&gate.document, gate.line) {
            let place = format!("{}:{}", found.document, found.line);
            differ(format!("gate {} stands", gate.id), format!("{document}:{line}"), place);
        }
        let history: Vec<String> = found.history.iter().map(|event| word(&event.what)).collect();
        differ(format!("gate {} history", gate.id), gate.history.join(" "), history.join(" "));
    }
    let done = &expected.done;
    differ("DONE written".to_owned(), done.is_written.to_string(), report.done.is_written.to_string());
    differ("DONE allowed".to_owned(), done.allowed.to_string(), report.done.allowed.to_string());
    if let Some(written) = &done.written {
        let found = report.done.written.map(|at| at.to_string()).unwrap_or_default();
        differ("DONE written".to_owned(), written.clone(), found);
    }
    let reasons = report.done.reasons.join("; ");
    for reason in &done.reasons {
        if !reasons.to_lowercase().contains(&reason.to_lowercase()) {
            differ("DONE reasons".to_owned(), format!("{reason:?}"), format!("{reasons:?}"));
        }
    }
    let scope = |text: &str| {
        let mut ids: Vec<&str> = text
            .split(|c: char| !(c.is_alphanumeric() || ".-".contains(c)))
            .filter(|id| !id.is_empty())
            .collect();
        ids.sort_unstable();
        ids.join("+")
    };
    let veto = |document: &str, line: u32, standing: bool, about: &str| {
        format!("{document}:{line} {} [{}]", if standing { "standing" } else { "lifted" }, scope(about))
    };
    let mut vetoes: Vec<String> =
        expected.veto.iter().map(|v| veto(&v.document, v.line, v.standing, &v.scope)).collect();
    let mut found: Vec<String> =
        report.vetoes.iter().map(|v| veto(&v.document, v.line, v.standing, &v.scope)).collect();
    vetoes.sort();
    found.sort();
    differ("vetoes".to_owned(), vetoes.join(", "), found.join(", "));
    findings(expected, report, &mut differ);
    wrong
}

fn findings(expected: &Expected, report: &Report, differ: &mut impl FnMut(String, String, String)) {
    for finding in &expected.finding {
        match report.findings.iter().find(|found| found.id == finding.id) {
            None => differ(format!("finding {}", finding.id), finding.state.clone(), "none".to_owned()),
            Some(found) => {
                differ(format!("finding {}", finding.id), finding.state.clone(), word(&found.state));
                if let (Some(document), Some(line)) = (&finding.document, finding.line) {
                    let place = format!("{}:{}", found.document, found.line);
                    differ(format!("finding {} stands", finding.id), format!("{document}:{line}"), place);
                }
            }
        }
    }
    for found in &report.findings {
        if !expected.finding.iter().any(|finding| finding.id == found.id) {
            let place = format!("{} at {}:{}", word(&found.state), found.document, found.line);
            differ(format!("finding {}", found.id), "none".to_owned(), place);
        }
    }
}
