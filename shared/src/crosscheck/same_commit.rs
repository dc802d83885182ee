//! "Same sha: #578 …, #585 …": builds that ran the same commit.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::{same_sha, tested_ref};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "same-commit",
    explains: "Builds said to have run the same commit must have been given the same one.",
    kind: CheckKind::Substance,
    find,
};

static SAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bsame (?:sha|commit|ref)\b").ok());

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = SAME.as_ref().and_then(|pattern| pattern.find(unit.words())) else { return };
    let clause = unit.clause(found.start());
    let builds: Vec<u64> = context
        .named_builds(unit)
        .iter()
        .filter(|(span, _)| clause.contains(&span.start))
        .map(|(_, number)| *number)
        .collect();
    let Some((first, others)) = builds.split_first() else { return };
    if others.is_empty() {
        return;
    }
    let facts = others.iter().map(|other| fact(*first, *other, context)).collect();
    drafts.push(Draft::new(found.range(), format!("same commit {builds:?}"), facts));
}

fn fact(one: u64, other: u64, context: &Context<'_>) -> Fact {
    let (one, other) = match (context.build(one), context.build(other)) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(missing), _) | (_, Err(missing)) => return missing,
    };
    let (Some(left), Some(right)) = (tested_ref(one), tested_ref(other)) else {
        return Fact::Missing(format!(
            "builds {} and {} do not both say which commit they ran",
            one.number, other.number
        ));
    };
    let cited = vec![cite(&one.place, "/params/REF", left), cite(&other.place, "/params/REF", right)];
    if same_sha(left, right) {
        Fact::Agrees(format!("builds {} and {} both ran {left}", one.number, other.number), cited)
    } else {
        Fact::Differs(format!("build {} ran {left}, build {} ran {right}", one.number, other.number), cited)
    }
}
