//! A phase written again in other words throughout: its metadata, the names of its entries, and every text, JSON
//! string and JSON number in them. Knows nothing of what is put in place of what.

use std::collections::BTreeMap;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::report::{Report, judge_evidence};
use dossier_shared::snapshot::metadata::Metadata;
use serde_json::{Map, Value};

/// A phase that may be written anew.
#[derive(Clone)]
pub(crate) struct Phase {
    pub(crate) metadata: Metadata,
    pub(crate) payload: BTreeMap<EntryPath, Vec<u8>>,
}

/// Where a text or number stands.
pub(crate) struct Spot<'a> {
    /// The entry; empty for `snapshot.json` and for names of entries.
    pub(crate) path: &'a str,
    /// The JSON key that it is the value of; empty elsewhere.
    pub(crate) key: &'a str,
    /// Whether it is in a document, or in the history of documents.
    pub(crate) is_document: bool,
}

/// What is put in place of what.
pub(crate) trait Rewrite {
    /// Another text.
    fn text(&self, text: &str, spot: &Spot<'_>) -> String;
    /// Another number.
    fn number(&self, number: &serde_json::Number, _spot: &Spot<'_>) -> Value {
        Value::Number(number.clone())
    }
    /// What a report of the rewritten phase shows when everything was rewritten; words where it was not.
    fn fault(&self, before: &Report, after: &Report) -> Option<String>;
}

impl Phase {
    pub(crate) fn report(&self) -> Report {
        judge_evidence(&self.metadata, &self.payload)
    }

    /// Everything in it rewritten.
    pub(crate) fn rewritten(&self, rewrite: &dyn Rewrite) -> Phase {
        let nowhere = Spot { path: "", key: "", is_document: false };
        let metadata = serde_json::to_value(&self.metadata).expect("metadata is JSON");
        let metadata = json(&metadata, rewrite, &nowhere);
        let mut metadata: Metadata = serde_json::from_value(metadata).expect("it is still metadata");
        metadata.entries.sort_by(|a, b| a.path.cmp(&b.path));
        let kinds: BTreeMap<&EntryPath, EvidenceKind> =
            self.metadata.entries.iter().map(|entry| (&entry.path, entry.kind)).collect();
        let payload = self.payload.iter().map(|(path, bytes)| {
            let renamed = EntryPath::new(&rewrite.text(path.as_str(), &nowhere)).expect("still a name");
            let kind = kinds.get(path).copied().unwrap_or(EvidenceKind::File);
            (renamed, entry(path.as_str(), kind, bytes, rewrite))
        });
        Phase { metadata, payload: payload.collect() }
    }
}

fn entry(path: &str, kind: EvidenceKind, bytes: &[u8], rewrite: &dyn Rewrite) -> Vec<u8> {
    use EvidenceKind as Kind;
    if matches!(kind, Kind::GitBundle | Kind::Image) {
        return bytes.to_vec();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let documents = matches!(
        kind,
        Kind::Review | Kind::Status | Kind::Backlog | Kind::Journal | Kind::Plan | Kind::GitLog
    );
    let spot = Spot { path, key: "", is_document: documents || path.starts_with("data/documents/") };
    let written = match serde_json::from_str::<Value>(text) {
        Ok(value) if path.ends_with(".json") => {
            serde_json::to_string_pretty(&json(&value, rewrite, &spot)).expect("JSON can be written")
        }
        _ if path.ends_with(".ndjson") => {
            let lines = text.split('\n').map(|line| match serde_json::from_str::<Value>(line) {
                Ok(value) => json(&value, rewrite, &spot).to_string(),
                Err(_) => rewrite.text(line, &spot),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        _ => rewrite.text(text, &spot),
    };
    written.into_bytes()
}

fn json(value: &Value, rewrite: &dyn Rewrite, spot: &Spot<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(rewrite.text(text, spot)),
        Value::Number(number) => rewrite.number(number, spot),
        Value::Array(members) => members.iter().map(|member| json(member, rewrite, spot)).collect(),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let below = Spot { path: spot.path, key, is_document: spot.is_document };
                (rewrite.text(key, spot), json(value, rewrite, &below))
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
