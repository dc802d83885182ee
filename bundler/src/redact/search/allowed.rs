//! What looks like a secret and may stay. Knows rows that were checked, not what finds the values.

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;

/// Something that a rule finds and that may stay; never a known value.
pub(crate) struct Allowed {
    pub(crate) rule: String,
    /// Entries of the evidence; files that quote the evidence are allowed whatever it is.
    pub(crate) entry: globset::GlobMatcher,
    pub(crate) value: AllowedValue,
    /// Why it is no secret.
    pub(crate) reason: String,
}

/// How an allowed value is told.
pub(crate) enum AllowedValue {
    Sha256(Sha256Digest),
    /// Matches the whole value.
    Pattern(regex::bytes::Regex),
}

impl Allowed {
    pub(super) fn is_for(&self, path: &EntryPath) -> bool {
        !path.as_str().starts_with("data/") || self.entry.is_match(path.as_str())
    }

    pub(super) fn allows(&self, rule: &str, value: &[u8], digest: &Sha256Digest) -> bool {
        self.rule == rule
            && match &self.value {
                AllowedValue::Sha256(known) => known == digest,
                AllowedValue::Pattern(pattern) => {
                    pattern.find(value).is_some_and(|found| found.len() == value.len())
                }
            }
    }
}
