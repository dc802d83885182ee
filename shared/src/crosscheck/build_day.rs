//! "All dated 2026-06-12": the day on which builds started.

use jiff::tz::TimeZone;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-day",
    explains: "The day given for builds has to be the day they started, in UTC.",
    kind: CheckKind::Record,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        let What::Day(day) = mention.what else { continue };
        let before = unit.clause_before(mention.span.start).trim_end();
        if !["dated", "ran on", "started on", "from"].iter().any(|word| before.ends_with(word)) {
            continue;
        }
        let builds = context.builds_at(unit, mention.span.start);
        let facts: Vec<Fact> = builds.iter().map(|number| fact(*number, day, context)).collect();
        if facts.is_empty() {
            continue;
        }
        let span = context.with_builds(unit, mention.span.clone());
        drafts.push(Draft::new(span, format!("day {builds:?} {day}"), facts));
    }
}

fn fact(number: u64, day: jiff::civil::Date, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let Some(started) = build.started else {
        return Fact::Missing(format!("build {number} has no start time"));
    };
    let cited = vec![cite(&build.place, "/started", started)];
    let really = started.to_zoned(TimeZone::UTC).date();
    let words = format!("build {number} started {really}");
    if really == day { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}
