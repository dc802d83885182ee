//! Run folders of the CI host: one folder a run. Knows which file is what, not what it says.

use dossier_shared::evidence::EvidenceKind;

use super::{CollectError, Collected, Collector, Site, files};

pub(super) struct Runs {
    pub(super) path: String,
}

/// A folder in every run whose links lead to credentials; it is never entered.
const NEVER_ENTERED: &str = "abra";

impl Collector for Runs {
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError> {
        let mut collected = Collected::new("runs", format!("{}, without {NEVER_ENTERED}/", self.path));
        let folder = match site.folder(&self.path) {
            Ok(folder) => folder,
            Err(reason) => {
                collected.absent("run folders", &self.path, reason);
                return Ok(collected);
            }
        };
        let enters = |relative: &str| relative.split('/').nth(1) != Some(NEVER_ENTERED);
        for found in files::walk(&folder, &enters) {
            let path = format!("{}/{}", self.path, found.relative);
            match site.list_found(&found)? {
                Ok(content) => {
                    let kind = kind_of(&found.relative);
                    collected.keep("data/runs", &found.name, kind, path, content);
                }
                Err(reason) => collected.absent(&path, &path, reason),
            }
        }
        Ok(collected)
    }
}

/// What `<run>/…` is, by its place in the run's folder.
fn kind_of(relative: &str) -> EvidenceKind {
    let lower = relative.to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    let segments: Vec<&str> = relative.split('/').collect();
    match segments.as_slice() {
        [_, "results.json"] => EvidenceKind::RunResults,
        [_, "badge.svg"] => EvidenceKind::Badge,
        [_, "junit", ..] if extension == "xml" => EvidenceKind::Junit,
        [_, .., name] if extension == "json" && name.to_ascii_lowercase().contains("ctrf") => {
            EvidenceKind::Ctrf
        }
        [_, _, ..] if matches!(extension, "png" | "jpg" | "jpeg" | "gif" | "webp" | "svg") => {
            EvidenceKind::Image
        }
        _ => EvidenceKind::File,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_files_of_a_run() {
        for (relative, kind) in [
            ("612/results.json", EvidenceKind::RunResults),
            ("m2rr-bluesky-pds/junit/install.xml", EvidenceKind::Junit),
            ("612/junit/deep/er.XML", EvidenceKind::Junit),
            ("612/badge.svg", EvidenceKind::Badge),
            ("612/ctrf-report.json", EvidenceKind::Ctrf),
            ("612/reports/My-CTRF.json", EvidenceKind::Ctrf),
            ("ctrf.json", EvidenceKind::File),
            ("612/ctrf.txt", EvidenceKind::File),
            ("612/screenshot.png", EvidenceKind::Image),
            ("612/lint.txt", EvidenceKind::File),
            ("612/old/results.json", EvidenceKind::File),
            ("results.json", EvidenceKind::File),
        ] {
            assert_eq!(kind_of(relative), kind, "{relative}");
        }
    }
}
