//! "Nothing was merged": no pull request had been merged when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::PullState;
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "nothing-merged",
    explains: "No pull request of the repository may have been merged by then.",
    kind: CheckKind::Substance,
    find,
};

static NOTHING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bnothing (?:was |has been |is |got |had been )?(?:yet )?merged\b|\bno (?:PR|pull request)s? (?:was |were |has been |have been |got )?merged\b|\b(?:neither|none) of (?:them|the (?:two |three |four |five )?(?:PR|pull request)s) (?:was |were |has been )merged\b").ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = NOTHING.as_ref().and_then(|pattern| pattern.find(unit.words())) else { return };
    let mut facts = Vec::new();
    if !context.evidence.pulls_complete {
        facts.push(Fact::Missing("the complete listing of pull requests is not in the snapshot".to_owned()));
    }
    for pull in context.evidence.pulls.values() {
        let merged = state_at(pull, unit.as_of) == Some(PullState::Merged);
        let value = pull.merged_at.map_or_else(|| "null".to_owned(), |at| at.to_string());
        let cited = vec![cite(&pull.place, "/merged_at", value)];
        if pull.created_at.is_some_and(|created| unit.as_of.is_some_and(|at| created > at)) {
            continue;
        }
        facts.push(match (merged, pull.merged_at) {
            (true, Some(at)) => Fact::Differs(format!("PR#{} was merged {}", pull.number, clock(at)), cited),
            (true, None) => Fact::Differs(format!("PR#{} was merged", pull.number), cited),
            (false, _) => {
                let all = context.evidence.pulls.len();
                Fact::Agrees(format!("none of {all} pull requests was merged by then"), cited)
            }
        });
    }
    drafts.push(Draft::new(found.range(), "nothing merged", facts));
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn nothing_at_all() {
        check("nothing-merged", "Nothing was merged.", "-");
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
