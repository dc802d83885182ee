//! Documents of some megabytes that nobody would write, judged as they come: each has to be done in time.
//!
//! `cargo test -p dossier-shared huge -- --ignored --nocapture` prints how long each takes, at half its size and at full.

use super::samples;

/// Seconds that this thread has been on a CPU, whatever else the machine does.
fn on_cpu() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a Linux");
    told.split(' ').next().and_then(|spent| spent.parse::<f64>().ok()).expect("nanoseconds") / 1e9
}

const MIB: usize = 1 << 20;

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

#[test]
#[ignore = "takes minutes; for measuring"]
fn time_is_linear_in_megabytes() {
    let only = std::env::var("SHAPE").unwrap_or_default();
    let kib: usize = std::env::var("KIB").ok().and_then(|kib| kib.parse().ok()).unwrap_or(1024);
    let halves = shapes(kib * 512);
    for ((name, half), (_, full)) in halves.into_iter().zip(shapes(kib * 1024)) {
        if !name.contains(&only) {
            continue;
        }
        let time = |text: &str| {
            let begun = on_cpu();
            let checks = samples::judged_with(text, |_| {}).len();
            (on_cpu() - begun, checks)
        };
        let ((first, _), (second, checks)) = (time(&half), time(&full));
        println!(
            "{name:<20} {:>8} bytes {first:>7.2} s {second:>7.2} s, {:.1} times, {checks} checks",
            full.len(),
            second / first
        );
    }
}
