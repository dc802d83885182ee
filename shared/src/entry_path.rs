//! Names of entries inside a snapshot, safe by construction; knows nothing about archives.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::is_nfc;

/// A path inside the snapshot, relative to its stem, `/` between segments.
///
/// It cannot hold an absolute path, a `..`, a drive letter, a control character, or a name that some
/// file system would read as another one, so it may be joined to a folder or shown on a screen as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct EntryPath(String);

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry name {name:?} {rule}")]
pub struct EntryPathError {
    /// The offending name, cut to 200 characters.
    pub name: String,
    /// What is wrong with it.
    pub rule: NameRule,
}

/// A rule of FORMAT §3.1 that a name breaks; in words a lower-case fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameRule {
    /// No name at all.
    #[error("is empty")]
    Empty,
    /// More bytes than some systems open.
    #[error("is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A leading slash.
    #[error("is absolute; entries are relative to the snapshot")]
    Absolute,
    /// Control characters, and what some system gives a meaning.
    #[error(r#"holds a control character or one of \ < > : " | ? * %"#)]
    Character,
    /// What makes a name look like another.
    #[error("holds an invisible or direction-changing character")]
    Deceptive,
    /// A second spelling of the same characters.
    #[error("is not in Unicode normal form C")]
    NotNormal,
    /// Two slashes, or one at the end.
    #[error("has an empty segment or ends in a slash")]
    EmptySegment,
    /// A way to other folders.
    #[error("has a `.` or `..` segment")]
    DotSegment,
    /// More bytes than some file systems keep.
    #[error("has a segment longer than {MAX_SEGMENT_BYTES} bytes")]
    SegmentTooLong,
    /// What Windows drops, or nobody sees.
    #[error("has a segment that begins with a space or ends in a dot or space")]
    SegmentEdge,
    /// `NUL`, `COM1` …
    #[error("has a segment that Windows reserves")]
    Reserved,
}

const FORBIDDEN: &[char] = &['\\', '<', '>', ':', '"', '|', '?', '*', '%'];
const MAX_BYTES: usize = 1024;
const MAX_SEGMENT_BYTES: usize = 240;

impl EntryPath {
    /// Checks `name` against the rules of docs/FORMAT.md §3.
    pub fn new(name: &str) -> Result<Self, EntryPathError> {
        match fault(name) {
            None => Ok(Self(name.to_owned())),
            Some(rule) => Err(EntryPathError { name: name.chars().take(200).collect(), rule }),
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The segments from the left.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }
}

fn fault(name: &str) -> Option<NameRule> {
    if name.is_empty() {
        return Some(NameRule::Empty);
    }
    if name.len() > MAX_BYTES {
        return Some(NameRule::TooLong);
    }
    if name.starts_with('/') {
        return Some(NameRule::Absolute);
    }
    if name.chars().any(|c| c.is_control() || FORBIDDEN.contains(&c)) {
        return Some(NameRule::Character);
    }
    if name.chars().any(is_deceptive) {
        return Some(NameRule::Deceptive);
    }
    if !is_nfc(name) {
        return Some(NameRule::NotNormal);
    }
    name.split('/').find_map(segment_fault)
}

fn segment_fault(segment: &str) -> Option<NameRule> {
    if segment.is_empty() {
        return Some(NameRule::EmptySegment);
    }
    if segment == "." || segment == ".." {
        return Some(NameRule::DotSegment);
    }
    if segment.len() > MAX_SEGMENT_BYTES {
        return Some(NameRule::SegmentTooLong);
    }
    if segment.ends_with('.') || segment.ends_with(' ') || segment.starts_with(' ') {
        return Some(NameRule::SegmentEdge);
    }
    let stem = segment.split('.').next().unwrap_or(segment).trim_end().to_ascii_uppercase();
    let reserved = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || (stem.chars().count() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.chars().last().is_some_and(|c| matches!(c, '0'..='9' | '¹' | '²' | '³')));
    reserved.then_some(NameRule::Reserved)
}

/// What Unicode lets a screen leave out (`Default_Ignorable_Code_Point`), what turns the direction of writing,
/// and spaces that are no space make a name look like another.
fn is_deceptive(c: char) -> bool {
    (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for EntryPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for EntryPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for EntryPath {
    type Err = EntryPathError;

    fn from_str(name: &str) -> Result<Self, EntryPathError> {
        Self::new(name)
    }
}

impl TryFrom<String> for EntryPath {
    type Error = EntryPathError;

    fn try_from(name: String) -> Result<Self, EntryPathError> {
        Self::new(&name)
    }
}

impl From<EntryPath> for String {
    fn from(path: EntryPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_ordinary_names() {
        for name in ["data/a.json", "bagit.txt", "data/ü b.txt", "data/a=b&c@d.json", "data/COMET"] {
            assert!(EntryPath::new(name).is_ok(), "{name}");
        }
    }

    fn check(name: &str, rule: NameRule) {
        assert_eq!(EntryPath::new(name).map_err(|error| error.rule), Err(rule), "{name:?}");
    }

    #[test]
    fn refuses_every_forbidden_name() {
        check("", NameRule::Empty);
        check(&("a/".repeat(600) + "b"), NameRule::TooLong);
        check("/etc/passwd", NameRule::Absolute);
        for name in [
            "C:/x", "a\\b", "a\0b", "a\u{7f}b", "a\u{85}b", "a*b", "a?b", "a<b", "a>b", "a|b", "a\"b", "a%2f",
        ] {
            check(name, NameRule::Character);
        }
        for name in [
            "a\u{202e}gpj.exe",
            "a\u{a0}b",
            "a\u{2028}b",
            "a\u{3164}b",
            "a\u{e0041}b",
            "a\u{200b}b",
            "a\u{fe0f}b",
        ] {
            check(name, NameRule::Deceptive);
        }
        check("u\u{308}", NameRule::NotNormal);
        for name in ["a//b", "a/"] {
            check(name, NameRule::EmptySegment);
        }
        for name in ["../x", "a/./b", "a/.."] {
            check(name, NameRule::DotSegment);
        }
        check(&"a".repeat(241), NameRule::SegmentTooLong);
        for name in ["x.", "x ", " x", "a/ b", "a./b", "..."] {
            check(name, NameRule::SegmentEdge);
        }
        for name in ["CON", "aux.txt", "com1", "lpt9.log", "NUL .txt", "a/CONIN$", "COM\u{b9}"] {
            check(name, NameRule::Reserved);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_accepted_stays_what_it_is(name in ".{0,40}|[a-c./ ~\\\\]{0,20}") {
            if let Ok(path) = EntryPath::new(&name) {
                proptest::prop_assert_eq!(path.as_str(), &name);
                proptest::prop_assert!(std::path::Path::new(&name).is_relative());
                proptest::prop_assert!(!name.split('/').any(|segment| matches!(segment, "" | "." | "..")));
            }
        }
    }

    #[test]
    fn checks_while_deserialising() {
        assert!(serde_json::from_str::<EntryPath>(r#""../x""#).is_err());
    }
}
