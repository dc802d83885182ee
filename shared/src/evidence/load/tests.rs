//! Entries of every kind, sorted and joined.

use super::*;
use crate::evidence::PullState;
use crate::snapshot::metadata::{Entry, Phase, SCHEMA};

const PULL: &str = r#""title":"t","user":{"login":"u"},"created_at":"2026-06-12T14:35:20Z","body":"",
    "head":{"ref":"b","sha":"d88f"},"base":{"ref":"main","sha":"0"}"#;

fn kind(path: &str) -> EvidenceKind {
    match path {
        _ if path.ends_with("capture.json") => EvidenceKind::Capture,
        _ if path.contains("/gitea/") => EvidenceKind::Gitea,
        _ if path.contains("/drone/") => EvidenceKind::Drone,
        _ if path.contains("/docker/") => EvidenceKind::Docker,
        _ if path.ends_with("results.json") => EvidenceKind::RunResults,
        _ if path.contains("/junit/") => EvidenceKind::Junit,
        _ if path.ends_with(".svg") => EvidenceKind::Badge,
        _ if path.ends_with(".log") => EvidenceKind::GitLog,
        _ => EvidenceKind::File,
    }
}

fn read(files: &[(&str, &str)]) -> (Evidence, Vec<String>) {
    let files: BTreeMap<EntryPath, &str> =
        files.iter().map(|(path, text)| (EntryPath::new(path).unwrap(), *text)).collect();
    let metadata = Metadata {
        schema: SCHEMA.into(),
        packer: String::new(),
        packed_at: Default::default(),
        phase: Phase { id: "ghost".into(), title: String::new() },
        sources: Vec::new(),
        entries: files
            .keys()
            .map(|path| Entry {
                path: path.clone(),
                kind: kind(path.as_str()),
                origin: String::new(),
                original_name: None,
                captured_at: None,
            })
            .collect(),
        absences: Vec::new(),
        events: Vec::new(),
        redactions: Vec::new(),
    };
    let gone = |text: &&str| *text != "GONE";
    let (evidence, issues) =
        load(&metadata, &|path| files.get(path).copied().filter(gone).map(|text| text.as_bytes().into()));
    let issues = issues
        .into_iter()
        .map(|issue| format!("{}#{} {}", issue.path.file_name(), issue.issue.at, issue.issue.what))
        .collect();
    (evidence, issues)
}

fn capture(requests: &str) -> String {
    format!(r#"{{"server":"s","captured_at":"2026-06-13T06:40:30Z","requests":[{requests}]}}"#)
}

const LISTING: &str = "data/forge/gitea/repos/o/n/pulls.json";

/// Asks for the listing with `query`, whose answers hold these numbers, a page each.
fn check_complete(query: &str, total_count: Option<u64>, pages: &[&[u64]], expected: bool) {
    let mut files = Vec::new();
    let mut requests = Vec::new();
    for (page, numbers) in (1..).zip(pages) {
        let file = if page == 1 { "pulls.json".to_owned() } else { format!("pulls.page{page}.json") };
        let pulls: Vec<_> =
            numbers.iter().map(|number| format!(r#"{{"number":{number},"state":"open",{PULL}}}"#)).collect();
        files.push((format!("data/forge/gitea/repos/o/n/{file}"), format!("[{}]", pulls.join(","))));
        let total = total_count.map_or(String::new(), |total| format!(r#""total_count":{total},"#));
        requests.push(format!(
            r#"{{"path":"/api/v1/repos/o/n/pulls?{query}&page={page}","status":200,{total}"file":"repos/o/n/{file}"}}"#
        ));
    }
    files.push(("data/forge/gitea/capture.json".to_owned(), capture(&requests.join(","))));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (evidence, issues) = read(&files);
    assert_eq!(evidence.pulls_complete, expected, "{query} {total_count:?} {pages:?} {issues:?}");
    assert_eq!(evidence.pulls_listing.map(|place| place.path.to_string()).as_deref(), Some(LISTING));
}

#[test]
fn a_listing_is_complete_only_when_all_was_asked_and_counted() {
    check_complete("state=all&limit=50", Some(3), &[&[3, 4, 5]], true);
    check_complete("state=all&limit=2", Some(3), &[&[5, 4], &[3]], true);
    check_complete("state=all", Some(4), &[&[3, 4, 5]], false);
    check_complete("state=open", Some(3), &[&[3, 4, 5]], false);
    check_complete("limit=50", Some(3), &[&[3, 4, 5]], false);
    check_complete("state=all&labels=1", Some(3), &[&[3, 4, 5]], false);
    check_complete("state=all", None, &[&[3, 4, 5]], false);
    check_complete("state=all", None, &[&[3, 4], &[5], &[]], true);
    check_complete("state=all", None, &[&[]], false);
    check_complete("state=all", Some(0), &[&[]], true);
}

#[test]
fn without_a_capture_a_listing_is_never_complete() {
    let (evidence, _) = read(&[(LISTING, "[]")]);
    assert!(!evidence.pulls_complete);
    assert_eq!(evidence.forge_repository.as_deref(), Some("o/n"));
}

#[test]
fn joins_what_belongs_to_a_pull() {
    let capture = capture(
        r#"{"path":"/api/v1/repos/o/n/issues/4/comments","status":200,"total_count":2,"file":"any/name.json"},
        {"path":"/api/v1/repos/o/n/pulls/9","status":404,"file":"repos/o/n/pulls/9.json"},
        {"path":"/api/v1/repos/o/n/pulls/8","status":200,"file":"repos/o/n/pulls/8.json"}"#,
    );
    let comment = |id: u64, minute: u64| {
        format!(
            r#"{{"id":{id},"user":{{"login":"u"}},"body":"x","created_at":"2026-06-13T06:{minute}:48Z"}}"#
        )
    };
    let listing = format!(r#"[{{"number":4,"state":"open",{PULL}}},{{"number":3,"state":"closed",{PULL}}}]"#);
    let status = r#"{"id":2,"status":"success","context":"c","created_at":"2026-06-12T12:00:22Z"},
        {"id":1,"status":"pending","context":"c","created_at":"2026-06-12T12:00:22Z"}"#;
    let (evidence, issues) = read(&[
        ("data/forge/gitea/capture.json", &capture),
        ("data/forge/gitea/any/name.json", &format!("[{},{}]", comment(12, 30), comment(11, 12))),
        (LISTING, &listing),
        ("data/forge/gitea/repos/o/n/pulls/4.json", &format!(r#"{{"number":4,"state":"closed",{PULL}}}"#)),
        ("data/forge/gitea/repos/o/n/pulls/9.json", r#"{"message":"not found"}"#),
        (
            "data/forge/gitea/repos/o/n/issues/4/timeline.json",
            r#"[{"id":1,"type":"close","user":{"login":"u"},
            "created_at":"2026-06-13T06:30:00Z"}]"#,
        ),
        ("data/forge/gitea/repos/o/n/commits/d88f/statuses.json", &format!("[{status}]")),
        ("data/forge/gitea/repos/o/n/commits/d88f/statuses.page2.json", &format!("[{status}]")),
        ("data/forge/gitea/repos/other/n/pulls/1.json", "{}"),
    ]);
    let pull = &evidence.pulls[&4];
    assert_eq!((pull.state, pull.place.pointer.as_str()), (PullState::Closed, ""));
    assert_eq!(pull.comments.iter().map(|comment| comment.id).collect::<Vec<_>>(), [11, 12]);
    assert_eq!(pull.comments[0].place.pointer, "/1");
    assert!(pull.comments_fetched);
    assert_eq!(pull.events[0].kind, "close");
    assert_eq!(
        pull.statuses.iter().map(|status| status.status.as_str()).collect::<Vec<_>>(),
        ["pending", "success"]
    );
    assert_eq!(evidence.pulls[&3].place.pointer, "/1");
    assert!(!evidence.pulls[&3].comments_fetched);
    assert_eq!(
        issues,
        [
            "capture.json#/requests/2 the answer in \"repos/o/n/pulls/8.json\" is not in the snapshot",
            "9.json# the server answered 404; not read",
            "1.json# belongs to other/n, not to o/n; not read",
        ]
    );
}

#[test]
fn sorts_builds_logs_and_runs() {
    let build = |number: u64, status: &str| {
        format!(
            r#"{{"number":{number},"status":"{status}","event":"custom","created":1,"started":1,"finished":1}}"#
        )
    };
    let (evidence, issues) = read(&[
        (
            "data/builds/drone/repos/o/n/builds.json",
            &format!("[{},{}]", build(612, "running"), build(578, "failure")),
        ),
        ("data/builds/drone/repos/o/n/builds/612.json", &build(612, "success")),
        ("data/builds/drone/repos/o/n/builds/613.json", &build(612, "success")),
        ("data/builds/drone/repos/o/n/builds/612/logs/1/3.json", r#"[{"pos":0,"out":"x","time":0}]"#),
        ("data/builds/drone/repos/o/n/builds/612/logs/1/2.json", "GONE"),
        (
            "data/runs/m2rr-x/results.json",
            r#"{"schema":2,"recipe":"x","level":0,"rungs":{"install":"fail"},"finished":1.5}"#,
        ),
        ("data/runs/612/results.json", "<html>"),
        ("data/runs/612/junit/install.xml", "<testsuite><testcase/></testsuite>"),
        ("data/runs/612/badge.svg", "<svg><text>level 5</text></svg>"),
        ("data/runs/612/lint.txt", "GONE"),
    ]);
    assert_eq!(evidence.builds[&612].status, "success");
    assert_eq!(evidence.builds[&578].place.pointer, "/1");
    assert_eq!(evidence.builds_listed.len(), 2);
    assert_eq!(
        evidence.logs.iter().map(|log| (log.build, log.stage, log.step)).collect::<Vec<_>>(),
        [(612, 1, 3)]
    );
    assert_eq!(evidence.runs.keys().collect::<Vec<_>>(), ["m2rr-x"]);
    assert_eq!(evidence.suites[0].run.as_deref(), Some("612"));
    assert_eq!(evidence.badges["612"].level, Some(5));
    assert_eq!(evidence.entries.len(), 10);
    assert_eq!(issues.len(), 3, "{issues:#?}");
}

#[test]
fn joins_docker_output_with_its_command() {
    let (evidence, issues) = read(&[
        (
            "data/docker/capture.json",
            r#"{"host":"h","captured_at":"2026-06-13T06:40:12Z","commands":[
            {"argv":["docker","stack","ls"],"exit_code":0,"stdout":"stack-ls.ndjson","stderr":""},
            {"argv":["docker","volume","ls"],"exit_code":0,"stdout":"gone.ndjson","stderr":""}]}"#,
        ),
        ("data/docker/stack-ls.ndjson", ""),
        ("data/docker/stray.ndjson", "{}"),
    ]);
    let found: Vec<_> = evidence.docker.iter().map(|output| (output.argv.len(), output.complete)).collect();
    assert_eq!(found, [(3, true), (3, false), (0, true)]);
    assert_eq!(evidence.docker[1].place.pointer, "/commands/1");
    assert_eq!(issues.len(), 2, "{issues:#?}");
}
