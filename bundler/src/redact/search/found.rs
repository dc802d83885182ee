//! What a search found: hits in order, and what is to be told of an entry. Knows no rule but by its name.

use std::collections::BTreeMap;

use dossier_shared::digest::Sha256Digest;

use super::{inside, rules};

/// An entry with more hits than this is left out as a whole.
pub(super) const MOST_HITS: usize = 250_000;

/// A secret in some content: bytes [start, end).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// From 1.
    pub(crate) line: u64,
    pub(crate) rule: &'static str,
    /// Whether a marker has to be quoted to stand in its place.
    pub(in super::super) is_number: bool,
    /// Equal for equal secrets. It stays in memory, and no number is derived from it.
    pub(in super::super) identity: Sha256Digest,
}

/// What one search found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// In order of offset, without overlap.
    pub(in super::super) hits: Vec<Hit>,
    /// Whether cutting something out would break it.
    pub(in super::super) is_binary: bool,
    /// The rule that the entry's own name meets.
    pub(in super::super) name: Option<&'static str>,
    /// The rule by which such a thing is never packed, and why.
    pub(in super::super) refused: Option<(&'static str, &'static str)>,
    /// Why a part of it was not looked into.
    pub(in super::super) unsearched: Option<String>,
    /// What the rules found and the packer allowed: which row, and how often.
    pub(in super::super) allowed: BTreeMap<usize, u64>,
}

impl Found {
    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.name.is_none() && self.refused.is_none()
    }

    /// Whether there is something to tell of an entry that stays as it is.
    pub(in super::super) fn has_receipts(&self) -> bool {
        self.unsearched.is_some() || !self.allowed.is_empty()
    }

    /// Whether there is more than can be replaced one by one.
    pub(in super::super) fn is_too_much(&self) -> bool {
        self.hits.len() >= MOST_HITS
    }

    /// In order of offset.
    pub(crate) fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// With the reason why a part of it was not looked into.
    pub(super) fn and_unsearched(mut self, why: inside::Unsearched) -> Found {
        self.unsearched = self.unsearched.or(why.map(str::to_owned));
        self
    }

    /// Adds what was found in what this content unpacks to: it can only be left out as a whole.
    pub(crate) fn and_unpacked(mut self, unpacked: Found) -> Found {
        self.is_binary = true;
        self.name = self.name.or(unpacked.name);
        self.refused = self.refused.or(unpacked.refused);
        self.unsearched = self.unsearched.or(unpacked.unsearched);
        for (row, count) in unpacked.allowed {
            *self.allowed.entry(row).or_default() += count;
        }
        self.hits.extend(unpacked.hits);
        self
    }
}

/// Overlapping hits become one, under the name of the rule that comes first.
pub(super) fn join(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by(|a, b| {
        (a.start, b.end, rules::precedence(a.rule)).cmp(&(b.start, a.end, rules::precedence(b.rule)))
    });
    let mut joined: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match joined.last_mut() {
            Some(last) if hit.start < last.end || hit.start == last.end && hit.identity == last.identity => {
                if rules::precedence(hit.rule) < rules::precedence(last.rule) {
                    last.rule = hit.rule;
                }
                if hit.end > last.end {
                    last.end = hit.end;
                    if hit.identity != last.identity {
                        let both = [last.identity.as_bytes().as_slice(), hit.identity.as_bytes()].concat();
                        last.identity = Sha256Digest::of(&both);
                    }
                }
            }
            _ => joined.push(hit),
        }
    }
    joined
}
