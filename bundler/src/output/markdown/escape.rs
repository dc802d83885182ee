//! Foreign words in Markdown: they are shown as they are, and neither mark up, link, call nor number anything.

use crate::output::clean;

/// A zero-width space keeps forges from reading what was just escaped; they look at the text behind the escapes.
const BREAK: &str = "&#8203;";

/// `text` as plain words in a line.
pub(super) fn plain(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut before = Before::Start;
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let digit_next = next.is_some_and(|next| next.is_ascii_digit());
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str(&format!("@{BREAK}")),
            // `#4`, and `!4` on Gitea and GitLab.
            '#' if digit_next => out.push_str(&format!("\\#{BREAK}")),
            '!' if digit_next => out.push_str(&format!("\\!{BREAK}")),
            '-' if digit_next && ends_with(&out, "gh") => out.push_str(&format!("-{BREAK}")),
            // Addresses that would become links by themselves: `http://`, `www.`
            ':' if next == Some('/') => out.push_str(&format!(":{BREAK}")),
            '.' if ends_with(&out, "www") => out.push_str(&format!("{BREAK}.")),
            // Lists and headings begin a line, `1.` and `1)` too.
            '-' | '+' | '=' if before == Before::Start => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if before == Before::StartDigits => {
                out.push('\\');
                out.push(c);
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
        before = match (before, c) {
            (Before::Start | Before::StartDigits, '0'..='9') => Before::StartDigits,
            _ => Before::Other,
        };
    }
    out
}

/// Whether `text` ends with these lower-case letters or their capitals.
fn ends_with(text: &str, letters: &str) -> bool {
    let tail = text.len().checked_sub(letters.len()).and_then(|start| text.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(letters))
}

/// What stands before a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    StartDigits,
    Other,
}

/// `text` as code, in which nothing means anything; as many backticks around it as it takes.
pub(super) fn code(text: &str) -> String {
    let text = clean(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    const HOSTILE: &[&str] = &[
        "plain words",
        "`level=5`",
        "a ``b`` c",
        "``` fence",
        "<script>alert(1)</script>",
        "</details><h1>x",
        "<!-- gone -->",
        "&lt; &#64; &amp;",
        "a | b | c",
        "**bold** _it_ ~~gone~~ __x__",
        "[link](http://evil.example) ![image](x.png)",
        "[1]: http://evil.example",
        "@operator and x@example.org",
        "#4 and owner/ghost#4 and GH-4 and !4",
        "https://evil.example www.evil.example",
        "<http://evil.example>",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "# heading",
        "> quote",
        "=== ---",
        "---",
        "$x^2$ and \\( y \\)",
        "back\\slash \\` \\*",
        "trailing\\",
        "line\nbreak\n\n# heading",
        "\u{1b}[31mred\u{202e}evil\u{0}",
        "- [ ] task",
        ":tada: ~label %milestone",
        "| a |\n|---|\n| b |",
        "    indented",
        "[^1] footnote",
        "{{ template }}",
    ];

    fn events(markdown: &str) -> Vec<Event<'_>> {
        // Forges do not make quotes and dashes prettier.
        let options = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
        Parser::new_ext(markdown, options).collect()
    }

    /// Text and code of a cell of a table in `markdown`, which has to hold nothing else.
    fn words(markdown: &str) -> String {
        let mut out = String::new();
        for event in events(markdown) {
            match event {
                Event::Text(text) | Event::Code(text) => out.push_str(&text),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                other => panic!("{markdown:?} holds {other:?}"),
            }
        }
        out
    }

    #[test]
    fn foreign_words_stay_words() {
        for text in HOSTILE {
            let shown = clean(text).trim().to_owned();
            assert_eq!(words(&plain(text)).replace('\u{200b}', ""), shown, "plain {text:?}");
            assert_eq!(words(&code(text)), shown, "code {text:?}");
            // Not at the start of a line, as most stand.
            assert_eq!(words(&format!("x {}", plain(text))).replace('\u{200b}', ""), format!("x {shown}"));
        }
    }

    #[test]
    fn nobody_is_called_and_nothing_linked() {
        for (text, never) in [
            ("@operator", "@operator"),
            ("#4 x", "#4"),
            ("ghost#4", "#4"),
            ("GH-4", "GH-4"),
            ("!4", "!4"),
            ("https://evil.example", "://"),
            ("www.evil.example", "www."),
            ("x@example.org", "@example"),
        ] {
            let shown = words(&plain(text));
            assert!(!shown.contains(never), "{shown:?}");
        }
        assert_eq!(words(&plain("a#b")), "a#b", "no number, no link");
    }

    #[test]
    fn a_cell_of_a_table_stays_one() {
        for text in HOSTILE {
            let code = code(text).replace('|', "\\|");
            let table = format!("| a | b |\n|---|---|\n| {} | {code} |\n", plain(text));
            let cells = events(&table).iter().filter(|e| matches!(e, Event::Start(Tag::TableCell))).count();
            assert_eq!(cells, 4, "{table}");
            let breaks = |event: &Event<'_>| {
                matches!(event, Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. }))
            };
            assert!(!events(&table).iter().any(breaks), "{table}");
        }
    }
}
