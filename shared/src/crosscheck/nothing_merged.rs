//! "Nothing was merged": no pull request had been merged when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::PullState;
use crate::report::CheckKind;
use crate::time::{clock, iso};

pub(super) const RULE: Rule = Rule {
    id: "nothing-merged",
    explains: "No pull request of the repository may have been merged between the begin of the phase and then.",
    kind: CheckKind::Substance,
    words: &["merged"],
    find,
};

static NOTHING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bnothing (?:was |has been |is |got |had been )?(?:yet )?merged\b|\bno (?:PR|pull request)s? (?:was |were |has been |have been |got )?merged\b|\b(?:neither|none) of (?:them|the (?:two |three |four |five )?(?:PR|pull request)s) (?:was |were |has been )merged\b").ok()
});

/// Words that reach back beyond the phase.
static EVER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:ever|at any time|in (?:all )?its history|before the phase)\b").ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = NOTHING.as_ref().and_then(|pattern| pattern.find(unit.words())) else { return };
    // Of somebody else's words it matters whether they were said, and when.
    if unit.quotes().iter().any(|(quote, _)| quote.contains(&found.start())) {
        return;
    }
    let ever = EVER.as_ref().is_some_and(|pattern| pattern.is_match(unit.text(&unit.clause(found.start()))));
    let begins = if ever { None } else { context.begin() };
    let mut facts = Vec::new();
    if !context.evidence.pulls_complete {
        facts.push(Fact::Missing("the complete listing of pull requests is not in the snapshot".to_owned()));
    }
    let all = context.evidence.pulls.len();
    let mut earlier = Vec::new();
    for pull in context.evidence.pulls.values() {
        let merged = state_at(pull, unit.as_of) == Some(PullState::Merged);
        let value = pull.merged_at.map_or_else(|| "null".to_owned(), |at| at.to_string());
        let cited = vec![cite(&pull.place, "/merged_at", value)];
        if pull.created_at.is_some_and(|created| unit.as_of.is_some_and(|at| created > at)) {
            continue;
        }
        facts.push(match (merged, pull.merged_at) {
            (true, Some(at)) if begins.as_ref().is_some_and(|begins| at < begins.at) => {
                earlier.push(format!("PR#{} {}", pull.number, iso(at)));
                Fact::Agrees(String::new(), cited)
            }
            (true, Some(at)) if begins.as_ref().is_some_and(|begins| at < begins.documents) => {
                let words = "merged after the first build and before the first commit of the documents";
                Fact::Unclear(format!("PR#{} was {words}, {}", pull.number, iso(at)), cited)
            }
            (true, Some(at)) => Fact::Differs(format!("PR#{} was merged {}", pull.number, clock(at)), cited),
            (true, None) => Fact::Differs(format!("PR#{} was merged", pull.number), cited),
            (false, _) => Fact::Agrees(String::new(), cited),
        });
    }
    let words = match (earlier.as_slice(), &begins) {
        ([], _) | (_, None) => format!("none of {all} pull requests was merged by then"),
        (earlier, Some(begins)) => format!(
            "none of {all} pull requests was merged from the phase's begin ({}) until then; merged before it: {}",
            iso(begins.at),
            earlier.join(", ")
        ),
    };
    if let Some(Fact::Agrees(said, _)) = facts.iter_mut().find(|fact| matches!(fact, Fact::Agrees(..))) {
        *said = words;
    }
    drafts.push(Draft::new(found.range(), "nothing merged", facts));
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};
    use crate::evidence::Evidence;

    #[test]
    fn nothing_at_all() {
        let merged = |at: &'static str| {
            move |evidence: &mut Evidence| {
                evidence.pulls.get_mut(&5).expect("there").merged_at = at.parse().ok();
            }
        };
        for (text, at, expected) in [
            ("Nothing was merged.", "2030-01-02T10:00:00Z", "-"),
            ("Nothing was merged.", "2030-01-02T11:00:00Z", "+"),
            // Between the first build and the first commit of the documents.
            ("Nothing was merged.", "2030-01-02T09:00:00Z", "."),
            ("Nothing was merged in this phase", "2030-01-01T07:00:00Z", "+"),
            ("No PR was merged by then", "2029-12-01T07:00:00Z", "+"),
            ("Nothing was merged, ever", "2030-01-01T07:00:00Z", "-"),
            ("The bot said \"Nothing was merged.\"", "2030-01-02T10:00:00Z", ""),
        ] {
            check_with("nothing-merged", text, expected, merged(at));
        }
        for text in ["No PR was merged", "Nothing has been merged", "none of the PRs was merged"] {
            check_with("nothing-merged", text, "+", |evidence| {
                evidence.pulls.remove(&5);
            });
        }
        check_with("nothing-merged", "Nothing was merged.", "?", |evidence| {
            evidence.pulls.clear();
            evidence.pulls_complete = false;
        });
        check("nothing-merged", "He promised that nothing would be merged", "");
    }
}
