//! A table of faults of compressed bytes, and round trips with bytes that come one at a time.

use std::io::Cursor;

use flate2::{Compress, Compression, FlushCompress};
use proptest::prelude::*;

use super::*;

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 100);
    Compress::new(Compression::new(6), false).compress_vec(bytes, &mut out, FlushCompress::Finish).unwrap();
    out
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.finalize()
}

fn stretch(bytes: &[u8], compressed: &[u8], is_deflated: bool) -> Stretch {
    Stretch {
        offset: 3,
        compressed_bytes: compressed.len() as u64,
        size_bytes: bytes.len() as u64,
        crc32: crc(bytes),
        is_deflated,
    }
}

/// Gives one byte at a time, as a reader may.
struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}

impl Seek for Slow {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

fn inflate(compressed: &[u8], entry: Stretch) -> Inflated {
    let file = [b"pre", compressed, b"what follows"].concat();
    let mut inflater = Inflater::default();
    let inflated = inflater.inflate(&mut Slow(Cursor::new(file.clone())), entry, true).unwrap();
    // The same without keeping, with buffers that were used before.
    let hashed = inflater.inflate(&mut Cursor::new(file), entry, false).unwrap();
    assert_eq!(hashed, Inflated { bytes: None, ..inflated.clone() });
    inflated
}

proptest! {
    #[test]
    fn what_was_deflated_comes_out(bytes in proptest::collection::vec(0..9_u8, 0..2000), is_deflated in any::<bool>()) {
        let compressed = if is_deflated { deflated(&bytes) } else { bytes.clone() };
        let inflated = inflate(&compressed, stretch(&bytes, &compressed, is_deflated));
        prop_assert_eq!(inflated.sha256, Sha256Digest::of(&bytes));
        prop_assert_eq!((inflated.size_bytes, inflated.fault), (bytes.len() as u64, None));
        prop_assert_eq!(inflated.bytes, Some(bytes));
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..300), size_bytes in 0..400_u64) {
        let entry = Stretch { size_bytes, ..stretch(&bytes, &bytes, true) };
        let inflated = inflate(&bytes, entry);
        prop_assert!(inflated.size_bytes <= size_bytes);
    }
}

/// Inflates the compressed form of `text` after `change`.
#[track_caller]
fn check(text: &[u8], expected: InflateFault, change: impl FnOnce(&mut Vec<u8>, &mut Stretch)) {
    let mut compressed = deflated(text);
    let mut entry = stretch(text, &compressed, true);
    change(&mut compressed, &mut entry);
    let inflated = inflate(&compressed, entry);
    let is_whole = matches!(expected, InflateFault::Crc { .. });
    assert_eq!(inflated.fault, Some(expected));
    let bytes = if is_whole { text.to_vec() } else { Vec::new() };
    assert_eq!((inflated.sha256, inflated.size_bytes), (Sha256Digest::of(&bytes), bytes.len() as u64));
    assert_eq!(inflated.bytes, Some(bytes), "what is not whole shows nothing");
}

#[test]
fn every_fault_of_a_stream_has_a_name() {
    let text = b"a line of a log\n".repeat(50);
    check(&text, InflateFault::Broken, |compressed, _| compressed[0] |= 0b110);
    check(&text, InflateFault::EndsEarly, |compressed, entry| {
        compressed.pop();
        entry.compressed_bytes -= 1;
    });
    check(&text, InflateFault::EndsEarly, |_, entry| entry.compressed_bytes = 0);
    check(&text, InflateFault::Trailing { bytes: 4 }, |_, entry| entry.compressed_bytes += 4);
    check(&text, InflateFault::TooLong { expected: 799 }, |_, entry| entry.size_bytes -= 1);
    check(&text, InflateFault::TooLong { expected: 0 }, |_, entry| entry.size_bytes = 0);
    check(&text, InflateFault::TooShort { found: 800, expected: 801 }, |_, entry| entry.size_bytes += 1);
    let found = crc(&text);
    check(&text, InflateFault::Crc { found, expected: 7 }, |_, entry| entry.crc32 = 7);
    // The file ends within a stored entry.
    let entry = Stretch { compressed_bytes: 99, size_bytes: 99, ..stretch(&text, &text, false) };
    let inflated = Inflater::default().inflate(&mut Cursor::new(b"pre and 9".to_vec()), entry, true).unwrap();
    assert_eq!(inflated.fault, Some(InflateFault::TooShort { found: 6, expected: 99 }));
}
