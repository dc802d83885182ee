//! What stands behind a secret's name and is the name or the state of something. Knows values, no text around them but
//! a line's beginning.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::looks::trimmed;
use super::text::{Text, is_word};

fn pattern(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

fn is(pattern: &Option<Regex>, value: &[u8]) -> bool {
    value.len() <= 256 && pattern.as_ref().is_some_and(|pattern| pattern.is_match(value))
}

/// `unchanged-since-v1.4.0`, `expired2026-06-13`, and dates.
static STATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?: unchanged | unset | expire[sd]? | rotated? | revoked? | renew(?:ed|s)? | replaced? | changed | created
        | updated | deleted | removed | issued | valid | invalid | missing | absent | since | until | till | before | after
        | from | on | at | as | of | by | in | with | not | never | last | set | and | still
        | \d{4}-\d{2}-\d{2} (?: T\d{2}:\d{2} (?: :\d{2} (?: \.\d+ )? )? (?: Z | [+-]\d{2}:?\d{2} )? )?
        | v\d{1,3} (?: \.\d{1,4} ){0,3} | \d{1,3} (?: \.\d{1,3} ){2,3} | [-_.] )+$",
    )
});

/// Words and a version: `ghost_smtp_password_v2`.
static VERSIONED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^[a-z]{2,16}(?:[_-][a-z]{2,16}){1,7}[_-]v\d{1,3}$"));

/// `ghost_smtp_password`.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^[a-z]{2,16}(?:_[a-z]{2,16}){2,7}$"));

/// `TestAdminLogin2Fails`, `test_login_2_fails`.
static TEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"^(?:[Tt]est(?:[A-Z][a-z]{2,15}\d{0,2}){3,8}|test(?:_[a-z]{2,16}|_?\d{1,2}){3,10})$")
});

/// `check7Login3`: words, each behind or before a digit or two.
static NUMBERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"^[A-Za-z]?[a-z]{2,15}(?:\d{1,2}|[_.-])?(?:[A-Za-z][a-z]{2,15}(?:\d{1,2}|[_.-])?){0,10}$")
});

static UUID: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern("(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"));

/// The result of a test in TAP.
static TAP: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?:^|[\s\x22'>])(?:not )?ok \d{1,9}[ -]"));

const SECRET_WORDS: &[&[u8]] =
    &[b"password", b"passwd", b"passphrase", b"secret", b"token", b"credential", b"pass", b"key", b"cert"];

/// Whether `value`, behind a name with `word` in it, is the name of a secret or of a test, a state, or a date.
pub(super) fn is_no_value(word: &[u8], value: &[u8]) -> bool {
    let value = trimmed(value);
    let is_secrets = word == b"secret";
    if is_secrets && is_option(value) || is(&STATE, value) || is(&TEST, value) {
        return true;
    }
    let mut parts = value.split(|byte| matches!(byte, b'_' | b'-'));
    let names_a_secret = parts.any(|part| SECRET_WORDS.contains(&part));
    is(&VERSIONED, value) && (names_a_secret || is_secrets)
        || is(&WORDS, value) && names_a_secret && is_secrets
}

/// What docker's `--secret` is given: `source=…`, `id=…`.
fn is_option(value: &[u8]) -> bool {
    let options = [&b"source="[..], b"src=", b"target=", b"id=", b"type=", b"name="];
    options.iter().any(|option| value.starts_with(option))
}

/// Whether `value` behind `pass:` is that of a test's result: its name, or a UUID; or stands in a line of TAP.
pub(super) fn is_result(text: &Text<'_>, start: usize, value: &[u8]) -> bool {
    // Whatever the test is called.
    let line = text.run_back(start, 80, |byte| !matches!(byte, b'\n' | b'\r'));
    let value = trimmed(value);
    text.word() == b"PASS"
        || is(&TAP, text.slice(line, start))
        || is(&TEST, value)
        || is(&UUID, value)
        || is(&NUMBERED, value) && has_vowels(value)
}

/// Whether each run of letters can be spoken.
fn has_vowels(value: &[u8]) -> bool {
    let words = value.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.into_iter().all(|word| word.iter().any(|byte| b"aeiouyAEIOUY".contains(byte)))
}

/// A name of something rather than a value: `config.db_password`.
pub(super) fn is_code(value: &[u8]) -> bool {
    let is_name =
        value.iter().all(|byte| is_word(*byte) || *byte == b'.') && !value.iter().any(u8::is_ascii_digit);
    is_name && value.iter().any(|byte| matches!(byte, b'_' | b'.'))
}

/// What a code span says that something was renamed to: `DecodeEcPrivateKey`, `new_password_field`.
pub(super) fn is_identifier(value: &[u8]) -> bool {
    let is_camel = value.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let is_path = value.windows(2).any(|two| two == b"::");
    let is_plain = value
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || b"_./:".contains(byte) || is_path && byte.is_ascii_digit());
    is_plain && (is_camel || value.iter().any(|byte| b"_.:".contains(byte)))
}

/// Whether `quote` behind a name that begins at `start` ends a string with the name in it: `("Your password: ")`.
pub(super) fn ends_prompt(text: &Text<'_>, start: usize, quote: &[u8]) -> bool {
    let said = text.run_back(start, 64, |byte| byte.is_ascii_alphabetic() || b" ,.:%{}-".contains(&byte));
    let before = text.slice(said.saturating_sub(16), said);
    let Some(before) = before.strip_suffix(quote) else { return false };
    let before = before.strip_suffix(b"f").or_else(|| before.strip_suffix(b"b")).unwrap_or(before);
    matches!(before.trim_ascii_end().last(), Some(b'(' | b'[' | b'='))
}
