//! Archives and bags of other projects, where `DOSSIER_CORPORA` names their folder; how many were judged is told at the end.
//! Knows nothing about what any single file is for, except what its project says by name or folder.

mod bagit;
mod lenient;
mod rezipped;
mod zip;

use std::path::{Path, PathBuf};

/// The files below `folder` that end in `.extension`, in order of name.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("a folder of the corpus");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let mut found: Vec<_> = paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
    found.sort();
    assert!(!found.is_empty(), "{} holds no .{extension}", folder.display());
    found
}

/// The folders in `folder`, in order of name.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("a folder of the corpus");
    let mut found: Vec<_> =
        entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The last part of a path as text.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
