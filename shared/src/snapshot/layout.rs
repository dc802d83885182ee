//! Where every byte of the archive belongs; knows nothing about contents or about which names are good.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crate::entry_path::EntryPath;
use crate::limits::Limits;
pub use crate::snapshot::fault::{Fault, LayoutFault};
use crate::snapshot::names::{Names, SIGNATURES};
use crate::snapshot::record::{
    CENTRAL_BYTES, DEFLATED, END_BYTES, END_SIGNATURE, End, Record, STORED, UTF8_FLAG, ZIP64_VERSION, shown,
};

/// Deviations that are kept in words; one is enough to call an archive made anew.
const MAX_DEVIATIONS: usize = 20;

/// An archive whose every byte belongs to exactly one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The one folder that everything lies in.
    pub stem: String,
    /// The entries in the order of the file.
    pub entries: Vec<PlacedEntry>,
    /// Where the first header below `signatures/` begins, or the central directory: the seal covers what is before.
    pub covered_bytes: u64,
    /// Where the central directory begins.
    pub central_offset: u64,
    /// Size of the whole file.
    pub file_bytes: u64,
    /// Where the archive differs from what FORMAT §4.8 asks writers for; such a file was made anew by another tool.
    pub deviations: Vec<String>,
}

/// An entry and where its data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedEntry {
    /// Name below the stem.
    pub path: EntryPath,
    /// Its zip record.
    pub record: Record,
    /// Where its compressed bytes begin.
    pub data_offset: u64,
}

/// Why an archive is not laid out as a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A byte, record or name that FORMAT forbids.
    #[error(transparent)]
    Fault(#[from] LayoutFault),
    /// A ceiling of [`Limits`].
    #[error(
        "{what} is {actual}, above the limit of {limit}; if you trust where this file comes from, raise it with --limit {name}={actual}"
    )]
    Limit {
        /// What was measured, with the entry's name where it is about one.
        what: String,
        /// What it came to.
        actual: u64,
        /// The ceiling.
        limit: u64,
        /// The field of [`Limits`].
        name: &'static str,
    },
    /// The bytes could not be read at all.
    #[error("could not read: {0}")]
    Io(String),
}

impl From<io::Error> for LayoutError {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// A fault of the archive as a whole.
fn fault(offset: u64, fault: Fault) -> LayoutError {
    LayoutFault { entry: None, offset, fault }.into()
}

impl Layout {
    /// Reads end records, central directory and every local header, and accounts for every byte.
    pub fn read(source: &mut (impl Read + Seek), limits: &Limits) -> Result<Self, LayoutError> {
        let file_bytes = source.seek(SeekFrom::End(0))?;
        let (end, end_offset) = find_end(source, file_bytes)?;
        // FORMAT §4.2: no byte that no record owns.
        let central_end = end.central_offset.checked_add(end.central_bytes);
        if central_end != Some(end_offset) {
            let end_of_central = central_end.unwrap_or(u64::MAX);
            return Err(fault(
                end.central_offset,
                Fault::CentralEnd { end: end_of_central, due: end_offset },
            ));
        }
        check_limit("the number of entries", end.entries, limits.entries, "entries")?;
        let records = parse_central(source, end)?;
        let mut layout = Self::place(source, limits, records, end.central_offset, file_bytes)?;
        let own = End::canonical(end.entries, end.central_bytes, end.central_offset);
        if end.made_by != own.made_by && layout.deviations.is_empty() {
            layout.deviations.push("its end record: made by another zip tool".to_owned());
        }
        Ok(layout)
    }

    fn place(
        source: &mut (impl Read + Seek),
        limits: &Limits,
        records: Vec<Record>,
        central_offset: u64,
        file_bytes: u64,
    ) -> Result<Self, LayoutError> {
        let mut names = Names::default();
        let mut deviations = Vec::new();
        let mut entries = Vec::with_capacity(records.len());
        let mut covered_bytes = None;
        let (mut next_offset, mut total_bytes, mut signatures) = (0_u64, 0_u64, 0);
        for record in records {
            let offset = record.offset;
            let fault = |fault: Fault| LayoutFault { entry: Some(shown(&record.name)), offset, fault };
            // FORMAT §4.2: entries follow one another from byte 0 in the order of the central directory.
            if offset != next_offset {
                return Err(fault(Fault::NotNext { begin: offset, due: next_offset }).into());
            }
            check_record(&record).map_err(fault)?;
            let header = read_at(source, offset, record.local_bytes())?;
            if let Some(difference) = record.local_difference(&header) {
                return Err(fault(difference).into());
            }
            let path = names.add(&record.name).map_err(fault)?;
            // The header was read, so this many bytes are there.
            let data_offset = offset + record.local_bytes();
            next_offset = match data_offset.checked_add(record.compressed_bytes) {
                Some(next) if next <= central_offset => next,
                _ => return Err(fault(Fault::IntoCentral).into()),
            };
            check_sizes(&record, limits)?;
            total_bytes = total_bytes.saturating_add(record.size_bytes);
            check_limit("the inflated size of all entries", total_bytes, limits.total_bytes, "total_bytes")?;
            let is_signature = path.segments().next() == Some(SIGNATURES);
            if is_signature {
                signatures += 1;
                covered_bytes.get_or_insert(offset);
                check_limit(
                    "the number of files below signatures/",
                    signatures,
                    limits.signatures,
                    "signatures",
                )?;
                let what = format!("the size of {:?}", shown(&record.name));
                check_limit(&what, record.size_bytes, limits.signature_bytes, "signature_bytes")?;
            }
            if deviations.len() < MAX_DEVIATIONS {
                let deviation = deviation(&record, is_signature, covered_bytes.is_some());
                deviations.extend(deviation.map(|what| format!("{path}: {what}")));
            }
            entries.push(PlacedEntry { path, record, data_offset });
        }
        if next_offset != central_offset {
            return Err(self::fault(next_offset, Fault::Gap { bytes: central_offset - next_offset }));
        }
        let Some(stem) = names.stem else {
            return Err(self::fault(0, Fault::Empty));
        };
        let covered_bytes = covered_bytes.unwrap_or(central_offset);
        Ok(Self { stem, entries, covered_bytes, central_offset, file_bytes, deviations })
    }
}

/// Reads `count` bytes at `offset`; past the end is a fault of layout, not of reading.
fn read_at(source: &mut (impl Read + Seek), offset: u64, count: u64) -> Result<Vec<u8>, LayoutError> {
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::with_capacity(count.min(64 << 10) as usize);
    source.take(count).read_to_end(&mut bytes)?;
    match count - bytes.len() as u64 {
        0 => Ok(bytes),
        missing => Err(fault(offset, Fault::FileEnds { bytes: missing })),
    }
}

/// What the end records say, and where the first of them begins.
fn find_end(source: &mut (impl Read + Seek), file_bytes: u64) -> Result<(End, u64), LayoutError> {
    let tail_bytes = file_bytes.min(END_BYTES as u64 + u64::from(u16::MAX));
    let tail_offset = file_bytes - tail_bytes;
    let tail = read_at(source, tail_offset, tail_bytes)?;
    let signature = END_SIGNATURE.to_le_bytes();
    let last = tail.len().saturating_sub(END_BYTES);
    if !tail[last..].starts_with(&signature) {
        let Some(index) = tail.windows(4).rposition(|window| window == signature) else {
            return Err(fault(0, Fault::NoEnd));
        };
        let offset = tail_offset + index as u64;
        return Err(fault(
            offset,
            match (tail.len() - index).checked_sub(END_BYTES) {
                Some(bytes) => Fault::Tail { bytes: bytes as u64 },
                None => Fault::CutInEnd,
            },
        ));
    }
    let (end, used) =
        End::parse(&tail, file_bytes).map_err(|found| fault(tail_offset + last as u64, found))?;
    // FORMAT §4.1: what would be an end record too, to whoever searches from the other side.
    let is_end = |index: &usize| {
        let comment = tail.get(index + END_BYTES - 2..index + END_BYTES).and_then(<[u8]>::as_array);
        comment.is_some_and(|bytes| usize::from(u16::from_le_bytes(*bytes)) == last - index)
    };
    let starts = tail[..last].windows(4).enumerate().filter(|(_, window)| *window == signature);
    if let Some(index) = starts.map(|(index, _)| index).find(is_end) {
        return Err(fault(tail_offset + index as u64, Fault::SecondEnd));
    }
    Ok((end, file_bytes - used as u64))
}

fn parse_central(source: &mut (impl Read + Seek), end: End) -> Result<Vec<Record>, LayoutError> {
    source.seek(SeekFrom::Start(end.central_offset))?;
    let mut central = BufReader::with_capacity(64 << 10, source.take(end.central_bytes));
    let mut left = end.central_bytes;
    let room = (end.central_bytes / CENTRAL_BYTES as u64).min(end.entries);
    let mut records = Vec::with_capacity(room as usize);
    let mut bytes = Vec::new();
    for _ in 0..end.entries {
        let offset = end.central_offset + (end.central_bytes - left);
        let mut head = [0; CENTRAL_BYTES];
        if left < head.len() as u64 {
            return Err(fault(offset, Fault::NoCentral));
        }
        central.read_exact(&mut head)?;
        bytes.clear();
        bytes.extend_from_slice(&head);
        bytes.resize(Record::central_bytes(&head).min(usize::try_from(left).unwrap_or(usize::MAX)), 0);
        central.read_exact(bytes.get_mut(CENTRAL_BYTES..).unwrap_or_default())?;
        let (record, used) = Record::parse_central(&bytes).map_err(|fault| LayoutFault {
            entry: central_name(&bytes),
            offset,
            fault,
        })?;
        left -= used as u64;
        records.push(record);
    }
    match left {
        0 => Ok(records),
        bytes => Err(fault(end.central_offset + (end.central_bytes - left), Fault::CentralRest { bytes })),
    }
}

/// The name in a record that is otherwise not to be relied on.
fn central_name(record: &[u8]) -> Option<String> {
    let name_bytes = u16::from_le_bytes([*record.get(28)?, *record.get(29)?]);
    Some(shown(record.get(CENTRAL_BYTES..CENTRAL_BYTES + usize::from(name_bytes))?))
}

/// FORMAT §4.4 and §4.5: what a record may say at all.
fn check_record(record: &Record) -> Result<(), Fault> {
    if record.flags & 1 != 0 || record.flags & (1 << 6) != 0 || record.flags & (1 << 13) != 0 {
        return Err(Fault::Encrypted);
    }
    if record.flags & (1 << 3) != 0 {
        return Err(Fault::DataDescriptor);
    }
    // Bits 1 and 2 tell how hard a tool tried to compress; Info-ZIP sets them on stored entries too.
    if record.flags & !(UTF8_FLAG | 0b110) != 0 {
        return Err(Fault::Flags { flags: record.flags });
    }
    if record.flags & UTF8_FLAG == 0 && !record.name.is_ascii() {
        return Err(Fault::UnmarkedUtf8);
    }
    if record.method != STORED && record.method != DEFLATED {
        return Err(Fault::Method { method: record.method });
    }
    if record.method == STORED && record.compressed_bytes != record.size_bytes {
        return Err(Fault::StoredSizes { compressed: record.compressed_bytes, size: record.size_bytes });
    }
    // FORMAT §4.7: 4.5 exactly where there are ZIP64 fields.
    match (record.version_needed, record.needs_zip64()) {
        (10 | 20, false) | (ZIP64_VERSION, true) => {}
        (version, false) => return Err(Fault::Version { version, due: "10 or 20" }),
        (version, true) => return Err(Fault::Version { version, due: "45" }),
    }
    // FORMAT §4.5: a plain file, whatever the system that the archive says it was made on.
    let mode = record.external_attributes >> 16;
    let dos = record.external_attributes & 0xffff;
    if !matches!(mode & 0o170_000, 0 | 0o100_000) || mode & 0o7000 != 0 || dos & !0x21 != 0 {
        return Err(Fault::Attributes { attributes: record.external_attributes });
    }
    Ok(())
}

fn check_sizes(record: &Record, limits: &Limits) -> Result<(), LayoutError> {
    let (size, compressed) = (record.size_bytes, record.compressed_bytes);
    if size > limits.entry_bytes {
        let what = format!("the inflated size of {:?}", shown(&record.name));
        check_limit(&what, size, limits.entry_bytes, "entry_bytes")?;
    }
    let ratio = size / compressed.max(1);
    if size > 1 << 20 && ratio > limits.ratio {
        let what = format!("the compression ratio of {:?}", shown(&record.name));
        check_limit(&what, ratio, limits.ratio, "ratio")?;
    }
    Ok(())
}

/// Refuses what is above a ceiling of [`Limits`], which is called `name`.
pub(crate) fn check_limit(
    what: &str,
    actual: u64,
    limit: u64,
    name: &'static str,
) -> Result<(), LayoutError> {
    if actual > limit {
        return Err(LayoutError::Limit { what: what.to_owned(), actual, limit, name });
    }
    Ok(())
}

/// FORMAT §4.8: what is allowed, but not how Dossier writes.
fn deviation(record: &Record, is_signature: bool, signatures_began: bool) -> Option<&'static str> {
    let own =
        Record::canonical("", record.method, 0, record.compressed_bytes, record.size_bytes).at(record.offset);
    let flags = if record.name.is_ascii() { 0 } else { UTF8_FLAG };
    if (record.made_by, record.version_needed, record.flags) != (own.made_by, own.version_needed, flags) {
        return Some("made by another zip tool");
    }
    if (record.time, record.date) != (own.time, own.date) {
        return Some("has a time of its own");
    }
    if (record.internal_attributes, record.external_attributes)
        != (own.internal_attributes, own.external_attributes)
    {
        return Some("has attributes of its own");
    }
    if is_signature && record.method != STORED {
        return Some("a signature that is compressed");
    }
    (signatures_began && !is_signature).then_some("lies behind the signatures")
}

#[cfg(test)]
#[path = "layout/tests.rs"]
mod tests;
