//! Where a document's line is, in words that a terminal can open: below a folder, or by the document's name alone.

use std::collections::BTreeMap;
use std::path::Path;

use dossier_shared::report::Report;

/// What to call each document; a document that is not listed keeps its name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    by_name: BTreeMap<String, String>,
}

impl Places {
    /// Documents as they lie below `root`, which is the folder of dossier.toml as the user named it; a root below
    /// the current folder is told relative to that.
    pub(crate) fn below(root: &Path, report: &Report) -> Self {
        let current = std::env::current_dir().ok();
        let relative = current.as_deref().and_then(|current| root.strip_prefix(current).ok());
        let root = relative.unwrap_or(root);
        let origins: BTreeMap<_, _> =
            report.files.iter().map(|file| (&file.path, file.origin.as_str())).collect();
        let place_of = |origin: &str| match root == Path::new("") || root == Path::new(".") {
            true => origin.to_owned(),
            false => root.join(origin).display().to_string(),
        };
        let by_name = report.documents.iter().filter_map(|document| {
            let origin = origins.get(&document.path)?;
            Some((document.name.clone(), place_of(origin)))
        });
        Self { by_name: by_name.collect() }
    }

    /// `machine-docs/REVIEW-ghost.md:32`; without the line where that is 0.
    pub(crate) fn at(&self, document: &str, line: u32) -> String {
        let name = self.by_name.get(document).map_or(document, String::as_str);
        if line == 0 { name.to_owned() } else { format!("{name}:{line}") }
    }

    /// `words` with every `REVIEW-ghost.md:32` in it made one that can be opened.
    pub(crate) fn within(&self, words: &str) -> String {
        let mut words = words.to_owned();
        for (name, place) in &self.by_name {
            if name != place && words.contains(name.as_str()) {
                words = replace(&words, name, place);
            }
        }
        words
    }
}

/// Replaces `name` where it stands alone and a line's number follows.
fn replace(words: &str, name: &str, place: &str) -> String {
    let mut out = String::with_capacity(words.len() + place.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once(name) {
        out.push_str(before);
        let is_name_s_own = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        let is_alone = !out.ends_with(is_name_s_own);
        let has_line =
            after.strip_prefix(':').is_some_and(|line| line.starts_with(|c: char| c.is_ascii_digit()));
        out.push_str(if is_alone && has_line { place } else { name });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let by_name = [("R.md", "docs/R.md"), ("S.md", "S.md")];
        Places { by_name: by_name.map(|(name, place)| (name.to_owned(), place.to_owned())).into() }
    }

    #[test]
    fn a_line_can_be_opened() {
        for (document, line, expected) in [
            ("R.md", 3, "docs/R.md:3"),
            ("S.md", 3, "S.md:3"),
            ("git log", 0, "git log"),
            ("x.md", 1, "x.md:1"),
        ] {
            assert_eq!(places().at(document, line), expected);
        }
    }

    #[test]
    fn places_in_words_too() {
        for (words, expected) in [
            ("R.md:3 and R.md:4", "docs/R.md:3 and docs/R.md:4"),
            ("(R.md:3)", "(docs/R.md:3)"),
            ("R.md says", "R.md says"),
            ("R.md: 3", "R.md: 3"),
            ("docs/R.md:3", "docs/R.md:3"),
            ("BAR.md:3", "BAR.md:3"),
            ("R.mdR.md:3", "R.mdR.md:3"),
            ("", ""),
        ] {
            assert_eq!(places().within(words), expected, "{words}");
        }
    }
}
