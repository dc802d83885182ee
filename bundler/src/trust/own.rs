//! Whether a file is its user's alone: owner and permissions of it and of all that leads to it. Reads no content.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// More links one behind the other are a circle.
const MAX_LINKS: usize = 40;

/// Whether others than the owner may write the file or the folder that it lies in.
#[cfg(unix)]
pub(super) fn is_writable_by_others(path: &Path) -> bool {
    let metadata = |path: &Path| std::fs::metadata(path).ok();
    let folder = path.canonicalize().ok().and_then(|path| path.parent().and_then(metadata));
    [metadata(path), folder].into_iter().flatten().any(|metadata| is_open(&metadata))
}

/// Permissions are not looked at here.
#[cfg(not(unix))]
pub(super) fn is_writable_by_others(_: &Path) -> bool {
    false
}

pub(super) fn writable_words(path: &Path) -> String {
    format!(
        "{0} or its folder can be written by others than its owner, so others decide whom you trust; look at it, then: \
         chmod go-w {0}",
        path.display()
    )
}

/// Whether the file is there, where nobody but the user and root can have changed it or what leads to it; as sshd's
/// StrictModes has it. In words what is wrong otherwise.
pub(super) fn look(path: &Path) -> Result<bool, String> {
    let Some(way) = find(path)? else { return Ok(false) };
    match way.iter().find_map(objection) {
        Some(why) => Err(why),
        None => Ok(true),
    }
}

/// A folder, a link, or the file itself.
pub(super) struct Step {
    path: PathBuf,
    /// Of the link itself, where it is one.
    metadata: Metadata,
}

/// Everything on the way to `path`, links followed one by one; none where there is no such file.
pub(super) fn find(path: &Path) -> Result<Option<Vec<Step>>, String> {
    let parts = |path: &Path| path.components().map(|part| part.as_os_str().to_owned()).collect::<Vec<_>>();
    let words = |path: &Path, error: io::Error| format!("{} cannot be looked at: {error}", path.display());
    let start = std::path::absolute(path).map_err(|error| words(path, error))?;
    let mut left: VecDeque<OsString> = parts(&start).into();
    // How many of the next parts stand in a link, and which one that was.
    let (mut in_link, mut link) = (0_usize, PathBuf::new());
    let (mut here, mut way, mut links) = (PathBuf::new(), Vec::new(), 0);
    while let Some(part) = left.pop_front() {
        let stands_in_link = in_link > 0;
        in_link = in_link.saturating_sub(1);
        if part == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&part);
        let metadata = match std::fs::symlink_metadata(&next) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                if stands_in_link {
                    return Err(format!(
                        "the link {} leads nowhere; mend it or take it away",
                        link.display()
                    ));
                }
                return Ok(None);
            }
            Err(error) => return Err(words(&next, error)),
        };
        if metadata.is_symlink() {
            links += 1;
            if links > MAX_LINKS {
                return Err(format!("the links at {} lead in a circle", next.display()));
            }
            let target = parts(&std::fs::read_link(&next).map_err(|error| words(&next, error))?);
            in_link += target.len();
            for part in target.into_iter().rev() {
                left.push_front(part);
            }
            link.clone_from(&next);
        } else {
            here.clone_from(&next);
        }
        way.push(Step { path: next, metadata });
    }
    Ok(Some(way))
}

#[cfg(unix)]
fn objection(step: &Step) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;

    let (owner, user) = (step.metadata.uid(), rustix::process::geteuid().as_raw());
    let path = step.path.display();
    if owner != 0 && owner != user {
        return Some(format!(
            "{path} belongs to user {owner}, and neither to you nor to root, so others decide whom you trust; look at \
             the file, then: sudo chown -h {user} {path}"
        ));
    }
    // A link has no permissions of its own.
    (!step.metadata.is_symlink() && is_open(&step.metadata)).then(|| {
        format!(
            "{path} can be written by others than its owner, so others decide whom you trust; look at the file, then: \
             chmod go-w {path}"
        )
    })
}

#[cfg(not(unix))]
fn objection(_: &Step) -> Option<String> {
    None
}

/// Whether others than the owner may write; in a folder with the sticky bit, only owners rename what is theirs.
#[cfg(unix)]
fn is_open(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = metadata.permissions().mode();
    mode & 0o022 != 0 && !(metadata.is_dir() && mode & 0o1000 != 0)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("changed");
    }

    #[test]
    fn what_others_may_write_is_noticed_however_far_above() {
        let top = tempfile::tempdir().expect("a folder");
        let folder = top.path().join("config/dossier");
        std::fs::create_dir_all(&folder).expect("made");
        let path = folder.join("allowed_signers");
        std::fs::write(&path, b"").expect("written");
        for (file, parent, above, own, named) in [
            (0o600, 0o700, 0o700, true, true),
            (0o644, 0o755, 0o755, true, true),
            (0o664, 0o755, 0o755, false, false),
            (0o646, 0o755, 0o755, false, false),
            (0o600, 0o777, 0o755, false, false),
            (0o600, 0o1777, 0o755, true, true),
            (0o1646, 0o755, 0o755, false, false),
            (0o600, 0o755, 0o777, false, true),
            (0o600, 0o755, 0o775, false, true),
            (0o600, 0o755, 0o1777, true, true),
        ] {
            mode(&path, file);
            mode(&folder, parent);
            mode(folder.parent().expect("one"), above);
            let case = format!("{file:o} in {parent:o} in {above:o}");
            assert_eq!(look(&path).is_ok_and(|is_there| is_there), own, "{case}: {:?}", look(&path));
            assert_eq!(!is_writable_by_others(&path), named, "{case}");
            assert!(own || look(&path).is_err_and(|why| why.contains("chmod go-w")), "{case}");
        }
    }

    #[test]
    fn links_are_followed_and_none_may_lead_nowhere() {
        let top = tempfile::tempdir().expect("a folder");
        let at = |name: &str| top.path().join(name);
        for folder in ["open", "closed"] {
            std::fs::create_dir(at(folder)).expect("made");
        }
        std::fs::write(at("closed/file"), b"").expect("written");
        symlink("../closed/file", at("open/link")).expect("linked");
        symlink("open/link", at("far")).expect("linked");
        symlink("gone", at("dangling")).expect("linked");
        symlink("closed", at("folder")).expect("linked");
        symlink("nowhere", at("lost")).expect("linked");
        symlink("circle", at("circle")).expect("linked");
        let check = |name: &str, expected: Result<bool, &str>| match (look(&at(name)), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{name}"),
            (Err(found), Err(words)) => assert!(found.contains(words), "{name}: {found}"),
            (found, _) => panic!("{name}: {found:?}"),
        };
        check("far", Ok(true));
        check("folder/file", Ok(true));
        check("gone", Ok(false));
        check("folder/gone", Ok(false));
        check("closed/file/x", Ok(false));
        check("dangling", Err("dangling leads nowhere"));
        check("lost/file", Err("lost leads nowhere"));
        check("circle", Err("in a circle"));
        // Whoever may write the folder of a link on the way can lay another there.
        mode(&at("open"), 0o777);
        check("far", Err("open can be written by others"));
    }

    #[test]
    fn what_belongs_to_somebody_else_is_noticed() {
        let top = tempfile::tempdir().expect("a folder");
        let path = top.path().join("allowed_signers");
        std::fs::write(&path, b"").expect("written");
        // Only root can give files away.
        if std::os::unix::fs::chown(&path, Some(1), None).is_ok() {
            assert!(look(&path).is_err_and(|why| why.contains("belongs to user 1")), "{:?}", look(&path));
            let _ = std::os::unix::fs::chown(&path, Some(0), None);
        }
        assert_eq!(look(&path), Ok(true));
    }
}
