//! Tokens that are told by how they begin. Knows prefixes, lengths and alphabets.

use super::Spans;
use super::text::{LONGEST, Text, is_dashed, is_word};

#[derive(Clone, Copy)]
enum Alphabet {
    Letters,
    Upper,
    Hex,
    Word,
    Dashed,
    Dotted,
    Base64,
}

use Alphabet::{Base64, Dashed, Dotted, Hex, Letters, Upper, Word};

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Letters => byte.is_ascii_alphanumeric(),
            Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Hex => byte.is_ascii_hexdigit(),
            Word => is_word(byte),
            Dashed => is_dashed(byte),
            Dotted => is_dashed(byte) || byte == b'.',
            Base64 => is_dashed(byte) || b"+/=".contains(&byte),
        }
    }
}

/// Rule, prefixes, alphabet of the rest, its shortest length, and whether it has exactly that length.
type Row = (&'static str, &'static [&'static str], Alphabet, usize, bool);

const TOKENS: &[Row] = &[
    ("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], Letters, 36, false),
    ("github-token", &["github_pat_"], Word, 22, false),
    (
        "gitlab-token",
        &[
            "glpat-", "glptt-", "gldt-", "glrt-", "glsoat-", "glcbt-", "glimt-", "glagent-", "glft-",
            "glffct-",
        ],
        Dotted,
        20,
        false,
    ),
    ("aws-key-id", &["AKIA", "ASIA", "ABIA", "ACCA"], Upper, 16, true),
    ("google-key", &["AIza"], Dashed, 35, true),
    ("google-key", &["GOCSPX-"], Dashed, 28, false),
    ("google-key", &["ya29."], Dotted, 20, false),
    (
        "slack-token",
        &["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"],
        Dotted,
        10,
        false,
    ),
    ("npm-token", &["npm_"], Letters, 36, true),
    ("pypi-token", &["pypi-AgE"], Dashed, 50, false),
    ("hoster-token", &["rubygems_"], Hex, 48, true),
    ("docker-token", &["dckr_pat_", "dckr_oat_"], Dashed, 20, false),
    ("docker-token", &["SWMTKN-1-", "SWMKEY-1-"], Base64, 20, false),
    ("stripe-key", &["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"], Base64, 20, false),
    ("hoster-token", &["dop_v1_", "doo_v1_", "dor_v1_"], Hex, 64, true),
    ("hoster-token", &["shpat_", "shpca_", "shpss_", "shppa_"], Hex, 32, true),
    ("hoster-token", &["dapi"], Hex, 32, true),
    (
        "hoster-token",
        &["glc_", "glsa_", "sntrys_", "sntryu_", "lin_api_", "pscale_tkn_", "PMAK-"],
        Base64,
        32,
        false,
    ),
    ("hoster-token", &["tskey-", "NRAK-", "dp.pt.", "ATATT3", "fo1_"], Base64, 24, false),
    ("vault-token", &["hvs.", "hvb.", "hvr."], Dashed, 24, false),
    ("model-token", &["sk-ant-", "sk-proj-"], Dashed, 20, false),
    ("model-token", &["hf_"], Letters, 34, true),
    // A docker configuration in Base64.
    ("docker-token", &["eyJhdXRocyI6"], Base64, 20, false),
    ("age-key", &["AGE-SECRET-KEY-1"], Upper, 50, false),
];

pub(super) fn prefixes() -> impl Iterator<Item = &'static str> {
    TOKENS.iter().flat_map(|(_, prefixes, ..)| prefixes.iter().copied())
}

pub(super) fn find(text: Text<'_>, spans: &mut Spans) {
    let of_word = |row: &&Row| row.1.iter().any(|prefix| prefix.as_bytes() == text.word());
    let Some((rule, _, alphabet, shortest, is_exact)) = TOKENS.iter().find(of_word) else { return };
    if !text.begins_word(text.at) {
        return;
    }
    let most = if *is_exact { *shortest } else { LONGEST };
    let end = text.run(text.end, most, |byte| alphabet.has(byte));
    let goes_on = *is_exact && (text.goes_on(end) || text.byte(end).is_some_and(|byte| alphabet.has(byte)));
    if end - text.end >= *shortest && !goes_on {
        spans.push(rule, text.at, end);
    }
}

/// What is told by more than how it begins.
pub(super) const OTHER_WORDS: &[&str] = &[
    "eyJ",
    "SG.",
    ":AA",
    "hooks.slack.com/",
    "/api/webhooks/",
    "token_last_eight",
    "\"auth\"",
    "\"auth\\\"",
    "AccountKey=",
    "SharedAccessKey=",
    "sig=",
    "sk-",
    "SK0",
    "SK1",
    "SK2",
    "SK3",
    "SK4",
    "SK5",
    "SK6",
    "SK7",
    "SK8",
    "SK9",
    "SKa",
    "SKb",
    "SKc",
    "SKd",
    "SKe",
    "SKf",
];

pub(super) fn other(text: Text<'_>, spans: &mut Spans) {
    match text.word() {
        b"eyJ" => jwt(text, spans),
        b"SG." => {
            let middle = text.run(text.end, 64, is_dashed);
            let end = text.run(middle + 1, 96, is_dashed);
            let is_key = (16..=40).contains(&(middle - text.end))
                && text.byte(middle) == Some(b'.')
                && end.saturating_sub(middle + 1) >= 24;
            if text.begins_word(text.at) && is_key {
                spans.push("sendgrid-key", text.at, end);
            }
        }
        b":AA" => {
            let start = text.run_back(text.at, 11, |byte| byte.is_ascii_digit());
            let end = text.run(text.end, 40, is_dashed);
            if (8..=10).contains(&(text.at - start)) && (32..=36).contains(&(end - text.end)) {
                spans.push("telegram-token", start, end);
            }
        }
        b"hooks.slack.com/" => {
            let kind = text.run(text.end, 16, |byte| byte.is_ascii_lowercase());
            let end = text.run(kind + 1, 200, |byte| is_word(byte) || byte == b'/');
            if text.byte(kind) == Some(b'/') && end.saturating_sub(kind + 1) >= 20 {
                spans.push("slack-hook", kind + 1, end);
            }
        }
        b"/api/webhooks/" => {
            let id = text.run(text.end, 24, |byte| byte.is_ascii_digit());
            let end = text.run(id + 1, 120, is_dashed);
            if id > text.end && text.byte(id) == Some(b'/') && end.saturating_sub(id + 1) >= 40 {
                spans.push("discord-hook", id + 1, end);
            }
        }
        b"token_last_eight" => gitea(text, spans),
        b"\"auth\"" | b"\"auth\\\"" => docker_auth(text, spans),
        b"sk-" => {
            let end = text.run(text.end, 200, |byte| byte.is_ascii_alphanumeric());
            if text.begins_word(text.at) && end - text.end >= 40 {
                spans.push("model-token", text.at, end);
            }
        }
        word if word.len() == 3 && word.starts_with(b"SK") => {
            let end = text.run(text.at + 2, 33, |byte| byte.is_ascii_hexdigit());
            if end - text.at == 34 && text.begins_word(text.at) && !text.goes_on(end) {
                spans.push("twilio-key", text.at, end);
            }
        }
        _ => azure(text, spans),
    }
}

fn jwt(text: Text<'_>, spans: &mut Spans) {
    let header = text.run(text.end, LONGEST / 4, is_dashed);
    if !text.begins_word(text.at) || header - text.end < 8 || !text.starts_with(header, b".eyJ") {
        return;
    }
    let payload = text.run(header + 4, LONGEST, is_dashed);
    let end = text.run(payload + 1, LONGEST, is_dashed);
    if payload - header >= 12 && text.byte(payload) == Some(b'.') && end.saturating_sub(payload + 1) >= 8 {
        spans.push("jwt", text.at, end);
    }
}

/// Gitea's answer when a token is made: it has no shape but the field beside it.
fn gitea(text: Text<'_>, spans: &mut Spans) {
    let around = (text.at.saturating_sub(400), (text.end + 400).min(text.bytes.len()));
    for found in memchr::memmem::find_iter(text.slice(around.0, around.1), b"sha1") {
        let at = text.run(around.0 + found + 4, 8, |byte| b"\\\": ".contains(&byte));
        let end = text.run(at, 41, |byte| byte.is_ascii_hexdigit());
        if end - at == 40 {
            spans.push("gitea-token", at, end);
        }
    }
}

/// `"auth": "dXNlcjpwYXNz"` in a docker configuration.
fn docker_auth(text: Text<'_>, spans: &mut Spans) {
    use base64::Engine as _;
    let colon = text.skip_space(text.end);
    if text.byte(colon) != Some(b':') {
        return;
    }
    let open = text.skip_space(colon + 1);
    let Some(quote) = text.quote(open) else { return };
    let start = open + quote.len();
    let end = text.run(start, 2048, |byte| Base64.has(byte));
    let engine = base64::engine::general_purpose::STANDARD;
    let is_pair = engine.decode(text.slice(start, end)).is_ok_and(|bytes| bytes.contains(&b':'));
    if is_pair {
        spans.push("docker-auth", start, end);
    }
}

fn azure(text: Text<'_>, spans: &mut Spans) {
    let word = text.word().to_ascii_lowercase();
    if word == b"sig=" && !text.bytes[..text.at].last().is_some_and(|byte| b"?&;".contains(byte)) {
        return;
    }
    if !word.ends_with(b"key=") && word != b"sig=" {
        return;
    }
    let end = text.run(text.end, 400, |byte| Base64.has(byte) || byte == b'%');
    if end - text.end >= 20 {
        spans.push("azure-key", text.end, end);
    }
}
