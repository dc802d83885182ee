//! Finds the blocks of a document whose line breaks were lost; knows Markdown's marks and nothing else.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

/// A line longer than this that holds heading marks inside has lost its line breaks.
const LONG_LINE: usize = 300;
/// Inline code is not longer than this; two backticks farther apart do not belong together.
const LONGEST_CODE: usize = 1_000;

/// Where a block begins inside a line without breaks: a heading, a rule, an item, a bold lead-in, a gate's line.
static BLOCK_START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r" (#{1,6} \S",
        r"|--- ",
        r"|[-*] \S",
        r"|\*\*\d+\. ",
        r"|\*\*[A-Z][a-z]+(?: [a-z]+){0,3}:\*\*",
        r"|\*\*(?:Verdict|Status|VETO|SCOPED VETO)\b",
        r"|\*\*(?:DoD-|[A-Z]{1,2}|[FA](?:-[a-z][a-z0-9]*)+-)\d[A-Za-z0-9.-]*(?: ?[/+,–] ?[A-Z][A-Za-z0-9.-]*)* ?(?:—|–|-|:|\[|PASS|FAIL|OPEN|CLOSED)",
        r"|\*\*[FA]-[a-z][a-z0-9-]*\*\*",
        r"|\*\*(?:F|A)\d[a-z0-9-]*(?:/[FA]\d[a-z0-9-]*)*\*\*",
        r"|Gate: \S",
        r"|[a-z0-9.-]+: ALL DoD ",
        r")",
    ))
    .unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
});

/// The whole document, or its blocks when it came on one line.
pub(super) fn chunks(source: &str) -> Vec<Range<usize>> {
    if !is_folded(source) {
        let start = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        return std::iter::once(start..source.len()).collect();
    }
    let code = code_spans(source);
    let mut spans = code.iter().peekable();
    let mut chunks = Vec::new();
    let mut start = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut from = start;
    while let Some(found) = BLOCK_START.find_at(source, from) {
        from = found.start() + 1;
        while spans.next_if(|span| span.end <= found.start()).is_some() {}
        if let Some(span) = spans.peek().filter(|span| span.start <= found.start()) {
            from = from.max(span.end);
            continue;
        }
        let mark = source.get(start..found.start()).unwrap_or("").trim();
        if matches!(mark, "-" | "*" | "- [ ]" | "- [x]" | "- [X]") {
            continue;
        }
        chunks.push(start..found.start());
        start = found.start() + 1;
        if source.get(start..).is_some_and(|rest| rest.starts_with("--- ")) {
            start += 3;
        }
    }
    chunks.push(start..source.len());
    chunks.retain(|chunk| source.get(chunk.clone()).is_some_and(|text| !text.trim().is_empty()));
    chunks
}

/// Whether a text has lost its line breaks: headings stand inside its only line, or inside a long one that is
/// most of it.
fn is_folded(source: &str) -> bool {
    let mut lines = source.lines().filter(|line| !line.trim().is_empty());
    let Some(longest) = lines.clone().max_by_key(|line| line.len()) else { return false };
    let begins = longest.trim_start_matches('\u{feff}').trim_start().starts_with('#');
    let alone = begins && lines.nth(1).is_none();
    let is_heading = |mark: &str| {
        longest.match_indices(mark).any(|(at, _)| {
            // In prose and in code, marks stand in backticks.
            longest.get(..at).is_none_or(|before| !before.ends_with('`'))
        })
    };
    let most = longest.len() > LONG_LINE && longest.len() * 2 > source.len();
    (alone && (is_heading(" ## ") || is_heading(" ### "))) || (most && is_heading(" ## "))
}

/// Where code stands: from a run of backticks to the next one as long.
fn code_spans(source: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in source.match_indices('`') {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    let mut by_length = HashMap::<usize, VecDeque<usize>>::new();
    for (index, run) in runs.iter().enumerate() {
        by_length.entry(run.len()).or_default().push_back(index);
    }
    let mut spans = Vec::new();
    let mut index = 0;
    while let Some(run) = runs.get(index) {
        let same = by_length.entry(run.len()).or_default();
        while same.front().is_some_and(|other| *other <= index) {
            same.pop_front();
        }
        let close = same.front().and_then(|other| Some((*other, runs.get(*other)?)));
        // A fence may be long; inline code is not.
        let close = close.filter(|(_, end)| run.len() >= 3 || end.start - run.end <= LONGEST_CODE);
        index = match close {
            Some((other, end)) => {
                spans.push(run.start..end.end);
                other + 1
            }
            None => index + 1,
        };
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_with_line_breaks_stays_whole() {
        let long = format!("# A\n\n- {} see ` ## DONE` and `a ## b`\n- c\n", "word ".repeat(80));
        let prose = format!("# A\n\n{} and ## in a sentence\n{}", "word ".repeat(80), "line\n".repeat(200));
        for source in ["# A\n\n- b - c\n\n**1. d**\n", "# A\n\n```\nx ## y\n```\n", &long, &prose] {
            assert_eq!((chunks(source).len(), chunks(source)[0].clone()), (1, 0..source.len()), "{source}");
        }
    }

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let blocks: Vec<_> = chunks(source)
            .into_iter()
            .map(|c| source[c].trim().chars().take(12).collect::<String>())
            .collect();
        assert_eq!(blocks, expected, "{source}");
    }

    #[test]
    fn a_document_on_one_line_falls_into_blocks() {
        let filler = "word ".repeat(80);
        let source = format!(
            "# A ## M1 — t **PASS @2026-01-01T00:00Z** **Scope:** {filler}**F1 — x.** see `## DONE` --- - one - two **2. n** end"
        );
        check(
            &source,
            &["# A", "## M1 — t **", "**Scope:** w", "**F1 — x.** ", "- one", "- two", "**2. n** end"],
        );
        check("# S Gate: **M1 CLAIMED** ## DONE", &["# S", "Gate: **M1 C", "## DONE"]);
        check("\u{feff}# S ## M1 x", &["# S", "## M1 x"]);
    }

    #[test]
    fn code_is_no_block() {
        check("# S ## T ```sh # no - x ``` after ## U", &["# S", "## T ```sh #", "## U"]);
        check("# S ## T a ` b ## U", &["# S", "## T a ` b", "## U"]);
        let far = format!("# S ## T a ` {} ## U `", "word ".repeat(300));
        check(&far, &["# S", "## T a ` wor", "## U `"]);
    }
}
