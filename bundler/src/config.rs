//! `dossier.toml`: what to collect for which phase. Knows TOML and its own keys, opens nothing but that file and the
//! env files that it names.

mod fault;
mod keys;
mod redaction;
mod secrets;

use std::path::Path;

use dossier_shared::snapshot::metadata::{DeclaredEvent, Phase};
use dossier_shared::time::{Timestamp, from_rfc3339};
use toml::de::{DeTable, DeValue};

pub(crate) use fault::{ConfigError, Fault};
use keys::{Keys, Text};
pub(crate) use redaction::{Allowed, AllowedValue, Redaction};

use crate::input;

/// The whole file, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) phase: Phase,
    /// In the order review, plan, status, backlog, journal, decisions, inbox.
    pub(crate) documents: Vec<DocumentPattern>,
    /// By time.
    pub(crate) events: Vec<DeclaredEvent>,
    /// In the file's order.
    pub(crate) sources: Vec<SourceConfig>,
    pub(crate) redaction: Redaction,
}

/// A kind of document and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentPattern {
    pub(crate) kind: DocumentKind,
    /// A path or a glob, relative to `dossier.toml`.
    pub(crate) pattern: String,
}

/// The keys of `[documents]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    Review,
    Plan,
    Status,
    Backlog,
    Journal,
    Decisions,
    Inbox,
}

impl DocumentKind {
    const ALL: [Self; 7] =
        [Self::Review, Self::Plan, Self::Status, Self::Backlog, Self::Journal, Self::Decisions, Self::Inbox];

    /// The key.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Plan => "plan",
            Self::Status => "status",
            Self::Backlog => "backlog",
            Self::Journal => "journal",
            Self::Decisions => "decisions",
            Self::Inbox => "inbox",
        }
    }
}

/// One `[[source]]`; paths are as written, relative to `dossier.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SourceConfig {
    Recorded { gitea: Option<String>, drone: Option<String> },
    Runs { path: String },
    Docker { recorded: String },
    Git { from: GitFrom },
    File { path: String, original: Option<String> },
}

/// Where the history of the documents comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GitFrom {
    Bundle(String),
    Repository(String),
}

const SOURCE_KINDS: [&str; 5] = ["recorded", "runs", "docker", "git", "file"];

/// Reads and checks the file at `path`.
pub(crate) fn load(path: &Path) -> Result<Config, ConfigError> {
    let file = || path.display().to_string();
    let text = input::read_text(path, input::LIST_BYTES).map_err(|error| match error.kind {
        std::io::ErrorKind::NotFound => ConfigError::Missing { file: file() },
        _ => ConfigError::Read(error.into()),
    })?;
    let root = path.parent().unwrap_or(Path::new(""));
    let variable = |name: &str| std::env::var(name).ok();
    let mut config = parse(&text).map_err(|mut faults| {
        hide_secrets(&text, &mut faults, root, variable);
        ConfigError::Faults { file: file(), faults }
    })?;
    config.redaction.gather(root, variable)?;
    Ok(config)
}

/// Faults quote what they are about: what `[redact]` lists, as far as it can be read, must not be told by them.
fn hide_secrets(text: &str, faults: &mut [Fault], root: &Path, variable: impl Fn(&str) -> Option<String>) {
    let Ok(document) = DeTable::parse(text) else { return };
    let mut others = Vec::new();
    let mut top = Keys::new("the top level", document.span(), document.get_ref());
    let Some(table) = top.table("redact", "[redact]", &mut others) else { return };
    let mut redaction = redaction::read(table, &mut others);
    // A file that cannot be read is told when the rest is right.
    let _ = redaction.gather(root, variable);
    faults.iter_mut().for_each(|fault| redaction.secrets.hide(&mut fault.what));
}

/// Checks `text`; every fault it has, in order of place.
pub(crate) fn parse(text: &str) -> Result<Config, Vec<Fault>> {
    let document = DeTable::parse(text).map_err(|error| vec![Fault::from_toml(text, &error)])?;
    let mut faults = Vec::new();
    let mut root = Keys::new("the top level", document.span(), document.get_ref());
    let phase = match root.table("phase", "[phase]", &mut faults) {
        Some(table) => read_phase(table, &mut faults),
        None => {
            root.missing("phase", "[phase]\nid = \"my-phase\"", &mut faults);
            None
        }
    };
    let documents = root
        .table("documents", "[documents]", &mut faults)
        .map(|table| read_documents(table, &mut faults))
        .unwrap_or_default();
    let mut events: Vec<_> = root
        .tables("event", "[[event]]", &mut faults)
        .into_iter()
        .filter_map(|table| read_event(table, &mut faults))
        .collect();
    events.sort_by(|a, b| (a.at, &a.label).cmp(&(b.at, &b.label)));
    let sources = root
        .tables("source", "[[source]]", &mut faults)
        .into_iter()
        .filter_map(|table| read_source(table, &mut faults))
        .collect();
    let redaction = root
        .table("redact", "[redact]", &mut faults)
        .map(|table| redaction::read(table, &mut faults))
        .unwrap_or_default();
    root.finish(&mut faults);
    match phase {
        Some(phase) if faults.is_empty() => Ok(Config { phase, documents, events, sources, redaction }),
        _ => {
            faults.sort_by_key(|fault: &keys::Found| fault.offset);
            Err(faults.into_iter().map(|found| found.at(text)).collect())
        }
    }
}

fn read_phase(mut table: Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Option<Phase> {
    let id = table.required_text("id", "ghost", faults);
    let title = table.text("title", faults).map(|text| text.value).unwrap_or_default();
    table.finish(faults);
    let id = id?;
    if !is_phase_id(&id.value) {
        id.fault(
            // Not repeated: it may hold a value that must not be shown.
            "the phase id must begin with a-z or 0-9, hold only a-z, 0-9, `.`, `_` and `-`, and have at most 64 characters"
                .to_owned(),
            faults,
        );
        return None;
    }
    Some(Phase { id: id.value, title })
}

fn is_phase_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    id.len() <= 64
        && id.bytes().next().is_some_and(is_plain)
        && id.bytes().all(|byte| is_plain(byte) || b"._-".contains(&byte))
}

fn read_documents(mut table: Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Vec<DocumentPattern> {
    let mut documents = Vec::new();
    for kind in DocumentKind::ALL {
        let Some(pattern) = table.path(kind.word(), faults) else { continue };
        match globset::Glob::new(&pattern.value) {
            Ok(_) => documents.push(DocumentPattern { kind, pattern: pattern.value }),
            Err(error) => pattern.fault(format!("pattern cannot be read: {}", error.kind()), faults),
        }
    }
    table.finish(faults);
    documents
}

fn read_event(mut table: Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Option<DeclaredEvent> {
    let at = table.instant("at", "2026-06-13T05:38:00Z", faults);
    let label = table.required_text("label", "what happened", faults);
    table.finish(faults);
    Some(DeclaredEvent { at: at?, label: label?.value })
}

fn read_source(mut table: Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Option<SourceConfig> {
    let kind = table.required_text("kind", "runs", faults)?;
    let source = match kind.value.as_str() {
        "recorded" => {
            let (gitea, drone) = (table.path("gitea", faults), table.path("drone", faults));
            if gitea.is_none() && drone.is_none() {
                table.missing("gitea", "gitea = \"folder\" or drone = \"folder\"", faults);
            }
            Some(SourceConfig::Recorded { gitea: gitea.map(Text::into), drone: drone.map(Text::into) })
        }
        "runs" => table.required_path("path", "runs", faults).map(|path| SourceConfig::Runs { path }),
        "docker" => table
            .required_path("recorded", "docker", faults)
            .map(|recorded| SourceConfig::Docker { recorded }),
        "git" => read_git(&mut table, faults),
        "file" => {
            let path = table.required_path("path", "notes.txt", faults);
            let original = table.path("original", faults).map(Text::into);
            path.map(|path| SourceConfig::File { path, original })
        }
        other => {
            kind.fault(
                format!("unknown kind {other:?}{}", keys::suggestion(other, SOURCE_KINDS.into_iter())),
                faults,
            );
            return None;
        }
    };
    table.finish(faults);
    source
}

fn read_git(table: &mut Keys<'_, '_>, faults: &mut Vec<keys::Found>) -> Option<SourceConfig> {
    let from = match (table.path("bundle", faults), table.path("repository", faults)) {
        (Some(bundle), None) => GitFrom::Bundle(bundle.value),
        (None, Some(repository)) => GitFrom::Repository(repository.value),
        (Some(_), Some(repository)) => {
            repository.fault("give either `bundle` or `repository`, not both".to_owned(), faults);
            return None;
        }
        (None, None) => {
            table.missing("bundle", "bundle = \"docs.bundle\" or repository = \"folder\"", faults);
            return None;
        }
    };
    Some(SourceConfig::Git { from })
}

/// An RFC 3339 instant, written as a string or as TOML's own date-time.
fn instant_of(value: &DeValue<'_>) -> Option<Timestamp> {
    match value {
        DeValue::String(text) => from_rfc3339(text),
        DeValue::Datetime(datetime) => from_rfc3339(&datetime.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
