//! The one place that asks `dossier_shared` to open and judge; knows nothing about the page.

use dossier_shared::report::Report;

#[cfg(feature = "sample")]
pub(crate) use sample::{Content, open};

#[cfg(not(feature = "sample"))]
pub(crate) use snapshot::{Content, open};

#[cfg(not(feature = "sample"))]
mod snapshot {
    use super::Report;

    /// What was opened.
    pub(crate) struct Content;

    /// Opens a snapshot; the error is a fragment that says what to do next.
    pub(crate) fn open(_bytes: Vec<u8>) -> Result<Content, String> {
        Err("this build of the viewer cannot open snapshots yet".into())
    }

    impl Content {
        /// Judges it; `trust` is the text of an allowed_signers file.
        pub(crate) fn judge(&self, _trust: Option<&[u8]>) -> Result<Report, String> {
            Err("this build of the viewer cannot judge snapshots yet".into())
        }

        /// The bytes of an entry.
        pub(crate) fn bytes(&self, _path: &str) -> Option<&[u8]> {
            None
        }

        /// Why the bytes of an entry are not what the packer wrote.
        pub(crate) fn damage(&self, _path: &str) -> Option<&str> {
            None
        }

        /// Every entry's name.
        pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
            std::iter::empty()
        }
    }
}

#[cfg(feature = "sample")]
mod sample {
    use std::collections::BTreeMap;

    use dossier_shared::report::{SignerState, Trust};

    use super::Report;

    /// A report written by hand, with some entries as text.
    #[derive(serde::Deserialize)]
    pub(crate) struct Content {
        report: Report,
        entries: BTreeMap<String, String>,
    }

    pub(crate) fn open(bytes: Vec<u8>) -> Result<Content, String> {
        serde_json::from_slice(&bytes).map_err(|error| format!("no sample: {error}"))
    }

    impl Content {
        pub(crate) fn judge(&self, trust: Option<&[u8]>) -> Result<Report, String> {
            let mut report = self.report.clone();
            if let (Some(_), Some(Trust { signer, .. })) = (trust, &mut report.trust) {
                signer.state = SignerState::Trusted;
                signer.principal = Some("packer@example.org".into());
                signer.because.clear();
            }
            Ok(report)
        }

        pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
            self.entries.get(path).map(String::as_bytes)
        }

        pub(crate) fn damage(&self, _path: &str) -> Option<&str> {
            None
        }

        pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
            self.entries.keys().map(String::as_str)
        }
    }
}
