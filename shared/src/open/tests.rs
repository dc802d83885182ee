//! Tests of opening: a table of layout faults, a table of content faults.

use std::io::Cursor;

use super::*;
use crate::snapshot::layout::PlacedEntry;
use crate::snapshot::sample::{self, STEM, contents, draft, open_bytes, path, zip};

type Contents = Vec<(String, Vec<u8>)>;

#[test]
fn what_was_packed_comes_out() {
    let (bytes, written) = sample::unsigned();
    let opened = open_bytes(&bytes).unwrap();
    assert_eq!(opened.problems, []);
    assert_eq!(opened.deviations, [""; 0]);
    assert_eq!(opened.snapshot_id, written.snapshot_id);
    assert_eq!(opened.covered, Span { bytes: written.sealed_bytes, sha256: written.sealed_sha256 });
    assert_eq!(opened.file, Span { bytes: bytes.len() as u64, sha256: Sha256Digest::of(&bytes) });
    assert_eq!((opened.stem.as_str(), &opened.metadata), (STEM, &draft().metadata));
    assert_eq!(opened.files, FilesTrust { intact: true, good: 11, total: 11 });
    for (path, bytes) in draft().payload {
        assert_eq!(opened.intact_bytes(&path).as_deref(), Some(&bytes[..]));
        assert_eq!(opened.entry(&path).unwrap().sha256, Sha256Digest::of(&bytes));
    }
}

/// Opens a sealed snapshot after `change`; the error must cite `clause` and say `words`.
fn check_layout(clause: &str, words: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = sample::sealed();
    change(&mut bytes);
    check_refused(&bytes, clause, words);
}

fn check_refused(bytes: &[u8], clause: &str, words: &str) {
    match open_bytes(bytes) {
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains(clause) && text.contains(words), "{text} / {clause} {words}");
        }
        Ok(_) => panic!("opened: {clause} {words}"),
    }
}

/// The `index`th entry and where its central record begins.
fn entry(bytes: &[u8], index: usize) -> (PlacedEntry, usize) {
    let layout = sample::layout(bytes);
    let before: usize = layout.entries[..index].iter().map(|entry| entry.record.encode_central().len()).sum();
    (layout.entries[index].clone(), layout.central_offset as usize + before)
}

/// Sets a 16-bit field in both headers of entry `index`; offsets as in the local header.
fn set_both(bytes: &mut [u8], index: usize, field: usize, value: u16) {
    let (entry, central) = entry(bytes, index);
    let local = entry.record.offset as usize;
    bytes[local + field..][..2].copy_from_slice(&value.to_le_bytes());
    bytes[central + field + 2..][..2].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn every_byte_has_an_owner() {
    check_layout("§4.1", "not a zip file", |bytes| bytes.clear());
    check_layout("§4.1", "not a zip file", |bytes| bytes.truncate(100));
    check_layout("§4.1", "cut short", |bytes| bytes.truncate(bytes.len() - 1));
    check_layout("§4.2", "1 bytes after", |bytes| bytes.push(0));
    check_layout("§4.2", "central directory ends", |bytes| bytes.insert(0, 0));
    check_layout("§4.2", "central directory ends", |bytes| bytes.insert(bytes.len() - 22, 0));
    check_layout("§4.2", "central directory ends", |bytes| {
        let middle = bytes.len() / 2;
        bytes.remove(middle);
    });
    // A second end record, appended with its directory's place unchanged.
    check_layout("§4.2", "", |bytes| bytes.extend_from_within(bytes.len() - 22..));
    // A gap before the central directory that the end record knows of.
    check_layout("§4.2", "3 bytes between", |bytes| {
        let at = sample::layout(bytes).central_offset as usize;
        bytes.splice(at..at, [0; 3]);
        let end = bytes.len() - 6;
        bytes[end..end + 4].copy_from_slice(&(at as u32 + 3).to_le_bytes());
    });
    // Overlap: the second record points at the first entry.
    check_layout("§4.2", "overlap", |bytes| {
        let central = entry(bytes, 1).1;
        bytes[central + 42..central + 46].fill(0);
    });
}

#[test]
fn end_record_fields() {
    let from_end = |back: usize, value: u16| {
        move |bytes: &mut Vec<u8>| {
            let at = bytes.len() - back;
            bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
    };
    check_layout("§4.1", "several parts", from_end(18, 1));
    check_layout("§4.1", "several parts", from_end(16, 1));
    check_layout("§4.1", "several parts", from_end(14, 3));
    check_layout("§4.1", "comment", from_end(2, 1));
    check_layout("§4.7", "number of entries", |bytes| {
        let at = bytes.len() - 14;
        bytes[at..at + 4].fill(0xff);
    });
    check_layout("§4.2", "central directory ends", from_end(10, 1));
}

#[test]
fn local_header_and_central_record_agree() {
    for (field, words) in [
        (4, "version needed"),
        (6, "flags"),
        (8, "method"),
        (10, "time"),
        (12, "date"),
        (14, "crc32"),
        (18, "compressed size"),
        (22, "size"),
        (26, "length of the name"),
        (28, "length of the extra"),
        (30, "names it"),
    ] {
        check_layout("§4.3", words, |bytes| bytes[field] ^= 1);
    }
    check_layout("§4.3", "no local header", |bytes| bytes[0] = b'p');
}

#[test]
fn records_hold_nothing_strange() {
    check_layout("§4.4", "encrypted", |bytes| set_both(bytes, 0, 6, 1));
    check_layout("§4.4", "encrypted", |bytes| set_both(bytes, 0, 6, 1 << 6));
    check_layout("§4.4", "data descriptor", |bytes| set_both(bytes, 0, 6, 1 << 3));
    check_layout("§4.4", "flags 0x0020", |bytes| set_both(bytes, 0, 6, 1 << 5));
    check_layout("§4.4", "not marked as UTF-8", |bytes| set_both(bytes, 1, 6, 0));
    check_layout("§4.4", "method 12", |bytes| set_both(bytes, 0, 8, 12));
    check_layout("§4.4", "stored in", |bytes| set_both(bytes, 0, 8, 0));
    check_layout("§4.4", "version 45", |bytes| set_both(bytes, 0, 4, 45));
    let central = |field: usize, value: u8| {
        move |bytes: &mut Vec<u8>| {
            let at = entry(bytes, 0).1 + field;
            bytes[at] = value;
        }
    };
    check_layout("§4.4", "comment", central(32, 1));
    check_layout("§4.4", "extra field", central(30, 4));
    check_layout("§4.4", "disk", central(34, 1));
    check_layout("§4.5", "plain file", central(38, 0x10));
    check_layout("§4.5", "plain file", central(41, 0xa1));
    check_layout("§4.5", "plain file", central(41, 0x89));
}

/// Rebuilds the sealed snapshot from its contents after `change`.
fn rebuilt(change: impl FnOnce(&mut Contents)) -> Vec<u8> {
    let mut contents = contents(&sample::sealed());
    change(&mut contents);
    zip(&contents, |_| {})
}

fn add(contents: &mut Contents, name: &str) {
    contents.push((name.to_owned(), b"added".to_vec()));
}

#[test]
fn names_that_may_not_be_there() {
    for (name, clause) in [
        ("data/documents/review-GHOST.md", "§3.3"),
        ("data/documents", "§3.3"),
        ("bagit.txt/x", "§3.3"),
        ("data/../x", "§3.1"),
        ("data/x/", "§3.1"),
        ("data/a\\b", "§3.1"),
        ("data/e\u{301}", "§3.1"),
        ("fetch.txt", "§2.3"),
        ("signatures/notes.txt", "§2.4"),
    ] {
        check_refused(&rebuilt(|contents| add(contents, &format!("{STEM}/{name}"))), clause, "");
    }
    check_refused(&rebuilt(|contents| add(contents, "other/x")), "§3.2", "another folder");
    check_refused(&rebuilt(|contents| add(contents, "x")), "§3.2", "folder");
    check_refused(&zip(&[], |_| {}), "§2.1", "empty");
}

#[test]
fn limits_hold() {
    let bytes = sample::sealed();
    let default = Limits::default();
    for (limits, name) in [
        (Limits { entries: 3, ..default }, "entries"),
        (Limits { entry_bytes: 10, ..default }, "entry_bytes"),
        (Limits { total_bytes: 10, ..default }, "total_bytes"),
        (Limits { signature_bytes: 10, ..default }, "signature_bytes"),
        (Limits { signatures: 1, ..default }, "signatures"),
        (Limits { tag_bytes: 100, ..default }, "tag_bytes"),
    ] {
        let error = open(bytes.clone(), &limits).unwrap_err();
        assert!(
            matches!(error, OpenError::Layout(LayoutError::Limit { name: found, .. }) if found == name),
            "{error}"
        );
    }
    let mut bomb = draft();
    bomb.payload.insert(path("data/files/empty ü.txt"), vec![0; 2 << 20]);
    let mut out = Cursor::new(Vec::new());
    crate::snapshot::write::write(&mut out, &bomb).unwrap();
    let error = open(out.into_inner(), &Limits { ratio: 100, ..default }).unwrap_err();
    assert!(error.to_string().contains("compression ratio"), "{error}");
}

#[test]
fn what_is_no_snapshot_is_called_so() {
    let without =
        |name: &'static str| rebuilt(move |contents| contents.retain(|(full, _)| !full.ends_with(name)));
    check_refused(&without("tagmanifest-sha256.txt"), "not a Dossier snapshot", "tagmanifest");
    check_refused(&without("snapshot.json"), "not a Dossier snapshot", "snapshot.json");
    let replaced = |from: &'static str, to: &'static str| {
        rebuilt(move |contents| {
            let (_, bytes) = contents.iter_mut().find(|(name, _)| name.ends_with("snapshot.json")).unwrap();
            *bytes = String::from_utf8(bytes.clone()).unwrap().replacen(from, to, 1).into_bytes();
        })
    };
    check_refused(
        &replaced("snapshot/1", "snapshot/2"),
        "newer than \"dossier.snapshot/1\"",
        "later version",
    );
    check_refused(&replaced("snapshot/1", "snapshot/0"), "snapshot.json cannot be read", "schema");
    check_refused(&replaced("dossier.snapshot/1", "x"), "snapshot.json cannot be read", "schema");
    check_refused(
        &replaced("\"packer\"", "\"packer\": \"y\", \"packer\""),
        "cannot be read",
        "duplicate field",
    );
    check_refused(&replaced("\"packer\"", "\"pakker\""), "cannot be read", "unknown field");
    check_refused(&replaced("data/", "../"), "cannot be read", "entry name");
    check_refused(&replaced("{", ""), "cannot be read", "");
}

/// Opens the snapshot rebuilt after `change`; exactly these problems, as `path: words`.
fn check_problems(expected: &[&str], change: impl FnOnce(&mut Contents)) -> Opened {
    let opened = open_bytes(&rebuilt(change)).unwrap();
    let found: Vec<_> = opened
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path.as_ref().map_or("", EntryPath::as_str), problem.what))
        .collect();
    let all_there = expected.iter().all(|words| found.iter().any(|line| line.contains(words)));
    assert!(all_there && found.len() == expected.len(), "{found:#?}");
    assert_eq!(opened.files.intact, expected.is_empty());
    opened
}

fn edit<'a>(contents: &'a mut Contents, name: &str) -> &'a mut Vec<u8> {
    let full = format!("{STEM}/{name}");
    &mut contents.iter_mut().find(|(found, _)| *found == full).unwrap().1
}

#[test]
fn faults_of_content_stay_on_their_entry() {
    let review = "data/documents/REVIEW-ghost.md";
    check_problems(&[], |_| {});
    let opened =
        check_problems(&["REVIEW-ghost.md: its sha256 is"], |contents| edit(contents, review)[3] ^= 1);
    assert!(opened.is_damaged(&path(review)) && opened.intact_bytes(&path(review)).is_none());
    assert!(opened.intact_bytes(&path("data/runs/612/results.json")).is_some());
    assert_eq!((opened.files.good, opened.files.total), (10, 11));

    let opened = check_problems(
        &[
            "data/x: is not listed in manifest",
            "data/x: is not listed in snapshot.json",
            "bag-info.txt: Payload-Oxum is",
        ],
        |contents| add(contents, &format!("{STEM}/data/x")),
    );
    assert!(opened.is_damaged(&path("data/x")));
    let opened = check_problems(
        &[
            "REVIEW-ghost.md: is missing",
            "snapshot.json: lists data/documents/REVIEW",
            "bag-info.txt: Payload-Oxum is",
        ],
        |contents| contents.retain(|(name, _)| !name.ends_with("REVIEW-ghost.md")),
    );
    assert_eq!((opened.files.good, opened.files.total), (10, 11));

    check_problems(&["extra.txt: is not listed in tagmanifest"], |contents| {
        add(contents, &format!("{STEM}/extra.txt"))
    });
    check_problems(
        &["manifest-md5.txt: is not listed", "manifest-md5.txt: is a manifest of another kind"],
        |contents| add(contents, &format!("{STEM}/manifest-md5.txt")),
    );
    check_problems(&["VERIFY.txt: is missing; tag", "VERIFY.txt: is missing; every"], |contents| {
        contents.retain(|(name, _)| !name.ends_with("VERIFY.txt"));
    });
    check_problems(&["bagit.txt: its sha256", "bagit.txt: does not say"], |contents| {
        edit(contents, "bagit.txt")[15] = b'0'
    });
    check_problems(&["tagmanifest-sha256.txt: line 9"], |contents| {
        edit(contents, "tagmanifest-sha256.txt").extend(b"x\n");
    });
}

#[test]
fn a_manifest_that_does_not_hold_proves_nothing() {
    let opened = check_problems(
        &[
            "manifest-sha256.txt: its sha256",
            "manifest-sha256.txt: does not hold",
            "REVIEW-ghost.md: its sha256",
        ],
        |contents| {
            let digit = &mut edit(contents, "manifest-sha256.txt")[0];
            *digit = if *digit == b'0' { b'1' } else { b'0' };
        },
    );
    assert_eq!((opened.files.good, opened.files.total), (7, 11));
}

#[test]
fn broken_deflate_streams_and_checksums_are_faults_of_content() {
    let (bytes, _) = sample::unsigned();
    let (first, _) = entry(&bytes, 0);
    let data =
        first.data_offset as usize..first.data_offset as usize + first.record.compressed_bytes as usize;
    for index in data {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[index] ^= 1 << bit;
            let opened = open_bytes(&changed).unwrap();
            let noticed = opened.is_damaged(&first.path)
                || opened.covered.sha256 != Sha256Digest::of(&bytes[..opened.covered.bytes as usize]);
            assert!(noticed, "byte {index} bit {bit}");
        }
    }
}

#[test]
fn other_zip_tools_deviate_but_open() {
    let contents = contents(&sample::sealed());
    for (tweak, words) in [
        ((|record| record.made_by = 0x031e) as fn(&mut crate::snapshot::record::Record), "another zip tool"),
        (|record| record.version_needed = 10, "another zip tool"),
        (|record| record.time = 1, "time of its own"),
        (|record| record.external_attributes = 0o100_600 << 16, "attributes of its own"),
        (|record| record.internal_attributes = 1, "attributes of its own"),
    ] {
        let opened = open_bytes(&zip(&contents, tweak)).unwrap();
        assert!(opened.deviations[0].contains(words), "{:?}", opened.deviations);
        assert_eq!(opened.problems, []);
    }
    let mut reordered = contents;
    reordered.rotate_right(2);
    let opened = open_bytes(&zip(&reordered, |_| {})).unwrap();
    assert!(opened.deviations[0].contains("behind the signatures"));
}
