//! Finds a run of words among the lines that commits added; knows nothing about documents.

use super::Edit;

/// Words that are indexed of one file; what is added beyond them is not found by its words.
const MAX_WORDS: usize = 400_000;
/// How many words are looked up together.
const TOGETHER: usize = 4;
/// How many places with the same first words are tried.
const MAX_TRIES: usize = 16;

/// Every run of two to four words that an edit added, by hash.
#[derive(Debug)]
pub(super) struct WordIndex {
    /// Words by hash.
    words: Vec<u64>,
    /// Where the words of each edit end.
    ends: Vec<usize>,
    /// Hash and place, in order.
    runs: Vec<(u64, u32)>,
}

impl WordIndex {
    pub(super) fn new(edits: &[Edit<'_>]) -> WordIndex {
        let mut words = Vec::new();
        let mut ends = Vec::new();
        let mut runs = Vec::new();
        for edit in edits {
            let start = words.len();
            let fresh = edit.added.iter().flat_map(|line| line.split_whitespace()).map(of_word);
            words.extend(fresh.take(MAX_WORDS.saturating_sub(start)));
            ends.push(words.len());
            for at in start..words.len() {
                for length in 2..=TOGETHER {
                    if let Some(run) = words.get(at..at + length) {
                        runs.push((of_run(run), at as u32));
                    }
                }
            }
        }
        runs.sort_unstable();
        WordIndex { words, ends, runs }
    }

    /// The first edit that added `wanted` as one run; a single word is found nowhere.
    pub(super) fn find(&self, wanted: &[&str]) -> Option<usize> {
        let wanted: Vec<u64> = wanted.iter().map(|word| of_word(word)).collect();
        let first = wanted.get(..wanted.len().min(TOGETHER)).filter(|first| first.len() >= 2)?;
        let key = of_run(first);
        let from = self.runs.partition_point(|(hash, _)| *hash < key);
        let tries = self.runs.get(from..)?.iter().take_while(|(hash, _)| *hash == key).take(MAX_TRIES);
        tries.map(|(_, at)| *at as usize).find_map(|at| {
            let edit = self.ends.partition_point(|end| *end <= at);
            let end = at + wanted.len();
            let inside = self.ends.get(edit).is_some_and(|last| end <= *last);
            (inside && self.words.get(at..end)? == wanted.as_slice()).then_some(edit)
        })
    }
}

fn of_word(word: &str) -> u64 {
    fnv(word.bytes())
}

fn of_run(words: &[u64]) -> u64 {
    fnv(words.iter().flat_map(|word| word.to_le_bytes()))
}

/// FNV-1a.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
