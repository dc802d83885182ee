//! Commits and what they changed. Knows nothing about git's output.

use crate::evidence::Place;
use crate::time::Timestamp;

/// A commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Full sha.
    pub sha: String,
    /// Full shas of its parents: none for a root, several for a merge.
    pub parents: Vec<String>,
    /// Name of the author.
    pub author: String,
    /// Name of the committer.
    pub committer: String,
    /// Author time.
    pub author_time: Option<Timestamp>,
    /// Committer time.
    pub commit_time: Option<Timestamp>,
    /// First line of the message.
    pub subject: String,
    /// The message's other lines, without the empty ones around them; cut when very long.
    pub body: String,
    /// Files it touched.
    pub changes: Vec<FileChange>,
    /// The `commit` line in the log.
    pub place: Place,
}

impl Commit {
    /// A commit of which nothing but its place is known.
    pub fn nothing(place: Place) -> Commit {
        Commit {
            sha: String::new(),
            parents: Vec::new(),
            author: String::new(),
            committer: String::new(),
            author_time: None,
            commit_time: None,
            subject: String::new(),
            body: String::new(),
            changes: Vec::new(),
            place,
        }
    }

    /// The later of author and committer time, as a fair judge takes it.
    pub fn at(&self) -> Option<Timestamp> {
        self.author_time.max(self.commit_time)
    }

    /// Whether it joins several histories; what it changed against each of them is not in the log.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// What a commit did to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Path in the repository after the commit (before it, for a deletion).
    pub path: String,
    /// Path before the commit, where it was renamed or copied.
    pub old_path: Option<String>,
    /// Lines added, in order.
    pub added: Vec<String>,
    /// Lines removed, in order.
    pub removed: Vec<String>,
    /// Whether the file is new with the commit.
    pub created: bool,
    /// Whether the file is gone after the commit.
    pub deleted: bool,
    /// Whether its content is binary, so that no lines are here.
    pub binary: bool,
}
