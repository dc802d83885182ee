//! What stands where an output would go: only what this program made itself is replaced. Writes nothing.

use std::io::{self, Read as _};
use std::path::Path;

use dossier_shared::limits::Limits;
use memchr::memmem;

use crate::failure::Failure;
use crate::output::count;
use crate::{atomic, input, judge, viewer_page};

/// Refuses `target` where a page cannot go: what is there has to be a page of the viewer, or empty, and none of `read`.
pub(crate) fn check_page(target: &Path, read: &[&Path]) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::write(target, error);
    check_place(target, read)?;
    match is_new(target) || is_page(target).map_err(failed)? {
        true => Ok(()),
        false => Err(Failure::write(
            target,
            "it is there already, and is no page that dossier made; name another file, or move it away",
        )),
    }
}

/// Refuses `target` where a snapshot cannot go: what is there has to be a snapshot that nobody signed off, or empty, and
/// none of `read`.
pub(crate) fn check_snapshot(target: &Path, read: &[&Path]) -> Result<(), Failure> {
    check_place(target, read)?;
    if is_new(target) {
        return Ok(());
    }
    let Ok(opened) = judge::open(target, &Limits::default()) else {
        return Err(Failure::write(
            target,
            "it is there already, and is no snapshot that can be read; name another file with -o, or move it away",
        ));
    };
    let names = opened.signatures.iter().map(|path| path.as_str().trim_end_matches(".sig"));
    let sign_offs: std::collections::BTreeSet<&str> =
        names.filter(|name| *name != "signatures/seal.json").collect();
    match sign_offs.len() {
        0 => Ok(()),
        many => Err(Failure::write(
            target,
            format!(
                "it is a snapshot with {} beside its seal, which would be gone; name another file with -o, or move it away",
                count(many as u64, "sign-off")
            ),
        )),
    }
}

fn check_place(target: &Path, read: &[&Path]) -> Result<(), Failure> {
    atomic::check(target)
        .and_then(|()| atomic::check_apart(target, read))
        .map_err(|error| Failure::write(target, error))
}

/// Whether nothing is there, or an empty file.
fn is_new(target: &Path) -> bool {
    match std::fs::metadata(target) {
        Ok(there) => there.len() == 0,
        // A link to nothing is replaced, and nothing is lost.
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Whether a file is the viewer's page, empty or with a snapshot inside; a stretch at a time, for it may be long.
fn is_page(path: &Path) -> io::Result<bool> {
    const STRETCH: usize = 256 << 10;
    let mut file = input::open(path)?.into_file();
    let mut marks = viewer_page::MARKS.map(memmem::Finder::new);
    let longest = viewer_page::MARKS.iter().map(|mark| mark.len()).max().unwrap_or_default();
    let mut stretch = Vec::new();
    let mut is_first = true;
    loop {
        let kept = stretch.len().min(longest);
        stretch.drain(..stretch.len() - kept);
        if file.by_ref().take(STRETCH as u64).read_to_end(&mut stretch)? == 0 {
            return Ok(false);
        }
        if is_first && !is_html(&stretch) {
            return Ok(false);
        }
        is_first = false;
        if marks.iter_mut().any(|mark| mark.find(&stretch).is_some()) {
            return Ok(true);
        }
    }
}

fn is_html(begin: &[u8]) -> bool {
    const BEGIN: &[u8] = b"<!doctype html";
    begin.trim_ascii_start().get(..BEGIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BEGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&Path, &[&Path]) -> Result<(), Failure>;

    #[track_caller]
    fn check(kind: Check, bytes: Option<&[u8]>, expected: Result<(), &str>) {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x");
        if let Some(bytes) = bytes {
            std::fs::write(&target, bytes).expect("written");
        }
        match (kind(&target, &[]), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (found, _) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn only_its_own_kind_is_replaced() {
        let key: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----\n";
        for kind in [check_page as Check, check_snapshot] {
            check(kind, None, Ok(()));
            check(kind, Some(b""), Ok(()));
            check(kind, Some(key), Err("it is there already"));
            check(kind, Some(b"PK\x03\x04 and so on"), Err("it is there already"));
            check(kind, Some(b"[phase]\nid = \"a\"\n"), Err("it is there already"));
            check(kind, Some(b"<!doctype html><p>mine</p>"), Err("it is there already"));
        }
        let page = |mark: &str, before: usize| {
            format!("<!DOCTYPE html>{}<body>{mark}</body>", "x".repeat(before)).into_bytes()
        };
        let filled = "<script type=\"application/octet-stream\" id=\"dossier-snapshot\" data-name=\"a\">";
        for mark in ["<!--dossier:snapshot-->", filled] {
            for before in [0, 9, (256 << 10) - 40, 1 << 20] {
                check(check_page, Some(&page(mark, before)), Ok(()));
            }
        }
        check(check_page, Some(format!("# {filled}").as_bytes()), Err("no page that dossier made"));
    }

    #[test]
    fn what_is_read_is_not_replaced_even_when_it_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x");
        std::fs::write(&target, b"").expect("written");
        for kind in [check_page as Check, check_snapshot] {
            let error = kind(&target, &[&target]).expect_err("it is read").to_string();
            assert!(error.contains("which is read here"), "{error}");
        }
    }
}
