//! Whether a repository on disk is all its own, or would have git read somewhere else. Knows git's layout, runs nothing.
//!
//! Whoever may write into a phase's folder must not be able to have another repository packed by naming it in there.

use std::path::Path;

use super::files;

/// What git reads of a repository when it is cloned.
const READ: [&str; 9] =
    ["HEAD", "config", "packed-refs", "refs", "reftable", "objects", "info", "shallow", "commondir"];

/// Why the history in `folder`, a bare repository or one with its files, is not read; none when it may be.
pub(super) fn refusal(folder: &Path) -> Option<String> {
    let inside = folder.join(".git");
    let own = match std::fs::symlink_metadata(&inside) {
        Ok(metadata) if metadata.is_dir() => inside,
        Ok(_) => {
            return Some(
                "its .git is not a folder: its history lies elsewhere; write that repository into dossier.toml".to_owned(),
            );
        }
        Err(_) => folder.to_owned(),
    };
    let is_read = |relative: &str| READ.iter().any(|name| relative.split('/').next() == Some(name));
    // Links at the top are found whether they are entered or not.
    for found in files::walk(&own, &is_read) {
        if !is_read(&found.relative) {
            continue;
        }
        let name = &found.relative;
        if let Some(reason) = &found.refused {
            return Some(format!("{name} in it {reason}; git would read elsewhere"));
        }
        if matches!(name.as_str(), "commondir" | "objects/info/alternates") {
            return Some(format!(
                "{name} in it leads to another repository; write that one into dossier.toml, or name a bundle"
            ));
        }
    }
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn check(change: impl Fn(&Path), expected: Option<&str>) {
        let folder = tempfile::tempdir().expect("a folder");
        for repository in [folder.path().join(".git"), folder.path().join("bare")] {
            fs_err::create_dir_all(repository.join("objects/info")).expect("made");
            fs_err::create_dir_all(repository.join("refs/heads")).expect("made");
            fs_err::write(repository.join("HEAD"), "ref: refs/heads/main").expect("written");
            change(&repository);
            let top = if repository.ends_with(".git") { folder.path() } else { &repository };
            let found = refusal(top);
            let is_expected = match (&found, expected) {
                (Some(reason), Some(words)) => reason.contains(words),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(is_expected, "{found:?} instead of {expected:?}");
        }
    }

    #[test]
    fn a_repository_is_its_own() {
        let write = |name: &'static str| {
            move |repository: &Path| fs_err::write(repository.join(name), "/x").expect("written")
        };
        let link = |name: &'static str| {
            move |repository: &Path| symlink("/etc", repository.join(name)).expect("linked")
        };
        check(|_| {}, None);
        check(link("hooks"), None);
        check(write("packed-refs"), None);
        check(write("commondir"), Some("commondir in it leads to another repository"));
        check(write("objects/info/alternates"), Some("objects/info/alternates in it leads to another"));
        check(link("packed-refs"), Some("packed-refs in it is a link"));
        check(link("refs/remotes"), Some("refs/remotes in it is a link"));
        check(link("objects/pack"), Some("objects/pack in it is a link"));
        let pipe = |repository: &Path| {
            let made = std::process::Command::new("mkfifo").arg(repository.join("refs/x")).status();
            assert!(made.expect("mkfifo runs").success());
        };
        check(pipe, Some("refs/x in it is not a regular file"));
    }

    #[test]
    fn a_git_file_leads_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        fs_err::write(folder.path().join(".git"), "gitdir: /elsewhere").expect("written");
        assert!(refusal(folder.path()).is_some_and(|reason| reason.contains("lies elsewhere")));
    }
}
