//! "Tested PR#5 (d42d0f7c), not PR#4", "build #612 of PR#4": the commit that a build ran, against heads of pull requests.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::attributes::{Told, attributes, fresh};
use super::context::{same_sha, tested_ref};
use super::reading::{
    after, before, is_supposed, last_before, mentions_from, pattern, pulls, supposed, told,
};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::{Build, Pull};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "tested-pull",
    explains: "Which pull request a build really tested follows from the commit it ran.",
    kind: CheckKind::Substance,
    words: &[],
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

/// "40 is PR 9's".
static IS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)#?\d+ (?:is|was|belongs to|belonged to) $"));

/// The spans from "Tested" to the end of its clause.
pub(super) fn spans(unit: &Unit<'_>) -> Vec<Range<usize>> {
    let may = unit.has_any(&["tested", "ran", "used", "built", "exercised"]) && unit.has_any(&["pr"]);
    let Some(pattern) = TESTED.as_ref().filter(|_| may) else { return Vec::new() };
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
    let words = unit.lower();
    if words.contains("pr") || words.contains("pull request") || words.contains("build") {
        for (span, pull, build) in pairs(unit, context) {
            let facts = match is_supposed(unit, &span) {
                true => supposed(),
                false => vec![fact(build, pull, false, None, context)],
            };
            drafts.push(Draft::new(span, format!("tested {build} {pull}"), facts));
        }
    }
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
        // A commit that is tied to none of them stays uncompared.
        let tied = |at: usize| inside.iter().any(|(pull, _)| pull.end < at && at <= pull.end + 48);
        let loose = mentions_from(unit, span.start).iter().take_while(|other| other.span.start < end);
        let loose = loose.filter(|other| matches!(other.what, What::Commit(_))).take(4);
        if loose.into_iter().any(|other| !tied(other.span.start)) {
            facts.push(Fact::Unclear("of what the commit is said is not plain".to_owned(), Vec::new()));
        }
        if is_supposed(unit, &(span.start..span.start)) {
            facts = supposed();
        }
        let first = inside.first().map(|(_, number)| *number);
        drafts.push(Draft::new(span.start..end, format!("tested {builds:?} {first:?}"), facts));
    }
    for (at, number) in &pulls {
        let lead = before(unit, at.start);
        let belongs = ["'s", "’s"].iter().any(|mark| after(unit, at.end).starts_with(mark));
        let near = OF.as_ref().is_some_and(|pattern| pattern.is_match(lead))
            || belongs && IS.as_ref().is_some_and(|pattern| pattern.is_match(lead));
        if !near || holds(&spans, at.start) {
            continue;
        }
        let nearest = last_before(named, at.start).filter(|(span, _)| span.end + 24 > at.start);
        let Some((from, build)) = nearest else { continue };
        // "Both #12 and #13 ran on PR#4".
        let builds = context.list_ending_at(unit, from);
        let last = named.partition_point(|(other, _)| other.start <= from.start);
        let first = last.checked_sub(builds.len()).and_then(|first| named.get(first));
        let span = first.map_or(from.start, |(first, _)| first.start)..at.end;
        let facts = match is_supposed(unit, &span) {
            true => supposed(),
            false => builds.iter().map(|build| fact(*build, *number, false, None, context)).collect(),
        };
        let key = match builds.as_slice() {
            [_] => format!("tested {build} {number}"),
            _ => format!("tested {builds:?} {number}"),
        };
        drafts.push(Draft::new(span, key, facts));
    }
    listed(unit, context, drafts);
}

/// What a list or a row of a table says that a build tested.
fn listed(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for one in fresh(attributes(unit, context), drafts) {
        let Told::Pull(number) = one.told else { continue };
        let span = one.quote();
        let facts = match is_supposed(unit, &span) {
            true => supposed(),
            false => vec![fact(one.build, number, false, None, context)],
        };
        drafts.push(Draft::new(span, format!("tested {} {number}", one.build), facts));
    }
}

/// "as it stood then (": between a pull request and the head it had.
static THEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?: ?\(| ?@ ?| at |,? (?:as it (?:was|stood)|as of)(?: then| at (?:that|the) time| at the start)?,? ?[(@:,]?\s?",
        r"|(?:,|'s|’s)? (?:then |old |earlier )?head(?: then| of then| at (?:that|the) time)?,? ?[(@:,]?\s?)$",
    ))
});

/// `#31/#902`: a pull request and its build, where the numbers can mean nothing else.
fn pairs(unit: &Unit<'_>, context: &Context<'_>) -> Vec<(Range<usize>, u64, u64)> {
    let pulls = |what: &What| match what {
        What::Pull(number) => Some(*number),
        What::Number(number) => {
            let evidence = context.evidence;
            let is_pull = evidence.pulls.contains_key(number)
                && !evidence.builds.contains_key(number)
                && !evidence.builds_listed.contains_key(number);
            is_pull.then_some(*number)
        }
        _ => None,
    };
    let pairs = unit.mentions.windows(2).filter_map(|pair| {
        let [first, second] = pair else { return None };
        let joined =
            matches!(unit.text(&(first.span.end..second.span.start)), "/" | " / " | " → " | "→" | ":");
        let (What::Number(build) | What::Build(build)) = second.what else { return None };
        let here = joined && !context.evidence.pulls.contains_key(&build);
        let pull = pulls(&first.what).filter(|_| here)?;
        Some((first.span.start..second.span.end, pull, build))
    });
    pairs.collect()
}

/// The commit written right behind a pull request.
fn written<'a>(unit: &'a Unit<'_>, at: &Range<usize>) -> Option<&'a str> {
    let tied = |from: usize| {
        from <= at.end + 2
            || from <= at.end + 48
                && THEN.as_ref().is_some_and(|pattern| pattern.is_match(unit.text(&(at.end..from))))
    };
    match mentions_from(unit, at.end).first() {
        Some(Mention { span, what: What::Commit(sha) }) if tied(span.start) => Some(sha.as_str()),
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
    let short = |sha: &str| sha.chars().take(8).collect::<String>();
    let began = build.created.or(build.started);
    let number = pull.number;
    let mut cited = vec![cite(&build.place, "/params/REF", tested)];
    let ran = format!("build {} ran {}", build.number, short(tested));
    let heads = &context.heads;
    let of_another = || heads.head_of_another(pull, tested, began, &context.evidence.pulls);
    let head = match heads.head_at(pull, began) {
        Some(head) => head,
        // What it ran is its present head, which it may have been before.
        None if same_sha(tested, &pull.head_sha) => {
            cited.push(cite(&pull.place, "/head/sha", &pull.head_sha));
            let words = format!("{ran}, PR#{number}'s head is {}", short(&pull.head_sha));
            let agrees = !denied && written.is_none_or(|sha| same_sha(sha, tested));
            return if agrees { Fact::Agrees(words, cited) } else { Fact::Unclear(words, cited) };
        }
        None => {
            cited.push(cite(&pull.place, "/head/sha", &pull.head_sha));
            let now = format!("{ran}, PR#{number}'s head is {}", short(&pull.head_sha));
            let words = match of_another() {
                Some(other) if written.is_none() && !heads.was_head(number, tested) => {
                    let words = format!("{now}; {} was the head of PR#{other}", short(tested));
                    return told(denied, words, cited);
                }
                _ if !heads.are_told(number) => {
                    let words =
                        "it was changed after the build began, and the pushes to it are not in the snapshot";
                    return Fact::Missing(format!("{now}; {words}"));
                }
                _ => format!("{now}; it was pushed to after the build began, so its head then is not known"),
            };
            return Fact::Unclear(words, cited);
        }
    };
    let is = if head.is_present { "is" } else { "was then" };
    let mut words = format!("{ran}, PR#{number}'s head {is} {}", short(head.sha));
    let is_head = same_sha(tested, head.sha);
    if !is_head && let Some(other) = of_another() {
        words = format!("{words}; {} was the head of PR#{other}", short(tested));
    }
    cited.push(head.cited);
    if !is_head && heads.was_head(number, tested) {
        return Fact::Unclear(format!("{words}; it was another head of PR#{number}"), cited);
    }
    let sha_agrees = written.is_none_or(|sha| same_sha(sha, head.sha));
    told(is_head != denied && sha_agrees, words, cited)
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
    use super::super::samples::{check, check_with, pushed_twice};
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
            ("PRs and their builds: #4/#202, #5/#201, #4/#203", "++-"),
            ("PR#4/#202", "+"),
            ("builds #202/#203", ""),
            ("PR#4/#299", "?"),
            ("build #202 tested PR#4, PR#3 is closed", "+"),
        ] {
            check("tested-pull", text, expected);
        }
        for (text, expected) in [
            ("Build #202 tested PR#4 as it stood then (7777777e)", "+"),
            ("Build #202 tested PR#4 (7777777e), not PR#5", "+"),
            ("Build #202 tested PR#4 (4444444b)", "-"),
            ("Build #202 tested PR#4, head then 5555555c", "-"),
            ("#202 ran PR#4", "+"),
            ("#203 (PR#4)", "-"),
        ] {
            check_with("tested-pull", text, expected, |evidence| {
                pushed_twice(evidence);
                let build = evidence.builds.get_mut(&202).expect("there");
                build.params.insert("REF".into(), "7777777e".repeat(5));
            });
        }
        // Changed since, and of its pushes nothing is here.
        check_with("tested-pull", "Build #203 tested PR#4 (7777777e).", "?", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").updated_at = "2030-01-02T11:00:00Z".parse().ok();
        });
        check_with("tested-pull", "Build #203 tested PR#4.", ".", |evidence| {
            let pull = evidence.pulls.get_mut(&4).expect("there");
            let at = "2030-01-02T10:20:00Z".parse().ok();
            let place = pull.place.clone();
            pull.events.push(PullEvent { kind: "pull_push".into(), at, ..PullEvent::nothing(place) });
        });
    }
}
