//! "`!testme` at 09:59:48Z", "comment by olga at 10:10Z": who wrote which exact comment when.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::comment_time::cite_comments;
use super::reading::{after, before, is_login, last_before, mentions_from, pattern, pulls, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, Moment, What};
use crate::evidence::{Comment, Pull};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock, iso};

pub(super) const RULE: Rule = Rule {
    id: "comment-author",
    explains: "A comment is known by its exact body or its time; its author is the forge's, not the narrator's.",
    kind: CheckKind::Record,
    words: &["!", "comment", "@"],
    find,
};

/// A command that is the whole body of a comment.
static COMMAND: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"![a-z]+(?: --[a-z]+)*"));
/// Between the command and the time it was written at.
static AT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:comment\s*)?(?:on PR\s?#?\d+\s*)?(?:(?:by|of|from) @?[A-Za-z0-9._-]+\s*)?(?:was\s+)?(?:posted |written |sent |commented )?(?:on PR\s?#?\d+\s*)?(?:at\s+|@\s*|\(|, )?$",
    )
});
static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\bcomment(?: on PR\s?#?\d+)? (?:was )?(?:written |posted )?by @?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])|@([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]) (?:commented|wrote|posted|said|replied)\b",
    )
});
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(?:by|of|from) @?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    let pulls = pulls(unit);
    let pull_near = |at: usize| -> Option<u64> {
        let behind = pulls.get(pulls.partition_point(|(span, _)| span.start < at));
        let behind = behind.filter(|(span, _)| span.start < at + 40 && unit.clause(at).contains(&span.start));
        behind
            .or_else(|| last_before(&pulls, at))
            .map(|(_, number)| *number)
            .or_else(|| context.pull_of(unit))
    };
    let mut done = 0;
    let (commands, names) = (text.contains('!'), unit.has_any(&["comment", "@"]));
    for found in COMMAND.iter().filter(|_| commands).flat_map(|pattern| pattern.find_iter(text)) {
        let lead = before(unit, found.start());
        // "@bot [06:12:48Z]: !testme" is read elsewhere.
        if lead.ends_with("]: ") || lead.ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let time = time_behind(unit, found.end(), 60).filter(|(at, _)| {
            let between = text.get(found.end()..at.start).unwrap_or("?");
            AT.as_ref().is_some_and(|pattern| pattern.is_match(between))
        });
        let Some((at, moment)) = time else { continue };
        let Some(window) = unit.window(&moment) else { continue };
        let Some(number) = pull_near(found.start()) else { continue };
        let between = found.end()..at.start;
        let name = NAME.as_ref().and_then(|pattern| pattern.captures(unit.text(&between))?.get(1));
        let name = name.map(|name| between.start + name.start()..between.start + name.end());
        let name = name.filter(|name| is_login(unit, name, context)).map(|name| unit.text(&name));
        let (fact, ahead) = match context.pull(number) {
            Err(missing) => (missing, None),
            Ok(pull) => exact(pull, found.as_str(), window, name),
        };
        let (fact, ahead) = match context.pull(number) {
            Ok(pull)
                if matches!(fact, Fact::Differs(..))
                    && on_another_day(pull, found.as_str(), &moment, window) =>
            {
                (Fact::Unclear(ANOTHER_DAY.to_owned(), Vec::new()), None)
            }
            _ => (fact, ahead),
        };
        done = at.end;
        let key = format!("comment {number} {} {}", found.as_str(), unit.text(&at));
        let mut draft = Draft::new(found.start()..at.end, key, vec![fact]);
        draft.written = Some(unit.text(&at).to_owned());
        draft.ahead_seconds = ahead;
        drafts.push(draft);
    }
    for found in BY.iter().filter(|_| names).flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
            continue;
        };
        if whole.start() < done || !is_login(unit, &name.range(), context) {
            continue;
        }
        let Some(number) = pull_near(whole.start()) else { continue };
        let time = time_behind(unit, whole.end(), 40);
        let time = time.filter(|(at, _)| unit.clause(whole.start()).contains(&at.start));
        let window = time.as_ref().and_then(|(_, moment)| unit.window(moment));
        let fact = match context.pull(number) {
            Err(missing) => missing,
            Ok(pull) => by(pull, name.as_str(), window),
        };
        let end = time.map_or(whole.end(), |(at, _)| at.end);
        let key = format!("comment by {number} {} {}", name.as_str(), unit.text(&(whole.end()..end)));
        drafts.push(Draft::new(whole.start()..end, key, vec![fact]));
    }
}

/// The first time within `bytes` behind byte `at`.
fn time_behind(unit: &Unit<'_>, at: usize, bytes: usize) -> Option<(Range<usize>, Moment)> {
    let near = mentions_from(unit, at).iter().take(4).take_while(|mention| mention.span.start <= at + bytes);
    near.filter(|mention| !after(unit, at).is_empty() && mention.span.start >= at).find_map(|mention| {
        match mention {
            Mention { span, what: What::Time(moment) } => Some((span.clone(), *moment)),
            _ => None,
        }
    })
}

const ANOTHER_DAY: &str = "that was written at this time of another day, and no day is given";

/// Whether a comment of these words was written at the time of day that is given without a day.
fn on_another_day(pull: &Pull, body: &str, moment: &Moment, then: (Timestamp, Timestamp)) -> bool {
    let fits = |at: Timestamp| {
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        moment
            .window(Some(day))
            .is_some_and(|(first, last)| (first, last) != then && first <= at && at <= last)
    };
    let mut same = pull.comments.iter().filter(|comment| comment.body.trim() == body);
    moment.date.is_none() && same.any(|comment| comment.created_at.is_some_and(fits))
}

fn not_fetched(pull: &Pull) -> Fact {
    Fact::Missing(format!("the comments of PR#{} are not in the snapshot", pull.number))
}

/// A comment whose whole body is `body`, written at that time, by that person where one is named.
fn exact(
    pull: &Pull,
    body: &str,
    (first, last): (Timestamp, Timestamp),
    name: Option<&str>,
) -> (Fact, Option<i64>) {
    if !pull.comments_fetched {
        return (not_fetched(pull), None);
    }
    let number = pull.number;
    let same: Vec<&Comment> = pull.comments.iter().filter(|comment| comment.body.trim() == body).collect();
    let fits = |comment: &&&Comment| comment.created_at.is_some_and(|at| first <= at && at <= last);
    if let Some(comment) = same.iter().find(fits) {
        let mut cited = vec![cite(&comment.place, "/body", body)];
        cited.extend(comment.created_at.map(|at| cite(&comment.place, "/created_at", at)));
        let at = comment.created_at.map(clock).unwrap_or_default();
        let words = format!("{} wrote exactly “{body}” on PR#{number} at {at}", comment.author);
        if name.is_some() {
            cited.push(cite(&comment.place, "/user/login", &comment.author));
        }
        return (told(name.is_none_or(|name| name == comment.author), words, cited), None);
    }
    let times: Vec<Timestamp> = same.iter().filter_map(|comment| comment.created_at).collect();
    let cited = cite_comments(pull, same.iter().copied());
    let words = match times.as_slice() {
        [] => format!("no comment on PR#{number} is exactly “{body}”"),
        times => {
            let times: Vec<String> = times.iter().copied().map(iso).collect();
            format!("“{body}” was written on PR#{number} at {}, not then", times.join(", "))
        }
    };
    let ahead = match times.as_slice() {
        [one] => Some(first.duration_since(*one).as_secs()),
        _ => None,
    };
    (Fact::Differs(words, cited), ahead)
}

/// Any comment by that person, at that time where one is given.
fn by(pull: &Pull, name: &str, window: Option<(Timestamp, Timestamp)>) -> Fact {
    if !pull.comments_fetched {
        return not_fetched(pull);
    }
    let number = pull.number;
    let key_of = |comment: &Comment| {
        let inside = |at: Option<Timestamp>| matches!((at, window), (Some(at), Some((first, last))) if first <= at && at <= last);
        match window {
            None => Some(("", comment.created_at)),
            Some(_) if inside(comment.created_at) => Some(("/created_at", comment.created_at)),
            Some(_) if inside(comment.updated_at) => Some(("/updated_at", comment.updated_at)),
            Some(_) => None,
        }
    };
    let at_time: Vec<(&Comment, &str, Option<Timestamp>)> =
        pull.comments.iter().filter_map(|c| key_of(c).map(|(key, at)| (c, key, at))).collect();
    let Some((comment, key, at)) = at_time.iter().find(|(c, ..)| c.author == name).or(at_time.first()) else {
        return match window {
            None => Fact::Differs(
                format!("PR#{number} has no comment at all"),
                cite_comments(pull, std::iter::empty()),
            ),
            Some(_) => Fact::Missing(format!("no comment on PR#{number} can be told to be the one meant")),
        };
    };
    let mut cited = vec![cite(&comment.place, "/user/login", &comment.author)];
    if let (false, Some(at)) = (key.is_empty(), at) {
        cited.push(cite(&comment.place, key, at));
    }
    let words = match window {
        Some(_) => format!("the comment of that time on PR#{number} is by {}", comment.author),
        None if comment.author == name => format!("{name} wrote a comment on PR#{number}"),
        None => format!("none of {} comments on PR#{number} is by {name}", pull.comments.len()),
    };
    told(comment.author == name, words, cited)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn bodies_times_and_authors() {
        for (text, expected) in [
            ("`!testme` on PR#4 at 09:59:48Z", "+"),
            ("`!testme` by @bot (09:59Z) on PR#4", "+"),
            ("`!testme` by @olga at 09:59:48Z on PR#4", "-"),
            ("`!testme` of bot at 09:59:48Z on PR#4", "+"),
            ("`!testme` from `olga` at 09:59:48Z on PR#4", "-"),
            ("PR#4: `!testme` at 09:50Z", "-"),
            ("PR#4: `!testme --quick` at 09:59:48Z", "-"),
            ("`!testme` on PR#9 at 09:59:48Z", "?"),
            ("comment by olga on PR#4 at 10:10Z", "+"),
            ("comment on PR#4 by bot at 10:10Z", "-"),
            ("@olga commented on PR#4 at 10:20:30Z", "+"),
            ("@dev commented on PR#4", "-"),
            ("comment by mistake on PR#4", ""),
            ("post `!testme` on PR#4", ""),
            ("if `!testme` on PR#4 at 09:50Z", "."),
        ] {
            check("comment-author", text, expected);
        }
        for (text, expected) in
            [("`!testme` on PR#4 at 09:59:48Z", "."), ("`!testme` on PR#4 at 09:58Z", "-")]
        {
            check_with("comment-author", text, expected, |evidence| {
                let pull = evidence.pulls.get_mut(&4).expect("there");
                pull.comments[0].created_at = "2030-01-01T09:59:48Z".parse().ok();
            });
        }
        check_with("comment-author", "`!testme` on PR#4 at 09:59:48Z", "?", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").comments_fetched = false;
        });
    }
}
