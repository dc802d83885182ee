//! The bag's text files: manifests, `bagit.txt`, `bag-info.txt`; knows nothing about the archive they lie in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;

/// Lists every payload file.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Lists every tag file but itself and the signatures; its digest is the snapshot's id.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// Says that this is a bag.
pub const BAGIT: &str = "bagit.txt";
/// The whole of [`BAGIT`].
pub const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// Says what is in the bag.
pub const BAG_INFO: &str = "bag-info.txt";
/// The label of [`BAG_INFO`] that counts the payload.
pub const PAYLOAD_OXUM: &str = "Payload-Oxum";

/// A hostile file of nothing but line feeds must not become a million words.
const MAX_FAULTS: usize = 50;

/// A manifest: digests by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Digests by path.
    pub digests: BTreeMap<EntryPath, Sha256Digest>,
}

impl Manifest {
    /// The lines as `sha256sum` writes them, in order of path.
    pub fn to_text(&self) -> String {
        self.digests.iter().fold(String::new(), |mut text, (path, digest)| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{digest}  {path}");
            text
        })
    }

    /// Reads what can be read, and says which lines break FORMAT §5.2.
    ///
    /// A path listed twice keeps no digest at all, so that nobody has to guess which one counts.
    pub fn parse(bytes: &[u8]) -> (Self, Vec<String>) {
        let mut manifest = Self::default();
        let mut faults = Faults::default();
        let mut listed_twice = Vec::new();
        let mut previous: Option<EntryPath> = None;
        let text = String::from_utf8_lossy(bytes);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            faults.push("is not UTF-8".to_owned());
        }
        if !text.is_empty() && !text.ends_with('\n') {
            faults.push("does not end in a line feed".to_owned());
        }
        for (index, line) in text.split_terminator('\n').enumerate() {
            let number = index + 1;
            let (digest, path) = match parse_line(line) {
                Ok(parts) => parts,
                Err(what) => {
                    faults.push(format!("line {number}: {what}"));
                    continue;
                }
            };
            if previous.as_ref().is_some_and(|previous| *previous > path) {
                faults.push(format!("line {number}: {path} is out of order"));
            }
            previous = Some(path.clone());
            if manifest.digests.insert(path.clone(), digest).is_some() {
                faults.push(format!("line {number}: {path} is listed twice"));
                listed_twice.push(path);
            }
        }
        for path in listed_twice {
            manifest.digests.remove(&path);
        }
        (manifest, faults.into_words())
    }
}

/// What is wrong with a text, up to [`MAX_FAULTS`] in words and the rest as a count.
#[derive(Default)]
struct Faults {
    words: Vec<String>,
    more: u64,
}

impl Faults {
    fn push(&mut self, what: String) {
        match self.words.len() < MAX_FAULTS {
            true => self.words.push(what),
            false => self.more += 1,
        }
    }

    fn into_words(mut self) -> Vec<String> {
        if self.more > 0 {
            self.words.push(format!("{} more faults like these", self.more));
        }
        self.words
    }
}

fn parse_line(line: &str) -> Result<(Sha256Digest, EntryPath), String> {
    let (digest, path) = line.split_once("  ").ok_or("expected a digest, two spaces and a path")?;
    let digest = digest.parse().map_err(|error: crate::digest::DigestError| error.to_string())?;
    let path = EntryPath::new(path).map_err(|error| error.to_string())?;
    Ok((digest, path))
}

/// `<octets>.<files>` of the payload.
pub fn payload_oxum(sizes: impl Iterator<Item = u64>) -> String {
    let (bytes, files) = sizes.fold((0_u64, 0_u64), |(bytes, files), size| (bytes + size, files + 1));
    format!("{bytes}.{files}")
}

/// `Label: value` lines of `bag-info.txt`; a label or value that would break a line is an error in words.
pub fn bag_info_text(fields: &[(String, String)]) -> Result<String, String> {
    let mut text = String::new();
    for (label, value) in fields {
        if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(format!("label {label:?} must be of letters, digits and `-`"));
        }
        if value.trim() != value || value.is_empty() || value.chars().any(char::is_control) {
            return Err(format!("the value of {label} must be one line of text"));
        }
        let _ = writeln!(text, "{label}: {value}");
    }
    Ok(text)
}

/// Reads `bag-info.txt`, and says which lines break FORMAT §5.4.
pub fn parse_bag_info(bytes: &[u8]) -> (Vec<(String, String)>, Vec<String>) {
    let mut fields = Vec::new();
    let mut faults = Faults::default();
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        faults.push("is not UTF-8".to_owned());
    }
    for (index, line) in text.split_terminator('\n').enumerate() {
        match line.split_once(": ").map(|(label, value)| (label.to_owned(), value.to_owned())) {
            Some(field) if bag_info_text(std::slice::from_ref(&field)).is_ok() => fields.push(field),
            _ => faults.push(format!("line {}: expected `Label: value`", index + 1)),
        }
    }
    if !text.ends_with('\n') {
        faults.push("does not end in a line feed".to_owned());
    }
    (fields, faults.into_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, listed: usize, faults: usize) {
        let (manifest, found) = Manifest::parse(text.as_bytes());
        assert_eq!((manifest.digests.len(), found.len()), (listed, faults), "{text:?}: {found:?}");
    }

    #[test]
    fn reads_manifests_line_by_line() {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        check("", 0, 0);
        check(&format!("{digest}  data/a\n{digest}  data/b c\n"), 2, 0);
        check(&format!("{digest}  data/a"), 1, 1);
        check(&format!("{digest} data/a\n"), 0, 1);
        check(&format!("{digest} *data/a\n"), 0, 1);
        check(&format!("{digest}  ./data/a\n"), 0, 1);
        check(&format!("{digest}  data/a\r\n"), 0, 1);
        check(&format!("{}  data/a\n", digest.to_uppercase()), 0, 1);
        check(&format!("{digest}  data/b\n{digest}  data/a\n"), 2, 1);
        check(&format!("{digest}  data/a\n{digest}  data/a\n"), 0, 1);
        check(&format!("{digest}  data/a\n\n"), 1, 1);
        check(&"\n".repeat(1000), 0, 51);
    }

    #[test]
    fn bag_info_round_trips_and_refuses_second_lines() {
        let fields = vec![("External-Identifier".to_owned(), "ghost: M1 PASS".to_owned())];
        let text = bag_info_text(&fields).unwrap();
        assert_eq!(parse_bag_info(text.as_bytes()), (fields, vec![]));
        assert!(bag_info_text(&[("A".to_owned(), "b\nPayload-Oxum: 0.0".to_owned())]).is_err());
        assert_eq!(parse_bag_info(b"A: b\n c\n").1.len(), 1);
        assert_eq!(parse_bag_info(b"A: b\x8c\n").1, ["is not UTF-8"]);
    }
}
