//! "No builds since 06:20Z", "3 builds between 05:00Z and 06:00Z", "all builds since 05:38Z green": builds of a span of time.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::build_status::plain;
use super::events::{Named, named};
use super::reading::{COUNT, after, count_of, mentions_from, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::Build;
use crate::report::CheckKind;
use crate::time::{Timestamp, clock};

pub(super) const RULE: Rule = Rule {
    id: "build-count",
    explains: "How many builds began in a span of time, and how they ended, counted over the whole listing.",
    kind: CheckKind::Substance,
    find,
};

static COUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b({COUNT}|all|every)(?: of the)? (?:other |more )?(?:([a-z0-9_-]+) )?(?:builds?|runs?) (?:(?:were|was|are|is|ran|started|began|have run) )?(since|after|between|from)\s+(?:the )?"
    ))
});
static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:are|is|were|was|have|has|:)?\s*(?:all )?(green|red|passed|failed|succeeded|success)\b",
    )
});

/// A span of time that a count is about.
struct Span {
    from: (Timestamp, Timestamp),
    until: Option<(Timestamp, Timestamp)>,
    end: usize,
    given: String,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for found in COUNTED.iter().flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(count), Some(word)) = (found.get(0), found.get(1), found.get(3)) else {
            continue;
        };
        let between = matches!(word.as_str().to_ascii_lowercase().as_str(), "between" | "from");
        let Some(span) = span_of(unit, whole.end(), between, context) else { continue };
        let recipe = found.get(2).map(|word| word.as_str().to_ascii_lowercase());
        let known =
            |name: &String| context.evidence.builds.values().any(|b| b.params.get("RECIPE") == Some(name));
        // "No failed builds" is about something else than "no apple builds".
        if recipe.as_ref().is_some_and(|name| !known(name)) {
            continue;
        }
        let rest = after(unit, span.end);
        let status = STATUS.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1));
        let every = matches!(count.as_str().to_ascii_lowercase().as_str(), "all" | "every");
        let end = status.filter(|_| every).map_or(span.end, |status| span.end + status.end());
        let facts = match (every, status, count_of(count.as_str())) {
            (true, Some(status), _) => {
                ended(&span, recipe.as_deref(), &plain(status.as_str()), unit, context)
            }
            (false, None, Some(count)) => counted(&span, recipe.as_deref(), count, unit, context),
            _ => continue,
        };
        let key =
            format!("builds {} {}", count.as_str(), unit.text(&(whole.start()..end)).to_ascii_lowercase());
        drafts.push(Draft::new(whole.start()..end, key, facts));
    }
}

/// The time or event that begins at byte `at`, and the second one of "between … and …".
fn span_of(unit: &Unit<'_>, at: usize, between: bool, context: &Context<'_>) -> Option<Span> {
    let time = |at: usize, slack: usize| match mentions_from(unit, at).first() {
        Some(Mention { span, what: What::Time(moment) }) if span.start <= at + slack => {
            unit.window(moment).map(|window| (span.clone(), window))
        }
        _ => None,
    };
    if let Some((first, from)) = time(at, 0) {
        if !between {
            return Some(Span { from, until: None, end: first.end, given: String::new() });
        }
        let (second, until) = time(first.end, 6)?;
        let joined = unit.text(&(first.end..second.start)).trim();
        let joined = matches!(joined, "and" | "to" | "until" | "–" | "-");
        return joined.then_some(Span { from, until: Some(until), end: second.end, given: String::new() });
    }
    let words: String =
        after(unit, at).chars().take_while(|c| !matches!(c, '.' | ',' | ';' | ':' | '(')).collect();
    let Some(Named::One(event)) = named(&words, context).filter(|_| !between) else { return None };
    // The event's own words end where the words for the state begin.
    let end = at
        + words.find([' ']).map_or(words.len(), |first| {
            let label = event.label.to_ascii_lowercase();
            let mut end = first;
            for (index, _) in words.match_indices(' ').chain(std::iter::once((words.len(), ""))) {
                let word =
                    words.get(..index).unwrap_or("").rsplit(' ').next().unwrap_or("").to_ascii_lowercase();
                if !label.contains(&word) {
                    break;
                }
                end = index;
            }
            end
        });
    let given = format!(" (given the declared {} ({}))", clock(event.at), event.label);
    Some(Span { from: (event.at, event.at), until: None, end, given })
}

/// The builds of a span, or why they cannot be told: a build at its very edge may be meant or not.
fn builds<'a>(
    span: &Span,
    recipe: Option<&str>,
    unit: &Unit<'_>,
    context: &Context<'a>,
) -> Result<Vec<(&'a Build, Timestamp)>, Fact> {
    if context.evidence.builds_listed.is_empty() {
        return Err(Fact::Missing("the list of builds is not in the snapshot".to_owned()));
    }
    let mut inside = Vec::new();
    for build in context.evidence.builds.values() {
        if recipe.is_some_and(|recipe| build.params.get("RECIPE").is_none_or(|name| name != recipe)) {
            continue;
        }
        let Some(started) = build.started else { continue };
        let edge =
            |(first, last): (Timestamp, Timestamp)| first < last && first <= started && started <= last;
        if edge(span.from) || span.until.is_some_and(edge) {
            let words =
                format!("build {} started {}, at the very edge of that span", build.number, clock(started));
            return Err(Fact::Unclear(words, vec![cite(&build.place, "/started", started)]));
        }
        let by_then = unit.as_of.is_none_or(|at| started <= at);
        let before_end = span.until.map_or(by_then, |(_, last)| started <= last);
        if started > span.from.1 && before_end {
            inside.push((build, started));
        }
    }
    Ok(inside)
}

fn counted(
    span: &Span,
    recipe: Option<&str>,
    said: u64,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Vec<Fact> {
    let builds = match builds(span, recipe, unit, context) {
        Ok(builds) => builds,
        Err(fact) => return vec![fact],
    };
    let mut cited: Vec<_> = builds.iter().map(|(build, at)| cite(&build.place, "/started", at)).collect();
    if cited.is_empty() {
        let listing = context.evidence.builds_listed.values().next();
        cited.extend(listing.map(|place| cite(place, "", "no such build")));
    }
    let list: Vec<String> =
        builds.iter().take(8).map(|(build, at)| format!("#{} {}", build.number, clock(*at))).collect();
    let words = match builds.len() {
        0 => format!("none of {} builds here started then{}", context.evidence.builds.len(), span.given),
        count => format!("{count} started then: {}{}", list.join(", "), span.given),
    };
    let fact = told(builds.len() as u64 == said, words, cited);
    vec![only_commits(fact, span, unit)]
}

fn ended(span: &Span, recipe: Option<&str>, said: &str, unit: &Unit<'_>, context: &Context<'_>) -> Vec<Fact> {
    let builds = match builds(span, recipe, unit, context) {
        Ok(builds) => builds,
        Err(fact) => return vec![fact],
    };
    if builds.is_empty() {
        return vec![Fact::Unclear(format!("no build started then{}", span.given), Vec::new())];
    }
    let facts = builds.iter().map(|(build, started)| {
        let cited = vec![cite(&build.place, "/status", &build.status)];
        let words =
            format!("build {}, started {}: {}{}", build.number, clock(*started), build.status, span.given);
        only_commits(told(plain(&build.status) == said, words, cited), span, unit)
    });
    super::reading::all_agree(facts.collect(), |count| {
        format!("all {count} builds then: {said}{}", span.given)
    })
}

/// Without an end of its own a span ends when the words were committed; where no commit says when, nothing differs.
fn only_commits(fact: Fact, span: &Span, unit: &Unit<'_>) -> Fact {
    let mut facts = [fact];
    if span.until.is_none() {
        super::reading::contradict_only_commits(unit, &mut facts);
    }
    let [fact] = facts;
    fact
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn counts_of_a_span() {
        for (text, expected) in [
            ("No builds since 10:20Z", "+"),
            ("No runs after 10:05Z", "-"),
            ("two builds since the router swap", "+"),
            ("3 builds between 09:30Z and 10:30Z", "-"),
            ("2 apple builds between 09:30Z and 10:30Z", "+"),
            ("No pear builds since 09:30Z", ""),
            ("No builds since 10:12Z", "."),
            ("all builds since 10:05Z red", "+"),
            ("all builds since the router swap are green", "-"),
            ("No builds since lunch", ""),
            ("there should be no builds since 10:05Z", "."),
        ] {
            check("build-count", text, expected);
        }
        check_with("build-count", "No builds since 10:20Z", "?", |evidence| evidence.builds_listed.clear());
    }
}
