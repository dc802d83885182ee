//! What a report declares beside what was read of it. Knows nothing about XML.

use crate::evidence::{Counts, Issue, RareCounts, Suite, TestFile, TestReport};

/// An element that holds cases or other such elements; children stand behind their parents.
pub(super) struct Group {
    pub(super) suite: Suite,
    /// Index of the group that this one lies in.
    pub(super) parent: Option<usize>,
    pub(super) has_groups: bool,
    /// Whether it is a `testsuite` and not only a collection of them.
    pub(super) is_suite: bool,
}

/// Puts the file together. `complete` says whether it was read to its end.
pub(super) fn add_up(
    groups: Vec<Group>,
    report: TestReport,
    complete: bool,
    issue: &mut dyn FnMut(Issue),
) -> TestFile {
    let mut report = TestReport { complete, ..report };
    for group in &groups {
        report.suite_count += u64::from(group.is_suite);
    }
    if let Some(root) = groups.first() {
        report.name.clone_from(&root.suite.name);
        report.declared = root.suite.declared;
        report.declared_rare = root.suite.declared_rare;
    }
    let root_is_suite = groups.first().is_some_and(|root| root.is_suite);
    let mut outermost = groups
        .iter()
        .filter(|group| {
            group.is_suite && if root_is_suite { group.parent.is_none() } else { group.parent == Some(0) }
        })
        .peekable();
    if outermost.peek().is_some() {
        report.declared_by_suites =
            outermost.fold(Counts::zero(), |sum, group| sum.plus(group.suite.declared));
    }
    let totals = subtree_totals(&groups);
    report.computed = totals.first().copied().unwrap_or(Counts::zero());
    report.computed_rare = RareCounts::zero();
    let mut suites = Vec::new();
    for (group, total) in groups.into_iter().zip(totals) {
        let mut suite = group.suite;
        suite.complete = complete;
        suite.computed = Counts::of(&suite.cases);
        suite.computed_rare = RareCounts::of(&suite.cases);
        report.computed_rare = report.computed_rare.plus(suite.computed_rare);
        // What a suite without nested ones declares stands beside what it holds; the others end here.
        let is_shown = !suite.cases.is_empty() && !group.has_groups;
        if !is_shown
            && complete
            && let Some(what) = suite.declared.difference(total)
        {
            issue(Issue::new(suite.place.pointer.clone(), what));
        }
        if group.has_groups {
            suite.declared = Counts::default();
            suite.declared_rare = RareCounts::default();
        }
        if !suite.cases.is_empty() {
            suites.push(suite);
        }
    }
    TestFile { report, suites }
}

/// The counts of every group with all that lies in it: one pass from the back, as children stand behind parents.
fn subtree_totals(groups: &[Group]) -> Vec<Counts> {
    let mut totals: Vec<Counts> = groups.iter().map(|group| Counts::of(&group.suite.cases)).collect();
    for (index, group) in groups.iter().enumerate().rev() {
        let total = totals.get(index).copied().unwrap_or(Counts::zero());
        if let Some(parent) = group.parent.and_then(|parent| totals.get_mut(parent)) {
            *parent = parent.plus(total);
        }
    }
    totals
}
