//! Appends statements and their signatures to a snapshot that is written; knows no key, file or clock.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::digest::Sha256Digest;
use crate::limits::Limits;
use crate::snapshot::layout::{Layout, LayoutError};
use crate::snapshot::names::{SIGNATURES, signature_file};
use crate::snapshot::record::{End, Record, STORED};

/// A statement and its signature, as they lie below `signatures/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `seal`, or the sha256 of `statement` in hex.
    pub file_stem: String,
    /// The statement's bytes.
    pub statement: Vec<u8>,
    /// The armoured signature over them.
    pub armoured: Vec<u8>,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// It would break a rule of FORMAT.
    #[error("{what} (FORMAT {clause})")]
    Refused {
        /// What is wrong.
        what: String,
        /// The clause of docs/FORMAT.md.
        clause: &'static str,
    },
    /// What it should be appended to is not a snapshot.
    #[error("cannot append a signature: {0}")]
    Layout(#[from] LayoutError),
    /// Writing failed.
    #[error("could not write: {0}")]
    Io(#[from] io::Error),
}

fn refuse(clause: &'static str, what: impl Into<String>) -> AppendError {
    AppendError::Refused { what: what.into(), clause }
}

/// Appends one statement with its signature; see [`append_signatures`].
pub fn append_signature<W: Read + Write + Seek>(
    out: W,
    stem: &str,
    file_stem: &str,
    statement: &[u8],
    armoured_signature: &str,
) -> Result<(), AppendError> {
    let signed = Signed {
        file_stem: file_stem.to_owned(),
        statement: statement.to_vec(),
        armoured: armoured_signature.as_bytes().to_vec(),
    };
    append_signatures(out, Some(stem), &[signed])
}

/// Appends `signatures/<file_stem>.json` and `.json.sig` of each in turn; every byte before the central directory
/// stays. A `stem` that is given has to be the one that the snapshot lies in.
///
/// The caller keeps a copy or works on one: a write that fails half-way leaves an archive without its central
/// directory.
pub fn append_signatures<W: Read + Write + Seek>(
    mut out: W,
    stem: Option<&str>,
    signed: &[Signed],
) -> Result<(), AppendError> {
    // Nothing is inflated here, so only what concerns signatures is limited.
    let limits = Limits {
        entries: u64::MAX,
        entry_bytes: u64::MAX,
        total_bytes: u64::MAX,
        ratio: u64::MAX,
        ..Limits::default()
    };
    let layout = Layout::read(&mut out, &limits)?;
    if let Some(stem) = stem.filter(|stem| layout.stem != *stem) {
        return Err(refuse("§3.2", format!("the snapshot lies in {:?}, not in {stem:?}", layout.stem)));
    }
    let files = files(signed)?;
    check(&layout, &files, &limits)?;
    let mut offset = layout.central_offset;
    out.seek(SeekFrom::Start(offset))?;
    let mut records: Vec<Record> = layout.entries.into_iter().map(|entry| entry.record).collect();
    for (name, bytes) in &files {
        // FORMAT §4.8: stored, so that no bit of it is free to change.
        let crc = crc32fast::hash(bytes);
        let size = bytes.len() as u64;
        let name = format!("{}/{name}", layout.stem);
        let record = Record::canonical(&name, STORED, crc, size, size).at(offset);
        let local = record.encode_local();
        out.write_all(&local)?;
        out.write_all(bytes)?;
        offset += (local.len() + bytes.len()) as u64;
        records.push(record);
    }
    let central: Vec<u8> = records.iter().flat_map(Record::encode_central).collect();
    let end = End::canonical(records.len() as u64, central.len() as u64, offset);
    out.write_all(&central)?;
    out.write_all(&end.encode())?;
    out.flush()?;
    Ok(())
}

/// The files to write, by their path below the stem.
fn files(signed: &[Signed]) -> Result<Vec<(String, &[u8])>, AppendError> {
    let mut files = Vec::new();
    for Signed { file_stem, statement, armoured } in signed {
        if file_stem != "seal" && *file_stem != Sha256Digest::of(statement).to_string() {
            return Err(refuse(
                "§2.4",
                format!("{file_stem:?} is neither `seal` nor the digest of the statement"),
            ));
        }
        files.push((format!("{SIGNATURES}/{file_stem}.json"), statement.as_slice()));
        files.push((format!("{SIGNATURES}/{file_stem}.json.sig"), armoured.as_slice()));
    }
    Ok(files)
}

/// FORMAT §2.4: how many, how long, and each once.
fn check(layout: &Layout, files: &[(String, &[u8])], limits: &Limits) -> Result<(), AppendError> {
    let mut names: std::collections::BTreeSet<&str> =
        layout.entries.iter().map(|entry| entry.path.as_str()).collect();
    let there = layout.entries.iter().filter(|entry| signature_file(&entry.path).is_some()).count();
    if (there + files.len()) as u64 > limits.signatures {
        return Err(refuse(
            "§2.4",
            format!(
                "there are {there} files below {SIGNATURES}/ already; at most {} may be",
                limits.signatures
            ),
        ));
    }
    for (name, bytes) in files {
        if !names.insert(name) {
            return Err(refuse("§2.4", format!("{name} is there already")));
        }
        if bytes.len() as u64 > limits.signature_bytes {
            return Err(refuse(
                "§2.4",
                format!("{name} has {} bytes, more than {}", bytes.len(), limits.signature_bytes),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::snapshot::sample::{STEM, sealed, unsigned};

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

    #[test]
    fn there_is_an_end_to_them() {
        let signed: Vec<Signed> = (0..128_u32)
            .map(|number| {
                let statement = number.to_string().into_bytes();
                let file_stem = Sha256Digest::of(&statement).to_string();
                Signed { file_stem, statement, armoured: b"x".to_vec() }
            })
            .collect();
        let append = |signed: &[Signed]| {
            let mut out = Cursor::new(sealed());
            append_signatures(&mut out, None, signed).map(|()| out.into_inner())
        };
        assert!(append(&signed[..127]).is_ok(), "the seal and 127 more");
        assert!(append(&signed).unwrap_err().to_string().contains("at most 256"));
        let twice = [signed[0].clone(), signed[0].clone()];
        assert!(append(&twice).unwrap_err().to_string().contains("there already"));
    }
}
