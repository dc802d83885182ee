//! The documented exit codes; knows nothing about what leads to them.

use std::process::ExitCode;

/// What a run came to, as scripts see it. The numbers never change meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Good = 0,
    /// The evidence is not good: a problem, a contradiction, a gate not passed, unsigned, signer unknown.
    EvidenceNotGood = 1,
    /// Wrong arguments, or a fault in `dossier.toml`.
    Usage = 2,
    /// Not a readable snapshot.
    NotASnapshot = 3,
    /// Something asked for could not be collected, and `--strict` was given.
    Incomplete = 4,
    /// A secret would have been shipped.
    Secret = 5,
    /// The result could not be written.
    CouldNotWrite = 6,
}

impl Exit {
    /// The number.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.number())
    }
}
