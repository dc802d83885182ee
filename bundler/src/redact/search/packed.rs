//! Text that holds gzip in Base64. Knows both, no secret.

use std::io::Read as _;

use base64::Engine as _;

use super::lay_open::gap;

/// How gzip begins in Base64.
pub(super) const BEGINNING: &[u8] = b"H4sI";
/// How much may come out of all that stands in one content.
pub(super) const OPENED_BYTES: usize = 64 << 20;
/// How much may come out of one, for each byte of it: more is no text.
const MOST_TIMES: usize = 64;

/// What came out, and the digits that it came out of.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    /// Line by line: bytes [start, end).
    pub(super) digits: Vec<(usize, usize)>,
    /// Whether nothing was left where the text was cut.
    pub(super) is_whole: bool,
}

/// Unpacks what begins at `at`, up to `most` bytes; none when it is no gzip.
pub(super) fn unpack(text: &[u8], at: usize, most: usize) -> Option<Unpacked> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    if !text[at..].starts_with(BEGINNING)
        || text[..at].last().is_some_and(is_digit) && !ends_in_escape(&text[..at])
    {
        return None;
    }
    let (mut digits, mut places, mut end) = (Vec::new(), Vec::new(), at);
    loop {
        let run = text[end..].iter().take_while(|byte| is_digit(byte)).count();
        if run == 0 {
            break;
        }
        digits.extend_from_slice(&text[end..end + run]);
        places.push((end, end + run));
        end += run;
        let broken = if end < text.len() { gap(text, end) } else { 0 };
        if broken == 0 {
            break;
        }
        end += broken;
        if end >= text.len() {
            break;
        }
    }
    let is_cut = end >= text.len();
    for digit in &mut digits {
        *digit = match *digit {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
    }
    // A last digit that is no whole byte's belongs to whatever follows.
    digits.truncate(digits.len() - usize::from(digits.len() % 4 == 1));
    let lenient = base64::engine::GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
    let packed = engine.decode(&digits).ok()?;
    let most = most.min(packed.len().saturating_mul(MOST_TIMES));
    let mut bytes = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(packed.as_slice()).take(most as u64);
    // What came out before it broke is looked at too.
    let is_broken = reader.read_to_end(&mut bytes).is_err();
    let is_whole = reader.limit() > 0 && !(is_cut && is_broken);
    (!bytes.is_empty()).then_some(Unpacked { bytes, digits: places, is_whole })
}

/// `\n` in a JSON string.
fn ends_in_escape(text: &[u8]) -> bool {
    [&b"\\n"[..], b"\\t", b"\\r"].iter().any(|escape| text.ends_with(escape))
}
