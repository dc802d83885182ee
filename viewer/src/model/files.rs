//! Entries as rows, and how an entry can be looked at; knows nothing about the browser.

use dossier_shared::report::{FileFacts, Report};
use serde_json::Value;

/// How an entry is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preview {
    /// Indented, with the place that was pointed to.
    Json,
    /// Lines.
    Text,
    /// A picture, drawn by the browser from a blob.
    Image(&'static str),
    /// Bytes.
    Hex,
}

/// Picks a preview from name and content; a name alone is never believed.
pub(crate) fn preview(path: &str, bytes: &[u8]) -> Preview {
    let lower = path.to_lowercase();
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Preview::Image("image/png");
    }
    if starts(b"\xff\xd8\xff") {
        return Preview::Image("image/jpeg");
    }
    if starts(b"GIF8") {
        return Preview::Image("image/gif");
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Preview::Image("image/webp");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Preview::Hex };
    if text.contains('\0') {
        return Preview::Hex;
    }
    if lower.ends_with(".svg") && text.contains("<svg") {
        return Preview::Image("image/svg+xml");
    }
    let first = text.trim_start().chars().next();
    if (lower.ends_with(".json") || matches!(first, Some('{' | '['))) && first.is_some() {
        return Preview::Json;
    }
    Preview::Text
}

/// A line of indented JSON and the pointer of the value that begins on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonLine {
    pub(crate) text: String,
    pub(crate) pointer: String,
}

/// JSON, indented; none when the bytes are no JSON.
pub(crate) fn json_lines(bytes: &[u8]) -> Option<Vec<JsonLine>> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let mut lines = Vec::new();
    write_json(&value, "", "", "", 0, &mut lines);
    Some(lines)
}

fn write_json(value: &Value, key: &str, comma: &str, pointer: &str, depth: usize, lines: &mut Vec<JsonLine>) {
    let indent = "  ".repeat(depth);
    let mut push = |text: String| lines.push(JsonLine { text, pointer: pointer.to_owned() });
    match value {
        Value::Object(members) if !members.is_empty() => {
            push(format!("{indent}{key}{{"));
            for (index, (name, member)) in members.iter().enumerate() {
                let key = format!("{}: ", Value::String(name.clone()));
                let comma = if index + 1 < members.len() { "," } else { "" };
                let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                write_json(member, &key, comma, &below, depth + 1, lines);
            }
            lines.push(JsonLine { text: format!("{indent}}}{comma}"), pointer: String::from("\0") });
        }
        Value::Array(items) if !items.is_empty() => {
            push(format!("{indent}{key}["));
            for (index, item) in items.iter().enumerate() {
                let comma = if index + 1 < items.len() { "," } else { "" };
                write_json(item, "", comma, &format!("{pointer}/{index}"), depth + 1, lines);
            }
            lines.push(JsonLine { text: format!("{indent}]{comma}"), pointer: String::from("\0") });
        }
        leaf => push(format!("{indent}{key}{leaf}{comma}")),
    }
}

/// A row of sixteen bytes: `00000010  4d 61 72 6b …  Mark`.
pub(crate) fn hex_row(bytes: &[u8], row: usize) -> String {
    let start = row * 16;
    let chunk = &bytes[start.min(bytes.len())..(start + 16).min(bytes.len())];
    let mut hex = String::with_capacity(50);
    for index in 0..16 {
        if index == 8 {
            hex.push(' ');
        }
        match chunk.get(index) {
            Some(byte) => hex.push_str(&format!("{byte:02x} ")),
            None => hex.push_str("   "),
        }
    }
    let letters: String =
        chunk.iter().map(|byte| if (0x20..0x7f).contains(byte) { *byte as char } else { '·' }).collect();
    format!("{start:08x}  {hex} {letters}")
}

/// The positions of files whose path, kind or origin hold every word of `text`.
pub(crate) fn select(report: &Report, text: &str) -> Vec<usize> {
    let needles: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let holds = |file: &FileFacts| {
        let words = format!("{} {} {} {}", file.path, file.kind, file.origin, file.sha256).to_lowercase();
        needles.iter().all(|needle| words.contains(needle))
    };
    report.files.iter().enumerate().filter(|(_, file)| holds(file)).map(|(index, _)| index).collect()
}

/// A path cut in two: where room is short the end of it tells more than the beginning.
pub(crate) fn folder_and_name(path: &str) -> (&str, &str) {
    const LONGEST_NAME: usize = 28;
    let cuts = || path.match_indices('/').map(|(slash, _)| slash + 1);
    let cut = cuts().find(|cut| path.len() - cut <= LONGEST_NAME).or(cuts().next_back()).unwrap_or(0);
    path.split_at(cut)
}

/// What a kind of entry is, in words.
pub(crate) fn kind_in_words(kind: &str) -> &str {
    match kind {
        "review" => "review",
        "status" => "status",
        "backlog" => "backlog",
        "journal" => "journal",
        "plan" => "plan",
        "capture" => "how it was gathered",
        "gitea" => "forge answer",
        "drone" => "CI answer",
        "run-results" => "run results",
        "junit" | "ctrf" => "test report",
        "badge" => "badge",
        "image" => "picture",
        "docker" => "docker output",
        "git-log" => "git history",
        "git-bundle" => "git bundle",
        "file" => "file",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_believed() {
        assert_eq!(preview("a.png", b"hello"), Preview::Text);
        assert_eq!(preview("a.txt", b"\x89PNG\r\n\x1a\n..."), Preview::Image("image/png"));
        assert_eq!(preview("a.json", b"{}"), Preview::Json);
        assert_eq!(preview("log", b"[1]"), Preview::Json);
        assert_eq!(preview("a.svg", b"<svg/>"), Preview::Image("image/svg+xml"));
        assert_eq!(preview("a.txt", b"a\0b"), Preview::Hex);
        assert_eq!(preview("empty.json", b""), Preview::Text);
    }

    #[test]
    fn json_lines_carry_their_pointer() {
        let lines = json_lines(br#"{"a":[1,{"b/c":null}],"d":{}}"#).expect("json");
        let at = |pointer: &str| lines.iter().find(|line| line.pointer == pointer).map(|l| l.text.as_str());
        assert_eq!(at("/a/0"), Some("    1,"));
        assert_eq!(at("/a/1/b~1c"), Some(r#"      "b/c": null"#));
        assert_eq!(at("/d"), Some(r#"  "d": {}"#));
        assert_eq!(json_lines(b"{"), None);
    }

    #[test]
    fn the_end_of_a_path_is_kept() {
        assert_eq!(
            folder_and_name("data/cc-ci/builds/515/logs/1/3.json"),
            ("data/cc-ci/", "builds/515/logs/1/3.json")
        );
        assert_eq!(folder_and_name("a/a-very-long-name-of-a-single-file.json").0, "a/");
        assert_eq!(folder_and_name("bagit.txt"), ("", "bagit.txt"));
    }

    #[test]
    fn hex_rows_line_up() {
        assert!(hex_row(b"Mark\n", 0).starts_with("00000000  4d 61 72 6b 0a"));
        assert!(hex_row(b"Mark\n", 0).ends_with("Mark·"));
    }
}
