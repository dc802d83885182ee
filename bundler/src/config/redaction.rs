//! `[redact]` of `dossier.toml`: what must never be shipped, and what may stay. Knows keys, no rule.

use super::secrets::Secrets;

/// What the packer says about redaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Redaction {
    /// Removed wherever they are found, in every encoding; nothing exempts them.
    pub(crate) secrets: Secrets,
    /// `[[redact.allow]]`, in the file's order.
    pub(crate) allowed: Vec<Allowed>,
    /// What was asked to be looked for and is not, by name and reason.
    pub(crate) skipped: Vec<(String, String)>,
}

/// Something that looks like a secret and may stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// The rule that finds it.
    pub(crate) rule: String,
    /// A glob over entry paths.
    pub(crate) entry: String,
    pub(crate) value: AllowedValue,
    /// Why it is no secret.
    pub(crate) reason: String,
}

/// How an allowed value is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AllowedValue {
    /// 64 lower-case hex digits.
    Sha256(String),
    /// A regular expression that the whole value matches.
    Pattern(String),
}
