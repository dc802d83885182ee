//! A table of every kind of problem, and of entries that are exchanged between hashing and showing.

use std::io::{Cursor, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::{Compress, Compression, FlushCompress};

use super::*;
use crate::report::{self, Outcome, ProblemKind};
use crate::snapshot::record::{DEFLATED, Record};
use crate::snapshot::sample::{self, STEM, contents, open_bytes, path, zip};

const REVIEW: &str = "data/documents/REVIEW-ghost.md";

type Contents = Vec<(String, Vec<u8>)>;

/// The sealed snapshot, zipped anew after `change`, must report this kind of problem on this entry.
#[track_caller]
fn check(kind: ProblemKind, name: &str, change: impl FnOnce(&mut Contents)) -> Vec<Problem> {
    let mut contents = contents(&sample::sealed());
    change(&mut contents);
    check_bytes(kind, name, &zip(&contents, |_| {}))
}

#[track_caller]
fn check_bytes(kind: ProblemKind, name: &str, bytes: &[u8]) -> Vec<Problem> {
    let opened = open_bytes(bytes).unwrap();
    let report = report::judge(&opened, None, None);
    let path = EntryPath::new(name).ok();
    let found = report.problems.iter().find(|problem| (problem.kind, &problem.path) == (kind, &path));
    assert!(found.is_some_and(|problem| !problem.what.is_empty()), "{kind:?} {name}: {:#?}", report.problems);
    assert!(opened.files.intact == matches!(kind, ProblemKind::Seal | ProblemKind::SignOff));
    report.problems
}

fn edit<'a>(contents: &'a mut Contents, name: &str) -> &'a mut Vec<u8> {
    let full = format!("{STEM}/{name}");
    &mut contents.iter_mut().find(|(found, _)| *found == full).unwrap().1
}

fn replace(name: &'static str, from: &'static str, to: &'static str) -> impl FnOnce(&mut Contents) {
    move |contents| {
        let bytes = edit(contents, name);
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        *bytes = text.replacen(from, to, 1).into_bytes();
    }
}

fn add(name: &'static str) -> impl FnOnce(&mut Contents) {
    move |contents| contents.push((format!("{STEM}/{name}"), b"added".to_vec()))
}

fn remove(name: &'static str) -> impl FnOnce(&mut Contents) {
    move |contents| contents.retain(|(found, _)| *found != format!("{STEM}/{name}"))
}

#[test]
fn every_kind_of_problem_is_told_on_its_entry() {
    use ProblemKind as Kind;
    check(Kind::DigestMismatch, REVIEW, |contents| edit(contents, REVIEW)[3] ^= 1);
    check(Kind::NotListed, "data/x", add("data/x"));
    check(Kind::NotListed, "extra.txt", add("extra.txt"));
    check(Kind::EntryNotListed, "data/x", add("data/x"));
    check(Kind::Missing, REVIEW, remove(REVIEW));
    check(Kind::Missing, "README.txt", remove("README.txt"));
    check(Kind::EntryMissing, "snapshot.json", remove(REVIEW));
    check(Kind::ManifestLine, "manifest-sha256.txt", replace("manifest-sha256.txt", "  ", " "));
    check(Kind::ManifestLine, "tagmanifest-sha256.txt", replace("tagmanifest-sha256.txt", "  ", " "));
    check(
        Kind::ManifestPlace,
        "tagmanifest-sha256.txt",
        replace("tagmanifest-sha256.txt", "bagit", "data/x"),
    );
    check(Kind::ManifestDamaged, "manifest-sha256.txt", replace("manifest-sha256.txt", "data", "dat"));
    check(Kind::ForeignManifest, "manifest-md5.txt", add("manifest-md5.txt"));
    check(Kind::BagDeclaration, "bagit.txt", replace("bagit.txt", "1.0", "0.97"));
    check(Kind::BagInfo, "bag-info.txt", replace("bag-info.txt", ": ", ":"));
    check(Kind::PayloadOxum, "bag-info.txt", replace("bag-info.txt", "Oxum: ", "Oxum: 1"));
    check(Kind::PayloadOxum, "bag-info.txt", replace("bag-info.txt", "Payload-Oxum", "Payload"));
    check(Kind::EntryOrder, "snapshot.json", replace("snapshot.json", REVIEW, "data/z"));
    check(Kind::EntryMissing, "snapshot.json", replace("snapshot.json", REVIEW, "data/z"));
    check(Kind::DuplicateKey, "report.json", replace("report.json", "{", "{\"schema\": 1, "));
    check(Kind::Seal, "signatures/seal.json", replace("signatures/seal.json", "ghost", "guest"));
    check(
        Kind::Seal,
        "signatures/seal.json",
        replace("signatures/seal.json", "\"role\"", "\"role\": 1, \"role\""),
    );
    let sign_off = "signatures/0000000000000000000000000000000000000000000000000000000000000000.json";
    check(Kind::SignOff, sign_off, add(sign_off));
    check(Kind::SignOff, sign_off, |contents| {
        contents.push((format!("{STEM}/{sign_off}"), b"{\"a\": 1, \"a\": 1}".to_vec()));
        contents.push((format!("{STEM}/{sign_off}.sig"), b"".to_vec()));
    });
}

/// The sealed snapshot with REVIEW deflated, zipped anew after `change` of its stream and record.
#[track_caller]
fn check_stream(kind: ProblemKind, change: impl FnOnce(&mut Vec<u8>), tweak: impl Fn(&mut Record)) {
    let mut contents = contents(&sample::sealed());
    let bytes = edit(&mut contents, REVIEW);
    let (size_bytes, mut crc) = (bytes.len() as u64, flate2::Crc::new());
    crc.update(bytes);
    let mut stream = Vec::with_capacity(bytes.len());
    Compress::new(Compression::new(6), false)
        .compress_vec(bytes, &mut stream, FlushCompress::Finish)
        .unwrap();
    change(&mut stream);
    *bytes = stream;
    let bytes = zip(&contents, |record| {
        if record.name.ends_with(REVIEW.as_bytes()) {
            (record.method, record.size_bytes, record.crc32) = (DEFLATED, size_bytes, crc.sum());
            tweak(record);
        }
    });
    check_bytes(kind, REVIEW, &bytes);
}

#[test]
fn every_kind_of_broken_stream_is_told_on_its_entry() {
    check_stream(ProblemKind::BrokenDeflate, |stream| stream[0] |= 0b110, |_| {});
    check_stream(ProblemKind::BrokenDeflate, |stream| stream.truncate(stream.len() - 1), |_| {});
    check_stream(ProblemKind::TrailingBytes, |stream| stream.push(0), |_| {});
    check_stream(ProblemKind::SizeMismatch, |_| {}, |record| record.size_bytes += 1);
    check_stream(ProblemKind::SizeMismatch, |_| {}, |record| record.size_bytes -= 1);
    check_stream(ProblemKind::CrcMismatch, |_| {}, |record| record.crc32 ^= 1);
}

/// Shows one file until it is told to show the other, as a file does that somebody writes to.
struct TwoFaced {
    first: Vec<u8>,
    second: Vec<u8>,
    turned: Arc<AtomicBool>,
}

impl Source for TwoFaced {
    fn size_bytes(&self) -> io::Result<u64> {
        InMemory(&self.first).size_bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = if self.turned.load(Ordering::SeqCst) { &self.second } else { &self.first };
        InMemory(bytes).read_at(offset, buffer)
    }
}

/// Opens the sealed snapshot and exchanges it for what `change` makes of it.
fn turned(change: impl FnOnce(&mut Vec<u8>)) -> Opened {
    let turned = Arc::new(AtomicBool::new(false));
    let first = sample::sealed();
    let mut second = first.clone();
    change(&mut second);
    let source = Arc::new(TwoFaced { first, second, turned: turned.clone() });
    let opened = open_with(source.clone(), &Limits::default(), |layout| in_turn(&*source, layout)).unwrap();
    assert_eq!(opened.problems, []);
    turned.store(true, Ordering::SeqCst);
    opened
}

#[test]
fn what_is_shown_is_what_was_hashed() {
    let review = path(REVIEW);
    let begin = sample::layout(&sample::sealed()).entries[0].data_offset as usize;
    type Change = fn(&mut Vec<u8>, usize);
    let changes: [Change; 3] = [
        |bytes, begin| bytes[begin + 5] ^= 1,
        |bytes, begin| bytes.truncate(begin + 9),
        |bytes, _| bytes.clear(),
    ];
    for change in changes {
        let opened = turned(|bytes| change(bytes, begin));
        assert!(!opened.is_damaged(&review));
        assert_eq!(opened.bytes(&review), None);
        assert_eq!((opened.damage(&review), opened.intact_bytes(&review)), (Some(Damage::Exchanged), None));
        let report = report::judge(&opened, None, None);
        assert!(report.documents.is_empty() && report.checks.iter().all(|c| c.outcome != Outcome::Confirmed));
        let problem = report.problems.iter().find(|problem| problem.path.as_ref() == Some(&review));
        assert_eq!(problem.map(|problem| problem.kind), Some(ProblemKind::Exchanged));
        assert!(report.trust.is_some_and(|trust| !trust.files.intact));
        assert!(opened.whole().is_err());
    }
    let opened = turned(|_| {});
    assert_eq!(opened.bytes(&review).as_deref(), Some(&sample::draft().payload[&review][..]));
    assert_eq!(opened.whole().unwrap(), sample::sealed());
}

/// Gives one byte at a time.
struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}

impl Seek for Slow {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn readers_of_any_kind_give_the_same() {
    let bytes = sample::sealed();
    let whole = open_bytes(&bytes).unwrap();
    let slow = open_from(Slow(Cursor::new(bytes)), &Limits::default()).unwrap();
    assert_eq!((&slow.entries, slow.covered, slow.file), (&whole.entries, whole.covered, whole.file));
    for path in whole.entries.keys() {
        assert_eq!(slow.bytes(path), whole.bytes(path));
    }
}

#[test]
fn payload_and_tag_files_are_not_held_in_memory() {
    let opened = open_bytes(&sample::sealed()).unwrap();
    let kept = opened.entries.iter().filter(|(_, entry)| !entry.kept().is_empty());
    let kept: Vec<_> = kept.map(|(path, _)| path.as_str()).collect();
    assert_eq!(kept, ["signatures/seal.json", "signatures/seal.json.sig"]);
}
