//! What `report.json` said when the snapshot was packed: verdicts, outcomes and ids. Judges nothing, knows no signature.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{CheckKind, ChecksTrust, Outcome, SCHEMA};
use crate::entry_path::EntryPath;
use crate::open::Opened;
use crate::signature::statement::{GateVerdict, OutcomeCounts};

/// The `report.json` of a snapshot, as far as statements speak of it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PackedReport {
    #[serde(default)]
    schema: String,
    #[serde(default)]
    gates: Vec<PackedGate>,
    #[serde(default)]
    checks: Vec<PackedCheck>,
}

#[derive(Debug, Clone, Deserialize)]
struct PackedGate {
    id: String,
    verdict: String,
}

#[derive(Debug, Clone, Deserialize)]
struct PackedCheck {
    #[serde(default)]
    id: String,
    outcome: Outcome,
    kind: CheckKind,
    #[serde(default)]
    same_as: Option<IgnoredAny>,
}

/// Why a `report.json` says nothing that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRead {
    /// It is missing or is not what was sealed, which is a problem of its own.
    NotIntact,
    /// Of a form that this version does not know, maybe a later one.
    Unknown(String),
    /// Not of the form that it says it has.
    Broken(String),
}

impl PackedReport {
    /// Reads the one in `opened`.
    pub fn read(opened: &Opened) -> Result<Self, NotRead> {
        #[derive(Deserialize)]
        struct Form {
            #[serde(default)]
            schema: String,
        }
        let bytes = EntryPath::new("report.json").ok().and_then(|path| opened.intact_bytes(&path));
        let bytes = bytes.ok_or(NotRead::NotIntact)?;
        let unknown = |schema: &str| NotRead::Unknown(schema.chars().take(40).collect());
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(report) if report.schema == SCHEMA => Ok(report),
            Ok(report) => Err(unknown(&report.schema)),
            // A later form may say other things in the same places.
            Err(error) => Err(match serde_json::from_slice::<Form>(&bytes) {
                Ok(form) if form.schema != SCHEMA => unknown(&form.schema),
                _ => NotRead::Broken(error.to_string()),
            }),
        }
    }

    /// The verdicts as a statement binds them.
    pub fn gate_verdicts(&self) -> Vec<GateVerdict> {
        let said = |gate: &PackedGate| GateVerdict { gate: gate.id.clone(), verdict: gate.verdict.clone() };
        self.gates.iter().map(said).collect()
    }

    /// The outcomes as a statement binds them.
    pub fn outcome_counts(&self) -> OutcomeCounts {
        self.counts().as_bound()
    }

    /// Checks by outcome; those that repeat an earlier one are not counted.
    pub fn counts(&self) -> ChecksTrust {
        super::counts(true, self.first().map(|check| (check.outcome, check.kind)))
    }

    /// Ids of the contradicted checks, in order; two verdicts in one section have the same.
    pub fn contradicted(&self) -> Vec<&str> {
        let contradicted = self.first().filter(|check| check.outcome == Outcome::Contradicted);
        let mut ids: Vec<&str> = contradicted.map(|check| check.id.as_str()).collect();
        ids.sort_unstable();
        ids
    }

    fn first(&self) -> impl Iterator<Item = &PackedCheck> {
        self.checks.iter().filter(|check| check.same_as.is_none())
    }
}
