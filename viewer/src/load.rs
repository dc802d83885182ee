//! The one place that asks `dossier_shared` to open and judge; knows nothing about the page.

use std::borrow::Cow;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::limits::Limits;
use dossier_shared::open::{self, Opened};
use dossier_shared::report::{self, Report};
use dossier_shared::signature::allowed_signers::AllowedSigners;
use dossier_shared::time::Timestamp;

/// What was opened.
pub(crate) struct Content {
    opened: Opened,
}

/// Opens a snapshot; the error is a fragment that says what to do next.
pub(crate) fn open(bytes: Vec<u8>) -> Result<Content, String> {
    let opened = open::open(bytes, &Limits::default()).map_err(|error| error.to_string())?;
    Ok(Content { opened })
}

impl Content {
    /// Judges it; `trust` is the text of an allowed_signers file.
    pub(crate) fn judge(&self, trust: Option<&[u8]>) -> Result<Report, String> {
        let signers = trust.map(AllowedSigners::parse);
        Ok(report::judge(&self.opened, signers.as_ref(), now()))
    }

    /// The bytes of an entry.
    pub(crate) fn bytes(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        self.opened.bytes(&EntryPath::new(path).ok()?)
    }

    /// Every entry's name.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.opened.entries.keys().map(EntryPath::as_str)
    }
}

/// The reader's own clock, for trust that is given for a span of time.
fn now() -> Option<Timestamp> {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).ok()
}
