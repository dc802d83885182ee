//! "Same sha: #578 …, #585 …": builds that ran the same commit.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::{same_sha, tested_ref};
use super::reading::{last_before, mentions_from, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "same-commit",
    explains: "Builds said to have run the same commit must have been given the same one.",
    kind: CheckKind::Substance,
    words: &["same sha", "same commit", "same ref"],
    find,
};

static SAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bsame (?:sha|commit|ref)\b").ok());

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = SAME.as_ref().and_then(|pattern| pattern.find(unit.words())) else { return };
    let clause = unit.clause(found.start());
    let mut builds: Vec<u64> = context
        .named_builds(unit)
        .iter()
        .filter(|(span, _)| clause.contains(&span.start))
        .map(|(_, number)| *number)
        .collect();
    // "Builds #578 and #585 are no proof. Same commit, …" is said of the list before.
    if builds.is_empty() {
        builds = listed_before(unit, found.start(), context);
    }
    let Some((first, others)) = builds.split_first() else { return };
    if others.is_empty() {
        return;
    }
    let mut facts: Vec<Fact> = others.iter().map(|other| fact(*first, *other, context)).collect();
    let mut span = found.range();
    if let Some((end, sha)) = named_behind(unit, found.end()) {
        span.end = end;
        facts.extend(builds.iter().map(|number| is_of(*number, sha, context)));
    }
    let key = format!("same commit {builds:?} {}", unit.text(&(found.end()..span.end)));
    drafts.push(Draft::new(span, key, facts));
}

/// The list of builds that the words at byte `at` go on about: named shortly before, with no pull request between.
fn listed_before(unit: &Unit<'_>, at: usize, context: &Context<'_>) -> Vec<u64> {
    let Some((last, _)) = last_before(context.named_builds(unit), at) else { return Vec::new() };
    let other = unit.pulls().any(|(span, _)| last.end <= span.start && span.start < at);
    if other || at - last.end > 120 { Vec::new() } else { context.builds_at(unit, at) }
}

/// The commit right behind the words: "same commit (d88f5801)", "same sha: `d88f5801`".
fn named_behind<'u>(unit: &'u Unit<'_>, at: usize) -> Option<(usize, &'u str)> {
    let Mention { span, what: What::Commit(sha) } = mentions_from(unit, at).first()? else { return None };
    let between = unit.text(&(at..span.start));
    if !matches!(between, " (" | ": " | " " | ", ") {
        return None;
    }
    let closed = between == " (" && unit.words().get(span.end..).is_some_and(|rest| rest.starts_with(')'));
    Some((span.end + usize::from(closed), sha))
}

/// Whether a build ran this commit.
fn is_of(number: u64, sha: &str, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let Some(real) = tested_ref(build) else {
        return Fact::Missing(format!("build {number} does not say which commit it ran"));
    };
    told(
        same_sha(sha, real),
        format!("build {number} ran {real}"),
        vec![cite(&build.place, "/params/REF", real)],
    )
}

fn fact(one: u64, other: u64, context: &Context<'_>) -> Fact {
    let (one, other) = match (context.build(one), context.build(other)) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(missing), _) | (_, Err(missing)) => return missing,
    };
    let (Some(left), Some(right)) = (tested_ref(one), tested_ref(other)) else {
        return Fact::Missing(format!(
            "builds {} and {} do not both say which commit they ran",
            one.number, other.number
        ));
    };
    let cited = vec![cite(&one.place, "/params/REF", left), cite(&other.place, "/params/REF", right)];
    if same_sha(left, right) {
        Fact::Agrees(format!("builds {} and {} both ran {left}", one.number, other.number), cited)
    } else {
        Fact::Differs(format!("build {} ran {left}, build {} ran {right}", one.number, other.number), cited)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn one_commit() {
        for (text, expected) in [
            ("Same sha: #202 passed, #203 failed", "-"),
            ("Builds #202 and #202 are no proof. Same commit (4444444b), as said.", "+"),
            ("Builds #202 and #203 are no proof. Same commit, as said.", "-"),
            ("Builds #202 and #202 ran. Same commit (5555555c).", "-"),
            ("Builds #202 and #299 ran. Same commit (4444444b).", "?"),
            ("Builds #202 and #203 ran; PR#4 is at the same commit.", ""),
            ("Build #202 ran. Same commit (4444444b).", ""),
            ("not the same commit: #202, #203", "."),
        ] {
            check("same-commit", text, expected);
        }
    }
}
