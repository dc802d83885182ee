//! What a signature says: an in-toto v1 Statement in one canonical form; knows nothing about keys or archives.

use serde::{Deserialize, Serialize};

use crate::digest::Sha256Digest;
use crate::signature::{MAX_BYTES, SEAL_NAMESPACE};
use crate::time::Timestamp;

/// The `_type` of in-toto Statements v1.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The `predicateType`. History: `dossier:statement/1` is the first.
pub const PREDICATE_TYPE: &str = "dossier:statement/1";
/// What every statement is about.
pub const SUBJECT_NAME: &str = "tagmanifest-sha256.txt";
/// The role of the one who seals.
pub const PACKER: &str = "packer";

/// A statement about one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Id of the snapshot: digest of its `tagmanifest-sha256.txt`.
    pub snapshot_id: Sha256Digest,
    /// What is said about it.
    pub predicate: Predicate,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// [`PACKER`] in the seal, else the role of who signs off: `[a-z][a-z0-9-]{0,31}`.
    pub role: String,
    /// What was decided.
    pub decision: Decision,
    /// Free words; empty when there are none.
    pub note: String,
    /// When the signer claims to have signed; grants nothing.
    pub claimed_time: Timestamp,
    /// The phase's id.
    pub phase: String,
    /// Digest of `report.json`.
    pub report_sha256: Sha256Digest,
    /// Verdicts that the signer saw.
    pub gates: Vec<GateVerdict>,
    /// Outcomes that the signer saw.
    pub outcomes: OutcomeCounts,
    /// Ids of the contradicted checks that the signer accepts.
    pub contradictions_accepted: Vec<String>,
    /// Digests of the statements that were there already.
    pub prior: Vec<Sha256Digest>,
    /// Id of an earlier snapshot that this one replaces.
    pub supersedes: Option<Sha256Digest>,
    /// In the seal: how many bytes of the file stand before the signatures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_bytes: Option<u64>,
    /// In the seal: their digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_sha256: Option<Sha256Digest>,
}

/// What a signer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Packed and sealed; says nothing about the work.
    Sealed,
    /// The work is approved.
    Approved,
    /// It is not.
    Rejected,
}

/// A gate's verdict in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GateVerdict {
    /// `M1`.
    pub gate: String,
    /// `pass`, `fail`, `claimed` or `open`.
    pub verdict: String,
}

/// Checks by outcome in a statement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OutcomeCounts {
    /// Confirmed.
    pub confirmed: u64,
    /// Contradicted.
    pub contradicted: u64,
    /// No evidence.
    pub no_evidence: u64,
    /// Yours to judge.
    pub not_checkable: u64,
}

/// Why bytes are not a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Longer than [`MAX_BYTES`].
    #[error("the statement has {0} bytes, more than {MAX_BYTES}")]
    TooLong(usize),
    /// Not JSON, a key missing, unknown or given twice.
    #[error("the statement is not of the form FORMAT §7.2 asks for: {0}")]
    Syntax(String),
    /// Of another type, maybe of a later version.
    #[error("the statement's {field} is {found:?} where this version knows {known:?}")]
    UnknownType {
        /// `_type`, `predicateType` or `subject`.
        field: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        known: &'static str,
    },
    /// Role, decision and what is sealed do not fit together.
    #[error("the statement contradicts itself: {0}")]
    Inconsistent(&'static str),
    /// The same meaning in other bytes than the canonical ones.
    #[error("the statement is not written in the canonical form of FORMAT §7.3")]
    NotCanonical,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

/// Only the types, read first so that a later version is called that and not broken.
#[derive(Deserialize)]
struct Types {
    #[serde(rename = "_type")]
    statement_type: String,
    #[serde(rename = "predicateType")]
    predicate_type: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectDigest {
    sha256: Sha256Digest,
}

impl Statement {
    /// The exact bytes to sign, one JSON key a line and `subject` before `predicateType`, so that sed finds them.
    pub fn to_json(&self) -> String {
        let envelope = Envelope {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject: vec![Subject {
                name: SUBJECT_NAME.to_owned(),
                digest: SubjectDigest { sha256: self.snapshot_id },
            }],
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: self.predicate.clone(),
        };
        // Strings, numbers and lists of them: serialising cannot fail.
        let mut text = serde_json::to_string_pretty(&envelope).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a statement; accepts exactly the bytes that [`Statement::to_json`] gives.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > MAX_BYTES {
            return Err(StatementError::TooLong(bytes.len()));
        }
        let syntax = |error: serde_json::Error| StatementError::Syntax(error.to_string());
        let types: Types = serde_json::from_slice(bytes).map_err(syntax)?;
        known_type("_type", &types.statement_type, STATEMENT_TYPE)?;
        known_type("predicateType", &types.predicate_type, PREDICATE_TYPE)?;
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(syntax)?;
        let [subject] = envelope.subject.as_slice() else {
            return Err(StatementError::Inconsistent("it must have exactly one subject"));
        };
        known_type("subject", &subject.name, SUBJECT_NAME)?;
        let statement = Self { snapshot_id: subject.digest.sha256, predicate: envelope.predicate };
        statement.check()?;
        // FORMAT §7.3: one meaning, one sequence of bytes; so sed and this parser always agree.
        match statement.to_json().as_bytes() == bytes {
            true => Ok(statement),
            false => Err(StatementError::NotCanonical),
        }
    }

    /// FORMAT §7.4: which roles may decide what.
    pub fn check(&self) -> Result<(), StatementError> {
        let predicate = &self.predicate;
        if !is_role(&predicate.role) {
            return Err(StatementError::Inconsistent("its role is not of the form [a-z][a-z0-9-]{0,31}"));
        }
        let seals = predicate.decision == Decision::Sealed;
        if seals != (predicate.role == PACKER) {
            return Err(StatementError::Inconsistent(
                "only the packer seals, and the packer does nothing else",
            ));
        }
        if seals != predicate.sealed_bytes.is_some() || seals != predicate.sealed_sha256.is_some() {
            return Err(StatementError::Inconsistent(
                "the seal and only the seal says which bytes are sealed",
            ));
        }
        Ok(())
    }

    /// The SSHSIG namespace that its signature must be made in.
    pub fn namespace(&self) -> String {
        match self.predicate.decision {
            Decision::Sealed => SEAL_NAMESPACE.to_owned(),
            Decision::Approved | Decision::Rejected => signoff_namespace(&self.predicate.role),
        }
    }
}

/// The namespace of a sign-off by `role`.
pub fn signoff_namespace(role: &str) -> String {
    format!("signoff.{role}@dossier")
}

/// `[a-z][a-z0-9-]{0,31}`.
pub fn is_role(role: &str) -> bool {
    role.len() <= 32
        && role.starts_with(|first: char| first.is_ascii_lowercase())
        && role.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn known_type(field: &'static str, found: &str, known: &'static str) -> Result<(), StatementError> {
    match found == known {
        true => Ok(()),
        false => Err(StatementError::UnknownType { field, found: found.chars().take(200).collect(), known }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Statement {
        Statement {
            snapshot_id: Sha256Digest::of(b"tagmanifest"),
            predicate: Predicate {
                role: PACKER.to_owned(),
                decision: Decision::Sealed,
                note: "two\nlines, \"sha256\": \"x\"".to_owned(),
                claimed_time: "2026-06-13T06:38:00Z".parse().unwrap(),
                phase: "ghost".to_owned(),
                report_sha256: Sha256Digest::of(b"report"),
                gates: vec![GateVerdict { gate: "M1".to_owned(), verdict: "pass".to_owned() }],
                outcomes: OutcomeCounts { confirmed: 3, ..OutcomeCounts::default() },
                contradictions_accepted: vec![],
                prior: vec![],
                supersedes: None,
                sealed_bytes: Some(12),
                sealed_sha256: Some(Sha256Digest::of(b"sealed")),
            },
        }
    }

    #[test]
    fn round_trips_with_one_key_a_line() {
        let text = seal().to_json();
        assert_eq!(Statement::parse(text.as_bytes()), Ok(seal()));
        assert!(text.lines().all(|line| line.matches("\": ").count() <= 2), "{text}");
        let digest_line = text.lines().find(|line| line.trim_start().starts_with("\"sha256\": ")).unwrap();
        assert!(digest_line.ends_with('"'), "the recipe's sed wants no comma: {digest_line}");
        assert!(text.find("\"subject\"") < text.find("\"predicateType\""));
    }

    fn check(from: &str, to: &str, words: &str) {
        let text = seal().to_json();
        assert!(text.contains(from), "{from}");
        let error = Statement::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{to}: {error}");
    }

    #[test]
    fn refuses_everything_but_the_canonical_form() {
        check("\"role\": \"packer\",", "\"role\": \"packer\", \"role\": \"packer\",", "duplicate field");
        check("\"note\"", "\"more\": 1, \"note\"", "unknown field");
        check("Statement/v1", "Statement/v2", "where this version knows");
        check("dossier:statement/1", "dossier:statement/2", "where this version knows");
        check("tagmanifest-sha256.txt", "manifest-sha256.txt", "where this version knows");
        check("\"packer\"", "\"operator\"", "only the packer seals");
        check("\"packer\"", "\"Packer\"", "of the form");
        check("\"sealed\"", "\"approved\"", "only the packer seals");
        check("    \"sealed_bytes\": 12,\n", "", "which bytes are sealed");
        check("  \"", "    \"", "canonical");
        check("}\n}\n", "}\n}", "canonical");
        check("}\n}\n", "}\n}\n\n", "canonical");
        check("06:38:00Z", "06:38:00.0Z", "canonical");
        check("06:38:00Z", "08:38:00+02:00", "canonical");
        check("}\n}\n", "}\n}\n{}", "trailing");
        check("ghost", "gh\\u006fst", "canonical");
    }

    #[test]
    fn namespaces_follow_the_role() {
        assert_eq!(seal().namespace(), "seal@dossier");
        let mut signoff = seal();
        signoff.predicate.role = "reviewer".to_owned();
        signoff.predicate.decision = Decision::Approved;
        (signoff.predicate.sealed_bytes, signoff.predicate.sealed_sha256) = (None, None);
        assert_eq!(Statement::parse(signoff.to_json().as_bytes()), Ok(signoff.clone()));
        assert_eq!(signoff.namespace(), "signoff.reviewer@dossier");
    }
}
