//! Builds named by their number alone: "the log of 41", "lint of 43: pass", "on 38 and 39", "40 is PR 9's".
//!
//! Only a number that is a build's elsewhere, in the evidence or in words, is taken for one.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::Unit;
use super::reading::pattern;
use crate::documents::mentions::What;
use crate::evidence::Evidence;

/// The numbers that are builds': in the evidence, or called so in the documents. A pull request's is none.
pub(super) fn build_numbers(units: &[Unit<'_>], evidence: &Evidence) -> HashSet<u64> {
    let called = units.iter().flat_map(|unit| &unit.mentions).filter_map(|mention| match mention.what {
        What::Build(number) => Some(number),
        _ => None,
    });
    let recorded = evidence.builds.keys().chain(evidence.builds_listed.keys()).copied();
    called.chain(recorded).filter(|number| !evidence.pulls.contains_key(number)).collect()
}

/// Where such a number may stand, and the list that it begins.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:\b(?i:logs? of|lint of|lint on|badge of|badge for|junit of|results\.json of|tiers of|folder of|summary of|level of|result of)",
        r"|\b(?i:on|in|for)|^|[.;] )\s?(#?\d{2,6}(?:(?:\s?[,/+&]\s?|,? and )#?\d{2,6})*)",
    ))
});

/// Further members of a list whose values stand beside them: "builds 38 (L0), 39 (L1)", "runs 38, 39 → L0; 41 → L1".
static LISTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:\)[,;]? (?:and )?|[;,] (?:and )?)(\d{2,6}(?:(?:\s?[,/+&]\s?|,? and )\d{2,6})*)",
        r"(?: ?\(| ?→| ?->| ?=> ?|: )",
    ))
});

/// Numbers that mean something without any build.
const OTHERS: &[&str] = &[
    "10", "11", "12", "20", "24", "30", "42", "50", "64", "80", "100", "128", "200", "201", "202", "204",
    "256", "301", "302", "304", "307", "308", "400", "401", "403", "404", "405", "409", "410", "422", "429",
    "443", "500", "501", "502", "503", "504", "512", "587", "993", "1000", "1024", "3000", "5432", "8000",
    "8080",
];

/// The builds that a unit names by a bare number, in order of place.
pub(super) fn bare_builds(unit: &Unit<'_>, numbers: &HashSet<u64>) -> Vec<(Range<usize>, u64)> {
    let text = unit.words();
    let mut found = Vec::new();
    let Some(pattern) = BARE.as_ref().filter(|_| text.bytes().any(|byte| byte.is_ascii_digit())) else {
        return found;
    };
    let known = |number: u64| numbers.contains(&number) && !(1900..2100).contains(&number);
    for captures in pattern.captures_iter(text) {
        let (Some(whole), Some(list)) = (captures.get(0), captures.get(1)) else { continue };
        let lead = text.get(whole.start()..list.start()).unwrap_or("");
        let opens = lead.trim_matches(['.', ';', ' ']).is_empty();
        // "Retries on 503", "for 443": what a server answers, where it listens.
        let spoken = lead.trim().len() <= 3 && !opens;
        let other = |number: &str| spoken && OTHERS.contains(&number.trim_start_matches('#'));
        if list.as_str().split(|c: char| !c.is_ascii_digit()).any(other) {
            continue;
        }
        if !(goes_on(text, list.end(), opens) && (opens || !counts(text.get(..whole.start()).unwrap_or(""))))
        {
            continue;
        }
        found.extend(numbers_in(list.as_str(), list.start(), unit, &known));
    }
    let first = unit.mentions.iter().find(|mention| matches!(mention.what, What::Build(_)));
    let Some(first) = first.map(|mention| mention.span.end) else { return found };
    for captures in LISTED.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let Some(list) = captures.get(1).filter(|list| list.start() >= first) else { continue };
        let more = numbers_in(list.as_str(), list.start(), unit, &known);
        found.extend(more.into_iter().filter(|(_, number)| *number > 99));
    }
    found.sort_by_key(|(span, _)| span.start);
    found.dedup();
    found
}

/// The numbers of a list at `at`; none where one is no build's, which makes the others doubtful too.
fn numbers_in(
    list: &str,
    at: usize,
    unit: &Unit<'_>,
    known: &impl Fn(u64) -> bool,
) -> Vec<(Range<usize>, u64)> {
    let mut numbers = Vec::new();
    let mut at = at;
    for part in list.split(|c: char| !c.is_ascii_digit()) {
        if let Ok(number) = part.parse::<u64>() {
            numbers.push((at..at + part.len(), number));
        }
        at += part.len() + 1;
    }
    let free = |span: &Range<usize>| {
        let behind = unit.mentions.partition_point(|mention| mention.span.end <= span.start);
        unit.mentions.get(behind).is_none_or(|mention| mention.span.start >= span.end)
    };
    let all = numbers.iter().all(|(span, number)| known(*number) && free(span));
    if all { numbers } else { Vec::new() }
}

/// Whether the words behind the numbers are no noun that is counted: "in 38 of them", "for 41 seconds".
fn goes_on(text: &str, at: usize, opens: bool) -> bool {
    const SAID: &[&str] =
        &["is", "was", "ran", "had", "has", "tested", "took", "started", "finished", "ended"];
    const MORE: &[&str] = &[
        "are", "were", "have", "too", "though", "says", "shows", "holds", "closes", "by", "at", "again",
        "alone", "only",
    ];
    let rest = text.get(at..).unwrap_or("");
    let word: String = rest.trim_start().chars().take_while(|c| c.is_alphanumeric()).collect();
    // "In 12 upgrade failed": what became of a tier there.
    let of_tier = || {
        const TIERS: &[&str] = &["install", "upgrade", "backup", "restore", "custom", "lint"];
        const BECAME: &[&str] = &["passed", "failed", "was", "is", "passes", "fails"];
        let mut words = rest.split_whitespace();
        rest.starts_with(' ')
            && words.next().is_some_and(|tier| TIERS.contains(&tier))
            && words
                .next()
                .is_some_and(|word| BECAME.contains(&word.trim_matches(|c: char| !c.is_alphanumeric())))
    };
    let said = |list: &[&str]| rest.starts_with(' ') && list.contains(&word.to_ascii_lowercase().as_str());
    match rest.chars().next() {
        _ if opens => said(SAID),
        None => true,
        Some('.' | ',') => rest.chars().nth(1).is_none_or(char::is_whitespace),
        Some(':' | ';' | ')') => !rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()),
        _ => said(SAID) || said(MORE) || of_tier(),
    }
}

/// Whether the words before count something: "7 of 12", "one of 41".
fn counts(before: &str) -> bool {
    const COUNTS: &[&str] = &[
        "one", "two", "three", "four", "five", "six", "none", "some", "most", "all", "many", "port", "page",
        "line", "exit", "code",
    ];
    let last = before.split(|c: char| !(c.is_alphanumeric())).rfind(|word| !word.is_empty());
    last.is_some_and(|word| {
        word.parse::<u64>().is_ok() || COUNTS.contains(&word.to_ascii_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn numbers_that_can_only_be_builds() {
        for (rule, text, expected) in [
            ("log-absence", "no `VIP exhaustion` in the log of 202", "+"),
            ("log-absence", "no `VIP exhaustion` in the log of 202 lines", ""),
            ("build-status", "202 was red.", "-"),
            ("build-status", "202 passed and 3 failed", ""),
            ("build-status", "All 202 passed", ""),
            ("build-status", "in 202 tests", ""),
            ("build-status", "one of 202 failed", ""),
            ("tested-pull", "202 is PR 4's", "+"),
            ("tested-pull", "202 is PR 3's (the retry)", "-"),
        ] {
            check(rule, text, expected);
        }
    }
}
