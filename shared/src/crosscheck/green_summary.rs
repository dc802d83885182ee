//! "all GREEN" above a red row: a summary against the table or list that it stands over, where no run's record tells.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_tables::{Table, cells};
use super::run_tiers::said;
use super::run_words::{Runs, cell_status, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::BlockKind;
use crate::evidence::{EvidenceKind, Place};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "green-summary",
    explains: "A summary that calls everything green cannot stand over a row that failed.",
    kind: CheckKind::Substance,
    words: &["all", "every", "stages", "tiers", "rungs", "pass (promoted)"],
    find,
};

/// Rows that are read of what stands below a summary.
const ROWS: usize = 64;

static PROMOTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bPASS \(promoted\)").ok());

/// Words by which a row tells of something that need not be green: an earlier state, what was meant to fail.
const APART: &[&str] = &[
    "expected", "before", "earlier", "previous", "not ", "was ", "were ", "fixed", "pre-", "known", "lint",
    "re-run", "rerun",
];

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind == EvidenceKind::Plan || unit.block.kind == BlockKind::Row {
        return;
    }
    let promoted = PROMOTED
        .as_ref()
        .filter(|_| unit.words().contains("PASS (promoted)"))
        .and_then(|pattern| pattern.find(unit.words()))
        .map(|found| found.range());
    let spans: Vec<_> = said(unit).into_iter().map(|said| said.span).chain(promoted).collect();
    if spans.is_empty() {
        return;
    }
    let Some(red) = beside(unit, context).into_iter().find(|row| is_red(row, context)) else { return };
    let runs = Runs::of(unit, context);
    for span in spans {
        // Where a run's own record tells, that decides.
        let ids = runs.at(&span, context);
        let known = |id: &String| context.evidence.runs.get(id).is_some_and(|run| !run.tiers.is_empty());
        if ids.iter().any(known) {
            continue;
        }
        let (line, _) = red.document.position(red.block, 0);
        let words: String = red.words().chars().take(120).collect();
        let place = Place { path: red.document.path.clone(), pointer: String::new() };
        let cited = vec![cite(&place, &format!("line {line}"), &words)];
        let differs = Fact::Differs(format!("{}:{line} says: {words}", red.document.name), cited);
        let facts = settled(unit, &span, vec![differs]);
        drafts.push(Draft::new(span, "", facts));
    }
}

/// The rows or items that a summary introduces, or the rows that it closes.
fn beside<'c, 'a>(unit: &Unit<'_>, context: &'c Context<'a>) -> Vec<&'c Unit<'a>> {
    let here = |other: &&Unit<'_>| std::ptr::eq(other.document, unit.document);
    let below = context.units.get(unit.index + 1..).unwrap_or(&[]).iter().take(ROWS).take_while(here);
    let kind = unit.block.kind;
    let mut below = below.peekable();
    if unit.block.is_heading() {
        // A paragraph may stand between a heading and its table.
        below.next_if(|next| next.block.kind == BlockKind::Paragraph);
    }
    let listed = below.take_while(|next| match next.block.kind {
        BlockKind::Row => true,
        BlockKind::Item => {
            let lead = next.block.lead.and_then(|lead| next.document.blocks.get(lead));
            kind != BlockKind::Item || lead.is_some_and(|lead| std::ptr::eq(lead, unit.block))
        }
        _ => false,
    });
    let mut rows: Vec<&Unit<'a>> = listed.collect();
    if kind == BlockKind::Paragraph && rows.is_empty() {
        let above = context.units.get(..unit.index).unwrap_or(&[]).iter().rev().take(ROWS).take_while(here);
        rows.extend(above.take_while(|row| row.block.kind == BlockKind::Row));
    }
    rows
}

/// Whether a row or item says that something failed, or stayed below the highest level.
fn is_red(row: &Unit<'_>, context: &Context<'_>) -> bool {
    let lower = row.words().to_lowercase();
    if APART.iter().any(|word| lower.contains(word)) {
        return false;
    }
    if row.block.kind == BlockKind::Item {
        let text = row.words().trim();
        let last = text.rsplit([' ', ':']).next().unwrap_or("").trim_matches(['.', '*', '`']);
        return text.starts_with('❌') || matches!(last, "FAIL" | "FAILED" | "❌" | "✘" | "✗");
    }
    let Some(table) = Table::of(row, context) else { return false };
    let results = ["result", "results", "status", "outcome", "verdict", "state"];
    cells(row.block).iter().zip(&table.columns).any(|((_, cell), title)| {
        if title == "level" {
            let level = cell.trim().trim_start_matches(['L', 'l']).split_once('/');
            let level =
                level.and_then(|(level, of)| Some((level.parse::<u64>().ok()?, of.parse::<u64>().ok()?)));
            return level.is_some_and(|(level, of)| level < of);
        }
        let whole = cell.split_whitespace().count() <= 2;
        (whole || results.contains(&title.as_str())) && cell_status(cell) == Some("fail")
    })
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn green_above_red() {
        let table = "| tier | result |\n|---|---|\n| install | ✅ PASS |\n| upgrade | ❌ FAIL |\n";
        check("green-summary", &format!("All tiers green:\n\n{table}"), "-");
        check("green-summary", &format!("### Summary — all GREEN\n\nAs seen today.\n\n{table}"), "-");
        check("green-summary", &format!("{table}\nEverything is green."), "-");
        check("green-summary", "Result: PASS (promoted)\n\n- install: PASS\n- promotion: FAIL", "-");
        check("green-summary", "All GREEN:\n\n| app | level |\n|---|---|\n| a | 5/5 |\n| b | L2/5 |", "-");
        check("green-summary", &format!("Build 203: all tiers green\n\n{table}"), "-");
    }

    #[test]
    fn green_above_green_or_apart() {
        check(
            "green-summary",
            "All tiers green:\n\n| tier | result |\n|---|---|\n| install | PASS |\n| lint | FAIL |",
            "",
        );
        check(
            "green-summary",
            "All GREEN:\n\n- install: PASS\n- upgrade: no FAIL any more\n- before the fix: FAIL",
            "",
        );
        check("green-summary", "Not all GREEN:\n\n- upgrade: FAIL", ".");
        check("green-summary", "EXPECTED: all GREEN\n\n- upgrade: FAIL", ".");
        check("green-summary", "Run 202: all GREEN\n\n- upgrade: FAIL", "");
        check("green-summary", "All GREEN.\n\nOther things.\n\n- upgrade: FAIL", "");
    }
}
