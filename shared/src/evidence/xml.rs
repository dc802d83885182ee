//! XML as it is found: its encoding, references and characters. Knows nothing about JUnit or badges.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart};

use super::Issue;

/// A longer document is not read.
const MAX_BYTES: usize = 128 << 20;

/// The text of a document in UTF-8, UTF-16 or Latin-1, told by byte order mark and declaration.
pub(super) fn decode<'a>(bytes: &'a [u8], issues: &mut Vec<Issue>) -> Option<Cow<'a, str>> {
    if bytes.len() > MAX_BYTES {
        let what = format!("is {} bytes long, more than the {MAX_BYTES} that are read as XML", bytes.len());
        issues.push(Issue::new("", what));
        return None;
    }
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf_16(rest, u16::from_le_bytes, issues)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf_16(rest, u16::from_be_bytes, issues)),
        [b'<', 0, ..] => Cow::Owned(utf_16(bytes, u16::from_le_bytes, issues)),
        [0, b'<', ..] => Cow::Owned(utf_16(bytes, u16::from_be_bytes, issues)),
        [0xef, 0xbb, 0xbf, rest @ ..] => eight_bits(rest, issues),
        _ => eight_bits(bytes, issues),
    };
    if text.trim_ascii_start().len() < text.len() && text.trim_ascii_start().starts_with("<?xml") {
        issues.push(Issue::new("line 1", "white space stands before the XML declaration"));
    }
    if let Some(at) = text.find(is_forbidden) {
        let character = text[at..].chars().next().unwrap_or_default();
        let what = format!("holds U+{:04X}, which XML forbids; shown as \u{fffd}", u32::from(character));
        issues.push(Issue::new(format!("line {}", line_of(&text, at as u64)), what));
    }
    Some(text)
}

fn utf_16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16, issues: &mut Vec<Issue>) -> String {
    let pairs = bytes.chunks_exact(2);
    let broken = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0xfffd,
    });
    let mut unpaired = false;
    let text = char::decode_utf16(units)
        .map(|character| {
            character.unwrap_or_else(|_| {
                unpaired = true;
                '\u{fffd}'
            })
        })
        .collect();
    if broken || unpaired {
        issues.push(Issue::new("", "is not UTF-16 throughout; the unreadable bytes are shown as \u{fffd}"));
    }
    text
}

fn eight_bits<'a>(bytes: &'a [u8], issues: &mut Vec<Issue>) -> Cow<'a, str> {
    let encoding = declared_encoding(bytes).to_ascii_lowercase();
    match encoding.as_str() {
        "iso-8859-1" | "iso-8859-15" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => {
            bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()
        }
        _ => {
            let text = String::from_utf8_lossy(bytes);
            if matches!(text, Cow::Owned(_)) {
                let encoding = if encoding.is_empty() { "utf-8" } else { &encoding };
                let what = format!(
                    "is not readable as {encoding} throughout; the unreadable bytes are shown as \u{fffd}"
                );
                issues.push(Issue::new("", what));
            }
            text
        }
    }
}

/// The encoding that `<?xml … encoding="…"?>` names; empty when there is none.
fn declared_encoding(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).into_owned();
    let declaration = head.trim_ascii_start().strip_prefix("<?xml").and_then(|head| head.split("?>").next());
    let value = declaration
        .and_then(|declaration| declaration.split_once("encoding"))
        .map(|(_, value)| value.trim_start_matches(|c: char| c == '=' || c.is_ascii_whitespace()));
    let quoted = value.and_then(|value| {
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value.split(quote).nth(1)
    });
    quoted.unwrap_or_default().chars().take(40).collect()
}

fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// The same text with what XML forbids replaced.
pub(super) fn clean(text: &str) -> String {
    text.replace(is_forbidden, "\u{fffd}")
}

/// The line, from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: u64) -> usize {
    let end = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    text.as_bytes().iter().take(end).filter(|byte| **byte == b'\n').count() + 1
}

/// The value of an attribute, with its references resolved.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let attributes = attributes.with_checks(false);
    attributes
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .map(|attribute| clean(&resolve(&attribute.value)))
}

/// What `&name;` stands for: a predefined entity or a character; anything else stays as it is written.
pub(super) fn reference(reference: &BytesRef<'_>) -> Cow<'static, str> {
    resolve_one(reference).map_or_else(
        || Cow::Owned(format!("&{};", &**reference)),
        |character| Cow::Owned(clean(character.encode_utf8(&mut [0; 4]))),
    )
}

fn resolve_one(name: &str) -> Option<char> {
    let code = |digits: &str, radix| {
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some(char::from_u32(code).unwrap_or('\u{fffd}'))
    };
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => match name.strip_prefix('#')?.strip_prefix(['x', 'X']) {
            Some(digits) => code(digits, 16),
            None => code(name.strip_prefix('#')?, 10),
        },
    }
}

fn resolve(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        // The longest reference is a character's, `&#x10FFFF;`.
        let end = after.bytes().take(12).position(|byte| byte == b';');
        let resolved = end.and_then(|end| Some((resolve_one(after.get(..end)?)?, after.get(end + 1..)?)));
        rest = match resolved {
            Some((character, after)) => {
                text.push(character);
                after
            }
            None => {
                text.push('&');
                after
            }
        };
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_decode(bytes: &[u8], expected: &str, expected_issues: usize) {
        let mut issues = Vec::new();
        assert_eq!(decode(bytes, &mut issues).as_deref(), Some(expected), "{bytes:?}");
        assert_eq!(issues.len(), expected_issues, "{issues:?}");
    }

    #[test]
    fn tells_the_encoding() {
        check_decode(b"<a/>", "<a/>", 0);
        check_decode(b"\xef\xbb\xbf<\xc3\xbc/>", "<ü/>", 0);
        check_decode(b"\xff\xfe<\0\xfc\0", "<ü", 0);
        check_decode(b"\xfe\xff\0<\0\xfc", "<ü", 0);
        check_decode(b"<\0a\0x", "<a", 1);
        check_decode(b"\xfe\xff\0<\xd8\x00", "<\u{fffd}", 1);
        check_decode(b"<?xml encoding='ISO-8859-1'?>\xe4", "<?xml encoding='ISO-8859-1'?>ä", 0);
        check_decode(b"<?xml encoding=\"UTF-8\"?>\xe4", "<?xml encoding=\"UTF-8\"?>\u{fffd}", 1);
        check_decode(b"<?xml encoding", "<?xml encoding", 0);
        check_decode(b"\n <?xml?>", "\n <?xml?>", 1);
        check_decode(b"<a>\x1b[31m\0</a>", "<a>\x1b[31m\0</a>", 1);
        check_decode(b"", "", 0);
    }

    #[test]
    fn resolves_references_without_entities() {
        for (raw, expected) in [
            ("a &lt;b&gt; &amp;amp; &quot;&apos;", "a <b> &amp; \"'"),
            ("&#65;&#x1F600;&#0;&#xD800;", "A😀\0\u{fffd}"),
            ("&unknown; & &", "&unknown; & &"),
            ("&#x110000;&#99999999999;", "\u{fffd}&#99999999999;"),
            ("&lt", "&lt"),
        ] {
            assert_eq!(resolve(raw), expected);
        }
    }
}
