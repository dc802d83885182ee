//! "Badge → level 5": what a run's badge shows, against the badge and the run.

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "badge-level",
    explains: "The level on a badge has to be in the badge, and to be the run's.",
    kind: CheckKind::Substance,
    find,
};

/// Whether the words at byte `at` speak of a badge.
pub(super) fn speaks_of_badge(unit: &Unit<'_>, at: usize) -> bool {
    unit.words().get(unit.clause(at)).is_some_and(|clause| clause.to_ascii_lowercase().contains("badge"))
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        let level = match &mention.what {
            What::Level { level, .. } => *level,
            What::Pair { key, value } if key == "level" => match value.parse() {
                Ok(level) => level,
                Err(_) => continue,
            },
            _ => continue,
        };
        if !speaks_of_badge(unit, mention.span.start) {
            continue;
        }
        let builds = context.builds_at(unit, mention.span.start);
        let facts: Vec<Fact> = builds.iter().flat_map(|number| facts(*number, level, context)).collect();
        if !facts.is_empty() {
            drafts.push(Draft::new(0..mention.span.end, format!("badge {builds:?} {level}"), facts));
        }
    }
}

fn facts(number: u64, level: u64, context: &Context<'_>) -> Vec<Fact> {
    let badge = match context.evidence.badges.get(&number.to_string()) {
        None => Fact::Missing(format!("the badge of run {number} is not in the snapshot")),
        Some(badge) => {
            let words = format!("the badge of run {number} says “{}”", badge.text);
            let cited = vec![cite(&badge.place, "", &badge.text)];
            match badge.level {
                None => Fact::Missing(format!("{words}, which names no level")),
                Some(shown) if shown == level => Fact::Agrees(words, cited),
                Some(_) => Fact::Differs(words, cited),
            }
        }
    };
    let run = match context.run(number) {
        Err(missing) => missing,
        Ok(run) => {
            let Some(real) = run.level else { return vec![badge] };
            let words = format!("results.json says level {real}");
            let cited = vec![cite(&run.place, "/level", real)];
            if real == level { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
        }
    };
    vec![badge, run]
}
