//! Layouts that no ordinary test writes: archives of gigabytes, of 100,000 entries, and ones that hide another.

use std::io::Cursor;
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::snapshot::sample::{self, zip};

/// A file of mostly nothing: parts at their offsets, zeros between them.
struct Sparse {
    parts: Vec<(u64, Vec<u8>)>,
    position: u64,
    end: u64,
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (self.end.saturating_sub(self.position)).min(buffer.len() as u64) as usize;
        let buffer = &mut buffer[..count];
        buffer.fill(0);
        for (offset, bytes) in &self.parts {
            let from = self.position.max(*offset);
            let until = (self.position + count as u64).min(offset + bytes.len() as u64);
            if from < until {
                let part = &bytes[(from - offset) as usize..(until - offset) as usize];
                buffer[(from - self.position) as usize..][..part.len()].copy_from_slice(part);
            }
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(offset) => offset,
            SeekFrom::End(back) => self.end.saturating_add_signed(back),
            SeekFrom::Current(by) => self.position.saturating_add_signed(by),
        };
        Ok(self.position)
    }
}

/// An archive of stored entries of these sizes, without their bytes; `tweak` may change each record.
fn sparse(sizes: &[u64], tweak: impl Fn(&mut Record)) -> Sparse {
    let (mut parts, mut central, mut offset) = (Vec::new(), Vec::new(), 0);
    for (index, size) in sizes.iter().enumerate() {
        let mut record = Record::canonical(&format!("s/data/{index}"), STORED, 0, *size, *size).at(offset);
        tweak(&mut record);
        let local = record.encode_local();
        central.extend(record.encode_central());
        offset += local.len() as u64 + size;
        parts.push((record.offset, local));
    }
    let end = End::canonical(sizes.len() as u64, central.len() as u64, offset);
    central.extend(end.encode());
    let end = offset + central.len() as u64;
    parts.push((offset, central));
    Sparse { parts, position: 0, end }
}

fn boundless() -> Limits {
    Limits { entry_bytes: u64::MAX, total_bytes: u64::MAX, ..Limits::default() }
}

/// Where the entries of an archive of entries of these sizes begin, and how large they are.
fn check_large(sizes: &[u64], versions: &[u16]) {
    let layout = Layout::read(&mut sparse(sizes, |_| {}), &boundless()).unwrap();
    let found: Vec<_> = layout.entries.iter().map(|entry| entry.record.size_bytes).collect();
    assert_eq!(found, sizes);
    assert_eq!(layout.deviations, [""; 0]);
    let found: Vec<_> = layout.entries.iter().map(|entry| entry.record.version_needed).collect();
    assert_eq!(found, versions);
}

#[test]
fn sizes_and_offsets_of_any_size_are_read() {
    let border = u64::from(u32::MAX);
    check_large(&[1, 2], &[20, 20]);
    check_large(&[border - 1, 2], &[20, 45]);
    check_large(&[border, 2], &[45, 45]);
    check_large(&[border + 1, 0, 7], &[45, 45, 45]);
    check_large(&[1 << 40, 3 << 40], &[45, 45]);
    // All but the central directory's own offset lies below the border.
    check_large(&[1, border - 100], &[20, 20]);
}

#[test]
fn faults_beyond_four_gibibytes_name_entry_and_offset() {
    let check = |expected: Fault, entry: &str, at: u64, tweak: fn(&mut Record)| {
        let error = Layout::read(&mut sparse(&[5 << 30, 2], tweak), &boundless()).unwrap_err();
        let entry = Some(entry.to_owned());
        assert_eq!(error, LayoutError::Fault(LayoutFault { entry, offset: at, fault: expected }));
    };
    let second = (5 << 30) + 30 + 8 + 20;
    check(Fault::Version { version: 20, due: "45" }, "s/data/0", 0, |record| record.version_needed = 20);
    check(Fault::NotNext { begin: second + 1, due: second }, "s/data/1", second + 1, |record| {
        if record.offset > 0 {
            record.offset += 1;
        }
    });
    check(Fault::IntoCentral, "s/data/1", second, |record| {
        if record.offset > 0 {
            (record.size_bytes, record.compressed_bytes) = (u64::MAX, u64::MAX);
        }
    });
    let mut cut = sparse(&[5 << 30, 2], |_| {});
    cut.parts.remove(0);
    let error = Layout::read(&mut cut, &boundless()).unwrap_err();
    assert!(matches!(error, LayoutError::Fault(LayoutFault { fault: Fault::NoLocal, .. })), "{error}");
    let error = Layout::read(&mut sparse(&[5 << 30], |_| {}), &Limits::default()).unwrap_err();
    assert!(matches!(error, LayoutError::Limit { name: "entry_bytes", .. }), "{error}");
}

fn many(count: usize) -> Vec<u8> {
    let entries: Vec<_> =
        (0..count).map(|index| (format!("s/data/{:02}/{index:06}", index % 97), vec![])).collect();
    zip(&entries, |_| {})
}

#[test]
fn a_hundred_thousand_entries_are_read_in_linear_time() {
    let time = |count: usize| {
        let bytes = many(count);
        let began = Instant::now();
        let layout = Layout::read(&mut Cursor::new(&bytes), &Limits::default()).unwrap();
        assert_eq!((layout.entries.len(), layout.deviations.len()), (count, 0));
        began.elapsed()
    };
    let (small, large) = (time(10_000), time(100_000));
    assert!(large < small * 40, "{small:?} for 10,000, {large:?} for 100,000");
    let error = Layout::read(&mut Cursor::new(many(100_001)), &Limits::default()).unwrap_err();
    assert!(matches!(error, LayoutError::Limit { name: "entries", actual: 100_001, .. }), "{error}");
}

#[test]
fn other_zip_readers_read_many_entries_too() {
    for count in [65_534, 65_535] {
        assert_eq!(zip::ZipArchive::new(Cursor::new(many(count))).unwrap().len(), count);
    }
}

/// Reads `bytes`; the fault must be this one, whatever it is about.
#[track_caller]
fn check(bytes: Vec<u8>, expected: Fault) {
    match Layout::read(&mut Cursor::new(bytes), &Limits::default()) {
        Err(LayoutError::Fault(LayoutFault { fault, .. })) => assert_eq!(fault, expected),
        other => panic!("{other:?}, not {expected:?}"),
    }
}

#[test]
fn archives_inside_an_archive_are_bytes_and_nothing_else() {
    let inner = zip(&[("t/data/x".to_owned(), b"inner".to_vec())], |_| {});
    // A whole archive as a stored entry: local header, central directory and end record of its own.
    let quoted = [("s/data/a".to_owned(), inner.clone()), ("s/data/b".to_owned(), b"b".to_vec())];
    let layout = sample::layout(&zip(&quoted, |_| {}));
    assert_eq!(
        layout.entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(),
        ["data/a", "data/b"]
    );
    // The same, but its end record claims everything behind it as its comment: two archives in one file.
    let mut hidden = quoted;
    let whole = zip(&hidden, |_| {}).len();
    let behind = whole - (LOCAL_OF_A + inner.len());
    let at = inner.len() - 2;
    hidden[0].1[at..].copy_from_slice(&(behind as u16).to_le_bytes());
    check(zip(&hidden, |_| {}), Fault::SecondEnd);
}

const LOCAL_OF_A: usize = 30 + 8;

#[test]
fn entries_may_not_share_bytes() {
    let outer = |inner: &[u8]| [("s/data/a".to_owned(), inner.to_vec()), ("s/data/b".to_owned(), vec![])];
    // The second entry is quoted in the data of the first: a local header that both records could own.
    let quoted = Record::canonical("s/data/b", STORED, 0, 0, 0).encode_local();
    let at = LOCAL_OF_A as u64;
    let due = at + quoted.len() as u64;
    check(
        zip(&outer(&quoted), |record| {
            if record.name.ends_with(b"b") {
                record.offset = at;
            }
        }),
        Fault::NotNext { begin: at, due },
    );
    // The first entry is said to be longer, over the header of the second.
    check(
        zip(&outer(b"x"), |record| {
            if record.name.ends_with(b"a") {
                (record.size_bytes, record.compressed_bytes) = (9, 9);
            }
        }),
        Fault::NotNext { begin: at + 1, due: at + 9 },
    );
    // Ten records for one entry, as in a bomb that is small and unpacks to much.
    let (local, data) = (Record::canonical("s/data/a", STORED, 0, 1, 1).encode_local(), b"x");
    let record = Record::canonical("s/data/a", STORED, 0, 1, 1).encode_central();
    let begin = (local.len() + data.len()) as u64;
    let end = End::canonical(10, 10 * record.len() as u64, begin).encode();
    check([&local[..], data, &record.repeat(10), &end].concat(), Fault::NotNext { begin: 0, due: begin });
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(sizes in proptest::collection::vec(0..300_usize, 1..20)) {
        let entries: Vec<_> =
            sizes.iter().enumerate().map(|(index, size)| (format!("s/data/{index}"), vec![7; *size])).collect();
        let bytes = zip(&entries, |_| {});
        let layout = Layout::read(&mut Cursor::new(&bytes), &Limits::default()).unwrap();
        prop_assert_eq!(layout.file_bytes, bytes.len() as u64);
        prop_assert_eq!(layout.covered_bytes, layout.central_offset);
        for (placed, (name, bytes_in)) in layout.entries.iter().zip(&entries) {
            prop_assert_eq!(format!("s/{}", placed.path), name.clone());
            let begin = placed.data_offset as usize;
            prop_assert_eq!(&bytes[begin..begin + placed.record.size_bytes as usize], &bytes_in[..]);
        }
    }

    /// A changed bit is an error or changes what the layout says, unless it lies in an entry's bytes.
    #[test]
    fn every_changed_bit_of_the_structure_shows(index in any::<usize>(), bit in 0..8_u8) {
        let mut bytes = sample::sealed();
        let before = sample::layout(&bytes);
        let index = index % bytes.len();
        let is_data = before.entries.iter().any(|entry| {
            (entry.data_offset..entry.data_offset + entry.record.compressed_bytes).contains(&(index as u64))
        });
        bytes[index] ^= 1 << bit;
        match Layout::read(&mut Cursor::new(&bytes), &Limits::default()) {
            Ok(after) => prop_assert_eq!(after == before, is_data),
            Err(error) => prop_assert!(!is_data, "{}", error),
        }
    }

    #[test]
    fn no_bytes_are_too_strange(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in any::<usize>(), whole in any::<bool>(),
    ) {
        if whole {
            let sealed = sample::sealed();
            bytes.extend_from_slice(&sealed[cut % sealed.len()..]);
        }
        let _ = Layout::read(&mut Cursor::new(&bytes), &Limits::default());
        let _ = Names::default().add(&bytes);
    }
}
