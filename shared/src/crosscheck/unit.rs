//! A unit: one heading, paragraph or item with all that its sentences inherit from their surroundings.
//!
//! It knows documents and when their words were committed, and nothing about evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::documents::gate_words::{finding_line, gate_ids};
use crate::documents::mentions::{Mention, Moment, What, mentions};
use crate::documents::{Block, BlockKind, Document};
use crate::evidence::{Commit, EvidenceKind};
use crate::gates::files_finding;
use crate::history::History;
use crate::parallel;
use crate::time::Timestamp;

/// A block to be judged, with its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Unit<'a> {
    /// Its place among all units.
    pub(crate) index: usize,
    /// The document.
    pub(crate) document: &'a Document,
    /// The block.
    pub(crate) block: &'a Block,
    /// What it names.
    pub(crate) mentions: Vec<Mention>,
    /// `M1`, `F3`, `R`, `S`: what its checks' ids begin with.
    pub(crate) section: String,
    /// The gate in whose section it stands.
    pub(crate) gate: Option<String>,
    /// The day that a time without one belongs to.
    pub(crate) day: Option<Date>,
    /// The first commit that holds it.
    pub(crate) commit: Option<&'a Commit>,
    /// When its words were written at the latest: that commit's time, else the stamp above it.
    pub(crate) as_of: Option<Timestamp>,
    /// Whether it stands under a heading that announces wishes, not facts: EXPECTED, Required work.
    pub(crate) is_expectation: bool,
    /// Whether it names more than was read, because the documents name too much.
    pub(crate) is_cut: bool,
    /// Its words in lower case (ASCII letters), byte for byte at the same places.
    lower: String,
}

impl<'a> Unit<'a> {
    /// The words at `span`.
    pub(crate) fn text(&self, span: &Range<usize>) -> &'a str {
        self.block.text.get(span.clone()).unwrap_or("")
    }

    /// All its words.
    pub(crate) fn words(&self) -> &'a str {
        &self.block.text
    }

    /// All its words with ASCII letters in lower case, byte for byte at the same places.
    pub(crate) fn lower(&self) -> &str {
        &self.lower
    }

    /// Whether one of `words`, all in lower case, stands anywhere in it, be it as part of a longer word.
    pub(crate) fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.lower.contains(word))
    }

    /// Line and column, from 1, of byte `at` of its words.
    pub(crate) fn position(&self, at: usize) -> (u32, u32) {
        self.document.position(self.block, at)
    }

    /// The words before byte `at`, back to the last `.`, `;` or dash that ends a clause.
    pub(crate) fn clause_before(&self, at: usize) -> &'a str {
        let before = self.block.text.get(..at).unwrap_or("");
        before.get(clause_start(before)..).unwrap_or("")
    }

    /// The value that the words at `span` end in: a time, a level, a number; none where they name no value.
    pub(crate) fn value_in(&self, span: &Range<usize>) -> Option<String> {
        let from = self.mentions.partition_point(|mention| mention.span.start < span.start);
        let inside = self.mentions.get(from..)?.iter().take_while(|mention| mention.span.end <= span.end);
        let value = inside.filter(|mention| {
            !matches!(mention.what, What::Build(_) | What::Pull(_) | What::Number(_) | What::BuildRange(..))
        });
        value.last().map(|mention| self.text(&mention.span).to_owned())
    }

    /// Whether the words around `span` deny it or only suppose it: "not level 5", "level 5 was not reached",
    /// "should be level 5".
    pub(crate) fn is_negated(&self, span: &Range<usize>) -> bool {
        // "First claim: #612, …" is a label; what was claimed is stated behind it.
        let before = self.clause_before(span.start).split_whitespace();
        let before = before.filter(|word| !word.eq_ignore_ascii_case("claim:"));
        let mut near: Vec<&str> = before.rev().take(8).collect();
        near.reverse();
        let after = self.block.text.get(span.end..self.clause(span.start).end.max(span.end)).unwrap_or("");
        // "Closed 10:28Z, not merged" denies something else.
        let after = if after.starts_with(", not merged") { "" } else { after };
        let mut after = after.split_whitespace().take(3);
        let pairs = [
            ("instead", "of"),
            ("rather", "than"),
            ("more", "than"),
            ("less", "than"),
            ("at", "least"),
            ("at", "most"),
            ("is", "above"),
            ("is", "below"),
            ("rose", "from"),
            ("claim", "that"),
        ];
        let is_of = |word: &str, list: &[&str]| list.iter().any(|known| is_plainly(word, known));
        near.iter().any(|word| is_of(word, DENY) || is_of(word, SUPPOSE))
            || near.windows(2).any(|two| {
                pairs.iter().any(|(first, second)| is_plainly(two[0], first) && is_plainly(two[1], second))
            })
            || after.any(|word| is_of(word, DENY_AFTER))
    }

    /// Whether the words at `span` themselves deny or suppose something; "no" belongs to what some statements say.
    pub(crate) fn denies(&self, span: &Range<usize>) -> bool {
        let words = self.text(span).to_ascii_lowercase();
        // "Not one" counts, as "no" does.
        let words =
            ["not one ", "not a single "].iter().find_map(|none| words.strip_prefix(none)).unwrap_or(&words);
        words
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\''))
            .any(|word| word != "no" && (DENY.contains(&word) || SUPPOSE.contains(&word)))
    }

    /// The span of the clause around byte `at`.
    pub(crate) fn clause(&self, at: usize) -> Range<usize> {
        let text = &self.block.text;
        let before = text.get(..at).unwrap_or("");
        let after = text.get(at..).unwrap_or("");
        let mut until = after.len().min(CLAUSE_BYTES);
        while !after.is_char_boundary(until) {
            until -= 1;
        }
        let near = after.get(..until).unwrap_or("");
        let end = ["; ", " — ", ". "].iter().filter_map(|mark| near.find(mark)).min();
        clause_start(before)..end.map_or(text.len(), |end| at + end)
    }

    /// The window of instants that a written time may mean here.
    pub(crate) fn window(&self, moment: &Moment) -> Option<(Timestamp, Timestamp)> {
        moment.window(self.day)
    }

    /// The times it names.
    pub(crate) fn times(&self) -> impl Iterator<Item = (&Range<usize>, Moment)> {
        self.mentions.iter().filter_map(|mention| match mention.what {
            What::Time(moment) => Some((&mention.span, moment)),
            _ => None,
        })
    }

    /// Its `key=value` pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Range<usize>, &str, &str)> {
        self.mentions.iter().filter_map(|mention| match &mention.what {
            What::Pair { key, value } => Some((&mention.span, key.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// The pull requests it names.
    pub(crate) fn pulls(&self) -> impl Iterator<Item = (&Range<usize>, u64)> {
        self.mentions.iter().filter_map(|mention| match mention.what {
            What::Pull(number) => Some((&mention.span, number)),
            _ => None,
        })
    }

    /// Whether the whole block is one bold lead-in, a title of what follows.
    pub(crate) fn is_title(&self) -> bool {
        self.block.is_heading()
            || self.block.strong.iter().any(|strong| strong.start == 0 && strong.end >= self.block.text.len())
    }

    /// Double-quoted words: their span without the quotes, and the words.
    pub(crate) fn quotes(&self) -> Vec<(Range<usize>, &'a str)> {
        let text = &self.block.text;
        let marks: Vec<(usize, char)> =
            text.char_indices().filter(|(_, c)| matches!(c, '"' | '“' | '”')).collect();
        let pairs = marks.chunks_exact(2).filter_map(|pair| {
            let [(open, quote), (close, _)] = pair else { return None };
            let span = open + quote.len_utf8()..*close;
            text.get(span.clone()).map(|words| (span, words))
        });
        pairs.collect()
    }
}

/// Whether `word`, without marks around it, is `known`, which is in lower case.
fn is_plainly(word: &str, known: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    let mut letters = word.chars().map(|c| if c == '’' { '\'' } else { c.to_ascii_lowercase() });
    known.chars().all(|c| letters.next() == Some(c)) && letters.next().is_none()
}

/// Words that deny what stands beside them.
const DENY: &[&str] = &[
    "not",
    "never",
    "without",
    "isn't",
    "wasn't",
    "weren't",
    "aren't",
    "didn't",
    "doesn't",
    "hasn't",
    "cannot",
    "can't",
    "unless",
    "neither",
    "nor",
    "hardly",
    "except",
    "lacks",
    "false",
    "wrong",
    "untrue",
    "formerly",
    "previously",
];

/// Words that deny what stands before them.
const DENY_AFTER: &[&str] = &[
    "not", "never", "isn't", "wasn't", "weren't", "aren't", "didn't", "doesn't", "hasn't", "cannot", "can't",
    "unless", "except", "false", "untrue",
];

/// Words that only suppose what stands behind them.
const SUPPOSE: &[&str] = &[
    "no",
    "should",
    "would",
    "could",
    "might",
    "may",
    "must",
    "will",
    "if",
    "expected",
    "expect",
    "until",
    "whether",
    "claims",
    "supposedly",
    "allegedly",
    "had",
    "once",
    "when",
    "unlike",
    "needs",
    "wants",
];

/// How far a clause is followed; prose without a full stop for longer is taken as it comes.
const CLAUSE_BYTES: usize = 400;

fn clause_start(before: &str) -> usize {
    let mut from = before.len().saturating_sub(CLAUSE_BYTES);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    from + clause_start_in(before.get(from..).unwrap_or(""))
}

fn clause_start_in(before: &str) -> usize {
    ["; ", " — ", ". "]
        .iter()
        .filter_map(|mark| before.rfind(mark).map(|at| at + mark.len()))
        .max()
        .unwrap_or(0)
}

/// How many things the documents of a phase may name; real ones of a mebibyte name some ten thousand.
pub(crate) const MOST_MENTIONS: usize = 100_000;

/// How many blocks are looked through for what they name before the limit is asked again.
const BLOCKS_AT_ONCE: usize = 4_096;

/// Every block of every document that may state something, in order.
pub(crate) fn units<'a>(documents: &'a [Document], history: &History<'a>) -> Vec<Unit<'a>> {
    units_naming(MOST_MENTIONS, documents, history)
}

/// The same, naming at most so many things.
fn units_naming<'a>(most: usize, documents: &'a [Document], history: &History<'a>) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    let mut filed = BTreeSet::new();
    let mut left = most;
    for document in documents {
        let gates: Vec<Option<Vec<String>>> = document.blocks.iter().map(gates_of).collect();
        let letters = gate_letters(document, &gates, history);
        let stamps: Vec<Stamp> = document.blocks.iter().map(heading_stamp).collect();
        let mut named = Vec::new().into_iter();
        let mut finding: Option<String> = None;
        for (index, block) in document.blocks.iter().enumerate() {
            if index % BLOCKS_AT_ONCE == 0 {
                let next = document.blocks.get(index..).unwrap_or_default();
                let next = next.get(..BLOCKS_AT_ONCE).unwrap_or(next);
                let names = |block: &Block| match block.kind {
                    BlockKind::Code => Vec::new(),
                    _ => mentions(&block.text),
                };
                named = if left > 0 { parallel::map(next, names) } else { Vec::new() }.into_iter();
            }
            let mut named = named.next().unwrap_or_default();
            if block.kind == BlockKind::Code {
                continue;
            }
            let is_cut = left == 0 || named.len() > left;
            named.truncate(left);
            left -= named.len();
            if block.is_heading() {
                finding = None;
            }
            let files = matches!(document.kind, EvidenceKind::Review | EvidenceKind::Backlog);
            if files && files_finding(document, index) {
                let ids = finding_line(&block.text).map(|line| line.ids);
                finding = ids.and_then(|ids| ids.into_iter().next()).or(finding);
            }
            let heading = gate_heading(document, &gates, index);
            let gate = heading.and_then(|(_, ids)| ids.first().cloned());
            let section = match (document.kind, &gate, &finding) {
                (EvidenceKind::Review, Some(_), _) => {
                    gate_heading_section(heading.map(|(heading, _)| heading), &letters)
                }
                (EvidenceKind::Review, None, Some(id)) => {
                    filed.insert(id.clone());
                    id.clone()
                }
                // A finding that REVIEW files too has its ids there.
                (EvidenceKind::Backlog, _, Some(id)) if !filed.contains(id) => id.clone(),
                (EvidenceKind::Backlog, _, Some(id)) => format!("B-{id}"),
                (kind, _, _) => letter(kind).to_owned(),
            };
            let index_of_unit = units.len();
            units.push(unit(
                document,
                index,
                index_of_unit,
                (section, gate),
                history,
                &stamps,
                (named, is_cut),
            ));
        }
    }
    units
}

/// What the ids of a document's checks begin with where they stand in no gate's and no finding's section.
fn letter(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Review => "R",
        EvidenceKind::Status => "S",
        EvidenceKind::Backlog => "B",
        EvidenceKind::Journal => "J",
        EvidenceKind::Plan => "P",
        _ => "N",
    }
}

/// What a heading says about time, and whether it announces wishes.
#[derive(Debug, Clone, Copy, Default)]
struct Stamp {
    day: Option<Date>,
    at: Option<Timestamp>,
    expects: bool,
}

fn heading_stamp(block: &Block) -> Stamp {
    static EXPECTS: &[&str] =
        &["expected", "expectation", "required work", "next step", "to do", "todo", "acceptance criteria"];
    if !block.is_heading() {
        return Stamp::default();
    }
    let mut stamp = Stamp::default();
    for mention in mentions(&block.text) {
        match mention.what {
            What::Time(moment) if moment.date.is_some() => {
                stamp.day = stamp.day.or(moment.date);
                stamp.at = stamp.at.or_else(|| moment.instant(None));
            }
            What::Day(day) => stamp.day = stamp.day.or(Some(day)),
            _ => {}
        }
    }
    let lower = block.text.to_ascii_lowercase();
    stamp.expects = EXPECTS.iter().any(|word| lower.contains(word));
    stamp
}

fn unit<'a>(
    document: &'a Document,
    index: usize,
    index_of_unit: usize,
    (section, gate): (String, Option<String>),
    history: &History<'a>,
    stamps: &[Stamp],
    (mentions, is_cut): (Vec<Mention>, bool),
) -> Unit<'a> {
    let block = &document.blocks[index];
    let commit = history.first_holding(document, block, 0);
    let own = Some(index).filter(|_| block.is_heading());
    let above = own.into_iter().chain(document.headings_above(index));
    let above: Vec<Stamp> = above.filter_map(|heading| stamps.get(heading).copied()).collect();
    let committed = commit.and_then(|commit| commit.at());
    let stamped_day = above.iter().find_map(|stamp| stamp.day);
    let stamped = above.iter().find_map(|stamp| stamp.at);
    Unit {
        index: index_of_unit,
        document,
        block,
        mentions,
        is_cut,
        section,
        gate,
        day: stamped_day.or_else(|| committed.map(|at| at.to_zoned(TimeZone::UTC).date())),
        commit,
        as_of: committed.or(stamped),
        is_expectation: !block.is_heading() && above.iter().any(|stamp| stamp.expects),
        lower: block.text.to_ascii_lowercase(),
    }
}

/// The gates whose section a heading opens.
fn gates_of(block: &Block) -> Option<Vec<String>> {
    block.is_heading().then(|| gate_ids(&block.text))?
}

/// The gate heading that block `index` is or stands under, and its gates.
fn gate_heading<'g>(
    document: &Document,
    gates: &'g [Option<Vec<String>>],
    index: usize,
) -> Option<(usize, &'g [String])> {
    let own = Some(index).into_iter();
    own.chain(document.headings_above(index))
        .find_map(|heading| Some((heading, gates.get(heading)?.as_deref()?)))
}

/// `M1` for the first section about it, `M1b`, `M1c` for later ones, in order of time.
fn gate_letters(
    document: &Document,
    gates: &[Option<Vec<String>>],
    history: &History<'_>,
) -> BTreeMap<usize, String> {
    let mut sections: Vec<(Option<Timestamp>, usize, String)> = document
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| block.is_heading())
        .filter_map(|(index, block)| {
            let id = gates.get(index)?.as_ref()?.first()?.clone();
            let at = history.first_holding(document, block, 0).and_then(|commit| commit.at());
            Some((at, index, id))
        })
        .collect();
    sections.sort();
    let mut seen = BTreeMap::<String, u8>::new();
    let mut letters = BTreeMap::new();
    for (_, index, id) in sections {
        let count = seen.entry(id.clone()).or_default();
        let letter = match *count {
            0 => String::new(),
            n => char::from(b'a' + n.min(25)).to_string(),
        };
        *count = count.saturating_add(1);
        letters.insert(index, format!("{id}{letter}"));
    }
    letters
}

fn gate_heading_section(heading: Option<usize>, letters: &BTreeMap<usize, String>) -> String {
    heading.and_then(|heading| letters.get(&heading).cloned()).unwrap_or_else(|| "R".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_path::EntryPath;

    #[test]
    fn what_names_too_much_is_cut() {
        let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
        let text = b"#1 and #2\n\n#3, #4 and #5\n\n#6";
        let documents = [Document::parse(EvidenceKind::Review, &path, text)];
        for (most, named, cut) in
            [(6, [2, 3, 1], [false; 3]), (4, [2, 2, 0], [false, true, true]), (0, [0; 3], [true; 3])]
        {
            let units = units_naming(most, &documents, &History::new(&[]));
            let found: Vec<(usize, bool)> =
                units.iter().map(|unit| (unit.mentions.len(), unit.is_cut)).collect();
            assert_eq!(found, named.into_iter().zip(cut).collect::<Vec<_>>(), "{most}");
        }
    }
}
