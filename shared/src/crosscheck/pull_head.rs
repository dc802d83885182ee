//! "PR#4 (d88f5801)", "head of PR#4 = d88f5801", `head_sha=…`: the head of a pull request.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::same_sha;
use super::reading::{after, before, last_before, pattern, pulls};
use super::{Context, Draft, Fact, Rule, Unit, cite, tested_pull};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "pull-head",
    explains: "The commit written beside a pull request has to be its head.",
    kind: CheckKind::Substance,
    find,
};

/// Between a pull request and the commit that is called its head.
static BETWEEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?: \(|\s?@\s?| at |,? ?\(?head(?: commit| sha| ref)?(?: is| was|:| =| →| @| at)? @?",
        r"|(?:'s|’s) head(?: commit| sha| ref)?(?: is|:| =| →| \(| at| was)? ?|: head(?: is|:| =)? ?)$",
    ))
});
static HEAD_OF: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\bhead(?: commit| sha)? of (?:the )?$"));
static IS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)^(?: is| was|:| =| →| \(| at)? ?$"));
/// A push from one commit to another.
static ARROW: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s?(?:→|->|\.\.\.?|=>)\s?$"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let tested = tested_pull::spans(unit);
    let pulls = pulls(unit);
    let commits: Vec<(&Range<usize>, &str)> = unit
        .mentions
        .iter()
        .filter_map(|mention| match &mention.what {
            What::Commit(sha) => Some((&mention.span, sha.as_str())),
            _ => None,
        })
        .collect();
    let mut pushes = std::collections::BTreeSet::new();
    for pair in commits.windows(2) {
        let [(from, old), (to, new)] = pair else { continue };
        let arrow = ARROW.as_ref().is_some_and(|pattern| pattern.is_match(unit.text(&(from.end..to.start))));
        if !arrow {
            continue;
        }
        pushes.extend([from.start, to.start]);
        let clause = unit.clause(from.start);
        if pulls
            .get(pulls.partition_point(|(at, _)| at.start < clause.start))
            .is_some_and(|(at, _)| at.start < clause.end)
        {
            let words = "from which commit to which was pushed is not recorded here";
            let facts = vec![Fact::Missing(words.to_owned())];
            drafts.push(Draft::new(from.start..to.end, format!("push {old} {new}"), facts));
        }
    }
    for (span, number) in pulls.iter().filter(|(span, _)| !tested_pull::holds(&tested, span.start)) {
        let number = *number;
        let next = commits.partition_point(|(at, _)| at.start < span.end);
        let Some((at, sha)) = commits.get(next).filter(|(at, _)| !pushes.contains(&at.start)) else {
            continue;
        };
        let between = unit.text(&(span.end..at.start));
        let head_of = HEAD_OF.as_ref().is_some_and(|pattern| pattern.is_match(before(unit, span.start)));
        let pattern = if head_of { &IS } else { &BETWEEN };
        if between.len() > 40 || !pattern.as_ref().is_some_and(|pattern| pattern.is_match(between)) {
            continue;
        }
        let firm = head_of || between == " (" || between.to_ascii_lowercase().contains("head");
        let closing = usize::from(between.ends_with('(') && after(unit, at.end).starts_with(')'));
        let short: String = sha.chars().take(7).collect();
        let fact = fact(number, sha, firm, unit, context);
        drafts.push(Draft::new(span.start..at.end + closing, format!("head {number} {short}"), vec![fact]));
    }
    for (span, key, value) in unit.pairs() {
        if !matches!(key, "head_sha" | "head.sha" | "head") || value.len() < 7 {
            continue;
        }
        let nearest = last_before(&pulls, span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let short: String = value.chars().take(7).collect();
        let fact = fact(number, value, true, unit, context);
        drafts.push(Draft::new(span.clone(), format!("head {number} {short}"), vec![fact]));
    }
}

fn fact(number: u64, sha: &str, firm: bool, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    let cited = vec![cite(&pull.place, "/head/sha", &pull.head_sha)];
    if same_sha(sha, &pull.head_sha) {
        return Fact::Agrees(format!("PR#{number}'s head is {}", pull.head_sha), cited);
    }
    let pushes = || pull.events.iter().filter(|event| event.kind == "pull_push");
    if pushes().any(|event| event.at.is_none() || event.at > unit.as_of) {
        let words = format!("PR#{number} was pushed to after this was written; its head then is not known");
        return Fact::Unclear(words, cited);
    }
    if !firm && pushes().next().is_some() {
        let words = format!("PR#{number}'s head is {}; an earlier one may be meant", pull.head_sha);
        return Fact::Unclear(words, cited);
    }
    Fact::Differs(format!("PR#{number}'s head is {}", pull.head_sha), cited)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};
    use crate::evidence::PullEvent;

    #[test]
    fn heads() {
        for (text, expected) in [
            ("PR#4 (4444444b) and PR#3 (5555555c)", "+-"),
            ("PR#4 head 4444444b", "+"),
            ("PR#4's head is `5555555c`", "-"),
            ("head of PR#4 = 4444444b4444", "+"),
            ("the head of PR#4 is 5555555c", "-"),
            ("PR#4 @4444444b, PR#9 @4444444b", "+?"),
            ("PR#4: `head_sha=4444444b`", "+"),
            ("PR#4 was pushed 1111111a→4444444b", "?"),
            ("PR#4 was fixed by 5555555c", ""),
            ("PR#4 and the commit (5555555c)", ""),
        ] {
            check("pull-head", text, expected);
        }
    }

    #[test]
    fn a_later_push_leaves_it_open() {
        for (when, text, expected) in [
            ("2030-01-02T11:00:00Z", "PR#4 (5555555c)", "."),
            ("2030-01-02T09:00:00Z", "PR#4 (5555555c)", "-"),
            ("2030-01-02T09:00:00Z", "PR#4 at 5555555c", "."),
        ] {
            check_with("pull-head", text, expected, |evidence| {
                let pull = evidence.pulls.get_mut(&4).expect("there");
                let place = pull.place.clone();
                let event = PullEvent {
                    kind: "pull_push".into(),
                    at: when.parse().ok(),
                    ..PullEvent::nothing(place)
                };
                pull.events.push(event);
            });
        }
    }
}
