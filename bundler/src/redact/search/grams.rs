//! Finds many words at once, in any case of their letters, at the speed of memory. Knows bytes, no meaning.
//!
//! Four bytes of each word are marked in a table of bits small enough for a processor's nearest cache. Most places
//! of a text are done with one look into that table, which does not wait for the look before: several times as fast
//! as an automaton, whose every step depends on the last, and of constant size for any number of words.

use std::ops::Range;

const GRAM: usize = 4;
/// 2¹⁷ bits, 16 KiB.
const BITS: u32 = 17;
const BUCKETS: u32 = 12;

/// A word that is looked for.
pub(super) struct Word {
    pub(super) bytes: Vec<u8>,
    /// What is told of it; a short word is looked for with a neighbour.
    pub(super) told: Range<usize>,
    /// What the finder tells it by.
    pub(super) id: usize,
}

impl Word {
    pub(super) fn whole(bytes: &[u8], id: usize) -> Word {
        Word { bytes: bytes.to_vec(), told: 0..bytes.len(), id }
    }
}

struct Entry {
    gram: u32,
    offset: usize,
    word: usize,
}

/// The words and their table.
pub(super) struct Finder {
    words: Vec<Word>,
    bits: Box<[u64; 1 << (BITS - 6)]>,
    /// Where in `entries` each bucket begins.
    starts: Vec<usize>,
    entries: Vec<Entry>,
    longest: usize,
}

impl Finder {
    /// Words of fewer than four bytes are not found.
    pub(super) fn new(words: Vec<Word>) -> Finder {
        let mut bits = Box::new([0; 1 << (BITS - 6)]);
        let mut entries: Vec<Entry> = Vec::new();
        for (word, Word { bytes, .. }) in words.iter().enumerate() {
            let Some(offset) = rarest(bytes) else { continue };
            let gram = gram(&bytes[offset..offset + GRAM]);
            let hash = hash(gram);
            bits[(hash >> 6) as usize] |= 1 << (hash & 63);
            entries.push(Entry { gram, offset, word });
        }
        entries.sort_by_key(|entry| bucket(entry.gram));
        let starts = (0..=1 << BUCKETS).map(|at| entries.partition_point(|entry| bucket(entry.gram) < at));
        let longest = words.iter().map(|word| word.bytes.len()).max().unwrap_or(0);
        Finder { bits, starts: starts.collect(), entries, longest, words }
    }

    /// Tells id and place of every word that begins in `own`, in order of place for words of one length.
    pub(super) fn each(&self, text: &[u8], own: Range<usize>, mut found: impl FnMut(usize, Range<usize>)) {
        let end = text.len().min(own.end.saturating_add(self.longest + GRAM));
        let Some(searched) = text.get(own.start..end) else { return };
        for (at, four) in searched.windows(GRAM).enumerate() {
            let gram = gram(four);
            let hash = hash(gram);
            if self.bits[(hash >> 6) as usize] >> (hash & 63) & 1 == 0 {
                continue;
            }
            let bucket = bucket(gram) as usize;
            for entry in &self.entries[self.starts[bucket]..self.starts[bucket + 1]] {
                if entry.gram != gram {
                    continue;
                }
                let word = &self.words[entry.word];
                let start = (own.start + at).wrapping_sub(entry.offset);
                let is_there = own.contains(&start)
                    && text
                        .get(start..start + word.bytes.len())
                        .is_some_and(|is| is.eq_ignore_ascii_case(&word.bytes));
                if is_there {
                    found(word.id, start + word.told.start..start + word.told.end);
                }
            }
        }
    }
}

#[inline(always)]
fn gram(four: &[u8]) -> u32 {
    let four = four.first_chunk::<GRAM>().copied().unwrap_or_default();
    // Small letters; other characters fall together too, which costs a look and loses nothing.
    u32::from_le_bytes(four) | 0x2020_2020
}

#[inline(always)]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS)
}

fn bucket(gram: u32) -> u32 {
    hash(gram) >> (BITS - BUCKETS)
}

/// Where the four bytes stand that are least to be expected in other words.
fn rarest(word: &[u8]) -> Option<usize> {
    let common = |byte: &u8| b"etaoinsrhldcum 0123456789".contains(&byte.to_ascii_lowercase());
    // Of equals, the one with signs: `ass:` is rarer than `pass`.
    let weight = |at: &usize| {
        let four = &word[*at..*at + GRAM];
        let letters = four.iter().filter(|byte| byte.is_ascii_alphanumeric());
        (four.iter().filter(|byte| common(byte)).count(), letters.count())
    };
    (0..(word.len() + 1).checked_sub(GRAM)?).min_by_key(weight)
}
