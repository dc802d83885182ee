//! Searches what is packed, also within what was packed, as deep as is told here. Knows forms, no format and no rule.

use std::io::{self, Read};

use dossier_shared::entry_path::EntryPath;

use super::form::{self, Form};
use super::inside::{self, Budget};
use super::{Found, Scanner};

/// How often something may be unpacked to get at what an entry holds: a zip, a gzip in it, a tar in that, a gzip in that.
const LEVELS: usize = 4;
const DEEP: &str = "archives in it lie deeper within each other than is looked";

/// Where a search has got to.
#[derive(Clone, Copy)]
struct Level<'l> {
    path: &'l EntryPath,
    budget: &'l Budget,
    /// How often may still be unpacked.
    left: usize,
}

impl Scanner {
    /// As it lies there, and what comes out of it.
    pub(super) fn scan_packed(
        &self,
        path: &EntryPath,
        form: Form,
        content: &mut dyn Read,
    ) -> io::Result<Found> {
        let budget = Budget::of_one_entry();
        self.scan_level(Level { path, budget: &budget, left: LEVELS }, form, content)
    }

    fn scan_level(&self, level: Level<'_>, form: Form, content: &mut dyn Read) -> io::Result<Found> {
        let Level { path, budget, left } = level;
        let mut bytes = Vec::new();
        content.take(inside::CLOSED_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > inside::CLOSED_BYTES {
            let found = self.scan_open(path, &mut bytes.as_slice().chain(content))?;
            return Ok(found.and_unsearched(Some(inside::LARGE)));
        }
        let mut found = self.scan_open(path, &mut bytes.as_slice())?;
        let Some(left) = left.checked_sub(1) else { return Ok(found.and_unsearched(Some(DEEP))) };
        // What lies open in a tar was searched with it.
        let lies_open = form == Form::Tar;
        let mut look = |name: &str, member: &mut dyn Read| {
            let inner = self.scan_member(Level { left, ..level }, member, lies_open)?;
            found = std::mem::take(&mut found).and_unpacked(inner);
            found = std::mem::take(&mut found).and_unpacked(self.scan_words(path, name));
            Ok(())
        };
        let unsearched = match form {
            Form::Gzip => inside::gzip(&bytes, budget, &mut look),
            Form::Zlib => inside::zlib(&bytes, budget, &mut look),
            Form::Zip => inside::zip(&bytes, budget, &mut look),
            Form::Tar => inside::tar(&bytes, budget, &mut look),
            _ => inside::png(&bytes, budget, &mut look),
        };
        Ok(found.and_unsearched(unsearched))
    }

    fn scan_member(&self, level: Level<'_>, member: &mut dyn Read, lies_open: bool) -> io::Result<Found> {
        let mut head = Vec::new();
        member.take(form::HEAD_BYTES as u64).read_to_end(&mut head)?;
        let form = form::by_magic(&head);
        let mut content = head.as_slice().chain(member);
        match form {
            Some(form) if form.is_packed() => self.scan_level(level, form, &mut content),
            Some(Form::Closed(what)) => {
                let found = self.scan_open(level.path, &mut content)?;
                Ok(Found { unsearched: Some(format!("{what} in it is not unpacked here")), ..found })
            }
            _ if lies_open => Ok(Found::default()),
            _ => self.scan_open(level.path, &mut content),
        }
    }
}
