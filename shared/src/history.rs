//! When the words of a document were first committed; knows nothing about what they say.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use crate::documents::{Block, Document, inbox, line_key};
use crate::entry_path::EntryPath;
use crate::evidence::{Commit, FileChange};

mod words;

use words::WordIndex;

/// Words of a block that are looked for where its line is not found; more tell nothing new.
const WORDS_LOOKED_FOR: usize = 64;

/// The commits that touched the phase's documents, ready to be asked.
#[derive(Debug)]
pub struct History<'a> {
    commits: &'a [Commit],
    /// By file name.
    files: HashMap<&'a str, File<'a>>,
    /// By log and line of the log: the commit that begins there.
    places: BTreeMap<(&'a EntryPath, u32), usize>,
}

/// What one commit did to one file, without lines that it only moved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edit<'a> {
    /// Place of the commit among all.
    pub(crate) commit: usize,
    /// Lines that were not there before.
    pub(crate) added: Vec<&'a str>,
    /// Lines that are no longer there.
    pub(crate) removed: Vec<&'a str>,
}

/// The life of one file, under all its names.
#[derive(Debug, Default)]
struct File<'a> {
    edits: Vec<Edit<'a>>,
    lines: HashMap<u64, Copies>,
    words: OnceLock<WordIndex>,
}

/// Equal lines of a file.
#[derive(Debug, Default)]
struct Copies {
    /// The commits that added one, in order.
    added: Vec<usize>,
    /// Those of them that were not taken away again.
    alive: Vec<usize>,
}

impl<'a> History<'a> {
    /// Indexes `commits`, oldest first.
    pub fn new(commits: &'a [Commit]) -> History<'a> {
        let mut files = HashMap::<&str, File<'a>>::new();
        let mut places = BTreeMap::new();
        for (index, commit) in commits.iter().enumerate() {
            if let Some(line) = line_of(commit) {
                places.insert((&commit.place.path, line), index);
            }
            let renamed = renames(&commit.changes, &files);
            for (old, new) in &renamed {
                if let Some(file) = files.remove(old) {
                    files.insert(new, file);
                }
            }
            for (name, changes) in by_name(&commit.changes, &renamed) {
                files.entry(name).or_default().take(net(index, &changes));
            }
        }
        History { commits, files, places }
    }

    /// Whether there is any history at all.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// All commits, oldest first.
    pub fn commits(&self) -> &'a [Commit] {
        self.commits
    }

    /// The names of all files that commits touched, as they are called now.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.files.keys().copied()
    }

    /// What was done to the file called `name`, oldest first.
    pub(crate) fn edits(&self, name: &str) -> &[Edit<'a>] {
        self.files.get(name).map_or(&[], |file| &file.edits)
    }

    /// The first commit that holds the words of `block`: the whole source line that byte `at` of its text
    /// stands on, its second copy by the commit that added a second one; or, where line breaks were lost or
    /// moved, the block's own first words.
    pub fn first_holding(&self, document: &Document, block: &Block, at: usize) -> Option<&'a Commit> {
        self.commits.get(self.index_of(document, block, at, |copies| &copies.added)?)
    }

    /// The place of the commit since which the line at byte `at` of `block` has stood without a break.
    pub(crate) fn standing_since(&self, document: &Document, block: &Block, at: usize) -> Option<usize> {
        self.index_of(document, block, at, |copies| &copies.alive)
            .or_else(|| self.index_of(document, block, at, |copies| &copies.added))
    }

    /// The place of the first commit that holds the line at byte `at` of `block`.
    pub(crate) fn first_index(&self, document: &Document, block: &Block, at: usize) -> Option<usize> {
        self.index_of(document, block, at, |copies| &copies.added)
    }

    fn index_of(
        &self,
        document: &Document,
        block: &Block,
        at: usize,
        which: fn(&Copies) -> &Vec<usize>,
    ) -> Option<usize> {
        if document.name == inbox::NAME {
            let (line, _) = document.position(block, at);
            let (place, index) = self.places.range(..=(&document.path, line)).next_back()?;
            return (place.0 == &document.path).then_some(*index);
        }
        let file = self.files.get(document.name.as_str())?;
        if let Some(copies) = file.lines.get(&document.line_key(block, at)) {
            return which(copies).get(document.occurrence(block, at)).copied();
        }
        let words = document.source_of(block).split_whitespace().take(WORDS_LOOKED_FOR);
        let edit = file.words.get_or_init(|| WordIndex::new(&file.edits)).find(&words.collect::<Vec<_>>())?;
        file.edits.get(edit).map(|edit| edit.commit)
    }
}

impl<'a> File<'a> {
    fn take(&mut self, edit: Edit<'a>) {
        for line in &edit.removed {
            if let Some(copies) = self.lines.get_mut(&line_key(line)) {
                copies.alive.pop();
            }
        }
        for line in &edit.added {
            let copies = self.lines.entry(line_key(line)).or_default();
            copies.added.push(edit.commit);
            copies.alive.push(edit.commit);
        }
        self.edits.push(edit);
    }
}

/// The line of the log at which a commit begins.
pub(crate) fn line_of(commit: &Commit) -> Option<u32> {
    commit.place.pointer.strip_prefix("line ")?.parse().ok()
}

/// A commit's changes by file name, in order of their first.
fn by_name<'a>(
    changes: &'a [FileChange],
    renamed: &HashMap<&'a str, &'a str>,
) -> Vec<(&'a str, Vec<&'a FileChange>)> {
    let mut places = HashMap::<&str, usize>::new();
    let mut grouped: Vec<(&str, Vec<&FileChange>)> = Vec::new();
    for change in changes {
        let name = file_name(&change.path);
        let name = renamed.get(name).copied().unwrap_or(name);
        let place = *places.entry(name).or_insert(grouped.len());
        match grouped.get_mut(place) {
            Some((_, group)) => group.push(change),
            None => grouped.push((name, vec![change])),
        }
    }
    grouped
}

/// What changes do together: a line that is taken away and put back by the same commit was only moved.
fn net<'a>(commit: usize, changes: &[&'a FileChange]) -> Edit<'a> {
    let mut taken = HashMap::<&str, usize>::new();
    for line in changes.iter().flat_map(|change| &change.removed) {
        *taken.entry(line.trim()).or_default() += 1;
    }
    let mut kept = HashMap::<&str, usize>::new();
    let mut edit = Edit { commit, ..Edit::default() };
    for line in changes.iter().flat_map(|change| &change.added) {
        match taken.get_mut(line.trim()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                *kept.entry(line.trim()).or_default() += 1;
            }
            _ => edit.added.push(line.trim()),
        }
    }
    for line in changes.iter().flat_map(|change| &change.removed) {
        match kept.get_mut(line.trim()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => edit.removed.push(line.trim()),
        }
    }
    edit
}

/// Old and new names: a file that a commit deletes and whose lines it puts into a new one lives on under that name.
fn renames<'a>(changes: &'a [FileChange], files: &HashMap<&'a str, File<'a>>) -> HashMap<&'a str, &'a str> {
    let mut renamed = HashMap::new();
    let mut homes = HashMap::<u64, &str>::new();
    for change in changes.iter().filter(|change| change.deleted) {
        homes.extend(change.removed.iter().map(|line| (line_key(line), file_name(&change.path))));
    }
    if homes.is_empty() {
        return renamed;
    }
    let is_new = |change: &&FileChange| {
        !change.deleted && change.removed.is_empty() && !files.contains_key(file_name(&change.path))
    };
    for change in changes.iter().filter(is_new) {
        let mut shared = BTreeMap::<&str, usize>::new();
        let lines = || change.added.iter().filter(|line| !line.trim().is_empty());
        for home in lines().filter_map(|line| homes.get(&line_key(line))) {
            *shared.entry(home).or_default() += 1;
        }
        let most = shared.into_iter().max_by_key(|(_, count)| *count);
        if let Some((home, _)) = most.filter(|(_, count)| count * 2 >= lines().count()) {
            renamed.entry(home).or_insert(file_name(&change.path));
        }
    }
    renamed
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
