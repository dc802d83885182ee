//! A small phase for the tests of single rules: pull requests, builds with steps and logs, commits, listings.

use std::collections::BTreeMap;

use super::{RULES, TakeLine, cross_check};
use crate::documents::Document;
use crate::entry_path::EntryPath;
use crate::evidence::{
    Build, Comment, Commit, CommitStatus, DockerOutput, Evidence, EvidenceKind, FileChange, Log, Place, Pull,
    PullEvent, PullState, Stage, Step,
};
use crate::gates::phase_life;
use crate::history::History;
use crate::report::{Check, Outcome};
use crate::snapshot::metadata::DeclaredEvent;
use crate::time::Timestamp;

pub(super) const HEAD_3: &str = "3333333a3333333333333333333333333333333a";
pub(super) const HEAD_4: &str = "4444444b4444444444444444444444444444444b";
pub(super) const HEAD_5: &str = "5555555c5555555555555555555555555555555c";

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn place(path: &str, pointer: &str) -> Place {
    Place { path: EntryPath::new(path).expect("a good name"), pointer: pointer.to_owned() }
}

fn comment(id: u64, author: &str, body: &str, created: &str, updated: &str) -> Comment {
    Comment {
        id,
        author: author.to_owned(),
        body: body.to_owned(),
        created_at: Some(at(created)),
        updated_at: Some(at(updated)),
        ..Comment::nothing(place("data/comments.json", &format!("/{id}")))
    }
}

fn pull(number: u64, state: PullState, author: &str, sha: &str, created: &str) -> Pull {
    Pull {
        number,
        title: format!("chore: upgrade {number}"),
        body: String::new(),
        author: author.to_owned(),
        state,
        created_at: Some(at(created)),
        updated_at: Some(at(created)),
        closed_at: None,
        merged_at: None,
        head_ref: format!("upgrade-{number}"),
        head_sha: sha.to_owned(),
        base_ref: "main".to_owned(),
        url: String::new(),
        comments: Vec::new(),
        comments_fetched: true,
        ..Pull::nothing(place(&format!("data/pulls/{number}.json"), ""))
    }
}

fn step(number: u64, name: &str, status: &str, exit_code: i64, started: &str, stopped: &str) -> Step {
    Step {
        number,
        name: name.to_owned(),
        status: status.to_owned(),
        exit_code: Some(exit_code),
        started: Some(at(started)),
        stopped: Some(at(stopped)),
        ..Step::default()
    }
}

fn build(number: u64, status: &str, started: &str, finished: &str, sha: &str, steps: Vec<Step>) -> Build {
    let (started, finished) = (at(started), at(finished));
    Build {
        number,
        status: status.to_owned(),
        event: "custom".to_owned(),
        author: "bot".to_owned(),
        params: BTreeMap::from([("RECIPE".into(), "apple".into()), ("REF".into(), sha.into())]),
        created: Some(started),
        started: Some(started),
        finished: Some(finished),
        link: String::new(),
        stages: vec![Stage {
            number: 1,
            name: "ci".to_owned(),
            status: status.to_owned(),
            started: Some(started),
            stopped: Some(finished),
            steps,
            ..Stage::default()
        }],
        ..Build::nothing(place(&format!("data/builds/{number}.json"), ""))
    }
}

/// The logs: build, step, lines dropped before the first, lines.
const LOGS: [(u64, u64, u64, &[&str]); 3] = [
    (202, 1, 0, &["cloning", "HEAD is now at 4444444b"]),
    (202, 2, 0, &["=== install", "!! slow: code='7', State='paused'", "RESULT: PASS level=5", ""]),
    (203, 2, 40, &["upgrade failed"]),
];

/// Gives the lines of a log of [`LOGS`].
pub(super) fn read_log(log: &Log, take: &mut TakeLine<'_>) -> bool {
    let of = LOGS.iter().find(|(build, step, _, _)| (*build, *step) == (log.build, log.step));
    of.is_some_and(|(_, _, _, lines)| {
        let _is_enough = lines.iter().try_for_each(|line| take(line));
        true
    })
}

fn log((build, step, dropped_head, lines): (u64, u64, u64, &[&str])) -> Log {
    Log {
        build,
        stage: 1,
        step,
        line_count: lines.len() as u64,
        dropped_head,
        complete: true,
        ..Log::nothing(place(&format!("data/builds/{build}/log-{step}.json"), ""))
    }
}

fn docker(words: &str, rows: &[serde_json::Value]) -> DockerOutput {
    DockerOutput {
        argv: words.split(' ').map(str::to_owned).collect(),
        exit_code: Some(0),
        captured_at: Some(at("2030-01-02T12:00:00Z")),
        rows: rows.to_vec(),
        raw_lines: rows.iter().map(ToString::to_string).collect(),
        complete: true,
        ..DockerOutput::nothing(place(&format!("data/docker/{}.json", words.replace(' ', "-")), ""))
    }
}

pub(super) fn evidence() -> Evidence {
    let mut three = pull(3, PullState::Closed, "dev", HEAD_3, "2029-12-30T08:00:00Z");
    three.closed_at = Some(at("2030-01-01T12:00:00Z"));
    let mut four = pull(4, PullState::Open, "bot", HEAD_4, "2030-01-01T07:30:00Z");
    four.comments = vec![
        comment(14_501, "bot", "!testme", "2030-01-02T09:59:48Z", "2030-01-02T09:59:48Z"),
        comment(
            14_506,
            "olga",
            "The long and the short of it. Nothing was merged.",
            "2030-01-02T10:10:00Z",
            "2030-01-02T10:20:30Z",
        ),
    ];
    let status = |index: u64, status: &str, created: &str| CommitStatus {
        context: "cc-ci/testme".to_owned(),
        status: status.to_owned(),
        target_url: String::new(),
        sha: HEAD_4.to_owned(),
        created_at: Some(at(created)),
        ..CommitStatus::nothing(place("data/statuses.json", &format!("/{index}")))
    };
    four.statuses =
        vec![status(0, "pending", "2030-01-02T10:00:01Z"), status(1, "success", "2030-01-02T10:02:00Z")];
    let mut five = pull(5, PullState::Merged, "dev", HEAD_5, "2030-01-01T06:00:00Z");
    five.closed_at = Some(at("2030-01-02T09:00:00Z"));
    five.merged_at = five.closed_at;
    five.events = vec![PullEvent {
        kind: "merge_pull".to_owned(),
        author: "olga".to_owned(),
        at: five.merged_at,
        ..PullEvent::nothing(place("data/timeline-5.json", "/0"))
    }];
    let mut six =
        pull(6, PullState::Closed, "dev", "6666666d6666666666666666666666666666666d", "2030-01-02T11:00:00Z");
    six.closed_at = Some(at("2030-01-02T11:30:00Z"));
    let builds = [
        build(201, "failure", "2030-01-01T08:00:10Z", "2030-01-01T08:05:00Z", HEAD_5, vec![]),
        build(
            202,
            "success",
            "2030-01-02T10:00:00Z",
            "2030-01-02T10:01:54Z",
            HEAD_4,
            vec![
                step(1, "clone", "success", 0, "2030-01-02T10:00:01Z", "2030-01-02T10:00:04Z"),
                step(2, "run-tests", "success", 0, "2030-01-02T10:00:04Z", "2030-01-02T10:01:54Z"),
            ],
        ),
        build(
            203,
            "failure",
            "2030-01-02T10:12:00Z",
            "2030-01-02T10:15:00Z",
            HEAD_3,
            vec![
                step(1, "clone", "success", 0, "2030-01-02T10:12:01Z", "2030-01-02T10:12:04Z"),
                step(2, "run-tests", "failure", 1, "2030-01-02T10:12:04Z", "2030-01-02T10:15:00Z"),
            ],
        ),
    ];
    Evidence {
        pulls: [three, four, five, six].into_iter().map(|pull| (pull.number, pull)).collect(),
        pulls_complete: true,
        builds_listed: builds.iter().map(|b| (b.number, place("data/builds.json", ""))).collect(),
        builds: builds.into_iter().map(|build| (build.number, build)).collect(),
        logs: LOGS.map(log).into(),
        docker: vec![
            docker("docker stack ls --format json", &[serde_json::json!({"Name": "edge", "Services": "1"})]),
            docker(
                "docker service ls --format json",
                &[
                    serde_json::json!({"Name": "edge_app", "Replicas": "1/1", "Image": "example/edge:2.3.0"}),
                    serde_json::json!({"Name": "edge_db", "Replicas": "0/1", "Image": "example/db:1"}),
                ],
            ),
            docker("docker ps -a --format json", &[serde_json::json!({"Names": "edge_app.1.x"})]),
            docker(
                "docker service inspect edge_app edge_db",
                &[
                    serde_json::json!({"Spec": {"Name": "edge_app"}, "UpdateStatus": {"State": "completed"}}),
                    serde_json::json!({"Spec": {"Name": "edge_db"}}),
                ],
            ),
        ],
        commits: commits(""),
        events: vec![
            DeclaredEvent { at: at("2030-01-02T09:30:00Z"), label: "router swap".to_owned() },
            DeclaredEvent { at: at("2030-01-02T08:00:00Z"), label: "mirror restart".to_owned() },
        ],
        ..Evidence::default()
    }
}

fn commits(review: &str) -> Vec<Commit> {
    let commit = |sha: &str, when: &str, subject: &str, path: &str, added: Vec<String>| Commit {
        sha: sha.repeat(5),
        author: "bot".to_owned(),
        author_time: Some(at(when)),
        commit_time: Some(at(when)),
        subject: subject.to_owned(),
        changes: vec![FileChange { path: path.to_owned(), added, ..FileChange::default() }],
        ..Commit::nothing(place("data/git/x.log", "line 1"))
    };
    let lines = review.lines().map(str::to_owned).collect();
    vec![
        commit(
            "1a2b3c4d",
            "2030-01-02T09:40:10Z",
            "claim(x-M1): the retry is ready",
            "docs/STATUS-x.md",
            vec![],
        ),
        commit("9f8e7d6c", "2030-01-02T10:30:00Z", "review(x-M1): M1 PASS", "docs/REVIEW-x.md", lines),
    ]
}

/// The checks of a REVIEW with `text` in the section of a gate, committed at 10:30.
pub(super) fn judged_with(text: &str, change: impl FnOnce(&mut Evidence)) -> Vec<Check> {
    let review = format!("# REVIEW\n\n## M1 — It works **PASS @2030-01-02T10:29Z**\n\n{text}\n");
    let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
    let documents = [Document::parse(EvidenceKind::Review, &path, review.as_bytes())];
    let commits = commits(&review);
    let history = History::new(&commits);
    let mut evidence = evidence();
    change(&mut evidence);
    let life = phase_life(&documents, &history);
    cross_check(&documents, &evidence, &life, &history, &read_log).checks
}

/// Judges `text` and compares `rule`'s outcomes, in order: `+` confirmed, `-` contradicted, `?` no evidence,
/// `.` yours to judge.
#[track_caller]
pub(super) fn check(rule: &str, text: &str, expected: &str) {
    check_with(rule, text, expected, |_| {});
}

/// The same after a change of the evidence.
#[track_caller]
pub(super) fn check_with(rule: &str, text: &str, expected: &str, change: impl FnOnce(&mut Evidence)) {
    assert!(RULES.iter().any(|known| known.id == rule), "there is no rule {rule}");
    let checks = judged_with(text, change);
    let said: String = checks
        .iter()
        .filter(|check| check.rule == rule)
        .map(|check| match check.outcome {
            Outcome::Confirmed => '+',
            Outcome::Contradicted => '-',
            Outcome::NoEvidence => '?',
            Outcome::NotCheckable => '.',
        })
        .collect();
    let because: Vec<_> =
        checks.iter().map(|check| format!("{} «{}» {}", check.rule, check.quote, check.because)).collect();
    assert_eq!(said, expected, "{text}\n{}", because.join("\n"));
}

/// PR#4 pushed to twice: `7777777e` at 09:50, `4444444b` at 11:00, which is its head when captured.
pub(super) fn pushed_twice(evidence: &mut Evidence) {
    let pull = evidence.pulls.get_mut(&4).expect("there");
    let push = |at: &str, sha: &str| PullEvent {
        kind: "pull_push".into(),
        at: at.parse().ok(),
        forced: Some(false),
        commit_ids: vec![sha.repeat(5)],
        ..PullEvent::nothing(pull.place.clone())
    };
    let pushes = [push("2030-01-02T09:50:00Z", "7777777e"), push("2030-01-02T11:00:00Z", "4444444b")];
    pull.events.extend(pushes);
    pull.head_sha = "4444444b".repeat(5);
}
