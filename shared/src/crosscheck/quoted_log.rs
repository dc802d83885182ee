//! Quoted words of a log, `...` standing for anything, and `key=value` pairs that only a log can hold.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "quoted-log",
    explains: "Words quoted from a build's log have to be in that build's log.",
    kind: CheckKind::Substance,
    find,
};

static SHOWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:shows?|logs?|prints?|printed|says?|reports?|reads?)\b[^.]*$").ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, words) in unit.quotes() {
        let before = unit.words().get(..span.start).unwrap_or("").trim_end_matches(['"', '“']);
        let shown = SHOWS.as_ref().is_some_and(|pattern| pattern.is_match(before));
        let builds = context.named_builds(unit);
        let clause = unit.clause_before(span.start).to_ascii_lowercase();
        let of_other = ["plan", "status", "description", "comment", "review", "journal", "backlog"];
        if !shown
            || builds.is_empty()
            || words.len() < 8
            || of_other.iter().any(|other| clause.contains(other))
        {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        push(builds, words, span, context, drafts);
    }
    for (span, key, value) in unit.pairs() {
        let quoted = unit.quotes().iter().any(|(quote, _)| quote.contains(&span.start));
        if quoted || is_known_key(key, context) || key.contains('.') {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        if !builds.is_empty() {
            push(builds, &format!("{key}={value}"), span.clone(), context, drafts);
            // A bare pair may come from anywhere: that no log holds it contradicts nothing.
            for fact in drafts.iter_mut().rev().take(1).flat_map(|draft| &mut draft.facts) {
                if let Fact::Differs(words, _) = fact {
                    *fact = Fact::Missing(std::mem::take(words));
                }
            }
        }
    }
}

/// Keys that another rule compares with a field.
fn is_known_key(key: &str, context: &Context<'_>) -> bool {
    const FIELDS: &[&str] = &[
        "started",
        "start",
        "finished",
        "stopped",
        "status",
        "build_status",
        "level",
        "state",
        "limit",
        "page",
    ];
    let flag = context.evidence.runs.values().any(|run| run.flags.contains_key(key));
    let boolean_like = super::run_flags::is_flag_name(key);
    let param = key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    FIELDS.contains(&key) || flag || boolean_like || param
}

fn push(
    builds: Vec<u64>,
    words: &str,
    span: std::ops::Range<usize>,
    context: &Context<'_>,
    drafts: &mut Vec<Draft>,
) {
    let facts = builds.iter().map(|number| fact(*number, words, context)).collect();
    drafts.push(Draft::new(span, format!("log {builds:?} {}", plain(words)), facts));
}

fn fact(number: u64, words: &str, context: &Context<'_>) -> Fact {
    let logs = context.logs_of(number);
    if logs.is_empty() {
        return Fact::Missing(format!("the log of build {number} is not in the snapshot"));
    }
    let wanted = plain(words);
    let parts: Vec<&str> = wanted.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
    if let Some(line) = context.log_lines(number).iter().find(|line| in_order(&line.text, &parts)) {
        let said = line.log.lines.get(line.index).map_or("", |line| line.text.trim());
        let cited = vec![cite(&line.log.place, &format!("/{}/out", line.index), said)];
        return Fact::Agrees(format!("in the log of build {number}, line {}", line.index + 1), cited);
    }
    if logs.iter().any(|log| log.dropped_head > 0) {
        let words = format!("the server had dropped the head of build {number}'s log");
        return Fact::Unclear(words, Vec::new());
    }
    let cited = logs.iter().map(|log| cite(&log.place, "", format!("{} lines", log.lines.len()))).collect();
    Fact::Differs(format!("no line of build {number}'s log says so"), cited)
}

/// Whether all parts occur in `text`, one after the other.
pub(super) fn in_order(text: &str, parts: &[&str]) -> bool {
    let mut rest = text;
    !parts.is_empty()
        && parts.iter().all(|part| match rest.find(part) {
            Some(at) => {
                rest = rest.get(at + part.len()..).unwrap_or("");
                true
            }
            None => false,
        })
}

/// Quote marks, dashes of ellipsis and runs of blanks do not matter in a quotation.
pub(super) fn plain(text: &str) -> String {
    let text: String = text
        .replace('…', "...")
        .chars()
        .filter(|c| !matches!(c, '\'' | '"' | '“' | '”' | '‘' | '’' | '`'))
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
