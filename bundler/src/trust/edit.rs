//! Changes a file of allowed signers: whole or not at all, and nothing but the lines that are meant. Knows no key.

use std::io::{self, Write as _};
use std::path::Path;

use crate::in_place::Held;
use crate::input;

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
    let text = match input::read_text(held.target(), input::LIST_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
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
}
