//! "`!testme` at 06:12:48Z started build #612": the comment that asked for a build, and how soon the build was made.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::comment_time::cite_comments;
use super::reading::{after, before, is_login, pattern};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, Moment, What, length_fits};
use crate::evidence::{Build, Comment};
use crate::report::CheckKind;
use crate::time::{clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "trigger",
    explains: "A comment that started a build came before it, and the build followed within the poll interval.",
    kind: CheckKind::Substance,
    words: &["comment", "!test"],
    find,
};

/// Comments are polled once a minute.
const POLL_SECONDS: i64 = 60;
/// A slow poll and two clocks.
const AT_MOST_SECONDS: i64 = 300;

/// Before the build: what the comment did.
static STARTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:started|triggered|kicked off|launched|starts|triggers|caused|produced|led to|gave)|→|->)\s+(?:drone\s+)?(?:builds?\s+|run\s+)?$",
    )
});
/// Before the build: how long before it the comment was written.
static AHEAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\s(?:before|ahead of)\s+(?:the )?(?:drone\s+)?(?:builds?\s+|run\s+)?$"));
/// Behind the build: which of its times is meant.
static MOMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)^ (?:was |got )?(created|queued|made|started|began|ran)\b"));
/// Behind the build: what it was started by.
static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:was|is|got)?\s*(?:triggered|started|kicked off|launched) by\s+(?:(?:that|this|the|a|an)\s+)?(?:[^.;#]{0,40}\bcomment\b|!test[a-z]+)",
    )
});
static ASKED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"!test[a-z]+(?: --[a-z]+)*"));
static AUTHOR: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)(?:@([A-Za-z0-9][A-Za-z0-9._-]*)|\bby ([A-Za-z0-9][A-Za-z0-9._-]*))"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, number) in context.named_builds(unit).iter().map(|(span, number)| (span, *number)) {
        let clause = unit.clause(span.start);
        let lead = before(unit, span.start);
        let active = STARTED.as_ref().and_then(|pattern| pattern.find(lead));
        let passive = BY.as_ref().and_then(|pattern| pattern.find(after(unit, span.end)));
        let ahead = ahead(unit, span.start, lead);
        let active = active.map(|verb| verb.start()).or(ahead.as_ref().map(|ahead| ahead.at));
        let words = match (active, passive) {
            (Some(verb), _) => clause.start..span.start - (lead.len() - verb),
            (None, Some(by)) => span.end..clause.end.max(span.end + by.end()),
            (None, None) => continue,
        };
        let text = super::reading::tail(unit.text(&words), 200);
        let body =
            ASKED.as_ref().and_then(|pattern| pattern.find_iter(text).last()).map(|found| found.as_str());
        let times = unit.mentions.get(
            unit.mentions.partition_point(|m| m.span.start < words.start)
                ..unit.mentions.partition_point(|m| m.span.start < words.end),
        );
        let time = times.unwrap_or(&[]).iter().rev().find_map(|mention| match mention {
            Mention { span, what: What::Time(moment) } => Some((span.clone(), *moment)),
            _ => None,
        });
        // Any comment may have been written shortly before a build.
        if body.is_none() && ahead.is_some() {
            continue;
        }
        if body.is_none() && !text.to_ascii_lowercase().contains("comment") {
            continue;
        }
        let from = words.end - text.len();
        let author = AUTHOR.as_ref().and_then(|pattern| {
            let found = pattern.captures(text)?;
            let name = found.get(1).or_else(|| found.get(2))?;
            let name = from + name.start()..from + name.end();
            is_login(unit, &name, context).then_some(name)
        });
        let start = match (active, body) {
            (Some(_), Some(body)) => from + text.rfind(body).unwrap_or(0),
            _ => span.start,
        };
        let mut end = if active.is_some() { span.end } else { span.end + passive.map_or(0, |by| by.end()) };
        let mut distance = None;
        if let Some(ahead) = ahead {
            let moment = MOMENT.as_ref().and_then(|pattern| pattern.captures(after(unit, span.end)));
            let moment = moment.and_then(|found| found.get(1));
            end += moment.map_or(0, |word| word.end());
            let which = moment.map(|word| match word.as_str().to_ascii_lowercase().as_str() {
                "created" | "queued" | "made" => Moments::Created,
                _ => Moments::Started,
            });
            distance = Some((ahead.seconds, ahead.figure, which));
        }
        let asked = Asked { body: body.unwrap_or("!testme"), time, author, distance };
        let (fact, off) = fact(number, &asked, unit, context);
        let key = format!("trigger {number} {} {:?}", asked.body, asked.distance.map(|(s, _, _)| s));
        let mut draft = Draft::new(start.min(span.start)..end, key, vec![fact]);
        draft.kind = off.then_some(CheckKind::Record);
        drafts.push(draft);
    }
}

/// How long before a build something is said to have been.
struct Ahead {
    /// Where in the words before the build that is said.
    at: usize,
    seconds: i64,
    figure: i64,
}

/// A length and "before" right before the build at byte `build`, which `lead` leads up to.
fn ahead(unit: &Unit<'_>, build: usize, lead: &str) -> Option<Ahead> {
    let word = AHEAD.as_ref()?.find(lead)?;
    let at = build - (lead.len() - word.start());
    let last = unit.mentions.partition_point(|mention| mention.span.end <= at).checked_sub(1)?;
    match unit.mentions.get(last)? {
        Mention { span, what: What::Length { seconds, unit: figure } } if span.end == at => {
            let begin = lead.len().checked_sub(build - span.start)?;
            Some(Ahead { at: begin, seconds: *seconds, figure: *figure })
        }
        _ => None,
    }
}

/// Which time of a build is meant.
#[derive(Clone, Copy, PartialEq)]
enum Moments {
    Created,
    Started,
}

/// What is said of the comment.
struct Asked<'a> {
    body: &'a str,
    time: Option<(Range<usize>, Moment)>,
    author: Option<Range<usize>>,
    /// How long before the build: seconds, what the last figure is worth, before which of its times.
    distance: Option<(i64, i64, Option<Moments>)>,
}

/// What the evidence says of it, and whether nothing but the length that is said does not fit.
fn fact(number: u64, asked: &Asked<'_>, unit: &Unit<'_>, context: &Context<'_>) -> (Fact, bool) {
    let told = started_by(number, asked, unit, context);
    let (Fact::Agrees(words, cited), Some((said, figure, which))) = (&told, asked.distance) else {
        return (told, false);
    };
    let (Ok(build), Some(comment)) = (context.build(number), cited.get(1)) else { return (told, false) };
    let written: Option<crate::time::Timestamp> = comment.value.parse().ok();
    let times = [
        (build.created, "/created", "was created", Moments::Created),
        (build.started, "/started", "started", Moments::Started),
    ];
    let asked: Vec<_> = times
        .into_iter()
        .filter(|(_, _, _, kind)| which.is_none_or(|which| which == *kind))
        .filter_map(|(at, pointer, word, _)| {
            at.zip(written).map(|(at, from)| (at, at.duration_since(from).as_secs(), pointer, word))
        })
        .collect();
    let fits = asked.iter().find(|(_, seconds, _, _)| length_fits(*seconds, said, figure));
    let Some((at, seconds, pointer, word)) = fits.or(asked.last()) else {
        return (Fact::Missing(format!("build {number} has no such time")), false);
    };
    let mut cited = cited.clone();
    let of_build = cite(&build.place, pointer, at);
    if !cited.contains(&of_build) {
        cited.push(of_build);
    }
    if fits.is_some() {
        let words =
            format!("{words}; it {word} {}, {} after the comment", clock(*at), human_length(*seconds));
        (Fact::Agrees(words, cited), false)
    } else {
        let words =
            format!("build {number} {word} {}, {} after the comment", clock(*at), human_length(*seconds));
        (Fact::Differs(words, cited), *seconds >= 0)
    }
}

fn started_by(number: u64, asked: &Asked<'_>, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let Some((began, pointer, word)) = began(build, asked) else {
        return Fact::Missing(format!("build {number} has no start time"));
    };
    let pulls: Vec<_> = match context.pull_of(unit) {
        Some(pull) => match context.pull(pull) {
            Ok(pull) => vec![pull],
            Err(missing) => return missing,
        },
        None => context.evidence.pulls.values().collect(),
    };
    if pulls.is_empty() || !pulls.iter().all(|pull| pull.comments_fetched) {
        return Fact::Missing("the comments that may have started it are not in the snapshot".to_owned());
    }
    let window = asked.time.as_ref().and_then(|(_, moment)| unit.window(moment));
    let same_body = |comment: &&Comment| comment.body.trim() == asked.body;
    let at_time = |comment: &&Comment| match (window, comment.created_at) {
        (None, created) => created.is_some_and(|created| created <= began),
        (Some((first, last)), Some(created)) => first <= created && created <= last,
        _ => false,
    };
    let comments = || pulls.iter().flat_map(|pull| &pull.comments).filter(same_body);
    let latest = comments().filter(at_time).max_by_key(|comment| comment.created_at);
    // A time without a day may be one of the build's own day, whatever the heading says.
    let undated = asked.time.as_ref().map(|(_, moment)| moment).filter(|moment| moment.date.is_none());
    let on_day_of = |at: crate::time::Timestamp, comment: &&Comment| {
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let window = undated.and_then(|moment| moment.window(Some(day)));
        window.zip(comment.created_at).is_some_and(|((first, last), at)| first <= at && at <= last)
    };
    let latest = latest.or_else(|| comments().find(|comment| on_day_of(began, comment)));
    if latest.is_none() && comments().any(|c| c.created_at.is_some_and(|at| on_day_of(at, &c))) {
        let words = format!("“{}” was written at that time, but on another day", asked.body);
        return Fact::Unclear(words, Vec::new());
    }
    let Some(comment) = latest else {
        let cited: Vec<_> = match comments().next() {
            Some(_) => {
                comments().filter_map(|c| c.created_at.map(|at| cite(&c.place, "/created_at", at))).collect()
            }
            None => pulls.iter().flat_map(|pull| cite_comments(pull, std::iter::empty())).collect(),
        };
        let times: Vec<String> = comments().filter_map(|comment| comment.created_at).map(clock).collect();
        return match times.as_slice() {
            [] => Fact::Differs(format!("no comment says exactly “{}”", asked.body), cited),
            times => {
                let words = format!(
                    "“{}” was written {}, build {number} {word} {}",
                    asked.body,
                    times.join(", "),
                    clock(began)
                );
                Fact::Differs(words, cited)
            }
        };
    };
    let Some(created) = comment.created_at else {
        return Fact::Missing("that comment has no time".to_owned());
    };
    let mut cited = vec![
        cite(&comment.place, "/body", comment.body.trim()),
        cite(&comment.place, "/created_at", created),
        cite(&build.place, pointer, began),
    ];
    let distance = began.duration_since(created).as_secs();
    let words = format!(
        "{} wrote “{}” at {}, build {number} {word} {}, {} {}",
        comment.author,
        asked.body,
        clock(created),
        clock(began),
        human_length(distance),
        if distance < 0 { "before it" } else { "later" }
    );
    if let Some(name) = &asked.author {
        cited.push(cite(&comment.place, "/user/login", &comment.author));
        if unit.text(name) != comment.author {
            return Fact::Differs(words, cited);
        }
    }
    match distance {
        ..0 => Fact::Differs(words, cited),
        // How long before it is all that is said, not that the build came of it.
        0.. if asked.distance.is_some() => Fact::Agrees(words, cited),
        distance if distance <= POLL_SECONDS => {
            Fact::Agrees(format!("{words}, within the poll interval of 60 s"), cited)
        }
        distance if distance <= AT_MOST_SECONDS => {
            Fact::Agrees(format!("{words}, within 5 min of polling"), cited)
        }
        _ => Fact::Differs(format!("{words}; polling takes 5 min at most"), cited),
    }
}

/// When the build was asked for, or began: what is said of its start has nothing to do with when it was asked for.
fn began(build: &Build, asked: &Asked<'_>) -> Option<(crate::time::Timestamp, &'static str, &'static str)> {
    let of_start = asked.distance.is_some_and(|(_, _, which)| which == Some(Moments::Started));
    let created = build.created.filter(|_| !of_start).map(|at| (at, "/created", "was created"));
    created.or_else(|| build.started.map(|at| (at, "/started", "started")))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn comments_that_start_builds() {
        for (text, expected) in [
            ("`!testme` on PR#4 at 09:59:48Z started build #202", "+"),
            ("`!testme` by @bot at 09:59:48Z triggered #202", "+"),
            ("`!testme` by @olga at 09:59:48Z triggered #202", "-"),
            ("build #202 was triggered by the `!testme` comment", "+"),
            ("build #203 was triggered by that comment", "-"),
            ("`!testme` at 09:59:48Z → build #203", "-"),
            ("`!testme` at 09:50Z started build #202", "-"),
            ("`!testme --quick` started build #202", "-"),
            ("`!testme` started build #299", "?"),
            ("the fix started build #202", ""),
            ("`!testme` on PR#4 at 09:59:48Z, 12 s before build #202 started", "+"),
            ("`!testme` on PR#4 at 09:59:48Z by `@bot`, 12 seconds before #202", "+"),
            ("`!testme` on PR#4 at 09:59:48Z, 52 s before build #202 began", "-"),
            ("`!testme` on PR#4 at 09:59:48Z by `@olga`, 12 s before build #202 started", "-"),
            ("`!testme` on PR#4 came 12 s before build #299", "?"),
            ("`!testme` on PR#4 at 09:59:48Z, 12 min before build #203", "+"),
            ("the comment came 12 s before build #202", ""),
            ("the outage came 12 s before build #202", ""),
            ("if `!testme` started build #202", "."),
        ] {
            check("trigger", text, expected);
        }
        for (text, expected) in [
            ("`!testme` on PR#4 at 09:59:48Z, 12 s before build #202 started", "+"),
            ("`!testme` on PR#4 at 09:59:48Z, 12 s before build #202 was created", "-"),
        ] {
            check_with("trigger", text, expected, |evidence| {
                let build = evidence.builds.get_mut(&202).expect("there");
                build.created = "2030-01-02T09:55:00Z".parse().ok();
            });
        }
        check_with("trigger", "`!testme` started build #202", "?", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").comments_fetched = false;
        });
    }
}
