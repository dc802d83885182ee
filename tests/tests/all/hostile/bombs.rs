//! Files that want memory or time (FORMAT §2.4, §4.6): refused, or read within bounds that are measured here.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dossier_tests::forge::{
    Archive, Bag, DEFLATED, Item, KEY, STEM, STORED, deflate, judge, key, seal, small,
};
use dossier_tests::{dossier, measured};
use flate2::{Compression, write::DeflateEncoder};

use super::Expect::{Error, Fine, Problem};
use super::{Row, check, files, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = signatures();
    rows.extend(sizes());
    rows
}

#[test]
fn files_that_want_too_much() {
    check("bombs", &rows());
}

fn with_signatures(count: usize) -> Vec<u8> {
    let mut archive = Archive::read(&small());
    for number in 0..count {
        let name = format!("{STEM}/signatures/{number:064x}.json");
        archive.items.push(Item::new(name, b"{}", STORED));
    }
    archive.bytes()
}

fn signatures() -> Vec<Row> {
    let of_size = |size: usize| {
        move || {
            let mut archive = Archive::read(&small());
            let name = format!("{STEM}/signatures/{:064x}.json", 1);
            archive.items.push(Item::new(name, &vec![b' '; size], STORED));
            archive.bytes()
        }
    };
    vec![
        row("§2.4", "257 files", Error("257"), || with_signatures(257)),
        row("§2.4", "256 files", Problem("signatures/"), || with_signatures(256)),
        row("§2.4", "a statement of 64 KiB and a byte", Error("65537"), of_size((64 << 10) + 1)),
        row("§2.4", "a statement of 64 KiB", Problem("signatures/"), of_size(64 << 10)),
        row("§2.4", "a statement that inflates to 64 MiB", Error("67108864"), || {
            let mut archive = Archive::read(&small());
            let name = format!("{STEM}/signatures/{:064x}.json", 1);
            archive.items.push(Item::new(name, &vec![b' '; 64 << 20], DEFLATED));
            archive.bytes()
        }),
    ]
}

/// Headers that announce much; nothing is reserved on their word.
fn sizes() -> Vec<Row> {
    let announced = |size: u32, compressed: usize| {
        move || {
            let mut archive = Archive::read(&small());
            let name = format!("{STEM}/data/zeros");
            archive.items.insert(0, Item::lying(name, vec![0; compressed], DEFLATED, 0, size));
            archive.bytes()
        }
    };
    let many = |count: u64| {
        move || {
            let mut archive = Archive::default();
            for number in 0..count {
                let item =
                    Item::lying(format!("{STEM}/data/{number}"), vec![0; 1 << 20], DEFLATED, 0, 1 << 30);
                archive.items.push(item);
            }
            archive.bytes()
        }
    };
    let nested = || {
        let mut bytes = vec![0; 10 << 20];
        for _ in 0..4 {
            let mut layer = Archive::default();
            let data = deflate(&bytes);
            for number in 0..8 {
                let name = format!("x/{number}.zip");
                let crc = dossier_tests::forge::crc32(&bytes);
                layer.items.push(Item::lying(name, data.clone(), DEFLATED, crc, bytes.len() as u32));
            }
            bytes = layer.bytes();
        }
        bytes
    };
    vec![
        row("§4.6", "an entry of 1 GiB and a byte", Error("entry_bytes"), announced((1 << 30) + 1, 1 << 20)),
        row("§4.6", "an entry of almost 4 GiB", Error("entry_bytes"), announced(u32::MAX - 1, 4 << 20)),
        row("§4.6", "a ratio that deflate cannot reach", Error("ratio"), announced(1 << 30, 900)),
        row("§4.6", "nine entries of 1 GiB", Error("total_bytes"), many(9)),
        row("§4.6", "a size of 1 GiB that is not there", Problem("data/zeros"), announced(1 << 30, 1 << 20)),
        files("§4.6", "a bomb of archives in archives is a file like any other", Fine, move |bag| {
            bag.pack("data/files/bomb.zip", nested());
        }),
        files("§4.6", "a zip that holds itself by name", Fine, |bag| {
            bag.pack("data/files/quine.zip", small())
        }),
        row("§4.2", "a hundred records over one entry", Error("§4.2"), || {
            let mut archive = Archive::read(&seal(&small(), &key(KEY)));
            let count = archive.items.len();
            for number in 0..100 {
                let mut item = archive.items[0].clone();
                item.central.name = format!("{STEM}/data/{number}").into_bytes();
                item.central.offset = Some(0);
                (item.local.name, item.data) = (Vec::new(), Vec::new());
                archive.items.push(item);
            }
            archive.order = Some((0..count + 100).collect());
            archive.bytes()
        }),
        row("§4.2", "entries nested in one another's data", Error("§4.2"), || {
            let inner = Archive::read(&small()).bytes();
            let mut archive = Archive::read(&small());
            archive.items.insert(0, Item::new(format!("{STEM}/data/outer"), &inner, STORED));
            archive.items[1].central.offset = Some(30 + STEM.len() as u32 + 11);
            archive.bytes()
        }),
    ]
}

/// What one entry of the greatest size may take in address space.
const MEBIBYTES: u64 = 512;

/// 1 GiB of zeros in about 1 MiB, made piece by piece.
fn gibibyte() -> (Vec<u8>, u32) {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let mut crc = flate2::Crc::new();
    let piece = vec![0; 1 << 20];
    for _ in 0..1024 {
        encoder.write_all(&piece).expect("memory takes everything");
        crc.update(&piece);
    }
    (encoder.finish().expect("memory takes everything"), crc.sum())
}

/// Runs `dossier verify` and gives its exit code, its seconds and the most memory that it held at once.
fn verify_within(bytes: &[u8], mebibytes: u64, seconds: u64) -> (Option<i32>, f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bomb.zip");
    fs_err::write(&file, bytes).expect("written");
    let mut inner = dossier();
    inner.arg("verify").arg(&file);
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -v {}; exec \"$@\"", mebibytes << 10), "sh"]);
    limited.arg(inner.get_program()).args(inner.get_args()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let output = limited.output().expect("it starts");
    let took = begun.elapsed();
    println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(took < Duration::from_secs(seconds), "it took {took:?}");
    (output.status.code(), took.as_secs_f64())
}

#[test]
fn a_gibibyte_of_zeros_is_read_in_bounded_memory() {
    let (data, crc) = gibibyte();
    let mut archive = Archive::read(&small());
    archive.items.insert(0, Item::lying(format!("{STEM}/data/zeros"), data, DEFLATED, crc, 1 << 30));
    let (code, seconds) = verify_within(&archive.bytes(), MEBIBYTES, 120);
    assert!(matches!(code, Some(1 | 3)), "it is not good, and it is not a crash: {code:?}");
    measured(&format!(
        "1 GiB of zeros in 1 MiB: verified in {seconds:.1} s within {MEBIBYTES} MiB of address space"
    ));
}

/// A snapshot of so many entries, nearly all of them empty payload files.
fn many(count: usize) -> Vec<u8> {
    let mut bag = Bag::small();
    bag.files.retain(|(name, _)| !name.starts_with("data/"));
    let payload = (0..count - bag.files.len()).map(|number| (format!("data/files/{number:06}"), Vec::new()));
    bag.files = payload.chain(std::mem::take(&mut bag.files)).collect();
    bag.describe();
    bag.relist();
    let mut archive = bag.archive();
    archive.count_in_zip64(count as u64);
    archive.bytes()
}

#[test]
fn a_hundred_thousand_entries_open_and_one_more_does_not() {
    let bytes = many(100_000);
    let begun = Instant::now();
    let judged = judge(&bytes);
    let took = begun.elapsed();
    assert_eq!((judged.error, judged.problems.len()), (None, 0));
    assert!(took < Duration::from_secs(120), "it took {took:?}");
    let mut more = Archive::read(&small());
    more.count_in_zip64(100_001);
    let error = judge(&more.bytes()).error.expect("one more than the limit");
    assert!(error.contains("100001") && error.contains("entries"), "{error}");
    measured(&format!("100,000 entries: opened in {:.1} s, one more is refused", took.as_secs_f64()));
}
