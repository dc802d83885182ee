//! Why an entry proves nothing; knows nothing about how that was found out.

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::report::{Problem, ProblemKind};
use crate::snapshot::read::InflateFault;

/// Why an entry is not what the packer wrote; in words a lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Its bytes cannot be inflated, or do not fit its header.
    #[error(transparent)]
    Inflate(#[from] InflateFault),
    /// The manifest that should list it does not.
    #[error("is not listed in {manifest}: nobody vouches for it")]
    NotListed {
        /// Which.
        manifest: &'static str,
    },
    /// The manifest lists other bytes.
    #[error("its sha256 is {found}, {manifest} says {listed}")]
    Digest {
        /// Of the bytes here.
        found: Sha256Digest,
        /// What was listed.
        listed: Sha256Digest,
        /// Where.
        manifest: &'static str,
    },
    /// It was whole when it was hashed, and other bytes came when it was read again.
    #[error("its bytes are others than when they were hashed: the file was exchanged while it was read")]
    Exchanged,
}

impl Damage {
    /// The stable word for it in reports.
    pub fn kind(&self) -> ProblemKind {
        match self {
            Self::Inflate(InflateFault::Trailing { .. }) => ProblemKind::TrailingBytes,
            Self::Inflate(InflateFault::TooLong { .. } | InflateFault::TooShort { .. }) => {
                ProblemKind::SizeMismatch
            }
            Self::Inflate(InflateFault::Crc { .. }) => ProblemKind::CrcMismatch,
            Self::Inflate(_) => ProblemKind::BrokenDeflate,
            Self::NotListed { .. } => ProblemKind::NotListed,
            Self::Digest { .. } => ProblemKind::DigestMismatch,
            Self::Exchanged => ProblemKind::Exchanged,
        }
    }

    /// The problem to report of the entry at `path`.
    pub fn problem(&self, path: &EntryPath) -> Problem {
        Problem { path: Some(path.clone()), kind: self.kind(), what: self.to_string() }
    }
}
