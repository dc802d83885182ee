//! The way of one entry's content through redaction: searched, and cleaned where that is needed. Knows no rule.

use std::io::{self, Read};
use std::sync::LazyLock;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;

use super::{Found, Ledger, Scanner, Settled};
use crate::spool::{Held, Spool};

/// Content without secrets, or what was made of it. Nobody else can make one, and only this can be packed.
pub(crate) struct Clean<T = Held> {
    content: T,
}

impl<T> Clean<T> {
    /// What is made of clean content is clean.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> io::Result<U>) -> io::Result<Clean<U>> {
        Ok(Clean { content: make(self.content)? })
    }

    pub(crate) fn as_ref(&self) -> &T {
        &self.content
    }

    pub(crate) fn into_inner(self) -> T {
        self.content
    }
}

/// Content that was searched.
pub(crate) enum Searched {
    /// Nothing was found.
    Clean(Clean),
    /// Something was: it waits for the numbers, which are given in order of path.
    Dirty(Dirty),
}

/// Content that holds secrets.
pub(crate) struct Dirty {
    held: Held,
    found: Found,
}

/// Whether secrets are left in: for `cargo xtask bench`, which measures what redaction costs, and for the tests'
/// positive control, which have to find what they planted. What people run cannot be told to.
pub(crate) fn is_switched_off() -> bool {
    static OFF: LazyLock<bool> = LazyLock::new(|| {
        let asked = |name| std::env::var_os(name).is_some();
        (cfg!(feature = "measure") && asked("DOSSIER_WITHOUT_REDACTION"))
            || (cfg!(debug_assertions) && asked("DOSSIER_TEST_NO_REDACTION"))
    });
    *OFF
}

/// Searches an entry, its path and what its name was before it became a path; `unpacked` is what it unpacks to, which
/// cannot be changed without changing the entry.
pub(crate) fn search(
    scanner: &Scanner,
    (path, original_name): (&EntryPath, Option<&str>),
    kind: EvidenceKind,
    held: Held,
    unpacked: Option<Held>,
) -> io::Result<Searched> {
    if is_switched_off() {
        return Ok(Searched::Clean(Clean { content: held }));
    }
    let mut found = scanner.scan(path, kind, &mut held.reader()?)?;
    // Neither can be cut out of the entry: it is left out as a whole.
    let mut also = |content: &mut dyn Read| {
        let inside = scanner.scan(path, kind, content)?;
        if !inside.is_empty() {
            found = std::mem::take(&mut found).and_unpacked(inside);
        }
        io::Result::Ok(())
    };
    if let Some(name) = original_name {
        also(&mut name.as_bytes())?;
    }
    if let Some(unpacked) = unpacked {
        also(&mut unpacked.reader()?)?;
    }
    Ok(match found.is_empty() && !found.has_receipts() {
        true => Searched::Clean(Clean { content: held }),
        false => Searched::Dirty(Dirty { held, found }),
    })
}

/// Replacing one secret can make another visible, hardly more than once.
const PASSES: usize = 4;

impl Dirty {
    /// Replaces what was found until nothing is; the inner error says why the entry has to be left out.
    pub(crate) fn settle(
        self,
        scanner: &Scanner,
        ledger: &mut Ledger<'_>,
        path: &EntryPath,
        kind: EvidenceKind,
    ) -> io::Result<Result<Clean, String>> {
        let Self { mut held, mut found } = self;
        for _ in 0..PASSES {
            match ledger.settle(path, found) {
                Settled::Clean => return Ok(Ok(Clean { content: held })),
                Settled::LeaveOut { reason } => return Ok(Err(reason)),
                Settled::Replace(replacements) => {
                    let mut out = Spool::with_capacity(held.bytes());
                    replacements.apply(&mut held.reader()?, &mut out)?;
                    held = out.finish()?;
                }
            }
            found = scanner.scan(path, kind, &mut held.reader()?)?;
        }
        if found.is_empty() {
            return Ok(Ok(Clean { content: held }));
        }
        let rule = found.hits().first().map_or("name", |hit| hit.rule);
        Ok(Err(format!("it still holds a secret (rule {rule}) after {PASSES} passes; left out as a whole")))
    }
}
