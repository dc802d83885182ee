//! Notes on runs whose records disagree with one another: badge, JUnit reports, results.json and build.

use std::collections::BTreeMap;

use super::context::{same_sha, tested_ref};
use super::run_words::pointer;
use super::{Context, cite};
use crate::evidence::{Build, CaseOutcome, Run, Suite};
use crate::report::Note;

/// Notes of one kind that are given one by one.
const EACH: usize = 12;

/// What records say against records; nothing here contradicts a statement.
pub(super) fn notes(context: &Context<'_>) -> Vec<Note> {
    let mut by_run = BTreeMap::<&str, Vec<&Suite>>::new();
    for suite in &context.evidence.suites {
        if let Some(run) = suite.run.as_deref() {
            by_run.entry(run).or_default().push(suite);
        }
    }
    let runs = &context.evidence.runs;
    let with_build = || {
        let build =
            |run: &Run| run.id.parse::<u64>().ok().and_then(|number| context.evidence.builds.get(&number));
        runs.values().filter_map(move |run| Some((run, build(run)?)))
    };
    let mut notes = Vec::new();
    let kinds = [
        badges(context),
        with_build().filter_map(|(run, build)| build_above_run(run, build)).collect(),
        with_build().filter_map(|(run, build)| other_ref(run, build)).collect(),
        runs.values().flat_map(|run| passed_with_failures(run, &by_run)).collect(),
        by_run.iter().flat_map(|(id, suites)| declared(id, suites)).collect(),
    ];
    for kind in kinds {
        let more = kind.len().saturating_sub(EACH);
        notes.extend(kind.into_iter().take(EACH));
        if more > 0 {
            let text = format!("{more} more disagreements like the one before this note");
            notes.push(Note { text, evidence: Vec::new() });
        }
    }
    notes
}

/// Badges that show another level than the run's.
fn badges(context: &Context<'_>) -> Vec<Note> {
    let badges = context.evidence.badges.iter().filter_map(|(id, badge)| {
        let (shown, run) = (badge.level?, context.evidence.runs.get(id)?);
        let real = run.level.filter(|real| *real != shown)?;
        Some(Note {
            text: format!("run {id}: its badge shows level {shown}, results.json says level {real}"),
            evidence: vec![cite(&badge.place, "", &badge.text), cite(&run.place, "/level", real)],
        })
    });
    badges.collect()
}

/// A green build above a run that did not reach its highest level, and a red one above a run that did.
fn build_above_run(run: &Run, build: &Build) -> Option<Note> {
    let level = run.recomputed_level.or(run.level)?;
    let failed = run.tiers.iter().find(|(_, status)| status == "fail");
    let full = level == run.rung_count && failed.is_none();
    let (number, of) = (build.number, run.rung_count);
    let text = match (build.status.as_str(), full) {
        ("success", false) => {
            let held = run.rungs.iter().find(|(_, status)| !matches!(status.as_str(), "pass" | "skip"));
            let why = match (failed, held) {
                (Some((tier, _)), _) => format!("tier {tier} failed"),
                (None, Some((rung, status))) => format!("rung {rung} {status}"),
                (None, None) => format!("of {of}"),
            };
            format!("build {number} is green above a level-{level} run ({why})")
        }
        ("failure" | "error" | "killed", true) => {
            format!("build {number} is red ({}) above a level-{level} run", build.status)
        }
        _ => return None,
    };
    let mut evidence = vec![cite(&build.place, "/status", &build.status), cite(&run.place, "/level", level)];
    evidence.extend(failed.map(|(tier, status)| cite(&run.place, &pointer("results", tier), status)));
    Some(Note { text, evidence })
}

/// A run that says it tested another commit than its build was given.
fn other_ref(run: &Run, build: &Build) -> Option<Note> {
    let given = tested_ref(build).filter(|_| !run.reference.is_empty())?;
    let hex = |text: &str| text.len() >= 7 && text.chars().all(|c| c.is_ascii_hexdigit());
    let differ = hex(given) && hex(&run.reference) && !same_sha(given, &run.reference);
    let short = |sha: &str| sha.chars().take(8).collect::<String>();
    differ.then(|| Note {
        text: format!(
            "run {} says it tested {}, build {} was given {}",
            run.id,
            short(&run.reference),
            build.number,
            short(given)
        ),
        evidence: vec![cite(&run.place, "/ref", &run.reference), cite(&build.place, "/params/REF", given)],
    })
}

/// Tiers that passed although a report of theirs holds failures.
fn passed_with_failures(run: &Run, by_run: &BTreeMap<&str, Vec<&Suite>>) -> Vec<Note> {
    let suites = by_run.get(run.id.as_str()).map_or(&[][..], Vec::as_slice);
    let red = suites.iter().filter_map(|suite| {
        let tier = suite.file_stem.split("__").next()?;
        let status = run.tiers.iter().find(|(name, _)| name == tier).map(|(_, status)| status.as_str())?;
        let broken = suite
            .cases
            .iter()
            .filter(|case| matches!(case.outcome, CaseOutcome::Failed | CaseOutcome::Error))
            .count();
        (status == "pass" && broken > 0).then(|| Note {
            text: format!(
                "run {}: tier {tier} passed, yet {} holds {broken} failed",
                run.id,
                tests(&suite.file_stem)
            ),
            evidence: vec![
                cite(&run.place, &pointer("results", tier), status),
                cite(&suite.place, "", format!("{broken} failed")),
            ],
        })
    });
    red.collect()
}

/// Reports that declare other counts than their cases make.
fn declared(id: &str, suites: &[&Suite]) -> Vec<Note> {
    let nouns = ["tests", "failures", "errors", "skipped tests"];
    let differing = suites.iter().filter_map(|suite| {
        let (declared, computed) = (suite.declared, suite.computed);
        let pairs = [
            (declared.tests, computed.tests),
            (declared.failures, computed.failures),
            (declared.errors, computed.errors),
            (declared.skipped, computed.skipped),
        ];
        let said: Vec<String> = pairs
            .iter()
            .zip(nouns)
            .filter_map(|((declared, computed), noun)| {
                let (declared, computed) = ((*declared)?, (*computed)?);
                (declared != computed)
                    .then(|| format!("declares {declared} {noun}, its cases make {computed}"))
            })
            .collect();
        let (declared, computed) = (declared.tests.unwrap_or(0), computed.tests.unwrap_or(0));
        (!said.is_empty()).then(|| Note {
            text: format!("run {id}: {} {}", tests(&suite.file_stem), said.join("; ")),
            evidence: vec![cite(&suite.place, "", format!("{declared} declared, {computed} found"))],
        })
    });
    differing.collect()
}

fn tests(stem: &str) -> String {
    format!("{stem}.xml")
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::notes_after;

    #[track_caller]
    fn check(alterations: &[(&str, &str, &str)], expected: &[&str]) {
        let notes = notes_after(alterations);
        for wanted in expected {
            assert!(notes.iter().any(|note| note.contains(wanted)), "{wanted}\n{}", notes.join("\n"));
        }
        let always = 2;
        assert_eq!(notes.len(), expected.len().max(always), "{}", notes.join("\n"));
    }

    #[test]
    fn records_against_records() {
        const BADGE: &str = "run 202: its badge shows level 2, results.json says level 1";
        const COUNTS: &str = "run 202: install.xml declares 4 tests, its cases make 3";
        check(&[], &[BADGE, COUNTS]);
        let build = "data/builds/drone/repos/o/n/builds/201.json";
        check(
            &[(build, "success", "failure")],
            &[BADGE, COUNTS, "build 201 is red (failure) above a level-5 run"],
        );
        check(
            &[("data/builds/drone/repos/o/n/builds/202.json", "failure", "success")],
            &[BADGE, COUNTS, "build 202 is green above a level-1 run (tier upgrade failed)"],
        );
        check(
            &[(build, "ccccccc3", "ddddddd3")],
            &[BADGE, COUNTS, "run 201 says it tested ccccccc3, build 201 was given ddddddd3"],
        );
        check(
            &[("data/runs/201/junit/backup.xml", "</testcase>", "<failure/></testcase>")],
            &[BADGE, COUNTS, "run 201: tier backup passed, yet backup.xml holds 1 failed"],
        );
    }
}
