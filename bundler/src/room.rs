//! Temporary folders that nobody else may look into, and the end of those whose program was killed. Knows no content.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::atomic;

/// What a folder is for; its name begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A repository before redaction, gone with the run.
    Git,
    /// A page that a browser reads after the run.
    Page,
}

/// So long a page stays for a browser that may load it again.
const PAGE_STAYS: Duration = Duration::from_hours(24);
/// The file that whoever works in a folder holds a lock on; it ends with the process, however that ends.
const LOCK: &str = "in-use";

impl Purpose {
    const ALL: [Self; 2] = [Self::Git, Self::Page];

    fn prefix(self) -> &'static str {
        match self {
            Self::Git => "dossier-git-",
            Self::Page => "dossier-page-",
        }
    }

    /// Whether a folder that nobody works in has served its purpose.
    fn is_over(self, folder: &Path) -> bool {
        match self {
            Self::Git => true,
            Self::Page => !has_page(folder) || is_old(folder),
        }
    }
}

/// A temporary folder of this process; it is removed when it is dropped.
pub(crate) struct Room {
    // Closed before the folder goes: some systems remove no file that is open.
    lock: File,
    folder: TempDir,
}

impl Room {
    pub(crate) fn new(purpose: Purpose) -> io::Result<Self> {
        // Between making a folder and locking it another run may take it for a leftover; then there is a next one.
        for _ in 0..100 {
            let folder = atomic::private_folder(purpose.prefix())?;
            let Ok(lock) = File::create_new(folder.path().join(LOCK)) else { continue };
            // Some file systems know no locks; there a leftover stays until somebody removes it.
            let _ = lock.try_lock();
            if folder.path().join(LOCK).exists() {
                return Ok(Self { lock, folder });
            }
        }
        Err(io::Error::other("other runs keep removing the temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder behind.
    pub(crate) fn keep(self) -> PathBuf {
        drop(self.lock);
        self.folder.keep()
    }
}

/// Removes what interrupted runs left in the temporary folder: only folders of this user that nobody works in.
pub(crate) fn clear_leftovers() {
    clear_in(&std::env::temp_dir());
}

fn clear_in(temporary: &Path) {
    let Ok(listing) = std::fs::read_dir(temporary) else { return };
    for item in listing.flatten() {
        let name = item.file_name();
        let is_of = |purpose: &Purpose| name.as_encoded_bytes().starts_with(purpose.prefix().as_bytes());
        let Some(purpose) = Purpose::ALL.into_iter().find(is_of) else { continue };
        let folder = item.path();
        if !is_own_folder(&folder) {
            continue;
        }
        // Held until the folder is gone, so that two runs do not clear it at once.
        let Some(_lock) = lock_of_nobody(&folder.join(LOCK)) else { continue };
        if purpose.is_over(&folder) {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// The lock of a folder that nobody works in.
fn lock_of_nobody(path: &Path) -> Option<File> {
    if !std::fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

/// Whether `path` is a folder, no link, of the user who runs this, and closed to all others.
#[cfg(unix)]
fn is_own_folder(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let own = rustix::process::geteuid().as_raw();
    std::fs::symlink_metadata(path)
        .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own && metadata.mode() & 0o077 == 0)
}

/// Elsewhere an open file cannot be removed, nor is the temporary folder shared.
#[cfg(not(unix))]
fn is_own_folder(_: &Path) -> bool {
    false
}

fn has_page(folder: &Path) -> bool {
    let Ok(listing) = std::fs::read_dir(folder) else { return false };
    listing.flatten().any(|item| item.path().extension().is_some_and(|extension| extension == "html"))
}

fn is_old(folder: &Path) -> bool {
    let modified = std::fs::symlink_metadata(folder).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > PAGE_STAYS))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// A folder as an interrupted run leaves it.
    fn left(temporary: &Path, name: &str, files: &[&str]) -> PathBuf {
        let folder = temporary.join(name);
        fs_err::create_dir(&folder).expect("made");
        fs_err::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).expect("closed");
        files.iter().for_each(|file| fs_err::write(folder.join(file), "x").expect("written"));
        folder
    }

    #[test]
    fn only_own_folders_that_nobody_works_in_are_cleared() {
        let temporary = tempfile::tempdir().expect("a folder");
        let at = temporary.path();
        let git = left(at, "dossier-git-dead", &[LOCK, "stderr"]);
        let half_a_page = left(at, "dossier-page-half", &[LOCK, ".dossier-x.html-abcdef.tmp"]);
        let old_page = left(at, "dossier-page-old", &[LOCK, "x.html"]);
        let long_ago = SystemTime::now() - 2 * PAGE_STAYS;
        File::open(&old_page).and_then(|folder| folder.set_modified(long_ago)).expect("set");
        let page = left(at, "dossier-page-read", &[LOCK, "x.html"]);
        let used = left(at, "dossier-git-used", &[LOCK]);
        let lock = File::open(used.join(LOCK)).expect("opened");
        lock.lock().expect("locked");
        let without_lock = left(at, "dossier-git-other", &["x"]);
        let open_to_all = left(at, "dossier-git-open", &[LOCK]);
        fs_err::set_permissions(&open_to_all, std::fs::Permissions::from_mode(0o755)).expect("opened");
        let elsewhere = left(at, "elsewhere", &[LOCK]);
        let linked = at.join("dossier-git-link");
        symlink(&elsewhere, &linked).expect("linked");
        clear_in(at);
        for gone in [&git, &half_a_page, &old_page] {
            assert!(!gone.exists(), "{}", gone.display());
        }
        for stays in [&page, &used, &without_lock, &open_to_all, &elsewhere, &linked] {
            assert!(stays.exists(), "{}", stays.display());
        }
    }

    #[test]
    fn a_room_in_use_stays_and_goes_with_its_owner() {
        let room = Room::new(Purpose::Git).expect("a room");
        let path = room.path().to_owned();
        clear_leftovers();
        assert!(path.join(LOCK).exists());
        assert_eq!(fs_err::metadata(&path).expect("there").permissions().mode() & 0o777, 0o700);
        drop(room);
        assert!(!path.exists());
        let page = Room::new(Purpose::Page).expect("a room").keep();
        assert!(page.exists());
        fs_err::remove_dir_all(page).expect("removed");
    }
}
