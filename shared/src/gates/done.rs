//! DONE: whether it is written, and whether everything that has to hold held when it was.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use super::ledger::{commit_words, is_logged, version};
use super::phase::PhaseScope;
use super::words::stamp;
use crate::documents::gate_words::{read_subject, says_done};
use crate::documents::{Block, Document};
use crate::evidence::EvidenceKind;
use crate::history::{Edit, History};
use crate::report::{Done, Finding, FindingState, Gate, GateEvent, Role, Verdict, Veto};
use crate::time::{Timestamp, clock, date, human_length};

/// How old a PASS may be when DONE is written (24 hours, counted between commit times).
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// Two machines may differ by this much.
const CLOCKS_MAY_DIFFER: SignedDuration = SignedDuration::from_mins(2);

/// DONE as written.
struct Written {
    at: Option<Timestamp>,
}

/// What DONE is judged by.
pub(super) struct Life<'a> {
    pub(super) gates: &'a [Gate],
    pub(super) vetoes: &'a [Veto],
    pub(super) findings: &'a [Finding],
    /// Why gates have lost a PASS.
    pub(super) lost: &'a HashMap<String, String>,
    /// Why REVIEW's own words are not known.
    pub(super) unread: &'a [String],
    /// Findings that all commits leave open, and that are closed in words of no commit.
    pub(super) left_open: &'a HashSet<String>,
}

/// Judges DONE; `required` are the ids that it depends on, `items` whether some of them are no gates.
pub(super) fn done(
    documents: &[Document],
    history: &History<'_>,
    scope: &PhaseScope,
    life: &Life<'_>,
    required: &[String],
    items: bool,
) -> Done {
    let Life { gates, vetoes, findings, lost, unread, left_open } = *life;
    let taken_back = taken_back(documents, history);
    let written = if taken_back.is_some() { None } else { written(documents, history, scope) };
    let at = written.as_ref().and_then(|written| written.at);
    let known: HashMap<&str, &Gate> = gates.iter().map(|gate| (gate.id.as_str(), gate)).collect();
    let required: Vec<&Gate> = required.iter().filter_map(|id| known.get(id.as_str()).copied()).collect();
    let refused: Vec<String> = required.iter().filter_map(|gate| refusal(gate, at, lost)).collect();
    let mut reasons: Vec<String> = taken_back.into_iter().collect();
    if required.is_empty() {
        reasons.push("no gate is known".to_owned());
    }
    let what = if items { "DoD items" } else { "gates" };
    let how = if at.is_some() { "fresh" } else { "passed" };
    reasons.push(format!("{} of {} {what} {how}", required.len() - refused.len(), required.len()));
    let mut allowed = !required.is_empty() && refused.is_empty() && unread.is_empty();
    reasons.extend(refused);
    reasons.extend(unread.iter().cloned());
    if written.is_some() && at.is_none() {
        allowed = false;
        reasons.push("when DONE was written is not known, so no PASS can be shown to be fresh".to_owned());
    }
    let blocking: Vec<String> = vetoes.iter().filter_map(|veto| veto_refusal(veto, at)).collect();
    if blocking.is_empty() {
        reasons.push("no veto".to_owned());
    }
    let open: Vec<String> =
        findings.iter().filter_map(|finding| finding_refusal(finding, at, left_open)).collect();
    allowed &= blocking.is_empty() && open.is_empty();
    reasons.extend(blocking);
    reasons.extend(open);
    Done { written: at, is_written: written.is_some(), allowed, reasons }
}

/// The heading of STATUS that says DONE.
fn heading(document: &Document) -> Option<(usize, &Block)> {
    let mut blocks = document.blocks.iter().enumerate();
    blocks.find(|(_, block)| block.is_heading() && block.code.is_empty() && says_done(&block.text))
}

fn statuses(documents: &[Document]) -> impl Iterator<Item = &Document> {
    documents.iter().filter(|document| document.kind == EvidenceKind::Status)
}

/// Whether lines of a version of STATUS have the heading.
fn holds_done(document: &Document, lines: &[&str]) -> bool {
    let may = lines.iter().any(|line| line.contains("DONE"));
    may && heading(&version(document, lines)).is_some()
}

/// Since when the newest commit has the heading, where it was only reworded since.
fn since(document: &Document, history: &History<'_>) -> Option<Timestamp> {
    let mut edits = history.edits(&document.name).iter().rev();
    let newest =
        edits.find(|edit| holds_done(document, &edit.added) || holds_done(document, &edit.removed))?;
    if !holds_done(document, &newest.added) {
        return None;
    }
    history.commits().get(newest.commit)?.at()
}

/// That STATUS once said DONE and no longer does, in words.
fn taken_back(documents: &[Document], history: &History<'_>) -> Option<String> {
    if statuses(documents).any(|document| heading(document).is_some()) {
        return None;
    }
    // What cannot be read takes nothing back.
    statuses(documents).filter(|document| !document.is_garbled()).find_map(|document| {
        let edits = history.edits(&document.name);
        let held = |lines: &[&str]| holds_done(document, lines);
        let name = &document.name;
        let commit = |edit: &Edit<'_>| history.commits().get(edit.commit);
        if let Some(commit) = edits.iter().rev().find(|edit| held(&edit.added)).and_then(commit) {
            return Some(format!(
                "DONE was written in {} and no longer stands in {name}",
                commit_words(commit)
            ));
        }
        let commit = edits.iter().rev().find(|edit| held(&edit.removed)).and_then(commit)?;
        Some(format!("DONE was taken out of {name} in {}", commit_words(commit)))
    })
}

/// Where and when DONE is written: a heading of STATUS; where there is none, a commit's subject.
fn written(documents: &[Document], history: &History<'_>, scope: &PhaseScope) -> Option<Written> {
    let found = statuses(documents).find_map(|document| heading(document).map(|found| (document, found)));
    if let Some((document, (index, block))) = found {
        let commit = history.standing_since(document, block, 0);
        let committed = commit.and_then(|index| history.commits().get(index)?.at());
        let committed = committed.or_else(|| since(document, history));
        // Without any history, its own stamp is all there is.
        let stamped = if history.is_empty() { stamp(document, index, &block.text, None) } else { None };
        return Some(Written { at: committed.or(stamped) });
    }
    let said = history.commits().iter().enumerate().find(|(index, commit)| {
        let subject = read_subject(&commit.subject);
        subject.done && scope.speaks_here(*index, commit, &subject)
    });
    said.map(|(_, commit)| Written { at: commit.at() })
}

/// Why a gate does not allow DONE at `written`; none when it does.
fn refusal(gate: &Gate, written: Option<Timestamp>, lost: &HashMap<String, String>) -> Option<String> {
    let id = &gate.id;
    let place = match gate.line {
        0 => String::new(),
        line => format!(" ({}:{line})", gate.document),
    };
    match gate.verdict {
        Verdict::Pass => {}
        Verdict::Fail => return Some(format!("{id} failed{place}")),
        Verdict::Open if gate.line > 0 => return Some(format!("{id}'s verdict was taken back{place}")),
        Verdict::Claimed | Verdict::Open if lost.contains_key(id) => return lost.get(id).cloned(),
        Verdict::Claimed => return Some(format!("{id} is claimed, not judged{place}")),
        Verdict::Open => return Some(format!("{id} has no verdict")),
    }
    let written = written?;
    let Some(at) = gate.at else { return Some(format!("when {id} passed is not known{place}")) };
    // What stood when DONE was written; a later PASS proves nothing about then.
    let judged = |event: &&GateEvent| event.what != Verdict::Claimed;
    let before =
        |event: &&GateEvent| event.at.is_some_and(|at| written.duration_since(at) >= -CLOCKS_MAY_DIFFER);
    let Some(stood) = gate.history.iter().filter(judged).rfind(before) else {
        return Some(format!("{id} passed at {}, after DONE was written", when(at, written)));
    };
    if stood.what == Verdict::Open {
        return Some(format!(
            "{id} had no verdict when DONE was written, and passed at {}",
            when(at, written)
        ));
    }
    if stood.what == Verdict::Fail {
        return Some(format!("{id} had failed when DONE was written, and passed at {}", when(at, written)));
    }
    let age = written.duration_since(stood.at.unwrap_or(at));
    (age > FRESH).then(|| format!("{id}'s PASS was {} old", hours(age)))
}

/// Why a veto does not allow DONE; none when it was lifted before.
fn veto_refusal(veto: &Veto, written: Option<Timestamp>) -> Option<String> {
    let about = if veto.scope.is_empty() { String::new() } else { format!(" on {}", veto.scope) };
    let place = format!("{}:{}", veto.document, veto.line);
    let Some(lifted) = &veto.lifted else {
        let gone =
            if is_logged(&veto.document) { " that REVIEW no longer shows and nobody lifted" } else { "" };
        return veto.standing.then(|| format!("a veto{about} stands{gone} ({place})"));
    };
    let written = written?;
    let raised_later =
        veto.raised_at.is_some_and(|raised| raised.duration_since(written) > CLOCKS_MAY_DIFFER);
    // What no commit holds yet came after all that commits hold.
    let Some(lifted_at) = lifted.at else {
        let lifting = format!("{}:{}", lifted.document, lifted.line);
        return (veto.raised_at.is_some() && !raised_later).then(|| {
            format!(
                "a veto{about} stood when DONE was written ({place}): no commit holds its lifting ({lifting})"
            )
        });
    };
    let late = lifted_at.duration_since(written) > CLOCKS_MAY_DIFFER && !raised_later;
    late.then(|| {
        format!(
            "a veto{about} stood when DONE was written ({place}) and was lifted at {} ({}:{})",
            when(lifted_at, written),
            lifted.document,
            lifted.line
        )
    })
}

/// Why a finding does not allow DONE.
fn finding_refusal(
    finding: &Finding,
    written: Option<Timestamp>,
    left_open: &HashSet<String>,
) -> Option<String> {
    let (id, place) = (&finding.id, format!("{}:{}", finding.document, finding.line));
    match (finding.state, &finding.closed) {
        (FindingState::Noted, _) => None,
        (FindingState::Open, Some(closed)) if closed.by == Role::Builder => Some(format!(
            "{id} is open ({place}): the builder's word at {}:{} closes no finding",
            closed.document, closed.line
        )),
        (FindingState::Open, _) if is_logged(&finding.document) => {
            Some(format!("{id} was taken out while it was open, and is open ({place})"))
        }
        (FindingState::Open, _) => Some(format!("{id} is open ({place})")),
        (FindingState::Closed, _) if written.is_some() && left_open.contains(id) => Some(format!(
            "{id} was open when DONE was written ({place}): no commit holds the words that close it"
        )),
        (FindingState::Closed, closed) => {
            let (closed, written) = (closed.as_ref()?.at?, written?);
            let late = closed.duration_since(written) > CLOCKS_MAY_DIFFER;
            late.then(|| {
                format!("{id} was closed at {}, after DONE was written ({place})", when(closed, written))
            })
        }
    }
}

/// The clock alone where the day is the same.
fn when(at: Timestamp, other: Timestamp) -> String {
    if date(at) == date(other) { clock(at) } else { format!("{} {}", date(at), clock(at)) }
}

/// An age in hours and minutes, which is what it is compared in: `31 h`, `26 h 10 min`.
fn hours(age: SignedDuration) -> String {
    let minutes = age.as_mins();
    match (minutes / 60, minutes % 60) {
        (0..24, _) | (72.., _) => human_length(age.as_secs()),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
