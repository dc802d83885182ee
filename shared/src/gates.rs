//! The life of each gate: claimed, failed, passed, in order of time; findings, vetoes and DONE.
//!
//! It reads documents and commit subjects and knows nothing about builds, runs or forges.

use jiff::SignedDuration;

use crate::documents::gate_words::{
    GateLine, claim_line, finding_line, gate_line, lifts_veto, raises_veto, says_done, split_ids,
    stated_verdict, subject_events,
};
use crate::documents::mentions::{What, mentions};
use crate::documents::{Block, BlockKind, Document};
use crate::evidence::EvidenceKind;
use crate::history::History;
use crate::report::{Done, Finding, FindingState, Gate, GateEvent, Verdict, Veto};
use crate::time::{Timestamp, clock, human_length};

/// How old a PASS may be when DONE is written (DOMAIN: 24 hours, counted between commit times).
const FRESH: SignedDuration = SignedDuration::from_hours(24);

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
}

/// One word on a gate before the lives are put in order.
#[derive(Debug, Clone)]
struct Word {
    id: String,
    event: GateEvent,
    title: String,
    stamped_at: Option<Timestamp>,
    committed: bool,
    /// Whether nothing reliable says when: no commit holds it though there is a history, or no stamp either.
    undated: bool,
    rank: u8,
}

/// Reads the lives of all gates.
pub fn phase_life(documents: &[Document], history: &History<'_>) -> PhaseLife {
    let planned = planned_gates(documents);
    let mut words = Vec::new();
    for document in documents {
        match document.kind {
            EvidenceKind::Review => review_words(document, history, &mut words),
            EvidenceKind::Status => status_words(document, history, &planned, &mut words),
            _ => {}
        }
    }
    git_words(history, &mut words);
    let gates = gates(&planned, words);
    let vetoes = vetoes(documents);
    let done = done(documents, history, &gates, &vetoes);
    PhaseLife { gates, findings: findings(documents), vetoes, done }
}

/// Gates that the plan names, in its order, with their titles.
fn planned_gates(documents: &[Document]) -> Vec<(String, String)> {
    let mut planned: Vec<(String, String)> = Vec::new();
    for document in documents.iter().filter(|document| document.kind == EvidenceKind::Plan) {
        for (index, block) in document.blocks.iter().enumerate() {
            let below_gates = document.headings_above(index).any(|heading| {
                document.blocks.get(heading).is_some_and(|h| h.text.to_ascii_lowercase().contains("gate"))
            });
            let candidate = below_gates && matches!(block.kind, BlockKind::Heading(_) | BlockKind::Item);
            let Some(line) = candidate.then(|| gate_line(&block.text)).flatten() else { continue };
            for id in line.ids {
                if !planned.iter().any(|(known, _)| *known == id) {
                    planned.push((id, line.title.clone()));
                }
            }
        }
    }
    planned
}

fn review_words(document: &Document, history: &History<'_>, words: &mut Vec<Word>) {
    for (index, block) in document.blocks.iter().enumerate() {
        let Some(line) = verdict_line(document, index) else { continue };
        let Some((verdict, span)) = line.verdict else { continue };
        let quote = block.text.get(span.clone()).unwrap_or("").trim().to_owned();
        let stamped_at = stamp(&block.text[span.clone()]);
        for id in line.ids {
            words.push(word(
                document,
                block,
                span.start,
                history,
                id,
                &line.title,
                verdict,
                stamped_at,
                &quote,
            ));
        }
    }
}

/// A heading that gives a verdict, or `Verdict: FAIL` below a gate's heading.
fn verdict_line(document: &Document, index: usize) -> Option<GateLine> {
    let block = document.blocks.get(index)?;
    if block.is_heading() {
        return gate_line(&block.text);
    }
    let verdict = stated_verdict(&block.text).filter(|_| block.kind == BlockKind::Paragraph)?;
    let above = document.headings_above(index).filter_map(|heading| document.blocks.get(heading));
    let gate = above.filter_map(|heading| gate_line(&heading.text)).next()?;
    Some(GateLine { verdict: Some(verdict), ..gate })
}

fn status_words(
    document: &Document,
    history: &History<'_>,
    planned: &[(String, String)],
    words: &mut Vec<Word>,
) {
    for block in document.blocks.iter().filter(|block| block.kind != BlockKind::Code) {
        let Some((ids, span)) = claim_line(&block.text) else { continue };
        let quote = block.text.get(span.clone()).unwrap_or("").to_owned();
        for id in ids {
            let title = planned.iter().find(|(known, _)| *known == id).map_or("", |(_, title)| title);
            words.push(word(document, block, span.start, history, id, title, Verdict::Claimed, None, &quote));
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one place builds a word from all it rests on")]
fn word(
    document: &Document,
    block: &Block,
    at: usize,
    history: &History<'_>,
    id: String,
    title: &str,
    what: Verdict,
    stamped_at: Option<Timestamp>,
    quote: &str,
) -> Word {
    let committed_at = history.first_holding(document, block, at).and_then(|commit| commit.at());
    let (line, _) = document.position(block, at);
    let event = GateEvent {
        what,
        at: committed_at.or(stamped_at),
        document: document.name.clone(),
        line,
        quote: quote.to_owned(),
    };
    let undated = committed_at.is_none() && (!history.is_empty() || stamped_at.is_none());
    Word {
        id,
        event,
        title: title.to_owned(),
        stamped_at,
        committed: committed_at.is_some(),
        undated,
        rank: 1,
    }
}

/// Claims and verdicts in commit subjects; a verdict that a document holds too is told by the document.
fn git_words(history: &History<'_>, words: &mut Vec<Word>) {
    for commit in history.commits() {
        for (id, what) in subject_events(&commit.subject) {
            let known = words.iter().any(|word| {
                word.id == id && word.event.what == what && word.event.at == commit.at() && word.committed
            });
            if known {
                continue;
            }
            let line = commit.place.pointer.trim_start_matches("line ").parse().unwrap_or(0);
            let event = GateEvent {
                what,
                at: commit.at(),
                document: "git log".to_owned(),
                line,
                quote: commit.subject.clone(),
            };
            words.push(Word {
                id,
                event,
                title: String::new(),
                stamped_at: None,
                committed: true,
                undated: false,
                rank: 0,
            });
        }
    }
}

/// The instant written after a verdict word.
fn stamp(text: &str) -> Option<Timestamp> {
    mentions(text).into_iter().find_map(|mention| match mention.what {
        What::Time(moment) => moment.instant(None),
        _ => None,
    })
}

fn gates(planned: &[(String, String)], mut words: Vec<Word>) -> Vec<Gate> {
    // What nothing dates may be the newest word; of several such, a FAIL is taken for the last.
    words.sort_by_key(|word| {
        let at = word.event.at.filter(|_| !word.undated);
        (word.undated, at, word.rank, word.undated && word.event.what == Verdict::Fail)
    });
    let mut ids: Vec<String> = planned.iter().map(|(id, _)| id.clone()).collect();
    let mut judged: Vec<&Word> = words.iter().filter(|word| word.rank > 0).collect();
    judged.sort_by_key(|word| word.event.line);
    for word in judged {
        if !ids.contains(&word.id) {
            ids.push(word.id.clone());
        }
    }
    ids.into_iter().map(|id| gate(id, planned, &words)).collect()
}

fn gate(id: String, planned: &[(String, String)], words: &[Word]) -> Gate {
    let life: Vec<&Word> = words.iter().filter(|word| word.id == id).collect();
    let verdict = |word: &&&Word| matches!(word.event.what, Verdict::Pass | Verdict::Fail);
    // A claim after a FAIL opens the gate again; a claim line that outlived its PASS does not.
    let newest = life.last().copied();
    let newest_verdict = life.iter().rev().find(verdict).copied();
    // An undated PASS does not overrule a dated FAIL: which came last is not known.
    let dated_fail = life.iter().rev().filter(|word| !word.undated).find(verdict).copied();
    let dated_fail = dated_fail.filter(|word| word.event.what == Verdict::Fail);
    let newest_verdict = newest_verdict.map(|word| dated_fail.filter(|_| word.undated).unwrap_or(word));
    let standing = match (newest_verdict, newest) {
        (Some(word), Some(last)) if word.event.what == Verdict::Fail => {
            if last.event.what == Verdict::Claimed { Some(last) } else { Some(word) }
        }
        (Some(word), _) => Some(word),
        (None, last) => last,
    };
    let title = standing
        .map(|word| word.title.as_str())
        .filter(|title| !title.is_empty())
        .or_else(|| life.iter().rev().map(|word| word.title.as_str()).find(|title| !title.is_empty()))
        .or_else(|| planned.iter().find(|(known, _)| *known == id).map(|(_, title)| title.as_str()))
        .unwrap_or("")
        .to_owned();
    Gate {
        title,
        verdict: standing.map_or(Verdict::Open, |word| word.event.what),
        at: standing.and_then(|word| word.event.at),
        at_is_commit_time: standing.is_some_and(|word| word.committed),
        stamped_at: standing.and_then(|word| word.stamped_at),
        document: standing.map(|word| word.event.document.clone()).unwrap_or_default(),
        line: standing.map_or(0, |word| word.event.line),
        history: life.iter().map(|word| word.event.clone()).collect(),
        id,
    }
}

fn findings(documents: &[Document]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for document in documents {
        if !matches!(document.kind, EvidenceKind::Review | EvidenceKind::Backlog) {
            continue;
        }
        for (index, block) in document.blocks.iter().enumerate() {
            if !files_finding(document, index) {
                continue;
            }
            let Some(found) = finding_line(&block.text) else { continue };
            let (line, _) = document.position(block, 0);
            for id in found.ids {
                let finding = Finding {
                    id,
                    title: first_words(&found.title),
                    state: found.state,
                    document: document.name.clone(),
                    line,
                };
                match findings.iter_mut().find(|known| known.id == finding.id) {
                    Some(known) if known.state == FindingState::Noted => *known = finding,
                    Some(_) => {}
                    None => findings.push(finding),
                }
            }
        }
    }
    findings
}

/// Whether block `index` files a finding: a heading or a bold lead-in, not a later word about one.
pub(crate) fn files_finding(document: &Document, index: usize) -> bool {
    let Some(block) = document.blocks.get(index) else { return false };
    match block.kind {
        BlockKind::Heading(_) => {
            finding_line(&block.text).is_some() && gate_line(&block.text).is_none_or(|g| g.verdict.is_none())
        }
        BlockKind::Paragraph | BlockKind::Item => {
            block.strong.first().is_some_and(|strong| strong.start == 0)
        }
        _ => false,
    }
}

fn first_words(title: &str) -> String {
    let end = title.find(". ").map_or(title.len(), |end| end + 1);
    title.get(..end).unwrap_or(title).trim_end_matches('.').to_owned()
}

fn vetoes(documents: &[Document]) -> Vec<Veto> {
    let mut vetoes = Vec::new();
    for document in documents.iter().filter(|document| document.kind == EvidenceKind::Review) {
        let raised = |block: &&Block| {
            let lead_in = block.kind == BlockKind::Paragraph
                && block
                    .strong
                    .first()
                    .is_some_and(|strong| strong.start == 0 && block.text.starts_with("VETO"));
            (block.is_heading() || lead_in) && raises_veto(&block.text)
        };
        for block in document.blocks.iter().filter(raised) {
            let after = block.text.find("VETO").and_then(|at| block.text.get(at + 4..)).unwrap_or("");
            let lifted = document
                .blocks
                .iter()
                .any(|other| other.source.start > block.source.start && lifts_veto(&other.text, &block.text));
            let (line, _) = document.position(block, 0);
            let scope = if block.text.contains("SCOPED VETO") {
                split_ids(&block.text).join("+")
            } else {
                String::new()
            };
            vetoes.push(Veto {
                scope,
                quote: if after.trim().is_empty() { block.text.clone() } else { format!("VETO{after}") },
                standing: !lifted,
                document: document.name.clone(),
                line,
            });
        }
    }
    vetoes
}

fn done(documents: &[Document], history: &History<'_>, gates: &[Gate], vetoes: &[Veto]) -> Done {
    let heading =
        documents.iter().filter(|document| document.kind == EvidenceKind::Status).find_map(|document| {
            let block = document
                .blocks
                .iter()
                .find(|block| block.is_heading() && block.code.is_empty() && says_done(&block.text))?;
            Some((document, block))
        });
    let written = heading.and_then(|(document, block)| history.first_holding(document, block, 0)?.at());
    let mut reasons = Vec::new();
    let mut allowed = !gates.is_empty();
    if gates.is_empty() {
        reasons.push("no gate is known".to_owned());
    }
    for gate in gates {
        match refusal(gate, written) {
            Some(reason) => {
                allowed = false;
                reasons.push(reason);
            }
            None => continue,
        }
    }
    let fresh = gates.iter().filter(|gate| refusal(gate, written).is_none()).count();
    reasons.insert(
        0,
        format!("{fresh} of {} gates {}", gates.len(), if written.is_some() { "fresh" } else { "passed" }),
    );
    let standing: Vec<&Veto> = vetoes.iter().filter(|veto| veto.standing).collect();
    match standing.first() {
        Some(veto) => {
            allowed = false;
            reasons.push(format!("a veto stands ({}:{})", veto.document, veto.line));
        }
        None => reasons.push("no veto".to_owned()),
    }
    Done { written, is_written: heading.is_some(), allowed, reasons }
}

/// Why a gate does not allow DONE at `written`; none when it does.
fn refusal(gate: &Gate, written: Option<Timestamp>) -> Option<String> {
    let id = &gate.id;
    match gate.verdict {
        Verdict::Pass => {}
        Verdict::Fail => return Some(format!("{id} failed")),
        Verdict::Claimed => return Some(format!("{id} is claimed, not judged")),
        Verdict::Open => return Some(format!("{id} has no verdict")),
    }
    let (Some(written), Some(at)) = (written, gate.at) else { return None };
    let age = written.duration_since(at);
    if age < SignedDuration::from_mins(-2) {
        return Some(format!("{id} passed at {}, after DONE was written", clock(at)));
    }
    (age > FRESH).then(|| format!("{id}'s PASS was {} old", human_length(age.as_secs())))
}
