//! What STATUS says about gates: claims, and the builder's word about verdicts, which is no verdict itself.

use std::ops::Range;

use crate::documents::gate_words::{claim_line, gate_lines, gate_starts};
use crate::documents::{Block, BlockKind, Document};
use crate::report::Verdict;

/// A line of STATUS about gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusWord {
    /// The gates.
    pub ids: Vec<String>,
    /// What it says of them: claimed, passed or failed.
    pub verdict: Verdict,
    /// Where the word stands in the block's text.
    pub span: Range<usize>,
    /// Which block it is.
    pub block: usize,
}

/// Everything that a document says about gates in the manner of STATUS: `Gate: M1 — CLAIMED`, `## Gate: U0 — PASS (…)`.
pub fn status_verdicts(document: &Document) -> Vec<StatusWord> {
    let blocks = document.blocks.iter().enumerate().filter(|(_, block)| block.kind != BlockKind::Code);
    blocks.flat_map(|(index, block)| status_words(index, block)).collect()
}

/// What block `index` says about gates.
pub(crate) fn status_words(index: usize, block: &Block) -> Vec<StatusWord> {
    let starts = gate_starts(&block.text);
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(block.text.len()));
    let mut words = Vec::new();
    for (from, to) in starts.iter().copied().zip(ends) {
        let Some(text) = block.text.get(from..to) else { continue };
        if block.is_code_at(from) {
            continue;
        }
        if let Some((ids, span)) = claim_line(text) {
            let span = span.start + from..span.end + from;
            words.push(StatusWord { ids, verdict: Verdict::Claimed, span, block: index });
            continue;
        }
        let strong: Vec<Range<usize>> = block
            .strong
            .iter()
            .filter(|strong| strong.start >= from && strong.end <= to)
            .map(|strong| strong.start - from..strong.end - from)
            .collect();
        let named = text.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with("Gate");
        let set_off =
            block.kind != BlockKind::Paragraph || named || strong.first().is_some_and(|s| s.start == 0);
        if !set_off {
            continue;
        }
        let lines = gate_lines(text, &strong).into_iter().filter_map(|line| {
            let (verdict, span) = line.verdict?;
            let span = span.start + from..span.end + from;
            Some(StatusWord { ids: line.ids, verdict, span, block: index })
        });
        words.extend(lines);
    }
    words
}
