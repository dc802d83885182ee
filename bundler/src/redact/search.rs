//! Searches content for secrets, in one pass and bounded memory. Knows rules and bytes, nothing about archives.

mod rules;

use std::io::{self, Read};

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;

/// Everything that is looked for. Never changes, so threads share one.
pub(crate) struct Scanner {
    values: Vec<Vec<u8>>,
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
        Scanner { values: values.map(<[u8]>::to_vec).collect() }
    }

    /// Searches `content`, and the name `path` that it is to have.
    pub(crate) fn scan(
        &self,
        path: &EntryPath,
        kind: EvidenceKind,
        content: &mut dyn Read,
    ) -> io::Result<Found> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        let mut hits = self.scan_bytes(&bytes);
        let is_binary = kind == EvidenceKind::GitBundle || bytes.contains(&0);
        if is_binary {
            let bare: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
            hits.extend(self.scan_bytes(&bare));
        }
        let name = self.scan_bytes(path.as_str().as_bytes()).first().map(|hit| hit.rule);
        Ok(Found { hits, is_binary, name })
    }

    /// Searches a text that is in memory.
    pub(super) fn scan_bytes(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for span in rules::find(text) {
            let line = memchr::memchr_iter(b'\n', &text[..span.start]).count() as u64 + 1;
            let identity = Sha256Digest::of(&text[span.start..span.end]);
            hits.push(Hit {
                start: span.start as u64,
                end: span.end as u64,
                line,
                rule: span.rule,
                identity,
            });
        }
        hits
    }
}
