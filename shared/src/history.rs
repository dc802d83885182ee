//! When the words of a document were first committed; knows nothing about what they say.

use std::collections::HashMap;

use crate::documents::{Block, Document};
use crate::evidence::{Commit, FileChange};

/// The commits that touched the phase's documents, ready to be asked.
#[derive(Debug)]
pub struct History<'a> {
    commits: &'a [Commit],
    /// By file name and line: the commits that added it, once for every copy.
    lines: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> History<'a> {
    /// Indexes `commits`, oldest first.
    pub fn new(commits: &'a [Commit]) -> History<'a> {
        let mut lines = HashMap::<(&str, &str), Vec<usize>>::new();
        for (index, change) in changes(commits) {
            // A line that is taken away and put back by the same commit was only moved.
            let mut moved = HashMap::<&str, usize>::new();
            for line in &change.removed {
                *moved.entry(line.trim()).or_default() += 1;
            }
            for line in change.added.iter().map(|line| line.trim()) {
                match moved.get_mut(line) {
                    Some(count) if *count > 0 => *count -= 1,
                    _ => lines.entry((file_name(&change.path), line)).or_default().push(index),
                }
            }
        }
        History { commits, lines }
    }

    /// Whether there is any history at all.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// All commits, oldest first.
    pub fn commits(&self) -> &'a [Commit] {
        self.commits
    }

    /// The first commit that holds the words of `block`: the whole source line that byte `at` of its text
    /// stands on, its second copy by the commit that added a second one; or, where line breaks were lost or
    /// moved, the block's own words.
    pub fn first_holding(&self, document: &Document, block: &Block, at: usize) -> Option<&'a Commit> {
        let line = document.source_line(block, at);
        if let Some(commits) = self.lines.get(&(document.name.as_str(), line)) {
            return self.commits.get(*commits.get(document.occurrence(block, at))?);
        }
        let wanted = squeeze(document.source_of(block));
        if wanted.is_empty() {
            return None;
        }
        changes(self.commits)
            .find(|(_, change)| {
                file_name(&change.path) == document.name
                    && change.added.iter().any(|line| !line.is_empty())
                    && squeeze(&change.added.join(" ")).contains(&wanted)
            })
            .and_then(|(index, _)| self.commits.get(index))
    }
}

fn changes(commits: &[Commit]) -> impl Iterator<Item = (usize, &FileChange)> {
    commits.iter().enumerate().flat_map(|(index, commit)| commit.changes.iter().map(move |c| (index, c)))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
