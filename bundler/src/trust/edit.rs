//! Changes a file of allowed signers: whole or not at all, and nothing but the lines that are meant. Knows no key.

use std::io::{self, Write as _};
use std::path::Path;

use crate::in_place::Held;

/// Whether others than the owner may write the file or the folder that it lies in.
#[cfg(unix)]
pub(crate) fn is_writable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    // In a folder with the sticky bit, only owners rename what is theirs.
    let folder = path.canonicalize().ok().and_then(|path| path.parent().map(mode)).unwrap_or(0);
    mode(path) & 0o022 != 0 || (folder & 0o022 != 0 && folder & 0o1000 == 0)
}

/// Permissions are not looked at here.
#[cfg(not(unix))]
pub(crate) fn is_writable_by_others(_: &Path) -> bool {
    false
}

/// Adds `line` at the end of the file, which is made where it is not there.
pub(crate) fn append(path: &Path, line: &str) -> io::Result<()> {
    change(path, |text| {
        let mut changed = text.to_owned();
        if !changed.is_empty() && !changed.ends_with('\n') {
            changed.push('\n');
        }
        changed.push_str(line);
        changed.push('\n');
        changed
    })
}

/// Takes the lines of these numbers, from 1, out of the file; everything else stays as it is.
pub(crate) fn remove(path: &Path, expected: &[u8], numbers: &[u32]) -> io::Result<()> {
    let mut is_same = true;
    change(path, |text| {
        is_same = text.as_bytes() == expected;
        let lines = (1..).zip(text.split_inclusive('\n'));
        lines.filter(|(number, _)| !is_same || !numbers.contains(number)).map(|(_, line)| line).collect()
    })?;
    match is_same {
        true => Ok(()),
        false => Err(io::Error::other("it was changed by somebody else just now; try again")),
    }
}

fn change(path: &Path, make: impl FnOnce(&str) -> String) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let held = Held::take(path)?;
    let text = match std::fs::read_to_string(held.target()) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let changed = make(&text);
    if changed == text {
        return Ok(());
    }
    let mut file = held.replacement()?;
    file.write_all(changed.as_bytes())?;
    held.put(file)
}

/// A folder that nobody else looks into, where there is none yet.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_that_are_meant_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/allowed_signers");
        let text = || std::fs::read_to_string(&path).expect("read");
        append(&path, "one").expect("written");
        assert_eq!(text(), "one\n");
        std::fs::write(&path, "# mine\r\none\n\n  two # x").expect("written");
        append(&path, "three").expect("written");
        let all = "# mine\r\none\n\n  two # x\nthree\n";
        assert_eq!(text(), all);
        remove(&path, all.as_bytes(), &[2, 5]).expect("written");
        assert_eq!(text(), "# mine\r\n\n  two # x\n");
        let error = remove(&path, all.as_bytes(), &[1]).expect_err("changed").to_string();
        assert!(error.contains("try again"), "{error}");
        assert_eq!(text(), "# mine\r\n\n  two # x\n");
        assert_eq!(std::fs::read_dir(folder.path().join("new")).expect("listed").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_write_is_noticed() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("allowed_signers");
        append(&path, "one").expect("written");
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("changed");
        };
        for (file, parent, expected) in [
            (0o600, 0o700, false),
            (0o644, 0o755, false),
            (0o664, 0o755, true),
            (0o646, 0o755, true),
            (0o600, 0o777, true),
            (0o600, 0o1777, false),
        ] {
            mode(&path, file);
            mode(folder.path(), parent);
            assert_eq!(is_writable_by_others(&path), expected, "{file:o} in {parent:o}");
        }
        append(&path, "two").expect("written");
        let kept = std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        assert_eq!(kept, 0o600);
    }
}
