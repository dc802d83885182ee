//! `capture.json`: what a recorder asked, when, and which file holds the answer. Knows no server.

use dossier_shared::time::{Timestamp, from_rfc3339};
use serde::Deserialize;

/// A recorder's notes; whatever cannot be read is left empty, the reader reports it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Capture {
    pub(super) server: String,
    captured_at: Option<String>,
    pub(super) requests: Vec<Request>,
    pub(super) commands: Vec<Command>,
}

/// A request to a server.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) status: Option<u16>,
    captured_at: Option<String>,
    pub(super) file: Option<String>,
}

/// A command on a host.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Command {
    pub(super) argv: Vec<String>,
    captured_at: Option<String>,
    pub(super) stdout: Option<String>,
}

/// The name it has in every recorded folder.
pub(super) const FILE_NAME: &str = "capture.json";

impl Capture {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn instant(&self, own: Option<&String>) -> Option<Timestamp> {
        own.or(self.captured_at.as_ref()).and_then(|text| from_rfc3339(text))
    }

    /// When the folder as a whole was captured.
    pub(super) fn captured_at(&self) -> Option<Timestamp> {
        self.instant(None)
    }

    /// The request that `file` answers, and when it was made.
    pub(super) fn request_for(&self, file: &str) -> Option<(&Request, Option<Timestamp>)> {
        let request = self.requests.iter().find(|request| request.file.as_deref() == Some(file))?;
        Some((request, self.instant(request.captured_at.as_ref())))
    }

    /// The command that `file` is the output of, and when it ran.
    pub(super) fn command_for(&self, file: &str) -> Option<(&Command, Option<Timestamp>)> {
        let command = self.commands.iter().find(|command| command.stdout.as_deref() == Some(file))?;
        Some((command, self.instant(command.captured_at.as_ref())))
    }
}

impl Request {
    /// Whether the server gave what was asked for.
    pub(super) fn succeeded(&self) -> bool {
        self.status.is_none_or(|status| (200..300).contains(&status))
    }
}
