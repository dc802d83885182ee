//! The log of a build's step, as a terminal would leave it. Knows nothing about the build.

use std::ops::ControlFlow;

use serde_json::Value;

use super::fields::{self, Fields, TakeItem, Top, When};
use super::{Issue, Log, Place};
use crate::entry_path::EntryPath;

/// Lines read of a log that is written as JSON lines.
const MAX_JSON_LINES: usize = 1_000_000;
/// Lines that look like errors whose indices are kept.
const MAX_ERROR_LINES: usize = 1_000;

/// Reads a log: an array of `{"pos","out","time"}`, the same as one object a line, or `null` for an empty one.
///
/// Its lines are counted and looked at, and not kept: [`each_line`] gives them again. The numbers of build, stage and
/// step are left at 0: the entry's path says them, not its content.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (Log, Vec<Issue>) {
    let mut issues = Vec::new();
    let nothing = || Log::nothing(Place { path: path.clone(), pointer: String::new() });
    let mut reading = Reading { log: nothing(), next: None, is_readable: true, issues: Vec::new() };
    let top = each_item(bytes, &mut issues, &mut |item| {
        reading.take(&item);
        ControlFlow::Continue(())
    });
    let is_readable = issues.is_empty();
    match top {
        Some(Top::Items) => {
            fields::append(&mut issues, reading.issues);
            let complete = is_readable && reading.is_readable;
            (Log { complete, ..reading.log }, issues)
        }
        Some(Top::Null) | None => (Log { complete: is_readable, ..nothing() }, issues),
        Some(Top::Other) => {
            issues.push(Issue::new("", "is neither an array of log lines nor null; not read"));
            (nothing(), issues)
        }
    }
}

/// Gives the text of each line of the log in `bytes`, without ANSI escapes, as a terminal would leave it after carriage
/// returns, until told to stop; says whether the log could be read that far. A line that cannot be read is an empty
/// one, so that the pointers of the others hold.
pub fn each_line(bytes: &[u8], take: &mut dyn FnMut(&str) -> ControlFlow<()>) -> bool {
    let text = |item: &Value| plain(item.get("out").and_then(Value::as_str).unwrap_or_default());
    each_item(bytes, &mut Vec::new(), &mut |item| take(&text(&item))).is_some()
}

/// What is known of a log after some of its lines.
struct Reading {
    log: Log,
    /// The position that the next line should have.
    next: Option<u64>,
    is_readable: bool,
    issues: Vec<Issue>,
}

impl Reading {
    fn take(&mut self, item: &Value) {
        let Self { log, next, is_readable, issues } = self;
        let index = log.line_count;
        log.line_count += 1;
        let Some(fields) = Fields::new(item, format!("/{index}"), issues) else {
            *is_readable = false;
            return;
        };
        let position = fields.count("pos", When::Expected, issues);
        match (position, *next) {
            (Some(position), None) if position > 0 => {
                log.dropped_head = position;
                let what = format!("the log begins at line {position}: the server dropped its head");
                issues.push(Issue::new(fields.pointer_of("pos"), what));
            }
            (Some(position), Some(next)) if position != next => {
                log.missing_lines = log.missing_lines.saturating_add(position.saturating_sub(next));
                fields::push(issues, || {
                    Issue::new(fields.pointer_of("pos"), format!("line {position} follows line {}", next - 1))
                });
            }
            _ => {}
        }
        *next = position.map(|position| position.saturating_add(1)).or(*next);
        *is_readable &= fields.get("out").is_some_and(Value::is_string);
        if looks_like_error(&plain(&fields.string("out", When::Expected, issues))) {
            log.error_line_count += 1;
            if log.error_lines.len() < MAX_ERROR_LINES {
                log.error_lines.push(index);
            }
        }
        let _seconds = fields.integer("time", When::Expected, issues);
    }
}

/// Words that stand alone in lines about errors, also as `ERROR:` and `[FAILED]`.
const ERROR_WORDS: [&str; 4] = ["ERROR", "FATAL", "FAILED", "CRITICAL"];
/// What lines about errors hold anywhere, in any mixture of upper and lower case.
const ERROR_PARTS: [&str; 5] =
    ["error:", "fatal:", "panicked at", "traceback (most recent call last)", "segmentation fault"];
/// Bytes of a line that are looked at for errors.
const MAX_ERROR_TEXT: usize = 4 << 10;

/// Whether a line looks as if it told of an error; what it means is for people to say.
fn looks_like_error(text: &str) -> bool {
    let text = text.get(..text.floor_char_boundary(MAX_ERROR_TEXT)).unwrap_or_default();
    if text.trim_start().starts_with("!! ") {
        return true;
    }
    let has_word = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    };
    let lower = text.to_ascii_lowercase();
    ERROR_PARTS.iter().any(|part| lower.contains(part)) || ERROR_WORDS.iter().any(has_word)
}

/// Gives each item of the document, where a log of JSON lines counts as an array of them; null stands for a line that
/// is none.
fn each_item(bytes: &[u8], issues: &mut Vec<Issue>, take: &mut TakeItem<'_>) -> Option<Top> {
    let is_lines = bytes.trim_ascii_start().starts_with(b"{")
        && bytes.split(|byte| *byte == b'\n').next().is_some_and(|line| {
            String::from_utf8_lossy(line).contains("\"out\"") && line.trim_ascii_end().ends_with(b"}")
        });
    if !is_lines {
        return fields::items(bytes, issues, take);
    }
    let text = fields::text(bytes, issues);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    for line in lines.by_ref().take(MAX_JSON_LINES) {
        let item = fields::value(line).map_or(Value::Null, |(value, _)| value);
        if take(item).is_break() {
            return Some(Top::Items);
        }
    }
    if lines.next().is_some() {
        issues.push(Issue::new("", format!("holds more than {MAX_JSON_LINES} lines; the rest is left out")));
    }
    Some(Top::Items)
}

/// Text as a terminal would leave it: without escape sequences, and after a carriage return only what came last.
pub fn plain(text: &str) -> String {
    let text = without_escapes(text);
    let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n');
    lines.map(after_last_return).collect::<Vec<_>>().join("\n")
}

fn after_last_return(line: &str) -> &str {
    line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default()
}

fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    // How much was left of the text where a string sequence was last found to have no end in its line: others that
    // begin before the line is over have none either, and are not searched again.
    let mut unclosed_until = usize::MAX;
    let mut after_string = |text: &str| -> usize {
        if text.len() >= unclosed_until {
            return 0;
        }
        match end_of_string(text) {
            Ok(end) => end,
            Err(end_of_line) => {
                unclosed_until = text.len() - end_of_line;
                0
            }
        }
    };
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match (c, after.chars().next()) {
            ('\u{1b}', Some(']' | 'P' | 'X' | '^' | '_')) => {
                let inside = after.get(1..).unwrap_or_default();
                inside.get(after_string(inside)..).unwrap_or_default()
            }
            ('\u{1b}', _) => after_escape(after),
            ('\u{9b}', _) => after_control_sequence(after),
            ('\u{9d}' | '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}', _) => {
                after.get(after_string(after)..).unwrap_or_default()
            }
            ('\n' | '\r' | '\t', _) => {
                plain.push(c);
                after
            }
            (c, _) if c.is_control() => after,
            (c, _) => {
                plain.push(c);
                after
            }
        };
    }
    plain
}

/// What follows an escape sequence whose ESC was just read, string sequences aside.
fn after_escape(text: &str) -> &str {
    match text.chars().next() {
        Some('[') => after_control_sequence(text.get(1..).unwrap_or_default()),
        Some(' '..='~') => {
            let rest = text.trim_start_matches(|c| (' '..='/').contains(&c));
            match rest.chars().next() {
                Some('0'..='~') => rest.get(1..).unwrap_or_default(),
                _ => rest,
            }
        }
        _ => text,
    }
}

/// What follows a control sequence: parameters, intermediates, one final character.
fn after_control_sequence(text: &str) -> &str {
    let rest = text.trim_start_matches(|c| ('0'..='?').contains(&c));
    let rest = rest.trim_start_matches(|c| (' '..='/').contains(&c));
    match rest.chars().next() {
        Some('@'..='~') => rest.get(1..).unwrap_or_default(),
        _ => rest,
    }
}

/// Where a string sequence (a title, a link) ends; or, for one that is never closed and hides nothing, its line.
fn end_of_string(text: &str) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1);
        match (byte, next) {
            (b'\n', _) => return Err(at),
            (7, _) => return Ok(at + 1),
            // ESC \, and U+009C in UTF-8.
            (0x1b, Some(b'\\')) | (0xc2, Some(0x9c)) => return Ok(at + 2),
            _ => {}
        }
    }
    Err(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_plain(text: &str, expected: &str) {
        assert_eq!(plain(text), expected, "{text:?}");
    }

    #[test]
    fn leaves_what_a_terminal_would_leave() {
        check_plain("\u{1b}[1;34m==> [install]\u{1b}[0m op\n", "==> [install] op");
        check_plain("12%\r48%\r100%\n", "100%");
        check_plain("done\r\n", "done");
        check_plain("\r", "");
        check_plain("a\r\nb\rc\n", "a\nc");
        check_plain("\u{1b}]0;title\u{7}text", "text");
        check_plain("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\ after", "link after");
        check_plain("\u{1b}]never closed", "never closed");
        check_plain("\u{1b}]never \u{1b}]closed\n\u{1b}]0;t\u{7}next", "never closed\nnext");
        check_plain("\u{9d}0;t\u{9c}text", "text");
        check_plain("\u{1b}(Bplain\u{1b}=\u{1b}7", "plain");
        check_plain("\u{1b}[", "");
        check_plain("\u{1b}[31", "");
        check_plain("\u{1b}", "");
        check_plain("\u{9b}31mred\u{7}\u{8}\tx", "red\tx");
        check_plain("\u{1b}[?25lü\u{1b}[K✔", "ü✔");
        check_plain("\u{1b}ü", "ü");
    }

    fn check_log(json: &str, expected: &[&str], dropped_head: u64, expected_issues: &[&str]) {
        let (log, issues) = parse(json.as_bytes(), &EntryPath::new("data/log.json").unwrap());
        let mut lines = Vec::new();
        let could = each_line(json.as_bytes(), &mut |line| {
            lines.push(line.to_owned());
            ControlFlow::Continue(())
        });
        lines.truncate(if could { lines.len() } else { 0 });
        assert_eq!(lines, expected, "{json}");
        assert_eq!((log.line_count, log.dropped_head), (expected.len() as u64, dropped_head), "{json}");
        assert_eq!(
            issues.iter().map(|issue| issue.at.as_str()).collect::<Vec<_>>(),
            expected_issues,
            "{json}"
        );
    }

    #[test]
    fn reads_every_shape_of_log() {
        check_log(r#"[{"pos":0,"out":"a\n","time":0},{"pos":1,"out":"b","time":7}]"#, &["a", "b"], 0, &[]);
        check_log(
            "{\"pos\":0,\"out\":\"a\",\"time\":0}\n{\"pos\":1,\"out\":\"b\",\"time\":7}\n",
            &["a", "b"],
            0,
            &[],
        );
        check_log("null", &[], 0, &[]);
        check_log("[]", &[], 0, &[]);
        check_log("{\"pos\":0,\"out\":\"a\",\"time\":0}\n{\"pos\":1,\"ou", &["a", ""], 0, &["/1"]);
        check_log(r#"{"message":"x"}"#, &[], 0, &[""]);
        check_log("[1,", &[], 0, &[""]);
    }

    fn check_error(text: &str, expected: bool) {
        assert_eq!(looks_like_error(text), expected, "{text:?}");
    }

    #[test]
    fn finds_lines_that_look_like_errors() {
        for line in [
            "error: could not compile",
            "E: some Error: no such file",
            "2026-06-13 ERROR [db] gone",
            "[FAILED] step",
            "fatal: not a git repository",
            "thread 'main' panicked at src/main.rs:1:1",
            "Traceback (most recent call last):",
            "  !! upgrade did not converge: code='7'",
            "ERROR",
        ] {
            check_error(line, true);
        }
        for line in ["0 errors", "no error", "ERRORS=0", "PREFAILED", "MY_ERROR=1", "!!", "all passed", ""] {
            check_error(line, false);
        }
        let json =
            r#"[{"pos":0,"out":"ok","time":0},{"pos":1,"out":"\u001b[31merror: x\u001b[0m\n","time":1},7]"#;
        let (log, _) = parse(json.as_bytes(), &EntryPath::new("data/log.json").unwrap());
        assert_eq!((log.error_lines.as_slice(), log.error_line_count, log.complete), (&[1][..], 1, false));
    }

    #[test]
    fn says_when_lines_are_gone() {
        check_log(
            r#"[{"pos":40,"out":"a","time":0},{"pos":41,"out":"b","time":0},{"pos":50,"out":"c","time":0}]"#,
            &["a", "b", "c"],
            40,
            &["/0/pos", "/2/pos"],
        );
        let json = r#"[{"pos":0,"out":"a","time":0},{"pos":9,"out":"b","time":0}]"#;
        let (log, _) = parse(json.as_bytes(), &EntryPath::new("data/log.json").unwrap());
        assert_eq!((log.missing_lines, log.complete), (8, true));
        check_log(r#"[7,{"pos":1,"out":"b","time":2}]"#, &["", "b"], 1, &["/0", "/1/pos"]);
    }
}
