//! The life of each gate: claimed, failed, passed, in order of time; findings, vetoes and DONE.
//!
//! It reads documents and commit subjects and knows nothing about builds, runs or forges.

use crate::documents::Document;
use crate::history::History;
use crate::report::{Done, Finding, Gate, Note, Veto};

mod done;
mod findings;
mod ledger;
mod life;
mod past_findings;
mod phase;
mod plan;
mod review;
mod status;
mod vetoes;
mod words;

#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod tests;

pub(crate) use findings::files_finding;
pub(crate) use status::status_words;
pub use status::{StatusWord, status_verdicts};

/// Gates, findings, vetoes and the end of the phase, as the documents and the git log tell them.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseLife {
    /// Gates.
    pub gates: Vec<Gate>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Vetoes.
    pub vetoes: Vec<Veto>,
    /// The end.
    pub done: Done,
    /// What is worth knowing of how they were read.
    pub notes: Vec<Note>,
}

/// Reads the lives of all gates.
pub fn phase_life(documents: &[Document], history: &History<'_>) -> PhaseLife {
    let plan = plan::Plan::read(documents);
    let scope = phase::PhaseScope::of(documents, history);
    let absent = ledger::missing(documents, history, &scope);
    let notes = ledger::notes(documents, &absent, history);
    let unread = ledger::unread(documents, &absent);
    let joined: Vec<Document>;
    let documents = if absent.is_empty() {
        documents
    } else {
        joined = documents.iter().cloned().chain(absent).collect();
        &joined
    };
    let scope = phase::PhaseScope::of(documents, history);
    let reading =
        words::Reading { documents, history, plan: &plan, scope: &scope, required: plan.required(&[]) };
    let (words, unread_verdicts) = reading.words();
    let required = plan.required(&life::seen(&words));
    let mut notes = notes;
    notes.extend(unread_verdicts);
    let (gates, lost) = life::gates(&plan, words, &required, &scope, history);
    let (findings, left_open) = findings::findings(documents, history, &scope);
    let (vetoes, of_vetoes) = vetoes::vetoes(documents, history, &scope);
    notes.extend(of_vetoes);
    let life = done::Life {
        gates: &gates,
        vetoes: &vetoes,
        findings: &findings,
        lost: &lost,
        unread: &unread,
        left_open: &left_open,
    };
    let done = done::done(documents, history, &scope, &life, &required, plan.has_items());
    PhaseLife { gates, findings, vetoes, done, notes }
}

/// The first sentence of a title, no longer than a screen's line or two.
fn first_words(title: &str) -> String {
    let end = title.find(". ").map_or(title.len(), |end| end + 1).min(200);
    let end = (0..=end).rev().find(|at| title.is_char_boundary(*at)).unwrap_or(0);
    title.get(..end).unwrap_or(title).trim_end_matches('.').to_owned()
}
