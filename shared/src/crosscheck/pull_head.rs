//! "PR#4 (d88f5801)", "head of PR#4 = d88f5801", `head_sha=…`: the head of a pull request.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::same_sha;
use super::reading::{after, before, last_before, mentions_from, pattern, pulls, told, when};
use super::{Context, Draft, Fact, Rule, Unit, cite, tested_pull};
use crate::documents::mentions::{Mention, What};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock};

pub(super) const RULE: Rule = Rule {
    id: "pull-head",
    explains: "The commit written beside a pull request has to be its head when that was written.",
    kind: CheckKind::Substance,
    words: &[],
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
/// "The head of the branch is unchanged: " before a pull request.
static HEAD_STANDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\bhead(?: of the (?:branch|PR|pull request))? (?:is|stays|remains|has stayed) (?:still |now )?(?:unchanged|the same|as it was)[:,]? ?(?:of |on |at )?$",
    )
});
static IS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)^(?: is| was|:| =| →| \(| at)? ?$"));
static PUSHED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^(?:\s*[,;:—–-])?\s*\(?(?:which was |was |force-|last )?pushed\s*(?:at|on|@)?\s*$")
});
/// A push from one commit to another.
static ARROW: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s?(?:→|->|\.\.\.?|=>)\s?$"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let has_head = unit.mentions.iter().any(|mention| match &mention.what {
        What::Commit(_) => true,
        What::Pair { key, .. } => key.starts_with("head"),
        _ => false,
    });
    if !has_head {
        return;
    }
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
        let is_called_head = head_of
            || between.to_ascii_lowercase().contains("head")
            || HEAD_STANDS.as_ref().is_some_and(|pattern| pattern.is_match(before(unit, span.start)));
        let called = match (is_called_head, between) {
            (true, _) => Called::Head,
            (false, " (") => Called::Itself,
            _ => Called::Perhaps,
        };
        let closing = usize::from(between.ends_with('(') && after(unit, at.end).starts_with(')'));
        let mut end = at.end + closing;
        let short: String = sha.chars().take(7).collect();
        let mut key = format!("head {number} {short}");
        let fact = match pushed_at(unit, end) {
            Some((time, window)) => {
                end = time.end;
                key = format!("{key} {}", unit.text(&time));
                pushed(number, sha, window, context)
            }
            None => fact(number, sha, called, unit, context),
        };
        drafts.push(Draft::new(span.start..end, key, vec![fact]));
    }
    for (span, key, value) in unit.pairs() {
        if !matches!(key, "head_sha" | "head.sha" | "head") || value.len() < 7 {
            continue;
        }
        let nearest = last_before(&pulls, span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let short: String = value.chars().take(7).collect();
        let fact = fact(number, value, Called::Head, unit, context);
        drafts.push(Draft::new(span.clone(), format!("head {number} {short}"), vec![fact]));
    }
}

/// How a commit is tied to a pull request.
#[derive(Clone, Copy, PartialEq)]
enum Called {
    /// Its head, in so many words.
    Head,
    /// Written in brackets right behind it.
    Itself,
    /// Something of it.
    Perhaps,
}

fn fact(number: u64, sha: &str, called: Called, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    let Some(head) = context.heads.head_at(pull, unit.as_of) else {
        let cited = vec![cite(&pull.place, "/head/sha", &pull.head_sha)];
        if same_sha(sha, &pull.head_sha) {
            return Fact::Agrees(format!("PR#{number}'s head is {}", pull.head_sha), cited);
        }
        if !context.heads.are_told(number) {
            let words = "was changed after this was written, and the pushes to it are not in the snapshot";
            return Fact::Missing(format!("PR#{number} {words}"));
        }
        let words = format!("PR#{number} was pushed to after this was written; its head then is not known");
        return Fact::Unclear(words, cited);
    };
    let words = match head.is_present {
        true => format!("PR#{number}'s head is {}", head.sha),
        false => format!("PR#{number}'s head was {} {}", head.sha, when(unit)),
    };
    if same_sha(sha, head.sha) {
        return Fact::Agrees(words, vec![head.cited]);
    }
    // A time behind the words, or a look back, may speak of an earlier or a later head.
    let was_head = context.heads.was_head(number, sha) && called != Called::Head;
    if was_head || called == Called::Perhaps && context.heads.was_pushed(number) {
        return Fact::Unclear(format!("{words}; another one may be meant"), vec![head.cited]);
    }
    Fact::Differs(words, vec![head.cited])
}

/// ", pushed at 10:52:40Z" at byte `at`: the time and what it may mean.
fn pushed_at(unit: &Unit<'_>, at: usize) -> Option<(Range<usize>, (Timestamp, Timestamp))> {
    let Mention { span, what: What::Time(moment) } = mentions_from(unit, at).first()? else { return None };
    let said = PUSHED.as_ref().is_some_and(|pattern| pattern.is_match(unit.text(&(at..span.start))));
    said.then(|| Some((span.clone(), unit.window(moment)?)))?
}

/// Whether a push of that time made the commit the head.
fn pushed(number: u64, sha: &str, window: (Timestamp, Timestamp), context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    if !pull.events_fetched {
        return Fact::Missing(format!("the pushes to PR#{number} are not in the snapshot"));
    }
    match context.heads.pushed_within(pull, window) {
        Some((at, Some(head), event)) => {
            let words = format!("the push of {} made {head} the head of PR#{number}", clock(at));
            let cited = vec![cite(&event.place, "/created_at", at), cite(&event.place, "/body", head)];
            told(same_sha(sha, head), words, cited)
        }
        Some((at, None, event)) => {
            let words = format!("the push to PR#{number} of {} does not say what it brought", clock(at));
            Fact::Unclear(words, vec![cite(&event.place, "/created_at", at)])
        }
        // The push that opened it is recorded by some forges alone.
        None if pull.created_at.is_some_and(|at| window.0 <= at && at <= window.1) => {
            Fact::Missing(format!("what PR#{number} was opened with is not in the snapshot"))
        }
        None => {
            let pushes = pull.events.iter().filter(|event| event.kind == "pull_push");
            let pushes: Vec<_> = pushes.filter_map(|event| Some((event, event.at?))).take(8).collect();
            if pushes.is_empty() {
                return Fact::Missing(format!("no push to PR#{number} is in the snapshot"));
            }
            let times: Vec<String> = pushes.iter().map(|(_, at)| clock(*at)).collect();
            let words = format!("PR#{number} was pushed to at {}, not then", times.join(", "));
            let cited = pushes.iter().map(|(event, at)| cite(&event.place, "/created_at", at)).collect();
            Fact::Differs(words, cited)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with, pushed_twice};
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
    fn heads_of_then() {
        for (text, expected) in [
            ("PR#4 (5555555c), pushed at 10:05:00Z", "-"),
            ("PR#4 (4444444b), pushed at 11:00:00Z", "+"),
            ("PR#4 (7777777e), pushed 09:50Z", "+"),
            ("PR#4 (7777777e), pushed 09:40Z", "-"),
            ("PR#4 (7777777e)", "+"),
            ("PR#4 (4444444b)", "."),
            ("PR#4's head is 4444444b", "-"),
            ("The head stays the same: PR#4 (4444444b)", "-"),
            ("The head of the branch is unchanged: PR#4 (7777777e)", "+"),
            ("PR#4 (5555555c)", "-"),
            ("PR#4 head 7777777e", "+"),
        ] {
            check_with("pull-head", text, expected, |evidence| {
                pushed_twice(evidence);
                evidence.pulls.get_mut(&4).expect("there").events_fetched = true;
            });
        }
    }

    #[test]
    fn without_the_pushes_a_changed_pull_proves_no_other_head() {
        for (updated, text, expected) in [
            ("2030-01-02T11:00:00Z", "PR#4 (5555555c)", "?"),
            ("2030-01-02T11:00:00Z", "PR#4 (4444444b)", "+"),
            ("2030-01-02T09:00:00Z", "PR#4 (5555555c)", "-"),
        ] {
            check_with("pull-head", text, expected, |evidence| {
                evidence.pulls.get_mut(&4).expect("there").updated_at = updated.parse().ok();
            });
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
