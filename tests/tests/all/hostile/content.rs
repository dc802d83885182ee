//! Entries whose data is not what their headers say (FORMAT §4.9).

use dossier_tests::forge::{Archive, DEFLATED, Item, KEY, STEM, deflate, key, seal, small};

use super::Expect::{Error, Problem};
use super::{Row, check, row, zip};

const REVIEW: &str = "data/documents/REVIEW-ghost.md";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = streams();
    rows.extend(of_what_counts());
    rows
}

#[test]
fn lies_in_the_data() {
    check("data of entries", &rows());
}

/// REVIEW as a deflated entry, then changed.
fn deflated(what: &str, words: &'static str, change: impl Fn(&mut Item) + Send + Sync + 'static) -> Row {
    let what = what.to_owned();
    row("§4.9", what, Problem(words), move || {
        let mut archive = Archive::read(&small());
        let text = b"## M1 - State: **PASS**\n".repeat(20);
        let item = archive.entry(REVIEW);
        *item = Item::new(format!("{STEM}/{REVIEW}"), &text, DEFLATED);
        change(item);
        seal(&archive.bytes(), &key(KEY))
    })
}

fn streams() -> Vec<Row> {
    vec![
        deflated("a reserved kind of block", "inflated", |item| item.data[0] = 0b111),
        deflated("a stored block of two lengths", "inflated", |item| {
            item.set_data(b"\x01\x05\0\x05\0hello".to_vec())
        }),
        deflated("a distance before the beginning", "inflated", |item| {
            item.set_data(vec![0x4b, 0x04, 0x12, 0x01])
        }),
        deflated("code lengths that cannot be", "inflated", |item| {
            item.set_data(vec![0x05, 0xff, 0xff, 0xff, 0xff, 0xff])
        }),
        deflated("an empty stream", REVIEW, |item| item.set_data(Vec::new())),
        deflated("a stream without its last byte", REVIEW, |item| {
            item.data.pop();
            let data = std::mem::take(&mut item.data);
            item.set_data(data);
        }),
        deflated("half a stream", REVIEW, |item| {
            let half = item.data[..item.data.len() / 2].to_vec();
            item.set_data(half);
        }),
        deflated("a byte behind the stream", "follow", |item| {
            let longer = [&item.data[..], b"x"].concat();
            item.set_data(longer);
        }),
        deflated("a second stream behind the first", "follow", |item| {
            let twice = item.data.repeat(2);
            item.set_data(twice);
        }),
        deflated("a zlib header", REVIEW, |item| {
            let wrapped = [b"\x78\x9c", &item.data[..]].concat();
            item.set_data(wrapped);
        }),
        deflated("stored, called deflated", REVIEW, |item| {
            item.set_data(b"## M1 - State: **PASS**\n".repeat(20))
        }),
        deflated("more than announced", "more than", |item| item.both(|header| header.size_bytes -= 1)),
        deflated("much more than announced", "more than", |item| item.both(|header| header.size_bytes = 1)),
        deflated("nothing announced", "more than", |item| item.both(|header| header.size_bytes = 0)),
        deflated("less than announced", "inflates to", |item| item.both(|header| header.size_bytes += 1)),
        deflated("another text of the same length", "crc32", |item| {
            item.set_data(deflate(&b"## M1 - State: **FAIL**\n".repeat(20)));
        }),
        deflated("another checksum", "crc32", |item| item.both(|header| header.crc32 ^= 1)),
        deflated("a checksum of zero", "crc32", |item| item.both(|header| header.crc32 = 0)),
        zip("§4.9", "another text in a stored entry", Problem("crc32"), |zip| {
            zip.entry("bagit.txt").data[0] ^= 1
        }),
        zip("§4.9", "another checksum on a stored entry", Problem("crc32"), |zip| {
            zip.entry("bagit.txt").both(|header| header.crc32 ^= 1);
        }),
        zip("§4.9", "another checksum on the seal", Problem("crc32"), |zip| {
            zip.entry("signatures/seal.json").both(|header| header.crc32 ^= 1);
        }),
    ]
}

/// Where nothing is left to say anything by, the whole is refused.
fn of_what_counts() -> Vec<Row> {
    let broken = |name: &'static str| {
        zip("§4.9", format!("a broken stream in {name}"), Error("cannot be read"), move |zip| {
            let item = zip.entry(name);
            item.both(|header| header.method = DEFLATED);
            item.set_data(vec![0b111]);
        })
    };
    vec![broken("snapshot.json"), broken("tagmanifest-sha256.txt")]
}
