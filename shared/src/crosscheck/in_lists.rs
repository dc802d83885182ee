//! Statements whose values and subjects cannot be told apart by their words alone: pairs of lists, "none of", "first", "older".
//!
//! It knows sentences, and nothing of what a rule compares.

use std::mem::discriminant;
use std::ops::Range;
use std::sync::LazyLock;

use super::in_company::in_company;
use super::reading::{Pattern, holds, is_match, pattern};
use super::{Context, Unit};
use crate::documents::mentions::What;

/// "#12 was the first build after …" is confirmed by no build alone; one on the other side contradicts it all the same.
pub(super) const OF_ALL: &str = "“first” and “last” speak of all the others too, which are not compared";

const PAIRS: &str = "which value belongs to which build is not plain";

/// Why the statement at `span` is left to a person, for what is said of several at once or of another one.
pub(super) fn in_lists(
    rule: &str,
    span: &Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Option<&'static str> {
    let from = unit.clause(span.start).start.min(span.start);
    let until = unit.clause(span.end).end.max(span.end);
    let part = |range: Range<usize>| unit.lower().get(range).unwrap_or("");
    let said = Said {
        rule,
        before: part(from..span.start),
        inside: part(span.clone()),
        after: part(span.end..until),
    };
    said.of_none()
        .or_else(|| said.first_or_only())
        .or_else(|| said.of_old())
        .or_else(|| said.of_a_part())
        .or_else(|| said.elsewhere())
        .or_else(|| said.in_a_log(span, unit))
        .or_else(|| in_company(&said, span, unit, context))
        .or_else(|| in_pairs(&said, span, from..until, unit, context))
}

/// Whether the build is named right before "was the first one after …": no other can be meant.
pub(super) fn names_it(span: &Range<usize>, unit: &Unit<'_>) -> bool {
    static NAMED: Pattern = LazyLock::new(|| {
        pattern(r"\d (?:was|is) the (?:very )?(?:first|last|only|next|latest|earliest) (?:[a-z-]+ ){1,4}$")
    });
    let from = unit.clause(span.start).start.min(span.start);
    is_match(&NAMED, unit.lower().get(from..span.start).unwrap_or(""))
}

/// A statement and its clause, in lower case.
pub(super) struct Said<'u> {
    pub(super) rule: &'u str,
    before: &'u str,
    inside: &'u str,
    pub(super) after: &'u str,
}

impl Said<'_> {
    fn is_of(&self, rules: &[&str]) -> bool {
        rules.contains(&self.rule)
    }

    /// Whether the statement is about what became of builds or runs.
    pub(super) fn is_of_builds(&self) -> bool {
        self.is_of(&[
            "build-status",
            "build-time",
            "build-duration",
            "build-params",
            "build-origin",
            "run-level",
            "run-tier",
            "run-tiers",
            "run-fields",
            "test-counts",
            "tested-commit",
            "tested-pull",
            "before-after",
            "pull-head",
        ])
    }

    /// "None of builds 12, 13 was green", "nobody saw run 12 reach L5", "none got to level 5".
    fn of_none(&self) -> Option<&'static str> {
        static NONE: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:none (?:of|got|was|were|is|are|had|has|made|reached|passed|failed|ran|came|did)|nobody|no one|no-one|not one of|not all|not every|not both|neither of)\b",
            )
        });
        const MAY: &[&str] = &["none ", "nobody", "no one", "no-one", "not ", "neither of"];
        let none = |words: &str| holds(words, MAY) && is_match(&NONE, words);
        (self.is_of_builds() && (none(self.before) || none(self.inside)))
            .then_some("negated here, so it is not compared")
    }

    /// "Only #12 started before …", "run 12 is the first run with level 5".
    fn first_or_only(&self) -> Option<&'static str> {
        static ONLY: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:only|just|solely|merely) (?:the )?(?:builds? |runs? |drone )?(?:#|builds? |runs? )\d|\b(?:builds?|runs?|#) ?#?\d{2,6} (?:alone|only)\b",
            )
        });
        static FIRST: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:first|only|last|earliest|sole) (?:[a-z-]+ )?(?:run|build|one|try|attempt)s?(?: ever)? (?:with|to|at|that|which|on|of|where|reaching)\b|\bfor the (?:first|last|only) time\b",
            )
        });
        static EDGE: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:first|last|only|next|latest|earliest) (?:[a-z-]+ )?(?:build|run|one)s? (?:to (?:start|run|begin) |that (?:started|ran|began) )?$",
            )
        });
        if !self.is_of_builds() {
            return None;
        }
        if self.rule == "before-after" && self.before.ends_with(' ') && is_match(&EDGE, self.before) {
            return Some(OF_ALL);
        }
        const MAY: &[&str] = &["only", "just", "sole", "merely", "alone", "first", "last", "earliest"];
        if ![self.before, self.inside, self.after].iter().any(|words| holds(words, MAY)) {
            return None;
        }
        if is_match(&ONLY, self.before) || is_match(&ONLY, self.inside) {
            return Some("“only” speaks of all the others too, which are not compared");
        }
        // "The first run with level 5": the value itself ends the words before it.
        let lead = [self.before, self.inside].concat();
        (is_match(&FIRST, &lead) || is_match(&FIRST, self.inside) || is_match(&FIRST, self.after))
            .then_some("“first” and “last” speak of all the others too, which are not compared")
    }

    /// "An older head of PR#4", "the network moved from …": what was so once.
    fn of_old(&self) -> Option<&'static str> {
        static OLD: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:old|older|earlier|previous|former|outdated|stale|superseded|prior|then) (?:head|commit|push|sha|version|tip)s?\b",
            )
        });
        let old = self.is_of(&["pull-head", "tested-commit"])
            && [self.before, self.inside, self.after].iter().any(|words| is_match(&OLD, words));
        old.then_some("an earlier commit may be meant, which was the head once")
    }

    /// "My laptop's docker uses …", "moved from … to …".
    fn elsewhere(&self) -> Option<&'static str> {
        static MOVED: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:(?:moved|moves|changed|changes|switched|migrated|renumbered|went|was) (?:[a-z]+ )?(?:from|away)|laptop|my|old|formerly|previously|staging|home|office|instead of|rather than)\b",
            )
        });
        static BEHIND: Pattern =
            LazyLock::new(|| pattern(r"^[`,\s]*(?:before|until|unlike|formerly|previously|→|->|earlier)"));
        (self.rule == "network-subnet" && (is_match(&MOVED, self.before) || is_match(&BEHIND, self.after)))
            .then_some("another network or an earlier time may be meant")
    }

    /// "14 of the 37 tests".
    fn of_a_part(&self) -> Option<&'static str> {
        static PART: Pattern =
            LazyLock::new(|| pattern(r"(?:\d|\bsome|\bmost|\bmany|\ba few|\bhalf) of (?:the |its |all )?$"));
        (self.rule == "test-counts" && is_match(&PART, self.before))
            .then_some("a part of the tests is spoken of")
    }

    /// A line of a log in code counts only what it counts; "not in the log of #12" ends a list of logs.
    fn in_a_log(&self, span: &Range<usize>, unit: &Unit<'_>) -> Option<&'static str> {
        static NOT_IN: Pattern = LazyLock::new(|| {
            pattern(
                r"\b(?:not (?:in|on)|nowhere in|absent from|missing from|missing in|lacking in|but not|nor in)\b",
            )
        });
        let in_code = || {
            unit.block
                .code
                .iter()
                .any(|code| code.start <= span.start && span.end <= code.end && code.len() > span.len() + 2)
        };
        let of_log = || {
            let words = |text: &str| {
                text.split(|c: char| !c.is_alphanumeric())
                    .any(|word| matches!(word, "log" | "logs" | "line" | "lines" | "output" | "tail"))
            };
            words(self.before) || words(self.after)
        };
        if self.rule == "test-counts" && of_log() && in_code() {
            return Some("a line of a log may count a part of the tests");
        }
        (self.rule == "quoted-log" && self.after.contains("log") && is_match(&NOT_IN, self.after))
            .then_some("said to be in one log and not in another")
    }
}

/// "#12 and #13 took 10 s and 11 s", "builds 12 and 13: failure and success", "respectively".
fn in_pairs(
    said: &Said<'_>,
    span: &Range<usize>,
    clause: Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Option<&'static str> {
    static STATES: Pattern = LazyLock::new(|| {
        let states =
            "(?:failed|passed|succeeded|success|failure|green|red|killed|errored|merged|closed|open)";
        pattern(&format!(r"\b{states}(?:, and |, | and |/| / | or ){states}\b"))
    });
    if !(said.is_of_builds() || said.rule.starts_with("pull-")) {
        return None;
    }
    let text = unit.lower().get(clause.clone()).unwrap_or("");
    if text.contains("respectively") {
        return Some(PAIRS);
    }
    if said.rule.starts_with("pull-") && said.rule != "pull-head" {
        return None;
    }
    let named = context.named_builds(unit);
    let from = named.partition_point(|(other, _)| other.start < clause.start);
    let until = named.partition_point(|(other, _)| other.start < clause.end);
    let named = named.get(from..until).unwrap_or(&[]);
    let has_list = named.windows(2).any(|two| match two {
        [(one, a), (two, b)] => a != b && joins(unit.text(&(one.end..two.start))),
        _ => false,
    });
    if !has_list {
        return None;
    }
    if said.rule == "build-status" {
        let tail = span.start..clause.end.min(span.end + 24);
        let near = unit.lower().get(tail).or_else(|| unit.lower().get(span.start..clause.end)).unwrap_or("");
        return is_match(&STATES, near).then_some(PAIRS);
    }
    let first = unit.mentions.partition_point(|mention| mention.span.start < clause.start);
    let within = unit.mentions.get(first..)?.iter().take_while(|mention| mention.span.start < clause.end);
    let mut before: Option<&crate::documents::mentions::Mention> = None;
    for mention in within {
        if !is_value(&mention.what) {
            continue;
        }
        if let Some(before) = before
            && discriminant(&before.what) == discriminant(&mention.what)
            && before.what != mention.what
            && joins(unit.text(&(before.span.end..mention.span.start)))
            && before.span.start < span.end
            && span.start < mention.span.end
        {
            return Some(PAIRS);
        }
        // A value just behind the statement makes a pair with the one that ends it.
        before = Some(mention);
    }
    None
}

fn is_value(what: &What) -> bool {
    matches!(
        what,
        What::Time(_)
            | What::Length { .. }
            | What::Commit(_)
            | What::Level { .. }
            | What::Pull(_)
            | What::Day(_)
    )
}

/// Whether words between two members of a list only join them.
fn joins(between: &str) -> bool {
    between.len() <= 24
        && between
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '+' | '&' | '#' | '`' | '(' | ')'))
            .all(|word| {
                matches!(
                    word,
                    "" | "and" | "or" | "build" | "builds" | "run" | "runs" | "then" | "at" | "level" | "pr"
                )
            })
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::{run_fixture, samples};

    #[test]
    fn values_in_pairs_are_left_to_a_person() {
        for (rule, text, expected) in [
            ("build-duration", "Builds #201 and #202 took 10m38s and 1m54s, respectively.", "."),
            ("build-duration", "#201 and #202 took 10m38s and 1m54s.", "."),
            ("build-duration", "#202 took 1m54s.", "+"),
            ("build-status", "#202 and #203 passed and failed.", "."),
            ("build-status", "Builds 202 and 203: success and failure.", "."),
            ("build-status", "#202 passed, #203 failed.", "++"),
        ] {
            samples::check(rule, text, expected);
        }
    }

    #[test]
    fn each_value_belongs_to_its_own_member() {
        for (rule, text, expected) in [
            ("run-tier", "In run 202 upgrade failed, in 203 upgrade passed.", "+?"),
            ("run-level", "runs 202 (L1), 201 (L5)", "++"),
            ("run-level", "runs 201 (L5), 202 (L5)", "+-"),
            ("run-level", "Runs 202 → L1; 201 → L5.", "++"),
            ("run-level", "Runs 201 → L5; 202 → L5.", "+-"),
        ] {
            run_fixture::check(rule, text, expected);
        }
    }

    #[test]
    fn none_first_and_only() {
        for (rule, text, expected) in [
            ("run-level", "We tried 202 first; none of runs 202, 203 reached level 2", "."),
            ("run-level", "Nobody saw run 202 reach L5.", "."),
            ("run-level", "Run 201 is the first run with level 5.", "."),
            ("run-level", "Run 202: level 1 instead of level 5.", "+."),
            ("run-level", "Run 202 fails the level 5 requirement.", "."),
            ("run-tier", "In run 202 everything after install failed.", "."),
        ] {
            run_fixture::check(rule, text, expected);
        }
        for (rule, text, expected) in [
            ("build-status", "None of builds 201, 202 was green.", "."),
            ("build-status", "Nobody saw it: #203 failed.", "."),
        ] {
            samples::check(rule, text, expected);
        }
    }
}
