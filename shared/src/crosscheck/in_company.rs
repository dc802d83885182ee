//! Statements beside which another build or a commit is named, of which no rule reads what is said.
//!
//! It knows sentences, and nothing of what a rule compares.

use std::ops::Range;
use std::sync::LazyLock;

use super::in_lists::Said;
use super::reading::{Pattern, is_match, pattern};
use super::{Context, Unit};

/// "#12 as well as #13 passed", "#13 passed, as did #12", "after #12, #13 passed", "#13 passed with d42d0f7c": another
/// build or a commit is named with it, of which no rule reads what is said.
pub(super) fn in_company(
    said: &Said<'_>,
    span: &Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Option<&'static str> {
    static JOINED: Pattern = LazyLock::new(|| {
        pattern(
            r"^,? ?(?:as well as|and, [a-z ]{1,24},|and (?:also|even|finally)|plus|like|along with|together with|followed by|then|and then)(?: the)?(?: builds?| runs?| drone)? ?#?$",
        )
    });
    static LEFT_OUT: Pattern = LazyLock::new(|| {
        pattern(
            r"\b(?:after|before|since|following|unlike|despite|without) (?:the )?(?:builds? |runs? |drone )?#?$",
        )
    });
    static BEHIND: Pattern = LazyLock::new(|| {
        pattern(concat!(
            r"^[,;:(]? ?(?:(?:and )?(?:so (?:did|was|were|is)|as (?:did|was|were|is)|just like|like|the same as|same as|the same (?:goes|holds) for|ditto|as well as|along with|together with|plus)",
            r"(?: the)?(?: builds?| runs?)? ?#?\d",
            r"|(?:and )?(?:builds? |runs? )?#?\d{2,6}(?:,? (?:also|as well|too|likewise)\b)|\(?and #\d{1,6}\)",
            r"|in (?:build|run) #?\d{2,6},? (?:also|as well|too)\b)",
        ))
    });
    static COMMIT: Pattern =
        LazyLock::new(|| pattern(r"^ (?:with|from) (?:commit |head |ref |the head )?`?[0-9a-f]{7,40}\b"));
    const WITH: &str = "what stands beside it is said of another build too, which is not compared";
    if !said.is_of_builds() && !said.rule.starts_with("tested-") {
        return None;
    }
    let behind = unit.lower().get(span.end..).unwrap_or("");
    let behind = behind.get(..behind.floor_char_boundary(48)).unwrap_or("");
    let behind = behind.split(['.', '\n']).next().unwrap_or("");
    if behind.contains(|c: char| c.is_ascii_digit()) && is_match(&BEHIND, behind) {
        return Some(WITH);
    }
    if said.rule == "build-status" && is_match(&COMMIT, said.after) {
        return Some("the commit beside it is not compared");
    }
    let named = context.named_builds(unit);
    let first = named.partition_point(|(other, _)| other.start < span.start);
    let own = named.get(first).filter(|own| own.0.start < span.end)?;
    if let Some(before) = first.checked_sub(1).and_then(|before| named.get(before))
        && before.1 != own.1
        && let Some(between) = unit.lower().get(before.0.end..own.0.start)
        && between.len() <= 48
        && is_match(&JOINED, between)
    {
        return Some(WITH);
    }
    if said.rule.starts_with("run-") {
        return None;
    }
    // "After #12, #13 passed": a list only by its comma.
    let comma = |two: &[(Range<usize>, u64)]| match two {
        [(one, _), (two, _)] => {
            let between = unit.text(&(one.end..two.start));
            between.starts_with(',') && !between.contains("and") && between.len() <= 12
        }
        _ => false,
    };
    let lead = |at: usize| unit.clause_before(at).to_ascii_lowercase();
    let until = named.partition_point(|(other, _)| other.start < span.end);
    let near = named.get(first.saturating_sub(1)..until).unwrap_or(&[]);
    let is_left_out = near
        .windows(2)
        .take(16)
        .any(|two| comma(two) && two.first().is_some_and(|(one, _)| is_match(&LEFT_OUT, &lead(one.start))));
    is_left_out.then_some("of which of the builds this is said is not plain")
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::samples;

    #[test]
    fn what_is_said_of_another_build_as_well_is_left_to_a_person() {
        for (rule, text, expected) in [
            ("build-status", "#203 as well as #202 passed.", "."),
            ("build-status", "#203 and, later, #202 were green.", "."),
            ("build-status", "#202 passed, as did #203.", "."),
            ("build-status", "#202 passed; #203 too.", "."),
            ("build-status", "#202 passed, #203 as well.", "."),
            ("build-status", "#202 passed and so did #203.", "."),
            ("build-status", "#202 passed, the same as #203.", "."),
            ("build-status", "#202 passed (and #203).", "."),
            ("build-status", "After #203, #202 passed.", "."),
            ("build-status", "Unlike #203, #202 passed.", "."),
            ("build-status", "#202 passed with 5555555c.", "."),
            ("build-status", "#203 failed and #202 passed.", "++"),
            ("build-status", "#202 passed; #203 failed too.", "++"),
            ("build-status", "#202 passed, #203 failed.", "++"),
            ("build-duration", "#203 as well as #202 took 1m54s.", "."),
            ("tested-pull", "Both #203 and #202 ran on PR#4.", "-"),
            ("tested-pull", "After #203, #202 ran on PR#4.", "."),
            ("tested-pull", "#202 ran on PR#4.", "+"),
        ] {
            samples::check(rule, text, expected);
        }
    }
}
