//! `level=5`, "L0", "level 5/5", a cell below "level": the level of a run, as written and as recomputed from its rungs.

use std::ops::Range;

use super::all_runs::all_runs;
use super::run_tables::{Table, cells};
use super::run_words::{Runs, pointer, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::evidence::{EvidenceKind, Run};
use crate::report::{self, CheckKind};

pub(super) const RULE: Rule = Rule {
    id: "run-level",
    explains: "A run's level is what its rungs add up to, whatever is written on top.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

/// A level that a text gives.
struct Said {
    span: Range<usize>,
    level: u64,
    of: Option<u64>,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind == EvidenceKind::Plan {
        return;
    }
    let mut levels = levels(unit);
    levels.extend(level_cell(unit, context));
    if levels.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for (index, said) in levels.iter().enumerate() {
        if super::badge_level::speaks_of_badge(unit, said.span.start) {
            continue;
        }
        if let Some(all) = all_runs(unit, said.span.start, &runs, context) {
            let of = said.of.map_or_else(String::new, |of| format!(" of {of}"));
            let words = format!("level {}{of}", said.level);
            let facts = all.facts(&words, context, |id| fact(id, said, context));
            let span = all.span.start.min(said.span.start)..all.span.end.max(said.span.end);
            let facts = settled(unit, &said.span, facts);
            drafts.push(Draft::new(span, format!("level {} {}", all.words, said.level), facts));
            continue;
        }
        let ids = runs.at(&said.span, context);
        let mut facts: Vec<Fact> = ids.iter().map(|id| fact(id, said, context)).collect();
        let clause = unit.clause(said.span.start);
        let rivals = levels.iter().filter(|other| clause.contains(&other.span.start)).count();
        let steps = |one: Option<&Said>, two: Option<&Said>| {
            let (Some(one), Some(two)) = (one, two) else { return false };
            let between = unit.text(&(one.span.end..two.span.start)).trim().to_ascii_lowercase();
            one.level != two.level
                && matches!(between.as_str(), "→" | "->" | "=>" | "to" | "then" | "vs" | "vs.")
        };
        let before = index.checked_sub(1).and_then(|before| levels.get(before));
        let unclear = if steps(before, Some(said)) || steps(Some(said), levels.get(index + 1)) {
            Some("a change from one level to another; when which was reached is not plain")
        } else if ids.len() > 1 && rivals > 1 {
            Some("which level belongs to which run is not plain")
        } else {
            None
        };
        if let (Some(why), false) = (unclear, facts.is_empty()) {
            facts = vec![Fact::Unclear(why.to_owned(), Vec::new())];
        }
        if !facts.is_empty() {
            let span = context.with_builds(unit, said.span.clone());
            let facts = settled(unit, &said.span, facts);
            let mut draft = Draft::new(span, format!("level {ids:?} {}", said.level), facts);
            draft.written = Some(format!("level {}", said.level));
            drafts.push(draft);
        }
    }
}

/// The levels that a unit's words give.
fn levels(unit: &Unit<'_>) -> Vec<Said> {
    let of_else = |words: &str| {
        let number = words.strip_prefix(" of ").or_else(|| words.strip_prefix('/'))?;
        let digits: String = number.chars().take_while(char::is_ascii_digit).take(3).collect();
        Some((words.len() - number.len() + digits.len(), digits.parse().ok()?))
    };
    let levels = unit.mentions.iter().filter_map(|mention| {
        let rest = unit.words().get(mention.span.end..).unwrap_or("");
        let (level, of) = match &mention.what {
            What::Level { level, of } => (*level, *of),
            What::Pair { key, value } if key == "level" => {
                let mut numbers =
                    value.trim_start_matches('L').split('/').map(|n| n.trim_start_matches('L').parse());
                (numbers.next()?.ok()?, numbers.next().and_then(Result::ok))
            }
            _ => return None,
        };
        // A layer-4 balancer, a second-level cache.
        let other = rest.split_whitespace().next().unwrap_or("").trim_matches(|c: char| !c.is_alphanumeric());
        if matches!(
            other,
            "cache" | "proxy" | "load" | "balancer" | "network" | "routing" | "support" | "heading"
        ) {
            return None;
        }
        let (more, of) = match of {
            Some(of) => (0, Some(of)),
            None => of_else(rest).map_or((0, None), |(length, of)| (length, Some(of))),
        };
        Some(Said { span: mention.span.start..mention.span.end + more, level, of })
    });
    levels.collect()
}

/// A bare figure in the column of levels: `5`, `5/5`.
fn level_cell(unit: &Unit<'_>, context: &Context<'_>) -> Option<Said> {
    let table = Table::of(unit, context)?;
    let (span, cell) = cells(unit.block).into_iter().nth(table.column(&["level", "lvl"])?)?;
    let (level, of) =
        cell.trim().split_once('/').map_or((cell.trim(), None), |(level, of)| (level, Some(of)));
    let of = of.map(str::parse).transpose().ok()?;
    Some(Said { span, level: level.parse().ok()?, of })
}

fn fact(id: &str, said: &Said, context: &Context<'_>) -> Fact {
    let run = match run(id, context) {
        Ok(run) => run,
        Err(missing) => return missing,
    };
    let (Some(written), Some(recomputed)) = (run.level, run.recomputed_level) else {
        return Fact::Missing(format!("results.json of run {id} gives no level with its rungs"));
    };
    let mut cited = vec![cite(&run.place, "/level", written)];
    cited.extend(deciding(run, recomputed));
    let words = match written == recomputed {
        true => format!("run {id}: level {written} of {}, recomputed from its rungs", run.rung_count),
        false => format!("run {id}: level {written} is written, its rungs make {recomputed}"),
    };
    let holds =
        written == said.level && recomputed == said.level && said.of.is_none_or(|of| of == run.rung_count);
    if holds { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
}

/// The rungs that make the level: those that passed up to it, and the one that failed above it.
fn deciding(run: &Run, level: u64) -> Vec<report::Evidence> {
    let reached = usize::try_from(level).unwrap_or(usize::MAX);
    let passed = run.rungs.iter().take(reached).filter(|(_, status)| status == "pass");
    let failed = run.rungs.get(reached).filter(|(_, status)| status == "fail");
    passed.chain(failed).map(|(name, status)| cite(&run.place, &pointer("rungs", name), status)).collect()
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn levels_in_all_writings() {
        check("run-level", "Run 201: `level=5`, L5/5, level=5 of 5, reached level 4.", "+++-");
        check("run-level", "Run 202 was capped at L1, run 201 was not capped: L5", "+.");
        check("run-level", "run manual-4711 level=3; run `manual-4712` level=3", "+?");
        check("run-level", "`/var/lib/ci-runs/manual-4711/results.json`: level 2", "-");
        check("run-level", "After #202, #201 reached level 5", "+");
        check("run-level", "Level 5/5 for #201, L2 for #202.", "+-");
        check("run-level", "Run 200 reached level 2; run 200 L5", "+-");
        check("run-level", "Run 203: level 0", "?");
    }

    #[test]
    fn levels_of_sections_and_tables() {
        check("run-level", "### Build 201\n\nIt made level 5.\n\n- L5/5\n- L4", "++-");
        check("run-level", "| run | level |\n|---|---|\n| 201 | 5 |\n| 202 | L2 |\n| #203 | 5/5 |", "+-?");
        check("run-level", "Runs 201, 202: all two runs reached level 5", "-");
        check("run-level", "All 9 runs reached level 5", "-");
        check("run-level", "Run manual-4711:\n\n- lint is fine\n- L3", "+");
        check(
            "run-level",
            "Run 201: L5. My run `adv-pear-gc`: level 3; runs 201 and manual-99 level 5",
            "+??",
        );
    }

    #[test]
    fn levels_that_are_left_to_a_person() {
        check("run-level", "Run 201: L1→L5 after the fix", "..");
        check("run-level", "### EXPECTED\n- run 202: level=5", ".");
        check("run-level", "Run 202 should be level 5", ".");
        check("run-level", "Run 202 sits behind an L4 load balancer", "");
        check("run-level", "Is run 202 at level 5?", ".");
    }
}
