//! Searches content for secrets, in one pass and bounded memory. Knows rules and bytes, nothing about archives.

mod lay_open;
mod rules;
mod spellings;
mod values;
mod window;

use std::io::{self, Read};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;

use rules::Spans;
use values::Values;

/// How much of a content is looked at in one go.
const WINDOW_BYTES: usize = 1 << 20;
/// An entry with more hits than this is left out as a whole.
const MOST_HITS: usize = 250_000;
const VALUE_RULE: &str = "known-value";

/// Everything that is looked for. Never changes, so threads share one.
pub(crate) struct Scanner {
    /// The rules' words, then the values' anchors.
    automaton: AhoCorasick,
    words: Vec<rules::Asked>,
    longest_word: usize,
    values: Values,
    window_bytes: usize,
}

/// A secret in some content: bytes [start, end).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// From 1.
    pub(crate) line: u64,
    pub(crate) rule: &'static str,
    /// Equal for equal secrets. It stays in memory, and no number is derived from it.
    pub(super) identity: Sha256Digest,
}

/// What one search found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// In order of offset, without overlap.
    pub(super) hits: Vec<Hit>,
    /// Whether cutting something out would break it.
    pub(super) is_binary: bool,
    /// The rule that the entry's own name meets.
    pub(super) name: Option<&'static str>,
}

impl Found {
    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.name.is_none()
    }

    /// In order of offset.
    pub(crate) fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Adds what was found in what this content unpacks to: it can only be left out as a whole.
    pub(crate) fn and_unpacked(mut self, unpacked: Found) -> Found {
        self.is_binary = true;
        self.name = self.name.or(unpacked.name);
        self.hits.extend(unpacked.hits);
        self
    }
}

impl Scanner {
    /// Looks for `values` in every encoding, and for whatever looks like a secret.
    pub(crate) fn new<'v>(values: impl Iterator<Item = &'v [u8]>) -> Scanner {
        let values = Values::new(values);
        let words = rules::words();
        let longest_word = words
            .iter()
            .map(|(word, _)| word.len())
            .chain(values.anchors().map(<[u8]>::len))
            .max()
            .unwrap_or(0);
        let needles: Vec<&[u8]> =
            words.iter().map(|(word, _)| word.as_bytes()).chain(values.anchors()).collect();
        let total: usize = needles.iter().map(|needle| needle.len()).sum();
        // The fastest automaton takes memory for each byte of each needle; with thousands of values another will do.
        let kind = if total < DENSE_BYTES { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(&needles)
            .expect("no more needles than an automaton can hold");
        let words = words.into_iter().map(|(_, rule)| rule).collect();
        Scanner { automaton, words, longest_word, values, window_bytes: WINDOW_BYTES }
    }

    /// The same with windows of another size.
    #[cfg(test)]
    pub(super) fn with_window<'v>(values: impl Iterator<Item = &'v [u8]>, window_bytes: usize) -> Scanner {
        Scanner { window_bytes, ..Scanner::new(values) }
    }

    /// Searches `content`, and the name `path` that it is to have.
    pub(crate) fn scan(
        &self,
        path: &EntryPath,
        kind: EvidenceKind,
        content: &mut dyn Read,
    ) -> io::Result<Found> {
        let mut search = Search::new(self);
        let mut is_binary = kind == EvidenceKind::GitBundle;
        window::each(content, self.window_bytes, |window| {
            search.look(&window);
            if memchr::memchr(0, window.text).is_some() {
                is_binary = true;
                search.look_without_nul(&window);
            }
        })?;
        let name = self.scan_bytes(path.as_str().as_bytes()).first().map(|hit| hit.rule);
        Ok(Found { hits: search.finish(), is_binary, name })
    }

    /// Searches a text that is in memory.
    pub(super) fn scan_bytes(&self, text: &[u8]) -> Vec<Hit> {
        let mut search = Search::new(self);
        search.look(&window::Window { text, base: 0, own: 0..text.len(), lines: 0 });
        search.finish()
    }
}

/// Above this many bytes of needles the automaton is built for memory instead of speed.
const DENSE_BYTES: usize = 96 << 10;

/// One search through one content.
struct Search<'s> {
    scanner: &'s Scanner,
    hits: Vec<Hit>,
    spans: Spans,
    pieces: Vec<values::Piece>,
}

impl<'s> Search<'s> {
    fn new(scanner: &'s Scanner) -> Search<'s> {
        Search { scanner, hits: Vec::new(), spans: Spans::default(), pieces: Vec::new() }
    }

    fn look(&mut self, window: &window::Window<'_>) {
        let known = self.hits.len();
        let scanner = self.scanner;
        let end = window.text.len().min(window.own.end + scanner.longest_word);
        let input = aho_corasick::Input::new(window.text).range(window.own.start..end);
        for found in scanner.automaton.find_overlapping_iter(input) {
            if found.start() >= window.own.end {
                continue;
            }
            // Every place is judged by the same bytes around it, wherever the windows lie.
            let from = found.start().saturating_sub(window::BACK);
            let around = &window.text[from..window.text.len().min(found.start() + window::AHEAD)];
            let (at, until) = (found.start() - from, found.end() - from);
            match scanner.words.get(found.pattern().as_usize()) {
                Some(rule) => {
                    rules::ask(*rule, around, at, until, &mut self.spans);
                    for span in self.spans.0.drain(..) {
                        let identity = Sha256Digest::of(&around[span.start..span.end]);
                        keep(&mut self.hits, window, from, (span.start, span.end), span.rule, identity);
                    }
                }
                None => {
                    let anchor = found.pattern().as_usize() - scanner.words.len();
                    let pieces = &mut self.pieces;
                    scanner.values.judge(around, at, anchor, |piece| pieces.push(piece));
                    for piece in self.pieces.drain(..) {
                        let place = (piece.start, piece.end);
                        keep(&mut self.hits, window, from, place, VALUE_RULE, piece.identity);
                    }
                }
            }
            if self.hits.len() > 2 * MOST_HITS {
                self.hits = join(std::mem::take(&mut self.hits));
                self.hits.truncate(MOST_HITS);
            }
        }
        self.count_lines(window, known);
    }
}

fn keep(
    hits: &mut Vec<Hit>,
    window: &window::Window<'_>,
    from: usize,
    (start, end): (usize, usize),
    rule: &'static str,
    identity: Sha256Digest,
) {
    let at = window.base + from as u64;
    let hit = Hit { start: at + start as u64, end: at + end as u64, line: 0, rule, identity };
    // Several words of one secret find it several times in a row.
    if hits.last() != Some(&hit) {
        hits.push(hit);
    }
}

impl Search<'_> {
    /// Says on which lines the hits stand that this window gave.
    fn count_lines(&mut self, window: &window::Window<'_>, known: usize) {
        let known = known.min(self.hits.len());
        let fresh = &mut self.hits[known..];
        fresh.sort_by_key(|hit| hit.start);
        let (mut at, mut lines) = (0, window.lines + 1);
        for hit in fresh {
            let start = ((hit.start - window.base) as usize).clamp(at, window.text.len());
            lines += memchr::memchr_iter(b'\n', &window.text[at..start]).count() as u64;
            at = start;
            hit.line = lines;
        }
    }

    /// Lays UTF-16 open for rules that are written in bytes.
    fn look_without_nul(&mut self, window: &window::Window<'_>) {
        let places: Vec<usize> =
            window.text.iter().enumerate().filter(|(_, byte)| **byte != 0).map(|(at, _)| at).collect();
        let bare: Vec<u8> = places.iter().map(|at| window.text[*at]).collect();
        let mut inner = Search::new(self.scanner);
        let index = |at: usize| places.partition_point(|place| *place < at);
        let own = index(window.own.start)..index(window.own.end);
        inner.look(&window::Window { text: &bare, base: 0, own, lines: 0 });
        for hit in inner.hits {
            let place =
                |at: u64| window.base + places.get(at as usize).map_or(window.text.len(), |at| *at) as u64;
            self.hits.push(Hit { start: place(hit.start), end: place(hit.end), line: 1, ..hit });
        }
    }

    fn finish(self) -> Vec<Hit> {
        join(self.hits)
    }
}

/// Overlapping hits become one, under the name of the rule that comes first.
fn join(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by(|a, b| {
        (a.start, b.end, rules::precedence(a.rule)).cmp(&(b.start, a.end, rules::precedence(b.rule)))
    });
    let mut joined: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match joined.last_mut() {
            Some(last) if hit.start < last.end || hit.start == last.end && hit.identity == last.identity => {
                if rules::precedence(hit.rule) < rules::precedence(last.rule) {
                    last.rule = hit.rule;
                }
                if hit.end > last.end {
                    last.end = hit.end;
                    if hit.identity != last.identity {
                        let both = [last.identity.as_bytes().as_slice(), hit.identity.as_bytes()].concat();
                        last.identity = Sha256Digest::of(&both);
                    }
                }
            }
            _ => joined.push(hit),
        }
    }
    joined
}
