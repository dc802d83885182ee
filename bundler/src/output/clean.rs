//! Takes out of foreign text what a terminal would obey: escapes, controls, changes of direction.

/// One line: escapes and controls gone, line breaks and tabs become spaces.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' | '\u{9b}' => skip_escape(c, &mut chars),
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            _ if c.is_control() || is_invisible(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// As [`clean`], but line breaks stay.
pub(crate) fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// JSON that means the same, with everything in it that [`clean`] takes away written as an escape.
pub(super) fn escaped_in_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        // Between strings JSON has line breaks alone, and within them none.
        if c != '\n' && (c.is_control() || is_invisible(c)) {
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// The rest of an escape sequence (ECMA-48): a control sequence up to its final byte, or a string up to its end.
fn skip_escape(first: char, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let opener = if first == '\u{9b}' { Some('[') } else { chars.peek().copied() };
    if first == '\x1b' && opener.is_some_and(|c| ('\x20'..='\x7e').contains(&c)) {
        chars.next();
    }
    match opener {
        Some('[') => {
            while chars.peek().is_some_and(|c| ('\x20'..='\x3f').contains(c)) {
                chars.next();
            }
            if chars.peek().is_some_and(|c| ('\x40'..='\x7e').contains(c)) {
                chars.next();
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            // A string without an end must not swallow the words after it.
            let end = chars.clone().position(|c| c == '\x07' || c == '\x1b' || c == '\u{9c}');
            if let Some(end) = end {
                let last = chars.nth(end);
                if last == Some('\x1b') && chars.peek() == Some(&'\\') {
                    chars.next();
                }
            }
        }
        _ => {}
    }
}

/// Zero-width characters, bidirectional controls, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_comes_through() {
        for (text, expected) in [
            ("plain ü ✅ 日本", "plain ü ✅ 日本"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07after", "after"),
            ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x1bPq\x1b\\after", "after"),
            ("\x1b]0;no end", "0;no end"),
            ("\u{9b}31mred", "red"),
            ("a\rb\nc\td", "a b c d"),
            ("a\u{8}\u{7f}\0b", "ab"),
            ("gpj\u{202e}exe\u{200b}", "gpjexe"),
            ("\x1b", ""),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn json_means_the_same_on_a_terminal() {
        for text in ["plain ü ✅", "\x1b[31m", "a\u{202e}b\u{9b}c\u{200b}", "\u{e0041}", "a\nb\tc"] {
            let json = format!("{:#}\n", serde_json::json!({ "words": [text] }));
            let escaped = escaped_in_json(&json);
            assert!(
                !escaped.chars().any(|c| c != '\n' && (c.is_control() || is_invisible(c))),
                "{escaped:?}"
            );
            let read: serde_json::Value = serde_json::from_str(&escaped).expect("it is JSON");
            assert_eq!(read["words"][0], text);
        }
    }
}
