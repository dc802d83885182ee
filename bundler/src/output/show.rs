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
    page.text(2, &format!("  file    {file}, {}", size(snapshot.bytes.len() as u64)));
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

fn redactions(page: &mut Page, snapshot: &Snapshot) {
    let redactions = &snapshot.metadata.redactions;
    if redactions.is_empty() {
        return;
    }
    let total: u64 = redactions.iter().map(|redaction| redaction.count).sum();
    page.line(2, [(Look::Warn, format!("Redacted: {}", count(total, "secret")))]);
    for redaction in redactions {
        page.text(4, &format!("  {}  {} ×{}", redaction.entry, redaction.rule, redaction.count));
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
            page.text(4, &format!("    {}", signature.note));
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
