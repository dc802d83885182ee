//! The answers of trust in the report: files, seal, signer, sign-offs, policy; plain data, found elsewhere.

use serde::{Deserialize, Serialize};

use crate::entry_path::EntryPath;
use crate::signature::statement::{Decision, GateVerdict, OutcomeCounts};
use crate::time::Timestamp;

/// The five answers; never one green badge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trust {
    /// Do all bytes agree with the manifests?
    pub files: FilesTrust,
    /// Is the packer's signature valid?
    pub seal: SealTrust,
    /// Is the signer known to the one who asks?
    pub signer: SignerTrust,
    /// Is everything here that the packer asked for?
    pub collected: CollectedTrust,
    /// Do the checks hold?
    pub checks: ChecksTrust,
    /// Sign-offs whose signature holds, in the order of the times that they claim; broken ones are problems.
    #[serde(default)]
    pub sign_offs: Vec<SignOffTrust>,
    /// Whether those have signed who had to, as the one who asks wants it.
    #[serde(default)]
    pub policy: PolicyTrust,
    /// What is worth a look about seal and sign-offs and is no fault of the snapshot.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<TrustNote>,
    /// The file of allowed signers that was used; none was given where this is missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trust_file: Option<TrustFile>,
    /// The list of revoked keys that was used; none was given where this is missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked_file: Option<RevokedFile>,
}

/// Do all bytes agree with the manifests?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilesTrust {
    /// Whether every digest holds and nothing is missing or extra.
    pub intact: bool,
    /// Payload and tag files whose digest holds.
    pub good: u64,
    /// Payload and tag files that the manifests list or the archive holds.
    pub total: u64,
}

/// State of the packer's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SealState {
    /// The signature is good and covers this snapshot.
    Valid,
    /// Good over the content, but the zip around it was made anew.
    Repacked,
    /// There is no seal.
    Unsigned,
    /// The signature is bad, or it is about something else.
    Invalid,
}

/// Is the packer's signature valid?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealTrust {
    /// State.
    pub state: SealState,
    /// Why, in words; empty when it is valid and its key is trusted.
    pub because: String,
    /// `SHA256:…` of the key that made it.
    pub fingerprint: Option<String>,
    /// `ssh-ed25519`, …
    pub key_type: Option<String>,
    /// Time the packer claims to have signed at.
    pub claimed_at: Option<Timestamp>,
    /// What the seal says about the snapshot, where its signature is good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub says: Option<StatementFacts>,
}

/// Whether the signer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SignerState {
    /// The given allowed_signers file names the key for this use.
    Trusted,
    /// Nobody said whose key it is, or not for this use or this time.
    Unknown,
    /// The key is in the list of revoked keys, which always wins.
    Revoked,
    /// There is no valid signature to ask about.
    None,
}

/// Is the signer known to the one who asks?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignerTrust {
    /// State.
    pub state: SignerState,
    /// Principal of the allowed_signers line that makes it trusted.
    pub principal: Option<String>,
    /// Principal of a line that names the key for this use where it is not trusted all the same: the line's time is
    /// over or still to come, or the key is revoked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known_as: Option<String>,
    /// sha256 in hex of the trust file that was used.
    pub trust_file_sha256: Option<String>,
    /// Why, in words.
    pub because: String,
}

/// Is everything here that the packer asked for?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CollectedTrust {
    /// Whether nothing is absent.
    pub complete: bool,
    /// How much could not be got.
    pub absences: u64,
}

/// Do the checks hold?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChecksTrust {
    /// Whether these are the counts of `report.json` as it was packed, and nobody has judged anew: `dossier verify`.
    #[serde(default)]
    pub as_packed: bool,
    /// Confirmed statements; in all five, those that repeat an earlier one are not counted.
    pub confirmed: u64,
    /// Contradicted statements, of record and of substance.
    pub contradicted: u64,
    /// Contradicted statements of substance.
    pub contradicted_substance: u64,
    /// Statements without evidence.
    pub no_evidence: u64,
    /// Statements that are yours to judge.
    pub not_checkable: u64,
}

/// What a seal or a sign-off says about the snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementFacts {
    /// The phase's id.
    pub phase: String,
    /// Free words of the signer.
    pub note: String,
    /// The verdicts that the signer saw.
    pub gates: Vec<GateVerdict>,
    /// The outcomes that the signer saw.
    pub outcomes: OutcomeCounts,
    /// Ids of the contradicted checks that the signer accepts.
    pub contradictions_accepted: Vec<String>,
    /// sha256 in hex of the sign-offs that were there when it was made.
    pub prior: Vec<String>,
    /// Id of an earlier snapshot that this one replaces.
    pub supersedes: Option<String>,
}

/// A sign-off whose signature holds and that is about this snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignOffTrust {
    /// sha256 in hex of the statement, which names its file.
    pub id: String,
    /// The role that it was made in: `operator`, `reviewer`, …
    pub role: String,
    /// What was decided.
    pub decision: Decision,
    /// Time the signer claims to have signed at.
    pub claimed_at: Timestamp,
    /// `SHA256:…` of the key that made it.
    pub fingerprint: String,
    /// `ssh-ed25519`, …
    pub key_type: String,
    /// Is the signer known to the one who asks, in this role?
    pub signer: SignerTrust,
    /// Whether it counts: as an approval, or as a rejection that stands. No approval counts where files were changed, or
    /// the seal is missing, does not hold or is by a key that is not trusted.
    pub counts: bool,
    /// Why it counts or does not, in words.
    pub because: String,
    /// What it says about the snapshot.
    pub says: StatementFacts,
}

/// Whether those have signed who had to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyTrust {
    /// Whether every answer is yes; so it is where nothing was asked and nothing stands against it.
    pub met: bool,
    /// One answer for each thing that was asked, one for each rejection that stands, and one where what was signed
    /// rests on no seal.
    pub answers: Vec<PolicyAnswer>,
}

/// What a policy is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PolicyKind {
    /// The phase, id or packer that is expected.
    Expect,
    /// A role that has to approve.
    Require,
    /// How many different keys have to approve.
    Threshold,
    /// A rejection by a trusted key stands against everything else.
    Rejection,
    /// Files were changed, or the seal is missing, does not hold or is by a key that is not trusted: no approval counts.
    Seal,
}

/// Whether one thing that was asked is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyAnswer {
    /// What it is about.
    pub kind: PolicyKind,
    /// What was asked, in words.
    pub asked: String,
    /// Whether it is so.
    pub met: bool,
    /// Why, in words.
    pub because: String,
}

/// What a note about a signature is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TrustNoteKind {
    /// A rejection does not block, although its key is listed or revoked: ask its owner.
    Rejection,
    /// A sign-off by a key that is not trusted says that it saw one that is not here.
    SignOffMissing,
    /// A sign-off says other things than `report.json`: another version of Dossier may have judged for its signer.
    Statement,
    /// `report.json` is of a form that this version does not know, so statements were not compared with it.
    NotCompared,
}

/// What is worth a look about a seal or a sign-off, and is no fault of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustNote {
    /// The statement; none when it is about the snapshot as a whole.
    pub path: Option<EntryPath>,
    /// What it is about, for programs; the words never change meaning.
    pub kind: TrustNoteKind,
    /// What there is to know and to do, as a lower-case fragment.
    pub what: String,
}

/// A file of allowed signers, as it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustFile {
    /// Its sha256 in hex.
    pub sha256: String,
    /// Lines that grant nothing because they cannot be understood or are not supported.
    pub issues: Vec<TrustFileIssue>,
}

/// A line of a trust file that grants nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustFileIssue {
    /// From 1.
    pub line: u32,
    /// What is wrong with it, as a lower-case fragment.
    pub what: String,
}

/// A list of revoked keys, as it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevokedFile {
    /// Its sha256 in hex.
    pub sha256: String,
    /// How many keys it revokes.
    pub keys: u64,
}

impl super::Report {
    /// The verdicts as a statement binds them.
    pub fn gate_verdicts(&self) -> Vec<GateVerdict> {
        let word = |verdict| match verdict {
            super::Verdict::Pass => "pass",
            super::Verdict::Fail => "fail",
            super::Verdict::Claimed => "claimed",
            super::Verdict::Open => "open",
        };
        let said = |gate: &super::Gate| GateVerdict {
            gate: gate.id.clone(),
            verdict: word(gate.verdict).to_owned(),
        };
        self.gates.iter().map(said).collect()
    }

    /// The outcomes as a statement binds them.
    pub fn outcome_counts(&self) -> OutcomeCounts {
        self.counts().as_bound()
    }
}

impl ChecksTrust {
    /// As a statement binds them.
    pub(super) fn as_bound(&self) -> OutcomeCounts {
        OutcomeCounts {
            confirmed: self.confirmed,
            contradicted: self.contradicted,
            no_evidence: self.no_evidence,
            not_checkable: self.not_checkable,
        }
    }
}
