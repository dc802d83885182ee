//! Where in the viewer one is, as the part of the address after `#`; knows nothing about the browser.

use dossier_shared::report::Outcome;

/// A screen and what it is opened at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `#/`
    Verdict,
    /// `#/gates?check=F3.1&outcome=contradicted`
    Gates { check: Option<String>, outcome: Option<Outcome> },
    /// `#/gates/M1?check=M1.7&outcome=no-evidence`
    Gate { id: String, check: Option<String>, outcome: Option<Outcome> },
    /// `#/timeline`
    Timeline,
    /// `#/builds`
    Builds,
    /// `#/builds/612`
    Build(u64),
    /// `#/tests?q=backup`
    Tests { query: String },
    /// `#/logs`
    Logs,
    /// `#/logs/612/ci?L=120-140`; the step may be given as `stage/step`.
    Log { build: u64, step: String, lines: Option<Lines> },
    /// `#/changes` and `#/changes/4`
    Changes { pull: Option<u64> },
    /// `#/documents`
    Documents,
    /// `#/documents/REVIEW?L=32`
    Document { name: String, lines: Option<Lines> },
    /// `#/files`
    Files { query: String },
    /// `#/files/data/runs/612/results.json?at=/level`
    File { path: String, at: Option<String> },
    /// `#/trust`
    Trust,
    /// Anything else.
    Unknown(String),
}

/// The first and the last line of a range, counting from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Lines {
    /// A range of one line.
    pub(crate) fn one(line: u32) -> Self {
        Self { first: line, last: line }
    }

    /// Whether `line` lies in the range.
    pub(crate) fn contains(self, line: u32) -> bool {
        (self.first..=self.last).contains(&line)
    }

    fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| part.trim_start_matches('L').parse::<u32>().ok().filter(|n| *n > 0);
        match text.split_once('-') {
            None => number(text).map(Self::one),
            Some((first, last)) => {
                let (first, last) = (number(first)?, number(last)?);
                Some(Self { first: first.min(last), last: first.max(last) })
            }
        }
    }

    fn words(self) -> String {
        if self.first == self.last { self.first.to_string() } else { format!("{}-{}", self.first, self.last) }
    }
}

/// The screens in the order of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Verdict,
    Gates,
    Timeline,
    Builds,
    Tests,
    Logs,
    Changes,
    Documents,
    Files,
    Trust,
}

impl Screen {
    /// All of them.
    pub(crate) const ALL: [Screen; 10] = [
        Screen::Verdict,
        Screen::Gates,
        Screen::Timeline,
        Screen::Builds,
        Screen::Tests,
        Screen::Logs,
        Screen::Changes,
        Screen::Documents,
        Screen::Files,
        Screen::Trust,
    ];

    /// Its name on the screen.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Screen::Verdict => "Verdict",
            Screen::Gates => "Gates",
            Screen::Timeline => "Timeline",
            Screen::Builds => "Builds",
            Screen::Tests => "Tests",
            Screen::Logs => "Logs",
            Screen::Changes => "Changes",
            Screen::Documents => "Documents",
            Screen::Files => "Files",
            Screen::Trust => "Trust",
        }
    }

    /// The letter that goes there after `g`.
    pub(crate) fn letter(self) -> char {
        match self {
            Screen::Verdict => 'v',
            Screen::Gates => 'g',
            Screen::Timeline => 't',
            Screen::Builds => 'b',
            Screen::Tests => 's',
            Screen::Logs => 'l',
            Screen::Changes => 'c',
            Screen::Documents => 'd',
            Screen::Files => 'f',
            Screen::Trust => 'u',
        }
    }

    /// Where it begins.
    pub(crate) fn route(self) -> Route {
        match self {
            Screen::Verdict => Route::Verdict,
            Screen::Gates => Route::Gates { check: None, outcome: None },
            Screen::Timeline => Route::Timeline,
            Screen::Builds => Route::Builds,
            Screen::Tests => Route::Tests { query: String::new() },
            Screen::Logs => Route::Logs,
            Screen::Changes => Route::Changes { pull: None },
            Screen::Documents => Route::Documents,
            Screen::Files => Route::Files { query: String::new() },
            Screen::Trust => Route::Trust,
        }
    }
}

impl Route {
    /// Reads the part of an address from `#` on; an empty one is the verdict.
    pub(crate) fn parse(hash: &str) -> Route {
        let rest = hash.trim_start_matches('#').trim_start_matches('/');
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameter = |name: &str| {
            query.split('&').find_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                (key == name).then(|| decode(value)).filter(|value| !value.is_empty())
            })
        };
        let lines = || parameter("L").and_then(|text| Lines::parse(&text));
        let outcome = || parameter("outcome").and_then(|text| outcome_of(&text));
        let (head, tail) = path.split_once('/').unwrap_or((path, ""));
        let tail = decode(tail);
        match (head, tail.as_str()) {
            ("", "") => Route::Verdict,
            ("gates", "") => Route::Gates { check: parameter("check"), outcome: outcome() },
            ("gates", id) => Route::Gate { id: id.to_owned(), check: parameter("check"), outcome: outcome() },
            ("timeline", "") => Route::Timeline,
            ("builds", "") => Route::Builds,
            ("builds", number) => match number.parse() {
                Ok(number) => Route::Build(number),
                Err(_) => Route::Unknown(hash.to_owned()),
            },
            ("tests", "") => Route::Tests { query: parameter("q").unwrap_or_default() },
            ("logs", "") => Route::Logs,
            ("logs", place) => {
                match place.split_once('/').and_then(|(build, step)| Some((build.parse().ok()?, step))) {
                    Some((build, step)) => Route::Log { build, step: step.to_owned(), lines: lines() },
                    None => Route::Unknown(hash.to_owned()),
                }
            }
            ("changes", "") => Route::Changes { pull: None },
            ("changes", number) => match number.parse() {
                Ok(number) => Route::Changes { pull: Some(number) },
                Err(_) => Route::Unknown(hash.to_owned()),
            },
            ("documents", "") => Route::Documents,
            ("documents", name) => Route::Document { name: name.to_owned(), lines: lines() },
            ("files", "") => Route::Files { query: parameter("q").unwrap_or_default() },
            ("files", path) => Route::File { path: path.to_owned(), at: parameter("at") },
            ("trust", "") => Route::Trust,
            _ => Route::Unknown(hash.to_owned()),
        }
    }

    /// The address, from `#` on.
    pub(crate) fn href(&self) -> String {
        let (path, parameters): (String, Vec<(&str, String)>) = match self {
            Route::Verdict => (String::new(), vec![]),
            Route::Gates { check, outcome } => ("gates".into(), check_parameters(check, *outcome)),
            Route::Gate { id, check, outcome } => {
                (format!("gates/{}", encode(id)), check_parameters(check, *outcome))
            }
            Route::Timeline => ("timeline".into(), vec![]),
            Route::Builds => ("builds".into(), vec![]),
            Route::Build(number) => (format!("builds/{number}"), vec![]),
            Route::Tests { query } => ("tests".into(), vec![("q", query.clone())]),
            Route::Logs => ("logs".into(), vec![]),
            Route::Log { build, step, lines } => {
                (format!("logs/{build}/{}", encode(step)), line_parameters(*lines))
            }
            Route::Changes { pull: None } => ("changes".into(), vec![]),
            Route::Changes { pull: Some(number) } => (format!("changes/{number}"), vec![]),
            Route::Documents => ("documents".into(), vec![]),
            Route::Document { name, lines } => {
                (format!("documents/{}", encode(name)), line_parameters(*lines))
            }
            Route::Files { query } => ("files".into(), vec![("q", query.clone())]),
            Route::File { path, at } => {
                (format!("files/{}", encode(path)), vec![("at", at.clone().unwrap_or_default())])
            }
            Route::Trust => ("trust".into(), vec![]),
            Route::Unknown(hash) => return hash.clone(),
        };
        let mut href = format!("#/{path}");
        let mut separator = '?';
        for (key, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            href.push(separator);
            href.push_str(key);
            href.push('=');
            href.push_str(&encode(value));
            separator = '&';
        }
        href
    }

    /// The screen it belongs to.
    pub(crate) fn screen(&self) -> Option<Screen> {
        Some(match self {
            Route::Verdict => Screen::Verdict,
            Route::Gates { .. } | Route::Gate { .. } => Screen::Gates,
            Route::Timeline => Screen::Timeline,
            Route::Builds | Route::Build(_) => Screen::Builds,
            Route::Tests { .. } => Screen::Tests,
            Route::Logs | Route::Log { .. } => Screen::Logs,
            Route::Changes { .. } => Screen::Changes,
            Route::Documents | Route::Document { .. } => Screen::Documents,
            Route::Files { .. } | Route::File { .. } => Screen::Files,
            Route::Trust => Screen::Trust,
            Route::Unknown(_) => return None,
        })
    }
}

/// The word of an outcome in data and addresses.
pub(crate) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Confirmed => "confirmed",
        Outcome::Contradicted => "contradicted",
        Outcome::NoEvidence => "no-evidence",
        Outcome::NotCheckable => "not-checkable",
    }
}

fn outcome_of(name: &str) -> Option<Outcome> {
    [Outcome::Confirmed, Outcome::Contradicted, Outcome::NoEvidence, Outcome::NotCheckable]
        .into_iter()
        .find(|outcome| outcome_name(*outcome) == name)
}

fn check_parameters(check: &Option<String>, outcome: Option<Outcome>) -> Vec<(&'static str, String)> {
    vec![
        ("check", check.clone().unwrap_or_default()),
        ("outcome", outcome.map(outcome_name).unwrap_or_default().to_owned()),
    ]
}

fn line_parameters(lines: Option<Lines>) -> Vec<(&'static str, String)> {
    vec![("L", lines.map(Lines::words).unwrap_or_default())]
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' => {
                encoded.push(byte as char);
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_round_trips() {
        for route in [
            Route::Verdict,
            Route::Gates { check: Some("F3.1".into()), outcome: None },
            Route::Gate { id: "M1".into(), check: None, outcome: Some(Outcome::NoEvidence) },
            Route::Gate { id: "E0 / HC2".into(), check: None, outcome: None },
            Route::Timeline,
            Route::Builds,
            Route::Build(612),
            Route::Tests { query: "a&b=c ü".into() },
            Route::Logs,
            Route::Log { build: 612, step: "ci".into(), lines: Some(Lines { first: 120, last: 140 }) },
            Route::Log { build: 612, step: "stage/a step".into(), lines: None },
            Route::Changes { pull: Some(4) },
            Route::Document { name: "REVIEW".into(), lines: Some(Lines::one(32)) },
            Route::Files { query: String::new() },
            Route::File { path: "data/a b#c/ü.json".into(), at: Some("/stages/0/started".into()) },
            Route::Trust,
        ] {
            assert_eq!(Route::parse(&route.href()), route, "{}", route.href());
        }
    }

    #[test]
    fn nonsense_is_unknown_and_empty_is_the_verdict() {
        for hash in ["", "#", "#/"] {
            assert_eq!(Route::parse(hash), Route::Verdict);
        }
        for hash in ["#/builds/x", "#/logs/612", "#/nowhere", "#/trust/x"] {
            assert_eq!(Route::parse(hash), Route::Unknown(hash.into()));
        }
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn ranges_of_lines_are_put_in_order() {
        assert_eq!(Lines::parse("140-120"), Some(Lines { first: 120, last: 140 }));
        assert_eq!(Lines::parse("L7"), Some(Lines::one(7)));
        assert_eq!(Lines::parse("0"), None);
    }
}
