//! How a value is spelt in other texts: escaped, as hex digits, in Base64, in UTF-16. Knows encodings, no secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A value's Base64 wherever it stands in a longer one: the digits that no neighbour has a part in.
pub(super) fn base64_parts(value: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    for before in 0..3 {
        let shifted = [&[0; 2][..before], value].concat();
        let digits = STANDARD_NO_PAD.encode(&shifted);
        let whole = &digits.as_bytes()[(before * 8).div_ceil(6)..shifted.len() * 8 / 6];
        let url: Vec<u8> = whole.iter().map(|digit| for_urls(*digit)).collect();
        if url != whole {
            parts.push(url);
        }
        parts.push(whole.to_vec());
    }
    parts
}

/// The same in Base64 once more.
pub(super) fn base64_twice_parts(value: &[u8]) -> Vec<Vec<u8>> {
    base64_parts(value).iter().flat_map(|digits| base64_parts(digits)).collect()
}

/// A value's Base32 wherever it stands in a longer one.
pub(super) fn base32_parts(value: &[u8]) -> Vec<Vec<u8>> {
    (0..5)
        .map(|before| {
            let shifted = [&[0; 4][..before], value].concat();
            let bit = |at: usize| shifted[at / 8] >> (7 - at % 8) & 1;
            let digit = |at: usize| (at * 5..at * 5 + 5).fold(0, |sum, at| sum << 1 | bit(at));
            let digits = (before * 8).div_ceil(5)..shifted.len() * 8 / 5;
            digits.map(|at| BASE32[usize::from(digit(at))]).collect()
        })
        .collect()
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Beyond ASCII: in Latin-1, and with accents apart from their letters or on them.
pub(super) fn other_characters(value: &[u8]) -> Vec<Vec<u8>> {
    use unicode_normalization::UnicodeNormalization as _;
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    if text.is_ascii() {
        return Vec::new();
    }
    let latin: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let forms = [text.nfc().collect::<String>().into_bytes(), text.nfd().collect::<String>().into_bytes()];
    forms.into_iter().chain(latin).filter(|form| form != value).collect()
}

fn for_urls(digit: u8) -> u8 {
    match digit {
        b'+' => b'-',
        b'/' => b'_',
        other => other,
    }
}

/// UTF-16, low and high byte first; nothing for what is no text.
pub(super) fn utf16(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    let low_first = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let high_first = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    vec![low_first, high_first]
}

/// The first characters of a value in every way of escaping that changes them.
pub(super) fn escaped_beginnings(value: &[u8]) -> Vec<Vec<u8>> {
    let beginning = beginning(value);
    let ways: [&dyn Fn(char) -> String; 13] = [
        &|c| url(c, |c| c.is_ascii_alphanumeric() || "-._~".contains(c)),
        &|c| url(c, |c| c.is_ascii_alphanumeric() || "-._~!*'();/?:@&=+$,#".contains(c)),
        &|c| url(c, |_| false),
        &|c| json(c, |c| "\"\\".contains(c)),
        &|c| json(c, |c| "\"\\/".contains(c)),
        &|c| if "<>&'\"+".contains(c) || !c.is_ascii() { code_units(c) } else { json(c, |c| c == '\\') },
        &|c| code_units(c),
        &|c| named(c).map_or(c.to_string(), |name| format!("&{name};")),
        &|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("&#{};", u32::from(c)) },
        &|c| format!("&#{};", u32::from(c)),
        &|c| format!("&#x{:x};", u32::from(c)),
        &|c| bytes(c, |byte| format!("\\x{byte:02x}")),
        &|c| bytes(c, |byte| format!("\\{byte:03o}")),
    ];
    let mut spelt: Vec<Vec<u8>> = Vec::new();
    for way in ways {
        let escaped: Vec<u8> = beginning.chars().flat_map(|c| way(c).into_bytes()).collect();
        let text = String::from_utf8_lossy(&escaped).into_owned();
        // Escaped once more by whoever quotes it: its own signs are spelt then.
        let again = [("\\", "\\\\"), ("&", "&amp;"), ("%", "%25")];
        let twice = again.iter().map(|(sign, spelling)| text.replace(sign, spelling).into_bytes());
        for escaped in twice.chain([escaped.clone()]) {
            if escaped != beginning.as_bytes() && !spelt.contains(&escaped) {
                spelt.push(escaped);
            }
        }
    }
    spelt
}

/// As much as tells a value from others.
fn beginning(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.chars().take_while(|c| *c != char::REPLACEMENT_CHARACTER).take(4).collect()
}

fn url(c: char, is_plain: impl Fn(char) -> bool) -> String {
    if is_plain(c) { c.to_string() } else { bytes(c, |byte| format!("%{byte:02x}")) }
}

fn bytes(c: char, spell: impl Fn(u8) -> String) -> String {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().map(spell).collect()
}

fn json(c: char, is_escaped: impl Fn(char) -> bool) -> String {
    if is_escaped(c) { format!("\\{c}") } else { c.to_string() }
}

fn code_units(c: char) -> String {
    let mut units = [0; 2];
    c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn named(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "amp",
        '<' => "lt",
        '>' => "gt",
        '"' => "quot",
        '\'' => "apos",
        _ => return None,
    })
}
