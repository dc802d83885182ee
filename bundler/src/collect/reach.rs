//! From a path in `dossier.toml` to the place that it means, without a link leading out; knows nothing about what is there.
//!
//! Whoever may write into a phase's folder must not be able to have other files packed by putting a link there.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::files::reason_of;

/// Links that one path may lead through.
const MAX_LINKS: usize = 40;

/// The place that `asked` means, its last part not looked at; or why it is not gone to, as a fragment.
///
/// `root` is the folder of `dossier.toml`, without links. A link among the folders of the path is followed where it
/// leads to something in the folder that the path begins in: `root`, or what the `..` at its beginning lead to. A path
/// that begins at `/` may lead anywhere, but not by a link inside `root`. Behind a name a `..` is not followed: where
/// the name is a link, it would lead out of the folder that the link leads to.
pub(super) fn reach(root: &Path, asked: &str) -> Result<PathBuf, String> {
    let asked = Path::new(asked);
    let mut parts: Vec<Component<'_>> = asked.components().collect();
    let last = match parts.last() {
        Some(Component::Normal(name)) => Some(*name),
        _ => None,
    };
    if last.is_some() {
        parts.pop();
    }
    let is_absolute = asked.has_root();
    let (mut at, mut base) = (root.to_owned(), root.to_owned());
    let (mut links, mut is_named) = (0, false);
    for part in parts {
        match part {
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir => at.push(part),
            Component::ParentDir if is_named => return Err(climbs(asked)),
            Component::ParentDir => {
                at.pop();
                base.clone_from(&at);
            }
            Component::Normal(name) => {
                is_named = true;
                let is_inside = at.starts_with(root);
                at.push(name);
                let Ok(metadata) = std::fs::symlink_metadata(&at) else { continue };
                if !metadata.is_symlink() {
                    continue;
                }
                links += 1;
                let target = match at.canonicalize() {
                    Ok(target) if links <= MAX_LINKS => target,
                    Ok(_) => return Err("leads through too many links".to_owned()),
                    Err(error) => return Err(reason_of(&error)),
                };
                let fence = if is_inside { Some(root) } else { (!is_absolute).then_some(base.as_path()) };
                if fence.is_some_and(|fence| !target.starts_with(fence)) {
                    return Err(leads_out(name));
                }
                at = target;
            }
        }
    }
    at.extend(last);
    Ok(at)
}

fn leads_out(link: &std::ffi::OsStr) -> String {
    format!(
        "{:?} in its path is a link that leads out of the folder; write where it leads into dossier.toml, if that is meant",
        link.to_string_lossy()
    )
}

/// Why a path with a `..` behind a name is not followed, and what to write: the same as far as no name in it is a link.
fn climbs(asked: &Path) -> String {
    let mut plain = PathBuf::new();
    for part in asked.components() {
        match (part, plain.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    if plain.as_os_str().is_empty() {
        plain.push(".");
    }
    let plain = plain.to_string_lossy();
    format!(
        "has a .. behind a folder's name; .. may stand only at the beginning of a path: write {plain:?}, if that is meant"
    )
}

/// Whether no folder above `file` has become a link since it was listed.
pub(super) fn is_where_it_was(file: &Path) -> io::Result<bool> {
    match file.parent() {
        // Elsewhere the same place is written in several ways.
        Some(folder) if cfg!(unix) => Ok(folder.canonicalize()? == folder),
        _ => Ok(true),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_nowhere_outside() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("there");
        let root = top.join("phase");
        for made in ["phase/in/deep", "other/x", "beside"] {
            fs_err::create_dir_all(top.join(made)).expect("made");
        }
        for (link, target) in [
            ("phase/out", "/etc"),
            ("phase/up", "../other"),
            ("phase/same", "in/deep"),
            ("phase/in/back", ".."),
            ("phase/gone", "nowhere"),
            ("phase/round", "round"),
            ("latest", "other"),
            ("other/away", "/etc"),
            ("phase/by", "same"),
            ("phase/dot", "."),
        ] {
            symlink(target, top.join(link)).expect("linked");
        }
        let inside = |path: &str| Ok(top.join(path));
        let out = |link: &str| Err(format!("{link:?} in its path is a link that leads out"));
        let climbs = |plain: &str| {
            let only = "has a .. behind a folder's name; .. may stand only at the beginning of a path";
            Err(format!("{only}: write {plain:?}"))
        };
        for (asked, expected) in [
            ("in/deep/file", inside("phase/in/deep/file")),
            ("./in/./deep/file", inside("phase/in/deep/file")),
            ("nothing/there", inside("phase/nothing/there")),
            ("out", inside("phase/out")),
            ("out/hosts", out("out")),
            ("out/", inside("phase/out")),
            ("out/.", inside("phase/out")),
            ("out/ssl/x", out("out")),
            ("up/x", out("up")),
            ("same/file", inside("phase/in/deep/file")),
            ("by/file", inside("phase/in/deep/file")),
            ("in/back/in/x", inside("phase/in/x")),
            ("in/back/out/x", out("out")),
            ("gone/x", Err("file gone".to_owned())),
            ("..", inside("")),
            ("../other/x", inside("other/x")),
            ("../latest/x", inside("other/x")),
            ("../other/away/x", out("away")),
            ("../phase/out/x", out("out")),
            ("dot/x", inside("phase/x")),
            ("./../other/x", inside("other/x")),
            ("../../x", Ok(top.parent().expect("a folder above").join("x"))),
            (".", inside("phase")),
            // A link in front of a `..` would lead it out of the folder, and one that is none today may be one tomorrow.
            ("in/back/../other/x", climbs("in/other/x")),
            ("dot/../other/x", climbs("other/x")),
            ("same/../../x", climbs("../x")),
            ("in/../out/x", climbs("out/x")),
            ("out/../etc/x", out("out")),
            ("../other/../x", climbs("../x")),
            ("in/..", climbs(".")),
            ("in/deep/../*", climbs("in/*")),
            ("in/deep/../.", climbs("in")),
            ("/etc/../x", climbs("/x")),
        ] {
            let reached = reach(&root, asked);
            match (&reached, &expected) {
                (Err(reason), Err(words)) => assert!(reason.starts_with(words.as_str()), "{asked}: {reason}"),
                _ => assert_eq!(reached, expected, "{asked}"),
            }
        }
        assert!(reach(&root, "round/x").is_err());
        let absolute = |path: &str| top.join(path).display().to_string();
        assert_eq!(reach(&root, &absolute("other/away/hosts")), Ok(PathBuf::from("/etc/hosts")));
        assert_eq!(reach(&root, &absolute("phase/out/hosts")).map_err(|_| ()), Err(()));
        assert_eq!(reach(&root, &absolute("latest/x")), inside("other/x"));
    }
}
