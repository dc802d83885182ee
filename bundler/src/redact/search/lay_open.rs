//! Lays text open: takes escapes, line breaks, colours and log lines out of it and remembers where each byte stood.
//! Knows how texts are quoted, no secret.

use super::listed;

/// How far the fields of a log line reach from one line's text to the next one's.
const JOINT_BYTES: usize = 320;

/// Text with, for each byte, the bytes of the original that it stands for.
pub(super) struct Laid {
    pub(super) bytes: Vec<u8>,
    from: Vec<(u32, u32)>,
}

impl Laid {
    /// `text` as it is.
    pub(super) fn plain(text: &[u8]) -> Laid {
        let from = (0..text.len() as u32).map(|at| (at, at + 1)).collect();
        Laid { bytes: text.to_vec(), from }
    }

    /// Where the bytes [start, end) stood, piece by piece: what was taken out between them is in no piece.
    pub(super) fn pieces(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        for (from, to) in self.from.get(start..end).unwrap_or_default() {
            let (from, to) = (*from as usize, *to as usize);
            match pieces.last_mut() {
                // The bytes of one escaped character share their place.
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => pieces.push((from, to)),
            }
        }
        pieces
    }

    /// Without what breaks a text into pieces.
    pub(super) fn without_gaps(&self) -> Laid {
        let mut laid = Laid { bytes: Vec::with_capacity(self.bytes.len()), from: Vec::new() };
        let mut at = 0;
        while at < self.bytes.len() {
            match gap(&self.bytes, at) {
                0 => {
                    laid.push(&self.bytes[at..at + 1], self.from[at]);
                    at += 1;
                }
                length => at += length,
            }
        }
        laid
    }

    /// One layer of escapes less; none when there is none.
    pub(super) fn unescaped(&self) -> Option<Laid> {
        let mut laid = Laid { bytes: Vec::with_capacity(self.bytes.len()), from: Vec::new() };
        let mut at = 0;
        let mut is_changed = false;
        while at < self.bytes.len() {
            match escape(&self.bytes, at) {
                Some(Escape { character, length }) => {
                    let place = (self.from[at].0, self.from[at + length - 1].1);
                    laid.push(character.as_bytes(), place);
                    at += length;
                    is_changed = true;
                }
                None => {
                    laid.push(&self.bytes[at..at + 1], self.from[at]);
                    at += 1;
                }
            }
        }
        is_changed.then_some(laid)
    }

    /// Without `=3D` and the `=` at a line's end of a mail; none when there is none.
    pub(super) fn without_quoted_printable(&self) -> Option<Laid> {
        let mut laid = Laid { bytes: Vec::with_capacity(self.bytes.len()), from: Vec::new() };
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if let Some(byte) = printable(rest) {
                laid.push(&[byte], (self.from[at].0, self.from[at + 2].1));
                at += 3;
                continue;
            }
            match soft_break(rest) {
                0 => {
                    laid.push(&rest[..1], self.from[at]);
                    at += 1;
                }
                length => at += length,
            }
        }
        (laid.bytes.len() < self.bytes.len()).then_some(laid)
    }

    fn push(&mut self, bytes: &[u8], place: (u32, u32)) {
        self.bytes.extend_from_slice(bytes);
        self.from.extend(bytes.iter().map(|_| place));
    }
}

/// The length of what breaks a text at `at`: a line break and the margin behind it, a terminal's colours, the end of
/// one log line and the beginning of the next. Zero where nothing does.
pub(super) fn gap(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    match rest.first() {
        Some(b'\n' | b'\r') => 1 + margin(&rest[1..]),
        Some(0x1b) => colour(&rest[1..]).map_or(0, |length| 1 + length),
        Some(b'"') => match concatenation(rest) {
            0 => joint(rest),
            length => length,
        },
        Some(b'\'') => concatenation(rest),
        Some(b'|') => dump_row(rest),
        Some(0xc2 | 0xe2 | 0xef) => invisible(rest),
        Some(b'\\') => {
            let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
            let behind = &rest[slashes..];
            if matches!(behind.first(), Some(b'n' | b'r')) {
                return slashes + 1 + margin(&behind[1..]);
            }
            let spellings: [&[u8]; 6] = [b"u001b", b"u001B", b"x1b", b"x1B", b"033", b"e"];
            let spelling = spellings.iter().find(|spelling| behind.starts_with(spelling));
            let Some(spelling) = spelling else { return 0 };
            colour(&behind[spelling.len()..]).map_or(0, |length| slashes + spelling.len() + length)
        }
        _ => 0,
    }
}

/// A diff's or a quotation's sign, the indentation of a line and its time stamp; or all that a dump's row has before
/// its characters.
fn margin(line: &[u8]) -> usize {
    if let Some(length) = listed::before_characters(line) {
        return length;
    }
    let sign = usize::from(matches!(line.first(), Some(b'+' | b'-' | b'>')));
    let margin = sign + line[sign..].iter().take(16).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    margin + stamp(&line[margin..]).unwrap_or(0)
}

/// `[09:11:22] `, `2026-06-13T05:38:00.123Z `, `2026/06/13 05:38:00,123 `.
fn stamp(line: &[u8]) -> Option<usize> {
    let like = |at: usize, shape: &[u8]| {
        shape.iter().enumerate().all(|(index, sign)| match (line.get(at + index), sign) {
            (Some(byte), b'0') => byte.is_ascii_digit(),
            (Some(byte), b'-') => b"-/.".contains(byte),
            (Some(byte), b'T') => b"T ".contains(byte),
            (byte, sign) => byte == Some(sign),
        })
    };
    let run = |at: usize, most: usize, is_in: fn(&u8) -> bool| {
        let rest = line.get(at..).unwrap_or_default();
        rest.iter().take(most).take_while(|byte| is_in(byte)).count()
    };
    let mut at = usize::from(line.first() == Some(&b'['));
    if like(at, b"0000-00-00T") {
        at += 11;
    }
    if !like(at, b"00:00:00") {
        return None;
    }
    at += 8;
    if line.get(at).is_some_and(|byte| b".,".contains(byte)) {
        at += 1 + run(at + 1, 9, u8::is_ascii_digit);
    }
    // The zone, or the bracket.
    at += run(at, 7, |byte| byte.is_ascii_digit() || b"Z+-:]".contains(byte));
    let blank = run(at, 4, |byte| matches!(byte, b' ' | b'\t'));
    (blank > 0).then_some(at + blank)
}

/// `|` at the end of a dump's row, and the next one's beginning.
fn dump_row(rest: &[u8]) -> usize {
    let line = [&b"|\n"[..], b"|\r\n", b"|\\n"].into_iter().find(|end| rest.starts_with(end));
    let before =
        |line: &[u8]| listed::before_characters(&rest[line.len()..]).map(|length| line.len() + length);
    line.and_then(before).unwrap_or(0)
}

/// `" + "`, also over two lines.
fn concatenation(rest: &[u8]) -> usize {
    let Some(quote) = rest.first() else { return 0 };
    let blank = |at: usize| {
        let rest = rest.get(at..).unwrap_or_default();
        rest.iter().take(24).take_while(|byte| byte.is_ascii_whitespace()).count()
    };
    let plus = 1 + blank(1);
    let open = plus + 1 + blank(plus + 1);
    let is_joined = rest.get(plus) == Some(&b'+') && rest.get(open) == Some(quote);
    if is_joined { open + 1 } else { 0 }
}

/// Characters that nobody sees: zero-width spaces, joiners and marks, the soft hyphen.
const INVISIBLE: &[&str] =
    &["\u{ad}", "\u{200b}", "\u{200c}", "\u{200d}", "\u{200e}", "\u{200f}", "\u{2060}", "\u{feff}"];

fn invisible(rest: &[u8]) -> usize {
    INVISIBLE.iter().find(|sign| rest.starts_with(sign.as_bytes())).map_or(0, |sign| sign.len())
}

pub(super) fn ends_invisibly(text: &[u8]) -> bool {
    INVISIBLE.iter().any(|sign| text.ends_with(sign.as_bytes()))
}

/// The byte that `=3D` stands for.
fn printable(rest: &[u8]) -> Option<u8> {
    if rest.first() != Some(&b'=') {
        return None;
    }
    number(rest.get(1..3)?, 16).map(|byte| byte as u8)
}

/// The length of `=` and the line break behind it.
fn soft_break(rest: &[u8]) -> usize {
    let breaks: [&[u8]; 3] = [b"=\r\n", b"=\n", b"=\\n"];
    breaks.iter().find(|sign| rest.starts_with(sign)).map_or(0, |sign| sign.len())
}

/// Whether a mail's escape or line break stands at `at`.
pub(super) fn is_quoted_printable(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    printable(rest).is_some() || soft_break(rest) > 0
}

/// `[1;31m`, behind the escape character.
fn colour(rest: &[u8]) -> Option<usize> {
    let inner = rest.strip_prefix(b"[")?;
    let end = inner.iter().take(24).position(|byte| !matches!(byte, b'0'..=b'9' | b';' | b'?'))?;
    inner[end].is_ascii_alphabetic().then_some(end + 2)
}

/// `","time":0},{"pos":1,"out":"`: from the end of one log line's text to the beginning of the next one's.
fn joint(rest: &[u8]) -> usize {
    let rest = &rest[..rest.len().min(JOINT_BYTES)];
    let Some(open) = rest.iter().position(|byte| *byte == b'{') else { return 0 };
    // A quote that opens a string is followed by its text.
    let behind = rest[1..].iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(behind, Some(b',' | b'}')) || !rest[..open].contains(&b'}') {
        return 0;
    }
    let mut at = open + 1;
    while let Some(quote) = rest[at..].iter().position(|byte| matches!(byte, b'"' | b'{')) {
        at += quote + 1;
        if rest[at - 1] == b'{' {
            return 0;
        }
        let Some(length) = rest[at..].iter().position(|byte| *byte == b'"') else { return 0 };
        let key = &rest[at..at + length];
        at += length + 1;
        let blank = |at: usize| rest[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let colon = at + blank(at);
        let names_text = [&b"out"[..], b"log", b"message", b"msg", b"line", b"text"].contains(&key);
        if names_text && rest.get(colon) == Some(&b':') {
            let quote = colon + 1 + blank(colon + 1);
            if rest.get(quote) == Some(&b'"') {
                return quote + 1;
            }
        }
    }
    0
}

/// One escaped character and how long its escape is.
pub(super) struct Escape {
    pub(super) character: Character,
    pub(super) length: usize,
}

/// The bytes of one character; or one byte that is a part of one.
pub(super) struct Character([u8; 4], usize);

impl Character {
    fn byte(byte: u8) -> Character {
        Character([byte, 0, 0, 0], 1)
    }

    fn of(code: u32) -> Option<Character> {
        let mut bytes = [0; 4];
        let length = char::from_u32(code)?.encode_utf8(&mut bytes).len();
        Some(Character(bytes, length))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

/// The escape at `at`: `%2F`, `\u002f`, `\x2f`, `\057`, `\/`, `&sol;`, `&#47;`, `&#x2f;`.
pub(super) fn escape(text: &[u8], at: usize) -> Option<Escape> {
    let rest = &text[at..];
    match rest.first()? {
        b'%' => Some(Escape { character: Character::byte(number(rest.get(1..3)?, 16)? as u8), length: 3 }),
        b'\\' => backslash(rest),
        b'&' => entity(rest),
        _ => None,
    }
}

fn backslash(rest: &[u8]) -> Option<Escape> {
    let second = *rest.get(1)?;
    let simple = |byte| Some(Escape { character: Character::byte(byte), length: 2 });
    match second {
        b'u' => {
            let code = number(rest.get(2..6)?, 16)?;
            if let 0xd800..0xdc00 = code
                && rest.get(6..8) == Some(b"\\u")
                && let Some(low @ 0xdc00..0xe000) = rest.get(8..12).and_then(|digits| number(digits, 16))
            {
                let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                return Some(Escape { character: Character::of(code)?, length: 12 });
            }
            Some(Escape { character: Character::of(code)?, length: 6 })
        }
        b'x' => Some(Escape { character: Character::byte(number(rest.get(2..4)?, 16)? as u8), length: 4 }),
        b'0'..=b'3' => {
            let byte = number(rest.get(1..4)?, 8)?;
            Some(Escape { character: Character::byte(byte as u8), length: 4 })
        }
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        other if other.is_ascii_punctuation() || other == b' ' => simple(other),
        _ => None,
    }
}

fn entity(rest: &[u8]) -> Option<Escape> {
    let end = rest.iter().take(12).position(|byte| *byte == b';')?;
    let name = rest.get(1..end)?;
    let code = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => u32::from(ENTITIES.iter().find(|(known, _)| known.as_bytes() == name)?.1),
    };
    Some(Escape { character: Character::of(code)?, length: end + 1 })
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    digits.iter().try_fold(0, |sum, digit| Some(sum * radix + char::from(*digit).to_digit(radix)?))
}

/// HTML's names for ASCII characters.
const ENTITIES: &[(&str, u8)] = &[
    ("amp", b'&'),
    ("lt", b'<'),
    ("gt", b'>'),
    ("quot", b'"'),
    ("apos", b'\''),
    ("sol", b'/'),
    ("bsol", b'\\'),
    ("plus", b'+'),
    ("equals", b'='),
    ("commat", b'@'),
    ("colon", b':'),
    ("semi", b';'),
    ("excl", b'!'),
    ("num", b'#'),
    ("dollar", b'$'),
    ("percnt", b'%'),
    ("lpar", b'('),
    ("rpar", b')'),
    ("ast", b'*'),
    ("comma", b','),
    ("period", b'.'),
    ("quest", b'?'),
    ("lsqb", b'['),
    ("lbrack", b'['),
    ("rsqb", b']'),
    ("rbrack", b']'),
    ("Hat", b'^'),
    ("lowbar", b'_'),
    ("grave", b'`'),
    ("lcub", b'{'),
    ("lbrace", b'{'),
    ("verbar", b'|'),
    ("vert", b'|'),
    ("rcub", b'}'),
    ("rbrace", b'}'),
    ("Tab", b'\t'),
    ("NewLine", b'\n'),
];
