//! Every confirmed check of every sample phase rests on what it cites: altering a cited value contradicts it, and
//! deleting a cited entry leaves it without evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::report::{Check, Evidence, Outcome, judge_evidence};

use super::alter::{Hints, alterations};
use super::exemptions::EXEMPTIONS;
use crate::phase::{Sample, samples};

/// Entries that are other than they were; none when deleted.
type Changes = BTreeMap<EntryPath, Option<Vec<u8>>>;

/// How often a value is altered before it is held to change nothing.
const MOST_WAYS: usize = 24;

/// A phase to be judged many times, each distinct change once.
struct Bench<'a> {
    sample: &'a Sample,
    payload: BTreeMap<EntryPath, Vec<u8>>,
    checks: Vec<Check>,
    names: Vec<String>,
    /// When its first gate was claimed.
    within: Option<String>,
    judged: Mutex<HashMap<Changes, Arc<Vec<Check>>>>,
}

/// What became of one citation.
enum Fate {
    Held,
    Exempt(&'static str),
    Failed(String),
}

impl<'a> Bench<'a> {
    fn new(sample: &'a Sample) -> Bench<'a> {
        let payload = sample.payload();
        let report = judge_evidence(sample.metadata(), &payload);
        let mut names: Vec<String> = report.runs.iter().map(|run| run.recipe.clone()).collect();
        names.push(sample.id.clone());
        names.sort();
        names.dedup();
        let claims = report.gates.iter().flat_map(|gate| &gate.history).filter_map(|event| event.at);
        let within = claims.min().map(|at| at.to_string());
        Bench { sample, payload, checks: report.checks, names, within, judged: Mutex::default() }
    }

    fn judge(&self, changes: &Changes) -> Arc<Vec<Check>> {
        if let Some(known) = self.judged.lock().expect("no one panics with it").get(changes) {
            return known.clone();
        }
        let mut payload = self.payload.clone();
        let mut metadata = self.sample.metadata().clone();
        for (path, bytes) in changes {
            match bytes {
                Some(bytes) => drop(payload.insert(path.clone(), bytes.clone())),
                None => {
                    payload.remove(path);
                    metadata.entries.retain(|entry| entry.path != *path);
                }
            }
        }
        let checks = Arc::new(judge_evidence(&metadata, &payload).checks);
        self.judged.lock().expect("no one panics with it").insert(changes.clone(), checks.clone());
        checks
    }

    /// Alters what is cited, and, where the same value then turns up elsewhere, that too.
    fn alter(&self, check: &Check, cited: &Evidence) -> Fate {
        let hints = Hints { names: self.names_for(check, cited), within: self.within.clone() };
        let mut tried = Vec::new();
        let Some(bytes) = self.payload.get(&cited.path) else {
            return Fate::Failed("what is cited is no entry".to_owned());
        };
        let ways = alterations(bytes, cited, check, &hints);
        for (turn, altered) in ways.iter().enumerate().take(MOST_WAYS) {
            let mut changes = Changes::from([(cited.path.clone(), Some(altered.bytes.clone()))]);
            self.rewrite_history(&mut changes, &cited.path);
            let mut visited = places(check);
            let (outcome, said) = loop {
                let judged = self.judge(&changes);
                let Some(found) = again(&judged, check) else { break (None, "gone".to_owned()) };
                let next = found.evidence.iter().find(|e| !visited.contains(&place(e)));
                let Some(next) = next.filter(|_| found.outcome == Outcome::Confirmed) else {
                    break (Some(found.outcome), found.because.clone());
                };
                visited.insert(place(next));
                let bytes = changes.get(&next.path).cloned().flatten();
                let Some(bytes) = bytes.or_else(|| self.payload.get(&next.path).cloned()) else {
                    break (Some(found.outcome), format!("{} is no entry", next.path));
                };
                let mut ways = alterations(&bytes, next, check, &hints);
                if ways.is_empty() {
                    break (Some(found.outcome), format!("{} {} cannot be altered", next.path, next.pointer));
                }
                // The same value is altered in the same way; what says it in other words, altogether.
                let way = if next.value == cited.value { turn.min(ways.len() - 1) } else { ways.len() - 1 };
                let way = ways.swap_remove(way);
                changes.insert(next.path.clone(), Some(way.bytes));
            };
            if outcome == Some(Outcome::Contradicted) {
                return Fate::Held;
            }
            tried.push(format!("{} → {}: {}", altered.how, shown(outcome), short(&said)));
            // A time that the statement itself gives has to be that time.
            if clock_of(&cited.value).is_some_and(|clock| check.quote.contains(clock)) {
                break;
            }
        }
        exempt(check, cited).unwrap_or_else(|| {
            let tried = if tried.is_empty() { vec!["no way to alter it is known".to_owned()] } else { tried };
            let more = tried.len().saturating_sub(4);
            let more = if more > 0 { format!(" (and {more} more ways)") } else { String::new() };
            Fate::Failed(tried.into_iter().take(4).collect::<Vec<_>>().join(" | ") + &more)
        })
    }

    /// A line of a document was committed as it stands there: where it is altered, so is the history.
    fn rewrite_history(&self, changes: &mut Changes, path: &EntryPath) {
        let (Some(before), Some(Some(after))) = (self.payload.get(path), changes.get(path)) else { return };
        if !path.as_str().starts_with("data/documents/") {
            return;
        }
        let lines = |bytes: &[u8]| -> Vec<String> {
            String::from_utf8_lossy(bytes).split('\n').map(|line| format!("+{line}")).collect()
        };
        let (before, after) = (lines(before), lines(after));
        let altered: HashMap<String, String> = before
            .into_iter()
            .zip(after)
            .filter(|(before, after)| before != after && before.len() > 1)
            .collect();
        let logs = self.payload.iter().filter(|(path, _)| path.as_str().starts_with("data/git/"));
        for (path, log) in logs.filter(|(path, _)| path.as_str().ends_with(".log")) {
            let log = String::from_utf8_lossy(log);
            let log = log.split('\n').map(|line| altered.get(line).map_or(line, String::as_str));
            changes.insert(path.clone(), Some(log.collect::<Vec<_>>().join("\n").into_bytes()));
        }
    }

    /// Deletes what is cited, and, where the same is then read elsewhere, that too.
    fn delete(&self, check: &Check, path: &EntryPath) -> Fate {
        let mut changes = Changes::from([(path.clone(), None)]);
        let cited: BTreeSet<&EntryPath> = check.evidence.iter().map(|e| &e.path).collect();
        loop {
            let judged = self.judge(&changes);
            let Some(found) = again(&judged, check) else { return Fate::Failed("gone".to_owned()) };
            match found.outcome {
                Outcome::NoEvidence => return Fate::Held,
                Outcome::Confirmed => {
                    let next = found.evidence.iter().find(|e| !cited.contains(&e.path));
                    match next {
                        Some(next) if changes.len() < 20 => drop(changes.insert(next.path.clone(), None)),
                        _ => {
                            let words = short(&found.because);
                            return exempt_path(check, path)
                                .unwrap_or(Fate::Failed(format!("still confirmed: {words}")));
                        }
                    }
                }
                other => {
                    let words = format!("{}: {}", shown(Some(other)), short(&found.because));
                    return exempt_path(check, path).unwrap_or(Fate::Failed(words));
                }
            }
        }
    }

    /// Words by which a listing was searched: after `grep` or `with`, between backticks, and the recipe's name.
    fn names_for(&self, check: &Check, cited: &Evidence) -> Vec<String> {
        let mut names = Vec::new();
        for text in [&check.quote, &cited.value, &check.because] {
            let mut words = text.split(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
            while let Some(word) = words.next() {
                if matches!(word, "grep" | "with" | "matches" | "matching") {
                    names.extend(
                        words.find(|word| !word.is_empty() && !word.starts_with('-')).map(str::to_owned),
                    );
                }
            }
            names.extend(text.split('`').skip(1).step_by(2).filter(|w| !w.contains(' ')).map(str::to_owned));
        }
        names.extend(self.names.iter().cloned());
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }
}

/// The same statement in another report.
fn again<'a>(checks: &'a [Check], check: &Check) -> Option<&'a Check> {
    let here = |found: &&Check| {
        (&found.document, found.line, found.column) == (&check.document, check.line, check.column)
            && found.rule == check.rule
    };
    let found = checks.iter().find(|found| here(found) && found.quote == check.quote);
    found.or_else(|| checks.iter().find(here)).or_else(|| checks.iter().find(|found| found.id == check.id))
}

fn place(evidence: &Evidence) -> (EntryPath, String) {
    (evidence.path.clone(), evidence.pointer.clone())
}

fn places(check: &Check) -> BTreeSet<(EntryPath, String)> {
    check.evidence.iter().map(place).collect()
}

/// `06:13` of `2026-06-13T06:13:02Z`.
fn clock_of(value: &str) -> Option<&str> {
    value.split_once('T').and_then(|(_, clock)| clock.get(..5)).filter(|clock| clock.as_bytes()[2] == b':')
}

fn exempt(check: &Check, cited: &Evidence) -> Option<Fate> {
    let exemption = EXEMPTIONS.iter().find(|exemption| exemption.covers(check, cited));
    exemption.map(|exemption| Fate::Exempt(exemption.because))
}

fn exempt_path(check: &Check, path: &EntryPath) -> Option<Fate> {
    let mut cited = check.evidence.iter().filter(|e| e.path == *path).peekable();
    cited.peek()?;
    let fates: Vec<_> = cited.map(|cited| exempt(check, cited)).collect();
    fates.into_iter().collect::<Option<Vec<_>>>()?.into_iter().next()
}

fn shown(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => "gone",
        Some(Outcome::Confirmed) => "confirmed",
        Some(Outcome::Contradicted) => "contradicted",
        Some(Outcome::NoEvidence) => "no evidence",
        Some(Outcome::NotCheckable) => "yours to judge",
    }
}

fn short(text: &str) -> String {
    text.chars().take(140).collect()
}

/// What there is to try on a phase.
struct Task<'a> {
    bench: &'a Bench<'a>,
    check: &'a Check,
    cited: &'a Evidence,
    deletes: bool,
}

impl Task<'_> {
    fn run(&self) -> Fate {
        match self.deletes {
            true => self.bench.delete(self.check, &self.cited.path),
            false => self.bench.alter(self.check, self.cited),
        }
    }
}

fn tasks<'a>(bench: &'a Bench<'a>, deletes: bool) -> Vec<Task<'a>> {
    let mut tasks = Vec::new();
    for check in bench.checks.iter().filter(|check| check.outcome == Outcome::Confirmed) {
        let mut seen = BTreeSet::new();
        for cited in &check.evidence {
            // Without the document there is no statement.
            let own = cited.path.file_name() == check.document;
            let key = (cited.path.clone(), if deletes { String::new() } else { cited.pointer.clone() });
            if seen.insert(key) && !(deletes && own) {
                tasks.push(Task { bench, check, cited, deletes });
            }
        }
    }
    tasks
}

/// Runs every task on as many threads as there are processors.
fn run<'a>(tasks: &'a [Task<'a>]) -> Vec<(&'a Task<'a>, Fate)> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let fate = task.run();
                    results.lock().expect("no one panics with it").push((task, fate));
                }
            });
        }
    });
    results.into_inner().expect("no one panicked")
}

/// Tries everything, says what came of it, rule by rule, and asserts that nothing failed.
fn assert_all(deletes: bool) {
    let benches: Vec<Bench<'_>> = samples().iter().map(Bench::new).collect();
    let tasks: Vec<Task<'_>> = benches.iter().flat_map(|bench| tasks(bench, deletes)).collect();
    let mut failures = BTreeMap::<&str, Vec<String>>::new();
    let mut exempted = BTreeMap::<&str, usize>::new();
    for (task, fate) in run(&tasks) {
        match fate {
            Fate::Held => {}
            Fate::Exempt(because) => *exempted.entry(because).or_default() += 1,
            Fate::Failed(how) => {
                let (check, cited) = (task.check, task.cited);
                failures.entry(&check.rule).or_default().push(format!(
                    "{} {} {}:{} “{}”\n      cites {} {} = {}\n      {how}",
                    task.bench.sample.id,
                    check.id,
                    check.document,
                    check.line,
                    short(&check.quote),
                    cited.path,
                    cited.pointer,
                    short(&cited.value)
                ));
            }
        }
    }
    for (because, count) in &exempted {
        println!("exempt, {count}: {because}");
    }
    for exemption in EXEMPTIONS.iter().filter(|_| !deletes) {
        assert!(
            exempted.contains_key(exemption.because),
            "nothing needs this exemption: {}",
            exemption.because
        );
    }
    let judged: usize = benches.iter().map(|b| b.judged.lock().expect("no one panics with it").len()).sum();
    println!("{} citations tried, {judged} phases judged", tasks.len());
    let mut said = String::new();
    for (rule, list) in &mut failures {
        list.sort();
        said.push_str(&format!("\n{rule}: {}\n    {}\n", list.len(), list.join("\n    ")));
    }
    let wanted = if deletes { "a deleted entry leaves no evidence" } else { "an altered value contradicts" };
    let count: usize = failures.values().map(Vec::len).sum();
    assert!(failures.is_empty(), "{wanted}: {count} of {} citations fail\n{said}", tasks.len());
}

#[test]
fn an_altered_value_contradicts_every_check_that_cites_it() {
    assert_all(false);
}

#[test]
fn a_deleted_entry_leaves_no_evidence_for_any_check_that_cites_it() {
    assert_all(true);
}

#[test]
fn every_confirmed_check_cites_something() {
    for sample in samples() {
        let report = sample.report();
        let bare: Vec<String> = report
            .checks
            .iter()
            .filter(|check| check.outcome == Outcome::Confirmed && check.evidence.is_empty())
            .map(|check| format!("{} {} “{}”", check.id, check.rule, check.quote))
            .collect();
        assert!(bare.is_empty(), "{}: confirmed without evidence: {bare:#?}", sample.id);
    }
}
