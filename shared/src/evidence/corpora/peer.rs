//! JUnit reports, case by case, against the answers that another tool gives for the same files.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::{corpus, counted, entry};
use crate::evidence::{Case, CaseOutcome, Counts, TestFile, junit};

/// Where we answer otherwise on purpose: the file, the differing lines (`-` the peer's, `+` ours), and why.
const DEVIATIONS: [(&str, &[&str], &str); 3] = [
    (
        "junit-xml/no-attributes.xml",
        &[
            r#"+case "" "" "" error  """#,
            r#"+case "" "" "" failure  """#,
            r#"+case "" "" "" skipped  """#,
            r#"+case "" "" "" success  """#,
        ],
        "The peer leaves out cases without a name. They ran all the same, one failed and one broke: a report \
         without them would look empty, or green.",
    ),
    ("junit-xml/no-cases-but-tests.xml", &[r#"-suite "pytest""#], WITHOUT_CASES),
    ("junit-xml/no-cases.xml", &[r#"-suite "pytest""#], WITHOUT_CASES),
];

const WITHOUT_CASES: &str = "The peer lists suites without cases. Nothing in them says that anything ran, so here they \
                             are counted, what they declare is kept with the file and said when it differs from \
                             what is in it, and they are no suite that a statement could rest on.";

#[test]
fn junit_cases_agree_with_a_peer() {
    let Some(folder) = corpus("junit") else { return };
    let expected: BTreeMap<String, Value> =
        serde_json::from_slice(&fs::read(folder.join("EXPECTED-enricomi.json")).unwrap()).unwrap();
    assert!(DEVIATIONS.len() <= 5);
    let (mut files, mut cases, mut wrong) = (0, 0, Vec::new());
    for (name, expected) in &expected {
        // The peer also reads formats that are no XML; those files are not in the corpus.
        let Ok(bytes) = fs::read(folder.join("EnricoMi-publish-unit-test-result-action").join(name)) else {
            assert!(!name.ends_with(".xml"), "{name} is missing");
            continue;
        };
        let (file, _) = junit::parse(&bytes, &entry());
        let found = differences(&theirs(expected, &file), &ours(&file));
        let allowed = DEVIATIONS.iter().find(|(file, ..)| file == name);
        let (allowed, why) = allowed.map_or((&[][..], ""), |(_, lines, why)| (*lines, *why));
        if found != allowed {
            wrong.push(format!("{name}:\n{}\n  allowed: {allowed:#?}", found.join("\n")));
        } else if !why.is_empty() {
            println!("{name} differs: {why}");
        }
        files += 1;
        cases += file.suites.iter().map(|suite| suite.cases.len()).sum::<usize>();
    }
    counted(&format!("corpora junit: {files} files and {cases} cases compared with the answers beside them"));
    assert!(files > 20 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lines that only one side has, in order.
fn differences(theirs: &[String], ours: &[String]) -> Vec<String> {
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    for line in theirs {
        *balance.entry(line).or_default() -= 1;
    }
    for line in ours {
        *balance.entry(line).or_default() += 1;
    }
    let mut lines = Vec::new();
    for (line, count) in balance {
        let sign = if count < 0 { '-' } else { '+' };
        lines.extend((0..count.abs()).map(|_| format!("{sign}{line}")));
    }
    lines
}

fn line(class: &str, file: &str, name: &str, outcome: &str, seconds: Option<f64>, words: &str) -> String {
    let seconds = seconds.map_or(String::new(), |seconds| format!("{seconds:.6} s"));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("case {class:?} {file:?} {name:?} {outcome} {seconds} {words:?}")
}

/// The peer's answers; what suites do not declare it counts by another rule, so those counts are not compared.
fn theirs(expected: &Value, file: &TestFile) -> Vec<String> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut lines: Vec<String> = expected["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let mut file = text(case, "test_file");
            // Where there is no class, the file stands for it here.
            let class =
                Some(text(case, "class_name")).filter(|class| !class.is_empty()).unwrap_or(file.clone());
            if let Some(line) = case["line"].as_u64() {
                file = format!("{file}:{line}");
            }
            let words = format!("{}\n{}", text(case, "message"), text(case, "content"));
            let (name, result) = (text(case, "test_name"), text(case, "result"));
            line(&class, &file, &name, &result, case["time"].as_f64(), &words)
        })
        .collect();
    lines.push(format!("{} suites", expected["suites"]));
    lines.push(format!("{} tests", expected["suite_tests"]));
    let Counts { failures, errors, skipped, .. } = file.report.declared_by_suites;
    for (name, declared) in [("failures", failures), ("errors", errors), ("skipped", skipped)] {
        lines.extend(declared.map(|_| format!("{} {name} declared", expected[format!("suite_{name}")])));
    }
    for suite in expected["suite_details"].as_array().unwrap() {
        lines.push(format!("suite {:?}", text(suite, "name")));
    }
    lines
}

fn ours(file: &TestFile) -> Vec<String> {
    let word = |outcome| match outcome {
        CaseOutcome::Passed | CaseOutcome::Flaky => "success",
        CaseOutcome::Skipped => "skipped",
        CaseOutcome::Disabled => "disabled",
        CaseOutcome::Failed => "failure",
        CaseOutcome::Error => "error",
    };
    let cases = file.suites.iter().flat_map(|suite| &suite.cases);
    let mut lines: Vec<String> = cases
        .map(|case: &Case| {
            line(&case.class, &case.file, &case.name, word(case.outcome), case.seconds, &case.message)
        })
        .collect();
    lines.push(format!("{} suites", file.report.suite_count));
    let Counts { tests, failures, errors, skipped } = file.report.declared_by_suites;
    lines.push(format!("{} tests", tests.or(file.report.computed.tests).unwrap_or(0)));
    for (name, declared) in [("failures", failures), ("errors", errors), ("skipped", skipped)] {
        lines.extend(declared.map(|declared| format!("{declared} {name} declared")));
    }
    lines.extend(file.suites.iter().map(|suite| format!("suite {:?}", suite.name)));
    lines
}
