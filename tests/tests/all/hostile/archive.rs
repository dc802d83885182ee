//! Lies in zip records: where bytes lie, what the headers say, what kind of file it is (FORMAT §4.1 to §4.8).

use dossier_shared::report::SealState::Repacked;
use dossier_tests::forge::{
    Archive, Bag, DEFLATED, Header, Item, KEY, STEM, STORED, deflate, key, seal, small,
};

use super::Expect::{Error, Seal};
use super::{Row, check, row, zip};

const REVIEW: &str = "data/documents/REVIEW-ghost.md";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = place();
    rows.extend(local_only());
    rows.extend(records());
    rows.extend(modes());
    rows.extend(other_tools());
    rows
}

#[test]
fn lies_in_zip_records() {
    check("zip records", &rows());
}

/// FORMAT §4.1, §4.2: every byte belongs to exactly one record.
fn place() -> Vec<Row> {
    vec![
        row("§4.1", "nothing at all", Error("§4.1"), Vec::new),
        row("§4.1", "no zip", Error("§4.1"), || b"hello".to_vec()),
        zip("§4.1", "a comment", Error("§4."), |zip| zip.end.comment = b"hello".to_vec()),
        zip("§4.1", "a comment that is not there", Error("§4.1"), |zip| zip.end.comment_bytes = Some(1)),
        zip("§4.1", "a comment that is called a tail", Error("§4."), |zip| {
            (zip.end.comment, zip.end.comment_bytes) = (b"hello".to_vec(), Some(0));
        }),
        zip("§4.1", "an end record inside a comment", Error("§4."), |zip| {
            let plain = zip.bytes();
            zip.end.comment = plain[plain.len() - 22..].to_vec();
        }),
        zip("§4.1", "a second end record behind the first", Error("§4."), |zip| {
            let plain = zip.bytes();
            zip.tail = plain[plain.len() - 22..].to_vec();
        }),
        zip("§4.1", "a second end record before the first", Error("§4."), |zip| {
            let plain = zip.bytes();
            zip.before_end = plain[plain.len() - 22..].to_vec();
        }),
        row("§4.1", "an end record inside an entry, for whoever searches backwards", Error("§4.1"), || {
            // Its comment would reach to the end of the file.
            let sealed = |comment_bytes: u16| {
                let mut bag = Bag::small();
                let hidden = [b"PK\x05\x06", &[0; 16][..], &comment_bytes.to_le_bytes()].concat();
                bag.pack("data/files/hidden", hidden);
                bag.sealed(&key(KEY))
            };
            let first = sealed(0x0101);
            let at = first.windows(4).position(|bytes| bytes == b"PK\x05\x06").expect("hidden") + 22;
            sealed((first.len() - at) as u16)
        }),
        zip("§4.1", "a second, empty archive behind it", Error("§4."), |zip| {
            zip.tail = Archive::default().bytes()
        }),
        zip("§4.1", "another disk", Error("§4.1"), |zip| zip.end.disk = 1),
        zip("§4.1", "a directory on another disk", Error("§4.1"), |zip| zip.end.central_disk = 1),
        zip("§4.1", "fewer entries here than in all", Error("§4."), |zip| zip.end.here = Some(1)),
        zip("§4.1", "more entries in all than here", Error("§4."), |zip| zip.end.entries = Some(1000)),
        zip("§4.2", "one entry too few counted", Error("§4."), |zip| {
            let count = zip.items.len() as u16 - 1;
            (zip.end.here, zip.end.entries) = (Some(count), Some(count));
        }),
        zip("§4.2", "one entry too many counted", Error("§4."), |zip| {
            let count = zip.items.len() as u16 + 1;
            (zip.end.here, zip.end.entries) = (Some(count), Some(count));
        }),
        zip("§4.2", "a prefix that the offsets know of", Error("§4.2"), |zip| {
            zip.items[0].before = b"#!/bin/sh\n".to_vec()
        }),
        row("§4.2", "a prefix that the offsets do not know of", Error("§4.2"), || {
            [b"#!/bin/sh\n", &seal(&small(), &key(KEY))[..]].concat()
        }),
        zip("§4.2", "a gap between two entries", Error("§4.2"), |zip| zip.items[1].before = vec![0]),
        zip("§4.2", "a whole hidden entry between two", Error("§4.2"), |zip| {
            let hidden = Archive { items: vec![Item::new("x/y", b"hidden", STORED)], ..Archive::default() };
            zip.items[1].before = hidden.bytes()[..hidden.central_offset() as usize].to_vec();
        }),
        zip("§4.2", "a gap before the directory", Error("§4.2"), |zip| zip.before_central = vec![0; 7]),
        zip("§4.2", "a gap behind the directory", Error("§4.2"), |zip| zip.before_end = vec![0; 7]),
        zip("§4.2", "a tail", Error("§4."), |zip| zip.tail = vec![b'\n']),
        zip("§4.2", "a directory in another order", Error("§4.2"), |zip| {
            zip.order = Some((0..zip.items.len()).rev().collect());
        }),
        zip("§4.2", "an entry that the directory does not list", Error("§4.2"), |zip| {
            zip.order = Some((1..zip.items.len()).collect());
        }),
        zip("§4.2", "a last entry that the directory does not list", Error("§4.2"), |zip| {
            zip.order = Some((0..zip.items.len() - 1).collect());
        }),
        zip("§4.2", "an entry that the directory lists twice", Error("§4.2"), |zip| {
            zip.order = Some((0..zip.items.len()).chain([0]).collect());
        }),
        zip("§4.2", "a record that points at another entry", Error("§4.2"), |zip| {
            zip.items[1].central.offset = Some(0)
        }),
        zip("§4.2", "a record that points past the end", Error("§4.2"), |zip| {
            zip.items[1].central.offset = Some(u32::MAX - 1);
        }),
        zip("§4.2", "data that reaches into the next entry", Error("§4."), |zip| {
            zip.items[0].both(|header| {
                header.compressed_bytes += 9;
                header.size_bytes = header.size_bytes.max(header.compressed_bytes);
            });
        }),
        zip("§4.2", "data that reaches into the directory", Error("§4.2"), |zip| {
            let last = zip.items.last_mut().expect("entries");
            last.both(|header| {
                header.compressed_bytes += 9;
                header.size_bytes += 9;
            });
        }),
        zip("§4.2", "data that reaches past the end", Error("§4.2"), |zip| {
            let last = zip.items.last_mut().expect("entries");
            last.both(|header| (header.compressed_bytes, header.size_bytes) = (1 << 31, 1 << 31));
        }),
        zip("§4.2", "a directory said to be smaller", Error("§4.2"), |zip| {
            zip.end.central_bytes = Some(46)
        }),
        zip("§4.2", "a directory said to begin earlier", Error("§4.2"), |zip| {
            zip.end.central_offset = Some(0)
        }),
        zip("§4.2", "a name longer than the directory", Error("§4."), |zip| {
            zip.items.last_mut().expect("entries").central.name_bytes = Some(u16::MAX);
        }),
    ]
}

/// FORMAT §4.3: each shared field, changed in the local header alone.
fn local_only() -> Vec<Row> {
    type Change = fn(&mut Header);
    let changes: [(&str, Change); 12] = [
        ("signature", |local| local.signature = 0x0403_4b51),
        ("version needed", |local| local.version_needed = 10),
        ("flags", |local| local.flags |= 2),
        ("method", |local| local.method ^= 8),
        ("time", |local| local.time = 1),
        ("date", |local| local.date = 0x5cd0),
        ("checksum", |local| local.crc32 ^= 1),
        ("compressed size", |local| local.compressed_bytes ^= 1),
        ("size", |local| local.size_bytes ^= 1),
        ("name", |local| local.name[30] ^= 1),
        ("length of the name", |local| local.name_bytes = Some(local.name.len() as u16 - 1)),
        ("extra field", |local| local.extra = vec![0x55, 0x54, 0, 0]),
    ];
    let mut rows: Vec<Row> = changes
        .into_iter()
        .map(|(what, change)| {
            let what = format!("a local header with another {what}");
            zip("§4.3", what, Error("§4."), move |zip| change(&mut zip.entry(REVIEW).local))
        })
        .collect();
    rows.push(zip("§4.3", "sizes of zero and a data descriptor without its flag", Error("§4."), |zip| {
        let item = zip.entry(REVIEW);
        (item.local.crc32, item.local.compressed_bytes, item.local.size_bytes) = (0, 0, 0);
        item.behind = b"PK\x07\x08............".to_vec();
    }));
    rows
}

/// FORMAT §4.4: what both headers say alike, and must not.
fn records() -> Vec<Row> {
    let both = |what: &str, change: fn(&mut Header)| {
        zip("§4.4", what, Error("§4.4"), move |zip| zip.entry(REVIEW).both(change))
    };
    let mut rows: Vec<Row> = (0..16_u16)
        .filter(|bit| !matches!(bit, 1 | 2 | 11))
        .map(|bit| {
            zip("§4.4", format!("flag bit {bit}"), Error("§4.4"), move |zip| {
                zip.entry(REVIEW).both(|header| header.flags |= 1 << bit);
            })
        })
        .collect();
    for method in [1, 9, 12, 14, 93, 95, 99, u16::MAX] {
        rows.push(zip("§4.4", format!("method {method}"), Error("§4.4"), move |zip| {
            zip.entry(REVIEW).both(|header| header.method = method);
        }));
    }
    for (what, extra) in [
        ("a ZIP64 extra field", &b"\x01\0\x08\0\x09\0\0\0\0\0\0\0"[..]),
        ("a Unicode path", b"\x75\x70\x06\0\x01\0\0\0\0x"),
        ("a time", b"UT\x05\0\x03\0\0\0\0"),
        ("an extra field that is cut", b"UT\xff"),
        ("an encryption header", b"\x01\x99\x07\0\x02\0AE\x03\x08\0"),
    ] {
        rows.push(zip("§4.4", format!("{what} in the directory"), Error("§4."), move |zip| {
            zip.entry(REVIEW).central.extra = extra.to_vec();
        }));
        rows.push(zip("§4.4", format!("{what} in both headers"), Error("§4."), move |zip| {
            zip.entry(REVIEW).both(|header| header.extra = extra.to_vec());
        }));
    }
    rows.extend([
        zip("§4.4", "a data descriptor with its flag", Error("§4.4"), |zip| {
            let item = zip.entry(REVIEW);
            item.both(|header| header.flags |= 1 << 3);
            (item.local.crc32, item.local.compressed_bytes, item.local.size_bytes) = (0, 0, 0);
            item.behind = b"PK\x07\x08............".to_vec();
        }),
        zip("§4.4", "a comment on an entry", Error("§4.4"), |zip| {
            zip.entry(REVIEW).central.comment = b"x".to_vec()
        }),
        zip("§4.4", "an entry on another disk", Error("§4.4"), |zip| zip.entry(REVIEW).central.disk = 1),
        zip("§4.4", "a stored entry of two sizes", Error("§4.4"), |zip| {
            zip.entry("bagit.txt").both(|header| header.size_bytes += 1);
        }),
        zip("§4.4", "a name that is not ASCII and not marked", Error("§4.4"), |zip| {
            zip.items.push(Item::new(format!("{STEM}/data/ü"), b"", STORED));
            zip.items.last_mut().expect("one").both(|header| header.flags = 0);
        }),
        both("version 6.3", |header| header.version_needed = 63),
        both("version 2.1", |header| header.version_needed = 21),
        both("version 0", |header| header.version_needed = 0),
        both("version 2.0 for another system", |header| header.version_needed = 0x0314),
    ]);
    rows
}

/// FORMAT §4.5: plain files only.
fn modes() -> Vec<Row> {
    let modes = [
        ("a symbolic link", 0o120_777),
        ("a folder", 0o040_755),
        ("a pipe", 0o010_644),
        ("a socket", 0o140_644),
        ("a block device", 0o060_644),
        ("a character device", 0o020_644),
        ("a setuid file", 0o104_755),
        ("a setgid file", 0o102_755),
        ("a sticky file", 0o101_755),
        ("a setuid file without a type", 0o004_755),
    ];
    let unix = modes.map(|(what, mode): (&str, u32)| (what, mode << 16));
    let dos =
        [("hidden", 2), ("system", 4), ("a volume label", 8), ("a folder for DOS", 16), ("a device", 64)];
    unix.into_iter()
        .chain(dos.map(|(what, bits)| (what, 0o100_644 << 16 | bits)))
        .map(|(what, attributes)| {
            zip("§4.5", what, Error("§4.5"), move |zip| {
                zip.entry(REVIEW).central.external_attributes = attributes
            })
        })
        .collect()
}

/// FORMAT §4.8: what another tool writes is readable, and never passes for what was sealed, even where the seal covers it.
fn other_tools() -> Vec<Row> {
    type Change = fn(&mut Header);
    let changes: [(&str, Change); 9] = [
        ("made by DOS", |header| header.made_by = 20),
        ("made by a later version", |header| header.made_by = 0x031e),
        ("version needed 1.0", |header| header.version_needed = 10),
        ("a time of its own", |header| header.time = 1),
        ("a date of its own", |header| header.date = 0x5cd0),
        ("a mode of its own", |header| header.external_attributes = 0o100_600 << 16),
        ("called text", |header| header.internal_attributes = 1),
        ("compressed hard", |header| header.flags |= 2),
        ("marked as UTF-8 without need", |header| header.flags |= 1 << 11),
    ];
    let mut rows = Vec::new();
    for (what, change) in changes {
        rows.push(zip("§4.8", format!("{what}, after the seal"), Seal(Repacked, "made anew"), move |zip| {
            zip.entry(REVIEW).both(change);
        }));
        rows.push(row("§4.8", format!("{what}, under the seal"), Seal(Repacked, "made anew"), move || {
            let mut archive = Archive::read(&small());
            archive.entry(REVIEW).both(change);
            seal(&archive.bytes(), &key(KEY))
        }));
        rows.push(zip(
            "§4.8",
            format!("{what}, on the seal itself"),
            Seal(Repacked, "made anew"),
            move |zip| {
                zip.entry("signatures/seal.json").both(change);
            },
        ));
    }
    rows.extend([
        zip("§4.8", "a seal that is compressed", Seal(Repacked, "compressed"), |zip| {
            let item = zip.entry("signatures/seal.json");
            let deflated = deflate(&item.data);
            item.set_data(deflated);
            item.both(|header| header.method = DEFLATED);
        }),
        zip("§4.8", "files behind the signatures", Seal(Repacked, "made anew"), |zip| {
            zip.items.rotate_left(2)
        }),
        zip("§4.8", "signatures first", Seal(Repacked, "made anew"), |zip| zip.items.rotate_right(2)),
        zip("§4.8", "another compression of the same bytes", Seal(Repacked, "made anew"), |zip| {
            let item = zip.entry("bagit.txt");
            let deflated = deflate(&item.data);
            item.set_data(deflated);
            item.both(|header| header.method = DEFLATED);
        }),
    ]);
    rows
}
