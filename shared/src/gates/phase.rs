//! Which phase the documents belong to, and which commits speak of it: ids mean something only inside their phase.

use std::collections::HashSet;

use crate::documents::Document;
use crate::documents::gate_words::{Subject, is_review};
use crate::evidence::{Commit, EvidenceKind};
use crate::history::History;
use crate::report::Role;

/// The phase as its documents' names and its commits tell it.
#[derive(Debug, Default)]
pub(super) struct PhaseScope {
    /// Ids in the names of the documents: `ghost` for `REVIEW-ghost.md`.
    ids: Vec<String>,
    /// Commits that touch REVIEW.
    review: HashSet<usize>,
    /// Commits that touch STATUS or JOURNAL.
    builder: HashSet<usize>,
    /// Commits that touch any document.
    touched: HashSet<usize>,
}

impl PhaseScope {
    pub(super) fn of(documents: &[Document], history: &History<'_>) -> PhaseScope {
        let mut scope = PhaseScope::default();
        for document in documents {
            let commits = || history.edits(&document.name).iter().map(|edit| edit.commit);
            scope.touched.extend(commits());
            match document.kind {
                EvidenceKind::Review => scope.review.extend(commits()),
                EvidenceKind::Status | EvidenceKind::Journal => scope.builder.extend(commits()),
                _ => {}
            }
            if matches!(document.kind, EvidenceKind::Review | EvidenceKind::Status | EvidenceKind::Backlog)
                && let Some(id) = document.name.strip_suffix(".md").and_then(|name| name.split_once('-'))
            {
                scope.ids.push(id.1.to_ascii_lowercase());
            }
        }
        scope
    }

    /// Whether a phase's name is this one's, or nothing tells.
    pub(super) fn is_own(&self, phase: &str) -> bool {
        let plain = phase.to_ascii_lowercase();
        let plain = plain.strip_prefix("phase").unwrap_or(&plain).trim_matches([' ', '-', '_']);
        plain.is_empty() || self.ids.is_empty() || self.ids.iter().any(|id| id == plain)
    }

    /// Whether a document of this phase has `id` in its name.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.ids.iter().any(|known| id.eq_ignore_ascii_case(known))
    }

    /// Whether a commit speaks of this phase: its subject names it, or it touches the phase's documents.
    pub(super) fn speaks_here(&self, index: usize, commit: &Commit, subject: &Subject) -> bool {
        let named = !subject.phase.is_empty() && !self.ids.is_empty() && self.is_own(&subject.phase);
        let silent = commit.changes.is_empty() && self.is_own(&subject.phase);
        named || self.touched.contains(&index) || silent
    }

    /// Whether a commit touches REVIEW.
    pub(super) fn touches_review(&self, index: usize) -> bool {
        self.review.contains(&index)
    }

    /// Who made a commit, as its subject tells, else the documents that it touches.
    pub(super) fn role(&self, index: usize, commit: &Commit) -> Role {
        match is_review(&commit.subject) {
            Some(true) => Role::Adversary,
            Some(false) => Role::Builder,
            None if self.review.contains(&index) => Role::Adversary,
            None if self.builder.contains(&index) => Role::Builder,
            None => Role::Unknown,
        }
    }
}
