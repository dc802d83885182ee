//! Notes on a REVIEW that lost or changed lines between commits; knows nothing about what the lines say.

use std::collections::HashMap;

use super::{Context, cite};
use crate::evidence::{Commit, EvidenceKind, FileChange};
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
    names.into_iter().flat_map(|name| of_document(name, context.history.commits())).collect()
}

fn of_document(name: &str, commits: &[Commit]) -> Vec<Note> {
    let mut standing = HashMap::<&str, i64>::new();
    for (_, change) in changes(name, commits) {
        for line in lines(&change.added) {
            *standing.entry(line).or_default() += 1;
        }
        for line in lines(&change.removed) {
            *standing.entry(line).or_default() -= 1;
        }
    }
    let gone = |line: &str| standing.get(line).is_none_or(|count| *count <= 0);
    changes(name, commits)
        .filter_map(|(commit, change)| {
            let lost: Vec<&str> = lines(&change.removed).filter(|line| gone(line)).collect();
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

/// The commits that changed the file and left it there, oldest first.
fn changes<'a>(name: &'a str, commits: &'a [Commit]) -> impl Iterator<Item = (&'a Commit, &'a FileChange)> {
    commits.iter().flat_map(move |commit| {
        let of_file = commit
            .changes
            .iter()
            .filter(move |change| !change.deleted && change.path.rsplit('/').next() == Some(name));
        of_file.map(move |change| (commit, change))
    })
}

fn lines(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().map(|line| line.trim()).filter(|line| line.chars().any(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_path::EntryPath;
    use crate::evidence::Place;

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
        let notes = of_document("REVIEW-x.md", commits);
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
