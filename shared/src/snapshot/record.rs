//! The three zip records as bytes, read and written from one description; knows nothing about names or order.

/// The only method besides [`DEFLATED`]: bytes as they are.
pub const STORED: u16 = 0;
/// Deflate, RFC 1951.
pub const DEFLATED: u16 = 8;
/// General purpose bit 11: the name is UTF-8.
pub const UTF8_FLAG: u16 = 1 << 11;

pub(crate) const LOCAL_BYTES: u64 = 30;
pub(crate) const CENTRAL_BYTES: usize = 46;
pub(crate) const END_BYTES: usize = 22;
const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
pub(crate) const END_SIGNATURE: u32 = 0x0605_4b50;

/// What a local header and its central record say about one entry, in the units of the zip format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Central only: high byte the system, low byte the version of the zip specification times ten.
    pub made_by: u16,
    /// Version needed to extract, times ten.
    pub version_needed: u16,
    /// General purpose flags.
    pub flags: u16,
    /// [`STORED`], [`DEFLATED`], or something that is refused.
    pub method: u16,
    /// DOS time.
    pub time: u16,
    /// DOS date.
    pub date: u16,
    /// CRC-32 of the inflated bytes.
    pub crc32: u32,
    /// Bytes in the archive.
    pub compressed_bytes: u32,
    /// Bytes when inflated.
    pub size_bytes: u32,
    /// Central only: internal attributes.
    pub internal_attributes: u16,
    /// Central only: external attributes, Unix mode in the high half.
    pub external_attributes: u32,
    /// Central only: where the local header begins.
    pub offset: u32,
    /// The name as it stands in the archive.
    pub name: Vec<u8>,
}

impl Record {
    /// The record that FORMAT §4.8 asks writers for: 1980-01-01, mode 0644, made by Unix/2.0.
    pub fn canonical(name: &str, method: u16, crc32: u32, compressed_bytes: u32, size_bytes: u32) -> Self {
        Self {
            made_by: 0x0314,
            version_needed: 20,
            flags: if name.is_ascii() { 0 } else { UTF8_FLAG },
            method,
            time: 0,
            date: 0x0021,
            crc32,
            compressed_bytes,
            size_bytes,
            internal_attributes: 0,
            external_attributes: 0o100_644 << 16,
            offset: 0,
            name: name.as_bytes().to_vec(),
        }
    }

    /// Bytes of the local header with the name: how far the data lies behind [`Record::offset`].
    pub fn local_bytes(&self) -> u64 {
        LOCAL_BYTES + self.name.len() as u64
    }

    /// The local header.
    pub fn encode_local(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u32(LOCAL_SIGNATURE);
        self.encode_common(&mut out);
        out.0.extend_from_slice(&self.name);
        out.0
    }

    /// The central directory's record.
    pub fn encode_central(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u32(CENTRAL_SIGNATURE);
        out.u16(self.made_by);
        self.encode_common(&mut out);
        out.u16(0); // comment
        out.u16(0); // disk
        out.u16(self.internal_attributes);
        out.u32(self.external_attributes);
        out.u32(self.offset);
        out.0.extend_from_slice(&self.name);
        out.0
    }

    fn encode_common(&self, out: &mut Encoder) {
        out.u16(self.version_needed);
        out.u16(self.flags);
        out.u16(self.method);
        out.u16(self.time);
        out.u16(self.date);
        out.u32(self.crc32);
        out.u32(self.compressed_bytes);
        out.u32(self.size_bytes);
        out.u16(self.name.len() as u16);
        out.u16(0); // extra fields
    }

    /// Reads one central record and says how many bytes it took; `Err` says what is wrong with it.
    pub fn parse_central(bytes: &[u8]) -> Result<(Self, usize), String> {
        let mut fields = Fields(bytes);
        if bytes.len() < CENTRAL_BYTES || fields.u32() != CENTRAL_SIGNATURE {
            return Err("no central directory record where one must begin".to_owned());
        }
        let made_by = fields.u16();
        let (mut record, name_bytes, extra_bytes) = Self::parse_common(&mut fields);
        let comment_bytes = fields.u16();
        let disk = fields.u16();
        record.made_by = made_by;
        record.internal_attributes = fields.u16();
        record.external_attributes = fields.u32();
        record.offset = fields.u32();
        let Some(name) = fields.0.get(..name_bytes) else {
            return Err("the name reaches past the end of the central directory".to_owned());
        };
        record.name = name.to_vec();
        if extra_bytes != 0 {
            return Err(extra_words(fields.0.get(name_bytes..).unwrap_or_default()));
        }
        if comment_bytes != 0 {
            return Err("the entry has a comment".to_owned());
        }
        if disk != 0 {
            return Err(format!("the entry begins on disk {disk}; archives in parts are not read"));
        }
        Ok((record, CENTRAL_BYTES + name_bytes))
    }

    fn parse_common(fields: &mut Fields<'_>) -> (Self, usize, usize) {
        let record = Self {
            made_by: 0,
            version_needed: fields.u16(),
            flags: fields.u16(),
            method: fields.u16(),
            time: fields.u16(),
            date: fields.u16(),
            crc32: fields.u32(),
            compressed_bytes: fields.u32(),
            size_bytes: fields.u32(),
            internal_attributes: 0,
            external_attributes: 0,
            offset: 0,
            name: Vec::new(),
        };
        let name_bytes = usize::from(fields.u16());
        (record, name_bytes, usize::from(fields.u16()))
    }

    /// Compares the local header, given with as many bytes behind it as the central name has, field by
    /// field with this central record; `Some` names the first that differs.
    pub fn local_difference(&self, bytes: &[u8]) -> Option<String> {
        let mut fields = Fields(bytes);
        if bytes.len() < LOCAL_BYTES as usize || fields.u32() != LOCAL_SIGNATURE {
            return Some("no local header where the central directory says".to_owned());
        }
        let (local, name_bytes, extra_bytes) = Self::parse_common(&mut fields);
        let pairs = [
            ("version needed", u64::from(local.version_needed), u64::from(self.version_needed)),
            ("flags", local.flags.into(), self.flags.into()),
            ("method", local.method.into(), self.method.into()),
            ("time", local.time.into(), self.time.into()),
            ("date", local.date.into(), self.date.into()),
            ("crc32", local.crc32.into(), self.crc32.into()),
            ("compressed size", local.compressed_bytes.into(), self.compressed_bytes.into()),
            ("size", local.size_bytes.into(), self.size_bytes.into()),
            ("length of the name", name_bytes as u64, self.name.len() as u64),
            ("length of the extra fields", extra_bytes as u64, 0),
        ];
        if let Some((field, local, central)) = pairs.into_iter().find(|(_, local, central)| local != central)
        {
            return Some(format!("the local header says {field} {local}, the central directory {central}"));
        }
        (fields.0 != self.name)
            .then(|| format!("the local header names it {:?}", String::from_utf8_lossy(fields.0)))
    }
}

fn extra_words(extra: &[u8]) -> String {
    match extra {
        [1, 0, ..] => ZIP64.to_owned(),
        [low, high, ..] => format!("extra field 0x{:04x} is not allowed", u16::from_le_bytes([*low, *high])),
        _ => "a broken extra field".to_owned(),
    }
}

pub(crate) const ZIP64: &str =
    "ZIP64 records, which this version does not read; it reads archives below 4 GiB and 65,535 entries";

/// The end of central directory record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// How many entries.
    pub entries: u16,
    /// Size of the central directory.
    pub central_bytes: u32,
    /// Where it begins.
    pub central_offset: u32,
}

impl End {
    /// The record.
    pub fn encode(self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u32(END_SIGNATURE);
        out.u16(0);
        out.u16(0);
        out.u16(self.entries);
        out.u16(self.entries);
        out.u32(self.central_bytes);
        out.u32(self.central_offset);
        out.u16(0);
        out.0
    }

    /// Reads the record from exactly its 22 bytes; `Err` says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut fields = Fields(bytes);
        if bytes.len() != END_BYTES || fields.u32() != END_SIGNATURE {
            return Err("no end of central directory record".to_owned());
        }
        let disks = (fields.u16(), fields.u16());
        let here = fields.u16();
        let end = Self { entries: fields.u16(), central_bytes: fields.u32(), central_offset: fields.u32() };
        let comment = fields.u16();
        if end.entries == u16::MAX || end.central_bytes == u32::MAX || end.central_offset == u32::MAX {
            return Err(ZIP64.to_owned());
        }
        if disks != (0, 0) || here != end.entries {
            return Err("it is one part of an archive in several parts".to_owned());
        }
        if comment != 0 {
            return Err("the archive has a comment".to_owned());
        }
        Ok(end)
    }
}

#[derive(Default)]
struct Encoder(Vec<u8>);

impl Encoder {
    fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
}

/// Little-endian fields from the left; callers check the length first, past the end it reads zeros.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u16(&mut self) -> u16 {
        match self.0.split_first_chunk() {
            Some((bytes, rest)) => {
                self.0 = rest;
                u16::from_le_bytes(*bytes)
            }
            None => 0,
        }
    }

    fn u32(&mut self) -> u32 {
        u32::from(self.u16()) | u32::from(self.u16()) << 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_round_trip() {
        let mut record = Record::canonical("s/data/ü.txt", DEFLATED, 0xdead_beef, 7, 9);
        record.offset = 77;
        let central = record.encode_central();
        assert_eq!(Record::parse_central(&central), Ok((record.clone(), central.len())));
        assert_eq!(record.local_difference(&record.encode_local()), None);
        let end = End { entries: 3, central_bytes: 4, central_offset: 5 };
        assert_eq!(End::parse(&end.encode()), Ok(end));
    }

    #[test]
    fn every_changed_byte_of_a_local_header_is_a_difference() {
        let record = Record::canonical("s/a", STORED, 1, 2, 2);
        let local = record.encode_local();
        for index in 0..local.len() {
            let mut changed = local.clone();
            changed[index] ^= 1;
            assert!(record.local_difference(&changed).is_some(), "byte {index}");
        }
    }
}
