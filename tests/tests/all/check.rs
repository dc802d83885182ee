//! `dossier check` as people call it: on folders and snapshots, in every format, and on what is neither.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::{CaseOutcome, junit};
use dossier_tests::dossier;
use serde_json::Value;

use crate::phase::{Phase, report, repository};

/// `dossier check` with `arguments`, in the folder `cwd`.
fn check(cwd: &Path, arguments: &[&str]) -> Output {
    dossier().arg("check").args(arguments).current_dir(cwd).output().expect("it starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The folders of every whole phase here: the sample, and those made for tests. Nobody writes into them.
pub(crate) fn phases() -> Vec<PathBuf> {
    let made = fs_err::read_dir(repository().join("tests/fixtures/phases")).expect("readable");
    let made = made.map(|entry| entry.expect("readable").path());
    let whole = |folder: &PathBuf| folder.join("dossier.toml").is_file();
    made.chain([repository().join("examples/ghost")]).filter(whole).collect()
}

#[test]
fn a_folder_says_what_its_snapshot_says() {
    let phase = Phase::ghost();
    let unpacked = report(&phase.path("dossier.toml"));
    let (snapshot, _) = phase.seal();
    let packed = report(&snapshot);
    let fields: Vec<&String> = packed.as_object().expect("an object").keys().collect();
    for field in fields {
        match field.as_str() {
            // What only a snapshot has.
            "snapshot" | "trust" => assert_ne!(packed[field], unpacked[field], "{field}"),
            _ => assert_eq!(packed[field], unpacked[field], "{field}"),
        }
    }
    assert!(
        packed["checks"].as_array().is_some_and(|checks| checks.len() > 50),
        "there is something to compare"
    );
    assert!(unpacked["trust"].is_null() && unpacked["snapshot"]["id"].is_null(), "nobody vouches for it");
}

#[test]
fn looking_at_a_folder_leaves_nothing_there() {
    let phase = Phase::ghost();
    let listed = || -> BTreeSet<_> {
        fs_err::read_dir(phase.path("."))
            .expect("readable")
            .map(|entry| entry.expect("readable").path())
            .collect()
    };
    let before = listed();
    for format in ["text", "json", "markdown", "junit"] {
        check(&phase.path("."), &["--format", format]);
    }
    assert_eq!(before, listed());
}

#[test]
fn every_way_to_name_a_phase_leads_to_it() {
    let phase = Phase::ghost();
    let root = phase.path(".");
    let inside = said(&check(&root, &[]));
    assert!(inside.contains("not packed yet"), "{inside}");
    for name in [".", "dossier.toml", "./dossier.toml"] {
        let named = said(&check(&root, &[name]));
        assert_eq!(named.replace("./dossier.toml", "dossier.toml"), inside, "{name}");
    }
    let absolute = fs_err::canonicalize(&root).expect("it is there");
    let absolute = said(&check(&absolute, &[&absolute.display().to_string()]));
    assert!(absolute.contains("  machine-docs/REVIEW-ghost.md:32\n"), "{absolute}");
}

#[test]
fn places_can_be_opened() {
    let phase = Phase::ghost();
    for (cwd, argument, format) in [
        (".", ".", "text"),
        ("machine-docs", "..", "text"),
        (".", "dossier.toml", "markdown"),
        ("runs", "../dossier.toml", "junit"),
    ] {
        let cwd = phase.path(cwd);
        let text = said(&check(&cwd, &[argument, "--all", "--judge", "--format", format]));
        let is_end = |c: char| c.is_whitespace() || "\"'`()<>=|".contains(c);
        let places = text.split(is_end).filter_map(|word| word.split_once(".md:"));
        let mut opened = 0;
        for (stem, line) in places {
            let file = cwd.join(format!("{stem}.md"));
            let content = fs_err::read_to_string(&file).unwrap_or_else(|error| panic!("{argument}: {error}"));
            let digits: String = line.chars().take_while(char::is_ascii_digit).collect();
            let line: usize = digits.parse().unwrap_or_else(|_| panic!("{stem}.md:{line} has no line"));
            assert!(line >= 1 && line <= content.lines().count(), "{stem}.md:{line}");
            opened += 1;
        }
        assert!(opened > 20, "{argument} {format}: {opened} places");
    }
}

#[test]
fn what_could_not_be_collected_is_shown() {
    let phase = Phase::ghost();
    let text = said(&check(&phase.path("."), &[]));
    for part in [
        "Could not be collected: 1",
        "/tmp/ghost-render/compose.ccci.yml: file gone",
        "dossier pack dossier.toml",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn what_fails_is_a_choice() {
    let phase = Phase::ghost();
    let (sealed, _) = phase.seal();
    let unsigned = phase.pack();
    let failed = Phase::ghost();
    failed.replace(
        "drone/repos/recipe-maintainers/cc-ci/builds/612.json",
        "\"number\": 612,\n  \"status\": \"success\"",
        "\"number\": 612,\n  \"status\": \"failure\"",
    );
    for (what, target, expected) in [
        ("the record alone", phase.path("dossier.toml"), [1, 0, 0]),
        ("sealed, the record alone", sealed, [1, 0, 0]),
        ("unsigned", unsigned, [1, 1, 0]),
        ("of substance", failed.path("dossier.toml"), [1, 1, 0]),
    ] {
        let target = target.display().to_string();
        // Nothing said is `any`.
        let told = [&[][..], &["--fail-on", "substance"], &["--fail-on", "never"]].map(|asked| {
            let output = check(Path::new("."), &[&[target.as_str()], asked].concat());
            let code = code(&output);
            assert!(
                said(&output).contains(&format!("exit {code}")),
                "what is printed is so: {}",
                said(&output)
            );
            code
        });
        assert_eq!(told, expected, "{what}");
    }
}

#[test]
fn every_format_exits_alike() {
    let phase = Phase::ghost();
    for format in ["json", "markdown", "junit"] {
        for (asked, expected) in [("any", 1), ("substance", 0)] {
            let output = check(&phase.path("."), &["--format", format, "--fail-on", asked]);
            assert_eq!(code(&output), expected, "{format}, {asked}");
        }
    }
}

#[test]
fn a_ci_server_reads_the_checks_as_tests() {
    for phase in phases() {
        reads_as_tests(&phase);
    }
}

/// Our own reader finds in the JUnit of a phase what its JSON says.
fn reads_as_tests(phase: &Path) {
    let report = report(phase);
    let what = phase.display().to_string();
    let output = check(Path::new("."), &[&what, "--format", "junit"]);
    let path = EntryPath::new("data/runs/1/junit/checks.xml").expect("a good name");
    let (file, issues) = junit::parse(&output.stdout, &path);
    let suites = file.suites;
    assert!(issues.is_empty(), "{what}: {issues:?}");
    for suite in &suites {
        assert_eq!(suite.declared, suite.computed, "{what}: {}", suite.name);
    }
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let with = |gates: bool, outcome: CaseOutcome| {
        let suites =
            suites.iter().filter(|suite| suite.name != "snapshot" && (suite.name == "gates") == gates);
        suites.flat_map(|suite| &suite.cases).filter(|case| case.outcome == outcome).count()
    };
    let (first, again): (Vec<Value>, Vec<Value>) =
        list("checks").into_iter().partition(|check| check["same_as"].is_null());
    let counted = |outcomes: &[&str]| {
        first.iter().filter(|check| outcomes.iter().any(|outcome| check["outcome"] == *outcome)).count()
    };
    let statements = [CaseOutcome::Failed, CaseOutcome::Passed, CaseOutcome::Skipped].map(|o| with(false, o));
    let expected = [&["contradicted"][..], &["confirmed"], &["no-evidence", "not-checkable"]].map(counted);
    assert_eq!(statements, [expected[0], expected[1], expected[2] + again.len()], "{what}");
    assert!(statements.iter().all(|count| *count > 0), "{what}: there is something to count");

    let verdicts = |verdict: &str| list("gates").iter().filter(|gate| gate["verdict"] == verdict).count();
    let vetoes = list("vetoes").iter().filter(|veto| veto["standing"] == true).count();
    let (is_written, allowed) = (report["done"]["is_written"] == true, report["done"]["allowed"] == true);
    let gates = [CaseOutcome::Failed, CaseOutcome::Passed, CaseOutcome::Skipped].map(|o| with(true, o));
    let expected = [
        verdicts("fail") + vetoes + usize::from(is_written && !allowed),
        verdicts("pass") + usize::from(is_written && allowed),
        verdicts("claimed") + verdicts("open") + usize::from(!is_written),
    ];
    assert_eq!(gates, expected, "{what}");
}

#[test]
fn markdown_holds_every_contradiction() {
    let phase = Phase::ghost();
    let report = report(&phase.path("dossier.toml"));
    let text = said(&check(&phase.path("."), &["--format", "markdown"]));
    let contradicted = report["checks"].as_array().expect("checks").iter();
    let contradicted: Vec<&Value> =
        contradicted.filter(|c| c["outcome"] == "contradicted" && c["same_as"].is_null()).collect();
    assert!(!contradicted.is_empty());
    for check in contradicted {
        for part in [
            format!("**{}**", check["id"].as_str().unwrap_or("")),
            check["quote"].as_str().unwrap_or("").to_owned(),
        ] {
            assert!(text.contains(&part), "{part}: {text}");
        }
    }
}

#[test]
fn nothing_hostile_reaches_the_screen() {
    let phase = Phase::ghost();
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\u{9b}31m";
    phase.replace("machine-docs/REVIEW-ghost.md", "State inventory", &format!("State {hostile}inventory"));
    phase.replace("machine-docs/REVIEW-ghost.md", "as of 06:20Z", &format!("as of 06:20Z {hostile}"));
    phase.replace("dossier.toml", "re-evaluate", "re-\\u202e\\u001b[31mevaluate");
    phase.replace("dossier.toml", "/tmp/ghost-render/", "/tmp/ghost\\u202e-render/");
    for format in ["text", "markdown", "junit"] {
        let output = check(&phase.path("."), &["--all", "--judge", "--format", format]);
        let text = said(&output);
        assert!(text.contains("inventory"), "{format}: {}", complained(&output));
        let found: Vec<char> =
            text.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(found.is_empty(), "{format}: {found:?}");
    }
}

#[test]
fn secrets_are_not_told() {
    let phase = Phase::ghost();
    let secret = "hunter2hunter2hunter2";
    phase.replace(
        "machine-docs/REVIEW-ghost.md",
        "No post-proxy",
        &format!("DRONE_TOKEN={secret} No post-proxy"),
    );
    for format in ["text", "json", "markdown", "junit"] {
        let output = check(&phase.path("."), &["--all", "--judge", "--format", format]);
        assert!(said(&output).contains("ghost"), "{}", complained(&output));
        assert!(!said(&output).contains(secret), "{format}");
    }
}

#[test]
fn whatever_is_no_phase_is_told_so() {
    let phase = Phase::ghost();
    fs_err::write(phase.path("short.zip"), b"PK\x03\x04").expect("written");
    fs_err::write(phase.path("empty.zip"), b"").expect("written");
    fs_err::write(phase.path("bad.toml"), "[phase]\nid = \"a\"\n[dokuments]\n").expect("written");
    fs_err::create_dir(phase.path("unzipped")).expect("a folder");
    fs_err::write(phase.path("unzipped/bagit.txt"), "BagIt-Version: 1.0\n").expect("written");
    let wanted = "a folder that holds dossier.toml";
    let cases: &[(&[&str], i32, &[&str])] = &[
        (&["nowhere.zip"], 3, &["nowhere.zip", "there is no such file", wanted]),
        (&["nowhere"], 3, &["there is no such file", wanted]),
        (&["README.md/x.zip"], 3, &["there is no such file", wanted]),
        (&["nowhere/dossier.toml"], 2, &["nowhere/dossier.toml", "there is no such file", wanted]),
        (&["machine-docs"], 2, &["machine-docs", "no dossier.toml in this folder", wanted]),
        (&["unzipped"], 2, &["unzipped snapshot", "zip file it came from"]),
        (&["machine-docs/REVIEW-ghost.md"], 3, &["not a zip", wanted]),
        (&["short.zip"], 3, &["not a readable snapshot", wanted]),
        (&["empty.zip"], 3, &["not a readable snapshot", wanted]),
        (&["bad.toml"], 2, &["bad.toml:3:", "dokuments", "documents"]),
        (
            &[".", "--allowed-signers", "README.md"],
            2,
            &["--allowed-signers", "not packed yet", "dossier pack"],
        ),
        (&[".", "--fail-on", "some"], 2, &["any, substance, never"]),
        (&[".", "--format", "xml"], 2, &["text, json, markdown, junit"]),
    ];
    for (arguments, expected, parts) in cases {
        let output = check(&phase.path("."), arguments);
        let complaint = complained(&output);
        assert_eq!(code(&output), *expected, "{arguments:?}: {complaint}");
        assert!(output.stdout.is_empty(), "{arguments:?}: no report");
        for part in *parts {
            assert!(complaint.contains(part), "{arguments:?} does not say {part:?}: {complaint}");
        }
    }
}
