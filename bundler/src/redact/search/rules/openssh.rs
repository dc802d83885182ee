//! The Base64 of an OpenSSH private key without the line that begins its block. Knows its lines, whatever is around them.

use super::super::lay_open::gap;
use super::Spans;
use super::private_key::{KEY_BYTES, RULE, is_digit};
use super::text::Text;

/// `openssh-key-v1` in Base64, and in Base64 of that.
pub(super) const WORDS: &[&str] = &["b3BlbnNzaC1rZXktdjE", "YjNCbGJuTnphQzFyWlhrdGRqR"];

/// A mention of the word is no key.
const FEWEST_DIGITS: usize = 40;
/// A first line that is longer is the whole key.
const LONGEST_LINE: usize = 128;
/// A line of such a length behind a key's line is its next one, whatever stands between them.
const TELLING_LINE: usize = 48;
/// How far one line is from the next.
const BETWEEN_BYTES: usize = 320;
/// A last line of such a length, in the place of the others, needs no end of its own.
const TELLING_LAST: usize = 24;
const SHORTEST_LAST: usize = 16;

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    let is_known = WORDS.iter().any(|word| word.as_bytes() == text.word());
    if !is_known || !text.begins_word(text.at) {
        return;
    }
    let first = (text.at, text.run(text.at, KEY_BYTES, is_digit));
    let length = first.1 - first.0;
    let (mut lines, mut digits, mut between) = (vec![first], length, None);
    let mut last = first;
    while length <= LONGEST_LINE && last.1 - last.0 == length && last.1 - text.at < KEY_BYTES {
        let Some(next) = next(&text, last.1, length, between, digits) else { break };
        between = Some(next.0 - last.1);
        digits += next.1 - next.0;
        lines.push(next);
        last = next;
    }
    if digits >= FEWEST_DIGITS {
        lines.into_iter().for_each(|(start, end)| spans.push(RULE, start, end));
    }
}

/// The line of the key behind the one that ends at `end`.
fn next(
    text: &Text<'_>,
    end: usize,
    length: usize,
    between: Option<usize>,
    digits: usize,
) -> Option<(usize, usize)> {
    let most = text.bytes.len().min(end + BETWEEN_BYTES);
    // A last line is told by its place: right behind a break, or as far behind as the others.
    let (mut at, mut is_near, mut shorter) = (end, true, None);
    while at < most {
        let broken = gap(text.bytes, at);
        if broken > 0 {
            at += broken;
            continue;
        }
        let run = text.run(at, length + 1, is_digit);
        if run == at {
            is_near &= matches!(text.bytes[at], b' ' | b'\t');
            at += 1;
            continue;
        }
        // Another key is told by its own word.
        if WORDS.iter().any(|word| text.starts_with(at, word.as_bytes())) {
            return None;
        }
        // A margin's `+` may be the line's own.
        let start = at - usize::from(run - at + 1 == length && text.bytes[at - 1] == b'+' && at > end + 1);
        let is_there = is_near || between == Some(start - end);
        if run - start == length && (length >= TELLING_LINE || is_there) {
            return Some((start, run));
        }
        let is_end = run - at >= SHORTEST_LAST || (digits + run - at).is_multiple_of(4);
        if shorter.is_none()
            && is_there
            && run - at < length
            && is_end
            && (run - at >= TELLING_LAST || is_alike(text, end, run))
        {
            shorter = Some((at, run));
        }
        is_near = false;
        at = run;
    }
    shorter
}

/// Whether the line that ends at `at` ends as the one at `before` did, or with nothing but blanks, quotes and signs.
fn is_alike(text: &Text<'_>, before: usize, at: usize) -> bool {
    let behind = |at: usize| text.slice(at, at + 4);
    !behind(at).is_empty() && behind(at) == behind(before) || ends_line(text, at)
}

fn ends_line(text: &Text<'_>, at: usize) -> bool {
    let at = text.run(at, 8, |byte| b" \t".contains(&byte));
    let at = text.run(at, 8, |byte| b"\"',".contains(&byte));
    at > text.bytes.len()
        || matches!(text.byte(at), None | Some(b'\n' | b'\r' | b'\\' | b'-' | b'}' | b']' | b'<' | b'&'))
        || at < text.bytes.len() && gap(text.bytes, at) > 0
}
