//! The records behind the central directory: ZIP64 end record and locator where they are needed, and the end record.

use super::{Encoder, Fields, PLAIN_VERSION, UNIX, ZIP64_FROM, ZIP64_VERSION, plain};
use crate::snapshot::fault::Fault;

pub(crate) const END_BYTES: usize = 22;
pub(crate) const END_SIGNATURE: u32 = 0x0605_4b50;
const ZIP64_END_BYTES: usize = 56;
const ZIP64_END_SIGNATURE: u32 = 0x0606_4b50;
const LOCATOR_BYTES: usize = 20;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
/// All records behind the central directory, where there are three.
pub(crate) const ENDS_BYTES: usize = ZIP64_END_BYTES + LOCATOR_BYTES + END_BYTES;
/// From here on the number of entries needs ZIP64.
const MANY_ENTRIES: u64 = u16::MAX as u64;

/// What the records behind the central directory say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// How many entries.
    pub entries: u64,
    /// Size of the central directory.
    pub central_bytes: u64,
    /// Where it begins.
    pub central_offset: u64,
    /// ZIP64 only: high byte the system, low byte the version of the zip specification times ten.
    pub made_by: u16,
}

impl End {
    /// What FORMAT §4.8 asks writers for.
    pub fn canonical(entries: u64, central_bytes: u64, central_offset: u64) -> Self {
        let mut end = Self { entries, central_bytes, central_offset, made_by: UNIX | PLAIN_VERSION };
        if end.needs_zip64() {
            end.made_by = UNIX | ZIP64_VERSION;
        }
        end
    }

    /// FORMAT §4.7: whether a number does not fit the end record.
    pub fn needs_zip64(self) -> bool {
        self.entries >= MANY_ENTRIES || self.central_bytes >= ZIP64_FROM || self.central_offset >= ZIP64_FROM
    }

    /// Everything behind the central directory.
    pub fn encode(self) -> Vec<u8> {
        let mut out = Encoder::default();
        if self.needs_zip64() {
            out.u32(ZIP64_END_SIGNATURE);
            out.u64(ZIP64_END_BYTES as u64 - 12);
            out.u16(self.made_by);
            out.u16(ZIP64_VERSION);
            out.u32(0); // disk
            out.u32(0); // disk of the central directory
            out.u64(self.entries);
            out.u64(self.entries);
            out.u64(self.central_bytes);
            out.u64(self.central_offset);
            out.u32(LOCATOR_SIGNATURE);
            out.u32(0); // disk
            out.u64(self.central_offset.saturating_add(self.central_bytes));
            out.u32(1); // disks
        }
        let entries = u16::try_from(self.entries).unwrap_or(u16::MAX);
        out.u32(END_SIGNATURE);
        out.u16(0); // disk
        out.u16(0); // disk of the central directory
        out.u16(entries);
        out.u16(entries);
        out.u32(plain(self.central_bytes));
        out.u32(plain(self.central_offset));
        out.u16(0); // comment
        out.0
    }

    /// Reads the records from the end of the file, of which `tail` are the last bytes (all of it, or
    /// `ENDS_BYTES`), and says how many bytes they take.
    pub fn parse(tail: &[u8], file_bytes: u64) -> Result<(Self, usize), Fault> {
        let (before, own) = tail.split_last_chunk::<END_BYTES>().ok_or(Fault::NoEnd)?;
        let mut fields = Fields(own);
        if fields.u32() != END_SIGNATURE {
            return Err(Fault::NoEnd);
        }
        let disks = (fields.u16(), fields.u16());
        let here = fields.u16();
        let mut end = Self {
            entries: fields.u16().into(),
            central_bytes: fields.u32().into(),
            central_offset: fields.u32().into(),
            made_by: UNIX | PLAIN_VERSION,
        };
        let comment = fields.u16();
        if disks != (0, 0) || u64::from(here) != end.entries {
            return Err(Fault::SeveralParts);
        }
        if comment != 0 {
            return Err(Fault::ArchiveComment);
        }
        let locator = before.split_last_chunk::<LOCATOR_BYTES>();
        let locator = locator.filter(|(_, locator)| Fields(*locator).u32() == LOCATOR_SIGNATURE);
        match (end.needs_zip64(), locator) {
            (false, None) => Ok((end, END_BYTES)),
            (false, Some(_)) => Err(Fault::Zip64NotNeeded),
            (true, None) => Err(Fault::Zip64Missing { field: end.too_large() }),
            (true, Some((before, locator))) => {
                end.widen(before, locator, file_bytes)?;
                Ok((end, ENDS_BYTES))
            }
        }
    }

    /// The first number that leaves its plain field too small.
    fn too_large(self) -> &'static str {
        match self {
            Self { entries: MANY_ENTRIES.., .. } => "number of entries",
            Self { central_bytes: ZIP64_FROM.., .. } => "size of the central directory",
            _ => "offset of the central directory",
        }
    }

    /// FORMAT §4.7: takes the numbers from the ZIP64 end record; each is the plain one where that is not all ones.
    fn widen(&mut self, before: &[u8], locator: &[u8; LOCATOR_BYTES], file_bytes: u64) -> Result<(), Fault> {
        let missing = Fault::Zip64Missing { field: self.too_large() };
        let (_, own) = before.split_last_chunk::<ZIP64_END_BYTES>().ok_or(missing.clone())?;
        let mut fields = Fields(own);
        if fields.u32() != ZIP64_END_SIGNATURE {
            return Err(missing);
        }
        let record_bytes = fields.u64();
        let made_by = fields.u16();
        let version = fields.u16();
        let disks = (fields.u32(), fields.u32());
        let here = fields.u64();
        let (entries, central_bytes, central_offset) = (fields.u64(), fields.u64(), fields.u64());
        let mut fields = Fields(locator);
        fields.u32();
        let (disk, offset, all_disks) = (fields.u32(), fields.u64(), fields.u32());
        let plain_or = |plain: u64, from: u64, value: u64| if plain == from { value } else { plain };
        let fixed = [
            ("its length", record_bytes, ZIP64_END_BYTES as u64 - 12),
            ("version", version.into(), ZIP64_VERSION.into()),
            ("disk", disks.0.into(), 0),
            ("disk of the central directory", disks.1.into(), 0),
            ("entries here", here, entries),
            ("number of entries", entries, plain_or(self.entries, MANY_ENTRIES, entries)),
            (
                "size of the central directory",
                central_bytes,
                plain_or(self.central_bytes, ZIP64_FROM, central_bytes),
            ),
            (
                "offset of the central directory",
                central_offset,
                plain_or(self.central_offset, ZIP64_FROM, central_offset),
            ),
            ("in its locator: disk", disk.into(), 0),
            ("in its locator: its offset", offset, file_bytes.saturating_sub(ENDS_BYTES as u64)),
            ("in its locator: disks", all_disks.into(), 1),
        ];
        if let Some((field, value, due)) = fixed.into_iter().find(|(_, value, due)| value != due) {
            return Err(Fault::Zip64End { field, value, due });
        }
        let widened = [
            ("number of entries", self.entries == MANY_ENTRIES, entries, MANY_ENTRIES),
            ("size of the central directory", self.central_bytes == ZIP64_FROM, central_bytes, ZIP64_FROM),
            (
                "offset of the central directory",
                self.central_offset == ZIP64_FROM,
                central_offset,
                ZIP64_FROM,
            ),
        ];
        let small = widened.into_iter().find(|(_, is_open, value, from)| *is_open && value < from);
        if let Some((field, _, value, _)) = small {
            return Err(Fault::Zip64Small { field, value });
        }
        *self = Self { entries, central_bytes, central_offset, made_by };
        Ok(())
    }
}
