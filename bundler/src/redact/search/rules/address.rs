//! Passwords and tokens in addresses. Knows URLs and data source names.

use super::Spans;
use super::text::{Text, is_dashed, is_marker_or_empty};

pub(super) const WORDS: &[&str] = &["://", ":\\/\\/", "%3A%2F%2F", "@tcp(", "@unix("];

const RULE: &str = "url-password";

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    match text.word().first() {
        Some(b'@') => data_source(text, spans),
        Some(b'%') => escaped(text, spans),
        _ => plain(text, spans),
    }
}

fn is_user(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"/?#:@\"'<>`\\[]".contains(&byte) && byte >= b' '
}

fn is_password(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"/?#\"'<>`\\".contains(&byte) && byte >= b' '
}

fn has_scheme(text: &Text<'_>) -> bool {
    let start = text.run_back(text.at, 31, |byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    text.at - start >= 2
}

fn plain(text: Text<'_>, spans: &mut Spans) {
    if !has_scheme(&text) {
        return;
    }
    let user = text.run(text.end, 101, is_user);
    match text.byte(user) {
        Some(b':') => {
            // Up to the last @ of the authority: a password may hold one that nobody escaped.
            let run = text.run(user + 1, 400, is_password);
            let Some(at) = text.slice(user + 1, run).iter().rposition(|byte| *byte == b'@') else { return };
            let is_host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'[';
            let end = user + 1 + at;
            if text.byte(end + 1).is_some_and(is_host) {
                push(text, user + 1, end, spans);
            }
        }
        Some(b'@') if user - text.end >= 20 => {
            let is_token = text.slice(text.end, user).iter().all(|byte| is_dashed(*byte));
            if is_token {
                push(text, text.end, user, spans);
            }
        }
        _ => {}
    }
}

/// `https%3A%2F%2Fuser%3Apassword%40host`
fn escaped(text: Text<'_>, spans: &mut Spans) {
    let end = text.run(text.end, 400, |byte| is_dashed(byte) || b"%.~!*+".contains(&byte));
    let lower = text.slice(text.end, end).to_ascii_lowercase();
    let part = |mark: &[u8]| memchr::memmem::find(&lower, mark);
    let authority = part(b"%2f").unwrap_or(lower.len());
    let (Some(colon), Some(at)) = (part(b"%3a"), part(b"%40")) else { return };
    if colon + 3 < at && at < authority {
        push(text, text.end + colon + 3, text.end + at, spans);
    }
}

/// `user:password@tcp(host:3306)/database`
fn data_source(text: Text<'_>, spans: &mut Spans) {
    let start = text.run_back(text.at, 300, |byte| is_password(byte) && byte != b'=');
    let Some(colon) = text.slice(start, text.at).iter().position(|byte| *byte == b':') else { return };
    push(text, start + colon + 1, text.at, spans);
}

fn push(text: Text<'_>, start: usize, end: usize, spans: &mut Spans) {
    let value = text.slice(start, end);
    let is_variable = value.starts_with(b"$") || value.starts_with(b"{") || value.starts_with(b"<");
    let is_hidden = value.iter().all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X'));
    if !is_variable && !is_hidden && !is_marker_or_empty(value, 1) {
        spans.push(RULE, start, end);
    }
}
