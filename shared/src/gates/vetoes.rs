//! Vetoes: raised where, about what, and whether they still stand.

use std::collections::HashSet;

use super::phase::PhaseScope;
use crate::documents::gate_words::{
    Lifting, gate_line, is_none, lifting, lists_vetoes, raised_at, veto_scope,
};
use crate::documents::{Block, BlockKind, Document};
use crate::evidence::EvidenceKind;
use crate::history::History;
use crate::report::{Role, Said, Veto};
use crate::time::Timestamp;

/// Vetoes and liftings that are kept of one document; real phases have a handful.
const MAX_WORDS: usize = 500;
/// Longest quote.
const QUOTE_BYTES: usize = 240;

/// A place in a document with its time.
struct Placed {
    line: u32,
    /// Place of the commit among all, and its time.
    commit: Option<(usize, Timestamp)>,
    /// Place in the file.
    block: usize,
    by: Role,
}

/// The vetoes of every REVIEW, in order of place.
pub(super) fn vetoes(documents: &[Document], history: &History<'_>, scope: &PhaseScope) -> Vec<Veto> {
    let reviews = documents.iter().filter(|document| document.kind == EvidenceKind::Review);
    reviews.flat_map(|document| of(document, history, scope)).collect()
}

fn of(document: &Document, history: &History<'_>, scope: &PhaseScope) -> Vec<Veto> {
    let place = |index: usize, block: &Block, at: usize| {
        let commit = history.first_index(document, block, at);
        let known = commit.and_then(|index| Some((index, history.commits().get(index)?)));
        Placed {
            line: document.position(block, at).0,
            commit: known.and_then(|(index, commit)| Some((index, commit.at()?))),
            block: index,
            by: known.map_or(Role::Adversary, |(index, commit)| scope.role(index, commit)),
        }
    };
    let said = || document.blocks.iter().enumerate().filter(|(_, block)| block.kind != BlockKind::Code);
    let liftings: Vec<(Placed, Lifting)> = said()
        // An empty box says what is still to do.
        .filter(|(_, block)| block.ticked != Some(false))
        .filter_map(|(index, block)| {
            let lifting = lifting(&block.text)?;
            (!block.is_code_at(lifting.at)).then(|| (place(index, block, lifting.at), lifting))
        })
        // Only the reviewer lifts a veto.
        .filter(|(placed, _)| placed.by != Role::Builder)
        .take(MAX_WORDS)
        .collect();
    let mut vetoes: Vec<Veto> = Vec::new();
    for (index, block) in said() {
        let listed = is_listed(document, block);
        let Some(at) = raised(block).or(listed.then_some(0)) else { continue };
        let text = block.text.as_str();
        if listed && vetoes.iter().any(|veto| says_the_same(text, &veto.quote)) {
            continue;
        }
        let placed = place(index, block, at);
        let veto_scope = scope_of(document, index, block, at).join("+");
        let about = format!("{text} {veto_scope}");
        let lifted = liftings.iter().find(|(lift, words)| is_later(lift, &placed) && words.is_about(&about));
        let quote = if text.get(at..).is_some_and(|rest| rest.starts_with("VETO") && rest.len() > 5) {
            text.get(at..).unwrap_or("")
        } else {
            text
        };
        vetoes.push(Veto {
            scope: veto_scope,
            quote: cut(quote).trim().to_owned(),
            standing: lifted.is_none(),
            document: document.name.clone(),
            line: document.position(block, 0).0,
            raised_at: placed.commit.map(|(_, at)| at),
            lifted: lifted.map(|(lift, _)| Said {
                document: document.name.clone(),
                line: lift.line,
                at: lift.commit.map(|(_, at)| at),
                by: lift.by,
            }),
        });
        if vetoes.len() >= MAX_WORDS {
            break;
        }
    }
    vetoes
}

/// Where a heading or the bold beginning of a paragraph or item raises a veto.
fn raised(block: &Block) -> Option<usize> {
    let at = raised_at(&block.text)?;
    let lead_in = match block.kind {
        BlockKind::Heading(_) => true,
        BlockKind::Paragraph | BlockKind::Item => {
            block.strong.first().is_some_and(|strong| strong.start == 0 && at < strong.end)
        }
        _ => false,
    };
    (lead_in && !block.is_code_at(at)).then_some(at)
}

/// Whether a block is one of a list of vetoes that stand.
fn is_listed(document: &Document, block: &Block) -> bool {
    let heading = block.heading.and_then(|heading| document.blocks.get(heading));
    let nested = block
        .lead
        .and_then(|lead| document.blocks.get(lead))
        .is_some_and(|lead| lead.kind == BlockKind::Item);
    block.kind == BlockKind::Item
        && !nested
        && heading.is_some_and(|heading| lists_vetoes(&heading.text))
        && !is_none(&block.text)
}

/// What a veto is about: what it names, or the gate of its heading or section where it is scoped.
fn scope_of(document: &Document, index: usize, block: &Block, at: usize) -> Vec<String> {
    let named = veto_scope(&block.text, at);
    let before = block.text.get(..at).unwrap_or("").trim_end().to_ascii_uppercase();
    if !named.is_empty() || !before.ends_with("SCOPED") {
        return named;
    }
    let headings = document.headings_above(index).take(6).filter_map(|heading| document.blocks.get(heading));
    headings.into_iter().find_map(|heading| gate_line(&heading.text)).map_or(Vec::new(), |line| line.ids)
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
