//! Where every byte of the archive belongs; knows nothing about contents or about which names are good.

use std::io::{self, Read, Seek, SeekFrom};

use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::snapshot::names::{Names, SIGNATURES};
use crate::snapshot::record::{
    CENTRAL_BYTES, DEFLATED, END_BYTES, END_SIGNATURE, End, Record, STORED, UTF8_FLAG, ZIP64,
};

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
        "{what} is {actual}, above the limit of {limit}; if you trust where this file comes from, raise `{name}`"
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

/// A byte, record or name that FORMAT forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}at byte {offset}: {what} (FORMAT {clause})", entry.as_ref().map(|name| format!("entry {name:?} ")).unwrap_or_default())]
pub struct LayoutFault {
    /// The entry as named in the archive; none when it is about the archive as a whole.
    pub entry: Option<String>,
    /// Where in the file.
    pub offset: u64,
    /// What is wrong, as a lower-case fragment.
    pub what: String,
    /// The clause of docs/FORMAT.md.
    pub clause: &'static str,
}

impl From<io::Error> for LayoutError {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

fn fault(clause: &'static str, offset: u64, what: impl Into<String>) -> LayoutFault {
    LayoutFault { entry: None, offset, what: what.into(), clause }
}

impl Layout {
    /// Reads end record, central directory and every local header, and accounts for every byte.
    pub fn read(source: &mut (impl Read + Seek), limits: &Limits) -> Result<Self, LayoutError> {
        let file_bytes = source.seek(SeekFrom::End(0))?;
        let end = find_end(source, file_bytes)?;
        let end_offset = file_bytes - END_BYTES as u64;
        let (central_offset, central_bytes) = (u64::from(end.central_offset), u64::from(end.central_bytes));
        // FORMAT §4.2: no byte that no record owns.
        if central_offset + central_bytes != end_offset {
            let what = match read_at(source, end_offset.saturating_sub(20), 4)?.as_slice() {
                b"PK\x06\x07" => ZIP64.to_owned(),
                _ => format!(
                    "the central directory ends at byte {}, the end record begins at {end_offset}",
                    central_offset + central_bytes
                ),
            };
            return Err(fault("§4.2", central_offset, what).into());
        }
        check_limit("the number of entries", end.entries.into(), limits.entries, "entries")?;
        let central = read_at(source, central_offset, central_bytes as usize)?;
        let records = parse_central(&central, end.entries, central_offset)?;
        Self::place(source, limits, records, central_offset, file_bytes)
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
        let (mut next_offset, mut total_bytes, mut signatures) = (0, 0, 0);
        for record in records {
            let shown: String = String::from_utf8_lossy(&record.name).chars().take(200).collect();
            let offset = u64::from(record.offset);
            let fault =
                |clause, what: String| LayoutFault { entry: Some(shown.clone()), offset, what, clause };
            // FORMAT §4.2: entries follow one another from byte 0 in the order of the central directory.
            if offset != next_offset {
                let what = format!(
                    "its header begins at byte {offset} where {next_offset} is due: a prefix, a gap, an overlap or another order"
                );
                return Err(fault("§4.2", what).into());
            }
            check_record(&record).map_err(|(clause, what)| fault(clause, what))?;
            let header = read_at(source, offset, record.local_bytes() as usize)?;
            if let Some(what) = record.local_difference(&header) {
                return Err(fault("§4.3", what).into());
            }
            let path = names.add(&record.name).map_err(|(clause, what)| fault(clause, what))?;
            let data_offset = offset + record.local_bytes();
            next_offset = data_offset + u64::from(record.compressed_bytes);
            if next_offset > central_offset {
                return Err(fault("§4.2", "its data reaches into the central directory".to_owned()).into());
            }
            check_sizes(&record, &shown, limits)?;
            total_bytes += u64::from(record.size_bytes);
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
                check_limit(
                    &format!("the size of {shown:?}"),
                    record.size_bytes.into(),
                    limits.signature_bytes,
                    "signature_bytes",
                )?;
            }
            deviations.extend(
                deviation(&record, is_signature, covered_bytes.is_some())
                    .map(|what| format!("{path}: {what}")),
            );
            entries.push(PlacedEntry { path, record, data_offset });
        }
        if next_offset != central_offset {
            let what = format!(
                "{} bytes between the last entry and the central directory",
                central_offset - next_offset
            );
            return Err(self::fault("§4.2", next_offset, what).into());
        }
        let Some(stem) = names.stem else {
            return Err(self::fault("§2.1", 0, "the archive is empty").into());
        };
        let covered_bytes = covered_bytes.unwrap_or(central_offset);
        Ok(Self { stem, entries, covered_bytes, central_offset, file_bytes, deviations })
    }
}

/// Reads `count` bytes at `offset`; past the end is a fault of layout, not of reading.
pub(crate) fn read_at(
    source: &mut (impl Read + Seek),
    offset: u64,
    count: usize,
) -> Result<Vec<u8>, LayoutError> {
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    source.take(count as u64).read_to_end(&mut bytes)?;
    if bytes.len() < count {
        return Err(
            fault("§4.2", offset, format!("the file ends {} bytes too early", count - bytes.len())).into()
        );
    }
    Ok(bytes)
}

fn find_end(source: &mut (impl Read + Seek), file_bytes: u64) -> Result<End, LayoutError> {
    let tail_bytes = file_bytes.min(END_BYTES as u64 + u64::from(u16::MAX));
    let tail_offset = file_bytes - tail_bytes;
    let tail = read_at(source, tail_offset, tail_bytes as usize)?;
    let signature = END_SIGNATURE.to_le_bytes();
    let last = tail.len().saturating_sub(END_BYTES);
    let index = match tail[last..].starts_with(&signature) {
        true => Some(last),
        false => tail.windows(4).rposition(|window| window == signature),
    };
    let Some(index) = index else {
        return Err(
            fault("§4.1", 0, "this is not a zip file, or it was cut short: no end record in it").into()
        );
    };
    let offset = tail_offset + index as u64;
    if tail.len() - index < END_BYTES {
        return Err(fault("§4.1", offset, "the file was cut short inside its end record").into());
    }
    if tail.len() - index > END_BYTES {
        let what =
            format!("{} bytes after the end record: a comment or a tail", tail.len() - index - END_BYTES);
        return Err(fault("§4.2", offset, what).into());
    }
    End::parse(&tail[index..]).map_err(|what| fault("§4.1", offset, what).into())
}

fn parse_central(central: &[u8], entries: u16, central_offset: u64) -> Result<Vec<Record>, LayoutError> {
    let mut records = Vec::with_capacity(entries.into());
    let mut position = 0;
    for _ in 0..entries {
        let (record, used) = Record::parse_central(&central[position..]).map_err(|what| LayoutFault {
            entry: central_name(&central[position..]),
            offset: central_offset + position as u64,
            what,
            clause: "§4.4",
        })?;
        position += used;
        records.push(record);
    }
    if position != central.len() {
        let what = format!("{} bytes in the central directory that no record owns", central.len() - position);
        return Err(fault("§4.2", central_offset + position as u64, what).into());
    }
    Ok(records)
}

/// The name in a record that is otherwise not to be relied on.
fn central_name(record: &[u8]) -> Option<String> {
    let name_bytes = u16::from_le_bytes([*record.get(28)?, *record.get(29)?]);
    let name = record.get(CENTRAL_BYTES..CENTRAL_BYTES + usize::from(name_bytes))?;
    Some(String::from_utf8_lossy(name).chars().take(200).collect())
}

/// FORMAT §4.4 and §4.5: what a record may say at all.
fn check_record(record: &Record) -> Result<(), (&'static str, String)> {
    if record.flags & 1 != 0 || record.flags & (1 << 6) != 0 || record.flags & (1 << 13) != 0 {
        return Err(("§4.4", "it is encrypted".to_owned()));
    }
    if record.flags & (1 << 3) != 0 {
        return Err(("§4.4", "it has a data descriptor".to_owned()));
    }
    // Bits 1 and 2 tell how hard a tool tried to compress; Info-ZIP sets them on stored entries too.
    if record.flags & !(UTF8_FLAG | 0b110) != 0 {
        return Err(("§4.4", format!("flags 0x{:04x} are not allowed", record.flags)));
    }
    if record.flags & UTF8_FLAG == 0 && !record.name.is_ascii() {
        return Err(("§4.4", "its name is not ASCII and not marked as UTF-8".to_owned()));
    }
    if record.method != STORED && record.method != DEFLATED {
        return Err(("§4.4", format!("compression method {} is neither store nor deflate", record.method)));
    }
    if record.method == STORED && record.compressed_bytes != record.size_bytes {
        return Err((
            "§4.4",
            format!("stored in {} bytes, said to be {}", record.compressed_bytes, record.size_bytes),
        ));
    }
    if record.compressed_bytes == u32::MAX || record.size_bytes == u32::MAX || record.offset == u32::MAX {
        return Err(("§4.4", ZIP64.to_owned()));
    }
    if !matches!(record.version_needed, 10 | 20) {
        return Err(("§4.4", format!("it needs version {} of the zip format", record.version_needed)));
    }
    // FORMAT §4.5: a plain file, whatever the system that the archive says it was made on.
    let mode = record.external_attributes >> 16;
    let dos = record.external_attributes & 0xffff;
    if !matches!(mode & 0o170_000, 0 | 0o100_000) || mode & 0o7000 != 0 || dos & !0x21 != 0 {
        return Err((
            "§4.5",
            format!("attributes 0x{:08x} are not those of a plain file", record.external_attributes),
        ));
    }
    Ok(())
}

fn check_sizes(record: &Record, shown: &str, limits: &Limits) -> Result<(), LayoutError> {
    let (size, compressed) = (u64::from(record.size_bytes), u64::from(record.compressed_bytes));
    check_limit(&format!("the inflated size of {shown:?}"), size, limits.entry_bytes, "entry_bytes")?;
    if size > 1 << 20 {
        check_limit(
            &format!("the compression ratio of {shown:?}"),
            size / compressed.max(1),
            limits.ratio,
            "ratio",
        )?;
    }
    Ok(())
}

fn check_limit(what: &str, actual: u64, limit: u64, name: &'static str) -> Result<(), LayoutError> {
    if actual > limit {
        return Err(LayoutError::Limit { what: what.to_owned(), actual, limit, name });
    }
    Ok(())
}

/// FORMAT §4.8: what is allowed, but not how Dossier writes.
fn deviation(record: &Record, is_signature: bool, signatures_began: bool) -> Option<&'static str> {
    let own = Record::canonical("", record.method, 0, 0, 0);
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
