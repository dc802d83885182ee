//! Searches content for secrets, in one pass and bounded memory. Knows rules and bytes, nothing about archives.

mod allowed;
mod bodies;
mod form;
mod found;
mod grams;
mod inside;
mod lay_open;
mod levels;
mod listed;
mod packed;
mod rules;
mod spellings;
mod values;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::ops::Range;

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;

pub(crate) use allowed::{Allowed, AllowedValue};
use form::Form;
use found::join;
pub(crate) use found::{Found, Hit};
use grams::{Finder, Word};
use rules::Spans;
use values::Values;

/// How much of a content is looked at in one go.
const WINDOW_BYTES: usize = 1 << 20;
const VALUE_RULE: &str = "known-value";
/// By what the finder tells gzip in Base64.
const PACKED: usize = usize::MAX;
const LONG_PACKED: &str = "what is packed in Base64 in it is too long to be unpacked here";
const BODY_RULE: &str = "body-digest";

/// Everything that is looked for. Never changes, so threads share one.
pub(crate) struct Scanner {
    /// The rules' words, then the values' anchors.
    finder: Finder,
    rules: Vec<rules::Asked>,
    values: Values,
    pub(super) allowed: Vec<Allowed>,
    /// What was asked to be looked for and is not, by name and reason.
    pub(super) skipped: Vec<(String, String)>,
    window_bytes: usize,
    is_off: bool,
}

impl Scanner {
    /// Looks for `values` in every encoding, and for whatever looks like a secret.
    pub(crate) fn new<'v>(values: impl Iterator<Item = &'v [u8]>) -> Scanner {
        let values = Values::new(values);
        let (mut words, rules) = rules::words();
        words.extend(values.anchors().enumerate().map(|(at, anchor)| Word::whole(anchor, rules.len() + at)));
        words.push(Word::whole(packed::BEGINNING, PACKED));
        Scanner {
            finder: Finder::new(words),
            rules,
            values,
            allowed: Vec::new(),
            skipped: Vec::new(),
            window_bytes: WINDOW_BYTES,
            is_off: false,
        }
    }

    /// The same, but for what `allowed` lets stay.
    pub(crate) fn allowing(self, allowed: Vec<Allowed>) -> Scanner {
        Scanner { allowed, ..self }
    }

    /// The same, telling in the receipts what is not looked for.
    pub(crate) fn skipping(self, skipped: Vec<(String, String)>) -> Scanner {
        Scanner { skipped, ..self }
    }

    /// Finds nothing.
    pub(crate) fn switched_off(self) -> Scanner {
        Scanner { is_off: true, ..self }
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
        let mut head = Vec::new();
        content.take(form::HEAD_BYTES as u64).read_to_end(&mut head)?;
        let form = form::of(path, &head);
        let mut content = head.as_slice().chain(content);
        let mut found = match form {
            Form::Refused(rule, why) => Found { refused: Some((rule, why)), ..Found::default() },
            Form::Text if kind == EvidenceKind::Capture => self.scan_capture(path, &mut content)?,
            form if form.is_packed() => self.scan_packed(path, form, &mut content)?,
            _ => self.scan_open(path, &mut content)?,
        };
        found.is_binary |= form != Form::Text || kind == EvidenceKind::GitBundle;
        if let Form::Closed(what) = form {
            found.unsearched = Some(format!("{what} is not unpacked here"));
        }
        found.name = self.scan_words(path, path.as_str()).hits.first().map(|hit| hit.rule);
        Ok(found)
    }

    fn scan_open(&self, path: &EntryPath, content: &mut dyn Read) -> io::Result<Found> {
        let mut search = Search::new(self, path);
        let mut is_binary = false;
        window::each(content, self.window_bytes, |window| {
            search.look(&window);
            if memchr::memchr(0, window.text).is_some() {
                is_binary = true;
                search.look_without_nul(&window);
            }
        })?;
        Ok(Found { is_binary, ..search.finish() })
    }

    /// A recorder's notes: they must not tell what bodies were before something was cut out of them.
    fn scan_capture(&self, path: &EntryPath, content: &mut dyn Read) -> io::Result<Found> {
        let mut text = Vec::new();
        content.read_to_end(&mut text)?;
        let mut found = self.scan_open(path, &mut text.as_slice())?;
        if self.is_off {
            return Ok(found);
        }
        let hits = bodies::values(&text).into_iter().map(|value| Hit {
            start: value.start as u64,
            end: value.end as u64,
            line: memchr::memchr_iter(b'\n', &text[..value.start]).count() as u64 + 1,
            rule: BODY_RULE,
            is_number: value.is_number,
            identity: Sha256Digest::of(&text[value.start..value.end]),
        });
        found.hits.extend(hits);
        found.hits = join(found.hits);
        Ok(found)
    }

    /// Searches a text that is in memory.
    pub(super) fn scan_words(&self, path: &EntryPath, text: &str) -> Found {
        let text = text.as_bytes();
        let mut search = Search::new(self, path);
        search.look(&window::Window { text, base: 0, own: 0..text.len(), lines: 0 });
        search.finish()
    }
}

/// One search through one content.
struct Search<'s> {
    scanner: &'s Scanner,
    /// The allowances that count here, by their place in the list.
    allowed: Vec<(usize, &'s Allowed)>,
    hits: Vec<Hit>,
    /// Which allowance kept what.
    kept: BTreeSet<(u64, usize)>,
    spans: Spans,
    pieces: Vec<values::Piece>,
    /// How much may still be unpacked, and whether that was too little.
    packed_left: usize,
    unsearched: Option<&'static str>,
}

impl<'s> Search<'s> {
    fn new(scanner: &'s Scanner, path: &EntryPath) -> Search<'s> {
        let allowed = scanner.allowed.iter().enumerate().filter(|(_, row)| row.is_for(path)).collect();
        Search { allowed, ..Search::bare(scanner) }
    }

    fn bare(scanner: &'s Scanner) -> Search<'s> {
        let (hits, kept) = (Vec::new(), BTreeSet::new());
        let (allowed, spans, pieces) = (Vec::new(), Spans::default(), Vec::new());
        let packed_left = packed::OPENED_BYTES;
        Search { scanner, allowed, hits, kept, spans, pieces, packed_left, unsearched: None }
    }

    fn look(&mut self, window: &window::Window<'_>) {
        let known = self.hits.len();
        let scanner = self.scanner;
        if scanner.is_off {
            return;
        }
        scanner.finder.each(window.text, window.own.clone(), |id, place| self.judge(window, id, place));
        self.count_lines(window, known);
    }
}

impl Search<'_> {
    /// Looks at what stands around a word.
    fn judge(&mut self, window: &window::Window<'_>, id: usize, place: Range<usize>) {
        let scanner = self.scanner;
        // Every place is judged by the same bytes around it, wherever the windows lie.
        let from = place.start.saturating_sub(window::BACK);
        let around = &window.text[from..window.text.len().min(place.start + window::AHEAD)];
        let (at, end) = (place.start - from, place.end - from);
        if id == PACKED {
            self.look_into(window, from, around, at);
        } else if let Some(rule) = scanner.rules.get(id) {
            rules::ask(*rule, around, at, end, &mut self.spans);
            for span in self.spans.0.drain(..) {
                let value = &around[span.start..span.end];
                let identity = Sha256Digest::of(value);
                let mut rows = self.allowed.iter();
                if let Some((row, _)) = rows.find(|(_, row)| row.allows(span.rule, value, &identity)) {
                    self.kept.insert((window.base + (from + span.start) as u64, *row));
                    continue;
                }
                keep(&mut self.hits, window, from, (span.start, span.end), span.rule, identity);
            }
        } else {
            let pieces = &mut self.pieces;
            scanner.values.judge(around, at, id - scanner.rules.len(), |piece| pieces.push(piece));
            for piece in self.pieces.drain(..) {
                keep(&mut self.hits, window, from, (piece.start, piece.end), VALUE_RULE, piece.identity);
            }
        }
        if self.hits.len() > 2 * found::MOST_HITS {
            self.hits = join(std::mem::take(&mut self.hits));
            self.hits.truncate(found::MOST_HITS);
        }
    }
}

impl Search<'_> {
    /// Looks at what comes out of gzip in Base64; what is packed in there again is not looked into.
    fn look_into(&mut self, window: &window::Window<'_>, from: usize, around: &[u8], at: usize) {
        let Some(packed) = packed::unpack(around, at, self.packed_left.max(1)) else { return };
        if !packed.is_whole {
            self.unsearched = Some(LONG_PACKED);
        }
        if self.packed_left == 0 {
            return;
        }
        self.packed_left -= packed.bytes.len().min(self.packed_left);
        let mut inner = Search { allowed: self.allowed.clone(), ..Search::bare(self.scanner) };
        inner.packed_left = 0;
        let own = 0..packed.bytes.len();
        inner.look(&window::Window { text: &packed.bytes, base: 0, own, lines: 0 });
        self.unsearched = self.unsearched.or(inner.unsearched);
        self.kept.extend(inner.kept.iter().map(|(_, row)| (window.base + (from + at) as u64, *row)));
        let Some(hit) = inner.hits.first() else { return };
        for (start, end) in packed.digits {
            let identity = Sha256Digest::of(&around[start..end]);
            keep(&mut self.hits, window, from, (start, end), hit.rule, identity);
        }
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
    let hit =
        Hit { start: at + start as u64, end: at + end as u64, line: 0, rule, is_number: false, identity };
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
        let mut inner = Search { allowed: self.allowed.clone(), ..Search::bare(self.scanner) };
        let index = |at: usize| places.partition_point(|place| *place < at);
        let own = index(window.own.start)..index(window.own.end);
        inner.look(&window::Window { text: &bare, base: 0, own, lines: 0 });
        for hit in inner.hits {
            let place =
                |at: u64| window.base + places.get(at as usize).map_or(window.text.len(), |at| *at) as u64;
            self.hits.push(Hit { start: place(hit.start), end: place(hit.end), line: 1, ..hit });
        }
    }

    fn finish(self) -> Found {
        let mut allowed = BTreeMap::new();
        for (_, row) in self.kept {
            *allowed.entry(row).or_default() += 1;
        }
        let unsearched = self.unsearched.map(str::to_owned);
        Found { hits: join(self.hits), allowed, unsearched, ..Found::default() }
    }
}
