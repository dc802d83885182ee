//! Changes a file that is there: held against others, whole or not at all, with the permissions that it had. Knows
//! no format.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::{atomic, output};

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// After this, somebody who watches is told.
    silent: Duration,
    /// After this, it is given up.
    all: Duration,
}

const PATIENCE: Patience = Patience { silent: Duration::from_secs(1), all: Duration::from_secs(60) };
const TRY_AGAIN: Duration = Duration::from_millis(20);

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
        Self::take_within(path, PATIENCE)
    }

    fn take_within(path: &Path, patience: Patience) -> io::Result<Self> {
        let target = match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            found => found?,
        };
        atomic::check(&target)?;
        let name = target.file_name().ok_or_else(|| io::Error::other("it is no file"))?;
        let lock = target.with_file_name(format!(".{}.lock", name.to_string_lossy()));
        let (begun, mut is_told) = (Instant::now(), false);
        loop {
            let file = open_lock(&lock)?;
            match file.try_lock() {
                // Whoever held it before has taken it away; a new one may be in its place.
                Ok(()) if is_still(&file, &lock) => {
                    // What a killed run left of this file; nobody else writes it now.
                    atomic::clear(&target);
                    return Ok(Self { target, lock, file: Some(file) });
                }
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let waited = begun.elapsed();
            if waited >= patience.all {
                let words = format!(
                    "another dossier has held {} for {} s; nothing was changed. Wait for it, or end it: the lock ends \
                     with it",
                    lock.display(),
                    waited.as_secs()
                );
                return Err(io::Error::new(io::ErrorKind::TimedOut, words));
            }
            if waited >= patience.silent && !is_told {
                is_told = true;
                let words = format!("waiting for another signer of {} …", target.display());
                let _ = writeln!(anstream::stderr(), "{}", output::clean(&words));
            }
            thread::sleep(TRY_AGAIN);
        }
    }

    /// The file, behind every link.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A temporary file to write what comes in its place. What is new is for its owner alone.
    pub(crate) fn replacement(&self) -> io::Result<NamedTempFile> {
        let file = atomic::beside(&self.target)?;
        match std::fs::metadata(&self.target) {
            Ok(there) => {
                keep_owner(file.as_file(), &there);
                file.as_file().set_permissions(there.permissions())?;
            }
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

/// Opens the lock, or makes it. What somebody laid in its place is not followed, not waited for and not written to.
fn open_lock(lock: &Path) -> io::Result<File> {
    let strange = || {
        let words = format!(
            "{0} is where the lock belongs, and it is no plain file; look at it, then take it away: rm -r {0}",
            lock.display()
        );
        io::Error::new(io::ErrorKind::InvalidInput, words)
    };
    let is_strange = || std::fs::symlink_metadata(lock).is_ok_and(|there| !there.is_file());
    if is_strange() {
        return Err(strange());
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits() as i32);
    }
    let mut opened = options.open(lock);
    // What another user's run left can be locked and taken away in a folder that both may write.
    if opened.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied) {
        opened = options.create(false).write(false).read(true).open(lock).or(opened);
    }
    let file = opened.map_err(|error| if is_strange() { strange() } else { error })?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(strange()),
    }
}

/// Where the system lets it, as for root: what is signed stays its owner's.
#[cfg(unix)]
fn keep_owner(file: &File, there: &std::fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let is_other = file.metadata().is_ok_and(|new| (new.uid(), new.gid()) != (there.uid(), there.gid()));
    if is_other && fchown(file, Some(there.uid()), Some(there.gid())).is_err() {
        let _ = fchown(file, None, Some(there.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &std::fs::Metadata) {}

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

    #[test]
    fn a_lock_that_is_held_is_given_up_in_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.zip");
        let held = Held::take(&target).expect("taken");
        let patience = Patience { silent: Duration::from_millis(20), all: Duration::from_millis(100) };
        let error = Held::take_within(&target, patience).expect_err("held").to_string();
        assert!(error.contains(".x.zip.lock") && error.contains("nothing was changed"), "{error}");
        drop(held);
        Held::take_within(&target, patience).expect("free again");
    }

    #[cfg(unix)]
    #[test]
    fn what_was_laid_in_the_place_of_the_lock_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, lock) = (folder.path().join("x.zip"), folder.path().join(".x.zip.lock"));
        let elsewhere = folder.path().join("elsewhere");
        let check = |what: &str| {
            let error = Held::take(&target).expect_err(what).to_string();
            assert!(error.contains("no plain file") && error.contains("rm -r"), "{what}: {error}");
            assert!(!elsewhere.exists(), "{what}");
        };
        std::os::unix::fs::symlink(&elsewhere, &lock).expect("linked");
        check("a link");
        std::fs::remove_file(&lock).expect("removed");
        let made = std::process::Command::new("mkfifo").arg(&lock).status().expect("mkfifo runs");
        assert!(made.success());
        check("a pipe");
        std::fs::remove_file(&lock).expect("removed");
        std::fs::create_dir(&lock).expect("made");
        check("a folder");
    }

    #[test]
    fn leftovers_of_killed_runs_are_cleared_by_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [".dossier-x.zip-abcdef.tmp", ".x.zip.lock"] {
            std::fs::write(folder.path().join(name), b"half").expect("written");
        }
        drop(Held::take(&folder.path().join("x.zip")).expect("taken"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    }
}
