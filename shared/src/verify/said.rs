//! Whether seal and sign-offs say what the `report.json` says that they are about; judges no evidence.

use super::{SEAL, SealTrust, SignOff, note};
use crate::open::Opened;
use crate::report::{NotRead, PackedReport, Problem, ProblemKind, SignerTrust, TrustNote, TrustNoteKind};
use crate::signature::statement::{Decision, GateVerdict, Predicate, Statement};

/// How many ids or gates are told before it is enough.
const MOST: usize = 4;
/// How many characters of a foreign word are told.
const LONGEST: usize = 32;

/// FORMAT §7.14: compares every statement that holds with `report.json`. What cannot differ honestly is a problem, else
/// it is a note.
pub(super) fn compare(
    opened: &Opened,
    seal: Option<(&Statement, &SealTrust, &SignerTrust)>,
    sign_offs: &[SignOff],
) -> (Vec<Problem>, Vec<TrustNote>) {
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    if seal.is_none() && sign_offs.is_empty() {
        return (problems, notes);
    }
    for sign_off in sign_offs {
        // Nobody can make these differ but by writing the statement otherwise than `sign` does.
        if let Some(what) = at_odds(&sign_off.statement.predicate) {
            let what = format!("{} signed what contradicts itself: {what}", sign_off.who());
            match sign_off.speaks() {
                true => problems.push(problem(&path_of(sign_off), what)),
                false => notes.push(note(sign_off, TrustNoteKind::Statement, what)),
            }
        }
    }
    let report = match PackedReport::read(opened) {
        Ok(report) => report,
        Err(NotRead::NotIntact) => return (problems, notes),
        Err(NotRead::Broken(why)) => {
            let what = format!("it cannot be read ({why}), so what was signed cannot be compared with it");
            problems.push(problem("report.json", what));
            return (problems, notes);
        }
        Err(NotRead::Unknown(schema)) => {
            let what = format!(
                "it is of the form {}, which this version does not know, so what was signed was not compared with it",
                word(&schema)
            );
            notes.push(TrustNote {
                path: crate::entry_path::EntryPath::new("report.json").ok(),
                kind: TrustNoteKind::NotCompared,
                what,
            });
            return (problems, notes);
        }
    };
    if let Some((statement, seal, signer)) = seal {
        // `pack` writes both from one report: no version of it makes them differ.
        if let Some(what) = differences(&statement.predicate, &report) {
            let key = seal.fingerprint.as_deref().unwrap_or("an unknown key");
            let who = signer.principal.as_deref().unwrap_or(key);
            problems.push(problem(SEAL, format!("{who} sealed what report.json does not say: {what}")));
        }
    }
    for sign_off in sign_offs {
        if let Some(what) = differences(&sign_off.statement.predicate, &report) {
            let what = format!(
                "{} signed what report.json does not say: {what}. Either the statement is not honest, or another version of \
                 Dossier judged for its signer than for the packer: see what dossier check finds",
                sign_off.who()
            );
            notes.push(note(sign_off, TrustNoteKind::Statement, what));
        }
    }
    (problems, notes)
}

fn path_of(sign_off: &SignOff) -> String {
    format!("signatures/{}.json", sign_off.sha256)
}

fn problem(path: &str, what: String) -> Problem {
    Problem::of(path, ProblemKind::Statement, what)
}

/// What a statement says in two places, differently: an approval accepts each contradiction that it counts, a rejection
/// accepts none. Ids may be the same: two verdicts in one section have one.
fn at_odds(predicate: &Predicate) -> Option<String> {
    let accepted = &predicate.contradictions_accepted;
    let counted = predicate.outcomes.contradicted;
    match predicate.decision {
        Decision::Approved if accepted.len() as u64 != counted => Some(format!(
            "outcomes.contradicted is {counted}, contradictions_accepted names {}",
            ids(accepted.iter())
        )),
        Decision::Rejected if !accepted.is_empty() => {
            Some(format!("it rejects, and contradictions_accepted names {}", ids(accepted.iter())))
        }
        _ => None,
    }
}

/// Where `predicate` and `report` differ: field, and both values.
fn differences(predicate: &Predicate, report: &PackedReport) -> Option<String> {
    let mut found = Vec::new();
    let verdicts = report.gate_verdicts();
    if predicate.gates != verdicts {
        found.push(format!("gates is {}, in report.json {}", gates(&predicate.gates), gates(&verdicts)));
    }
    let (said, here) = (predicate.outcomes, report.outcome_counts());
    for (name, said, here) in [
        ("confirmed", said.confirmed, here.confirmed),
        ("contradicted", said.contradicted, here.contradicted),
        ("no_evidence", said.no_evidence, here.no_evidence),
        ("not_checkable", said.not_checkable, here.not_checkable),
    ] {
        if said != here {
            found.push(format!("outcomes.{name} is {said}, in report.json {here}"));
        }
    }
    let contradicted = report.contradicted();
    let mut accepted: Vec<&str> = predicate.contradictions_accepted.iter().map(String::as_str).collect();
    accepted.sort_unstable();
    // Only an approval accepts; then it accepts everything.
    if accepted != contradicted && (predicate.decision == Decision::Approved || !accepted.is_empty()) {
        let none: Vec<&str> =
            accepted.iter().copied().filter(|id| contradicted.binary_search(id).is_err()).collect();
        found.push(format!(
            "contradictions_accepted names {}, in report.json contradicted {} {}",
            ids(if none.is_empty() { accepted.iter() } else { none.iter() }),
            if contradicted.len() == 1 { "is" } else { "are" },
            ids(contradicted.iter())
        ));
    }
    (!found.is_empty()).then(|| found.join("; "))
}

fn gates(gates: &[GateVerdict]) -> String {
    listed(gates.iter().map(|gate| format!("{} {}", word(&gate.gate), word(&gate.verdict))), gates.len())
}

fn ids(ids: impl ExactSizeIterator<Item = impl AsRef<str>>) -> String {
    let count = ids.len();
    listed(ids.map(|id| word(id.as_ref())), count)
}

/// The first few, and how many more.
fn listed(words: impl Iterator<Item = String>, count: usize) -> String {
    let first = words.take(MOST).collect::<Vec<_>>().join(", ");
    match count {
        0 => "none".to_owned(),
        _ if count > MOST => format!("{first} and {} more", count - MOST),
        _ => first,
    }
}

/// A foreign word that cannot grow into a sentence: one word, of moderate length.
pub(super) fn word(text: &str) -> String {
    let mut word: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        word.push('…');
    }
    word
}

#[cfg(test)]
#[path = "said_tests.rs"]
mod tests;
