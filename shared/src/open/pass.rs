//! The one pass in which every byte of a snapshot is read and hashed, and the parts that a parallel one is made of.

use std::io::{self, Read as _};

use sha2::{Digest as _, Sha256};

use super::source::{Reader, Source};
use super::{METADATA, REPORT};
use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::snapshot::layout::Layout;
use crate::snapshot::manifest::{BAG_INFO, BAGIT, MANIFEST, TAG_MANIFEST};
use crate::snapshot::names::SIGNATURES;
use crate::snapshot::read::{Inflated, Inflater, Stretch};

const CHUNK_BYTES: u64 = 256 << 10;

/// What reading all of a snapshot gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// What came out of each entry of the layout, in its order.
    pub entries: Vec<Inflated>,
    /// The bytes that the seal speaks of.
    pub covered: Span,
    /// The whole file.
    pub file: Span,
}

/// Bytes from the beginning of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
}

/// Reads everything in turn, as [`super::open_from`] does.
pub fn in_turn(source: &dyn Source, layout: &Layout) -> io::Result<Pass> {
    let mut inflater = Inflater::default();
    let mut reader = Reader::new(source)?;
    let entries = layout
        .entries
        .iter()
        .map(|placed| inflater.inflate(&mut reader, Stretch::from(placed), is_kept(&placed.path)));
    let entries = entries.collect::<io::Result<_>>()?;
    let (covered, file) = spans(source, layout.covered_bytes)?;
    Ok(Pass { entries, covered, file })
}

/// Whether a pass has to keep the bytes of an entry: opening itself reads the bag's own files and the signatures.
pub fn is_kept(path: &EntryPath) -> bool {
    is_own_file(path.as_str()) || path.segments().next() == Some(SIGNATURES)
}

/// Whether opening reads what is in the tag file of that name.
pub(super) fn is_own_file(name: &str) -> bool {
    [TAG_MANIFEST, MANIFEST, METADATA, REPORT, BAGIT, BAG_INFO].contains(&name)
}

/// Hashes the file once: its first `covered_bytes`, and all of it.
pub fn spans(source: &dyn Source, covered_bytes: u64) -> io::Result<(Span, Span)> {
    let mut reader = Reader::new(source)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; source.size_bytes()?.clamp(1, CHUNK_BYTES) as usize];
    let mut feed = |limit: u64| -> io::Result<Span> {
        let mut bytes = 0;
        let mut part = io::Read::take(&mut reader, limit);
        loop {
            let count = part.read(&mut chunk)?;
            if count == 0 {
                let sha256 = Sha256Digest::from_bytes(hasher.clone().finalize().into());
                return Ok(Span { bytes, sha256 });
            }
            hasher.update(chunk.get(..count).unwrap_or_default());
            bytes += count as u64;
        }
    };
    let covered = feed(covered_bytes)?;
    let rest = feed(u64::MAX)?;
    Ok((covered, Span { bytes: covered.bytes + rest.bytes, ..rest }))
}
