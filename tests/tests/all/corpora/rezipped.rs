//! Another project's archive with its entries moved to where a snapshot's lie, and nothing else about it mended.
//! Knows no format beyond the plain zip records.

use dossier_shared::snapshot::manifest::TAG_MANIFEST;
use dossier_tests::forge::{Archive, Bag, Item, STORED};

const FOLDER: &str = "x/data/";
/// Extra fields that only tell times and owners; Info-ZIP writes them everywhere, and FORMAT §4.4 refuses them.
const HARMLESS: [u16; 2] = [0x5455, 0x7875];

/// A stretch of the file and what takes its place.
type Edit = (usize, usize, Vec<u8>);

/// None where there is no directory to be found at the file's end.
pub(super) fn as_snapshot(bytes: &[u8]) -> Option<Vec<u8>> {
    let end = bytes.len().checked_sub(22).filter(|end| bytes[*end..].starts_with(b"PK\x05\x06"))?;
    let count = number(bytes, end + 10, 2)?;
    let central = number(bytes, end + 16, 4)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut offsets = Vec::new();
    let mut at = central;
    for _ in 0..count.min(1000) {
        if bytes.get(at..at + 4)? != b"PK\x01\x02" {
            break;
        }
        edits.extend(moved(bytes, at + 28, at + 46)?);
        offsets.push(at + 42);
        let local = number(bytes, at + 42, 4)?;
        let is_new = edits.iter().all(|edit| edit.0 != local + 26);
        if is_new && bytes.get(local..local + 4) == Some(b"PK\x03\x04") {
            edits.extend(moved(bytes, local + 26, local + 30)?);
        }
        at += 46 + number(bytes, at + 28, 2)? + number(bytes, at + 30, 2)? + number(bytes, at + 32, 2)?;
    }
    let central_end = central + number(bytes, end + 12, 4)?;
    // What makes it a snapshot, behind the entries that are there.
    let mut bag = Bag::small();
    bag.stem = "x".to_owned();
    bag.files.retain(|(name, _)| name == "snapshot.json" || name == TAG_MANIFEST);
    let more = bag.archive();
    let size = more.central_offset() as usize;
    let encoded = more.bytes();
    edits.push((central, 0, encoded[..size].to_vec()));
    edits.sort_by_key(|edit| edit.0);
    let place = |old: usize| -> usize {
        let before = edits.iter().filter(|(at, ..)| *at < old);
        before.fold(old, |place, (_, gone, put)| place + put.len() - gone)
    };
    let mut patches: Vec<Edit> = Vec::new();
    for at in offsets {
        let old = number(bytes, at, 4)?;
        if old < central {
            patches.push((at, 4, (place(old) as u32).to_le_bytes().to_vec()));
        }
    }
    let new_central = place(central) + size;
    let mut records = Archive { items: more.items, ..Archive::default() };
    let mut offset = place(central);
    for item in &mut records.items {
        item.central.offset = Some(offset as u32);
        offset += 30 + item.local.name.len() + item.data.len();
    }
    let records = records.bytes();
    let records = &records[size..records.len() - 22];
    let central_bytes = (place(central_end) + records.len()).checked_sub(new_central)?;
    patches.push((central_end, 0, records.to_vec()));
    patches.push((end + 8, 2, (number(bytes, end + 8, 2)? as u16).wrapping_add(2).to_le_bytes().to_vec()));
    patches.push((end + 10, 2, (count as u16).wrapping_add(2).to_le_bytes().to_vec()));
    patches.push((end + 12, 4, (central_bytes as u32).to_le_bytes().to_vec()));
    patches.push((end + 16, 4, (new_central as u32).to_le_bytes().to_vec()));
    edits.extend(patches);
    edits.sort_by_key(|edit| edit.0);
    let (mut out, mut done) = (Vec::new(), 0);
    for (at, gone, put) in edits {
        out.extend(bytes.get(done..at)?);
        out.extend(put);
        done = at + gone;
    }
    out.extend(bytes.get(done..)?);
    Some(out)
}

/// The edits that put a header's name below [`FOLDER`] and take its harmless extra fields away.
fn moved(bytes: &[u8], lengths: usize, name: usize) -> Option<Vec<Edit>> {
    let (name_bytes, extra_bytes) = (number(bytes, lengths, 2)?, number(bytes, lengths + 2, 2)?);
    let extra = bytes.get(name + name_bytes..name + name_bytes + extra_bytes)?;
    let longer = ((name_bytes + FOLDER.len()) as u16).to_le_bytes();
    let mut edits = vec![(lengths, 2, longer.to_vec()), (name, 0, FOLDER.as_bytes().to_vec())];
    if is_harmless(extra) && extra_bytes > 0 {
        edits.push((lengths + 2, 2, vec![0, 0]));
        edits.push((name + name_bytes, extra_bytes, Vec::new()));
    }
    Some(edits)
}

fn is_harmless(mut extra: &[u8]) -> bool {
    while let Some((id, size)) = number(extra, 0, 2).zip(number(extra, 2, 2)) {
        let Some(rest) = extra.get(4 + size..) else { return false };
        if !HARMLESS.contains(&(id as u16)) {
            return false;
        }
        extra = rest;
    }
    extra.is_empty()
}

fn number(bytes: &[u8], at: usize, count: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + count)?;
    Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

#[test]
fn a_good_archive_stays_good() {
    let items = vec![Item::new("a.txt", b"hello", STORED), Item::new("b/c", b"", STORED)];
    let mut archive = Archive { items, ..Archive::default() };
    archive.items[0].local.extra = b"UT\x01\0\0".to_vec();
    let judged = dossier_tests::forge::judge(&as_snapshot(&archive.bytes()).expect("a directory"));
    assert_eq!(judged.error, None);
    let inflating = |problem: &&String| problem.contains("crc32") || problem.contains("inflate");
    assert_eq!(judged.problems.iter().find(inflating), None);
    assert!(
        judged.problems.iter().any(|problem| problem.starts_with("data/b/c: is not listed")),
        "{judged:?}"
    );
}
