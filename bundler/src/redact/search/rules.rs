//! The rule table: what a secret looks like. Knows bytes, nothing about entries.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: &'static str,
}

/// A rule's name and its pattern; the group `s` is the secret, everything else is what gives it away.
type Rule = (&'static str, &'static str);

/// In order of precedence: where two overlap, the first gives the name.
const RULES: &[Rule] = &[
    ("github-token", r"\b(?P<s>gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})"),
    ("gitlab-token", r"\b(?P<s>gl(?:pat|ptt|dt|rt|soat)-[A-Za-z0-9_\-]{20,})"),
    ("aws-key-id", r"\b(?P<s>(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16})\b"),
    ("google-key", r"\b(?P<s>AIza[0-9A-Za-z_\-]{35})"),
    ("slack-token", r"\b(?P<s>xox[abeoprs]-[A-Za-z0-9\-]{10,}|xapp-[0-9]-[A-Za-z0-9\-]{10,})"),
    ("slack-hook", r"hooks\.slack\.com/(?:services|workflows)/(?P<s>[A-Za-z0-9_/]{20,})"),
    ("npm-token", r"\b(?P<s>npm_[A-Za-z0-9]{36})\b"),
    ("pypi-token", r"\b(?P<s>pypi-AgE[A-Za-z0-9_\-]{50,})"),
    ("docker-token", r"\b(?P<s>dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}|SWM(?:TKN|KEY)-1-[A-Za-z0-9+/\-]{20,})"),
    ("stripe-key", r"\b(?P<s>(?:sk|rk)_live_[0-9A-Za-z]{20,})"),
    ("hoster-token", r"\b(?P<s>do[opr]_v1_[a-f0-9]{64}|hvs\.[A-Za-z0-9_\-]{24,})"),
    ("age-key", r"\b(?P<s>AGE-SECRET-KEY-1[0-9A-Z]{50,})"),
    ("jwt", r"\b(?P<s>eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,})"),
    // Also the shapeless tokens of Gitea, by the words before them.
    (
        "authorization",
        r#"(?i)\bauthorization(?:\\?["'])?\s*[:=]\s*(?:\\?["'])?(?:token|bearer|basic)\s+(?P<s>[A-Za-z0-9._~+/=\-]{8,})"#,
    ),
    ("authorization", r"\b[Bb]earer (?P<s>[A-Za-z0-9._~+/=\-]{20,})"),
    (
        "authorization",
        r#"(?i)\b(?:private-token|x-[a-z\-]{1,40}-(?:token|key))(?:\\?["'])?\s*:\s*(?:\\?["'])?(?P<s>[A-Za-z0-9._~+/=\-]{8,})"#,
    ),
    (
        "url-password",
        r#"(?i)\b[a-z][a-z0-9+.\-]{1,30}://[^\s/?#:@"'<>`\\\[\]]{0,100}:(?P<s>[^\s/?#@"'<>`\\]{1,200})@[a-z0-9\[]"#,
    ),
    ("url-password", r"(?i)\bhttps?://(?P<s>[A-Za-z0-9_\-]{20,100})@[a-z0-9\[]"),
    // DB_PASSWORD=…, &access_token=…
    (
        "assignment",
        r#"(?i)(?:\b|_)(?:token|secret|passwd|password|passphrase|pwd|api_?key|secret_?key|secret_key_base|private_?key|access_?key)=(?:\\?["'])?(?P<s>[^\s"'`<>\\,;&|(){}]{8,})"#,
    ),
    // secret_key_base = …, api-key: …, PGPASSWORD=…, also where a terminal's colours end between name and value
    (
        "assignment",
        r#"(?i)(?:secret_key_base|api[_-]?key|secret[_-]?key|private[_-]?key|access[_-]?key|passwd|password|passphrase)(?:(?:\x1b|\\u001b)\[[0-9;]*m)?\s{0,8}(?:=|: )\s{0,8}(?:\\?["'])?(?P<s>[^\s"'`<>\\,;&|(){}]{8,})"#,
    ),
    // --password …, curl -u user:…
    (
        "argument",
        r#"(?i)\s--?(?:password|passwd|token|secret|api-?key)[ =](?:\\?["'])?(?P<s>[^\s"'`<>\\,;&|(){}-][^\s"'`<>\\,;&|(){}]{7,})"#,
    ),
    ("argument", r#"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?["']?[^\s:"']{1,64}:(?P<s>[^\s"'`<>\\]{4,})"#),
    // "db_password": "…" in JSON and YAML, also inside a JSON string
    (
        "assignment",
        r#"(?i)(?:token|secret|passwd|password|passphrase|api_?key|secret_?key|secret_key_base|private_?key|access_?key)\\?["']\s*:\s*\\?["'](?P<s>[^\s"'`<>\\]{8,})"#,
    ),
    // DB_PASSWORD: … in YAML
    (
        "assignment",
        r#"\b[A-Z0-9_]*(?:TOKEN|SECRET|PASSWD|PASSWORD|PASSPHRASE|API_?KEY|SECRET_?KEY|SECRET_KEY_BASE|PRIVATE_?KEY|ACCESS_?KEY): +["']?(?P<s>[^\s"'`<>\\,;&|(){}]{8,})"#,
    ),
];

static COMPILED: LazyLock<Vec<(&'static str, Regex)>> =
    LazyLock::new(|| RULES.iter().map(|(name, pattern)| (*name, compile(pattern))).collect());

/// Bytes, not characters: a Unicode word boundary would make every entry that is not ASCII twenty times slower.
fn compile(pattern: &str) -> Regex {
    RegexBuilder::new(pattern).unicode(false).build().expect("patterns are constants, and tests compile them")
}

/// Every secret in `text`, in order, without overlap.
pub(super) fn find(text: &[u8]) -> Vec<Span> {
    let mut spans = private_keys(text);
    for (rule, pattern) in COMPILED.iter() {
        for captures in pattern.captures_iter(text) {
            let Some(secret) = captures.name("s") else { continue };
            if *rule == "assignment" && is_placeholder(secret.as_bytes()) || is_marker(secret.as_bytes()) {
                continue;
            }
            spans.push(Span { start: secret.start(), end: secret.end(), rule });
        }
    }
    join(spans)
}

/// Overlapping spans become one, under the name of the rule that stands first.
fn join(mut spans: Vec<Span>) -> Vec<Span> {
    // A stable sort keeps the table's order among spans that begin together.
    spans.sort_by_key(|span| span.start);
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// What people and programs write where a secret would stand.
fn is_placeholder(value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value).to_ascii_lowercase();
    let starts =
        ["$", "%", "/run/secrets/", "os.environ", "process.env", "env.", "secrets.", "***", "...", "…"];
    let plain = ["disabled", "required", "optional", "generated", "undefined", "redacted", "changeme"];
    starts.iter().any(|start| value.starts_with(start))
        || plain.contains(&value.trim_end_matches(['.', ':', '!', '?', '*']))
        || value.chars().all(|c| matches!(c, '*' | 'x' | '.' | '-' | '_' | '#'))
}

/// Whether this is what a redaction leaves behind, so that redacting twice changes nothing.
fn is_marker(value: &[u8]) -> bool {
    static MARKER: LazyLock<Regex> = LazyLock::new(|| compile(r"^(?:\[redacted:[a-z\-]+:[0-9]+\])+\]?$"));
    MARKER.is_match(value) || MARKER.is_match(&[value, b"]"].concat())
}

const KEY_RULE: &str = "private-key";
/// The longest block that is believed to be one key.
const KEY_BYTES: usize = 64 << 10;
/// How far a key may reach whose end is missing, and how long its lines are at least: a sentence that merely
/// mentions the first line of a key must not lose its long words or its commit ids.
const CUT_KEY_BYTES: usize = 8 << 10;
const CUT_KEY_LINE: usize = 48;

/// The Base64 of private key blocks, run by run: line breaks, a diff's `+`, or the JSON around each log line
/// stay, so the entry keeps its lines and its form.
fn private_keys(text: &[u8]) -> Vec<Span> {
    static BEGIN: LazyLock<Regex> =
        LazyLock::new(|| compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"));
    static END: LazyLock<Regex> =
        LazyLock::new(|| compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"));
    // An escape such as `\n` belongs to the JSON string around the key, a `+` before a line to the diff.
    static RUN: LazyLock<Regex> =
        LazyLock::new(|| compile(r"(?m)(?:\\[nrt]|^\+)*(?P<s>[A-Za-z0-9+/=]{16,})"));
    let mut spans = Vec::new();
    for begin in BEGIN.find_iter(text) {
        let rest = &text[begin.end()..text.len().min(begin.end() + KEY_BYTES)];
        let (region, shortest) = match END.find(rest) {
            Some(end) => (&rest[..end.start()], 0),
            None => (&rest[..rest.len().min(CUT_KEY_BYTES)], CUT_KEY_LINE),
        };
        for captures in RUN.captures_iter(region) {
            let Some(run) = captures.name("s").filter(|run| run.len() >= shortest) else { continue };
            spans.push(Span {
                start: begin.end() + run.start(),
                end: begin.end() + run.end(),
                rule: KEY_RULE,
            });
        }
    }
    spans
}
