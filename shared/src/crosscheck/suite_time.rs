//! "install: 06:13:53Z (51s from start)": when a tier's test suites began, and how long after the build.

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{What, length_fits};
use crate::evidence::{Build, Suite};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "suite-time",
    explains: "When tests ran, by the timestamps of their JUnit reports; one without a zone counts only inside its build.",
    kind: CheckKind::Record,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some((tier, _)) = unit.words().split_once(':') else { return };
    let tier = tier.trim();
    let tier_like =
        !tier.is_empty() && tier.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let Some((span, moment)) = unit.times().next().filter(|(at, _)| at.start <= tier.len() + 3) else {
        return;
    };
    if !tier_like {
        return;
    }
    let Some(number) = context.builds_at(unit, span.start).first().copied() else { return };
    let id = number.to_string();
    let suites: Vec<&Suite> = context
        .suites_of(&id)
        .iter()
        .copied()
        .filter(|suite| suite.file_stem == tier || suite.file_stem.starts_with(&format!("{tier}__")))
        .collect();
    let is_tier =
        context.evidence.runs.get(&id).is_some_and(|run| run.tiers.iter().any(|(name, _)| name == tier));
    if suites.is_empty() && !is_tier {
        return;
    }
    let begun = begun(&suites, context.evidence.builds.get(&number));
    let missing =
        || Fact::Missing(format!("no {tier} report of run {number} with a time is in the snapshot"));
    let Some((first, last)) = unit.window(&moment) else { return };
    let facts = match (begun.first(), begun.last()) {
        (Some((from, suite)), Some((until, last_suite))) => {
            let mut cited = vec![cite(&suite.place, "/@timestamp", &suite.timestamp_raw)];
            if moment.until_second.is_some() {
                cited.push(cite(&last_suite.place, "/@timestamp", &last_suite.timestamp_raw));
            }
            let words = match (moment.until_second, from == until) {
                (Some(_), false) => {
                    format!("{tier} began {}, its last suite {}", clock(*from), clock(*until))
                }
                _ => format!("{tier} began {}", clock(*from)),
            };
            let near = |at: Timestamp, wanted: Timestamp| at.duration_since(wanted).as_secs().abs() <= 2;
            let holds = match moment.until_second {
                Some(_) => near(*from, first) && near(*until, last),
                None => *from >= first && *from <= last,
            };
            vec![if holds { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }]
        }
        _ => vec![missing()],
    };
    drafts.push(Draft::new(0..span.end, format!("suite {number} {tier} {first}"), facts));
    for mention in &unit.mentions {
        let What::Length { seconds, unit: figure } = mention.what else { continue };
        let rest = unit.words().get(mention.span.end..).unwrap_or("");
        if !(rest.starts_with(" from start") || rest.starts_with(" after start")) {
            continue;
        }
        let end = mention.span.end + " from start".len();
        let fact = match (context.build(number), begun.first()) {
            (Err(missing), _) => missing,
            (_, None) => missing(),
            (Ok(build), Some((at, suite))) => from_start(build, tier, *at, suite, seconds, figure),
        };
        let key = format!("suite length {number} {tier} {seconds}");
        drafts.push(Draft::new(mention.span.start..end.min(unit.words().len()), key, vec![fact]));
    }
}

/// When the suites began, earliest first; a time without a zone counts as UTC only inside the build.
fn begun<'a>(suites: &[&'a Suite], build: Option<&Build>) -> Vec<(Timestamp, &'a Suite)> {
    let as_utc = |raw: &str| -> Option<Timestamp> {
        let civil: jiff::civil::DateTime = raw.parse().ok()?;
        let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        let build = build?;
        (build.started? <= at && at <= build.finished?).then_some(at)
    };
    let mut begun: Vec<(Timestamp, &Suite)> = suites
        .iter()
        .filter_map(|suite| Some((suite.timestamp.or_else(|| as_utc(&suite.timestamp_raw))?, *suite)))
        .collect();
    begun.sort_by_key(|(at, _)| *at);
    begun
}

fn from_start(build: &Build, tier: &str, at: Timestamp, suite: &Suite, seconds: i64, unit: i64) -> Fact {
    let Some(started) = build.started else {
        return Fact::Missing(format!("build {} has no start time", build.number));
    };
    let cited = vec![
        cite(&build.place, "/started", started),
        cite(&suite.place, "/@timestamp", &suite.timestamp_raw),
    ];
    let real = at.duration_since(started).as_secs();
    let words = format!(
        "{tier} began {}, {} after build {} started {}",
        clock(at),
        human_length(real),
        build.number,
        clock(started)
    );
    if length_fits(real, seconds, unit) { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}
