//! Phase documents: Markdown in, blocks with exact positions out; knows nothing about evidence.
//!
//! Nothing in a document is an error: what is not understood stays readable text.

use std::ops::Range;

use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;

pub mod gate_words;
pub mod inbox;
pub mod mentions;
mod reader;
mod source;
mod split;
mod unfold;

use reader::Reader;
use source::Source;
pub(crate) use source::line_key;

/// A document of the phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Which one.
    pub kind: EvidenceKind,
    /// File name.
    pub name: String,
    /// Entry.
    pub path: EntryPath,
    /// Its blocks in order.
    pub blocks: Vec<Block>,
    source: Source,
    /// The line and the column, from 0, of the entry at which its text begins: not (0, 0) in a git log.
    begins: (usize, usize),
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading of level 1 to 6.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A list item, without the items nested in it.
    Item,
    /// A row of a table, cells joined by ` | `.
    Row,
    /// A code block or somebody else's words in a block quote; they state nothing.
    Code,
}

/// A heading, paragraph, list item, table row or code block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its words without Markdown's marks; non-breaking spaces are spaces, variation selectors are gone.
    pub text: String,
    /// Ranges of `text` that were inline code.
    pub code: Vec<Range<usize>>,
    /// Ranges of `text` that were strong.
    pub strong: Vec<Range<usize>>,
    /// The block that introduces it: the item it is nested in, or the paragraph just before its list.
    pub lead: Option<usize>,
    /// The innermost heading it stands under; for a heading, the next one outwards.
    pub heading: Option<usize>,
    /// Whether a task box stands before it, and whether that is ticked.
    pub ticked: Option<bool>,
    /// Bytes of the source it came from.
    pub source: Range<usize>,
    spots: Vec<(usize, usize)>,
}

impl Document {
    /// Reads a document; invalid UTF-8 is replaced, never refused.
    pub fn parse(kind: EvidenceKind, path: &EntryPath, bytes: &[u8]) -> Document {
        let source = Source::new(String::from_utf8_lossy(bytes).into_owned());
        let text = source.text();
        let mut reader = Reader::default();
        for chunk in unfold::chunks(text) {
            reader.read(text.get(chunk.clone()).unwrap_or(""), chunk.start);
        }
        Document {
            kind,
            name: path.file_name().to_owned(),
            path: path.clone(),
            blocks: split::split(reader.finish()),
            source,
            begins: (0, 0),
        }
    }

    /// Whether a row is the heading row of its table: below it stands the line of dashes.
    pub fn is_heading_row(&self, block: &Block) -> bool {
        let below = self.source.text().get(block.source.end.saturating_sub(1)..).unwrap_or("");
        let line = below.split_once('\n').map_or("", |(_, below)| below.lines().next().unwrap_or(""));
        let dashes = |c: char| matches!(c, '|' | ':' | '-' | ' ' | '\t' | '>');
        block.kind == BlockKind::Row && line.contains('-') && line.chars().all(dashes)
    }

    /// Line and column, from 1, of byte `at` of a block's text; columns count characters.
    pub fn position(&self, block: &Block, at: usize) -> (u32, u32) {
        let (line, column) = self.source.position(block.source_offset(at));
        let number = |index: usize, begins: usize| u32::try_from(index + begins + 1).unwrap_or(u32::MAX);
        (number(line, self.begins.0), number(column, self.begins.1))
    }

    /// The key ([`line_key`]) of the source line that a byte of a block's text stands on.
    pub(crate) fn line_key(&self, block: &Block, at: usize) -> u64 {
        self.source.line(self.source.line_of(block.source_offset(at))).0
    }

    /// The keys of all its lines.
    pub(crate) fn line_keys(&self) -> std::collections::HashSet<u64> {
        self.source.keys().collect()
    }

    /// Whether its bytes were hardly UTF-8 text: another encoding, or no text at all.
    pub(crate) fn is_garbled(&self) -> bool {
        let text = self.source.text();
        let odd = text.chars().filter(|c| matches!(c, '\0' | '\u{fffd}')).count();
        odd > 0 && odd.saturating_mul(10) >= text.chars().count()
    }

    /// How many lines equal to the one that a byte of a block's text stands on stand above it.
    pub fn occurrence(&self, block: &Block, at: usize) -> usize {
        self.source.line(self.source.line_of(block.source_offset(at))).1
    }

    /// The source of a block, as it is.
    pub fn source_of(&self, block: &Block) -> &str {
        self.source.get(block.source.clone())
    }

    /// The headings above block `index`, innermost first; a heading is not above itself.
    pub fn headings_above(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.blocks.get(index).and_then(|block| block.heading), |above| {
            self.blocks.get(*above).and_then(|block| block.heading)
        })
    }
}

impl Block {
    fn new(kind: BlockKind, source: Range<usize>) -> Block {
        Block {
            kind,
            text: String::new(),
            code: Vec::new(),
            strong: Vec::new(),
            lead: None,
            heading: None,
            ticked: None,
            source,
            spots: Vec::new(),
        }
    }

    fn source_offset(&self, at: usize) -> usize {
        let index = self.spots.partition_point(|(text, _)| *text <= at);
        match index.checked_sub(1).and_then(|index| self.spots.get(index)) {
            Some((text, source)) => source + (at - text),
            None => self.source.start,
        }
    }

    fn append(&mut self, words: &str, mut source: usize) {
        self.spots.push((self.text.len(), source));
        for c in words.chars() {
            let kept = match c {
                '\u{a0}' | '\u{202f}' => Some(' '),
                '\u{fe0e}' | '\u{fe0f}' | '\u{feff}' => None,
                other => Some(other),
            };
            source += c.len_utf8();
            if let Some(kept) = kept {
                self.text.push(kept);
            }
            if kept != Some(c) {
                self.spots.push((self.text.len(), source));
            }
        }
    }

    /// Whether it begins with strong words.
    pub fn begins_strong(&self) -> bool {
        self.strong.first().is_some_and(|strong| strong.start == 0)
    }

    /// Whether byte `at` of its text is inside inline code.
    pub fn is_code_at(&self, at: usize) -> bool {
        let before = self.code.partition_point(|code| code.start <= at);
        before.checked_sub(1).and_then(|index| self.code.get(index)).is_some_and(|code| at < code.end)
    }

    /// Whether this is a heading.
    pub fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
        Document::parse(EvidenceKind::Review, &path, text.as_bytes())
    }

    #[test]
    fn blocks_keep_words_and_positions() {
        let document = parse("# A\r\n\r\ntext **bold** `code`\n- one\n  - in\u{a0}ner ✅\u{fe0f} x\n");
        let words: Vec<_> = document.blocks.iter().map(|b| (b.kind, b.text.as_str(), b.lead)).collect();
        assert_eq!(
            words,
            [
                (BlockKind::Heading(1), "A", None),
                (BlockKind::Paragraph, "text bold code", None),
                (BlockKind::Item, "one", Some(1)),
                (BlockKind::Item, "in ner ✅ x", Some(2)),
            ]
        );
        assert_eq!(document.position(&document.blocks[1], 10), (3, 16));
        let inner = &document.blocks[3];
        assert_eq!(document.position(inner, inner.text.find('x').expect("x")), (5, 15));
    }

    #[test]
    fn nothing_in_a_document_is_an_error() {
        for text in ["", "\u{feff}", "```\n# no\n", "|a|\n|-|\n|`x|y`|\n", "- - - a", "> - b\n\n   c", "\0"] {
            parse(text);
        }
        let path = EntryPath::new("data/x.md").expect("a good name");
        Document::parse(EvidenceKind::Plan, &path, b"\xff\xfe# \xc3\x28");
    }
}
