//! Removes secrets before anything is written. Knows rules and text, nothing about archives or keys.
//!
//! [`Redacted`] can be made here only, and [`crate::pack`] takes nothing else: forgetting to redact does not
//! compile.

mod ledger;
mod search;

use std::collections::BTreeMap;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::snapshot::metadata::{Absence, DeclaredEvent, Entry, Phase, Redaction, Source};

use crate::collect::{Raw, RawEntry};
use crate::config;

#[allow(unused_imports, reason = "whoever redacts entries in parallel names them")]
pub(crate) use ledger::{Ledger, Replacements, Settled};
#[allow(unused_imports, reason = "whoever redacts entries in parallel names them")]
pub(crate) use search::{Found, Scanner};

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
    pub(crate) line: u64,
}

/// What to look for, as `dossier.toml` has it.
pub(crate) fn scanner(config: &config::Redaction) -> Scanner {
    Scanner::new(config.secrets.values())
}

/// Takes every secret out of `raw`; what cannot be cleaned becomes an absence.
pub(crate) fn redact(raw: Raw, scanner: &Scanner) -> Redacted {
    let mut ledger = Ledger::new(scanner);
    let mut absences = raw.absences;
    let mut entries = Vec::new();
    let mut payload = BTreeMap::new();
    for (path, entry) in raw.entries {
        match clean_entry(scanner, &mut ledger, &path, entry) {
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
pub(crate) fn leaks(scanner: &Scanner, path: &EntryPath, bytes: &[u8]) -> Vec<Leak> {
    let Ok(found) = scanner.scan(path, EvidenceKind::File, &mut &*bytes) else { return Vec::new() };
    found.hits().iter().map(|hit| Leak { rule: hit.rule, line: hit.line }).collect()
}

fn clean_entry(
    scanner: &Scanner,
    ledger: &mut Ledger<'_>,
    path: &EntryPath,
    entry: RawEntry,
) -> Result<(Entry, Vec<u8>), Absence> {
    let absent = |reason: String| Absence { what: entry.origin.clone(), asked: entry.origin.clone(), reason };
    let unread = |error: std::io::Error| absent(error.to_string());
    let mut found = scanner.scan(path, entry.kind, &mut &*entry.bytes).map_err(unread)?;
    if !entry.unpacked.is_empty() {
        found = found.and_unpacked(scanner.scan(path, entry.kind, &mut &*entry.unpacked).map_err(unread)?);
    }
    match ledger.settle(path, found) {
        Settled::Clean => Ok((listed(path, &entry), entry.bytes)),
        Settled::Replace(replacements) => {
            let mut clean = Vec::with_capacity(entry.bytes.len());
            replacements.apply(&mut &*entry.bytes, &mut clean).map_err(unread)?;
            Ok((listed(path, &entry), clean))
        }
        Settled::LeaveOut { reason, .. } => Err(absent(reason)),
    }
}

fn listed(path: &EntryPath, entry: &RawEntry) -> Entry {
    Entry {
        path: path.clone(),
        kind: entry.kind,
        origin: entry.origin.clone(),
        captured_at: entry.captured_at,
    }
}

#[cfg(test)]
mod tests;
