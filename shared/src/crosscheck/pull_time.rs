//! "PR#5 closed 06:21Z", "PR#4 opened 2026-06-11 by bot": when a pull request was opened, closed or merged, and by whom.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex_lite::Regex;

use super::reading::{after, is_login, last_before, mentions_from, pattern, pulls, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::evidence::{Place, Pull, PullState};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock, date, iso};

pub(super) const RULE: Rule = Rule {
    id: "pull-time",
    explains: "When a pull request was opened, closed or merged, and by whom, by the forge's own record.",
    kind: CheckKind::Record,
    words: &["opened", "created", "raised", "closed", "merged", "went in", "landed"],
    find,
};

static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?:\s*\([^()]{0,60}\))?,?(?:\s*(?:\(|:|\||—|–)|\s+(?:is|was|has been|now|already|then|got|itself)){0,3}\s*",
        r"\b(opened|created|raised|closed|merged|went in|landed)",
        r"(?:\s+by\s+@?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]))?",
        r"(\s*(?:\(|@|,|:)?\s*(?:at|on)?\s*)",
    ))
});
static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"@?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])";
    pattern(&format!(r"(?i)^\s*(?:\(?by\s+{name}|\({name}\))"))
});

/// A sentence about the pull request of the one before.
static IT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"([.!]|[.!:] ?—) (?:(It|The PR|The pull request) (?:was|is|has been|got) )?(?:[Oo]pened|[Cc]losed|[Mm]erged|[Cc]reated) ",
    )
});

/// What a pull request underwent.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Step {
    Opened,
    Closed,
    Merged,
}

/// When it is said to have happened.
#[derive(Clone, Copy)]
struct Window {
    first: Timestamp,
    last: Timestamp,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let mut pulls = pulls(unit);
    let meant = it_is(unit, &pulls, context);
    pulls.extend(meant);
    pulls.sort_by_key(|(span, _)| span.start);
    for (span, number) in &pulls {
        let rest = after(unit, span.end);
        let Some(found) = VERB.as_ref().and_then(|pattern| pattern.captures(rest)) else { continue };
        let (Some(whole), Some(word)) = (found.get(0), found.get(1)) else { continue };
        // "Comment #20883 on PR#21, created 12:11:48Z": the comment was.
        if unit.clause_before(span.start).to_ascii_lowercase().contains("comment") {
            continue;
        }
        let step = match word.as_str().to_ascii_lowercase().as_str() {
            "closed" => Step::Closed,
            "merged" | "went in" | "landed" => Step::Merged,
            _ => Step::Opened,
        };
        let time_at = span.end + whole.end();
        let window = window_at(unit, time_at);
        let mut end = window.as_ref().map_or(span.end + word.end(), |(end, _, _)| *end);
        let mut name = found.get(2).map(|name| span.end + name.start()..span.end + name.end());
        if name.is_none()
            && let Some(by) = BY.as_ref().and_then(|pattern| {
                let found = pattern.captures(after(unit, end))?;
                found.get(1).or(found.get(2))
            })
        {
            name = Some(end + by.start()..end + by.end());
        }
        let name = name.filter(|name| is_login(unit, name, context));
        let title = title_at(unit, end).filter(|_| step == Step::Opened);
        if let Some(name) = &name {
            end = end.max(name.end);
        }
        if window.is_none() && name.is_none() {
            continue;
        }
        if let Some(title) = &title {
            end = end.max(title.end + 1);
        }
        let (mut facts, mut ahead) = (Vec::new(), None);
        match context.pull(*number) {
            Err(missing) => facts.push(missing),
            Ok(pull) => {
                if let Some((_, window, _)) = &window {
                    let (fact, seconds) = time_fact(pull, step, window);
                    facts.push(fact);
                    ahead = seconds;
                }
                if let Some(title) = &title {
                    facts.push(title_fact(pull, unit.text(title)));
                }
                if let Some(name) = &name {
                    facts.push(author_fact(pull, step, unit.text(name)));
                }
            }
        }
        let key = format!("{step:?} {number} {}", unit.text(&(span.end + word.start()..end)));
        let mut draft = Draft::new(span.start..end, key, facts);
        draft.written = window.map(|(_, _, written)| unit.text(&written).to_owned());
        draft.ahead_seconds = ahead;
        drafts.push(draft);
    }
    for (span, key, value) in unit.pairs() {
        let step = match key {
            "created_at" => Step::Opened,
            "closed_at" => Step::Closed,
            "merged_at" => Step::Merged,
            _ => continue,
        };
        let nearest = last_before(&pulls, span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let moment = crate::documents::mentions::mentions(value).into_iter().find_map(|m| match m.what {
            What::Time(moment) => Some(moment),
            _ => None,
        });
        let Some((first, last)) = moment.and_then(|moment| unit.window(&moment)) else { continue };
        let (fact, ahead) = match context.pull(number) {
            Ok(pull) => time_fact(pull, step, &Window { first, last }),
            Err(missing) => (missing, None),
        };
        let mut draft = Draft::new(span.clone(), format!("{step:?} {number} {value}"), vec![fact]);
        draft.written = Some(value.to_owned());
        draft.ahead_seconds = ahead;
        drafts.push(draft);
    }
}

/// "PR#18 is not ours. It was merged at …", "PR#33 is a dry run. Opened at …": the places, as if the number stood
/// there, where the sentence before names one pull request and nothing else that could be meant.
fn it_is(unit: &Unit<'_>, pulls: &[(Range<usize>, u64)], context: &Context<'_>) -> Vec<(Range<usize>, u64)> {
    let text = unit.words();
    let builds = context.named_builds(unit);
    let mut meant = Vec::new();
    for found in IT.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(stop)) = (found.get(0), found.get(1)) else { continue };
        let before = pulls.partition_point(|(at, _)| at.end <= whole.start());
        let Some((at, number)) = before.checked_sub(1).and_then(|last| pulls.get(last)) else { continue };
        let sentence = unit.clause(at.start);
        let adjoining = sentence.end <= whole.start() + 1 && whole.start() <= sentence.end + 2;
        let others =
            pulls[..before].iter().rev().skip(1).take_while(|(other, _)| other.start >= sentence.start);
        let alone = others.into_iter().all(|(_, other)| other == number)
            && !builds.iter().any(|(build, _)| sentence.contains(&build.start));
        if adjoining && alone {
            let it = found.get(2).map_or(stop.end(), |it| it.end());
            meant.push((it..it, *number));
        }
    }
    meant
}

/// ` as "test: dry run"` at byte `at`: the title it was opened with.
fn title_at(unit: &Unit<'_>, at: usize) -> Option<Range<usize>> {
    let rest = after(unit, at);
    let open = [" as \"", " as “", " titled \"", ", \""].iter().find(|open| rest.starts_with(**open))?;
    let quotes = unit.quotes();
    let quote = quotes.get(quotes.partition_point(|(span, _)| span.start < at + open.len()))?;
    (quote.0.start == at + open.len()).then(|| quote.0.clone())
}

/// The title that a pull request was opened with: the first that a change of it replaced, else its own.
fn title_fact(pull: &Pull, said: &str) -> Fact {
    let renamed =
        pull.events.iter().find(|event| event.kind == "change_title" && !event.old_title.is_empty());
    let (title, cited) = match renamed {
        Some(event) => (&event.old_title, cite(&event.place, "/old_title", &event.old_title)),
        None => (&pull.title, cite(&pull.place, "/title", &pull.title)),
    };
    told(title.trim() == said.trim(), format!("PR#{} was opened as “{title}”", pull.number), vec![cited])
}

/// The time or day that begins at byte `at`: where it ends, what it may mean, and its own span.
fn window_at(unit: &Unit<'_>, at: usize) -> Option<(usize, Window, Range<usize>)> {
    let mention = mentions_from(unit, at).first().filter(|mention| mention.span.start == at)?;
    let window = match mention.what {
        What::Time(moment) => unit.window(&moment).map(|(first, last)| Window { first, last })?,
        What::Day(day) => {
            let first = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
            let last = first.checked_add(jiff::SignedDuration::from_secs(86_399)).ok()?;
            Window { first, last }
        }
        _ => return None,
    };
    Some((mention.span.end, window, mention.span.clone()))
}

/// When it happened by the forge's record, every closing counting; and how far ahead the words run.
fn time_fact(pull: &Pull, step: Step, window: &Window) -> (Fact, Option<i64>) {
    let number = pull.number;
    let word = match step {
        Step::Opened => "opened",
        Step::Closed => "closed",
        Step::Merged => "merged",
    };
    let mut times: Vec<(Timestamp, Place, &str)> = Vec::new();
    let own = match step {
        Step::Opened => (pull.created_at, "/created_at"),
        Step::Closed if pull.closed_at.is_none() => (pull.merged_at, "/merged_at"),
        Step::Closed => (pull.closed_at, "/closed_at"),
        Step::Merged => (pull.merged_at, "/merged_at"),
    };
    times.extend(own.0.map(|at| (at, pull.place.clone(), own.1)));
    if step == Step::Closed {
        let closings = pull.events.iter().filter(|event| event.kind == "close");
        times.extend(closings.filter_map(|event| Some((event.at?, event.place.clone(), "/created_at"))));
    }
    let fits = |at: Timestamp| at >= window.first && at <= window.last;
    let Some((at, place, pointer)) = times.iter().find(|(at, ..)| fits(*at)).or(times.first()) else {
        let never = match (step, pull.state) {
            (Step::Closed | Step::Merged, PullState::Open) => "open",
            (Step::Merged, PullState::Closed) => "closed",
            _ => return (Fact::Missing(format!("PR#{number} has no such time")), None),
        };
        let cited = vec![cite(&pull.place, "/state", never)];
        let words = format!("PR#{number} was never {word}: it is {never}");
        return (Fact::Differs(words, cited), None);
    };
    let told_at = if date(window.first) == date(*at) { clock(*at) } else { iso(*at) };
    let words = format!("PR#{number} was {word} {told_at}");
    let ahead = (!fits(*at)).then(|| window.first.duration_since(*at).as_secs());
    (told(fits(*at), words, vec![cite(place, pointer, at)]), ahead)
}

fn author_fact(pull: &Pull, step: Step, name: &str) -> Fact {
    let number = pull.number;
    if step == Step::Opened {
        let words = format!("PR#{number} was opened by {}", pull.author);
        return told(pull.author == name, words, vec![cite(&pull.place, "/user/login", &pull.author)]);
    }
    let kinds: &[&str] = if step == Step::Merged { &["merge_pull"] } else { &["close", "merge_pull"] };
    let event = pull.events.iter().rfind(|event| kinds.contains(&event.kind.as_str()));
    let word = if step == Step::Merged { "merged" } else { "closed" };
    match event {
        None => Fact::Missing(format!("who {word} PR#{number} is not in the snapshot")),
        Some(event) => {
            let words = format!("PR#{number} was {word} by {}", event.author);
            told(event.author == name, words, vec![cite(&event.place, "/user/login", &event.author)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn times_and_authors() {
        for (text, expected) in [
            ("PR#5 merged 09:00Z by @olga", "+"),
            ("PR#5 was merged by `dev` at 2030-01-02T09:00:00Z", "-"),
            ("PR#5 (closed 09:10Z)", "-"),
            ("PR#3 closed 2030-01-01", "+"),
            ("PR#3 closed on 2030-01-02", "-"),
            ("PR#4 opened by bot on 2030-01-01", "+"),
            ("PR#4 opened by dev", "-"),
            ("PR#4 opened by mistake", ""),
            ("Comment `#14506` on PR#4, created 10:10Z", ""),
            ("PR#4 merged 09:00Z", "-"),
            ("PR#5 is not ours. It was merged at 09:00Z by @olga", "+"),
            ("PR#5 is not ours. It was merged at 09:00Z by @dev.", "-"),
            ("PR#5 follows PR#3. It was merged at 09:10Z", ""),
            ("PR#5 was built by #202. It was closed at 09:10Z", ""),
            ("PR#4 is a try. Opened at 2030-01-01T07:30:00Z as \"chore: upgrade 4\".", "+"),
            ("PR#4 is a try. Opened at 2030-01-01T07:30:00Z as \"chore: upgrade 5\".", "-"),
            ("PR#4 is a try. Opened at 2030-01-01T07:40:00Z as \"chore: upgrade 4\".", "-"),
            ("PR#4 is a try. Nobody knows. It was closed at 09:10Z", ""),
            ("PR#9 merged 09:00Z", "?"),
            ("PR#3 closed 2030-01-01 by @dev", "?"),
            ("PR#5: `merged_at=2030-01-02T09:00:00Z`", "+"),
            ("PR#4 opened the door at 09:00Z", ""),
            ("PR#5 should be merged 09:00Z", ""),
            ("if PR#5 merged 09:00Z", "."),
        ] {
            check("pull-time", text, expected);
        }
        check_with("pull-time", "PR#5 merged 09:00Z", "?", |evidence| evidence.pulls.clear());
    }
}
