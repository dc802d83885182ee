//! The documents of a phase: REVIEW, STATUS, BACKLOG, JOURNAL, plan, DECISIONS, INBOX. Knows patterns, not Markdown.

use std::path::Path;

use dossier_shared::evidence::EvidenceKind;
use globset::GlobBuilder;

use super::{CollectError, Collected, Collector, Site, files};
use crate::config::{DocumentKind, DocumentPattern};

pub(super) struct Documents(pub(super) DocumentPattern);

impl Collector for Documents {
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError> {
        let pattern = &self.0.pattern;
        let mut collected = Collected::new("documents", pattern);
        let paths = match matches(site, pattern) {
            Ok(paths) => paths,
            Err(reason) => {
                collected.absent(self.0.kind.word(), pattern, reason);
                return Ok(collected);
            }
        };
        // An inbox is deleted when it is read: that it is gone says nothing.
        let may_be_gone = self.0.kind == DocumentKind::Inbox;
        if paths.is_empty() && !may_be_gone {
            collected.absent(self.0.kind.word(), pattern, "nothing matches");
        }
        for path in paths {
            let is_gone = |file: &Path| std::fs::symlink_metadata(file).is_err();
            if may_be_gone && site.at(&path).is_ok_and(|file| is_gone(&file)) {
                continue;
            }
            match site.list_named(&path)? {
                Ok(content) => {
                    let name = path.rsplit('/').next().unwrap_or(&path);
                    let kind = kind_of(self.0.kind);
                    collected.keep("data/documents", name.as_bytes(), kind, &path, content);
                }
                Err(reason) => collected.absent(self.0.kind.word(), path, reason),
            }
        }
        Ok(collected)
    }
}

fn kind_of(kind: DocumentKind) -> EvidenceKind {
    match kind {
        DocumentKind::Review => EvidenceKind::Review,
        DocumentKind::Plan => EvidenceKind::Plan,
        DocumentKind::Status => EvidenceKind::Status,
        DocumentKind::Backlog => EvidenceKind::Backlog,
        DocumentKind::Journal => EvidenceKind::Journal,
        DocumentKind::Decisions => EvidenceKind::Decisions,
        DocumentKind::Inbox => EvidenceKind::Inbox,
    }
}

/// The paths that `pattern` names, as a person would write them, in order; or why its folder is not walked. A plain path
/// names itself.
fn matches(site: &Site<'_>, pattern: &str) -> Result<Vec<String>, String> {
    let is_wild = |text: &str| text.contains(['*', '?', '[', '{']);
    if !is_wild(pattern) {
        return Ok(vec![pattern.to_owned()]);
    }
    let fixed = pattern.split('/').take_while(|segment| !is_wild(segment)).count();
    let base: String = pattern.split_inclusive('/').take(fixed).collect();
    // The pattern was checked when dossier.toml was read.
    let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else { return Ok(Vec::new()) };
    let matcher = glob.compile_matcher();
    // As for a file in it: the folder is above what is named.
    let inside = site.at(&format!("{base}*"))?;
    let Some(folder) = inside.parent() else { return Ok(Vec::new()) };
    let found = files::walk(folder, &|relative| !relative.ends_with(".git")).into_iter();
    let paths = found.map(|found| format!("{base}{}", found.relative));
    Ok(paths.filter(|path| matcher.is_match(path)).collect())
}
