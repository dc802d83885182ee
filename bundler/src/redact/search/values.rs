//! Known secret values in every spelling, whole or in pieces. Knows values and bytes, no rule.

use dossier_shared::digest::Sha256Digest;
use memchr::memmem;

use super::lay_open::{Laid, ends_invisibly, escape, gap, is_quoted_printable};
use super::listed::{self, Digits};
use super::spellings;

/// Longer values are looked for in parts of this length.
const PART_BYTES: usize = 512;
/// The longest spelling of one byte, and what may stand between its pieces, decide how far is looked.
const SPELLING_BYTES: usize = 12;
const BETWEEN_BYTES: usize = 1024;
/// A string in a JSON string in a JSON string.
const LAYERS: usize = 4;
/// An anchor is long enough to be rare, and short enough that a piece of a value still holds one.
const ANCHOR_BYTES: usize = 4;
/// In other letters, shorter values stand in texts by chance.
const RECASED_BYTES: usize = 12;
/// How many digits at the ends of Base64 and its like belong to a value in part.
const ONCE: usize = 1;
const BASE32: usize = 2;
const TWICE: usize = 3;
const MOST_ANCHORS: usize = 16;

/// How far around an anchor a value can reach.
const REACH: usize = (PART_BYTES * 4 / 3 + 4) * SPELLING_BYTES + BETWEEN_BYTES;
const _: () = assert!(REACH <= super::window::BACK && REACH <= super::window::AHEAD);

/// One spelling of one value.
struct Needle {
    bytes: Vec<u8>,
    form: Form,
    identity: Sha256Digest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// May be escaped and broken into pieces.
    Text,
    /// The same in Base64: this many digits at its ends belong to it in part.
    Base64(usize),
    /// Byte for byte.
    Exact,
    /// As a list of its bytes.
    Listed(Digits),
}

/// Every spelling of every value.
#[derive(Default)]
pub(super) struct Values {
    needles: Vec<Needle>,
    anchors: Vec<Anchor>,
}

/// Bytes that every occurrence of a needle holds, but for the rarest ways of breaking it.
struct Anchor {
    bytes: Vec<u8>,
    needle: usize,
    /// Where in the needle; none where the anchor is escaped, and stands for its beginning.
    offset: Option<usize>,
}

/// A piece of a value: bytes [start, end).
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) identity: Sha256Digest,
}

impl Values {
    pub(super) fn new<'v>(values: impl Iterator<Item = &'v [u8]>) -> Values {
        let mut all = Values::default();
        for value in values.filter(|value| !value.is_empty()) {
            let identity = Sha256Digest::of(value);
            for part in parts(value) {
                all.add(part, identity);
            }
        }
        all
    }

    fn add(&mut self, value: &[u8], identity: Sha256Digest) {
        self.needle(value.to_vec(), Form::Text, identity);
        if value.contains(&b' ') {
            let with_plus = value.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect();
            self.needle(with_plus, Form::Text, identity);
        }
        for digits in spellings::base64_parts(value) {
            self.needle(digits, Form::Base64(ONCE), identity);
        }
        for digits in spellings::base64_twice_parts(value) {
            self.needle(digits, Form::Base64(TWICE), identity);
        }
        for digits in spellings::base32_parts(value) {
            self.needle(digits, Form::Base64(BASE32), identity);
        }
        for other in spellings::other_characters(value) {
            self.needle(other, Form::Text, identity);
        }
        for wide in spellings::utf16(value) {
            self.needle(wide, Form::Exact, identity);
        }
        self.needle(value.to_vec(), Form::Listed(Digits::Hex), identity);
        self.needle(value.to_vec(), Form::Listed(Digits::Decimal), identity);
    }

    fn needle(&mut self, bytes: Vec<u8>, form: Form, identity: Sha256Digest) {
        let needle = self.needles.len();
        let anchor = |bytes: &[u8], offset| Anchor { bytes: bytes.to_vec(), needle, offset };
        match form {
            Form::Text => {
                self.anchors.extend(offsets(&bytes).map(|at| anchor(within(&bytes, at), Some(at))));
                let escaped = spellings::escaped_beginnings(&bytes);
                self.anchors.extend(escaped.iter().map(|escaped| anchor(escaped, None)));
            }
            Form::Base64(shared) => {
                // Base64 once is what is written most, and over lines.
                let most = if shared == ONCE { 4 } else { bytes.len().div_ceil(48).min(2) };
                self.anchors
                    .extend(offsets(&bytes).take(most).map(|at| anchor(within(&bytes, at), Some(at))));
            }
            Form::Exact => {
                self.anchors.push(anchor(&bytes[..bytes.len().min(2 * ANCHOR_BYTES)], Some(0)));
            }
            Form::Listed(digits) => {
                let anchors = listed::anchors(&bytes, digits);
                self.anchors.extend(anchors.iter().map(|(bytes, at)| anchor(bytes, Some(*at))));
            }
        }
        self.needles.push(Needle { bytes, form, identity });
    }

    /// The anchors, to be found in any case of their letters. All have four bytes or more, as values have eight.
    pub(super) fn anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.anchors.iter().map(|anchor| anchor.bytes.as_slice())
    }

    /// The value that `anchor`, found at `at`, belongs to, if it stands there.
    pub(super) fn judge(&self, text: &[u8], at: usize, anchor: usize, mut found: impl FnMut(Piece)) {
        let anchor = &self.anchors[anchor];
        let needle = &self.needles[anchor.needle];
        let Needle { bytes, form, identity } = needle;
        let identity = *identity;
        if let Form::Listed(digits) = *form {
            let pieces = listed::pieces(text, at, bytes, anchor.offset.unwrap_or(0), digits);
            return pieces
                .into_iter()
                .flatten()
                .for_each(|(start, end)| found(Piece { start, end, identity }));
        }
        if let Some(offset) = anchor.offset {
            let start = at.wrapping_sub(offset);
            if text.get(start..).is_some_and(|rest| rest.starts_with(bytes)) {
                let (start, end) = needle.whole(text, start, start + bytes.len());
                return found(Piece { start, end, identity });
            }
            if *form == Form::Text && is_recased(text, start, bytes) {
                return found(Piece { start, end: start + bytes.len(), identity });
            }
            if *form == Form::Exact || !may_be_in_pieces(text, at, bytes, offset) {
                return;
            }
        }
        let reach = REACH.min(bytes.len() * SPELLING_BYTES + BETWEEN_BYTES);
        let from = at.saturating_sub(reach);
        let around = &text[from..text.len().min(at + reach)];
        for (start, end) in in_pieces(around, at - from, bytes) {
            let (start, end) = needle.whole(text, from + start, from + end);
            found(Piece { start, end, identity });
        }
    }
}

impl Needle {
    /// With the Base64 digits that hold a part of the value, and the padding.
    fn whole(&self, text: &[u8], start: usize, end: usize) -> (usize, usize) {
        let Form::Base64(shared) = self.form else { return (start, end) };
        let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        let before = text[..start].iter().rev().take(shared).take_while(is_digit).count();
        let behind = text[end..].iter().take(shared).take_while(is_digit).count();
        let padding = text[end + behind..].iter().take(6).take_while(|byte| **byte == b'=').count();
        (start - before, end + behind + padding)
    }
}

/// Whether all of `value` stands at `start` in capitals or in small letters.
fn is_recased(text: &[u8], start: usize, value: &[u8]) -> bool {
    let Some(is) = text.get(start..).and_then(|rest| rest.get(..value.len())) else { return false };
    value.len() >= RECASED_BYTES
        && is.eq_ignore_ascii_case(value)
        && !(is.iter().any(u8::is_ascii_lowercase) && is.iter().any(u8::is_ascii_uppercase))
}

/// The whole value, or, when it is long, parts that cover it.
fn parts(value: &[u8]) -> Vec<&[u8]> {
    if value.len() <= PART_BYTES {
        return vec![value];
    }
    let mut parts: Vec<&[u8]> = value.chunks_exact(PART_BYTES).collect();
    parts.push(&value[value.len() - PART_BYTES..]);
    parts
}

/// Where in a needle its anchors stand: in runs of letters and digits, which are escaped by nobody, and at every
/// fourth byte.
fn offsets(needle: &[u8]) -> impl Iterator<Item = usize> + use<> {
    let mut offsets: Vec<usize> = Vec::new();
    let mut run = 0;
    for (at, byte) in needle.iter().enumerate() {
        run = if byte.is_ascii_alphanumeric() { run + 1 } else { 0 };
        if run > 0 && run % ANCHOR_BYTES == 0 {
            offsets.push(at + 1 - ANCHOR_BYTES);
        }
    }
    offsets.truncate(MOST_ANCHORS);
    let every_fourth = (0..needle.len().saturating_sub(ANCHOR_BYTES - 1)).step_by(ANCHOR_BYTES);
    let mut others: Vec<usize> = every_fourth.filter(|at| !offsets.contains(at)).collect();
    others.truncate(MOST_ANCHORS / 2);
    offsets.append(&mut others);
    if offsets.is_empty() {
        offsets.push(0);
    }
    offsets.into_iter()
}

fn within(needle: &[u8], at: usize) -> &[u8] {
    &needle[at..needle.len().min(at + ANCHOR_BYTES)]
}

/// A quick look: on both sides of an anchor the value goes on to its end, or to something that breaks or escapes it.
fn may_be_in_pieces(text: &[u8], at: usize, needle: &[u8], offset: usize) -> bool {
    let behind = text[at..].iter().zip(&needle[offset..]).take_while(|(a, b)| a == b).count();
    if behind < ANCHOR_BYTES.min(needle.len() - offset) {
        return false;
    }
    let end = at + behind;
    let goes_on = offset + behind == needle.len()
        || end < text.len()
            && (gap(text, end) > 0 || escape(text, end).is_some() || is_quoted_printable(text, end));
    if !goes_on {
        return false;
    }
    let before = text[..at].iter().rev().zip(needle[..offset].iter().rev());
    let before = before.take_while(|(a, b)| a == b).count();
    before == offset || may_end_a_break(&text[..at - before])
}

/// Whether `text` ends in what could be the end of an escape or of what breaks a text.
fn may_end_a_break(text: &[u8]) -> bool {
    let Some(last) = text.last() else { return false };
    let back = |distance: usize| text.len().checked_sub(distance).map(|at| text[at]);
    match last {
        b'\n' | b'\r' | b';' | b'"' | b'\t' | b' ' | b'\\' | b'/' | b'\'' => true,
        b'+' | b'-' | b'>' => matches!(back(2), Some(b'\n' | b'n' | b'r')),
        byte if byte.is_ascii_alphanumeric() => {
            let escaped = [(2, b'\\'), (3, b'%'), (3, b'='), (4, b'\\'), (6, b'\\')];
            escaped.iter().any(|(distance, sign)| back(*distance) == Some(*sign))
                || text[text.len().saturating_sub(24)..].contains(&b'[')
        }
        b'|' => back(2) == Some(b' ') || back(2) == Some(b'\\'),
        0x80.. => ends_invisibly(text),
        byte => byte.is_ascii_punctuation() && back(2) == Some(b'\\'),
    }
}

/// The pieces of the value that holds the place `at`, when it stands there escaped or broken.
fn in_pieces(text: &[u8], at: usize, needle: &[u8]) -> Vec<(usize, usize)> {
    let needle: Vec<u8> = needle.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if needle.is_empty() {
        return Vec::new();
    }
    let plain = Laid::plain(text);
    let quoted = plain.without_quoted_printable();
    let ways = [Some(plain), quoted].into_iter().flatten();
    ways.map(|laid| pieces_of(laid, at, &needle)).find(|pieces| !pieces.is_empty()).unwrap_or_default()
}

fn pieces_of(mut laid: Laid, at: usize, needle: &[u8]) -> Vec<(usize, usize)> {
    for _ in 0..LAYERS {
        let closed = laid.without_gaps();
        for start in memmem::find_iter(&closed.bytes, needle) {
            let pieces = closed.pieces(start, start + needle.len());
            let is_there = |(first, last): (&(usize, usize), &(usize, usize))| first.0 <= at && at < last.1;
            if pieces.first().zip(pieces.last()).is_some_and(is_there) {
                return pieces;
            }
        }
        match closed.unescaped() {
            Some(next) => laid = next,
            None => break,
        }
    }
    Vec::new()
}
