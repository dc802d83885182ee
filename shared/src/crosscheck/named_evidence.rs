//! "The first try, PR#12, and its build #871": what is named in passing and is not in the snapshot.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::pattern;
use super::{Context, Draft, Fact, Rule, Unit, yours_to_judge};
use crate::documents::mentions::What;
use crate::evidence::EvidenceKind;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "named-evidence",
    explains: "A build, pull request or run that a document names should be here; said once where it is not.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

/// A run by a name that is no number: `run manual-0611`.
static RUN: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\b[Rr]uns? ([a-z][a-z0-9_]*(?:-[a-z0-9_]+)*-[a-z0-9_]*[0-9][a-z0-9_]*)\b"));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let reports = matches!(unit.document.kind, EvidenceKind::Review | EvidenceKind::Status);
    if !reports || unit.is_expectation || unit.block.is_heading() {
        return;
    }
    let quotes = unit.quotes();
    let in_quotes = |at: usize| {
        let last = quotes.partition_point(|(span, _)| span.start <= at).checked_sub(1);
        last.and_then(|last| quotes.get(last)).is_some_and(|(span, _)| at < span.end)
    };
    let mut push = |span: std::ops::Range<usize>, key: String, missing: Fact| {
        if !in_quotes(span.start) && !is_to_come(unit, span.start) {
            drafts.push(Draft::new(span, key, vec![missing]));
        }
    };
    for mention in &unit.mentions {
        match mention.what {
            What::Build(number) if !context.evidence.runs.contains_key(&number.to_string()) => {
                if let Err(missing) = context.build(number) {
                    push(mention.span.clone(), format!("names build {number}"), missing);
                }
            }
            What::Pull(number) => {
                if let Err(missing) = context.pull(number) {
                    push(mention.span.clone(), format!("names PR {number}"), missing);
                }
            }
            _ => {}
        }
    }
    let runs = unit.has_any(&["run "]) || unit.has_any(&["runs "]);
    for found in RUN.iter().filter(|_| runs).flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let Some(name) = found.get(1).filter(|name| !context.evidence.runs.contains_key(name.as_str()))
        else {
            continue;
        };
        let missing = Fact::Missing(format!("run {} is not in the snapshot", name.as_str()));
        push(
            found.get(0).map_or(name.range(), |whole| whole.range()),
            format!("names run {}", name.as_str()),
            missing,
        );
    }
}

/// Whether the words before a name only announce it; "when build #699 passed" tells of one that was.
fn is_to_come(unit: &Unit<'_>, at: usize) -> bool {
    const TO_COME: &[&str] =
        &["if", "once", "should", "would", "will", "until", "unless", "must", "may", "might"];
    let clause = unit.clause_before(at).to_ascii_lowercase();
    clause.split(|c: char| !c.is_alphanumeric()).any(|word| TO_COME.contains(&word))
}

/// Keeps what this rule found only where no other rule compares the same words, and the first of a name alone.
pub(super) fn only_where_alone<'a>(
    drafts: &mut Vec<(&Rule, Draft)>,
    document: &'a str,
    told: &mut HashSet<(&'a str, String)>,
) {
    if !drafts.iter().any(|(rule, _)| rule.id == RULE.id) {
        return;
    }
    let mut others: Vec<(usize, usize)> = drafts
        .iter()
        .filter(|(rule, _)| rule.id != RULE.id && rule.id != yours_to_judge::RULE.id)
        .map(|(_, draft)| (draft.span.start, draft.span.end))
        .collect();
    others.sort_unstable();
    // How far any of those that begin so early reaches.
    let mut reach = 0;
    for (_, end) in &mut others {
        reach = reach.max(*end);
        *end = reach;
    }
    drafts.retain(|(rule, draft)| {
        if rule.id != RULE.id {
            return true;
        }
        let first = told.insert((document, draft.key.clone()));
        let before = others.partition_point(|(start, _)| *start < draft.span.end);
        let covered = before.checked_sub(1).and_then(|last| others.get(last));
        first && covered.is_none_or(|(_, reach)| *reach <= draft.span.start)
    });
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn named_in_passing() {
        for (text, expected) in [
            ("The first try, PR#12, and its build #871", "??"),
            ("See PR#12. And PR#12 again.", "?"),
            ("Much as in run manual-0611, before this", "?"),
            ("PR#4, PR#3 and build #202 are here", ""),
            ("Build #299 failed", ""),
            ("Build #299 was an odd one on its own", "?"),
            ("as it was when build #299 came only on its third try", "?"),
            ("once PR#12 is there", ""),
            ("He wrote \"see PR#12 for more\"", ""),
            ("a dry run low-key in style", ""),
        ] {
            check("named-evidence", text, expected);
        }
    }
}
