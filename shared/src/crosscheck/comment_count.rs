//! "2 comments on PR#4": how many comments a pull request had when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::{COUNT, contradict_only_commits, count_of, pattern, pulls, told, when};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "comment-count",
    explains: "How many comments a pull request had when this was committed, counted over all of them.",
    kind: CheckKind::Record,
    words: &["comment"],
    find,
};

static ON: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b({COUNT}) comments? on (PR\s?#?\d+)")));
static HAS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(PR\s?#?\d+)(?: \([^()]{{0,40}}\))?(?: has| had|:)(?: exactly| only)? ({COUNT}) comments?(?:$|[.,;:)✅✔✓ |—–]|\s)"
    ))
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    let on = ON.iter().flat_map(|pattern| pattern.captures_iter(text)).map(|found| (found, 1, 2));
    let has = HAS.iter().flat_map(|pattern| pattern.captures_iter(text)).map(|found| (found, 2, 1));
    let mut named = None;
    for (found, count, pull) in on.chain(has) {
        let (Some(whole), Some(count), Some(pull)) = (found.get(0), found.get(count), found.get(pull)) else {
            continue;
        };
        let Some(said) = count_of(count.as_str()).filter(|said| *said > 0) else { continue };
        let end = whole.start() + whole.as_str().trim_end_matches([' ', '.', ',', ';', ':', ')', '|']).len();
        let rest = super::reading::after(unit, end).trim_start();
        // "2 comments on PR#4 by olga", "2 comments that …": some of them only.
        if ["by", "from", "that", "which", "about", "mention", "asking", "since", "after", "before"]
            .iter()
            .any(|w| rest.starts_with(w))
        {
            continue;
        }
        let named = named.get_or_insert_with(|| pulls(unit));
        let at = named.partition_point(|(span, _)| span.start < pull.start());
        let Some((_, number)) = named.get(at) else { continue };
        let mut facts = vec![fact(*number, said, unit, context)];
        contradict_only_commits(unit, &mut facts);
        drafts.push(Draft::new(whole.start()..end, format!("comments {number} {said}"), facts));
    }
}

fn fact(number: u64, said: u64, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    if !pull.comments_fetched {
        return Fact::Missing(format!("the comments of PR#{number} are not in the snapshot"));
    }
    let by_then = pull.comments.iter().filter(|comment| {
        comment.created_at.is_none() || unit.as_of.is_none() || comment.created_at <= unit.as_of
    });
    let cited: Vec<_> = by_then
        .map(|c| cite(&c.place, "/created_at", c.created_at.map_or_else(String::new, |at| at.to_string())))
        .collect();
    let real = cited.len() as u64;
    told(real == said, format!("PR#{number} had {real} comments {}", when(unit)), cited)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn counts() {
        for (text, expected) in [
            ("2 comments on PR#4", "+"),
            ("PR#4 has three comments.", "-"),
            ("PR#4: 2 comments ✅", "+"),
            ("one comment on PR#9", "?"),
            ("2 comments on PR#4 by olga", ""),
            ("PR#4 should have 3 comments", ""),
        ] {
            check("comment-count", text, expected);
        }
        check_with("comment-count", "2 comments on PR#4", "-", |evidence| {
            let pull = evidence.pulls.get_mut(&4).expect("there");
            pull.comments[1].created_at = "2030-01-02T11:00:00Z".parse().ok();
        });
    }
}
