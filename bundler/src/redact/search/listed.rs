//! A value as a list of its bytes: hex digits, a dump's columns, numbers in C or JSON. Knows notations, no secret.

/// What a dump shows of its bytes in one row, and how far the parts of a row reach.
const ROW_BYTES: usize = 96;

/// How the bytes are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    Hex,
    Decimal,
}

/// A few bytes of `value` in every way of listing them, and where in the value they stand.
pub(super) fn anchors(value: &[u8], digits: Digits) -> Vec<(Vec<u8>, usize)> {
    let mut anchors = Vec::new();
    match digits {
        Digits::Hex => {
            // A row of a dump may end within the first four.
            for (at, four) in value.chunks_exact(4).enumerate().take(2) {
                let [a, b, c, d] = [0, 1, 2, 3].map(|at| format!("{:02x}", four[at]));
                let ways = [
                    format!("{a}{b}{c}{d}"),
                    format!("{a}:{b}:{c}:{d}"),
                    format!("{a} {b} {c} {d}"),
                    format!("{a}-{b}-{c}-{d}"),
                    format!("{a}{b} {c}{d}"),
                    format!("{a} {b}{c} {d}"),
                ];
                anchors.extend(ways.into_iter().map(|way| (way.into_bytes(), 4 * at)));
            }
            for between in [", 0x", ",0x", " 0x"] {
                let pairs: Vec<String> = value.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
                anchors.push((pairs.join(between).into_bytes(), 0));
            }
        }
        Digits::Decimal => {
            for between in [", ", ",", " "] {
                let numbers: Vec<String> = value.iter().take(4).map(u8::to_string).collect();
                anchors.push((numbers.join(between).into_bytes(), 0));
            }
        }
    }
    anchors
}

/// Where `value` stands when its byte `offset` does at `at`, row by row.
pub(super) fn pieces(
    text: &[u8],
    at: usize,
    value: &[u8],
    offset: usize,
    digits: Digits,
) -> Option<Vec<(usize, usize)>> {
    if digits == Digits::Decimal {
        return numbers(text, at, value).map(|end| vec![(at, end)]);
    }
    if offset == 0 {
        return hex(text, at, value);
    }
    // What stands before it may be in the row before.
    let first = at.saturating_sub(2 * ROW_BYTES);
    (first..at).rev().find_map(|start| {
        let pieces = hex(text, start, value)?;
        let (from, to) = (pieces.first()?.0, pieces.last()?.1);
        (from <= at && at < to).then_some(pieces)
    })
}

/// Hex digits of either case, also over several lines.
fn hex(text: &[u8], at: usize, value: &[u8]) -> Option<Vec<(usize, usize)>> {
    let pair = |at: usize| {
        let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
        Some(digit(at)? << 4 | digit(at + 1)?)
    };
    let (mut start, mut end) = (at, at);
    let mut pieces = Vec::new();
    for (index, byte) in value.iter().enumerate() {
        let next = if index == 0 { at } else { behind_separators(text, end) };
        if pair(next) == Some(u32::from(*byte)) {
            end = next + 2;
            continue;
        }
        let row = next_row(text, end).filter(|_| index > 0)?;
        if pair(row) != Some(u32::from(*byte)) {
            return None;
        }
        pieces.push((start, end));
        (start, end) = (row, row + 2);
    }
    pieces.push((start, end));
    Some(pieces)
}

fn behind_separators(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let between = rest.iter().take(8).take_while(|byte| b": -\r\n\t,".contains(byte)).count();
    let sign = rest.get(between..between + 2).unwrap_or_default();
    at + between + if matches!(sign, b"0x" | b"0X" | b"\\x") { 2 } else { 0 }
}

/// The numbers of the bytes, with commas or blanks between them.
fn numbers(text: &[u8], at: usize, value: &[u8]) -> Option<usize> {
    if text[..at].last().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let mut end = at;
    for (index, byte) in value.iter().enumerate() {
        let rest = text.get(end..)?;
        let between = rest.iter().take(16).take_while(|byte| b", \r\n\t".contains(byte)).count();
        if index > 0 && between == 0 {
            return None;
        }
        let rest = &rest[if index > 0 { between } else { 0 }..];
        let length = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[..length]).ok()?.parse::<u16>().ok()?;
        if number != u16::from(*byte) {
            return None;
        }
        end = text.len() - rest.len() + length;
    }
    Some(end)
}

/// Where the next row of a dump has its first byte, when the hex digits of one end at `end`.
fn next_row(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..text.len().min(end + ROW_BYTES))?;
    if !rest.starts_with(b"  ") {
        return None;
    }
    // A line's end as it is, in a JSON string, in an XML attribute.
    let ends: [&[u8]; 4] = [b"\n", b"\\n", b"&#10;", b"&#xA;"];
    let behind = |end: &[u8]| memchr::memmem::find(rest, end).map(|at| at + end.len());
    let line = ends.into_iter().find_map(behind)?;
    Some(end + line + offset(&rest[line..])?)
}

/// The length of a row's indentation and offset: `00000010: `, `00000010  `.
fn offset(line: &[u8]) -> Option<usize> {
    let margin = line.iter().take(16).take_while(|byte| b" +->".contains(byte)).count();
    let digits = line[margin..].iter().take(11).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let behind = &line[margin + digits..];
    let sign = if behind.starts_with(b": ") || behind.starts_with(b"  ") { 2 } else { 0 };
    ((4..=10).contains(&digits) && sign > 0).then_some(margin + digits + sign)
}

/// The length of what stands before the characters of a dump's row, as xxd and hexdump write it.
pub(super) fn before_characters(line: &[u8]) -> Option<usize> {
    let start = offset(line)?;
    let columns = line.get(start..)?;
    [(48, &b"  |"[..]), (47, b"  "), (39, b"  ")].into_iter().find_map(|(width, behind)| {
        let is_hex = columns.get(..width)?.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b' ');
        let begins = columns.first()? != &b' ';
        (is_hex && begins && columns[width..].starts_with(behind)).then_some(start + width + behind.len())
    })
}
