//! Times the judging of documents of some megabytes that nobody would write, at half their size and at full.
//!
//! `cargo bench -p dossier-shared --bench shapes [-- --bench NAME]`; each has to grow no faster than its document.

use std::collections::BTreeMap;
use std::time::Instant;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::report::judge_evidence;
use dossier_shared::snapshot::metadata::{Entry, Metadata, Phase, SCHEMA};
use dossier_shared::time::from_unix;

const MIB: usize = 1 << 20;
const REVIEW: &str = "data/documents/REVIEW-a.md";
const BUILDS: &str = "data/builds/drone/repos/o/ci/builds.json";
/// One build, so that what is said of it can be compared.
const BUILD: &str =
    r#"[{"number":202,"status":"success","created":1893491998,"started":1893492000,"finished":1893492114}]"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // `cargo test --benches` runs this too: once, on small documents.
    let bytes = if std::env::args().any(|argument| argument == "--bench") { 5 * MIB } else { MIB / 64 };
    let wanted = |name: &str| arguments.iter().all(|argument| name.contains(argument.as_str()));
    for ((name, half), (_, full)) in shapes(bytes / 2).into_iter().zip(shapes(bytes)) {
        if wanted(name) {
            let ((first, _), (second, checks)) = (judge(half), judge(full));
            println!("{name:<20} {first:>7.2} s {second:>7.2} s  {:>5.1}×  {checks} checks", second / first);
        }
    }
}

/// Seconds that judging took, and how many checks came of it.
fn judge(review: String) -> (f64, usize) {
    let path = |name: &str| EntryPath::new(name).expect("a good name");
    let entry = |name: &str, kind| Entry {
        path: path(name),
        kind,
        origin: String::new(),
        original_name: None,
        captured_at: None,
    };
    let metadata = Metadata {
        schema: SCHEMA.to_owned(),
        packer: "bench".to_owned(),
        packed_at: from_unix(1_893_500_000).expect("a time"),
        phase: Phase { id: "a".to_owned(), title: String::new() },
        sources: Vec::new(),
        entries: vec![entry(BUILDS, EvidenceKind::Drone), entry(REVIEW, EvidenceKind::Review)],
        absences: Vec::new(),
        events: Vec::new(),
        redactions: Vec::new(),
    };
    let payload =
        BTreeMap::from([(path(REVIEW), review.into_bytes()), (path(BUILDS), BUILD.as_bytes().to_vec())]);
    let begun = Instant::now();
    let report = judge_evidence(&metadata, &payload);
    (begun.elapsed().as_secs_f64(), report.checks.len())
}

fn filled(words: &str, bytes: usize) -> String {
    words.repeat(bytes / words.len())
}

/// Shapes by name, made for a size in bytes.
fn shapes(bytes: usize) -> Vec<(&'static str, String)> {
    let numbered = |each: &dyn Fn(usize) -> String, count: usize| (0..count).map(each).collect::<String>();
    vec![
        ("one line", filled("Build #202 passed at 10:01Z, level 5, PR#4 (4444444b) is open. ", bytes)),
        (
            "one line of blocks",
            filled("## M1 — PASS @2030-01-02T10:29Z - **F1 — x.** OPEN #202 green | a | b | ", bytes),
        ),
        ("only a", filled("a", bytes)),
        ("only #1", filled("#1 ", bytes)),
        ("builds in a list", filled("#202, ", bytes)),
        ("only quotes", filled("\"a\" ", bytes)),
        ("only times", filled("10:01Z ", bytes)),
        ("only lengths", filled("1m54s ", bytes)),
        ("only backticks", filled("`a` ", bytes)),
        ("nested quotes", filled("> ", (bytes * 1200 / MIB).max(600)) + "#202 passed"),
        (
            "nested lists",
            numbered(&|depth| format!("{}- #202 passed\n", "  ".repeat(depth)), bytes * 300 / MIB),
        ),
        (
            "list items",
            numbered(&|at| format!("- build #{} passed at 10:01Z\n", at % 1000), bytes * 20_000 / MIB),
        ),
        (
            "a table",
            "| build | started | PR | result | took |\n|---|---|---|---|---|\n".to_owned()
                + &filled("| 202 | 10:00Z | 4 | success | 1m54s |\n", bytes),
        ),
        ("headings", filled("## M1 — PASS @2030-01-02T10:29Z\n\n#202 passed\n\n", bytes)),
    ]
}
