//! "Tested PR#5 (d42d0f7c), not PR#4": the commit that a build ran, against the heads of pull requests.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::{same_sha, tested_ref};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "tested-pull",
    explains: "Which pull request a build really tested follows from the commit it ran.",
    kind: CheckKind::Substance,
    find,
};

static TESTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\b(?:tested|ran|used)\s+PR").ok());

/// The span from "Tested" to the end of its clause, if the unit says so.
pub(super) fn span(unit: &Unit<'_>) -> Option<std::ops::Range<usize>> {
    let found = TESTED.as_ref()?.find(unit.words())?;
    let rest = &unit.words()[found.start()..];
    let end = [". ", "; ", " — "].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    Some(found.start()..found.start() + end)
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(span) = span(unit) else { return };
    let builds = context.builds_at(unit, span.start);
    if builds.is_empty() {
        return;
    }
    let mut facts = Vec::new();
    for (at, number) in unit.pulls().filter(|(at, _)| span.contains(&at.start)) {
        let denied = unit.words()[..at.start].trim_end().ends_with("not");
        let written = unit.mentions.iter().find_map(|m| match &m.what {
            What::Commit(sha) if m.span.start >= at.end && m.span.start <= at.end + 2 => Some(sha.as_str()),
            _ => None,
        });
        for build in &builds {
            facts.push(fact(*build, number, denied, written, context));
        }
    }
    drafts.push(Draft::new(span, format!("tested {builds:?} {:?}", unit.pulls().next()), facts));
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
    let sha_agrees = written.is_none_or(|sha| same_sha(sha, &pull.head_sha));
    if is_head != denied && sha_agrees { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}
