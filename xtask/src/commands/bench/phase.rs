//! A made-up phase of any size for benchmarks: run folders, Drone answers and a REVIEW that cites them, the same for
//! the same size. Knows how such files look, not who reads them.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use fs_err as fs;

/// How many files a phase has, whatever its size, but for the handful outside the run folders.
const RUNS: u64 = 190;
const BUILDS: u64 = 100;
const FIRST_BUILD: u64 = 400;
const SHA: &str = "b9704b013ced7f54d14846566b19e959d9fe55d1";

/// Writes a phase of about `mebibytes` into `folder`, which must not be there yet; gives the number of files.
pub(super) fn write(folder: &Path, mebibytes: u64) -> std::io::Result<u64> {
    let mut phase = Phase { folder, files: 0 };
    phase.text("dossier.toml", CONFIG)?;
    phase.text("machine-docs/REVIEW-bench.md", &review())?;
    phase.builds(mebibytes << 20)?;
    phase.runs(mebibytes << 20)?;
    Ok(phase.files)
}

const CONFIG: &str = r#"[phase]
id = "bench"
title = "a made-up phase to measure with"

[documents]
review = "machine-docs/REVIEW-bench.md"

[[source]]
kind = "recorded"
drone = "drone"

[[source]]
kind = "runs"
path = "runs"
"#;

struct Phase<'a> {
    folder: &'a Path,
    files: u64,
}

impl Phase<'_> {
    fn file(&mut self, name: &str) -> std::io::Result<BufWriter<fs::File>> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        self.files += 1;
        Ok(BufWriter::with_capacity(256 << 10, fs::File::create(path)?))
    }

    fn text(&mut self, name: &str, text: &str) -> std::io::Result<()> {
        self.file(name)?.write_all(text.as_bytes())
    }

    /// Writes lines made by `line` until there are `bytes` of them.
    fn lines(
        &mut self,
        name: &str,
        bytes: u64,
        around: (&str, &str),
        mut line: impl FnMut(&mut String, u64),
    ) -> std::io::Result<()> {
        let mut out = self.file(name)?;
        let (mut text, mut written, mut number) = (around.0.to_owned(), 0, 0);
        while written < bytes {
            line(&mut text, number);
            number += 1;
            written += text.len() as u64;
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        out.write_all(around.1.as_bytes())?;
        out.flush()
    }

    /// A fiftieth of the bytes are step logs, as Drone answers them.
    fn builds(&mut self, bytes: u64) -> std::io::Result<()> {
        let root = "drone/repos/recipe-maintainers/cc-ci/builds";
        let mut listing = Vec::new();
        for build in FIRST_BUILD..FIRST_BUILD + BUILDS {
            let json = build_json(build);
            self.text(&format!("{root}/{build}.json"), &json)?;
            listing.push(json);
            for step in 1..=3 {
                let mut random = Random(build * 8 + step);
                let name = format!("{root}/{build}/logs/1/{step}.json");
                let mut words = String::new();
                self.lines(&name, bytes / 50 / BUILDS / 3, ("[\n", "\n]\n"), |out, position| {
                    words.clear();
                    step_line(&mut random, &mut words, position);
                    let comma = if position == 0 { "" } else { ",\n" };
                    let _ = write!(
                        out,
                        "{comma}  {{\"pos\": {position}, \"out\": \"{words}\\n\", \"time\": {}}}",
                        position / 9
                    );
                })?;
            }
        }
        self.text(&format!("{root}.json"), &format!("[{}]\n", listing.join(",")))
    }

    /// Everything else: 13 files a run, from a few kilobytes of JSON to logs of many megabytes.
    fn runs(&mut self, bytes: u64) -> std::io::Result<()> {
        const LOGS: [&str; 9] = [
            "app.log",
            "proxy-access.log",
            "worker.log",
            "database.log",
            "trace.ndjson",
            "containers.json",
            "deploy.log",
            "events.ndjson",
            "browser.log",
        ];
        // Most logs are small and a few are large: every ninth holds half of the bytes.
        let weight = |run: u64, log: u64| match Random(run * 97 + log).below(9) {
            0 => 1 + Random(run * 31 + log).below(60),
            _ => 1 + Random(run * 17 + log).below(7),
        };
        let all = |run| (0..LOGS.len() as u64).map(move |log| weight(run, log));
        let total: u64 = (0..RUNS).flat_map(all).sum();
        for run in 0..RUNS {
            let id = FIRST_BUILD + run;
            self.text(&format!("runs/{id}/results.json"), &results_json(id))?;
            for suite in ["install", "upgrade", "backup", "restore"] {
                self.text(&format!("runs/{id}/junit/{suite}.xml"), &junit(id, suite))?;
            }
            for (index, name) in LOGS.iter().enumerate() {
                let mut random = Random(id * 1000 + index as u64);
                let share = bytes / 50 * 49 / total * weight(run, index as u64);
                let name = format!("runs/{id}/{name}");
                let around = if name.ends_with(".json") { ("[\n", "{}]\n") } else { ("", "") };
                self.lines(&name, share, around, |out, number| match index {
                    0 | 2 => application_line(&mut random, out, number),
                    1 => access_line(&mut random, out, number),
                    3 => database_line(&mut random, out, number),
                    4 | 7 => trace_line(&mut random, out, number),
                    5 => container(&mut random, out),
                    6 => {
                        step_line(&mut random, out, number);
                        out.push('\n');
                    }
                    _ => browser_line(&mut random, out, number),
                })?;
            }
        }
        Ok(())
    }
}

/// Small, fast and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Early ones are chosen far more often, as words are.
    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let (one, other) = (self.below(list.len() as u64), self.below(list.len() as u64));
        list[(one * other / list.len() as u64) as usize]
    }

    fn hex(&mut self, out: &mut String, digits: usize) {
        let mut left = digits;
        while left > 0 {
            let part = format!("{:016x}", self.next());
            out.push_str(&part[..left.min(16)]);
            left -= left.min(16);
        }
    }

    fn words(&mut self, out: &mut String, count: u64) {
        for index in 0..count {
            out.push_str(if index == 0 { "" } else { " " });
            out.push_str(self.of(WORDS));
        }
    }
}

const WORDS: &[&str] = &[
    "the",
    "request",
    "to",
    "connection",
    "was",
    "for",
    "service",
    "and",
    "not",
    "user",
    "in",
    "from",
    "with",
    "started",
    "cache",
    "of",
    "a",
    "is",
    "loaded",
    "node",
    "post",
    "session",
    "config",
    "finished",
    "while",
    "reading",
    "queue",
    "retry",
    "after",
    "backup",
    "snapshot",
    "volume",
    "found",
    "restored",
    "checking",
    "migration",
    "table",
    "index",
    "settings",
    "theme",
    "member",
    "newsletter",
    "schema",
    "worker",
    "waiting",
    "until",
    "healthy",
    "container",
    "network",
    "proxy",
    "upstream",
    "closed",
    "opened",
    "by",
    "peer",
    "timeout",
    "expired",
    "certificate",
    "renewed",
    "domain",
    "resolved",
    "address",
    "listening",
    "on",
    "port",
    "stopped",
    "gracefully",
    "signal",
    "received",
    "flushing",
    "pending",
    "writes",
    "checkpoint",
    "complete",
    "vacuum",
    "analyze",
    "relation",
    "rows",
    "scanned",
    "removed",
    "pages",
    "buffer",
    "allocated",
    "memory",
    "pressure",
    "garbage",
    "collection",
    "paused",
    "milliseconds",
    "thread",
    "pool",
    "exhausted",
    "growing",
    "limit",
    "reached",
    "throttled",
    "client",
    "disconnected",
    "unexpectedly",
    "websocket",
    "upgraded",
    "handshake",
    "subscription",
    "renewal",
    "scheduled",
    "cron",
    "triggered",
    "job",
    "skipped",
    "already",
    "running",
    "duplicate",
    "key",
    "ignored",
    "conflict",
    "merged",
    "revision",
    "published",
    "draft",
    "scheduled",
    "tag",
    "author",
    "image",
    "resized",
    "thumbnail",
    "uploaded",
    "storage",
    "adapter",
    "local",
    "remote",
    "bucket",
];
const LEVELS: &[&str] = &["INFO ", "INFO ", "DEBUG", "INFO ", "DEBUG", "WARN ", "DEBUG", "ERROR"];
const MODULES: &[&str] = &[
    "ghost.boot",
    "ghost.server.web.api",
    "ghost.members.importer",
    "ghost.data.migrations.runner",
    "ghost.services.mail.bulk",
    "ghost.adapters.storage.local",
    "ghost.jobs.scheduler",
    "ghost.services.url.resource",
    "ghost.lib.image.size",
    "ghost.frontend.cache.invalidation",
    "ghost.services.webhooks.trigger",
    "ghost.server.overrides",
];
const PATHS: &[&str] = &[
    "/ghost/api/admin/posts/",
    "/ghost/api/content/posts/",
    "/assets/built/screen.css",
    "/ghost/api/admin/site/",
    "/content/images/size/w600/2026/06/",
    "/members/api/session/",
    "/ghost/api/admin/members/upload/",
    "/rss/",
    "/ghost/api/admin/themes/active/",
    "/sitemap-posts.xml",
    "/ghost/api/content/settings/",
    "/favicon.ico",
];

fn stamp(random: &mut Random, out: &mut String, number: u64) {
    let second = 7 * 3600 + number / 7;
    let _ = write!(
        out,
        "2026-06-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        13 + second / 86_400 % 15,
        second / 3600 % 24,
        second / 60 % 60,
        second % 60,
        random.below(1000)
    );
}

fn application_line(random: &mut Random, out: &mut String, number: u64) {
    stamp(random, out, number);
    let _ = write!(
        out,
        " {} [pool-{}-thread-{}] {} - ",
        random.of(LEVELS),
        random.below(4),
        random.below(32),
        random.of(MODULES)
    );
    let count = 4 + random.below(9);
    random.words(out, count);
    match random.below(4) {
        0 => {
            out.push_str(" id=");
            random.hex(out, 24);
        }
        1 => {
            let _ = write!(out, " took={}ms rows={}", random.below(4000), random.below(300));
        }
        2 => {
            out.push_str(" trace=");
            random.hex(out, 32);
            let _ = write!(out, " path={}", random.of(PATHS));
        }
        _ => {}
    }
    out.push('\n');
}

fn access_line(random: &mut Random, out: &mut String, number: u64) {
    let _ = write!(out, "10.0.{}.{} - - [", random.below(4), random.below(250));
    stamp(random, out, number);
    let _ = write!(out, "] \"{} {}", if random.below(5) == 0 { "POST" } else { "GET" }, random.of(PATHS));
    random.hex(out, 12);
    let status = ["200", "200", "304", "404", "502"];
    let _ = writeln!(
        out,
        " HTTP/2.0\" {} {} \"-\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/{}.0\" {} \"websecure-ghost@docker\" \"http://172.18.0.{}:2368\" {}ms",
        random.of(&status),
        random.below(90_000),
        120 + random.below(9),
        number,
        2 + random.below(9),
        random.below(900)
    );
}

fn database_line(random: &mut Random, out: &mut String, number: u64) {
    stamp(random, out, number);
    let _ = write!(out, " {} [Note] [MY-{:06}] [Server] ", random.below(60), random.below(20_000));
    let count = 3 + random.below(8);
    random.words(out, count);
    let _ = write!(
        out,
        "; SELECT `posts`.`id`, `posts`.`{}` FROM `posts` WHERE `id` = '",
        random.of(&WORDS[20..60])
    );
    random.hex(out, 24);
    let _ = writeln!(out, "' LIMIT {} # {}us", random.below(100), random.below(90_000));
}

fn trace_line(random: &mut Random, out: &mut String, number: u64) {
    out.push_str("{\"timestamp\":\"");
    stamp(random, out, number);
    out.push_str("\",\"trace_id\":\"");
    random.hex(out, 32);
    out.push_str("\",\"span_id\":\"");
    random.hex(out, 16);
    let _ = write!(
        out,
        "\",\"name\":\"{}\",\"attributes\":{{\"http.route\":\"{}\",\"http.status_code\":{},\"db.rows\":{},\"thread.id\":{}}},\"duration_us\":{},\"message\":\"",
        random.of(MODULES),
        random.of(PATHS),
        200 + random.below(4) * 100,
        random.below(900),
        random.below(64),
        random.below(1_000_000)
    );
    let count = 2 + random.below(6);
    random.words(out, count);
    out.push_str("\"}\n");
}

fn container(random: &mut Random, out: &mut String) {
    out.push_str("  {\n    \"Id\": \"");
    random.hex(out, 64);
    out.push_str("\",\n    \"Created\": \"");
    let number = random.below(90_000);
    stamp(random, out, number);
    let _ = write!(
        out,
        "\",\n    \"Path\": \"docker-entrypoint.sh\",\n    \"State\": {{\n      \"Status\": \"running\",\n      \"Pid\": {},\n      \"ExitCode\": 0\n    }},\n    \"Image\": \"sha256:",
        random.below(4_000_000)
    );
    random.hex(out, 64);
    let _ = write!(
        out,
        "\",\n    \"RestartCount\": {},\n    \"Mounts\": [\n      {{\n        \"Type\": \"volume\",\n        \"Name\": \"ghost_{}\",\n        \"Destination\": \"/var/lib/ghost/content\"\n      }}\n    ],\n    \"Labels\": {{\n      \"com.docker.stack.namespace\": \"ghost_ci_{}\",\n      \"com.docker.swarm.task.id\": \"",
        random.below(4),
        random.of(WORDS),
        random.below(900)
    );
    random.hex(out, 25);
    out.push_str("\"\n    }\n  },\n");
}

fn step_line(random: &mut Random, out: &mut String, number: u64) {
    match random.below(6) {
        0 => {
            let _ = write!(
                out,
                "tests/{}/test_{}.py::test_{}_{} PASSED [{:3}%]",
                random.of(&["install", "upgrade", "backup", "restore"]),
                random.of(WORDS),
                random.of(WORDS),
                random.of(WORDS),
                number % 101
            );
        }
        1 => {
            let _ = write!(out, "==> [{}] op: deploy {}", random.of(&["install", "upgrade"]), number);
        }
        2 => {
            out.push_str("layer sha256:");
            random.hex(out, 64);
            let _ = write!(out, " {}kB pulled", random.below(90_000));
        }
        _ => {
            let count = 5 + random.below(10);
            random.words(out, count);
            let _ = write!(out, " ({} of {})", random.below(40), 40 + random.below(40));
        }
    }
}

fn browser_line(random: &mut Random, out: &mut String, number: u64) {
    let _ = write!(
        out,
        "[{}.{:06}] console.{} ",
        number / 3,
        random.below(1_000_000),
        random.of(&["log", "info", "warn"])
    );
    let count = 3 + random.below(12);
    random.words(out, count);
    let _ = write!(out, " at https://ghost.ci.example.org{}#", random.of(PATHS));
    random.hex(out, 8);
    let _ = writeln!(out, ":{}:{}", random.below(900), random.below(120));
}

fn build_json(build: u64) -> String {
    let started = 1_781_262_000 + build * 600;
    let status = if build.is_multiple_of(7) { "failure" } else { "success" };
    let steps: Vec<String> = (1..=3)
        .map(|step| {
            format!(
                "{{\"id\": {}, \"step_id\": {build}, \"number\": {step}, \"name\": \"step-{step}\", \"status\": \"{status}\", \"exit_code\": 0, \"started\": {started}, \"stopped\": {}, \"version\": 4}}",
                build * 10 + step,
                started + 90 * step
            )
        })
        .collect();
    format!(
        "{{\"id\": {build}, \"repo_id\": 2, \"trigger\": \"bot\", \"number\": {build}, \"status\": \"{status}\", \"event\": \"custom\", \"action\": \"\", \"link\": \"\", \"before\": \"{SHA}\", \"after\": \"{SHA}\", \"ref\": \"refs/heads/main\", \"source\": \"main\", \"target\": \"main\", \"author_login\": \"bot\", \"sender\": \"bot\", \"params\": {{\"RECIPE\": \"ghost\", \"REF\": \"{SHA}\"}}, \"started\": {started}, \"finished\": {}, \"created\": {started}, \"updated\": {started}, \"version\": 3, \"stages\": [{{\"id\": {build}, \"build_id\": {build}, \"number\": 1, \"name\": \"ci\", \"kind\": \"pipeline\", \"type\": \"docker\", \"status\": \"{status}\", \"errignore\": false, \"exit_code\": 0, \"machine\": \"runner\", \"os\": \"linux\", \"arch\": \"amd64\", \"started\": {started}, \"stopped\": {}, \"created\": {started}, \"updated\": {started}, \"version\": 4, \"on_success\": true, \"on_failure\": false, \"steps\": [{}]}}]}}",
        started + 300,
        started + 300,
        steps.join(", ")
    )
}

fn results_json(run: u64) -> String {
    let level = run % 6;
    let mut tests = String::new();
    let mut random = Random(run);
    for number in 0..60 {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            tests,
            "{comma}\n        {{\"name\": \"tests.generic.test_{}_{number}\", \"status\": \"pass\", \"ms\": {}}}",
            random.of(WORDS),
            random.below(9000)
        );
    }
    format!(
        "{{\n  \"schema\": 2,\n  \"recipe\": \"ghost\",\n  \"version\": \"1.4.0+6.44.0-alpine\",\n  \"pr\": \"3\",\n  \"ref\": \"{SHA}\",\n  \"run_id\": \"{run}\",\n  \"finished\": {}.123872,\n  \"level\": {level},\n  \"rungs\": {{\"install\": \"pass\", \"upgrade\": \"pass\"}},\n  \"results\": {{\"install\": \"pass\"}},\n  \"stages\": [\n    {{\n      \"name\": \"install\",\n      \"status\": \"pass\",\n      \"tests\": [{tests}\n      ]\n    }}\n  ]\n}}\n",
        1_781_262_771 + run * 600
    )
}

fn junit(run: u64, suite: &str) -> String {
    let mut random = Random(run * 7 + suite.len() as u64);
    let mut cases = String::new();
    for number in 0..40 {
        let _ = writeln!(
            cases,
            "    <testcase classname=\"tests.{suite}.test_{}\" name=\"test_{}_{number}\" time=\"{}.{:03}\" />",
            random.of(WORDS),
            random.of(WORDS),
            random.below(9),
            random.below(1000)
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites>\n  <testsuite name=\"{suite}\" errors=\"0\" failures=\"0\" skipped=\"0\" tests=\"40\" time=\"91.204\" timestamp=\"2026-06-13T06:00:00+00:00\" hostname=\"runner-{run}\">\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

fn review() -> String {
    let mut text =
        "# REVIEW bench\n\n## M1 — everything is installed: **PASS @2026-06-13T06:38Z**\n\n".to_owned();
    for build in (FIRST_BUILD..FIRST_BUILD + BUILDS).step_by(4) {
        let status = if build.is_multiple_of(7) { "failed" } else { "succeeded" };
        let _ = writeln!(text, "- build {build} {status}; run {build} reached level {}", build % 6);
    }
    text
}
