//! `snapshot.json`: what was asked, what came, what could not be got; knows nothing about archives.

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;
use crate::time::Timestamp;

/// The schema this version writes. History: `dossier.snapshot/1` is the first.
pub const SCHEMA: &str = "dossier.snapshot/1";

/// The whole of `snapshot.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// [`SCHEMA`].
    pub schema: String,
    /// Name and version of the packer, for example `dossier 0.1.0`.
    pub packer: String,
    /// When it was packed; `SOURCE_DATE_EPOCH` where that is set.
    pub packed_at: Timestamp,
    /// The phase this is evidence of.
    pub phase: Phase,
    /// Every source that was asked, in the order of `dossier.toml`.
    pub sources: Vec<Source>,
    /// Every payload entry, ordered by path.
    pub entries: Vec<Entry>,
    /// What was asked for and could not be got.
    pub absences: Vec<Absence>,
    /// Events typed in by the packer.
    pub events: Vec<DeclaredEvent>,
    /// What was removed before packing, and what looked like a secret and was left.
    pub redactions: Vec<Redaction>,
}

/// A phase of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// The short id, for example `ghost`.
    pub id: String,
    /// A title for people; empty when none was given.
    #[serde(default)]
    pub title: String,
}

/// One source and what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `documents`, `gitea`, `drone`, `runs`, `docker`, `git` or `file`.
    pub kind: String,
    /// What was asked, in the packer's words: a path or pattern of `dossier.toml`, a server's address.
    pub asked: String,
    /// How many entries came of it.
    pub entries: u64,
}

/// One payload entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Where it lies in the snapshot, below `data/`.
    pub path: EntryPath,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it came from: a path relative to `dossier.toml`, or a request.
    pub origin: String,
    /// The path that it would have if every name could be a path: where [`Entry::path`] had to be written otherwise.
    /// Bytes that are not UTF-8 are written `\xff`, a backslash `\\`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_name: Option<String>,
    /// When it was captured, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
}

/// Something asked for that could not be got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// What it is called where it came from, for example `/tmp/x/compose.yml`.
    pub what: String,
    /// What was asked, for example the path that was tried.
    pub asked: String,
    /// Why it is not here, as a fragment: `file gone`.
    pub reason: String,
}

/// An event on the phase's clock that only the packer vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredEvent {
    /// When it happened, says the packer.
    pub at: Timestamp,
    /// What happened, for example `proxy /16 fix`.
    pub label: String,
}

/// A receipt for something that redaction removed or had to leave; never the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// The rule that matched.
    pub rule: String,
    /// The entry it matched in.
    pub entry: EntryPath,
    /// How often.
    pub count: u64,
    /// Why it is still there, as a fragment; none when it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}
