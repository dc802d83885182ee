//! "The only open PR": the state of all pull requests when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::pull_state::decisive;
use super::reading::{after, pattern};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::PullState;
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "only-open-pull",
    explains: "Which pull requests were open when this was committed follows from the history of all of them.",
    kind: CheckKind::Substance,
    words: &["open"],
    find,
};

static ONLY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)PR\s?#?\d+(?: \([^()]{0,40}\))?(?: is| was| remains| =|:) (?:now |still )?the (?:only|sole|single|one) open (?:PR|pull request)\b",
        r"|\bexactly (?:1|one) open (?:PR|pull request)[^:.]{0,60}:\s*PR\s?#?\d+",
        r"|\bstate=open\b.{0,60}?\b1 result: PR\s?#?\d+",
        r"|\bonly PR\s?#?\d+(?: \([^()]{0,40}\))? (?:is|was|remains) (?:now |still )?open\b",
        r"|\b(?:only|sole|single) open (?:PR|pull request)(?: is|:| =| →| \()\s?PR\s?#?\d+",
    ))
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(pattern) = ONLY.as_ref() else { return };
    let pulls: Vec<_> = unit.pulls().collect();
    if pulls.is_empty() {
        return;
    }
    for found in pattern.find_iter(unit.words()) {
        let from = pulls.partition_point(|(span, _)| span.start < found.start());
        let Some((_, number)) = pulls.get(from).filter(|(span, _)| span.start < found.end()) else {
            continue;
        };
        if is_narrowed(after(unit, found.end())) {
            continue;
        }
        let facts = summary(facts(*number, unit, context), unit, context);
        drafts.push(Draft::new(found.range(), format!("only open {number}"), facts));
    }
}

/// "… that touches the database", "… at 06:20Z": fewer are meant, or another time.
fn is_narrowed(rest: &str) -> bool {
    const NARROW: &[&str] = &[
        "that",
        "which",
        "with",
        "touching",
        "against",
        "whose",
        "where",
        "from",
        "by",
        "targeting",
        "without",
        "at",
        "until",
        "when",
        "before",
        "as",
        "for",
    ];
    let word: String = rest.trim_start().chars().take_while(|c| c.is_alphanumeric()).collect();
    rest.starts_with(' ') && NARROW.contains(&word.to_ascii_lowercase().as_str())
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
        // One that was opened later was not open whatever became of it since.
        let later = pull.created_at.filter(|created| unit.as_of.is_some_and(|at| *created > at));
        let cited = match later {
            Some(created) => vec![cite(&pull.place, "/created_at", created)],
            None => decisive(pull),
        };
        let words = |state: &str| format!("PR#{} was {state} {when}", pull.number);
        facts.push(match (state, pull.number == number) {
            (Some(PullState::Open), true) => Fact::Agrees(words("open"), cited),
            (Some(PullState::Open), false) => Fact::Differs(words("open too"), cited),
            (Some(_), true) => Fact::Differs(words("closed"), cited),
            (Some(_), false) => Fact::Agrees(words("closed"), cited),
            (None, false) if later.is_some() => Fact::Agrees(words("not opened yet"), cited),
            (None, _) => Fact::Unclear(format!("PR#{}'s state {when} cannot be told", pull.number), cited),
        });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn the_only_one() {
        for (text, expected) in [
            ("PR#4 is the only open PR", "+"),
            ("only PR#4 is open", "+"),
            ("PR 3 = the only open PR", "-"),
            ("PR#4 is the sole open PR.", "+"),
            ("The only open PR is PR#4 ✅", "+"),
            ("exactly one open PR on apple: PR#3", "-"),
            ("only PR#5 is still open", "-"),
            ("PR#4 is the only open PR that touches the router", ""),
            ("PR#4 is the only open PR at 06:20Z", ""),
            ("PR#9 is the only open PR", "-"),
            ("if PR#4 is the only open PR", "."),
        ] {
            check("only-open-pull", text, expected);
        }
        check_with("only-open-pull", "PR#4 is the only open PR", "?", |evidence| {
            evidence.pulls_complete = false
        });
    }
}
