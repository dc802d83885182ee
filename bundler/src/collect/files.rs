//! Listing files and folders without ever following a link; knows nothing about what they hold.

use std::io;
use std::path::{Path, PathBuf};

/// Something in a folder.
pub(super) struct Found {
    /// Path below the folder, `/` between segments; bytes that are not UTF-8 are written `\xff`.
    pub(super) relative: String,
    /// The same as the system has it.
    pub(super) name: Vec<u8>,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Why it is not read, where that is known already.
    pub(super) refused: Option<String>,
}

pub(super) const IS_LINK: &str = "is a link; links are never followed";

const MAX_DEPTH: usize = 64;

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
    let top = Found { relative: String::new(), name: Vec::new(), path: folder.to_owned(), refused: None };
    walk_into(top, 0, enters, &mut found);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn walk_into(folder: Found, depth: usize, enters: &dyn Fn(&str) -> bool, found: &mut Vec<Found>) {
    let refuse = |found: &mut Vec<Found>, reason: String| {
        let Found { relative, name, path, .. } = &folder;
        let (relative, name, path) = (relative.clone(), name.clone(), path.clone());
        found.push(Found { relative, name, path, refused: Some(reason) });
    };
    if depth > MAX_DEPTH {
        return refuse(found, format!("is nested deeper than {MAX_DEPTH} folders"));
    }
    let listing = match std::fs::read_dir(&folder.path) {
        Ok(listing) => listing,
        Err(error) => return refuse(found, reason_of(&error)),
    };
    for item in listing {
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                refuse(found, reason_of(&error));
                continue;
            }
        };
        let own = item.file_name();
        let mut name = folder.name.clone();
        if !name.is_empty() {
            name.push(b'/');
        }
        name.extend_from_slice(own.as_encoded_bytes());
        let mut item = Found { relative: text_of(&name), name, path: item.path(), refused: None };
        match std::fs::symlink_metadata(&item.path) {
            Ok(metadata) if metadata.is_dir() => {
                if enters(&item.relative) {
                    walk_into(item, depth + 1, enters, found);
                }
                continue;
            }
            Ok(metadata) => item.refused = refusal(&metadata),
            Err(error) => item.refused = Some(reason_of(&error)),
        }
        found.push(item);
    }
}

/// A name as text; bytes that are not UTF-8 are written `\xff`.
fn text_of(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

pub(super) fn refusal(metadata: &std::fs::Metadata) -> Option<String> {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        return Some(IS_LINK.to_owned());
    }
    if kind.is_dir() {
        return Some("is a folder".to_owned());
    }
    (!kind.is_file()).then(|| "is not a regular file".to_owned())
}

/// The operating system's word without the path, which the absence names in the packer's words.
pub(super) fn reason_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "file gone".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}
