//! Zip archives that lie: taken apart to their records, changed in any field, written again exactly as told.
//! Knows nothing of what a snapshot is or which lies are found out.

mod bag;
mod judge;

pub use bag::{Bag, KEY, OTHER_KEY, STEM, append, armour, key, seal, seal_statement, sign, sign_off, small};
pub use judge::{Judged, judge, judge_with, trust_file};

use std::io::{Read as _, Write as _};

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Bytes as they are.
pub const STORED: u16 = 0;
/// Deflate.
pub const DEFLATED: u16 = 8;
const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// A local header or a central record; the first has no use for the fields of the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub signature: u32,
    pub made_by: u16,
    pub version_needed: u16,
    pub flags: u16,
    pub method: u16,
    pub time: u16,
    pub date: u16,
    pub crc32: u32,
    pub compressed_bytes: u32,
    pub size_bytes: u32,
    pub name: Vec<u8>,
    /// Said instead of the name's true length.
    pub name_bytes: Option<u16>,
    pub extra: Vec<u8>,
    pub comment: Vec<u8>,
    pub disk: u16,
    pub internal_attributes: u16,
    pub external_attributes: u32,
    /// Said instead of where the local header truly lies.
    pub offset: Option<u32>,
}

impl Header {
    fn common(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for value in [self.version_needed, self.flags, self.method, self.time, self.date] {
            out.extend(value.to_le_bytes());
        }
        for value in [self.crc32, self.compressed_bytes, self.size_bytes] {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.name_bytes.unwrap_or(self.name.len() as u16).to_le_bytes());
        out.extend((self.extra.len() as u16).to_le_bytes());
        out
    }

    fn local(&self) -> Vec<u8> {
        [&self.signature.to_le_bytes()[..], &self.common(), &self.name, &self.extra].concat()
    }

    fn central(&self, offset: u32) -> Vec<u8> {
        let mut out = CENTRAL.to_le_bytes().to_vec();
        out.extend(self.made_by.to_le_bytes());
        out.extend(self.common());
        for value in [self.comment.len() as u16, self.disk, self.internal_attributes] {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.external_attributes.to_le_bytes());
        out.extend(self.offset.unwrap_or(offset).to_le_bytes());
        [&out[..], &self.name, &self.extra, &self.comment].concat()
    }
}

/// One entry: what stands before it, its header, its data, what stands behind it, and its central record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub before: Vec<u8>,
    pub local: Header,
    pub data: Vec<u8>,
    pub behind: Vec<u8>,
    pub central: Header,
}

impl Item {
    /// An honest entry as FORMAT §4.8 asks for; `name` is the whole one, stem included.
    pub fn new(name: impl AsRef<[u8]>, bytes: &[u8], method: u16) -> Self {
        let data = if method == DEFLATED { deflate(bytes) } else { bytes.to_vec() };
        Self::lying(name, data, method, crc32(bytes), bytes.len() as u32)
    }

    /// An entry whose data, checksum and size need not belong together.
    pub fn lying(name: impl AsRef<[u8]>, data: Vec<u8>, method: u16, crc32: u32, size_bytes: u32) -> Self {
        let name = name.as_ref().to_vec();
        let header = Header {
            signature: LOCAL,
            made_by: 0x0314,
            version_needed: 20,
            flags: if name.is_ascii() { 0 } else { 1 << 11 },
            method,
            time: 0,
            date: 0x0021,
            crc32,
            compressed_bytes: data.len() as u32,
            size_bytes,
            name,
            name_bytes: None,
            extra: Vec::new(),
            comment: Vec::new(),
            disk: 0,
            internal_attributes: 0,
            external_attributes: 0o100_644 << 16,
            offset: None,
        };
        Self { before: Vec::new(), local: header.clone(), data, behind: Vec::new(), central: header }
    }

    /// Changes the local header and the central record alike.
    pub fn both(&mut self, change: impl Fn(&mut Header)) {
        change(&mut self.local);
        change(&mut self.central);
    }

    /// What the data inflates to; only of a good entry.
    pub fn inflated(&self) -> Vec<u8> {
        if self.central.method == STORED {
            return self.data.clone();
        }
        let mut out = Vec::new();
        DeflateDecoder::new(&self.data[..]).read_to_end(&mut out).expect("a good entry inflates");
        out
    }

    /// Other data under the same checksum and size; both headers tell its true length.
    pub fn set_data(&mut self, data: Vec<u8>) {
        let bytes = data.len() as u32;
        self.data = data;
        self.both(|header| header.compressed_bytes = bytes);
    }
}

/// The end record; each field may be said instead of the truth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    pub disk: u16,
    pub central_disk: u16,
    pub here: Option<u16>,
    pub entries: Option<u16>,
    pub central_bytes: Option<u32>,
    pub central_offset: Option<u32>,
    pub comment: Vec<u8>,
    pub comment_bytes: Option<u16>,
}

/// A whole archive, with room for bytes that nobody owns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archive {
    pub items: Vec<Item>,
    /// The order of the central records, where it is another than that of the entries.
    pub order: Option<Vec<usize>>,
    pub before_central: Vec<u8>,
    pub before_end: Vec<u8>,
    pub end: End,
    pub tail: Vec<u8>,
}

impl Archive {
    /// Takes a good archive without extra fields apart.
    pub fn read(bytes: &[u8]) -> Self {
        let end = bytes.len() - 22;
        let mut at = u32_at(bytes, end + 16) as usize;
        let mut items = Vec::new();
        for _ in 0..u16_at(bytes, end + 10) {
            let central = header_at(bytes, at + 4, at + 46);
            let offset = u32_at(bytes, at + 42) as usize;
            let local = header_at(bytes, offset + 2, offset + 30);
            let begin = offset + 30 + local.name.len();
            let central = Header {
                made_by: u16_at(bytes, at + 4),
                internal_attributes: u16_at(bytes, at + 36),
                external_attributes: u32_at(bytes, at + 38),
                ..central
            };
            let data = bytes[begin..begin + central.compressed_bytes as usize].to_vec();
            at += 46 + central.name.len();
            let local = Header {
                made_by: central.made_by,
                external_attributes: central.external_attributes,
                ..local
            };
            items.push(Item { before: Vec::new(), local, data, behind: Vec::new(), central });
        }
        let archive = Self { items, ..Self::default() };
        assert!(archive.bytes() == bytes, "what is taken apart and written again has to be the same");
        archive
    }

    /// The entry of this name below the stem.
    pub fn entry(&mut self, name: &str) -> &mut Item {
        let suffix = format!("/{name}");
        let found = self.items.iter_mut().find(|item| item.central.name.ends_with(suffix.as_bytes()));
        found.unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// Puts a ZIP64 end record and its locator before the end record, which says all ones for the number of entries.
    pub fn count_in_zip64(&mut self, entries: u64) {
        self.before_end.clear();
        let central_offset = u64::from(self.central_offset());
        let end_offset =
            self.bytes().len() as u64 - 22 - self.end.comment.len() as u64 - self.tail.len() as u64;
        let mut out = b"PK\x06\x06".to_vec();
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 3, 45, 0]);
        out.extend([0; 8]);
        for value in [entries, entries, end_offset - central_offset, central_offset] {
            out.extend(value.to_le_bytes());
        }
        out.extend(b"PK\x06\x07");
        out.extend(0_u32.to_le_bytes());
        out.extend(end_offset.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        self.before_end = out;
        (self.end.here, self.end.entries) = (Some(u16::MAX), Some(u16::MAX));
    }

    /// Where the central directory begins, as [`Archive::bytes`] writes it.
    pub fn central_offset(&self) -> u32 {
        let entries: usize = self
            .items
            .iter()
            .map(|item| item.before.len() + item.local.local().len() + item.data.len() + item.behind.len())
            .sum();
        (entries + self.before_central.len()) as u32
    }

    /// The archive as a file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut central = Vec::new();
        for item in &self.items {
            out.extend(&item.before);
            central.push(item.central.central(out.len() as u32));
            out.extend(item.local.local());
            out.extend(&item.data);
            out.extend(&item.behind);
        }
        out.extend(&self.before_central);
        let central_offset = out.len() as u32;
        match &self.order {
            Some(order) => order.iter().for_each(|index| out.extend(&central[*index])),
            None => central.iter().for_each(|record| out.extend(record)),
        }
        let central_bytes = out.len() as u32 - central_offset;
        out.extend(&self.before_end);
        let end = &self.end;
        let count = self.order.as_ref().map_or(self.items.len(), Vec::len) as u16;
        out.extend(END.to_le_bytes());
        for value in [end.disk, end.central_disk, end.here.unwrap_or(count), end.entries.unwrap_or(count)] {
            out.extend(value.to_le_bytes());
        }
        out.extend(end.central_bytes.unwrap_or(central_bytes).to_le_bytes());
        out.extend(end.central_offset.unwrap_or(central_offset).to_le_bytes());
        out.extend(end.comment_bytes.unwrap_or(end.comment.len() as u16).to_le_bytes());
        out.extend(&end.comment);
        out.extend(&self.tail);
        out
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// The shared fields, the first of which lies two bytes behind `at`; the name begins at `name_at`.
fn header_at(bytes: &[u8], at: usize, name_at: usize) -> Header {
    let name_bytes = usize::from(u16_at(bytes, at + 24));
    Header {
        version_needed: u16_at(bytes, at + 2),
        flags: u16_at(bytes, at + 4),
        method: u16_at(bytes, at + 6),
        time: u16_at(bytes, at + 8),
        date: u16_at(bytes, at + 10),
        crc32: u32_at(bytes, at + 12),
        compressed_bytes: u32_at(bytes, at + 16),
        size_bytes: u32_at(bytes, at + 20),
        ..Item::new(&bytes[name_at..name_at + name_bytes], b"", STORED).local
    }
}

/// CRC-32 as zip wants it.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A raw deflate stream.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
