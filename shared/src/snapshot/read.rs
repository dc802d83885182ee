//! Inflates one entry and hashes it on the way; knows nothing about manifests.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::{Crc, Decompress, FlushDecompress, Status};
use sha2::{Digest as _, Sha256};

use crate::digest::Sha256Digest;
use crate::snapshot::layout::{LayoutError, PlacedEntry};
use crate::snapshot::record::STORED;

const CHUNK_BYTES: u64 = 256 << 10;

/// What came out of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// The bytes; empty when they could not be inflated to the end.
    pub bytes: Vec<u8>,
    /// Digest of `bytes`, taken while they were inflated.
    pub sha256: Sha256Digest,
    /// What is wrong, as a lower-case fragment.
    pub fault: Option<String>,
}

/// Inflates `entry`, never to more than its header says.
pub fn inflate(source: &mut (impl Read + Seek), entry: &PlacedEntry) -> Result<Inflated, LayoutError> {
    source.seek(SeekFrom::Start(entry.data_offset))?;
    let mut compressed = source.take(entry.record.compressed_bytes);
    let mut sink = Sink::new(entry.record.size_bytes);
    let result = match entry.record.method {
        STORED => copy(&mut compressed, &mut sink)?,
        _ => decompress(
            &mut compressed,
            chunk(entry.record.compressed_bytes),
            chunk(entry.record.size_bytes),
            &mut sink,
        )?,
    };
    Ok(sink.finish(result.err(), entry.record.crc32))
}

/// Outer error: could not read. Inner error: what is wrong with the entry.
type Outcome = Result<Result<(), String>, LayoutError>;

/// A buffer for `bytes` bytes and one more, so that more than announced is noticed.
fn chunk(bytes: u64) -> Vec<u8> {
    vec![0; bytes.saturating_add(1).min(CHUNK_BYTES) as usize]
}

fn copy(compressed: &mut io::Take<impl Read>, sink: &mut Sink) -> Outcome {
    let mut chunk = chunk(compressed.limit());
    loop {
        match compressed.read(&mut chunk)? {
            0 => return Ok(Ok(())),
            count => {
                if let Err(what) = sink.take(&chunk[..count]) {
                    return Ok(Err(what));
                }
            }
        }
    }
}

fn decompress(
    compressed: &mut impl Read,
    mut input: Vec<u8>,
    mut output: Vec<u8>,
    sink: &mut Sink,
) -> Outcome {
    let mut state = Decompress::new(false);
    let (mut begin, mut end) = (0, 0);
    loop {
        if begin == end {
            (begin, end) = (0, compressed.read(&mut input)?);
        }
        let at_end = begin == end;
        let (before_in, before_out) = (state.total_in(), state.total_out());
        let status = match state.decompress(&input[begin..end], &mut output, FlushDecompress::None) {
            Ok(status) => status,
            Err(_) => return Ok(Err("it cannot be inflated: its deflate stream is broken".to_owned())),
        };
        let used = (state.total_in() - before_in) as usize;
        let made = (state.total_out() - before_out) as usize;
        begin += used;
        if let Err(what) = sink.take(&output[..made]) {
            return Ok(Err(what));
        }
        if status == Status::StreamEnd {
            let left = (end - begin) as u64 + io::copy(compressed, &mut io::sink())?;
            let whole = if left == 0 {
                Ok(())
            } else {
                Err(format!("{left} bytes follow the end of its deflate stream"))
            };
            return Ok(whole);
        }
        if used == 0 && made == 0 {
            let what = if at_end { "ends too early" } else { "stands still" };
            return Ok(Err(format!("it cannot be inflated: its deflate stream {what}")));
        }
    }
}

/// Takes inflated bytes, hashes them, and refuses more than were announced.
struct Sink {
    bytes: Vec<u8>,
    expected_bytes: u64,
    sha256: Sha256,
    crc: Crc,
}

impl Sink {
    fn new(expected_bytes: u64) -> Self {
        Self { bytes: Vec::new(), expected_bytes, sha256: Sha256::new(), crc: Crc::new() }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.bytes.len() as u64 + bytes.len() as u64 > self.expected_bytes {
            return Err(format!(
                "it inflates to more than the {} bytes its header says",
                self.expected_bytes
            ));
        }
        self.sha256.update(bytes);
        self.crc.update(bytes);
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self, fault: Option<String>, crc32: u32) -> Inflated {
        let size_bytes = self.bytes.len() as u64;
        let cut = fault.or_else(|| {
            (size_bytes != self.expected_bytes).then(|| {
                format!("it inflates to {size_bytes} bytes, its header says {}", self.expected_bytes)
            })
        });
        if cut.is_some() {
            return Inflated { bytes: Vec::new(), sha256: Sha256Digest::of(b""), fault: cut };
        }
        let fault = (self.crc.sum() != crc32)
            .then(|| format!("its crc32 is {:08x}, its header says {crc32:08x}", self.crc.sum()));
        Inflated { bytes: self.bytes, sha256: Sha256Digest::from_bytes(self.sha256.finalize().into()), fault }
    }
}
