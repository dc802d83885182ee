//! Observes the outside: asks every source of `dossier.toml` and keeps what came and what did not.
//! The only code that reads evidence; knows nothing about redaction, archives or judging.

mod capture;
mod content;
mod docker;
mod documents;
mod file;
mod files;
mod git;
mod names;
mod reach;
mod recorded;
mod repository;
mod runs;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::limits::Limits;
use dossier_shared::snapshot::metadata::{Absence, DeclaredEvent, Phase, Source};
use dossier_shared::time::Timestamp;

use crate::config::{Config, SourceConfig};
use crate::progress::Progress;

use content::ListedFile;
pub(crate) use content::{Content, Unread};
use names::Namer;

/// Asks one source.
trait Collector {
    /// What came and what did not. An error ends the packing; whatever is merely not there is an absence.
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError>;
}

/// Where collecting happens.
struct Site<'a> {
    /// The folder of `dossier.toml`, without links.
    root: PathBuf,
    limits: &'a Limits,
}

impl Site<'_> {
    /// The place that a path in `dossier.toml` means, or why it is not gone to.
    fn at(&self, asked: &str) -> Result<PathBuf, String> {
        reach::reach(&self.root, asked)
    }

    /// The folder that a path in `dossier.toml` means, or why it cannot be walked.
    fn folder(&self, asked: &str) -> Result<PathBuf, String> {
        let folder = self.at(asked)?;
        files::folder(&folder).map(|()| folder)
    }

    /// The file that a path in `dossier.toml` means, to be read later, or why it cannot be had.
    fn list_named(&self, asked: &str) -> Result<Result<Content, String>, CollectError> {
        match self.at(asked) {
            Ok(path) => self.list(&path),
            Err(reason) => Ok(Err(reason)),
        }
    }

    /// The file at `path`, to be read later, or why it cannot be had.
    fn list(&self, path: &Path) -> Result<Result<Content, String>, CollectError> {
        Ok(ListedFile::list(path, self.limits.entry_bytes)?.map(Content::File))
    }

    /// The bytes of a small file that says what to collect.
    fn read(&self, path: &Path) -> Result<Result<Vec<u8>, String>, CollectError> {
        let held = match self.list(path)? {
            Ok(content) => content.read(),
            Err(reason) => return Ok(Err(reason)),
        };
        let held = match held {
            Ok(held) => held,
            Err(Unread::Absent(reason)) => return Ok(Err(reason)),
            Err(Unread::Spool(error)) => return Err(CollectError::Temporary(error)),
        };
        let mut bytes = Vec::new();
        let read = held.reader().and_then(|mut reader| reader.read_to_end(&mut bytes));
        read.map_err(CollectError::Temporary)?;
        Ok(Ok(bytes))
    }

    /// Something in a folder, to be read later, or why it cannot be had.
    fn list_found(&self, found: &files::Found) -> Result<Result<Content, String>, CollectError> {
        match &found.refused {
            Some(reason) => Ok(Err(reason.clone())),
            None => self.list(&found.path),
        }
    }
}

/// Evidence as it was found. It may hold secrets, so nothing writes it: see [`crate::redact`].
pub(crate) struct Raw {
    pub(crate) phase: Phase,
    pub(crate) events: Vec<DeclaredEvent>,
    pub(crate) sources: Vec<Source>,
    pub(crate) entries: BTreeMap<EntryPath, RawEntry>,
    pub(crate) absences: Vec<Absence>,
}

/// One entry as it was found.
pub(crate) struct RawEntry {
    pub(crate) kind: EvidenceKind,
    pub(crate) origin: String,
    /// What it was called, where that cannot be a path.
    pub(crate) original_name: Option<String>,
    pub(crate) captured_at: Option<Timestamp>,
    pub(crate) content: Content,
    /// What a compressed entry holds; never packed, but searched for secrets.
    pub(crate) unpacked: Option<Content>,
}

/// Why collecting cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    #[error(
        "{path} is larger than the {limit_bytes} bytes one entry may have; leave it out of dossier.toml \
         or collect an excerpt"
    )]
    TooLarge { path: String, limit_bytes: u64 },
    #[error(
        "the evidence is larger than the {limit_bytes} bytes a snapshot may hold; name fewer sources in dossier.toml"
    )]
    TooMuch { limit_bytes: u64 },
    #[error(
        "the evidence has more than the {limit} files a snapshot may hold; name fewer sources in dossier.toml"
    )]
    TooMany { limit: u64 },
    #[error("could not find the folder of dossier.toml: {0}")]
    Root(std::io::Error),
    #[error("could not make a temporary folder for git: {0}; set TMPDIR to a folder that can be written")]
    TemporaryFolder(std::io::Error),
    #[error("could not keep what was collected: {0}")]
    Temporary(std::io::Error),
}

/// Asks every source that `config` names; `root` is the folder of `dossier.toml`. Files are listed here and read
/// when their turn comes.
pub(crate) fn collect(
    config: Config,
    root: &Path,
    limits: &Limits,
    progress: &Progress,
) -> Result<Raw, CollectError> {
    let site = Site { root: root.canonicalize().map_err(CollectError::Root)?, limits };
    let mut merged = Merged::new(limits);
    for collector in collectors(&config) {
        let collected = collector.collect(&site)?;
        for (_, entry) in &collected.entries {
            progress.entry(entry.content.bytes());
        }
        merged.take(collected)?;
    }
    Ok(Raw {
        phase: config.phase,
        events: config.events,
        sources: merged.sources,
        entries: merged.entries,
        absences: merged.absences,
    })
}

fn collectors(config: &Config) -> Vec<Box<dyn Collector>> {
    let mut collectors: Vec<Box<dyn Collector>> = Vec::new();
    for document in &config.documents {
        collectors.push(Box::new(documents::Documents(document.clone())));
    }
    for source in &config.sources {
        match source.clone() {
            SourceConfig::Recorded { gitea, drone } => {
                let folders = [(recorded::Server::Gitea, gitea), (recorded::Server::Drone, drone)];
                for (server, folder) in folders {
                    if let Some(folder) = folder {
                        collectors.push(Box::new(recorded::Recorded { server, folder }));
                    }
                }
            }
            SourceConfig::Runs { path } => collectors.push(Box::new(runs::Runs { path })),
            SourceConfig::Docker { recorded } => {
                collectors.push(Box::new(docker::Docker { folder: recorded }));
            }
            SourceConfig::Git { from } => collectors.push(Box::new(git::Git { from })),
            SourceConfig::File { path, original } => {
                collectors.push(Box::new(file::File { path, original }));
            }
        }
    }
    collectors
}

/// What one source gave.
struct Collected {
    source: Source,
    /// By the name in the snapshot that they would have if every name could be a path.
    entries: Vec<(Vec<u8>, RawEntry)>,
    absences: Vec<Absence>,
}

impl Collected {
    fn new(kind: &str, asked: impl Into<String>) -> Self {
        Self {
            source: Source { kind: kind.to_owned(), asked: asked.into(), entries: 0 },
            entries: Vec::new(),
            absences: Vec::new(),
        }
    }

    /// Keeps `content` as `name` in `folder` of the snapshot; the entry, for what else is known of it.
    fn keep(
        &mut self,
        folder: &str,
        name: &[u8],
        kind: EvidenceKind,
        origin: impl Into<String>,
        content: Content,
    ) -> &mut RawEntry {
        let name = [folder.as_bytes(), b"/", name].concat();
        let (origin, original_name) = (origin.into(), None);
        let entry = RawEntry { kind, origin, original_name, captured_at: None, content, unpacked: None };
        &mut self.entries.push_mut((name, entry)).1
    }

    /// Says that something is not here.
    fn absent(&mut self, what: impl Into<String>, asked: impl Into<String>, reason: impl Into<String>) {
        self.absences.push(Absence { what: what.into(), asked: asked.into(), reason: reason.into() });
    }
}

/// All sources together, under names that every reader takes.
struct Merged<'a> {
    limits: &'a Limits,
    sources: Vec<Source>,
    entries: BTreeMap<EntryPath, RawEntry>,
    absences: Vec<Absence>,
    namer: Namer,
    /// What is kept already, by the name it would have and where it came from.
    kept: BTreeMap<(Vec<u8>, String), EntryPath>,
    total_bytes: u64,
}

impl<'a> Merged<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            sources: Vec::new(),
            entries: BTreeMap::new(),
            absences: Vec::new(),
            namer: Namer::default(),
            kept: BTreeMap::new(),
            total_bytes: 0,
        }
    }

    fn take(&mut self, mut collected: Collected) -> Result<(), CollectError> {
        self.absences.append(&mut collected.absences);
        let mut kept = 0;
        for (name, mut entry) in collected.entries {
            let key = (name, entry.origin.clone());
            if let Some(other) = self.kept.get(&key) {
                let reason = format!("it is here already, as {other}");
                self.refuse(&entry, &key.0, reason);
                continue;
            }
            let Some((path, original_name)) = self.namer.name(&key.0) else {
                self.refuse(
                    &entry,
                    &key.0,
                    "its name can be written in no form that readers take".to_owned(),
                );
                continue;
            };
            if self.entries.contains_key(&path) {
                self.refuse(&entry, &key.0, format!("its name is taken by {path} already"));
                continue;
            }
            self.total_bytes += entry.content.bytes();
            if self.total_bytes > self.limits.total_bytes {
                return Err(CollectError::TooMuch { limit_bytes: self.limits.total_bytes });
            }
            // Beside the payload a snapshot holds a dozen files of its own.
            if self.entries.len() as u64 + 16 > self.limits.entries {
                return Err(CollectError::TooMany { limit: self.limits.entries });
            }
            entry.original_name = original_name;
            self.kept.insert(key, path.clone());
            self.entries.insert(path, entry);
            kept += 1;
        }
        self.sources.push(Source { entries: kept, ..collected.source });
        Ok(())
    }

    fn refuse(&mut self, entry: &RawEntry, name: &[u8], reason: String) {
        let asked = String::from_utf8_lossy(name).into_owned();
        self.absences.push(Absence { what: entry.origin.clone(), asked, reason });
    }
}

#[cfg(test)]
mod tests;
