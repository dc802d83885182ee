//! Passwords in the words of a document: bold labels, rows of tables, `is …` and `for …:`. Knows Markdown and sentences.

use super::Spans;
use super::assignment::{Name, RULE};
use super::looks::{is_hex_token, is_random, trimmed};
use super::names::is_no_value;
use super::text::{SHORTEST, Text, is_marker_or_empty, is_placeholder};

/// How long a value in a sentence can be.
const LONGEST_WORD: usize = 256;
/// For whom a password is.
const LONGEST_OWNER: usize = 40;

/// Whether what follows `name` is one of these, so that nothing else is to be asked.
pub(super) fn find(text: &Text<'_>, name: &Name, spans: &mut Spans) -> bool {
    let emphasis = emphasis(text, name.end);
    let behind = text.skip_blank(name.end + emphasis, 64);
    match text.byte(behind) {
        Some(b'|') => {
            row(text, name, behind + 1, spans);
            true
        }
        Some(b':') => label(text, name, emphasis, behind + 1, spans),
        _ => {
            sentence(text, name, name.end + emphasis, spans);
            false
        }
    }
}

/// The length of `**`, `__` or a code span's end.
fn emphasis(text: &Text<'_>, at: usize) -> usize {
    text.run(at, 3, |byte| matches!(byte, b'*' | b'_' | b'`')) - at
}

/// `| password | … |`: the name ends its cell, and few words stand before it.
fn row(text: &Text<'_>, name: &Name, at: usize, spans: &mut Spans) {
    let before = text.run_back(name.start, 32, |byte| byte.is_ascii_alphabetic() || b" *_`-".contains(&byte));
    let is_cell = before == 0 || matches!(text.byte(before - 1), Some(b'|' | b'\n'));
    let is_alone = !text.slice(before, name.start).iter().any(u8::is_ascii_alphabetic);
    if !is_cell || name.wants_chance && name.is_whole {
        return;
    }
    let start = text.skip_blank(at, 64);
    let start = start + emphasis(text, start);
    let end = text.run(start, LONGEST_WORD, |byte| byte.is_ascii_graphic() && !b"|`".contains(&byte));
    let behind = text.run(end, 64, |byte| b"*_` \t".contains(&byte));
    let ends = matches!(text.byte(behind), None | Some(b'|' | b'\n' | b'\r' | b'\\' | b'"'));
    let end = start + trimmed(text.slice(start, end)).len();
    if ends {
        push(text, start, end, is_alone, spans);
    }
}

/// `**Password:** …`, `**Password**: …`.
fn label(text: &Text<'_>, name: &Name, before: usize, at: usize, spans: &mut Spans) -> bool {
    let after = text.run(at, 3, |byte| matches!(byte, b'*' | b'_')) - at;
    let is_bold = after > 0 || text.slice(name.end, name.end + before).contains(&b'*');
    if !is_bold || name.end + before + 1 != at {
        return false;
    }
    let start = text.skip_blank(at + after, 8);
    match text.quote(start) {
        Some(open) => {
            let start = start + open.len();
            let end = text.closing(start, open);
            push_quoted(text, name, start, end, spans);
        }
        None => word(text, start, true, spans),
    }
    true
}

const LINKS: &[&[u8]] =
    &[b"is", b"was", b"is now", b"ist", b"set to", b"is set to", b"was set to", b"changed to", b"reset to"];

/// `The password is …`, `Password for bot: …`: of values, only those that are made by chance.
fn sentence(text: &Text<'_>, name: &Name, at: usize, spans: &mut Spans) {
    if text.byte(at) != Some(b' ') {
        return;
    }
    let rest = text.from(at + 1);
    let rest = &rest[..rest.len().min(LONGEST_OWNER + 8)];
    let owner = [&b"for "[..], b"of "].into_iter().find(|word| rest.starts_with(word));
    if let Some(word_of) = owner {
        let is_owner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.@-/ *`".contains(byte);
        let length =
            rest[word_of.len()..].iter().take(LONGEST_OWNER).take_while(|byte| is_owner(byte)).count();
        let colon = at + 1 + word_of.len() + length;
        if length > 0 && text.byte(colon) == Some(b':') {
            let start = text.run(colon + 1, 4, |byte| byte == b'*');
            if text.byte(start) == Some(b' ') {
                word(text, text.skip_blank(start, 8), false, spans);
            }
        }
        return;
    }
    let link = LINKS.iter().rev().find(|link| {
        let behind = rest.get(link.len()).copied();
        rest.get(..link.len()).is_some_and(|is| is.eq_ignore_ascii_case(link))
            && matches!(behind, Some(b' ' | b':'))
    });
    if let Some(link) = link {
        let behind = at + 1 + link.len();
        let behind = behind + usize::from(text.byte(behind) == Some(b':'));
        word(text, text.skip_blank(behind, 8), !name.wants_chance, spans);
    }
}

/// One word, perhaps in quotes or bold.
fn word(text: &Text<'_>, at: usize, may_be_hex: bool, spans: &mut Spans) {
    let start = text.run(at, 4, |byte| b"*`\"'(".contains(&byte));
    let end = text.run(start, LONGEST_WORD, |byte| byte.is_ascii_graphic() && !b"`\"'<>\\|".contains(&byte));
    let end = start + trimmed(text.slice(start, end)).len();
    push(text, start, end, may_be_hex, spans);
}

fn push(text: &Text<'_>, start: usize, end: usize, may_be_hex: bool, spans: &mut Spans) {
    let value = text.slice(start, end);
    let is_secret = is_random(value) || may_be_hex && is_hex_token(value);
    if is_secret && !is_marker_or_empty(value, SHORTEST) && !is_placeholder(value) {
        spans.push(RULE, start, end);
    }
}

/// In quotes, whatever is no placeholder; a token by name only where it looks like one.
fn push_quoted(text: &Text<'_>, name: &Name, start: usize, end: usize, spans: &mut Spans) {
    let value = text.slice(start, end);
    let is_word = value.len() >= SHORTEST && !value.iter().any(u8::is_ascii_whitespace);
    if name.is_strong && !name.wants_chance && is_word {
        let is_secret = !is_placeholder(value) && !is_no_value(text.word(), value);
        if is_secret && !is_marker_or_empty(value, SHORTEST) {
            spans.push(RULE, start, end);
        }
    } else {
        push(text, start, end, true, spans);
    }
}
