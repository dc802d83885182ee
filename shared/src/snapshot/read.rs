//! Inflates one entry and hashes it on the way, in bounded memory; knows nothing about manifests.

use std::io::{self, Read, Seek, SeekFrom};

use crc32fast::Hasher as Crc;
use flate2::{Decompress, FlushDecompress, Status};
use sha2::{Digest as _, Sha256};

use crate::digest::Sha256Digest;
use crate::snapshot::layout::PlacedEntry;
use crate::snapshot::record::STORED;

const CHUNK_BYTES: u64 = 256 << 10;

/// Where the bytes of an entry lie in the file, and what its header says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Where its compressed bytes begin.
    pub offset: u64,
    /// How many there are.
    pub compressed_bytes: u64,
    /// How many they are when inflated.
    pub size_bytes: u64,
    /// Of the inflated bytes.
    pub crc32: u32,
    /// Whether they are deflated, or else stored.
    pub is_deflated: bool,
}

impl From<&PlacedEntry> for Stretch {
    fn from(entry: &PlacedEntry) -> Self {
        Self {
            offset: entry.data_offset,
            compressed_bytes: entry.record.compressed_bytes,
            size_bytes: entry.record.size_bytes,
            crc32: entry.record.crc32,
            is_deflated: entry.record.method != STORED,
        }
    }
}

/// What came out of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// The bytes, where they were asked for; empty when they could not be inflated to the end.
    pub bytes: Option<Vec<u8>>,
    /// How many bytes; 0 when they could not be inflated to the end.
    pub size_bytes: u64,
    /// Digest of these bytes, taken while they were inflated.
    pub sha256: Sha256Digest,
    /// What is wrong.
    pub fault: Option<InflateFault>,
}

/// What is wrong with an entry's compressed bytes or their checksum; in words a lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InflateFault {
    /// No deflate stream.
    #[error("it cannot be inflated: its deflate stream is broken")]
    Broken,
    /// The stream goes on where the entry's bytes end.
    #[error("it cannot be inflated: its deflate stream ends too early")]
    EndsEarly,
    /// The stream neither ends nor gives bytes.
    #[error("it cannot be inflated: its deflate stream stands still")]
    StandsStill,
    /// The stream ends where the entry's bytes go on.
    #[error("{bytes} bytes follow the end of its deflate stream")]
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// More comes out than was announced; it is not read further.
    #[error("it inflates to more than the {expected} bytes its header says")]
    TooLong {
        /// How many were announced.
        expected: u64,
    },
    /// Less comes out than was announced.
    #[error("it inflates to {found} bytes, its header says {expected}")]
    TooShort {
        /// How many came out.
        found: u64,
        /// How many were announced.
        expected: u64,
    },
    /// All bytes are there, and they are not those of the header's checksum.
    #[error("its crc32 is {found:08x}, its header says {expected:08x}")]
    Crc {
        /// Of what came out.
        found: u32,
        /// Of the header.
        expected: u32,
    },
}

/// Inflates entries one after the other with the same buffers.
pub struct Inflater {
    state: Decompress,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { state: Decompress::new(false), input: Vec::new(), output: Vec::new() }
    }
}

impl Inflater {
    /// Inflates an entry, never to more than its header says; keeps its bytes only where `keep` asks for them.
    pub fn inflate(
        &mut self,
        source: &mut (impl Read + Seek),
        entry: Stretch,
        keep: bool,
    ) -> io::Result<Inflated> {
        source.seek(SeekFrom::Start(entry.offset))?;
        let mut compressed = source.take(entry.compressed_bytes);
        let mut sink = Sink::new(entry, keep);
        make_room(&mut self.input, entry.compressed_bytes);
        let result = match entry.is_deflated {
            true => self.decompress(&mut compressed, &mut sink)?,
            false => self.copy(&mut compressed, &mut sink)?,
        };
        Ok(sink.finish(result.err()))
    }

    fn copy(&mut self, compressed: &mut impl Read, sink: &mut Sink) -> Outcome {
        loop {
            let count = compressed.read(&mut self.input)?;
            let read = self.input.get(..count).unwrap_or_default();
            if count == 0 {
                return Ok(Ok(()));
            }
            if let Err(fault) = sink.take(read) {
                return Ok(Err(fault));
            }
        }
    }

    fn decompress(&mut self, compressed: &mut impl Read, sink: &mut Sink) -> Outcome {
        make_room(&mut self.output, sink.entry.size_bytes);
        let Self { state, input, output } = self;
        state.reset(false);
        let (mut begin, mut end) = (0, 0);
        loop {
            if begin == end {
                (begin, end) = (0, compressed.read(input)?);
            }
            let at_end = begin == end;
            let (before_in, before_out) = (state.total_in(), state.total_out());
            let rest = input.get(begin..end).unwrap_or_default();
            let Ok(status) = state.decompress(rest, output, FlushDecompress::None) else {
                return Ok(Err(InflateFault::Broken));
            };
            let used = (state.total_in() - before_in) as usize;
            let made = (state.total_out() - before_out) as usize;
            begin += used;
            if let Err(fault) = sink.take(output.get(..made).unwrap_or_default()) {
                return Ok(Err(fault));
            }
            if status == Status::StreamEnd {
                let bytes = (end - begin) as u64 + io::copy(compressed, &mut io::sink())?;
                return Ok(if bytes == 0 { Ok(()) } else { Err(InflateFault::Trailing { bytes }) });
            }
            if used == 0 && made == 0 {
                return Ok(Err(if at_end { InflateFault::EndsEarly } else { InflateFault::StandsStill }));
            }
        }
    }
}

/// Makes a buffer large enough for `bytes` bytes and one more, so that more than announced is noticed; at most a chunk.
fn make_room(buffer: &mut Vec<u8>, bytes: u64) {
    let bytes = bytes.saturating_add(1).min(CHUNK_BYTES) as usize;
    if buffer.len() < bytes {
        buffer.resize(bytes, 0);
    }
}

/// Outer error: could not read. Inner error: what is wrong with the entry.
type Outcome = io::Result<Result<(), InflateFault>>;

/// Takes inflated bytes, hashes them, and refuses more than were announced.
struct Sink {
    bytes: Option<Vec<u8>>,
    size_bytes: u64,
    entry: Stretch,
    sha256: Sha256,
    crc: Crc,
}

impl Sink {
    fn new(entry: Stretch, keep: bool) -> Self {
        let bytes = keep.then(Vec::new);
        Self { bytes, size_bytes: 0, entry, sha256: Sha256::new(), crc: Crc::new() }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), InflateFault> {
        let expected = self.entry.size_bytes;
        self.size_bytes += bytes.len() as u64;
        if self.size_bytes > expected {
            return Err(InflateFault::TooLong { expected });
        }
        self.sha256.update(bytes);
        self.crc.update(bytes);
        if let Some(kept) = &mut self.bytes {
            kept.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn finish(self, fault: Option<InflateFault>) -> Inflated {
        let (found, expected) = (self.size_bytes, self.entry.size_bytes);
        let cut = fault.or_else(|| (found != expected).then_some(InflateFault::TooShort { found, expected }));
        if cut.is_some() {
            let bytes = self.bytes.map(|_| Vec::new());
            return Inflated { bytes, size_bytes: 0, sha256: Sha256Digest::of(b""), fault: cut };
        }
        let (found, expected) = (self.crc.finalize(), self.entry.crc32);
        Inflated {
            bytes: self.bytes,
            size_bytes: self.size_bytes,
            sha256: Sha256Digest::from_bytes(self.sha256.finalize().into()),
            fault: (found != expected).then_some(InflateFault::Crc { found, expected }),
        }
    }
}

#[cfg(test)]
#[path = "read/tests.rs"]
mod tests;
