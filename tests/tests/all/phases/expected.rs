//! `expected.toml`: what a person says must come out of a sample phase. Knows nothing of what came out.

use std::path::Path;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    #[serde(default)]
    pub(crate) gate: Vec<Gate>,
    pub(crate) done: Done,
    #[serde(default)]
    pub(crate) veto: Vec<Veto>,
    #[serde(default)]
    pub(crate) finding: Vec<Finding>,
    #[serde(default)]
    pub(crate) statement: Vec<Statement>,
    #[serde(default)]
    pub(crate) note: Vec<Note>,
    pub(crate) first_run: Option<FirstRun>,
}

/// What came out of a phase the first time, before any rule had seen its words. Shown, and never measured again.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstRun {
    /// Real contradictions, and all that were reported.
    pub(crate) real: [usize; 2],
    /// Planted contradictions that were found, and all.
    pub(crate) planted: [usize; 2],
    /// True statements that were confirmed, and all.
    pub(crate) confirmed: [usize; 2],
}

/// A gate, in the plan's order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gate {
    pub(crate) id: String,
    pub(crate) verdict: String,
    pub(crate) document: Option<String>,
    pub(crate) line: Option<u32>,
    #[serde(default)]
    pub(crate) history: Vec<String>,
}

/// The end of the phase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Done {
    pub(crate) is_written: bool,
    pub(crate) written: Option<String>,
    pub(crate) allowed: bool,
    #[serde(default)]
    pub(crate) reasons: Vec<String>,
}

/// A veto.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Veto {
    pub(crate) document: String,
    pub(crate) line: u32,
    pub(crate) standing: bool,
    #[serde(default)]
    pub(crate) scope: String,
}

/// A finding; where it stands is told only where it matters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) document: Option<String>,
    pub(crate) line: Option<u32>,
}

/// A statement of a document and what comparing it has to come to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    pub(crate) document: String,
    pub(crate) line: u32,
    pub(crate) quote: String,
    pub(crate) outcome: String,
    pub(crate) kind: Option<String>,
    pub(crate) because: Option<String>,
    #[serde(default)]
    pub(crate) about: String,
    pub(crate) acknowledged: Option<String>,
}

/// Words that one of the report's notes has to hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// Reads the file.
pub(crate) fn read(file: &Path) -> Expected {
    let text = fs_err::read_to_string(file).expect("readable");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
