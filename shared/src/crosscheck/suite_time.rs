//! "install: 06:13:53Z (51s from start)": when a tier's test suites began, and how long after the build.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::tail;
use super::run_suites::Suites;
use super::run_words::{Runs, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{What, length_fits};
use crate::evidence::{Build, Suite};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "suite-time",
    explains: "When tests ran, by the timestamps of their JUnit reports; one without a zone counts only inside its build.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static BEGAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b([a-z][a-z0-9_-]*)(?: suites?| tests)?(?::| began| began at| started| started at| at)? $")
        .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    let of_junit = text.contains("JUnit") || text.contains("junit");
    let mut runs = None;
    let mut named: Vec<(usize, String, String)> = Vec::new();
    for (span, moment) in unit.times() {
        // "install: 06:13:53Z" opens an item; elsewhere the sentence has to speak of JUnit.
        let whole = text.get(..span.start).unwrap_or("");
        let before = tail(whole, 80);
        let opens =
            span.start < 80 && before.trim_end().strip_suffix(':').is_some_and(|name| is_name(name.trim()));
        let Some(found) = BEGAN.as_ref().filter(|_| opens || of_junit).and_then(|p| p.captures(before))
        else {
            continue;
        };
        let Some(tier) = found.get(1) else { continue };
        let runs = runs.get_or_insert_with(|| Runs::of(unit, context));
        let start = whole.len() - before.len() + tier.start();
        let ids = runs.at(&(start..span.end), context);
        let [id] = ids.as_slice() else { continue };
        let tier = tier.as_str();
        let suites = Suites::of(id, Some(tier), context);
        let is_tier =
            context.evidence.runs.get(id).is_some_and(|run| run.tiers.iter().any(|(name, _)| name == tier));
        if suites.list.is_empty() && !is_tier {
            continue;
        }
        let Some((first, last)) = unit.window(&moment) else { continue };
        // With a report gone, another one would come out as the first or the last.
        let fact = suites.missing().unwrap_or_else(|| {
            began(id, tier, &suites.list, (first, last), moment.until_second.is_some(), context)
        });
        let span = start..span.end;
        named.push((span.end, id.clone(), tier.to_owned()));
        let facts = settled(unit, &span, vec![fact]);
        drafts.push(Draft::new(span, format!("suite {id} {tier} {first}"), facts));
    }
    for mention in &unit.mentions {
        let What::Length { seconds, unit: figure } = mention.what else { continue };
        let rest = text.get(mention.span.end..).unwrap_or("");
        let Some((_, id, tier)) = named.iter().rev().find(|(end, ..)| *end <= mention.span.start) else {
            continue;
        };
        if !(rest.starts_with(" from start") || rest.starts_with(" after start")) {
            continue;
        }
        let span = mention.span.start..(mention.span.end + " from start".len()).min(text.len());
        let Some(number) = id.parse().ok() else { continue };
        let suites = Suites::of(id, Some(tier), context);
        let begun = begun(&suites.list, context.evidence.builds.get(&number));
        let fact = match (context.build(number), suites.missing(), begun.first()) {
            (Err(missing), ..) | (_, Some(missing), _) => missing,
            (_, _, None) => no_report(id, tier),
            (Ok(build), None, Some((at, suite))) => from_start(build, tier, *at, suite, seconds, figure),
        };
        let facts = settled(unit, &span, vec![fact]);
        drafts.push(Draft::new(span, format!("suite length {id} {tier} {seconds}"), facts));
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn no_report(id: &str, tier: &str) -> Fact {
    Fact::Missing(format!("no {tier} report of run {id} with a time is in the snapshot"))
}

fn began(
    id: &str,
    tier: &str,
    suites: &[&Suite],
    (first, last): (Timestamp, Timestamp),
    is_range: bool,
    context: &Context<'_>,
) -> Fact {
    let build = id.parse().ok().and_then(|number: u64| context.evidence.builds.get(&number));
    let begun = begun(suites, build);
    let (Some((from, suite)), Some((until, last_suite))) = (begun.first(), begun.last()) else {
        return no_report(id, tier);
    };
    let mut cited = vec![cite(&suite.place, "/@timestamp", &suite.timestamp_raw)];
    if is_range {
        cited.push(cite(&last_suite.place, "/@timestamp", &last_suite.timestamp_raw));
    }
    let words = match is_range && from != until {
        true => format!("{tier} began {}, its last suite {}", clock(*from), clock(*until)),
        false => format!("{tier} began {}", clock(*from)),
    };
    let near = |at: Timestamp, wanted: Timestamp| at.duration_since(wanted).as_secs().abs() <= 2;
    let holds = match is_range {
        true => near(*from, first) && near(*until, last),
        false => *from >= first && *from <= last,
    };
    if holds { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
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

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn suites_of_a_run_in_a_sentence() {
        check(
            "suite-time",
            "JUnit of run 201: install 10:01:40Z (1m40s from start), upgrade 10:02:40Z",
            "+++",
        );
        check("suite-time", "JUnit of run 201: install began 10:01:50Z, custom started 10:05Z", "-+");
        check("suite-time", "JUnit of run 202: backup 10:01:50Z", "?");
        check("suite-time", "Run 201: install 10:09:40Z by the build's clock", "");
    }
}
