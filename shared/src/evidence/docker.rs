//! What docker commands printed: listings of one JSON object a line, inspections as an array.
//! Knows nothing about what the rows mean.

use serde_json::Value;

use super::fields::{self, Fields, When};
use super::{DockerOutput, Issue, Place};
use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::time::Timestamp;

/// Lines that are read of one output.
const MAX_LINES: usize = 500_000;
/// Lines of one output about which an issue is kept.
const MAX_ISSUES: usize = 16;

/// What a recorder ran on one host.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Capture {
    /// The host.
    pub host: String,
    /// When the recording was made.
    pub captured_at: Option<Timestamp>,
    /// The commands, in file order.
    pub commands: Vec<Command>,
}

/// One command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The command and its arguments.
    pub argv: Vec<String>,
    /// Exit code; none when it is not said, which is not 0.
    pub exit_code: Option<i64>,
    /// When it ran.
    pub captured_at: Option<Timestamp>,
    /// The file with what it printed, relative to the folder of `capture.json`; empty when none was kept.
    pub stdout: String,
    /// Words on stderr.
    pub stderr: String,
    /// The object.
    pub place: Place,
}

/// Reads the `capture.json` of docker commands.
pub fn parse_capture(bytes: &[u8], path: &EntryPath) -> (Capture, Vec<Issue>) {
    let mut issues = Vec::new();
    let capture = fields::document(bytes, &mut issues)
        .and_then(|document| {
            let fields = Fields::new(&document, "", &mut issues)?;
            let captured_at = fields.instant("captured_at", When::Expected, &mut issues);
            let commands = fields.objects("commands", When::Expected, &mut issues);
            Some(Capture {
                host: fields.string("host", When::Expected, &mut issues),
                captured_at,
                commands: commands
                    .iter()
                    .map(|fields| command(fields, path, captured_at, &mut issues))
                    .collect(),
            })
        })
        .unwrap_or_default();
    (capture, issues)
}

fn command(
    fields: &Fields<'_>,
    path: &EntryPath,
    captured_at: Option<Timestamp>,
    issues: &mut Vec<Issue>,
) -> Command {
    let argv = match fields.get("argv") {
        Some(Value::Array(words)) if words.iter().all(Value::is_string) => {
            words.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => {
            issues.push(Issue::new(
                fields.pointer_of("argv"),
                "is no array of strings; the command is unknown",
            ));
            Vec::new()
        }
    };
    Command {
        argv,
        exit_code: fields.integer("exit_code", When::Expected, issues),
        captured_at: fields.instant("captured_at", When::Optional, issues).or(captured_at),
        stdout: fields.string("stdout", When::Optional, issues),
        stderr: fields.string("stderr", When::Optional, issues),
        place: Place { path: path.clone(), pointer: fields.pointer().to_owned() },
    }
}

/// Reads what a command printed. Which command it was, its exit code and its time are not in there.
///
/// Of a listing, `rows` and `raw_lines` are the lines of the file, so that row `i` is at `line <i + 1>`; a line
/// that is no JSON object is null among the rows. Of an inspection, `rows` are the inspected objects and
/// `raw_lines` the lines of the file.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (DockerOutput, Vec<Issue>) {
    let mut issues = Vec::new();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = fields::text(bytes, &mut issues);
    let mut lines: Vec<&str> = text.lines().collect();
    let mut complete = issues.is_empty();
    if lines.len() > MAX_LINES {
        let what = format!("holds more than {MAX_LINES} lines; the rest is left out");
        issues.push(Issue::new(format!("line {}", MAX_LINES + 1), what));
        lines.truncate(MAX_LINES);
        complete = false;
    }
    let rows = if text.trim_start().starts_with('[') {
        inspected(text.as_bytes(), &mut complete, &mut issues)
    } else {
        listed(&lines, &mut complete, &mut issues)
    };
    let limit = Limits::LINE_BYTES;
    if let Some(index) = lines.iter().position(|line| line.len() > limit) {
        issues.push(Issue::new(format!("line {}", index + 1), format!("is longer than {limit} bytes; cut")));
        complete = false;
    }
    let place = Place { path: path.clone(), pointer: String::new() };
    let raw_lines = lines.iter().map(|line| cut(line, limit).to_owned()).collect();
    let output = DockerOutput { rows, raw_lines, complete, ..DockerOutput::nothing(place) };
    (output, issues)
}

fn cut(line: &str, limit: usize) -> &str {
    line.get(..line.floor_char_boundary(limit)).unwrap_or(line)
}

fn inspected(bytes: &[u8], complete: &mut bool, issues: &mut Vec<Issue>) -> Vec<Value> {
    match fields::document(bytes, issues) {
        Some(Value::Array(rows)) => {
            for (index, row) in rows.iter().enumerate() {
                *complete &= Fields::new(row, format!("/{index}"), issues).is_some();
            }
            rows
        }
        _ => {
            *complete = false;
            Vec::new()
        }
    }
}

fn listed(lines: &[&str], complete: &mut bool, issues: &mut Vec<Issue>) -> Vec<Value> {
    let readable = |line: &str| {
        let row = fields::value(line).ok().filter(|(row, _)| row.is_object());
        row.map(|(row, repeated_keys)| (row, repeated_keys.len()))
    };
    if lines.first().is_some_and(|line| !line.trim_start().starts_with('{')) {
        let what =
            "is no listing in JSON (`--format json`); its lines can be searched, its rows are not read";
        issues.push(Issue::new("", what));
        *complete = false;
        return Vec::new();
    }
    let mut rows = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let row = readable(line);
        if !matches!(row, Some((_, 0))) {
            *complete = false;
            if issues.len() < MAX_ISSUES {
                let what = match row {
                    Some(_) => "repeats a key; its last value is used",
                    None => "is no JSON object; the row is not read",
                };
                issues.push(Issue::new(format!("line {}", index + 1), what));
            }
        }
        rows.push(row.map_or(Value::Null, |(row, _)| row));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> EntryPath {
        EntryPath::new("data/docker/x.ndjson").unwrap()
    }

    fn check(text: &str, rows: usize, raw_lines: usize, complete: bool, expected_issues: &[&str]) {
        let (output, issues) = parse(text.as_bytes(), &path());
        assert_eq!(
            (output.rows.len(), output.raw_lines.len(), output.complete),
            (rows, raw_lines, complete),
            "{text}"
        );
        assert_eq!(
            issues.iter().map(|issue| issue.at.as_str()).collect::<Vec<_>>(),
            expected_issues,
            "{text}"
        );
    }

    #[test]
    fn reads_listings_and_inspections() {
        check("", 0, 0, true, &[]);
        check("{\"Name\":\"a\"}\n{\"Name\":\"b\"}\n", 2, 2, true, &[]);
        check("{\"Name\":\"a\"}\r\n", 1, 1, true, &[]);
        check("[\n  {\"Name\": \"proxy\"}\n]\n", 1, 3, true, &[]);
        check("[]\n", 0, 1, true, &[]);
    }

    #[test]
    fn says_when_a_row_cannot_be_read() {
        check("{\"Name\":\"a\"}\n{\"Na", 2, 2, false, &["line 2"]);
        check("{\"a\":1,\"a\":2}", 1, 1, false, &["line 1"]);
        check("[{\"Name\":", 0, 1, false, &[""]);
        check("[7]", 1, 1, false, &["/0"]);
        check("NAME  SERVICES\nghost  2\n", 0, 2, false, &[""]);
    }

    #[test]
    fn reads_which_commands_were_run() {
        let json = br#"{"host":"cc-ci","captured_at":"2026-06-13T06:40:12Z","commands":[
            {"argv":["docker","stack","ls"],"exit_code":0,"stdout":"a.ndjson","stderr":"Nothing found"},
            {"argv":"docker","captured_at":"2026-06-13T06:40:14Z"}]}"#;
        let (capture, issues) = parse_capture(json, &path());
        assert_eq!(capture.commands[0].argv, ["docker", "stack", "ls"]);
        assert_eq!(capture.commands[0].captured_at, capture.captured_at);
        assert_eq!(capture.commands[1].exit_code, None);
        let at: Vec<&str> = issues.iter().map(|issue| issue.at.as_str()).collect();
        assert_eq!(at, ["/commands/1/argv", "/commands/1/exit_code"]);
    }
}
