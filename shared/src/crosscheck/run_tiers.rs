//! "All stages pass (install/upgrade/…)": the tiers of a run.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-tiers",
    explains: "Every tier that the run records, and every one that is named, must have passed.",
    kind: CheckKind::Substance,
    find,
};

static ALL_PASS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\ball (?:\d+ )?(?:stages|tiers) (?:pass(?:ed)?|green)\b(?:\s*\(([a-z_]+(?:\s*[/,]\s*[a-z_]+)+)\))?").ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = ALL_PASS.as_ref().and_then(|pattern| pattern.captures(unit.words())) else { return };
    let Some(whole) = found.get(0) else { return };
    let named: Vec<&str> =
        found.get(1).map_or(Vec::new(), |list| list.as_str().split(['/', ',']).map(str::trim).collect());
    let builds = context.builds_at(unit, whole.start());
    let facts: Vec<Fact> = builds.iter().flat_map(|number| facts(*number, &named, context)).collect();
    if !facts.is_empty() {
        drafts.push(Draft::new(whole.range(), format!("tiers {builds:?}"), facts));
    }
}

fn facts(number: u64, named: &[&str], context: &Context<'_>) -> Vec<Fact> {
    let run = match context.run(number) {
        Ok(run) => run,
        Err(missing) => return vec![missing],
    };
    if run.tiers.is_empty() {
        return vec![Fact::Missing(format!("results.json of run {number} lists no tiers"))];
    }
    let mut facts = Vec::new();
    for name in named {
        if !run.tiers.iter().any(|(tier, _)| tier == name) {
            facts.push(Fact::Missing(format!("run {number} records no tier {name}")));
        }
    }
    for (tier, status) in &run.tiers {
        let cited = vec![cite(&run.place, &format!("/results/{tier}"), status)];
        facts.push(if status == "pass" {
            Fact::Agrees(format!("all {} tiers of run {number} passed", run.tiers.len()), cited)
        } else {
            Fact::Differs(format!("run {number}: {tier} {status}"), cited)
        });
    }
    facts
}
