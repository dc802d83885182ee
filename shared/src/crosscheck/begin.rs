//! When a phase began, by the history of its documents and its builds; knows nothing of statements.

use std::collections::HashSet;

use super::Unit;
use crate::evidence::Evidence;
use crate::history::History;
use crate::time::Timestamp;

/// When a phase began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Begin {
    /// The earliest thing of it that is known: a commit of its documents or a build.
    pub(crate) at: Timestamp,
    /// The first commit of its documents.
    pub(crate) documents: Timestamp,
}

/// When the phase of these documents began; none without a history of them.
pub(super) fn begin(units: &[Unit<'_>], evidence: &Evidence, history: &History<'_>) -> Option<Begin> {
    let names: HashSet<&str> = units.iter().map(|unit| own_name(&unit.document.name)).collect();
    let mut commits = history.commits().iter().filter(|commit| {
        let mut files = commit.changes.iter().filter_map(|change| change.path.rsplit('/').next());
        files.any(|file| names.contains(own_name(file)))
    });
    let documents = commits.find_map(|commit| commit.at())?;
    let builds = evidence.builds.values().filter_map(|build| build.created.or(build.started));
    Some(Begin { at: builds.min().map_or(documents, |build| build.min(documents)), documents })
}

/// `ghost.md` of `REVIEW-ghost.md`: what all documents of a phase share.
fn own_name(file: &str) -> &str {
    match file.split_once('-') {
        Some((kind, rest)) if kind.chars().all(|c| c.is_ascii_uppercase()) && !rest.is_empty() => rest,
        _ => file,
    }
}
