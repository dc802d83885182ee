//! Numbers for secrets and receipts for what was removed. Knows what was found, not how.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Write};

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::snapshot::metadata::Redaction;

use super::search::{Found, Hit, Scanner};

/// Where a secret in the words of `snapshot.json` is booked.
const METADATA_ENTRY: &str = "snapshot.json";

/// Numbers given to secrets so far, and what was removed where. Settle entries in order of path, then the words.
pub(crate) struct Ledger<'s> {
    scanner: &'s Scanner,
    /// By first occurrence; the number says which secrets are equal, and nothing else about them.
    numbers: HashMap<Sha256Digest, usize>,
    counts: BTreeMap<(EntryPath, &'static str), u64>,
}

/// What is to be done with an entry.
pub(crate) enum Settled {
    /// It holds no secret.
    Clean,
    /// Parts of it have to be replaced.
    Replace(Replacements),
    /// It holds what cannot be cut out.
    LeaveOut {
        rule: &'static str,
        /// For its absence, as a fragment.
        reason: String,
    },
}

/// What replaces which bytes of an entry.
#[derive(Debug)]
pub(crate) struct Replacements {
    /// Start, end and the marker, in order and without overlap.
    markers: Vec<(u64, u64, String)>,
}

impl Replacements {
    /// Copies `content`, the very bytes that were searched, to `out` with the markers in place.
    pub(crate) fn apply(&self, content: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
        let mut at = 0;
        for (start, end, marker) in &self.markers {
            copy(content, start - at, out)?;
            out.write_all(marker.as_bytes())?;
            copy(content, end - start, &mut io::sink())?;
            at = *end;
        }
        io::copy(content, out)?;
        Ok(())
    }
}

fn copy(content: &mut dyn Read, length: u64, out: &mut dyn Write) -> io::Result<()> {
    match io::copy(&mut content.take(length), out)? {
        copied if copied == length => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "became shorter while it was redacted")),
    }
}

impl<'s> Ledger<'s> {
    pub(crate) fn new(scanner: &'s Scanner) -> Ledger<'s> {
        Ledger { scanner, numbers: HashMap::new(), counts: BTreeMap::new() }
    }

    /// Books what was found in the entry `path`.
    pub(crate) fn settle(&mut self, path: &EntryPath, found: Found) -> Settled {
        let leave_out = |rule: &'static str, place: &str| Settled::LeaveOut {
            rule,
            reason: format!(
                "{place} holds a secret (rule {rule}) that cannot be cut out; left out as a whole"
            ),
        };
        if let Some(rule) = found.name {
            return leave_out(rule, "its name");
        }
        match found.hits.first() {
            None => Settled::Clean,
            Some(hit) if found.is_binary => leave_out(hit.rule, "it"),
            Some(_) => Settled::Replace(self.replacements(path, &found.hits)),
        }
    }

    fn replacements(&mut self, path: &EntryPath, hits: &[Hit]) -> Replacements {
        let markers = hits.iter().map(|hit| {
            let next = self.numbers.len() + 1;
            let number = *self.numbers.entry(hit.identity).or_insert(next);
            *self.counts.entry((path.clone(), hit.rule)).or_default() += 1;
            (hit.start, hit.end, format!("[redacted:{}:{number}]", hit.rule))
        });
        Replacements { markers: markers.collect() }
    }

    /// Cleans words of `snapshot.json`: names, origins, addresses, reasons.
    pub(crate) fn clean_words(&mut self, words: &mut String) {
        let Ok(path) = EntryPath::new(METADATA_ENTRY) else { return };
        let hits = self.scanner.scan_bytes(words.as_bytes());
        if hits.is_empty() {
            return;
        }
        let mut out = Vec::with_capacity(words.len());
        let replacements = self.replacements(&path, &hits);
        if replacements.apply(&mut words.as_bytes(), &mut out).is_ok() {
            *words = String::from_utf8_lossy(&out).into_owned();
        }
    }

    /// By entry, then rule.
    pub(crate) fn receipts(self) -> Vec<Redaction> {
        self.counts
            .into_iter()
            .map(|((entry, rule), count)| Redaction { rule: rule.to_owned(), entry, count })
            .collect()
    }
}
