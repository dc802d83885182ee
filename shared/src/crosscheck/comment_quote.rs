//! Words quoted from a comment.

use super::quoted_log::{in_order, plain};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "comment-quote",
    explains: "Words quoted from a comment have to be in a comment of that pull request.",
    kind: CheckKind::Substance,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let speaks = |words: &str| words.to_ascii_lowercase().contains("comment");
    let about_comment = speaks(unit.words()) || context.above(unit).any(|above| speaks(above.words()));
    if !about_comment || !context.named_builds(unit).is_empty() {
        return;
    }
    for (span, words) in unit.quotes() {
        if words.trim().len() < 12 {
            continue;
        }
        let Some(number) = context.pull_of(unit) else { continue };
        let fact = fact(number, words, context);
        drafts.push(Draft::new(span, format!("comment says {number} {}", plain(words)), vec![fact]));
    }
}

fn fact(number: u64, words: &str, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    if !pull.comments_fetched {
        return Fact::Missing(format!("the comments of PR#{number} are not in the snapshot"));
    }
    let wanted = plain(words);
    let parts: Vec<&str> = wanted.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
    match pull.comments.iter().find(|comment| in_order(&plain(&comment.body), &parts)) {
        Some(comment) => {
            let words = format!("in a comment by {} on PR#{number}", comment.author);
            Fact::Agrees(words, vec![cite(&comment.place, "/body", words_around(&comment.body))])
        }
        None => {
            let cited = pull
                .comments
                .iter()
                .map(|comment| cite(&comment.place, "/body", words_around(&comment.body)));
            Fact::Differs(format!("no comment on PR#{number} says so"), cited.collect())
        }
    }
}

fn words_around(body: &str) -> String {
    body.trim().chars().take(120).collect()
}
