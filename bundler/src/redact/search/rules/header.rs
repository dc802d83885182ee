//! Credentials in headers and on command lines. Knows HTTP and a few commands.

use super::Spans;
use super::text::{LONGEST, SHORTEST, Text, is_dashed, is_marker_or_empty, is_placeholder};

pub(super) const AUTHORIZATION_WORDS: &[&str] = &["authorization", "bearer ", "basic "];

fn is_credential(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte)
}

pub(super) fn authorization(text: Text<'_>, spans: &mut Spans) {
    let rule = "authorization";
    if text.word().eq_ignore_ascii_case(b"bearer ") {
        let end = text.run(text.end, LONGEST, is_credential);
        if text.begins_word(text.at) && end - text.end >= 20 && text.byte(text.end) != Some(b'-') {
            spans.push(rule, text.end, end);
        }
        return;
    }
    if text.word().eq_ignore_ascii_case(b"basic ") {
        let end = text.run(text.end, LONGEST, is_credential);
        if text.begins_word(text.at) && is_pair(text.slice(text.end, end)) {
            spans.push(rule, text.end, end);
        }
        return;
    }
    let mut at = text.end;
    at += text.quote(at).map_or(0, <[u8]>::len);
    at = text.skip_space(at);
    if !matches!(text.byte(at), Some(b':' | b'=')) {
        return;
    }
    at = text.skip_blank(at + 1, 8);
    if text.byte(at) == Some(b'[') {
        at = text.skip_space(at + 1);
    }
    at += text.quote(at).map_or(0, <[u8]>::len);
    let scheme = text.run(at, 16, |byte| byte.is_ascii_alphabetic());
    let blank = text.run(scheme, 4, |byte| byte == b' ');
    let known = ["token", "bearer", "basic", "bot", "apikey", "digest", "negotiate", "splunk", "genie"];
    let is_scheme = known.iter().any(|known| text.slice(at, scheme).eq_ignore_ascii_case(known.as_bytes()))
        && blank > scheme;
    let start = if is_scheme { blank } else { at };
    let end = text.run(start, LONGEST, is_credential);
    let value = text.slice(start, end);
    // Without a scheme, prose must not lose its words.
    let has_both = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    let is_word = value.first().is_some_and(u8::is_ascii_alphanumeric);
    if is_word && value.len() >= SHORTEST && (is_scheme || value.len() >= 20 && has_both) {
        spans.push(rule, start, end);
    }
}

/// Whether the Base64 is that of `user:password`.
fn is_pair(digits: &[u8]) -> bool {
    use base64::Engine as _;
    let digits = &digits[..digits.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1)];
    let Ok(pair) = base64::engine::general_purpose::STANDARD_NO_PAD.decode(digits) else { return false };
    let colon = pair.iter().position(|byte| *byte == b':').filter(|colon| *colon > 0);
    let is_text = std::str::from_utf8(&pair).is_ok_and(|pair| !pair.chars().any(char::is_control));
    is_text && colon.is_some_and(|colon| pair.len() - colon > 4 && !is_placeholder(&pair[colon + 1..]))
}

pub(super) const COOKIE_WORDS: &[&str] = &[
    "cookie",
    "session=",
    "sessionid=",
    "phpsessid=",
    "jsessionid=",
    "connect.sid=",
    "i_like_gitea=",
    "gitea_incredible=",
    "csrftoken=",
    "_csrf=",
    "session_id=",
    "remember_token=",
];

pub(super) fn cookie(text: Text<'_>, spans: &mut Spans) {
    if text.word().ends_with(b"=") {
        let end = cookie_end(&text, text.end);
        let value = text.slice(text.end, end);
        let shortest = if text.word().eq_ignore_ascii_case(b"session=") { 16 } else { SHORTEST };
        if value.len() >= shortest && value.iter().any(u8::is_ascii_digit) {
            push_cookie(&text, text.end, end, spans);
        }
        return;
    }
    let mut at = text.end;
    at += text.quote(at).map_or(0, <[u8]>::len);
    at = text.skip_blank(at, 8);
    if text.byte(at) != Some(b':') {
        return;
    }
    at = text.skip_blank(at + 1, 8);
    if text.byte(at) == Some(b'[') {
        at = text.skip_space(at + 1);
    }
    at += text.quote(at).map_or(0, <[u8]>::len);
    for _ in 0..64 {
        let name = text.run(at, 128, |byte| is_dashed(byte) || byte == b'.');
        if name == at || text.byte(name) != Some(b'=') {
            return;
        }
        let attribute = text.slice(at, name).to_ascii_lowercase();
        let end = cookie_end(&text, name + 1);
        if ![&b"path"[..], b"expires", b"max-age", b"domain", b"samesite"].contains(&attribute.as_slice()) {
            push_cookie(&text, name + 1, end, spans);
        }
        if text.byte(end) != Some(b';') {
            return;
        }
        at = text.run(end + 1, 4, |byte| byte == b' ');
    }
}

fn cookie_end(text: &Text<'_>, at: usize) -> usize {
    text.run(at, LONGEST, |byte| !byte.is_ascii_whitespace() && !b";\"'\\,<>&".contains(&byte) && byte > b' ')
}

fn push_cookie(text: &Text<'_>, start: usize, end: usize, spans: &mut Spans) {
    let value = text.slice(start, end);
    if value.len() >= SHORTEST && !is_marker_or_empty(value, SHORTEST) && !is_placeholder(value) {
        spans.push("cookie", start, end);
    }
}

pub(super) const COMMAND_WORDS: &[&str] = &["curl ", "sshpass ", "docker login", "machine ", "mysql"];

/// How much of a command line is read.
const COMMAND_BYTES: usize = 400;

pub(super) fn command(text: Text<'_>, spans: &mut Spans) {
    let line = text.run(text.end, COMMAND_BYTES, |byte| !matches!(byte, b'\n' | b'\r'));
    let word = text.word().to_ascii_lowercase();
    let options: &[&[u8]] = match word.as_slice() {
        b"curl " => &[b" -u ", b" -u", b" --user ", b" --user="],
        b"machine " => &[b" password "],
        b"mysql" => &[b" -p"],
        _ => &[b" -p ", b" -p", b" --password ", b" --password="],
    };
    let given = text.slice(text.end.saturating_sub(1), line);
    if word == b"machine " && memchr::memmem::find(given, b" login ").is_none() {
        return;
    }
    let found = options.iter().find_map(|option| {
        memchr::memmem::find(given, option).map(|at| text.end.saturating_sub(1) + at + option.len())
    });
    let Some(mut at) = found else { return };
    at += text.quote(at).map_or(0, <[u8]>::len);
    let end =
        text.run(at, 256, |byte| !byte.is_ascii_whitespace() && !b"\"'`<>\\|".contains(&byte) && byte > b' ');
    let mut start = at;
    if word == b"curl " {
        let Some(colon) = text.slice(at, end).iter().position(|byte| *byte == b':') else { return };
        start = at + colon + 1;
    }
    let value = text.slice(start, end);
    if value.len() >= 4 && !is_marker_or_empty(value, 4) && !is_placeholder(value) && value[0] != b'-' {
        spans.push("argument", start, end);
    }
}
