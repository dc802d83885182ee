//! Replays files of other projects through the parsers, where `DOSSIER_CORPORA` names their folder.
//! Knows nothing about what any single file is for, except where an answer lies beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{CaseOutcome, Issue, badge, ctrf, docker, drone, git_log, gitea, junit, log, results};
use crate::entry_path::EntryPath;

/// The folder of a corpus, or none with a loud word.
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DOSSIER_CORPORA").map(|corpora| Path::new(&corpora).join(name));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("SKIPPED: no corpus {name:?}; set DOSSIER_CORPORA to the folder that holds it");
    }
    folder
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn entry() -> EntryPath {
    EntryPath::new("data/entry").unwrap()
}

fn words(issues: &[Issue]) -> String {
    issues.iter().map(|issue| format!("\n    {}: {}", issue.at, issue.what)).collect()
}

/// Bytes of a file through every parser: none may panic.
fn through_every_parser(bytes: &[u8]) {
    junit::parse(bytes, &entry());
    ctrf::parse(bytes, &entry());
    badge::parse(bytes, &entry());
    docker::parse(bytes, &entry());
    docker::parse_capture(bytes, &entry());
    drone::parse(bytes, &entry());
    git_log::parse(bytes, &entry());
    log::parse(bytes, &entry());
    results::parse(bytes, &entry(), "1");
    super::capture::parse(bytes, &entry());
    for subject in [
        gitea::Subject::Pulls,
        gitea::Subject::Comments(1),
        gitea::Subject::Timeline(1),
        gitea::Subject::Statuses(String::new()),
    ] {
        gitea::parse(bytes, &entry(), &subject);
    }
}

#[test]
fn junit_reports_of_ten_producers() {
    let Some(folder) = corpus("junit") else { return };
    let mut cases = 0;
    for path in files(&folder, "xml") {
        let bytes = fs::read(&path).unwrap();
        let (file, issues) = junit::parse(&bytes, &entry());
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        cases += file.suites.iter().map(|suite| suite.cases.len()).sum::<usize>();
        if !issues.is_empty() {
            println!("{name}{}", words(&issues));
        }
        assert!(issues.len() <= 64 + 4, "{name}");
        through_every_parser(&bytes);
    }
    println!("{cases} cases");
    assert!(cases > 1000);
}

#[test]
fn junit_outcomes_agree_with_a_peer() {
    let Some(folder) = corpus("junit") else { return };
    let expected: BTreeMap<String, Value> =
        serde_json::from_slice(&fs::read(folder.join("EXPECTED-enricomi.json")).unwrap()).unwrap();
    let (mut agree, mut differ) = (0, Vec::new());
    // The peer leaves out cases without a name; here they are kept, as they ran all the same.
    let nameless = "junit-xml/no-attributes.xml";
    for (name, expected) in expected.iter().filter(|(name, _)| name.ends_with(".xml") && *name != nameless) {
        let Ok(bytes) = fs::read(folder.join("EnricoMi-publish-unit-test-result-action").join(name)) else {
            continue;
        };
        let mut theirs: BTreeMap<&str, usize> = BTreeMap::new();
        for case in expected["cases"].as_array().unwrap() {
            *theirs.entry(case["result"].as_str().unwrap()).or_default() += 1;
        }
        let mut ours: BTreeMap<&str, usize> = BTreeMap::new();
        let (file, _) = junit::parse(&bytes, &entry());
        for case in file.suites.iter().flat_map(|suite| &suite.cases) {
            *ours.entry(peers_word(case.outcome)).or_default() += 1;
        }
        if ours == theirs {
            agree += 1
        } else {
            differ.push(format!("{name}: ours {ours:?}, theirs {theirs:?}"))
        }
    }
    println!("{agree} files agree; these differ: {differ:#?}");
    assert!(agree > 0 && differ.is_empty(), "{differ:#?}");
}

fn peers_word(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Passed | CaseOutcome::Flaky => "success",
        CaseOutcome::Skipped => "skipped",
        CaseOutcome::Disabled => "disabled",
        CaseOutcome::Failed => "failure",
        CaseOutcome::Error => "error",
    }
}

#[test]
fn drone_samples() {
    let Some(folder) = corpus("drone/api") else { return };
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let (builds, issues) = drone::parse(&read("builds.json"), &entry());
    assert_eq!((builds.len(), issues.len()), (1, 0), "{}", words(&issues));
    assert_eq!(builds[0].author, "octocat");
    let (builds, issues) = drone::parse(&read("build.json"), &entry());
    assert_eq!((builds.len(), issues.len()), (1, 0), "{}", words(&issues));
    assert!(builds[0].stages.iter().all(|stage| !stage.steps.is_empty()));
    let (log, issues) = log::parse(&read("logs.json"), &entry());
    assert_eq!((log.lines.len(), issues.len()), (7, 0), "{}", words(&issues));
    for file in files(&folder, "json") {
        through_every_parser(&fs::read(file).unwrap());
    }
}

#[test]
fn gitea_samples() {
    let Some(folder) = corpus("gitea") else { return };
    let samples = folder.join("drone-go-scm/testdata");
    for (name, subject) in [
        ("prs.json", gitea::Subject::Pulls),
        ("pr.json", gitea::Subject::Pull(1)),
        ("comments.json", gitea::Subject::Comments(1)),
        ("statuses.json", gitea::Subject::Statuses("6543".into())),
    ] {
        let (answer, issues) = gitea::parse(&fs::read(samples.join(name)).unwrap(), &entry(), &subject);
        assert_eq!(answer.listed, Some(1), "{name}{}", words(&issues));
        println!("{name}{}", words(&issues));
    }
    let golden: Value = serde_json::from_slice(&fs::read(samples.join("pr.json.golden")).unwrap()).unwrap();
    let (answer, _) =
        gitea::parse(&fs::read(samples.join("pr.json")).unwrap(), &entry(), &gitea::Subject::Pull(1));
    let pull = &answer.pulls[0];
    assert_eq!(Value::from(pull.number), golden["Number"]);
    assert_eq!(Value::from(pull.title.as_str()), golden["Title"]);
    assert_eq!(Value::from(pull.head_sha.as_str()), golden["Sha"]);
    assert_eq!(Value::from(pull.author.as_str()), golden["Author"]["Login"]);

    // Recorded exchanges, one answer a line: whatever names itself a pull request has to come out as one.
    let mut pulls = 0;
    for file in files(&folder.join("packit-ogr"), "jsonl") {
        for line in fs::read_to_string(&file).unwrap().lines() {
            through_every_parser(line.as_bytes());
            let Ok(exchange) = serde_json::from_str::<Value>(line) else { continue };
            each_pull(&exchange, &mut |pull| {
                let bytes = serde_json::to_vec(pull).unwrap();
                let (answer, issues) = gitea::parse(&bytes, &entry(), &gitea::Subject::Pull(1));
                assert_eq!(answer.pulls.len(), 1, "{}", words(&issues));
                assert!(issues.is_empty(), "{}{}", file.display(), words(&issues));
                pulls += 1;
            });
        }
    }
    println!("{pulls} recorded pull requests");
    assert!(pulls > 10);
}

fn each_pull(value: &Value, found: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(object) if object.contains_key("head") && object.contains_key("base") => found(value),
        Value::Object(object) => object.values().for_each(|value| each_pull(value, found)),
        Value::Array(array) => array.iter().for_each(|value| each_pull(value, found)),
        _ => {}
    }
}

#[test]
fn docker_samples() {
    let Some(folder) = corpus("docker/cli-28.2.2-output") else { return };
    for file in files(&folder, "ndjson").into_iter().chain(files(&folder, "json")) {
        let bytes = fs::read(&file).unwrap();
        let (output, issues) = docker::parse(&bytes, &entry());
        assert!(output.complete, "{}{}", file.display(), words(&issues));
        assert_eq!(output.rows.is_empty(), bytes.is_empty(), "{}", file.display());
        through_every_parser(&bytes);
    }
}

#[test]
fn badges() {
    let Some(folder) = corpus("svg") else { return };
    for file in files(&folder, "svg") {
        let (badge, issues) = badge::parse(&fs::read(&file).unwrap(), &entry());
        println!("{}: {:?}{}", file.display(), badge.text, words(&issues));
        assert!(!badge.text.is_empty() && !badge.text.contains("alert"));
    }
}

/// A file with some bytes changed and its end cut off.
fn damage(seed: &[u8], cut: usize, changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (at, byte) in changes {
        let length = bytes.len();
        bytes[at % length] = *byte;
    }
    bytes.truncate(bytes.len() - cut % bytes.len());
    bytes
}

const SEEDS: [&str; 8] = [
    "<testsuites tests='2'><testsuite name='a' time='1,2.3' timestamp='2026-06-13T06:14:51Z'><testcase name='&#65;&lt;' \
     status='run'><failure message='m'>t &amp; <![CDATA[c]]></failure></testcase><testcase/></testsuite></testsuites>",
    "commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nparents \nauthor A <a@b>\nauthor-time 2026-06-13T06:14:51Z\n\n    s\n\n\
     diff --git \"a/\\303\\274\" \"b/\\303\\274\"\n--- \"a/\\303\\274\"\n+++ \"b/\\303\\274\"\n@@ -1,2 +1 @@\n-a\n-b\n+c\n",
    r#"[{"pos":0,"out":"a\u001b[31mb\rc\u001b]0;t\u0007\n","time":1},{"pos":2,"out":"\u009b","time":2}]"#,
    r#"{"schema":2,"rungs":{"install":"pass","upgrade":"skip"},"level":1,"finished":1781331296.477067,"flags":{"a":true}}"#,
    r#"[{"number":1,"status":"success","started":1781331182,"params":{"A":"b"},"stages":[{"number":1,"steps":[{"number":1}]}]}]"#,
    r#"[{"number":4,"id":1,"type":"close","state":"open","user":{"login":"u"},"head":{"ref":"refs/pull/4/head","label":"l"}}]"#,
    "{\"Name\":\"a\"}\n{\"Name\":\"b\",\"Name\":\"c\"}\n",
    r#"{"host":"h","server":"s","requests":[{"path":"/a?b=c&d","file":"f"}],"commands":[{"argv":["docker"],"stdout":"x"}]}"#,
];

proptest::proptest! {
    #[test]
    fn no_parser_panics_on_any_bytes(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..512)) {
        through_every_parser(&bytes);
    }

    #[test]
    fn no_parser_panics_on_damaged_files(
        seed in 0..SEEDS.len(),
        cut in 0_usize..400,
        changes in proptest::collection::vec((0_usize..400, proptest::num::u8::ANY), 0..6),
    ) {
        through_every_parser(&damage(SEEDS[seed].as_bytes(), cut, &changes));
    }

    #[test]
    fn a_log_never_grows_and_keeps_no_escapes(text in "[a-c\u{1b}\\[\\]0-9;m\r\n\u{7}\u{9b}ü\\\\]{0,60}") {
        let plain = log::plain(&text);
        proptest::prop_assert!(plain.len() <= text.len());
        let escapes = plain.contains(['\u{1b}', '\u{9b}', '\u{7}', '\r']);
        proptest::prop_assert!(!escapes);
    }
}
