//! The text of a document with its lines, so that a place is found without counting from the top.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;

/// Every so many bytes the characters before them are known.
const STEP_BYTES: usize = 256;

/// The text a document was read from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    text: String,
    line_starts: Vec<usize>,
    /// For every line its key, and how many equal ones stand above it.
    lines: Vec<(u64, usize)>,
    /// How many characters begin before every [`STEP_BYTES`]th byte.
    characters: Vec<usize>,
}

impl Source {
    /// Takes a text; its lines end with `\n`, `\r\n` or `\r`.
    pub(super) fn new(text: String) -> Source {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let line_starts: Vec<usize> = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let mut seen = HashMap::<u64, usize>::new();
        let mut lines = Vec::with_capacity(line_starts.len());
        for (index, start) in line_starts.iter().enumerate() {
            let end = line_starts.get(index + 1).copied().unwrap_or(text.len());
            let key = line_key(text.get(*start..end).unwrap_or(""));
            let count = seen.entry(key).or_default();
            lines.push((key, *count));
            *count += 1;
        }
        let mut characters = Vec::with_capacity(bytes.len() / STEP_BYTES + 1);
        let mut before = 0;
        for step in bytes.chunks(STEP_BYTES) {
            characters.push(before);
            before += begun(step);
        }
        Source { line_starts, lines, characters, text }
    }

    /// All of it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text at `range`, empty where there is none.
    pub(super) fn get(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    /// The line, from 0, and the column, from 0 in characters, of byte `offset`.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.line_of(offset);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        (line, self.characters_before(offset).saturating_sub(self.characters_before(start)))
    }

    /// The index of the line that byte `offset` stands on.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The key of a line, and how many equal ones stand above it.
    pub(super) fn line(&self, index: usize) -> (u64, usize) {
        self.lines.get(index).copied().unwrap_or_default()
    }

    /// The keys of all lines.
    pub(super) fn keys(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().map(|(key, _)| *key)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let step = offset / STEP_BYTES;
        let rest = self.text.as_bytes().get(step * STEP_BYTES..offset).unwrap_or(&[]);
        self.characters.get(step).map_or_else(|| begun(self.text.as_bytes()), |before| before + begun(rest))
    }
}

/// What equal lines share, whatever blanks stand around them: lines can be very long, and are asked for by every
/// block that stands on them.
pub(crate) fn line_key(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(line.trim_start_matches('\u{feff}').trim().as_bytes());
    hasher.finish()
}

/// How many characters begin in `bytes`.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_on_long_lines() {
        let text = format!("{}\n{}x\rlast", "ü".repeat(1000), "日".repeat(700));
        let source = Source::new(text);
        let x = source.text().find('x').expect("x");
        assert_eq!(source.position(x), (1, 700));
        assert_eq!(source.position(1000), (0, 500));
        assert_eq!(source.position(source.text().len()), (2, 4));
        assert_eq!(source.position(usize::MAX), (2, 4));
        assert_eq!(Source::new(String::new()).position(9), (0, 0));
        assert_eq!(Source::new("a".repeat(256)).position(256), (0, 256));
    }

    #[test]
    fn lines_end_in_three_ways() {
        let source = Source::new("a\r\nb\rc\na".to_owned());
        let places = (0..4).map(|line| source.line(line)).collect::<Vec<_>>();
        assert_eq!(places, [(line_key("a"), 0), (line_key("b"), 0), (line_key("c"), 0), (line_key("a"), 1)]);
    }
}
