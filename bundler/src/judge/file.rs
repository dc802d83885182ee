//! A snapshot's file as it lies on disk, and the pass over it on all cores. Knows nothing of what is in it.

use std::cmp::Reverse;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use dossier_shared::open::{self, InMemory, Pass, Reader, Source, Span};
use dossier_shared::snapshot::layout::Layout;
use dossier_shared::snapshot::read::{Inflated, Inflater, Stretch};

use crate::input::{self, InputError};

/// Entries from this size on are begun first, so that none of them is left for the end.
const LARGE_BYTES: u64 = 8 << 20;
/// Smaller snapshots are read before a thread would have started.
const SMALL_BYTES: u64 = 1 << 20;
const MAX_THREADS: usize = 16;

/// Opens the file at `path`, to be read at any place; what cannot be read so, a pipe that the shell opened, is read
/// into memory.
pub(super) fn source(path: &Path) -> Result<Arc<dyn Source>, InputError> {
    let input = input::open(path)?;
    if input.metadata.is_file() {
        return Ok(on_disk(input.into_file()));
    }
    Ok(Arc::new(InMemory(input.read(input::PIPED_SNAPSHOT_BYTES)?)))
}

/// A file on a disk, to be read at any place.
pub(super) fn on_disk(file: File) -> Arc<dyn Source> {
    Arc::new(OnDisk(file))
}

struct OnDisk(File);

impl Source for OnDisk {
    fn size_bytes(&self) -> io::Result<u64> {
        self.0.metadata().map(|metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match read_at(&self.0, offset, buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// What one worker did.
#[derive(Default)]
struct Part {
    spans: Option<(Span, Span)>,
    entries: Vec<(usize, Inflated)>,
}

/// Inflates and hashes every entry and the whole file, as [`open::in_turn`] does, on as many threads as there are cores.
/// Each thread holds one chunk of an entry and one of what comes out of it.
pub(super) fn pass(source: &dyn Source, layout: &Layout) -> io::Result<Pass> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    match layout.file_bytes < SMALL_BYTES {
        true => open::in_turn(source, layout),
        false => on_threads(source, layout, cores),
    }
}

fn on_threads(source: &dyn Source, layout: &Layout, threads: usize) -> io::Result<Pass> {
    let order = order(layout);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let part = work(source, layout, &order, &next, &failed);
        failed.fetch_or(part.is_err(), Ordering::Relaxed);
        part
    };
    let parts: Vec<io::Result<Part>> = thread::scope(|scope| {
        // A thread that cannot be had is not needed: this one works too.
        let spawned: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let own = work();
        let joined = spawned.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread that read it ended in a panic")))
        });
        joined.chain([own]).collect()
    });
    let mut entries: Vec<Option<Inflated>> = layout.entries.iter().map(|_| None).collect();
    let mut spans = None;
    for part in parts {
        let part = part?;
        spans = spans.or(part.spans);
        for (index, inflated) in part.entries {
            entries[index] = Some(inflated);
        }
    }
    let (entries, spans) = (entries.into_iter().collect::<Option<_>>(), spans);
    match (entries, spans) {
        (Some(entries), Some((covered, file))) => Ok(Pass { entries, covered, file }),
        _ => Err(io::Error::other("it was not read to its end")),
    }
}

/// The entries in the order of work: large ones first, then as they lie in the file.
fn order(layout: &Layout) -> Vec<usize> {
    let size = |index: &usize| layout.entries[*index].record.size_bytes;
    let (mut large, small): (Vec<usize>, Vec<usize>) =
        (0..layout.entries.len()).partition(|index| size(index) >= LARGE_BYTES);
    large.sort_by_key(|index| Reverse(size(index)));
    large.extend(small);
    large
}

/// Takes one piece of work after the other: first the digest of the whole file, then the entries.
fn work(
    source: &dyn Source,
    layout: &Layout,
    order: &[usize],
    next: &AtomicUsize,
    failed: &AtomicBool,
) -> io::Result<Part> {
    let (mut part, mut inflater) = (Part::default(), Inflater::default());
    let mut reader = Reader::new(source)?;
    while !failed.load(Ordering::Relaxed) {
        match next.fetch_add(1, Ordering::Relaxed).checked_sub(1) {
            None => part.spans = Some(open::spans(source, layout.covered_bytes)?),
            Some(turn) => {
                let Some(index) = order.get(turn) else { break };
                let placed = &layout.entries[*index];
                let keep = open::is_kept(&placed.path);
                part.entries.push((*index, inflater.inflate(&mut reader, Stretch::from(placed), keep)?));
            }
        }
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;

    use dossier_shared::limits::Limits;
    use dossier_shared::snapshot::record::{End, Record, STORED};

    use super::*;

    /// An archive of stored entries of these sizes; their checksums are wrong, which layout does not see.
    fn archive(sizes: &[usize]) -> Vec<u8> {
        let (mut out, mut central) = (Vec::new(), Vec::new());
        for (index, size) in sizes.iter().enumerate() {
            let (name, size) = (format!("s/data/{index}"), *size as u64);
            let record = Record::canonical(&name, STORED, 0, size, size).at(out.len() as u64);
            out.extend(record.encode_local());
            out.extend((0..size).map(|at| (at % 251) as u8 ^ index as u8));
            central.extend(record.encode_central());
        }
        let end = End::canonical(sizes.len() as u64, central.len() as u64, out.len() as u64);
        [out, central, end.encode()].concat()
    }

    fn check(sizes: &[usize]) {
        let bytes = archive(sizes);
        let layout = Layout::read(&mut Cursor::new(&bytes), &Limits::default()).expect("a layout");
        let source = InMemory(bytes);
        let expected = open::in_turn(&source, &layout).expect("read");
        for threads in [1, 2, 7] {
            assert_eq!(on_threads(&source, &layout, threads).expect("read"), expected, "{threads} threads");
        }
    }

    #[test]
    fn any_number_of_threads_reads_the_same() {
        check(&[0]);
        check(&[5, 9 << 20, 3, 10 << 20, 0, 1 << 20]);
        check(&[7; 500]);
    }

    struct Failing;

    impl Source for Failing {
        fn size_bytes(&self) -> io::Result<u64> {
            Ok(9)
        }

        fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[test]
    fn a_disk_that_fails_is_an_error_on_every_thread() {
        let layout = Layout::read(&mut Cursor::new(archive(&[9; 9])), &Limits::default()).expect("a layout");
        for threads in [1, 3] {
            let error = on_threads(&Failing, &layout, threads).expect_err("no disk").to_string();
            assert_eq!(error, "the disk is gone");
        }
    }

    #[test]
    fn files_are_read_at_any_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs_err::write(&path, b"0123456789").expect("written");
        let source = source(&path).expect("open");
        let mut buffer = [0; 4];
        let reads = BTreeMap::from([(0, "0123"), (8, "89"), (10, ""), (u64::from(u32::MAX), "")]);
        for (offset, expected) in reads {
            let count = source.read_at(offset, &mut buffer).expect("read");
            assert_eq!(&buffer[..count], expected.as_bytes());
        }
    }
}
