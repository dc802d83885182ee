//! All times of a phase moved by a constant: in documents, answers, reports and history.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use dossier_shared::report::Report;
use jiff::ToSpan;
use jiff::civil::Date;
use regex::{Captures, Regex};
use serde_json::Value;

use super::rewrite::{Phase, Rewrite, Spot};
use super::value::{moved, moved_clock};

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<instant>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?)|(?P<date>\d{4}-\d{2}-\d{2})",
        r"|(?P<clock>\d{2}:\d{2}(?::\d{2})?)|(?P<epoch>1[5-9]\d{8})|(?P<day>\d{2}-\d{2})"
    ))
    .expect("a pattern")
});

/// Behind an instant, `+02:00` is its zone.
static ZONED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?[+-]$").expect("a pattern"));

const DAY: i64 = 86_400;

/// Moves every time by so many seconds.
pub(crate) struct Shift {
    seconds: i64,
    /// Days of the phase as `06-13`, which documents write without a year, with their year.
    days: BTreeSet<Date>,
}

impl Shift {
    pub(crate) fn new(phase: &Phase, seconds: i64) -> Shift {
        Shift { seconds, days: days(phase) }
    }

    fn date(&self, text: &str) -> Option<String> {
        let date = text.parse::<Date>().ok()?.checked_add((self.seconds / DAY).days()).ok()?;
        Some(date.strftime("%Y-%m-%d").to_string())
    }

    /// `06-13` of a day that the phase has.
    fn day(&self, text: &str) -> Option<String> {
        let day = self.days.iter().find(|day| day.strftime("%m-%d").to_string() == text)?;
        let date = day.checked_add((self.seconds / DAY).days()).ok()?;
        Some(date.strftime("%m-%d").to_string())
    }

    /// The instants that would come to lie on another day.
    pub(crate) fn splits(&self, phase: &Phase) -> Option<String> {
        let crosses = |second_of_day: i64| !(0..DAY).contains(&(second_of_day + self.seconds));
        let report = phase.report();
        let days = document_days(phase);
        let instants = report.timeline.iter().flat_map(|item| [Some(item.at), item.until]).flatten();
        let commits = report.gates.iter().flat_map(|gate| gate.history.iter().filter_map(|event| event.at));
        let machine = instants.chain(commits).find(|at| {
            let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
            days.contains(&date) && crosses(at.as_second().rem_euclid(DAY))
        });
        let written = documents(phase).flat_map(|text| {
            let clocks = TIME.captures_iter(text).filter(|found| stands_alone(text, found));
            clocks.filter_map(|found| {
                let clock = found.name("clock").map(|clock| clock.as_str().to_owned());
                clock.or_else(|| Some(found.name("instant")?.as_str().get(11..)?.to_owned()))
            })
        });
        let mut written = written.filter(|clock| {
            let minutes = clock.get(..2).zip(clock.get(3..5)).and_then(|(hour, minute)| {
                Some(hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?)
            });
            minutes.is_some_and(|minutes| crosses(minutes * 60))
        });
        machine.map(|at| at.to_string()).or_else(|| written.next())
    }
}

impl Rewrite for Shift {
    fn text(&self, text: &str, spot: &Spot<'_>) -> String {
        let moves_days = self.seconds % DAY == 0;
        let replace = |found: &Captures<'_>| {
            let whole = &found[0];
            if !stands_alone(text, found) {
                return whole.to_owned();
            }
            let other = if found.name("instant").is_some() {
                Some(moved(whole, self.seconds))
            } else if found.name("date").is_some() {
                self.date(whole)
            } else if found.name("clock").is_some() {
                moved_clock(whole, self.seconds)
            } else if found.name("epoch").is_some() {
                whole.parse::<i64>().ok().map(|epoch| (epoch + self.seconds).to_string())
            } else if moves_days && spot.is_document {
                self.day(whole)
            } else {
                None
            };
            other.unwrap_or_else(|| whole.to_owned())
        };
        TIME.replace_all(text, replace).into_owned()
    }

    fn number(&self, number: &serde_json::Number, _spot: &Spot<'_>) -> Value {
        const EPOCHS: std::ops::Range<i64> = 1_500_000_000..2_000_000_000;
        if let Some(whole) = number.as_i64() {
            return match whole {
                _ if EPOCHS.contains(&whole) => Value::from(whole + self.seconds),
                _ if EPOCHS.contains(&(whole / 1000)) => Value::from(whole + self.seconds * 1000),
                _ => Value::from(whole),
            };
        }
        match number.as_f64() {
            Some(float) if EPOCHS.contains(&(float as i64)) => Value::from(float + self.seconds as f64),
            _ => Value::Number(number.clone()),
        }
    }

    fn fault(&self, before: &Report, after: &Report) -> Option<String> {
        let times = |report: &Report, by: i64| -> Vec<i64> {
            let commits =
                report.gates.iter().flat_map(|gate| gate.history.iter().filter_map(|event| event.at));
            let items = report.timeline.iter().flat_map(|item| [Some(item.at), item.until]).flatten();
            let mut times: Vec<i64> = items.chain(commits).map(|at| at.as_second() + by).collect();
            times.sort_unstable();
            times
        };
        let (expected, found) = (times(before, self.seconds), times(after, 0));
        (expected != found).then(|| "some times did not move".to_owned())
    }
}

/// Whether what was found is not a part of a longer number, address or version.
fn stands_alone(text: &str, found: &Captures<'_>) -> bool {
    let whole = found.get(0).expect("the match");
    let before = text[..whole.start()].chars().next_back();
    let after = text[whole.end()..].chars().next();
    let two_after = text[whole.end()..].chars().nth(1);
    let is_clock = found.name("clock").is_some();
    let before_is_good = match before {
        Some('T') => is_clock,
        Some('+' | '-') if is_clock => !is_zone(&text[..whole.start()]),
        Some(c) => !(c.is_alphanumeric() || (c == ':' && is_clock) || c == '.' || (c == '-' && !is_clock)),
        None => true,
    };
    let goes_on = match after {
        Some('Z' | 'T') => false,
        Some(':') => is_clock && two_after.is_some_and(|c| c.is_alphanumeric()),
        Some('-') if found.name("day").is_some() => true,
        Some(c) => c.is_alphanumeric(),
        None => false,
    };
    before_is_good && !goes_on
}

/// Whether a time of day behind `before` is the zone of an instant.
fn is_zone(before: &str) -> bool {
    let from = before.char_indices().rev().nth(31).map_or(0, |(at, _)| at);
    ZONED.is_match(&before[from..])
}

fn documents(phase: &Phase) -> impl Iterator<Item = &str> {
    let documents = phase.payload.iter().filter(|(path, _)| path.as_str().starts_with("data/documents/"));
    documents.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok())
}

fn document_days(phase: &Phase) -> BTreeSet<Date> {
    documents(phase).flat_map(dates).collect()
}

fn days(phase: &Phase) -> BTreeSet<Date> {
    let texts = phase.payload.values().filter_map(|bytes| std::str::from_utf8(bytes).ok());
    let near = document_days(phase);
    let in_documents = near.iter().copied();
    let all = texts
        .flat_map(dates)
        .filter(|date| near.iter().any(|near| near.duration_until(*date).as_hours().abs() < 60 * 24));
    in_documents.chain(all).collect()
}

fn dates(text: &str) -> impl Iterator<Item = Date> {
    TIME.captures_iter(text).filter_map(|found| {
        let whole = found.name("instant").or_else(|| found.name("date"))?;
        whole.as_str().get(..10)?.parse().ok()
    })
}
