//! "No `VIP exhaustion` in the log of #612", "log has no ERROR": words that no line of a build's log may hold.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::log_lines::{Pending, Question};
use super::logs::{gap, knows_steps};
use super::reading::{in_code, mentions_from, pattern};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "log-absence",
    explains: "That words do not occur in a build's log is shown by the whole log of all its steps, or not at all.",
    kind: CheckKind::Substance,
    words: &["log"],
    find,
};

/// "no X in the log", X in the second group where it is in quotation marks.
static NO_IN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:no|not one|not a single) (?:more |single |such )?(?:[\x22“]([^\x22”]{2,80})[\x22”]|([A-Za-z0-9_:!/.-][A-Za-z0-9_:!/. -]{0,60}?))",
        r"(?: lines?| messages?| entry| entries)?(?: appears?| occurs?| anywhere| is| was| to be found)?",
        r" in (?:the |its |their |that |either |both )?(?:[a-z]+ )?(?:build )?(?:#?\d+(?:'s|’s)? )?logs?\b(?: (?:of|for) (?:the )?(?:builds? )?)?",
    ))
});
/// "the log has no X".
static HAS_NO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\blogs?(?: of (?:builds? )?#?\d+)? (?:has|have|shows?|contains?|holds?|had) no ",
        r"(?:[\x22“]([^\x22”]{2,80})[\x22”]|([A-Za-z0-9_:!/-][A-Za-z0-9_:!/-]*(?-i: [A-Z][A-Za-z0-9_:!/-]*){0,3}))",
    ))
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    if !unit.has_any(&["no ", "not one ", "not a single "]) {
        return;
    }
    for found in NO_IN.iter().chain(HAS_NO.iter()).flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(words)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
            continue;
        };
        // Of "no line with `X` at all" only X is looked for.
        let code = unit.block.code.iter().find(|code| code.start < words.end() && words.start() < code.end);
        let exact = found.get(1).is_some() || code.is_some();
        let span = whole.start()..whole.end().max(code.map_or(0, |code| code.end));
        let wanted = match code {
            Some(code) if found.get(1).is_none() => unit.text(code),
            _ => without_tail(words.as_str().trim()),
        };
        let shouted = wanted.chars().all(|c| !c.is_lowercase()) && wanted.chars().any(char::is_uppercase);
        // Few words without marks may be a paraphrase: "no errors in the log".
        if !exact && (wanted.split(' ').count() > 4 || wanted.len() < 3) {
            continue;
        }
        let (builds, end) = builds(unit, &span, context);
        let fact = |number: &u64| fact(unit, *number, wanted, exact || shouted, context);
        let facts: Vec<Fact> =
            builds.iter().map(|number| fact(number).unwrap_or_else(Pending::fact)).collect();
        if !facts.is_empty() {
            let key = format!("log lacks {builds:?} {}", wanted.to_lowercase());
            drafts.push(Draft::new(span.start..end, key, facts));
        }
    }
}

/// "ERROR at all", "ERROR whatsoever": words that belong to the sentence and not to what is looked for.
fn without_tail(mut words: &str) -> &str {
    const TAILS: &[&str] = &[" at all", " at", " anywhere", " whatsoever", " in it", " either", " whatever"];
    while let Some(shorter) = TAILS.iter().find_map(|tail| words.strip_suffix(tail)) {
        words = shorter;
    }
    words
}

/// The builds whose log is meant: those named with the log itself, else those that the words are about.
fn builds(unit: &Unit<'_>, span: &Range<usize>, context: &Context<'_>) -> (Vec<u64>, usize) {
    let inside =
        mentions_from(unit, span.start).iter().take_while(|mention| mention.span.start <= span.end + 1);
    let named: Vec<(usize, u64)> = inside
        .filter(|mention| !in_code(unit, &mention.span))
        .filter_map(|mention| context.build_number(&mention.what).map(|number| (mention.span.end, number)))
        .collect();
    match named.last() {
        Some((end, _)) => (named.iter().map(|(_, number)| *number).collect(), span.end.max(*end)),
        None => (context.builds_at(unit, span.start), span.end),
    }
}

fn fact(
    unit: &Unit<'_>,
    number: u64,
    wanted: &str,
    exact: bool,
    context: &Context<'_>,
) -> Result<Fact, Pending> {
    if let Err(missing) = context.build(number) {
        return Ok(missing);
    }
    // One error is an error too.
    let wanted = if exact { wanted } else { wanted.strip_suffix('s').unwrap_or(wanted) };
    let question = Question::AnyCase(wanted.to_lowercase());
    if let Some(found) = context.logs.ask(unit.index, number, question)? {
        let words = format!("line {} of build {number}'s log holds “{wanted}”", found.line);
        let cited = vec![found.cite()];
        return Ok(if exact { Fact::Differs(words, cited) } else { Fact::Unclear(words, cited) });
    }
    if let Some(gap) = gap(context, number) {
        return Ok(gap);
    }
    if !knows_steps(context, number) {
        return Ok(Fact::Missing(format!("whether all logs of build {number} are here is not known")));
    }
    let logs = context.logs_of(number);
    let lines: u64 = logs.iter().map(|log| log.line_count).sum();
    let cited =
        logs.iter().map(|log| cite(&log.place, "", format!("{} lines, none with {wanted}", log.line_count)));
    let words = format!("none of {lines} lines of build {number}'s log holds “{wanted}”");
    Ok(Fact::Agrees(words, cited.collect()))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};
    use crate::evidence::{Evidence, Log};

    #[test]
    fn words_that_no_log_holds() {
        for (text, expected) in [
            ("no `VIP exhaustion` in the log of #202", "+"),
            ("no `result: pass` in the log of build #202", "-"),
            ("No \"slow\" anywhere in build #202's log", "-"),
            ("Build #202: log has no ERROR", "+"),
            ("Build #202: the log contains no `paused`", "-"),
            ("Build #202: no errors in the log", "+"),
            ("Build #202: no install in the log", "."),
            ("no `VIP exhaustion` in the log of #203", "?"),
            ("no `upgrade` in the log of #203", "-"),
            ("no `VIP exhaustion` in the log of #201", "?"),
            ("no `VIP exhaustion` in the log of #299", "?"),
            ("there should be no ERROR in the log of #202", "."),
            ("no one looked", ""),
            ("The log of #202 has no `result: pass` in it.", "-"),
            ("The log of #202 has no `result: pass` at all.", "-"),
            ("The log of #202 has no `result: pass` anywhere.", "-"),
            ("The log of #202 has no `result: pass` whatsoever.", "-"),
            ("The log of #202 has no `result: pass` line.", "-"),
            ("The log of #202 has no `VIP exhaustion` in it.", "+"),
            ("no line with `result: pass` in the log of #202", "-"),
            ("Build #202: log has no ERROR in it", "+"),
            ("not one \"slow\" in the log of 202", "-"),
            ("not a single `VIP exhaustion` in the log of #202", "+"),
        ] {
            check("log-absence", text, expected);
        }
        check_with("log-absence", "no `VIP exhaustion` in the log of #202", "?", |evidence| {
            evidence.logs.retain(|log| log.step != 2);
        });
        // A log that was cut, damaged, emptied or has gaps shows nothing by what it lacks.
        let damage: [fn(&mut Log); 3] =
            [|log| log.complete = false, |log| log.missing_lines = 1, |log| log.line_count = 0];
        for damage in damage {
            let harm = |evidence: &mut Evidence| evidence.logs.iter_mut().for_each(damage);
            check_with("log-absence", "no `VIP exhaustion` in the log of #202", "?", harm);
            check_with("quoted-log", "Log of #202: \"VIP exhaustion in the pool\"", "?", harm);
        }
    }
}
