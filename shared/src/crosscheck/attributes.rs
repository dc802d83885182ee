//! What is listed of a build without a verb: "build 41 (8m02s), 09:06Z–09:14Z, success", a row of a table of builds.
//!
//! It knows how people write such lists, and nothing of what the CI server recorded.

use std::ops::Range;

use super::reading::{after, mentions_from};
use super::run_tables::{Table, cells};
use super::{Context, Draft, Fact, Unit};
use crate::documents::mentions::{Mention, Moment, What};

/// How many things one list tells of a build.
const LONGEST: usize = 16;

/// Something told of a build.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Told<'a> {
    /// When it began or ended; which of both is not said.
    At(Moment),
    /// When it began.
    Began(Moment),
    /// When it ended.
    Ended(Moment),
    /// How long it ran: seconds, and what the last figure is worth.
    Length(i64, i64),
    /// How it ended.
    Status(&'a str),
    /// Which pull request it tested.
    Pull(u64),
}

/// One thing told of one build.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attribute<'a> {
    /// The build.
    pub(super) build: u64,
    /// Where the build is named.
    pub(super) named: Range<usize>,
    /// Where the thing is told.
    pub(super) span: Range<usize>,
    /// What is told.
    pub(super) told: Told<'a>,
    /// Whether the build is called a run, whose result may be meant.
    pub(super) is_run: bool,
    /// Whether a verb, a column or what else is told makes plain that it is told of the build.
    pub(super) is_backed: bool,
}

impl Attribute<'_> {
    /// From the build's name to what is told of it, where that is short enough for a quotation.
    pub(super) fn quote(&self) -> Range<usize> {
        if self.span.end.saturating_sub(self.named.start) <= 32 {
            self.named.start..self.span.end
        } else {
            self.span.clone()
        }
    }

    /// A difference counts only where nothing else can be meant.
    pub(super) fn settled(&self, fact: Fact, why: &str, is_plain: bool) -> Fact {
        match fact {
            Fact::Differs(words, cited) if !is_plain => Fact::Unclear(format!("{words}; {why}"), cited),
            fact => fact,
        }
    }
}

/// All that a unit tells so, in order of place.
pub(super) fn attributes<'a>(unit: &Unit<'a>, context: &Context<'_>) -> Vec<Attribute<'a>> {
    let mut all = row(unit, context);
    if !all.is_empty() {
        return all;
    }
    let named = context.named_builds(unit);
    for (index, (span, number)) in named.iter().enumerate() {
        let Some(opening) = Opening::of(unit, span) else { continue };
        let until = named.get(index + 1).map_or(unit.words().len(), |(next, _)| next.start);
        let mut found = list(unit, *number, span, until, opening);
        let backed = |one: &Attribute<'_>| matches!(one.told, Told::Status(_) | Told::Began(_));
        if found.iter().any(backed) {
            found.iter_mut().for_each(|one| one.is_backed = true);
        }
        // A pull request beside a build may only be the next thing named.
        let plain = found.iter().any(|one| !matches!(one.told, Told::Pull(_) | Told::At(_)));
        found.retain(|one| match one.told {
            Told::Pull(_) => {
                plain || matches!(unit.text(&(span.end..one.span.start)).trim(), ":" | "(" | "for" | "of")
            }
            _ => true,
        });
        all.extend(found);
    }
    all
}

/// Only what no other draft of the rule has judged yet.
pub(super) fn fresh<'a>(attributes: Vec<Attribute<'a>>, drafts: &[Draft]) -> Vec<Attribute<'a>> {
    let mut judged: Vec<Range<usize>> = drafts.iter().map(|draft| draft.span.clone()).collect();
    judged.sort_by_key(|span| span.start);
    let ends: Vec<usize> = judged
        .iter()
        .scan(0, |end, span| {
            *end = span.end.max(*end);
            Some(*end)
        })
        .collect();
    let is_fresh = |span: &Range<usize>| {
        let before = judged.partition_point(|other| other.start < span.end);
        before.checked_sub(1).and_then(|last| ends.get(last)).is_none_or(|end| *end <= span.start)
    };
    attributes.into_iter().filter(|one| is_fresh(&one.span)).collect()
}

/// How a list opens with a build.
#[derive(Clone, Copy)]
struct Opening {
    is_run: bool,
    /// "#612 took 1m58s, #585 2m27s": the verb goes for the second too.
    goes_on: bool,
}

impl Opening {
    fn of(unit: &Unit<'_>, span: &Range<usize>) -> Option<Opening> {
        const NOUNS: &[&str] = &["build", "run", "drone", "the", "ci", ""];
        let clause = unit.clause_before(span.start);
        let lower = |word: &str| word.to_ascii_lowercase();
        let before = clause.trim_end_matches([' ', '#', '`', '*']);
        let is_run =
            before.split(|c: char| !c.is_alphanumeric()).next_back().map(lower).as_deref() == Some("run");
        if clause.split(|c: char| !c.is_alphanumeric()).all(|word| NOUNS.contains(&lower(word).as_str())) {
            return Some(Opening { is_run, goes_on: false });
        }
        let noun = |text: &'_ str| {
            let cut = ["build", "run"].iter().find_map(|noun| text.strip_suffix(noun));
            cut.map_or(text.len(), |cut| cut.trim_end().len())
        };
        let lead = before.get(..noun(before)).unwrap_or("").trim_end();
        let joined = lead.ends_with(',') || lead.ends_with(" and");
        let verbs = ["took", "lasted", "ran"];
        let verb = lead.split_whitespace().any(|word| verbs.contains(&lower(word).as_str()));
        (joined && verb).then_some(Opening { is_run, goes_on: true })
    }
}

/// The things told right behind the build at `span`, up to byte `until`.
fn list<'a>(
    unit: &Unit<'a>,
    build: u64,
    span: &Range<usize>,
    until: usize,
    opening: Opening,
) -> Vec<Attribute<'a>> {
    let mut found = Vec::new();
    let mut at = span.end;
    for _ in 0..LONGEST {
        let rest = after(unit, at);
        let skip = rest.len() - rest.trim_start_matches([' ', ',', '(', ')', ':']).len();
        at += skip;
        let rest = rest.get(skip..).unwrap_or("");
        if at >= until || rest.is_empty() {
            break;
        }
        let make = |told, place: Range<usize>| Attribute {
            build,
            named: span.clone(),
            span: place,
            told,
            is_run: opening.is_run,
            is_backed: opening.goes_on,
        };
        match mentions_from(unit, at).first().filter(|mention| mention.span.start == at) {
            Some(Mention { span: place, what: What::Time(first) }) if !opening.goes_on => {
                let second = mentions_from(unit, place.end).first();
                match second {
                    Some(Mention { span: end, what: What::Time(last) })
                        if is_dash(unit.text(&(place.end..end.start))) =>
                    {
                        if !ends(unit, end.end) {
                            break;
                        }
                        found.push(make(Told::Began(*first), place.clone()));
                        found.push(make(Told::Ended(*last), end.clone()));
                        at = end.end;
                    }
                    _ if ends(unit, place.end) => {
                        found.push(make(Told::At(*first), place.clone()));
                        at = place.end;
                    }
                    _ => break,
                }
            }
            Some(Mention { span: place, what: What::Length { seconds, unit: figure } })
                if ends(unit, place.end) =>
            {
                found.push(make(Told::Length(*seconds, *figure), place.clone()));
                at = place.end;
            }
            Some(Mention { span: place, what: What::Pull(number) })
                if !opening.goes_on && ends(unit, place.end) =>
            {
                found.push(make(Told::Pull(*number), place.clone()));
                at = place.end;
            }
            Some(Mention {
                span: place,
                what: What::Level { .. } | What::Commit(_) | What::Day(_) | What::Pair { .. },
            }) if !opening.goes_on && ends(unit, place.end) => {
                at = place.end;
            }
            Some(_) => break,
            None if opening.goes_on => break,
            None => {
                let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                let word = rest.get(..length).unwrap_or("");
                if is_status(word) && ends(unit, at + length) {
                    found.push(make(Told::Status(unit.text(&(at..at + length))), at..at + length));
                } else if !(is_verb(word)
                    && mentions_from(unit, at).first().is_some_and(|next| next.span.start == at + length + 1))
                {
                    break;
                }
                at += length;
            }
        }
        if opening.goes_on {
            break;
        }
    }
    found
}

/// Whether nothing but another item of the list, or the end of what is said, follows byte `at`.
fn ends(unit: &Unit<'_>, at: usize) -> bool {
    let rest = after(unit, at);
    let next = rest.trim_start();
    let mention = mentions_from(unit, at).first();
    let joined = mention.is_some_and(|mention| {
        mention.span.start == at + (rest.len() - next.len())
            && matches!(mention.what, What::Time(_) | What::Length { .. })
    });
    match next.chars().next() {
        None => true,
        Some(',' | ';' | '.' | '(' | ')' | ':' | '✅' | '✔' | '✓') => true,
        _ => joined,
    }
}

fn is_dash(between: &str) -> bool {
    matches!(between.trim(), "–" | "-" | "—" | "→" | "->" | "to" | "until" | "till")
}

pub(super) fn is_status(word: &str) -> bool {
    const STATUS: &[&str] = &[
        "success",
        "successful",
        "succeeded",
        "passed",
        "green",
        "failure",
        "failed",
        "red",
        "killed",
        "error",
        "errored",
    ];
    STATUS.iter().any(|status| word.eq_ignore_ascii_case(status))
}

/// Words before a time or a length that other readings follow.
fn is_verb(word: &str) -> bool {
    const VERBS: &[&str] = &["started", "began", "finished", "ended", "took", "at", "from", "in"];
    VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// What the cells of a row of a table of builds tell.
fn row<'a>(unit: &Unit<'a>, context: &Context<'_>) -> Vec<Attribute<'a>> {
    const PULLS: &[&str] = &["pr", "pr #", "pull", "pull request", "prs", "tested pr"];
    const RESULTS: &[&str] =
        &["result", "status", "outcome", "state", "ended", "build status", "build result"];
    const BEGAN: &[&str] = &["started", "start", "began", "start time", "started at"];
    const ENDED: &[&str] = &["finished", "ended", "end", "finish", "stopped", "end time", "finished at"];
    let Some(table) = Table::of(unit, context) else { return Vec::new() };
    let Some((named, id)) = table.run_cell(unit) else { return Vec::new() };
    let Ok(build) = id.parse::<u64>() else { return Vec::new() };
    let is_run = table.columns.iter().any(|title| title.starts_with("run") && !title.contains("time"));
    let mut found = Vec::new();
    for (title, (cell, words)) in table.columns.iter().zip(cells(unit.block)) {
        let is = |names: &[&str]| names.contains(&title.as_str());
        let bare = words.trim_matches([' ', '*', '`']);
        let mention = mentions_from(unit, cell.start).first();
        let whole = mention.filter(|mention| {
            let rest = [cell.start..mention.span.start, mention.span.end..cell.end];
            mention.span.end <= cell.end
                && rest.iter().all(|part| !unit.text(part).contains(char::is_alphanumeric))
        });
        let told = match whole.map(|mention| &mention.what) {
            Some(What::Time(moment)) if is(BEGAN) => Some(Told::Began(*moment)),
            Some(What::Time(moment)) if is(ENDED) => Some(Told::Ended(*moment)),
            Some(What::Pull(number) | What::Number(number)) if is(PULLS) => Some(Told::Pull(*number)),
            None if is(PULLS) => bare.trim_start_matches('#').parse().ok().map(Told::Pull),
            None if is(RESULTS) && is_status(bare) => Some(Told::Status(bare)),
            _ => None,
        };
        if let Some(told) = told {
            let span = trimmed(unit, cell);
            found.push(Attribute { build, named: named.clone(), span, told, is_run, is_backed: true });
        }
    }
    found
}

/// A cell without the blanks around its words.
fn trimmed(unit: &Unit<'_>, cell: Range<usize>) -> Range<usize> {
    let words = unit.text(&cell);
    let start = cell.start + (words.len() - words.trim_start().len());
    start..(start + words.trim().len())
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn lists_behind_a_build() {
        for (rule, text, expected) in [
            ("build-duration", "- build 202 (1m54s) 10:00:00Z–10:01:54Z, success", "+"),
            ("build-duration", "- build 202, 10:00:00Z → 10:01:54Z, success, 9m10s", "-"),
            ("build-duration", "#202 took 1m54s, #203 3m00s", "++"),
            ("build-duration", "#202 took 1m54s, #203 2m27s", "+-"),
            ("build-duration", "#202 took 1m54s and #203 14s after it", "+"),
            ("build-duration", "build 202 (9 min)", "."),
            ("build-duration", "How long each waited:\n\n- build 202 (9m10s)", "."),
            ("build-duration", "- build 202 (1m54s)", "+"),
            ("build-duration", "build 202 (14s after the comment)", ""),
            ("build-duration", "looked at build 202, 9m10s in all", ""),
            ("build-time", "- build 202 (1m54s) 10:00:00Z–10:03:54Z, success", "+-"),
            ("build-time", "- build 202, 10:00Z, success", "+"),
            ("build-time", "- build 202, 11:00Z, success", "."),
            ("build-time", "- build 202, 11:00Z comment", ""),
            ("build-status", "- build 202, 10:00:00Z → 10:01:54Z, failure", "-"),
            ("build-status", "- build 203 (3m00s), started 10:12Z, failure. No excuse", "+"),
            ("build-status", "- run 202, 1m54s, failure", "."),
            ("build-status", "- build 202 (1m54s), red lights", ""),
            ("tested-pull", "- build 202: PR 4, green", "+"),
            ("tested-pull", "- build 202: PR 3, green", "-"),
            ("tested-pull", "- build 202, PR 3, 1m54s", "-"),
            ("tested-pull", "- build 202, PR 3", ""),
            ("tested-pull", "- build 202: PR 3 is next", ""),
            ("tested-pull", "Looked at: build 202, PR 3", ""),
        ] {
            check(rule, text, expected);
        }
    }

    #[test]
    fn rows_of_builds() {
        let table = |row: &str| format!("| build | started | PR | result |\n|---|---|---|---|\n{row}");
        for (rule, row, expected) in [
            ("build-status", "| 202 | 10:00Z | 4 | failure |", "-"),
            ("build-status", "| #202 | 10:00Z | 4 | **success** |", "+"),
            ("build-status", "| 202 | 10:00Z | 4 | success at last |", ""),
            ("build-time", "| 202 | 10:04Z | 4 | success |", "-"),
            ("build-time", "| 201 | 08:00Z | 4 | failure |", "."),
            ("build-time", "| 201 | 2030-01-01 08:00Z | 4 | failure |", "+"),
            ("tested-pull", "| 202 | 10:00Z | PR#4 | success |", "+"),
            ("tested-pull", "| 202 | 10:00Z | 3 | success |", "-"),
            ("tested-pull", "| 202 | 10:00Z | 3 or 4 | success |", ""),
            ("tested-pull", "| 299 | 10:00Z | 4 | success |", "?"),
        ] {
            check(rule, &table(row), expected);
        }
        for (rule, text, expected) in [
            ("pull-state", "| PR | state |\n|---|---|\n| 4 | open |\n| PR#3 | open |", "+-"),
            ("pull-state", "| PR | state |\n|---|---|\n| 4 | nearly closed |", ""),
            (
                "build-step",
                "Build #203:\n\n| step | result | took |\n|---|---|---|\n| `clone` | success | 3s |",
                "+",
            ),
            ("build-step", "Build #203:\n\n| step | result |\n|---|---|\n| run-tests | success |", "-"),
            ("build-step", "| build | step | exit code |\n|---|---|---|\n| 203 | run-tests | 1 |", "+"),
            ("build-step", "| step | result |\n|---|---|\n| run-tests | success |", ""),
            ("build-step", "Build #203:\n\n| step | result |\n|---|---|\n| deploy | success |", ""),
        ] {
            check(rule, text, expected);
        }
    }
}
