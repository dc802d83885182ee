//! Observes the outside: asks every source of `dossier.toml` and keeps what came and what did not.
//! The only code that reads evidence; knows nothing about redaction, archives or judging.

mod capture;
mod docker;
mod documents;
mod file;
mod files;
mod git;
mod recorded;
mod runs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::limits::Limits;
use dossier_shared::snapshot::metadata::{Absence, DeclaredEvent, Phase, Source};
use dossier_shared::time::Timestamp;

use crate::config::{Config, SourceConfig};

/// Asks one source.
trait Collector {
    /// What came and what did not. An error ends the packing; whatever is merely not there is an absence.
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError>;
}

/// Where collecting happens.
struct Site<'a> {
    /// The folder of `dossier.toml`.
    root: &'a Path,
    limits: &'a Limits,
}

impl Site<'_> {
    fn at(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
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
    pub(crate) captured_at: Option<Timestamp>,
    pub(crate) bytes: Vec<u8>,
    /// What a compressed entry holds; never packed, but searched for secrets.
    pub(crate) unpacked: Vec<u8>,
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
    #[error("could not make a temporary folder for git: {0}; set TMPDIR to a folder that can be written")]
    TemporaryFolder(std::io::Error),
}

/// Asks every source that `config` names; `root` is the folder of `dossier.toml`.
pub(crate) fn collect(config: Config, root: &Path, limits: &Limits) -> Result<Raw, CollectError> {
    let site = Site { root, limits };
    let mut merged = Merged::new(limits);
    for collector in collectors(&config) {
        merged.take(collector.collect(&site)?)?;
    }
    merged.drop_files_that_are_folders();
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
    entries: Vec<(String, RawEntry)>,
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

    /// Keeps `bytes` under the entry name `name`.
    fn keep(&mut self, name: String, kind: EvidenceKind, origin: impl Into<String>, bytes: Vec<u8>) {
        let origin = origin.into();
        self.entries.push((name, RawEntry { kind, origin, captured_at: None, bytes, unpacked: Vec::new() }));
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
    /// Names as a case-insensitive file system sees them.
    folded: BTreeMap<String, EntryPath>,
    total_bytes: u64,
}

impl<'a> Merged<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            sources: Vec::new(),
            entries: BTreeMap::new(),
            absences: Vec::new(),
            folded: BTreeMap::new(),
            total_bytes: 0,
        }
    }

    fn take(&mut self, mut collected: Collected) -> Result<(), CollectError> {
        self.absences.append(&mut collected.absences);
        let mut kept = 0;
        for (name, entry) in collected.entries {
            let path = match EntryPath::new(&name) {
                Ok(path) => path,
                Err(error) => {
                    self.refuse(&entry, name, format!("its name {}", error.rule));
                    continue;
                }
            };
            if let Some(other) = self.folded.get(&fold(&path)) {
                let reason = format!("its name is taken by {other} already");
                self.refuse(&entry, name, reason);
                continue;
            }
            self.total_bytes += entry.bytes.len() as u64;
            if self.total_bytes > self.limits.total_bytes {
                return Err(CollectError::TooMuch { limit_bytes: self.limits.total_bytes });
            }
            // Beside the payload a snapshot holds a dozen files of its own.
            if self.entries.len() as u64 + 16 > self.limits.entries {
                return Err(CollectError::TooMany { limit: self.limits.entries });
            }
            self.folded.insert(fold(&path), path.clone());
            self.entries.insert(path, entry);
            kept += 1;
        }
        self.sources.push(Source { entries: kept, ..collected.source });
        Ok(())
    }

    fn refuse(&mut self, entry: &RawEntry, name: String, reason: String) {
        self.absences.push(Absence { what: entry.origin.clone(), asked: name, reason });
    }

    /// A name cannot be both a file and the folder of another; no file system could hold both.
    fn drop_files_that_are_folders(&mut self) {
        let folders: BTreeSet<String> = self.folded.keys().flat_map(|name| ancestors(name)).collect();
        let clashing: Vec<EntryPath> =
            self.entries.keys().filter(|path| folders.contains(&fold(path))).cloned().collect();
        for path in clashing {
            if let Some(entry) = self.entries.remove(&path) {
                self.refuse(&entry, path.to_string(), "its name is also a folder's".to_owned());
            }
        }
    }
}

fn fold(path: &EntryPath) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    path.as_str().nfc().collect::<String>().to_lowercase()
}

fn ancestors(name: &str) -> Vec<String> {
    name.match_indices('/').map(|(slash, _)| name[..slash].to_owned()).collect()
}

#[cfg(test)]
mod tests;
