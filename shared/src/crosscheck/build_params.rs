//! `RECIPE=ghost REF=d88f5801`: the parameters of a build, and the commit all who speak of it agree on.

use super::context::same_sha;
use super::reading::{before, supposed, tail};
use super::run_words::is_run;
use super::tested_pull::pushed_since;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-params",
    explains: "What a build was given, against its own record; a commit also against the pull request and the run.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, key, value) in unit.pairs() {
        let builds = context.builds_at(unit, span.start);
        let upper = key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        // `ref=…` is the parameter REF where the build has one; another lower-case key is another rule's.
        let name = key.to_ascii_uppercase();
        let known = || {
            builds
                .iter()
                .any(|n| context.evidence.builds.get(n).is_some_and(|b| b.params.contains_key(&name)))
        };
        if !upper && !known() {
            continue;
        }
        let facts: Vec<Fact> =
            builds.iter().flat_map(|number| facts(*number, &name, value, unit, context)).collect();
        // "STATUS says `X=0`, which is wrong": somebody else's statement.
        let reported = tail(before(unit, span.start), 24).to_ascii_lowercase();
        let facts = if reported.contains("says ") && !facts.is_empty() { supposed() } else { facts };
        if !facts.is_empty() {
            drafts.push(Draft::new(span.clone(), format!("param {builds:?} {name} {value}"), facts));
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
        let id = number.to_string();
        match context.evidence.runs.get(&id) {
            Some(run) => {
                let words = format!("run {number} tested {}", run.reference);
                facts.push(compare(words, &run.reference, vec![cite(&run.place, "/ref", &run.reference)]));
            }
            // The run left something, but not what it says it tested.
            None if is_run(&id, context) => {
                let words = format!(
                    "results.json of run {number}, which says what it tested, is not in the snapshot"
                );
                facts.push(Fact::Missing(words));
            }
            None => {}
        }
        // Where several are spoken of, or it is plainly another's head, none is said to have been tested.
        let one = unit.pulls().map(|(_, number)| number).collect::<std::collections::BTreeSet<_>>().len() < 2;
        let named = context.pull_of(unit).filter(|_| one);
        let pull = named.and_then(|pull| context.evidence.pulls.get(&pull));
        let others = |own: u64| {
            let mut others = context.evidence.pulls.values().filter(|other| other.number != own);
            others.any(|other| same_sha(given, &other.head_sha))
        };
        if let (Some(named), None) = (named, pull)
            && !others(named)
        {
            facts.push(Fact::Missing(format!("PR#{named}, whose head it may be, is not in the snapshot")));
        }
        if let Some(pull) = pull.filter(|pull| !others(pull.number)) {
            let pushed = pushed_since(pull, build);
            let words = format!("PR#{}'s head is {}", pull.number, pull.head_sha);
            let untold = !context.heads.are_told(pull.number)
                && context.heads.head_at(pull, build.created.or(build.started)).is_none()
                && !same_sha(value, &pull.head_sha);
            if untold {
                let why =
                    "it was changed after the build began, and the pushes to it are not in the snapshot";
                facts.push(Fact::Missing(format!("{words}; {why}")));
            } else if !pushed {
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

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn parameters() {
        for (text, expected) in [
            ("build #202 ran `RECIPE=apple REF=4444444b`", "++"),
            ("build #202 ran `recipe=apple ref=5555555c`", "+-"),
            ("build #202 for PR#4: `REF=4444444b`", "+"),
            ("build #201 under PR#4: `REF=5555555c`", "+"),
            ("build #299: `REF=4444444b`", "?"),
            ("build #202: `level=5`", ""),
            ("build #202: STATUS says `RECIPE=pear`, which is wrong", "."),
        ] {
            check("build-params", text, expected);
        }
    }
}
