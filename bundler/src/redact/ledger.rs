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
    /// By entry and allowance.
    allowed: BTreeMap<(EntryPath, usize), u64>,
    unsearched: BTreeMap<EntryPath, String>,
}

/// Replacing one secret can make another visible, hardly more than once.
const PASSES: usize = 4;
const UNSEARCHED_RULE: &str = "not-searched";

/// What is to be done with an entry.
pub(crate) enum Settled {
    /// It holds no secret.
    Clean,
    /// Parts of it have to be replaced.
    Replace(Replacements),
    /// It holds what cannot be cut out.
    LeaveOut {
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
        Ledger {
            scanner,
            numbers: HashMap::new(),
            counts: BTreeMap::new(),
            allowed: BTreeMap::new(),
            unsearched: BTreeMap::new(),
        }
    }

    /// Books what was found in the entry `path`. What was replaced wants to be searched and settled once more, until
    /// it is clean: see [`super::Dirty::settle`].
    pub(crate) fn settle(&mut self, path: &EntryPath, found: Found) -> Settled {
        let cannot = |rule: &'static str, place: &str| Settled::LeaveOut {
            reason: format!(
                "{place} holds a secret (rule {rule}) that cannot be cut out; left out as a whole"
            ),
        };
        if let Some((rule, why)) = found.refused {
            return Settled::LeaveOut { reason: format!("{why} (rule {rule})") };
        }
        if let Some(rule) = found.name {
            return cannot(rule, "its name");
        }
        if let Some(hit) = found.hits.first().filter(|_| found.is_binary || found.is_too_much()) {
            return cannot(hit.rule, "it");
        }
        for (row, count) in found.allowed {
            let counted = self.allowed.entry((path.clone(), row)).or_default();
            // A second look counts the same again.
            *counted = count.max(*counted);
        }
        if let Some(why) = found.unsearched {
            self.unsearched.insert(path.clone(), why);
        }
        match found.hits.is_empty() {
            true => Settled::Clean,
            false => Settled::Replace(self.replacements(path, &found.hits)),
        }
    }

    fn replacements(&mut self, path: &EntryPath, hits: &[Hit]) -> Replacements {
        let markers = hits.iter().map(|hit| {
            let next = self.numbers.len() + 1;
            let number = *self.numbers.entry(hit.identity).or_insert(next);
            *self.counts.entry((path.clone(), hit.rule)).or_default() += 1;
            let quote = if hit.is_number { "\"" } else { "" };
            (hit.start, hit.end, format!("{quote}[redacted:{}:{number}]{quote}", hit.rule))
        });
        Replacements { markers: markers.collect() }
    }

    /// Cleans words of `snapshot.json`: names, origins, addresses, reasons.
    pub(crate) fn clean_words(&mut self, words: &mut String) {
        let Ok(path) = EntryPath::new(METADATA_ENTRY) else { return };
        for _ in 0..PASSES {
            let found = self.scanner.scan_words(&path, words);
            for (row, count) in found.allowed {
                *self.allowed.entry((path.clone(), row)).or_default() += count;
            }
            if found.hits.is_empty() {
                return;
            }
            let mut out = Vec::with_capacity(words.len());
            let replacements = self.replacements(&path, &found.hits);
            if replacements.apply(&mut words.as_bytes(), &mut out).is_ok() {
                *words = String::from_utf8_lossy(&out).into_owned();
            }
        }
    }

    /// By entry, then rule; what was removed first, then what was left, and why.
    pub(crate) fn receipts(self) -> Vec<Redaction> {
        let removed = self.counts.into_iter();
        let mut receipts: Vec<Redaction> = removed
            .map(|((entry, rule), count)| Redaction { rule: rule.to_owned(), entry, count, kept: None })
            .collect();
        let rows = &self.scanner.allowed;
        for ((entry, row), count) in &self.allowed {
            let Some(row) = rows.get(*row) else { continue };
            let kept = Some(format!("allowed: {}", row.reason));
            receipts.push(Redaction { rule: row.rule.clone(), entry: entry.clone(), count: *count, kept });
        }
        for (entry, why) in self.unsearched {
            let kept = Some(format!("not looked into: {why}"));
            receipts.push(Redaction { rule: UNSEARCHED_RULE.to_owned(), entry, count: 1, kept });
        }
        let Ok(metadata) = EntryPath::new(METADATA_ENTRY) else { return receipts };
        let mut tell = |rule: &str, kept: String| {
            receipts.push(Redaction {
                rule: rule.to_owned(),
                entry: metadata.clone(),
                count: 0,
                kept: Some(kept),
            });
        };
        for (index, row) in rows.iter().enumerate() {
            if !self.allowed.keys().any(|(_, used)| *used == index) {
                tell(
                    &row.rule,
                    format!("allowed in {}, and not found there: {}", row.entry.glob(), row.reason),
                );
            }
        }
        for (name, reason) in &self.scanner.skipped {
            tell("known-value", format!("{name} is not looked for: {reason}"));
        }
        receipts.sort_by(|a, b| (&a.entry, &a.rule, &a.kept).cmp(&(&b.entry, &b.rule, &b.kept)));
        receipts
    }
}
