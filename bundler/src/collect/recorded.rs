//! Recorded answers of Gitea and Drone: folders laid out as the API answered. Knows paths, not their JSON.

use std::collections::BTreeSet;
use std::path::Path;

use dossier_shared::evidence::EvidenceKind;

use super::capture::{self, Capture};
use super::{CollectError, Collected, Collector, Site, files};

pub(super) struct Recorded {
    pub(super) server: Server,
    pub(super) folder: String,
}

#[derive(Clone, Copy)]
pub(super) enum Server {
    Gitea,
    Drone,
}

impl Server {
    fn word(self) -> &'static str {
        match self {
            Self::Gitea => "gitea",
            Self::Drone => "drone",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Gitea => "data/forge/gitea",
            Self::Drone => "data/builds/drone",
        }
    }

    fn kind(self) -> EvidenceKind {
        match self {
            Self::Gitea => EvidenceKind::Gitea,
            Self::Drone => EvidenceKind::Drone,
        }
    }
}

impl Collector for Recorded {
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError> {
        let mut collected = Collected::new(self.server.word(), &self.folder);
        let folder = match site.folder(&self.folder) {
            Ok(folder) => folder,
            Err(reason) => {
                collected.absent(format!("recorded answers of {}", self.server.word()), &self.folder, reason);
                return Ok(collected);
            }
        };
        let capture = read_capture(site, &folder)?;
        if !capture.server.is_empty() {
            collected.source.asked = format!("{}, recorded from {}", self.folder, capture.server);
        }
        let mut present = BTreeSet::new();
        for found in files::walk(&folder, &|_| true) {
            present.insert(found.relative.clone());
            self.keep(site, &capture, found, &mut collected)?;
        }
        for request in &capture.requests {
            let what = format!("{}{}", capture.server, request.path);
            match &request.file {
                _ if !request.succeeded() => {
                    let status = request.status.unwrap_or_default();
                    collected.absent(what, &self.folder, format!("the server answered {status}"));
                }
                Some(file) if !present.contains(file) => {
                    let asked = format!("{}/{file}", self.folder);
                    collected.absent(what, asked, "capture.json names this file, and it is gone");
                }
                Some(_) => {}
                None => collected.absent(what, &self.folder, "capture.json names no file for this request"),
            }
        }
        Ok(collected)
    }
}

impl Recorded {
    fn keep(
        &self,
        site: &Site<'_>,
        capture: &Capture,
        found: files::Found,
        collected: &mut Collected,
    ) -> Result<(), CollectError> {
        let path = format!("{}/{}", self.folder, found.relative);
        let content = match site.list_found(&found)? {
            Ok(content) => content,
            Err(reason) => {
                collected.absent(&path, &path, reason);
                return Ok(());
            }
        };
        let (kind, origin, captured_at) = match capture.request_for(&found.relative) {
            _ if found.relative == capture::FILE_NAME => (EvidenceKind::Capture, path, capture.captured_at()),
            Some((request, at)) => {
                // An error's body is worth keeping, but it is no answer to the request.
                let kind = if request.succeeded() { self.server.kind() } else { EvidenceKind::File };
                (kind, format!("{}{}", capture.server, request.path), at)
            }
            None => (self.server.kind(), path, capture.captured_at()),
        };
        collected.keep(self.server.prefix(), &found.name, kind, origin, content).captured_at = captured_at;
        Ok(())
    }
}

/// The recorder's notes beside the answers; empty when there are none.
pub(super) fn read_capture(site: &Site<'_>, folder: &Path) -> Result<Capture, CollectError> {
    Ok(site
        .read(&folder.join(capture::FILE_NAME))?
        .ok()
        .and_then(|bytes| Capture::parse(&bytes))
        .unwrap_or_default())
}
