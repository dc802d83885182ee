//! Recorded output of docker commands. Knows which command wrote which file, not what it says.

use std::collections::BTreeSet;

use dossier_shared::evidence::EvidenceKind;

use super::{CollectError, Collected, Collector, Site, capture, files, recorded};

pub(super) struct Docker {
    pub(super) folder: String,
}

impl Collector for Docker {
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError> {
        let mut collected = Collected::new("docker", &self.folder);
        let folder = match site.folder(&self.folder) {
            Ok(folder) => folder,
            Err(reason) => {
                collected.absent("recorded docker commands", &self.folder, reason);
                return Ok(collected);
            }
        };
        let capture = recorded::read_capture(site, &folder)?;
        let mut present = BTreeSet::new();
        for found in files::walk(&folder, &|_| true) {
            let path = format!("{}/{}", self.folder, found.relative);
            present.insert(found.relative.clone());
            let content = match site.list_found(&found)? {
                Ok(content) => content,
                Err(reason) => {
                    collected.absent(&path, &path, reason);
                    continue;
                }
            };
            let (kind, origin, captured_at) = match capture.command_for(&found.relative) {
                _ if found.relative == capture::FILE_NAME => {
                    (EvidenceKind::Capture, path, capture.captured_at())
                }
                Some((command, at)) => (EvidenceKind::Docker, command.argv.join(" "), at),
                None if capture.commands.is_empty() => (EvidenceKind::Docker, path, capture.captured_at()),
                None => (EvidenceKind::File, path, capture.captured_at()),
            };
            collected.keep("data/docker", &found.name, kind, origin, content).captured_at = captured_at;
        }
        for command in &capture.commands {
            if let Some(file) = command.stdout.as_ref().filter(|file| !present.contains(*file)) {
                let asked = format!("{}/{file}", self.folder);
                collected.absent(
                    command.argv.join(" "),
                    asked,
                    "capture.json names this file, and it is gone",
                );
            }
        }
        Ok(collected)
    }
}
