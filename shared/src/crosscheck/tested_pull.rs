//! "Tested PR#5 (d42d0f7c), not PR#4", "build #612 of PR#4": the commit that a build ran, against heads of pull requests.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::{same_sha, tested_ref};
use super::reading::{before, is_supposed, last_before, mentions_from, pattern, pulls, supposed};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::{Build, Pull};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "tested-pull",
    explains: "Which pull request a build really tested follows from the commit it ran.",
    kind: CheckKind::Substance,
    find,
};

static TESTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:tested|ran|used|built|exercised)\s+(?:the\s+)?(?:current\s+)?(?:head of\s+)?PR")
});
/// What joins a build to the pull request right behind it.
static OF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)#?\d+(?: \(| of | on | for | against | was (?:of|on|for) | ran on | ran against )(?:the )?(?:head of )?$",
    )
});

/// The spans from "Tested" to the end of its clause.
pub(super) fn spans(unit: &Unit<'_>) -> Vec<Range<usize>> {
    let Some(pattern) = TESTED.as_ref() else { return Vec::new() };
    let mut spans: Vec<Range<usize>> = Vec::new();
    for found in pattern.find_iter(unit.words()) {
        if spans.last().is_some_and(|last| last.contains(&found.start())) {
            continue;
        }
        let end = unit.clause(found.start()).end.max(found.end());
        spans.push(found.start()..end);
    }
    spans
}

/// Whether byte `at` lies in one of the spans.
pub(super) fn holds(spans: &[Range<usize>], at: usize) -> bool {
    let last = spans.partition_point(|span| span.start <= at).checked_sub(1);
    last.and_then(|last| spans.get(last)).is_some_and(|span| at < span.end)
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let spans = spans(unit);
    let pulls = pulls(unit);
    let named = context.named_builds(unit);
    for span in &spans {
        let builds = context.builds_at(unit, span.start);
        if builds.is_empty() {
            continue;
        }
        let from = pulls.partition_point(|(at, _)| at.start < span.start);
        let inside: Vec<_> = pulls[from..].iter().take_while(|(at, _)| at.start < span.end).collect();
        let mut facts = Vec::new();
        let mut end = span.end;
        for (index, (at, number)) in inside.iter().enumerate() {
            let lead = before(unit, at.start).trim_end();
            let denied =
                lead.ends_with("not") || lead.ends_with("instead of") || lead.ends_with("rather than");
            // Another sentence part about a pull request is none of what was tested.
            let joined = index == 0 || denied || lead.ends_with("and") || lead.ends_with(['/', '+']);
            if !joined {
                end = at.start;
                break;
            }
            facts
                .extend(builds.iter().map(|build| fact(*build, *number, denied, written(unit, at), context)));
        }
        if is_supposed(unit, &(span.start..span.start)) {
            facts = supposed();
        }
        let first = inside.first().map(|(_, number)| *number);
        drafts.push(Draft::new(span.start..end, format!("tested {builds:?} {first:?}"), facts));
    }
    for (at, number) in &pulls {
        let lead = before(unit, at.start);
        let near = OF.as_ref().is_some_and(|pattern| pattern.is_match(lead));
        if !near || holds(&spans, at.start) {
            continue;
        }
        let nearest = last_before(named, at.start).filter(|(span, _)| span.end + 24 > at.start);
        let Some((from, build)) = nearest else { continue };
        let span = from.start..at.end;
        let facts = match is_supposed(unit, &span) {
            true => supposed(),
            false => vec![fact(*build, *number, false, None, context)],
        };
        drafts.push(Draft::new(span, format!("tested {build} {number}"), facts));
    }
}

/// The commit written right behind a pull request.
fn written<'a>(unit: &'a Unit<'_>, at: &Range<usize>) -> Option<&'a str> {
    match mentions_from(unit, at.end).first() {
        Some(Mention { span, what: What::Commit(sha) }) if span.start <= at.end + 2 => Some(sha.as_str()),
        _ => None,
    }
}

fn fact(build: u64, pull: u64, denied: bool, written: Option<&str>, context: &Context<'_>) -> Fact {
    let (build, pull) = match (context.build(build), context.pull(pull)) {
        (Ok(build), Ok(pull)) => (build, pull),
        (Err(missing), _) | (_, Err(missing)) => return missing,
    };
    let Some(tested) = tested_ref(build) else {
        return Fact::Missing(format!("build {} does not say which commit it tested", build.number));
    };
    let cited =
        vec![cite(&build.place, "/params/REF", tested), cite(&pull.place, "/head/sha", &pull.head_sha)];
    let short = |sha: &str| sha.chars().take(8).collect::<String>();
    let is_head = same_sha(tested, &pull.head_sha);
    let words = format!(
        "build {} ran {}, PR#{}'s head is {}",
        build.number,
        short(tested),
        pull.number,
        short(&pull.head_sha)
    );
    if !is_head && pushed_since(pull, build) {
        let words = format!("{words}; it was pushed to after the build began, so its head then is not known");
        return Fact::Unclear(words, cited);
    }
    let sha_agrees = written.is_none_or(|sha| same_sha(sha, &pull.head_sha));
    if is_head != denied && sha_agrees { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}

/// Whether a push after the build began may explain that it ran another commit than today's head.
pub(super) fn pushed_since(pull: &Pull, build: &Build) -> bool {
    let began = build.created.or(build.started);
    pull.events.iter().any(|event| {
        event.kind == "pull_push" && (event.at.is_none() || began.is_none() || event.at >= began)
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};
    use crate::evidence::PullEvent;

    #[test]
    fn what_builds_tested() {
        for (text, expected) in [
            ("Build 202: tested PR#4 (4444444b), not PR#5.", "+"),
            ("Build #203 tested PR#4.", "-"),
            ("build #202 of PR#4 is the one", "+"),
            ("build #201 (PR#4)", "-"),
            ("build #202 ran the head of PR#4", "+"),
            ("#299 tested PR#4; #202 tested PR#9", "??"),
            ("if build #203 tested PR#4", "."),
            ("build #202 tested PR#4, PR#3 is closed", "+"),
        ] {
            check("tested-pull", text, expected);
        }
        check_with("tested-pull", "Build #203 tested PR#4.", ".", |evidence| {
            let pull = evidence.pulls.get_mut(&4).expect("there");
            let at = "2030-01-02T10:20:00Z".parse().ok();
            let place = pull.place.clone();
            pull.events.push(PullEvent { kind: "pull_push".into(), at, ..PullEvent::nothing(place) });
        });
    }
}
