//! What has to hold for any bytes: one function a target, for libFuzzer and for the replay of its corpora alike.
//! Knows nothing about how the bytes were found.

mod container;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dossier_shared::documents::Document;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::{
    Evidence, EvidenceKind, badge as badges, capture as captures, ctrf as ctrf_reports, docker as listings,
    drone as builds, git_log as logs_of_git, gitea as forge, junit as reports, log as logs, results as runs,
};
use dossier_shared::gates::phase_life;
use dossier_shared::history::History;
use dossier_shared::report::{Outcome, judge_evidence};
use dossier_shared::snapshot::metadata::{DeclaredEvent, Entry, Metadata, Phase, SCHEMA};
use dossier_shared::time::Timestamp;

pub use container::{allowed_signers, bag_info, layout, manifest, metadata, open, sshsig, statement};

/// A target by name; its corpus lies in `corpus/<name>/`.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("allowed_signers", allowed_signers),
    ("badge", badge),
    ("bag_info", bag_info),
    ("capture", capture),
    ("ctrf", ctrf),
    ("docker", docker),
    ("drone", drone),
    ("git_log", git_log),
    ("gitea", gitea),
    ("junit", junit),
    ("layout", layout),
    ("log", log),
    ("manifest", manifest),
    ("markdown", markdown),
    ("metadata", metadata),
    ("open", open),
    ("results", results),
    ("sshsig", sshsig),
    ("statement", statement),
    ("statements", statements),
];

fn path(name: &str) -> EntryPath {
    EntryPath::new(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A badge.
pub fn badge(bytes: &[u8]) {
    badges::parse(bytes, &path("data/badge.svg"));
}

/// A recorder's `capture.json`.
pub fn capture(bytes: &[u8]) {
    captures::parse(bytes, &path("data/capture.json"));
    listings::parse_capture(bytes, &path("data/capture.json"));
}

/// A CTRF report.
pub fn ctrf(bytes: &[u8]) {
    ctrf_reports::parse(bytes, &path("data/ctrf.json"));
}

/// Output of a docker command.
pub fn docker(bytes: &[u8]) {
    let (output, _) = listings::parse(bytes, &path("data/docker.ndjson"));
    assert!(output.rows.len() <= output.raw_lines.len() || output.rows.len() <= bytes.len());
}

/// An answer of Drone.
pub fn drone(bytes: &[u8]) {
    builds::parse(bytes, &path("data/builds.json"));
}

/// `git log -p`.
pub fn git_log(bytes: &[u8]) {
    let (commits, _) = logs_of_git::parse(bytes, &path("data/git/x.log"));
    let lines: usize = commits.iter().flat_map(|c| &c.changes).map(|c| c.added.len() + c.removed.len()).sum();
    assert!(lines <= bytes.len() + 1, "more lines than bytes");
}

/// An answer of Gitea; the first byte says to which request.
pub fn gitea(bytes: &[u8]) {
    let subject = match bytes.first() {
        Some(b'1') => forge::Subject::Pulls,
        Some(b'2') => forge::Subject::Comments(1),
        Some(b'3') => forge::Subject::Timeline(1),
        Some(b'4') => forge::Subject::Statuses(String::new()),
        _ => forge::Subject::Pull(1),
    };
    forge::parse(bytes.get(1..).unwrap_or_default(), &path("data/pulls.json"), &subject);
}

/// A JUnit report: what is counted are the cases that are there.
pub fn junit(bytes: &[u8]) {
    let (file, _) = reports::parse(bytes, &path("data/junit.xml"));
    for suite in file.suites {
        assert_eq!(suite.computed.tests, Some(suite.cases.len() as u64), "computed counts count the cases");
    }
}

/// A log: plain words never hold an escape.
pub fn log(bytes: &[u8]) {
    let (log, _) = logs::parse(bytes, &path("data/log.json"));
    let mut lines = 0;
    let could = logs::each_line(bytes, &mut |line| {
        assert!(!line.contains('\u{1b}'), "an escape is left");
        lines += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(log.line_count, if could { lines } else { 0 }, "as many lines as were counted");
}

/// `results.json` of a run.
pub fn results(bytes: &[u8]) {
    if let (Some(run), _) = runs::parse(bytes, &path("data/runs/1/results.json"), "1") {
        assert!(run.recomputed_level.is_none_or(|level| level <= run.rung_count), "above the ladder");
    }
}

/// A document as each kind: every place in it is a place, and gates come out in the same way twice.
pub fn markdown(bytes: &[u8]) {
    let kinds = [EvidenceKind::Review, EvidenceKind::Status, EvidenceKind::Backlog, EvidenceKind::Plan];
    let name = path("data/documents/REVIEW-x.md");
    let documents: Vec<Document> = kinds.iter().map(|kind| Document::parse(*kind, &name, bytes)).collect();
    // A carriage return ends a line too, as CommonMark says.
    let lines = bytes.iter().filter(|byte| matches!(**byte, b'\n' | b'\r')).count() as u32 + 1;
    for document in &documents {
        for block in &document.blocks {
            for at in [0, block.text.len() / 2, block.text.len()] {
                let (line, column) = document.position(block, at);
                assert!(line >= 1 && column >= 1 && line <= lines, "{line}:{column} of {lines} lines");
            }
        }
    }
    let history = History::new(&[]);
    assert!(phase_life(&documents, &history) == phase_life(&documents, &history));
}

/// A REVIEW beside a small phase: nothing is confirmed or contradicted without evidence that is named.
pub fn statements(bytes: &[u8]) {
    let mut payload = BTreeMap::new();
    let mut entries = Vec::new();
    let files = PHASE.iter().map(|(name, kind, text)| (*name, *kind, text.as_bytes()));
    for (name, kind, bytes) in files.chain([("data/documents/REVIEW-x.md", EvidenceKind::Review, bytes)]) {
        let captured_at = None;
        entries.push(Entry {
            path: path(name),
            kind,
            origin: String::new(),
            original_name: None,
            captured_at,
        });
        payload.insert(path(name), bytes.to_vec());
    }
    let metadata = Metadata {
        schema: SCHEMA.to_owned(),
        packer: "fuzz".to_owned(),
        packed_at: instant("2026-06-13T07:00:00Z"),
        phase: Phase { id: "x".to_owned(), title: String::new() },
        sources: Vec::new(),
        entries,
        absences: Vec::new(),
        events: vec![DeclaredEvent { at: instant("2026-06-13T05:38:00Z"), label: "proxy fix".to_owned() }],
        redactions: Vec::new(),
    };
    let report = judge_evidence(&metadata, &payload);
    for check in &report.checks {
        let compared = matches!(check.outcome, Outcome::Confirmed | Outcome::Contradicted);
        assert!(!compared || !check.evidence.is_empty(), "{}: {} rests on nothing", check.id, check.quote);
        assert!(!check.because.is_empty(), "{} has no reason", check.id);
    }
    // Judging twice takes twice as long; one input in four is enough to see a report that depends on anything else.
    if bytes.len().is_multiple_of(4) {
        assert!(report.to_json() == judge_evidence(&metadata, &payload).to_json(), "two runs, two reports");
    }
}

/// The evidence of [`statements`], read; for whoever wants to see that it is read without an issue.
pub fn phase_evidence() -> (Evidence, usize) {
    let entries = PHASE.iter().map(|(name, kind, _)| Entry {
        path: path(name),
        kind: *kind,
        origin: String::new(),
        original_name: None,
        captured_at: None,
    });
    let metadata = Metadata {
        schema: SCHEMA.to_owned(),
        packer: "fuzz".to_owned(),
        packed_at: instant("2026-06-13T07:00:00Z"),
        phase: Phase { id: "x".to_owned(), title: String::new() },
        sources: Vec::new(),
        entries: entries.collect(),
        absences: Vec::new(),
        events: Vec::new(),
        redactions: Vec::new(),
    };
    let bytes_of = |wanted: &EntryPath| {
        PHASE.iter().find(|(name, _, _)| *name == wanted.as_str()).map(|(_, _, text)| text.as_bytes().into())
    };
    let (evidence, issues) = dossier_shared::evidence::read(&metadata, bytes_of);
    (evidence, issues.len())
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A phase with one of everything.
const PHASE: &[(&str, EvidenceKind, &str)] = &[
    (
        "data/forge/gitea/repos/o/x/pulls.json",
        EvidenceKind::Gitea,
        r#"[{"id":4,"number":4,"title":"chore: upgrade","state":"closed","merged":false,"created_at":"2026-06-12T10:00:00Z","closed_at":"2026-06-13T06:22:50Z","user":{"login":"dev"},"head":{"ref":"up","sha":"d88f5801c0ffee00d88f5801c0ffee00d88f5801"},"base":{"ref":"main","sha":"aaaaaaaa"},"comments":1}]"#,
    ),
    (
        "data/forge/gitea/repos/o/x/issues/4/comments.json",
        EvidenceKind::Gitea,
        r#"[{"id":14506,"user":{"login":"bot"},"body":"!testme","created_at":"2026-06-13T06:12:48Z","updated_at":"2026-06-13T06:12:48Z"}]"#,
    ),
    (
        "data/builds/drone/repos/o/ci/builds/612.json",
        EvidenceKind::Drone,
        r#"{"id":612,"number":612,"status":"success","event":"custom","params":{"RECIPE":"x","REF":"d88f5801c0ffee00d88f5801c0ffee00d88f5801"},"created":1781331180,"started":1781331182,"finished":1781331296,"stages":[{"id":1,"number":1,"name":"default","status":"success","started":1781331182,"stopped":1781331296,"steps":[{"id":1,"number":1,"name":"run-tests","status":"success","exit_code":0,"started":1781331183,"stopped":1781331295}]}]}"#,
    ),
    (
        "data/builds/drone/repos/o/ci/builds/612/logs/1/1.json",
        EvidenceKind::Drone,
        r#"[{"pos":0,"out":"step one\n","time":0},{"pos":1,"out":"!! upgrade op failed: UpdateStatus='paused'\n","time":9}]"#,
    ),
    (
        "data/runs/612/results.json",
        EvidenceKind::RunResults,
        r#"{"schema":2,"recipe":"x","version":"1.4","pr":4,"ref":"d88f5801","run_id":"612","finished":1781331290.5,"level":5,"rungs":{"install":"pass","upgrade":"pass","backup_restore":"pass","functional":"pass","lint":"pass"},"results":{"install":"pass","upgrade":"pass","backup":"pass","restore":"pass","custom":"pass"},"lint":{"status":"pass","detail":"","rules_failed":[]},"flags":{"clean_teardown":true,"no_secret_leak":true}}"#,
    ),
    (
        "data/runs/612/junit/install.xml",
        EvidenceKind::Junit,
        r#"<testsuite name="pytest" tests="2" failures="0" errors="0" skipped="1" time="3.5" timestamp="2026-06-13T06:13:53Z"><testcase classname="t" name="test_up" time="1.5"/><testcase classname="t" name="test_down" time="2"><skipped/></testcase></testsuite>"#,
    ),
    ("data/runs/612/badge.svg", EvidenceKind::Badge, "<svg><title>x: level 5</title></svg>"),
    (
        "data/docker/capture.json",
        EvidenceKind::Capture,
        r#"{"host":"h","captured_at":"2026-06-13T06:40:12Z","commands":[{"argv":["docker","stack","ls","--format","json"],"exit_code":0,"stdout":"stack-ls.ndjson","stderr":""}]}"#,
    ),
    ("data/docker/stack-ls.ndjson", EvidenceKind::Docker, "{\"Name\":\"proxy\",\"Services\":\"1\"}\n"),
    (
        "data/git/x.log",
        EvidenceKind::GitLog,
        "commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nparents \nauthor A <a@b>\nauthor-time 2026-06-13T06:27:57Z\ncommitter A <a@b>\ncommit-time 2026-06-13T06:27:57Z\n\n    review(x-M1): PASS\n\ndiff --git a/REVIEW-x.md b/REVIEW-x.md\nnew file mode 100644\n--- /dev/null\n+++ b/REVIEW-x.md\n@@ -0,0 +1 @@\n+# M1 PASS\n",
    ),
];
