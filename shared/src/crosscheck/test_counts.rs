//! "24 passed, 1 skipped", "all 31 tests pass", rows of counts: how many tests of a run or tier went how.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::run_suites::{Suites, Totals};
use super::run_tables::{Table, cells};
use super::run_words::{Runs, settled, tier_beside};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::BlockKind;
use crate::documents::mentions::What;
use crate::evidence::{CaseOutcome, EvidenceKind};
use crate::report::{self, CheckKind};

pub(super) const RULE: Rule = Rule {
    id: "test-counts",
    explains: "How many tests passed is counted from the cases of the JUnit reports, whatever their headers declare.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

/// A number of tests, and what is said of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    Passed(u64),
    Failed(u64),
    Errors(u64),
    Skipped(u64),
    Flaky(u64),
    Tests(u64),
    AllPass(u64),
    PassedOf(u64, u64),
    Suites(u64),
}

static COUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b[Aa]ll (\d{1,6}) (?:JUnit )?tests? (?:have |are )?(?:pass(?:ed)?|green|succeed(?:ed)?)\b",
        r"|\b(\d{1,6})(?: ?/ ?| of )(\d{1,6}) tests? (?:have |are )?(?:pass(?:ed)?|green)\b",
        r"|\b(\d{1,6}) tests? in (\d{1,4}) (?:suites?|files?|reports?)\b",
        r"|\b(\d{1,3}(?:,\d{3})+|\d{1,6}) (?:(?:tests?|cases?) )?(?:were |was )?(passed|failed|skipped|errors?|errored|flaky|failures?)\b",
        r"|\b(\d{1,6}) tests? (pass|fail|skip)\b",
        r"|\b(\d{1,6}) (?:JUnit )?(?:tests|test cases)\b",
        r"|\b(?:[Nn]o|[Zz]ero) (?:test )?(failures|errors|skips|failed tests|skipped tests|flaky tests)\b",
    ))
    .ok()
});

/// Counts that stand in one list.
struct Said {
    span: Range<usize>,
    counts: Vec<Count>,
    tier: Option<String>,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind == EvidenceKind::Plan {
        return;
    }
    let mut said = prose(unit);
    said.extend(row(unit, context));
    if said.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for said in said {
        let ids = runs.at(&said.span, context);
        let facts = match ids.as_slice() {
            [] => continue,
            [id] => facts(id, &said, context),
            _ => vec![Fact::Unclear("of which run these are the tests is not plain".to_owned(), Vec::new())],
        };
        let facts = settled(unit, &said.span, facts);
        let written = unit.text(&said.span).split(',').next().map(|words| words.trim().to_owned());
        let mut draft =
            Draft::new(said.span, format!("tests {ids:?} {:?} {:?}", said.tier, said.counts), facts);
        draft.written = written;
        drafts.push(draft);
    }
}

/// Lists of counts in running words.
fn prose(unit: &Unit<'_>) -> Vec<Said> {
    let text = unit.words();
    let Some(pattern) = COUNT
        .as_ref()
        .filter(|_| unit.has_any(&["test", "passed", "failed", "skip", "error", "flaky", "failure"]))
    else {
        return Vec::new();
    };
    let mut lists: Vec<Said> = Vec::new();
    for found in pattern.captures_iter(text) {
        let Some(whole) = found.get(0).map(|whole| whole.range()) else { continue };
        // "#578 failed", "Builds 12 and 13 failed": a build's number is no count.
        let number = (1..=10).find_map(|group| found.get(group)).map_or(whole.start, |number| number.start());
        if text.get(..number).is_some_and(|before| before.ends_with('#'))
            || unit
                .mentions
                .iter()
                .any(|m| m.span.contains(&number) && !matches!(m.what, What::Length { .. } | What::Path(_)))
        {
            continue;
        }
        let counts = read(&found);
        let joined = lists.last().is_some_and(|list| {
            let between = text.get(list.span.end..whole.start).unwrap_or("x").trim();
            matches!(
                between,
                "" | "," | "/" | "and" | ", and" | "+" | "·" | "(" | "|" | "with" | ", with" | "but" | ":"
            )
        });
        match lists.last_mut() {
            Some(list) if joined => {
                list.span.end = whole.end;
                list.counts.extend(counts);
            }
            _ => lists.push(Said { span: whole, counts, tier: None }),
        }
    }
    let mut kept = Vec::new();
    let mut from = 0;
    for mut list in lists {
        let clause = unit.clause(list.span.start);
        let before = text.get(clause.start.max(from).min(list.span.start)..list.span.start).unwrap_or("");
        from = list.span.end;
        let after = text.get(list.span.end..).unwrap_or("");
        let clause = text.get(clause).unwrap_or("").to_ascii_lowercase();
        // "No failures", "2 errors" may be about anything.
        let vague = |count: &Count| {
            matches!(count, Count::Failed(_) | Count::Errors(_) | Count::Skipped(_) | Count::Flaky(_))
        };
        if is_of_other_things(&clause, before, after) || list.counts.iter().all(vague) && !of_tests(&clause) {
            continue;
        }
        match tier_beside(before, after) {
            Ok(tier) => list.tier = tier,
            Err(()) => continue,
        }
        // What named this list's tier from behind says nothing of the next list.
        let behind = list
            .tier
            .as_deref()
            .filter(|tier| after.trim_start().starts_with("in ") && !before.contains(tier));
        from +=
            behind.and_then(|tier| Some(after.to_ascii_lowercase().find(tier)? + tier.len())).unwrap_or(0);
        kept.push(list);
    }
    kept
}

fn of_tests(clause: &str) -> bool {
    ["test", "junit", "suite", "case"].iter().any(|word| clause.contains(word))
}

/// Whether a count is about builds, gates or rules, about another's tests, or only a rough figure.
fn is_of_other_things(clause: &str, before: &str, after: &str) -> bool {
    const OTHERS: &[&str] =
        &["gates", "tiers", "stages", "builds", "rungs", "rules", "items", "checks", "attempts"];
    const LOCAL: &[&str] =
        &["unit test", "unit-test", "locally", "cargo", "tests/unit", "lint", "selftest", "self-test"];
    const NOUNS: &[&str] = &[
        "build",
        "builds",
        "run",
        "runs",
        "attempt",
        "attempts",
        "deploy",
        "deploys",
        "tier",
        "tiers",
        "stage",
        "stages",
        "gate",
        "gates",
        "rule",
        "rules",
        "job",
        "jobs",
        "step",
        "steps",
        "login",
        "logins",
        "request",
        "requests",
        "task",
        "tasks",
        "container",
        "containers",
        "check",
        "checks",
        "log",
    ];
    let next = after.split_whitespace().next().unwrap_or("").trim_matches(|c: char| !c.is_alphanumeric());
    let last = before.split_whitespace().next_back().unwrap_or("");
    let rough = matches!(
        last,
        "about" | "over" | "almost" | "nearly" | "least" | "most" | "than" | "of" | "~" | ">" | "<"
    ) || before.ends_with(['~', '>', '<', '≥', '≤', '/', '.', '-']);
    let others = OTHERS.iter().any(|word| clause.contains(word)) && !of_tests(clause);
    rough || others || NOUNS.contains(&next) || LOCAL.iter().any(|word| clause.contains(word))
}

fn read(found: &Captures<'_>) -> Vec<Count> {
    let number = |n: usize| found.get(n)?.as_str().replace(',', "").parse::<u64>().ok();
    let word = |n: usize| found.get(n).map(|word| word.as_str());
    let counts = [
        number(1).map(Count::AllPass),
        number(2).zip(number(3)).map(|(passed, tests)| Count::PassedOf(passed, tests)),
        number(4).map(Count::Tests),
        number(5).map(Count::Suites),
        number(6).zip(word(7)).and_then(|(count, word)| of_word(word, count)),
        number(8).zip(word(9)).and_then(|(count, word)| of_word(word, count)),
        number(10).map(Count::Tests),
        word(11).and_then(|word| of_word(word, 0)),
    ];
    counts.into_iter().flatten().collect()
}

fn of_word(word: &str, count: u64) -> Option<Count> {
    Some(match word.split(' ').next()? {
        "passed" | "pass" | "passes" => Count::Passed(count),
        "failed" | "fail" | "failures" | "failure" => Count::Failed(count),
        "errors" | "error" | "errored" => Count::Errors(count),
        "skipped" | "skip" | "skips" => Count::Skipped(count),
        "flaky" => Count::Flaky(count),
        "tests" | "total" | "cases" => Count::Tests(count),
        _ => return None,
    })
}

/// A row of counts, with the tier, suite or run that it is about.
fn row(unit: &Unit<'_>, context: &Context<'_>) -> Option<Said> {
    if unit.block.kind != BlockKind::Row {
        return None;
    }
    let table = Table::of(unit, context)?;
    let cells = cells(unit.block);
    let whose = table.column(&["tier", "stage", "suite", "file", "report", "junit"]);
    let tier = match whose.and_then(|column| cells.get(column)) {
        None => None,
        Some((_, name)) => match name.trim().trim_end_matches(".xml").to_ascii_lowercase().as_str() {
            "total" | "all" | "sum" => None,
            name if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                Some(name.to_owned())
            }
            _ => return None,
        },
    };
    let mut counts = Vec::new();
    let mut span = 0..0;
    for ((at, cell), title) in cells.iter().zip(&table.columns) {
        let title = title.trim_start_matches("tests ");
        if let (Some(count), Ok(number)) = (of_word(title, 0), cell.trim().parse::<u64>()) {
            counts.extend(
                of_word(title, number).filter(|_| !matches!(count, Count::Errors(_)) || title == "errors"),
            );
            span.end = at.end;
        }
    }
    (!counts.is_empty()).then_some(Said { span, counts, tier })
}

fn facts(id: &str, said: &Said, context: &Context<'_>) -> Vec<Fact> {
    let suites = Suites::of(id, said.tier.as_deref(), context);
    if let Some(missing) = suites.missing() {
        return vec![missing];
    }
    let (totals, declared) = (suites.totals(), suites.declared());
    let has_errors = said.counts.iter().any(|count| matches!(count, Count::Errors(_)));
    let judged = said.counts.iter().map(|count| {
        let mut words = format!("{}: {}", suites.name, totals.words());
        if declared.is_some_and(|d| d.tests != totals.tests || d.passed != totals.passed + totals.flaky) {
            words.push_str(&format!(
                "; the reports declare {}",
                declared.map(|d| d.words()).unwrap_or_default()
            ));
        }
        let cited = cited(*count, &suites);
        match count.holds(&totals, suites.list.len() as u64, has_errors, said.counts.len() == 1) {
            Some(true) => Fact::Agrees(words, cited),
            Some(false) => Fact::Differs(words, cited),
            None => Fact::Unclear(words, cited),
        }
    });
    judged.collect()
}

impl Count {
    /// Whether so many went so; none where it depends on what is counted with them.
    fn holds(self, totals: &Totals, suites: u64, has_errors: bool, alone: bool) -> Option<bool> {
        let passed = totals.passed + totals.flaky;
        let idle = totals.skipped + totals.disabled;
        let broken = totals.failed + totals.errors;
        let with = |said: u64, plain: u64, more: u64| said == plain || said == plain + more;
        match self {
            Count::Passed(said) => Some(with(said, totals.passed, totals.flaky)),
            Count::Failed(said) if has_errors || totals.errors == 0 => Some(said == totals.failed),
            Count::Failed(said) if said == broken => Some(true),
            Count::Failed(said) => (said != totals.failed).then_some(false),
            Count::Errors(said) => Some(said == totals.errors),
            Count::Skipped(said) => Some(with(said, totals.skipped, totals.disabled)),
            Count::Flaky(said) => Some(said == totals.flaky),
            Count::Tests(said) if said == totals.tests => Some(true),
            Count::Tests(said) => (!alone || said != totals.tests - idle).then_some(false),
            Count::AllPass(_) if broken > 0 => Some(false),
            Count::AllPass(said) if said == passed => Some(true),
            Count::AllPass(said) => (said != totals.tests).then_some(false),
            Count::PassedOf(said, of) if of == totals.tests => Some(with(said, totals.passed, totals.flaky)),
            Count::PassedOf(said, of) => (said != passed || of != totals.tests - idle).then_some(false),
            Count::Suites(said) => Some(said == suites),
        }
    }
}

/// What was counted: the cases that went so, or the suites where all cases count.
fn cited(count: Count, suites: &Suites<'_>) -> Vec<report::Evidence> {
    let whole = |word: &str, counts: fn(CaseOutcome) -> bool| -> Vec<report::Evidence> {
        let of_suite = |suite: &&crate::evidence::Suite| {
            let number = suite.cases.iter().filter(|case| counts(case.outcome)).count();
            cite(&suite.place, "", format!("{number} {word}"))
        };
        suites.list.iter().map(of_suite).collect()
    };
    let cases = |outcomes: &[CaseOutcome], word: &str| -> Vec<report::Evidence> {
        let of_suite = |suite: &&crate::evidence::Suite| -> Vec<report::Evidence> {
            let cases = (1..).zip(&suite.cases).filter(|(_, case)| outcomes.contains(&case.outcome));
            cases.map(|(n, _)| cite(&suite.place, &format!("/testcase[{n}]"), word)).collect()
        };
        suites.list.iter().flat_map(of_suite).collect()
    };
    let is_passed = |outcome| matches!(outcome, CaseOutcome::Passed | CaseOutcome::Flaky);
    match count {
        Count::Failed(0) | Count::Errors(0) => {
            whole("failed", |outcome| matches!(outcome, CaseOutcome::Failed | CaseOutcome::Error))
        }
        Count::Failed(_) => cases(&[CaseOutcome::Failed, CaseOutcome::Error], "failed"),
        Count::Errors(_) => cases(&[CaseOutcome::Error], "failed"),
        Count::Skipped(n) if n > 0 => cases(&[CaseOutcome::Skipped, CaseOutcome::Disabled], "skipped"),
        Count::Flaky(n) if n > 0 => cases(&[CaseOutcome::Flaky], "flaky"),
        Count::Skipped(_) | Count::Flaky(_) | Count::Suites(_) => Vec::new(),
        Count::Tests(_) => whole("tests", |_| true),
        Count::Passed(_) | Count::AllPass(_) | Count::PassedOf(..) => whole("passed", is_passed),
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn counts_of_a_run() {
        check("test-counts", "Run 201: 9 passed, 1 skipped, 0 failed.", "+");
        check("test-counts", "Run 201: 246 passed", "-");
        check("test-counts", "Run 201: 10 tests in 5 suites, no failures", "+");
        check("test-counts", "All 10 tests pass in run 201; 9/10 tests passed in run 201", ".+");
        check("test-counts", "Build 202: 4 tests passed, 1 failed, 1 flaky", "+");
        check("test-counts", "Build 202: all 6 tests pass", "-");
        check("test-counts", "Build 203: 24 passed", "?");
        check("test-counts", "JUnit of run manual-4711: 12 tests", "?");
        check("test-counts", "Build 202: 7 passed", "-");
    }

    #[test]
    fn counts_of_a_tier() {
        check("test-counts", "Run 201: install: 3 passed, custom 2 passed and 1 skipped", "++");
        check("test-counts", "Run 201: `install.xml`: 4 passed", "-");
        check("test-counts", "Run 202: 3 passed in install, 0 test failures in upgrade", "+-");
        check("test-counts", "Run 201: after the upgrade, 246 passed", "");
        let head = "| tier | tests | passed | failed |\n|---|---|---|---|\n";
        check(
            "test-counts",
            &format!("Run 202:\n\n{head}| install | 3 | 3 | 0 |\n| upgrade | 3 | 3 | 0 |"),
            "+-",
        );
        check("test-counts", &format!("Run 201:\n\n{head}| total | 10 | 9 | 0 |"), "+");
        check("test-counts", "Run 202:\n\n- `custom`: 4 passed", "?");
    }

    #[test]
    fn counts_of_something_else() {
        check(
            "test-counts",
            "Run 201: 8 PASS, 2 FAIL; 4 failed builds; of the gates 6 passed; over 200 passed",
            "",
        );
        check("test-counts", "Unit tests: 246 passed. Run 201 is fine.", "");
        check("test-counts", "246 passed", "");
        check("test-counts", "#202 failed and #201 passed; Builds 201, 202 failed; run 202 failed", "");
        check("test-counts", "Run 201 saw 502 errors, 3 failed and no failures", "");
        check("test-counts", "EXPECTED: run 201: 10 passed", ".");
        check("test-counts", "Runs 201, 202: 10 passed", ".");
        check("test-counts", "Run 201 has no errors in the log; lint of run 201: 12 rules, 0 failed", "");
    }
}
