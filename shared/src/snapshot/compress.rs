//! Compresses one entry and takes its digests on the way, the same bytes everywhere; knows no archive and no path.

use std::io::{self, Read, Write};

use crc32fast::Hasher as Crc;
use flate2::{Compress, Compression, FlushCompress, Status};
use sha2::{Digest as _, Sha256};

use crate::digest::Sha256Digest;
use crate::snapshot::record::{DEFLATED, STORED};

/// The lowest level that makes logs and JSON no larger than `zip -6` does.
const LEVEL: u32 = 5;
/// How much is read and compressed at a time. It is filled before it is compressed, so that how the bytes came
/// cannot show in the result.
const CHUNK_BYTES: usize = 64 << 10;

/// An entry's bytes as they will lie in the archive, and what headers and manifests say of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compressed<D> {
    /// What is known of the bytes.
    pub facts: Facts,
    /// [`Facts::compressed_bytes`] bytes in the form that [`Facts::method`] says.
    pub data: D,
}

impl Compressed<Vec<u8>> {
    /// The same, to be read.
    pub fn as_read(&self) -> Compressed<&[u8]> {
        Compressed { facts: self.facts, data: &self.data }
    }
}

/// What headers and manifests say about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// [`DEFLATED`] where that is shorter, else [`STORED`].
    pub method: u16,
    /// CRC-32 of the inflated bytes.
    pub crc32: u32,
    /// How many inflated bytes.
    pub size_bytes: u64,
    /// How many bytes in the archive.
    pub compressed_bytes: u64,
    /// Digest of the inflated bytes.
    pub sha256: Sha256Digest,
}

/// Compresses what is in memory.
pub fn compress(content: Vec<u8>) -> Compressed<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len() / 3 + 64);
    match deflate(&mut content.as_slice(), &mut out) {
        Ok(facts) if facts.method == DEFLATED => {
            out.shrink_to_fit();
            Compressed { facts, data: out }
        }
        Ok(facts) => Compressed { facts, data: content },
        // Neither reading nor writing memory can fail; stored bytes are right whatever happened.
        Err(_) => Compressed { facts: store(&content), data: content },
    }
}

fn store(content: &[u8]) -> Facts {
    let mut crc = Crc::new();
    crc.update(content);
    let bytes = content.len() as u64;
    Facts {
        method: STORED,
        crc32: crc.finalize(),
        size_bytes: bytes,
        compressed_bytes: bytes,
        sha256: Sha256Digest::of(content),
    }
}

/// Reads `content` to its end and writes it deflated to `out`. Where that is no shorter, the method is
/// [`STORED`], and what lies in `out` is of no use: the content itself is the entry's data.
pub fn deflate(content: &mut dyn Read, out: &mut dyn Write) -> io::Result<Facts> {
    let (mut crc, mut sha256) = (Crc::new(), Sha256::new());
    let mut state = Compress::new(Compression::new(LEVEL), false);
    let (mut input, mut output) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
    loop {
        let filled = fill(content, &mut input)?;
        let mut chunk = input.get(..filled).unwrap_or_default();
        crc.update(chunk);
        sha256.update(chunk);
        let is_last = filled < CHUNK_BYTES;
        let flush = if is_last { FlushCompress::Finish } else { FlushCompress::None };
        loop {
            let (before_in, before_out) = (state.total_in(), state.total_out());
            let status = state.compress(chunk, &mut output, flush).map_err(io::Error::other)?;
            let used = (state.total_in() - before_in) as usize;
            let made = (state.total_out() - before_out) as usize;
            out.write_all(output.get(..made).unwrap_or_default())?;
            chunk = chunk.get(used..).unwrap_or_default();
            match status {
                Status::StreamEnd => {
                    let (size_bytes, deflated_bytes) = (state.total_in(), state.total_out());
                    let is_shorter = deflated_bytes < size_bytes;
                    return Ok(Facts {
                        method: if is_shorter { DEFLATED } else { STORED },
                        crc32: crc.finalize(),
                        size_bytes,
                        compressed_bytes: if is_shorter { deflated_bytes } else { size_bytes },
                        sha256: Sha256Digest::from_bytes(sha256.finalize().into()),
                    });
                }
                _ if !is_last && chunk.is_empty() && made < output.len() => break,
                _ if used == 0 && made == 0 => return Err(io::Error::other("the compressor stands still")),
                _ => {}
            }
        }
    }
}

/// Fills `chunk`, or as much of it as there is left to read.
fn fill(content: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = chunk.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match content.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that cannot be compressed.
    fn noise(bytes: usize) -> Vec<u8> {
        let digests = (0..bytes as u64 / 32 + 1).map(|n| *Sha256Digest::of(&n.to_le_bytes()).as_bytes());
        digests.flatten().take(bytes).collect()
    }

    /// Gives its bytes a few at a time, as a pipe would.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.1 = self.1 % 977 + 13;
            let count = self.1.min(out.len()).min(self.0.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn check(content: &[u8], method: u16) {
        let compressed = compress(content.to_vec());
        let facts = compressed.facts;
        assert_eq!(facts.method, method, "{} bytes", content.len());
        assert_eq!(facts.size_bytes, content.len() as u64);
        assert_eq!(facts.compressed_bytes, compressed.data.len() as u64);
        assert_eq!(facts.sha256, Sha256Digest::of(content));
        let mut inflated = Vec::new();
        match method {
            STORED => inflated.clone_from(&compressed.data),
            _ => drop(flate2::read::DeflateDecoder::new(&*compressed.data).read_to_end(&mut inflated)),
        }
        assert!(inflated == content, "{} bytes have to come back", content.len());
        let mut dripped = Vec::new();
        assert_eq!(deflate(&mut Drip(content, 0), &mut dripped).unwrap(), facts);
        assert!(method == STORED || dripped == compressed.data, "how the bytes came must not show");
    }

    #[test]
    fn compresses_where_that_is_shorter() {
        check(b"", STORED);
        check(b"a", STORED);
        check(&b"2026-06-13T06:38Z M1 PASS\n".repeat(20), DEFLATED);
        for bytes in [CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES] {
            check(&noise(bytes), STORED);
            check(&b"0123456789abcdef".repeat(bytes / 16 + 1)[..bytes], DEFLATED);
            check(&[noise(bytes), vec![b'x'; bytes]].concat(), DEFLATED);
        }
    }
}
