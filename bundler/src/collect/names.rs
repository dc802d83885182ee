//! Gives every entry a path that every reader takes, and keeps what its name was. Knows names, no file.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::snapshot::names::fold;

/// The paths given so far. FORMAT §3.4: what cannot be a path is written otherwise, and the snapshot says what it was.
#[derive(Default)]
pub(super) struct Namer {
    /// Folders by their parent and their own name.
    folders: HashMap<(usize, Vec<u8>), (usize, String)>,
    /// What is taken: parent and folded name.
    taken: HashMap<(usize, String), ()>,
}

/// A path and, where it is not simply the name, what the name was.
pub(super) type Named = (EntryPath, Option<String>);

/// Of a segment that is cut, so much stays before its digest, and of its extension.
const CUT_BYTES: usize = 160;
const EXTENSION_BYTES: usize = 16;
/// A segment that gets a number must not become too long by it.
const NUMBERED_BYTES: usize = 220;
/// Of a path that is cut, so much stays before its digest.
const CUT_PATH_BYTES: usize = 480;
const MAX_PATH_BYTES: usize = 1024;

impl Namer {
    /// The path for the file `name`, `/` between its segments; the same for the same names in the same order.
    pub(super) fn name(&mut self, name: &[u8]) -> Option<Named> {
        let segments: Vec<&[u8]> = name.split(|byte| *byte == b'/').collect();
        let mut plain = Vec::new();
        let (file, folders) = segments.split_last()?;
        let file_text = Self::readable(file)?;
        let mut parent = 0;
        let mut bytes = file_text.len();
        for folder in folders {
            let (number, text) = self.folder(parent, folder)?;
            bytes += text.len() + 1;
            if bytes > MAX_PATH_BYTES - NUMBER_BYTES {
                return self.cut(name, &plain, &file_text);
            }
            parent = number;
            plain.push(text);
        }
        plain.push(self.claim(parent, &file_text));
        finish(name, &plain)
    }

    /// A path that is too long: its first folders, a digest of the whole name in place of the others, and the file.
    fn cut(&mut self, name: &[u8], folders: &[String], file: &str) -> Option<Named> {
        let mut bytes = 0;
        let kept = folders.iter().take_while(|folder| {
            bytes += folder.len() + 1;
            bytes <= CUT_PATH_BYTES
        });
        let digest = format!("=~{}", short_digest(name));
        let path: Vec<String> = kept.cloned().chain([digest, file.to_owned()]).collect();
        finish(name, &path)
    }

    fn folder(&mut self, parent: usize, name: &[u8]) -> Option<(usize, String)> {
        if let Some((number, text)) = self.folders.get(&(parent, name.to_vec())) {
            return Some((*number, text.clone()));
        }
        let text = Self::readable(name)?;
        let text = self.claim(parent, &text);
        let number = self.folders.len() + 1;
        self.folders.insert((parent, name.to_vec()), (number, text.clone()));
        Some((number, text))
    }

    /// `text`, or with a number where that or what some file system takes for it is there already.
    fn claim(&mut self, parent: usize, text: &str) -> String {
        let mut claimed = text.to_owned();
        let mut number = 2;
        loop {
            match self.taken.entry((parent, fold(&claimed))) {
                Entry::Vacant(vacant) => {
                    vacant.insert(());
                    return claimed;
                }
                Entry::Occupied(_) => {
                    let short = shorten(text.as_bytes(), text.to_owned());
                    let (stem, extension) = split_extension(&short);
                    claimed = format!("{stem}=~{number}{extension}");
                    number += 1;
                }
            }
        }
    }

    /// The segment `name` as every reader takes it.
    fn readable(name: &[u8]) -> Option<String> {
        if let Some(text) = std::str::from_utf8(name).ok().filter(|text| EntryPath::new(text).is_ok()) {
            return Some(text.to_owned());
        }
        let forms: [(Escaped, bool, bool); 5] = [
            (|_| false, false, false),
            (|_| false, true, false),
            (|_| false, false, true),
            (|_| false, true, true),
            (|c| !c.is_ascii(), true, true),
        ];
        let texts =
            forms.into_iter().map(|(also, first, last)| shorten(name, escape(name, also, first, last)));
        texts.into_iter().find(|text| EntryPath::new(text).is_ok())
    }
}

/// Which characters are escaped besides those that no reader takes.
type Escaped = fn(char) -> bool;

/// The longest number that [`Namer::claim`] adds.
const NUMBER_BYTES: usize = 16;

fn finish(name: &[u8], segments: &[String]) -> Option<Named> {
    let path = segments.join("/");
    let original = (path.as_bytes() != name).then(|| original(name));
    Some((EntryPath::new(&path).ok()?, original))
}

/// FORMAT §3.4: bytes that are not UTF-8 as `\\xff`, a backslash as two.
fn original(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// Writes what no path may hold as `=XX`, byte by byte, and so every `=`.
fn escape(name: &[u8], also: fn(char) -> bool, first: bool, last: bool) -> String {
    let mut text = String::new();
    let mut at = 0;
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_first = at == 0;
            at += c.len_utf8();
            let is_last = at == name.len();
            let is_plain = c != '=' && !also(c) && EntryPath::new(&format!("a{c}a")).is_ok();
            if is_plain && !(first && is_first) && !(last && is_last) {
                text.push(c);
            } else {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| text.push_str(&format!("={byte:02X}")));
            }
        }
        at += chunk.invalid().len();
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("={byte:02X}")));
    }
    text
}

/// Cuts a segment that is too long and puts a digest of its name there.
fn shorten(name: &[u8], text: String) -> String {
    if text.len() <= NUMBERED_BYTES {
        return text;
    }
    let (stem, extension) = split_extension(&text);
    let extension = if extension.len() <= EXTENSION_BYTES { extension } else { "" };
    let cut = stem.floor_char_boundary(CUT_BYTES);
    let stem = stem.get(..cut).unwrap_or_default().trim_end_matches([' ', '.']);
    format!("{stem}=~{}{extension}", short_digest(name))
}

/// `plan.md` → `plan`, `.md`.
fn split_extension(text: &str) -> (&str, &str) {
    match text.rfind('.') {
        Some(dot) if dot > 0 => text.split_at(dot),
        _ => (text, ""),
    }
}

fn short_digest(name: &[u8]) -> String {
    Sha256Digest::of(name).to_string().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&[u8]], expected: &[(&str, Option<&str>)]) {
        let mut namer = Namer::default();
        let given: Vec<Named> = names.iter().map(|name| namer.name(name).expect("a path")).collect();
        let given: Vec<_> =
            given.iter().map(|(path, original)| (path.as_str(), original.as_deref())).collect();
        assert_eq!(given, expected);
    }

    #[test]
    fn names_that_fit_stay() {
        check(
            &[b"data/a=b/c.txt", "data/ü.md".as_bytes(), b"data/a=b/d"],
            &[("data/a=b/c.txt", None), ("data/ü.md", None), ("data/a=b/d", None)],
        );
    }

    #[test]
    fn names_that_do_not_are_written_otherwise() {
        for (name, path, original) in [
            (&b"data/a:b=c.txt"[..], "data/a=3Ab=3Dc.txt", "data/a:b=c.txt"),
            (b"data/\xff.txt", "data/=FF.txt", "data/\\xff.txt"),
            (b"data/a\\b\xff", "data/a=5Cb=FF", "data/a\\\\b\\xff"),
            (b"data/con.log", "data/=63on.log", "data/con.log"),
            (b"data/ x", "data/=20x", "data/ x"),
            (b"data/x.", "data/x=2E", "data/x."),
            (b"data/ x ", "data/=20x=20", "data/ x "),
            (b"data/100%\n", "data/100=25=0A", "data/100%\n"),
            ("data/u\u{308}".as_bytes(), "data/u=CC=88", "data/u\u{308}"),
            ("data/\u{1100}\u{1161}".as_bytes(), "data/=E1=84=80\u{1161}", "data/\u{1100}\u{1161}"),
            ("data/a\u{202e}b".as_bytes(), "data/a=E2=80=AEb", "data/a\u{202e}b"),
        ] {
            check(&[name], &[(path, Some(original))]);
        }
    }

    #[test]
    fn names_that_clash_get_numbers_with_their_folders() {
        check(
            &[b"data/A/x", b"data/a/y", b"data/A/X", b"data/a/y", b"data/a/x", b"data/a", b"data/A/z"],
            &[
                ("data/A/x", None),
                ("data/a=~2/y", Some("data/a/y")),
                ("data/A/X=~2", Some("data/A/X")),
                ("data/a=~2/y=~2", Some("data/a/y")),
                ("data/a=~2/x", Some("data/a/x")),
                ("data/a=~3", Some("data/a")),
                ("data/A/z", None),
            ],
        );
        check(
            &[b"data/plan.md", b"data/PLAN.md"],
            &[("data/plan.md", None), ("data/PLAN=~2.md", Some("data/PLAN.md"))],
        );
    }

    #[test]
    fn names_that_are_too_long_are_cut() {
        let long = format!("data/{}.log", "x".repeat(250));
        let deep = format!("data/{}end.txt", "folder-of-some-length/".repeat(60));
        let mut namer = Namer::default();
        for name in [&long, &deep] {
            let (path, original) = namer.name(name.as_bytes()).expect("a path");
            assert_eq!(original.as_deref(), Some(name.as_str()));
            assert!(path.as_str().contains("=~"), "{path}");
            assert_eq!(
                path.as_str().rsplit_once('.').map(|(_, end)| end),
                name.rsplit_once('.').map(|(_, end)| end)
            );
            let other = format!("{}x.{}", &name[..name.len() - 4], &name[name.len() - 3..]);
            assert_ne!(namer.name(other.as_bytes()).expect("a path").0, path);
        }
    }
}
