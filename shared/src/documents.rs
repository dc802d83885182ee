//! Phase documents: Markdown in, blocks with exact positions out; knows nothing about evidence.
//!
//! Nothing in a document is an error: what is not understood stays readable text.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;

pub mod gate_words;
pub mod mentions;
mod unfold;

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
    line_starts: Vec<usize>,
    /// For every line, how many equal ones stand above it.
    occurrences: Vec<usize>,
    source: String,
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
        let source = String::from_utf8_lossy(bytes).into_owned();
        let line_starts =
            std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut seen = HashMap::<&str, usize>::new();
        let occurrences = source
            .split('\n')
            .map(|line| {
                let count = seen.entry(line.trim()).or_default();
                *count += 1;
                *count - 1
            })
            .collect();
        let mut reader = Reader::default();
        for chunk in unfold::chunks(&source) {
            reader.read(&source[chunk.clone()], chunk.start);
        }
        let blocks = reader.finish();
        Document {
            kind,
            name: path.file_name().to_owned(),
            path: path.clone(),
            blocks,
            line_starts,
            occurrences,
            source,
        }
    }

    /// Line and column, from 1, of byte `at` of a block's text; columns count characters.
    pub fn position(&self, block: &Block, at: usize) -> (u32, u32) {
        let offset = block.source_offset(at).min(self.source.len());
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self.source.get(start..offset).map_or(0, |text| text.chars().count());
        (line as u32, column as u32 + 1)
    }

    /// The source line that a byte of a block's text stands on, trimmed.
    pub fn source_line(&self, block: &Block, at: usize) -> &str {
        let line = self.line_of(block.source_offset(at));
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let end = self.line_starts.get(line + 1).copied().unwrap_or(self.source.len());
        self.source.get(start..end).unwrap_or("").trim()
    }

    /// How many lines equal to the one that a byte of a block's text stands on stand above it.
    pub fn occurrence(&self, block: &Block, at: usize) -> usize {
        self.occurrences.get(self.line_of(block.source_offset(at))).copied().unwrap_or(0)
    }

    /// The index of the line that byte `offset` of the source stands on.
    fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The source of a block, as it is.
    pub fn source_of(&self, block: &Block) -> &str {
        self.source.get(block.source.clone()).unwrap_or("")
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

    /// Whether this is a heading.
    pub fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading(_))
    }
}

/// Folds Markdown events into blocks.
#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    open: Vec<usize>,
    headings: Vec<(u8, usize)>,
    list_leads: Vec<Option<usize>>,
    strong_from: Option<usize>,
    quotes: u32,
    struck: u32,
}

impl Reader {
    fn read(&mut self, source: &str, base: usize) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
        for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
            self.event(event, base + range.start..base + range.end);
        }
        self.open.clear();
        self.list_leads.clear();
        self.strong_from = None;
    }

    fn event(&mut self, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.start(BlockKind::Heading(level as u8), at),
            Event::Start(Tag::Paragraph) => match self.open.last() {
                Some(item) if self.blocks[*item].text.is_empty() => {}
                _ => self.start(BlockKind::Paragraph, at),
            },
            Event::End(TagEnd::Paragraph)
                if self.top().is_some_and(|block| block.kind == BlockKind::Paragraph) =>
            {
                self.open.pop();
            }
            Event::Start(Tag::List(_)) => {
                let before = self.blocks.len().checked_sub(1);
                let paragraph = before.filter(|b| self.blocks[*b].kind == BlockKind::Paragraph);
                self.list_leads.push(self.open.last().copied().or(paragraph));
            }
            Event::End(TagEnd::List(_)) => {
                self.list_leads.pop();
            }
            Event::Start(Tag::Item) => {
                self.start(BlockKind::Item, at);
                let lead = self.list_leads.last().copied().flatten();
                if let Some(item) = self.top() {
                    item.lead = lead;
                }
            }
            Event::Start(Tag::TableRow | Tag::TableHead) => self.start(BlockKind::Row, at),
            Event::Start(Tag::CodeBlock(_)) => self.start(BlockKind::Code, at),
            Event::Start(Tag::TableCell) if self.top().is_some_and(|row| !row.text.is_empty()) => {
                self.append(" | ", at.start);
            }
            Event::End(
                TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead | TagEnd::CodeBlock,
            ) => {
                self.open.pop();
            }
            Event::Start(Tag::Strong) => self.strong_from = self.top().map(|block| block.text.len()),
            Event::End(TagEnd::Strong) => {
                if let (Some(from), Some(block)) = (self.strong_from.take(), self.open.last()) {
                    let block = &mut self.blocks[*block];
                    block.strong.push(from..block.text.len());
                }
            }
            Event::Start(Tag::BlockQuote(_)) => self.quotes += 1,
            Event::End(TagEnd::BlockQuote(_)) => self.quotes = self.quotes.saturating_sub(1),
            Event::Start(Tag::Strikethrough) => self.struck += 1,
            Event::End(TagEnd::Strikethrough) => self.struck = self.struck.saturating_sub(1),
            // What is struck out or in a comment is no longer said.
            Event::Text(words) if self.struck == 0 => self.append(&words, at.start),
            Event::Code(words) if self.struck == 0 => {
                let ticks = (at.len().saturating_sub(words.len())) / 2;
                let from = self.top().map_or(0, |block| block.text.len());
                self.append(&words, at.start + ticks);
                if let Some(block) = self.top() {
                    let range = from..block.text.len();
                    block.code.push(range);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.append(" ", at.start),
            Event::TaskListMarker(ticked) => {
                if let Some(block) = self.top() {
                    block.ticked = Some(ticked);
                }
            }
            _ => {}
        }
    }

    fn top(&mut self) -> Option<&mut Block> {
        let top = *self.open.last()?;
        self.blocks.get_mut(top)
    }

    fn append(&mut self, words: &str, source: usize) {
        if self.open.is_empty() {
            self.start(BlockKind::Paragraph, source..source + words.len());
        }
        if let Some(block) = self.top() {
            block.append(words, source);
        }
    }

    fn start(&mut self, kind: BlockKind, at: Range<usize>) {
        let index = self.blocks.len();
        let kind = if self.quotes > 0 { BlockKind::Code } else { kind };
        let mut block = Block::new(kind, at);
        if let BlockKind::Heading(level) = kind {
            self.headings.retain(|(above, _)| *above < level);
            block.heading = self.headings.last().map(|(_, heading)| *heading);
            self.headings.push((level, index));
        } else {
            block.heading = self.headings.last().map(|(_, heading)| *heading);
            block.lead = self.open.last().copied();
        }
        self.blocks.push(block);
        self.open.push(index);
    }

    fn finish(self) -> Vec<Block> {
        self.blocks
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
