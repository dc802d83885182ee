//! Values that are given to names which say that they are secret. Knows env files, YAML, JSON, TOML, INI, XML, flags.

use super::looks::{is_passphrase, is_random};
use super::names::{ends_prompt, is_code, is_identifier, is_no_value, is_result};
use super::text::{LONGEST, SHORTEST, Text, is_dashed, is_marker_or_empty, is_placeholder};
use super::{Spans, document};

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

/// Short names, told with what stands behind them and, where it is two letters, before them.
pub(super) const PASS: (&str, &[&str]) = ("pass", &[":", "=", "\"", "'", " ="]);
pub(super) const PW: (&str, &[&str]) = ("pw", &[":", "=", "\"", "'", " =", " :", "*", "`", " |", "|"]);

pub(super) const RULE: &str = "assignment";
const LONGEST_NAME: usize = 64;
/// How many words make a passphrase, in quotes and without.
const QUOTED_WORDS: usize = 3;
const BARE_WORDS: usize = 4;

/// What may follow such a word in a name without making it the name of something else (`token_type`, `password_file`).
const ENDINGS: &[&str] = &[
    "", "key", "key_base", "base", "value", "text", "raw", "plain", "b64", "base64", "hex", "string",
    "default", "new", "old", "current", "prod", "dev", "test", "staging",
];

/// A name and how it is written.
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Says by itself that its value is secret, also in a sentence: `password`, not `token`.
    pub(super) is_strong: bool,
    /// `DB_PASSWORD`.
    is_variable: bool,
    /// Often means something else, as `PASS: test_install` does: its value has to look made by chance.
    pub(super) wants_chance: bool,
    /// `pass` or `pw`, perhaps behind something else.
    is_short: bool,
    /// Nothing stands before the word: `password`, not `db_password`.
    pub(super) is_whole: bool,
}

/// Whether `value` can be that of a short name: what passes is no password, and two letters stand by chance in what
/// is packed.
fn may_be_short(text: &Text<'_>, name: &Name, value: &[u8]) -> bool {
    let is = |word: &[u8]| text.word().eq_ignore_ascii_case(word);
    let is_readable = value.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    !(is(b"pass") && name.wants_chance && !is_random(value)) && (!is(b"pw") || is_readable)
}

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    let Some(name) = name(&text) else { return };
    if document::find(&text, &name, spans) {
        return;
    }
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
    let is_whole = start == text.at;
    let is_short = word == b"pass" || word == b"pw";
    if is_short && !is_whole {
        // `bypass`, `compass`; but `smtpPass`, `smtp.pw`, `SMTP_PW`.
        let (before, first) = (text.bytes[text.at - 1], text.bytes[text.at]);
        let begins = b"_-.".contains(&before) || before.is_ascii_lowercase() && first.is_ascii_uppercase();
        if !begins {
            return None;
        }
    }
    let full = text.slice(start, end);
    let strong = [&b"pass"[..], b"key", b"credential", b"_base"];
    let full_lower = full.to_ascii_lowercase();
    Some(Name {
        start,
        end,
        is_strong: word == b"pw"
            || strong.iter().any(|part| memchr::memmem::find(&full_lower, part).is_some()),
        is_variable: full.iter().any(u8::is_ascii_uppercase) && !full.iter().any(u8::is_ascii_lowercase),
        wants_chance: is_short && (is_whole || text.bytes[text.at - 1] == b'.'),
        is_short,
        is_whole,
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
        // In a document: `old_password` => `new_password`.
        let is_renamed = quote == b"`" && open == b"`" && text.byte(behind) == Some(b'=');
        if !is_renamed || !is_identifier(text.slice(start, end)) {
            push_quoted(text, name, start, end, RULE, spans);
        }
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
        let value = text.skip_blank(behind_return(text, sign + length), 8);
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
        return push_quoted(text, name, start, text.closing(start, open), RULE, spans);
    }
    let begins_line = begins_line(text, name.start);
    if begins_line && name.is_strong && !name.wants_chance && passphrase(text, value, RULE, spans) {
        return;
    }
    // What stands behind a sign with spaces around it may be code or prose.
    if is_spaced && !name.is_strong && !name.is_variable {
        return;
    }
    let end = bare_end(text, value, name.is_variable && begins_line);
    let is_call = text.byte(end) == Some(b'(') || text.byte(end) == Some(b'[');
    if is_call || is_spaced && is_code(text.slice(value, end)) {
        return;
    }
    let is_given = text.slice(value, end);
    // Behind spaces it may be code: `ResultPass = Resolver->…`.
    if !may_be_short(text, name, is_given) || is_spaced && name.is_short && !is_random(is_given) {
        return;
    }
    push(text, value, end, false, RULE, spans);
}

/// `password: …`; `token: …` only as a variable, as a header, or where it looks like nothing else.
fn colon(text: &Text<'_>, name: &Name, sign: usize, spans: &mut Spans) {
    let behind = text.skip_blank(behind_return(text, sign + 1), 8);
    let full = text.slice(name.start, name.end).to_ascii_lowercase();
    let is_header =
        full.starts_with(b"x-") || matches!(&*full, b"private-token" | b"job-token" | b"deploy-token");
    let rule = if is_header { "authorization" } else { RULE };
    if let Some(open) = text.quote(behind) {
        let start = behind + open.len();
        let end = text.closing(start, open);
        let is_test = name.wants_chance && open == b"`" && is_result(text, behind, text.slice(start, end));
        if is_test || ends_prompt(text, name.start, open) {
            return;
        }
        // In a sentence a quotation is no value.
        let is_value = name.is_strong || name.is_variable || is_header || begins_line(text, name.start);
        return if is_value {
            push_quoted(text, name, start, end, rule, spans)
        };
    }
    if matches!(text.byte(behind), Some(b'|' | b'>')) && begins_line(text, name.start) {
        return block(text, name, behind + 1, spans);
    }
    let end = bare_end(text, behind, false);
    let value = text.slice(behind, end);
    if name.wants_chance || name.is_short && !name.is_variable {
        let is_test = text.word() == b"PASS" || name.wants_chance && is_result(text, behind, value);
        return if !is_test && is_random(value) {
            push(text, behind, end, false, rule, spans)
        };
    }
    if behind == sign + 1 && !is_header {
        return;
    }
    // `db_password: …`; behind `password: …` a document may have said something.
    let is_key = begins_line(text, name.start) && !name.is_whole && name.is_strong;
    if is_key && passphrase(text, behind, rule, spans) {
        return;
    }
    let has_both = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    let ends_line = matches!(text.byte(end), None | Some(b'\n' | b'\r' | b'\\' | b'"'));
    let is_alone = begins_line(text, name.start) && ends_line && value.len() >= 12 && has_both;
    if name.is_strong && !is_code(value) || name.is_variable || is_header || is_alone {
        push(text, behind, end, false, rule, spans);
    }
}

/// The lines of a YAML block: `password: |` and what is indented below it.
fn block(text: &Text<'_>, name: &Name, at: usize, spans: &mut Spans) {
    const MOST_LINES: usize = 64;
    let mut at = text.run(at, 2, |byte| b"+-123456789".contains(&byte));
    let indented = |at: usize| text.run(at, 64, |byte| byte == b' ');
    let line = text.run_back(name.start, 64, |byte| byte != b'\n');
    let own = indented(line) - line;
    for _ in 0..MOST_LINES {
        at = text.run(at, 1, |byte| byte == b'\r');
        if text.byte(at) != Some(b'\n') {
            return;
        }
        let start = indented(at + 1);
        let end = text.run(start, LONGEST, |byte| byte != b'\n' && byte != b'\r');
        if start < end && start - at - 1 <= own {
            return;
        }
        let is_value = name.is_strong || is_random(text.slice(start, end));
        if is_value && !text.starts_with(start, b"-----") {
            push_quoted(text, name, start, end, RULE, spans);
        }
        at = end;
    }
}

/// Behind a carriage return that begins no new line.
fn behind_return(text: &Text<'_>, at: usize) -> usize {
    for (sign, line) in [(&b"\r"[..], &b"\n"[..]), (b"\\r", b"\\n")] {
        if text.starts_with(at, sign) && !text.starts_with(at + sign.len(), line) {
            return at + sign.len();
        }
    }
    at
}

/// A passphrase without quotes, to the end of its line.
fn passphrase(text: &Text<'_>, at: usize, rule: &'static str, spans: &mut Spans) -> bool {
    let end = text.run(at, 120, |byte| byte.is_ascii_alphabetic() || byte == b' ');
    let ends_line = matches!(text.byte(end), None | Some(b'\n' | b'\r' | b'\\' | b'"'));
    let end = text.run_back(end, 8, |byte| byte == b' ');
    let is_phrase = ends_line && end > at && is_passphrase(text.slice(at, end), BARE_WORDS);
    if is_phrase {
        spans.push(rule, at, end);
    }
    is_phrase
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

/// What stands in quotes: a passphrase may, too.
fn push_quoted(
    text: &Text<'_>,
    name: &Name,
    start: usize,
    end: usize,
    rule: &'static str,
    spans: &mut Spans,
) {
    let value = text.slice(start, end);
    if !may_be_short(text, name, value) {
        return;
    }
    let allows_spaces = name.is_variable || name.is_strong && is_passphrase(value, QUOTED_WORDS);
    push(text, start, end, allows_spaces, rule, spans);
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
    let is_secret = !is_placeholder(value) && !is_no_value(text.word(), value);
    if is_secret && !is_marker_or_empty(value, SHORTEST) {
        spans.push(rule, start, end);
    }
}
