//! "#578 failed", "build 612: success", `build_status=success`: how a build ended.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::attributes::{Told, attributes, fresh};
use super::reading::{COUNT, after, all_agree, count_of, ends_statement, last_before, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-status",
    explains: "How a build ended, in the CI server's own word.",
    kind: CheckKind::Substance,
    words: &[
        "fail", "pass", "succe", "green", "red", "killed", "error", "skipped", "status", "✅", "✔", "✓",
        "❌", "✘", "✗",
    ],
    find,
};

static ENDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?:\s*\((?:[^()#]{0,60})\))?",
        r"(?:\s*(?::|→|->|=|—|–|\|)|\s+(?:was|is|were|are|has|had|have|ended|finished|came out|itself|then|again|also|now|both|all|each|only|as|with|ended in|finished in|ended up|came back)\b){0,4}",
        r"\s*(?:status\s*[:=]?\s*)?",
        r"\b(failed|passed|succeeded|success|successful|failure|green|red|killed|errored|error)\b",
    ))
});
static GLYPH: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(?:\s*(?::|→|->|=|—|–|\|))?\s*(✅|✔|✓|❌|✘|✗)"));
/// The server's word, told as such: "Drone calls it killed", "CI reports this as failed".
static CALLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:drone|ci|the ci(?: server)?|the server)(?:'s)? ",
        r"(?:calls|called|says|lists|listed|shows|showed|marks|marked|reports|reported|records|recorded|has|had|gives) ",
        r"(?:it|this|that|that one|this one|the build)(?: (?:is|was|as|to be|ended in|ended as|status|a)){0,3}:? [\x22'“]?",
        r"(failed|passed|succeeded|success|failure|green|red|killed|errored|error|skipped)\b",
    ))
});
/// Said of the list of builds named before: "both red", "all three failed".
static TOGETHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:(both)(?: of them)?|all ({COUNT})(?: of them)?) (?:were |was |are |ended |came out |in ){{0,2}}(failed|passed|succeeded|green|red|killed)\b"
    ))
});
/// Said of a build that is not here, however it goes on: nothing is compared with it.
static SAID: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)^[^.;:#|(]{0,30}?\b(failed|passed|succeeded|success|green|red|killed)\b"));
/// Said of every build in a range.
static EVERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*:?\s*(?:have |were |are )?(?:all|each|every one)\s+(?:were |are |of them )?(failed|passed|succeeded|green|red)\b",
    )
});

/// "did not succeed", "wasn't green": what did not become of a build.
static DENIED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s+(?:did not|didn['’]t|has not|hasn['’]t|was not|wasn['’]t|is not|isn['’]t|never)\s+(succeeded|succeed|successful|passed|pass|green|failed|fail|red)\b",
    )
});

/// "#203 did not succeed": every other end agrees; that it did not fail, only success shows.
fn denied(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, number) in context.named_builds(unit).iter().cloned() {
        let rest = after(unit, span.end);
        let Some(word) = DENIED.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1)) else { continue };
        let behind = rest.get(word.end()..).unwrap_or("");
        let lead = unit.clause_before(span.start).to_ascii_lowercase();
        let opens =
            lead.split(|c: char| !c.is_alphanumeric()).all(|w| matches!(w, "" | "build" | "run" | "drone"));
        // "Did not fail because of memory" denies the cause alone.
        let is_end =
            behind.trim_start().chars().next().is_none_or(|c| matches!(c, '.' | ',' | ';' | ')' | '!'));
        if !opens || !is_end {
            continue;
        }
        let is_success =
            matches!(word.as_str().to_ascii_lowercase().as_bytes().first(), Some(b's' | b'p' | b'g'));
        let facts = match context.build(number) {
            Err(missing) => vec![missing],
            Ok(build) => {
                let cited = vec![cite(&build.place, "/status", &build.status)];
                let words = format!("build {number}: {}", build.status);
                let later = build.finished.is_none_or(|at| unit.as_of.is_some_and(|then| at > then));
                vec![match (is_success, build.status.as_str()) {
                    _ if later => {
                        Fact::Unclear(format!("{words}, which it was not yet when this was written"), cited)
                    }
                    (_, "" | "running" | "pending" | "blocked" | "waiting_on_dependencies") => {
                        Fact::Unclear(words, cited)
                    }
                    (true, status) => told(plain(status) != "success", words, cited),
                    (false, "success") => Fact::Agrees(words, cited),
                    (false, "failure" | "error") => Fact::Differs(words, cited),
                    (false, _) => Fact::Unclear(words, cited),
                }]
            }
        };
        let key = format!("status [{number}] not {}", if is_success { "success" } else { "failure" });
        let mut draft = Draft::new(span.start..span.end + word.end(), key, facts);
        draft.is_denial = true;
        drafts.push(draft);
    }
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    denied(unit, context, drafts);
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
    for one in fresh(attributes(unit, context), drafts) {
        let Told::Status(word) = one.told else { continue };
        let before = drafts.len();
        push(&[one.build], word, one.quote(), context, drafts);
        for draft in drafts.iter_mut().skip(before) {
            let settled = |fact| one.settled(fact, "the result of the run may be meant", !one.is_run);
            draft.facts = std::mem::take(&mut draft.facts).into_iter().map(settled).collect();
        }
    }
    let said: Vec<Range<usize>> = drafts.iter().map(|draft| draft.span.clone()).collect();
    called(unit, context, drafts);
    together(unit, &said, context, drafts);
    for mention in &unit.mentions {
        // Words that are followed no further where the build is here: "passed only on its third try".
        if let What::Build(number) = mention.what
            && !context.evidence.builds.contains_key(&number)
            && !covers(&said, &mention.span)
            && let Some(word) =
                SAID.as_ref().and_then(|pattern| pattern.captures(after(unit, mention.span.end))?.get(1))
        {
            let span = mention.span.start..mention.span.end + word.end();
            push(&[number], word.as_str(), span, context, drafts);
        }
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
        let builds = match behind(unit, span, context) {
            Some(Err(unclear)) => {
                drafts.push(Draft::new(span.clone(), String::new(), vec![unclear]));
                continue;
            }
            Some(Ok(builds)) => builds,
            None => context.builds_at(unit, span.start),
        };
        if !builds.is_empty() {
            push(&builds, value, span.clone(), context, drafts);
        }
    }
}

/// "`build_status=success` for #12": the builds named right behind; none where none is.
fn behind(unit: &Unit<'_>, span: &Range<usize>, context: &Context<'_>) -> Option<Result<Vec<u64>, Fact>> {
    let named = context.named_builds(unit);
    let from = named.partition_point(|(other, _)| other.start < span.end);
    let (first, number) = named.get(from)?;
    let between = unit.text(&(span.end..first.start)).to_ascii_lowercase();
    let mut between = between.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let leads = between.next().is_some_and(|word| matches!(word, "for" | "in" | "of" | "on" | "with"));
    if !leads
        || !between.all(|word| matches!(word, "build" | "builds" | "the" | "both" | "run" | "runs" | "drone"))
    {
        return None;
    }
    let until = unit.clause(span.end).end;
    let pairs = unit.pairs().map(|(other, ..)| other.start).find(|start| *start > first.start);
    let until = pairs.map_or(until, |start| start.min(until));
    let more = named.get(from + 1..)?.iter().take_while(|(other, _)| other.start < until).count();
    match more {
        0 => Some(Ok(vec![*number])),
        _ => {
            let last = named.get(from + more).map(|(span, _)| span.clone())?;
            let list = context.list_ending_at(unit, &last);
            match list.len() == more + 1 {
                true => Some(Ok(list)),
                false => Some(Err(Fact::Unclear(
                    "of which builds this is said is not plain".to_owned(),
                    Vec::new(),
                ))),
            }
        }
    }
}

/// What the server is said to call the build spoken of.
fn called(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for found in CALLED.iter().flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(word)) = (found.get(0), found.get(1)) else { continue };
        if !ends_statement(unit.words().get(word.end()..).unwrap_or("")) {
            continue;
        }
        if let [number] = context.builds_at(unit, whole.start()).as_slice() {
            push(&[*number], word.as_str(), whole.range(), context, drafts);
        }
    }
}

/// What is said of all builds of the list named last before, where their number fits and nothing else is named between.
fn together(unit: &Unit<'_>, said: &[Range<usize>], context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for found in TOGETHER.iter().flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(word)) = (found.get(0), found.get(3)) else { continue };
        let count =
            if found.get(1).is_some() { Some(2) } else { found.get(2).and_then(|n| count_of(n.as_str())) };
        let Some((last, _)) = last_before(context.named_builds(unit), whole.start()) else { continue };
        let builds = context.builds_at(unit, whole.start());
        let between = unit.text(&(last.end..whole.start())).to_ascii_lowercase();
        let other = ["pr", "test", "tier", "step", "run", "rung", "gate", "suite", "stage", "service"];
        let other = between.split(|c: char| !c.is_alphanumeric()).any(|word| {
            other.contains(&word) || word.strip_suffix('s').is_some_and(|one| other.contains(&one))
        });
        let new_subject =
            !between.is_empty() && !between.trim_end().ends_with([',', ':', '.', '(', '—', '–', ';']);
        if other
            || new_subject
            || covers(said, &whole.range())
            || count != Some(builds.len() as u64)
            || between.len() > 160
            || !ends_statement(unit.words().get(word.end()..).unwrap_or(""))
        {
            continue;
        }
        push(&builds, word.as_str(), whole.range(), context, drafts);
    }
}

/// Whether one of the spans, which are in order of place, overlaps these words.
fn covers(spans: &[Range<usize>], words: &Range<usize>) -> bool {
    let last = spans.partition_point(|span| span.start < words.end).checked_sub(1);
    last.and_then(|last| spans.get(last)).is_some_and(|span| words.start < span.end)
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
            ("`build_status=success` for #202 and `build_status=success` for #203.", "+-"),
            ("`build_status=success` in #202, #201 and, on a retry, #203.", "."),
            ("None of builds 201, 203 was green.", "."),
            ("<s>Build #202 failed.</s> Build #202 passed.", "+"),
            ("<s>Build #202 failed, and so on.\n\nBuild #203 failed.", "+"),
            ("Builds 202 and 203: success and failure.", "."),
            ("Builds #202 and #203 passed and failed, respectively.", "."),
            ("Builds 201 and 203 both failed", "+"),
            ("Builds 201, 202 failed", "-"),
            ("Builds #201–#203 all failed", "-"),
            ("Builds #201–#203 failed", ""),
            ("builds #300–#310 all failed", "?"),
            ("build #202 (post-router) is green.", "+"),
            ("build #299 passed", "?"),
            ("build #202 → success", "+"),
            ("Builds 201 and 203 all ended in failure", "+"),
            ("Builds 201, 202 and 203 all ended in failure", "-"),
            ("#203 did not succeed", "+"),
            ("#202 did not succeed.", "-"),
            ("Build #202 didn't fail", "+"),
            ("Build #203 was not red.", "-"),
            ("#203 did not pass on the first try", ""),
            ("If #203 did not succeed", ""),
            ("#299 did not succeed", "?"),
            ("#203 never got far. Drone calls it `failure`, and so do I", "+"),
            ("#202 is done; CI reports it as killed", "-"),
            ("#299 is done; CI reports it as killed", "?"),
            ("#201 and #203 ran the same thing, both red.", "+"),
            ("#201 and #202 ran, both red", "-"),
            ("#201, #202, #203 ran, all three red", "-"),
            ("Build #299 of March passed on 27.1.4", "?"),
            ("it was so for build #299, build #299 passed only on its third try", "?"),
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
            ("Build #202 passed only on its third try", ""),
            ("#201 and #202 ran, and PR#4 and PR#5 are both green", ""),
            ("#201 and #202 ran the tests, both green", ""),
            ("#201, #202, #203 ran, both red", ""),
            ("Drone calls it failed", ""),
            ("#202 ran; Drone calls it failed over and over", ""),
        ] {
            check("build-status", text, expected);
        }
    }
}
