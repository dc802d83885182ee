//! Four recorded runs and what is said of them, for the tests of the rules about runs.
//!
//! Whatever such a test finds confirmed is tried again: with each cited value altered, and with each cited entry gone.

use std::collections::BTreeMap;

use super::{Context, RULES, cross_check};
use crate::documents::Document;
use crate::entry_path::EntryPath;
use crate::evidence::{Commit, Evidence, EvidenceKind, FileChange, Place, read};
use crate::gates::phase_life;
use crate::history::History;
use crate::report::{Check, Outcome};
use crate::snapshot::metadata::{Entry, Metadata, Phase, SCHEMA};
use crate::time::Timestamp;

type Files = BTreeMap<EntryPath, String>;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn build(number: u64, status: &str, started: u64) -> String {
    format!(
        r#"{{"number":{number},"status":"{status}","event":"custom","created":{started},"started":{started},
        "finished":{},"params":{{"RECIPE":"pear","REF":"{REF}"}}}}"#,
        started + 600
    )
}

const REF: &str = "ccccccc3cccccccccccccccccccccccccccccccc";

fn results(level: u64, rungs: [&str; 5], tiers: [&str; 5], lint: &str, clean: bool, finished: u64) -> String {
    let join = |names: [&str; 5], words: [&str; 5]| {
        let pairs: Vec<_> =
            names.iter().zip(words).map(|(name, word)| format!(r#""{name}":"{word}""#)).collect();
        pairs.join(",")
    };
    let rungs = join(["install", "upgrade", "backup_restore", "functional", "lint"], rungs);
    let tiers = join(["install", "upgrade", "backup", "restore", "custom"], tiers);
    let failed = if lint == "fail" { r#""R011""# } else { "" };
    format!(
        r#"{{"schema":2,"recipe":"pear","version":"2.1.0+8.4.2","pr":"7","ref":"{REF}","finished":{finished}.5,
        "level":{level},"rungs":{{{rungs}}},"results":{{{tiers}}},"lint":{{"status":"{lint}","rules_failed":[{failed}]}},
        "flags":{{"clean_teardown":{clean},"no_secret_leak":true}}}}"#
    )
}

/// A report whose cases went as `cases` says, a letter each: passed, failed, skipped, flaky (`y`).
fn report(stem: &str, cases: &str, declared: usize, minute: u64) -> String {
    let case = |(n, letter): (usize, char)| {
        let inside = match letter {
            'f' => r#"<failure message="no"/>"#,
            's' => "<skipped/>",
            'y' => r#"<flakyFailure message="once"/>"#,
            _ => "",
        };
        format!(
            r#"<testcase classname="tests.test_{stem}" name="test_{stem}_{n}" time="0.5">{inside}</testcase>"#
        )
    };
    let cases: String = (1..).zip(cases.chars()).map(case).collect();
    format!(
        r#"<testsuites><testsuite name="pytest" tests="{declared}" time="4.250" timestamp="2030-01-02T10:0{minute}:40+00:00">{cases}</testsuite></testsuites>"#
    )
}

/// Run 201 all green, 202 broken at its upgrade, `manual-4711` at level 3, 200 of schema 1; build 203 without a run.
fn files() -> Files {
    const ALL: [&str; 5] = ["pass"; 5];
    let badge = |words: &str| format!("<svg><title>ci: {words}</title></svg>");
    let listed =
        [(201, "success", 1_893_578_400), (202, "failure", 1_893_582_000), (203, "failure", 1_893_590_000)];
    let mut files = Vec::new();
    for (number, status, started) in listed {
        files.push((format!("builds/drone/repos/o/n/builds/{number}.json"), build(number, status, started)));
    }
    let mut run = |id: &str, name: &str, text: String| files.push((format!("runs/{id}/{name}"), text));
    run("201", "results.json", results(5, ALL, ALL, "pass", true, 1_893_578_900));
    run("201", "junit/install.xml", report("install", "ppp", 3, 1));
    run("201", "junit/upgrade.xml", report("upgrade", "pp", 2, 2));
    run("201", "junit/backup.xml", report("backup", "p", 1, 3));
    run("201", "junit/restore.xml", report("restore", "p", 1, 4));
    run("201", "junit/custom.xml", report("custom", "psp", 3, 5));
    run("201", "badge.svg", badge("level 5"));
    run("201", "screenshot.png", "not drawn".to_owned());
    let broken = ["pass", "fail", "unver", "unver", "fail"];
    let tiers = ["pass", "fail", "skip", "skip", "skip"];
    run("202", "results.json", results(1, broken, tiers, "fail", false, 1_893_582_500));
    run("202", "junit/install.xml", report("install", "ppp", 4, 1));
    run("202", "junit/upgrade.xml", report("upgrade", "pfy", 3, 2));
    run("202", "badge.svg", badge("level 2"));
    let partly = ["pass", "skip", "pass", "fail", "pass"];
    run("manual-4711", "results.json", results(3, partly, ALL, "pass", true, 1_893_586_000));
    let old = r#"{"recipe":"pear","level":2,"level_cap_reason":"no backup","finished":1893490000,
        "rungs":{"L1":"pass","L2":"pass","L3":"na","L4":"pass","L5":"pass","L6":"pass"},"results":{"install":"pass"}}"#;
    run("200", "results.json", old.to_owned());
    files
        .into_iter()
        .map(|(path, text)| (EntryPath::new(&format!("data/{path}")).expect("a good name"), text))
        .collect()
}

fn kind(path: &str) -> EvidenceKind {
    match path.rsplit('/').next().unwrap_or("") {
        _ if path.contains("/drone/") => EvidenceKind::Drone,
        "results.json" => EvidenceKind::RunResults,
        "badge.svg" => EvidenceKind::Badge,
        _ if path.contains("/junit/") => EvidenceKind::Junit,
        _ => EvidenceKind::Image,
    }
}

fn evidence(files: &Files) -> Evidence {
    let entry = |path: &EntryPath| Entry {
        path: path.clone(),
        kind: kind(path.as_str()),
        origin: String::new(),
        original_name: None,
        captured_at: None,
    };
    let metadata = Metadata {
        schema: SCHEMA.into(),
        packer: String::new(),
        packed_at: Timestamp::default(),
        phase: Phase { id: "x".into(), title: String::new() },
        sources: Vec::new(),
        entries: files.keys().map(entry).collect(),
        absences: Vec::new(),
        events: Vec::new(),
        redactions: Vec::new(),
    };
    read(&metadata, |path| files.get(path).map(|text| text.as_bytes().into())).0
}

fn judge(text: &str, files: &Files) -> Vec<Check> {
    let review = format!("# REVIEW\n\n## M1 — It works **PASS @2030-01-02T12:29Z**\n\n{text}\n");
    let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
    let documents = [Document::parse(EvidenceKind::Review, &path, review.as_bytes())];
    let commits = [Commit {
        sha: "c".repeat(40),
        author: "bot".to_owned(),
        author_time: Some(at("2030-01-02T12:30:00Z")),
        commit_time: Some(at("2030-01-02T12:30:00Z")),
        subject: "review(x-M1): M1 PASS".to_owned(),
        changes: vec![FileChange {
            path: "docs/REVIEW-x.md".to_owned(),
            added: review.lines().map(str::to_owned).collect(),
            ..FileChange::default()
        }],
        ..Commit::nothing(Place {
            path: EntryPath::new("data/git/x.log").expect("a good name"),
            pointer: String::new(),
        })
    }];
    let evidence = evidence(files);
    let history = History::new(&commits);
    let life = phase_life(&documents, &history);
    let found = cross_check(&documents, &evidence, &life, &history, &|_, _| false);
    found.checks
}

/// Judges `text` and compares `rule`'s outcomes, in order: `+` confirmed, `-` contradicted, `?` no evidence, `.` yours.
#[track_caller]
pub(super) fn check(rule: &str, text: &str, expected: &str) {
    assert!(RULES.iter().any(|known| known.id == rule), "there is no rule {rule}");
    let files = files();
    let checks = judge(text, &files);
    let letter = |check: &Check| match check.outcome {
        Outcome::Confirmed => '+',
        Outcome::Contradicted => '-',
        Outcome::NoEvidence => '?',
        Outcome::NotCheckable => '.',
    };
    let ours: Vec<&Check> = checks.iter().filter(|check| check.rule == rule).collect();
    let said: String = ours.iter().map(|check| letter(check)).collect();
    let because: Vec<_> =
        checks.iter().map(|check| format!("{} «{}» {}", check.rule, check.quote, check.because)).collect();
    assert_eq!(said, expected, "{text}\n{}", because.join("\n"));
    for (index, confirmed) in ours.iter().enumerate().filter(|(_, check)| check.outcome == Outcome::Confirmed)
    {
        assert!(!confirmed.evidence.is_empty(), "{text}: «{}» cites nothing", confirmed.quote);
        for cited in &confirmed.evidence {
            let again = |files: &Files| {
                let checks = judge(text, files);
                checks
                    .into_iter()
                    .filter(|check| check.rule == rule)
                    .nth(index)
                    .map(|check| (check.outcome, check.because))
            };
            let mut gone = files.clone();
            gone.remove(&cited.path);
            let outcome = again(&gone);
            let no_evidence = outcome.as_ref().is_some_and(|(outcome, _)| *outcome == Outcome::NoEvidence);
            assert!(no_evidence, "{text}: without {} «{}» is {outcome:?}", cited.path, confirmed.quote);
            let mut altered = files.clone();
            let Some(text_of) = altered.get_mut(&cited.path) else { panic!("{} is no entry", cited.path) };
            if alter(text_of, &cited.pointer, &cited.value) {
                let outcome = again(&altered);
                let contradicted =
                    outcome.as_ref().is_some_and(|(outcome, _)| *outcome == Outcome::Contradicted);
                let place = format!("{}#{}", cited.path, cited.pointer);
                assert!(
                    contradicted,
                    "{text}: with another value at {place} «{}» is {outcome:?}",
                    confirmed.quote
                );
            }
        }
    }
}

/// The outcomes of `rule` on `text` after each entry's first text was replaced by its second.
pub(super) fn outcomes_after(rule: &str, text: &str, alterations: &[(&str, &str, &str)]) -> Vec<Outcome> {
    let mut files = files();
    for (path, old, new) in alterations {
        let text = files.get_mut(&EntryPath::new(path).expect("a good name")).expect("such an entry");
        assert!(text.contains(old), "{old} is not in {path}");
        *text = text.replace(old, new);
    }
    let checks = judge(text, &files).into_iter().filter(|check| check.rule == rule);
    checks.map(|check| check.outcome).collect()
}

/// The notes on runs, after each entry's first text was replaced by its second.
pub(super) fn notes_after(alterations: &[(&str, &str, &str)]) -> Vec<String> {
    let mut files = files();
    for (path, old, new) in alterations {
        let text = files.get_mut(&EntryPath::new(path).expect("a good name")).expect("such an entry");
        assert!(text.contains(old), "{old} is not in {path}");
        *text = text.replace(old, new);
    }
    let (history, life) = (History::new(&[]), phase_life(&[], &History::new(&[])));
    let evidence = evidence(&files);
    let context = Context::new(&evidence, &[], &life, &history);
    super::run_notes::notes(&context).into_iter().map(|note| note.text).collect()
}

/// Puts another value at `pointer`; false for a file that is only known to be there.
fn alter(text: &mut String, pointer: &str, value: &str) -> bool {
    if let Some((_, attribute)) = pointer.rsplit_once("/@") {
        let from = text.find(&format!(" {attribute}=\"")).expect("the attribute") + attribute.len() + 3;
        let end = from + text[from..].find('"').expect("its end");
        let other = match attribute {
            "timestamp" => text[from..end].replace("2030-", "2031-"),
            _ => text[from..end].replace(['0', '2', '4'], "3"),
        };
        text.replace_range(from..end, &other);
    } else if text.starts_with("<testsuites") {
        let number = pointer.rsplit_once("testcase[").and_then(|(_, n)| n.trim_end_matches(']').parse().ok());
        let (start, _) = text.match_indices("<testcase").nth(number.unwrap_or(1) - 1).expect("such a case");
        let end = start + text[start..].find("</testcase>").expect("its end");
        if value.ends_with(" tests") {
            text.insert_str(start, "<testcase name=\"more\"></testcase>");
            return true;
        }
        let inside = start + text[start..].find('>').expect("its start") + 1;
        text.replace_range(inside..end, if inside == end { "<failure/>" } else { "" });
    } else if text.starts_with("<svg") {
        *text = text.replace("ci: level ", "x: level 1");
    } else if pointer.is_empty() {
        return false;
    } else if let Ok(mut json) = serde_json::from_str::<serde_json::Value>(text) {
        let place = json.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}"));
        *place = match place.take() {
            serde_json::Value::Bool(value) => (!value).into(),
            serde_json::Value::Number(n) => (n.as_f64().expect("a number") + 100.0)
                .trunc()
                .to_string()
                .parse::<u64>()
                .expect("an integer")
                .into(),
            serde_json::Value::String(word) => match word.as_str() {
                "pass" => "fail".into(),
                "fail" | "skip" | "unver" => "pass".into(),
                other => format!("9{other}").into(),
            },
            other => panic!("{other} was cited"),
        };
        *text = json.to_string();
    } else {
        panic!("{pointer} in what is no JSON");
    }
    true
}
