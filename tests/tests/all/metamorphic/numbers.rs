//! Builds and pull requests numbered anew throughout a phase.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use dossier_shared::report::Report;
use regex::{Captures, Regex};
use serde_json::Value;

use super::rewrite::{Phase, Rewrite, Spot};

const BUILDS_ON: u64 = 3000;
const PULLS_ON: u64 = 40;

static DIGITS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d+").expect("a pattern"));
/// Where documents and addresses speak of builds and runs, for numbers that the evidence lacks.
static BUILD_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\bbuilds?|\bruns?|\bdrone|/builds/|/runs/)\s*\**\s*#?(\d{3,6})\b").expect("a pattern")
});
static PULL_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?P<head>\bPRs?\s*[#=]?\s*|\bpulls?\s+requests?\s*#?|\bpulls/|\bissues/|\bpull/|[a-z]#|#)",
        r"(?P<number>\d{1,3})\b"
    ))
    .expect("a pattern")
});

/// Build N becomes N + 3000, pull request N becomes N + 40.
pub(crate) struct Renumber {
    builds: BTreeSet<u64>,
    pulls: BTreeSet<u64>,
}

impl Renumber {
    pub(crate) fn new(phase: &Phase, report: &Report) -> Renumber {
        let mut builds: BTreeSet<u64> = report.builds.iter().map(|build| build.number).collect();
        builds.extend(report.runs.iter().filter_map(|run| run.id.parse::<u64>().ok()));
        let documents = phase.payload.iter().filter(|(path, _)| path.as_str().starts_with("data/documents/"));
        let documents: Vec<&str> =
            documents.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok()).collect();
        let named = documents.iter().flat_map(|text| BUILD_WORDS.captures_iter(text));
        builds.extend(named.filter_map(|found| found[1].parse::<u64>().ok()));
        // A number among theirs is one of them: `515/517`, `#575`, ends of ranges.
        if let (Some(first), Some(last)) = (builds.first().copied(), builds.last().copied()) {
            let among = first.saturating_sub(60)..=last + 60;
            let numbers = documents.iter().flat_map(|text| DIGITS.find_iter(text));
            let numbers = numbers.filter_map(|found| found.as_str().parse::<u64>().ok());
            builds.extend(numbers.filter(|number| *number >= 100 && among.contains(number)));
        }
        builds.retain(|number| !(1990..=2100).contains(number));
        assert!(
            builds.iter().all(|number| *number >= 100),
            "numbers of builds below 100 cannot be told from others: {builds:?}"
        );
        let mut pulls: BTreeSet<u64> = report.pulls.iter().map(|pull| pull.number).collect();
        let named = documents.iter().flat_map(|text| PULL_WORDS.captures_iter(text));
        let named = named.filter(|found| found["head"].to_ascii_lowercase().starts_with('p'));
        pulls.extend(named.filter_map(|found| found["number"].parse::<u64>().ok()));
        pulls.retain(|number| !builds.contains(number));
        Renumber { builds, pulls }
    }

    fn builds_in(&self, text: &str) -> String {
        let replace = |found: &Captures<'_>| {
            let whole = found.get(0).expect("the match");
            let before = text[..whole.start()].chars().next_back();
            let mut after = text[whole.end()..].chars();
            let (next, second) = (after.next(), after.next());
            let begins = before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '.' | ':')));
            let ends = match next {
                Some('.' | ':') => second.is_none_or(|c| !c.is_ascii_digit()),
                Some(c) => !c.is_alphanumeric(),
                None => true,
            };
            let number = whole.as_str().parse::<u64>().unwrap_or_default();
            match begins && ends && self.builds.contains(&number) {
                true => (number + BUILDS_ON).to_string(),
                false => whole.as_str().to_owned(),
            }
        };
        DIGITS.replace_all(text, replace).into_owned()
    }

    fn pulls_in(&self, text: &str) -> String {
        let replace = |found: &Captures<'_>| {
            let number = found["number"].parse::<u64>().unwrap_or_default();
            match self.pulls.contains(&number) {
                true => format!("{}{}", &found["head"], number + PULLS_ON),
                false => found[0].to_owned(),
            }
        };
        let text = PULL_WORDS.replace_all(text, replace);
        // `PR 3, 4 and 5` names two more.
        static MORE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)(?P<head>\bPRs\s*#?\d+(?:(?:\s*,\s*|\s*/\s*|\s+and\s+|\s*\+\s*|\s*&\s*)#?\d+)+)")
                .expect("a pattern")
        });
        let again = |found: &Captures<'_>| {
            let number = |digits: &Captures<'_>| {
                let number = digits[0].parse::<u64>().unwrap_or_default();
                let number = if self.pulls.contains(&number) { number + PULLS_ON } else { number };
                number.to_string()
            };
            DIGITS.replace_all(&found["head"], number).into_owned()
        };
        MORE.replace_all(&text, again).into_owned()
    }
}

impl Renumber {
    /// Bare numbers in a table's column called PR.
    fn pull_columns(&self, text: &str) -> String {
        let mut column = None;
        let mut lines: Vec<String> = Vec::new();
        for line in text.split('\n') {
            let mut cells: Vec<String> = line.split('|').map(str::to_owned).collect();
            if !line.starts_with('|') {
                column = None;
            } else if let Some(cell) = column.and_then(|column: usize| cells.get_mut(column)) {
                if let Ok(number) = cell.trim().parse::<u64>()
                    && self.pulls.contains(&number)
                {
                    *cell = format!(" {} ", number + PULLS_ON);
                }
            } else {
                column = cells.iter().position(|cell| cell.trim() == "PR");
            }
            lines.push(cells.join("|"));
        }
        lines.join("\n")
    }
}

impl Rewrite for Renumber {
    fn text(&self, text: &str, spot: &Spot<'_>) -> String {
        if spot.key.eq_ignore_ascii_case("pr")
            && let Ok(number) = text.parse::<u64>()
            && self.pulls.contains(&number)
        {
            return (number + PULLS_ON).to_string();
        }
        self.pull_columns(&self.pulls_in(&self.builds_in(text)))
    }

    fn number(&self, number: &serde_json::Number, spot: &Spot<'_>) -> Value {
        let Some(whole) = number.as_u64() else { return Value::Number(number.clone()) };
        let forge = spot.path.starts_with("data/forge/") && matches!(spot.key, "number" | "index");
        if (forge || spot.key == "pr") && self.pulls.contains(&whole) {
            return Value::from(whole + PULLS_ON);
        }
        let of_build = matches!(spot.key, "number" | "build" | "build_number" | "run_id" | "parent");
        if of_build && self.builds.contains(&whole) {
            return Value::from(whole + BUILDS_ON);
        }
        Value::from(whole)
    }

    fn fault(&self, before: &Report, after: &Report) -> Option<String> {
        let numbers = |report: &Report, builds: u64, pulls: u64| -> (Vec<u64>, Vec<u64>) {
            let builds = report.builds.iter().map(|build| build.number + builds);
            (builds.collect(), report.pulls.iter().map(|pull| pull.number + pulls).collect())
        };
        let (expected, found) = (numbers(before, BUILDS_ON, PULLS_ON), numbers(after, 0, 0));
        (expected != found).then(|| format!("expected builds and pull requests {expected:?}, got {found:?}"))
    }
}
