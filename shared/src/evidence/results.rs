//! `results.json` of a run, and the level that its rungs add up to. Knows nothing about builds or tests.

use std::collections::BTreeMap;

use super::fields::{self, Fields, When};
use super::{Issue, Place, Run, RunLint, RunSkips, RunStage, StageTest};
use crate::entry_path::EntryPath;
use crate::time::Timestamp;

/// The ladder of schema 2, from the bottom.
const LADDER: [&str; 5] = ["install", "upgrade", "backup_restore", "functional", "lint"];
/// The ladder of schema 1.
const LADDER_1: [&str; 6] =
    ["install", "upgrade", "backup_restore", "functional", "integration", "recipe_local"];

/// Reads a `results.json`; `id` is the name of the run's folder. None when it is no JSON object, or says itself that
/// it is of another run: a copied file shows nothing about the run in whose folder it lies.
pub fn parse(bytes: &[u8], path: &EntryPath, id: &str) -> (Option<Run>, Vec<Issue>) {
    let mut issues = Vec::new();
    let run = fields::document(bytes, &mut issues).and_then(|document| {
        let fields = Fields::new(&document, "", &mut issues)?;
        let said = fields.string("run_id", When::Optional, &mut issues);
        if !said.is_empty() && said != id {
            let what =
                format!("says {said:?}, but the run's folder is {id:?}: evidence of neither, not read");
            issues.push(Issue::new("/run_id", what));
            return None;
        }
        Some(read(&fields, path, id, &mut issues))
    });
    (run, issues)
}

fn read(fields: &Fields<'_>, path: &EntryPath, id: &str, issues: &mut Vec<Issue>) -> Run {
    let schema = match fields.count("schema", When::Optional, issues) {
        // Schema 1 had no such key.
        None => 1,
        Some(schema) => {
            if schema == 0 {
                issues.push(Issue::new("/schema", "0 is no schema known here; read as if it were 1"));
            } else if schema > 2 {
                let what =
                    format!("schema {schema} is newer than 2, the newest known here; read as if it were 2");
                issues.push(Issue::new("/schema", what));
            }
            schema
        }
    };
    let rungs = words(fields, "rungs", When::Expected, issues);
    let ladder = Ladder::new(schema, rungs, issues);
    let level = fields.count("level", When::Expected, issues);
    let recomputed_level = ladder.level(issues);
    if let (Some(level), Some(recomputed)) = (level, recomputed_level)
        && level != recomputed
    {
        let what =
            format!("is written as {level}, but the rungs add up to {recomputed}{}", ladder.why(recomputed));
        issues.push(Issue::new("/level", what));
    }
    let (lint, lint_report) = lint(fields, issues);
    Run {
        id: id.to_owned(),
        schema,
        recipe: fields.string("recipe", When::Expected, issues),
        version: fields.string("version", When::Optional, issues),
        // No pull request is numbered 0.
        pr: fields.count("pr", When::Optional, issues).filter(|pr| *pr > 0),
        reference: fields.string("ref", When::Optional, issues),
        finished: finished(fields, issues),
        level,
        recomputed_level,
        rung_count: ladder.height,
        level_cap_reason: fields.string("level_cap_reason", When::Optional, issues),
        rungs: ladder.rungs,
        tiers: words(fields, "results", When::Optional, issues),
        stages: fields
            .objects("stages", When::Optional, issues)
            .iter()
            .map(|fields| stage(fields, issues))
            .collect(),
        skips: skips(fields, issues),
        flags: flags(fields, issues),
        lint,
        lint_report,
        screenshot: fields.string("screenshot", When::Optional, issues),
        summary_card: fields.string("summary_card", When::Optional, issues),
        customization: fields.get("customization").cloned(),
        place: Place { path: path.clone(), pointer: String::new() },
    }
}

/// The members of an object whose values are words, in file order.
fn words(fields: &Fields<'_>, key: &str, when: When, issues: &mut Vec<Issue>) -> Vec<(String, String)> {
    let Some(object) = fields.object(key, when, issues) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    for (name, _) in object.members() {
        let word = object.string(name, When::Expected, issues);
        words.push((name.clone(), word));
    }
    words
}

/// Rungs from the bottom.
struct Ladder {
    rungs: Vec<(String, String)>,
    /// How many rungs there are, given or not.
    height: u64,
    /// The rungs by name, where the names tell which stands above which; else the order of `rungs` does.
    names: Option<&'static [&'static str]>,
    /// Whether it is known which rung stands above which.
    ordered: bool,
}

impl Ladder {
    fn new(schema: u64, mut rungs: Vec<(String, String)>, issues: &mut Vec<Issue>) -> Ladder {
        let names: &[&str] = if schema >= 2 { &LADDER } else { &LADDER_1 };
        let step = |name: &str| names.iter().position(|known| *known == name);
        let strangers = rungs.iter().filter(|(name, _)| step(name).is_none()).count();
        if rungs.is_empty() {
            let height = if schema >= 2 { names.len() as u64 } else { 0 };
            return Ladder { rungs, height, names: Some(names), ordered: false };
        }
        if schema >= 2 || strangers == 0 {
            for (name, _) in rungs.iter().filter(|(name, _)| step(name).is_none()) {
                fields::push(issues, || {
                    let what = "is no known rung; the level cannot be recomputed";
                    Issue::new(format!("/rungs{}", fields::segment(name)), what)
                });
            }
            rungs.sort_by_key(|(name, _)| step(name).unwrap_or(names.len()));
            let height = (names.len() + strangers) as u64;
            return Ladder { rungs, height, names: Some(names), ordered: strangers == 0 };
        }
        // Other names of schema 1: numbers tell the order, else the file does where it begins as the ladder does.
        let number = |name: &str| {
            name.trim_start_matches(['l', 'L']).split(['_', '-', ' ']).next()?.parse::<u64>().ok()
        };
        let ordered = if rungs.iter().all(|(name, _)| number(name).is_some()) {
            rungs.sort_by_key(|(name, _)| number(name));
            rungs.iter().zip(1..).all(|((name, _), expected)| number(name) == Some(expected))
        } else {
            let known = rungs.iter().filter_map(|(name, _)| step(name));
            known.is_sorted() && rungs.first().is_some_and(|(name, _)| step(name) == Some(0))
        };
        if !ordered {
            issues.push(Issue::new(
                "/rungs",
                "are not in the order of the ladder; the level cannot be recomputed",
            ));
        }
        let height = rungs.len() as u64;
        Ladder { rungs, height, names: None, ordered }
    }

    /// The status of a rung, from 0; none for one that is not there.
    fn status(&self, step: usize) -> Option<&str> {
        let rung = match self.names {
            None => self.rungs.get(step),
            Some(names) => {
                let name = names.get(step)?;
                self.rungs.iter().find(|(rung, _)| rung == name)
            }
        };
        rung.map(|(_, status)| status.as_str())
    }

    /// The highest i such that rung i passed and every rung below it passed or was skipped.
    fn level(&self, issues: &mut Vec<Issue>) -> Option<u64> {
        for (name, status) in &self.rungs {
            if !matches!(status.as_str(), "pass" | "fail" | "skip" | "unver" | "na" | "") {
                fields::push(issues, || {
                    let what = format!("{status:?} is no known status; it counts as not passed");
                    Issue::new(format!("/rungs{}", fields::segment(name)), what)
                });
            }
        }
        if !self.ordered {
            return None;
        }
        let mut level = 0;
        for step in 0..self.height {
            match self.status(usize::try_from(step).ok()?) {
                Some("pass") => level = step + 1,
                Some("skip") => {}
                // `na`, of schema 1, caps the level: it is not a skip. A rung that is not there did not pass either.
                _ => break,
            }
        }
        Some(level)
    }

    /// Which rung ends the climb above `level`: the first that neither passed nor was skipped.
    fn why(&self, level: u64) -> String {
        let above = self.rungs.iter().skip(usize::try_from(level).unwrap_or(usize::MAX));
        above
            .into_iter()
            .find(|(_, status)| !matches!(status.as_str(), "pass" | "skip"))
            .map_or_else(String::new, |(name, status)| format!(" ({name} is {status:?})"))
    }
}

fn stage(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> RunStage {
    RunStage {
        name: fields.string("name", When::Expected, issues),
        status: fields.string("status", When::Expected, issues),
        tests: fields
            .objects("tests", When::Optional, issues)
            .iter()
            .map(|test| StageTest {
                name: test.string("name", When::Expected, issues),
                status: test.string("status", When::Expected, issues),
                ms: milliseconds(test, issues),
            })
            .collect(),
    }
}

/// How long a test took; a fraction of a millisecond is rounded.
fn milliseconds(test: &Fields<'_>, issues: &mut Vec<Issue>) -> Option<u64> {
    let value = test.get("ms")?;
    let ms = value.as_f64().filter(|ms| (0.0..1e15).contains(ms)).map(|ms| ms.round() as u64);
    if ms.is_none() {
        fields::push(issues, || Issue::new(test.pointer_of("ms"), "is no length of time; left out"));
    }
    ms
}

fn skips(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> RunSkips {
    let Some(skips) = fields.object("skips", When::Optional, issues) else {
        return RunSkips::default();
    };
    RunSkips {
        intentional: words(&skips, "intentional", When::Optional, issues),
        unintentional: skips.strings("unintentional", When::Optional, issues),
    }
}

/// When the run ended: unix seconds with a fraction, or an RFC 3339 time.
fn finished(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> Option<Timestamp> {
    if fields.get("finished").is_some_and(serde_json::Value::is_string) {
        return fields.instant("finished", When::Optional, issues);
    }
    let Some(seconds) = fields.get("finished").and_then(serde_json::Value::as_f64) else {
        issues.push(Issue::new("/finished", "is missing or no number"));
        return None;
    };
    if seconds == 0.0 {
        return None;
    }
    let at = (seconds > 0.0 && seconds < 1e12)
        .then(|| Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok())
        .flatten();
    if at.is_none() {
        issues.push(Issue::new("/finished", format!("{seconds} is no instant; left out")));
    }
    at
}

fn flags(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> BTreeMap<String, bool> {
    let Some(flags) = fields.object("flags", When::Optional, issues) else {
        return BTreeMap::new();
    };
    flags
        .members()
        .filter_map(|(name, _)| Some((name.clone(), flags.boolean(name, When::Optional, issues)?)))
        .collect()
}

/// Status of lint, and what else it said.
fn lint(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> (Option<String>, RunLint) {
    let none = || (None, RunLint::default());
    match fields.get("lint") {
        None => none(),
        Some(serde_json::Value::String(status)) => {
            (Some(status.clone()).filter(|status| !status.is_empty()), RunLint::default())
        }
        Some(_) => fields.object("lint", When::Optional, issues).map_or_else(none, |lint| {
            let status = lint.string("status", When::Expected, issues);
            let report = RunLint {
                detail: lint.string("detail", When::Optional, issues),
                rules_failed: lint.strings("rules_failed", When::Optional, issues),
            };
            (Some(status).filter(|status| !status.is_empty()), report)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(json: &str) -> (Option<Run>, Vec<String>) {
        let path = EntryPath::new("data/runs/612/results.json").unwrap();
        let (run, issues) = parse(json.as_bytes(), &path, "612");
        (run, issues.into_iter().map(|issue| issue.at).collect())
    }

    fn check_level(rungs: &str, schema: u64, expected: Option<u64>) {
        let schema = if schema == 1 { String::new() } else { format!(r#""schema":{schema},"#) };
        let (run, _) = run(&format!(r#"{{{schema}"rungs":{{{rungs}}}}}"#));
        assert_eq!(run.and_then(|run| run.recomputed_level), expected, "{rungs}");
    }

    #[test]
    fn recomputes_the_level_of_schema_2() {
        let rungs = |statuses: [&str; 5]| {
            let pairs: Vec<_> =
                LADDER.iter().zip(statuses).map(|(rung, status)| format!(r#""{rung}":"{status}""#)).collect();
            pairs.join(",")
        };
        for (statuses, level) in [
            (["pass", "pass", "pass", "pass", "pass"], 5),
            (["pass", "pass", "skip", "pass", "pass"], 5),
            (["pass", "pass", "pass", "pass", "skip"], 4),
            (["pass", "pass", "skip", "skip", "fail"], 2),
            (["pass", "fail", "pass", "pass", "pass"], 1),
            (["skip", "pass", "unver", "pass", "pass"], 2),
            (["fail", "pass", "pass", "pass", "pass"], 0),
            (["pass", "pass", "na", "pass", "pass"], 2),
            (["PASS", "pass", "pass", "pass", "pass"], 0),
        ] {
            check_level(&rungs(statuses), 2, Some(level));
        }
    }

    #[test]
    fn a_level_that_cannot_be_recomputed_is_none() {
        check_level(r#""lint":"pass","install":"pass","upgrade":"pass""#, 2, Some(2));
        check_level(r#""install":"pass","moon":"pass""#, 2, None);
        check_level("", 2, None);
        check_level("", 1, None);
    }

    #[test]
    fn recomputes_the_level_of_schema_1() {
        check_level(r#""L1":"pass","L2":"pass","L3":"na","L4":"pass","L5":"pass","L6":"pass""#, 1, Some(2));
        check_level(r#""L6":"fail","L2":"pass","L3":"pass","L1":"pass","L4":"pass","L5":"pass""#, 1, Some(5));
        check_level(r#""install":"pass","upgrade":"pass","backup":"na""#, 1, Some(2));
        check_level(r#""upgrade":"pass","other":"pass","install":"fail""#, 1, None);
        check_level(r#""functional":"pass","install":"pass","lint":"na""#, 1, None);
        check_level(r#""functional":"pass","install":"pass""#, 1, Some(1));
        check_level(r#""L1":"pass","L2":"pass","L4":"pass""#, 1, None);
        let named = r#""recipe_local":"pass","functional":"pass","backup_restore":"pass","install":"pass","upgrade":"skip""#;
        check_level(named, 1, Some(4));
        check_level(&format!(r#"{named},"integration":"na""#), 1, Some(4));
        check_level(&format!(r#"{named},"integration":"pass""#), 1, Some(6));
    }

    #[test]
    fn reads_a_run() {
        let (run, issues) = run(
            r#"{"schema":2,"recipe":"ghost","version":"1.4.0","pr":"4","ref":"d88f","run_id":"612",
            "finished":1781331296.477067,"level":5,"rungs":{"install":"pass"},"results":{"restore":"pass","backup":"fail"},
            "lint":{"status":"pass"},"flags":{"clean_teardown":true,"no_secret_leak":"true","x":null},"screenshot":null}"#,
        );
        let run = run.unwrap();
        assert_eq!((run.pr, run.level, run.recomputed_level, run.rung_count), (Some(4), Some(5), Some(1), 5));
        assert_eq!(run.finished.map(|at| at.to_string()).as_deref(), Some("2026-06-13T06:14:56.477067Z"));
        assert_eq!(run.tiers[0], ("restore".to_owned(), "pass".to_owned()));
        assert_eq!(run.flags.into_iter().collect::<Vec<_>>(), [("clean_teardown".to_owned(), true)]);
        assert_eq!(run.lint.as_deref(), Some("pass"));
        assert_eq!(issues, ["/level", "/flags/no_secret_leak"]);
    }

    #[test]
    fn reads_stages_skips_and_lint() {
        let (run, issues) = run(
            r#"{"schema":2,"recipe":"ghost","finished":1,"level":0,"rungs":{"install":"fail"},"pr":0,
            "stages":[{"name":"install","status":"fail","tests":[{"name":"a","status":"pass","ms":12.6},{"name":"b","status":"fail",
            "ms":-1},7]},{"name":"custom","status":"skip"}],"skips":{"intentional":{"upgrade":"first release"},
            "unintentional":["backup_restore"]},"lint":{"status":"fail","detail":"2 of 9","rules_failed":["R001",3]},
            "screenshot":"screenshot.png","summary_card":"summary.png","customization":{"x":1}}"#,
        );
        let run = run.unwrap();
        assert_eq!((run.stages.len(), run.stages[0].tests.len(), run.stages[1].tests.len()), (2, 2, 0));
        assert_eq!((run.stages[0].tests[0].ms, run.stages[0].tests[1].ms, run.pr), (Some(13), None, None));
        assert_eq!((run.tests_with_status("pass"), run.tests_with_status("fail")), (1, 1));
        assert_eq!(run.skips.intentional, [("upgrade".to_owned(), "first release".to_owned())]);
        assert_eq!(run.skips.unintentional, ["backup_restore"]);
        assert_eq!((run.lint_report.detail.as_str(), run.lint_report.rules_failed.len()), ("2 of 9", 1));
        assert_eq!((run.screenshot.as_str(), run.summary_card.as_str()), ("screenshot.png", "summary.png"));
        assert_eq!(run.customization, Some(serde_json::json!({"x": 1})));
        assert_eq!(issues, ["/lint/rules_failed/1", "/stages/0/tests/2", "/stages/0/tests/1/ms"]);
    }

    #[test]
    fn says_where_the_written_level_differs() {
        let path = EntryPath::new("data/runs/612/results.json").unwrap();
        let json = r#"{"recipe":"x","finished":1,"level":4,"level_cap_reason":"L3 na",
            "rungs":{"L1":"pass","L2":"pass","L3":"na","L4":"pass","L5":"pass","L6":"pass"}}"#;
        let (run, issues) = parse(json.as_bytes(), &path, "612");
        assert_eq!(
            issues,
            [Issue::new("/level", "is written as 4, but the rungs add up to 2 (L3 is \"na\")")]
        );
        assert_eq!(run.unwrap().level_cap_reason, "L3 na");
    }

    #[test]
    fn a_copy_of_another_runs_file_is_no_evidence() {
        let (read, issues) = run(r#"{"run_id":"585","schema":2,"recipe":"x","finished":1,"level":5}"#);
        assert_eq!((read, issues), (None, vec!["/run_id".to_owned()]));
    }

    #[test]
    fn keeps_what_can_be_read() {
        assert_eq!(run("[]"), (None, vec![String::new()]));
        let (read, issues) =
            run(r#"{"run_id":"612","pr":"","finished":"soon","level":-1,"rungs":[],"schema":3}"#);
        assert_eq!(read.unwrap().schema, 3);
        assert_eq!(issues, ["/schema", "/rungs", "/level", "/recipe", "/finished"]);
    }
}
