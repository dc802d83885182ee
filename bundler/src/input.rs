//! Files that a person named: opened without waiting for what may never come, and read up to a limit. Knows no format.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// No key file is longer.
pub(crate) const KEY_BYTES: u64 = 64 << 10;
/// Lists of keys, settings and values: what people keep by hand.
pub(crate) const LIST_BYTES: u64 = 4 << 20;
/// A snapshot that comes through a pipe is held in memory.
pub(crate) const PIPED_SNAPSHOT_BYTES: u64 = 256 << 20;

/// Why a named file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub(crate) struct InputError {
    pub(crate) path: PathBuf,
    pub(crate) kind: io::ErrorKind,
    /// A fragment.
    pub(crate) why: String,
}

impl InputError {
    fn new(path: &Path, kind: io::ErrorKind, why: impl Into<String>) -> Self {
        Self { path: path.to_owned(), kind, why: why.into() }
    }

    fn io(path: &Path, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "there is no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
            _ => error.to_string(),
        };
        Self::new(path, error.kind(), why)
    }
}

impl From<InputError> for io::Error {
    fn from(error: InputError) -> Self {
        Self::new(error.kind, error.to_string())
    }
}

/// A file that is open.
#[derive(Debug)]
pub(crate) struct Input {
    path: PathBuf,
    file: File,
    pub(crate) metadata: Metadata,
}

/// Opens a regular file; or what this process was started with, `/dev/stdin` and `<(…)`, of which somebody holds the
/// other end. A named pipe, a socket or a device could be waited for, or read, for ever.
pub(crate) fn open(path: &Path) -> Result<Input, InputError> {
    let fault = |error: io::Error| InputError::io(path, &error);
    let refuse = |why: &str| Err(InputError::new(path, io::ErrorKind::InvalidInput, why));
    let is_given = is_given(path);
    let may_read = |metadata: &Metadata| metadata.is_file() || (is_given && !metadata.is_dir());
    let there = std::fs::metadata(path).map_err(fault)?;
    if !may_read(&there) {
        return refuse(words_of(&there));
    }
    let file = open_at_once(path).map_err(fault)?;
    // What was exchanged between the two looks was not waited for.
    let metadata = file.metadata().map_err(fault)?;
    if !may_read(&metadata) {
        return refuse(words_of(&metadata));
    }
    if is_given {
        wait_for_more(&file).map_err(fault)?;
    }
    Ok(Input { path: path.to_owned(), file, metadata })
}

/// Opens and reads a file of at most `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, InputError> {
    open(path)?.read(most)
}

/// The same of text.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, InputError> {
    String::from_utf8(read(path, most)?)
        .map_err(|_| InputError::new(path, io::ErrorKind::InvalidData, "it is not text in UTF-8"))
}

impl Input {
    /// All of it, where that is at most `most` bytes.
    pub(crate) fn read(self, most: u64) -> Result<Vec<u8>, InputError> {
        let mut bytes = Vec::new();
        let read = self.file.take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| InputError::io(&self.path, &error))?;
        match bytes.len() as u64 > most {
            true => {
                let why = format!("it holds more than {}, which is not what belongs here", words(most));
                Err(InputError::new(&self.path, io::ErrorKind::FileTooLarge, why))
            }
            false => Ok(bytes),
        }
    }

    /// The file itself, to be read at any place.
    pub(crate) fn into_file(self) -> File {
        self.file
    }
}

fn words(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

/// Whether `path` is how the shell names what it opened itself; and the device that stands for an empty file.
fn is_given(path: &Path) -> bool {
    let Some(name) = path.to_str().filter(|_| cfg!(unix)) else { return false };
    let number = name.strip_prefix("/dev/fd/").or_else(|| name.strip_prefix("/proc/self/fd/"));
    name == "/dev/stdin"
        || name == "/dev/null"
        || number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn words_of(metadata: &Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = metadata.file_type();
        if kind.is_fifo() {
            return "it is a named pipe, which may never end; name a file";
        }
        if kind.is_socket() {
            return "it is a socket; name a file";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "it is a device, which may have no end; name a file";
        }
    }
    match metadata.is_dir() {
        true => "it is a folder; name a file",
        false => "it is not a regular file",
    }
}

#[cfg(unix)]
fn open_at_once(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
fn open_at_once(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Whoever writes to a pipe that was handed over may take their time.
#[cfg(unix)]
fn wait_for_more(file: &File) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(file)?;
    Ok(rustix::fs::fcntl_setfl(file, flags - rustix::fs::OFlags::NONBLOCK)?)
}

#[cfg(not(unix))]
fn wait_for_more(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &Path, expected: Result<&[u8], &str>) {
        match (read(path, 8), expected) {
            (Ok(bytes), Ok(expected)) => assert_eq!(bytes, expected, "{}", path.display()),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (found, expected) => panic!("{}: {found:?} instead of {expected:?}", path.display()),
        }
    }

    #[test]
    fn what_has_no_end_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs_err::write(at("short"), b"12345678").expect("written");
        fs_err::write(at("long"), b"123456789").expect("written");
        std::os::unix::fs::symlink("short", at("link")).expect("linked");
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo runs");
        assert!(made.success());
        let _listener = std::os::unix::net::UnixListener::bind(at("socket")).expect("bound");
        check(&at("short"), Ok(b"12345678"));
        check(&at("link"), Ok(b"12345678"));
        check(&at("long"), Err("more than 0 KiB"));
        check(&at("pipe"), Err("named pipe"));
        check(&at("socket"), Err("socket"));
        check(folder.path(), Err("it is a folder"));
        check(&at("gone"), Err("gone: there is no such file"));
        check(Path::new("/dev/urandom"), Err("device"));
        check(Path::new("/dev/null"), Ok(b""));
        fs_err::write(at("latin"), b"\xe9").expect("written");
        assert!(read_text(&at("latin"), 8).is_err_and(|error| error.to_string().contains("UTF-8")));
    }

    #[test]
    fn what_the_shell_opened_is_waited_for_and_bounded() {
        use std::os::fd::AsRawFd as _;

        for (sent, expected) in [(&b"1234"[..], Ok(&b"1234"[..])), (b"123456789", Err("more than"))] {
            let (reader, mut writer) = std::io::pipe().expect("a pipe");
            let sender = std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                std::io::Write::write_all(&mut writer, sent).expect("sent");
            });
            check(Path::new(&format!("/dev/fd/{}", reader.as_raw_fd())), expected);
            sender.join().expect("ended");
        }
    }
}
