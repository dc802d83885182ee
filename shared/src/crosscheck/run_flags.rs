//! `clean_teardown=True`: the flags of a run, or of all runs.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::Run;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-flags",
    explains: "A flag holds when the run's own record says so; a flag that is missing is unknown, not true.",
    kind: CheckKind::Substance,
    find,
};

static ALL_RUNS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:all|every)\s+(?:recent\s+|these\s+)?(?:runs?|builds?)\b").ok());

/// Whether a key is written like a run's flag.
pub(super) fn is_flag_name(key: &str) -> bool {
    key.contains('_') && key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !key.starts_with("build_")
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, key, value) in unit.pairs() {
        let wanted = match value.to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            _ => continue,
        };
        if !is_flag_name(key) {
            continue;
        }
        let all = ALL_RUNS.as_ref().is_some_and(|pattern| pattern.is_match(unit.clause_before(span.start)));
        let (who, facts) = if all {
            all_runs(key, wanted, unit, context)
        } else {
            named(key, wanted, unit, span.start, context)
        };
        if !facts.is_empty() {
            drafts.push(Draft::new(span.clone(), format!("flag {who} {key} {wanted}"), facts));
        }
    }
}

fn named(key: &str, wanted: bool, unit: &Unit<'_>, at: usize, context: &Context<'_>) -> (String, Vec<Fact>) {
    let builds = context.builds_at(unit, at);
    let judged = builds.iter().map(|number| match context.run(*number) {
        Ok(run) => fact(run, key, wanted),
        Err(missing) => missing,
    });
    let facts = judged.collect();
    (format!("{builds:?}"), facts)
}

/// All runs that had finished when this was written; a build of that time without a run leaves a hole.
fn all_runs(key: &str, wanted: bool, unit: &Unit<'_>, context: &Context<'_>) -> (String, Vec<Fact>) {
    let by_then = |at: Option<crate::time::Timestamp>| match (at, unit.as_of) {
        (Some(at), Some(as_of)) => at <= as_of,
        _ => true,
    };
    let evidence = context.evidence;
    let mut facts: Vec<Fact> = evidence
        .builds
        .values()
        .filter(|build| by_then(build.finished) && !evidence.runs.contains_key(&build.number.to_string()))
        .map(|build| Fact::Missing(format!("results.json of run {} is not in the snapshot", build.number)))
        .collect();
    let judged: Vec<Fact> = evidence
        .runs
        .values()
        .filter(|run| by_then(run.finished))
        .map(|run| fact(run, key, wanted))
        .collect();
    let all = format!("all {} runs that had finished by then: {key} is {wanted}", judged.len());
    facts.extend(judged.into_iter().map(|fact| match fact {
        Fact::Agrees(_, cited) => Fact::Agrees(all.clone(), cited),
        other => other,
    }));
    if facts.is_empty() {
        facts.push(Fact::Missing("no run is in the snapshot".to_owned()));
    }
    ("all".to_owned(), facts)
}

fn fact(run: &Run, key: &str, wanted: bool) -> Fact {
    match run.flags.get(key) {
        None => Fact::Missing(format!("results.json of run {} has no flag {key}", run.id)),
        Some(real) => {
            let cited = vec![cite(&run.place, &format!("/flags/{key}"), real)];
            let words = format!("run {}: {key} is {real}", run.id);
            if *real == wanted { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
        }
    }
}
