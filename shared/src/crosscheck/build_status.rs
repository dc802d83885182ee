//! "#578 failed", `build_status=success`: how a build ended.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-status",
    explains: "How a build ended, in the CI server's own word.",
    kind: CheckKind::Substance,
    find,
};

static ENDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:was |is |has |had |: |→ |= )?(failed|passed|succeeded|success|failure|green|red)\b")
        .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, number) in context.named_builds(unit).iter().cloned() {
        let rest = unit.words().get(span.end..).unwrap_or("");
        let Some(word) = ENDED.as_ref().and_then(|p| p.captures(rest)).and_then(|c| c.get(1)) else {
            continue;
        };
        // "failed to start", "passed over": something else is said.
        let next = rest.get(word.end()..).unwrap_or("");
        if [" to ", " over", " on "].iter().any(|other| next.starts_with(other)) {
            continue;
        }
        let builds = match context.list_ending_at(unit, &span) {
            list if list.is_empty() => vec![number],
            list => list,
        };
        push(builds, word.as_str(), span.start..span.end + word.end(), context, drafts);
    }
    for (span, key, value) in unit.pairs() {
        if !matches!(key, "build_status" | "status") {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        if !builds.is_empty() {
            push(builds, value, span.clone(), context, drafts);
        }
    }
}

fn push(builds: Vec<u64>, word: &str, span: Range<usize>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let said = plain(word);
    let facts = builds.iter().map(|number| fact(*number, &said, context)).collect();
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
        status if plain(status) == said => Fact::Agrees(words, cited),
        "running" | "pending" => {
            Fact::Unclear(format!("build {number} was still {} when captured", build.status), cited)
        }
        _ => Fact::Differs(words, cited),
    }
}

/// People's words and the server's, in one vocabulary.
fn plain(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "passed" | "succeeded" | "success" | "green" | "pass" => "success".to_owned(),
        "failed" | "failure" | "red" | "fail" | "error" | "killed" => "failure".to_owned(),
        other => other.to_owned(),
    }
}
