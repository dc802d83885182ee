//! `RECIPE=ghost REF=d88f5801`: the parameters of a build, and the commit all who speak of it agree on.

use super::context::same_sha;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-params",
    explains: "What a build was given, against its own record; a commit also against the pull request and the run.",
    kind: CheckKind::Substance,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, key, value) in unit.pairs() {
        let upper = key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !upper {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        let facts: Vec<Fact> =
            builds.iter().flat_map(|number| facts(*number, key, value, unit, context)).collect();
        if !facts.is_empty() {
            drafts.push(Draft::new(span.clone(), format!("param {builds:?} {key} {value}"), facts));
        }
    }
}

fn facts(number: u64, key: &str, value: &str, unit: &Unit<'_>, context: &Context<'_>) -> Vec<Fact> {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return vec![missing],
    };
    let Some(given) = build.params.get(key) else {
        return vec![Fact::Missing(format!("build {number} has no parameter {key}"))];
    };
    let compare = |words: String, real: &str, cited| {
        let same = real == value || same_sha(value, real);
        if same { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
    };
    let words = format!("build {number} was given {key}={given}");
    let mut facts = vec![compare(words, given, vec![cite(&build.place, &format!("/params/{key}"), given)])];
    if key == "REF" {
        if let Some(run) = context.evidence.runs.get(&number.to_string()) {
            let words = format!("run {number} tested {}", run.reference);
            facts.push(compare(words, &run.reference, vec![cite(&run.place, "/ref", &run.reference)]));
        }
        if let Some(pull) = context.pull_of(unit).and_then(|pull| context.evidence.pulls.get(&pull)) {
            let pushed =
                pull.events.iter().any(|e| e.kind == "pull_push" && e.at.is_some() && e.at > unit.as_of);
            let words = format!("PR#{}'s head is {}", pull.number, pull.head_sha);
            if !pushed {
                facts.push(compare(
                    words,
                    &pull.head_sha,
                    vec![cite(&pull.place, "/head/sha", &pull.head_sha)],
                ));
            }
        }
    }
    facts
}
