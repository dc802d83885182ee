//! "No builds since 06:20Z", "3 builds between 05:00Z and 06:00Z", "so far 6 builds, 3 of them failed: …", "all builds passed": builds of a span of time.

use std::ops::Range;
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
    words: &[" build ", " builds", " run ", " runs"],
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

/// All builds there were when it was written: "so far 6 builds", "6 builds in all".
static SO_FAR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:(?:so far|until now|up to now|to date|in all|in total|altogether)[,:]? ({COUNT}) (?:drone )?(?:builds|runs)|({COUNT}) (?:drone )?builds (?:so far|until now|up to now|to date|in all|in total|overall|altogether))\b"
    ))
});
/// How many of those ended how: ", 3 of them failed".
static OF_THEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)^[,:;]? (?:and )?({COUNT}) (?:of (?:them|these|which) )?(?:were |was |are |have |has )?(red|green|failed|passed|succeeded)\b"
    ))
});

/// A span of time that a count is about.
struct Span {
    from: (Timestamp, Timestamp),
    until: Option<(Timestamp, Timestamp)>,
    end: usize,
    given: String,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    so_far(unit, context, drafts);
    super::build_totals::totals(unit, context, drafts);
    if !unit.has_any(&["since", "after", "between", "from"]) {
        return;
    }
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

/// "So far 6 builds, 3 of them failed: #1, #2, #3": all builds that had begun when this was committed.
fn so_far(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for found in SO_FAR.iter().flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(count)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
            continue;
        };
        let Some(count) = count_of(count.as_str()) else { continue };
        let clause = unit.clause(whole.start());
        // Of one pull request, of a day, since something: a smaller number is meant.
        let before = unit.text(&(clause.start..whole.start()));
        let rest = after(unit, whole.end());
        let narrowed = unit.pulls().any(|(span, _)| clause.contains(&span.start))
            || before.contains(char::is_alphanumeric)
            || [
                " of ", " on ", " for ", " since ", " after ", " with ", " in ", " from ", " today", " that ",
            ]
            .iter()
            .any(|word| rest.starts_with(word));
        if narrowed {
            continue;
        }
        let mut end = whole.end();
        let all = begun(unit, context);
        let mut facts = vec![match &all {
            Err(fact) => fact.clone(),
            Ok(builds) => {
                let cited = builds.iter().map(|(build, at)| cite(&build.place, "/started", at)).collect();
                let words = format!("{} builds had started {}", builds.len(), super::reading::when(unit));
                told(builds.len() as u64 == count, words, cited)
            }
        }];
        if let Some(found) = OF_THEM.as_ref().and_then(|pattern| pattern.captures(rest))
            && let (Some(part), Some(number), Some(word)) = (found.get(0), found.get(1), found.get(2))
            && let (Some(number), Ok(builds)) = (count_of(number.as_str()), &all)
        {
            let said = plain(word.as_str());
            end += part.end();
            let listed = list_behind(unit, end, context);
            let so: Vec<_> = builds.iter().filter(|(build, _)| plain(&build.status) == said).collect();
            let cited = so.iter().map(|(build, _)| cite(&build.place, "/status", &build.status)).collect();
            let words = format!("{} of them: {said}", so.len());
            facts.push(told(so.len() as u64 == number, words, cited));
            for (span, build) in listed {
                end = end.max(span.end);
                facts.push(match context.build(build) {
                    Err(missing) => missing,
                    Ok(build) => {
                        let cited = vec![cite(&build.place, "/status", &build.status)];
                        let words = format!("build {}: {}", build.number, build.status);
                        told(plain(&build.status) == said, words, cited)
                    }
                });
            }
        }
        super::reading::contradict_only_commits(unit, &mut facts);
        let key = format!("builds so far {}", unit.text(&(whole.start()..end)).to_ascii_lowercase());
        drafts.push(Draft::new(whole.start()..end, key, facts));
    }
}

/// The builds that had begun when the words of a unit were written, or why they cannot be told.
pub(super) fn begun<'a>(unit: &Unit<'_>, context: &Context<'a>) -> Result<Vec<(&'a Build, Timestamp)>, Fact> {
    if context.evidence.builds_listed.is_empty() {
        return Err(Fact::Missing("the list of builds is not in the snapshot".to_owned()));
    }
    let unread = context.evidence.builds_listed.keys().find(|n| !context.evidence.builds.contains_key(n));
    if let Some(number) = unread {
        return Err(Fact::Missing(format!("build {number} is listed, but never fetched")));
    }
    let Some(until) = unit.as_of else {
        return Err(Fact::Missing("nothing says when this was written".to_owned()));
    };
    if let Some(build) = context.evidence.builds.values().find(|build| may_have_begun(build, until)) {
        return Err(Fact::Missing(format!("build {} has no start time", build.number)));
    }
    let started = context.evidence.builds.values().filter_map(|build| Some((build, build.started?)));
    Ok(started.filter(|(_, at)| *at <= until).collect())
}

/// Whether a build has no start time and was not made after `until` either.
fn may_have_begun(build: &Build, until: Timestamp) -> bool {
    build.started.is_none() && build.created.is_none_or(|created| created <= until)
}

/// The builds listed right behind a colon or bracket at byte `at`.
fn list_behind(unit: &Unit<'_>, at: usize, context: &Context<'_>) -> Vec<(Range<usize>, u64)> {
    let named = context.named_builds(unit);
    let mut from = at;
    let behind = named.get(named.partition_point(|(span, _)| span.start < at)..).unwrap_or(&[]);
    let listed = behind.iter().take_while(|(span, _)| {
        let between = unit.text(&(from..span.start));
        let first = from == at;
        from = span.end;
        if first {
            matches!(between, ": " | " (" | ": builds " | " (builds " | ", namely ")
        } else {
            matches!(between, ", " | " and " | ", and " | "/" | " + ")
        }
    });
    listed.take(64).cloned().collect()
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
        let last = span.until.map(|(_, last)| last).or(unit.as_of).unwrap_or(Timestamp::MAX);
        if may_have_begun(build, last) {
            return Err(Fact::Missing(format!("build {} has no start time", build.number)));
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
        for text in ["No builds since 10:20Z", "So far 3 builds"] {
            check_with("build-count", text, "?", |evidence| {
                evidence.builds.get_mut(&203).expect("there").started = None;
            });
        }
        check_with("no-runs-as-of", "No runs as of 2030-01-01T07:00Z", "?", |evidence| {
            let build = evidence.builds.get_mut(&203).expect("there");
            (build.started, build.created) = (None, None);
        });
        check("no-runs-as-of", "No runs as of 2030-01-01T07:00Z", "+");
    }

    #[test]
    fn counts_so_far() {
        for (text, expected) in [
            ("So far 3 builds, 2 of them failed: #201, #203", "+"),
            ("So far three builds, two of them red (#201 and #203).", "+"),
            ("3 builds so far, 1 green: #202", "+"),
            ("So far 4 builds.", "-"),
            ("So far 3 builds, 1 of them failed", "-"),
            ("So far 3 builds, 2 of them failed: #201, #202", "-"),
            ("So far 3 builds, 2 of them failed: #201, #299", "?"),
            ("So far 2 builds of PR#4", ""),
            ("So far 2 builds since the swap", "+"),
            ("On PR#4 so far 2 builds", ""),
            ("A plan for so far 9 builds", ""),
        ] {
            check("build-count", text, expected);
        }
        check_with("build-count", "So far 3 builds", "?", |evidence| {
            evidence.builds.remove(&203);
        });
    }
}
