//! Vetoes: raised where, about what, and whether they still stand; one that only the git log holds stands too.

use std::collections::HashSet;

use super::ledger::{self, Standing};
use super::phase::PhaseScope;
use super::review::passes_over;
use crate::documents::gate_words::{
    Lifting, gate_ids, holds_veto, is_none, lifting, lists_vetoes, raised_at, read_subject, said_at,
    upholds_veto, veto_scope,
};
use crate::documents::{Block, BlockKind, Document, line_key};
use crate::evidence::EvidenceKind;
use crate::history::{Edit, History, line_of};
use crate::report::{Note, Role, Said, Veto};
use crate::time::Timestamp;

/// Vetoes and liftings that are kept of one document; real phases have a handful.
const MAX_WORDS: usize = 500;
/// Vetoes of earlier versions that are compared with each other.
const MAX_PAST: usize = 64;
/// Longest quote.
const QUOTE_BYTES: usize = 240;

/// A place in a document with its time.
#[derive(Clone)]
struct Placed {
    document: String,
    line: u32,
    /// Place of the commit among all, and its time.
    commit: Option<(usize, Timestamp)>,
    /// Place in the file.
    block: usize,
    by: Role,
}

/// A veto as one version of a document raises it.
struct Raised {
    placed: Placed,
    /// Of the line that its block begins on.
    key: u64,
    scope: String,
    quote: String,
    /// All its words, and what it is about.
    about: String,
    /// Where its words were first committed, when they were only changed since.
    since: Option<(usize, Timestamp)>,
}

/// What one version of a document says of vetoes.
#[derive(Default)]
struct Words {
    raised: Vec<Raised>,
    /// The first words that speak of one that stands already.
    upheld: Vec<Raised>,
    liftings: Vec<(Placed, Lifting)>,
}

/// The vetoes of every REVIEW, in order of place; behind them those that only the git log still holds.
pub(super) fn vetoes(
    documents: &[Document],
    history: &History<'_>,
    scope: &PhaseScope,
) -> (Vec<Veto>, Vec<Note>) {
    let reviews: Vec<&Document> =
        documents.iter().filter(|document| document.kind == EvidenceKind::Review).collect();
    let mut now: Vec<Words> = reviews.iter().map(|document| current(document, history, scope)).collect();
    let standing: HashSet<u64> =
        now.iter().flat_map(|words| &words.raised).map(|raised| raised.key).collect();
    let (mut gone, mut notes) = (Vec::new(), Vec::new());
    for (document, words) in reviews.iter().zip(&mut now) {
        for (veto, note) in lost(document, history, scope, words, &standing) {
            notes.extend(note.filter(|_| veto.standing));
            gone.push(veto);
        }
    }
    let mut vetoes: Vec<Veto> = Vec::new();
    for words in &mut now {
        let raised = std::mem::take(&mut words.raised);
        vetoes.extend(raised.into_iter().map(|raised| {
            let lifted = words
                .liftings
                .iter()
                .find(|(lift, lifting)| is_later(lift, &raised.placed) && lifting.is_about(&raised.about));
            veto(raised, lifted.map(|(lift, _)| lift))
        }));
    }
    vetoes.extend(gone);
    // Words about a veto that is nowhere else raise it.
    if vetoes.is_empty() {
        vetoes.extend(now.iter_mut().find_map(|words| words.upheld.pop()).map(|raised| veto(raised, None)));
    }
    vetoes.truncate(MAX_WORDS);
    (vetoes, notes)
}

fn veto(raised: Raised, lifted: Option<&Placed>) -> Veto {
    let Raised { placed, scope, quote, since, .. } = raised;
    Veto {
        scope,
        quote,
        standing: lifted.is_none(),
        document: placed.document,
        line: placed.line,
        raised_at: since.or(placed.commit).map(|(_, at)| at),
        lifted: lifted.map(|lift| Said {
            document: lift.document.clone(),
            line: lift.line,
            at: lift.commit.map(|(_, at)| at),
            by: lift.by,
        }),
    }
}

/// What a document says now.
fn current(document: &Document, history: &History<'_>, scope: &PhaseScope) -> Words {
    read(document, |index, block, at| {
        let commit = history.first_index(document, block, at);
        let known = commit.and_then(|index| Some((index, history.commits().get(index)?)));
        Placed {
            document: document.name.clone(),
            line: document.position(block, at).0,
            commit: known.and_then(|(index, commit)| Some((index, commit.at()?))),
            block: index,
            by: known.map_or(Role::Adversary, |(index, commit)| scope.role(index, commit)),
        }
    })
}

/// The vetoes that a commit put into a document and that are no longer in it: they stand until the reviewer's own
/// words lift them.
fn lost(
    document: &Document,
    history: &History<'_>,
    scope: &PhaseScope,
    now: &mut Words,
    standing: &HashSet<u64>,
) -> Vec<(Veto, Option<Note>)> {
    let edits = history.edits(&document.name);
    let mut liftings: Vec<(Placed, Lifting)> = Vec::new();
    let mut past: Vec<(Raised, &Edit<'_>)> = Vec::new();
    for edit in edits.iter().filter(|edit| edit.added.iter().any(|line| holds_veto(line))) {
        let Some(commit) = history.commits().get(edit.commit) else { continue };
        let by = scope.role(edit.commit, commit);
        let words = read(&ledger::version(document, &edit.added), |index, _, _| Placed {
            document: ledger::logged(&document.name, commit),
            line: line_of(commit).unwrap_or(0),
            commit: commit.at().map(|at| (edit.commit, at)),
            block: index,
            by,
        });
        liftings.extend(words.liftings);
        past.extend(words.raised.into_iter().map(|raised| (raised, edit)));
        if past.len() > MAX_WORDS || liftings.len() > MAX_WORDS {
            break;
        }
    }
    past.retain(|(raised, _)| !standing.contains(&raised.key));
    if past.is_empty() {
        return Vec::new();
    }
    let context = Standing::of(document);
    past.retain(|(raised, edit)| !context.judges(raised.key, edit));
    // Where the commit's own lines lift one, they say which.
    let said: HashSet<usize> = liftings.iter().filter_map(|(lift, _)| Some(lift.commit?.0)).collect();
    let in_subjects = subject_liftings(history, scope).into_iter();
    liftings.extend(in_subjects.filter(|(lift, _)| lift.commit.is_none_or(|(at, _)| !said.contains(&at))));
    let taken = taken_away(edits);
    let mut gone: Vec<Raised> = Vec::new();
    // The newest first: an older one may be the same in other words.
    for (raised, _) in past.into_iter().rev().take(MAX_PAST) {
        let later = now.raised.iter_mut().chain(gone.iter_mut());
        match later.into_iter().find(|later| is_reworded(&raised, later, &taken)) {
            Some(later) => later.since = raised.since.or(raised.placed.commit),
            None => gone.push(raised),
        }
    }
    gone.reverse();
    let mut vetoes = Vec::new();
    for raised in gone {
        let about = |lifting: &Lifting| lifting.is_about(&raised.about);
        let logged = liftings.iter().filter(|(lift, _)| is_later(lift, &raised.placed));
        let uncommitted = now.liftings.iter().filter(|(lift, _)| lift.commit.is_none());
        let lifted = logged.chain(uncommitted).find(|(_, lifting)| about(lifting));
        let lifted = lifted.map(|(lift, _)| lift.clone());
        let note = last_stood(document, &raised, edits, &taken, history);
        vetoes.push((veto(raised, lifted.as_ref()), note));
    }
    vetoes
}

/// In which commit a veto last stood, and which one took it away, if any did.
fn last_stood(
    document: &Document,
    raised: &Raised,
    edits: &[Edit<'_>],
    taken: &HashSet<(usize, u64)>,
    history: &History<'_>,
) -> Option<Note> {
    let after = raised.placed.commit.map_or(0, |(index, _)| index);
    let mut later = edits.iter().filter(|edit| edit.commit > after);
    let commit = |index: usize| history.commits().get(index);
    let (name, quote) = (&document.name, &raised.quote);
    let (cited, how) = match later.find(|edit| taken.contains(&(edit.commit, raised.key))) {
        Some(edit) => {
            let taker = commit(edit.commit)?;
            (taker, format!("was taken out of {name} by {}", ledger::commit_words(taker)))
        }
        None => {
            let last = commit(edits.last()?.commit)?;
            let words = ledger::commit_words(last);
            (last, format!("is not in {name} as it is here; it last stood there in {words}"))
        }
    };
    Some(Note {
        text: format!("“{quote}” {how}; no words of the reviewer lift it, so it stands"),
        evidence: vec![ledger::cite(cited)],
    })
}

/// The keys of the lines about vetoes that each commit took away.
fn taken_away(edits: &[Edit<'_>]) -> HashSet<(usize, u64)> {
    let lines = edits.iter().flat_map(|edit| edit.removed.iter().map(|line| (edit.commit, *line)));
    lines.filter(|(_, line)| holds_veto(line)).map(|(commit, line)| (commit, line_key(line))).collect()
}

/// Whether `later` is `raised` in other words: put there later, by the commit that took it away or in like words.
fn is_reworded(raised: &Raised, later: &Raised, taken: &HashSet<(usize, u64)>) -> bool {
    let Some((before, _)) = raised.placed.commit else { return false };
    let like = || says_the_same(&later.about, &raised.about);
    match later.placed.commit {
        None => like(),
        Some((after, _)) => after > before && (taken.contains(&(after, raised.key)) || like()),
    }
}

/// `review(x): VETO lifted` in the reviewer's commits of this phase.
fn subject_liftings(history: &History<'_>, scope: &PhaseScope) -> Vec<(Placed, Lifting)> {
    let commits = history.commits().iter().enumerate().filter(|(_, commit)| holds_veto(&commit.subject));
    commits
        .filter(|(index, commit)| {
            scope.role(*index, commit) == Role::Adversary
                && scope.speaks_here(*index, commit, &read_subject(&commit.subject))
        })
        .filter_map(|(index, commit)| {
            let placed = Placed {
                document: ledger::logged("", commit),
                line: line_of(commit).unwrap_or(0),
                commit: commit.at().map(|at| (index, at)),
                block: usize::MAX,
                by: Role::Adversary,
            };
            let scoped = commit.subject.to_ascii_lowercase().contains("scoped");
            Some((placed, lifting(&commit.subject).filter(|_| !scoped)?))
        })
        .take(MAX_WORDS)
        .collect()
}

/// All that one version says.
fn read(document: &Document, place: impl Fn(usize, &Block, usize) -> Placed) -> Words {
    let mut words = Words::default();
    let said = || document.blocks.iter().enumerate().filter(|(_, block)| block.kind != BlockKind::Code);
    words.liftings = said()
        // An empty box says what is still to do.
        .filter(|(_, block)| block.ticked != Some(false))
        .filter_map(|(index, block)| {
            // `V1: leak — lifted @…` in the list of vetoes.
            let of_list = || {
                let mut lifting = lifting(&format!("VETO {}", block.text))?;
                lifting.at = 0;
                Some(lifting)
            };
            let listed = || if is_listed(document, index, block) { of_list() } else { None };
            let lifting = lifting(&block.text).or_else(listed)?;
            (!block.is_code_at(lifting.at)).then(|| (place(index, block, lifting.at), lifting))
        })
        // Only the reviewer lifts a veto.
        .filter(|(placed, _)| placed.by != Role::Builder)
        .take(MAX_WORDS)
        .collect();
    for (index, block) in said() {
        let listed = is_listed(document, index, block);
        let raised = raised(block).or_else(|| plainly(document, index, block));
        let Some(at) = raised.or(listed.then_some(0)) else {
            if words.upheld.is_empty() && is_plain(block) && upholds_veto(&block.text) {
                words.upheld.push(raised_here(document, index, block, 0, place(index, block, 0)));
            }
            continue;
        };
        if listed && words.raised.iter().any(|veto| says_the_same(&block.text, &veto.quote)) {
            continue;
        }
        words.raised.push(raised_here(document, index, block, at, place(index, block, at)));
        if words.raised.len() >= MAX_WORDS {
            break;
        }
    }
    words
}

fn raised_here(document: &Document, index: usize, block: &Block, at: usize, placed: Placed) -> Raised {
    let text = block.text.as_str();
    let scope = scope_of(document, index, block, at).join("+");
    let rest = text.get(at..).unwrap_or("");
    let quote = if rest.starts_with("VETO") && rest.len() > 5 { rest } else { text };
    let line = if ledger::is_logged(&placed.document) { placed.line } else { document.position(block, 0).0 };
    Raised {
        placed: Placed { line, ..placed },
        key: document.line_key(block, 0),
        quote: cut(quote).trim().to_owned(),
        about: format!("{text} {scope}"),
        scope,
        since: None,
    }
}

/// Where a heading or the bold beginning of a paragraph or item raises a veto.
fn raised(block: &Block) -> Option<usize> {
    if !holds_veto(&block.text) {
        return None;
    }
    let leads = |at: usize| match block.kind {
        BlockKind::Heading(_) => true,
        BlockKind::Paragraph | BlockKind::Item => {
            block.strong.first().is_some_and(|strong| strong.start == 0 && at < strong.end)
        }
        _ => false,
    };
    let at = raised_at(&block.text).filter(|at| leads(*at));
    let at = at.or_else(|| said_at(&block.text, true).filter(|at| leads(*at)))?;
    (!block.is_code_at(at)).then_some(at)
}

/// Where plain words of a paragraph or item raise one; not where the document explains itself.
fn plainly(document: &Document, index: usize, block: &Block) -> Option<usize> {
    if !is_plain(block) {
        return None;
    }
    let at = said_at(&block.text, false)?;
    let headings = document.headings_above(index).filter_map(|heading| document.blocks.get(heading));
    let explained = headings.take(6).any(passes_over);
    // An empty box says what is still to do.
    let to_do = block.ticked == Some(false);
    (!explained && !to_do && !block.is_code_at(at)).then_some(at)
}

fn is_plain(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Paragraph | BlockKind::Item)
}

/// Whether a block is one of a list or a table of vetoes that stand.
fn is_listed(document: &Document, index: usize, block: &Block) -> bool {
    let heading = block.heading.and_then(|heading| document.blocks.get(heading));
    if !heading.is_some_and(|heading| lists_vetoes(&heading.text)) || is_none(&block.text) {
        return false;
    }
    match block.kind {
        BlockKind::Item => {
            let lead = block.lead.and_then(|lead| document.blocks.get(lead));
            !lead.is_some_and(|lead| lead.kind == BlockKind::Item)
        }
        // The first row names the columns.
        BlockKind::Row => {
            let above = index.checked_sub(1).and_then(|above| document.blocks.get(above));
            above.is_some_and(|above| above.kind == BlockKind::Row)
                && block
                    .text
                    .split(" | ")
                    .skip(usize::from(block.text.contains(" | ")))
                    .any(|cell| !is_none(cell))
        }
        _ => false,
    }
}

/// What a veto is about: what it names, or the gate of its heading or section where it is scoped.
fn scope_of(document: &Document, index: usize, block: &Block, at: usize) -> Vec<String> {
    let named = veto_scope(&block.text, at);
    let before = block.text.get(..at).unwrap_or("").trim_end().to_ascii_uppercase();
    if !named.is_empty() || !before.ends_with("SCOPED") {
        return named;
    }
    let headings = document.headings_above(index).take(6).filter_map(|heading| document.blocks.get(heading));
    headings.into_iter().find_map(|heading| gate_ids(&heading.text)).unwrap_or_default()
}

/// Whether a lifting comes after a veto: by commit, within one commit by place.
fn is_later(lift: &Placed, veto: &Placed) -> bool {
    match (lift.commit, veto.commit) {
        (Some(lift), Some(veto)) if lift.0 != veto.0 => (lift.1, lift.0) > (veto.1, veto.0),
        _ => lift.block >= veto.block,
    }
}

/// Whether a line of the list repeats a veto that was raised above.
fn says_the_same(text: &str, quote: &str) -> bool {
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
        words.take(64).map(str::to_ascii_lowercase).filter(|word| word != "veto").collect::<HashSet<_>>()
    };
    let (a, b) = (words(text), words(quote));
    let shared = a.intersection(&b).count();
    !a.is_empty() && !b.is_empty() && shared * 2 >= a.len().min(b.len())
}

fn cut(text: &str) -> &str {
    let end = (0..=QUOTE_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}
