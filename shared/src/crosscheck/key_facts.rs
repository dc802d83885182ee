//! The facts an operator asks for first: which pull request, which build, which level, what was left behind.

use std::collections::BTreeMap;

use super::Unit;
use super::context::{Context, same_sha, tested_ref};
use crate::evidence::{Build, Evidence, Pull, PullState};
use crate::report::{Check, KeyFact, Outcome};
use crate::time::human_length;

/// Key facts about what the gates' sections name most.
pub(super) fn key_facts(context: &Context<'_>, checks: &[Check]) -> Vec<KeyFact> {
    let pull = most_named(context, |unit| unit.pulls().map(|(_, number)| number).collect())
        .and_then(|number| context.evidence.pulls.get(&number));
    let build = most_named(context, |unit| context.named_builds(unit).iter().map(|(_, n)| *n).collect())
        .and_then(|number| context.evidence.builds.get(&number));
    let mut facts = Vec::new();
    facts.extend(pull.map(|pull| fact("PR", pull_words(pull, build))));
    facts.extend(build.map(|build| fact("Build", build_words(build, context))));
    facts.extend(
        build.and_then(|build| level_words(build, context.evidence)).map(|words| fact("Level", words)),
    );
    facts.extend(clean_up(checks).map(|words| fact("Clean-up", words)));
    facts
}

fn fact(label: &str, text: String) -> KeyFact {
    KeyFact { label: label.to_owned(), text }
}

/// The number that most units in gates' sections name; the newer one when two tie.
fn most_named(context: &Context<'_>, numbers: impl Fn(&Unit<'_>) -> Vec<u64>) -> Option<u64> {
    let mut counts = BTreeMap::<u64, u64>::new();
    for unit in context.units.iter().filter(|unit| unit.gate.is_some()) {
        for number in numbers(unit) {
            *counts.entry(number).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(number, count)| (*count, *number)).map(|(number, _)| number)
}

fn pull_words(pull: &Pull, build: Option<&Build>) -> String {
    let state = match pull.state {
        PullState::Open => "open, not merged",
        PullState::Closed => "closed, not merged",
        PullState::Merged => "merged",
    };
    let head: String = pull.head_sha.chars().take(8).collect();
    let tested = build.and_then(|build| tested_ref(build).map(|sha| (build.number, sha)));
    let tested = match tested {
        Some((number, sha)) if same_sha(sha, &pull.head_sha) => format!(" = tested ref = build {number}"),
        Some((number, sha)) => {
            format!(", but build {number} ran {}", sha.chars().take(8).collect::<String>())
        }
        None => String::new(),
    };
    format!("#{} {state} · head {head}{tested}", pull.number)
}

fn build_words(build: &Build, context: &Context<'_>) -> String {
    let mut words = format!("{} {}", build.number, build.status);
    if let (Some(started), Some(finished)) = (build.started, build.finished) {
        words.push_str(&format!(" in {}", human_length(finished.duration_since(started).as_secs())));
    }
    let event = context.evidence.events.iter().rfind(|event| build.started.is_some_and(|at| at > event.at));
    if let (Some(event), Some(started)) = (event, build.started) {
        let after = human_length(started.duration_since(event.at).as_secs() / 60 * 60);
        words.push_str(&format!(", {after} after the declared {}", event.label));
    }
    words
}

fn level_words(build: &Build, evidence: &Evidence) -> Option<String> {
    let run = evidence.runs.get(&build.number.to_string())?;
    let (level, recomputed) = (run.level?, run.recomputed_level?);
    Some(match level == recomputed {
        true => format!("{level} of {}, recomputed from its rungs", run.rung_count),
        false => format!("{level} is written, its rungs make {recomputed} of {}", run.rung_count),
    })
}

fn clean_up(checks: &[Check]) -> Option<String> {
    let about: Vec<&Check> =
        checks.iter().filter(|check| check.rule == "clean-up" && check.same_as.is_none()).collect();
    let worst = about.iter().find(|check| check.outcome == Outcome::Contradicted);
    let first = worst.or_else(|| about.first())?;
    Some(first.because.clone())
}
