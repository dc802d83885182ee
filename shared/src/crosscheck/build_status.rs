//! "#578 failed", "build 612: success", `build_status=success`: how a build ended.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::{after, all_agree, ends_statement, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-status",
    explains: "How a build ended, in the CI server's own word.",
    kind: CheckKind::Substance,
    find,
};

static ENDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?:\s*\((?:[^()#]{0,60})\))?",
        r"(?:\s*(?::|→|->|=|—|–|\|)|\s+(?:was|is|were|are|has|had|have|ended|finished|came out|itself|then|again|also|now|both|all|each|only|as|with)\b){0,4}",
        r"\s*(?:status\s*[:=]?\s*)?",
        r"\b(failed|passed|succeeded|success|successful|failure|green|red|killed|errored|error)\b",
    ))
});
static GLYPH: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(?:\s*(?::|→|->|=|—|–|\|))?\s*(✅|✔|✓|❌|✘|✗)"));
/// Said of every build in a range.
static EVERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*:?\s*(?:have |were |are )?(?:all|each|every one)\s+(?:were |are |of them )?(failed|passed|succeeded|green|red)\b",
    )
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, number) in context.named_builds(unit).iter().cloned() {
        let rest = after(unit, span.end);
        let word = ENDED
            .as_ref()
            .and_then(|pattern| pattern.captures(rest)?.get(1))
            .filter(|word| ends_statement(rest.get(word.end()..).unwrap_or("")))
            .filter(|word| !says_something_else(word.as_str(), rest.get(word.end()..).unwrap_or("")));
        let glyph = || GLYPH.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1));
        // A mark behind a sentence says that it was looked at: only a build that stands alone bears its own.
        let alone = || {
            let lead = unit.clause_before(span.start).to_ascii_lowercase();
            let mut words = lead.split(|c: char| !c.is_alphanumeric());
            words.all(|w| matches!(w, "" | "build" | "builds" | "drone" | "and") || w.parse::<u64>().is_ok())
        };
        let Some(word) = word.or_else(|| glyph().filter(|_| alone())) else { continue };
        let builds = match context.list_ending_at(unit, &span) {
            list if list.is_empty() => vec![number],
            list => list,
        };
        push(&builds, word.as_str(), span.start..span.end + word.end(), context, drafts);
    }
    for mention in &unit.mentions {
        let What::BuildRange(from, until) = mention.what else { continue };
        let found =
            EVERY.as_ref().and_then(|pattern| pattern.captures(after(unit, mention.span.end))?.get(1));
        let Some(word) = found else { continue };
        let builds: Vec<u64> =
            context.evidence.builds.range(from..=until).map(|(number, _)| *number).collect();
        let span = mention.span.start..mention.span.end + word.end();
        if builds.is_empty() {
            let facts = vec![Fact::Missing(format!("no build from {from} to {until} is in the snapshot"))];
            drafts.push(Draft::new(span, format!("status {from}-{until}"), facts));
        } else {
            push(&builds, word.as_str(), span, context, drafts);
        }
    }
    for (span, key, value) in unit.pairs() {
        if !matches!(key, "build_status" | "status") {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        if !builds.is_empty() {
            push(&builds, value, span.clone(), context, drafts);
        }
    }
}

/// "passed over", "passed on to": something else is said than how it ended; "success as …" goes on.
fn says_something_else(word: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    let passed = word.eq_ignore_ascii_case("passed");
    ["to ", "over", "through"].iter().any(|other| rest.starts_with(other))
        || passed && rest.starts_with("on ")
}

fn push(builds: &[u64], word: &str, span: Range<usize>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let said = plain(word);
    let facts: Vec<Fact> = builds.iter().map(|number| fact(*number, &said, context)).collect();
    let facts = all_agree(facts, |count| format!("all {count} builds: {said}"));
    drafts.push(Draft::new(span, format!("status {builds:?} {said}"), facts));
}

fn fact(number: u64, said: &str, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let cited = vec![cite(&build.place, "/status", &build.status)];
    let words = format!("build {number}: {}", build.status);
    match build.status.as_str() {
        "" => Fact::Missing(format!("build {number} has no status")),
        "running" | "pending" if said != build.status => {
            Fact::Unclear(format!("build {number} was still {} when captured", build.status), cited)
        }
        status => told(plain(status) == said, words, cited),
    }
}

/// People's words and the server's, in one vocabulary.
pub(super) fn plain(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "passed" | "succeeded" | "success" | "successful" | "green" | "pass" | "ok" | "✅" | "✔" | "✓" => {
            "success".to_owned()
        }
        "failed" | "failure" | "red" | "fail" | "error" | "errored" | "killed" | "❌" | "✘" | "✗" => {
            "failure".to_owned()
        }
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn many_writings() {
        for (text, expected) in [
            ("#202 green, build 203: failure", "++"),
            ("build 202: success", "+"),
            ("build #202 ❌", "-"),
            ("#202 ✅ and #203 ✅", "+-"),
            ("Builds 201 and 203 both failed", "+"),
            ("Builds 201, 202 failed", "-"),
            ("Builds #201–#203 all failed", "-"),
            ("Builds #201–#203 failed", ""),
            ("builds #300–#310 all failed", "?"),
            ("build #202 (post-router) is green.", "+"),
            ("build #299 passed", "?"),
            ("build #202 → success", "+"),
        ] {
            check("build-status", text, expected);
        }
    }

    #[test]
    fn what_says_something_else() {
        for (text, expected) in [
            ("build #202 passed install, then stopped", ""),
            ("#202 failed to start", ""),
            ("#202 failed?", ""),
            ("the upgrade failed in run 203 ✅", ""),
            ("if #202 failed", "."),
            ("#202 passed on the message", ""),
            ("build #202 red-flagged", ""),
        ] {
            check("build-status", text, expected);
        }
    }
}
