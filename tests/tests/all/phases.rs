//! Every sample phase held against the report that a person wrote down beforehand: how many statements come out
//! right, how many contradictions are real. The figures stand in the README.

use std::collections::BTreeSet;

use dossier_shared::entry_path::EntryPath;
use dossier_tests::measured;

use crate::phase::{Sample, repository, samples};

mod expected;
mod score;

use expected::Expected;
pub(crate) use score::word;
use score::{Score, Share, plain, score};

fn scores() -> Vec<(&'static Sample, Expected, Score)> {
    let held = |sample: &'static Sample| {
        let expected = expected::read(&sample.expected);
        let score = score(&expected, &sample.report());
        (sample, expected, score)
    };
    samples().iter().map(held).collect()
}

fn total(scores: &[(&Sample, Expected, Score)]) -> Score {
    let mut total = Score::default();
    for (_, _, score) in scores {
        total.confirmed.add(score.confirmed);
        total.contradicted.add(score.contradicted);
        total.no_evidence.add(score.no_evidence);
        total.not_checkable.add(score.not_checkable);
        total.notes.add(score.notes);
        total.precision.add(score.precision);
    }
    total
}

fn row(name: &str, score: &Score) -> String {
    let share = |share: Share| format!("{}/{} ({:.2})", share.met, share.all, share.ratio());
    format!(
        "{name:<12} {:>16} {:>16} {:>16} {:>14} {:>14} {:>14}",
        share(score.precision),
        share(score.contradicted),
        share(score.confirmed),
        share(score.no_evidence),
        share(score.not_checkable),
        share(score.notes),
    )
}

fn table(scores: &[(&Sample, Expected, Score)]) -> String {
    let mut table = format!(
        "{:<12} {:>16} {:>16} {:>16} {:>14} {:>14} {:>14}\n",
        "phase", "precision", "planted found", "true confirmed", "no evidence", "yours", "notes"
    );
    for (sample, _, score) in scores {
        table.push_str(&format!("{}\n", row(&sample.id, score)));
    }
    table.push_str(&row("all", &total(scores)));
    table
}

/// The sentence in the README.
fn sentence(scores: &[(&Sample, Expected, Score)]) -> String {
    let total = total(scores);
    let statements: usize = scores.iter().map(|(_, expected, _)| expected.statement.len()).sum();
    let of = |share: Share| format!("{} of {} ({:.2})", share.met, share.all, share.ratio());
    let measured = format!(
        "Measured over {} sample phases with {statements} statements whose outcome a person wrote down beforehand: \
         real contradictions among those reported {}, planted contradictions found {}, true statements confirmed {}.",
        scores.len(),
        of(total.precision),
        of(total.contradicted),
        of(total.confirmed),
    );
    let first = |(sample, expected, _): &(&Sample, Expected, Score)| {
        let first = expected.first_run?;
        let of = |[met, all]: [usize; 2]| of(Share { met, all });
        Some(format!(
            " The {} phase was written before any rule had seen its words; its first run gave {}, {} and {}.",
            sample.id,
            of(first.real),
            of(first.planted),
            of(first.confirmed),
        ))
    };
    measured + &scores.iter().filter_map(first).collect::<String>()
}

#[test]
fn what_people_wrote_down_beforehand_comes_out() {
    let scores = scores();
    for row in table(&scores).lines() {
        measured(row);
    }
    let mut faults = Vec::new();
    for (sample, _, score) in &scores {
        let id = &sample.id;
        println!("\n{id}");
        for (list, name) in [
            (&score.falsely_contradicted, "falsely contradicted"),
            (&score.wrong, "wrong"),
            (&score.missed, "missed"),
        ] {
            for fault in list {
                println!("  {name}: {fault}");
            }
        }
        faults.extend(score.falsely_contradicted.iter().map(|f| format!("{id}: falsely contradicted: {f}")));
        faults.extend(score.wrong.iter().map(|f| format!("{id}: {f}")));
    }
    let total = total(&scores);
    for (share, least, what) in [
        (total.contradicted, 0.9, "planted contradictions found"),
        (total.confirmed, 0.8, "true statements confirmed"),
    ] {
        if share.ratio() < least {
            faults.push(format!("{what}: {} of {}, less than {least}", share.met, share.all));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_phase_plants_enough() {
    let mut faults = Vec::new();
    for (sample, expected, score) in &scores() {
        let planted = expected.statement.iter().filter(|statement| statement.outcome == "contradicted");
        let sorts: BTreeSet<&str> = planted.map(|statement| statement.about.as_str()).collect();
        // What the sample phase's own documents get wrong is not ours to choose.
        let least_planted = if sample.id == "ghost" { 0 } else { 8 };
        for (count, least, what) in [
            (sorts.len(), least_planted, "sorts of planted contradictions"),
            (score.confirmed.all, 15, "true statements"),
            (score.no_evidence.all, if sample.id == "ghost" { 1 } else { 3 }, "statements without evidence"),
            (score.not_checkable.all, 2, "statements to judge"),
        ] {
            if count < least {
                faults.push(format!("{}: {count} {what}, at least {least} are asked for", sample.id));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A fixture whose words have moved would measure nothing.
#[test]
fn every_expected_quote_stands_on_its_line() {
    let mut faults = Vec::new();
    for sample in samples() {
        let expected = expected::read(&sample.expected);
        for statement in &expected.statement {
            let document =
                EntryPath::new(&format!("data/documents/{}", statement.document)).expect("a good name");
            let bytes = sample.opened.bytes(&document).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let line = text.split('\n').nth(statement.line as usize - 1).map(plain).unwrap_or_default();
            if !line.contains(&plain(&statement.quote)) {
                faults.push(format!(
                    "{}: {}:{} does not hold “{}”: {line}",
                    sample.id, statement.document, statement.line, statement.quote
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_readme_gives_the_measured_figures() {
    let sentence = sentence(&scores());
    let readme = fs_err::read_to_string(repository().join("README.md")).expect("the README");
    let between =
        readme.split("<!-- accuracy -->").nth(1).and_then(|rest| rest.split("<!-- /accuracy -->").next());
    let stands = between.map(plain);
    assert!(
        stands.as_deref() == Some(&*plain(&sentence)),
        "between <!-- accuracy --> and <!-- /accuracy --> the README has to say:\n{sentence}"
    );
}
