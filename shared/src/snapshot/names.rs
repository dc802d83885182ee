//! Which names may lie in a snapshot together, and what a name says about its file; knows nothing about bytes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use unicode_normalization::UnicodeNormalization as _;

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::snapshot::fault::Fault;

/// Folder of the payload.
pub const PAYLOAD: &str = "data";
/// Folder of statements and signatures.
pub const SIGNATURES: &str = "signatures";

/// The names seen so far; refuses those that some file system would take for one another.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) stem: Option<String>,
    /// Every file and folder by its folder's number and its folded name. A tree, not whole paths, so that
    /// many deep names cost no more memory than their own length.
    seen: BTreeMap<(usize, String), Node>,
}

#[derive(Debug)]
struct Node {
    spelling: String,
    /// Its number as a folder; none for a file.
    folder: Option<usize>,
}

impl Names {
    /// Takes an archive's name apart into the common stem and the path below it.
    pub(crate) fn add(&mut self, name: &[u8]) -> Result<EntryPath, Fault> {
        let name = std::str::from_utf8(name).map_err(|_| Fault::NameNotUtf8)?;
        let (stem, path) = name.split_once('/').ok_or(Fault::OutsideFolder)?;
        check_stem(stem)?;
        match &self.stem {
            None => self.stem = Some(stem.to_owned()),
            Some(first) if first != stem => return Err(Fault::OtherFolder { first: first.clone() }),
            Some(_) => {}
        }
        let path = EntryPath::new(path).map_err(|error| Fault::Name(error.rule))?;
        self.add_path(&path)?;
        Ok(path)
    }

    /// Adds a path below the stem.
    pub(crate) fn add_path(&mut self, path: &EntryPath) -> Result<(), Fault> {
        check_place(path)?;
        let mut folder = 0;
        let mut segments = path.segments().peekable();
        while let Some(segment) = segments.next() {
            folder = self.claim(folder, segment, segments.peek().is_none())?;
        }
        Ok(())
    }

    /// FORMAT §3.3: no two names may be equal after folding, and no file may also be a folder.
    fn claim(&mut self, parent: usize, segment: &str, is_file: bool) -> Result<usize, Fault> {
        let number = self.seen.len() + 1;
        match self.seen.entry((parent, fold(segment))) {
            Entry::Vacant(vacant) => {
                let folder = (!is_file).then_some(number);
                vacant.insert(Node { spelling: segment.to_owned(), folder });
                Ok(number)
            }
            Entry::Occupied(occupied) => {
                let Node { spelling, folder } = occupied.get();
                match folder {
                    Some(folder) if !is_file && spelling == segment => Ok(*folder),
                    _ if folder.is_some() == is_file => Err(Fault::FileAndFolder { name: spelling.clone() }),
                    _ => Err(Fault::SameName { name: spelling.clone() }),
                }
            }
        }
    }
}

/// A form in which names are equal that a case-blind or normalising file system takes for one.
pub fn fold(name: &str) -> String {
    let decomposed: String = name.nfd().collect();
    decomposed.to_uppercase().to_lowercase().nfc().collect()
}

/// FORMAT §3.2: letters, digits, `.`, `_` and `-`, so that the recipe in VERIFY.txt can name it as it is.
pub(crate) fn check_stem(stem: &str) -> Result<(), Fault> {
    let plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let starts_well = stem.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !plain || !starts_well || stem.len() > 128 || EntryPath::new(stem).is_err() {
        return Err(Fault::Stem { stem: stem.chars().take(80).collect() });
    }
    Ok(())
}

/// FORMAT §2.3 and §2.4: what may not lie in a snapshot, whatever its manifests say.
fn check_place(path: &EntryPath) -> Result<(), Fault> {
    if fold(path.as_str()) == "fetch.txt" {
        return Err(Fault::Fetch);
    }
    let first = path.segments().next().unwrap_or_default();
    if fold(first) == SIGNATURES && signature_file(path).is_none() {
        return Err(Fault::SignaturePlace);
    }
    Ok(())
}

/// A file below `signatures/`: its stem (`seal` or a digest) and whether it is the signature itself.
pub(crate) fn signature_file(path: &EntryPath) -> Option<(&str, bool)> {
    let name = path.as_str().strip_prefix("signatures/")?;
    let (stem, is_signature) = match name.strip_suffix(".json.sig") {
        Some(stem) => (stem, true),
        None => (name.strip_suffix(".json")?, false),
    };
    let is_digest = stem.parse::<Sha256Digest>().is_ok();
    (stem == "seal" || is_digest).then_some((stem, is_signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], clause: Option<&str>) {
        let mut seen = Names::default();
        let result = names.iter().try_for_each(|name| seen.add(name.as_bytes()).map(drop));
        assert_eq!(result.as_ref().err().map(Fault::clause), clause, "{names:?}: {result:?}");
    }

    #[test]
    fn names_that_fit() {
        check(&["s/data/a", "s/data/b/c", "s/data/c/b", "s/bagit.txt", "s/signatures/seal.json.sig"], None);
    }

    #[test]
    fn names_that_do_not() {
        check(&["a"], Some("§3.2"));
        check(&["s/a", "t/b"], Some("§3.2"));
        check(&["$(x)/a"], Some("§3.2"));
        check(&["../a"], Some("§3.2"));
        check(&["s/../a"], Some("§3.1"));
        check(&["s/a/"], Some("§3.1"));
        check(&["s/a", "s/a"], Some("§3.3"));
        check(&["s/a", "s/A"], Some("§3.3"));
        check(&["s/stra\u{df}e", "s/STRASSE"], Some("§3.3"));
        check(&["s/\u{e9}", "s/\u{c9}"], Some("§3.3"));
        check(&["s/a/x", "s/A/y"], Some("§3.3"));
        check(&["s/b/a/x", "s/b/A/y"], Some("§3.3"));
        check(&["s/a", "s/a/b"], Some("§3.3"));
        check(&["s/a/b", "s/a"], Some("§3.3"));
        check(&["s/a/b", "s/A"], Some("§3.3"));
        check(&["s/Fetch.txt"], Some("§2.3"));
        check(&["s/signatures/x.json"], Some("§2.4"));
        check(&["s/signatures/seal.txt"], Some("§2.4"));
        check(&["s/Signatures/seal.json"], Some("§2.4"));
        check(&["s/signatures"], Some("§2.4"));
        check(&["s/signatures/a/seal.json"], Some("§2.4"));
    }
}
