//! Hashes of passwords, as crypt, LDAP and web frameworks write them. Knows their beginnings and lengths.

use super::Spans;
use super::text::{Text, is_word};

/// Beginning, and how many characters follow it at least.
const HASHES: &[(&str, usize)] = &[
    ("$2a$", 40),
    ("$2b$", 40),
    ("$2x$", 40),
    ("$2y$", 40),
    ("$apr1$", 28),
    ("$argon2id$", 40),
    ("$argon2i$", 40),
    ("$argon2d$", 40),
    ("$scrypt$", 40),
    ("$pbkdf2", 40),
    ("$sha1$", 40),
    ("$gy$", 40),
    ("$5$", 40),
    ("$6$", 40),
    ("$7$", 40),
    ("$y$", 40),
    ("pbkdf2_sha", 40),
    ("pbkdf2:sha", 40),
    ("scrypt:", 40),
    ("scrypt$", 40),
    ("{SHA}", 27),
    ("{SSHA", 28),
    ("{SHA256}", 43),
    ("{SHA512}", 80),
    ("{SMD5}", 24),
    ("{PBKDF2", 40),
];

/// Those of md5crypt and phpass: their form is told whole, as `$1$` stands in many a replacement.
const OTHERS: &[&str] = &["$1$", "$P$", "$H$", "$S$"];

const LONGEST_HASH: usize = 400;

pub(super) fn words() -> impl Iterator<Item = &'static str> {
    HASHES.iter().map(|(word, _)| *word).chain(OTHERS.iter().copied())
}

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"./".contains(&byte);
    let end = match text.word() {
        b"$1$" => {
            let salt = text.run(text.end, 9, is_digit);
            let end = text.run(salt + 1, 23, is_digit);
            let is_hash = (1..=8).contains(&(salt - text.end)) && text.byte(salt) == Some(b'$');
            (is_hash && end - salt == 23).then_some(end)
        }
        b"$P$" | b"$H$" | b"$S$" => {
            let length = if text.word() == b"$S$" { 52 } else { 31 };
            let end = text.run(text.end, length + 1, is_digit);
            (end - text.end == length).then_some(end)
        }
        b"{SHA}" | b"{SSHA" | b"{SHA256}" | b"{SHA512}" | b"{SMD5}" => ldap(&text),
        word => {
            let Some((_, shortest)) = HASHES.iter().find(|(known, _)| known.as_bytes() == word) else {
                return;
            };
            let is_name = !word.starts_with(b"$") && !word.starts_with(b"{");
            if is_name && !text.begins_word(text.at) {
                return;
            }
            // `{` and `$` open many a placeholder, names stand in sentences.
            let is_plain = word.starts_with(b"$") && word.ends_with(b"$");
            let end = text.run(text.end, LONGEST_HASH, |byte| is_word(byte) || b"./$=,+:{}-".contains(&byte));
            let is_salted =
                is_plain || text.slice(text.end, end).iter().filter(|byte| **byte == b'$').count() >= 2;
            (is_salted && end - text.end >= *shortest).then(|| shadow_end(&text, end))
        }
    };
    if let Some(end) = end {
        spans.push("password-hash", text.at, end);
    }
}

/// Whole groups of Base64 behind the braces; `{SHA}` in a path is a placeholder.
fn ldap(text: &Text<'_>) -> Option<usize> {
    let shortest = HASHES.iter().find(|(word, _)| word.as_bytes() == text.word())?.1;
    let start = match text.word() {
        b"{SSHA" => text.run(text.run(text.end, 3, |byte| byte.is_ascii_digit()), 1, |byte| byte == b'}'),
        _ => text.end,
    };
    let end = text.run(start, LONGEST_HASH, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let is_salted = text.word().starts_with(b"{SS") || text.word().starts_with(b"{SM");
    let is_whole = (end - start).is_multiple_of(4) && (is_salted || text.slice(start, end).ends_with(b"="));
    (is_whole && end - start >= shortest && text.slice(text.at, start).ends_with(b"}")).then_some(end)
}

/// Without the fields that follow in a line of `/etc/shadow`, and without what ends a sentence.
fn shadow_end(text: &Text<'_>, end: usize) -> usize {
    let hash = text.slice(text.end, end);
    // Only werkzeug's own parameters have colons, and they stand before the salt.
    let from = match text.word()[0] {
        b'$' | b'{' => 0,
        _ => hash.iter().position(|byte| *byte == b'$').unwrap_or(0),
    };
    let colon = hash[from..].iter().position(|byte| *byte == b':');
    let end = colon.map_or(end, |colon| text.end + from + colon);
    let hash = text.slice(text.end, end);
    text.end + hash.iter().rposition(|byte| !b",:{-".contains(byte)).map_or(0, |last| last + 1)
}
