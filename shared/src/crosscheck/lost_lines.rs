//! Notes on a REVIEW that lost or changed lines between commits; knows nothing about what the lines say.

use std::collections::HashMap;

use super::{Context, cite};
use crate::evidence::EvidenceKind;
use crate::history::History;
use crate::report::Note;
use crate::time::clock;

/// A ledger is only appended to: what a commit took out of REVIEW and no later one put back is worth a note.
pub(super) fn notes(context: &Context<'_>) -> Vec<Note> {
    let mut names: Vec<&str> = context
        .units
        .iter()
        .filter(|unit| unit.document.kind == EvidenceKind::Review)
        .map(|unit| unit.document.name.as_str())
        .collect();
    names.dedup();
    names.into_iter().flat_map(|name| of_document(name, context.history)).collect()
}

fn of_document(name: &str, history: &History<'_>) -> Vec<Note> {
    let edits = history.edits(name);
    let mut standing = HashMap::<&str, i64>::new();
    for edit in edits {
        for line in lines(&edit.added) {
            *standing.entry(line).or_default() += 1;
        }
        for line in lines(&edit.removed) {
            *standing.entry(line).or_default() -= 1;
        }
    }
    let gone = |line: &str| standing.get(line).is_none_or(|count| *count <= 0);
    edits
        .iter()
        .filter_map(|edit| {
            let commit = history.commits().get(edit.commit)?;
            let lost: Vec<&str> = lines(&edit.removed).filter(|line| gone(line)).collect();
            let first = lost.first()?;
            let number = match lost.len() {
                1 => "1 line".to_owned(),
                count => format!("{count} lines"),
            };
            let words: String = first.chars().take(100).collect();
            let ellipsis = if words.len() < first.len() { "…" } else { "" };
            let short: String = commit.sha.chars().take(8).collect();
            let when = commit.at().map_or_else(String::new, |at| format!(" ({})", clock(at)));
            Some(Note {
                text: format!(
                    "{name} lost or changed {number} in commit {short}{when}; a ledger is only appended to: “{words}{ellipsis}”"
                ),
                evidence: vec![cite(&commit.place, "", format!("{short} {}", commit.subject))],
            })
        })
        .collect()
}

fn lines<'a>(lines: &[&'a str]) -> impl Iterator<Item = &'a str> {
    lines.iter().map(|line| line.trim()).filter(|line| line.chars().any(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_path::EntryPath;
    use crate::evidence::{Commit, FileChange, Place};

    fn commit(sha: &str, added: &[&str], removed: &[&str]) -> Commit {
        let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Commit {
            sha: sha.repeat(40),
            subject: format!("commit {sha}"),
            changes: vec![FileChange {
                path: "docs/REVIEW-x.md".to_owned(),
                added: own(added),
                removed: own(removed),
                ..FileChange::default()
            }],
            author: "bot".to_owned(),
            ..Commit::nothing(Place {
                path: EntryPath::new("data/git/x.log").expect("a good name"),
                pointer: "line 1".to_owned(),
            })
        }
    }

    #[track_caller]
    fn check(commits: &[Commit], expected: &[&str]) {
        let notes = of_document("REVIEW-x.md", &History::new(commits));
        assert_eq!(notes.len(), expected.len(), "{notes:?}");
        for (note, expected) in notes.iter().zip(expected) {
            assert!(note.text.contains(expected), "{}", note.text);
        }
    }

    #[test]
    fn lost_lines_are_told_and_moved_ones_are_not() {
        let first = commit("a", &["# R", "M1 FAIL", "proof"], &[]);
        check(&[first.clone(), commit("b", &["more"], &[])], &[]);
        check(&[first.clone(), commit("b", &["M1 PASS"], &["M1 FAIL"])], &["1 line in commit bbbbbbbb"]);
        check(&[first.clone(), commit("b", &[], &["M1 FAIL", "proof", ""])], &["2 lines in commit bbbbbbbb"]);
        check(&[first.clone(), commit("b", &["proof"], &["proof"])], &[]);
        check(&[first, commit("b", &[], &["proof"]), commit("c", &["proof"], &[])], &[]);
    }
}
