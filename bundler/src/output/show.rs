//! What is in a snapshot, in words and in JSON: sources, files, absences, redactions, signatures. Judges nothing.

use std::collections::BTreeMap;

use dossier_shared::time;
use serde_json::json;

use super::line::{pad, widest};
use super::trust::pretty;
use super::{Look, Page, count, size};
use crate::judge::Snapshot;

/// The schema of the JSON. History: `dossier.show/1` is the first.
const SCHEMA: &str = "dossier.show/1";

/// The page for a person.
pub(crate) fn page(file: &str, snapshot: &Snapshot) -> Page {
    let mut page = Page::default();
    let report = &snapshot.report;
    header(&mut page, file, snapshot);
    sources(&mut page, snapshot);
    kinds(&mut page, snapshot);
    renamed(&mut page, snapshot);
    if !snapshot.metadata.events.is_empty() {
        page.heading("Declared by the packer");
    }
    for event in &snapshot.metadata.events {
        page.text(4, &format!("  {}  {}", time::iso(event.at), event.label));
    }
    if !report.absences.is_empty() {
        page.line(2, [(Look::Warn, format!("Not collected: {}", report.absences.len()))]);
        for absence in &report.absences {
            let asked = match absence.asked == absence.what {
                true => String::new(),
                false => format!("   (asked for {})", absence.asked),
            };
            page.text(4, &format!("  {}: {}{asked}", absence.what, absence.reason));
        }
    }
    redactions(&mut page, snapshot);
    signatures(&mut page, snapshot);
    page
}

fn header(page: &mut Page, file: &str, snapshot: &Snapshot) {
    let report = &snapshot.report;
    let mut words = vec![(Look::Heading, report.phase.id.clone())];
    if !report.phase.title.is_empty() {
        words.push((Look::Plain, format!("   {}", report.phase.title)));
    }
    if let Some(short_id) = &report.snapshot.short_id {
        words.push((Look::Plain, format!("   snapshot {short_id}")));
    }
    page.line(2, words);
    let facts = &report.snapshot;
    page.text(2, &format!("  file    {file}, {}", size(snapshot.size_bytes)));
    if let Some(id) = &facts.id {
        page.text(2, &format!("  id      {id}"));
    }
    page.text(2, &format!("  packed  {} by {}", time::iso(facts.packed_at), facts.packer));
}

fn sources(page: &mut Page, snapshot: &Snapshot) {
    page.heading("Sources");
    let sources = &snapshot.metadata.sources;
    let kinds = widest(sources.iter().map(|source| source.kind.as_str()));
    for source in sources {
        let entries = count(source.entries, "file");
        page.text(kinds + 4, &format!("  {}  {}   {entries}", pad(&source.kind, kinds), source.asked));
    }
}

fn kinds(page: &mut Page, snapshot: &Snapshot) {
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for file in &snapshot.report.files {
        let (files, bytes) = kinds.entry(&file.kind).or_default();
        *files += 1;
        *bytes += file.size_bytes;
    }
    page.heading(&format!("Files: {}", snapshot.report.files.len()));
    let width = widest(kinds.keys().copied());
    for (kind, (files, bytes)) in kinds {
        page.text(width + 4, &format!("  {}  {files:>5}   {}", pad(kind, width), size(bytes)));
    }
}

/// Files whose names had to be written otherwise.
fn renamed(page: &mut Page, snapshot: &Snapshot) {
    let entries = snapshot.metadata.entries.iter();
    let renamed: Vec<_> =
        entries.filter_map(|entry| Some((&entry.path, entry.original_name.as_ref()?))).collect();
    if renamed.is_empty() {
        return;
    }
    page.heading(&format!("Names that no snapshot can hold: {}", renamed.len()));
    for (path, original) in renamed {
        page.text(4, &format!("  {path} was {original}"));
    }
}

fn redactions(page: &mut Page, snapshot: &Snapshot) {
    let redactions = &snapshot.metadata.redactions;
    if redactions.is_empty() {
        return;
    }
    let (kept, removed): (Vec<_>, Vec<_>) = redactions.iter().partition(|redaction| redaction.kept.is_some());
    let total: u64 = removed.iter().map(|redaction| redaction.count).sum();
    if total > 0 {
        page.line(2, [(Look::Warn, format!("Redacted: {}", count(total, "place")))]);
    }
    for redaction in removed {
        page.text(4, &format!("  {}  {} ×{}", redaction.entry, redaction.rule, redaction.count));
    }
    if !kept.is_empty() {
        page.line(2, [(Look::Warn, format!("Not redacted: {}", count(kept.len() as u64, "note")))]);
    }
    for redaction in kept {
        let why = redaction.kept.as_deref().unwrap_or_default();
        let often = if redaction.count > 0 { format!(" ×{}", redaction.count) } else { String::new() };
        page.text(4, &format!("  {}  {}{often}  {}", redaction.entry, redaction.rule, super::clean(why)));
    }
}

fn signatures(page: &mut Page, snapshot: &Snapshot) {
    page.heading(&format!("Signatures: {}", snapshot.signatures.len()));
    if snapshot.signatures.is_empty() {
        page.text(2, "  none: nobody vouches for this snapshot");
    }
    for signature in &snapshot.signatures {
        let key = [signature.key_type.as_deref(), signature.fingerprint.as_deref()];
        let key: Vec<&str> = key.into_iter().flatten().collect();
        let claims = signature.claimed_at.map(|at| format!(", claims {}", time::iso(at))).unwrap_or_default();
        page.text(4, &format!("  {}  {}   {}{claims}", signature.role, signature.says, key.join(" ")));
        if !signature.note.is_empty() {
            page.quote(6, &signature.note);
        }
    }
}

/// The JSON for a program: `snapshot.json` as it is, and what was read besides.
pub(crate) fn json(file: &str, snapshot: &Snapshot) -> String {
    pretty(&json!({
        "schema": SCHEMA,
        "file": file,
        "snapshot": snapshot.report.snapshot,
        "phase": snapshot.report.phase,
        "metadata": snapshot.metadata,
        "files": snapshot.report.files,
        "absences": snapshot.report.absences,
        "signatures": snapshot.signatures,
        "problems": snapshot.report.problems,
    }))
}

#[cfg(test)]
mod tests {
    use dossier_shared::evidence::EvidenceKind;
    use dossier_shared::report::FileFacts;
    use dossier_shared::snapshot::metadata::{DeclaredEvent, Entry, Metadata, Redaction, SCHEMA, Source};

    use super::*;
    use crate::judge::Signature;
    use crate::output::check::tests::ghost;

    #[test]
    fn everything_that_is_in_it() {
        let mut report = ghost();
        let at = report.snapshot.packed_at;
        let path = "data/documents/REVIEW-ghost.md".parse().expect("a good name");
        report.files = vec![FileFacts {
            path,
            kind: "review".to_owned(),
            origin: "machine-docs/REVIEW-ghost.md".to_owned(),
            size_bytes: 4705,
            sha256: "ab".repeat(32),
            captured_at: None,
        }];
        let metadata = Metadata {
            schema: SCHEMA.to_owned(),
            packer: "dossier 0.1.0".to_owned(),
            packed_at: at,
            phase: report.phase.clone(),
            sources: vec![Source {
                kind: "runs".to_owned(),
                asked: "runs, without abra/".to_owned(),
                entries: 1,
            }],
            entries: vec![Entry {
                path: "data/runs/1/a=3Ab.txt".parse().expect("a good name"),
                kind: EvidenceKind::File,
                origin: "runs/1/a:b.txt".to_owned(),
                original_name: Some("data/runs/1/a:b.txt".to_owned()),
                captured_at: None,
            }],
            absences: report.absences.clone(),
            events: vec![DeclaredEvent { at, label: "proxy /16 fix".to_owned() }],
            redactions: vec![Redaction {
                rule: "assignment".to_owned(),
                entry: "data/runs/1/log.txt".parse().expect("a good name"),
                count: 2,
                kept: None,
            }],
        };
        let signatures = vec![Signature {
            role: "packer".to_owned(),
            says: "sealed".to_owned(),
            key_type: Some("ssh-ed25519".to_owned()),
            fingerprint: Some("SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8".to_owned()),
            claimed_at: Some(at),
            note: String::new(),
        }];
        let snapshot = Snapshot { size_bytes: 178_000, metadata, report, signatures };
        insta::assert_snapshot!(page("ghost.zip", &snapshot).render(100, false));
        let json: serde_json::Value = serde_json::from_str(&json("ghost.zip", &snapshot)).expect("JSON");
        assert_eq!(json["metadata"]["redactions"][0]["count"], 2);
    }
}
