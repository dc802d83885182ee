//! The file in which its reader says whose keys to trust (ssh-keygen(1), ALLOWED SIGNERS); knows no clock.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use crate::digest::Sha256Digest;
use crate::time::Timestamp;

/// A parsed trust file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigners {
    sha256: Sha256Digest,
    lines: Vec<Line>,
    issues: Vec<LineIssue>,
}

/// A line that grants nothing because it could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIssue {
    /// From 1.
    pub line: u32,
    /// What is wrong with it, as a lower-case fragment.
    pub what: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: u32,
    principals: String,
    key: KeyData,
    options: Options,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Options {
    namespaces: Option<String>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
}

/// What the file says about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A line names the key for this use at this time.
    Trusted {
        /// The principals of the line, as written.
        principal: String,
        /// From 1.
        line: u32,
    },
    /// No line names the key.
    Unknown,
    /// A line names the key, but not for this namespace; a line without `namespaces=` grants none.
    WrongNamespace {
        /// From 1.
        line: u32,
    },
    /// A line grants it from a later time on.
    NotYetValid {
        /// From 1.
        line: u32,
    },
    /// A line granted it up to an earlier time.
    Expired {
        /// From 1.
        line: u32,
    },
    /// A line grants it for a span of time, and no time was given to compare.
    TimeNeeded {
        /// From 1.
        line: u32,
    },
}

impl AllowedSigners {
    /// Reads the file; lines that cannot be understood grant nothing and are kept in [`AllowedSigners::issues`].
    pub fn parse(bytes: &[u8]) -> Self {
        let mut file = Self { sha256: Sha256Digest::of(bytes), lines: Vec::new(), issues: Vec::new() };
        for (number, raw) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let result = match std::str::from_utf8(raw) {
                Ok(text) => parse_line(number, text.trim_end_matches('\r').trim_matches([' ', '\t'])),
                Err(_) => Err("it is not UTF-8".to_owned()),
            };
            match result {
                Ok(Some(line)) => file.lines.push(line),
                Ok(None) => {}
                Err(what) => file.issues.push(LineIssue { line: number, what }),
            }
        }
        file
    }

    /// Digest of the file.
    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }

    /// Lines that grant nothing, and why.
    pub fn issues(&self) -> &[LineIssue] {
        &self.issues
    }

    /// What the file says about `key` in `namespace` at `at`; the line that grants it, else the nearest miss.
    pub fn lookup(&self, key: &KeyData, namespace: &str, at: Option<Timestamp>) -> Lookup {
        let mut answer = Lookup::Unknown;
        for line in self.lines.iter().filter(|line| line.key == *key) {
            match line.judge(namespace, at) {
                trusted @ Lookup::Trusted { .. } => return trusted,
                miss if matches!(answer, Lookup::Unknown | Lookup::WrongNamespace { .. }) => answer = miss,
                _ => {}
            }
        }
        answer
    }
}

impl Line {
    fn judge(&self, namespace: &str, at: Option<Timestamp>) -> Lookup {
        let line = self.number;
        // FORMAT §8.2: a line has to say what for.
        if !self.options.namespaces.as_deref().is_some_and(|list| matches_list(list, namespace)) {
            return Lookup::WrongNamespace { line };
        }
        match (self.options.valid_after, self.options.valid_before, at) {
            (None, None, _) => {}
            (_, _, None) => return Lookup::TimeNeeded { line },
            (Some(after), _, Some(at)) if at < after => return Lookup::NotYetValid { line },
            (_, Some(before), Some(at)) if at > before => return Lookup::Expired { line },
            _ => {}
        }
        Lookup::Trusted { principal: self.principals.clone(), line }
    }
}

fn parse_line(number: u32, text: &str) -> Result<Option<Line>, String> {
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let (principals, rest) = word(text)?;
    let principals = match principals.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').ok_or("a quote is not closed")?,
        None => principals,
    };
    if principals.is_empty() || principals.chars().any(char::is_control) {
        return Err("no principal at its beginning".to_owned());
    }
    let (first, _) = word(rest)?;
    let (options, key) = match first.contains(['=', ',']) || first.eq_ignore_ascii_case("cert-authority") {
        true => {
            let (options, key) = word(rest)?;
            (parse_options(options)?, key)
        }
        false => (Options::default(), rest),
    };
    Ok(Some(Line { number, principals: principals.to_owned(), key: parse_key(key)?, options }))
}

fn parse_key(text: &str) -> Result<KeyData, String> {
    let (key_type, rest) = word(text)?;
    let (encoded, _comment) = word(rest)?;
    if key_type.contains("-cert-") {
        return Err(format!("certificates ({key_type}) are not supported"));
    }
    let key = PublicKey::from_openssh(&format!("{key_type} {encoded}")).map_err(|_| {
        format!("no key where one must be: {:?}", key_type.chars().take(40).collect::<String>())
    })?;
    match key.key_data() {
        KeyData::Other(_) | KeyData::Dsa(_) | KeyData::Certificate(_) => {
            Err(format!("keys of type {key_type} are not supported"))
        }
        data => Ok(data.clone()),
    }
}

fn parse_options(text: &str) -> Result<Options, String> {
    let mut options = Options::default();
    for option in split_unquoted(text, |c| c == ',') {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name.to_ascii_lowercase(), Some(value)),
            None => (option.to_ascii_lowercase(), None),
        };
        let value = value.map(unquote).transpose()?;
        let given_twice = match (name.as_str(), value) {
            ("cert-authority", _) => {
                return Err("cert-authority is not supported; list the keys themselves".to_owned());
            }
            ("namespaces", Some(list)) if !list.is_empty() => options.namespaces.replace(list).is_some(),
            ("valid-after", Some(time)) => options.valid_after.replace(parse_time(&time)?).is_some(),
            ("valid-before", Some(time)) => options.valid_before.replace(parse_time(&time)?).is_some(),
            _ => return Err(format!("option {name:?} is not supported or has no value")),
        };
        if given_twice {
            return Err(format!("option {name:?} is given twice"));
        }
    }
    if let (Some(after), Some(before)) = (options.valid_after, options.valid_before)
        && before <= after
    {
        return Err("valid-before is not after valid-after".to_owned());
    }
    Ok(options)
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, then `Z`: without it the time would depend on where it is read.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    let digits = text
        .strip_suffix('Z')
        .ok_or_else(|| format!("{text:?} has no zone; write it in UTC with a Z at its end"))?;
    let error = || format!("{text:?} is no time of the form YYYYMMDD[HHMM[SS]]Z");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return Err(error());
    }
    let padded = format!("{digits:0<14}");
    let number = |from: usize, to: usize| padded[from..to].parse::<i16>().map_err(|_| error());
    let small = |from: usize, to: usize| number(from, to).map(|value| value as i8);
    DateTime::new(number(0, 4)?, small(4, 6)?, small(6, 8)?, small(8, 10)?, small(10, 12)?, small(12, 14)?, 0)
        .and_then(|time| time.to_zoned(TimeZone::UTC))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| error())
}

/// The first word and the rest; spaces inside double quotes do not end a word.
fn word(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    let mut escaped = false;
    for (index, c) in text.char_indices() {
        match c {
            ' ' | '\t' if !quoted => {
                return Ok((&text[..index], text[index..].trim_start_matches([' ', '\t'])));
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    match quoted {
        true => Err("a quote is not closed".to_owned()),
        false => Ok((text, "")),
    }
}

fn split_unquoted(text: &str, separator: impl Fn(char) -> bool) -> Vec<&str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(|c| {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        !quoted && separator(c)
    })
    .collect()
}

fn unquote(value: &str) -> Result<String, String> {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.ok_or_else(|| format!("{value:?} must stand in double quotes"))?;
    Ok(inner.replace("\\\"", "\""))
}

/// OpenSSH's pattern lists: `*` and `?`, commas between, `!` before a pattern that forbids.
fn matches_list(list: &str, text: &str) -> bool {
    let mut matched = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(forbidden) if matches_pattern(forbidden.as_bytes(), text.as_bytes()) => return false,
            Some(_) => {}
            None => matched |= matches_pattern(pattern.as_bytes(), text.as_bytes()),
        }
    }
    matched
}

fn matches_pattern(pattern: &[u8], text: &[u8]) -> bool {
    // Where to go on after the last `*`, and how much of the text it has eaten.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match &mut retry {
                Some((after_star, eaten)) => {
                    *eaten += 1;
                    (p, t) = (*after_star, *eaten);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE";

    fn check(line: &str, at: Option<&str>, expected: &str) {
        let file = AllowedSigners::parse(format!("# trust\n{line}\n").as_bytes());
        let key = PublicKey::from_openssh(KEY).unwrap();
        let found = file.lookup(key.key_data(), "seal@dossier", at.map(|at| at.parse().unwrap()));
        let words = format!("{found:?} {:?}", file.issues());
        assert!(words.contains(expected), "{line}: {words}");
    }

    #[test]
    fn trusts_what_a_line_grants_and_no_more() {
        check(
            &format!("ann@x namespaces=\"seal@dossier\" {KEY} a comment"),
            None,
            "Trusted { principal: \"ann@x\", line: 2 } []",
        );
        check(&format!("\"ann@x,bob@x\" NAMESPACES=\"git,*@dossier\" {KEY}"), None, "Trusted");
        check(&format!("ann@x\tnamespaces=\"seal@dossier\"\t{KEY}\r"), None, "Trusted");
        check(&format!("ann@x namespaces=\"seal@dossie?\" {KEY}"), None, "Trusted");
        check(&format!("ann@x {KEY}"), None, "WrongNamespace { line: 2 } []");
        check(&format!("ann@x namespaces=\"signoff.*@dossier\" {KEY}"), None, "WrongNamespace");
        check(&format!("ann@x namespaces=\"*,!seal@dossier\" {KEY}"), None, "WrongNamespace");
        check("", None, "Unknown []");
        check(&format!("# ann@x namespaces=\"seal@dossier\" {KEY}"), None, "Unknown []");
    }

    #[test]
    fn knows_spans_of_time() {
        let line =
            format!("ann@x namespaces=\"*\",valid-after=\"20260101Z\",valid-before=\"202606130638Z\" {KEY}");
        check(&line, None, "TimeNeeded");
        check(&line, Some("2025-12-31T23:59:59Z"), "NotYetValid");
        check(&line, Some("2026-01-01T00:00:00Z"), "Trusted");
        check(&line, Some("2026-06-13T06:38:00Z"), "Trusted");
        check(&line, Some("2026-06-13T06:38:01Z"), "Expired");
        check(&format!("a namespaces=\"*\",valid-after=\"20260101\" {KEY}"), None, "has no zone");
        check(&format!("a namespaces=\"*\",valid-after=\"20261301Z\" {KEY}"), None, "is no time");
        check(&format!("a valid-after=\"20260102Z\",valid-before=\"20260101Z\" {KEY}"), None, "not after");
    }

    #[test]
    fn reports_what_it_cannot_read() {
        check(&format!("ann@x cert-authority {KEY}"), None, "cert-authority is not supported");
        check(
            &format!("ann@x cert-authority,namespaces=\"*\" {KEY}"),
            None,
            "cert-authority is not supported",
        );
        check(&format!("ann@x namespaces=\"a\",namespaces=\"seal@dossier\" {KEY}"), None, "given twice");
        check(&format!("ann@x namespaces=seal@dossier {KEY}"), None, "double quotes");
        check(&format!("ann@x verify-required=\"1\" {KEY}"), None, "not supported");
        check(&format!("ann@x namespaces=\"seal@dossier {KEY}"), None, "not closed");
        check("ann@x", None, "no key");
        check("ann@x ssh-ed25519 AAAA", None, "no key");
        check("ann@x namespaces=\"*\" ssh-ed25519-cert-v01@openssh.com AAAA", None, "certificates");
    }

    #[test]
    fn patterns_match_like_openssh() {
        for (list, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a*b*c", "aXbXbXc", true),
            ("??", "ab", true),
            ("??", "a", false),
            ("b,a", "a", true),
            ("!a", "b", false),
            ("", "", true),
        ] {
            assert_eq!(matches_list(list, text), expected, "{list} {text}");
        }
    }
}
