//! How fast one core searches logs and JSON for secrets: MiB/s of processor time, printed. Run `cargo bench -p dossier --bench redact`.

#[path = "../src/redact"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "a program of its own uses a part of it")]
mod redact {
    pub(crate) mod search;
}

use std::fmt::Write as _;
use std::time::Instant;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use redact::search::Scanner;

const MIB: usize = 1 << 20;
const SIZE: usize = 64 * MIB;
const RUNS: usize = 5;

fn main() {
    let path = EntryPath::new("data/files/x").expect("a good name");
    let values: Vec<String> =
        (0..20).map(|n| format!("{:016x}{:08X}", random(n, 77), random(n, 78) as u32)).collect();
    let built = Instant::now();
    let with_values = Scanner::new(values.iter().map(|value| value.as_bytes()));
    println!("built for 20 values in {:.1} ms", built.elapsed().as_secs_f64() * 1e3);
    let rules_alone = Scanner::new(std::iter::empty());
    let texts = [("log lines", log_lines()), ("answers of Drone", drone()), ("a diff", diff())];
    for (name, text) in &texts {
        for (what, scanner) in [("rules", &rules_alone), ("rules and 20 values", &with_values)] {
            let mut best = f64::MAX;
            let mut hits = 0;
            for _ in 0..RUNS {
                let started = cpu_seconds();
                let found = scanner.scan(&path, EvidenceKind::File, &mut text.as_bytes());
                best = best.min(cpu_seconds() - started);
                hits = found.expect("bytes can be read").hits().len();
            }
            println!("{name}, {what}: {:.0} MiB/s, {hits} hits", text.len() as f64 / MIB as f64 / best);
        }
    }
}

/// What this thread has had of a processor, so that a busy machine does not show; where Linux cannot tell, the time.
fn cpu_seconds() -> f64 {
    static STARTED: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.map_or_else(|| STARTED.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// Numbers without a pattern, and the same every time.
fn random(n: usize, seed: u64) -> u64 {
    let mut x = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(seed);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const LINES: [&str; 12] = [
    "INFO request completed method=GET path=/ghost/api/admin/site/ status=200 duration=12ms",
    "tests/generic/test_install.py::test_secrets_mounted_as_files PASSED [ 42%]",
    "DEBUG deploying recipe ghost at version 6.1.0 with 3 replicas, waiting for convergence",
    "warning: unused variable `token_type` in crate `recipes`, consider prefixing with an underscore",
    "Pulling fs layer sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "http://ci.example.org:8080/recipe-maintainers/cc-ci/612/1/2 answered after 3 retries",
    "npm http fetch GET 200 https://packages.example/left-pad 133ms (cache hit)",
    "[2026-06-13 05:38:00] production.ERROR: Connection refused (SQL: select * from `users` where `id` = 7)",
    "secrets: 3 generated, values are not printed; password policy: at least 12 characters",
    "    at Object.<anonymous> (/app/node_modules/express/lib/router/index.js:284:15)",
    "+ docker service ls --format '{{.Name}} {{.Replicas}}' | grep ghost_example_org",
    "commit d88f5801f13b379845c4fef587dd47cfb13e3ca7 by autonomic-bot: upgrade the recipe",
];

fn log_lines() -> String {
    let mut text = String::new();
    for n in 0.. {
        let _ = writeln!(
            text,
            "2026-06-13T05:{:02}:{:02}Z {:08x} {}",
            n / 60 % 60,
            n % 60,
            random(n, 1) as u32,
            LINES[random(n, 2) as usize % 12]
        );
        if n % 5000 == 0 {
            let _ = writeln!(text, "export DB_PASSWORD={:016x}", random(n, 3));
        }
        if text.len() > SIZE {
            return text;
        }
    }
    text
}

fn drone() -> String {
    let mut text = String::from("[");
    for n in 0.. {
        let line = LINES[random(n, 4) as usize % 12].replace('"', "\\\"");
        let _ = write!(text, "{{\"pos\":{n},\"out\":\"{line}\\n\",\"time\":{}}},", n / 7);
        if text.len() > SIZE {
            return text;
        }
    }
    text
}

fn diff() -> String {
    let mut text = String::new();
    for n in 0.. {
        let sign = ['+', '-', ' '][random(n, 5) as usize % 3];
        let _ = writeln!(
            text,
            "{sign}    let {} = evidence.get({n}).map(|entry| entry.path());",
            ["path", "value", "keys", "hits"][n % 4]
        );
        if text.len() > SIZE {
            return text;
        }
    }
    text
}
