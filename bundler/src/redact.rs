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
use search::{Allowed, AllowedValue};
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
    let scanner = Scanner::new(config.secrets.values())
        .allowing(config.allowed.iter().filter_map(allowed).collect())
        .skipping(config.skipped.clone());
    if is_switched_off() { scanner.switched_off() } else { scanner }
}

/// Ready to be matched; dossier.toml was checked when it was read.
fn allowed(row: &config::Allowed) -> Option<Allowed> {
    let value = match &row.value {
        config::AllowedValue::Sha256(digest) => AllowedValue::Sha256(digest.parse().ok()?),
        config::AllowedValue::Pattern(pattern) => {
            AllowedValue::Pattern(regex::bytes::Regex::new(pattern).ok()?)
        }
    };
    let entry = globset::Glob::new(&row.entry).ok()?.compile_matcher();
    Some(Allowed { rule: row.rule.clone(), entry, value, reason: row.reason.clone() })
}

/// Only for the tests' positive control, and in no release: without redaction they have to find what they planted.
fn is_switched_off() -> bool {
    let is_off = cfg!(debug_assertions) && std::env::var_os("DOSSIER_TEST_NO_REDACTION").is_some();
    if is_off {
        anstream::eprintln!(
            "DANGER: redaction is switched off by DOSSIER_TEST_NO_REDACTION; every secret will be packed"
        );
    }
    is_off
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
    let absent = |origin: &str, reason| Absence { what: origin.to_owned(), asked: origin.to_owned(), reason };
    let unread = |error: std::io::Error| absent(&entry.origin, error.to_string());
    let mut found = scanner.scan(path, entry.kind, &mut &*entry.bytes).map_err(unread)?;
    if !entry.unpacked.is_empty() {
        found = found.and_unpacked(scanner.scan(path, entry.kind, &mut &*entry.unpacked).map_err(unread)?);
    }
    let bytes =
        ledger.clean(path, entry.kind, entry.bytes, found).map_err(|reason| absent(&entry.origin, reason))?;
    Ok((
        Entry { path: path.clone(), kind: entry.kind, origin: entry.origin, captured_at: entry.captured_at },
        bytes,
    ))
}

#[cfg(test)]
mod tests;
