//! "The bot's comment was edited at 06:20Z": when a comment was last changed.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::comment_time::cite_comments;
use super::quoted_log::plain;
use super::reading::{before, last_before, pattern, pulls, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::evidence::Comment;
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "comment-edited",
    explains: "When a comment was last edited, by the forge's clock.",
    kind: CheckKind::Record,
    words: &["edited", "updated"],
    find,
};

static EDITED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\bcomments?\b[^.;]{0,70}\b(?:last )?(?:edited|updated)(?: in place)?(?: last)?(?: at| on|:)?\s*\(?$",
    )
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let pulls = pulls(unit);
    let mut quotes = None;
    for mention in &unit.mentions {
        let What::Time(moment) = mention.what else { continue };
        let lead = before(unit, mention.span.start);
        let Some(found) = EDITED.as_ref().and_then(|pattern| pattern.find(lead)) else { continue };
        // One named by its id is another rule's.
        if found.as_str().chars().filter(char::is_ascii_digit).count() > 4 {
            continue;
        }
        let Some(window) = unit.window(&moment) else { continue };
        let nearest = last_before(&pulls, mention.span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let start = mention.span.start - (lead.len() - found.start());
        let quotes = quotes.get_or_insert_with(|| {
            let quotes = unit.quotes().into_iter().map(|(_, words)| plain(words));
            quotes.filter(|quote| quote.len() >= 12).take(16).collect::<Vec<String>>()
        });
        let fact = fact(number, window, quotes, context);
        let key = format!("comment edited {number} {}", unit.text(&mention.span));
        let mut draft = Draft::new(start..mention.span.end, key, vec![fact]);
        draft.written = Some(unit.text(&mention.span).to_owned());
        drafts.push(draft);
    }
}

fn fact(
    number: u64,
    window: (crate::time::Timestamp, crate::time::Timestamp),
    quotes: &[String],
    context: &Context<'_>,
) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    if !pull.comments_fetched {
        return Fact::Missing(format!("the comments of PR#{number} are not in the snapshot"));
    }
    let edited =
        |comment: &&Comment| comment.updated_at.is_some() && comment.updated_at != comment.created_at;
    let fits = |comment: &&Comment| comment.updated_at.is_some_and(|at| window.0 <= at && at <= window.1);
    let quoted = |comment: &&Comment| {
        let body = plain(&comment.body);
        quotes.iter().any(|quote| body.contains(quote.as_str()))
    };
    let meant = pull.comments.iter().find(quoted);
    let cited = |comment: &Comment, at| vec![cite(&comment.place, "/updated_at", at)];
    let hit = meant.or_else(|| pull.comments.iter().filter(edited).find(fits));
    if let Some((comment, at)) = hit.and_then(|comment| Some((comment, comment.updated_at?))) {
        let words = format!("the comment by {} on PR#{number} was last edited {}", comment.author, clock(at));
        return told(fits(&comment), words, cited(comment, at));
    }
    let all: Vec<&Comment> = pull.comments.iter().filter(edited).collect();
    match all.as_slice() {
        [] => Fact::Differs(
            format!("no comment on PR#{number} was ever edited"),
            cite_comments(pull, pull.comments.iter()),
        ),
        [comment] => match comment.updated_at {
            Some(at) => Fact::Differs(
                format!("the only edited comment on PR#{number} was last edited {}", clock(at)),
                cited(comment, at),
            ),
            None => Fact::Missing("that comment has no time".to_owned()),
        },
        _ => Fact::Missing(format!("no comment on PR#{number} can be told to be the one meant")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn edits() {
        for (text, expected) in [
            ("The operator comment on PR#4 was last edited at 10:20Z", "+"),
            ("The operator comment on PR#4 was updated in place at 10:25Z", "-"),
            ("The comment on PR#4 (\"The long and the short\") was edited 10:20:30Z", "+"),
            ("The comment on PR#3 was edited 10:20:30Z", "-"),
            ("The comment on PR#9 was edited 10:20:30Z", "?"),
            ("The page was edited at 10:20Z", ""),
            ("If the comment on PR#4 was edited at 10:25Z", "."),
        ] {
            check("comment-edited", text, expected);
        }
        check_with("comment-edited", "The comment on PR#4 was edited at 10:25Z", "?", |evidence| {
            let pull = evidence.pulls.get_mut(&4).expect("there");
            pull.comments[0].updated_at = "2030-01-02T10:22:00Z".parse().ok();
        });
    }
}
