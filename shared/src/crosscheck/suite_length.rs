//! "The install suite took 2.9 s": how long the tests of a tier ran, by their JUnit reports.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_suites::Suites;
use super::run_words::{Runs, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::EvidenceKind;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "suite-length",
    explains: "How long tests ran, as their JUnit reports say; the build's steps around them take longer.",
    kind: CheckKind::Record,
    words: &["suite", "tests"],
    find,
};

static TOOK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b(?:(install|upgrade|backup|restore|custom) )?(?:junit |test )?(suites?|tests) (?:took|ran for|ran|lasted|ran in|finished in) ",
        r"(~)?(?:(\d{1,4})m ?(\d{1,2}(?:\.\d{1,3})?) ?s|(\d{1,6}(?:\.\d{1,3})?) ?(ms|s|sec|seconds|min|minutes))\b"
    ))
    .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    if unit.document.kind == EvidenceKind::Plan || !(text.contains("uite") || text.contains("ests ")) {
        return;
    }
    let Some(pattern) = TOOK.as_ref() else { return };
    let runs = Runs::of(unit, context);
    for found in pattern.captures_iter(text) {
        let Some(span) = found.get(0).map(|whole| whole.range()) else { continue };
        // The step `run-tests` is no suite.
        if text.get(..span.start).is_some_and(|before| before.ends_with(['-', '_', '/', '.'])) {
            continue;
        }
        let tier = found.get(1).map(|tier| tier.as_str().to_ascii_lowercase());
        let number = |n: usize| found.get(n).and_then(|n| n.as_str().parse::<f64>().ok());
        let decimals =
            |n: usize| found.get(n).and_then(|n| n.as_str().split_once('.')).map_or(0, |(_, d)| d.len());
        let unit_seconds = match found.get(7).map(|word| word.as_str().to_ascii_lowercase()) {
            Some(word) if word == "ms" => 0.001,
            Some(word) if word.starts_with('m') => 60.0,
            _ => 1.0,
        };
        let (said, digits) = match (number(4), number(5), number(6)) {
            (Some(minutes), Some(seconds), _) => (minutes * 60.0 + seconds, decimals(5)),
            (_, _, Some(figure)) => (figure * unit_seconds, decimals(6)),
            _ => continue,
        };
        // Cut or rounded to its last figure; `~` allows a tenth more.
        let mut slack = unit_seconds / 10f64.powi(i32::try_from(digits).unwrap_or(0));
        if found.get(3).is_some() {
            slack += said / 10.0;
        }
        let ids = runs.at(&span, context);
        let facts: Vec<Fact> = match ids.as_slice() {
            [] => continue,
            [id] => vec![fact(id, tier.as_deref(), said, slack, context)],
            _ => vec![Fact::Unclear("of which run these are the tests is not plain".to_owned(), Vec::new())],
        };
        let facts = settled(unit, &span, facts);
        drafts.push(Draft::new(span, format!("length {ids:?} {tier:?} {said}"), facts));
    }
}

fn fact(id: &str, tier: Option<&str>, said: f64, slack: f64, context: &Context<'_>) -> Fact {
    let suites = Suites::of(id, tier, context);
    if let Some(missing) = suites.missing() {
        return missing;
    }
    let mut real = 0.0;
    let mut cited = Vec::new();
    for suite in &suites.list {
        let Some(seconds) = suite.seconds else {
            return Fact::Missing(format!("{} do not all say how long they ran", suites.name));
        };
        real += seconds;
        cited.push(cite(&suite.place, "/@time", seconds));
    }
    let words = format!("{} ran {real:.3} s", suites.name);
    let over = real - said;
    if -slack / 2.0 - 1e-6 <= over && over < slack + 1e-6 {
        Fact::Agrees(words, cited)
    } else {
        Fact::Differs(words, cited)
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn lengths_of_suites() {
        check("suite-length", "Run 201: the install suite took 4.25 s, all tests took 21 s", "++");
        check("suite-length", "Run 201: the install suite took 12.25 s", "-");
        check("suite-length", "Run 202: the custom tests ran for 12 s; the upgrade tests took 4 s", "?+");
        check("suite-length", "Run 201: the build took 12 s, install took 9 s", "");
        check("suite-length", "The test suite took 12 s", "");
        check("suite-length", "In run 201, `run-tests` took 12 s", "");
        check("suite-length", "Runs 201 and 202: the suite ran in 4 s", ".");
    }
}
