//! What lies in archives, and in archives within archives, is found or said not to be looked into.

use std::io::{Cursor, Write as _};

use super::*;

const SECRET: &[u8] = b"a line\nA_TOKEN=k3Jx91bbQz77\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(content).expect("in memory");
    gzip.finish().expect("in memory")
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(content).expect("in memory");
    zlib.finish().expect("in memory")
}

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("in memory");
    archive.write_all(content).expect("in memory");
    archive.finish().expect("in memory").into_inner()
}

fn tar(content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..5].copy_from_slice(b"a.txt");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[257..262].copy_from_slice(b"ustar");
    let mut archive = [&header[..], content].concat();
    archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
    archive
}

fn check_found(what: &str, bytes: &[u8]) {
    let reason = entry("x.bin", EvidenceKind::File, bytes).0.expect_err(what);
    assert!(reason.contains("rule assignment"), "{what}: {reason}");
}

fn check_told(what: &str, bytes: &[u8], told: &str) {
    let (content, receipts) = entry("x.bin", EvidenceKind::File, bytes);
    assert!(content.is_ok(), "{what}");
    let kept = receipts.first().and_then(|receipt| receipt.kept.clone()).unwrap_or_default();
    assert_eq!(kept, format!("not looked into: {told}"), "{what}");
}

#[test]
fn what_lies_in_archives_is_found() {
    for (what, bytes) in [
        ("gz in gz", gzip(&gzip(SECRET))),
        ("gz in zip", zip("a.gz", &gzip(SECRET))),
        ("zip in zip", zip("a.zip", &zip("a.txt", SECRET))),
        ("zip in gz", gzip(&zip("a.txt", SECRET))),
        ("zlib", zlib(SECRET)),
        ("zlib in zip", zip("a", &zlib(SECRET))),
        ("zlib in zlib", zlib(&zlib(SECRET))),
        ("tar", tar(SECRET)),
        ("gz in tar", tar(&gzip(SECRET))),
        ("gz in tgz in zip", zip("a.tgz", &gzip(&tar(&gzip(SECRET))))),
        ("a name in zip in zip", zip("a.zip", &zip("A_TOKEN=k3Jx91bbQz77", b""))),
        ("gz that breaks off", gzip(&[SECRET, &[b'\n'; 50_000]].concat())[..70].to_vec()),
    ] {
        check_found(what, &bytes);
    }
}

#[test]
fn what_is_not_looked_into_is_told() {
    let deep = (0..5).fold(SECRET.to_vec(), |content, _| gzip(&content));
    check_told("five times gz", &deep, "archives in it lie deeper within each other than is looked");
    check_told("bzip2 in zip", &zip("a.bz2", b"BZh91AY&SY"), "bzip2 in it is not unpacked here");
    check_told("PDF in gz", &gzip(b"%PDF-1.7 ..."), "PDF in it is not unpacked here");
    check_told("xz in tar", &tar(b"\xfd7zXZ\0..."), "xz in it is not unpacked here");
    check_told("a broken zip in a zip", &zip("a.zip", b"PK\x03\x04 broken"), "it cannot be unpacked");
    check_told("a broken tar", &tar(b"abc")[..514], "it cannot be unpacked");
}

#[test]
fn what_is_packed_and_holds_nothing_stays() {
    for (what, bytes) in [
        ("gz in zip", zip("a.gz", &gzip(b"a line\n"))),
        ("tar", tar(b"a line\n")),
        ("letters that begin as zlib does", b"x^2 + y^2 = z^2\n".to_vec()),
        ("zlib", zlib(b"a line\n")),
    ] {
        let (content, receipts) = entry("x.bin", EvidenceKind::File, &bytes);
        assert_eq!(content.as_deref(), Ok(&bytes[..]), "{what}");
        assert!(receipts.is_empty(), "{what}: {receipts:?}");
    }
}
