//! What compressed content holds: gzip, zip one level deep, the texts of a PNG. Knows formats, no secret.

use std::io::{self, Cursor, Read};

/// A compressed entry is looked into up to this size,
pub(super) const CLOSED_BYTES: usize = 32 << 20;
/// and as far as this much has come out of it.
const OPENED_BYTES: u64 = 512 << 20;
const MOST_MEMBERS: usize = 10_000;

/// Why something was not looked into; none when all of it was.
pub(super) type Unsearched = Option<&'static str>;

type Look<'l> = &'l mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>;

const BROKEN: &str = "it cannot be unpacked";
const LARGE: &str = "it is too large to be unpacked here";

/// Shows what gzip holds.
pub(super) fn gzip(bytes: &[u8], look: Look<'_>) -> Unsearched {
    let mut left = flate2::read::MultiGzDecoder::new(bytes).take(OPENED_BYTES);
    if look("", &mut left).is_err() {
        return Some(BROKEN);
    }
    (left.limit() == 0).then_some(LARGE)
}

/// Shows the names and the contents of a zip's members.
pub(super) fn zip(bytes: &[u8], look: Look<'_>) -> Unsearched {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Some(BROKEN) };
    if archive.len() > MOST_MEMBERS {
        return Some(LARGE);
    }
    let mut unsearched = None;
    let mut left = OPENED_BYTES;
    for index in 0..archive.len() {
        let Ok(member) = archive.by_index(index) else {
            unsearched = Some("a member of it is encrypted or compressed in another way");
            continue;
        };
        let name = member.name().map(|name| name.into_owned()).unwrap_or_default();
        let mut content = member.take(left);
        if look(&name, &mut content).is_err() {
            unsearched = Some(BROKEN);
        }
        left = content.limit().min(left);
        if left == 0 {
            return Some(LARGE);
        }
    }
    unsearched
}

/// Shows the compressed texts of a PNG; those that are not compressed lie open.
pub(super) fn png(bytes: &[u8], look: Look<'_>) {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let (Some(length), Some(kind)) = (rest.first_chunk::<4>(), rest.get(4..8)) {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(data) = rest.get(8..8 + length) else { return };
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
            let _ = look("", &mut flate2::read::ZlibDecoder::new(packed).take(16 << 20));
        }
        rest = rest.get(12 + length..).unwrap_or_default();
    }
}
