//! "install/backup PASS, upgrade FAIL", `[install=p,upgrade=f]`, rows of a table of tiers: tiers and rungs one by one.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_suites::red_case;
use super::run_tables::{Table, cells};
use super::run_words::{Runs, cell_status, named_in, plain_status, pointer, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::BlockKind;
use crate::evidence::{EvidenceKind, Run};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-tier",
    explains: "What became of a tier or rung, against the run's own record; tiers and rungs are not the same.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

/// Tiers and rungs that need no record to be known as such. Lint has a rule of its own.
const NAMES: &[&str] = &["install", "upgrade", "backup", "restore", "custom", "backup_restore", "functional"];

/// Columns that name a tier, and columns that say what became of it.
const TIER_COLUMNS: &[&str] = &[
    "tier",
    "stage",
    "rung",
    "tiers",
    "stages",
    "rungs",
    "tier/rung",
    "tier / rung",
    "stage/tier",
    "step/tier",
];
const RESULT_COLUMNS: &[&str] =
    &["result", "results", "status", "outcome", "state", "verdict", "pass/fail", "res"];

static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"(?:install|upgrade|backup[_/+]restore|backup|restore|custom|functional)";
    let names = format!(r"{name}(?:(?:\s?[/,+&]\s?|,? and ){name})*");
    let verbs = r"(?:\s?(?::|=|→|->|is|was|are|were|has|have)\s?|\s)";
    let status =
        r"(?:pass(?:ed|es)?|fail(?:ed|s)?|skip(?:ped|s)?|unver(?:ified)?|green|red|ok|✅|✓|✔|❌|✘|✗)";
    Regex::new(&format!(r"(?i)\b({names})(?: (tiers?|stages?|rungs?))?{verbs}(?:both |all )?({status})")).ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind == EvidenceKind::Plan {
        return;
    }
    let lists = lists(unit);
    let prose = if unit.block.kind == BlockKind::Row { Vec::new() } else { prose(unit) };
    let row = row(unit, context);
    if lists.is_empty() && prose.is_empty() && row.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for said in lists.into_iter().chain(prose).chain(row) {
        let ids = if said.runs.is_empty() { runs.at(&said.span, context) } else { said.runs.clone() };
        let facts: Vec<Fact> = ids
            .iter()
            .flat_map(|id| said.tiers.iter().map(move |(name, status)| (id, name, *status)))
            .map(|(id, name, status)| fact(id, name, status, said.of_rungs, context))
            .collect();
        if !facts.is_empty() {
            let facts = settled(unit, &said.span, facts);
            drafts.push(Draft::new(said.span, format!("tiers {ids:?} {:?}", said.tiers), facts));
        }
    }
}

/// Tiers with what is said to have become of them.
struct Said {
    span: Range<usize>,
    tiers: Vec<(String, &'static str)>,
    /// Whether they are called rungs.
    of_rungs: bool,
    /// The runs that the table's column is about.
    runs: Vec<String>,
}

/// `install=p,upgrade=f`, a list at a time.
fn lists(unit: &Unit<'_>) -> Vec<Said> {
    let mut lists: Vec<Said> = Vec::new();
    for (span, key, value) in unit.pairs() {
        let name = key.to_ascii_lowercase();
        let (true, Some(status)) = (is_tier_key(&name), plain_status(value)) else { continue };
        match lists.last_mut() {
            Some(list) if span.start.saturating_sub(list.span.end) <= 2 => {
                list.span.end = span.end;
                list.tiers.push((name, status));
            }
            _ => lists.push(Said {
                span: span.clone(),
                tiers: vec![(name, status)],
                of_rungs: false,
                runs: Vec::new(),
            }),
        }
    }
    lists
}

/// Whether a key names a tier or rung.
fn is_tier_key(key: &str) -> bool {
    NAMES.contains(&key) || key == "lint"
}

/// "install/backup PASS", "upgrade tier failed".
fn prose(unit: &Unit<'_>) -> Vec<Said> {
    let Some(pattern) = SAID.as_ref().filter(|_| unit.has_any(NAMES)) else { return Vec::new() };
    let said = pattern.captures_iter(unit.words()).filter_map(|found| {
        let (whole, names, word) = (found.get(0)?, found.get(1)?, found.get(3)?);
        let before = unit.words().get(..whole.start()).unwrap_or("");
        let after = unit.words().get(whole.end()..).unwrap_or("");
        // "failed to start" is another sentence; "passes" of "passes through" and "custom_pass" are other words.
        let goes_on = after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '='));
        let other = [" to ", " over", " on ", " through"];
        let part_of_word =
            before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | ':' | '='));
        if goes_on || part_of_word || other.iter().any(|other| after.starts_with(other)) {
            return None;
        }
        let status = plain_status(word.as_str())?;
        let tiers = split_names(names.as_str()).into_iter().map(|name| (name, status)).collect();
        let of_rungs =
            found.get(2).is_some_and(|noun| noun.as_str().to_ascii_lowercase().starts_with("rung"));
        Some(Said { span: whole.range(), tiers, of_rungs, runs: Vec::new() })
    });
    said.collect()
}

/// `backup/restore` names two tiers, `backup_restore` one rung.
fn split_names(names: &str) -> Vec<String> {
    let words = names.split(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | '+' | '&'));
    words.map(str::to_ascii_lowercase).filter(|word| NAMES.contains(&word.as_str())).collect()
}

/// A row of a table of tiers: its result column, or one column for each run.
fn row(unit: &Unit<'_>, context: &Context<'_>) -> Vec<Said> {
    let Some(table) = Table::of(unit, context) else { return Vec::new() };
    let Some(column) = table.column(TIER_COLUMNS) else { return row_of_run(unit, &table) };
    let of_rungs = table.columns.get(column).is_some_and(|name| name.starts_with("rung"));
    let cells = cells(unit.block);
    let Some((_, name)) = cells.get(column) else { return Vec::new() };
    let name = name.trim().to_ascii_lowercase();
    let tiers: Vec<String> = match name.as_str() {
        name if name == "lint" || name.starts_with("lint (") => vec!["lint".to_owned()],
        _ if name
            .split(|c: char| c.is_whitespace() || matches!(c, '/' | '+' | '&'))
            .all(|n| NAMES.contains(&n)) =>
        {
            split_names(&name)
        }
        _ => return Vec::new(),
    };
    let mut said = Vec::new();
    let columns = cells.iter().zip(&table.columns).enumerate().filter(|(index, _)| *index != column);
    for (_, ((span, cell), title)) in columns {
        let is_result = RESULT_COLUMNS.contains(&title.as_str());
        let of_run = if is_result { Vec::new() } else { named_in(title, context) };
        if let (true, Some(status)) = (is_result || of_run.len() == 1, cell_status(cell)) {
            let tiers = tiers.iter().map(|tier| (tier.clone(), status)).collect();
            let span = if is_result && column == 0 { 0..span.end } else { span.clone() };
            said.push(Said { span, tiers, of_rungs, runs: of_run });
        }
    }
    said
}

/// A row of a table with one run a row and one tier a column, all its cells at once.
fn row_of_run(unit: &Unit<'_>, table: &Table<'_, '_>) -> Vec<Said> {
    let mut tiers = Vec::new();
    let mut span = 0..0;
    for ((at, cell), title) in cells(unit.block).iter().zip(&table.columns) {
        let known = title == "lint" || NAMES.contains(&title.as_str());
        if let (true, Some(status)) = (known, cell_status(cell)) {
            tiers.push((title.clone(), status));
            span.end = at.end;
        }
    }
    if tiers.len() < 2 {
        return Vec::new();
    }
    vec![Said { span, tiers, of_rungs: false, runs: Vec::new() }]
}

/// What a run records of a tier, or of a rung: where, and its status.
fn recorded<'a>(run: &'a Run, name: &str, of_rungs: bool) -> Option<(&'static str, &'a str)> {
    let among =
        |list: &'a [(String, String)]| list.iter().find(|(known, _)| known == name).map(|(_, s)| s.as_str());
    let tier = among(&run.tiers).map(|status| ("results", status));
    let rung = among(&run.rungs).map(|status| ("rungs", status));
    if of_rungs { rung.or(tier) } else { tier.or(rung) }
}

fn fact(id: &str, name: &str, said: &str, of_rungs: bool, context: &Context<'_>) -> Fact {
    let run = match run(id, context) {
        Ok(run) => run,
        Err(missing) => return missing,
    };
    let Some((object, real)) = recorded(run, name, of_rungs) else {
        return Fact::Missing(format!("run {id} records no tier or rung {name}"));
    };
    let cited = vec![cite(&run.place, &pointer(object, name), real)];
    let what = if object == "rungs" { "rung" } else { "tier" };
    let words = format!("run {id}: {what} {name} {real}");
    match plain_status(real) {
        Some("pass")
            if said == "pass"
                && let Some((red, case)) = red_case(id, name, context) =>
        {
            Fact::Unclear(format!("{words}, but {red}"), cited.into_iter().chain([case]).collect())
        }
        Some(real) if real == said => Fact::Agrees(words, cited),
        // People call skipped whatever did not run.
        Some("skip" | "unver" | "na") if matches!(said, "skip" | "unver" | "na") => {
            Fact::Unclear(words, cited)
        }
        Some(_) => Fact::Differs(words, cited),
        None => Fact::Unclear(words, cited),
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn tiers_in_prose() {
        check("run-tier", "Run 202: Install PASS, upgrade FAIL, backup skipped.", "+++");
        check("run-tier", "Run 201: install/backup PASS, upgrade ❌", "+-");
        check("run-tier", "Build 203: `upgrade` passed", "?");
        check("run-tier", "Run 200: upgrade passed, install ✅", "?+");
        check("run-tier", "L5 [install=p,upgrade=p,backup=p,restore=p,custom=p] for run 201", "+");
        check("run-tier", "run 202 `[install=p,upgrade=p]`", "-");
        check("run-tier", "run manual-4711: functional rung failed, backup_restore: pass", "++");
        check("run-tier", "### Run 202\n\nThe install tier passed and the upgrade tier passed.", "+-");
    }

    #[test]
    fn tables_of_tiers() {
        let head = "| tier | result | time |\n|---|---|---|\n";
        check(
            "run-tier",
            &format!(
                "Tiers of run 202:\n\n{head}| install | ✅ PASS | 3 s |\n| `upgrade` | ❌ fail | 12 s |"
            ),
            "++",
        );
        check(
            "run-tier",
            &format!("Tiers of run 202:\n\n{head}| upgrade | ✅\u{fe0f} PASS | |\n| custom | skip | |"),
            "-+",
        );
        check("run-tier", &format!("### Build #203\n\n{head}| upgrade | PASS | |"), "?");
        check("run-tier", "| Rung | run 201 | run 202 |\n|---|---|---|\n| lint | pass | pass |", "+-");
        let wide = "| run | install | upgrade | backup |\n|---|---|---|---|\n";
        let rows = "| 201 | PASS | PASS | ✅ |\n| manual-4711 | PASS | ❌ FAIL | PASS |\n| 203 | PASS | PASS | skip |";
        check("run-tier", &format!("{wide}{rows}"), "+-?");
        check("run-tier", "Run 201:\n\n| stage | note |\n|---|---|\n| upgrade | fail |", "");
    }

    #[test]
    fn tiers_that_are_left_alone() {
        check("run-tier", "Run 201: upgrade failed to start at first", "");
        check("run-tier", "Run 201: upgrade was not passed", "");
        check("run-tier", "Run 201 is not the run in which upgrade failed", ".");
        check("run-tier", "EXPECTED: run 202 upgrade pass", ".");
        check("run-tier", "Earlier run 201: upgrade failed", ".");
        check("run-tier", "Run 202: custom_pass=1, pre-upgrade passed, install=3", "");
        check("run-tier", "The upgrade passed.", "");
    }
}
