//! Notes: things worth knowing that contradict nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::context::tested_ref;
use super::{Context, cite};
use crate::evidence::{Build, EvidenceKind};
use crate::report::{Check, Note, Outcome};
use crate::time::clock;

pub(super) fn notes(context: &Context<'_>, checks: &[Check]) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(unlisted_failures(context));
    notes.extend(two_times(checks));
    notes.extend(levels_that_differ(context));
    notes.extend(named_but_missing(context, checks));
    notes.extend(never_fetched(context));
    notes.extend(super::run_notes::notes(context));
    notes.extend(super::lost_lines::notes(context));
    notes.extend(cut(context));
    notes
}

/// Where the documents name more than is compared.
fn cut(context: &Context<'_>) -> Option<Note> {
    let unit = context.units.iter().find(|unit| unit.is_cut)?;
    let (line, _) = unit.position(0);
    let most = super::unit::MOST_MENTIONS;
    let name = &unit.document.name;
    let text = format!(
        "the documents name more than {most} things; what {name} names from line {line} on is not all compared"
    );
    Some(Note { text, evidence: Vec::new() })
}

/// Members of listings that nobody asked for one by one: of them only what the listing says is known.
fn never_fetched(context: &Context<'_>) -> Vec<Note> {
    let evidence = context.evidence;
    let builds: Vec<String> = evidence
        .builds_listed
        .iter()
        .filter(|(number, listed)| evidence.builds.get(number).is_none_or(|build| build.place == **listed))
        .map(|(number, _)| number.to_string())
        .collect();
    let listing = evidence.pulls_listing.as_ref().map(|listing| &listing.path);
    let pulls: Vec<String> = evidence
        .pulls
        .values()
        .filter(|pull| listing == Some(&pull.place.path))
        .map(|pull| format!("PR#{}", pull.number))
        .collect();
    let comments: Vec<String> = evidence
        .pulls
        .values()
        .filter(|pull| !pull.comments_fetched)
        .map(|pull| format!("PR#{}", pull.number))
        .collect();
    let note = |names: Vec<String>, what: &str| {
        let text = format!("{what}: {}", shortened(&names));
        (!names.is_empty()).then(|| Note { text, evidence: Vec::new() })
    };
    [
        note(builds, "builds that are listed and were never fetched"),
        note(pulls, "pull requests that are listed and were never fetched"),
        note(comments, "pull requests whose comments are not all here"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Some names and the number of the others.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.get(..SHOWN.min(names.len())).unwrap_or(names).join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Failed builds of before the verdict that no gate's section mentions.
fn unlisted_failures(context: &Context<'_>) -> Vec<Note> {
    let mut mentioned = BTreeMap::<u64, Option<String>>::new();
    for unit in context.units.iter().filter(|unit| unit.document.kind == EvidenceKind::Review) {
        for (_, number) in context.named_builds(unit) {
            let gate = mentioned.entry(*number).or_default();
            if gate.is_none() {
                gate.clone_from(&unit.gate);
            }
        }
    }
    let listing_gate = mentioned.values().flatten().next().cloned();
    let Some(listing_gate) = listing_gate else { return Vec::new() };
    let failed = context.evidence.builds.values().filter(|build| build.status == "failure");
    failed
        .filter(|build| !matches!(mentioned.get(&build.number), Some(Some(_))))
        .map(|build| Note {
            text: unlisted(build, &listing_gate, context),
            evidence: vec![cite(&build.place, "/status", &build.status)],
        })
        .collect()
}

fn unlisted(build: &Build, gate: &str, context: &Context<'_>) -> String {
    let event = context.evidence.events.iter().find(|event| build.started.is_some_and(|at| at < event.at));
    let when = match (event, build.started) {
        (Some(event), _) => format!("failed before the {}", event.label),
        (None, Some(at)) => format!("failed, started {}", clock(at)),
        (None, None) => "failed".to_owned(),
    };
    let pull =
        tested_ref(build).and_then(|sha| context.evidence.pulls.values().find(|pull| pull.head_sha == sha));
    let ran = pull.map_or_else(String::new, |pull| format!(" (ran PR#{}'s ref)", pull.number));
    format!("build {} {when}; not in {gate}'s list{ran}", build.number)
}

/// The same build given two times that both pass, one only because it is round.
fn two_times(checks: &[Check]) -> Vec<Note> {
    let mut by_place = BTreeMap::<(String, String), Vec<&Check>>::new();
    let confirmed = checks.iter().filter(|c| c.rule == "build-time" && c.outcome == Outcome::Confirmed);
    for check in confirmed.filter(|check| check.same_as.is_none()) {
        for evidence in &check.evidence {
            let entry = evidence.path.as_str().to_owned();
            by_place.entry((entry, evidence.pointer.clone())).or_default().push(check);
        }
    }
    // Exact times that are both right are one time in two writings.
    let rough = |checks: &[&Check]| checks.iter().any(|check| check.quote.contains('~'));
    let differing = by_place.into_values().filter(|checks| checks.len() > 1 && rough(checks));
    differing
        .filter_map(|checks| {
            let [first, .., last] = checks.as_slice() else { return None };
            let at = |check: &Check| check.quote.rsplit(' ').next().unwrap_or("").to_owned();
            let number = first.because.split(' ').nth(1)?;
            (at(first) != at(last)).then(|| Note {
                text: format!(
                    "build {number} has two times: {} ({}:{}) and {} ({}:{}); both are within what they allow",
                    at(first), first.document, first.line, at(last), last.document, last.line
                ),
                evidence: first.evidence.clone(),
            })
        })
        .collect()
}

/// Runs whose written level is not what their rungs add up to.
fn levels_that_differ(context: &Context<'_>) -> Vec<Note> {
    let runs = context.evidence.runs.values();
    runs.filter_map(|run| {
        let (written, recomputed) = (run.level?, run.recomputed_level?);
        (written != recomputed).then(|| Note {
            text: format!("run {}: level {written} is written, its rungs make {recomputed}", run.id),
            evidence: vec![cite(&run.place, "/level", written)],
        })
    })
    .collect()
}

/// Builds and pull requests that a document names and the snapshot lacks.
fn named_but_missing(context: &Context<'_>, checks: &[Check]) -> Vec<Note> {
    use crate::documents::mentions::What;
    let mut missing = BTreeMap::<String, String>::new();
    for unit in context.units {
        for mention in &unit.mentions {
            let name = match &mention.what {
                What::Build(n)
                    if !context.evidence.builds.contains_key(n)
                        && !context.evidence.runs.contains_key(&n.to_string()) =>
                {
                    format!("build {n}")
                }
                What::Pull(n) if !context.evidence.pulls.contains_key(n) => format!("PR#{n}"),
                _ => continue,
            };
            let (line, _) = unit.position(mention.span.start);
            missing.entry(name).or_insert_with(|| format!("{}:{line}", unit.document.name));
        }
    }
    // What a check says already needs no note.
    let told: BTreeSet<&str> = checks
        .iter()
        .filter(|check| check.outcome == Outcome::NoEvidence)
        .flat_map(|check| check.because.split("; "))
        .filter_map(|reason| reason.strip_suffix(" is not in the snapshot"))
        .collect();
    missing.retain(|name, _| !told.contains(name.as_str()));
    let notes = missing.into_iter().map(|(name, place)| Note {
        text: format!("{name} is named at {place} and is not in the snapshot"),
        evidence: Vec::new(),
    });
    notes.collect()
}
