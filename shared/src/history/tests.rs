//! Which commit first held which words.

use super::*;
use crate::evidence::{EvidenceKind, Place};

/// A commit of changes: `path`, then its lines with `+` or `-`; `deleted` when only `-` lines are there and `!`.
fn commit(number: usize, changes: &[(&str, &str)]) -> Commit {
    let path = EntryPath::new("data/git/docs.log").expect("a good name");
    Commit {
        sha: format!("{number:040x}"),
        author: "a".to_owned(),
        body: String::new(),
        committer: String::new(),
        parents: Vec::new(),
        author_time: None,
        commit_time: crate::time::from_unix(1_000_000 + number as i64 * 60),
        subject: format!("c{number}"),
        changes: changes
            .iter()
            .map(|(path, lines)| {
                let of = |mark: char| {
                    lines.lines().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect()
                };
                FileChange {
                    path: (*path).to_owned(),
                    added: of('+'),
                    removed: of('-'),
                    deleted: lines.contains("!"),
                    binary: false,
                    created: false,
                    old_path: None,
                }
            })
            .collect(),
        ..Commit::nothing(Place { path, pointer: format!("line {}", number * 100 + 1) })
    }
}

/// The commits of each block of `text` as a file called `name`.
fn check(commits: &[Commit], name: &str, text: &str, expected: &[Option<&str>]) {
    let history = History::new(commits);
    let path = EntryPath::new(&format!("data/documents/{name}")).expect("a good name");
    let document = Document::parse(EvidenceKind::Review, &path, text.as_bytes());
    let found: Vec<_> = document
        .blocks
        .iter()
        .map(|block| history.first_holding(&document, block, 0).map(|commit| commit.subject.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn lines_are_dated_by_the_commit_that_added_them() {
    let commits = [
        commit(1, &[("d/R.md", "+# R\n+\n+old words\n+twice")]),
        commit(2, &[("d/R.md", "+twice\n+moved"), ("d/S.md", "+new words")]),
        commit(3, &[("d/R.md", "-moved\n+new words\n+moved")]),
    ];
    check(
        &commits,
        "R.md",
        "# R\n\nold words\n\ntwice\n\nnew words\n\nmoved\n\ntwice\n\ntwice\n\nunknown",
        &[Some("c1"), Some("c1"), Some("c1"), Some("c3"), Some("c2"), Some("c2"), None, None],
    );
    check(&commits, "X.md", "# R", &[None]);
}

#[test]
fn lost_line_breaks_are_no_matter() {
    let commits = [
        commit(1, &[("R.md", "+# R\n+## M1 — first\n+The words of a\n+paragraph stand here.")]),
        commit(2, &[("R.md", "+## M2 — second\n+The words of another.")]),
    ];
    check(
        &commits,
        "R.md",
        "# R ## M2 — second The words of another. ## M1 — first The words of a paragraph stand here.",
        &[Some("c1"), Some("c2"), Some("c1")],
    );
    let folded = [commit(1, &[("R.md", "+# R ## M1 — first - one two three - four five six")])];
    check(
        &folded,
        "R.md",
        "# R\n\n## M1 — first\n\n- one two three\n- four five six\n- seven eight\n",
        &[Some("c1"), Some("c1"), Some("c1"), Some("c1"), None],
    );
}

#[test]
fn a_renamed_file_keeps_its_past() {
    let commits = [
        commit(1, &[("REVIEW.md", "+# R\n+one")]),
        commit(2, &[("REVIEW.md", "-# R\n-one\n-!"), ("docs/REVIEW-a.md", "+# R\n+one\n+two")]),
        commit(3, &[("REVIEW.md", "+one\n+other phase")]),
    ];
    check(&commits, "REVIEW-a.md", "# R\n\none\n\ntwo", &[Some("c1"), Some("c1"), Some("c2")]);
    check(&commits, "REVIEW.md", "one", &[Some("c3")]);
    let moved = [
        commit(1, &[("REVIEW.md", "+one")]),
        commit(2, &[("REVIEW.md", "-one\n-!"), ("docs/REVIEW.md", "+one")]),
    ];
    check(&moved, "REVIEW.md", "one", &[Some("c1")]);
}

#[test]
fn a_line_stands_since_it_was_last_put_there() {
    let commits = [
        commit(1, &[("S.md", "+## DONE")]),
        commit(2, &[("S.md", "-## DONE")]),
        commit(3, &[("S.md", "+## DONE")]),
    ];
    let history = History::new(&commits);
    let path = EntryPath::new("data/documents/S.md").expect("a good name");
    let document = Document::parse(EvidenceKind::Status, &path, b"## DONE");
    let block = &document.blocks[0];
    assert_eq!(history.first_index(&document, block, 0), Some(0));
    assert_eq!(history.standing_since(&document, block, 0), Some(2));
}
