//! A report as JUnit XML, so that a CI server lists gates and checks among its tests. Judges nothing.

use std::collections::BTreeMap;

use dossier_shared::report::{Check, CheckKind, Outcome, Report, SealState, Verdict};

use super::check::words::{absence_words, done_words, reason};
use super::{Places, clean, count, shorten};

const LONGEST_NAME: usize = 100;

/// The whole report. One suite for the snapshot, one for the gates, one for every section that statements stand in.
pub(crate) fn document(report: &Report, places: &Places) -> String {
    let mut suites = vec![snapshot(report), gates(report, places)];
    suites.extend(sections(report, places));
    suites.retain(|suite| !suite.cases.is_empty());
    let cases = || suites.iter().flat_map(|suite| &suite.cases);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name={}{}>\n",
        quoted(&format!("dossier check {}", report.phase.id)),
        totals(cases())
    ));
    for suite in &suites {
        out.push_str(&format!("  <testsuite name={}{}>\n", quoted(&suite.name), totals(suite.cases.iter())));
        suite.cases.iter().for_each(|case| case.write(&mut out));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    came_to: CameTo,
}

enum CameTo {
    Passed,
    Skipped {
        message: String,
    },
    Failed {
        kind: &'static str,
        message: String,
        /// What is known besides, a line each.
        details: Vec<String>,
    },
}

/// Whether it is what was sealed, and whether all of it is here.
fn snapshot(report: &Report) -> Suite {
    let case =
        |name: &str, came_to: CameTo| Case { class: "snapshot".to_owned(), name: name.to_owned(), came_to };
    let failed =
        |message: String, details: Vec<String>| CameTo::Failed { kind: "snapshot", message, details };
    let mut cases = Vec::new();
    let problems: Vec<String> = report
        .problems
        .iter()
        .map(|problem| {
            let path = problem.path.as_ref().map_or("snapshot", |path| path.as_str());
            format!("{path}: {}", problem.what)
        })
        .collect();
    let damaged = report.trust.as_ref().is_some_and(|trust| !trust.files.intact);
    let files = match (problems.len() as u64, damaged, &report.trust) {
        (0, true, _) => failed("files damaged".to_owned(), problems),
        (0, false, None) => skipped("not packed yet"),
        (0, false, Some(_)) => CameTo::Passed,
        (number, _, _) => failed(count(number, "problem"), problems),
    };
    cases.push(case("files are what was sealed", files));
    let seal = match report.trust.as_ref().map(|trust| (trust.seal.state, &trust.seal.because)) {
        None => skipped("not packed yet"),
        Some((SealState::Valid, _)) => CameTo::Passed,
        Some((SealState::Repacked, because)) => skipped(because),
        Some((SealState::Unsigned | SealState::Invalid, because)) => failed(because.clone(), Vec::new()),
    };
    cases.push(case("the packer's signature is valid", seal));
    for absence in &report.absences {
        let name = shorten(&format!("{} was collected", absence.what), LONGEST_NAME);
        cases.push(case(&name, skipped(&absence_words(absence))));
    }
    Suite { name: "snapshot".to_owned(), cases }
}

fn gates(report: &Report, places: &Places) -> Suite {
    let mut cases = Vec::new();
    let failed = |message: String, details: Vec<String>| CameTo::Failed { kind: "gate", message, details };
    for gate in &report.gates {
        let place = places.at(&gate.document, gate.line);
        let came_to = match gate.verdict {
            Verdict::Pass => CameTo::Passed,
            Verdict::Fail => failed(format!("FAIL at {place}"), Vec::new()),
            Verdict::Claimed => skipped(&format!("claimed at {place}, not judged yet")),
            Verdict::Open => skipped("neither claimed nor judged"),
        };
        cases.push(Case {
            class: "gates".to_owned(),
            name: shorten(&format!("{} {}", gate.id, gate.title), LONGEST_NAME),
            came_to,
        });
    }
    if report.gates.is_empty() {
        cases.push(Case {
            class: "gates".to_owned(),
            name: "the documents name gates".to_owned(),
            came_to: failed("no gate found in the documents".to_owned(), Vec::new()),
        });
    }
    for veto in report.vetoes.iter().filter(|veto| veto.standing) {
        let place = places.at(&veto.document, veto.line);
        cases.push(Case {
            class: "gates".to_owned(),
            name: shorten(&format!("no veto stands: {}", veto.quote.trim()), LONGEST_NAME),
            came_to: failed(format!("a veto stands at {place}"), vec![veto.quote.clone()]),
        });
    }
    let (_, _, words) = done_words(report);
    let words = places.within(&words);
    let came_to = match (report.done.is_written, report.done.allowed) {
        (true, true) => CameTo::Passed,
        (true, false) => failed(words, Vec::new()),
        (false, _) => skipped(&words),
    };
    cases.push(Case { class: "gates".to_owned(), name: "DONE".to_owned(), came_to });
    Suite { name: "gates".to_owned(), cases }
}

/// `M1`, `F3`, `R`: the part of an id before its number, in order of appearance.
fn sections(report: &Report, places: &Places) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::new();
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for check in &report.checks {
        let section = check.id.rsplit_once('.').map_or(check.id.as_str(), |(section, _)| section);
        let index = *by_name.entry(section).or_insert_with(|| {
            suites.push(Suite { name: section.to_owned(), cases: Vec::new() });
            suites.len() - 1
        });
        if let Some(suite) = suites.get_mut(index) {
            suite.cases.push(statement(check, places));
        }
    }
    suites
}

fn statement(check: &Check, places: &Places) -> Case {
    let place = places.at(&check.document, check.line);
    let because = reason(check, places);
    let at = |words: &str| match words.is_empty() {
        true => place.clone(),
        false => format!("{place}: {words}"),
    };
    let came_to = match (&check.same_as, check.outcome) {
        // Said once, counted once: the first statement of a fact carries its outcome.
        (Some(first), _) => skipped(&at(&format!("says again what {first} says"))),
        (None, Outcome::Confirmed) => CameTo::Passed,
        (None, Outcome::NoEvidence) => skipped(&at(&format!("no evidence: {because}"))),
        (None, Outcome::NotCheckable) => skipped(&at(&format!("yours to judge: {because}"))),
        (None, Outcome::Contradicted) => CameTo::Failed {
            kind: match check.kind {
                CheckKind::Record => "record",
                CheckKind::Substance => "substance",
            },
            message: because.clone(),
            details: details(check, &place),
        },
    };
    Case {
        class: check.document.clone(),
        name: shorten(&format!("{} {}", check.id, check.quote.trim()), LONGEST_NAME),
        came_to,
    }
}

fn details(check: &Check, place: &str) -> Vec<String> {
    let mut details = vec![format!("{place}: {}", check.quote.trim()), format!("rule {}", check.rule)];
    for evidence in &check.evidence {
        let parts = [evidence.path.as_str(), &evidence.pointer, &evidence.value];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        details.push(format!("compared with {}", parts.join(" ")));
    }
    details
}

fn skipped(message: &str) -> CameTo {
    CameTo::Skipped { message: message.to_owned() }
}

/// What readers ask of a suite. Nothing here takes time worth telling, but many of them want to be told.
fn totals<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        match case.came_to {
            CameTo::Passed => {}
            CameTo::Skipped { .. } => skipped += 1,
            CameTo::Failed { .. } => failures += 1,
        }
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"")
}

impl Case {
    fn write(&self, out: &mut String) {
        let Self { class, name, came_to } = self;
        out.push_str(&format!("    <testcase classname={} name={} time=\"0\"", quoted(class), quoted(name)));
        match came_to {
            CameTo::Passed => out.push_str("/>\n"),
            CameTo::Skipped { message } => {
                out.push_str(&format!(">\n      <skipped message={}/>\n    </testcase>\n", quoted(message)));
            }
            CameTo::Failed { kind, message, details } => {
                let details: Vec<String> = details.iter().map(|line| text(line)).collect();
                out.push_str(&format!(
                    ">\n      <failure type=\"{kind}\" message={}>{}</failure>\n    </testcase>\n",
                    quoted(message),
                    details.join("\n")
                ));
            }
        }
    }
}

/// An attribute's value with its quotes.
fn quoted(words: &str) -> String {
    format!("\"{}\"", text(words))
}

/// XML 1.0 has no way to write most control characters; they go, as everywhere else.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in clean(words).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
