//! "Comment at 06:35Z", "@bot [06:12:48Z]: !testme": who wrote which comment when.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::events::{Named, named};
use super::quoted_log::plain;
use super::reading::before;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::Moment;
use crate::evidence::{Comment, Pull};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock, human_length, iso};

pub(super) const RULE: Rule = Rule {
    id: "comment-time",
    explains: "When a comment was written or last edited, by the forge's clock.",
    kind: CheckKind::Record,
    words: &["comment", "@", "post-", "note"],
    find,
};

/// Comments cited where none fits.
const MAX_CITED: usize = 8;

static SIGNED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"@([A-Za-z0-9_.-]+) \[([^\]]+)\]:\s*(\S+(?: \S+)*)").ok());
static COMMENT_AT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bcomment(?:ed)?\b(?: on PR\s?#?\d+)?(?: posted| written| created)? at\s+$|\b(?:note (?:for|to) the operator|operator note) on PR\s?#?\d+(?: posted| written| left)?(?: at|,)\s+$").ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if let Some(signed) = signed(unit) {
        let Some(number) = context.pull_of(unit) else { return };
        let fact = match context.pull(number) {
            Ok(pull) => signed_fact(&signed, pull, unit),
            Err(missing) => missing,
        };
        let key = format!("comment {number} {} {}", signed.author, unit.text(&signed.time));
        drafts.push(Draft::new(signed.span.clone(), key, vec![fact]));
        return;
    }
    if let Some((span, fact)) = testme_after(unit, context) {
        drafts.push(Draft::new(span, "", vec![fact]));
    }
    for (span, moment) in unit.times() {
        let lead = before(unit, span.start);
        let Some(found) = COMMENT_AT.as_ref().and_then(|pattern| pattern.find(lead)) else { continue };
        let at = span.start - (lead.len() - found.start());
        let Some(number) = context.pull_of(unit) else { continue };
        let (fact, ahead) = match context.pull(number) {
            Ok(pull) => unsigned_fact(&moment, pull, unit, context),
            Err(missing) => (missing, None),
        };
        let start = phrase_start(unit, at);
        let mut draft =
            Draft::new(start..span.end, format!("comment {number} {}", unit.text(span)), vec![fact]);
        draft.written = Some(unit.text(span).to_owned());
        draft.ahead_seconds = ahead;
        drafts.push(draft);
    }
}

/// `Operator comment`: the word before belongs to the quote.
fn phrase_start(unit: &Unit<'_>, at: usize) -> usize {
    let clause = unit.clause_before(at);
    if clause.len() <= 24 { at - clause.trim_start().len() } else { at }
}

/// `@author [time]: body`, with the places of its parts.
struct Signed<'a> {
    span: Range<usize>,
    time: Range<usize>,
    moment: Moment,
    author: &'a str,
    body: String,
}

fn signed<'a>(unit: &Unit<'a>) -> Option<Signed<'a>> {
    let found = SIGNED.as_ref().filter(|_| unit.words().contains(" ["))?.captures(unit.words())?;
    let (whole, author, body) = (found.get(0)?, found.get(1)?, found.get(3)?);
    let (time, moment) = unit.times().find(|(at, _)| whole.range().contains(&at.start))?;
    let code = unit.block.code.iter().find(|code| code.contains(&whole.start()));
    let end = code.map_or(body.end(), |code| code.end);
    let body = unit.text(&(body.start()..end)).trim().to_owned();
    Some(Signed { span: whole.start()..end, time: time.clone(), moment, author: author.as_str(), body })
}

/// The comment that a unit names by author, time and body; none when it names none that way.
pub(super) fn comment_in<'a>(unit: &Unit<'_>, context: &Context<'a>) -> Option<Result<&'a Comment, Fact>> {
    let signed = signed(unit)?;
    let pull = match context.pull(context.pull_of(unit)?) {
        Ok(pull) => pull,
        Err(missing) => return Some(Err(missing)),
    };
    let by_author = || pull.comments.iter().filter(|comment| comment.author == signed.author);
    let at_time = by_author().find(|comment| fits(comment.created_at, &signed.moment, unit));
    // Written at another time than is said, it is still known by its words where nobody wrote them twice.
    let mut same_words = by_author().filter(|comment| comment.body.trim() == signed.body);
    let found = at_time.or_else(|| same_words.next().filter(|_| same_words.next().is_none()));
    Some(
        found.ok_or_else(|| {
            Fact::Missing(format!("no such comment on PR#{} is in the snapshot", pull.number))
        }),
    )
}

/// Why the comment that a unit names was not written when the unit says.
pub(super) fn at_odds(comment: &Comment, unit: &Unit<'_>) -> Option<String> {
    let signed = signed(unit)?;
    let at = comment.created_at?;
    (!fits(Some(at), &signed.moment, unit))
        .then(|| format!("{} wrote “{}” at {}, not then", comment.author, signed.body, iso(at)))
}

fn fits(at: Option<Timestamp>, moment: &Moment, unit: &Unit<'_>) -> bool {
    matches!((at, unit.window(moment)), (Some(at), Some((first, last))) if at >= first && at <= last)
}

fn signed_fact(signed: &Signed<'_>, pull: &Pull, unit: &Unit<'_>) -> Fact {
    if !pull.comments_fetched {
        return Fact::Missing(format!("the comments of PR#{} are not in the snapshot", pull.number));
    }
    let by_author = || pull.comments.iter().filter(|comment| comment.author == signed.author);
    let same_body = |comment: &&Comment| comment.body.trim() == signed.body;
    let at_time = |comment: &&Comment| fits(comment.created_at, &signed.moment, unit);
    if let Some(comment) = by_author().filter(same_body).find(at_time) {
        let at = comment.created_at.map(clock).unwrap_or_default();
        let words =
            format!("{} wrote exactly “{}” on PR#{} at {at}", comment.author, signed.body, pull.number);
        return Fact::Agrees(words, cite_comment(comment));
    }
    if let Some(comment) = pull.comments.iter().find(at_time) {
        let words = format!(
            "the comment of that time on PR#{} is by {}: “{}”",
            pull.number,
            comment.author,
            short(&comment.body)
        );
        return Fact::Differs(words, cite_comment(comment));
    }
    let times: Vec<String> = by_author().filter(same_body).filter_map(|c| c.created_at).map(iso).collect();
    let words = match times.as_slice() {
        [] => format!("{} never wrote “{}” on PR#{}", signed.author, signed.body, pull.number),
        times => format!(
            "{} wrote “{}” on PR#{} at {}, not then",
            signed.author,
            signed.body,
            pull.number,
            times.join(", ")
        ),
    };
    Fact::Differs(words, cite_comments(pull, by_author().filter(same_body)))
}

/// A comment known by what is quoted from it nearby; contradicted only if neither created nor updated fits.
fn unsigned_fact(
    moment: &Moment,
    pull: &Pull,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> (Fact, Option<i64>) {
    if !pull.comments_fetched {
        return (Fact::Missing(format!("the comments of PR#{} are not in the snapshot", pull.number)), None);
    }
    let quotes: Vec<String> = std::iter::once(unit)
        .chain(context.neighbourhood(unit))
        .flat_map(|near| near.quotes())
        .map(|(_, words)| plain(words))
        .filter(|words| words.len() >= 12)
        .collect();
    let quoted =
        pull.comments.iter().find(|comment| quotes.iter().any(|quote| plain(&comment.body).contains(quote)));
    let at_time = |comment: &&Comment| {
        let edited = comment.updated_at.filter(|updated| Some(*updated) > comment.created_at);
        fits(comment.created_at, moment, unit) || fits(edited, moment, unit)
    };
    let Some(comment) = quoted.or_else(|| pull.comments.iter().find(at_time)).or_else(|| only_prose(pull))
    else {
        return (no_comment_then(moment, pull, unit), None);
    };
    let Some(created) = comment.created_at else {
        return (Fact::Missing("that comment has no time".to_owned()), None);
    };
    let edited = comment.updated_at.filter(|updated| *updated > created);
    let words = match edited {
        None => format!("created {}, never edited", clock(created)),
        Some(updated) => format!("created {}, last edited {}", clock(created), clock(updated)),
    };
    if at_time(&comment) {
        return (Fact::Agrees(words, cite_comment(comment)), None);
    }
    let ahead = unit.window(moment).map(|(first, _)| first.duration_since(created).as_secs());
    (Fact::Differs(words, cite_comment(comment)), ahead)
}

/// The comment that is neither a command nor kept up to date by a machine, where there is just one.
fn only_prose(pull: &Pull) -> Option<&Comment> {
    let mut prose = pull.comments.iter().filter(|comment| {
        let body = comment.body.trim_start();
        !body.starts_with('!') && !body.starts_with("<!--")
    });
    let only = prose.next()?;
    prose.next().is_none().then_some(only)
}

/// What it means that no comment of a pull request was written at a time; of one edited more than once, the forge
/// keeps the last time alone.
fn no_comment_then(moment: &Moment, pull: &Pull, unit: &Unit<'_>) -> Fact {
    let number = pull.number;
    let own = unit.pulls().any(|(_, named)| named == number);
    let window = unit.window(moment);
    let may_be_edit = |comment: &Comment| match (comment.created_at, comment.updated_at, window) {
        (Some(created), Some(updated), Some((first, last))) => created <= last && first <= updated,
        _ => true,
    };
    if !own || pull.comments.is_empty() || pull.comments.iter().any(may_be_edit) {
        return Fact::Missing(format!("no comment on PR#{number} can be told to be the one meant"));
    }
    let words = format!("none of {} comments on PR#{number} was written then", pull.comments.len());
    Fact::Differs(words, cite_comments(pull, pull.comments.iter()))
}

/// "Fresh post-proxy !testme on PR#4": such a comment after the declared event, and a build soon after it.
fn testme_after(unit: &Unit<'_>, context: &Context<'_>) -> Option<(Range<usize>, Fact)> {
    static AFTER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)\bpost-([a-z]+) (![a-z]+(?: --[a-z]+)?) on PR").ok());
    let found = AFTER.as_ref().filter(|_| unit.has_any(&["post-"]))?.captures(unit.words())?;
    let (whole, about, body) = (found.get(0)?, found.get(1)?, found.get(2)?);
    let Named::One(event) = named(about.as_str(), context)? else { return None };
    let (at, number) = unit.pulls().find(|(at, _)| at.start + 4 >= whole.end())?;
    let fact = match context.pull(number) {
        Err(missing) => missing,
        Ok(pull) if !pull.comments_fetched => {
            Fact::Missing(format!("the comments of PR#{number} are not in the snapshot"))
        }
        Ok(pull) => {
            let triggers = pull.comments.iter().filter(|comment| comment.body.trim() == body.as_str());
            let fresh = triggers.clone().find(|comment| comment.created_at.is_some_and(|at| at > event.at));
            let (given, support) = context.given(event);
            match fresh {
                Some(comment) => {
                    let at = comment.created_at.unwrap_or(event.at);
                    let after = human_length(at.duration_since(event.at).as_secs());
                    let mut cited = cite_comment(comment);
                    cited.extend(support);
                    Fact::Agrees(
                        format!(
                            "{} at {}, {after} after {} ({given})",
                            body.as_str(),
                            clock(at),
                            clock(event.at)
                        ),
                        cited,
                    )
                }
                None => Fact::Differs(
                    format!("no {} on PR#{number} after {} ({given})", body.as_str(), clock(event.at)),
                    cite_comments(pull, triggers),
                ),
            }
        }
    };
    Some((whole.start()..at.end, fact))
}

fn cite_comment(comment: &Comment) -> Vec<crate::report::Evidence> {
    let created = comment.created_at.map(|at| cite(&comment.place, "/created_at", at));
    let edited = comment.updated_at.filter(|at| Some(*at) != comment.created_at);
    let edited = edited.map(|at| cite(&comment.place, "/updated_at", at));
    created.into_iter().chain(edited).collect()
}

/// The comments that were looked at in vain: these, or else those that are there, or that there are none.
pub(super) fn cite_comments<'a>(
    pull: &Pull,
    these: impl Iterator<Item = &'a Comment>,
) -> Vec<crate::report::Evidence> {
    let mut cited: Vec<_> = these.take(MAX_CITED).flat_map(cite_comment).collect();
    if cited.is_empty() {
        cited = pull.comments.iter().take(MAX_CITED).flat_map(cite_comment).collect();
    }
    if cited.is_empty() {
        cited.push(cite(&pull.place, "/number", pull.number));
    }
    cited
}

fn short(body: &str) -> String {
    let line = body.trim().lines().next().unwrap_or("");
    let cut: String = line.chars().take(60).collect();
    if cut.len() < body.trim().len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn a_comment_known_by_its_pull_request() {
        for (text, expected) in [
            ("Comment on PR#4 at 10:10Z", "+"),
            ("Operator comment on PR#4 posted at 10:20:30Z", "+"),
            ("Comment on PR#4 at 10:40Z", "-"),
            ("Comment on PR#9 at 10:40Z", "?"),
        ] {
            check("comment-time", text, expected);
        }
        // Of two that it may be, none is told apart by anything but its time.
        for (text, expected) in [
            ("Comment on PR#4 at 10:40Z", "-"),
            ("Comment on PR#4 at 10:15Z", "?"),
            ("PR#4.\n\n- comment at 10:40Z", "?"),
        ] {
            check_with("comment-time", text, expected, |evidence| {
                let comments = &mut evidence.pulls.get_mut(&4).expect("there").comments;
                let mut second = comments[1].clone();
                second.id += 1;
                comments.push(second);
            });
        }
    }
}
