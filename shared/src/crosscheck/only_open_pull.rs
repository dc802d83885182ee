//! "The only open PR": the state of all pull requests when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::PullState;
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "only-open-pull",
    explains: "Which pull requests were open when this was committed follows from the history of all of them.",
    kind: CheckKind::Substance,
    find,
};

static ONLY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)PR\s?#?\d+ is the only open (?:PR|pull request)",
        r"|\bexactly (?:1|one) open (?:PR|pull request)[^:.]*:\s*PR\s?#?\d+",
        r"|\bstate=open\b.*?\b1 result: PR\s?#?\d+",
    ))
    .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = ONLY.as_ref().and_then(|pattern| pattern.find(unit.words())) else { return };
    let Some(number) =
        unit.pulls().find(|(span, _)| found.range().contains(&span.start)).map(|(_, number)| number)
    else {
        return;
    };
    let facts = summary(facts(number, unit, context), unit, context);
    drafts.push(Draft::new(found.range(), format!("only open {number}"), facts));
}

/// What all agree on is said in one sentence.
fn summary(facts: Vec<Fact>, unit: &Unit<'_>, context: &Context<'_>) -> Vec<Fact> {
    if !facts.iter().all(|fact| matches!(fact, Fact::Agrees(..))) {
        return facts;
    }
    let states = context.evidence.pulls.values().map(|pull| match state_at(pull, unit.as_of) {
        Some(PullState::Open) => format!("PR#{} open", pull.number),
        Some(_) => format!("PR#{} closed", pull.number),
        None => format!("PR#{} not opened yet", pull.number),
    });
    let states: Vec<String> = states.collect();
    let words = format!(
        "{}{}",
        states.join(", "),
        unit.as_of.map_or_else(String::new, |at| format!(
            " when {} {}",
            if unit.commit.is_some() { "committed" } else { "stamped" },
            clock(at)
        ))
    );
    let cited = facts.into_iter().flat_map(|fact| match fact {
        Fact::Agrees(_, cited) => cited,
        _ => Vec::new(),
    });
    vec![Fact::Agrees(words, cited.collect())]
}

fn facts(number: u64, unit: &Unit<'_>, context: &Context<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Err(missing) = context.pull(number) {
        facts.push(missing);
    }
    if !context.evidence.pulls_complete {
        facts.push(Fact::Missing("the complete listing of pull requests is not in the snapshot".to_owned()));
    }
    for pull in context.evidence.pulls.values() {
        let when = unit.as_of.map_or("at capture".to_owned(), |at| format!("at {}", clock(at)));
        let state = state_at(pull, unit.as_of);
        let key = if pull.closed_at.is_some() { "/closed_at" } else { "/state" };
        let value = pull.closed_at.map_or_else(|| "open".to_owned(), |at| at.to_string());
        let cited = vec![cite(&pull.place, key, value)];
        let words = |state: &str| format!("PR#{} was {state} {when}", pull.number);
        facts.push(match (state, pull.number == number) {
            (Some(PullState::Open), true) => Fact::Agrees(words("open"), cited),
            (Some(PullState::Open), false) => Fact::Differs(words("open too"), cited),
            (Some(_), true) => Fact::Differs(words("closed"), cited),
            (Some(_), false) => Fact::Agrees(words("closed"), cited),
            (None, _) if pull.created_at > unit.as_of => Fact::Agrees(words("not opened yet"), cited),
            (None, _) => Fact::Unclear(format!("PR#{}'s state {when} cannot be told", pull.number), cited),
        });
    }
    facts
}
