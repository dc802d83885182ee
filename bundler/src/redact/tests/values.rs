//! Known values in every spelling, whole and in pieces.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use super::*;

/// Letters only; with what URLs, JSON and XML escape; beyond ASCII.
const VALUES: [&str; 4] =
    ["Kestrel9Umbra4Vine", "k>7&\"q/w+z=%9 <u\\e'#", "grün-Öl-geheim-€9", "0f3c-9a1b-77de-44aa"];

fn hex(value: &str, between: &str) -> String {
    let pairs: Vec<String> = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(between)
}

fn url(value: &str, plain: &str) -> String {
    let escaped = |c: char| match c {
        c if c.is_ascii_alphanumeric() || plain.contains(c) => c.to_string(),
        c => c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect(),
    };
    value.chars().map(escaped).collect()
}

fn units(value: &str) -> String {
    value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn xml(value: &str) -> String {
    let named = [('&', "amp"), ('<', "lt"), ('>', "gt"), ('"', "quot"), ('\'', "apos")];
    let escaped = |c: char| match named.iter().find(|(known, _)| *known == c) {
        Some((_, name)) => format!("&{name};"),
        None => c.to_string(),
    };
    value.chars().map(escaped).collect()
}

/// Every spelling of `value` that redaction promises to find, by name.
fn spellings(value: &str) -> Vec<(&'static str, String)> {
    let json = serde_json::to_string(value).expect("a string");
    let json = json[1..json.len() - 1].to_owned();
    let twice = serde_json::to_string(&json).expect("a string");
    vec![
        ("plain", value.to_owned()),
        ("url", url(value, "-._~")),
        ("url, lower case", url(value, "-._~").to_lowercase().replace(&value.to_lowercase(), value)),
        ("url, form", url(value, "-._~ ").replace(' ', "+")),
        ("url, all of it", url(value, "").replace(|c: char| c.is_ascii_alphanumeric(), "?")),
        ("json", json.clone()),
        ("json, slashes", json.replace('/', "\\/")),
        ("json, units", units(value)),
        ("json, html-safe", json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")),
        ("json in json", twice[1..twice.len() - 1].to_owned()),
        ("xml", xml(value)),
        ("xml, decimal", value.chars().map(|c| format!("&#{};", u32::from(c))).collect()),
        ("xml, hex", value.chars().map(|c| format!("&#x{:X};", u32::from(c))).collect()),
        ("xml in json", xml(value).replace('\\', "\\\\")),
        ("hex", hex(value, "")),
        ("hex, upper", hex(value, "").to_uppercase()),
        ("hex, colons", hex(value, ":")),
        ("hex, spaces", hex(value, " ").to_uppercase()),
        ("base64", STANDARD.encode(value)),
        ("base64, no padding", STANDARD_NO_PAD.encode(value)),
        ("base64, url", URL_SAFE.encode(value)),
        ("base64, second", STANDARD.encode(format!("u:{value}"))),
        ("base64, third", STANDARD.encode(format!("u{value}!!"))),
        ("base64, url, second", URL_SAFE.encode(format!("user:x{value}?"))),
    ]
}

#[test]
fn every_spelling_of_every_value_is_found() {
    let scanner = Scanner::new(VALUES.iter().map(|value| value.as_bytes()));
    for value in VALUES {
        for (name, spelt) in spellings(value) {
            if spelt.contains('?') && name == "url, all of it"
                || name == "url, lower case" && value.contains('Ö')
            {
                continue;
            }
            for (before, behind) in
                [("x=", "&y"), ("{\"a\":\"", "\"}"), ("", ""), ("<p>", "</p>"), ("line\n", "\nline")]
            {
                let text = format!("{before}{spelt}{behind}");
                let clean = redacted_by(&scanner, &text);
                let marked = format!("{before}[redacted:known-value:1]{behind}");
                // The digits of what stood before it hold nothing of the value.
                let clean = if name.contains("second") || name.contains("third") {
                    let start = clean.find('[').expect(&clean);
                    let end = clean.find(']').expect(&clean);
                    format!("{before}{}{behind}", &clean[start..=end])
                } else {
                    clean
                };
                assert_eq!(clean, marked, "{name} of {value}");
            }
        }
    }
}

fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |five: &[u8]| (0..5).fold(0, |sum, at| sum << 1 | five.get(at).copied().unwrap_or(0));
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    bits.chunks(5).map(|five| char::from(digits[usize::from(digit(five))])).collect()
}

fn bytes_as(value: &str, spell: impl Fn(u8) -> String, between: &str) -> String {
    value.bytes().map(spell).collect::<Vec<_>>().join(between)
}

fn quoted_printable(value: &str) -> String {
    let spelt = |byte: u8| match byte {
        b'=' | 128.. => format!("={byte:02X}"),
        byte => char::from(byte).to_string(),
    };
    value.bytes().map(spelt).collect()
}

#[test]
fn rarer_spellings_are_found() {
    let scanner = Scanner::new(VALUES.iter().map(|value| value.as_bytes()));
    for value in VALUES {
        for (name, spelt) in [
            ("\\x", bytes_as(value, |byte| format!("\\x{byte:02x}"), "")),
            ("\\x in JSON", bytes_as(value, |byte| format!("\\\\x{byte:02x}"), "")),
            ("octal", bytes_as(value, |byte| format!("\\{byte:03o}"), "")),
            ("0x, blanks", bytes_as(value, |byte| format!("0x{byte:02x}"), " ")),
            ("0x, commas", bytes_as(value, |byte| format!("0x{byte:02X}"), ", ")),
            ("0x, commas alone", bytes_as(value, |byte| format!("0x{byte:02x}"), ",")),
            ("decimal", bytes_as(value, |byte| byte.to_string(), ", ")),
            ("decimal, commas alone", bytes_as(value, |byte| byte.to_string(), ",")),
            ("decimal, blanks", bytes_as(value, |byte| byte.to_string(), " ")),
            ("quoted-printable", quoted_printable(value)),
            ("base32", base32(value.as_bytes())),
            ("base64 twice", STANDARD.encode(STANDARD.encode(value))),
            ("base64 twice, second", STANDARD.encode(format!("u:{}", STANDARD.encode(value)))),
            ("base64 twice, both", STANDARD.encode(STANDARD.encode(format!("user:{value}!")))),
        ] {
            for (before, behind) in [("x=[", "]&y"), ("{\"a\":\"", "\"}"), ("line\n", "\nline")] {
                let text = format!("{before}{spelt}{behind}");
                let clean = redacted_by(&scanner, &text);
                assert!(clean.contains("[redacted:known-value:1]"), "{name} of {value}: {clean}");
                // What is left are parts of other bytes: a digit of Base64 holds six bits.
                let left = clean.len() - before.len() - behind.len() - "[redacted:known-value:1]".len();
                assert!(
                    left <= if name.starts_with("base64") { 12 } else { 2 },
                    "{name} of {value}: {clean}"
                );
            }
        }
        for other in [value.to_uppercase(), value.to_lowercase()] {
            if value.is_ascii() {
                assert_eq!(redacted_by(&scanner, &other), "[redacted:known-value:1]", "{other}");
            }
        }
    }
    let decomposed = "gru\u{308}n-O\u{308}l-geheim-€9";
    assert_eq!(redacted_by(&scanner, decomposed), "[redacted:known-value:1]");
}

#[test]
fn dumps_are_found_in_both_columns() {
    let value = "Kestrel9Umbra4Vine77";
    let scanner = Scanner::new(std::iter::once(value.as_bytes()));
    for before in 0..20 {
        let content = format!("{}{value}{}", &"x=abc, y=defghi, z=j"[..before], ", and so on");
        for (row, in_json) in [(xxd as Row, false), (canonical, false), (xxd, true), (canonical, true)] {
            let mut dump: String =
                content.as_bytes().chunks(16).enumerate().map(|(n, bytes)| row(n, bytes) + "\n").collect();
            if in_json {
                dump = serde_json::to_string(&dump).expect("a string");
            }
            let clean = redacted_by(&scanner, &dump);
            let letters: String = clean.replace("[redacted:known-value:1]", "");
            for part in
                ["Kest", "rel9", "9Umb", "ra4V", "Vine", "e77", "4b65", "4b 65", "7374", "73 74", "3737"]
            {
                assert!(!letters.contains(part), "{part} at {before} in {clean}");
            }
            assert_eq!(clean.lines().count(), dump.lines().count(), "{clean}");
            assert_eq!(redacted_by(&scanner, &clean), clean);
        }
    }
}

type Row = fn(usize, &[u8]) -> String;

fn characters(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' })
        .collect()
}

fn xxd(n: usize, bytes: &[u8]) -> String {
    let pairs: Vec<String> =
        bytes.chunks(2).map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    format!("{:08x}: {:39}  {}", n * 16, pairs.join(" "), characters(bytes))
}

fn canonical(n: usize, bytes: &[u8]) -> String {
    let half = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let (left, right) = bytes.split_at(bytes.len().min(8));
    format!("{:08x}  {:23}  {:23}  |{}|", n * 16, half(left), half(right), characters(bytes))
}

#[test]
fn gzip_in_base64_is_looked_into() {
    use std::io::Write as _;
    let gzip = |content: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(content.as_bytes()).expect("in memory");
        STANDARD.encode(gzip.finish().expect("in memory"))
    };
    let scanner = Scanner::new(std::iter::once(VALUES[0].as_bytes()));
    for content in [format!("a line\nwith {} in it", VALUES[0]), "DB_PASSWORD=k3Jx91bbQz77".to_owned()] {
        let digits = gzip(&content);
        for text in [format!("x {digits} y"), format!("{{\"a\":\"{digits}\"}}"), format!("a\n{digits}")] {
            let clean = redacted_by(&scanner, &text);
            assert!(clean.contains("[redacted:") && !clean.contains(&digits[8..20]), "{clean}");
        }
        let wrapped = format!("{}\n{}\n", &digits[..40], &digits[40..]);
        assert_eq!(redacted_by(&scanner, &wrapped).matches("[redacted:").count(), 2);
    }
    let harmless = format!("x {} y", gzip("a line\nwith nothing in it"));
    assert_eq!(redacted_by(&scanner, &harmless), harmless);
    for broken in ["H4sI", "H4sIAAAA and more", "xH4sIAAAAAAAA", "H4sIAAAAAAAAA/8"] {
        assert_eq!(redacted_by(&scanner, broken), broken);
    }
}

#[test]
fn what_nobody_sees_hides_nothing() {
    let value = VALUES[0];
    let scanner = Scanner::new(std::iter::once(value.as_bytes()));
    let marker = "[redacted:known-value:1]";
    for between in [
        "\u{200b}",
        "\u{ad}",
        "\u{feff}",
        "\n[09:11:22] ",
        "\n09:11:22 ",
        "\r\n2026-06-13T05:38:00.123456Z ",
        "\n2026/06/13 05:38:00,123 ",
        "\\n[2026-06-13 05:38:00+02:00] ",
        "\" + \"",
        "' +\n    '",
        "=\n",
        "=\r\n",
    ] {
        for at in 4..value.len() - 4 {
            let text = format!("a {}{between}{} b", &value[..at], &value[at..]);
            let clean = redacted_by(&scanner, &text);
            assert_eq!(clean, format!("a {marker}{between}{marker} b"), "{between:?} at {at}");
        }
    }
    for between in ["\n[09:11:22]", "\n09:11 ", "\" - \"", "\u{2014}", "= "] {
        let text = format!("a {}{between}{} b", &value[..9], &value[9..]);
        assert_eq!(redacted_by(&scanner, &text), text);
    }
}

#[test]
fn values_in_pieces_are_found() {
    let value = VALUES[0];
    let scanner = Scanner::new(std::iter::once(value.as_bytes()));
    let breaks = [
        "\n",
        "\r\n",
        "\r",
        "\n    ",
        "\n+",
        "\u{1b}[0m",
        "\u{1b}[1;31m",
        "\\u001b[0m",
        "\\n",
        "\"},{\"out\":\"",
        "\\n\"},{\"out\":\"",
        "\\n\",\"time\":12},\n  {\"pos\":3,\"out\":\"",
        "\\n\",\"stream\":\"stdout\",\"time\":\"2026-06-13T05:38:00Z\"}\n{\"log\":\"",
    ];
    for between in breaks {
        for at in 1..value.len() {
            let text = format!("[{{\"out\":\"a {}{between}{} b\"}}]", &value[..at], &value[at..]);
            let clean = redacted_by(&scanner, &text);
            let marker = "[redacted:known-value:1]";
            assert_eq!(
                clean,
                format!("[{{\"out\":\"a {marker}{between}{marker} b\"}}]"),
                "{between:?} at {at}"
            );
            assert_eq!(redacted_by(&scanner, &clean), clean);
        }
    }
    let thrice = format!("{}\n{}\n{}", &value[..6], &value[6..12], &value[12..]);
    assert!(!redacted_by(&scanner, &thrice).contains("Umbra"));
    let wrapped = STANDARD.encode(format!("some words before {value} and some behind"));
    let wrapped = format!("{}\n{}", &wrapped[..32], &wrapped[32..]);
    assert_eq!(redacted_by(&scanner, &wrapped).matches("[redacted").count(), 2, "{wrapped}");
}

#[test]
fn wide_text_is_left_out_as_a_whole() {
    for value in VALUES {
        let scanner = Scanner::new(std::iter::once(value.as_bytes()));
        let text = format!("a {value} b");
        let low_first: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let high_first: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [low_first, high_first] {
            let out = redact_by(&scanner, "data/files/x", EvidenceKind::File, &bytes, b"");
            assert!(out.payload.is_none(), "{value}");
            assert!(out.redacted.absences[0].reason.contains("known-value"), "{value}");
        }
    }
}

#[test]
fn long_values_are_found_whole_and_in_part() {
    let long: String = (0..400).map(|n| format!("{n:x}Zq{}", n * 7919 % 1000)).collect();
    let scanner = Scanner::new(std::iter::once(long.as_bytes()));
    assert_eq!(redacted_by(&scanner, &format!("a {long} b")), "a [redacted:known-value:1] b");
}

#[test]
fn what_is_merely_similar_stays() {
    let scanner = Scanner::new(
        ["https://git.example.org/login/token9", "Kestrel9Umbra4Vine"].iter().map(|v| v.as_bytes()),
    );
    for text in [
        "https://git.example.org/login/other",
        "Kestrel9Umbra4",
        "kestrel9Umbra4vine",
        "Kestrel9 Umbra4Vine",
        "75, 101, 115, 116, 114",
    ] {
        assert_eq!(redacted_by(&scanner, text), text);
    }
}
