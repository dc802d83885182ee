//! Values that are given to names which say that they are secret. Knows env files, YAML, JSON, TOML, INI, XML, flags.

use super::Spans;
use super::text::{LONGEST, SHORTEST, Text, is_dashed, is_marker_or_empty, is_placeholder, is_word};

pub(super) const WORDS: &[&str] = &[
    "token",
    "secret",
    "passwd",
    "password",
    "passphrase",
    "passwort",
    "pwd",
    "_pass",
    "-pass",
    "apikey",
    "api_key",
    "api-key",
    "privatekey",
    "private_key",
    "private-key",
    "accesskey",
    "access_key",
    "access-key",
    "signing_key",
    "encryption_key",
    "encryptionkey",
    "master_key",
    "auth_key",
    "authkey",
    "credential",
];

const RULE: &str = "assignment";
const LONGEST_NAME: usize = 64;

/// What may follow such a word in a name without making it the name of something else (`token_type`, `password_file`).
const ENDINGS: &[&str] = &[
    "", "key", "key_base", "base", "value", "text", "raw", "plain", "b64", "base64", "hex", "string",
    "default", "new", "old", "current", "prod", "dev", "test", "staging",
];

/// A name and how it is written.
struct Name {
    start: usize,
    end: usize,
    /// Says by itself that its value is secret, also in a sentence: `password`, not `token`.
    is_strong: bool,
    /// `DB_PASSWORD`.
    is_variable: bool,
}

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    let Some(name) = name(&text) else { return };
    if let Some(quote) = text.quote(name.end) {
        quoted_name(&text, &name, quote, spans);
    } else {
        bare_name(&text, &name, spans);
    }
}

fn name(text: &Text<'_>) -> Option<Name> {
    let word = text.word().to_ascii_lowercase();
    let end = text.run(text.end, LONGEST_NAME, is_dashed);
    let rest = text.slice(text.end, end).to_ascii_lowercase();
    let rest: Vec<u8> = rest.iter().map(|byte| if *byte == b'-' { b'_' } else { *byte }).collect();
    let bare = rest.strip_prefix(b"_").unwrap_or(&rest);
    let is_number = bare.len() <= 3 && bare.iter().all(u8::is_ascii_digit);
    if !is_number && !ENDINGS.iter().any(|ending| ending.as_bytes() == bare) {
        return None;
    }
    if word.ends_with(b"pass") && !rest.is_empty() && !is_number {
        return None;
    }
    let mut start = text.run_back(text.at, LONGEST_NAME, |byte| is_dashed(byte) || byte == b'.');
    // The `n` of a line break in a JSON string begins no name.
    if start > 0 && text.bytes[start - 1] == b'\\' && matches!(text.byte(start), Some(b'n' | b't' | b'r')) {
        start = (start + 1).min(text.at);
    }
    let full = text.slice(start, end);
    let strong = [&b"pass"[..], b"key", b"credential", b"_base"];
    let full_lower = full.to_ascii_lowercase();
    Some(Name {
        start,
        end,
        is_strong: strong.iter().any(|part| memchr::memmem::find(&full_lower, part).is_some()),
        is_variable: full.iter().any(u8::is_ascii_uppercase) && !full.iter().any(u8::is_ascii_lowercase),
    })
}

/// `"password": "…"`, `'password' => '…'`, `name="password" value="…"`, `"name":"password","value":"…"`.
fn quoted_name(text: &Text<'_>, name: &Name, quote: &[u8], spans: &mut Spans) {
    let behind = text.skip_space(name.end + quote.len());
    let value = match text.byte(behind) {
        Some(b':') => text.skip_space(behind + 1),
        Some(b'=') if text.byte(behind + 1) == Some(b'>') => text.skip_space(behind + 2),
        Some(b'=') => text.skip_space(behind + 1),
        Some(b']') if text.byte(behind + 1).is_some() => {
            // config["password"] = "…"
            let sign = text.skip_space(behind + 1);
            if text.byte(sign) != Some(b'=') {
                return;
            }
            text.skip_space(sign + 1)
        }
        Some(b'>') => return element(text, behind + 1, spans),
        Some(b',') => {
            let key = text.skip_space(behind + 1);
            let Some(open) = text.quote(key) else { return };
            let at = key + open.len();
            if !text.starts_with(at, b"value") && !text.starts_with(at, b"Value") {
                return;
            }
            let Some(close) = text.quote(at + 5) else { return };
            let colon = text.skip_space(at + 5 + close.len());
            if text.byte(colon) != Some(b':') {
                return;
            }
            text.skip_space(colon + 1)
        }
        Some(_) if text.starts_with(behind, b"value=") => behind + 6,
        _ => return,
    };
    if let Some(open) = text.quote(value) {
        let start = value + open.len();
        let end = text.closing(start, open);
        let allows_spaces = name.is_variable;
        push(text, start, end, allows_spaces, RULE, spans);
    }
}

fn bare_name(text: &Text<'_>, name: &Name, spans: &mut Spans) {
    if text.byte(name.end) == Some(b'>') {
        let is_element = text.bytes[..name.start].last() == Some(&b'<');
        return if is_element {
            element(text, name.end + 1, spans)
        };
    }
    let sign = text.skip_blank(name.end, 8);
    let is_spaced = text.byte(name.end).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    if let Some(length) = equals(text, sign) {
        let value = text.skip_blank(sign + length, 8);
        // In an escaped address the value ends at the next escape.
        if text.byte(sign) == Some(b'%') {
            let end = text.run(value, LONGEST, |byte| is_dashed(byte) || b".~+".contains(&byte));
            return push(text, value, end, false, RULE, spans);
        }
        return equal(text, name, is_spaced || value > sign + length, value, spans);
    }
    match text.byte(sign) {
        Some(b':') => colon(text, name, sign, spans),
        // --password …
        Some(_) if is_spaced && text.bytes[name.start] == b'-' => {
            let value = text.run(sign, 8, |byte| byte == b' ');
            let open = text.quote(value).unwrap_or_default();
            let start = value + open.len();
            let end = if open.is_empty() { bare_end(text, start, false) } else { text.closing(start, open) };
            if text.byte(start) != Some(b'-') {
                push(text, start, end, !open.is_empty(), "argument", spans);
            }
        }
        _ => {}
    }
}

/// The length of the sign that gives a value: `=`, `:=`, `=>`, `%3D`, `&#61;`.
fn equals(text: &Text<'_>, at: usize) -> Option<usize> {
    let signs: [&[u8]; 7] = [b"=>", b":=", b"=", b"%3D", b"%3d", b"&#61;", b"&#x3d;"];
    let sign = signs.iter().find(|sign| text.starts_with(at, sign))?;
    let is_comparison = *sign == b"=" && matches!(text.byte(at + 1), Some(b'=' | b'~'));
    (!is_comparison).then_some(sign.len())
}

fn equal(text: &Text<'_>, name: &Name, is_spaced: bool, value: usize, spans: &mut Spans) {
    if let Some(open) = text.quote(value) {
        let start = value + open.len();
        return push(text, start, text.closing(start, open), name.is_variable, RULE, spans);
    }
    // What stands behind a sign with spaces around it may be code or prose.
    if is_spaced && !name.is_strong && !name.is_variable {
        return;
    }
    let end = bare_end(text, value, name.is_variable && begins_line(text, name.start));
    let is_call = text.byte(end) == Some(b'(') || text.byte(end) == Some(b'[');
    if is_call || is_spaced && is_code(text.slice(value, end)) {
        return;
    }
    push(text, value, end, false, RULE, spans);
}

/// `password: …`; `token: …` only as a variable, as a header, or where it looks like nothing else.
fn colon(text: &Text<'_>, name: &Name, sign: usize, spans: &mut Spans) {
    let behind = text.skip_blank(sign + 1, 8);
    let full = text.slice(name.start, name.end).to_ascii_lowercase();
    let is_header =
        full.starts_with(b"x-") || matches!(&*full, b"private-token" | b"job-token" | b"deploy-token");
    let rule = if is_header { "authorization" } else { RULE };
    if let Some(open) = text.quote(behind) {
        let start = behind + open.len();
        // In a sentence a quotation is no value.
        let is_value = name.is_strong || name.is_variable || is_header || begins_line(text, name.start);
        return if is_value {
            push(text, start, text.closing(start, open), name.is_variable, rule, spans)
        };
    }
    if behind == sign + 1 && !is_header {
        return;
    }
    let end = bare_end(text, behind, false);
    let value = text.slice(behind, end);
    let has_both = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    let ends_line = matches!(text.byte(end), None | Some(b'\n' | b'\r' | b'\\' | b'"'));
    let is_alone = begins_line(text, name.start) && ends_line && value.len() >= 12 && has_both;
    if name.is_strong && !is_code(value) || name.is_variable || is_header || is_alone {
        push(text, behind, end, false, rule, spans);
    }
}

/// `<password>…</password>`
fn element(text: &Text<'_>, start: usize, spans: &mut Spans) {
    let end = text.run(start, LONGEST, |byte| byte != b'<' && byte != b'\n');
    if text.byte(end) == Some(b'<') {
        push(text, start, end, false, RULE, spans);
    }
}

fn bare_end(text: &Text<'_>, at: usize, is_whole_line: bool) -> usize {
    text.run(at, LONGEST, |byte| {
        let ends = byte.is_ascii_whitespace() || byte < b' ' || b"\"'`<>\\".contains(&byte);
        !ends && (is_whole_line || !b",;&|(){}".contains(&byte))
    })
}

/// Whether `at` begins a line or a list item, perhaps behind `export`, a diff's sign, or a quote.
fn begins_line(text: &Text<'_>, at: usize) -> bool {
    let mut before = &text.bytes[..at];
    before = before.strip_suffix(b"export ").unwrap_or(before);
    before = before.strip_suffix(b"- ").unwrap_or(before);
    let blank = before.iter().rev().take(40).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    before = &before[..before.len() - blank];
    before = before.strip_suffix(b"+").or_else(|| before.strip_suffix(b"-")).unwrap_or(before);
    matches!(before.last(), None | Some(b'\n' | b'\r' | b'"' | b'\'' | b'{' | b','))
        || before.ends_with(b"\\n")
}

/// A name of something rather than a value: `config.db_password`.
fn is_code(value: &[u8]) -> bool {
    let is_name =
        value.iter().all(|byte| is_word(*byte) || *byte == b'.') && !value.iter().any(u8::is_ascii_digit);
    is_name && value.iter().any(|byte| matches!(byte, b'_' | b'.'))
}

fn push(
    text: &Text<'_>,
    start: usize,
    end: usize,
    allows_spaces: bool,
    rule: &'static str,
    spans: &mut Spans,
) {
    let value = text.slice(start, end);
    let has_space = value.iter().any(u8::is_ascii_whitespace);
    if value.len() < SHORTEST || has_space && !allows_spaces {
        return;
    }
    if !is_marker_or_empty(value, SHORTEST) && !is_placeholder(value) {
        spans.push(rule, start, end);
    }
}
