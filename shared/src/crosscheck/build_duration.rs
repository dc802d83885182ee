//! "Took 1m54s", "ran for 114 s": how long a build ran, from its start to its end.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::build_time::is_about_build;
use super::reading::{before, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{What, length_fits, mentions};
use crate::report::CheckKind;
use crate::time::{clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "build-duration",
    explains: "How long a build ran, from the CI server's start time to its end time.",
    kind: CheckKind::Record,
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
        if other.iter().any(|word| rest.starts_with(word)) {
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
    let words =
        format!("build {number} ran {} to {}, {}", clock(started), clock(finished), human_length(real));
    told(length_fits(real, said, figure), words, cited)
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
        ] {
            check("build-duration", text, expected);
        }
        check_with("build-duration", "build #202 took 1m54s", "?", |evidence| {
            evidence.builds.get_mut(&202).expect("there").finished = None;
        });
    }
}
