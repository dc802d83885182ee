//! Puts the words on each gate in order of time and tells which one stands.

use std::collections::{HashMap, HashSet};

use super::ledger;
use super::phase::PhaseScope;
use super::plan::Plan;
use super::words::{Source, Word};
use crate::documents::gate_words::subject_events;
use crate::history::History;
use crate::report::{Gate, GateEvent, Verdict};

/// How many words of one commit on one gate are compared with each other.
const MAX_TWINS: usize = 64;

/// The gates: the plan's in its order, then what else was judged or claimed, by place; and why some have lost a PASS.
pub(super) fn gates(
    plan: &Plan,
    words: Vec<Word>,
    required: &[String],
    scope: &PhaseScope,
    history: &History<'_>,
) -> (Vec<Gate>, HashMap<String, String>) {
    let planned = plan.all();
    let mut ids: Vec<String> = planned.iter().map(|(id, _)| id.clone()).collect();
    let mut known: HashSet<String> = ids.iter().cloned().collect();
    let mut judged: Vec<&Word> = words.iter().collect();
    judged.sort_by_key(|word| (word.source == Source::Subject, word.line));
    for word in judged {
        // A subject alone makes a gate only where no plan and no document names gates.
        let counts = word.source != Source::Subject || planned.is_empty();
        if counts && known.insert(word.id.clone()) {
            ids.push(word.id.clone());
        }
    }
    let titles: HashMap<&str, &str> =
        planned.iter().map(|(id, title)| (id.as_str(), title.as_str())).collect();
    let required: HashSet<&str> = required.iter().map(String::as_str).collect();
    let mut by_id = HashMap::<String, Vec<Word>>::new();
    for word in words {
        by_id.entry(word.id.clone()).or_default().push(word);
    }
    let mut reasons = HashMap::new();
    let gates = ids
        .into_iter()
        .map(|id| {
            let life = ordered(by_id.remove(&id).unwrap_or_default(), scope, history);
            let title = titles.get(id.as_str()).copied().unwrap_or("");
            reasons.extend(lost_pass(&id, &life, history).map(|reason| (id.clone(), reason)));
            gate(id, title, &life, &required, history)
        })
        .collect();
    (gates, reasons)
}

/// The ids of gates that documents and subjects speak of, for phases without a plan.
pub(super) fn seen(words: &[Word]) -> Vec<String> {
    let mut known = HashSet::new();
    words.iter().filter(|word| known.insert(word.id.as_str())).map(|word| word.id.clone()).collect()
}

/// A gate's words, oldest first, each event once.
fn ordered(mut life: Vec<Word>, scope: &PhaseScope, history: &History<'_>) -> Vec<Word> {
    // What nothing dates may be the newest word; of several such, a FAIL is taken for the last. An undated claim
    // opens nothing again. Within one commit stamps tell, then a word that says "again", else a FAIL is the last.
    life.sort_by_key(|word| {
        let judged = word.what != Verdict::Claimed;
        (
            (word.undated && judged, word.at.filter(|_| !word.undated), word.commit),
            (judged, word.source, word.stamped_at),
            (word.again, word.what != Verdict::Pass, word.what == Verdict::Fail, word.line),
        )
    });
    let mut events: Vec<Word> = Vec::new();
    for word in life {
        let near = events.iter_mut().rev().take(MAX_TWINS).take_while(|known| known.commit == word.commit);
        match near.into_iter().find(|known| is_same_event(known, &word)) {
            // The document tells more than the subject of the same commit, and its first place is the heading.
            Some(known)
                if known.source < word.source
                    || (known.source == word.source
                        && word.line < known.line
                        && (word.stamped_at.is_some() || known.stamped_at.is_none())) =>
            {
                let lost = known.lost.take().filter(|_| word.source != Source::Document);
                *known = word;
                known.lost = known.lost.take().or(lost);
            }
            // What the document no longer says, the subject of the same commit does not keep alive.
            Some(known) if known.source == Source::Subject && known.lost.is_none() => known.lost = word.lost,
            Some(_) => {}
            None => events.push(word),
        }
    }
    let mut kept: Vec<Word> = Vec::new();
    for word in events {
        match kept.last() {
            Some(last) if repeats(last, &word, scope, history) => {
                // A claim that a `claim(…)` commit makes is dated by it.
                if word.what == Verdict::Claimed && claims(&word, history) && !claims(last, history) {
                    kept.pop();
                    kept.push(word);
                }
            }
            _ => kept.push(word),
        }
    }
    kept
}

/// One commit says one thing of a gate once, unless two stamps tell two events.
fn is_same_event(known: &Word, word: &Word) -> bool {
    let two_stamps = matches!((known.stamped_at, word.stamped_at), (Some(a), Some(b)) if a != b);
    known.what == word.what && !two_stamps && known.commit == word.commit
}

/// Whether a word only says once more what stands already.
fn repeats(last: &Word, word: &Word, scope: &PhaseScope, history: &History<'_>) -> bool {
    if last.what != word.what {
        return false;
    }
    match word.what {
        Verdict::Claimed => !(claims(last, history) && claims(word, history)),
        _ => word.source == Source::Subject && !word.commit.is_some_and(|index| scope.touches_review(index)),
    }
}

/// Whether the commit of a claim has the subject of one.
fn claims(word: &Word, history: &History<'_>) -> bool {
    let commit = word.commit.and_then(|index| history.commits().get(index));
    commit.is_some_and(|commit| {
        let events = subject_events(&commit.subject);
        events.iter().any(|(id, what)| *id == word.id && *what == Verdict::Claimed)
    })
}

/// The word that stands: the newest verdict, or a claim that came after a FAIL or after a verdict was taken back. A
/// PASS that REVIEW no longer holds is none.
fn standing(life: &[Word]) -> Option<&Word> {
    let stands = |word: &&Word| word.what != Verdict::Pass || word.lost.is_none();
    let verdict = |word: &&Word| word.what != Verdict::Claimed && stands(word);
    let newest = life.iter().rev().find(stands);
    let newest_verdict = life.iter().rev().find(verdict);
    // An undated PASS does not overrule a dated FAIL: which came last is not known.
    let dated_fail = life.iter().rev().filter(|word| !word.undated).find(verdict);
    let dated_fail = dated_fail.filter(|word| word.what != Verdict::Pass);
    let newest_verdict = newest_verdict.map(|word| dated_fail.filter(|_| word.undated).unwrap_or(word));
    match (newest_verdict, newest) {
        (Some(word), Some(last)) if word.what != Verdict::Pass => {
            if last.what == Verdict::Claimed {
                Some(last)
            } else {
                Some(word)
            }
        }
        // A claim line that outlived its PASS does not open the gate again.
        (Some(word), _) => Some(word),
        (None, last) => last,
    }
}

/// Why a gate that had a PASS has none: REVIEW no longer holds it.
fn lost_pass(id: &str, life: &[Word], history: &History<'_>) -> Option<String> {
    let word = life.last().filter(|word| word.what == Verdict::Pass && word.lost.is_some())?;
    let commit = history.commits().get(word.commit?)?;
    let name = word.lost.as_ref()?;
    Some(format!(
        "{id} is not passed: {name} no longer holds the PASS that {} put there",
        ledger::commit_words(commit)
    ))
}

fn gate(
    id: String,
    planned_title: &str,
    life: &[Word],
    required: &HashSet<&str>,
    history: &History<'_>,
) -> Gate {
    let standing = standing(life);
    let titles = standing.into_iter().chain(life.iter().rev()).map(|word| word.title.as_str());
    let title = std::iter::once(planned_title).chain(titles).find(|title| !title.is_empty()).unwrap_or("");
    let event = |word: &Word| GateEvent {
        what: word.what,
        at: word.at,
        document: word.document.clone(),
        line: word.line,
        quote: word.quote.clone(),
    };
    Gate {
        title: title.to_owned(),
        verdict: standing.map_or(Verdict::Open, |word| word.what),
        at: standing.and_then(|word| word.at),
        at_is_commit_time: standing.is_some_and(|word| word.commit.is_some() && word.at.is_some()),
        stamped_at: standing.and_then(|word| word.stamped_at),
        document: standing.map(|word| place(word, history)).unwrap_or_default(),
        line: standing.map_or(0, |word| word.line),
        in_dod: required.contains(id.as_str()),
        history: life.iter().map(event).collect(),
        id,
    }
}

/// Where a word stands: its document; the commit, where only its subject says it.
fn place(word: &Word, history: &History<'_>) -> String {
    let commit = word.commit.and_then(|index| history.commits().get(index));
    match commit.filter(|_| word.source == Source::Subject) {
        Some(commit) => ledger::logged("the subject", commit),
        None => word.document.clone(),
    }
}
