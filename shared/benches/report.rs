//! Times the way from entries in memory to the report's JSON, on made-up phases of three sizes.
//!
//! `cargo bench -p dossier-shared --bench report`; `docs/benchmarks.md` holds the figures. The largest size is
//! the one that has to stay below two seconds: 600 builds, 600 runs, 100,000 tests and a REVIEW of 1 MiB.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::report::judge_evidence;
use dossier_shared::snapshot::metadata::{DeclaredEvent, Entry, Metadata, Phase, SCHEMA};
use dossier_shared::time::{Timestamp, from_unix, iso};

/// When the first made-up build began: 2026-03-01T00:00:00Z.
const BEGIN: i64 = 1_772_323_200;
/// From one build to the next.
const STEP: i64 = 600;
const HEAD: &str = "d88f5801c0ffee00d88f5801c0ffee00d88f5801";
const DRONE: &str = "data/builds/drone/repos/o/ci";
const GITEA: &str = "data/forge/gitea/repos/o/apple";

/// A phase of `builds` builds, as many runs, `tests` test cases and a REVIEW of `review_bytes`.
struct Size {
    builds: u64,
    tests: u64,
    review_bytes: usize,
}

fn main() {
    // `cargo test --benches` runs this too: once, on the smallest size, without timing.
    let only_try = !std::env::args().any(|argument| argument == "--bench");
    let full = Size { builds: 600, tests: 100_000, review_bytes: 1 << 20 };
    println!("   of   builds    tests   REVIEW   entries     MiB     time   per size   checks");
    let mut first = None;
    for part in [4, 2, 1] {
        let size = Size {
            builds: full.builds / part,
            tests: full.tests / part,
            review_bytes: full.review_bytes / part as usize,
        };
        let (metadata, payload) = phase(&size);
        let bytes: usize = payload.values().map(Vec::len).sum();
        let mut times: Vec<Duration> = Vec::new();
        let mut checks = 0;
        for _ in 0..if only_try { 1 } else { 5 } {
            let begun = Instant::now();
            let report = judge_evidence(&metadata, &payload);
            let json = report.to_json();
            times.push(begun.elapsed());
            checks = report.checks.len();
            assert!(json.len() > 1000);
            assert!(report.issues.is_empty(), "{:?}", report.issues.first());
        }
        times.sort();
        let median = times[times.len() / 2].as_secs_f64();
        let per_size = median * part as f64;
        let smallest = *first.get_or_insert(per_size);
        println!(
            "1/{part:<2} {:>8} {:>8} {:>8} {:>9} {:>7.1} {:>6.0} ms {:>8.2}× {:>8}",
            size.builds,
            size.tests,
            size.review_bytes,
            payload.len(),
            bytes as f64 / 1_048_576.0,
            median * 1000.0,
            per_size / smallest,
            checks
        );
        if only_try {
            break;
        }
    }
}

fn phase(size: &Size) -> (Metadata, BTreeMap<EntryPath, Vec<u8>>) {
    let mut files = Files::default();
    let review = review(size);
    files.add("data/documents/REVIEW-apple.md", EvidenceKind::Review, review.clone());
    files.add(
        "data/documents/plan-phase-apple.md",
        EvidenceKind::Plan,
        "# Plan\n\n## Gates\n\n- M1 — a\n- M2 — b\n".to_owned(),
    );
    files.add("data/git/docs.log", EvidenceKind::GitLog, git_log(&review));
    pulls(&mut files);
    for n in 0..size.builds {
        build(n, size.tests / size.builds, &mut files);
    }
    let metadata = Metadata {
        schema: SCHEMA.to_owned(),
        packer: "bench".to_owned(),
        packed_at: at(BEGIN + 1_000_000),
        phase: Phase { id: "apple".to_owned(), title: String::new() },
        sources: Vec::new(),
        entries: files.entries,
        absences: Vec::new(),
        events: vec![DeclaredEvent { at: at(BEGIN + 1), label: "proxy fix".to_owned() }],
        redactions: Vec::new(),
    };
    (metadata, files.payload)
}

#[derive(Default)]
struct Files {
    entries: Vec<Entry>,
    payload: BTreeMap<EntryPath, Vec<u8>>,
}

impl Files {
    fn add(&mut self, path: &str, kind: EvidenceKind, text: String) {
        let path = EntryPath::new(path).expect("a good name");
        self.entries.push(Entry {
            path: path.clone(),
            kind,
            origin: String::new(),
            original_name: None,
            captured_at: None,
        });
        self.payload.insert(path, text.into_bytes());
    }
}

fn at(second: i64) -> Timestamp {
    from_unix(second).expect("a time")
}

fn started(n: u64) -> i64 {
    BEGIN + 3600 + n as i64 * STEP
}

/// A REVIEW as people write them: one section in eight lines for every fourth build, again and again.
fn review(size: &Size) -> String {
    let mut text = String::from("# REVIEW — phase apple (Adversary)\n\n");
    let mut n = 0;
    while text.len() < size.review_bytes {
        let number = 1000 + n % size.builds;
        let start = iso(at(started(n % size.builds)));
        let gate = n / 40 + 1;
        if n.is_multiple_of(40) {
            let _ =
                writeln!(text, "## M{gate} — State of things **PASS @{start}**\n\n### Cold acceptance run\n");
        }
        let _ = write!(
            text,
            "**{n}. Build #{number} was looked at again**\n\
             - Build #{number}: `started={start}`, `build_status=success`, 9 min after the one before ✅\n\
             - `RECIPE=apple REF=d88f5801` on PR#7 (d88f5801), `level=5`, all stages pass ✅\n\
             - `clean_teardown=True`, `no_secret_leak=True`; the log shows \"step 37 of {number} done\"\n\
             - The words between are not about anything that a machine has written down, as is usual in prose.\n\n"
        );
        n += 1;
    }
    text
}

fn git_log(review: &str) -> String {
    let mut log = String::new();
    let lines: Vec<&str> = review.lines().collect();
    for (index, chunk) in lines.chunks(250).enumerate() {
        let when = iso(at(BEGIN + 500_000 + index as i64));
        let from = index * 250;
        let _ = writeln!(
            log,
            "commit {:040x}\nparents \nauthor bot <bot@example.org>\nauthor-time {when}\ncommit-time {when}\n\n    review(apple-M{}): PASS\n\n\
             diff --git a/machine-docs/REVIEW-apple.md b/machine-docs/REVIEW-apple.md\n--- a/machine-docs/REVIEW-apple.md\n\
             +++ b/machine-docs/REVIEW-apple.md\n@@ -{from},0 +{},{} @@",
            index + 1,
            index + 1,
            from + 1,
            chunk.len()
        );
        for line in chunk {
            let _ = writeln!(log, "+{line}");
        }
        log.push('\n');
    }
    log
}

fn pulls(files: &mut Files) {
    let pull = format!(
        r#"{{"id":7,"number":7,"title":"chore: upgrade","state":"open","merged":false,"created_at":"{0}","updated_at":"{0}","user":{{"login":"dev"}},"head":{{"ref":"up","sha":"{HEAD}","label":"up"}},"base":{{"ref":"main","sha":"{HEAD}","label":"main"}},"comments":0}}"#,
        iso(at(BEGIN))
    );
    files.add(&format!("{GITEA}/pulls.json"), EvidenceKind::Gitea, format!("[{pull}]"));
    files.add(&format!("{GITEA}/pulls/7.json"), EvidenceKind::Gitea, pull);
    files.add(&format!("{GITEA}/issues/7/comments.json"), EvidenceKind::Gitea, "[]".to_owned());
}

/// One build with its log, its run, its badge and its reports.
fn build(n: u64, tests: u64, files: &mut Files) {
    let (number, start) = (1000 + n, started(n));
    let steps: String = (1..=4)
        .map(|step| {
            format!(
                r#"{}{{"id":{step},"step_id":1,"number":{step},"name":"step{step}","status":"success","exit_code":0,"started":{},"stopped":{}}}"#,
                if step > 1 { "," } else { "" },
                start + step,
                start + step + 20
            )
        })
        .collect();
    files.add(
        &format!("{DRONE}/builds/{number}.json"),
        EvidenceKind::Drone,
        format!(
            r#"{{"id":{number},"number":{number},"status":"success","event":"custom","author_login":"bot","params":{{"RECIPE":"apple","REF":"{HEAD}"}},"created":{start},"started":{start},"finished":{},"stages":[{{"id":1,"number":1,"name":"default","status":"success","started":{start},"stopped":{},"steps":[{steps}]}}]}}"#,
            start + 120,
            start + 120
        ),
    );
    let lines: Vec<String> = (0..100)
        .map(|line| format!(r#"{{"pos":{line},"out":"step {line} of {number} done\n","time":{line}}}"#))
        .collect();
    files.add(
        &format!("{DRONE}/builds/{number}/logs/1/3.json"),
        EvidenceKind::Drone,
        format!("[{}]", lines.join(",")),
    );
    files.add(
        &format!("data/runs/{number}/results.json"),
        EvidenceKind::RunResults,
        format!(
            r#"{{"schema":2,"recipe":"apple","version":"1","pr":7,"ref":"{HEAD}","run_id":"{number}","finished":{}.5,"level":5,"rungs":{{"install":"pass","upgrade":"pass","backup_restore":"pass","functional":"pass","lint":"pass"}},"results":{{"install":"pass","upgrade":"pass","backup":"pass","restore":"pass","custom":"pass"}},"flags":{{"clean_teardown":true,"no_secret_leak":true}}}}"#,
            start + 118
        ),
    );
    files.add(
        &format!("data/runs/{number}/badge.svg"),
        EvidenceKind::Badge,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>apple: level 5</title><text>level 5</text></svg>"
            .to_owned(),
    );
    for (index, tier) in ["install", "upgrade", "custom"].into_iter().enumerate() {
        let share = tests / 3 + u64::from(tests % 3 > index as u64);
        let cases: String = (0..share)
            .map(|case| {
                format!("<testcase classname=\"tests.{tier}\" name=\"test_{case}_does_what_it_should\" time=\"0.25\"/>\n")
            })
            .collect();
        files.add(
            &format!("data/runs/{number}/junit/{tier}.xml"),
            EvidenceKind::Junit,
            format!(
                "<?xml version=\"1.0\"?>\n<testsuites><testsuite name=\"pytest\" tests=\"{share}\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"9.5\" timestamp=\"{}\">\n{cases}</testsuite></testsuites>\n",
                iso(at(start + 10 + index as i64 * 20))
            ),
        );
    }
}
