//! What a commit's subject says about gates: `claim(ghost-M1): …`, `review(ghost-M1+M2): M1 PASS + M2 PASS`.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::ids::LIST;
use super::reported::is_told;
use super::verdict::{denies, floor, verdict};
use super::{all_line, leading_ids, regex, split_ids};
use crate::report::Verdict;

/// What a subject says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The phase in its scope; empty when it names none.
    pub phase: String,
    /// Claims and verdicts by gate.
    pub events: Vec<(String, Verdict)>,
    /// Whether it gives a verdict on everything that the Definition of Done lists.
    pub all_pass: bool,
    /// Whether it says that the phase is done.
    pub done: bool,
}

static HEAD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(re-?claim|re-?review|[A-Za-z]+)\(([^)]{0,120})\)\s*!?\s*:?\s*(.*)$"));

/// Whether a commit with this subject was made by the reviewer (true), by the builder (false), or by nobody knows whom.
pub fn is_review(subject: &str) -> Option<bool> {
    let word: String =
        subject.trim_start().chars().take_while(|c| c.is_ascii_alphabetic() || *c == '-').collect();
    match word.to_ascii_lowercase().as_str() {
        "review" | "re-review" | "verdict" | "adversary" | "veto" => Some(true),
        "claim" | "reclaim" | "re-claim" | "status" | "done" | "build" | "builder" | "feat" | "fix"
        | "chore" | "refactor" | "docs" | "test" | "tests" | "ci" | "journal" | "plan" | "backlog"
        | "wip" | "style" | "perf" => Some(false),
        _ => None,
    }
}

/// Reads a subject.
pub fn read_subject(subject: &str) -> Subject {
    let subject = subject.get(..floor(subject, 1_000)).unwrap_or("");
    let Some(head) = HEAD.captures(subject) else { return bare(subject) };
    let part = |index: usize| head.get(index).map_or("", |part| part.as_str());
    let (phase, ids) = scope(part(2));
    let words = part(3);
    let mut said = Subject { phase, ..Subject::default() };
    match part(1).to_ascii_lowercase().as_str() {
        "claim" | "claims" | "reclaim" | "re-claim" => {
            let ids = if ids.is_empty() { claimed(words) } else { ids };
            said.events = ids.into_iter().map(|id| (id, Verdict::Claimed)).collect();
        }
        "review" | "rereview" | "re-review" | "verdict" | "adversary" => {
            said.all_pass = all_line(words, &[]).is_some_and(|line| line.verdict.0 == Verdict::Pass);
            said.events = verdicts(words, &ids);
        }
        "done" => said.done = ids.is_empty() && !denied(words),
        "status" => {
            let mark = words.trim_start_matches(['#', ' ']);
            said.done = super::says_done(mark);
        }
        _ => {}
    }
    said
}

/// Claims and verdicts in a commit's subject, whatever phase it is of.
pub fn subject_events(subject: &str) -> Vec<(String, Verdict)> {
    read_subject(subject).events
}

/// `porepo: ALL DoD PASS @…`, `DONE`.
fn bare(subject: &str) -> Subject {
    let all = all_line(subject, &[]).filter(|line| line.verdict.0 == Verdict::Pass);
    Subject {
        all_pass: all.is_some(),
        phase: all.and_then(|line| line.phase).unwrap_or_default(),
        ..Subject::default()
    }
}

/// Phase and ids of `ghost-M1+M2`, `3 U0`, `M1`, `1e`.
fn scope(scope: &str) -> (String, Vec<String>) {
    static IDS: LazyLock<Regex> = LazyLock::new(|| regex(&format!(r"(?:^|[\s:/_,-])({})$", *LIST)));
    let scope = scope.trim();
    let found = IDS.captures(scope).and_then(|captures| Some((captures.get(0)?.start(), captures.get(1)?)));
    match found.map(|(at, ids)| (at, split_ids(ids.as_str()))) {
        Some((at, ids)) if !ids.is_empty() => (scope.get(..at).unwrap_or("").trim().to_owned(), ids),
        _ => (scope.to_owned(), Vec::new()),
    }
}

/// The gates that the words of a claim begin with.
fn claimed(words: &str) -> Vec<String> {
    let ids = leading_ids(words).map_or(Vec::new(), |(ids, ..)| ids);
    if denied(words) { Vec::new() } else { ids }
}

fn denied(words: &str) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?i)^\W*(?:not|no|never|un|withdraw|withdrawn|retract|revert|undo)\b|\bnot yet\b")
    });
    DENIED.is_match(words)
}

/// `M1 PASS + M2 FAIL`, else one verdict on the gates of the scope.
fn verdicts(words: &str, scoped: &[String]) -> Vec<(String, Verdict)> {
    static PAIR: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(r"\b({})\s*(?:[—–:=-]\s*)?(COLD[- ]VERIFIED|PASS(?:ED)?|FAIL(?:ED)?)\b", *LIST))
    });
    static NOT_A_VERDICT: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)^\s*(?:[?/|]|\(?(?:criteria|conditions?|conditional|withheld|pending|withdrawn|retracted|revoked|if|when|once|unless|requires?)\b)",
        )
    });
    let mut named: Vec<(String, Verdict)> = Vec::new();
    for pair in PAIR.captures_iter(words) {
        let (Some(whole), Some(ids), Some(word)) = (pair.get(0), pair.get(1), pair.get(2)) else { continue };
        let after = words.get(whole.end()..).unwrap_or("");
        let before = words.get(..whole.start()).unwrap_or("");
        if denies(before) || is_told(before) || NOT_A_VERDICT.is_match(after) {
            continue;
        }
        let what = if word.as_str().starts_with("FAIL") { Verdict::Fail } else { Verdict::Pass };
        named.extend(split_ids(ids.as_str()).into_iter().map(|id| (id, what)));
    }
    if !named.is_empty() {
        return named;
    }
    let Some((what, _)) = verdict(words, 0, &[]) else { return Vec::new() };
    scoped.iter().map(|id| (id.clone(), what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects() {
        let said = |subject: &str| {
            let events = subject_events(subject);
            events.iter().map(|(id, v)| format!("{id} {v:?}")).collect::<Vec<_>>().join(", ")
        };
        for (subject, expected) in [
            ("review(ghost-M1+M2): M1 PASS + M2 PASS", "M1 Pass, M2 Pass"),
            ("claim(ghost-M1): state inventory, build 612 L5", "M1 Claimed"),
            ("claim(3 U0): x", "U0 Claimed"),
            ("review(5): V6 PASS; V5 FAIL (A5-5)", "V6 Pass, V5 Fail"),
            ("review(redfix-M2): PASS 6/6", "M2 Pass"),
            ("review(ghost): cold reconnaissance, F1–F7", ""),
            ("review(x-M1): not an M1 PASS", ""),
            ("fix: M1 PASS", ""),
            ("re-claim(ghost-M1): fixed", "M1 Claimed"),
            ("claim(ghost): M1 — inventory", "M1 Claimed"),
            ("claim(5): V1/V2 ready", "V1 Claimed, V2 Claimed"),
            ("review(ghost-M1): FAIL — F8 filed", "M1 Fail"),
            ("review(ghost-M1): re-verified cold, PASS", ""),
            ("review(ghost-M1): re-verified cold: PASS", "M1 Pass"),
            ("review(ghost-M1): lint PASS, upgrade FAIL", ""),
            ("review(ghost-M1): Builder claims M1 PASS", ""),
            ("review(ghost-M1): cannot PASS @2026-05-28", ""),
            ("review(ghost-M1): M1 PASS withdrawn", "M1 Fail"),
            ("review(ghost): M1–M3 PASS", "M1 Pass, M2 Pass, M3 Pass"),
            ("review(ghost-DoD-5): PASS", "DoD-5 Pass"),
        ] {
            assert_eq!(said(subject), expected, "{subject}");
        }
    }

    #[test]
    fn phases_and_ends() {
        for (subject, phase, done, all) in [
            ("claim(3 U0): x", "3", false, false),
            ("review(redfix-M2): PASS 6/6", "redfix", false, false),
            ("claim(M1): x", "", false, false),
            ("DONE(1e)", "1e", true, false),
            ("done(1e): all gates passed", "1e", true, false),
            ("status(ghost): ## DONE", "ghost", true, false),
            ("status(ghost): not DONE yet", "ghost", false, false),
            ("review(porepo): ALL DoD PASS", "porepo", false, true),
            ("porepo: ALL DoD PASS @2026-06-13T19:19Z", "porepo", false, true),
            ("DONE(1e-M1)", "1e", false, false),
        ] {
            let said = read_subject(subject);
            assert_eq!((said.phase.as_str(), said.done, said.all_pass), (phase, done, all), "{subject}");
        }
    }
}
