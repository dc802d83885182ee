//! Removes secrets before anything is written. Knows rules and text, nothing about archives or keys.
//!
//! [`Redacted`] can be made here only, and [`crate::pack`] takes nothing else: forgetting to redact does not
//! compile.

mod clean;
mod ledger;
mod search;

use std::io::{self, Read};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::snapshot::metadata::{Absence, DeclaredEvent, Entry, Phase, Redaction, Source};

use crate::config;

pub(crate) use clean::{Clean, Dirty, Searched, is_switched_off, search};
pub(crate) use ledger::{Ledger, Settled};
use search::{Allowed, AllowedValue};
pub(crate) use search::{Found, Scanner};

/// What `snapshot.json` says, without secrets.
pub(crate) struct Redacted {
    pub(crate) phase: Phase,
    pub(crate) events: Vec<DeclaredEvent>,
    pub(crate) sources: Vec<Source>,
    /// By path.
    pub(crate) entries: Vec<Entry>,
    pub(crate) absences: Vec<Absence>,
    /// By entry, then rule.
    pub(crate) redactions: Vec<Redaction>,
    /// Nobody else can name this field, so nobody else can make one.
    _only_here: OnlyHere,
}

/// What `snapshot.json` is to say, as it was found.
pub(crate) struct Words {
    pub(crate) phase: Phase,
    pub(crate) events: Vec<DeclaredEvent>,
    pub(crate) sources: Vec<Source>,
    /// By path.
    pub(crate) entries: Vec<Entry>,
    pub(crate) absences: Vec<Absence>,
}

struct OnlyHere;

/// A secret that is still there; never the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leak {
    pub(crate) rule: &'static str,
    /// None for the entry's name.
    pub(crate) line: Option<u64>,
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

/// Takes every secret out of the words; `ledger` has settled every entry.
pub(crate) fn words(words: Words, mut ledger: Ledger<'_>) -> Redacted {
    let Words { mut phase, mut events, mut sources, mut entries, mut absences } = words;
    let mut clean = |text: &mut String| ledger.clean_words(text);
    clean(&mut phase.title);
    events.iter_mut().for_each(|event| clean(&mut event.label));
    sources.iter_mut().for_each(|source| clean(&mut source.asked));
    for entry in &mut entries {
        clean(&mut entry.origin);
        entry.original_name.iter_mut().for_each(&mut clean);
    }
    for absence in &mut absences {
        clean(&mut absence.what);
        clean(&mut absence.asked);
        clean(&mut absence.reason);
    }
    let redactions = ledger.receipts();
    Redacted { phase, events, sources, entries, absences, redactions, _only_here: OnlyHere }
}

/// Secrets that are still in an entry or its name, for the last look at a finished snapshot.
pub(crate) fn leaks(
    scanner: &Scanner,
    path: &EntryPath,
    kind: EvidenceKind,
    content: &mut dyn Read,
) -> io::Result<Vec<Leak>> {
    if is_switched_off() {
        return Ok(Vec::new());
    }
    let found = scanner.scan(path, kind, content)?;
    let refused = found.refused.as_ref().map(|(rule, _)| *rule);
    let name = found.name.or(refused).map(|rule| Leak { rule, line: None });
    let hits = found.hits.iter().map(|hit| Leak { rule: hit.rule, line: Some(hit.line) });
    Ok(name.into_iter().chain(hits).collect())
}

#[cfg(test)]
mod tests;
