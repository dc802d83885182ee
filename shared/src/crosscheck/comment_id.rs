//! "Comment #14506 by olga", `issuecomment-14506`: a comment named by its id, and what is said of it.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::{is_login, mentions_from, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::{Comment, Pull};
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "comment-id",
    explains: "A comment named by its id has to exist, and to be of the pull request, person and time given.",
    kind: CheckKind::Record,
    words: &["comment", "#"],
    find,
};

static ID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\bcomments? #?(\d{3,12})\b|(?:\bpulls?/(\d{1,9})#|\b)issuecomment-(\d{1,12})\b")
});
static BY: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\bby @?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])"));
static EDITED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)\b(?:edited|updated)\b"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    let found = named(unit, context);
    for (index, Named { span: whole, id, linked }) in found.iter().enumerate() {
        let (id, linked) = (*id, *linked);
        // What is said of it stands between it and the next one, in its clause.
        let next = found.get(index + 1).map_or(text.len(), |next| next.span.start);
        let clause = unit.clause(whole.start);
        let until = clause.end.min(next).max(whole.end);
        let (facts, end) = match context.comment(id) {
            None => (vec![Fact::Missing(format!("no comment {id} is in the snapshot"))], whole.end),
            Some((pull, comment)) => {
                let (mut facts, end) = facts(pull, comment, whole.start..until, whole.end, unit, context);
                if let Some(number) = linked {
                    let words = format!("comment {id} is on PR#{}", pull.number);
                    facts.push(told(number == pull.number, words, vec![cite(&comment.place, "/id", id)]));
                }
                (facts, end)
            }
        };
        let span = whole.start..end;
        let key = format!("comment id {id} {}", unit.text(&(whole.end..end)));
        drafts.push(Draft::new(span, key, facts));
    }
}

/// A comment that a unit names by its id.
pub(super) struct Named {
    span: Range<usize>,
    /// Its id.
    pub(super) id: u64,
    /// The pull request that its address names before the id.
    linked: Option<u64>,
}

/// The comments that a unit names by their ids, in order of place.
pub(super) fn named(unit: &Unit<'_>, context: &Context<'_>) -> Vec<Named> {
    let number = |found: Option<regex_lite::Match<'_>>| found?.as_str().parse::<u64>().ok();
    let may = unit.has_any(&["comment"]);
    let in_words =
        ID.iter().filter(|_| may).flat_map(|pattern| pattern.captures_iter(unit.words())).filter_map(
            |found| {
                let id = number(found.get(1)).or_else(|| number(found.get(3)))?;
                Some(Named { span: found.get(0)?.range(), id, linked: number(found.get(2)) })
            },
        );
    let mut named: Vec<Named> = in_words.collect();
    let bare = unit.mentions.iter().filter_map(|mention| match mention.what {
        What::Number(id) if context.bare_comment(id).is_some() => {
            Some(Named { span: mention.span.clone(), id, linked: None })
        }
        _ => None,
    });
    named.extend(bare);
    named.sort_by_key(|named| named.span.start);
    named.dedup_by(|next, first| next.span.start < first.span.end);
    named
}

/// The facts in `said`, and where the last of them ends.
fn facts(
    pull: &Pull,
    comment: &Comment,
    said: Range<usize>,
    named_until: usize,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> (Vec<Fact>, usize) {
    let mut end = named_until;
    let words = format!("comment {} is by {} on PR#{}", comment.id, comment.author, pull.number);
    let mut facts = vec![Fact::Agrees(words, vec![cite(&comment.place, "/id", comment.id)])];
    let mut seen = said.start;
    let (mut of_pull, mut timed) = (false, false);
    for mention in mentions_from(unit, said.start).iter().take_while(|m| m.span.start < said.end).take(8) {
        match mention {
            Mention { span, what: What::Pull(number) } if !of_pull => {
                of_pull = true;
                let words = format!("comment {} is on PR#{}", comment.id, pull.number);
                facts.push(told(
                    *number == pull.number,
                    words,
                    vec![cite(&comment.place, "/id", comment.id)],
                ));
                end = end.max(span.end);
            }
            Mention { span, what: What::Time(moment) } if !timed && span.start >= named_until => {
                let Some((first, last)) = unit.window(moment) else { continue };
                let lead = unit.text(&(seen..span.start));
                let edited = EDITED.as_ref().is_some_and(|pattern| pattern.is_match(lead));
                // Another's time: "comment 14506, before build #612 started 06:13:02Z".
                if lead.len() > 48 || lead.contains(['#', '|']) {
                    break;
                }
                timed = true;
                let (at, key, word) = match edited {
                    true => (comment.updated_at, "updated_at", "last edited"),
                    false => (comment.created_at, "created_at", "written"),
                };
                facts.push(match at {
                    None => Fact::Missing(format!("comment {} has no such time", comment.id)),
                    Some(at) => {
                        let words = format!("comment {} was {word} {}", comment.id, clock(at));
                        let cited = vec![cite(&comment.place, &format!("/{key}"), at)];
                        told(first <= at && at <= last, words, cited)
                    }
                });
                end = end.max(span.end);
            }
            Mention { what: What::Build(_) | What::Number(_), .. } if mention.span.start >= named_until => {
                break;
            }
            _ => {}
        }
        seen = seen.max(mention.span.end);
    }
    let rest = unit.text(&(named_until..said.end.min(named_until + 80).max(named_until)));
    let by = BY.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1));
    if let Some(by) = by {
        let name = named_until + by.start()..named_until + by.end();
        if is_login(unit, &name, context) {
            let words = format!("comment {} is by {}", comment.id, comment.author);
            let cited = vec![cite(&comment.place, "/user/login", &comment.author)];
            facts.push(told(unit.text(&name) == comment.author, words, cited));
            end = end.max(name.end);
        }
    }
    (facts, end)
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn named_by_id() {
        for (text, expected) in [
            ("Comment #14506 by @olga on PR#4 at 10:10Z", "+"),
            ("Comment #14506 by bot", "-"),
            ("comment #14506, edited 10:20:30Z", "+"),
            ("comment #14506, edited 10:10Z", "-"),
            ("comment 14501 on PR#5", "-"),
            ("https://git.example/o/apple/pulls/4#issuecomment-14506", "+"),
            ("https://git.example/o/apple/pulls/5#issuecomment-14506", "-"),
            ("#14506 is by olga", "+"),
            ("`#14506` by @bot", "-"),
            ("#14501 on PR#4, then #14506 on PR#5", "+-"),
            ("#77777 is by olga", ""),
            ("comment #77777", "?"),
            ("if comment #14506 is by bot", "."),
        ] {
            check("comment-id", text, expected);
        }
    }
}
