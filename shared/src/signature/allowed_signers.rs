//! The file in which its reader says whose keys to trust (ssh-keygen(1), ALLOWED SIGNERS); knows no clock.

use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use crate::digest::Sha256Digest;
use crate::time::Timestamp;

mod instant;
mod patterns;

pub use instant::LocalTime;
use patterns::matches_list;

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

/// A line that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u32,
    /// The principals, as written: names and patterns with commas between.
    pub principals: String,
    /// The key.
    pub key: KeyData,
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
    /// Reads the file where local time is not known; see [`AllowedSigners::parse_at_home`].
    pub fn parse(bytes: &[u8]) -> Self {
        Self::parse_at_home(bytes, None)
    }

    /// Reads the file; lines that cannot be understood grant nothing and are kept in [`AllowedSigners::issues`].
    /// `local` tells what times without a zone mean.
    pub fn parse_at_home(bytes: &[u8], local: LocalTime<'_>) -> Self {
        let mut file = Self { sha256: Sha256Digest::of(bytes), lines: Vec::new(), issues: Vec::new() };
        for (number, raw) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let result = match std::str::from_utf8(raw) {
                Ok(text) => parse_line(number, text.trim_end_matches('\r').trim_matches([' ', '\t']), local),
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

    /// The lines that can be read, in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What the file says about `key` in `namespace` at `at`; the line that grants it, else the nearest miss.
    pub fn lookup(&self, key: &KeyData, namespace: &str, at: Option<Timestamp>) -> Lookup {
        self.nearest(self.lines.iter().filter(|line| line.key == *key), namespace, at)
    }

    /// The same of the lines that are about `principal`, as `ssh-keygen -Y verify -I` asks.
    pub fn lookup_as(
        &self,
        principal: &str,
        key: &KeyData,
        namespace: &str,
        at: Option<Timestamp>,
    ) -> Lookup {
        let lines = self.lines.iter().filter(|line| line.key == *key && line.is_about(principal));
        self.nearest(lines, namespace, at)
    }

    fn nearest<'a>(
        &self,
        lines: impl Iterator<Item = &'a Line>,
        namespace: &str,
        at: Option<Timestamp>,
    ) -> Lookup {
        let mut answer = Lookup::Unknown;
        for line in lines {
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
    /// Whether `principal` is one of those that the line is about.
    pub fn is_about(&self, principal: &str) -> bool {
        matches_list(&self.principals, principal)
    }

    /// The patterns of `namespaces=`; none where the line has none and so grants nothing here.
    pub fn namespaces(&self) -> Option<&str> {
        self.options.namespaces.as_deref()
    }

    /// From when on and up to when it grants.
    pub fn validity(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.options.valid_after, self.options.valid_before)
    }

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

fn parse_line(number: u32, text: &str, local: LocalTime<'_>) -> Result<Option<Line>, String> {
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
            (parse_options(options, local)?, key)
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

fn parse_options(text: &str, local: LocalTime<'_>) -> Result<Options, String> {
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
            ("valid-after", Some(time)) => {
                options.valid_after.replace(instant::parse(&time, local)?).is_some()
            }
            ("valid-before", Some(time)) => {
                options.valid_before.replace(instant::parse(&time, local)?).is_some()
            }
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

#[cfg(test)]
mod tests;
