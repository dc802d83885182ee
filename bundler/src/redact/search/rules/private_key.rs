//! Private key blocks: PEM, OpenSSH, PGP, PuTTY, also in JSON strings, diffs, log lines and Base64. Knows their lines.

use base64::Engine as _;
use memchr::memmem;

use super::super::lay_open::gap;
use super::Spans;
use super::text::Text;

/// The last ones are `-----BEGIN ` in Base64, and in Base64 of that.
pub(super) const WORDS: &[&str] = &["-----BEGIN", "private-lines:", "LS0tLS1CRUdJTi", "TFMwdExTMUNSVWRKVG"];

pub(super) const RULE: &str = "private-key";
/// The longest block that is believed to be one key.
pub(super) const KEY_BYTES: usize = 64 << 10;
/// How far a key may reach whose end is missing, and how long its lines are at least: a sentence that merely
/// mentions the first line of a key must not lose its long words or its commit ids.
const CUT_KEY_BYTES: usize = 8 << 10;
const CUT_KEY_LINE: usize = 48;
const SHORTEST_LINE: usize = 16;

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    match text.word() {
        b"-----BEGIN" => pem(text, spans),
        b"LS0tLS1CRUdJTi" => wrapped(text, 1, spans),
        b"TFMwdExTMUNSVWRKVG" => wrapped(text, 2, spans),
        _ => putty(text, spans),
    }
}

fn pem(text: Text<'_>, spans: &mut Spans) {
    let label = text.run(text.end, 80, |byte| byte.is_ascii_alphanumeric() || b" %+_".contains(&byte));
    let is_private = memmem::find(text.slice(text.end, label), b"PRIVATE").is_some();
    if !is_private || !text.starts_with(label, b"-----") {
        return;
    }
    let start = label + 5;
    let rest = text.from(start);
    let rest = &rest[..rest.len().min(KEY_BYTES)];
    // Another beginning ends a block too, so that many of them cost no more than one.
    let end = memmem::find_iter(rest, b"-----")
        .find(|at| rest[*at..].starts_with(b"-----END") || rest[*at..].starts_with(b"-----BEGIN"));
    match end {
        Some(end) if rest[end..].starts_with(b"-----END") => {
            runs(text, start, start + end, SHORTEST_LINE, spans)
        }
        end => {
            let length = end.unwrap_or(rest.len()).min(CUT_KEY_BYTES);
            runs(text, start, start + length, CUT_KEY_LINE, spans);
        }
    }
}

pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// The Base64 between `start` and `end`, run by run: line breaks, a diff's `+`, or the JSON around each log line
/// stay, so the entry keeps its lines and its form.
fn runs(text: Text<'_>, start: usize, end: usize, shortest: usize, spans: &mut Spans) {
    let mut at = start;
    while at < end {
        // What breaks lines belongs to no line: the `n` of `\n`, the `+` of a diff.
        let broken = gap(text.bytes, at);
        if broken > 0 {
            at += broken;
            continue;
        }
        let run = text.run(at, end - at, is_digit);
        let is_last = ends_at(text.bytes, run, end);
        if run - at >= shortest || is_last && run > at && shortest == SHORTEST_LINE {
            spans.push(RULE, at, run);
        }
        at = run.max(at + 1);
    }
}

/// Whether nothing but breaks stands between `at` and `end`.
fn ends_at(bytes: &[u8], at: usize, end: usize) -> bool {
    let mut at = at;
    for _ in 0..4 {
        if at >= end {
            return true;
        }
        match gap(bytes, at) {
            0 => return false,
            length => at += length,
        }
    }
    at >= end
}

/// A whole key file in Base64, so many times.
fn wrapped(text: Text<'_>, times: usize, spans: &mut Spans) {
    let head = text.run(text.at, 80, is_digit);
    let mut label = text.slice(text.at, head).to_vec();
    for _ in 0..times {
        let digits = label.iter().take_while(|byte| is_digit(**byte)).count() / 4 * 4;
        let decoded = base64::engine::general_purpose::STANDARD.decode(&label[..digits]);
        let Ok(decoded) = decoded else { return };
        label = decoded;
    }
    if memmem::find(&label, b"PRIVATE").is_none() {
        return;
    }
    let mut at = text.at;
    loop {
        let run = text.run(at, KEY_BYTES, is_digit);
        if run - at < SHORTEST_LINE && at > text.at && !text.slice(at, run).ends_with(b"=") {
            return;
        }
        spans.push(RULE, at, run);
        let broken = if run < text.bytes.len() { gap(text.bytes, run) } else { 0 };
        if broken == 0 || run - text.at > KEY_BYTES || run == at {
            return;
        }
        at = run + broken;
    }
}

/// The lines that a PuTTY key announces.
fn putty(text: Text<'_>, spans: &mut Spans) {
    let rest = text.from(text.end);
    let rest = &rest[..rest.len().min(CUT_KEY_BYTES)];
    if let Some(end) = memmem::find(rest, b"Private-MAC") {
        runs(text, text.end, text.end + end, SHORTEST_LINE, spans);
    }
}
