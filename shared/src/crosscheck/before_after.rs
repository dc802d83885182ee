//! "35 min after proxy fix", "pre-proxy": order and distance between machine times and declared events.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::comment_time::{at_odds, comment_in};
use super::events::{Named, named};
use super::reading::mentions_from;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What, length_fits};
use crate::evidence::Place;
use crate::report::CheckKind;
use crate::snapshot::metadata::DeclaredEvent;
use crate::time::{Timestamp, clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "before-after",
    explains: "Whether something came before or after an event, and by how much, is arithmetic over two times.",
    kind: CheckKind::Substance,
    words: &["before", "after", "pre-", "post-"],
    find,
};

static ORDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(before|after)\s+(?:the\s+)?([a-z][a-z0-9/_-]*(?: [a-z0-9/_-]+){0,4})|\b(pre|post)-([a-z]{3,20})").ok()
});

/// Something that happened at a time: a build or a comment.
struct Subject {
    name: String,
    at: Option<Timestamp>,
    cited: (Place, &'static str),
    /// Why it is not as written that it happened, where the words say when.
    at_odds: Option<String>,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(pattern) = ORDER.as_ref() else { return };
    let builds = context.named_builds(unit);
    for found in pattern.captures_iter(unit.words()) {
        let Some(whole) = found.get(0).map(|whole| until_at(unit.words(), whole.range())) else { continue };
        let group = |n: usize| found.get(n).map(|g| g.as_str().to_ascii_lowercase());
        let (Some(word), Some(about)) = (group(1).or_else(|| group(3)), group(2).or_else(|| group(4))) else {
            continue;
        };
        let Some(named) = named(&about, context) else { continue };
        let (Named::One(event) | Named::Perhaps(event)) = named;
        let before = unit.clause_before(whole.start).to_ascii_lowercase();
        let before = before.as_str();
        if before.contains("not ") || before.trim_end().ends_with("no") {
            continue;
        }
        let subjects = subjects(unit, whole.clone(), builds, context);
        let subjects = match subjects {
            Ok(subjects) if subjects.is_empty() => continue,
            other => other,
        };
        let is_before = word == "before" || word == "pre";
        let length = length_before(unit, whole.start);
        let written = match mentions_from(unit, whole.end).first() {
            Some(Mention { span, what: What::Time(moment) }) if span.start <= whole.end + 4 => {
                Some((span, *moment))
            }
            _ => None,
        };
        // A day or another time right behind the event names another one.
        let other_day = match mentions_from(unit, whole.end).first() {
            Some(Mention { span, what: What::Day(day) }) if span.start <= whole.end + 5 => {
                event.at.to_zoned(jiff::tz::TimeZone::UTC).date() != *day
            }
            _ => false,
        };
        let mut span = whole;
        if let Some((at, _, _)) = &length {
            span.start = at.start;
        }
        let mut facts = Vec::new();
        let mut names = Vec::new();
        if let Some((at, moment)) = written {
            span.end = at.end;
            let day_behind = match mentions_from(unit, at.end).first() {
                Some(Mention { span, what: What::Day(day) }) if span.start < at.end + 5 => Some(*day),
                _ => None,
            };
            facts.extend(event_time(moment.window(day_behind.or(unit.day)), event));
        } else {
            span.end = span.start + unit.text(&span).trim_end().len();
        }
        let mut in_order = false;
        match subjects {
            Err(missing) => facts.push(missing),
            Ok(subjects) => {
                in_order = subjects.iter().all(|s| s.at.is_some_and(|at| (at < event.at) == is_before));
                names.extend(subjects.iter().map(|subject| subject.name.clone()));
                let judged =
                    subjects.iter().map(|subject| judge(subject, event, is_before, length.as_ref(), context));
                facts.extend(summary(judged.collect(), &subjects, event, context));
            }
        }
        if matches!(named, Named::Perhaps(_)) || other_day {
            let words =
                format!("whether the declared {} at {} is meant is not plain", event.label, clock(event.at));
            facts = vec![Fact::Unclear(words, Vec::new())];
        }
        // Another event is meant: nothing that follows from this one is compared.
        if facts.iter().any(|fact| matches!(fact, Fact::Unclear(..))) {
            facts.retain(|fact| matches!(fact, Fact::Unclear(..)));
        }
        let distance = length.map_or(0, |(_, seconds, _)| seconds);
        let key = format!("order {names:?} {is_before} {} {distance}", event.label);
        let mut draft = Draft::new(span, key, facts);
        // Where all came in the order that is said, only the length is written down wrong.
        draft.kind = in_order.then_some(CheckKind::Record);
        drafts.push(draft);
    }
}

/// The builds or the comment that the words are about.
fn subjects(
    unit: &Unit<'_>,
    words: Range<usize>,
    named: &[(Range<usize>, u64)],
    context: &Context<'_>,
) -> Result<Vec<Subject>, Fact> {
    let clause = unit.clause(words.start);
    let within = |range: Range<usize>| -> Vec<u64> {
        let from = named.partition_point(|(span, _)| span.start < range.start);
        let until = named.partition_point(|(span, _)| span.start < range.end);
        named.get(from..until).unwrap_or(&[]).iter().map(|(_, number)| *number).collect()
    };
    let (before, after) = (within(clause.start..words.start), within(words.start..clause.end));
    let adjacent = unit.text(&words).starts_with(['p', 'P']);
    let mut numbers = before;
    // "Run 12 has level 4 and #11 started before …" speaks of 11.
    if let Some((last, _)) =
        named.get(..named.partition_point(|(span, _)| span.start < words.start)).and_then(<[_]>::last)
        && !numbers.is_empty()
    {
        let between = unit.text(&(last.end..words.start)).to_ascii_lowercase();
        let together = between
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(word, "both" | "all" | "each" | "every" | "they" | "these"));
        let list = context.list_ending_at(unit, last);
        if !together && list.len() < numbers.len() {
            numbers = list;
        }
    }
    if numbers.is_empty() && adjacent {
        numbers = after;
    }
    if numbers.is_empty() {
        if let Some(comment) = comment_in(unit, context) {
            let comment = comment?;
            return Ok(vec![Subject {
                name: format!("comment by {}", comment.author),
                at: comment.created_at,
                cited: (comment.place.clone(), "/created_at"),
                at_odds: at_odds(comment, unit),
            }]);
        }
        if !adjacent {
            numbers = context.builds_at(unit, words.start);
        }
    }
    // A closing bracket after one number speaks of that one: "#612 (post-proxy)".
    if adjacent && unit.words()[..words.start].ends_with('(') {
        numbers = numbers.split_off(numbers.len().saturating_sub(1));
    }
    let ended = speaks_of_end(unit.text(&(clause.start..words.start)));
    let subject = |number: u64| {
        let build = context.build(number)?;
        let (name, at, pointer) = match ended {
            true => (format!("the end of build {number}"), build.finished, "/finished"),
            false => (format!("build {number}"), build.started, "/started"),
        };
        Ok(Subject { name, at, cited: (build.place.clone(), pointer), at_odds: None })
    };
    numbers.into_iter().map(subject).collect()
}

/// "#12 finished 81 min before …": the last deed told is the end.
fn speaks_of_end(before: &str) -> bool {
    let mut words = before.split(|c: char| !c.is_alphanumeric()).rev();
    let deed = words.find_map(|word| match word.to_ascii_lowercase().as_str() {
        "finished" | "ended" | "completed" | "done" => Some(true),
        "started" | "began" | "ran" | "begun" | "created" => Some(false),
        _ => None,
    });
    deed.unwrap_or(false)
}

/// `84 min` right before the words, with its span and slack.
fn length_before(unit: &Unit<'_>, at: usize) -> Option<(Range<usize>, i64, i64)> {
    let last = unit.mentions.partition_point(|mention| mention.span.end <= at).checked_sub(1)?;
    let mention = unit.mentions.get(last)?;
    match mention.what {
        What::Length { seconds, unit: figure } if unit.text(&(mention.span.end..at)).trim().is_empty() => {
            Some((mention.span.clone(), seconds, figure))
        }
        _ => None,
    }
}

/// The document's own time for the event, against the declared one.
fn event_time(window: Option<(Timestamp, Timestamp)>, event: &DeclaredEvent) -> Option<Fact> {
    let (first, last) = window?;
    let words = format!("the only declared event like it is {} at {}", event.label, clock(event.at));
    (event.at < first || event.at > last).then(|| Fact::Unclear(words, Vec::new()))
}

fn judge(
    subject: &Subject,
    event: &DeclaredEvent,
    is_before: bool,
    length: Option<&(Range<usize>, i64, i64)>,
    context: &Context<'_>,
) -> Fact {
    let name = &subject.name;
    let Some(at) = subject.at else {
        return Fact::Missing(format!("{name} has no time"));
    };
    let after_seconds = at.duration_since(event.at).as_secs();
    let (given, support) = context.given(event);
    let (place, pointer) = &subject.cited;
    let mut cited = vec![cite(place, pointer, at)];
    cited.extend(support);
    let words = format!(
        "{name}: {}, {} {} {} ({given})",
        clock(at),
        human_length(after_seconds),
        if after_seconds < 0 { "before" } else { "after" },
        clock(event.at)
    );
    if let Some(why) = &subject.at_odds {
        return Fact::Differs(format!("{why}; {words}"), cited);
    }
    let ordered = (after_seconds < 0) == is_before;
    let close = length.is_none_or(|(_, seconds, unit)| length_fits(after_seconds.abs(), *seconds, *unit));
    if ordered && close { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}

/// The phrase without a trailing " at …" or " on …", whose time or day is read apart.
fn until_at(text: &str, phrase: Range<usize>) -> Range<usize> {
    let words = text.get(phrase.clone()).unwrap_or("");
    let inside = [" at ", " on "].iter().filter_map(|mark| words.find(mark)).min();
    let end = inside.or_else(|| (words.ends_with(" at") || words.ends_with(" on")).then(|| words.len() - 3));
    let end = end.unwrap_or(words.len());
    phrase.start..phrase.start + words.get(..end).unwrap_or(words).trim_end().len()
}

/// Several that all agree are told in one sentence, by the one that is nearest to the event.
fn summary(
    facts: Vec<Fact>,
    subjects: &[Subject],
    event: &DeclaredEvent,
    context: &Context<'_>,
) -> Vec<Fact> {
    let all_agree = facts.iter().all(|fact| matches!(fact, Fact::Agrees(..)));
    let nearest = subjects
        .iter()
        .filter_map(|subject| Some((subject.at?.duration_since(event.at).as_secs(), subject)))
        .min_by_key(|(seconds, _)| seconds.abs());
    let (true, Some((seconds, nearest)), 2..) = (all_agree, nearest, facts.len()) else { return facts };
    let cited = facts.into_iter().flat_map(|fact| match fact {
        Fact::Agrees(_, cited) => cited,
        _ => Vec::new(),
    });
    let order = if seconds < 0 { "before" } else { "after" };
    let words = format!(
        "all {} came {order} {}; the nearest, {}, by {} ({})",
        subjects.len(),
        clock(event.at),
        nearest.name,
        human_length(seconds),
        context.given(event).0
    );
    vec![Fact::Agrees(words, cited.collect())]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with, judged_with};
    use crate::report::CheckKind;

    #[test]
    fn events_by_their_own_words() {
        for (text, expected) in [
            ("Build 202 ran after the router swap", "+"),
            ("Build 202 ran 30 min after the router swap at 09:30Z", "+"),
            ("Build 201 ran after the router swap", "-"),
            ("Build 202 is post-router, 203 post-mirror", "++"),
            ("Build 202 ran after the router restart", "."),
            ("Build 202 ran after the router outage", "."),
            ("Build 202 ran after the router swap on 2030-01-01", "."),
            ("Build 202 ran after the router was swapped at 09:50Z", "."),
            ("Build 202 ran after lunch", ""),
            ("Build 201 has level 4 and #202 started after the router swap", "+"),
            ("Only #202 started after the router swap", "."),
            ("#202 was the first build after the router swap", "."),
            ("#201 was the first build after the router swap", "-"),
            ("#201 failed, the first build after the router swap was 202", "."),
            ("All builds apart from #201 are post-router", "."),
            ("All three builds but #201 began after the router swap", "."),
            ("Build 299 ran after the router swap", "?"),
            ("Build 202 should have run after the router swap", "."),
        ] {
            check("before-after", text, expected);
        }
    }

    #[test]
    fn a_wrong_length_is_a_slip_of_the_record_and_a_wrong_order_is_not() {
        for (text, kind) in [
            ("Build 202 ran 50 min after the router swap", CheckKind::Record),
            ("Build 201 ran 50 min after the router swap", CheckKind::Substance),
            ("Build 201 ran after the router swap", CheckKind::Substance),
        ] {
            let checks = judged_with(text, |_| {});
            let kinds: Vec<_> = checks.iter().filter(|c| c.rule == "before-after").map(|c| c.kind).collect();
            assert_eq!(kinds, [kind], "{text}");
        }
    }

    #[test]
    fn a_comment_that_was_written_at_another_time() {
        let text = "PR#4: `@bot [09:59:48Z]: !testme`, after the router swap";
        check("before-after", text, "+");
        check_with("before-after", text, "-", |evidence| {
            let pull = evidence.pulls.get_mut(&4).expect("there");
            pull.comments[0].created_at = "2030-01-02T10:59:48Z".parse().ok();
        });
        check_with("before-after", text, "?", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").comments.clear();
        });
    }

    #[test]
    fn a_label_supposes_nothing() {
        check("before-after", "First claim: #201, started after the router swap, success", "-");
        check("before-after", "The claim that #201 started after the router swap", ".");
    }
}
