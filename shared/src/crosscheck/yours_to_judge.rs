//! Statements that no file can show: independence, causes, correctness of a reading.
//!
//! One a block at most, so that the list stays short enough to be read.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit};
use crate::evidence::EvidenceKind;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "yours-to-judge",
    explains: "Independence, causes and judgements leave no trace that could be compared; a person has to weigh them.",
    kind: CheckKind::Substance,
    find,
};

/// What a sentence must hold, and why nobody but a person can judge it.
static KINDS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let kinds = [
        (
            r"(?i)\bindependently\b|\bown (?:clone|SSH session|session)\b|\bcold start\b",
            "independence leaves no trace in the evidence",
        ),
        (
            r"(?i)\b(?:is|are|was|were) correct\b|\bcorrectly\b|\bappropriate\b|\breasonable\b",
            "whether that reading is right is a judgement",
        ),
        (
            r"(?i)\btiming\b|\bload\b|\bexhaustion\b|\bcaused? by\b|\bdue to\b|\bbecause of\b|\broot cause\b|\binfra-confound",
            "a cause cannot be read from records",
        ),
        (
            r"(?i)\bgenuine\b|\bartifact\b|\bsuggests?\b|\bprobably\b|\bpossibl[ey]\b|\bneeded to\b",
            "an interpretation, not a record",
        ),
        (
            r"(?i)\backnowledged in\b|\baddressed\b|\boperator-ready\b|\bexplanation present\b|\bclear enough\b",
            "whether it does its job is for its reader to say",
        ),
    ];
    kinds.into_iter().filter_map(|(pattern, why)| Some((Regex::new(pattern).ok()?, why))).collect()
});

fn find(unit: &Unit<'_>, _context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind != EvidenceKind::Review || unit.is_title() {
        return;
    }
    let found = sentences(unit.words()).into_iter().find_map(|span| {
        let sentence = unit.text(&span);
        if sentence.trim_end().ends_with(':') && sentence.len() < 40 {
            return None;
        }
        KINDS.iter().find(|(pattern, _)| pattern.is_match(sentence)).map(|(_, why)| (span, *why))
    });
    let Some((span, why)) = found else { return };
    let span = KINDS
        .iter()
        .find_map(|(pattern, _)| pattern.find(unit.text(&span)))
        .map_or(span.clone(), |word| narrow(unit.words(), &span, span.start + word.start()));
    drafts.push(Draft::new(span, "", vec![Fact::Unclear(why.to_owned(), Vec::new())]));
}

/// The part of a sentence that the word at byte `at` stands in: between brackets, dashes and semicolons, and
/// between commas where that is still long.
fn narrow(text: &str, sentence: &Range<usize>, at: usize) -> Range<usize> {
    let mut span = sentence.clone();
    for (longest, marks) in [(0, &[" (", ")", "; ", " — "][..]), (70, &[", "][..])] {
        if span.len() <= longest {
            break;
        }
        let before = text.get(span.start..at).unwrap_or("");
        let after = text.get(at..span.end).unwrap_or("");
        let from = marks.iter().filter_map(|mark| before.rfind(mark).map(|found| found + mark.len())).max();
        let until = marks.iter().filter_map(|mark| after.find(mark)).min();
        span = span.start + from.unwrap_or(0)..until.map_or(span.end, |until| at + until);
    }
    span
}

/// Sentences: up to `. ` followed by a capital, quote or end.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(". ") {
        let quoted = text.get(..at).is_some_and(|before| before.matches(['"', '“', '”']).count() % 2 == 1);
        if quoted {
            continue;
        }
        let next = text.get(at + 2..).and_then(|rest| rest.chars().next());
        if next.is_some_and(|c| c.is_uppercase() || c == '"' || c == '“') {
            spans.push(start..at + 1);
            start = at + 2;
        }
    }
    if start < text.len() {
        spans.push(start..text.len());
    }
    spans
}
