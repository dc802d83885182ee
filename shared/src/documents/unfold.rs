//! Finds the blocks of a document whose line breaks were lost; knows Markdown's marks and nothing else.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

/// A line longer than this that holds heading marks inside has lost its line breaks.
const LONG_LINE: usize = 300;

/// Where a block begins inside a line without breaks: a heading, a rule, an item, a bold lead-in.
static BLOCK_START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r" (#{1,6} \S",
        r"|--- ",
        r"|- \S",
        r"|\*\*\d+\. ",
        r"|\*\*[A-Z][a-z]+(?: [a-z]+){0,3}:\*\*",
        r"|\*\*[A-Z][A-Za-z0-9-]*\d[a-z]?(?:/[A-Z]\d+)* (?:—|-|\[))",
    ))
    .unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
});

/// The whole document, or its blocks when it came on one line.
pub(super) fn chunks(source: &str) -> Vec<Range<usize>> {
    let folded = source.lines().any(|line| line.len() > LONG_LINE && line.contains(" ## "));
    if !folded {
        return std::iter::once(0..source.len()).collect();
    }
    let mut chunks = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(found) = BLOCK_START.find_at(source, from) {
        from = found.start() + 1;
        if in_code(&source[start..found.start()]) {
            continue;
        }
        chunks.push(start..found.start());
        start = found.start() + 1;
        if source[start..].starts_with("--- ") {
            start += 3;
        }
    }
    chunks.push(start..source.len());
    chunks.retain(|chunk| !source[chunk.clone()].trim().is_empty());
    chunks
}

/// Whether text after `before` would stand inside backticks.
fn in_code(before: &str) -> bool {
    before.matches('`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_with_line_breaks_stays_whole() {
        let source = "# A\n\n- b - c\n\n**1. d**\n";
        assert_eq!((chunks(source).len(), chunks(source)[0].clone()), (1, 0..source.len()));
    }

    #[test]
    fn a_document_on_one_line_falls_into_blocks() {
        let filler = "word ".repeat(80);
        let source = format!(
            "# A ## M1 — t **PASS @2026-01-01T00:00Z** **Scope:** {filler}**F1 — x.** see `## DONE` --- - one - two **2. n** end"
        );
        let blocks: Vec<_> = chunks(&source)
            .into_iter()
            .map(|c| source[c].trim().chars().take(12).collect::<String>())
            .collect();
        assert_eq!(
            blocks,
            ["# A", "## M1 — t **", "**Scope:** w", "**F1 — x.** ", "- one", "- two", "**2. n** end"]
        );
    }
}
