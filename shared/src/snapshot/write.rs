//! Writes a snapshot, the same bytes for the same draft, and appends signatures; knows no key, file or clock.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use sha2::{Digest as _, Sha256};

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::snapshot::layout::{Layout, LayoutError};
use crate::snapshot::manifest::{
    BAG_INFO, BAGIT, BAGIT_TEXT, MANIFEST, Manifest, PAYLOAD_OXUM, TAG_MANIFEST, bag_info_text, payload_oxum,
};
use crate::snapshot::metadata::{Metadata, SCHEMA};
use crate::snapshot::names::{Names, PAYLOAD, SIGNATURES, check_stem, signature_file};
use crate::snapshot::record::{DEFLATED, End, Record, STORED};
use crate::snapshot::texts;

/// Everything that goes into a snapshot; the rest is derived from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Name of the one folder inside: `<phase>-<UTC stamp>`.
    pub stem: String,
    /// Becomes `snapshot.json`; its entries must be exactly the payload.
    pub metadata: Metadata,
    /// The payload by its path in the snapshot, which begins with `data/`.
    pub payload: BTreeMap<EntryPath, Vec<u8>>,
    /// `report.json`.
    pub report_json: String,
    /// `report.txt`.
    pub report_text: String,
    /// Fields of `bag-info.txt` besides `Bag-Software-Agent`, `Bagging-Date` and `Payload-Oxum`.
    pub bag_info: Vec<(String, String)>,
    /// `viewer.html`, where it travels along.
    pub viewer_html: Option<Vec<u8>>,
}

/// What was written, as the seal's statement has to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Digest of `tagmanifest-sha256.txt`.
    pub snapshot_id: Sha256Digest,
    /// Digest of `report.json`.
    pub report_sha256: Sha256Digest,
    /// How many bytes stand before the first signature to come.
    pub sealed_bytes: u64,
    /// Their digest.
    pub sealed_sha256: Sha256Digest,
}

/// Why a snapshot was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The draft breaks a rule of FORMAT.
    #[error("{what} (FORMAT {clause})")]
    Draft {
        /// What is wrong.
        what: String,
        /// The clause of docs/FORMAT.md.
        clause: &'static str,
    },
    /// What a signature should be appended to is not a snapshot.
    #[error("cannot append a signature: {0}")]
    Layout(#[from] LayoutError),
    /// Writing failed.
    #[error("could not write: {0}")]
    Io(#[from] io::Error),
}

fn refuse(clause: &'static str, what: impl Into<String>) -> WriteError {
    WriteError::Draft { what: what.into(), clause }
}

/// Writes an unsigned snapshot to `out` from its current position, which must be the beginning.
pub fn write<W: Write>(out: W, draft: &Draft) -> Result<Written, WriteError> {
    check(draft)?;
    let mut archive = Archive::new(out, &draft.stem);
    let mut manifest = Manifest::default();
    for (path, bytes) in &draft.payload {
        manifest.digests.insert(path.clone(), archive.add(path.as_str(), bytes, true)?);
    }
    let mut tag_manifest = Manifest::default();
    for (name, bytes) in tag_files(draft, &manifest)? {
        let path = EntryPath::new(name).map_err(|error| refuse("§3.1", error.to_string()))?;
        tag_manifest.digests.insert(path, archive.add(name, &bytes, true)?);
    }
    let snapshot_id = archive.add(TAG_MANIFEST, tag_manifest.to_text().as_bytes(), true)?;
    let (sealed_bytes, sealed_sha256) =
        (archive.offset, Sha256Digest::from_bytes(archive.hasher.clone().finalize().into()));
    archive.finish()?;
    let report_sha256 = Sha256Digest::of(draft.report_json.as_bytes());
    Ok(Written { snapshot_id, report_sha256, sealed_bytes, sealed_sha256 })
}

/// Refuses what the reader would refuse, before anything is written.
fn check(draft: &Draft) -> Result<(), WriteError> {
    check_stem(&draft.stem).map_err(|fault| refuse(fault.clause(), fault.to_string()))?;
    if draft.metadata.schema != SCHEMA {
        return Err(refuse(
            "§6.1",
            format!("schema {:?} where this version writes {SCHEMA:?}", draft.metadata.schema),
        ));
    }
    let mut names = Names::default();
    for path in draft.payload.keys() {
        if path.segments().next() != Some(PAYLOAD) || path.segments().nth(1).is_none() {
            return Err(refuse("§2.2", format!("{path} does not lie below {PAYLOAD}/")));
        }
        names.add_path(path).map_err(|fault| refuse(fault.clause(), format!("{path}: {fault}")))?;
    }
    if !draft.metadata.entries.iter().map(|entry| &entry.path).eq(draft.payload.keys()) {
        return Err(refuse("§6.2", "snapshot.json must list exactly the payload, ordered by path"));
    }
    bag_info(draft).map(drop)
}

/// `bag-info.txt`: what the packer and the payload say, then what the caller adds.
fn bag_info(draft: &Draft) -> Result<String, WriteError> {
    let refuse = |what: String| refuse("§5.4", format!("{BAG_INFO}: {what}"));
    let payload = draft.payload.values().map(|bytes| bytes.len() as u64);
    let mut fields = vec![
        ("Bag-Software-Agent".to_owned(), draft.metadata.packer.clone()),
        ("Bagging-Date".to_owned(), crate::time::date(draft.metadata.packed_at)),
        (PAYLOAD_OXUM.to_owned(), payload_oxum(payload)),
    ];
    for (label, value) in &draft.bag_info {
        if fields[..3].iter().any(|(own, _)| label.eq_ignore_ascii_case(own)) {
            return Err(refuse(format!("{label} is not for the caller to give")));
        }
        fields.push((label.clone(), value.clone()));
    }
    bag_info_text(&fields).map_err(refuse)
}

/// Every tag file but the tag manifest, in the order of the archive.
fn tag_files(draft: &Draft, manifest: &Manifest) -> Result<BTreeMap<&'static str, Vec<u8>>, WriteError> {
    let mut metadata =
        serde_json::to_string_pretty(&draft.metadata).map_err(|error| refuse("§6.1", error.to_string()))?;
    metadata.push('\n');
    let facts = texts::Facts {
        stem: &draft.stem,
        metadata: &draft.metadata,
        payload_files: draft.payload.len(),
        has_viewer: draft.viewer_html.is_some(),
    };
    let mut files = BTreeMap::from([
        ("README.txt", texts::readme(&facts).into_bytes()),
        ("VERIFY.txt", texts::verify(&facts).into_bytes()),
        (BAG_INFO, bag_info(draft)?.into_bytes()),
        (BAGIT, BAGIT_TEXT.as_bytes().to_vec()),
        (MANIFEST, manifest.to_text().into_bytes()),
        ("report.json", draft.report_json.clone().into_bytes()),
        ("report.txt", draft.report_text.clone().into_bytes()),
        ("snapshot.json", metadata.into_bytes()),
    ]);
    if let Some(html) = &draft.viewer_html {
        files.insert("viewer.html", html.clone());
    }
    Ok(files)
}

/// Appends `signatures/<file_stem>.json` and `.json.sig`; every byte before the central directory stays.
///
/// `file_stem` is `seal`, or the sha256 of `statement` in hex. The caller keeps a copy or works on one:
/// a write that fails half-way leaves an archive without its central directory.
pub fn append_signature<W: Read + Write + Seek>(
    mut out: W,
    stem: &str,
    file_stem: &str,
    statement: &[u8],
    armoured_signature: &str,
) -> Result<(), WriteError> {
    if file_stem != "seal" && file_stem != Sha256Digest::of(statement).to_string() {
        return Err(refuse(
            "§2.4",
            format!("{file_stem:?} is neither `seal` nor the digest of the statement"),
        ));
    }
    // Nothing is inflated here, so only what concerns signatures is limited.
    let limits = Limits {
        entries: u64::MAX,
        entry_bytes: u64::MAX,
        total_bytes: u64::MAX,
        ratio: u64::MAX,
        ..Limits::default()
    };
    let layout = Layout::read(&mut out, &limits)?;
    if layout.stem != stem {
        return Err(refuse("§3.2", format!("the snapshot lies in {:?}, not in {stem:?}", layout.stem)));
    }
    let files = [
        (format!("{SIGNATURES}/{file_stem}.json"), statement),
        (format!("{SIGNATURES}/{file_stem}.json.sig"), armoured_signature.as_bytes()),
    ];
    let there = layout.entries.iter().filter(|entry| signature_file(&entry.path).is_some()).count() as u64;
    if there + 2 > limits.signatures {
        return Err(refuse("§2.4", format!("there are {there} files below {SIGNATURES}/ already")));
    }
    for (name, bytes) in &files {
        if layout.entries.iter().any(|entry| entry.path.as_str() == name) {
            return Err(refuse("§2.4", format!("{name} is there already")));
        }
        if bytes.len() as u64 > limits.signature_bytes {
            return Err(refuse(
                "§2.4",
                format!("{name} has {} bytes, more than {}", bytes.len(), limits.signature_bytes),
            ));
        }
    }
    out.seek(SeekFrom::Start(layout.central_offset))?;
    let mut archive = Archive::new(out, stem);
    archive.offset = layout.central_offset;
    archive.records = layout.entries.into_iter().map(|entry| entry.record).collect();
    for (name, bytes) in &files {
        // FORMAT §4.8: stored, so that no bit of it is free to change.
        archive.add(name, bytes, false)?;
    }
    archive.finish()
}

/// An archive being written from left to right.
struct Archive<'a, W> {
    out: W,
    stem: &'a str,
    offset: u64,
    hasher: Sha256,
    records: Vec<Record>,
}

impl<'a, W: Write> Archive<'a, W> {
    fn new(out: W, stem: &'a str) -> Self {
        Self { out, stem, offset: 0, hasher: Sha256::new(), records: Vec::new() }
    }

    /// Writes one entry and gives the digest of its inflated bytes.
    fn add(&mut self, name: &str, bytes: &[u8], may_deflate: bool) -> Result<Sha256Digest, WriteError> {
        let deflated = if may_deflate { deflate(bytes)? } else { None };
        let (method, data) = match &deflated {
            Some(deflated) => (DEFLATED, deflated.as_slice()),
            None => (STORED, bytes),
        };
        let mut crc = Crc::new();
        crc.update(bytes);
        let name = format!("{}/{name}", self.stem);
        let record = Record::canonical(&name, method, crc.sum(), data.len() as u64, bytes.len() as u64)
            .at(self.offset);
        self.put(&record.encode_local())?;
        self.put(data)?;
        self.records.push(record);
        Ok(Sha256Digest::of(bytes))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.out.write_all(bytes)?;
        self.hasher.update(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<(), WriteError> {
        let (central_offset, entries) = (self.offset, self.records.len() as u64);
        for record in std::mem::take(&mut self.records) {
            self.put(&record.encode_central())?;
        }
        let central_bytes = self.offset - central_offset;
        self.put(&End::canonical(entries, central_bytes, central_offset).encode())?;
        self.out.flush()?;
        Ok(())
    }
}

/// The bytes deflated, where that makes them fewer.
fn deflate(bytes: &[u8]) -> Result<Option<Vec<u8>>, WriteError> {
    let mut state = Compress::new(Compression::new(6), false);
    let mut out = Vec::with_capacity(bytes.len() / 4 + 64);
    loop {
        let rest = &bytes[state.total_in() as usize..];
        let status = state.compress_vec(rest, &mut out, FlushCompress::Finish).map_err(io::Error::other)?;
        if status == Status::StreamEnd {
            return Ok((out.len() < bytes.len()).then_some(out));
        }
        if out.len() >= bytes.len() {
            return Ok(None);
        }
        out.reserve(out.len().max(64));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::snapshot::sample::{STEM, draft, layout, path, sealed, unsigned};

    #[test]
    fn the_same_draft_gives_the_same_bytes() {
        assert_eq!(unsigned(), unsigned());
        assert_eq!(sealed(), sealed());
    }

    #[test]
    fn entries_stand_in_the_order_of_the_format() {
        let names: Vec<_> = layout(&sealed()).entries.iter().map(|entry| entry.path.to_string()).collect();
        assert_eq!(
            names,
            [
                "data/documents/REVIEW-ghost.md",
                "data/files/empty ü.txt",
                "data/runs/612/results.json",
                "README.txt",
                "VERIFY.txt",
                "bag-info.txt",
                "bagit.txt",
                "manifest-sha256.txt",
                "report.json",
                "report.txt",
                "snapshot.json",
                "tagmanifest-sha256.txt",
                "signatures/seal.json",
                "signatures/seal.json.sig",
            ]
        );
    }

    #[test]
    fn another_zip_reader_reads_the_same() {
        let (bytes, _) = unsigned();
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        for (path, expected) in draft().payload {
            let mut found = Vec::new();
            archive.by_name(&format!("{STEM}/{path}")).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(found, expected);
        }
    }

    fn check(words: &str, change: impl FnOnce(&mut Draft)) {
        let mut draft = draft();
        change(&mut draft);
        let mut out = Vec::new();
        let error = write(&mut out, &draft).unwrap_err().to_string();
        assert!(error.contains(words), "{error} / {words}");
        assert!(out.is_empty(), "nothing may be written of a draft that is refused");
    }

    #[test]
    fn drafts_that_break_the_format_are_refused() {
        check("§3.2", |draft| draft.stem = "a b".to_owned());
        check("§6.1", |draft| draft.metadata.schema = "x/1".to_owned());
        check("§6.2", |draft| drop(draft.metadata.entries.pop()));
        check("§6.2", |draft| draft.metadata.entries.reverse());
        check("§2.2", |draft| drop(draft.payload.insert(path("bagit.txt"), vec![])));
        check("§2.2", |draft| drop(draft.payload.insert(path("data"), vec![])));
        check("§3.3", |draft| drop(draft.payload.insert(path("data/Documents/x"), vec![])));
        check("bag-info", |draft| draft.bag_info[0].1 = "a\nb".to_owned());
        check("bag-info", |draft| draft.bag_info[0].0 = "payload-oxum".to_owned());
    }

    #[test]
    fn signatures_are_appended_once_and_under_their_name() {
        let check = |bytes: Vec<u8>, stem: &str, file_stem: &str, words: &str| {
            let mut out = Cursor::new(bytes.clone());
            let error = append_signature(&mut out, stem, file_stem, b"{}", "x").unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            assert_eq!(out.into_inner(), bytes);
        };
        check(sealed(), STEM, "seal", "there already");
        check(unsigned().0, STEM, &"0".repeat(64), "digest of the statement");
        check(unsigned().0, "other", "seal", "lies in");
        check(b"no zip".to_vec(), STEM, "seal", "not a zip file");
    }
}
