//! `[redact]` of `dossier.toml`: what must never be shipped, and what may stay. Knows keys and env files, no rule.

use std::path::Path;

use super::ConfigError;
use super::keys::{self, Keys};
use super::secrets::{self, Secrets};
use crate::input;

/// What the packer says about redaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Redaction {
    /// Files of `NAME=value`, relative to `dossier.toml`.
    env_files: Vec<String>,
    /// Names in them whose values are secret, besides those that say so themselves.
    values_of: Vec<String>,
    /// Environment variables whose values are secret.
    from_env: Vec<String>,
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

/// The rule that nothing is excepted from.
const KNOWN_VALUE: &str = "known-value";

pub(super) fn read(mut table: Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Redaction {
    let env_files = table.texts("env_files", faults);
    let values_of = table.texts("values_of", faults);
    let from_env = table.texts("from_env", faults);
    let allow = table.tables("allow", "[[redact.allow]]", faults);
    let allowed = allow.into_iter().filter_map(|table| read_allowed(table, faults)).collect();
    table.finish(faults);
    Redaction { env_files, values_of, from_env, allowed, ..Redaction::default() }
}

fn read_allowed(mut table: Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Option<Allowed> {
    let rule = table.required_text("rule", "assignment", faults);
    let entry = table.required_text("entry", "data/documents/*", faults);
    let reason = table.required_text("reason", "the tests' own password", faults);
    let digest = table.text("value_sha256", faults);
    let pattern = table.text("pattern", faults);
    if let Some(rule) = rule.as_ref().filter(|rule| rule.value == KNOWN_VALUE) {
        rule.fault("known values are removed everywhere; nothing can allow them".to_owned(), faults);
        return None;
    }
    if let Some(entry) = &entry
        && let Err(error) = globset::Glob::new(&entry.value)
    {
        entry.fault(format!("pattern cannot be read: {}", error.kind()), faults);
        return None;
    }
    let value = match (digest, pattern) {
        (Some(digest), None) => {
            let is_digest = digest.value.len() == 64
                && digest.value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if !is_digest {
                digest.fault("`value_sha256` must be 64 lower-case hex digits".to_owned(), faults);
                return None;
            }
            AllowedValue::Sha256(digest.value)
        }
        (None, Some(pattern)) => {
            if regex::bytes::Regex::new(&pattern.value).is_err() {
                pattern.fault("`pattern` must be a regular expression".to_owned(), faults);
                return None;
            }
            AllowedValue::Pattern(pattern.value)
        }
        (Some(_), Some(pattern)) => {
            pattern.fault("give either `value_sha256` or `pattern`, not both".to_owned(), faults);
            return None;
        }
        (None, None) => {
            table.missing("value_sha256", "value_sha256 = \"…\" or pattern = \"…\"", faults);
            return None;
        }
    };
    table.finish(faults);
    Some(Allowed { rule: rule?.value, entry: entry?.value, value, reason: reason?.value })
}

impl Redaction {
    /// Reads the values: `root` is the folder of `dossier.toml`, `variable` the environment. What can be read is, also
    /// beside a file that cannot.
    pub(super) fn gather(
        &mut self,
        root: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(), ConfigError> {
        let mut missing = self.values_of.clone();
        let mut unread = None;
        for file in self.env_files.clone() {
            let text = match input::read_text(&root.join(&file), input::LIST_BYTES) {
                Ok(text) => text,
                Err(error) => {
                    unread.get_or_insert(ConfigError::EnvFile(error.into()));
                    continue;
                }
            };
            for (name, value) in secrets::env_file(&text) {
                missing.retain(|wanted| *wanted != name);
                if self.values_of.contains(&name) || secrets::is_secret_name(&name) {
                    self.add(&format!("{name} of {file}"), value);
                }
            }
        }
        for name in missing {
            self.skipped.push((name, "it is in none of the env files".to_owned()));
        }
        for name in self.from_env.clone() {
            match variable(&name) {
                Some(value) => self.add(&name, value),
                None => self.skipped.push((name, "this environment variable is not set".to_owned())),
            }
        }
        unread.map_or(Ok(()), Err)
    }

    fn add(&mut self, name: &str, value: String) {
        // An empty value is no secret that was missed.
        if !value.is_empty()
            && let Err(reason) = self.secrets.add(name, value.into_bytes())
        {
            self.skipped.push((name.to_owned(), reason));
        }
    }
}
