//! What the documents no longer hold and the git log still does: a ledger is only appended to. Knows no verdicts.

use std::collections::{HashMap, HashSet};

use super::phase::PhaseScope;
use crate::documents::{BlockKind, Document, inbox, line_key};
use crate::entry_path::EntryPath;
use crate::evidence::{Commit, EvidenceKind};
use crate::history::{Edit, History};
use crate::report::{Evidence, Note};
use crate::time::{clock, date};

/// Documents that are told as missing; a phase has two ledgers.
const MAX_MISSING: usize = 16;

/// What a place in the git log is called: document, commit and date; its line is the log's.
pub(super) fn logged(name: &str, commit: &Commit) -> String {
    let place = inbox::NAME;
    if name.is_empty() {
        format!("{}, {place}", commit_words(commit))
    } else {
        format!("{name} in {}, {place}", commit_words(commit))
    }
}

/// `commit 1a2b3c4d of 2026-06-13 06:27:57Z`.
pub(super) fn commit_words(commit: &Commit) -> String {
    let short: String = commit.sha.chars().take(8).collect();
    match commit.at() {
        Some(at) => format!("commit {short} of {} {}", date(at), clock(at)),
        None => format!("commit {short}"),
    }
}

/// Whether a document's name is one that [`logged`] made.
pub(super) fn is_logged(document: &str) -> bool {
    document.ends_with(inbox::NAME)
}

/// Ledgers of this phase that the git log knows and that are not among `documents`, as empty ones: what they held is
/// judged from the log.
pub(super) fn missing(documents: &[Document], history: &History<'_>, scope: &PhaseScope) -> Vec<Document> {
    let mut names: Vec<&str> = history.names().collect();
    names.sort_unstable();
    let mut missing = Vec::new();
    for (prefix, kind) in [("REVIEW", EvidenceKind::Review), ("BACKLOG", EvidenceKind::Backlog)] {
        let known = |name: &str| documents.iter().any(|document| document.name == name);
        let any = documents.iter().any(|document| document.kind == kind);
        for name in names.iter().filter(|name| !known(name)) {
            let id = name.strip_suffix(".md").and_then(|name| name.strip_prefix(prefix));
            let own = id.is_some_and(|id| match id.strip_prefix('-') {
                Some(id) => scope.has_id(id),
                None => id.is_empty() && !any,
            });
            let path = EntryPath::new(&format!("data/documents/{name}"));
            if let (true, Ok(path), true) = (own, path, missing.len() < MAX_MISSING) {
                missing.push(Document::parse(kind, &path, b""));
            }
        }
    }
    missing
}

/// An earlier version's lines, as a document of their own.
pub(super) fn version(document: &Document, lines: &[&str]) -> Document {
    Document::parse(document.kind, &document.path, lines.join("\n").as_bytes())
}

/// Which lines of a document are read as words, and which stand in it in any way.
pub(super) struct Standing {
    read: HashSet<u64>,
    all: HashSet<u64>,
}

impl Standing {
    pub(super) fn of(document: &Document) -> Standing {
        let said = document.blocks.iter().filter(|block| block.kind != BlockKind::Code);
        let read = said.flat_map(|block| document.source_of(block).lines().map(line_key)).collect();
        Standing { read, all: document.line_keys() }
    }

    /// Whether a line that `edit` added is judged by the document as it is now: its words are read there, or they
    /// have stood in a code block or a comment from the first.
    pub(super) fn judges(&self, key: u64, edit: &Edit<'_>) -> bool {
        let fenced = || {
            let opens = |line: &&&str| ["```", "~~~", "<!--"].iter().any(|mark| line.contains(mark));
            edit.added.iter().any(|line| opens(&line))
        };
        self.read.contains(&key) || (self.all.contains(&key) && fenced())
    }
}

/// Why verdicts, vetoes and findings of REVIEW are not known from its own words.
pub(super) fn unread(documents: &[Document], absent: &[Document]) -> Vec<String> {
    let review = |document: &&Document| document.kind == EvidenceKind::Review;
    let mut reasons: Vec<String> = absent
        .iter()
        .filter(review)
        .map(|document| format!("{} is not here: only the git log tells what it held", document.name))
        .collect();
    let garbled = documents.iter().filter(review).filter(|document| document.is_garbled());
    reasons.extend(garbled.map(|document| format!("{} cannot be read as text", document.name)));
    if reasons.is_empty() && !documents.iter().any(|document| review(&document)) {
        reasons.push("no REVIEW is here, so no verdict stands in the reviewer's own words".to_owned());
    }
    reasons
}

/// Notes on ledgers that are not here or cannot be read, and on a REVIEW that lacks lines which its newest commit holds.
pub(super) fn notes(documents: &[Document], absent: &[Document], history: &History<'_>) -> Vec<Note> {
    let missing = absent.iter().map(|document| Note {
        text: format!(
            "{} is not here, and the git log knows it: what it held is judged by the log's lines alone",
            document.name
        ),
        evidence: newest(&document.name, history),
    });
    let ledgers = documents
        .iter()
        .filter(|document| matches!(document.kind, EvidenceKind::Review | EvidenceKind::Backlog));
    let faults = ledgers.filter_map(|document| {
        if document.is_garbled() {
            let text = format!(
                "{} cannot be read as text (UTF-8): no verdict, finding or veto in it was read",
                document.name
            );
            return Some(Note { text, evidence: Vec::new() });
        }
        // BACKLOG is kept up to date in place.
        if document.kind == EvidenceKind::Review { lost_lines(document, history) } else { None }
    });
    missing.chain(faults).collect()
}

/// Lines that the newest commit holds and the document as packed does not.
fn lost_lines(document: &Document, history: &History<'_>) -> Option<Note> {
    let edits = history.edits(&document.name);
    let mut balance = HashMap::<&str, i64>::new();
    for edit in edits {
        for line in &edit.added {
            *balance.entry(line.trim()).or_default() += 1;
        }
        for line in &edit.removed {
            *balance.entry(line.trim()).or_default() -= 1;
        }
    }
    let standing = document.line_keys();
    let alive =
        || balance.iter().filter(|(line, count)| **count > 0 && line.chars().any(char::is_alphanumeric));
    let lost = alive().filter(|(line, _)| !standing.contains(&line_key(line))).count();
    // Where line breaks were lost, lines say nothing.
    let folded = lost * 2 > alive().count() && standing.len() * 2 < alive().count();
    if lost == 0 || (folded && !document.blocks.is_empty()) {
        return None;
    }
    let mut first: Option<&str> = None;
    for line in edits.iter().flat_map(|edit| &edit.added).map(|line| line.trim()) {
        let gone = balance.get(line).is_some_and(|count| *count > 0)
            && line.chars().any(char::is_alphanumeric)
            && !standing.contains(&line_key(line));
        if gone {
            first = Some(line);
            break;
        }
    }
    let first = first?;
    let words: String = first.chars().take(100).collect();
    let ellipsis = if words.len() < first.len() { "…" } else { "" };
    let (number, it) =
        if lost == 1 { ("1 line".to_owned(), "holds it") } else { (format!("{lost} lines"), "holds them") };
    Some(Note {
        text: format!(
            "{} lacks {number}, and its newest commit {it}; a ledger is only appended to: “{words}{ellipsis}”",
            document.name
        ),
        evidence: newest(&document.name, history),
    })
}

/// The newest commit that touched a document.
fn newest(name: &str, history: &History<'_>) -> Vec<Evidence> {
    let commit = history.edits(name).last().and_then(|edit| history.commits().get(edit.commit));
    commit.map_or(Vec::new(), |commit| vec![cite(commit)])
}

/// A commit as what something rests on.
pub(super) fn cite(commit: &Commit) -> Evidence {
    let short: String = commit.sha.chars().take(8).collect();
    Evidence {
        path: commit.place.path.clone(),
        pointer: commit.place.pointer.clone(),
        value: format!("{short} {}", commit.subject),
    }
}
