//! Changes a file that is there: held against others, whole or not at all, with the permissions that it had. Knows
//! no format.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::atomic;

/// A file that only one process changes at a time; others wait until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    target: PathBuf,
    lock: PathBuf,
    file: Option<File>,
}

impl Held {
    /// Waits for the lock `.NAME.lock` beside `path`: the file itself cannot be locked, since it is replaced by another.
    /// A link is followed first, so that it is not the link that is replaced.
    pub(crate) fn take(path: &Path) -> io::Result<Self> {
        let target = match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            found => found?,
        };
        let name = target.file_name().ok_or_else(|| io::Error::other("it is no file"))?;
        let lock = target.with_file_name(format!(".{}.lock", name.to_string_lossy()));
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock)?;
            file.lock()?;
            // Whoever held it before has taken it away; a new one may be in its place.
            if is_still(&file, &lock) {
                return Ok(Self { target, lock, file: Some(file) });
            }
        }
    }

    /// The file, behind every link.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A temporary file to write what comes in its place. What is new is for its owner alone.
    pub(crate) fn replacement(&self) -> io::Result<NamedTempFile> {
        atomic::clear(&self.target);
        let file = atomic::beside(&self.target)?;
        match std::fs::metadata(&self.target) {
            Ok(there) => file.as_file().set_permissions(there.permissions())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => private(file.as_file())?,
            Err(error) => return Err(error),
        }
        Ok(file)
    }

    /// Puts `file` in its place.
    pub(crate) fn put(&self, file: NamedTempFile) -> io::Result<()> {
        atomic::put(file, &self.target)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Taken away while it is held, so that nobody who waits for it goes on with a file that is not there.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.lock);
        }
        self.file.take();
    }
}

#[cfg(unix)]
fn private(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata().map(id), std::fs::metadata(path).map(id)) {
        (Ok(held), Ok(there)) => held == there,
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.zip");
        let inside = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let held = Held::take(&target).expect("taken");
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(held);
                    }
                });
            }
        });
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    }
}
