//! The reviewer's findings: what was filed, whether it is open, and who closed it where.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::first_words;
use super::ledger;
use super::past_findings::{Origins, PastWord, origins, past_words};
use super::phase::PhaseScope;
use super::words::stamp;
use crate::documents::gate_words::{
    FindingLine, finding_line, finding_state, gate_line, is_builders_state, names_gate, read_subject,
    subject_findings,
};
use crate::documents::{Block, BlockKind, Document, inbox};
use crate::evidence::EvidenceKind;
use crate::history::{History, line_of};
use crate::report::{Finding, FindingState, Role, Said};
use crate::time::Timestamp;

/// A word that opens or closes a finding.
#[derive(Debug, Clone)]
struct StateWord {
    state: FindingState,
    said: Said,
    commit: Option<usize>,
    stamp: Option<Timestamp>,
    undated: bool,
    /// REVIEW before BACKLOG: the ledger before the list that is kept up to date.
    rank: usize,
}

/// A finding with all its words.
struct Filed {
    title: String,
    document: String,
    line: u32,
    /// Whether its filing says a state, and whether any says none.
    stated: bool,
    noted: bool,
    words: Vec<StateWord>,
    /// Whether only the git log still holds it.
    lost: bool,
}

/// The findings, in order of their filing; and those that all commits leave open, whatever is written now.
pub(super) fn findings(
    documents: &[Document],
    history: &History<'_>,
    scope: &PhaseScope,
) -> (Vec<Finding>, HashSet<String>) {
    let mut book = Book {
        history,
        scope,
        order: Vec::new(),
        filed: HashMap::new(),
        said: Vec::new(),
        past: Vec::new(),
        left_open: HashSet::new(),
    };
    for (rank, document) in documents.iter().enumerate() {
        if matches!(document.kind, EvidenceKind::Review | EvidenceKind::Backlog) {
            book.read(rank, document);
        }
    }
    book.read_past();
    for (ids, word) in std::mem::take(&mut book.said) {
        for id in ids {
            if let Some(filed) = book.filed.get_mut(&id) {
                filed.words.push(word.clone());
            }
        }
    }
    book.read_subjects();
    let Book { order, mut filed, left_open, .. } = book;
    let mut findings = Vec::new();
    let titles: HashSet<String> =
        filed.values().filter(|one| !one.lost).map(|one| one.title.to_lowercase()).collect();
    for id in order {
        let Some(one) = filed.remove(&id) else { continue };
        let lost = one.lost;
        // One that was closed before it was taken out, or lives on under another id, is no matter.
        let lives_on = !one.title.is_empty() && titles.contains(&one.title.to_lowercase());
        let finding = finish(id, one, history.is_empty());
        if !lost || (finding.state == FindingState::Open && !lives_on) {
            findings.push(finding);
        }
    }
    (findings, left_open)
}

/// Whether block `index` files a finding: a heading or a bold lead-in, not a later word about one.
pub(crate) fn files_finding(document: &Document, index: usize) -> bool {
    let Some(block) = document.blocks.get(index) else { return false };
    match block.kind {
        BlockKind::Heading(_) => {
            finding_line(&block.text).is_some() && gate_line(&block.text).is_none_or(|g| g.verdict.is_none())
        }
        BlockKind::Paragraph | BlockKind::Item => block.begins_strong(),
        _ => false,
    }
}

struct Book<'a> {
    history: &'a History<'a>,
    scope: &'a PhaseScope,
    order: Vec<String>,
    filed: HashMap<String, Filed>,
    /// Words of the documents as they are.
    said: Vec<(Vec<String>, StateWord)>,
    /// Words of earlier versions whose lines are gone, by document.
    past: Vec<(String, usize, PastWord)>,
    /// Findings that were open in the git log and are closed in words that no commit holds.
    left_open: HashSet<String>,
}

impl Book<'_> {
    fn read(&mut self, rank: usize, document: &Document) {
        let origins = origins(document, self.history);
        let mut words: Vec<(Vec<String>, StateWord)> = Vec::new();
        // The finding in whose words a block stands, and the heading that it was filed under.
        let mut focus: Option<(Vec<String>, Option<usize>)> = None;
        let mut is_build = vec![false; document.blocks.len()];
        for (index, block) in document.blocks.iter().enumerate() {
            let above = block.heading.and_then(|heading| is_build.get(heading)).copied().unwrap_or(false);
            if block.is_heading() {
                let build = above || is_build_list(document, block);
                if let Some(flag) = is_build.get_mut(index) {
                    *flag = build;
                }
            }
            // A box in the builder's own list is no word of the reviewer.
            if above || block.kind == BlockKind::Code || (block.is_code_at(0) && !block.is_heading()) {
                focus = None;
                continue;
            }
            if let Some((_, filed_under)) = &focus
                && block.is_heading()
                && !document.headings_above(index).take(6).any(|heading| Some(heading) == *filed_under)
            {
                focus = None;
            }
            let line = finding_line(&block.text);
            let files = line.is_some() && files_finding(document, index);
            match line {
                Some(line) if files => {
                    self.file(document, block, &line);
                    // Below a heading everything is about it; below a paragraph, until the next heading.
                    let under = if block.is_heading() { Some(index) } else { None };
                    focus = Some((line.ids.clone(), under));
                    words.extend(self.words(document, index, block, rank, &line, &origins));
                }
                Some(line) if line.state_at.is_some() => {
                    words.extend(self.words(document, index, block, rank, &line, &origins));
                }
                _ => {
                    let Some((ids, _)) = &focus else { continue };
                    let Some((state, span)) = finding_state(&block.text, &block.strong) else { continue };
                    if names_gate(&block.text) {
                        continue;
                    }
                    let word = self.word(document, index, block, &span, state, rank, None);
                    words.push((ids.clone(), word));
                }
            }
        }
        self.said.extend(words);
        let standing = document.line_keys();
        let gone = past_words(document, self.history, &origins).into_iter();
        let gone = gone.filter(|word| !standing.contains(&word.key));
        self.past.extend(gone.map(|word| (document.name.clone(), rank, word)));
    }

    /// What only the git log still says: a finding that was taken out while it was open is open, and so is one whose
    /// state alone was taken out, or whose re-opening was.
    fn read_past(&mut self) {
        let uncommitted: HashSet<String> = self
            .said
            .iter()
            .filter(|(_, word)| word.undated && word.state == FindingState::Closed)
            .flat_map(|(ids, _)| ids.iter().cloned())
            .collect();
        for (name, rank, past) in std::mem::take(&mut self.past) {
            let Some(commit) = self.history.commits().get(past.commit) else { continue };
            let document = ledger::logged(&name, commit);
            let line = line_of(commit).unwrap_or(0);
            let told = is_builders_state(&past.text, &past.span);
            let by = if told { Role::Builder } else { self.scope.role(past.commit, commit) };
            let word = StateWord {
                state: past.state,
                said: Said { document: document.clone(), line, at: commit.at(), by },
                commit: Some(past.commit),
                stamp: None,
                undated: commit.at().is_none(),
                rank,
            };
            let id = past.id;
            match self.filed.get_mut(&id) {
                Some(filed) if filed.lost => filed.words.push(word),
                Some(filed) if is_open(past.state) && !uncommitted.contains(&id) => filed.words.push(word),
                Some(_) if is_open(past.state) => {
                    self.left_open.insert(id);
                }
                Some(_) => {}
                None if past.files => {
                    let title = first_words(&past.title);
                    let (words, stated, noted) = (vec![word], true, false);
                    self.order.push(id.clone());
                    self.filed.insert(id, Filed { title, document, line, stated, noted, words, lost: true });
                }
                None => {}
            }
        }
    }

    fn file(&mut self, document: &Document, block: &Block, line: &FindingLine) {
        let (number, _) = document.position(block, 0);
        let below = finding_state(&block.text, &block.strong).is_some();
        let stated = line.state_at.is_some() || below;
        for id in &line.ids {
            let fresh = || Filed {
                title: first_words(&line.title),
                document: document.name.clone(),
                line: number,
                stated,
                noted: !stated,
                words: Vec::new(),
                lost: false,
            };
            match self.filed.get_mut(id) {
                Some(known) => {
                    known.noted |= !stated;
                    if !known.stated && stated {
                        let words = std::mem::take(&mut known.words);
                        let noted = known.noted;
                        *known = Filed { words, noted, ..fresh() };
                    }
                }
                None => {
                    self.order.push(id.clone());
                    self.filed.insert(id.clone(), fresh());
                }
            }
        }
    }

    /// The state words of a line that begins with a finding's id.
    fn words(
        &self,
        document: &Document,
        index: usize,
        block: &Block,
        rank: usize,
        line: &FindingLine,
        origins: &Origins,
    ) -> Vec<(Vec<String>, StateWord)> {
        let in_line = line.state_at.clone().map(|span| (line.state, span));
        let below = finding_state(&block.text, &block.strong);
        let (state, span) = match (in_line, below) {
            (Some(line), Some(below)) => {
                if below.1.start > line.1.start {
                    below
                } else {
                    line
                }
            }
            (Some(found), None) | (None, Some(found)) => found,
            (None, None) => return Vec::new(),
        };
        let one = |id: &String| {
            let word = self.word(document, index, block, &span, state, rank, Some((id, origins)));
            (vec![id.clone()], word)
        };
        line.ids.iter().map(one).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "one place builds a word from all it rests on")]
    fn word(
        &self,
        document: &Document,
        index: usize,
        block: &Block,
        span: &Range<usize>,
        state: FindingState,
        rank: usize,
        origin: Option<(&String, &Origins)>,
    ) -> StateWord {
        let at = span.start;
        let found = self.history.first_index(document, block, at);
        let commit = found.map(|commit| {
            let key = |(id, origins): (&String, &Origins)| {
                origins.get(&(commit, id.clone(), is_open(state))).copied()
            };
            origin.and_then(key).unwrap_or(commit)
        });
        let commits = self.history.commits();
        let committed = commit.and_then(|index| commits.get(index)?.at());
        let end =
            (at + 120..at + 124).find(|end| block.text.is_char_boundary(*end)).unwrap_or(block.text.len());
        let words = block.text.get(at..end).or(block.text.get(at..)).unwrap_or("");
        let stamp = stamp(document, index, words, committed);
        // Whoever committed it, what is told as the builder's word is the builder's.
        let told = is_builders_state(&block.text, span);
        let by = match commit.and_then(|index| Some((index, commits.get(index)?))) {
            _ if told => Role::Builder,
            Some((index, commit)) => self.scope.role(index, commit),
            None if document.kind == EvidenceKind::Review => Role::Adversary,
            None => Role::Unknown,
        };
        let (line, _) = document.position(block, at);
        StateWord {
            state,
            said: Said { document: document.name.clone(), line, at: committed.or(stamp), by },
            commit,
            stamp,
            undated: committed.is_none(),
            rank,
        }
    }

    /// `review(5): A5-5 CLOSED` in the subjects of this phase.
    fn read_subjects(&mut self) {
        for (index, commit) in self.history.commits().iter().enumerate() {
            if self.scope.role(index, commit) != Role::Adversary {
                continue;
            }
            let subject = read_subject(&commit.subject);
            if !self.scope.speaks_here(index, commit, &subject) {
                continue;
            }
            for (id, state) in subject_findings(&commit.subject) {
                let Some(filed) = self.filed.get_mut(&id) else { continue };
                filed.words.push(StateWord {
                    state,
                    said: Said {
                        document: inbox::NAME.to_owned(),
                        line: line_of(commit).unwrap_or(0),
                        at: commit.at(),
                        by: Role::Adversary,
                    },
                    commit: Some(index),
                    stamp: None,
                    undated: commit.at().is_none(),
                    rank: 0,
                });
            }
        }
    }
}

fn is_open(state: FindingState) -> bool {
    state == FindingState::Open
}

/// `## Build backlog`: what the builder has to do, not what the reviewer found.
pub(super) fn is_build_list(document: &Document, heading: &Block) -> bool {
    let title = heading.text.get(..heading.text.len().min(60)).unwrap_or(&heading.text).to_ascii_lowercase();
    document.kind == EvidenceKind::Backlog
        && (title.contains("build") || title.contains("to do") || title.contains("todo"))
        && !title.contains("finding")
        && finding_line(&heading.text).is_none()
}

fn finish(id: String, filed: Filed, no_history: bool) -> Finding {
    let mut words = filed.words;
    if no_history {
        // Without commits stamps tell; a word without one belongs behind the one above it.
        let mut last = None;
        words.sort_by_key(|word| (word.rank, word.said.line));
        for word in &mut words {
            last = word.stamp.max(last);
            word.stamp = word.stamp.or(last);
        }
        words.sort_by_key(|word| (word.stamp, word.rank, word.said.line));
    } else {
        // What no commit dates cannot hide that it is open.
        words.sort_by_key(|word| {
            let open = is_open(word.state);
            let first = (word.undated && open, !word.undated, word.said.at.filter(|_| !word.undated));
            (first, word.commit, word.stamp, word.rank, word.said.line)
        });
    }
    let refused = |word: &&StateWord| word.state == FindingState::Closed && word.said.by == Role::Builder;
    let newest = words.iter().rev().find(|word| !refused(word));
    let state = match newest {
        Some(word) => word.state,
        None if words.is_empty() || filed.noted => FindingState::Noted,
        None => FindingState::Open,
    };
    let closed = match newest {
        Some(word) if word.state == FindingState::Closed => Some(word),
        _ => words.iter().rev().find(refused),
    };
    Finding {
        id,
        title: filed.title,
        state,
        document: filed.document,
        line: filed.line,
        closed: closed.map(|word| word.said.clone()),
    }
}
