//! Runs on the CI host. Knows nothing about how a run records itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::Place;
use crate::time::Timestamp;

/// A `results.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Folder name: a build number or a name.
    pub id: String,
    /// Schema, 1 or 2.
    pub schema: u64,
    /// What was tested.
    pub recipe: String,
    /// Version under test.
    pub version: String,
    /// Pull request, where given.
    pub pr: Option<u64>,
    /// Commit under test, as written.
    pub reference: String,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Level as written.
    pub level: Option<u64>,
    /// Level recomputed from the rungs: the highest i such that rung i passed and every rung below passed or was
    /// skipped. None without rungs, and where their order is unknown.
    pub recomputed_level: Option<u64>,
    /// How many rungs there are.
    pub rung_count: u64,
    /// Why the level is no higher, as schema 1 writes it; empty when it does not say.
    pub level_cap_reason: String,
    /// Rungs in ladder order with their status.
    pub rungs: Vec<(String, String)>,
    /// Tiers (install, upgrade, backup …) with their status, in file order.
    pub tiers: Vec<(String, String)>,
    /// Stages with their tests, in file order.
    pub stages: Vec<RunStage>,
    /// Rungs that were skipped, and why.
    pub skips: RunSkips,
    /// Flags such as `clean_teardown`; a flag that is not here is unknown, not false.
    pub flags: BTreeMap<String, bool>,
    /// Status of lint, which never changes the verdict.
    pub lint: Option<String>,
    /// What else lint said.
    pub lint_report: RunLint,
    /// File name of the screenshot; empty when none is named.
    pub screenshot: String,
    /// File name of the summary card; empty when none is named.
    pub summary_card: String,
    /// What the run was customised with, as it is written.
    pub customization: Option<serde_json::Value>,
    /// The entry.
    pub place: Place,
}

impl Run {
    /// A run of which nothing but its place is known.
    pub fn nothing(place: Place) -> Run {
        Run {
            id: String::new(),
            schema: 0,
            recipe: String::new(),
            version: String::new(),
            pr: None,
            reference: String::new(),
            finished: None,
            level: None,
            recomputed_level: None,
            rung_count: 0,
            level_cap_reason: String::new(),
            rungs: Vec::new(),
            tiers: Vec::new(),
            stages: Vec::new(),
            skips: RunSkips::default(),
            flags: BTreeMap::new(),
            lint: None,
            lint_report: RunLint::default(),
            screenshot: String::new(),
            summary_card: String::new(),
            customization: None,
            place,
        }
    }

    /// Tests of all stages that have this status.
    pub fn tests_with_status(&self, status: &str) -> u64 {
        let tests = self.stages.iter().flat_map(|stage| &stage.tests);
        tests.filter(|test| test.status == status).count() as u64
    }
}

/// A stage of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunStage {
    /// Name.
    pub name: String,
    /// Status, as written.
    pub status: String,
    /// Its tests.
    pub tests: Vec<StageTest>,
}

/// A test of a run's stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageTest {
    /// Name.
    pub name: String,
    /// Status, as written.
    pub status: String,
    /// How long it took, in milliseconds.
    pub ms: Option<u64>,
}

/// Rungs that a run skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunSkips {
    /// Rung and reason.
    pub intentional: Vec<(String, String)>,
    /// Rungs that nobody meant to skip.
    pub unintentional: Vec<String>,
}

/// What lint said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunLint {
    /// In words.
    pub detail: String,
    /// Rules that failed.
    pub rules_failed: Vec<String>,
}
