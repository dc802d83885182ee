//! Contradictions that a document itself mentions; knows nothing about evidence.

use super::{Numbered, Unit};
use crate::documents::mentions::What;
use crate::report::{Check, Outcome};

/// Words by which people admit that something written is not right.
const ADMITS: &[&str] = &[
    "discrepan",
    "not blocking",
    "mismatch",
    "typo",
    "differs",
    "off by",
    "misstat",
    "wrong",
    "incorrect",
    "mistake",
    "in error",
    "no file supports",
    "not supported",
    "should read",
];

/// Lines that admit something; more than this are not looked through.
const ADMISSIONS: usize = 256;

/// A contradiction is acknowledged where another line names its very value as a discrepancy: a line of the same
/// document, or one that names the document it stands in.
pub(super) fn acknowledge(numbered: &mut [Numbered], units: &[Unit<'_>]) {
    let admitting: Vec<&Unit<'_>> = units
        .iter()
        .filter(|unit| ADMITS.iter().any(|word| unit.lower().contains(word)))
        .take(ADMISSIONS)
        .collect();
    for item in numbered.iter_mut().filter(|item| item.check.outcome == Outcome::Contradicted) {
        let Some(written) = &item.written else { continue };
        let written = plain(written);
        let short_name = item.check.document.split(['-', '.']).next().unwrap_or("").to_owned();
        item.check.acknowledged = admitting.iter().find_map(|unit| {
            let at = whole_word(&plain(unit.words()), &written)?;
            let (line, _) = unit.position(at);
            let same_document = unit.document.name == item.check.document;
            let elsewhere = !same_document || line != item.check.line;
            let about_it = same_document || unit.words().contains(&short_name);
            if is_of_others(unit, &item.check) {
                return None;
            }
            (elsewhere && about_it).then(|| format!("{}:{line}", unit.document.name))
        });
    }
}

/// Whether the line names builds, and none of them is one that the contradiction rests on.
fn is_of_others(unit: &Unit<'_>, check: &Check) -> bool {
    let named: Vec<u64> = unit.mentions.iter().filter_map(|mention| number_of(&mention.what)).collect();
    let number = |segment: &str| segment.split('.').next()?.parse::<u64>().ok();
    let rests_on: Vec<u64> = check
        .evidence
        .iter()
        .filter(|cited| ["build", "run"].iter().any(|kind| cited.path.as_str().contains(kind)))
        .flat_map(|cited| cited.path.as_str().split('/').filter_map(number))
        .collect();
    !named.is_empty() && !rests_on.is_empty() && !named.iter().any(|number| rests_on.contains(number))
}

fn number_of(what: &What) -> Option<u64> {
    match what {
        What::Build(number) => Some(*number),
        _ => None,
    }
}

/// `level=5` and `level 5` are the same value; every byte keeps its place.
fn plain(text: &str) -> String {
    text.to_ascii_lowercase().replace('=', " ")
}

/// Where `word` stands in `text` with nothing of a longer word or number around it.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
    let mut occurrences = text.match_indices(word);
    occurrences.find_map(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        (!joins(before) && !joins(after)).then_some(at)
    })
}
