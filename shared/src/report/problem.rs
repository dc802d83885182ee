//! Faults of content as plain data: where, a stable word, and a sentence. Knows nothing of how they are found.

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;

/// A fault of content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The entry; none when it is about the snapshot as a whole.
    pub path: Option<EntryPath>,
    /// What kind of fault it is, for programs; the words never change meaning.
    pub kind: ProblemKind,
    /// What is wrong, which values differ, as a lower-case fragment.
    pub what: String,
}

impl Problem {
    /// A problem of the entry called `name`.
    pub fn of(name: &str, kind: ProblemKind, what: impl Into<String>) -> Self {
        Self { path: EntryPath::new(name).ok(), kind, what: what.into() }
    }
}

/// What kind of fault a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A deflate stream that is broken or ends too early (FORMAT §4.9).
    BrokenDeflate,
    /// Bytes behind the end of a deflate stream (FORMAT §4.9).
    TrailingBytes,
    /// Another size than the header says (FORMAT §4.9).
    SizeMismatch,
    /// Another CRC-32 than the header says (FORMAT §4.9).
    CrcMismatch,
    /// Another sha256 than the manifest lists (FORMAT §5.3).
    DigestMismatch,
    /// A file that the manifest does not list (FORMAT §5.3).
    NotListed,
    /// A file that a manifest lists, or that every snapshot has, and that is not here (FORMAT §2.3, §5.3).
    Missing,
    /// A line of a manifest that is not as it should be (FORMAT §5.2).
    ManifestLine,
    /// A file in a manifest that has no place in it (FORMAT §5.1).
    ManifestPlace,
    /// A manifest that does not hold itself, so that no digest in it proves anything (FORMAT §5.3).
    ManifestDamaged,
    /// A manifest of another digest than sha256 (FORMAT §5.1).
    ForeignManifest,
    /// `bagit.txt` does not say what it has to (FORMAT §5.4).
    BagDeclaration,
    /// A line of `bag-info.txt` that is not as it should be (FORMAT §5.4).
    BagInfo,
    /// The payload does not come to what `bag-info.txt` says (FORMAT §5.4).
    PayloadOxum,
    /// `snapshot.json` lists its entries out of order (FORMAT §6.2).
    EntryOrder,
    /// `snapshot.json` lists a file that is not in the payload (FORMAT §6.2).
    EntryMissing,
    /// `snapshot.json` does not list a file of the payload (FORMAT §6.2).
    EntryNotListed,
    /// A key given twice in a JSON file of the snapshot's own (FORMAT §5.5).
    DuplicateKey,
    /// A seal that does not hold (FORMAT §7.9).
    Seal,
    /// A sign-off that does not count (FORMAT §7.10).
    SignOff,
    /// A sign-off that another one lists, and that is not here (FORMAT §7.11).
    SignOffMissing,
    /// A signature that claims a time at which it cannot have been made (FORMAT §7.12).
    SignatureTime,
    /// A seal or a sign-off that says other things than the `report.json` that it is about (FORMAT §7.14).
    Statement,
    /// Other bytes than were hashed came when an entry was read again (FORMAT §9).
    Exchanged,
}
