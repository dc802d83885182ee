//! Bytes that are in memory while they are few and in a nameless temporary file when they are many. Knows no content.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, SeekFrom, Write};

use crate::atomic;

/// What is larger goes to disk: an entry of a gigabyte must not cost a gigabyte of memory.
pub(crate) const IN_MEMORY_BYTES: u64 = 8 << 20;

/// Bytes that were kept.
pub(crate) enum Held {
    Memory(Vec<u8>),
    /// A file without a name: it is gone with the process, however that ends.
    Spooled {
        file: File,
        bytes: u64,
    },
}

impl Held {
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Memory(memory) => memory.len() as u64,
            Self::Spooled { bytes, .. } => *bytes,
        }
    }

    /// From the first byte on.
    pub(crate) fn reader(&self) -> io::Result<HeldReader<'_>> {
        match self {
            Self::Memory(memory) => Ok(HeldReader::Memory(memory)),
            Self::Spooled { file, .. } => {
                let mut file = file;
                file.seek(SeekFrom::Start(0))?;
                Ok(HeldReader::Spooled(file))
            }
        }
    }
}

impl From<Vec<u8>> for Held {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Memory(bytes)
    }
}

pub(crate) enum HeldReader<'a> {
    Memory(&'a [u8]),
    Spooled(&'a File),
}

impl Read for HeldReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(rest) => rest.read(out),
            Self::Spooled(file) => file.read(out),
        }
    }
}

/// Takes bytes of which nobody knows yet how many there will be.
#[derive(Default)]
pub(crate) struct Spool {
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
    bytes: u64,
}

impl Spool {
    pub(crate) fn with_capacity(bytes: u64) -> Self {
        let memory = Vec::with_capacity(bytes.min(IN_MEMORY_BYTES) as usize);
        Self { memory, ..Self::default() }
    }

    pub(crate) fn finish(self) -> io::Result<Held> {
        match self.file {
            None => Ok(Held::Memory(self.memory)),
            Some(file) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                Ok(Held::Spooled { file, bytes: self.bytes })
            }
        }
    }

    fn spill(&mut self) -> io::Result<&mut BufWriter<File>> {
        if self.file.is_none() {
            let file = tempfile::tempfile().map_err(|error| {
                let folder = std::env::temp_dir();
                let words = format!(
                    "no temporary file in {}: {error}; set TMPDIR to a folder with room",
                    folder.display()
                );
                io::Error::new(error.kind(), words)
            })?;
            atomic::pause_at("spool");
            let mut file = BufWriter::with_capacity(256 << 10, file);
            file.write_all(&std::mem::take(&mut self.memory))?;
            self.file = Some(file);
        }
        self.file.as_mut().ok_or_else(|| io::Error::other("no temporary file"))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        if self.bytes > IN_MEMORY_BYTES {
            self.spill()?.write_all(bytes)?;
        } else {
            self.memory.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.flush(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bytes_stay_in_memory_and_many_come_back_from_disk() {
        for bytes in [0, 1, IN_MEMORY_BYTES, IN_MEMORY_BYTES + 1, 2 * IN_MEMORY_BYTES + 7] {
            let mut spool = Spool::default();
            let pattern: Vec<u8> = (0..=250).collect();
            let mut left = bytes as usize;
            while left > 0 {
                let part = &pattern[..left.min(pattern.len())];
                spool.write_all(part).expect("written");
                left -= part.len();
            }
            let held = spool.finish().expect("kept");
            assert_eq!(held.bytes(), bytes);
            assert_eq!(matches!(held, Held::Memory(_)), bytes <= IN_MEMORY_BYTES, "{bytes}");
            for _ in 0..2 {
                let mut read = Vec::new();
                held.reader().expect("opened").read_to_end(&mut read).expect("read");
                assert_eq!(read.len() as u64, bytes);
                assert!(read.iter().enumerate().all(|(at, byte)| usize::from(*byte) == at % 251));
            }
        }
    }
}
