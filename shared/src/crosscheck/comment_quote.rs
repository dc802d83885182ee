//! Words quoted from a comment.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::comment_id;
use super::quoted_log::{in_order, plain};
use super::reading::{last_before, pulls};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "comment-quote",
    explains: "Words quoted from a comment have to be in a comment of that pull request.",
    kind: CheckKind::Substance,
    words: &["\"", "“", "”", "names", "mentions", "quotes", "lists", "contains", "gives", "spells out"],
    find,
};

/// What else words may be quoted from.
const OTHERS: &[&str] = &[
    "plan",
    "status",
    "review",
    "journal",
    "backlog",
    "title",
    "log",
    "description",
    "readme",
    "badge",
    "verdict",
    "decisions",
    "shows",
    "printed",
    "prints",
    "commit",
];

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    coded(unit, context, drafts);
    let quotes = unit.quotes();
    if quotes.is_empty() {
        return;
    }
    let speaks = |words: &str| words.contains("comment");
    let own = speaks(unit.lower());
    if !own && !context.above(unit).any(|above| speaks(above.lower())) {
        return;
    }
    let in_quotes = |at: usize| {
        let last = quotes.partition_point(|(span, _)| span.start <= at).checked_sub(1);
        last.and_then(|last| quotes.get(last)).is_some_and(|(span, _)| at < span.end)
    };
    let names_builds = context.named_builds(unit).iter().any(|(span, _)| !in_quotes(span.start));
    let pulls: Vec<_> = pulls(unit).into_iter().filter(|(span, _)| !in_quotes(span.start)).collect();
    for (span, words) in &quotes {
        let clause = unit.clause_before(span.start).to_ascii_lowercase();
        let other = clause.split(|c: char| !c.is_alphanumeric()).any(|word| OTHERS.contains(&word));
        // Where builds are named too, the words may be a log's unless a comment is named right before them.
        if words.trim().len() < 12 || other || names_builds && !speaks(&clause) {
            continue;
        }
        let nearest = last_before(&pulls, span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let fact = fact(number, words, author(unit, span.start, context), context);
        drafts.push(Draft::new(span.clone(), format!("comment says {number} {}", plain(words)), vec![fact]));
    }
}

/// Who is said to have written the words quoted at byte `at`: "olga commented on PR#4: …".
fn author<'a>(unit: &Unit<'a>, at: usize, context: &Context<'_>) -> Option<&'a str> {
    static WROTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        super::reading::pattern(
            r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)`? (?:commented|replied|answered|wrote|posted|noted|said|asked)\b",
        )
    });
    let clause = unit.clause_before(at);
    let name = WROTE.as_ref()?.captures_iter(clause).last()?.get(1)?;
    let from = at - clause.len();
    super::reading::is_login(unit, &(from + name.start()..from + name.end()), context)
        .then_some(name.as_str())
}

/// "It names `occ db:add`", where the words just above are about a comment: code that it is said to hold.
fn coded(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, words) in super::reading::codes(unit) {
        let lead = super::reading::before(unit, span.start);
        let Some(found) = HOLDS.as_ref().and_then(|pattern| pattern.captures(lead)) else { continue };
        let (Some(whole), Some(subject)) = (found.get(0), found.get(1)) else { continue };
        if words.trim().len() < 6 {
            continue;
        }
        let own = comment_id::named(unit, context).first().map(|named| named.id);
        let refers = subject.as_str().eq_ignore_ascii_case("it");
        let above = || {
            // Items that go on with "it" are about what the one above them is about.
            let mut above = context.above(unit).skip_while(|above| above.lower().starts_with("it "));
            let nearest = above.next()?;
            let own = comment_id::named(nearest, context).first().map(|named| named.id);
            // A bare number is a comment's too where the words above it call it one.
            let called = || {
                let mut bare = nearest.mentions.iter().filter_map(|mention| match mention.what {
                    What::Number(id) => Some(id),
                    _ => None,
                });
                let id = bare.next()?;
                let mut above = above.flat_map(|above| comment_id::named(above, context));
                above.any(|named| named.id == id).then_some(id)
            };
            own.or_else(called)
        };
        let Some(id) = (if refers { above() } else { own.or_else(above) }) else { continue };
        let fact = match context.comment(id) {
            None => Fact::Missing(format!("no comment {id} is in the snapshot")),
            Some((pull, comment)) => {
                let cited = vec![cite(&comment.place, "/body", words_around(&comment.body))];
                let holds = plain(&comment.body).contains(&plain(words));
                let does = if holds { "holds" } else { "does not hold" };
                super::reading::told(holds, format!("comment {id} on PR#{} {does} it", pull.number), cited)
            }
        };
        let start = span.start - (lead.len() - whole.start());
        drafts.push(Draft::new(start..span.end, format!("comment {id} holds {}", plain(words)), vec![fact]));
    }
}

/// Before code that a comment is said to hold.
static HOLDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    super::reading::pattern(
        r"(?i)\b(it|the comment) (?:also )?(?:names|mentions|quotes|lists|contains|gives|spells out) (?:the command |the step )?$",
    )
});

fn fact(number: u64, words: &str, author: Option<&str>, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    if !pull.comments_fetched {
        return Fact::Missing(format!("the comments of PR#{number} are not in the snapshot"));
    }
    let wanted = plain(words);
    let parts: Vec<&str> = wanted.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut saying =
        pull.comments.iter().filter(|comment| in_order(&plain(&comment.body), &parts)).peekable();
    let first = saying.peek().copied();
    match saying.find(|comment| author.is_none_or(|name| comment.author == name)).or(first) {
        Some(comment) if author.is_some_and(|name| comment.author != name) => {
            let words = format!("the comment on PR#{number} that says so is by {}", comment.author);
            Fact::Differs(words, vec![cite(&comment.place, "/user/login", &comment.author)])
        }
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

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn quotations() {
        for (text, expected) in [
            ("The comment on PR#4 says \"The long … Nothing was merged.\"", "+"),
            ("The comment on PR#4 says \"Everything was merged.\"", "-"),
            ("A comment on PR#4 is there; the plan says \"Everything was merged.\"", ""),
            ("Comment on PR#4 (build #202): \"The long and the short\"", "+"),
            ("bot commented on PR#4: \"The long and the short\"", "-"),
            ("olga commented on PR#4: \"The long and the short\"", "+"),
            ("@nobody wrote in a comment on PR#4: \"The long and the short\"", "-"),
            ("The comment on PR#9 says \"Everything was merged.\"", "?"),
            ("PR#4 says \"Everything was merged.\"", ""),
            ("- Comment `#14506` on PR#4\n- it names `the short of it` as such", "+"),
            ("- Comment `#14506` on PR#4\n- it is long\n- it also mentions `occ db:add`", "-"),
            ("- PR#4 is open\n- it names `occ db:add`", ""),
            ("- Comment `#14506` on PR#4\n- `#14506` is long\n- it names `the short of it`", "+"),
            ("- Comment `#94506` on PR#4\n- `#94506` is long\n- it names `the short of it`", "?"),
            ("- Comment `#94506` on PR#4\n- `#84506` is long\n- it names `the short of it`", ""),
            ("Comment #14506 is there; the comment contains `the long`", "-"),
        ] {
            check("comment-quote", text, expected);
        }
        check_with("comment-quote", "The comment on PR#4 says \"Everything was merged.\"", "?", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").comments_fetched = false;
        });
    }
}
