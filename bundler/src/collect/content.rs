//! The content of an entry: made here, or a file that is opened when its turn comes and refused when it changed
//! since it was listed. Knows nothing about what it holds.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::CollectError;
use super::files::{IS_LINK, reason_of, refusal};
use super::reach::is_where_it_was;
use crate::atomic;
use crate::spool::{Held, Spool};

/// Where an entry's bytes come from.
pub(crate) enum Content {
    /// Bytes that exist nowhere else, such as the output of git.
    Made(Held),
    /// A file as it was listed.
    File(ListedFile),
}

/// A regular file and what told it from any other when it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedFile {
    path: PathBuf,
    limit_bytes: u64,
    stamp: Stamp,
}

/// Why content cannot be had.
pub(crate) enum Unread {
    /// For an absence, as a fragment.
    Absent(String),
    /// There is no room for it on our side.
    Spool(io::Error),
}

/// What changes when a file is exchanged or written to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<std::time::SystemTime>,
    /// Device and number, where the system has them.
    identity: Option<(u64, u64)>,
}

/// Nothing that this program left behind is ever evidence.
const IS_LEFTOVER: &str =
    "is a temporary file of dossier's own, written now or left over from an interrupted run";
const CHANGED: &str = "was changed or exchanged while it was packed; pack again when nothing writes to it";
const MADE_UP: &str = "holds more or less than its size says: the system makes it up when it is read, as it does in /proc; \
                       copy it and name the copy";

impl Content {
    /// As far as is known before it is read.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Made(held) => held.bytes(),
            Self::File(file) => file.stamp.bytes,
        }
    }

    /// The file that it comes from.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Made(_) => None,
            Self::File(file) => Some(&file.path),
        }
    }

    /// Reads it, once: whatever is done with an entry is done with these very bytes.
    pub(crate) fn read(self) -> Result<Held, Unread> {
        match self {
            Self::Made(held) => Ok(held),
            Self::File(file) => file.read(),
        }
    }
}

impl ListedFile {
    /// Looks at a file without opening it; links, pipes and devices are refused, a file over `limit_bytes` is an error.
    pub(super) fn list(path: &Path, limit_bytes: u64) -> Result<Result<Self, String>, CollectError> {
        let metadata = match std::fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return Ok(Err(reason_of(&error))),
        };
        if let Some(reason) = refusal(&metadata) {
            return Ok(Err(reason));
        }
        if path.file_name().is_some_and(atomic::is_temporary) {
            return Ok(Err(IS_LEFTOVER.to_owned()));
        }
        if metadata.len() > limit_bytes {
            return Err(CollectError::TooLarge { path: path.display().to_string(), limit_bytes });
        }
        Ok(Ok(Self { path: path.to_owned(), limit_bytes, stamp: Stamp::of(&metadata) }))
    }

    fn read(&self) -> Result<Held, Unread> {
        let absent = |error: &io::Error| match is_link(error) {
            true => Unread::Absent(IS_LINK.to_owned()),
            false => Unread::Absent(reason_of(error)),
        };
        let mut file = open(&self.path).map_err(|error| absent(&error))?;
        let check = |file: &File| match file
            .metadata()
            .and_then(|metadata| Ok((metadata, is_where_it_was(&self.path)?)))
        {
            Ok((metadata, true)) if metadata.is_file() && Stamp::of(&metadata) == self.stamp => Ok(()),
            Ok(_) => Err(Unread::Absent(CHANGED.to_owned())),
            Err(error) => Err(absent(&error)),
        };
        check(&file)?;
        let mut spool = Spool::with_capacity(self.stamp.bytes);
        let mut chunk = vec![0; (256 << 10).min(self.stamp.bytes as usize + 1)];
        let mut bytes = 0;
        loop {
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => {
                    bytes += count as u64;
                    if bytes > self.stamp.bytes {
                        check(&file)?;
                        return Err(Unread::Absent(MADE_UP.to_owned()));
                    }
                    spool.write_all(chunk.get(..count).unwrap_or_default()).map_err(Unread::Spool)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(absent(&error)),
            }
        }
        check(&file)?;
        if bytes != self.stamp.bytes {
            return Err(Unread::Absent(MADE_UP.to_owned()));
        }
        spool.finish().map_err(Unread::Spool)
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { bytes: metadata.len(), modified: metadata.modified().ok(), identity: identity(metadata) }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_link(_: &io::Error) -> bool {
    false
}

/// Opens a file that was no link when it was listed; one that became a link or a pipe since is not followed, and
/// not waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits() as i32);
    }
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Lists a file, lets `change` happen to it, and reads it.
    fn check(change: impl Fn(&Path), expected: Result<&[u8], &str>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().canonicalize().expect("there").join("in").join("x.log");
        fs_err::create_dir(folder.path().join("in")).expect("made");
        fs_err::write(&path, "first").expect("written");
        fs_err::write(folder.path().join("in").join("other"), "other").expect("written");
        let listed = ListedFile::list(&path, 100).expect("small").expect("a file");
        change(&path);
        let mut bytes = Vec::new();
        let read = match listed.read() {
            Ok(held) => {
                held.reader().expect("opened").read_to_end(&mut bytes).expect("read");
                Ok(bytes.as_slice())
            }
            Err(Unread::Absent(reason)) => Err(reason),
            Err(Unread::Spool(error)) => panic!("{error}"),
        };
        match (&read, expected) {
            (Ok(bytes), Ok(expected)) => assert_eq!(*bytes, expected),
            (Err(reason), Err(words)) => assert!(reason.contains(words), "{reason}"),
            _ => panic!("{read:?} instead of {expected:?}"),
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_system_makes_up_is_called_that() {
        let listed = ListedFile::list(Path::new("/proc/version"), 100).expect("small").expect("a file");
        match listed.read() {
            Err(Unread::Absent(reason)) => assert_eq!(reason, MADE_UP),
            _ => panic!("it was taken"),
        }
    }

    #[test]
    fn what_changed_since_it_was_listed_is_refused() {
        check(|_| {}, Ok(b"first"));
        check(|path| fs_err::write(path, "longer than it was").expect("written"), Err("was changed"));
        check(|path| fs_err::write(path, "").expect("written"), Err("was changed"));
        check(|path| fs_err::remove_file(path).expect("removed"), Err("file gone"));
        let exchanged = |path: &Path| {
            fs_err::copy(path, path.with_extension("new")).expect("copied");
            fs_err::rename(path.with_extension("new"), path).expect("renamed");
        };
        check(exchanged, Err("was changed or exchanged"));
        let led_away = |path: &Path| {
            let folder = path.parent().expect("a folder");
            let moved = folder.with_extension("moved");
            fs_err::rename(folder, &moved).expect("moved");
            std::os::unix::fs::symlink(&moved, folder).expect("linked");
        };
        check(led_away, Err("was changed or exchanged"));
        let linked = |path: &Path| {
            fs_err::remove_file(path).expect("removed");
            std::os::unix::fs::symlink("other", path).expect("linked");
        };
        check(linked, Err("is a link"));
        let piped = |path: &Path| {
            fs_err::remove_file(path).expect("removed");
            let status = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
            assert!(status.success());
        };
        check(piped, Err("was changed or exchanged"));
        let same_size_later = |path: &Path| {
            fs_err::write(path, "later").expect("written");
            let file = fs_err::OpenOptions::new().write(true).open(path).expect("opened");
            let later = std::time::SystemTime::now() + std::time::Duration::from_secs(9);
            file.file().set_modified(later).expect("set");
        };
        check(same_size_later, Err("was changed"));
    }
}
