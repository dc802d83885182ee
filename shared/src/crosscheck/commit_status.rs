//! "`cc-ci/testme` success on PR#4's head": the status that CI had set on a commit when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::build_status::plain;
use super::context::same_sha;
use super::reading::{
    after, before, contradict_only_commits, last_before, mentions_from, pattern, pulls, told, when,
};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::CommitStatus;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "commit-status",
    explains: "The status that CI last set on a pull request's head before this was committed.",
    kind: CheckKind::Substance,
    words: &["succe", "fail", "pending", "error", "green", "red", "pass", "✅", "✔", "✓", "❌", "✘", "✗"],
    find,
};

static STATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\s*(?:commit )?(?:status|check|context)?\s*(?:\(|:|=|→|->|—|–)?\s*(?:is|was|shows|reads|stands at|set to|now|still)?\s*(?:on )?\s*",
        r"\b?(success|successful|failure|pending|error|green|red|passed|failed|✅|✔|✓|❌|✘|✗)",
    ))
});
static LEAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(?:commit status|status check|status|check|context)(?: of)?:?\s*$"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let known = |name: &str| {
        context.evidence.pulls.values().flat_map(|pull| &pull.statuses).any(|status| status.context == name)
    };
    let pulls = pulls(unit);
    for mention in &unit.mentions {
        let What::Path(name) = &mention.what else { continue };
        let at = &mention.span;
        if name.contains('.') || name.starts_with('/') {
            continue;
        }
        let rest = after(unit, at.end);
        let Some(word) = STATE.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1)) else { continue };
        let called = rest.get(..word.start()).unwrap_or("").to_ascii_lowercase();
        let named = || LEAD.as_ref().is_some_and(|pattern| pattern.is_match(before(unit, at.start)));
        if !called.contains("status") && !known(name) && !named() {
            continue;
        }
        let end = at.end + word.end();
        let behind = pulls.get(pulls.partition_point(|(span, _)| span.start < end));
        let behind = behind.filter(|(span, _)| span.start < end + 24);
        let nearest = behind.or_else(|| last_before(&pulls, at.start)).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let sha = mentions_from(unit, end).first().and_then(|next| match next {
            Mention { span, what: What::Commit(sha) } if span.start < end + 16 => Some(sha.as_str()),
            _ => None,
        });
        let mut facts = vec![fact(number, name, &plain(word.as_str()), sha, unit, context)];
        contradict_only_commits(unit, &mut facts);
        let end = behind.map_or(end, |(span, _)| span.end);
        drafts.push(Draft::new(
            at.start..end,
            format!("status {number} {name} {}", plain(word.as_str())),
            facts,
        ));
    }
}

fn fact(
    number: u64,
    name: &str,
    said: &str,
    sha: Option<&str>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    let head = sha.is_none_or(|sha| same_sha(sha, &pull.head_sha));
    let of_context = |status: &&CommitStatus| status.context == name && (sha.is_none() || head);
    let by_then = |status: &&CommitStatus| unit.as_of.is_none() || status.created_at <= unit.as_of;
    let latest =
        pull.statuses.iter().filter(of_context).filter(by_then).max_by_key(|status| status.created_at);
    let Some(status) = latest else {
        return Fact::Missing(format!("no status {name} of PR#{number}'s head by then is in the snapshot"));
    };
    let words = format!("{name} on PR#{number}'s head: {} {}", status.status, when(unit));
    let pushed = pull.events.iter().any(|event| event.kind == "pull_push" && event.at > unit.as_of);
    let cited = vec![cite(&status.place, "/status", &status.status)];
    if plain(&status.status) != said && pushed {
        return Fact::Unclear(format!("{words}; it was pushed to after this was written"), cited);
    }
    told(plain(&status.status) == said, words, cited)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn statuses() {
        for (text, expected) in [
            ("`cc-ci/testme` success on PR#4's head", "+"),
            ("PR#4: commit status `cc-ci/testme` = failure", "-"),
            ("`cc-ci/testme` is green on PR#4", "+"),
            ("`cc-ci/testme` pending on PR#4", "-"),
            ("status `cc-ci/other` success on PR#4", "?"),
            ("`cc-ci/testme` success on PR#9", "?"),
            ("`docs/testme` success on PR#4", ""),
            ("PR#4: `cc-ci/testme` should be success", ""),
            ("PR#4: if `cc-ci/testme` is red", "."),
        ] {
            check("commit-status", text, expected);
        }
        check_with("commit-status", "`cc-ci/testme` pending on PR#4", "+", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").statuses.truncate(1);
        });
    }
}
