//! Every rule on a phase that is not a sample: what confirms, what contradicts, what lacks evidence.

use std::collections::BTreeMap;

use super::{RULES, TakeLine, cross_check};
use crate::documents::Document;
use crate::entry_path::EntryPath;
use crate::evidence::{
    Badge, Build, Comment, Commit, Counts, DockerOutput, Evidence, EvidenceKind, FileChange, Log, Place,
    Pull, PullState, Run, Suite,
};
use crate::gates::phase_life;
use crate::history::History;
use crate::report::{Check, Outcome};
use crate::snapshot::metadata::{Absence, DeclaredEvent};
use crate::time::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn place(path: &str) -> Place {
    Place { path: EntryPath::new(path).expect("a good name"), pointer: String::new() }
}

fn build(number: u64, status: &str, started: &str, finished: &str, sha: &str) -> (u64, Build) {
    let build = Build {
        number,
        status: status.to_owned(),
        event: "custom".to_owned(),
        author: "bot".to_owned(),
        params: BTreeMap::from([("RECIPE".into(), "apple".into()), ("REF".into(), sha.into())]),
        created: Some(at(started)),
        started: Some(at(started)),
        finished: Some(at(finished)),
        ..Build::nothing(place(&format!("data/builds/{number}.json")))
    };
    (number, build)
}

fn pull(
    number: u64,
    state: PullState,
    closed: Option<&str>,
    sha: &str,
    comments: Vec<Comment>,
) -> (u64, Pull) {
    let pull = Pull {
        number,
        title: format!("title {number}"),
        body: String::new(),
        author: "dev".to_owned(),
        state,
        created_at: Some(at("2030-01-01T00:00:00Z")),
        updated_at: Some(at("2030-01-01T00:00:00Z")),
        closed_at: closed.map(at),
        merged_at: None,
        head_ref: "branch".to_owned(),
        head_sha: sha.to_owned(),
        base_ref: "main".to_owned(),
        url: String::new(),
        comments,
        comments_fetched: true,
        ..Pull::nothing(place(&format!("data/pulls/{number}.json")))
    };
    (number, pull)
}

fn comment(id: u64, author: &str, body: &str, created: &str) -> Comment {
    Comment {
        id,
        author: author.to_owned(),
        body: body.to_owned(),
        created_at: Some(at(created)),
        updated_at: Some(at(created)),
        ..Comment::nothing(place("data/comments.json"))
    }
}

fn run(id: &str, level: u64, rungs: &[&str]) -> (String, Run) {
    let names = ["install", "upgrade", "backup_restore", "functional", "lint"];
    let rungs: Vec<(String, String)> =
        names.iter().zip(rungs).map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect();
    let recomputed = rungs.iter().take_while(|(_, status)| status == "pass").count() as u64;
    let run = Run {
        id: id.to_owned(),
        schema: 2,
        recipe: "apple".to_owned(),
        version: String::new(),
        pr: Some(7),
        reference: HEAD_7.to_owned(),
        finished: Some(at("2030-01-02T10:05:00Z")),
        level: Some(level),
        recomputed_level: Some(recomputed),
        rung_count: 5,
        tiers: vec![("install".into(), "pass".into()), ("upgrade".into(), rungs[1].1.clone())],
        rungs,
        flags: BTreeMap::from([("clean_teardown".to_owned(), true)]),
        ..Run::nothing(place(&format!("data/runs/{id}/results.json")))
    };
    (id.to_owned(), run)
}

fn listing(kind: &str, rows: &[&str], exit_code: i64) -> DockerOutput {
    DockerOutput {
        argv: ["docker", kind, "ls", "--format", "json"].map(str::to_owned).to_vec(),
        exit_code: Some(exit_code),
        stderr: String::new(),
        captured_at: Some(at("2030-01-02T12:00:00Z")),
        rows: rows.iter().map(|name| serde_json::json!({ "Name": name })).collect(),
        raw_lines: rows.iter().map(|name| format!("{{\"Name\":\"{name}\"}}")).collect(),
        complete: true,
        place: place(&format!("data/docker/{kind}.ndjson")),
    }
}

const HEAD_7: &str = "aaaaaaa1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa7";
const HEAD_8: &str = "bbbbbbb2bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb8";

/// Two pull requests, two builds around the declared event, one run each, listings, a network.
fn evidence() -> Evidence {
    let log = |build: u64| Log {
        build,
        stage: 1,
        step: 1,
        line_count: 1,
        complete: true,
        ..Log::nothing(place(&format!("data/builds/{build}/log.json")))
    };
    let network = DockerOutput {
        argv: ["docker", "network", "inspect", "edge"].map(str::to_owned).to_vec(),
        rows: vec![serde_json::json!({"Name": "edge", "IPAM": {"Config": [{"Subnet": "10.1.0.0/16"}]}})],
        ..listing("network", &[], 0)
    };
    let counts = Counts { tests: Some(3), failures: Some(0), errors: Some(0), skipped: Some(0) };
    Evidence {
        pulls: BTreeMap::from([
            pull(
                7,
                PullState::Open,
                None,
                HEAD_7,
                vec![
                    comment(1, "bot", "!testme", "2030-01-02T09:59:50Z"),
                    comment(
                        2,
                        "bot",
                        "The long and the short of it. Nothing was merged.",
                        "2030-01-02T10:10:00Z",
                    ),
                ],
            ),
            pull(8, PullState::Closed, Some("2030-01-02T09:00:00Z"), HEAD_8, Vec::new()),
        ]),
        pulls_complete: true,
        builds: BTreeMap::from([
            build(101, "failure", "2030-01-01T08:00:10Z", "2030-01-01T08:05:00Z", HEAD_8),
            build(102, "success", "2030-01-02T10:00:00Z", "2030-01-02T10:05:00Z", HEAD_7),
        ]),
        builds_listed: BTreeMap::from([(101, place("data/builds.json")), (102, place("data/builds.json"))]),
        logs: vec![log(101)],
        runs: BTreeMap::from([
            run("101", 1, &["pass", "fail", "unver", "unver", "unver"]),
            run("102", 5, &["pass", "pass", "pass", "pass", "pass"]),
        ]),
        suites: vec![Suite {
            run: Some("102".to_owned()),
            file_stem: "install".to_owned(),
            name: "install".to_owned(),
            timestamp_raw: "2030-01-02T10:00:40+00:00".to_owned(),
            timestamp: Some(at("2030-01-02T10:00:40Z")),
            seconds: Some(2.0),
            declared: counts,
            computed: counts,
            complete: true,
            ..Suite::nothing(place("data/runs/102/junit/install.xml"))
        }],
        badges: BTreeMap::from([(
            "102".to_owned(),
            Badge { text: "level 5".to_owned(), level: Some(5), place: place("data/runs/102/badge.svg") },
        )]),
        docker: vec![
            listing("stack", &["traefik"], 0),
            listing("service", &["apple_db"], 0),
            listing("volume", &[], 1),
            network,
        ],
        events: vec![DeclaredEvent { at: at("2030-01-02T09:30:00Z"), label: "router swap".to_owned() }],
        absences: vec![Absence {
            what: "/etc/x/gone.yml".into(),
            asked: "x".into(),
            reason: "file gone".into(),
        }],
        ..Evidence::default()
    }
}

/// A REVIEW with `text` in the section of a gate stamped `stamp`, committed at 10:30.
fn judged(text: &str, stamp: &str) -> Vec<Check> {
    let review = format!("# REVIEW\n\n## M1 — It works **PASS @{stamp}**\n\n{text}\n");
    let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
    let documents = [Document::parse(EvidenceKind::Review, &path, review.as_bytes())];
    let commit = Commit {
        sha: "c".repeat(40),
        author: "bot".to_owned(),
        author_time: Some(at("2030-01-02T10:30:00Z")),
        commit_time: Some(at("2030-01-02T10:30:00Z")),
        subject: "review(x-M1): M1 PASS".to_owned(),
        changes: vec![FileChange {
            path: "docs/REVIEW-x.md".to_owned(),
            added: review.lines().map(str::to_owned).collect(),
            ..FileChange::default()
        }],
        ..Commit::nothing(place("data/git/x.log"))
    };
    let commits = [commit];
    let history = History::new(&commits);
    let evidence = evidence();
    let life = phase_life(&documents, &history);
    let read_log = |_: &Log, take: &mut TakeLine<'_>| {
        let _is_enough = take("!! it broke: code='7', State='paused'");
        true
    };
    cross_check(&documents, &evidence, &life, &history, &read_log).checks
}

/// Judges `text` and compares `rule`'s outcomes, in order: `+` confirmed, `-` contradicted, `?` no evidence, `.` yours.
#[track_caller]
fn check(rule: &str, text: &str, expected: &str) {
    assert!(RULES.iter().any(|known| known.id == rule), "there is no rule {rule}");
    let checks = judged(text, "2030-01-02T10:29Z");
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

#[test]
fn verdict_stamps() {
    for (stamp, outcome) in [
        ("2030-01-02T10:29Z", Outcome::Confirmed),
        ("2030-01-02T10:31Z", Outcome::Confirmed),
        ("2030-01-02T10:33Z", Outcome::Contradicted),
        ("2030-01-01T10:29Z", Outcome::Confirmed),
    ] {
        assert_eq!(judged("x", stamp)[0].outcome, outcome, "{stamp}");
    }
}

#[test]
fn pull_requests() {
    check("pull-head", "PR#7 (aaaaaaa1) and PR#8 (bbbbbbb2)", "++");
    check("pull-head", "PR#7 (bbbbbbb2), PR#9 (aaaaaaa1)", "-?");
    check("pull-state", "PR#8 closed, PR#7 is open, PR#7 not merged", "+++");
    check("pull-state", "PR#7 now closed; PR#8 is open; PR#9 closed", "--?");
    check("pull-state", "`pulls/8` → `state=closed`", "+");
    check("pull-state", "PR#8 should be closed after the verdict", "");
    check("only-open-pull", "PR#7 is the only open PR", "+");
    check("only-open-pull", "exactly 1 open PR on apple: PR#8", "-");
    check("pull-title", "PR#7, titled \"title 7\"", "+");
    check("pull-title", "PR#7, titled \"title 8\"", "-");
    check("nothing-merged", "Nothing was merged.", "+");
}

#[test]
fn builds() {
    check("build-status", "#101 failed, build 102 passed", "++");
    check("build-status", "build #101 passed; build 103 failed", "-?");
    check("build-time", "build 102 started 10:00:00Z", "+");
    check("build-time", "build 102 started 10:00:05Z", "-");
    check("build-time", "#102 passed at ~10:00Z, build 103 ran at 10:00Z", "+?");
    check("build-time", "- Build 102: `started=2030-01-02T10:00:00Z`", "+");
    check("build-day", "Builds 101: all dated 2030-01-01", "+");
    check("build-day", "Builds 101, 102: all dated 2030-01-01", "-");
    check("build-params", "build 102 ran `RECIPE=apple REF=aaaaaaa1`", "++");
    check("build-params", "build 102 ran `RECIPE=pear REF=bbbbbbb2`", "--");
    check("build-params", "build 102 ran `OTHER=1`", "?");
    check("same-commit", "Same sha: #101 failed, #102 passed.", "-");
    check("tested-pull", "Build 101: tested PR#8 (bbbbbbb2), not PR#7.", "+");
    check("tested-pull", "Build 101: tested PR#7.", "-");
    check("quoted-log", "Build 101 shows: \"!! it broke: ... State='paused'\"", "+");
    check("quoted-log", "Build 101 shows: \"all is well\"", "-");
    check("quoted-log", "Build 102 shows: \"all is well\"", "?");
    check("quoted-log", "build 101 ended with `State=paused`", "+");
}

#[test]
fn what_is_denied_or_supposed_is_left_to_a_person() {
    check("run-level", "build 102: level 5 was not reached", ".");
    check("run-level", "build 101 is not L5", ".");
    check("run-level", "build 101 should be level 5", ".");
    check("run-flags", "run 102 without `clean_teardown=True`", ".");
    check("pull-head", "this is not PR#8 (aaaaaaa1)", ".");
    check("build-status", "build 102 may not have passed; #102 failed to start", "");
    check("build-time", "build 102 started 12:00:00+02:00", "+");
    check("run-level", "Build 102 did not reach level 5", ".");
    check("run-tiers", "Not all stages pass in build 101", ".");
    check("badge-level", "the badge of run 102 does not show level 5", ".");
    check("nothing-merged", "It is not true that nothing was merged", ".");
    check("build-status", "If #102 failed", ".");
    check("build-status", "the claim \"build 101 passed\" is false", ".");
    check("network-subnet", "edge is not 10.1.0.0/16", ".");
    check("before-after", "Build 101 was never post-router", ".");
}

#[test]
fn values_belong_to_the_builds_named_last_before_them() {
    check("run-level", "Run 102 is L5, run 101 L1", "++");
    check("run-level", "Runs 101, 102: level 1, level 5", "..");
    check("build-status", "Builds 101 and 102 failed", "-");
    check("build-time", "build 102: the upgrade step started at 10:03:00Z", "");
    check("pull-title", "PR#7 titled \"title 7\", PR#8 titled \"title 7\"", "+-");
    check("before-after", "Build 102 ran 1 h after router swap", "-");
    check("before-after", "Build 102 ran after the router was restarted at 09:45Z", ".");
    check("clean-up", "No memory leaks in build 102", "");
    check("clean-up", "`docker stack ls | grep -v appl` = nothing", "");
}

#[test]
fn order_and_distance() {
    check("before-after", "Build 102 ran 30 min after router swap", "+");
    check("before-after", "Build 102 ran 50 min after router swap", "-");
    check("before-after", "Build 102 pre-router", "-");
    check("before-after", "Build 101 pre-router, 102", "+");
    check("before-after", "Build 101 NOT used as post-router pass", "");
    check("before-after", "Build 103 post-router", "?");
    check("before-after", "Build 102 ran after lunch", "");
    check("no-runs-as-of", "No post-router apple runs as of 09:50Z", "+");
    check("no-runs-as-of", "No post-router runs as of 10:20Z", "-");
    check("no-runs-as-of", "No post-router pear runs as of 10:20Z", "");
    check("no-runs-as-of", "No failed runs as of 10:20Z", "");
}

#[test]
fn runs() {
    check("run-level", "build 102: `level=5`, L5/5, level 4", "++-");
    check("run-level", "build 103 was L5", "?");
    check("run-level", "build 102 L5/6", "-");
    check("run-tiers", "build 102: all stages pass (install/upgrade)", "+");
    check("run-tiers", "build 101: all stages pass", "-");
    check("run-tiers", "build 102: all stages pass (install/restore)", "?");
    check("run-flags", "run 102: `clean_teardown=True`, `no_secret_leak=True`", "+?");
    check("run-flags", "run 102: `clean_teardown=false`", "-");
    check("run-flags", "all runs have clean_teardown=true", "+");
    check("badge-level", "Badge of run 102 → level 5", "+");
    check("badge-level", "Badge of run 102 → level 4", "-");
    check("badge-level", "Badge of run 101 → level 1", "?");
}

#[test]
fn suites() {
    check("suite-time", "Build 102:\n- install: 10:00:40Z (40s from start)", "++");
    check("suite-time", "Build 102:\n- install: 10:01:40Z (1m36s from start)", "--");
    check("suite-time", "Build 102:\n- upgrade: 10:01:40Z", "?");
}

#[test]
fn docker() {
    check("clean-up", "`docker stack ls | grep appl` = nothing", "+");
    check("clean-up", "`docker service ls | grep appl` = nothing", "-");
    check("clean-up", "`docker volume ls | grep appl` = nothing", "?");
    check("clean-up", "`docker secret ls | grep appl` = nothing", "?");
    check("clean-up", "No stale stacks", "+");
    check("clean-up", "No apple leaks", "-");
    check("network-subnet", "edge is `10.1.0.0/16`", "+");
    check("network-subnet", "edge is `10.2.0.0/16`", "-");
    check("network-subnet", "core is `10.2.0.0/16`", "?");
}

#[test]
fn comments() {
    check("comment-time", "PR#7: `@bot [2030-01-02T09:59:50Z]: !testme`", "+");
    check("comment-time", "PR#7: `@bot [2030-01-02T09:50:50Z]: !testme`", "-");
    check("comment-time", "PR#9: `@bot [2030-01-02T09:59:50Z]: !testme`", "?");
    check("comment-time", "Comment on PR#7 at 10:10Z: \"The long and the short of it.\"", "+");
    check("comment-time", "Comment on PR#7 at 10:20Z: \"The long and the short of it.\"", "-");
    check("comment-time", "Comment on PR#7 at 10:20Z", "-");
    check("comment-quote", "The comment on PR#7 says \"The long ... Nothing was merged.\"", "+");
    check("comment-quote", "The comment on PR#7 says \"Everything was merged.\"", "-");
}

#[test]
fn what_was_looked_at() {
    check("looked-at", "### What was checked\n- builds #101–#102\n- `/etc/x/gone.yml`\n- build 103", ".??");
}

#[test]
fn what_is_left_to_a_person() {
    check("yours-to-judge", "The failure was caused by load.", ".");
    check("yours-to-judge", "Everything was verified independently from a cold start.", ".");
    check("yours-to-judge", "The sky is blue.", "");
}

#[test]
fn rules_are_documented() {
    let documented = include_str!("../../../docs/checks.md");
    for rule in RULES {
        let row = format!("| `{}` | {} |", rule.id, rule.explains);
        assert!(documented.contains(&row), "docs/checks.md lacks the row\n{row}");
    }
    assert_eq!(documented.matches("\n| `").count(), RULES.len(), "docs/checks.md has rows without a rule");
}
