//! "No runs as of 06:20Z": an absence, against the builds that had started by then.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::events::{Named, named};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::{CheckKind, Verdict};
use crate::time::{Timestamp, clock};

pub(super) const RULE: Rule = Rule {
    id: "no-runs-as-of",
    explains: "If something had not happened by a time, no machine may have recorded it before that time.",
    kind: CheckKind::Record,
    words: &["as of ", "until", "before", "by"],
    find,
};

static NO_RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bno\s+(?:(pre|post)-([a-z]+)\s+)?(?:([a-z0-9_-]+)\s+)?(?:runs?|builds?)\s+(?:as of|until|before|by)\s+").ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.times().next().is_none() || !unit.has_any(&["no"]) {
        return;
    }
    let Some(found) = NO_RUNS.as_ref().and_then(|pattern| pattern.captures(unit.words())) else { return };
    let Some(whole) = found.get(0) else { return };
    let Some((at, moment)) = unit.times().find(|(at, _)| at.start == whole.end()) else { return };
    let Some((first, _)) = unit.window(&moment) else { return };
    let since = match (found.get(1), found.get(2)) {
        (Some(word), Some(about)) => match named(about.as_str(), context) {
            Some(Named::One(event)) => Some((word.as_str().eq_ignore_ascii_case("post"), event)),
            _ => return,
        },
        _ => None,
    };
    let recipe = found.get(3).map(|word| word.as_str().to_ascii_lowercase());
    // "No failed runs" is about something else than "no apple runs".
    let known_recipe =
        |name: &String| context.evidence.builds.values().any(|b| b.params.get("RECIPE") == Some(name));
    if recipe.as_ref().is_some_and(|name| !known_recipe(name)) {
        return;
    }
    let mut facts = Vec::new();
    let mut earliest: Option<Timestamp> = None;
    let known = context.evidence.builds.values().any(|build| build.started.is_some());
    if !known || context.evidence.builds_listed.is_empty() {
        facts.push(Fact::Missing("the list of builds is not in the snapshot".to_owned()));
    }
    for build in context.evidence.builds.values() {
        let other = recipe.as_ref().is_some_and(|r| build.params.get("RECIPE").is_some_and(|name| name != r));
        if build.started.is_none() && !other && build.created.is_none_or(|created| created < first) {
            facts.push(Fact::Missing(format!("build {} has no start time", build.number)));
        }
        let Some(started) = build.started.filter(|started| *started < first) else { continue };
        let outside = since.is_some_and(|(after, event)| (started >= event.at) != after);
        if other || outside {
            continue;
        }
        let reading = reading(unit, started, context);
        let words = format!("build {} started {}{reading}", build.number, clock(started));
        facts.push(Fact::Differs(words, vec![cite(&build.place, "/started", started)]));
        earliest = Some(earliest.map_or(started, |known| known.min(started)));
    }
    if facts.is_empty() {
        let listing =
            context.evidence.builds_listed.values().next().map(|place| cite(place, "", "no such build"));
        let words = format!("none of {} builds here started by then", context.evidence.builds.len());
        facts.push(Fact::Agrees(words, listing.into_iter().collect()));
    }
    let mut draft = Draft::new(whole.start()..at.end, "", facts);
    draft.written = Some(unit.text(at).to_owned());
    draft.ahead_seconds = match (earliest, unit.commit.and_then(|commit| commit.at())) {
        (Some(earliest), Some(committed)) if committed < earliest => {
            Some(first.duration_since(committed).as_secs())
        }
        _ => None,
    };
    drafts.push(draft);
}

/// The other reading: true when seen, by a clock that ran ahead.
fn reading(unit: &Unit<'_>, started: Timestamp, context: &Context<'_>) -> String {
    let Some(committed) = unit.commit.and_then(|commit| commit.at()).filter(|at| *at < started) else {
        return String::new();
    };
    let fast = context.life.gates.iter().find(|gate| {
        gate.verdict == Verdict::Pass
            && gate.at_is_commit_time
            && matches!((gate.stamped_at, gate.at), (Some(stamp), Some(at)) if stamp.duration_since(at).as_secs() > 120)
    });
    match fast {
        Some(gate) => format!(
            "; if this note's clock ran ahead like {}.0's, it was true when seen (committed {})",
            gate.id,
            clock(committed)
        ),
        None => format!("; the note itself was committed {}, before that", clock(committed)),
    }
}
