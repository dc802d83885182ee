//! The words on a badge, an SVG picture. Knows nothing about the run and draws nothing.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Badge, Issue, Place, xml};
use crate::entry_path::EntryPath;
use crate::limits::Limits;

/// Different words that are kept of one badge.
const MAX_WORDS: usize = 64;
/// Bytes that are kept of one of them.
const MAX_WORD_BYTES: usize = 1024;

/// Reads the text of a badge's `<title>` and `<text>` elements; what scripts and styles hold is no text of it.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (Badge, Vec<Issue>) {
    let mut issues = Vec::new();
    let text = xml::decode(bytes, &mut issues).map(|text| words(&text, &mut issues)).unwrap_or_default();
    let text = text.join(" · ");
    if text.is_empty() {
        issues.push(Issue::new("", "shows no text"));
    }
    let mut levels = levels(&text);
    levels.dedup();
    let level = match levels.as_slice() {
        [] => None,
        [level] => Some(*level),
        several => {
            issues.push(Issue::new("", format!("shows several levels, {several:?}; none is taken")));
            None
        }
    };
    (Badge { text, level, place: Place { path: path.clone(), pointer: String::new() } }, issues)
}

/// The different texts, titles first.
fn words(text: &str, issues: &mut Vec<Issue>) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let (mut titles, mut texts) = (Vec::new(), Vec::new());
    // The text being read: whether it is a title, its words, and how deep in it the reader is.
    let mut open: Option<(bool, String, usize)> = None;
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event();
        let offset = reader.error_position();
        match event {
            Ok(Event::Start(element)) => {
                depth += 1;
                match (&mut open, element.local_name().into_inner()) {
                    (Some((_, _, inner)), _) => *inner += 1,
                    (None, name @ ("title" | "text")) => open = Some((name == "title", String::new(), 0)),
                    (None, _) => {}
                }
                if depth > Limits::DEPTH {
                    issues.push(Issue::new(
                        "",
                        format!("is nested deeper than {}; read up to there", Limits::DEPTH),
                    ));
                    break;
                }
            }
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                match &mut open {
                    Some((_, _, inner)) if *inner > 0 => *inner -= 1,
                    _ => close(&mut open, &mut titles, &mut texts),
                }
            }
            Ok(Event::Text(text)) => push(&mut open, &text),
            Ok(Event::CData(text)) => push(&mut open, &text),
            Ok(Event::GeneralRef(reference)) => push(&mut open, &xml::reference(&reference)),
            Ok(Event::DocType(_)) => {
                issues.push(Issue::new("", "declares a DOCTYPE, which is refused; nothing after it is read"));
                break;
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let at = format!("line {}", xml::line_of(text, offset));
                issues.push(Issue::new(
                    at,
                    format!("is no well-formed XML from here on: {error}; read up to here"),
                ));
                break;
            }
        }
    }
    close(&mut open, &mut titles, &mut texts);
    titles.append(&mut texts);
    let mut words: Vec<String> = Vec::new();
    for word in titles {
        if !words.contains(&word) && words.len() < MAX_WORDS {
            words.push(word);
        }
    }
    words
}

fn push(open: &mut Option<(bool, String, usize)>, more: &str) {
    if let Some((_, text, _)) = open.as_mut().filter(|(_, text, _)| text.len() < MAX_WORD_BYTES) {
        text.push_str(more.get(..more.floor_char_boundary(MAX_WORD_BYTES)).unwrap_or_default());
    }
}

fn close(open: &mut Option<(bool, String, usize)>, titles: &mut Vec<String>, texts: &mut Vec<String>) {
    let Some((is_title, text, _)) = open.take() else { return };
    let text = xml::clean(&text).split_whitespace().collect::<Vec<_>>().join(" ");
    let texts = if is_title { titles } else { texts };
    if !text.is_empty() && texts.len() < MAX_WORDS {
        texts.push(text);
    }
}

/// Every level that the text names, as `level 5`, `Level: 5` or `L5`.
fn levels(text: &str) -> Vec<u64> {
    let lower = text.to_lowercase();
    let mut levels = Vec::new();
    for word in ["level", "l"] {
        for (at, _) in lower.match_indices(word) {
            let before = lower.get(..at).and_then(|before| before.chars().next_back());
            let after = lower.get(at + word.len()..).unwrap_or_default();
            let digits =
                if word == "l" { after } else { after.trim_start_matches([' ', ':', '=', '\u{a0}']) };
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let follows = digits.get(end..).and_then(|rest| rest.chars().next());
            if before.is_none_or(|c| !c.is_alphanumeric())
                && follows.is_none_or(|c| !c.is_alphanumeric())
                && let Some(level) = digits.get(..end).and_then(|digits| digits.parse().ok())
            {
                levels.push(level);
            }
        }
    }
    levels.sort_unstable();
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(svg: &str, text: &str, level: Option<u64>, issues: usize) {
        let (badge, found) = parse(svg.as_bytes(), &EntryPath::new("data/runs/612/badge.svg").unwrap());
        assert_eq!((badge.text.as_str(), badge.level), (text, level), "{svg}");
        assert_eq!(found.len(), issues, "{svg} {found:?}");
    }

    #[test]
    fn reads_the_words() {
        check(
            "<svg><text x='1'>cc-ci</text><g><text>level 5</text></g><title>cc-ci: level 5</title><text>cc-ci</text></svg>",
            "cc-ci: level 5 · cc-ci · level 5",
            Some(5),
            0,
        );
        check("<svg><text>a <tspan>b</tspan> &amp; c</text></svg>", "a b & c", None, 0);
        check("<svg><script>level 1</script><text>passing</text></svg>", "passing", None, 0);
        check("<svg/>", "", None, 1);
        check("<svg><text>level 4</text><title>level 5</title></svg>", "level 5 · level 4", None, 1);
        check("<!DOCTYPE svg><svg><text>level 4</text></svg>", "", None, 2);
        check("<svg><text>L3/5</text><text>cut", "L3/5 · cut", Some(3), 0);
        check("<svg><text>L3</text><text x=", "L3", Some(3), 1);
        check(&"<g>".repeat(5000), "", None, 2);
        check("", "", None, 1);
    }

    #[test]
    fn tells_levels_from_other_numbers() {
        for (text, expected) in [
            ("level 5", &[5][..]),
            ("LEVEL=5 of 5", &[5]),
            ("Level5", &[5]),
            ("L5", &[5]),
            ("HTML5", &[]),
            ("sublevel 3", &[]),
            ("level unknown", &[]),
            ("level 99999999999999999999", &[]),
            ("L10 l", &[10]),
        ] {
            assert_eq!(levels(text), expected, "{text}");
        }
    }
}
