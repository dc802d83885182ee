//! Everything that ends a command, with its exit code. Knows no evidence: a bad snapshot is no failure.

use std::io::Write as _;
use std::path::Path;

use crate::collect::CollectError;
use crate::config::ConfigError;
use crate::exit_code::Exit;
use crate::output;
use crate::sign::KeyError;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Collect(#[from] CollectError),
    #[error("{0}")]
    Key(#[from] KeyError),
    /// What was asked for is not done because of what the evidence is.
    #[error("{0}")]
    Evidence(String),
    #[error("{path}: not a readable snapshot: {why}")]
    NotASnapshot { path: String, why: String },
    #[error(
        "{} could not be collected, and --strict was given; nothing was written\n{}",
        output::count(listed.len() as u64, "thing"),
        listed.join("\n")
    )]
    Incomplete { listed: Vec<String> },
    #[error(
        "a secret would have been shipped; nothing was written\n{}\n\
         take it out of the evidence or rename the file, or leave the file out of dossier.toml; what snapshot.json says and \
         files are called may also come from the words of dossier.toml itself",
        listed.join("\n")
    )]
    Secret { listed: Vec<String> },
    /// In words that would be signed and passed on.
    #[error(
        "a secret would have been signed and passed on: {0}; say it without the secret. Nothing was signed"
    )]
    SecretInWords(String),
    #[error("could not write {path}: {why}")]
    Write { path: String, why: String },
    #[error("could not print: {0}")]
    Print(#[from] std::io::Error),
}

impl Failure {
    pub(crate) fn write(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Write { path: path.display().to_string(), why: why.to_string() }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Collect(CollectError::Temporary(_)) => Exit::CouldNotWrite,
            Self::Usage(_) | Self::Config(_) | Self::Collect(_) | Self::Key(_) => Exit::Usage,
            Self::Evidence(_) => Exit::EvidenceNotGood,
            Self::NotASnapshot { .. } => Exit::NotASnapshot,
            Self::Incomplete { .. } => Exit::Incomplete,
            Self::Secret { .. } | Self::SecretInWords(_) => Exit::Secret,
            Self::Write { .. } | Self::Print(_) => Exit::CouldNotWrite,
        }
    }

    /// Tells the user, on stderr, and says what to exit with.
    pub(crate) fn report(&self) -> Exit {
        // `dossier check … | head`: whoever closed the pipe wants no words about it.
        let is_closed_pipe =
            matches!(self, Self::Print(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
        if !is_closed_pipe {
            let style = anstyle::AnsiColor::Red.on_default().bold();
            let words = output::clean_lines(&self.to_string());
            let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {words}");
        }
        self.exit()
    }
}
