//! "All dated 2026-06-12": the day on which builds started.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex_lite::Regex;

use super::build_time::is_about_build;
use super::reading::{before, last_before, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-day",
    explains: "The day given for builds has to be the day they started, in UTC.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static LEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(dated|ran|run|started|began|failed|passed|finished|ended|succeeded|triggered|created|from)(?: on)?\s*\(?$",
    )
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let named = context.named_builds(unit);
    for mention in &unit.mentions {
        let What::Day(day) = mention.what else { continue };
        let at = mention.span.start;
        let lead = before(unit, at);
        let nearest = last_before(named, at);
        let beside = nearest.is_some_and(|(span, _)| {
            let between = unit.text(&(span.end..at));
            matches!(between, " (" | ": " | " on " | ", " | " (on ") || follows_status(between)
        });
        let verb = LEAD.as_ref().and_then(|pattern| pattern.captures(lead));
        let word = verb.as_ref().and_then(|found| Some((found.get(0)?, found.get(1)?)));
        let (verb_at, ended) = match word {
            Some((whole, word)) => {
                let ended = ["failed", "passed", "finished", "ended", "succeeded"];
                (
                    at - (lead.len() - whole.start()),
                    ended.contains(&word.as_str().to_ascii_lowercase().as_str()),
                )
            }
            None if beside => (at, true),
            None => continue,
        };
        let dated = word.is_some_and(|(_, word)| matches!(word.as_str(), "dated" | "from"));
        if !beside && !dated && !is_about_build(unit, context, verb_at) {
            continue;
        }
        let builds = context.builds_at(unit, at);
        let facts: Vec<Fact> = builds.iter().map(|number| fact(*number, day, ended, context)).collect();
        if facts.is_empty() {
            continue;
        }
        let span = context.with_builds(unit, mention.span.clone());
        drafts.push(Draft::new(span, format!("day {builds:?} {day}"), facts));
    }
}

/// Whether nothing but how the build ended stands between it and the day: ": success, ", " build_status=success, ".
fn follows_status(between: &str) -> bool {
    static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?: |: |, )(?:(?:build_)?status[=:] ?)?(?:passed|failed|success|failure|succeeded|green|red|killed)(?:,| \(| on| \(on) ?$",
        )
    });
    between.len() <= 40 && STATUS.as_ref().is_some_and(|pattern| pattern.is_match(between))
}

fn fact(number: u64, day: jiff::civil::Date, ended: bool, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let Some(started) = build.started else {
        return Fact::Missing(format!("build {number} has no start time"));
    };
    let day_of = |at: crate::time::Timestamp| at.to_zoned(TimeZone::UTC).date();
    // One that ran past midnight ended on another day than it began.
    if let Some(finished) = build.finished.filter(|at| ended && day_of(started) != day && day_of(*at) == day)
    {
        let words = format!("build {number} ended {}", day_of(finished));
        return Fact::Agrees(words, vec![cite(&build.place, "/finished", finished)]);
    }
    let words = format!("build {number} started {}", day_of(started));
    told(day_of(started) == day, words, vec![cite(&build.place, "/started", started)])
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn days() {
        for (text, expected) in [
            ("Builds 202, 203: all dated 2030-01-02", "+"),
            ("build #201 (2030-01-01)", "+"),
            ("build #201 failed on 2030-01-02", "-"),
            ("Builds 202 and 203 were both started on 2030-01-02", "+"),
            ("Builds 201 and 202 were both started on 2030-01-02", "-"),
            ("Build #202 build_status=success, 2030-01-02", "+"),
            ("Build #202: success (2030-01-01)", "-"),
            ("Build #202, as I told you on 2030-01-01", ""),
            ("build #299 ran on 2030-01-02", "?"),
            ("build #202 passed; PR#4 was opened on 2030-01-01", ""),
            ("build #202: the proxy was fixed on 2030-01-01", ""),
        ] {
            check("build-day", text, expected);
        }
    }
}
