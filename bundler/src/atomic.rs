//! Files that are there as a whole or not at all: temporary file, fsync, rename. Knows no format.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What temporary files are called: `.dossier-`, the target's name, `-`, six letters or digits, `.tmp`.
const PREFIX: &str = ".dossier-";
const SUFFIX: &str = ".tmp";
const RANDOM: usize = 6;

/// Says what stands in the way of writing `target`, as far as it can be known before the work begins.
pub(crate) fn check(target: &Path) -> io::Result<()> {
    if target.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder; name a file in it"));
    }
    let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    if target.as_os_str() == "-" {
        return refuse("nothing is written to the standard output; name a file");
    }
    // A rename would put a file in the place of a pipe or a device; behind a link, of the link to it.
    if std::fs::metadata(target).is_ok_and(|there| !there.is_file()) {
        return refuse("it is a pipe, a socket or a device; name a file");
    }
    let folder = folder_of(target);
    if is_of_the_system(&folder) {
        return refuse("what is there belongs to the system, and is no file; name a file in another folder");
    }
    if !folder.is_dir() {
        let words = format!("the folder {} does not exist; create it first", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, words));
    }
    may_write(&folder).map_err(|error| {
        let folder = folder.display();
        let words = match error.kind() {
            io::ErrorKind::PermissionDenied => format!("you may not make files in the folder {folder}"),
            io::ErrorKind::ReadOnlyFilesystem => format!("the folder {folder} is on a read-only file system"),
            _ => format!("no file can be made in the folder {folder}: {error}"),
        };
        io::Error::new(error.kind(), words)
    })
}

/// Where devices and open pipes lie, by whatever link one comes there.
fn is_of_the_system(folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    let is_below = |top: &&str| folder.starts_with(top);
    cfg!(unix) && !folder.starts_with("/dev/shm") && ["/dev", "/proc", "/sys"].iter().any(is_below)
}

#[cfg(unix)]
fn may_write(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    Ok(())
}

#[cfg(not(unix))]
fn may_write(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Refuses a `target` that is one of the `inputs`, under whatever name: what was read would be gone.
pub(crate) fn check_apart(target: &Path, inputs: &[&Path]) -> io::Result<()> {
    let Ok(there) = target.canonicalize() else { return Ok(()) };
    match inputs.iter().find(|input| input.canonicalize().is_ok_and(|input| input == there)) {
        None => Ok(()),
        Some(input) => {
            let words = format!("it is {}, which is read here; name another file", input.display());
            Err(io::Error::new(io::ErrorKind::AlreadyExists, words))
        }
    }
}

/// A temporary folder that nobody else may look into, whatever the umask says.
pub(crate) fn private_folder(prefix: &str) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Whether a file is called as temporary files of this program are.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let Some(behind) = name.strip_prefix(PREFIX.as_bytes()) else { return false };
    let dash = behind.iter().rposition(|byte| *byte == b'-');
    dash.and_then(|at| behind.get(at + 1..)).is_some_and(is_random_end)
}

/// Six letters or digits and `.tmp`.
fn is_random_end(end: &[u8]) -> bool {
    let random = end.strip_suffix(SUFFIX.as_bytes());
    random.is_some_and(|random| random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric))
}

/// Removes what interrupted runs left of `target`; what another run is writing now stays.
pub(crate) fn clear(target: &Path) {
    let Ok(listing) = std::fs::read_dir(folder_of(target)) else { return };
    let prefix = prefix_of(target);
    for item in listing.flatten() {
        let name = item.file_name();
        // Nothing but what `beside` calls them: `.dossier-x.zip-notes.tmp` is somebody's own.
        let end = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let is_file = item.file_type().is_ok_and(|kind| kind.is_file());
        if !(end.is_some_and(is_random_end) && is_file) {
            continue;
        }
        // Whoever writes one holds a lock on it, which ends with the process however that ends.
        if cfg!(unix)
            && let Ok(file) = File::open(item.path())
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(item.path());
        }
    }
}

/// A temporary file in the folder of `target`, so that the rename cannot cross file systems.
pub(crate) fn beside(target: &Path) -> io::Result<NamedTempFile> {
    check(target)?;
    let prefix = prefix_of(target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(SUFFIX).rand_bytes(RANDOM);
    // As any other file that the user creates: the umask decides, not the secrecy of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Between making a file and locking it another run may take it for a leftover; then there is a next one.
    for _ in 0..100 {
        let file = builder.tempfile_in(folder_of(target))?;
        // Some file systems know no locks, and elsewhere a lock would keep out our own other handles; without one a
        // leftover stays until somebody removes it.
        #[cfg(unix)]
        let _ = file.as_file().try_lock();
        if file.path().exists() {
            pause_at("made");
            return Ok(file);
        }
    }
    Err(io::Error::other("other runs keep removing the temporary file"))
}

/// Puts `file` in the place of `target`, whatever was there.
pub(crate) fn put(file: NamedTempFile, target: &Path) -> io::Result<()> {
    pause_at("fsync");
    file.as_file().sync_all()?;
    pause_at("rename");
    file.persist(target).map_err(|error| error.error)?;
    pause_at("renamed");
    // The rename itself lives in the folder; not every system lets a folder be synced.
    if let Ok(folder) = File::open(folder_of(target)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Writes `bytes` to `target` in one step.
pub(crate) fn write(target: &Path, bytes: &[u8]) -> io::Result<()> {
    clear(target);
    let mut file = beside(target)?;
    file.write_all(bytes)?;
    put(file, target)
}

/// Stops here for good when a test asks for it: `DOSSIER_PAUSE_AT=write:3` stops where `write` is passed for the third
/// time, says `paused` on stderr and waits to be killed. Not in what people run.
#[cfg(debug_assertions)]
pub(crate) fn pause_at(point: &str) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let Ok(asked) = std::env::var("DOSSIER_PAUSE_AT") else { return };
    let (name, time) = asked.split_once(':').unwrap_or((&asked, "1"));
    if name == point && time.parse() == Ok(PASSED.fetch_add(1, Ordering::SeqCst) + 1) {
        eprintln!("paused");
        loop {
            std::thread::park();
        }
    }
}

#[cfg(not(debug_assertions))]
pub(crate) fn pause_at(_: &str) {}

fn prefix_of(target: &Path) -> OsString {
    // A name that is almost as long as names can be must leave room for what is put around it.
    let name = target.file_name().unwrap_or_default();
    let mut prefix = OsString::from(PREFIX);
    match name.to_str() {
        Some(name) => prefix.push(&name[..name.floor_char_boundary(200)]),
        None => prefix.push("snapshot"),
    }
    prefix.push("-");
    prefix
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
    fn only_leftovers_of_the_same_target_that_nobody_writes_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.zip");
        let written_now = beside(&target).expect("made");
        let left = |name: &str| {
            std::fs::write(folder.path().join(name), "half").expect("written");
            folder.path().join(name)
        };
        let own = left(".dossier-x.zip-abcdef.tmp");
        let others = [
            ".dossier-y.zip-abcdef.tmp",
            "x.zip-abcdef.tmp",
            ".dossier-x.zip-a",
            ".dossier-x.zip-notes.tmp",
            ".dossier-x.zip-old.zip-abcdef.tmp",
            ".dossier-x.zip-abcdefg.tmp",
            ".dossier-x.zip-a.c-ef.tmp",
        ]
        .map(left);
        clear(&target);
        assert!(!own.exists());
        assert!(others.iter().all(|other| other.exists()));
        assert!(written_now.path().exists());
    }

    #[test]
    fn what_is_read_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, other) = (folder.path().join("key"), folder.path().join("other"));
        std::fs::write(&key, b"secret").expect("written");
        let again = folder.path().join(".").join("key");
        let error = check_apart(&again, &[&other, &key]).expect_err("the same file").to_string();
        assert!(error.contains("which is read here"), "{error}");
        check_apart(&other, &[&key]).expect("another file");
        std::fs::write(&other, b"x").expect("written");
        check_apart(&other, &[&key]).expect("another file");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_but_a_file_is_replaced() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};

        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        assert!(
            std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo runs").success()
        );
        symlink("pipe", at("to_pipe")).expect("linked");
        symlink("/proc/self", at("to_system")).expect("linked");
        symlink("nowhere", at("to_nothing")).expect("linked");
        for (target, words) in [
            (at("pipe"), "it is a pipe"),
            (at("to_pipe"), "it is a pipe"),
            (at(""), "is a folder"),
            (at("to_system/x"), "belongs to the system"),
            (PathBuf::from("-"), "standard output; name a file"),
        ] {
            let error = check(&target).expect_err("refused").to_string();
            assert!(error.contains(words), "{}: {error}", target.display());
        }
        assert!(write(&at("pipe"), b"x").is_err());
        assert!(at("pipe").symlink_metadata().expect("there").file_type().is_fifo());
        for name in ["new", "to_nothing", "-"] {
            check(&at(name)).expect(name);
        }
    }

    #[test]
    fn what_temporary_files_are_called() {
        for (name, expected) in [
            (".dossier-x.zip-abcdef.tmp", true),
            (".dossier-a-b.zip-0aZ9xx.tmp", true),
            (".dossier-x.zip-notes.tmp", false),
            (".dossier-x.zip-abcdefg.tmp", false),
            (".dossier-abcdef", false),
            ("x.zip-abcdef.tmp", false),
        ] {
            assert_eq!(is_temporary(OsStr::new(name)), expected, "{name}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = beside(&folder.path().join("x.zip")).expect("made");
        assert!(file.path().file_name().is_some_and(is_temporary));
    }

    #[test]
    fn says_which_folder_is_missing() {
        let error = write(Path::new("/nowhere/at/all/x.zip"), b"").expect_err("no folder").to_string();
        assert!(error.contains("/nowhere/at/all does not exist"), "{error}");
    }
}
