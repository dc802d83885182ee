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
            let reason = &out.redacted.absences[0].reason;
            assert!(out.payload.is_none() && reason.contains("known-value"), "{value}");
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
    for text in
        ["https://git.example.org/login/other", "Kestrel9Umbra4", "kestrel9umbra4vine", "Kestrel9 Umbra4Vine"]
    {
        assert_eq!(redacted_by(&scanner, text), text);
    }
}
