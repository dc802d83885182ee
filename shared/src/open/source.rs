//! Where the bytes of a snapshot lie, readable at any place and by several at once; knows nothing about zips.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

/// A file, a buffer, a slice of a browser's file: bytes that can be read at any place.
pub trait Source: Send + Sync {
    /// How many bytes there are.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Reads bytes at `offset` into `buffer` and says how many; 0 only at the end or for an empty buffer.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// Bytes in memory.
pub struct InMemory<T>(pub T);

impl<T: AsRef<[u8]> + Send + Sync> Source for InMemory<T> {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.0.as_ref().len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut rest = self.0.as_ref().get(offset..).unwrap_or_default();
        rest.read(buffer)
    }
}

/// Anything that can be read and sought in, by one reader at a time.
pub struct Sought<R>(Mutex<R>);

impl<R> Sought<R> {
    /// Over `reader`, wherever it stands.
    pub fn new(reader: R) -> Self {
        Self(Mutex::new(reader))
    }
}

impl<R: Read + Seek + Send> Source for Sought<R> {
    fn size_bytes(&self) -> io::Result<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).seek(SeekFrom::End(0))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(offset))?;
        reader.read(buffer)
    }
}

/// Reads a source from left to right, and seeks in it.
pub struct Reader<'a> {
    source: &'a dyn Source,
    size_bytes: u64,
    position: u64,
}

impl<'a> Reader<'a> {
    /// At the beginning of `source`.
    pub fn new(source: &'a dyn Source) -> io::Result<Self> {
        Ok(Self { source, size_bytes: source.size_bytes()?, position: 0 })
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(self.position, buffer)?;
        self.position = self.position.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(by) => self.size_bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}
