//! "Took 1m54s", "ran for 114 s": how long a build ran, from its start to its end.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::attributes::{Told, attributes, fresh};
use super::build_time::is_about_build;
use super::reading::{before, pattern, told};
use super::run_tables::{Table, cells};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{What, length_fits, mentions};
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "build-duration",
    explains: "How long a build ran, from the CI server's start time to its end time.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static RAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:took|lasted|ran for|ran|running for|duration(?: of)?|runtime(?: of)?|",
        r"(?:passed|failed|finished|completed|succeeded|ran|done|ended|green|red) (?:in|after))",
        r"\s*(?:was\s+|is\s+|:\s*|=\s*)?(about\s+|around\s+|roughly\s+|~\s?|≈\s?)?(?:only\s+|just\s+)?$",
    ))
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        let What::Length { seconds, unit: figure } = mention.what else { continue };
        let lead = before(unit, mention.span.start);
        let Some(found) = RAN.as_ref().and_then(|pattern| pattern.captures(lead)) else { continue };
        let Some(whole) = found.get(0) else { continue };
        let rest = super::reading::after(unit, mention.span.end).trim_start();
        // "ran 35 min after …" is a distance, "took 3 s longer" a difference.
        let other =
            ["after", "before", "later", "earlier", "longer", "less", "more", "from", "into", "ago", "past"];
        let whole_way = ["from start to ", "from its start to ", "from beginning to ", "from the start to "];
        let from_start = whole_way.iter().any(|way| rest.starts_with(way));
        if !from_start && other.iter().any(|word| rest.starts_with(word)) {
            continue;
        }
        let verb = mention.span.start - (lead.len() - whole.start());
        if !is_about_build(unit, context, verb) {
            continue;
        }
        let builds = context.builds_at(unit, verb);
        let figure = if found.get(1).is_some() { figure.max(seconds / 10) } else { figure };
        let facts: Vec<Fact> = builds.iter().map(|number| fact(*number, seconds, figure, context)).collect();
        if !facts.is_empty() {
            let span = context.with_builds(unit, verb..mention.span.end);
            drafts.push(Draft::new(span, format!("duration {builds:?} {seconds}"), facts));
        }
    }
    drafts.extend(in_table(unit, context));
    for one in fresh(attributes(unit, context), drafts) {
        let Told::Length(seconds, figure) = one.told else { continue };
        let fact = fact(one.build, seconds, figure, context);
        let fact =
            one.settled(fact, "that this is how long it ran is not said", figure == 1 && one.is_backed);
        drafts.push(Draft::new(one.quote(), format!("duration {:?} {seconds}", [one.build]), vec![fact]));
    }
    for (span, key, value) in unit.pairs() {
        if !matches!(key, "duration" | "took" | "runtime") {
            continue;
        }
        let length = mentions(value).into_iter().find_map(|mention| match mention.what {
            What::Length { seconds, unit } => Some((seconds, unit)),
            _ => None,
        });
        let Some((seconds, figure)) = length else { continue };
        let builds = context.builds_at(unit, span.start);
        let facts: Vec<Fact> = builds.iter().map(|number| fact(*number, seconds, figure, context)).collect();
        if !facts.is_empty() {
            drafts.push(Draft::new(span.clone(), format!("duration {builds:?} {seconds}"), facts));
        }
    }
}

/// A cell of a table's column of durations, in the row of a build.
fn in_table(unit: &Unit<'_>, context: &Context<'_>) -> Option<Draft> {
    const COLUMNS: &[&str] = &[
        "took",
        "duration",
        "runtime",
        "run time",
        "build time",
        "wall time",
        "wall clock",
        "length",
        "ran for",
        "elapsed",
    ];
    let table = Table::of(unit, context)?;
    let (cell, _) = cells(unit.block).into_iter().nth(table.column(COLUMNS)?)?;
    let (build, id) = table.run_cell(unit)?;
    let number: u64 = id.parse().ok()?;
    let from = unit.mentions.partition_point(|mention| mention.span.start < cell.start);
    let mention = unit.mentions.get(from).filter(|mention| mention.span.end <= cell.end)?;
    let What::Length { seconds, unit: figure } = mention.what else { return None };
    // "6 min in install" says more than how long the build took.
    let rest = unit.text(&(mention.span.end..cell.end));
    if rest.contains(char::is_alphanumeric) {
        return None;
    }
    let start =
        if mention.span.end.saturating_sub(build.start) <= 80 { build.start } else { mention.span.start };
    let fact = fact(number, seconds, figure, context);
    Some(Draft::new(start..mention.span.end, format!("duration [{number}] {seconds}"), vec![fact]))
}

fn fact(number: u64, said: i64, figure: i64, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let (Some(started), Some(finished)) = (build.started, build.finished) else {
        return Fact::Missing(format!("build {number} has no start or no end time"));
    };
    let real = finished.duration_since(started).as_secs();
    let cited = vec![cite(&build.place, "/started", started), cite(&build.place, "/finished", finished)];
    let (began, ended) = (clock(started), clock(finished));
    let words = format!("build {number} took {}, from {began} to {ended}", as_written(real));
    told(length_fits(real, said, figure), words, cited)
}

/// A length as people write it of a build: `45s`, `3m44s`, `1h02m05s`.
fn as_written(seconds: i64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{:02}s", seconds.abs()),
        (hours, minutes, seconds) => format!("{hours}h{:02}m{:02}s", minutes.abs(), seconds.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn lengths() {
        for (text, expected) in [
            ("build #202 took 1m54s", "+"),
            ("#202 ran for 114 s, #203 took 3 min", "++"),
            ("build #202 passed in 1 min", "+"),
            ("build #202 finished in 2m54s", "-"),
            ("build #202 took about 2 min", "+"),
            ("build #299 took 1m54s", "?"),
            ("build #202: the clone step took 3 s", ""),
            ("build #202 ran 30 min after the router swap", ""),
            ("build #202 should have taken 3 min", ""),
            ("build #202: `duration=114s`", "+"),
            ("build #202: `build_status=success`, took 1m54s", "+"),
            ("#202 (4444444b) took 2m54s from start to finish", "-"),
            ("#202 took 1m54s from its start to its end", "+"),
            ("#202 took 1m54s from the push on", ""),
            ("| build | took |\n|---|---|\n| #202 | 1m54s |\n| #203 | 4 min |", "+-"),
            ("| run | level | duration |\n|---|---|---|\n| 202 | L5 | 114 s |\n| 299 | L5 | 4 min |", "+?"),
            ("| build | took |\n|---|---|\n| #202 | 3 s in clone |", ""),
            ("| tier | took |\n|---|---|\n| install | 4 min |", ""),
        ] {
            check("build-duration", text, expected);
        }
        check_with("build-duration", "build #202 took 1m54s", "?", |evidence| {
            evidence.builds.get_mut(&202).expect("there").finished = None;
        });
    }
}
