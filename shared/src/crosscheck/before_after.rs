//! "35 min after proxy fix", "pre-proxy": order and distance between machine times and declared events.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::evidence::Place;
use crate::report::CheckKind;
use crate::snapshot::metadata::DeclaredEvent;
use crate::time::{Timestamp, clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "before-after",
    explains: "Whether something came before or after an event, and by how much, is arithmetic over two times.",
    kind: CheckKind::Substance,
    find,
};

static ORDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(before|after)\s+(?:the\s+)?([a-z][a-z0-9 /_-]{2,40})|\b(pre|post)-([a-z]{3,20})").ok()
});

/// Something that happened at a time: a build or a comment.
struct Subject {
    name: String,
    at: Option<Timestamp>,
    cited: (Place, &'static str),
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(pattern) = ORDER.as_ref() else { return };
    for found in pattern.captures_iter(unit.words()) {
        let Some(whole) = found.get(0) else { continue };
        let group = |n: usize| found.get(n).map(|g| g.as_str().to_ascii_lowercase());
        let (Some(word), Some(about)) = (group(1).or_else(|| group(3)), group(2).or_else(|| group(4))) else {
            continue;
        };
        let Some(event) = context.event(&about) else { continue };
        let before = unit.clause_before(whole.start()).to_ascii_lowercase();
        if before.contains("not ") || before.trim_end().ends_with("no") {
            continue;
        }
        let subjects = subjects(unit, whole.range(), context);
        let subjects = match subjects {
            Ok(subjects) if subjects.is_empty() => continue,
            other => other,
        };
        let is_before = word == "before" || word == "pre";
        let length = length_before(unit, whole.start());
        let written = unit.times().find(|(span, _)| span.start >= whole.end() && span.start <= whole.end() + 4);
        let mut span = whole.range();
        if let Some((at, _, _)) = &length {
            span.start = at.start;
        }
        let mut facts = Vec::new();
        let mut names = Vec::new();
        if let Some((at, moment)) = written {
            span.end = at.end;
            facts.extend(event_time(unit, moment.window(unit.day), event));
        } else {
            span.end = span.start + unit.text(&span).trim_end().len();
        }
        match subjects {
            Err(missing) => facts.push(missing),
            Ok(subjects) => {
                for subject in subjects {
                    names.push(subject.name.clone());
                    facts.extend(judge(&subject, event, is_before, length.as_ref(), context));
                }
            }
        }
        let distance = length.map_or(0, |(_, seconds, _)| seconds);
        drafts.push(Draft::new(span, format!("order {names:?} {is_before} {} {distance}", event.label), facts));
    }
}

/// The builds or the comment that the words are about.
fn subjects(unit: &Unit<'_>, words: Range<usize>, context: &Context<'_>) -> Result<Vec<Subject>, Fact> {
    let named = context.named_builds(unit);
    let clause = unit.clause(words.start);
    let before: Vec<u64> = named.iter().filter(|(s, _)| clause.contains(&s.start) && s.start < words.start).map(|(_, n)| *n).collect();
    let after: Vec<u64> = named.iter().filter(|(s, _)| clause.contains(&s.start) && s.start > words.start).map(|(_, n)| *n).collect();
    let adjacent = unit.text(&words).starts_with(['p', 'P']);
    let mut numbers = before;
    if numbers.is_empty() && adjacent {
        numbers = after;
    }
    if numbers.is_empty() {
        if let Some(comment) = super::comment_time::comment_in(unit, context) {
            let comment = comment?;
            return Ok(vec![Subject {
                name: format!("comment by {}", comment.author),
                at: comment.created_at,
                cited: (comment.place.clone(), "/created_at"),
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
    let subject = |number: u64| {
        let build = context.build(number)?;
        Ok(Subject { name: format!("build {number}"), at: build.started, cited: (build.place.clone(), "/started") })
    };
    numbers.into_iter().map(subject).collect()
}

/// `84 min` right before the words, with its span and slack.
fn length_before(unit: &Unit<'_>, at: usize) -> Option<(Range<usize>, i64, i64)> {
    unit.mentions.iter().find_map(|mention| match mention.what {
        What::Length { seconds, slack } if mention.span.end <= at && unit.text(&(mention.span.end..at)).trim().is_empty() => {
            Some((mention.span.clone(), seconds, slack))
        }
        _ => None,
    })
}

/// The document's own time for the event, against the declared one.
fn event_time(unit: &Unit<'_>, window: Option<(Timestamp, Timestamp)>, event: &DeclaredEvent) -> Option<Fact> {
    let (first, last) = window?;
    let (first, last) = match unit.mentions.iter().find_map(|m| match m.what {
        What::Day(day) => Some(day),
        _ => None,
    }) {
        // "at 05:38Z on 2026-06-13": the day behind the time wins over the heading's.
        Some(day) => unit.times().find_map(|(_, moment)| moment.date.is_none().then(|| moment.window(Some(day))))??,
        None => (first, last),
    };
    (event.at < first || event.at > last)
        .then(|| Fact::Differs(format!("the packer declared {} at {}", event.label, clock(event.at)), Vec::new()))
}

fn judge(
    subject: &Subject,
    event: &DeclaredEvent,
    is_before: bool,
    length: Option<&(Range<usize>, i64, i64)>,
    context: &Context<'_>,
) -> Vec<Fact> {
    let name = &subject.name;
    let Some(at) = subject.at else {
        return vec![Fact::Missing(format!("{name} has no start time"))];
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
    let ordered = (after_seconds < 0) == is_before;
    let close = length.is_none_or(|(_, seconds, slack)| (after_seconds.abs() - seconds).abs() <= *slack);
    vec![if ordered && close { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }]
}
