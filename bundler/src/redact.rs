//! Removes secrets before anything is written. Knows rules and text, nothing about archives or keys.
//!
//! [`Redacted`] can be made here only, and [`crate::pack`] takes nothing else: forgetting to redact does not
//! compile.

mod rules;

use std::collections::{BTreeMap, HashMap};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::snapshot::metadata::{Absence, DeclaredEvent, Entry, Phase, Redaction, Source};

use crate::collect::{Raw, RawEntry};
use rules::Span;

/// Evidence without secrets.
pub(crate) struct Redacted {
    pub(crate) phase: Phase,
    pub(crate) events: Vec<DeclaredEvent>,
    pub(crate) sources: Vec<Source>,
    /// By path.
    pub(crate) entries: Vec<Entry>,
    pub(crate) payload: BTreeMap<EntryPath, Vec<u8>>,
    pub(crate) absences: Vec<Absence>,
    /// By entry, then rule.
    pub(crate) redactions: Vec<Redaction>,
    /// Nobody else can name this field, so nobody else can make one.
    _only_here: OnlyHere,
}

struct OnlyHere;

/// A secret that is still there; never the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leak {
    pub(crate) rule: &'static str,
    pub(crate) line: usize,
}

/// Replacing one secret can make another visible, hardly more than once.
const PASSES: usize = 4;

/// Where a secret in the words of `snapshot.json` is booked.
const METADATA_ENTRY: &str = "snapshot.json";

/// Takes every secret out of `raw`; what cannot be cleaned becomes an absence.
pub(crate) fn redact(raw: Raw) -> Redacted {
    let mut ledger = Ledger::default();
    let mut absences = raw.absences;
    let mut entries = Vec::new();
    let mut payload = BTreeMap::new();
    for (path, entry) in raw.entries {
        match clean_entry(&mut ledger, &path, entry) {
            Ok((entry, bytes)) => {
                entries.push(entry);
                payload.insert(path, bytes);
            }
            Err(absence) => absences.push(absence),
        }
    }
    let mut words = |text: &mut String| ledger.clean_words(text);
    let mut phase = raw.phase;
    words(&mut phase.title);
    let mut events = raw.events;
    events.iter_mut().for_each(|event| words(&mut event.label));
    let mut sources = raw.sources;
    sources.iter_mut().for_each(|source| words(&mut source.asked));
    entries.iter_mut().for_each(|entry| words(&mut entry.origin));
    for absence in &mut absences {
        words(&mut absence.what);
        words(&mut absence.asked);
        words(&mut absence.reason);
    }
    Redacted {
        phase,
        events,
        sources,
        entries,
        payload,
        absences,
        redactions: ledger.receipts(),
        _only_here: OnlyHere,
    }
}

/// Secrets that are still in `bytes`, for the last look at a finished snapshot.
pub(crate) fn leaks(bytes: &[u8]) -> Vec<Leak> {
    let line = |offset: usize| bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
    let mut leaks: Vec<Leak> =
        rules::find(bytes).iter().map(|span| Leak { rule: span.rule, line: line(span.start) }).collect();
    if is_binary(bytes) {
        leaks.extend(rules::find(&without_nul(bytes)).iter().map(|span| Leak { rule: span.rule, line: 1 }));
    }
    leaks
}

fn clean_entry(ledger: &mut Ledger, path: &EntryPath, entry: RawEntry) -> Result<(Entry, Vec<u8>), Absence> {
    let absent = |rule: &str, place: &str| Absence {
        what: entry.origin.clone(),
        asked: entry.origin.clone(),
        reason: format!("{place} holds a secret (rule {rule}) that cannot be cut out; left out as a whole"),
    };
    if let Some(span) = rules::find(path.as_str().as_bytes()).first() {
        return Err(absent(span.rule, "its name"));
    }
    // What a compressed entry unpacks to cannot be changed without changing the entry.
    let sealed = if entry.unpacked.is_empty() { &entry.bytes } else { &entry.unpacked };
    if entry.kind == EvidenceKind::GitBundle || is_binary(&entry.bytes) {
        let found = leaks(sealed).into_iter().chain(leaks(&entry.bytes)).next();
        if let Some(leak) = found {
            return Err(absent(leak.rule, "it"));
        }
        return Ok((listed(path, &entry), entry.bytes));
    }
    let bytes = ledger.clean(path, &entry.bytes);
    Ok((listed(path, &entry), bytes.unwrap_or(entry.bytes)))
}

fn listed(path: &EntryPath, entry: &RawEntry) -> Entry {
    Entry {
        path: path.clone(),
        kind: entry.kind,
        origin: entry.origin.clone(),
        original_name: None,
        captured_at: entry.captured_at,
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes.contains(&0)
}

/// Lays UTF-16 open for rules that are written in bytes.
fn without_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != 0).collect()
}

/// Numbers given to secrets so far, and what was removed where.
#[derive(Default)]
struct Ledger {
    /// By first occurrence; the number says which secrets are equal, and nothing else about them.
    numbers: HashMap<Vec<u8>, usize>,
    counts: BTreeMap<(EntryPath, &'static str), u64>,
}

impl Ledger {
    /// The text without its secrets; none when there are none.
    fn clean(&mut self, path: &EntryPath, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut cleaned: Option<Vec<u8>> = None;
        for _ in 0..PASSES {
            let text = cleaned.as_deref().unwrap_or(bytes);
            let spans = rules::find(text);
            if spans.is_empty() {
                break;
            }
            cleaned = Some(self.replace(path, text, &spans));
        }
        cleaned
    }

    fn replace(&mut self, path: &EntryPath, text: &[u8], spans: &[Span]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut copied = 0;
        for span in spans {
            let next = self.numbers.len() + 1;
            let secret = text[span.start..span.end].to_vec();
            let number = *self.numbers.entry(secret).or_insert(next);
            *self.counts.entry((path.clone(), span.rule)).or_default() += 1;
            out.extend_from_slice(&text[copied..span.start]);
            out.extend_from_slice(format!("[redacted:{}:{number}]", span.rule).as_bytes());
            copied = span.end;
        }
        out.extend_from_slice(&text[copied..]);
        out
    }

    fn clean_words(&mut self, words: &mut String) {
        let Ok(path) = EntryPath::new(METADATA_ENTRY) else { return };
        if let Some(cleaned) = self.clean(&path, words.as_bytes()) {
            *words = String::from_utf8_lossy(&cleaned).into_owned();
        }
    }

    fn receipts(self) -> Vec<Redaction> {
        self.counts
            .into_iter()
            .map(|((entry, rule), count)| Redaction { rule: rule.to_owned(), entry, count })
            .collect()
    }
}

#[cfg(test)]
mod tests;
