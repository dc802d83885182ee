//! How long parsers take: every file of the corpora through its own, files made to be slow, and a whole snapshot.
//! An unoptimised build prints and judges nothing.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{corpus, entry, files};
use crate::entry_path::EntryPath;
use crate::evidence::{self, EvidenceKind, badge, ctrf, docker, drone, git_log, gitea, junit, log, results};
use crate::snapshot::metadata::{Entry, Metadata, Phase, SCHEMA};

/// What a MiB may take.
const LIMIT_MS: f64 = 100.0;
/// What a MiB made of nothing but the smallest records may take: their number takes the time, up to 500,000 in a MiB,
/// but work that grows faster than the file would take many times this.
const LIMIT_MADE_MS: f64 = 500.0;
/// Smaller files count as this many bytes: what they take says nothing about size.
const LEAST_BYTES: usize = 64 << 10;

type Parse = fn(&[u8]);

/// Milliseconds that a MiB of `bytes` takes, the best of three, so that other work on the machine counts less.
fn ms_per_mib(bytes: &[u8], parse: Parse) -> f64 {
    let best = (0..3).map(|_| time(|| parse(black_box(bytes)))).min().unwrap_or_default();
    let mib = bytes.len().max(LEAST_BYTES) as f64 / f64::from(1 << 20);
    best.as_secs_f64() * 1000.0 / mib
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Prints what each took, the worst first, and fails for those above the limit where the build is optimised.
fn judge(mut taken: Vec<(String, f64)>, limit: f64) {
    taken.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (name, ms) in &taken {
        println!("{ms:9.2} ms per MiB  {name}");
    }
    let slow: Vec<_> = taken.iter().filter(|(_, ms)| *ms > limit).collect();
    if cfg!(debug_assertions) {
        println!("an unoptimised build: {} of {} are above {limit} ms, not judged", slow.len(), taken.len());
    } else {
        assert!(slow.is_empty(), "above {limit} ms per MiB: {slow:?}");
    }
}

fn own_parser(path: &Path) -> Option<Parse> {
    let path = path.to_string_lossy();
    let is = |part: &str| path.contains(part);
    Some(match path.rsplit('.').next()? {
        "xml" if is("/junit/") => |bytes| drop(black_box(junit::parse(bytes, &entry()))),
        "svg" => |bytes| drop(black_box(badge::parse(bytes, &entry()))),
        "ndjson" | "json" if is("/docker/") => |bytes| drop(black_box(docker::parse(bytes, &entry()))),
        "json" if is("/drone/") && is("logs") => |bytes| drop(black_box(log::parse(bytes, &entry()))),
        "json" if is("/drone/") => |bytes| drop(black_box(drone::parse(bytes, &entry()))),
        "json" if is("/gitea/") && is("comment") => {
            |bytes| drop(black_box(gitea::parse(bytes, &entry(), &gitea::Subject::Comments(1))))
        }
        "json" if is("/gitea/") && is("status") => {
            |bytes| drop(black_box(gitea::parse(bytes, &entry(), &gitea::Subject::Statuses("a".into()))))
        }
        "json" if is("/gitea/") => {
            |bytes| drop(black_box(gitea::parse(bytes, &entry(), &gitea::Subject::Pulls)))
        }
        // One answer a line.
        "jsonl" => |bytes| {
            for line in bytes.split(|byte| *byte == b'\n') {
                drop(black_box(gitea::parse(line, &entry(), &gitea::Subject::Pulls)));
            }
        },
        _ => return None,
    })
}

#[test]
fn every_file_is_read_in_time() {
    let mut taken = Vec::new();
    for name in ["junit", "gitea", "drone", "docker", "svg"] {
        let Some(folder) = corpus(name) else { continue };
        for extension in ["xml", "svg", "json", "ndjson", "jsonl"] {
            for path in files(&folder, extension) {
                let Some(parse) = own_parser(&path) else { continue };
                let name = path.strip_prefix(folder.parent().unwrap_or(&folder)).unwrap_or(&path);
                taken.push((name.display().to_string(), ms_per_mib(&fs::read(&path).unwrap(), parse)));
            }
        }
    }
    judge(taken, LIMIT_MS);
}

/// About a MiB that begins with `head`, repeats `part` and ends with `tail`.
fn repeated(head: &str, part: &str, tail: &str) -> Vec<u8> {
    let count = (1 << 20) / part.len();
    format!("{head}{}{tail}", part.repeat(count)).into_bytes()
}

#[test]
fn files_made_to_be_slow_are_read_in_time() {
    let xml: Parse = |bytes| drop(black_box(junit::parse(bytes, &entry())));
    let step_log: Parse = |bytes| drop(black_box(log::parse(bytes, &entry())));
    let history: Parse = |bytes| drop(black_box(git_log::parse(bytes, &entry())));
    let run: Parse = |bytes| drop(black_box(results::parse(bytes, &entry(), "1")));
    let timeline: Parse =
        |bytes| drop(black_box(gitea::parse(bytes, &entry(), &gitea::Subject::Timeline(1))));
    let listing: Parse = |bytes| drop(black_box(docker::parse(bytes, &entry())));
    let picture: Parse = |bytes| drop(black_box(badge::parse(bytes, &entry())));
    let builds: Parse = |bytes| drop(black_box(drone::parse(bytes, &entry())));
    let tests: Parse = |bytes| drop(black_box(ctrf::parse(bytes, &entry())));
    let long = "x".repeat(4000);
    let deep = format!("<testsuite>{}", format!("<{long}>").repeat(100));
    let (log_head, log_tail) = (r#"[{"pos":0,"time":0,"out":""#, r#""}]"#);
    let cases: [(&str, Parse, Vec<u8>); 22] = [
        ("empty cases", xml, repeated("<testsuite>", "<testcase/>", "</testsuite>")),
        ("cases below long names", xml, repeated(&deep, "<testcase/>", "")),
        ("suites below long names", xml, repeated(&deep, "<testsuite/>", "")),
        ("suites in suites", xml, repeated("", "<testsuite>", "")),
        ("attributes of one case", xml, repeated("<testsuite><testcase ", "a='b' ", "/></testsuite>")),
        (
            "references in output",
            xml,
            repeated("<testsuite><system-out>", "&amp;", "</system-out></testsuite>"),
        ),
        (
            "attachments without end",
            xml,
            repeated("<testsuite><system-out>", "[[ATTACHMENT|", "</system-out></testsuite>"),
        ),
        (
            "failures of one case",
            xml,
            repeated("<testsuite><testcase>", "<failure>x</failure>", "</testcase></testsuite>"),
        ),
        (
            "reruns of one case",
            xml,
            repeated("<testsuite><testcase>", "<rerunFailure message='m'/>", "</testcase></testsuite>"),
        ),
        (
            "properties",
            xml,
            repeated(
                "<testsuite><properties>",
                "<property name='n' value='v'/>",
                "</properties></testsuite>",
            ),
        ),
        ("unclosed strings in a line", step_log, repeated(log_head, "\\u001b]", log_tail)),
        ("closed strings in a line", step_log, repeated(log_head, "\\u001b]x\\u0007", log_tail)),
        ("error words in a line", step_log, repeated(log_head, "ERRORS ", log_tail)),
        ("log lines", step_log, repeated("[", r#"{"pos":7,"time":0,"out":"error: x\n"},"#, "null]")),
        ("wrong log lines", step_log, repeated("[", "7,", "7]")),
        (
            "commits",
            history,
            repeated(
                "",
                "commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nparents \n\n    s\n\n    b\n\n",
                "",
            ),
        ),
        (
            "files of a commit",
            history,
            repeated("commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "diff --git a/x b/x\n", ""),
        ),
        ("unknown rungs", run, repeated(r#"{"schema":2,"rungs":{"#, r#""a":"b","#, r#""c":"d"}}"#)),
        ("events", timeline, repeated("[", r#"{"type":"x"},"#, "null]")),
        ("rows", listing, repeated("", "{\"a\":1,\"a\":2}\n", "")),
        ("words of a badge", picture, repeated("<svg>", "<text>l5 level 5</text>", "</svg>")),
        ("builds", builds, repeated("[", r#"{"number":1},"#, "null]")),
    ];
    let mut taken: Vec<_> =
        cases.iter().map(|(name, parse, bytes)| ((*name).to_owned(), ms_per_mib(bytes, *parse))).collect();
    let many_suites = (0..20_000).map(|n| format!(r#"{{"name":"{n}","status":"passed","suite":"{n}"}}"#));
    let many_suites = format!(r#"{{"results":{{"tests":[{}]}}}}"#, many_suites.collect::<Vec<_>>().join(","));
    taken.push(("a suite for each test".to_owned(), ms_per_mib(many_suites.as_bytes(), tests)));
    judge(taken, LIMIT_MADE_MS);
}

/// 600 builds with logs, 600 runs and 100,000 cases.
fn large_snapshot() -> BTreeMap<EntryPath, (EvidenceKind, Vec<u8>)> {
    let mut snapshot = BTreeMap::new();
    let mut add = |path: String, kind, text: String| {
        snapshot.insert(EntryPath::new(&path).unwrap(), (kind, text.into_bytes()));
    };
    let (drone, forge) = ("data/builds/drone/repos/o/n", "data/forge/gitea/repos/o/n");
    for number in 1..=600 {
        let steps: Vec<_> =
            (1..=4).map(|step| format!(r#"{{"number":{step},"status":"success","exit_code":0}}"#)).collect();
        let build = format!(
            r#"{{"number":{number},"status":"success","event":"custom","created":9,"started":9,"finished":9,"params":{{"REF":"{number:040x}"}},
            "stages":[{{"number":1,"status":"success","steps":[{}]}}]}}"#,
            steps.join(",")
        );
        add(format!("{drone}/builds/{number}.json"), EvidenceKind::Drone, build);
        for step in 1..=4 {
            let lines: Vec<_> =
                (0..50).map(|pos| format!(r#"{{"pos":{pos},"time":1,"out":"line {pos}\n"}}"#)).collect();
            let log = format!("[{}]", lines.join(","));
            add(format!("{drone}/builds/{number}/logs/1/{step}.json"), EvidenceKind::Drone, log);
        }
        let pull = format!(
            r#"{{"number":{number},"state":"open","title":"t","user":{{"login":"u"}},"created_at":"2026-06-12T14:35:20Z",
            "head":{{"ref":"b","sha":"{number:040x}"}},"base":{{"ref":"main","sha":"0"}}}}"#
        );
        add(format!("{forge}/pulls/{number}.json"), EvidenceKind::Gitea, pull);
        let rungs = r#"{"install":"pass","upgrade":"pass","backup_restore":"pass","functional":"pass","lint":"pass"}"#;
        let run = format!(r#"{{"schema":2,"recipe":"x","finished":9,"level":5,"rungs":{rungs}}}"#);
        add(format!("data/runs/{number}/results.json"), EvidenceKind::RunResults, run);
        let cases: String = (0..167)
            .map(|case| format!(r#"<testcase classname="a.b" name="test {case}" time="0.01"/>"#))
            .collect();
        let report = format!(r#"<testsuite name="s" tests="167">{cases}</testsuite>"#);
        add(format!("data/runs/{number}/junit/install.xml"), EvidenceKind::Junit, report);
        add(format!("data/runs/{number}/shot.png"), EvidenceKind::Image, String::new());
    }
    snapshot
}

#[test]
fn a_large_snapshot_is_loaded_in_time() {
    let snapshot = large_snapshot();
    let entries = snapshot.iter().map(|(path, (kind, _))| Entry {
        path: path.clone(),
        kind: *kind,
        origin: String::new(),
        original_name: None,
        captured_at: None,
    });
    let metadata = Metadata {
        schema: SCHEMA.into(),
        packer: String::new(),
        packed_at: Default::default(),
        phase: Phase { id: "x".into(), title: String::new() },
        sources: Vec::new(),
        entries: entries.collect(),
        absences: Vec::new(),
        events: Vec::new(),
        redactions: Vec::new(),
    };
    let bytes: usize = snapshot.values().map(|(_, bytes)| bytes.len()).sum();
    let mut read = None;
    let taken = time(|| {
        read = Some(evidence::read(&metadata, |path| snapshot.get(path).map(|(_, bytes)| bytes.into())));
    });
    let (evidence, issues) = read.unwrap();
    println!("{} entries, {} KiB: {} ms", snapshot.len(), bytes >> 10, taken.as_millis());
    assert_eq!((evidence.builds.len(), evidence.logs.len(), evidence.runs.len()), (600, 2400, 600));
    assert_eq!(evidence.suites.iter().map(|suite| suite.cases.len()).sum::<usize>(), 100_200);
    assert!(issues.is_empty(), "{issues:?}");
    assert!(cfg!(debug_assertions) || taken < Duration::from_secs(1), "took {taken:?}");
}
