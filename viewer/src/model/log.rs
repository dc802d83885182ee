//! Log entries as lines with colours, and searching them; knows nothing about how rows are drawn.

use serde::Deserialize;

/// A log as the viewer reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LogText {
    pub(crate) lines: Vec<LogLine>,
    /// Lines that the server had dropped before the first one here.
    pub(crate) dropped_head: u64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// Seconds since the step began, where the source says so.
    pub(crate) seconds: Option<i64>,
    /// The text with its escapes, as a terminal would leave it after carriage returns.
    pub(crate) raw: String,
}

#[derive(Deserialize)]
struct DroneLine {
    #[serde(default)]
    pos: u64,
    #[serde(default)]
    out: String,
    #[serde(default)]
    time: i64,
}

/// Reads a Drone log (a JSON array, or JSON lines); anything else is read as text.
pub(crate) fn read(bytes: &[u8]) -> LogText {
    let text = String::from_utf8_lossy(bytes);
    let from_array = serde_json::from_str::<Vec<DroneLine>>(&text).ok();
    let rows = from_array.or_else(|| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let first_is_json = lines.first().is_some_and(|line| line.trim_start().starts_with('{'));
        if !first_is_json {
            return None;
        }
        lines.into_iter().map(|line| serde_json::from_str::<DroneLine>(line).ok()).collect()
    });
    match rows {
        Some(rows) => LogText {
            dropped_head: rows.first().map_or(0, |row| row.pos),
            lines: rows
                .into_iter()
                .map(|row| LogLine { seconds: Some(row.time), raw: settle(&row.out) })
                .collect(),
        },
        None => LogText {
            dropped_head: 0,
            lines: text.lines().map(|line| LogLine { seconds: None, raw: settle(line) }).collect(),
        },
    }
}

/// What a terminal would leave of a line: its last rewrite.
fn settle(out: &str) -> String {
    let line = out.trim_end_matches(['\n', '\r']);
    line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or(line).to_owned()
}

/// A stretch of a line in one colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) text: String,
    /// Classes, for example `a-red a-bold`; empty for plain text.
    pub(crate) class: String,
}

/// A line cut at its colour escapes; every other escape is dropped.
pub(crate) fn spans(raw: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut colour, mut bold, mut faint) = (None::<&'static str>, false, false);
    let mut text = String::new();
    let mut rest = raw.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '\u{1b}' {
            if letter == '\t' || !letter.is_control() {
                text.push(letter);
            }
            continue;
        }
        match rest.peek() {
            Some('[') => {
                rest.next();
                let mut parameters = String::new();
                let mut end = None;
                for letter in rest.by_ref() {
                    if ('\u{40}'..='\u{7e}').contains(&letter) {
                        end = Some(letter);
                        break;
                    }
                    parameters.push(letter);
                }
                if end != Some('m') {
                    continue;
                }
                if !text.is_empty() {
                    spans.push(Span { text: std::mem::take(&mut text), class: class(colour, bold, faint) });
                }
                apply(&parameters, &mut colour, &mut bold, &mut faint);
            }
            Some(']') => {
                // An operating system command, for example a title or a link: up to BEL or ESC \.
                let mut before = ' ';
                for letter in rest.by_ref() {
                    if letter == '\u{7}' || (before == '\u{1b}' && letter == '\\') {
                        break;
                    }
                    before = letter;
                }
            }
            _ => {
                rest.next();
            }
        }
    }
    if !text.is_empty() {
        spans.push(Span { text, class: class(colour, bold, faint) });
    }
    spans
}

fn apply(parameters: &str, colour: &mut Option<&'static str>, bold: &mut bool, faint: &mut bool) {
    let mut numbers = parameters.split([';', ':']).map(|number| number.parse::<u16>().unwrap_or(0));
    while let Some(number) = numbers.next() {
        match number {
            0 => (*colour, *bold, *faint) = (None, false, false),
            1 => *bold = true,
            2 => *faint = true,
            22 => (*bold, *faint) = (false, false),
            30 | 90 => *colour = Some("a-faint"),
            31 | 91 => *colour = Some("a-red"),
            32 | 92 => *colour = Some("a-green"),
            33 | 93 => *colour = Some("a-yellow"),
            34 | 94 => *colour = Some("a-blue"),
            35 | 95 => *colour = Some("a-magenta"),
            36 | 96 => *colour = Some("a-cyan"),
            37 | 39 | 97 => *colour = None,
            38 | 48 => {
                // 256 colours or true colour: the figures belong to it and are passed over.
                let skipped = if numbers.next() == Some(5) { 1 } else { 3 };
                for _ in 0..skipped {
                    numbers.next();
                }
            }
            _ => {}
        }
    }
}

fn class(colour: Option<&'static str>, bold: bool, faint: bool) -> String {
    let mut classes: Vec<&str> = colour.into_iter().collect();
    if bold {
        classes.push("a-bold");
    }
    if faint && colour.is_none() {
        classes.push("a-faint");
    }
    classes.join(" ")
}

/// A line without its escapes.
pub(crate) fn plain(raw: &str) -> String {
    if !raw.contains('\u{1b}') {
        return raw.to_owned();
    }
    spans(raw).into_iter().map(|span| span.text).collect()
}

/// The lines of a log in one text without escapes and capitals, made once so that typing stays quick.
pub(crate) struct Index {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Index {
    /// Reads every line once.
    pub(crate) fn of(log: &LogText) -> Index {
        let mut text = String::new();
        let mut starts = Vec::with_capacity(log.lines.len());
        for line in &log.lines {
            starts.push(text.len());
            text.push_str(&plain(&line.raw).to_lowercase());
            text.push('\n');
        }
        Index { text, starts }
    }

    /// The positions of lines that hold `needle`, whatever its case.
    pub(crate) fn search(&self, needle: &str) -> Vec<usize> {
        let needle = needle.to_lowercase();
        if needle.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<usize> = Vec::new();
        for (at, _) in self.text.match_indices(&needle) {
            let line = self.starts.partition_point(|start| *start <= at) - 1;
            if found.last() != Some(&line) {
                found.push(line);
            }
        }
        found
    }

    /// The positions of lines that look like trouble.
    pub(crate) fn troubles(&self) -> Vec<usize> {
        let lines = self.text.lines().enumerate();
        lines.filter(|(_, line)| is_trouble(line)).map(|(index, _)| index).collect()
    }
}

fn is_trouble(line: &str) -> bool {
    let denied = ["0 failed", "0 errors", "no error", "errors: 0", "failures: 0", "failed: 0"];
    let words = ["error", "failed", "failure", "fatal:", "panicked", "traceback", "!! "];
    words.iter().any(|word| line.contains(word)) && !denied.iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_drone_and_text_alike() {
        let log = read(br#"[{"pos":3,"out":"a\n","time":0},{"pos":4,"out":"10%\r20%\rdone\n","time":2}]"#);
        assert_eq!(log.dropped_head, 3);
        assert_eq!(log.lines[1], LogLine { seconds: Some(2), raw: "done".into() });
        assert_eq!(read(b"{\"out\":\"a\"}\n{\"out\":\"b\"}").lines.len(), 2);
        assert_eq!(read(b"plain\ntext").lines[1], LogLine { seconds: None, raw: "text".into() });
        assert_eq!(read(b"null").lines.len(), 1);
        assert_eq!(read(b"").lines.len(), 0);
    }

    #[test]
    fn colours_become_classes_and_other_escapes_go() {
        let spans = spans("\u{1b}[1;31mno\u{1b}[0m yes\u{1b}[2K\u{1b}]0;title\u{7}!\u{1b}[38;5;196mx");
        let seen: Vec<_> = spans.iter().map(|span| (span.text.as_str(), span.class.as_str())).collect();
        assert_eq!(seen, [("no", "a-red a-bold"), (" yes!", ""), ("x", "")]);
    }

    #[test]
    fn finds_lines_and_troubles() {
        let log = read(b"one\n!! upgrade op failed\n5 passed, 0 failed\nONE");
        let index = Index::of(&log);
        assert_eq!(index.search("one"), [0, 3]);
        assert_eq!(index.search("o\nt"), [0; 0]);
        assert_eq!(index.search(""), [0; 0]);
        assert_eq!(index.troubles(), [1]);
    }
}
