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
    words: &[],
    find,
};

struct Kind {
    /// Lower-case parts of words without one of which the pattern matches nothing.
    stems: &'static [&'static str],
    pattern: Regex,
    why: &'static str,
}

/// What a sentence must hold, and why nobody but a person can judge it.
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kinds = [
        (
            &["independently", "own clone", "own ssh session", "own session", "cold start"][..],
            r"(?i)\bindependently\b|\bown (?:clone|SSH session|session)\b|\bcold start\b",
            "independence leaves no trace in the evidence",
        ),
        (
            &["correct", "appropriate", "reasonable"][..],
            r"(?i)\b(?:is|are|was|were) correct\b|\bcorrectly\b|\bappropriate\b|\breasonable\b",
            "whether that reading is right is a judgement",
        ),
        (
            &["timing", "load", "exhaustion", "cause", "due to", "infra-confound"][..],
            r"(?i)\btiming\b|\bload\b|\bexhaustion\b|\bcaused? by\b|\bdue to\b|\bbecause of\b|\broot cause\b|\binfra-confound",
            "a cause cannot be read from records",
        ),
        (
            &["genuine", "artifact", "suggest", "probably", "possibl", "needed to"][..],
            r"(?i)\bgenuine\b|\bartifact\b|\bsuggests?\b|\bprobably\b|\bpossibl[ey]\b|\bneeded to\b",
            "an interpretation, not a record",
        ),
        (
            &["acknowledged in", "addressed", "operator-ready", "explanation present", "clear enough"][..],
            r"(?i)\backnowledged in\b|\baddressed\b|\boperator-ready\b|\bexplanation present\b|\bclear enough\b",
            "whether it does its job is for its reader to say",
        ),
    ];
    let kind = |(stems, pattern, why)| Some(Kind { stems, pattern: Regex::new(pattern).ok()?, why });
    kinds.into_iter().filter_map(kind).collect()
});

fn find(unit: &Unit<'_>, _context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind != EvidenceKind::Review || unit.is_title() {
        return;
    }
    if !KINDS.iter().any(|kind| unit.has_any(kind.stems)) {
        return;
    }
    let found = sentences(unit.words()).into_iter().find_map(|span| {
        let sentence = unit.text(&span);
        if sentence.trim_end().ends_with(':') && sentence.len() < 40 {
            return None;
        }
        let lower = unit.lower().get(span.clone()).unwrap_or("");
        let kinds = KINDS.iter().filter(|kind| kind.stems.iter().any(|stem| lower.contains(stem)));
        let word =
            |kind: &Kind| kind.pattern.find(sentence).map(|word| (span.start + word.start(), kind.why));
        kinds.into_iter().find_map(word).map(|(at, why)| (narrow(unit.words(), &span, at), why))
    });
    let Some((span, why)) = found else { return };
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
    let (mut counted, mut marks) = (0, 0);
    for (at, _) in text.match_indices(". ") {
        marks += text.get(counted..at).map_or(0, |passed| passed.matches(['"', '“', '”']).count());
        counted = at;
        if marks % 2 == 1 {
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
