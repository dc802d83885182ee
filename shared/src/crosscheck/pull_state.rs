//! "PR#5 closed", `state=closed`: the state of one pull request when it was written.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::PullState;
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "pull-state",
    explains: "Whether a pull request was open, closed or merged when this was committed.",
    kind: CheckKind::Substance,
    find,
};

static STATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:\s*\([^)]*\))?(?:\s+(?:is|was|now|has been|already|still)\b|\s*[:→]){0,3}\s*(not\s+)?(?:yet\s+)?(open|closed|merged)\b")
        .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, number) in unit.pulls() {
        let rest = unit.words().get(span.end..).unwrap_or("");
        let Some(found) = STATE.as_ref().and_then(|pattern| pattern.captures(rest)) else { continue };
        let (Some(whole), Some(word)) = (found.get(0), found.get(2)) else { continue };
        let span = span.start..span.end + whole.end();
        push(number, word.as_str(), found.get(1).is_some(), span, unit, context, drafts);
    }
    for (span, key, value) in unit.pairs() {
        let query = unit.words()[..span.start].ends_with(['?', '&']);
        if key != "state" || query || !matches!(value, "open" | "closed" | "merged") {
            continue;
        }
        let Some(number) = context.pull_of(unit) else { continue };
        push(number, value, false, span.clone(), unit, context, drafts);
    }
}

fn push(
    number: u64,
    word: &str,
    denied: bool,
    span: Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
    drafts: &mut Vec<Draft>,
) {
    let key = format!("state {number} {}{word}", if denied { "not " } else { "" });
    drafts.push(Draft::new(span, key, vec![fact(number, word, denied, unit, context)]));
}

fn fact(number: u64, word: &str, denied: bool, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    let captured = match pull.state {
        PullState::Open => "open",
        PullState::Closed => "closed",
        PullState::Merged => "merged",
    };
    let mut cited = vec![cite(&pull.place, "/state", if captured == "open" { "open" } else { "closed" })];
    cited.extend(pull.closed_at.map(|at| cite(&pull.place, "/closed_at", at)));
    cited.extend(pull.merged_at.map(|at| cite(&pull.place, "/merged_at", at)));
    let Some(state) = state_at(pull, unit.as_of) else {
        return Fact::Unclear(format!("PR#{number}'s state when this was written cannot be told"), cited);
    };
    let holds = match word {
        "open" => state == PullState::Open,
        "merged" => state == PullState::Merged,
        _ => state != PullState::Open,
    };
    let since = match (pull.merged_at, pull.closed_at) {
        (Some(at), _) => format!("PR#{number} was merged {}", clock(at)),
        (None, Some(at)) => format!("PR#{number} was closed {}, not merged", clock(at)),
        (None, None) => format!("PR#{number} is {captured}"),
    };
    let words = match unit.as_of {
        Some(at) => format!(
            "{since}; this was {} {}",
            if unit.commit.is_some() { "committed" } else { "stamped" },
            clock(at)
        ),
        None => since,
    };
    if holds != denied { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}
