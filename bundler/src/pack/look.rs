//! The last look at a finished snapshot, as its reader will see it: every entry is inflated once more, compared with
//! the manifests, and searched. Knows no source and no key.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Take};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::limits::Limits;
use dossier_shared::snapshot::layout::{Layout, PlacedEntry};
use dossier_shared::snapshot::manifest::{MANIFEST, Manifest, TAG_MANIFEST};
use dossier_shared::snapshot::metadata::Metadata;
use dossier_shared::snapshot::names::SIGNATURES;
use dossier_shared::snapshot::record::DEFLATED;
use flate2::bufread::DeflateDecoder;
use sha2::{Digest as _, Sha256};

use super::flow;
use crate::progress::Progress;
use crate::redact::{self, Scanner};

/// This program's own, and the same in every snapshot.
const VIEWER: &str = "viewer.html";
/// How much is inflated at a time.
const CHUNK_BYTES: usize = 128 << 10;
/// More secrets than this are only counted.
const MOST_LISTED: usize = 50;

/// Why a finished file is not put in its place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    /// Rule, entry and line of every secret that is still there; never the value.
    #[error("{}", .0.join("\n"))]
    Secret(Vec<String>),
    #[error("what was written is not what was packed: {0}")]
    Broken(String),
    #[error("what was written cannot be read back: {0}")]
    Io(#[from] io::Error),
}

/// Looks at the file at `path`; `metadata` says what is in it, as it was packed.
pub(crate) fn look(
    path: &Path,
    scanner: &Scanner,
    metadata: &Metadata,
    limits: &Limits,
    quiet: bool,
) -> Result<(), LookError> {
    let mut file = File::open(path)?;
    let layout = Layout::read(&mut file, limits).map_err(|error| LookError::Broken(error.to_string()))?;
    let expected = expected(&mut file, &layout)?;
    let bytes = layout.entries.iter().map(|entry| entry.record.size_bytes).sum();
    let progress = Progress::of("check", quiet, layout.entries.len() as u64, bytes);
    let kinds: BTreeMap<&EntryPath, EvidenceKind> =
        metadata.entries.iter().map(|entry| (&entry.path, entry.kind)).collect();
    let task = Task { path, scanner, kinds: &kinds, expected: &expected, progress: &progress };
    let leaks = task.run(&layout.entries)?;
    let listed: usize = layout.entries.iter().filter(|entry| expected.contains_key(&entry.path)).count();
    if listed != expected.len() {
        return Err(LookError::Broken(format!(
            "{} files are listed in the manifests, {listed} are there",
            expected.len()
        )));
    }
    if leaks.is_empty() { Ok(()) } else { Err(LookError::Secret(leaks)) }
}

/// What the manifests say of every file that they list.
fn expected(file: &mut File, layout: &Layout) -> Result<BTreeMap<EntryPath, Sha256Digest>, LookError> {
    let mut expected = BTreeMap::new();
    for name in [TAG_MANIFEST, MANIFEST] {
        let placed = layout.entries.iter().find(|entry| entry.path.as_str() == name);
        let placed = placed.ok_or_else(|| LookError::Broken(format!("{name} is missing")))?;
        let mut bytes = Vec::new();
        Entry::open(file.try_clone()?, placed)?.read_to_end(&mut bytes)?;
        let (manifest, faults) = Manifest::parse(&bytes);
        if let Some(fault) = faults.first() {
            return Err(LookError::Broken(format!("{name}: {fault}")));
        }
        expected.extend(manifest.digests);
    }
    Ok(expected)
}

struct Task<'a> {
    path: &'a Path,
    scanner: &'a Scanner,
    kinds: &'a BTreeMap<&'a EntryPath, EvidenceKind>,
    expected: &'a BTreeMap<EntryPath, Sha256Digest>,
    progress: &'a Progress,
}

impl Task<'_> {
    /// Looks at every entry, several at a time; what is found is told in their order.
    fn run(&self, entries: &[PlacedEntry]) -> Result<Vec<String>, LookError> {
        let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        let work = || -> Result<(), LookError> {
            // A handle of its own: what is cloned shares its position.
            let file = File::open(self.path)?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(placed) = entries.get(number) else { return Ok(()) };
                let leaks = self.entry(&file, placed).inspect_err(|_| {
                    // The others need not go on.
                    next.store(entries.len(), Ordering::Relaxed);
                })?;
                if !leaks.is_empty() {
                    found.lock().unwrap_or_else(PoisonError::into_inner).insert(number, leaks);
                }
                self.progress.entry(placed.record.size_bytes);
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..flow::workers()).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("a worker ended without a result").into()))
            })
        })?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<String> = found.into_values().flatten().collect();
        let more = all.len().saturating_sub(MOST_LISTED);
        let mut listed: Vec<String> = all.into_iter().take(MOST_LISTED).collect();
        if more > 0 {
            listed.push(format!("  and {more} more"));
        }
        Ok(listed)
    }

    /// Inflates one entry, searches it on the way and compares it with its manifest.
    fn entry(&self, file: &File, placed: &PlacedEntry) -> Result<Vec<String>, LookError> {
        let path = &placed.path;
        let broken = |what: String| LookError::Broken(format!("{path}: {what}"));
        let mut entry = Entry::open(file.try_clone()?, placed)?;
        let mut leaks = Vec::new();
        if path.as_str() != VIEWER {
            let kind = self.kinds.get(path).copied().unwrap_or(EvidenceKind::File);
            for leak in redact::leaks(self.scanner, path, kind, &mut entry)? {
                leaks.push(match leak.line {
                    Some(line) => format!("  {path}:{line} (rule {})", leak.rule),
                    None => format!("  {path}: its name (rule {})", leak.rule),
                });
            }
        }
        // Inflating into little room costs twice the time.
        let mut rest = vec![0; CHUNK_BYTES];
        while entry.read(&mut rest)? > 0 {}
        let sha256 = entry.finish(placed).map_err(broken)?;
        let is_signature = path.segments().next() == Some(SIGNATURES);
        match self.expected.get(path) {
            Some(expected) if *expected == sha256 => Ok(leaks),
            Some(expected) => Err(broken(format!("its sha256 is {sha256}, its manifest says {expected}"))),
            None if is_signature || path.as_str() == TAG_MANIFEST => Ok(leaks),
            None => Err(broken("it is in no manifest".to_owned())),
        }
    }
}

/// An entry being inflated and hashed.
struct Entry {
    data: Data,
    crc: crc32fast::Hasher,
    sha256: Sha256,
    bytes: u64,
}

enum Data {
    Stored(BufReader<Take<File>>),
    Deflated(Box<DeflateDecoder<BufReader<Take<File>>>>),
}

impl Entry {
    fn open(mut file: File, placed: &PlacedEntry) -> io::Result<Self> {
        file.seek(SeekFrom::Start(placed.data_offset))?;
        let data = BufReader::with_capacity(128 << 10, file.take(placed.record.compressed_bytes));
        let data = match placed.record.method {
            DEFLATED => Data::Deflated(Box::new(DeflateDecoder::new(data))),
            _ => Data::Stored(data),
        };
        Ok(Self { data, crc: crc32fast::Hasher::new(), sha256: Sha256::new(), bytes: 0 })
    }

    fn finish(self, placed: &PlacedEntry) -> Result<Sha256Digest, String> {
        let record = &placed.record;
        let used = match &self.data {
            Data::Stored(_) => self.bytes,
            Data::Deflated(decoder) => decoder.total_in(),
        };
        let crc32 = self.crc.finalize();
        if (used, self.bytes, crc32) != (record.compressed_bytes, record.size_bytes, record.crc32) {
            return Err(format!(
                "{used} bytes inflate to {} with crc32 {:08x}, its header says {}, {} and {:08x}",
                self.bytes, crc32, record.compressed_bytes, record.size_bytes, record.crc32
            ));
        }
        Ok(Sha256Digest::from_bytes(self.sha256.finalize().into()))
    }
}

impl Read for Entry {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.data {
            Data::Stored(data) => data.read(out)?,
            Data::Deflated(data) => data.read(out)?,
        };
        let read = out.get(..count).unwrap_or_default();
        self.crc.update(read);
        self.sha256.update(read);
        self.bytes += count as u64;
        Ok(count)
    }
}
