//! `level=5`, "L0", "level 5/5": the level of a run, as written and as recomputed from its rungs.

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::evidence::EvidenceKind;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-level",
    explains: "A run's level is what its rungs add up to, whatever is written on top.",
    kind: CheckKind::Substance,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        let (level, of) = match &mention.what {
            What::Level { level, of } => (*level, *of),
            What::Pair { key, value } if key == "level" => {
                let mut numbers = value.split('/').map(str::parse);
                match numbers.next() {
                    Some(Ok(level)) => (level, numbers.next().and_then(Result::ok)),
                    _ => continue,
                }
            }
            _ => continue,
        };
        let at = mention.span.start;
        if super::badge_level::speaks_of_badge(unit, at) || unit.document.kind == EvidenceKind::Plan {
            continue;
        }
        let builds = context.builds_at(unit, at);
        let mut facts: Vec<Fact> = builds.iter().map(|number| fact(*number, level, of, context)).collect();
        let clause = unit.clause(at);
        let levels = unit
            .mentions
            .iter()
            .filter(|m| clause.contains(&m.span.start) && matches!(m.what, What::Level { .. }));
        if builds.len() > 1 && levels.count() > 1 && !facts.is_empty() {
            facts =
                vec![Fact::Unclear("which level belongs to which build is not plain".to_owned(), Vec::new())];
        }
        if !facts.is_empty() {
            let span = context.with_builds(unit, mention.span.clone());
            drafts.push(Draft::new(span, format!("level {builds:?} {level}"), facts));
        }
    }
}

fn fact(number: u64, level: u64, of: Option<u64>, context: &Context<'_>) -> Fact {
    let run = match context.run(number) {
        Ok(run) => run,
        Err(missing) => return missing,
    };
    let (Some(written), Some(recomputed)) = (run.level, run.recomputed_level) else {
        return Fact::Missing(format!("results.json of run {number} gives no level with its rungs"));
    };
    let rungs: Vec<String> = run.rungs.iter().map(|(name, status)| format!("{name} {status}")).collect();
    let cited = vec![cite(&run.place, "/level", written), cite(&run.place, "/rungs", rungs.join(", "))];
    let words = match written == recomputed {
        true => format!("run {number}: level {written} of {}, recomputed from its rungs", run.rung_count),
        false => format!("run {number}: level {written} is written, its rungs make {recomputed}"),
    };
    let holds = written == level && recomputed == level && of.is_none_or(|of| of == run.rung_count);
    if holds { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}
