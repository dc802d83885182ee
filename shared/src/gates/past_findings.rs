//! What earlier versions of a document said of findings, from the lines that its commits added.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::findings::{files_finding, is_build_list};
use super::ledger::version;
use crate::documents::gate_words::{finding_line, finding_state, names_gate};
use crate::documents::{BlockKind, Document};
use crate::history::{Edit, History};
use crate::report::FindingState;

/// Words that are kept of one document.
const MAX_WORDS: usize = 2_000;

/// A finding as an earlier version filed it, opened it or closed it.
pub(super) struct PastWord {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) state: FindingState,
    /// Whether it is a filing, not a later word about one.
    pub(super) files: bool,
    /// The commit that first said so.
    pub(super) commit: usize,
    /// Of the line it stood on.
    pub(super) key: u64,
    /// Its block's words and where the state is.
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// Every word with a state, oldest first.
pub(super) fn past_words(document: &Document, history: &History<'_>, origins: &Origins) -> Vec<PastWord> {
    let mut words = Vec::new();
    for edit in history.edits(&document.name) {
        let may = |line: &&str| {
            let line = line.to_ascii_uppercase();
            line.contains("OPEN") || line.contains("CLOSED")
        };
        if edit.added.iter().any(may) {
            of_edit(document, edit, origins, &mut words);
        }
        if words.len() >= MAX_WORDS {
            break;
        }
    }
    words
}

fn of_edit(document: &Document, edit: &Edit<'_>, origins: &Origins, words: &mut Vec<PastWord>) {
    let version = version(document, &edit.added);
    let mut focus: Option<(Vec<String>, String)> = None;
    for (index, block) in version.blocks.iter().enumerate() {
        let mut headings =
            version.headings_above(index).take(6).filter_map(|above| version.blocks.get(above));
        if block.kind == BlockKind::Code || headings.any(|heading| is_build_list(document, heading)) {
            focus = None;
            continue;
        }
        let line = finding_line(&block.text);
        let files = line.is_some() && files_finding(&version, index);
        if block.is_heading() && !files {
            focus = None;
        }
        let in_line = line.as_ref().and_then(|line| Some((line.state, line.state_at.clone()?)));
        let below = || finding_state(&block.text, &block.strong);
        let (ids, title, found) = match (line, &focus) {
            (Some(line), _) if files => {
                focus = Some((line.ids.clone(), line.title.clone()));
                (line.ids, line.title, in_line.or_else(below))
            }
            (Some(line), _) if in_line.is_some() => (line.ids, line.title, in_line),
            // Lines of several places stand together here: in doubt they only open.
            (_, Some((ids, title))) if !names_gate(&block.text) => {
                let open = below().filter(|(state, _)| *state == FindingState::Open);
                (ids.clone(), title.clone(), open)
            }
            _ => continue,
        };
        let Some((state, span)) = found else { continue };
        for id in ids {
            let origin = origins.get(&(edit.commit, id.clone(), state == FindingState::Open));
            words.push(PastWord {
                commit: origin.copied().unwrap_or(edit.commit),
                key: version.line_key(block, span.start),
                text: block.text.clone(),
                span: span.clone(),
                title: title.clone(),
                id,
                state,
                files,
            });
        }
    }
}

/// For lines that a commit only reworded: the commit that first said their state.
pub(super) type Origins = HashMap<(usize, String, bool), usize>;

/// Reads them from a document's history.
pub(super) fn origins(document: &Document, history: &History<'_>) -> Origins {
    let mut origins = Origins::new();
    let mut last = HashMap::<(String, bool), usize>::new();
    for edit in history.edits(&document.name) {
        let removed: HashSet<(String, bool)> = states(&edit.removed).into_iter().collect();
        for same in states(&edit.added) {
            match last.get(&same).filter(|_| removed.contains(&same)) {
                Some(origin) => {
                    let (id, open) = same;
                    origins.insert((edit.commit, id, open), *origin);
                }
                None => {
                    last.insert(same, edit.commit);
                }
            }
        }
    }
    origins
}

/// The findings whose state lines of source say.
fn states(lines: &[&str]) -> Vec<(String, bool)> {
    let plain = |line: &str| {
        let line = line.trim_start_matches(['#', '-', '*', ' ']);
        let line = ["[ ] ", "[x] ", "[X] "].iter().find_map(|mark| line.strip_prefix(*mark)).unwrap_or(line);
        line.replace("**", "")
    };
    let said = lines.iter().filter_map(|line| finding_line(&plain(line)));
    let said = said.filter(|line| line.state_at.is_some());
    said.flat_map(|line| {
        let open = line.state == FindingState::Open;
        line.ids.into_iter().map(move |id| (id, open))
    })
    .collect()
}
