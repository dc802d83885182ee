//! Entries that were just written, read back one at a time for whoever judges them. Knows no evidence.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::report::Payload;
use dossier_shared::snapshot::compress::Facts;
use dossier_shared::snapshot::layout::PlacedEntry;
use dossier_shared::snapshot::read::{Inflater, Stretch};
use sha2::{Digest as _, Sha256};

use crate::spool::{Held, Spool};

/// The entries of a file that is being written, read through a handle of its own.
pub(super) struct InArchive {
    file: RefCell<File>,
    entries: BTreeMap<EntryPath, (Stretch, Sha256Digest)>,
    problems: Problems,
}

impl InArchive {
    pub(super) fn new(file: File) -> Self {
        Self { file: RefCell::new(file), entries: BTreeMap::new(), problems: Problems::default() }
    }

    pub(super) fn insert(&mut self, placed: PlacedEntry, facts: &Facts) {
        self.entries.insert(placed.path.clone(), (Stretch::from(&placed), facts.sha256));
    }

    /// Whether everything that was asked for could be read, and was what was written.
    pub(super) fn check(self) -> io::Result<()> {
        self.problems.check()
    }

    fn read(&self, path: &EntryPath) -> io::Result<Option<Vec<u8>>> {
        let Some((stretch, expected)) = self.entries.get(path) else { return Ok(None) };
        let mut file = self.file.borrow_mut();
        let inflated = Inflater::default().inflate(&mut *file, *stretch, true)?;
        match inflated.fault {
            None if inflated.sha256 == *expected => Ok(inflated.bytes),
            None => Err(io::Error::other(format!("{path} reads back with another digest"))),
            Some(fault) => Err(io::Error::other(format!("{path} does not read back: {fault}"))),
        }
    }
}

impl Payload for InArchive {
    fn bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>> {
        self.problems.note(self.read(path))
    }

    fn facts(&self, path: &EntryPath) -> Option<(u64, Sha256Digest)> {
        self.entries.get(path).map(|(stretch, sha256)| (stretch.size_bytes, *sha256))
    }

    fn damaged(&self) -> BTreeSet<EntryPath> {
        BTreeSet::new()
    }
}

/// The entries of a snapshot that nobody wants written: what a parser reads, one behind the other.
pub(super) struct Aside {
    held: Held,
    entries: BTreeMap<EntryPath, Place>,
    problems: Problems,
}

/// Takes entries for [`Aside`].
#[derive(Default)]
pub(super) struct PutAside {
    spool: Spool,
    end: u64,
    entries: BTreeMap<EntryPath, Place>,
}

struct Place {
    /// Where it begins, when it was kept.
    offset: Option<u64>,
    size_bytes: u64,
    sha256: Sha256Digest,
}

/// An entry's bytes and their digest.
pub(super) struct Hashed {
    held: Held,
    sha256: Sha256Digest,
}

impl Hashed {
    pub(super) fn new(held: Held) -> io::Result<Self> {
        let mut hasher = Sha256::new();
        let (mut reader, mut chunk) = (held.reader()?, vec![0; 64 << 10]);
        loop {
            match reader.read(&mut chunk)? {
                0 => break,
                count => hasher.update(&chunk[..count]),
            }
        }
        let sha256 = Sha256Digest::from_bytes(hasher.finalize().into());
        Ok(Self { held, sha256 })
    }
}

impl PutAside {
    pub(super) fn add(&mut self, path: &EntryPath, kind: EvidenceKind, entry: &Hashed) -> io::Result<()> {
        let size_bytes = entry.held.bytes();
        // No parser looks into these.
        let is_read = !matches!(kind, EvidenceKind::File | EvidenceKind::Image | EvidenceKind::GitBundle);
        let offset = is_read.then_some(self.end);
        if is_read {
            self.end += io::copy(&mut entry.held.reader()?, &mut self.spool)?;
        }
        self.entries.insert(path.clone(), Place { offset, size_bytes, sha256: entry.sha256 });
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<Aside> {
        self.spool.flush()?;
        Ok(Aside { held: self.spool.finish()?, entries: self.entries, problems: Problems::default() })
    }
}

impl Aside {
    /// Whether everything that was asked for could be read.
    pub(super) fn check(self) -> io::Result<()> {
        self.problems.check()
    }

    fn read(&self, path: &EntryPath) -> io::Result<Option<Cow<'_, [u8]>>> {
        let place = self.entries.get(path).and_then(|place| Some((place.offset?, place.size_bytes)));
        let Some((offset, bytes)) = place else { return Ok(None) };
        match &self.held {
            Held::Memory(all) => {
                let range = offset as usize..(offset + bytes) as usize;
                Ok(all.get(range).map(Cow::from))
            }
            Held::Spooled { file, .. } => {
                let (mut file, mut out) = (file, Vec::with_capacity(bytes as usize));
                file.seek(SeekFrom::Start(offset))?;
                file.take(bytes).read_to_end(&mut out)?;
                Ok(Some(out.into()))
            }
        }
    }
}

impl Payload for Aside {
    fn bytes(&self, path: &EntryPath) -> Option<Cow<'_, [u8]>> {
        self.problems.note(self.read(path))
    }

    fn facts(&self, path: &EntryPath) -> Option<(u64, Sha256Digest)> {
        self.entries.get(path).map(|place| (place.size_bytes, place.sha256))
    }

    fn damaged(&self) -> BTreeSet<EntryPath> {
        BTreeSet::new()
    }
}

/// The first thing that could not be read: a report without it must not be written.
#[derive(Default)]
struct Problems(RefCell<Option<io::Error>>);

impl Problems {
    fn note<'a, B: Into<Cow<'a, [u8]>>>(&self, read: io::Result<Option<B>>) -> Option<Cow<'a, [u8]>> {
        match read {
            Ok(bytes) => bytes.map(Into::into),
            Err(error) => {
                self.0.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    fn check(self) -> io::Result<()> {
        self.0.into_inner().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_set_aside_come_back_in_any_order() {
        let path = |name: &str| EntryPath::new(name).expect("a good name");
        for large in [10, crate::spool::IN_MEMORY_BYTES as usize] {
            let mut aside = PutAside::default();
            let entries = [
                ("data/a", EvidenceKind::Drone, vec![b'a'; large]),
                ("data/b", EvidenceKind::File, b"nobody reads this".to_vec()),
                ("data/c", EvidenceKind::Review, b"words".to_vec()),
            ];
            for (name, kind, bytes) in &entries {
                let hashed = Hashed::new(Held::from(bytes.clone())).expect("hashed");
                aside.add(&path(name), *kind, &hashed).expect("set aside");
            }
            let aside = aside.finish().expect("kept");
            for (name, kind, bytes) in entries.iter().rev() {
                let read = aside.bytes(&path(name));
                assert_eq!(read.is_some(), *kind != EvidenceKind::File, "{name}");
                assert!(read.is_none_or(|read| *read == **bytes), "{name}");
                assert_eq!(aside.facts(&path(name)), Some((bytes.len() as u64, Sha256Digest::of(bytes))));
            }
            assert!(aside.bytes(&path("data/d")).is_none());
            aside.check().expect("no problem");
        }
    }
}
