//! The JUnit suites of a run or of one of its tiers, whether they are all of them, and what they add up to.

use super::context::Context;
use super::{Fact, cite};
use crate::entry_path::EntryPath;
use crate::evidence::{Case, CaseOutcome, EvidenceKind, Run, Suite};
use crate::report;

/// The suites of a run, or of one tier of it.
pub(super) struct Suites<'a> {
    /// The suites, in entry order.
    pub(super) list: Vec<&'a Suite>,
    /// `the tests of run 612` or `the install tests of run 612`.
    pub(super) name: String,
    /// Why they may not be all of them.
    pub(super) incomplete: Option<String>,
}

/// How the cases of some suites went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) tests: u64,
    pub(super) passed: u64,
    pub(super) flaky: u64,
    pub(super) failed: u64,
    pub(super) errors: u64,
    pub(super) skipped: u64,
    pub(super) disabled: u64,
}

impl<'a> Suites<'a> {
    /// The suites of run `id`, of `tier` where one is given.
    pub(super) fn of(id: &str, tier: Option<&str>, context: &Context<'a>) -> Suites<'a> {
        let evidence = context.evidence;
        let of_run = context.suites_of(id).iter().copied();
        let list: Vec<&Suite> =
            of_run.filter(|suite| tier.is_none_or(|tier| of_tier(&suite.file_stem, tier))).collect();
        let unread = unread(id, &list, tier, context);
        let name =
            tier.map_or_else(|| format!("the tests of run {id}"), |t| format!("the {t} tests of run {id}"));
        let run = evidence.runs.get(id);
        let incomplete = match (unread, tier, run) {
            (Some(file), ..) => Some(format!("{file} of run {id} holds no test that could be read")),
            (None, Some(tier), _) if list.is_empty() => {
                Some(format!("no {tier} report of run {id} is in the snapshot"))
            }
            (None, None, _) if list.is_empty() => {
                Some(format!("no JUnit report of run {id} is in the snapshot"))
            }
            // Of `custom__login.xml` and its like there may have been more.
            (None, Some(tier), None) if !list.iter().any(|suite| suite.file_stem == tier) => Some(format!(
                "without results.json of run {id} it is not known whether all its {tier} reports are here"
            )),
            (None, Some(tier), Some(run)) => fewer(run, Some(tier), &list),
            (None, Some(_), None) => None,
            (None, None, None) => Some(format!(
                "without results.json of run {id} it is not known whether all its reports are here"
            )),
            (None, None, Some(run)) => run
                .tiers
                .iter()
                .filter(|(_, status)| matches!(status.as_str(), "pass" | "fail"))
                .find(|(tier, _)| !list.iter().any(|suite| of_tier(&suite.file_stem, tier)))
                .map(|(tier, _)| format!("no {tier} report of run {id} is in the snapshot"))
                .or_else(|| fewer(run, None, &list)),
        };
        Suites { list, name, incomplete }
    }

    /// What is missing before these suites could be added up.
    pub(super) fn missing(&self) -> Option<Fact> {
        self.incomplete.clone().map(Fact::Missing)
    }

    /// How their cases went.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for case in self.list.iter().flat_map(|suite| &suite.cases) {
            totals.tests += 1;
            *match case.outcome {
                CaseOutcome::Passed => &mut totals.passed,
                CaseOutcome::Flaky => &mut totals.flaky,
                CaseOutcome::Skipped => &mut totals.skipped,
                CaseOutcome::Disabled => &mut totals.disabled,
                CaseOutcome::Failed => &mut totals.failed,
                CaseOutcome::Error => &mut totals.errors,
            } += 1;
        }
        totals
    }

    /// What the suites say of themselves, where each says how many it ran.
    pub(super) fn declared(&self) -> Option<Totals> {
        let mut totals = Totals::default();
        for suite in &self.list {
            let declared = &suite.declared;
            totals.tests = totals.tests.saturating_add(declared.tests?);
            totals.failed = totals.failed.saturating_add(declared.failures.unwrap_or(0));
            totals.errors = totals.errors.saturating_add(declared.errors.unwrap_or(0));
            totals.skipped = totals.skipped.saturating_add(declared.skipped.unwrap_or(0));
        }
        let others = totals.failed.saturating_add(totals.errors).saturating_add(totals.skipped);
        totals.passed = totals.tests.checked_sub(others)?;
        Some(totals)
    }
}

impl Totals {
    /// `24 passed, 1 skipped of 25 tests`.
    pub(super) fn words(&self) -> String {
        let counts = [
            (self.passed, "passed"),
            (self.flaky, "passed after a rerun"),
            (self.failed, "failed"),
            (self.errors, "broke"),
            (self.skipped, "skipped"),
            (self.disabled, "never ran"),
        ];
        let said = counts.iter().filter(|(count, word)| *count > 0 || *word == "passed");
        let said: Vec<String> = said.map(|(count, word)| format!("{count} {word}")).collect();
        format!("{} of {} tests", said.join(", "), self.tests)
    }
}

/// A case of a tier or rung of a run that failed or broke, in words, where its JUnit reports hold one.
pub(super) fn red_case(id: &str, name: &str, context: &Context<'_>) -> Option<(String, report::Evidence)> {
    let tiers: &[&str] = match name {
        "backup_restore" => &["backup", "restore"],
        "functional" => &["custom"],
        name => &[name],
    };
    let mut suites =
        context.suites_of(id).iter().filter(|suite| tiers.iter().any(|tier| of_tier(&suite.file_stem, tier)));
    suites.find_map(|suite| {
        let is_red = |case: &&Case| matches!(case.outcome, CaseOutcome::Failed | CaseOutcome::Error);
        let case = suite.cases.iter().find(is_red)?;
        let words = format!("{} of its {} report failed all the same", case.name, suite.file_stem);
        Some((words, cite(&suite.place, "", format!("{}: failed", case.name))))
    })
}

/// Whether a report called `stem` belongs to a tier.
fn of_tier(stem: &str, tier: &str) -> bool {
    stem.strip_prefix(tier).is_some_and(|rest| rest.is_empty() || rest.starts_with("__"))
}

/// The stage of which the run names more tests than its reports here hold.
fn fewer(run: &Run, tier: Option<&str>, list: &[&Suite]) -> Option<String> {
    run.stages.iter().filter(|stage| tier.is_none_or(|tier| tier == stage.name)).find_map(|stage| {
        let suites = list.iter().filter(|suite| of_tier(&suite.file_stem, &stage.name));
        let cases: usize = suites.map(|suite| suite.cases.len()).sum();
        let (id, name, tests) = (&run.id, &stage.name, stage.tests.len());
        (cases < tests)
            .then(|| format!("run {id} names {tests} {name} tests, its reports here hold {cases} of them"))
    })
}

/// A report in the folder of the run that is listed and of which no test was read.
fn unread(id: &str, list: &[&Suite], tier: Option<&str>, context: &Context<'_>) -> Option<String> {
    let folder = context.evidence.runs.get(id).map(|run| run.place.path.as_str());
    let folder = folder.or_else(|| list.first().map(|suite| suite.place.path.as_str()));
    let (folder, _) = folder?.rsplit_once(&format!("/{id}/"))?;
    let folder = format!("{folder}/{id}/");
    let from = EntryPath::new(folder.trim_end_matches('/')).ok()?;
    let inside =
        context.evidence.entries.range(from..).skip_while(|(path, _)| !path.as_str().starts_with(&folder));
    let mut reports = inside
        .take_while(|(path, _)| path.as_str().starts_with(&folder))
        .filter(|(_, (kind, _))| *kind == EvidenceKind::Junit)
        .map(|(path, _)| path);
    let named = |name: &str| tier.is_none_or(|tier| name.starts_with(tier));
    let read = |path: &EntryPath| list.iter().any(|suite| suite.place.path == *path);
    reports.find(|path| named(path.file_name()) && !read(path)).map(|path| path.file_name().to_owned())
}
