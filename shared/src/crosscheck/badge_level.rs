//! "Badge → level 5": what a run's badge shows, against the badge and the run.

use super::run_words::{Runs, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "badge-level",
    explains: "The level on a badge has to be in the badge, and to be the run's.",
    kind: CheckKind::Substance,
    words: &["badge"],
    find,
};

/// Whether the words at byte `at` speak of a badge.
pub(super) fn speaks_of_badge(unit: &Unit<'_>, at: usize) -> bool {
    unit.words().get(unit.clause(at)).is_some_and(|clause| clause.to_ascii_lowercase().contains("badge"))
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let levels: Vec<_> = unit
        .mentions
        .iter()
        .filter_map(|mention| match &mention.what {
            What::Level { level, .. } => Some((mention.span.clone(), *level)),
            What::Pair { key, value } if key == "level" => Some((mention.span.clone(), value.parse().ok()?)),
            _ => None,
        })
        .filter(|(span, _)| speaks_of_badge(unit, span.start))
        .collect();
    if levels.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for (span, level) in levels {
        let ids = runs.at(&span, context);
        let facts: Vec<Fact> = ids.iter().flat_map(|id| facts(id, level, context)).collect();
        if !facts.is_empty() {
            let start = unit.clause(span.start).start;
            let words = unit.words().get(start..span.start).unwrap_or("").to_ascii_lowercase();
            let from = words.find("badge").map_or(span.start, |badge| start + badge);
            let facts = settled(unit, &span, facts);
            drafts.push(Draft::new(from..span.end, format!("badge {ids:?} {level}"), facts));
        }
    }
}

fn facts(id: &str, level: u64, context: &Context<'_>) -> Vec<Fact> {
    let badge = match context.evidence.badges.get(id) {
        None => Fact::Missing(format!("the badge of run {id} is not in the snapshot")),
        Some(badge) => {
            let words = format!("the badge of run {id} says “{}”", badge.text);
            let cited = vec![cite(&badge.place, "", &badge.text)];
            match badge.level {
                None => Fact::Missing(format!("{words}, which names no level")),
                Some(shown) if shown == level => Fact::Agrees(words, cited),
                Some(_) => Fact::Differs(words, cited),
            }
        }
    };
    let run = match run(id, context) {
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

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn levels_of_badges() {
        check("badge-level", "Run 201: the badge says level 5", "+");
        check("badge-level", "Run 202: badge shows level 2; the badge of run 202: L1", "--");
        check("badge-level", "Badge of run manual-4711: level 3", "?");
        check("badge-level", "Run 201 has a badge. It made level 5.", "");
    }
}
