//! Runs a program and takes its time, its processors' time and the most memory it had. Knows no program.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;

use super::Row;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;

/// What a program took.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    wall: Duration,
    /// Of all its threads together; none where there is no /proc to ask.
    cpu: Option<Duration>,
    /// The most memory it had, in bytes.
    peak_bytes: Option<u64>,
    /// What it wrote, in bytes.
    size_bytes: Option<u64>,
}

/// The clock that /proc counts processor time in, the same on every Linux that people run.
const TICKS_A_SECOND: u64 = 100;

impl Measured {
    /// Runs `command`, which has to end with `exit_code`.
    pub(super) fn of(console: &Console, command: &mut Command, exit_code: i32) -> Outcome<Self> {
        let words: String = process::line(command).chars().take(160).collect();
        console.command(&words);
        let failed = |what: String| Failure::new(format!("`{words}` {what}"), "read what it says above");
        let begin = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| failed(format!("could not be started: {error}")))?;
        let mut measured = Self::default();
        // Both only grow, so what was seen last is within a few milliseconds of the end.
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            measured.look_at(child.id());
            std::thread::sleep(Duration::from_millis(5));
        };
        measured.wall = begin.elapsed();
        match status.code() {
            Some(code) if code == exit_code => Ok(measured),
            code => Err(failed(format!("ended with exit code {code:?} instead of {exit_code}"))),
        }
    }

    fn look_at(&mut self, process: u32) {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.and_then(|words| words.trim().trim_end_matches(" kB").parse::<u64>().ok());
        self.peak_bytes = kibibytes.map(|kibibytes| kibibytes << 10).or(self.peak_bytes);
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // Behind the program's name, which may hold anything, utime and stime are the 12th and 13th.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace());
        let ticks: Option<u64> = fields.and_then(|mut fields| {
            let user: u64 = fields.nth(11)?.parse().ok()?;
            Some(user + fields.next()?.parse::<u64>().ok()?)
        });
        self.cpu = ticks.map(|ticks| Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)).or(self.cpu);
    }

    pub(super) fn with_size(self, file: &Path) -> Outcome<Self> {
        Ok(Self { size_bytes: Some(fs::metadata(file)?.len()), ..self })
    }

    /// One after the other.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            cpu: self.cpu.zip(other.cpu).map(|(one, other)| one + other),
            peak_bytes: self.peak_bytes.max(other.peak_bytes),
            size_bytes: self.size_bytes.or(other.size_bytes),
        }
    }

    /// How much faster this is than `other`, in words.
    pub(super) fn against(&self, other: &Self) -> String {
        let ratio = other.wall.as_secs_f64() / self.wall.as_secs_f64();
        let size = match (self.size_bytes, other.size_bytes) {
            (Some(own), Some(other)) => format!(", {:.1} % of the size", own as f64 * 100.0 / other as f64),
            _ => String::new(),
        };
        format!("{ratio:.2}× as fast{size}")
    }
}

/// The figures as Markdown, as they stand in docs/benchmarks.md.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| | time | processors' time | peak memory | size | |".to_owned(),
        "|---|---:|---:|---:|---:|---|".to_owned(),
    ];
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / 1_048_576.0);
    for (name, measured, words) in rows {
        lines.push(format!(
            "| {name} | {} | {} | {} | {} | {} |",
            seconds(measured.wall),
            measured.cpu.map(seconds).unwrap_or_default(),
            measured.peak_bytes.map(mebibytes).unwrap_or_default(),
            measured.size_bytes.map(mebibytes).unwrap_or_default(),
            words.as_deref().unwrap_or_default()
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_measured_and_compared() {
        let console = Console::new();
        let slow = Measured::of(&console, Command::new("sleep").arg("0.3"), 0).expect("it runs");
        assert!(slow.wall >= Duration::from_millis(300));
        assert!(slow.peak_bytes.is_none_or(|bytes| bytes > 100_000));
        let two = slow.and(&slow);
        assert_eq!(slow.against(&two), "2.00× as fast");
        assert!(Measured::of(&console, &mut Command::new("false"), 0).is_err());
        let row = ("sleep".to_owned(), two, Some("words".to_owned()));
        assert!(table(&[row]).ends_with("words |"));
    }
}
