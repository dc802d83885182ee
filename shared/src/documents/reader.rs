//! Folds Markdown events into blocks; knows Markdown's events and nothing of what the words mean.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Block, BlockKind};

/// Folds Markdown events into blocks.
#[derive(Default)]
pub(super) struct Reader {
    blocks: Vec<Block>,
    open: Vec<usize>,
    headings: Vec<(u8, usize)>,
    list_leads: Vec<Option<usize>>,
    strong_from: Option<usize>,
    quotes: u32,
    struck: u32,
}

impl Reader {
    pub(super) fn read(&mut self, source: &str, base: usize) {
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
            Event::InlineHtml(tag) if is_tag(&tag, "<") => self.struck += 1,
            Event::InlineHtml(tag) if is_tag(&tag, "</") => self.struck = self.struck.saturating_sub(1),
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
        // A tag that is never closed strikes out no more than its own block.
        self.struck = 0;
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

    pub(super) fn finish(self) -> Vec<Block> {
        self.blocks
    }
}

/// Whether a tag begins (`<`) or ends (`</`) words that are struck out.
fn is_tag(tag: &str, opens: &str) -> bool {
    let name = tag.strip_prefix(opens).and_then(|name| name.strip_suffix('>'));
    name.is_some_and(|name| {
        ["s", "del", "strike"].iter().any(|known| name.trim().eq_ignore_ascii_case(known))
    })
}
