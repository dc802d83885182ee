//! From bytes to [`Opened`]: layout checked, entries read and hashed; judges neither signatures nor evidence.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::report::{FilesTrust, Problem};
use crate::snapshot::layout::{Layout, LayoutError, PlacedEntry, check_limit};
use crate::snapshot::manifest::TAG_MANIFEST;
use crate::snapshot::metadata::{Metadata, SCHEMA};
use crate::snapshot::names::SIGNATURES;
use crate::snapshot::read::{Inflated, Inflater, Stretch};

mod bag;
mod damage;
mod json;
mod pass;
mod source;

pub use damage::Damage;
pub use pass::{Pass, Span, in_turn, is_kept, spans};
pub use source::{InMemory, Reader, Sought, Source};

const METADATA: &str = "snapshot.json";
const REPORT: &str = "report.json";

/// A snapshot whose every byte has been accounted for and hashed.
///
/// It holds no entry's bytes but those of statements and signatures: the others are inflated again when they are
/// asked for, and are given only when they are still what was hashed (FORMAT §9).
#[derive(Debug, Clone)]
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
    /// The files below `signatures/`, as they came.
    pub signatures: Vec<EntryPath>,
    again: Arc<Again>,
}

/// What it takes to read an entry again.
#[derive(Debug)]
struct Again {
    source: Arc<dyn Source>,
    /// Entries that gave other bytes than were hashed.
    exchanged: Mutex<BTreeSet<EntryPath>>,
}

/// An entry as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedEntry {
    /// Digest of its bytes, taken while they were read.
    pub sha256: Sha256Digest,
    /// How many bytes; 0 when they could not be inflated.
    pub size_bytes: u64,
    /// Why the entry proves nothing; none when its digest holds.
    pub damaged: Option<Damage>,
    stretch: Stretch,
    kept: Option<Arc<[u8]>>,
}

impl OpenedEntry {
    fn new(placed: &PlacedEntry, inflated: Inflated) -> Self {
        Self {
            sha256: inflated.sha256,
            size_bytes: inflated.size_bytes,
            damaged: inflated.fault.map(Damage::from),
            stretch: Stretch::from(placed),
            kept: inflated.bytes.map(Arc::from),
        }
    }

    /// The bytes of a statement or signature, which were kept; of any other entry none. See [`Opened::bytes`].
    pub fn kept(&self) -> &[u8] {
        self.kept.as_deref().unwrap_or_default()
    }
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
    let source = Arc::new(InMemory(bytes.into()));
    open_with(source.clone(), limits, |layout| in_turn(&*source, layout))
}

/// Opens a snapshot from anything that can be read and sought in; it is kept, to read entries again.
pub fn open_from(source: impl Read + Seek + Send + 'static, limits: &Limits) -> Result<Opened, OpenError> {
    let source = Arc::new(Sought::new(source));
    open_with(source.clone(), limits, |layout| in_turn(&*source, layout))
}

/// Opens a snapshot whose bytes `pass` inflates and hashes, [`in_turn`] or on several threads.
pub fn open_with(
    source: Arc<dyn Source>,
    limits: &Limits,
    pass: impl FnOnce(&Layout) -> io::Result<Pass>,
) -> Result<Opened, OpenError> {
    let layout = Layout::read(&mut Reader::new(&*source).map_err(LayoutError::from)?, limits)?;
    check_own_files(&layout, limits)?;
    let pass = pass(&layout).map_err(LayoutError::from)?;
    if pass.file.bytes != layout.file_bytes || pass.entries.len() != layout.entries.len() {
        let what = format!(
            "the file had {} bytes and then {}: it was changed while it was read",
            layout.file_bytes, pass.file.bytes
        );
        return Err(LayoutError::Io(what).into());
    }
    let entries = layout.entries.iter().zip(pass.entries);
    let mut entries: BTreeMap<EntryPath, OpenedEntry> =
        entries.map(|(placed, inflated)| (placed.path.clone(), OpenedEntry::new(placed, inflated))).collect();
    let damaged = entries.iter().filter_map(|(path, entry)| Some(entry.damaged.as_ref()?.problem(path)));
    let mut problems: Vec<Problem> = damaged.collect();
    let snapshot_id = own_file(&entries, TAG_MANIFEST)?.sha256;
    let metadata = parse_metadata(own_file(&entries, METADATA)?.kept())?;
    let files = bag::check(&mut entries, &metadata, &mut problems);
    let is_signature = |path: &EntryPath| path.segments().next() == Some(SIGNATURES);
    let signatures = layout.entries.iter().map(|placed| &placed.path).filter(|path| is_signature(path));
    let signatures = signatures.cloned().collect();
    entries.iter_mut().filter(|(path, _)| !is_signature(path)).for_each(|(_, entry)| entry.kept = None);
    problems.sort();
    problems.dedup();
    Ok(Opened {
        snapshot_id,
        short: snapshot_id.short(),
        stem: layout.stem,
        metadata,
        entries,
        files: FilesTrust { intact: problems.is_empty(), ..files },
        problems,
        covered: pass.covered,
        file: pass.file,
        deviations: layout.deviations,
        signatures,
        again: Arc::new(Again { source, exchanged: Mutex::default() }),
    })
}

/// FORMAT §4.6: the tag files that opening itself reads must fit into memory.
fn check_own_files(layout: &Layout, limits: &Limits) -> Result<(), LayoutError> {
    let own = layout.entries.iter().filter(|placed| pass::is_own_file(placed.path.as_str()));
    for placed in own {
        let what = format!("the inflated size of {:?}", placed.path.as_str());
        check_limit(&what, placed.record.size_bytes, limits.tag_bytes, "tag_bytes")?;
    }
    Ok(())
}

/// A file without which nothing can be said; it must be here and whole enough to be read.
fn own_file<'a>(
    entries: &'a BTreeMap<EntryPath, OpenedEntry>,
    name: &'static str,
) -> Result<&'a OpenedEntry, OpenError> {
    let entry = entries.get(name).ok_or(OpenError::NotASnapshot { missing: name })?;
    match &entry.damaged {
        Some(damage) if entry.size_bytes == 0 => {
            Err(OpenError::Unreadable { name, reason: damage.to_string() })
        }
        _ => Ok(entry),
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

impl Opened {
    /// The entry at `path`, damaged or not.
    pub fn entry(&self, path: &EntryPath) -> Option<&OpenedEntry> {
        self.entries.get(path)
    }

    /// The entry of that name, damaged or not.
    pub fn entry_named(&self, name: &str) -> Option<&OpenedEntry> {
        self.entries.get(name)
    }

    /// The bytes of an entry, damaged or not, as they were hashed; empty when they could not be inflated.
    ///
    /// They are inflated and hashed anew. None when there is no such entry, or when other bytes come than the first
    /// time: then the entry is damaged from now on.
    pub fn bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>> {
        let entry = self.entries.get(path)?;
        if let Some(kept) = &entry.kept {
            return Some(Cow::Borrowed(kept));
        }
        let inflated = Reader::new(&*self.again.source)
            .and_then(|mut reader| Inflater::default().inflate(&mut reader, entry.stretch, true));
        match inflated {
            Ok(inflated) if inflated.sha256 == entry.sha256 => inflated.bytes.map(Cow::Owned),
            _ => {
                let mut exchanged = self.again.exchanged.lock().unwrap_or_else(PoisonError::into_inner);
                exchanged.insert(path.clone());
                None
            }
        }
    }

    /// The bytes of an entry whose digest holds: the only bytes that evidence may be read from.
    pub fn intact_bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>> {
        if self.is_damaged(path) { None } else { self.bytes(path) }
    }

    /// The whole file, where it is still what was hashed.
    pub fn whole(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.file.bytes).unwrap_or(0));
        let mut reader = Reader::new(&*self.again.source)?.take(self.file.bytes.saturating_add(1));
        reader.read_to_end(&mut bytes)?;
        match Sha256Digest::of(&bytes) == self.file.sha256 {
            true => Ok(bytes),
            false => Err(io::Error::other("the file was changed while it was read; try again")),
        }
    }

    /// Why an entry proves nothing; none when its digest holds.
    pub fn damage(&self, path: &EntryPath) -> Option<Damage> {
        let entry = self.entries.get(path)?;
        let exchanged = self.again.exchanged.lock().unwrap_or_else(PoisonError::into_inner);
        entry.damaged.clone().or_else(|| exchanged.contains(path).then_some(Damage::Exchanged))
    }

    /// Whether the entry is here but proves nothing.
    pub fn is_damaged(&self, path: &EntryPath) -> bool {
        self.damage(path).is_some()
    }

    /// Every entry that proves nothing, those that gave other bytes when they were read again among them.
    pub fn damaged(&self) -> BTreeSet<EntryPath> {
        let damaged = self.entries.iter().filter(|(_, entry)| entry.damaged.is_some());
        let exchanged = self.again.exchanged.lock().unwrap_or_else(PoisonError::into_inner);
        damaged.map(|(path, _)| path).chain(&*exchanged).cloned().collect()
    }

    /// The problems of entries that gave other bytes when they were read again; none but these come up later.
    pub fn exchanged(&self) -> Vec<Problem> {
        let exchanged = self.again.exchanged.lock().unwrap_or_else(PoisonError::into_inner);
        exchanged.iter().map(|path| Damage::Exchanged.problem(path)).collect()
    }
}

#[cfg(test)]
#[path = "open/problem_tests.rs"]
mod problem_tests;
#[cfg(test)]
#[path = "open/tests.rs"]
mod tests;
