//! Cuts blocks that no person writes into parts of bounded length, positions kept; knows nothing of what they say.

use std::ops::Range;

use super::{Block, BlockKind};

/// Bytes of the longest block that is read as one; whatever compares the words of a block with each other stays
/// bounded by it.
const LONGEST: usize = 8 << 10;

/// The same blocks, long paragraphs and items cut at the ends of sentences, or else at blanks.
///
/// The cells of a row cannot be told once it is cut: a row as long as that states nothing.
pub(super) fn split(blocks: Vec<Block>) -> Vec<Block> {
    if blocks.iter().all(|block| block.text.len() <= LONGEST) {
        return blocks;
    }
    let mut whole = Vec::with_capacity(blocks.len());
    // Where the parts of each block begin, and the place of its last one.
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(blocks.len());
    for mut block in blocks {
        let first = whole.len();
        match block.kind {
            BlockKind::Paragraph | BlockKind::Item if block.text.len() > LONGEST => {
                let cuts = cuts(&block.text);
                whole.extend(cuts.iter().map(|part| block.part(part)));
            }
            BlockKind::Row if block.text.len() > LONGEST => {
                block.kind = BlockKind::Code;
                whole.push(block);
            }
            _ => whole.push(block),
        }
        places.push((first, whole.len().saturating_sub(1)));
    }
    for block in &mut whole {
        block.heading = block.heading.and_then(|at| places.get(at)).map(|(first, _)| *first);
        block.lead = block.lead.and_then(|at| places.get(at)).map(|(_, last)| *last);
    }
    whole
}

fn cuts(text: &str) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut from = 0;
    while text.len() - from > LONGEST {
        let until = text.floor_char_boundary(from + LONGEST);
        let near = text.get(from..until).unwrap_or("");
        let sentence = near.rfind(". ").filter(|at| *at > LONGEST / 2).map(|at| at + 2);
        let blank = || near.rfind(' ').filter(|at| *at > LONGEST / 2).map(|at| at + 1);
        let cut = from + sentence.or_else(blank).unwrap_or(near.len());
        cuts.push(from..cut);
        from = cut;
    }
    cuts.push(from..text.len());
    cuts
}

impl Block {
    /// The part of a block that holds the bytes `part` of its text.
    fn part(&self, part: &Range<usize>) -> Block {
        let inside = |ranges: &[Range<usize>]| {
            let cut = |range: &Range<usize>| range.start.max(part.start)..range.end.min(part.end);
            let cut = ranges.iter().map(cut).filter(|range| range.start < range.end);
            cut.map(|range| range.start - part.start..range.end - part.start).collect()
        };
        let from = self.spots.partition_point(|(text, _)| *text <= part.start);
        let spots = self.spots.get(from..).unwrap_or(&[]).iter().take_while(|(text, _)| *text < part.end);
        let spots = spots.map(|(text, source)| (text - part.start, *source));
        let first = part.start == 0;
        let begin = if first { self.source.start } else { self.source_offset(part.start) };
        let end = if part.end == self.text.len() { self.source.end } else { self.source_offset(part.end) };
        Block {
            kind: self.kind,
            text: self.text.get(part.clone()).unwrap_or("").to_owned(),
            code: inside(&self.code),
            strong: inside(&self.strong),
            lead: self.lead,
            heading: self.heading,
            ticked: self.ticked.filter(|_| first),
            source: begin..end.max(begin),
            spots: std::iter::once((0, self.source_offset(part.start))).chain(spots).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::{BlockKind, Document};
    use crate::entry_path::EntryPath;
    use crate::evidence::EvidenceKind;

    fn parse(text: &str) -> Document {
        let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
        Document::parse(EvidenceKind::Review, &path, text.as_bytes())
    }

    #[test]
    fn parts_keep_words_and_positions() {
        let mut text = String::from("# Title\n\n");
        for n in 0..20_000 {
            text.push_str(&format!("Build #{n} é `code {n}`. "));
        }
        text.push_str("\n- item\n");
        let document = parse(&text);
        let parts: Vec<_> = document.blocks.iter().filter(|b| b.kind == BlockKind::Paragraph).collect();
        assert!(parts.len() > 40, "{}", parts.len());
        let mut next = 0;
        for part in parts {
            assert!(part.text.len() <= super::LONGEST && part.text.starts_with("Build #"), "{}", part.text);
            assert_eq!(part.heading, Some(0));
            for (at, _) in part.text.match_indices("Build #") {
                // Its line is long: asked here and there only.
                if next % 500 == 0 {
                    let (line, column) = document.position(part, at);
                    let behind: String = text
                        .lines()
                        .nth(line as usize - 1)
                        .expect("a line")
                        .chars()
                        .skip(column as usize - 1)
                        .take(24)
                        .collect();
                    assert!(behind.starts_with(&format!("Build #{next} ")), "{next}: {behind}");
                }
                next += 1;
            }
            for code in &part.code {
                assert!(part.text[code.clone()].starts_with("code "));
            }
        }
        assert_eq!(next, 20_000);
        let item = document.blocks.last().expect("an item");
        assert_eq!(item.lead, Some(document.blocks.len() - 2));
    }

    #[test]
    fn words_without_blanks_are_cut_too() {
        let document = parse(&"é".repeat(50_000));
        assert_eq!(document.blocks.iter().map(|block| block.text.len()).sum::<usize>(), 100_000);
        assert!(document.blocks.iter().all(|block| block.text.len() <= super::LONGEST));
    }
}
