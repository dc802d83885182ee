//! Files that are there as a whole or not at all: temporary file, fsync, rename. Knows no format.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Says what stands in the way of writing `target`, as far as it can be known before the work begins.
pub(crate) fn check(target: &Path) -> io::Result<()> {
    if target.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder; name a file in it"));
    }
    let folder = folder_of(target);
    if !folder.is_dir() {
        let words = format!("the folder {} does not exist; create it first", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, words));
    }
    Ok(())
}

const PREFIX: &str = ".dossier-";
const SUFFIX: &str = ".tmp";

/// Whether a file is called as temporary files of this program are.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())
}

/// A temporary file in the folder of `target`, so that the rename cannot cross file systems.
pub(crate) fn beside(target: &Path) -> io::Result<NamedTempFile> {
    check(target)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As any other file that the user creates: the umask decides, not the secrecy of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(target))
}

/// Puts `file` in the place of `target`, whatever was there.
pub(crate) fn put(file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    // The rename itself lives in the folder; not every system lets a folder be synced.
    if let Ok(folder) = std::fs::File::open(folder_of(target)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Writes `bytes` to `target` in one step.
pub(crate) fn write(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = beside(target)?;
    file.write_all(bytes)?;
    put(file, target)
}

fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.zip");
        for bytes in [&b"one"[..], b"two"] {
            write(&target, bytes).expect("written");
            assert_eq!(std::fs::read(&target).expect("read"), bytes);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn says_which_folder_is_missing() {
        let error = write(Path::new("/nowhere/at/all/x.zip"), b"").expect_err("no folder").to_string();
        assert!(error.contains("/nowhere/at/all does not exist"), "{error}");
    }
}
