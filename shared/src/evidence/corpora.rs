//! Replays files of other projects through the parsers, where `DOSSIER_CORPORA` names their folder.
//! Knows nothing about what any single file is for, except where an answer lies beside it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Issue, badge, ctrf, docker, drone, git_log, gitea, junit, log, results};
use crate::corpora::{counted, folder as corpus};
use crate::entry_path::EntryPath;

#[cfg(test)]
mod damage;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod speed;

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
    counted(&format!("corpora junit: {cases} cases read"));
    assert!(cases > 1000);
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
    assert_eq!((log.line_count, issues.len()), (7, 0), "{}", words(&issues));
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
    counted(&format!("corpora gitea: {pulls} recorded pull requests read"));
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
