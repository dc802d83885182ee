//! What packed content holds: gzip, zlib, zip, tar, the texts of a PNG. Knows formats, no secret.

use std::cell::Cell;
use std::io::{self, Cursor, Read};

/// A compressed entry is looked into up to this size,
pub(super) const CLOSED_BYTES: usize = 32 << 20;
/// and as far as this much has come out of it, on all its levels.
const OPENED_BYTES: u64 = 512 << 20;
const MOST_MEMBERS: usize = 10_000;

/// Why something was not looked into; none when all of it was.
pub(super) type Unsearched = Option<&'static str>;

type Look<'l> = &'l mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>;

const BROKEN: &str = "it cannot be unpacked";
pub(super) const LARGE: &str = "it is too large to be unpacked here";

/// How much may still come out of one entry.
pub(super) struct Budget {
    bytes: Cell<u64>,
    members: Cell<usize>,
}

impl Budget {
    pub(super) fn of_one_entry() -> Budget {
        Budget { bytes: Cell::new(OPENED_BYTES), members: Cell::new(MOST_MEMBERS) }
    }

    /// Shows what comes out of `packed` before it breaks, or before it is too much.
    fn show(&self, name: &str, packed: impl Read, look: Look<'_>) -> Unsearched {
        let mut shown = Shown { packed, left: &self.bytes, is_broken: false };
        if look(name, &mut shown).is_err() || shown.is_broken {
            return Some(BROKEN);
        }
        (self.bytes.get() == 0).then_some(LARGE)
    }

    fn has_members(&self, count: usize) -> bool {
        let left = self.members.get().checked_sub(count);
        self.members.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// Ends where it breaks, so that what came out before is looked at.
struct Shown<'b, R> {
    packed: R,
    left: &'b Cell<u64>,
    is_broken: bool,
}

impl<R: Read> Read for Shown<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(into.len());
        if self.is_broken || most == 0 {
            return Ok(0);
        }
        let Ok(length) = self.packed.read(&mut into[..most]) else {
            self.is_broken = true;
            return Ok(0);
        };
        self.left.set(self.left.get() - length as u64);
        Ok(length)
    }
}

/// Shows what gzip holds.
pub(super) fn gzip(bytes: &[u8], budget: &Budget, look: Look<'_>) -> Unsearched {
    budget.show("", flate2::read::MultiGzDecoder::new(bytes), look)
}

/// Shows what zlib holds.
pub(super) fn zlib(bytes: &[u8], budget: &Budget, look: Look<'_>) -> Unsearched {
    budget.show("", flate2::read::ZlibDecoder::new(bytes), look)
}

/// Whether the bytes begin as zlib does and something comes out of them: two letters alone could be a text's.
pub(super) fn is_zlib(head: &[u8]) -> bool {
    let begins = matches!(head, [0x78, second, ..] if (0x7800 + u16::from(*second)).is_multiple_of(31));
    begins && flate2::read::ZlibDecoder::new(head).read(&mut [0; 16]).is_ok_and(|length| length > 0)
}

/// Shows the names and the contents of a zip's members.
pub(super) fn zip(bytes: &[u8], budget: &Budget, look: Look<'_>) -> Unsearched {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Some(BROKEN) };
    if !budget.has_members(archive.len()) {
        return Some(LARGE);
    }
    let mut unsearched = None;
    for index in 0..archive.len() {
        let Ok(member) = archive.by_index(index) else {
            unsearched = Some("a member of it is encrypted or compressed in another way");
            continue;
        };
        let name = member.name().map(|name| name.into_owned()).unwrap_or_default();
        unsearched = budget.show(&name, member, look).or(unsearched);
        if unsearched == Some(LARGE) {
            break;
        }
    }
    unsearched
}

const BLOCK: usize = 512;

/// Whether a tar's first member stands there, as tar has written them since 1988.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

/// Shows the contents of a tar's members; their names lie open.
pub(super) fn tar(bytes: &[u8], budget: &Budget, look: Look<'_>) -> Unsearched {
    let (mut at, mut unsearched) = (0usize, None);
    while let Some(header) = bytes.get(at..).and_then(|rest| rest.get(..BLOCK)) {
        if !is_tar(header) {
            return if header.iter().all(|byte| *byte == 0) { unsearched } else { Some(BROKEN) };
        }
        let digits = header[124..136].iter().skip_while(|byte| **byte == b' ');
        let mut digits = digits.take_while(|byte| matches!(byte, b'0'..=b'7'));
        let size = digits
            .try_fold(0usize, |sum, digit| sum.checked_mul(8).map(|sum| sum + usize::from(digit - b'0')));
        let member = size.and_then(|size| bytes.get(at + BLOCK..)?.get(..size));
        let (Some(member), true) = (member, budget.has_members(1)) else { return Some(BROKEN) };
        unsearched = budget.show("", member, look).or(unsearched);
        at += BLOCK + member.len().next_multiple_of(BLOCK);
    }
    unsearched
}

/// Shows the compressed texts of a PNG; those that are not compressed lie open.
pub(super) fn png(bytes: &[u8], budget: &Budget, look: Look<'_>) -> Unsearched {
    let mut rest = bytes.get(8..).unwrap_or_default();
    let mut unsearched = None;
    while let (Some(length), Some(kind)) = (rest.first_chunk::<4>(), rest.get(4..8)) {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(data) = rest.get(8..).and_then(|rest| rest.get(..length)) else { break };
        // A keyword, its end, and how the text is packed; iTXt has a language and a translation besides.
        let keyword = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
        let packed = match kind {
            b"zTXt" => data.get(keyword + 2..),
            b"iTXt" if data.get(keyword + 1) == Some(&1) => {
                let tags = data.get(keyword + 3..).unwrap_or_default();
                tags.splitn(3, |byte| *byte == 0).nth(2)
            }
            _ => None,
        };
        if let Some(packed) = packed {
            let why = budget.show("", flate2::read::ZlibDecoder::new(packed), look);
            unsearched = why.map(|_| "a text of it cannot be unpacked").or(unsearched);
        }
        rest = rest.get(12 + length..).unwrap_or_default();
    }
    unsearched
}
