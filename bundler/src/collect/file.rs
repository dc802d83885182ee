//! A single file that nothing else covers. Knows nothing about its content.

use dossier_shared::evidence::EvidenceKind;

use super::{CollectError, Collected, Collector, Site};

pub(super) struct File {
    pub(super) path: String,
    /// What the file was called where the phase saw it.
    pub(super) original: Option<String>,
}

impl Collector for File {
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError> {
        let mut collected = Collected::new("file", &self.path);
        let origin = self.original.as_ref().unwrap_or(&self.path);
        match site.list_named(&self.path)? {
            Ok(content) => {
                let name = self.path.rsplit('/').next().unwrap_or(&self.path);
                collected.keep("data/files", name.as_bytes(), EvidenceKind::File, origin, content);
            }
            Err(reason) => collected.absent(origin, &self.path, reason),
        }
        Ok(collected)
    }
}
