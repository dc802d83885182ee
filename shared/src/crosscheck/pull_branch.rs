//! "PR#4's branch `upgrade`", "base branch `main`": where a pull request comes from and where it wants to go.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::{before, codes, last_before, pattern, pulls, told};
use super::{Context, Draft, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "pull-branch",
    explains: "The branch a pull request comes from and the one it wants to go into, by the forge's own record.",
    kind: CheckKind::Record,
    words: &["branch", "ref", "base", "target", "into"],
    find,
};

static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:head|source) (?:branch|ref)|(?:'s|’s) branch|\(branch|from branch)(?: is|:| =| was)?\s*$",
    )
});
static BASE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:(?:base|target) (?:branch|ref)|base|targets|targeting|into)(?: is|:| =| was)?\s*$")
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let pulls = pulls(unit);
    if pulls.is_empty() {
        return;
    }
    let mut push = |span: std::ops::Range<usize>, name: &str, is_head: bool| {
        let clause = unit.clause(span.start);
        let nearest = last_before(&pulls, span.start).filter(|(at, _)| clause.contains(&at.start));
        let Some((_, number)) = nearest else { return };
        let fact = match context.pull(*number) {
            Err(missing) => missing,
            Ok(pull) => {
                let (real, pointer, word) = match is_head {
                    true => (&pull.head_ref, "/head/ref", "comes from"),
                    false => (&pull.base_ref, "/base/ref", "wants to go into"),
                };
                let cited = vec![cite(&pull.place, pointer, real)];
                told(real == name, format!("PR#{number} {word} {real}"), cited)
            }
        };
        drafts.push(Draft::new(span, format!("branch {number} {is_head} {name}"), vec![fact]));
    };
    for (span, name) in codes(unit) {
        let words = before(unit, span.start);
        let says = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|p| p.is_match(words));
        let a_name = !name.is_empty() && !name.contains([' ', '=']);
        match (a_name, says(&HEAD), says(&BASE)) {
            (true, true, _) => push(span, name, true),
            (true, false, true) => push(span, name, false),
            _ => {}
        }
    }
    for (span, key, value) in unit.pairs() {
        match key {
            "head_ref" | "head.ref" => push(span.clone(), value, true),
            "base_ref" | "base.ref" | "base" => push(span.clone(), value, false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn branches() {
        for (text, expected) in [
            ("PR#4 (head branch `upgrade-4`, base branch `main`)", "++"),
            ("PR#4's branch `upgrade-3` targets `main`", "-+"),
            ("PR#4 goes into `trunk`", "-"),
            ("PR#9: head branch `x`", "?"),
            ("PR#4: `head_ref=upgrade-4`", "+"),
            ("PR#4 put it into `the box`", ""),
            ("PR#4 does not go into `main`", "."),
            ("the base branch `main`", ""),
        ] {
            check("pull-branch", text, expected);
        }
    }
}
