//! "Ran at ~04:14Z", `started=…`: when a build began or ended.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::attributes::{Told, attributes, fresh};
use super::reading::{before, last_before, mentions_from, pattern};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Moment, What, mentions};
use crate::evidence::Build;
use crate::report::CheckKind;
use crate::time::{Timestamp, clock};

pub(super) const RULE: Rule = Rule {
    id: "build-time",
    explains: "When a build began or ended, by the CI server's clock; `~` allows 5 minutes, 15 for round figures.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(ran|run|started|began|failed|passed|succeeded|finished|ended|completed|stopped)\s+(?:at\s+|@\s?|on\s+|from\s+)?\(?$",
    )
});

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Start,
    End,
    Either,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let named = context.named_builds(unit);
    for (span, moment) in unit.times() {
        let lead = before(unit, span.start);
        let Some(verb) = VERB.as_ref().and_then(|pattern| pattern.captures(lead)) else { continue };
        let (Some(whole), Some(word)) = (verb.get(0), verb.get(1)) else { continue };
        let at = span.start - (lead.len() - whole.start());
        let which = match word.as_str().to_ascii_lowercase().as_str() {
            "finished" | "ended" | "completed" | "stopped" => Which::End,
            "failed" | "passed" | "succeeded" => Which::Either,
            _ => Which::Start,
        };
        if !is_about_build(unit, context, at) {
            continue;
        }
        // "it" is what the item before spoke of, which may be no build at all.
        let it = unit.clause_before(at).trim_start().to_ascii_lowercase().starts_with("it");
        let above =
            || context.above(unit).next().is_some_and(|above| !context.named_builds(above).is_empty());
        if it && named.is_empty() && !above() {
            continue;
        }
        let nearest = last_before(named, at);
        // "902 and 905 both started at …" is said of the whole list.
        let together = nearest.is_some_and(|(build, _)| {
            let between = unit.text(&(build.end..at)).to_ascii_lowercase();
            between.split_whitespace().any(|word| matches!(word, "both" | "all" | "each" | "were"))
        });
        let builds = match nearest {
            Some((_, number)) if !together => vec![*number],
            _ => context.builds_at(unit, at),
        };
        push(builds, which, moment, at..span.end, unit.text(span), unit, context, drafts);
    }
    for (first, last) in spans_of_time(unit) {
        // "#612 (06:13:02Z–06:14:56Z)", "ran 06:13:02Z to 06:14:56Z": the first is its start, the second its end.
        let lead = before(unit, first.0.start);
        let trimmed = lead.trim_end_matches([' ', '(', ':', ',']).trim_end_matches(" from");
        let at = first.0.start - (lead.len() - trimmed.len());
        let verb = [" ran", "Ran", " run", " from"].iter().find(|verb| trimmed.ends_with(*verb));
        let direct = last_before(named, first.0.start).filter(|(span, _)| span.end >= at);
        let nearest = match (verb, direct) {
            (_, Some((_, number))) => Some(*number),
            (Some(verb), None) if is_about_build(unit, context, at - verb.trim().len()) => {
                last_before(named, at).map(|(_, number)| *number)
            }
            _ => None,
        };
        let Some(number) = nearest else { continue };
        if verb.is_none_or(|verb| verb.trim() == "from") {
            push(
                vec![number],
                Which::Start,
                first.1,
                first.0.clone(),
                unit.text(first.0),
                unit,
                context,
                drafts,
            );
        }
        push(vec![number], Which::End, last.1, last.0.clone(), unit.text(last.0), unit, context, drafts);
    }
    for one in fresh(attributes(unit, context), drafts) {
        let (which, moment) = match one.told {
            Told::Began(moment) => (Which::Start, moment),
            Told::Ended(moment) => (Which::End, moment),
            Told::At(moment) => (Which::Either, moment),
            _ => continue,
        };
        let before = drafts.len();
        push(vec![one.build], which, moment, one.span.clone(), unit.text(&one.span), unit, context, drafts);
        for draft in drafts.iter_mut().skip(before) {
            let (why, is_plain) = match which {
                Which::Either => ("of which moment this is the time is not said", false),
                _ => ("on which day is not said", !fits_its_own_day(one.build, which, &moment, context)),
            };
            let settled = |fact| one.settled(fact, why, is_plain);
            draft.facts = std::mem::take(&mut draft.facts).into_iter().map(settled).collect();
        }
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

/// Whether a time without a day is that of the build on the day it ran.
fn fits_its_own_day(number: u64, which: Which, moment: &Moment, context: &Context<'_>) -> bool {
    let Some(build) = context.evidence.builds.get(&number).filter(|_| moment.date.is_none()) else {
        return false;
    };
    let at = if which == Which::End { build.finished } else { build.started };
    let window = at.and_then(|at| moment.window(Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())));
    matches!((at, window), (Some(at), Some((first, last))) if first <= at && at <= last)
}

/// A time and where it stands.
type Spot<'u> = (&'u Range<usize>, Moment);

/// Two times that a dash or "to" makes a span.
fn spans_of_time<'u>(unit: &'u Unit<'_>) -> Vec<(Spot<'u>, Spot<'u>)> {
    let times: Vec<_> = unit.times().collect();
    let pairs = times.windows(2).filter_map(|pair| {
        let [first, last] = pair else { return None };
        let between = unit.text(&(first.0.end..last.0.start)).trim();
        matches!(between, "–" | "-" | "—" | "→" | "->" | "to" | "until" | "till").then_some((*first, *last))
    });
    pairs.collect()
}

/// Whether nothing between the build and the verb names another subject: a step, a suite, a session. What else is
/// said of the same build may stand between: its times, lengths, levels, commit and `key=value` pairs.
pub(super) fn is_about_build(unit: &Unit<'_>, context: &Context<'_>, verb: usize) -> bool {
    const FILL: &[&str] = &[
        "", "it", "was", "is", "has", "that", "which", "and", "then", "only", "again", "build", "run",
        "also", "itself", "started", "began", "finished", "ended", "ran", "at", "to", "success", "green",
        "passed", "failed", "red", "failure", "custom", "event", "in", "took", "z", "were", "both", "all",
        "each", "status", "for",
    ];
    let clause = unit.clause(verb);
    let named = context.named_builds(unit);
    let last = last_before(named, verb).filter(|(span, _)| clause.contains(&span.start));
    let from = last.map_or(clause.start, |(span, _)| span.end);
    let figure = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let fills = |words: Range<usize>| {
        let words = unit.text(&words).to_ascii_lowercase();
        words.split(|c: char| !c.is_alphanumeric()).all(|word| FILL.contains(&word) || figure(word))
    };
    let mut at = from;
    for mention in mentions_from(unit, from).iter().take_while(|mention| mention.span.end <= verb) {
        let of_build = matches!(
            mention.what,
            What::Pair { .. } | What::Time(_) | What::Length { .. } | What::Level { .. } | What::Commit(_)
        );
        if of_build {
            if !fills(at..mention.span.start) {
                return false;
            }
            at = mention.span.end;
        }
    }
    fills(at..verb)
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
                let real = if which == Which::End { build.finished } else { build.started };
                if let (Fact::Differs(..), Some(at), Some(said)) = (&fact, real, moment.instant(unit.day)) {
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

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn starts_and_ends() {
        for (text, expected) in [
            ("build #202 started 10:00:00Z, finished 10:01:54Z", "++"),
            ("build #202 finished 10:04:54Z", "-"),
            ("build #202 completed at 10:01Z", "+"),
            ("build #202: `build_status=success`, started 10:00Z on PR#4", "+"),
            ("build #202 (4444444b) at L5, started 10:02Z", "-"),
            ("builds 202 and 203 both started at 10:12Z", "-"),
            ("build #202 (10:00:00Z–10:01:54Z)", "++"),
            ("build #202 ran 10:00:00Z to 10:02:54Z", "+-"),
            ("build #202 ran from 10:00:00Z to 10:01:54Z", "++"),
            ("build #202: the clone step ended 10:00:04Z", ""),
            ("build #299 finished 10:01:54Z", "?"),
            ("build #202 was expected to have finished 10:30Z", ""),
        ] {
            check("build-time", text, expected);
        }
    }
}
