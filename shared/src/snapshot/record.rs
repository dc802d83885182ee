//! The zip records as bytes, read and written from one description; knows nothing about names or order.

use crate::snapshot::fault::Fault;

mod end;

pub use end::End;
pub(crate) use end::{END_BYTES, END_SIGNATURE};

/// The only method besides [`DEFLATED`]: bytes as they are.
pub const STORED: u16 = 0;
/// Deflate, RFC 1951.
pub const DEFLATED: u16 = 8;
/// General purpose bit 11: the name is UTF-8.
pub const UTF8_FLAG: u16 = 1 << 11;

pub(crate) const LOCAL_BYTES: u64 = 30;
pub(crate) const CENTRAL_BYTES: usize = 46;
const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
/// Header id of the extra field that holds what is too large for its own field.
const ZIP64_ID: u16 = 0x0001;
/// From here on a size or offset needs ZIP64: the plain field is all ones.
const ZIP64_FROM: u64 = u32::MAX as u64;
/// Version needed for plain entries and for entries with ZIP64 fields, times ten.
const PLAIN_VERSION: u16 = 20;
pub(crate) const ZIP64_VERSION: u16 = 45;
/// The high byte of "made by".
const UNIX: u16 = 3 << 8;

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
    pub compressed_bytes: u64,
    /// Bytes when inflated.
    pub size_bytes: u64,
    /// Central only: internal attributes.
    pub internal_attributes: u16,
    /// Central only: external attributes, Unix mode in the high half.
    pub external_attributes: u32,
    /// Central only: where the local header begins.
    pub offset: u64,
    /// The name as it stands in the archive.
    pub name: Vec<u8>,
}

impl Record {
    /// The record that FORMAT §4.8 asks writers for, at the beginning of the file: 1980-01-01, mode 0644, made on
    /// Unix by the version of the zip format that it needs. See [`Record::at`].
    pub fn canonical(name: &str, method: u16, crc32: u32, compressed_bytes: u64, size_bytes: u64) -> Self {
        Self {
            made_by: UNIX | PLAIN_VERSION,
            version_needed: PLAIN_VERSION,
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
        .at(0)
    }

    /// The same record with its local header at `offset`, which decides too whether it needs ZIP64.
    pub fn at(mut self, offset: u64) -> Self {
        self.offset = offset;
        self.version_needed = if self.needs_zip64() { ZIP64_VERSION } else { PLAIN_VERSION };
        self.made_by = UNIX | self.version_needed;
        self
    }

    /// FORMAT §4.7: whether a size or the offset does not fit its plain field.
    pub fn needs_zip64(&self) -> bool {
        self.has_large_sizes() || self.offset >= ZIP64_FROM
    }

    /// FORMAT §4.7: both sizes move to ZIP64 when one of them has to.
    fn has_large_sizes(&self) -> bool {
        self.compressed_bytes >= ZIP64_FROM || self.size_bytes >= ZIP64_FROM
    }

    /// Bytes of the local header with name and extra field: how far the data lies behind [`Record::offset`].
    pub fn local_bytes(&self) -> u64 {
        LOCAL_BYTES + self.name.len() as u64 + if self.has_large_sizes() { 20 } else { 0 }
    }

    /// The local header.
    pub fn encode_local(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u32(LOCAL_SIGNATURE);
        let extra = self.extra(false);
        self.encode_common(&mut out, extra.len() as u16);
        out.0.extend_from_slice(&self.name);
        out.0.extend_from_slice(&extra);
        out.0
    }

    /// The central directory's record.
    pub fn encode_central(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u32(CENTRAL_SIGNATURE);
        out.u16(self.made_by);
        let extra = self.extra(true);
        self.encode_common(&mut out, extra.len() as u16);
        out.u16(0); // comment
        out.u16(0); // disk
        out.u16(self.internal_attributes);
        out.u32(self.external_attributes);
        out.u32(plain(self.offset));
        out.0.extend_from_slice(&self.name);
        out.0.extend_from_slice(&extra);
        out.0
    }

    fn encode_common(&self, out: &mut Encoder, extra_bytes: u16) {
        let (compressed_bytes, size_bytes) = match self.has_large_sizes() {
            true => (u32::MAX, u32::MAX),
            false => (plain(self.compressed_bytes), plain(self.size_bytes)),
        };
        out.u16(self.version_needed);
        out.u16(self.flags);
        out.u16(self.method);
        out.u16(self.time);
        out.u16(self.date);
        out.u32(self.crc32);
        out.u32(compressed_bytes);
        out.u32(size_bytes);
        out.u16(self.name.len() as u16);
        out.u16(extra_bytes);
    }

    /// FORMAT §4.7: the ZIP64 extra field, with exactly what the plain fields cannot hold.
    fn extra(&self, is_central: bool) -> Vec<u8> {
        let mut values = Vec::new();
        if self.has_large_sizes() {
            values.extend([self.size_bytes, self.compressed_bytes]);
        }
        if is_central && self.offset >= ZIP64_FROM {
            values.push(self.offset);
        }
        let mut out = Encoder::default();
        if !values.is_empty() {
            out.u16(ZIP64_ID);
            out.u16(8 * values.len() as u16);
            values.into_iter().for_each(|value| out.u64(value));
        }
        out.0
    }

    /// Reads one central record and says how many bytes it took.
    pub fn parse_central(bytes: &[u8]) -> Result<(Self, usize), Fault> {
        let mut fields = Fields(bytes);
        if bytes.len() < CENTRAL_BYTES || fields.u32() != CENTRAL_SIGNATURE {
            return Err(Fault::NoCentral);
        }
        let made_by = fields.u16();
        let (mut record, name_bytes, extra_bytes) = Self::parse_common(&mut fields);
        let comment_bytes = fields.u16();
        let disk = fields.u16();
        record.made_by = made_by;
        record.internal_attributes = fields.u16();
        record.external_attributes = fields.u32();
        record.offset = fields.u32().into();
        let (name, rest) = fields.0.split_at_checked(name_bytes).ok_or(Fault::PastCentral)?;
        let extra = rest.get(..extra_bytes).ok_or(Fault::PastCentral)?;
        record.name = name.to_vec();
        record.widen(extra)?;
        if comment_bytes != 0 {
            return Err(Fault::EntryComment);
        }
        if disk != 0 {
            return Err(Fault::Disk { disk });
        }
        Ok((record, CENTRAL_BYTES + name_bytes + extra_bytes))
    }

    /// How many bytes the central record takes that begins with these [`CENTRAL_BYTES`].
    pub(crate) fn central_bytes(head: &[u8; CENTRAL_BYTES]) -> usize {
        let mut fields = Fields(&head[28..34]);
        let lengths = [fields.u16(), fields.u16(), fields.u16()];
        lengths.into_iter().fold(CENTRAL_BYTES, |sum, length| sum + usize::from(length))
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
            compressed_bytes: fields.u32().into(),
            size_bytes: fields.u32().into(),
            internal_attributes: 0,
            external_attributes: 0,
            offset: 0,
            name: Vec::new(),
        };
        let name_bytes = usize::from(fields.u16());
        (record, name_bytes, usize::from(fields.u16()))
    }

    /// FORMAT §4.7: takes from the extra field what the plain fields leave open, and nothing else.
    fn widen(&mut self, extra: &[u8]) -> Result<(), Fault> {
        let is_open = |value: u64| value == ZIP64_FROM;
        let (size, compressed) = (is_open(self.size_bytes), is_open(self.compressed_bytes));
        let offset = is_open(self.offset);
        let mut fields = Fields(extra);
        if extra.is_empty() {
            return match [(size, "size"), (compressed, "compressed size"), (offset, "offset")]
                .into_iter()
                .find(|(is_open, _)| *is_open)
            {
                Some((_, field)) => Err(Fault::Zip64Missing { field }),
                None => Ok(()),
            };
        }
        if extra.len() < 4 {
            return Err(Fault::BrokenExtra);
        }
        let (id, bytes) = (fields.u16(), usize::from(fields.u16()));
        if id != ZIP64_ID {
            return Err(Fault::Extra { id });
        }
        if !(size || compressed || offset) {
            return Err(Fault::Zip64NotNeeded);
        }
        if size != compressed {
            return Err(Fault::Zip64OneSize);
        }
        let due = if size { 16 } else { 0 } + if offset { 8 } else { 0 };
        if bytes != due || fields.0.len() != due {
            let bytes = if bytes == due { fields.0.len() } else { bytes };
            return Err(Fault::Zip64Length { bytes: bytes as u64, due: due as u64 });
        }
        if size {
            (self.size_bytes, self.compressed_bytes) = (fields.u64(), fields.u64());
            if !self.has_large_sizes() {
                return Err(Fault::Zip64Small { field: "size", value: self.size_bytes });
            }
        }
        if offset {
            self.offset = fields.u64();
            if self.offset < ZIP64_FROM {
                return Err(Fault::Zip64Small { field: "offset", value: self.offset });
            }
        }
        Ok(())
    }

    /// Compares the local header, given with as many bytes behind it as [`Record::local_bytes`] says, with this
    /// central record; `Some` names the first field that differs.
    pub fn local_difference(&self, bytes: &[u8]) -> Option<Fault> {
        let expected = self.encode_local();
        if bytes == expected {
            return None;
        }
        let (mut fields, mut own) = (Fields(bytes), Fields(&expected));
        if bytes.len() < LOCAL_BYTES as usize || fields.u32() != own.u32() {
            return Some(Fault::NoLocal);
        }
        let (local, name_bytes, extra_bytes) = Self::parse_common(&mut fields);
        let (central, own_name_bytes, own_extra_bytes) = Self::parse_common(&mut own);
        let pairs = [
            ("version needed", u64::from(local.version_needed), u64::from(central.version_needed)),
            ("flags", local.flags.into(), central.flags.into()),
            ("method", local.method.into(), central.method.into()),
            ("time", local.time.into(), central.time.into()),
            ("date", local.date.into(), central.date.into()),
            ("crc32", local.crc32.into(), central.crc32.into()),
            ("compressed size", local.compressed_bytes, central.compressed_bytes),
            ("size", local.size_bytes, central.size_bytes),
            ("length of the name", name_bytes as u64, own_name_bytes as u64),
            ("length of the extra fields", extra_bytes as u64, own_extra_bytes as u64),
        ];
        if let Some((field, local, central)) = pairs.into_iter().find(|(_, local, central)| local != central)
        {
            return Some(Fault::Differs { field, local, central });
        }
        let name = fields.0.get(..name_bytes).unwrap_or(fields.0);
        if name != self.name {
            return Some(Fault::LocalName { local: shown(name) });
        }
        let (mut extra, mut own) =
            (Fields(fields.0.get(name_bytes..).unwrap_or_default()), Fields(&self.extra(false)));
        let pairs = [
            ("extra field", u64::from(extra.u16()), u64::from(own.u16())),
            ("length of the ZIP64 field", extra.u16().into(), own.u16().into()),
            ("size", extra.u64(), own.u64()),
            ("compressed size", extra.u64(), own.u64()),
        ];
        let (field, local, central) = pairs.into_iter().find(|(_, local, central)| local != central)?;
        Some(Fault::Differs { field, local, central })
    }
}

/// A name that is not to be relied on, short enough for a message.
pub(crate) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(200).collect()
}

/// A value for a plain field: all ones where it does not fit.
fn plain(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
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

    fn u64(&mut self, value: u64) {
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

    fn u64(&mut self) -> u64 {
        u64::from(self.u32()) | u64::from(self.u32()) << 32
    }
}

#[cfg(test)]
#[path = "record/tests.rs"]
mod tests;
