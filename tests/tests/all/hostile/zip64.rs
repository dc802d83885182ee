//! ZIP64 records, a second way to say the same numbers: nothing may be said in two ways (FORMAT §4.7).

use std::sync::LazyLock;

use dossier_tests::forge::{Archive, Header, Item, STEM, STORED};

use super::Expect::Error;
use super::{Row, check, row, zip};

const REVIEW: &str = "data/documents/REVIEW-ghost.md";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = without_need();
    rows.extend(needed_by_a_size());
    rows.extend(needed_by_many());
    rows
}

#[test]
fn numbers_said_in_two_ways() {
    check("ZIP64", &rows());
}

/// The extra field with these values in it.
fn field(values: &[u64]) -> Vec<u8> {
    let mut extra = vec![1, 0, values.len() as u8 * 8, 0];
    values.iter().for_each(|value| extra.extend(value.to_le_bytes()));
    extra
}

fn without_need() -> Vec<Row> {
    type Change = fn(&mut Archive);
    let changes: [(&str, Change); 11] = [
        ("an end record that agrees with the plain one", |zip| {
            let count = zip.items.len() as u16;
            zip.count_in_zip64(u64::from(count));
            (zip.end.here, zip.end.entries) = (Some(count), Some(count));
        }),
        ("an end record that says the same in its place", |zip| zip.count_in_zip64(zip.items.len() as u64)),
        ("an end record that counts one entry", |zip| zip.count_in_zip64(1)),
        ("all ones for the number of entries and no ZIP64", |zip| {
            (zip.end.here, zip.end.entries) = (Some(u16::MAX), Some(u16::MAX));
        }),
        ("a directory at all ones", |zip| zip.end.central_offset = Some(u32::MAX)),
        ("a directory of all ones", |zip| zip.end.central_bytes = Some(u32::MAX)),
        ("sizes of all ones", |zip| {
            zip.entry(REVIEW)
                .both(|header| (header.compressed_bytes, header.size_bytes) = (u32::MAX, u32::MAX));
        }),
        ("sizes of all ones and a field that knows them", |zip| {
            let item = zip.entry(REVIEW);
            let extra =
                field(&[u64::from(item.central.size_bytes), u64::from(item.central.compressed_bytes)]);
            item.both(|header| {
                (header.compressed_bytes, header.size_bytes) = (u32::MAX, u32::MAX);
                (header.extra, header.version_needed) = (extra.clone(), 45);
            });
        }),
        ("an offset of all ones", |zip| zip.entry(REVIEW).central.offset = Some(u32::MAX)),
        ("an offset of all ones and a field that knows it", |zip| {
            let central = &mut zip.entry(REVIEW).central;
            (central.offset, central.extra, central.version_needed) = (Some(u32::MAX), field(&[0]), 45);
        }),
        ("version 4.5", |zip| zip.entry(REVIEW).both(|header| header.version_needed = 45)),
    ];
    let row_of =
        |(what, change): (&str, Change)| zip("§4.7", format!("{what}, without need"), Error("§4."), change);
    let mut rows: Vec<Row> = changes.into_iter().map(row_of).collect();
    rows.push(zip("§4.7", "an end record that counts what cannot be", Error("entries"), |zip| {
        zip.count_in_zip64(u64::MAX)
    }));
    rows
}

/// One entry that says to be of 5 GiB, of which no byte has to be there to see that it lies.
fn needed_by_a_size() -> Vec<Row> {
    const GIBIBYTES: u64 = 5 << 30;
    let large = |what: &str, words: &'static str, change: fn(&mut Header), local: Option<Vec<u8>>| {
        row("§4.7", format!("an entry of 5 GiB: {what}"), Error(words), move || {
            let mut item = Item::lying(format!("{STEM}/data/zeros"), vec![0; 5 << 20], 8, 0, u32::MAX);
            item.both(|header| {
                header.compressed_bytes = u32::MAX;
                header.extra = field(&[GIBIBYTES, 5 << 20]);
                header.version_needed = 45;
                change(header);
            });
            if let Some(extra) = &local {
                item.local.extra.clone_from(extra);
            }
            Archive { items: vec![item], ..Archive::default() }.bytes()
        })
    };
    vec![
        large("in its right form", "entry_bytes", |_| {}, None),
        large("version 2.0", "§4.", |header| header.version_needed = 20, None),
        large("no field", "§4.", |header| header.extra.clear(), None),
        large("only one size in the field", "§4.", |header| header.extra = field(&[GIBIBYTES]), None),
        large(
            "one number too many in the field",
            "§4.",
            |header| header.extra = field(&[GIBIBYTES, 5 << 20, 0]),
            None,
        ),
        large("the field twice", "§4.", |header| header.extra = field(&[GIBIBYTES, 5 << 20]).repeat(2), None),
        large("a time behind the field", "§4.", |header| header.extra.extend(b"UT\x05\0\x03\0\0\0\0"), None),
        large("a field that is cut", "§4.", |header| header.extra.truncate(19), None),
        large("a plain size beside it", "§4.", |header| header.compressed_bytes = 5 << 20, None),
        large("a field that says less than all ones", "§4.", |header| header.extra = field(&[5, 5]), None),
        large("another size in the local header", "§4.3", |_| {}, Some(field(&[GIBIBYTES + 1, 5 << 20]))),
        large("sizes beyond all files", "§4.", |header| header.extra = field(&[u64::MAX, u64::MAX]), None),
    ]
}

/// A ZIP64 end record, its locator and the plain end record.
const ENDS: usize = 56 + 20 + 22;

/// More entries than the plain end record can count; changed are only the end records.
fn needed_by_many() -> Vec<Row> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let item = |number: usize| Item::new(format!("{STEM}/data/{number:05}"), b"", STORED);
        let mut archive = Archive { items: (0..65_535).map(item).collect(), ..Archive::default() };
        archive.count_in_zip64(65_535);
        archive.bytes()
    });
    let many = |what: &str, change: fn(&mut Vec<u8>)| {
        row("§4.7", format!("65,535 entries: {what}"), Error("§4."), move || {
            let (entries, ends) = BYTES.split_at(BYTES.len() - ENDS);
            let mut ends = ends.to_vec();
            change(&mut ends);
            assert!(ends != BYTES[BYTES.len() - ENDS..], "the row changes nothing");
            [entries, &ends].concat()
        })
    };
    vec![
        many("one fewer in ZIP64", |ends| {
            ends[24..40].copy_from_slice(&[65_534_u64.to_le_bytes(); 2].concat())
        }),
        many("one more in ZIP64", |ends| {
            ends[24..40].copy_from_slice(&[65_536_u64.to_le_bytes(); 2].concat())
        }),
        many("the plain record counts none", |ends| ends[84..88].fill(0)),
        many("no locator", |ends| drop(ends.drain(56..76))),
        many("no record", |ends| drop(ends.drain(..56))),
        many("neither", |ends| drop(ends.drain(..76))),
        many("a byte between record and locator", |ends| ends.insert(56, 0)),
        many("a record that says to be longer", |ends| ends[4] += 8),
        many("a record for a later version", |ends| ends[14] = 63),
        many("two disks", |ends| ends[72] = 2),
        many("a directory on another disk", |ends| ends[20] = 1),
        many("fewer entries here than in all", |ends| ends[24] ^= 1),
        many("a directory of another size", |ends| ends[40] ^= 1),
        many("a directory that begins elsewhere", |ends| ends[48] ^= 1),
        many("a locator that points elsewhere", |ends| ends[64] ^= 1),
        many("another size in the plain record", |ends| ends[88] ^= 1),
        many("another offset in the plain record", |ends| ends[92] ^= 1),
        many("all ones for an offset that fits", |ends| ends[92..96].fill(0xff)),
        many("a comment", |ends| {
            ends[96] = 1;
            ends.push(b'x');
        }),
    ]
}
