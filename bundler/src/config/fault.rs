//! Faults of `dossier.toml` in words, with their place; knows nothing about what the keys mean.

use std::fmt;

/// One fault and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Line from 1.
    pub(crate) line: usize,
    /// Column from 1, in characters.
    pub(crate) column: usize,
    /// What is wrong and what to do, as a lower-case fragment.
    pub(crate) what: String,
}

/// Why `dossier.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{file}: no such file; name it: dossier pack path/to/dossier.toml")]
    Missing { file: String },
    #[error("{0}")]
    Read(std::io::Error),
    #[error("{0}; `env_files` in [redact] names it, and without it its secrets could not be found")]
    EnvFile(std::io::Error),
    #[error("{}", Listed { file, faults })]
    Faults { file: String, faults: Vec<Fault> },
}

impl Fault {
    /// The fault at byte `offset` of `text`.
    pub(crate) fn at(text: &str, offset: usize, what: String) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what,
        }
    }

    /// What the TOML parser had to say.
    pub(crate) fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        Self::at(text, error.span().map_or(0, |span| span.start), error.message().replace('\n', "; "))
    }
}

struct Listed<'a> {
    file: &'a str,
    faults: &'a [Fault],
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:{}:{}: {}", self.file, fault.line, fault.column, fault.what)?;
        }
        Ok(())
    }
}
