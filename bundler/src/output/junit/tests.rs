//! Read back by the product's own reader of JUnit, which reads what all producers write.

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::junit::parse;
use dossier_shared::evidence::{CaseOutcome, Suite};

use super::*;
use crate::output::check::tests::{bad, ghost};

fn read(report: &Report) -> Vec<Suite> {
    let xml = document(report, &Places::default());
    let path = EntryPath::new("data/runs/1/junit/checks.xml").expect("a good name");
    let (file, issues) = parse(xml.as_bytes(), &path);
    let suites = file.suites;
    assert!(issues.is_empty(), "{issues:?}\n{xml}");
    for suite in &suites {
        let (declared, computed) = (suite.declared, suite.computed);
        assert_eq!(declared, computed, "{}: what is declared has to be so", suite.name);
    }
    suites
}

fn cases(suites: &[Suite], outcome: CaseOutcome) -> Vec<String> {
    let cases = suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)));
    cases
        .filter(|(_, case)| case.outcome == outcome)
        .map(|(suite, case)| format!("{} | {} | {}", suite.name, case.class, case.name))
        .collect()
}

#[test]
fn the_sample_reads_well() {
    insta::assert_snapshot!(document(&ghost(), &Places::default()));
}

#[test]
fn counts_are_the_reports_own() {
    let report = ghost();
    let suites = read(&report);
    let failed = cases(&suites, CaseOutcome::Failed);
    assert_eq!(failed.len() as u64, report.counts().contradicted, "{failed:?}");
    assert!(failed.contains(&"M1 | REVIEW-ghost.md | M1.0 PASS @2026-06-13T06:38Z".to_owned()), "{failed:?}");
    let statements = suites.iter().filter(|suite| suite.name != "snapshot" && suite.name != "gates");
    let statements: usize = statements.map(|suite| suite.cases.len()).sum();
    assert_eq!(statements, report.checks.len(), "every statement is a case");
    let skipped = cases(&suites, CaseOutcome::Skipped);
    for (expected, why) in [
        ("M2 | REVIEW-ghost.md | M2.0 PASS @2026-06-13T06:38Z", "what is said again is not counted again"),
        ("R | REVIEW-ghost.md | R.5 compose.ccci.yml", "absence is never success"),
        ("M1 | REVIEW-ghost.md | M1.9 own clone, own SSH session", "a person has to judge it"),
        ("snapshot | snapshot | /tmp/ghost-render/compose.ccci.yml was collected", "it is not here"),
    ] {
        assert!(skipped.iter().any(|case| case == expected), "{why}: {skipped:?}");
    }
}

#[test]
fn everything_that_is_bad_fails() {
    let failed = cases(&read(&bad()), CaseOutcome::Failed);
    for expected in [
        "snapshot | snapshot | files are what was sealed",
        "snapshot | snapshot | the packer's signature is valid",
        "gates | gates | no veto stands: VETO leak",
        "gates | gates | DONE",
    ] {
        assert!(failed.iter().any(|case| case == expected), "{expected}: {failed:?}");
    }
    assert!(failed.iter().any(|case| case.starts_with("gates | gates | M2 ")), "{failed:?}");
    assert!(!failed.iter().any(|case| case.starts_with("gates | gates | M3 ")), "a claim is no failure");
    let mut none = ghost();
    none.gates.clear();
    assert!(cases(&read(&none), CaseOutcome::Failed).iter().any(|case| case.contains("name gates")));
}

#[test]
fn what_is_not_packed_has_no_seal_to_fail() {
    let mut report = ghost();
    report.trust = None;
    let suites = read(&report);
    let skipped = cases(&suites, CaseOutcome::Skipped);
    assert!(skipped.iter().any(|case| case.ends_with("signature is valid")), "{skipped:?}");
}

#[test]
fn foreign_words_stay_words() {
    for hostile in [
        "</testcase><testcase name=\"x\"/>",
        "a & b < c > d \"e\" 'f'",
        "]]> <![CDATA[ <!-- &amp;",
        "\u{1b}[31mred\u{202e}\u{0}\u{b}\u{fffe}\u{ffff}",
        "line\nbreak\ttab",
        "日本 ✅ 🎉",
    ] {
        let mut report = ghost();
        report.checks[0].quote = hostile.to_owned();
        report.checks[0].because = hostile.to_owned();
        report.checks[0].document = hostile.to_owned();
        report.phase.id = hostile.to_owned();
        let suites = read(&report);
        let case = suites.iter().find(|suite| suite.name == "M1").and_then(|suite| suite.cases.first());
        let case = case.unwrap_or_else(|| panic!("{hostile:?} hides the case"));
        let shown = clean(hostile).replace(['\u{fffe}', '\u{ffff}'], "");
        assert_eq!(case.name, format!("M1.0 {}", shown.trim()));
        assert!(case.message.contains(shown.trim()), "{:?}", case.message);
    }
}
