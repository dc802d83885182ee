//! "Gate: U0 — PASS (Adversary REVIEW …)": what STATUS says of a verdict, against the verdict in REVIEW.

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::gate_words::gate_ids;
use crate::documents::{Block, BlockKind, Document};
use crate::evidence::{EvidenceKind, Place};
use crate::gates::status_words;
use crate::report::{CheckKind, Gate, GateEvent, Verdict};
use crate::time::{Timestamp, clock};

pub(super) const RULE: Rule = Rule {
    id: "status-verdict",
    explains: "Only the reviewer judges a gate: what STATUS says of a verdict has to stand in REVIEW.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

/// Two machines may differ by this much.
const CLOCKS_MAY_DIFFER_SECONDS: i64 = 120;

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind != EvidenceKind::Status {
        return;
    }
    for word in status_words(0, unit.block) {
        if !matches!(word.verdict, Verdict::Pass | Verdict::Fail) {
            continue;
        }
        let facts: Vec<Fact> = word.ids.iter().map(|id| fact(id, word.verdict, unit, context)).collect();
        let key = format!("status verdict {:?} {:?}", word.ids, word.verdict);
        drafts.push(Draft::new(0..word.span.end, key, facts));
    }
}

fn fact(id: &str, said: Verdict, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let Some(review) = context.review else {
        return Fact::Missing("no REVIEW is in the snapshot".to_owned());
    };
    let judges = |event: &GateEvent| {
        event.document == review.name && matches!(event.what, Verdict::Pass | Verdict::Fail)
    };
    if !context.life.gates.iter().any(|gate| gate.history.iter().any(judges)) {
        return Fact::Missing(format!("{} holds no verdict that could be read", review.name));
    }
    let gate = context.life.gates.iter().find(|gate| gate.id == id);
    let Some(event) = gate.and_then(|gate| stood(gate, &review.name, unit.as_of)) else {
        if let Some(line) = unread(review, id) {
            let words = format!("{}:{line} speaks of {id}; whether it judges could not be read", review.name);
            return Fact::Unclear(words, Vec::new());
        }
        let told = gate.into_iter().flat_map(|gate| &gate.history);
        if let Some(event) =
            told.into_iter().find(|event| event.document != review.name && event.what == said)
        {
            let words =
                format!("{} has the verdict, {} none that could be read", event.document, review.name);
            return Fact::Unclear(words, Vec::new());
        }
        let whole = Place { path: review.path.clone(), pointer: String::new() };
        let words = format!("{} gave no verdict on {id} by then", review.name);
        let cited = vec![cite(&whole, "", format!("no verdict on {id}"))];
        return if unit.commit.is_some() { Fact::Differs(words, cited) } else { Fact::Unclear(words, cited) };
    };
    let place = Place { path: review.path.clone(), pointer: format!("line {}", event.line) };
    let cited = vec![cite(&place, "", &event.quote)];
    let name = |verdict| if verdict == Verdict::Pass { "PASS" } else { "FAIL" };
    let when = event.at.map_or_else(String::new, |at| format!(", {}", clock(at)));
    let words = format!("{}:{} says {} on {id}{when}", review.name, event.line, name(event.what));
    if event.what == said { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}

/// The line of a heading or item of REVIEW that begins with a gate's id and holds a verdict word, read as one or not.
fn unread(review: &Document, id: &str) -> Option<u32> {
    let words = ["PASS", "FAIL", "VERIFIED", "REJECTED"];
    let speaks = |block: &&Block| {
        block.kind != BlockKind::Code
            && words.iter().any(|word| block.text.contains(word))
            && gate_ids(&block.text).is_some_and(|ids| ids.iter().any(|known| known == id))
    };
    review.blocks.iter().find(speaks).map(|block| review.position(block, 0).0)
}

/// The verdict of REVIEW that stood when the words were written; an undated one may be the newest.
fn stood<'g>(gate: &'g Gate, review: &str, as_of: Option<Timestamp>) -> Option<&'g GateEvent> {
    let by_then = |event: &&GateEvent| match (event.at, as_of) {
        (Some(at), Some(as_of)) => at.duration_since(as_of).as_secs() <= CLOCKS_MAY_DIFFER_SECONDS,
        _ => true,
    };
    let verdicts = gate.history.iter().filter(|event| matches!(event.what, Verdict::Pass | Verdict::Fail));
    verdicts.filter(|event| event.document == review).rfind(by_then)
}
