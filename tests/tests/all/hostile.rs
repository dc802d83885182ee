//! A snapshot that lies, for every clause of docs/FORMAT.md §2 to §7: what is changed, and what Dossier must say to it.
//! Knows nothing of how the lies are written: `dossier_tests::forge` does.

mod archive;
mod bag;
mod bombs;
mod content;
mod flips;
mod mutations;
mod names;
mod seal;
mod shuffle;
mod sign_offs;
mod statements;
mod zip64;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dossier_shared::report::SealState;
use dossier_tests::forge::{Archive, Bag, Judged, KEY, judge, key, seal, small};
use dossier_tests::measured;

use crate::phase::repository;

/// What has to be said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expect {
    /// Not opened, in these words; a clause is the best of them.
    Error(&'static str),
    /// Opened, and one of the problems has these words.
    Problem(&'static str),
    /// The seal is this, and says why in these words.
    Seal(SealState, &'static str),
    /// So many sign-offs by trusted signers count.
    Trusted(usize),
    /// Opened, with so many notes and no problem.
    Notes(usize),
    /// Nothing is wrong with it: the row shows where the clause ends.
    Fine,
}

/// One lie.
pub(crate) struct Row {
    clause: &'static str,
    what: String,
    expect: Expect,
    make: Box<dyn Fn() -> Vec<u8> + Send + Sync>,
}

/// Any bytes.
pub(crate) fn row(
    clause: &'static str,
    what: impl Into<String>,
    expect: Expect,
    make: impl Fn() -> Vec<u8> + Send + Sync + 'static,
) -> Row {
    Row { clause, what: what.into(), expect, make: Box::new(make) }
}

/// A change to the records of a sealed snapshot.
pub(crate) fn zip(
    clause: &'static str,
    what: impl Into<String>,
    expect: Expect,
    change: impl Fn(&mut Archive) + Send + Sync + 'static,
) -> Row {
    row(clause, what, expect, move || {
        let mut archive = Archive::read(&seal(&small(), &key(KEY)));
        change(&mut archive);
        archive.bytes()
    })
}

/// A change to the files of a snapshot that the trusted packer seals after it: even he cannot hide it.
pub(crate) fn files(
    clause: &'static str,
    what: impl Into<String>,
    expect: Expect,
    change: impl Fn(&mut Bag) + Send + Sync + 'static,
) -> Row {
    row(clause, what, expect, move || {
        let mut bag = Bag::small();
        change(&mut bag);
        bag.sealed(&key(KEY))
    })
}

/// What is wrong with the answer; none when it is the expected one.
fn fault(judged: &Judged, expect: Expect) -> Option<String> {
    let holds = match expect {
        Expect::Error(words) => judged.error.as_ref().is_some_and(|error| error.contains(words)),
        Expect::Problem(words) => {
            judged.error.is_none() && judged.problems.iter().any(|problem| problem.contains(words))
        }
        Expect::Seal(state, words) => {
            judged.error.is_none() && judged.seal == state && judged.because.contains(words)
        }
        Expect::Trusted(count) => {
            judged.error.is_none()
                && judged.sign_offs.iter().filter(|(.., trusted)| *trusted).count() == count
        }
        Expect::Notes(count) => judged.error.is_none() && judged.problems.is_empty() && judged.notes == count,
        Expect::Fine => judged.is_all_good(),
    };
    let hidden = matches!(expect, Expect::Error(_) | Expect::Problem(_)) && judged.is_all_good();
    let found = || format!("{judged:?}").chars().take(600).collect::<String>();
    (!holds || hidden).then(|| format!("expected {expect:?}, found {}", found()))
}

/// Judges every row, all of them before it fails, on all cores.
pub(crate) fn check(name: &str, rows: &[Row]) {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(fault) = fault(&judge(&(row.make)()), row.expect) {
                faults.lock().expect("no panic").push(format!("{} {}: {fault}", row.clause, row.what));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().expect("no panic");
    let shown = faults.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} of {}, these first:\n{shown}", faults.len(), rows.len());
    measured(&format!("hostile snapshots, {name}: {} judged as they should be", rows.len()));
}

#[test]
fn what_is_forged_is_good_before_it_is_changed() {
    check(
        "unchanged",
        &[zip("§4.2", "nothing", Expect::Fine, |_| {}), files("§5.1", "nothing", Expect::Fine, |_| {})],
    );
}

/// Clauses of §2 to §7 that no file can break, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("§3.4", "it says how names are written, and whatever comes of it has to keep to §3.1 to §3.3"),
    (
        "§7.13",
        "it is about files beside a snapshot and how one is replaced; tests of `dossier sign` look at it",
    ),
    ("§6.5", "it says what redaction does before anything is written; tests of redaction look at it"),
];

#[test]
fn every_clause_has_a_row() {
    let tables = [
        archive::rows(),
        bag::rows(),
        bombs::rows(),
        content::rows(),
        names::rows(),
        seal::rows(),
        sign_offs::rows(),
        statements::rows(),
        zip64::rows(),
    ];
    let clauses: BTreeSet<&str> = tables.iter().flatten().map(|row| row.clause).collect();
    let text = fs_err::read_to_string(repository().join("docs/FORMAT.md")).expect("docs/FORMAT.md");
    let marked = text.split("**").filter(|part| part.starts_with('§'));
    let known: Vec<&str> =
        marked.filter(|clause| matches!(clause.as_bytes().get(2), Some(b'2'..=b'7'))).collect();
    assert!(known.len() > 25, "docs/FORMAT.md marks its clauses as **§x.y**: {known:?}");
    let exempt = |clause: &str| EXEMPT.iter().any(|(exempt, _)| *exempt == clause);
    let without: Vec<_> =
        known.iter().filter(|clause| !clauses.contains(**clause) && !exempt(clause)).collect();
    assert!(without.is_empty(), "no hostile snapshot breaks {without:?}");
    let unknown: Vec<_> = clauses.iter().filter(|clause| !known.contains(*clause)).collect();
    assert!(unknown.is_empty(), "docs/FORMAT.md has no {unknown:?}");
    let rows: usize = tables.iter().map(Vec::len).sum();
    measured(&format!(
        "clauses of docs/FORMAT.md §2 to §7: {} of {} have hostile snapshots, {rows} in all",
        clauses.len(),
        known.len()
    ));
}

/// The names of functions and modules in the Rust files below `folder`, each as far as files tell it: `a/b.rs` and `fn c` give `b::c`.
fn names_in(folder: &std::path::Path, names: &mut BTreeSet<String>) {
    for entry in fs_err::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()) {
        let stem = entry.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if entry.is_dir() && stem != "target" {
            names_in(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs_err::read_to_string(&entry).expect("text");
            let functions = text
                .lines()
                .filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
            names.extend(functions.filter_map(|rest| rest.split('(').next()).map(str::to_owned));
            names.insert(stem);
        }
    }
}

#[test]
fn the_threats_cite_tests_that_exist() {
    let text = fs_err::read_to_string(repository().join("docs/THREATS.md")).expect("docs/THREATS.md");
    let mut names = BTreeSet::new();
    for folder in ["shared/src", "bundler/src", "tests/tests", "fuzz/tests"] {
        names_in(&repository().join(folder), &mut names);
    }
    let cited: BTreeSet<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|words| words.contains("::") || words.contains('_') && !words.contains(['.', ' ', '/', '=']))
        .collect();
    let gone: Vec<_> =
        cited.iter().filter(|path| !names.contains(path.rsplit("::").next().unwrap_or(path))).collect();
    assert!(gone.is_empty(), "docs/THREATS.md cites {gone:?}");
    assert!(cited.len() > 40, "{cited:?}");
    let numbers = text
        .split('§')
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit() && c != '.').next());
    let clauses: BTreeSet<&str> =
        numbers.map(|number| number.trim_end_matches('.')).filter(|number| number.contains('.')).collect();
    let format = fs_err::read_to_string(repository().join("docs/FORMAT.md")).expect("docs/FORMAT.md");
    let unknown: Vec<_> =
        clauses.iter().filter(|clause| !format.contains(&format!("**§{clause}**"))).collect();
    assert!(unknown.is_empty(), "docs/FORMAT.md has no {unknown:?}");
}
