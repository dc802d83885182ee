//! "`test_admin_login` passed", `file.py::test_x` failed: what became of single tests.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_suites::Suites;
use super::run_tables::{Table, cells};
use super::run_words::{Runs, cell_status, plain_status, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::BlockKind;
use crate::evidence::{CaseOutcome, EvidenceKind, Suite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "test-outcome",
    explains: "What became of one test, against its case in the run's JUnit reports.",
    kind: CheckKind::Substance,
    words: &["test_", "::"],
    find,
};

static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\b[\w./-]+\.py::)?(?:\w+::)?\btest_\w+(?:\[[^\]\s]{1,60}\])?").ok());

static ENDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:was |were |is |are |both |has |have |: |→ |-> |= |\(|is the (?:only )?(?:one|test) that )\s*)?(passed|passes|PASSED|PASS|failed|fails|FAILED|FAIL|skipped|SKIPPED|SKIP|flaky|flaked|green|red|✅|✓|✔|❌|✘|✗)").ok()
});

/// The whole of a code that may be a test's name: `import::twice_is_noop`.
static PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z_][\w./-]*(?:::[A-Za-z_]\w*)+(?:\[[^\]\s]{1,60}\])?$").ok());

/// How a test is said to have gone.
const FLAKY: &str = "flaky";

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    if unit.document.kind == EvidenceKind::Plan || !(text.contains("test_") || text.contains("::")) {
        return;
    }
    let (Some(name), Some(ended)) = (NAME.as_ref(), ENDED.as_ref()) else { return };
    let runs = Runs::of(unit, context);
    let mut names: Vec<Range<usize>> = Vec::new();
    let mut tests: Vec<Range<usize>> = name.find_iter(text).map(|found| found.range()).collect();
    // A name in code that joins its parts with colons is a test's where it is said to have ended.
    let coded = unit.block.code.iter().filter(|code| {
        let code = unit.text(code);
        !code.contains("test_") && PATH.as_ref().is_some_and(|pattern| pattern.is_match(code))
    });
    tests.extend(coded.cloned());
    tests.sort_by_key(|test| test.start);
    for found in tests {
        // A file of tests is no test.
        if text.get(found.end..).is_some_and(|rest| rest.starts_with(".py")) {
            continue;
        }
        let joined = names.last().is_some_and(|last| {
            let between = text.get(last.end..found.start).unwrap_or("x").trim();
            matches!(between, "," | "and" | ", and" | "/" | "+" | "&")
        });
        if !joined {
            names.clear();
        }
        names.push(found.clone());
        let rest = text.get(found.end..).unwrap_or("");
        let before = text.get(..names.first().map_or(0, |first| first.start)).unwrap_or("");
        let behind = ended.captures(rest).and_then(|found| found.get(1));
        let other = behind.is_some_and(|word| {
            let after = rest.get(word.end()..).unwrap_or("");
            after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                || [" to ", " over"].iter().any(|o| after.starts_with(o))
        });
        let (said, span) = match behind.filter(|_| !other) {
            Some(word) => (said(word.as_str()), found.start..found.end + word.end()),
            None => match before.trim_end().rsplit(' ').next() {
                Some(word @ ("PASSED" | "FAILED" | "SKIPPED")) => (said(word), found.clone()),
                _ if named_as(before).is_some() => (named_as(before), found.clone()),
                _ => match row_said(unit, context) {
                    Some(said) => (Some(said), found.clone()),
                    None => continue,
                },
            },
        };
        let Some(said) = said else { continue };
        let span = names.first().map_or(span.start, |first| first.start)..span.end;
        let mut ids = runs.at(&span, context);
        if ids.is_empty() && named_as(before).is_some() {
            ids = failed_above(unit, context);
        }
        let facts: Vec<Fact> = match ids.as_slice() {
            [] => continue,
            [id] => names.iter().map(|name| fact(id, unit.text(name), said, context)).collect(),
            _ => vec![Fact::Unclear("of which run this is said is not plain".to_owned(), Vec::new())],
        };
        let facts = settled(unit, &span, facts);
        drafts.push(Draft::new(span.clone(), format!("test {ids:?} {} {said}", unit.text(&span)), facts));
        names.clear();
    }
}

/// "The failed test is `…`", "the skipped one is `…`".
fn named_as(before: &str) -> Option<&'static str> {
    let before = before.trim_end().strip_suffix(" is").or_else(|| before.trim_end().strip_suffix(" was"))?;
    let word = before.strip_suffix(" test").or_else(|| before.strip_suffix(" one"))?.rsplit(' ').next()?;
    matches!(word, "failed" | "skipped" | "failing").then(|| said(word))?
}

/// "The failed test is …" goes on with the item right above, where that tells of one run with a test that failed.
fn failed_above(unit: &Unit<'_>, context: &Context<'_>) -> Vec<String> {
    let above = context.above(unit).next().filter(|above| above.block.kind == BlockKind::Item);
    let Some(above) = above.filter(|above| above.lower().contains("failed")) else { return Vec::new() };
    let ids = Runs::of(above, context).at(&(above.words().len()..above.words().len()), context);
    if ids.len() == 1 && !context.named_builds(above).is_empty() { ids } else { Vec::new() }
}

fn said(word: &str) -> Option<&'static str> {
    if word.starts_with("flak") { Some(FLAKY) } else { plain_status(word) }
}

/// What the result column of a row says.
fn row_said(unit: &Unit<'_>, context: &Context<'_>) -> Option<&'static str> {
    if unit.block.kind != BlockKind::Row {
        return None;
    }
    let column = Table::of(unit, context)?.column(&["result", "status", "outcome"])?;
    let (_, cell) = cells(unit.block).into_iter().nth(column)?;
    if cell.trim().eq_ignore_ascii_case(FLAKY) { Some(FLAKY) } else { cell_status(cell) }
}

fn fact(id: &str, name: &str, said: &str, context: &Context<'_>) -> Fact {
    let suites = Suites::of(id, None, context);
    let (path, test) = name.rsplit_once("::").unwrap_or(("", name));
    let module =
        path.rsplit('/').next().unwrap_or("").split("::").next().unwrap_or("").trim_end_matches(".py");
    let mut found: Vec<(&Suite, usize)> = Vec::new();
    for suite in &suites.list {
        for (index, case) in suite.cases.iter().enumerate() {
            let own = case.name.rsplit("::").next().unwrap_or("");
            let named = own == test || own.strip_prefix(test).is_some_and(|rest| rest.starts_with('['));
            let of_module = module.is_empty() || case.class.contains(module) || case.name.contains(module);
            if named && of_module {
                found.push((suite, index));
            }
        }
    }
    let Some((first, _)) = found.first() else {
        return suites
            .missing()
            .unwrap_or_else(|| Fact::Missing(format!("no report of run {id} holds a test {test}")));
    };
    if found.iter().any(|(suite, _)| suite.place.path != first.place.path) {
        return Fact::Unclear(format!("several reports of run {id} hold a test {test}"), Vec::new());
    }
    let outcomes: Vec<CaseOutcome> =
        found.iter().filter_map(|(suite, index)| suite.cases.get(*index)).map(|case| case.outcome).collect();
    let cited = found.iter().zip(&outcomes).map(|((suite, index), outcome)| {
        cite(&suite.place, &format!("/testcase[{}]", index + 1), word(*outcome))
    });
    let cited = cited.collect();
    let mut words: Vec<&str> = outcomes.iter().map(|outcome| word(*outcome)).collect();
    words.dedup();
    let words = format!("{test} of run {id}: {}", words.join(", "));
    let holds: Vec<bool> = outcomes.iter().map(|outcome| holds(*outcome, said)).collect();
    match (holds.iter().all(|holds| *holds), holds.iter().any(|holds| *holds)) {
        (true, _) => Fact::Agrees(words, cited),
        // Of a test with parameters, one case failed: whether the test failed is not in doubt, the rest is.
        (false, true) if said != "pass" => Fact::Unclear(words, cited),
        _ => Fact::Differs(words, cited),
    }
}

fn word(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Passed => "passed",
        CaseOutcome::Flaky => "passed after a rerun",
        CaseOutcome::Skipped => "skipped",
        CaseOutcome::Disabled => "never ran",
        CaseOutcome::Failed => "failed",
        CaseOutcome::Error => "broke",
    }
}

fn holds(outcome: CaseOutcome, said: &str) -> bool {
    match outcome {
        CaseOutcome::Passed => said == "pass",
        CaseOutcome::Flaky => matches!(said, "pass" | FLAKY),
        CaseOutcome::Skipped | CaseOutcome::Disabled => said == "skip",
        CaseOutcome::Failed | CaseOutcome::Error => said == "fail",
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn single_tests() {
        check("test-outcome", "Run 201: `test_install_1` passed, `test_custom_2` was skipped", "++");
        check(
            "test-outcome",
            "Run 201: `test_install_1` and `test_install_2` passed; test_custom_2 PASS",
            "+-",
        );
        check(
            "test-outcome",
            "Build 202: `tests/test_upgrade.py::test_upgrade_2` failed, test_upgrade_3 flaky",
            "++",
        );
        check("test-outcome", "Build 202: `test_upgrade.py::test_upgrade_1` ❌, test_upgrade_1 flaky", "--");
        check("test-outcome", "Build 203: `test_upgrade_1` failed", "?");
        check("test-outcome", "Run 201: FAILED tests/test_install.py::test_install_1", "-");
        check("test-outcome", "Run 201: `test_login` passed", "?");
        check(
            "test-outcome",
            "In run 202, `test_upgrade_2` is the one that failed, `upgrade::test_upgrade_1` is the test that failed",
            "+-",
        );
        check("test-outcome", "Run 202: `import::twice_is_noop` failed; std::fmt failed", "?");
        check(
            "test-outcome",
            "- run 201 passed\n- JUnit of run 202: 1 failed\n- the failed test is `test_upgrade_2`",
            "+",
        );
        check(
            "test-outcome",
            "Run 202: the failed test is `test_upgrade_2`; the skipped one is test_install_1",
            "+-",
        );
        check(
            "test-outcome",
            "Run 201:\n\n| test | result |\n|---|---|\n| `test_backup_1` | ✅ pass |\n| `test_custom_2` | pass |",
            "+-",
        );
    }

    #[test]
    fn what_is_no_outcome_of_a_test() {
        check("test-outcome", "Run 201: test_install.py passed; `test_install_1` failed to start once", "");
        check("test-outcome", "`test_install_1` failed", "");
        check("test-outcome", "Runs 201 and 202: test_install_1 passed", ".");
        check("test-outcome", "Run 201: test_install_1 should be failed", "");
        check("test-outcome", "If run 201 says test_install_1 failed", ".");
    }
}
