//! From bytes to [`Opened`]: layout checked, entries read and hashed; judges neither signatures nor evidence.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::report::{FilesTrust, Problem};
use crate::snapshot::layout::{Layout, LayoutError};
use crate::snapshot::manifest::TAG_MANIFEST;
use crate::snapshot::metadata::{Metadata, SCHEMA};
use crate::snapshot::read::inflate;

mod bag;

const METADATA: &str = "snapshot.json";

/// A snapshot whose every byte has been accounted for and hashed.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Digest of `tagmanifest-sha256.txt`.
    pub snapshot_id: Sha256Digest,
    /// Its short form, `7f3a-91c2`.
    pub short: String,
    /// Name of the one folder inside.
    pub stem: String,
    /// `snapshot.json`.
    pub metadata: Metadata,
    /// Every entry by its path below the stem: payload, tag files, signatures.
    pub entries: BTreeMap<EntryPath, OpenedEntry>,
    /// Faults of content, ordered by path.
    pub problems: Vec<Problem>,
    /// How many payload and tag files hold.
    pub files: FilesTrust,
    /// The bytes before the signatures, which the seal speaks of.
    pub covered: Span,
    /// The whole file.
    pub file: Span,
    /// Where the archive differs from how Dossier writes it: another tool has zipped it anew.
    pub deviations: Vec<String>,
}

/// Bytes from the beginning of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
}

/// An entry as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedEntry {
    /// The bytes; empty when they could not be inflated.
    pub bytes: Arc<[u8]>,
    /// Digest of exactly these bytes, taken while they were read.
    pub sha256: Sha256Digest,
    /// How many bytes.
    pub size_bytes: u64,
    /// Why the entry proves nothing, as a lower-case fragment; none when its digest holds.
    pub damaged: Option<String>,
}

/// Why a file is not a readable snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The archive is not laid out as FORMAT says, or is too large.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A zip file, but no snapshot.
    #[error("this zip file is not a Dossier snapshot: it holds no {missing}")]
    NotASnapshot {
        /// What every snapshot has.
        missing: &'static str,
    },
    /// A file without which nothing can be said about the snapshot.
    #[error("{name} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// Written by a later version.
    #[error(
        "schema {found:?} is newer than {newest:?}, the newest this version reads; open it with a later version of Dossier"
    )]
    NewerSchema {
        /// What `snapshot.json` says.
        found: String,
        /// What this version knows.
        newest: &'static str,
    },
}

/// Opens a snapshot that is in memory.
pub fn open(bytes: impl Into<Arc<[u8]>>, limits: &Limits) -> Result<Opened, OpenError> {
    open_from(Cursor::new(bytes.into()), limits)
}

/// Opens a snapshot from anything that can be read and sought in.
pub fn open_from(mut source: impl Read + Seek, limits: &Limits) -> Result<Opened, OpenError> {
    let layout = Layout::read(&mut source, limits)?;
    let mut entries = BTreeMap::new();
    let mut problems = Vec::new();
    for placed in &layout.entries {
        let inflated = inflate(&mut source, placed)?;
        if let Some(what) = &inflated.fault {
            problems.push(Problem { path: Some(placed.path.clone()), what: what.clone() });
            if let Some(name) =
                [TAG_MANIFEST, METADATA].into_iter().find(|name| *name == placed.path.as_str())
            {
                unreadable_when_empty(name, &inflated.bytes, what)?;
            }
        }
        let entry = OpenedEntry {
            size_bytes: inflated.bytes.len() as u64,
            sha256: inflated.sha256,
            damaged: inflated.fault,
            bytes: inflated.bytes.into(),
        };
        entries.insert(placed.path.clone(), entry);
    }
    let snapshot_id =
        entries.get(TAG_MANIFEST).ok_or(OpenError::NotASnapshot { missing: TAG_MANIFEST })?.sha256;
    let metadata = entries.get(METADATA).ok_or(OpenError::NotASnapshot { missing: METADATA })?;
    let metadata = parse_metadata(&metadata.bytes)?;
    let files = bag::check(&mut entries, &metadata, &mut problems);
    problems.sort();
    problems.dedup();
    let (covered, file) = hash(&mut source, layout.covered_bytes)?;
    Ok(Opened {
        snapshot_id,
        short: snapshot_id.short(),
        stem: layout.stem,
        metadata,
        entries,
        files: FilesTrust { intact: problems.is_empty(), ..files },
        problems,
        covered,
        file,
        deviations: layout.deviations,
    })
}

fn unreadable_when_empty(name: &'static str, bytes: &[u8], what: &str) -> Result<(), OpenError> {
    match bytes.is_empty() {
        true => Err(OpenError::Unreadable { name, reason: what.to_owned() }),
        false => Ok(()),
    }
}

/// FORMAT §6.1: the schema is read before anything else, so that a later version is called that and not broken.
fn parse_metadata(bytes: &[u8]) -> Result<Metadata, OpenError> {
    #[derive(serde::Deserialize)]
    struct Schema {
        schema: String,
    }
    let unreadable = |reason: String| OpenError::Unreadable { name: METADATA, reason };
    let Schema { schema } = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
    if schema != SCHEMA {
        let version = |schema: &str| {
            schema
                .rsplit_once('/')
                .and_then(|(name, number)| Some((name.to_owned(), number.parse::<u32>().ok()?)))
        };
        return Err(match (version(&schema), version(SCHEMA)) {
            (Some((name, found)), Some((own, newest))) if name == own && found > newest => {
                OpenError::NewerSchema { found: schema, newest: SCHEMA }
            }
            _ => unreadable(format!(
                "its schema is {:?}, not {SCHEMA:?}",
                schema.chars().take(80).collect::<String>()
            )),
        });
    }
    serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))
}

fn hash(source: &mut (impl Read + Seek), covered_bytes: u64) -> Result<(Span, Span), LayoutError> {
    source.seek(SeekFrom::Start(0))?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 64 << 10];
    let mut feed = |limit: u64| -> Result<Span, LayoutError> {
        let mut bytes = 0;
        let mut part = source.take(limit);
        loop {
            match part.read(&mut chunk)? {
                0 => break,
                count => {
                    hasher.update(&chunk[..count]);
                    bytes += count as u64;
                }
            }
        }
        Ok(Span { bytes, sha256: Sha256Digest::from_bytes(hasher.clone().finalize().into()) })
    };
    let covered = feed(covered_bytes)?;
    let rest = feed(u64::MAX)?;
    Ok((covered, Span { bytes: covered.bytes + rest.bytes, ..rest }))
}

impl Opened {
    /// The entry at `path`, damaged or not.
    pub fn entry(&self, path: &EntryPath) -> Option<&OpenedEntry> {
        self.entries.get(path)
    }

    /// The entry of that name, damaged or not.
    pub fn entry_named(&self, name: &str) -> Option<&OpenedEntry> {
        self.entries.get(name)
    }

    /// The bytes of an entry whose digest holds: the only bytes that evidence may be read from.
    pub fn intact_bytes(&self, path: &EntryPath) -> Option<&[u8]> {
        self.entries.get(path).filter(|entry| entry.damaged.is_none()).map(|entry| &*entry.bytes)
    }

    /// Whether the entry is here but proves nothing.
    pub fn is_damaged(&self, path: &EntryPath) -> bool {
        self.entries.get(path).is_some_and(|entry| entry.damaged.is_some())
    }
}

#[cfg(test)]
#[path = "open/tests.rs"]
mod tests;
