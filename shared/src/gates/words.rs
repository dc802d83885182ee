//! Every word on a gate with its time: verdicts of REVIEW, claims of STATUS, commit subjects, and what only the
//! git log still holds. Knows no order among them.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};

use super::ledger::{Standing, logged, version};
use super::phase::PhaseScope;
use super::plan::Plan;
use super::review;
use super::status::status_verdicts;
use crate::documents::gate_words::read_subject;
use crate::documents::mentions::{What, mentions};
use crate::documents::{Block, Document, inbox};
use crate::evidence::EvidenceKind;
use crate::history::{Edit, History, line_of};
use crate::report::{Note, Verdict};
use crate::time::Timestamp;

/// Where a word was read; the later ones tell more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// Lines of a document that only the git log still holds.
    Log,
    /// A commit's subject.
    Subject,
    /// A document.
    Document,
}

/// One word on a gate.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) id: String,
    pub(super) what: Verdict,
    pub(super) source: Source,
    /// Place of the commit that first held it among all.
    pub(super) commit: Option<usize>,
    /// That commit's time, else its own stamp.
    pub(super) at: Option<Timestamp>,
    pub(super) stamped_at: Option<Timestamp>,
    /// Whether nothing reliable says when: no commit holds it though there is a history, or no stamp either.
    pub(super) undated: bool,
    pub(super) document: String,
    pub(super) line: u32,
    pub(super) quote: String,
    pub(super) title: String,
    /// Whether its words say that the gate was looked at again.
    pub(super) again: bool,
    /// The document that held it when it was committed and no longer says so.
    pub(super) lost: Option<String>,
}

/// Everything that is needed to read words.
pub(super) struct Reading<'a> {
    pub(super) documents: &'a [Document],
    pub(super) history: &'a History<'a>,
    pub(super) plan: &'a Plan,
    pub(super) scope: &'a PhaseScope,
    pub(super) required: Vec<String>,
}

/// A word as a document holds it, before its time is known.
struct Raw {
    id: String,
    what: Verdict,
    block: usize,
    at: usize,
    quote: String,
    title: String,
}

impl<'a> Reading<'a> {
    /// All words; and notes on words of REVIEW that look like verdicts and are none.
    pub(super) fn words(&self) -> (Vec<Word>, Vec<Note>) {
        let (mut words, mut notes) = (Vec::new(), Vec::new());
        for document in self.documents {
            if matches!(document.kind, EvidenceKind::Review | EvidenceKind::Status) {
                self.document_words(document, &mut words, &mut notes);
            }
        }
        self.subject_words(&mut words);
        (words, notes)
    }

    /// The words of REVIEW or STATUS, those that only its history holds included.
    fn document_words(&self, document: &Document, words: &mut Vec<Word>, notes: &mut Vec<Note>) {
        let past = self.past(document);
        let mut told = HashSet::new();
        let raws = self.raw(document);
        if document.kind == EvidenceKind::Review {
            let read = raws.iter().map(|raw| raw.block).collect();
            notes.extend(review::unread(document, self.plan, &read));
        }
        for raw in raws {
            let Some(block) = document.blocks.get(raw.block) else { continue };
            let found = match document.kind {
                EvidenceKind::Status => self.history.standing_since(document, block, raw.at),
                _ => self.history.first_index(document, block, raw.at),
            };
            // A line that was only reworded keeps its time.
            let commit = found.map(|commit| {
                let key = (commit, raw.id.clone(), raw.what);
                past.origins.get(&key).copied().unwrap_or(commit)
            });
            if let Some(commit) = commit {
                told.insert((commit, raw.id.clone(), raw.what));
            }
            words.push(self.word(document, block, raw, commit));
        }
        if past.events.is_empty() {
            return;
        }
        let standing = Standing::of(document);
        let edits: HashMap<usize, &Edit<'_>> =
            self.history.edits(&document.name).iter().map(|edit| (edit.commit, edit)).collect();
        for event in past.events {
            let told = told.contains(&(event.commit, event.raw.id.clone(), event.raw.what));
            let judged = document.kind == EvidenceKind::Review
                && edits.get(&event.commit).is_some_and(|edit| standing.judges(event.key, edit));
            if !told && !judged {
                words.extend(self.log_word(document, event));
            }
        }
    }

    fn raw(&self, document: &Document) -> Vec<Raw> {
        let quote = |block: usize, span: &std::ops::Range<usize>| {
            let block = document.blocks.get(block);
            block.and_then(|block| block.text.get(span.clone())).unwrap_or("").trim().to_owned()
        };
        if document.kind == EvidenceKind::Status {
            let claims =
                status_verdicts(document).into_iter().filter(|word| word.verdict == Verdict::Claimed);
            return claims
                .flat_map(|claim| {
                    let quote = quote(claim.block, &claim.span);
                    claim.ids.into_iter().map(move |id| Raw {
                        id,
                        what: Verdict::Claimed,
                        block: claim.block,
                        at: claim.span.start,
                        quote: quote.clone(),
                        title: String::new(),
                    })
                })
                .collect();
        }
        review::verdicts(document, self.plan, self.scope, &self.required)
            .into_iter()
            .filter_map(|(block, line)| {
                let (what, span) = line.verdict?;
                let quote = quote(block, &span);
                Some(line.ids.into_iter().map(move |id| Raw {
                    id,
                    what,
                    block,
                    at: span.start,
                    quote: quote.clone(),
                    title: line.title.clone(),
                }))
            })
            .flatten()
            .collect()
    }

    fn word(&self, document: &Document, block: &Block, raw: Raw, commit: Option<usize>) -> Word {
        let committed = commit.and_then(|index| self.history.commits().get(index)?.at());
        let stamped_at = stamp(document, raw.block, &raw.quote, committed);
        let (line, _) = document.position(block, raw.at);
        let undated = committed.is_none() && (!self.history.is_empty() || stamped_at.is_none());
        Word {
            again: says_again(&block.text),
            id: raw.id,
            what: raw.what,
            source: Source::Document,
            commit,
            at: committed.or(stamped_at),
            stamped_at,
            undated,
            document: document.name.clone(),
            line,
            quote: raw.quote,
            title: raw.title,
            lost: None,
        }
    }

    /// What earlier versions of a document said, from the lines that its commits added.
    fn past(&self, document: &Document) -> Past {
        let mut past = Past::default();
        let mut last = HashMap::<(String, Verdict), usize>::new();
        for edit in self.history.edits(&document.name) {
            let read = |lines: &[&str]| {
                let version = version(document, lines);
                let raws = self.raw(&version);
                let keyed = raws.into_iter().map(|raw| {
                    let key =
                        version.blocks.get(raw.block).map_or(0, |block| version.line_key(block, raw.at));
                    (raw, key)
                });
                keyed.collect::<Vec<_>>()
            };
            let removed: HashSet<(String, Verdict)> =
                read(&edit.removed).into_iter().map(|(raw, _)| (raw.id, raw.what)).collect();
            let subject = self.history.commits().get(edit.commit).map(|commit| read_subject(&commit.subject));
            for (raw, key) in read(&edit.added) {
                let same = (raw.id.clone(), raw.what);
                let said_anew = raw.what == Verdict::Claimed
                    && subject.as_ref().is_some_and(|subject| subject.events.contains(&same));
                match last.get(&same).filter(|_| removed.contains(&same) && !said_anew) {
                    Some(origin) => {
                        past.origins.insert((edit.commit, raw.id, raw.what), *origin);
                    }
                    None => {
                        last.insert(same, edit.commit);
                        past.events.push(Event { commit: edit.commit, raw, key });
                    }
                }
            }
        }
        past
    }

    fn log_word(&self, document: &Document, event: Event) -> Option<Word> {
        let commit = self.history.commits().get(event.commit)?;
        Some(Word {
            id: event.raw.id,
            what: event.raw.what,
            source: Source::Log,
            commit: Some(event.commit),
            at: commit.at(),
            stamped_at: None,
            undated: commit.at().is_none(),
            document: logged(&document.name, commit),
            line: line_of(commit).unwrap_or(0),
            quote: event.raw.quote,
            title: event.raw.title,
            again: false,
            lost: (document.kind == EvidenceKind::Review).then(|| document.name.clone()),
        })
    }

    /// Claims and verdicts in commit subjects of this phase.
    fn subject_words(&self, words: &mut Vec<Word>) {
        for (index, commit) in self.history.commits().iter().enumerate() {
            let subject = read_subject(&commit.subject);
            let all = subject.all_pass.then(|| self.required.iter().map(|id| (id.clone(), Verdict::Pass)));
            let events = subject.events.iter().cloned().chain(all.into_iter().flatten());
            for (id, what) in events {
                if !self.scope.speaks_here(index, commit, &subject) {
                    continue;
                }
                words.push(Word {
                    id,
                    what,
                    source: Source::Subject,
                    commit: Some(index),
                    at: commit.at(),
                    stamped_at: None,
                    undated: commit.at().is_none(),
                    document: inbox::NAME.to_owned(),
                    line: line_of(commit).unwrap_or(0),
                    quote: commit.subject.clone(),
                    title: String::new(),
                    again: false,
                    lost: None,
                });
            }
        }
    }
}

/// What earlier versions of a document said.
#[derive(Default)]
struct Past {
    events: Vec<Event>,
    /// For a line that a commit only reworded: the commit that first said it.
    origins: HashMap<(usize, String, Verdict), usize>,
}

struct Event {
    commit: usize,
    raw: Raw,
    /// Of the line it stood on.
    key: u64,
}

fn says_again(text: &str) -> bool {
    let head = text.get(..text.len().min(120)).unwrap_or(text).to_ascii_lowercase();
    ["re-check", "recheck", "re-verif", "re-test", "retest", "second ", "again", "after fix", "re-run"]
        .iter()
        .any(|word| head.contains(word))
}

/// The instant written in `words`; a time without a day takes the last dated heading's, or the commit's.
pub(super) fn stamp(
    document: &Document,
    index: usize,
    words: &str,
    committed: Option<Timestamp>,
) -> Option<Timestamp> {
    let moment = mentions(words).into_iter().find_map(|mention| match mention.what {
        What::Time(moment) => Some(moment),
        _ => None,
    })?;
    if moment.date.is_some() {
        return moment.instant(None);
    }
    let day = |heading: usize| -> Option<Date> {
        let text = &document.blocks.get(heading)?.text;
        mentions(text.get(..text.len().min(200)).unwrap_or("")).into_iter().find_map(|mention| match mention
            .what
        {
            What::Time(moment) => moment.date,
            What::Day(day) => Some(day),
            _ => None,
        })
    };
    if let Some(day) = document.headings_above(index).take(6).find_map(day) {
        return moment.instant(Some(day));
    }
    let committed = committed?;
    let at = moment.instant(Some(committed.to_zoned(TimeZone::UTC).date()))?;
    // Written shortly before midnight and committed after it.
    let late = at.duration_since(committed) > SignedDuration::from_hours(12);
    if late { at.checked_sub(24.hours()).ok() } else { Some(at) }
}
