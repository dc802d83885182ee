//! "#612 ran after #585", "within 2 min of build #585": the order of two builds, and how far apart they began.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::{before, last_before, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{What, length_fits};
use crate::report::CheckKind;
use crate::time::{clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "build-order",
    explains: "Which of two builds began first, and how long apart, is arithmetic over the CI server's times.",
    kind: CheckKind::Substance,
    words: &["before", "after", "than", "following", "within"],
    find,
};

static ORDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(before|after|later than|earlier than|following)|\bwithin [^.;]{1,16} of)\s+(?:drone\s+)?(?:the )?(?:builds?\s+|runs?\s+)?$",
    )
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let named = context.named_builds(unit);
    for (at, other) in named {
        let lead = before(unit, at.start);
        let Some(found) = ORDER.as_ref().and_then(|pattern| pattern.captures(lead)) else { continue };
        let Some(whole) = found.get(0) else { continue };
        let start = at.start - (lead.len() - whole.start());
        let word = found.get(1).map(|word| word.as_str().to_ascii_lowercase());
        let clause = unit.clause(start);
        let Some((span, one)) = last_before(named, start).filter(|(span, _)| span.start >= clause.start)
        else {
            continue;
        };
        // "#612: PR#4 was pushed after #585", "#612's comment came after #585": something else came after.
        if !is_its_own(unit.text(&(span.end..start))) {
            continue;
        }
        let length = match word {
            Some(_) => length_ending(unit, start),
            None => length_ending(
                unit,
                at.start - (lead.len() - lead.to_ascii_lowercase().rfind(" of").unwrap_or(0)),
            ),
        };
        if word.is_none() && length.is_none() {
            continue;
        }
        let begin = length.map_or(start, |(from, _, _)| from.min(start));
        let fact = fact(*one, *other, word.as_deref(), length.map(|(_, s, f)| (s, f)), context);
        let quoted = if at.end - span.start <= 80 { span.start } else { begin };
        let key = format!("order {one} {other} {word:?} {:?}", length.map(|(_, seconds, _)| seconds));
        drafts.push(Draft::new(quoted..at.end, key, vec![fact]));
    }
}

/// Whether the words between only say that the build ran.
fn is_its_own(between: &str) -> bool {
    const FILL: &[&str] = &[
        "", "ran", "run", "started", "began", "was", "is", "then", "only", "it", "and", "which", "build",
        "shortly", "right", "long", "well", "again", "passed", "failed", "green", "red", "min", "s", "h",
        "sec", "minutes", "seconds", "hours", "about", "later", "within", "success",
    ];
    between.len() <= 60
        && between
            .to_ascii_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .all(|word| FILL.contains(&word) || word.starts_with(|c: char| c.is_ascii_digit()))
}

/// The length that ends right before byte `at`: where it begins, its seconds and what its last figure is worth.
fn length_ending(unit: &Unit<'_>, at: usize) -> Option<(usize, i64, i64)> {
    let last = unit.mentions.partition_point(|mention| mention.span.end <= at).checked_sub(1)?;
    let mention = unit.mentions.get(last)?;
    match mention.what {
        What::Length { seconds, unit: figure } if unit.text(&(mention.span.end..at)).trim().is_empty() => {
            Some((mention.span.start, seconds, figure))
        }
        _ => None,
    }
}

fn fact(one: u64, other: u64, word: Option<&str>, length: Option<(i64, i64)>, context: &Context<'_>) -> Fact {
    let (one, other) = match (context.build(one), context.build(other)) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(missing), _) | (_, Err(missing)) => return missing,
    };
    let (Some(first), Some(second)) = (one.started, other.started) else {
        return Fact::Missing(format!(
            "builds {} and {} do not both have a start time",
            one.number, other.number
        ));
    };
    let apart = first.duration_since(second).as_secs();
    let mut cited = vec![cite(&one.place, "/started", first), cite(&other.place, "/started", second)];
    let words = format!(
        "build {} started {}, {} {} build {} ({})",
        one.number,
        clock(first),
        human_length(apart),
        if apart < 0 { "before" } else { "after" },
        other.number,
        clock(second)
    );
    let ordered = match word {
        Some("before" | "earlier than") => apart < 0,
        Some(_) => apart > 0,
        None => true,
    };
    let close = match (word, length) {
        (_, None) => true,
        (None, Some((seconds, _))) => apart.abs() <= seconds,
        (Some(_), Some((seconds, figure))) => {
            // "2 min after" may count from the start of the other or from its end.
            let from_end =
                if apart > 0 { (one.started, other.finished) } else { (other.started, one.finished) };
            let gap = match from_end {
                (Some(began), Some(ended)) => began.duration_since(ended).as_secs(),
                _ => apart.abs(),
            };
            let by_start = length_fits(apart.abs(), seconds, figure);
            if !by_start && length_fits(gap, seconds, figure) {
                let earlier = if apart > 0 { other } else { one };
                cited = vec![
                    if apart > 0 {
                        cite(&one.place, "/started", first)
                    } else {
                        cite(&other.place, "/started", second)
                    },
                    cite(
                        &earlier.place,
                        "/finished",
                        earlier.finished.map_or_else(String::new, |at| at.to_string()),
                    ),
                ];
                true
            } else {
                by_start
            }
        }
    };
    told(ordered && close, words, cited)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn order_and_distance() {
        for (text, expected) in [
            ("#203 ran after #202", "+"),
            ("build #202 (after #203)", "-"),
            ("#203 started 12 min after build #202", "+"),
            ("#203 started 10 min after build #202", "+"),
            ("#203 started 30 min after build #202", "-"),
            ("#202 ran before #203", "+"),
            ("#203 started within 15 min of build #202", "+"),
            ("#203 started within 5 min of build #202", "-"),
            ("#203 ran after #299", "?"),
            ("#203: PR#4 was pushed after #202", ""),
            ("#203 should run after #202", ""),
            ("if #202 ran after #203", "."),
        ] {
            check("build-order", text, expected);
        }
        check_with("build-order", "#203 ran after #202", "?", |evidence| {
            evidence.builds.get_mut(&202).expect("there").started = None;
        });
    }
}
