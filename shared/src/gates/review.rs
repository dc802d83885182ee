//! The verdicts of a REVIEW: in headings, list items, bold lead-ins, tables of verdicts, and below a gate's heading.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex_lite::Regex;

use super::phase::PhaseScope;
use super::plan::Plan;
use crate::documents::gate_words::{
    GateLine, Withdrawn, all_line, bare_verdict, failing_heading, gate_ids, gate_line, gate_lines, holds_any,
    is_verdict_heading, loose_verdict, names_gate, split_ids, stated_verdicts, withdrawal, withdrawn,
};
use crate::documents::{Block, BlockKind, Document};
use crate::report::{Note, Verdict};

/// Notes of one document on words like verdicts.
const MAX_NOTES: usize = 20;

/// How far into a line a gate's title is looked for.
const TITLE_WITHIN: usize = 240;

/// Every verdict of a document with the block it stands in, in order of place; `required` is what `ALL DoD` means.
pub(super) fn verdicts(
    document: &Document,
    plan: &Plan,
    scope: &PhaseScope,
    required: &[String],
) -> Vec<(usize, GateLine)> {
    let mut found = Vec::new();
    // What takes back the verdicts below it, and which those are is not known yet.
    let mut below: Vec<(usize, GateLine)> = Vec::new();
    let mut table: Option<Table> = None;
    // Per heading: whether what stands below it only explains, or is of another phase.
    let mut passed_over = vec![false; document.blocks.len()];
    for (index, block) in document.blocks.iter().enumerate() {
        let above = block.heading.and_then(|heading| passed_over.get(heading)).copied().unwrap_or(false);
        if block.is_heading() && (above || explains(block) || is_of_other_phase(block)) {
            if let Some(flag) = passed_over.get_mut(index) {
                *flag = true;
            }
            continue;
        }
        if block.kind != BlockKind::Row {
            table = None;
        }
        if above || block.kind == BlockKind::Code {
            continue;
        }
        let lines = match block.kind {
            BlockKind::Row => match &table {
                None => {
                    table = Some(Table::of(block));
                    Vec::new()
                }
                Some(table) => table.verdict(block).into_iter().collect(),
            },
            _ => {
                let lines = block_verdicts(document, index, block, plan, scope, required);
                if lines.iter().any(|line| line.verdict.is_some()) {
                    lines
                } else {
                    let taken = taken_back(document, index, block, &found);
                    if taken.as_ref().is_some_and(|line| line.ids.is_empty()) {
                        below.extend(taken.map(|line| (index, line)));
                        continue;
                    }
                    taken.into_iter().collect()
                }
            }
        };
        found.extend(lines.into_iter().filter(|line| line.verdict.is_some()).map(|line| (index, line)));
    }
    for (index, line) in below {
        let after = found.iter().filter(|(at, _)| *at > index).map(|(_, line)| line);
        let ids = each_once(after);
        found.push((index, GateLine { ids, ..line }));
    }
    found
}

/// The gates that lines are about, each once.
fn each_once<'a>(lines: impl Iterator<Item = &'a GateLine>) -> Vec<String> {
    let mut known = HashSet::new();
    lines.flat_map(|line| &line.ids).filter(|id| known.insert(id.as_str())).cloned().collect()
}

fn block_verdicts(
    document: &Document,
    index: usize,
    block: &Block,
    plan: &Plan,
    scope: &PhaseScope,
    required: &[String],
) -> Vec<GateLine> {
    if block.text.chars().next().is_none() || block.is_code_at(0) && !block.is_heading() {
        return Vec::new();
    }
    if let Some(all) = all_line(&block.text, &block.strong) {
        let stamped = block.text.get(all.verdict.1.clone()).is_some_and(|words| words.contains('@'));
        let own = all.phase.as_deref().is_none_or(|phase| scope.is_own(phase));
        let set_off = block.is_heading() || block.begins_strong() || stamped;
        if !(own && set_off) {
            return Vec::new();
        }
        let verdict = Some(all.verdict);
        return vec![GateLine { ids: required.to_vec(), title: String::new(), verdict }];
    }
    let mut lines = gate_lines(&block.text, &block.strong);
    if lines.iter().all(|line| line.verdict.is_none())
        && let Some(line) = behind_title(block, plan)
    {
        lines = vec![line];
    }
    if block.is_heading() {
        let id_in_code = block.code.first().is_some_and(|code| code.start == 0);
        if !id_in_code {
            if lines.iter().all(|line| line.verdict.is_none())
                && let Some(line) = failing_heading(&block.text)
            {
                return vec![line];
            }
            if !lines.is_empty() {
                return lines;
            }
        }
    } else if !lines.is_empty() {
        let is_kept = |line: &GateLine| is_set_off(block, line, plan) || is_plain_fail(block, line, plan);
        return lines.into_iter().filter(is_kept).collect();
    }
    if let Some(line) = withdrawal(&block.text) {
        return vec![line];
    }
    let gate = || above(document, index);
    let stated = stated_verdicts(&block.text, &block.strong);
    if !stated.is_empty() {
        let named = stated.into_iter().filter_map(|line| match line.ids.is_empty() {
            true => gate().map(|ids| GateLine { ids, ..line }),
            false => Some(line),
        });
        return named.collect();
    }
    let below_verdict = block.heading.and_then(|heading| document.blocks.get(heading));
    if !block.is_heading() && below_verdict.is_some_and(|heading| is_verdict_heading(&heading.text)) {
        let bare = bare_verdict(&block.text, &block.strong);
        let line = bare.zip(gate()).map(|(verdict, ids)| GateLine {
            ids,
            title: String::new(),
            verdict: Some(verdict),
        });
        return line.into_iter().collect();
    }
    Vec::new()
}

/// The verdict behind a gate's own title, whatever words the plan chose for it: "backup and restore: PASS @…" is said
/// of a tier, but not where the gate is called so.
fn behind_title(block: &Block, plan: &Plan) -> Option<GateLine> {
    let line = gate_line(&block.text)?;
    let title = line.ids.first().and_then(|id| plan.title(id)).filter(|title| !title.is_empty())?;
    let head = block.text.get(..block.text.floor_char_boundary(TITLE_WITHIN))?.to_ascii_lowercase();
    let at = head.find(&title.to_ascii_lowercase())?;
    let mut text = block.text.clone();
    text.replace_range(at..at + title.len(), &" ".repeat(title.len()));
    let verdict = gate_lines(&text, &block.strong).into_iter().next().filter(|read| read.ids == line.ids)?;
    Some(GateLine { verdict: Some(verdict.verdict?), ..line })
}

/// What a block takes back of the verdicts `found` above it: from then on the gates have none. Without ids it is
/// about those below it.
fn taken_back(
    document: &Document,
    index: usize,
    block: &Block,
    found: &[(usize, GateLine)],
) -> Option<GateLine> {
    if block.kind == BlockKind::Row || block.ticked == Some(false) {
        return None;
    }
    let (whose, span) = withdrawn(&block.text, block.is_heading())?;
    if block.is_code_at(span.start) {
        return None;
    }
    let below = whose == Withdrawn::AllBelow;
    let ids = match whose {
        Withdrawn::Of(ids) => ids,
        Withdrawn::Above => above(document, index)
            .or_else(|| found.last().map(|(_, line)| line.ids.clone()))
            .unwrap_or_default(),
        Withdrawn::All => each_once(found.iter().map(|(_, line)| line)),
        Withdrawn::AllBelow => Vec::new(),
    };
    let verdict = Some((Verdict::Open, span));
    (below || !ids.is_empty()).then_some(GateLine { ids, title: String::new(), verdict })
}

/// Whether a line of a list or a paragraph is a verdict and no sentence about one: its id or its verdict is
/// strong, it has a task box, or it is stamped; and its ids mean something here.
fn is_set_off(block: &Block, line: &GateLine, plan: &Plan) -> bool {
    let Some((_, span)) = &line.verdict else { return false };
    let words = block.text.get(span.clone()).unwrap_or("");
    let stamped = words.contains('@') || words.contains(|c: char| c.is_ascii_digit());
    let strong = block.strong.iter().any(|strong| strong.contains(&span.start));
    let known = line.ids.iter().all(|id| plan.knows(id));
    (known && (block.begins_strong() || strong || block.ticked.is_some())) || (stamped && (known || strong))
}

/// `M1 FAIL`, `Verdict on M1: FAIL.` and nothing else: a line of its own.
fn is_plain_fail(block: &Block, line: &GateLine, plan: &Plan) -> bool {
    let Some((Verdict::Fail, span)) = &line.verdict else { return false };
    let behind = block.text.get(span.end..).unwrap_or("");
    let alone = line.title.is_empty() && !behind.contains(|c: char| c.is_alphanumeric() || c == '?');
    alone && !block.is_code_at(span.start) && line.ids.iter().all(|id| plan.knows(id))
}

/// The gates of the innermost heading above a block that names some.
fn above(document: &Document, index: usize) -> Option<Vec<String>> {
    let headings = document.headings_above(index).filter_map(|heading| document.blocks.get(heading));
    headings.take(6).find_map(|heading| gate_ids(&heading.text))
}

/// Notes on headings and set-off lines of gates that end in a word like a verdict, in no form that is read as one;
/// `read` are the blocks with a verdict.
pub(super) fn unread(document: &Document, plan: &Plan, read: &HashSet<usize>) -> Vec<Note> {
    let blocks = document.blocks.iter().enumerate();
    let mut passed_over: HashMap<usize, bool> = HashMap::new();
    let said = blocks.filter(|(index, block)| {
        let set_off = !matches!(block.kind, BlockKind::Row | BlockKind::Code);
        let mut is_passed_over = |heading: usize| {
            *passed_over
                .entry(heading)
                .or_insert_with(|| document.blocks.get(heading).is_some_and(passes_over))
        };
        set_off && !read.contains(index) && !document.headings_above(*index).take(6).any(&mut is_passed_over)
    });
    let note = |(_, block): (usize, &Block)| {
        let (ids, span) = loose_verdict(&block.text, block.is_heading())?;
        if block.is_code_at(span.start) || !ids.iter().all(|id| plan.knows(id)) {
            return None;
        }
        let word = block.text.get(span.clone())?;
        let (line, _) = document.position(block, span.start);
        let text = format!(
            "{}:{line}: “{word}” looks like a verdict on {} and is not in the agreed form (PASS or FAIL), so it was not read",
            document.name,
            ids.join("+")
        );
        Some(Note { text, evidence: Vec::new() })
    };
    said.filter_map(note).take(MAX_NOTES).collect()
}

/// Whether what stands below a heading only explains, or is of another phase.
pub(super) fn passes_over(heading: &Block) -> bool {
    !names_gate(&heading.text) && (explains(heading) || is_of_other_phase(heading))
}

/// Whether a heading introduces the file's own grammar.
fn explains(heading: &Block) -> bool {
    static EXPLAINS: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:grammar|legend|template|notation|conventions?|how to read|how verdicts are|verdict format|format of)\b",
        )
    });
    EXPLAINS.is_match(head(&heading.text))
}

fn is_of_other_phase(heading: &Block) -> bool {
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:(?:earlier|previous|prior|other|another) phases?\b|(?:from|of|carried over from) (?:an? )?(?:earlier|previous|prior|other) phases?\b)",
        )
    });
    holds_any(&heading.text, &["phase"]) && OTHER.is_match(head(&heading.text))
}

/// The part of a heading that is its title even where line breaks were lost.
fn head(text: &str) -> &str {
    let end = (0..=80.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// Which columns of a table hold ids and verdicts.
struct Table {
    verdict: Option<usize>,
}

impl Table {
    fn of(header: &Block) -> Table {
        let cells = cells(header);
        let name = |cell: &str| cell.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        let ids = cells.first().is_some_and(|(_, cell)| {
            matches!(name(cell).as_str(), "gate" | "gates" | "dod" | "dod item" | "item" | "id" | "milestone")
        });
        let verdict = cells.iter().position(|(_, cell)| {
            matches!(name(cell).as_str(), "verdict" | "adversary verdict" | "my verdict" | "final verdict")
        });
        Table { verdict: verdict.filter(|_| ids) }
    }

    fn verdict(&self, row: &Block) -> Option<GateLine> {
        let cells = cells(row);
        let (_, id) = cells.first()?;
        let (at, words) = cells.get(self.verdict?)?;
        let ids = split_ids(id);
        let whole = gate_line(id.trim())?;
        if ids.is_empty() || whole.ids != ids || words.trim().is_empty() {
            return None;
        }
        let lead = words.len() - words.trim_start().len();
        let (verdict, span) = bare(words.trim())?;
        let from = at + lead;
        Some(GateLine {
            ids,
            title: whole.title,
            verdict: Some((verdict, span.start + from..span.end + from)),
        })
    }
}

/// A verdict that a cell begins with.
fn bare(cell: &str) -> Option<(Verdict, std::ops::Range<usize>)> {
    bare_verdict(cell, std::slice::from_ref(&(0..cell.len())))
}

/// The cells of a row with where they begin; a `|` inside code parts nothing.
fn cells(row: &Block) -> Vec<(usize, &str)> {
    let mut cells = Vec::new();
    let mut from = 0;
    for (at, mark) in row.text.match_indices(" | ") {
        if row.is_code_at(at + 1) {
            continue;
        }
        cells.push((from, row.text.get(from..at).unwrap_or("")));
        from = at + mark.len();
    }
    cells.push((from, row.text.get(from..).unwrap_or("")));
    cells
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
}
