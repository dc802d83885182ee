//! Writes a snapshot entry by entry, the same bytes for the same entries; knows no key, file or clock.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::snapshot::compress::{self, Compressed, Facts};
use crate::snapshot::layout::PlacedEntry;
use crate::snapshot::manifest::{
    BAG_INFO, BAGIT, BAGIT_TEXT, MANIFEST, Manifest, PAYLOAD_OXUM, TAG_MANIFEST, bag_info_text,
};
use crate::snapshot::metadata::{Metadata, SCHEMA};
use crate::snapshot::names::{Names, PAYLOAD, check_stem};
use crate::snapshot::record::{End, Record};
use crate::snapshot::texts;

/// A whole snapshot in memory, for small ones; [`Writer`] takes one entry after the other.
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

/// What stands behind the payload; the rest is derived from it.
#[derive(Debug, Clone, Copy)]
pub struct TagFiles<'a> {
    /// Becomes `snapshot.json`; its entries must be exactly the payload.
    pub metadata: &'a Metadata,
    /// `report.json`.
    pub report_json: &'a str,
    /// `report.txt`.
    pub report_text: &'a str,
    /// Fields of `bag-info.txt` besides `Bag-Software-Agent`, `Bagging-Date` and `Payload-Oxum`.
    pub bag_info: &'a [(String, String)],
    /// `viewer.html`, where it travels along.
    pub viewer_html: Option<&'a [u8]>,
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
    /// What was given breaks a rule of FORMAT.
    #[error("{what} (FORMAT {clause})")]
    Draft {
        /// What is wrong.
        what: String,
        /// The clause of docs/FORMAT.md.
        clause: &'static str,
    },
    /// Writing failed.
    #[error("could not write: {0}")]
    Io(#[from] io::Error),
}

fn refuse(clause: &'static str, what: impl Into<String>) -> WriteError {
    WriteError::Draft { what: what.into(), clause }
}

/// Writes an unsigned snapshot to `out` from its current position, which must be the beginning.
pub fn write<W: Write>(out: W, draft: &Draft) -> Result<Written, WriteError> {
    let tags = TagFiles {
        metadata: &draft.metadata,
        report_json: &draft.report_json,
        report_text: &draft.report_text,
        bag_info: &draft.bag_info,
        viewer_html: draft.viewer_html.as_deref(),
    };
    // Whatever can be refused is refused before anything is written.
    check_stem(&draft.stem).map_err(|fault| refuse(fault.clause(), fault.to_string()))?;
    let mut names = Names::default();
    draft.payload.keys().try_for_each(|path| check_name(&mut names, path))?;
    tags.check(draft.payload.keys())?;
    let mut writer = Writer::new(out, &draft.stem)?;
    for (path, bytes) in &draft.payload {
        writer.add_payload(path, compress::compress(bytes.clone()).as_read())?;
    }
    writer.finish(&tags)
}

/// Writes an unsigned snapshot from left to right: the payload in order, then everything else at once.
///
/// It holds what the central directory and the manifests will say, and no entry's bytes. Entries come compressed,
/// so whoever has more than one processor can compress several at a time; what is written depends on their order
/// alone.
pub struct Writer<W> {
    archive: Archive<W>,
    names: Names,
    manifest: Manifest,
    last: Option<EntryPath>,
    payload_bytes: u64,
}

impl<W: Write> Writer<W> {
    /// Begins at the current position of `out`, which must be the beginning; `stem` is the one folder inside.
    pub fn new(out: W, stem: &str) -> Result<Self, WriteError> {
        check_stem(stem).map_err(|fault| refuse(fault.clause(), fault.to_string()))?;
        Ok(Self {
            archive: Archive::new(out, stem),
            names: Names::default(),
            manifest: Manifest::default(),
            last: None,
            payload_bytes: 0,
        })
    }

    /// Writes one file of the payload, whose path begins with `data/`, and says where it lies. They have to come
    /// in bytewise order of path.
    pub fn add_payload(
        &mut self,
        path: &EntryPath,
        entry: Compressed<impl Read>,
    ) -> Result<PlacedEntry, WriteError> {
        if self.last.as_ref().is_some_and(|last| last >= path) {
            return Err(refuse("§4.8", format!("{path} is out of order")));
        }
        check_name(&mut self.names, path)?;
        self.last = Some(path.clone());
        self.payload_bytes += entry.facts.size_bytes;
        self.manifest.digests.insert(path.clone(), entry.facts.sha256);
        let (record, data_offset) = self.archive.add(path.as_str(), entry)?;
        Ok(PlacedEntry { path: path.clone(), record, data_offset })
    }

    /// Puts what was written so far through to `out`, so that it can be read back.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        Ok(self.archive.out.flush()?)
    }

    /// Writes everything behind the payload.
    pub fn finish(mut self, tags: &TagFiles<'_>) -> Result<Written, WriteError> {
        tags.check(self.manifest.digests.keys())?;
        let mut tag_manifest = Manifest::default();
        let files = tags.files(&self.archive.stem, &self.manifest, self.payload_bytes)?;
        for (name, bytes) in files {
            let path = EntryPath::new(name).map_err(|error| refuse("§3.1", error.to_string()))?;
            tag_manifest.digests.insert(path, self.archive.add_bytes(name, bytes)?);
        }
        let snapshot_id = self.archive.add_bytes(TAG_MANIFEST, tag_manifest.to_text().into_bytes())?;
        let sealed_bytes = self.archive.offset;
        let sealed_sha256 = Sha256Digest::from_bytes(self.archive.hasher.clone().finalize().into());
        self.archive.finish()?;
        let report_sha256 = Sha256Digest::of(tags.report_json.as_bytes());
        Ok(Written { snapshot_id, report_sha256, sealed_bytes, sealed_sha256 })
    }
}

fn check_name(names: &mut Names, path: &EntryPath) -> Result<(), WriteError> {
    if path.segments().next() != Some(PAYLOAD) || path.segments().nth(1).is_none() {
        return Err(refuse("§2.2", format!("{path} does not lie below {PAYLOAD}/")));
    }
    names.add_path(path).map_err(|fault| refuse(fault.clause(), format!("{path}: {fault}")))
}

impl TagFiles<'_> {
    /// Refuses what the reader would refuse.
    fn check<'a>(&self, payload: impl Iterator<Item = &'a EntryPath>) -> Result<(), WriteError> {
        if self.metadata.schema != SCHEMA {
            return Err(refuse(
                "§6.1",
                format!("schema {:?} where this version writes {SCHEMA:?}", self.metadata.schema),
            ));
        }
        if !self.metadata.entries.iter().map(|entry| &entry.path).eq(payload) {
            return Err(refuse("§6.2", "snapshot.json must list exactly the payload, ordered by path"));
        }
        self.bag_info(0, 0).map(drop)
    }

    /// `bag-info.txt`: what the packer and the payload say, then what the caller adds.
    fn bag_info(&self, payload_bytes: u64, payload_files: usize) -> Result<String, WriteError> {
        let refuse = |what: String| refuse("§5.4", format!("{BAG_INFO}: {what}"));
        let own = [
            ("Bag-Software-Agent", self.metadata.packer.clone()),
            ("Bagging-Date", crate::time::date(self.metadata.packed_at)),
            (PAYLOAD_OXUM, format!("{payload_bytes}.{payload_files}")),
        ];
        for (label, _) in self.bag_info {
            if own.iter().any(|(own, _)| label.eq_ignore_ascii_case(own)) {
                return Err(refuse(format!("{label} is not for the caller to give")));
            }
        }
        let own = own.into_iter().map(|(label, value)| (label.to_owned(), value));
        let fields: Vec<_> = own.chain(self.bag_info.iter().cloned()).collect();
        bag_info_text(&fields).map_err(refuse)
    }

    /// Every tag file but the tag manifest, in the order of the archive.
    fn files(
        &self,
        stem: &str,
        manifest: &Manifest,
        payload_bytes: u64,
    ) -> Result<BTreeMap<&'static str, Vec<u8>>, WriteError> {
        let mut metadata =
            serde_json::to_string_pretty(self.metadata).map_err(|error| refuse("§6.1", error.to_string()))?;
        metadata.push('\n');
        let payload_files = manifest.digests.len();
        let facts = texts::Facts {
            stem,
            metadata: self.metadata,
            payload_files,
            has_viewer: self.viewer_html.is_some(),
        };
        let mut files = BTreeMap::from([
            ("README.txt", texts::readme(&facts).into_bytes()),
            ("VERIFY.txt", texts::verify(&facts).into_bytes()),
            (BAG_INFO, self.bag_info(payload_bytes, payload_files)?.into_bytes()),
            (BAGIT, BAGIT_TEXT.as_bytes().to_vec()),
            (MANIFEST, manifest.to_text().into_bytes()),
            ("report.json", self.report_json.as_bytes().to_vec()),
            ("report.txt", self.report_text.as_bytes().to_vec()),
            ("snapshot.json", metadata.into_bytes()),
        ]);
        if let Some(html) = self.viewer_html {
            files.insert("viewer.html", html.to_vec());
        }
        Ok(files)
    }
}

/// An archive being written from left to right.
struct Archive<W> {
    out: W,
    stem: String,
    offset: u64,
    hasher: Sha256,
    records: Vec<Record>,
}

impl<W: Write> Archive<W> {
    fn new(out: W, stem: &str) -> Self {
        Self { out, stem: stem.to_owned(), offset: 0, hasher: Sha256::new(), records: Vec::new() }
    }

    /// Writes one entry that is in memory and gives its digest.
    fn add_bytes(&mut self, name: &str, bytes: Vec<u8>) -> Result<Sha256Digest, WriteError> {
        let compressed = compress::compress(bytes);
        self.add(name, compressed.as_read())?;
        Ok(compressed.facts.sha256)
    }

    /// Writes one entry; gives its record and where its data begins.
    fn add(&mut self, name: &str, entry: Compressed<impl Read>) -> Result<(Record, u64), WriteError> {
        let Facts { method, crc32, size_bytes, compressed_bytes, .. } = entry.facts;
        let name = format!("{}/{name}", self.stem);
        let record = Record::canonical(&name, method, crc32, compressed_bytes, size_bytes).at(self.offset);
        self.put(&record.encode_local())?;
        let data_offset = self.offset;
        self.copy(entry.data.take(compressed_bytes))?;
        if self.offset - data_offset != compressed_bytes {
            let words = format!("{name} has fewer than the {compressed_bytes} bytes that were announced");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, words).into());
        }
        self.records.push(record.clone());
        Ok((record, data_offset))
    }

    fn copy(&mut self, mut data: impl Read) -> Result<(), WriteError> {
        let mut chunk = [0; 32 << 10];
        loop {
            match data.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(count) => self.put(chunk.get(..count).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.out.write_all(bytes)?;
        self.hasher.update(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<(), WriteError> {
        let central_offset = self.offset;
        let records = std::mem::take(&mut self.records);
        for record in &records {
            self.put(&record.encode_central())?;
        }
        let central_bytes = self.offset - central_offset;
        self.put(&End::canonical(records.len() as u64, central_bytes, central_offset).encode())?;
        self.out.flush()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

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
    fn payload_comes_in_order_and_whole() {
        let entry = || compress::compress(b"abc".to_vec());
        let mut writer = Writer::new(Vec::new(), STEM).unwrap();
        let placed = writer.add_payload(&path("data/b"), entry().as_read()).unwrap();
        assert_eq!(placed.data_offset, placed.record.local_bytes());
        for name in ["data/b", "data/a"] {
            let error = writer.add_payload(&path(name), entry().as_read()).unwrap_err().to_string();
            assert!(error.contains("out of order"), "{error}");
        }
        let short = Compressed { facts: entry().facts, data: &b"ab"[..] };
        let error = writer.add_payload(&path("data/c"), short).unwrap_err().to_string();
        assert!(error.contains("fewer than the 3 bytes"), "{error}");
    }
}
