//! "Ran at ~04:14Z", `started=…`: when a build began or ended.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Moment, What, mentions};
use crate::evidence::Build;
use crate::report::CheckKind;
use crate::time::{Timestamp, clock};

pub(super) const RULE: Rule = Rule {
    id: "build-time",
    explains: "When a build began or ended, by the CI server's clock; `~` allows 5 minutes, 15 for round figures.",
    kind: CheckKind::Record,
    find,
};

static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(ran|started|began|failed|passed|succeeded|finished|ended)\s+(?:at\s+)?$").ok()
});

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Start,
    End,
    Either,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, moment) in unit.times() {
        let before = unit.words().get(..span.start).unwrap_or("");
        let Some(verb) = VERB.as_ref().and_then(|pattern| pattern.captures(before)) else { continue };
        let (Some(whole), Some(word)) = (verb.get(0), verb.get(1)) else { continue };
        let which = match word.as_str().to_ascii_lowercase().as_str() {
            "finished" | "ended" => Which::End,
            "failed" | "passed" | "succeeded" => Which::Either,
            _ => Which::Start,
        };
        if !is_about_build(unit, context, whole.start()) {
            continue;
        }
        let nearest = context.named_builds(unit).iter().rfind(|(at, _)| at.end <= whole.start());
        let builds = nearest.map_or_else(|| context.builds_at(unit, span.start), |(_, number)| vec![*number]);
        push(builds, which, moment, whole.start()..span.end, unit.text(span), unit, context, drafts);
    }
    for (span, key, value) in unit.pairs() {
        let which = match key {
            "started" | "start" => Which::Start,
            "finished" | "stopped" => Which::End,
            _ => continue,
        };
        let Some(What::Time(moment)) = mentions(value).into_iter().next().map(|m| m.what) else { continue };
        let builds = context.builds_at(unit, span.start);
        push(builds, which, moment, span.clone(), value, unit, context, drafts);
    }
}

/// Whether nothing between the build and the verb names another subject: a step, a suite, a session.
fn is_about_build(unit: &Unit<'_>, context: &Context<'_>, verb: usize) -> bool {
    const FILL: &[&str] = &["", "it", "was", "has", "that", "which", "and", "then", "only", "again"];
    let clause = unit.clause(verb);
    let named = context.named_builds(unit);
    let last = named.iter().rfind(|(span, _)| span.end <= verb && clause.contains(&span.start));
    let from = last.map_or(clause.start, |(span, _)| span.end);
    let between = unit.text(&(from..verb)).to_ascii_lowercase();
    between.split(|c: char| !c.is_alphanumeric()).all(|word| FILL.contains(&word))
}

#[expect(clippy::too_many_arguments, reason = "one place makes the draft of both shapes")]
fn push(
    builds: Vec<u64>,
    which: Which,
    moment: Moment,
    span: Range<usize>,
    written: &str,
    unit: &Unit<'_>,
    context: &Context<'_>,
    drafts: &mut Vec<Draft>,
) {
    let Some(window) = unit.window(&moment) else { return };
    if builds.is_empty() {
        return;
    }
    let mut ahead = None;
    let facts = builds
        .iter()
        .map(|number| match context.build(*number) {
            Ok(build) => {
                let fact = fact(build, which, window);
                if let (Fact::Differs(..), Some(at), Some(said)) =
                    (&fact, build.started, moment.instant(unit.day))
                {
                    ahead = Some(said.duration_since(at).as_secs());
                }
                fact
            }
            Err(missing) => missing,
        })
        .collect();
    let mut draft = Draft::new(span, format!("time {builds:?} {} {}", which as u8, window.0), facts);
    draft.written = Some(written.to_owned());
    draft.ahead_seconds = ahead;
    drafts.push(draft);
}

fn fact(build: &Build, which: Which, window: (Timestamp, Timestamp)) -> Fact {
    let number = build.number;
    let candidates = [
        (build.started, "/started", "started", Which::Start),
        (build.finished, "/finished", "finished", Which::End),
    ];
    let asked: Vec<_> = candidates
        .into_iter()
        .filter(|(_, _, _, kind)| which == Which::Either || which == *kind)
        .filter_map(|(at, pointer, word, _)| at.map(|at| (at, pointer, word)))
        .collect();
    let inside = asked.iter().find(|(at, _, _)| *at >= window.0 && *at <= window.1);
    let Some((at, pointer, word)) = inside.or(asked.first()).copied() else {
        return Fact::Missing(format!("build {number} has no such time"));
    };
    let cited = vec![cite(&build.place, pointer, at)];
    let words = format!("build {number} {word} {}", clock(at));
    if inside.is_some() { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}
