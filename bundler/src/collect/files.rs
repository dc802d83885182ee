//! Reading files and folders without ever following a link; knows nothing about what they hold.

use std::io::{self, Read as _};
use std::path::Path;

use super::CollectError;

/// A file's bytes, or why they cannot be had.
pub(super) type Reading = Result<Vec<u8>, String>;

/// Something in a folder.
pub(super) struct Found {
    /// Path below the folder, `/` between segments.
    pub(super) relative: String,
    /// Why it is not read, where that is known already.
    pub(super) refused: Option<String>,
}

const MAX_DEPTH: usize = 64;

/// Reads a regular file; links, pipes and devices are refused, a file over `limit_bytes` is an error.
pub(super) fn read(path: &Path, limit_bytes: u64) -> Result<Reading, CollectError> {
    let too_large = || CollectError::TooLarge { path: path.display().to_string(), limit_bytes };
    let seen = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return Ok(Err(reason_of(&error))),
    };
    if let Some(reason) = refusal(&seen) {
        return Ok(Err(reason));
    }
    if seen.len() > limit_bytes {
        return Err(too_large());
    }
    let opened = std::fs::File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) = match opened {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(reason_of(&error))),
    };
    if !is_same_file(&seen, &metadata) {
        return Ok(Err("was exchanged while it was read".to_owned()));
    }
    let mut bytes = Vec::new();
    if let Err(error) = file.take(limit_bytes + 1).read_to_end(&mut bytes) {
        return Ok(Err(reason_of(&error)));
    }
    if bytes.len() as u64 > limit_bytes {
        return Err(too_large());
    }
    Ok(Ok(bytes))
}

/// Whether `path` is a folder, or why it cannot be walked.
pub(super) fn folder(path: &Path) -> Result<(), String> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(metadata) => Err(refusal(&metadata).unwrap_or_else(|| "is not a folder".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("folder gone".to_owned()),
        Err(error) => Err(reason_of(&error)),
    }
}

/// Everything below `folder` in bytewise order; `enters` says whether a subfolder is walked at all.
pub(super) fn walk(folder: &Path, enters: &dyn Fn(&str) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    walk_into(folder, "", 0, enters, &mut found);
    found.sort_by(|a, b| a.relative.cmp(&b.relative));
    found
}

fn walk_into(
    folder: &Path,
    prefix: &str,
    depth: usize,
    enters: &dyn Fn(&str) -> bool,
    found: &mut Vec<Found>,
) {
    let refuse = |found: &mut Vec<Found>, relative: String, reason: String| {
        found.push(Found { relative, refused: Some(reason) });
    };
    if depth > MAX_DEPTH {
        return refuse(found, prefix.to_owned(), format!("is nested deeper than {MAX_DEPTH} folders"));
    }
    let listing = match std::fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) => return refuse(found, prefix.to_owned(), reason_of(&error)),
    };
    for item in listing {
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                refuse(found, prefix.to_owned(), reason_of(&error));
                continue;
            }
        };
        let name = item.file_name();
        let relative = match prefix {
            "" => name.to_string_lossy().into_owned(),
            _ => format!("{prefix}/{}", name.to_string_lossy()),
        };
        if name.to_str().is_none() {
            refuse(found, relative, "its name is not UTF-8".to_owned());
            continue;
        }
        match std::fs::symlink_metadata(item.path()) {
            Ok(metadata) if metadata.is_dir() => {
                if enters(&relative) {
                    walk_into(&item.path(), &relative, depth + 1, enters, found);
                }
            }
            Ok(metadata) => found.push(Found { relative, refused: refusal(&metadata) }),
            Err(error) => refuse(found, relative, reason_of(&error)),
        }
    }
}

fn refusal(metadata: &std::fs::Metadata) -> Option<String> {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        return Some("is a link; links are never followed".to_owned());
    }
    if kind.is_dir() {
        return Some("is a folder".to_owned());
    }
    (!kind.is_file()).then(|| "is not a regular file".to_owned())
}

/// The operating system's word without the path, which the absence names in the packer's words.
fn reason_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "file gone".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(unix)]
fn is_same_file(seen: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    opened.is_file() && (seen.dev(), seen.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same_file(_: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    opened.is_file()
}
