//! Statements compared with the evidence beside them: one rule a file, each explained to a layman.
//!
//! A rule finds its statements in a `Unit` (a heading, paragraph or item) and says what the evidence has to
//! say about each, as `Fact`s. This file turns facts into checks: numbers them, links repetitions, finds what
//! a document itself admits. It knows nothing about Markdown, archives or screens.

use std::ops::Range;

use crate::documents::Document;
use crate::evidence::{Evidence, EvidenceKind, Place};
use crate::gates::PhaseLife;
use crate::history::History;
use crate::parallel;
use crate::report::{self, Check, CheckKind, KeyFact, Note, Outcome};
use crate::time::human_length;

mod acknowledge;
mod attributes;
mod bare_builds;
mod begin;
mod context;
mod events;
mod heads;
mod in_company;
mod in_doubt;
#[cfg(test)]
mod in_doubt_cases;
mod in_lists;
mod key_facts;
mod lost_lines;
mod notes;
mod reading;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod unit;

mod all_runs;
mod badge_level;
mod badge_text;
mod before_after;
mod build_count;
mod build_day;
mod build_duration;
mod build_order;
mod build_origin;
mod build_params;
mod build_status;
mod build_step;
mod build_time;
mod build_totals;
mod clean_up;
mod comment_author;
mod comment_count;
mod comment_edited;
mod comment_id;
mod comment_quote;
mod comment_time;
mod commit_named;
mod commit_status;
mod docker_listing;
mod docker_service;
mod green_summary;
mod log_absence;
mod log_line;
mod log_lines;
mod logs;
mod looked_at;
mod named_evidence;
mod network_subnet;
mod no_runs_as_of;
mod nothing_merged;
mod only_open_pull;
mod pull_branch;
mod pull_count;
mod pull_head;
mod pull_state;
mod pull_time;
mod pull_title;
mod quoted_log;
mod run_fields;
mod run_files;
#[cfg(test)]
mod run_fixture;
mod run_flags;
mod run_level;
mod run_lint;
mod run_notes;
mod run_suites;
mod run_tables;
mod run_tier;
mod run_tiers;
mod run_words;
mod same_commit;
mod status_verdict;
mod suite_length;
mod suite_time;
mod test_counts;
mod test_outcome;
mod tested_commit;
mod tested_pull;
mod trigger;
mod verdict_stamp;
mod yours_to_judge;

pub(crate) use context::Context;
pub(crate) use log_lines::{ReadLog, TakeLine};
pub(crate) use unit::Unit;

/// A kind of statement and how it is judged.
pub struct Rule {
    /// Name in reports, for example `build-time`.
    pub id: &'static str,
    /// What it compares, for a layman.
    pub explains: &'static str,
    /// What a contradiction is about.
    pub kind: CheckKind,
    /// Lower-case words, or parts of words, without one of which a unit holds no such statement: searching for them is
    /// far cheaper than asking patterns. Empty where the rule goes by what a unit mentions.
    words: &'static [&'static str],
    find: fn(&Unit<'_>, &Context<'_>, &mut Vec<Draft>),
}

/// Every rule; where two find statements at the same place, the earlier rule comes first.
pub static RULES: &[Rule] = &[
    verdict_stamp::RULE,
    status_verdict::RULE,
    looked_at::RULE,
    tested_pull::RULE,
    tested_commit::RULE,
    pull_head::RULE,
    pull_branch::RULE,
    only_open_pull::RULE,
    pull_count::RULE,
    pull_title::RULE,
    pull_state::RULE,
    pull_time::RULE,
    nothing_merged::RULE,
    build_day::RULE,
    before_after::RULE,
    build_order::RULE,
    no_runs_as_of::RULE,
    build_count::RULE,
    same_commit::RULE,
    build_status::RULE,
    build_time::RULE,
    build_duration::RULE,
    build_params::RULE,
    build_origin::RULE,
    trigger::RULE,
    commit_status::RULE,
    commit_named::RULE,
    build_step::RULE,
    quoted_log::RULE,
    log_absence::RULE,
    log_line::RULE,
    badge_level::RULE,
    badge_text::RULE,
    run_level::RULE,
    run_tiers::RULE,
    run_tier::RULE,
    green_summary::RULE,
    run_flags::RULE,
    run_lint::RULE,
    run_fields::RULE,
    run_files::RULE,
    test_counts::RULE,
    test_outcome::RULE,
    suite_time::RULE,
    suite_length::RULE,
    network_subnet::RULE,
    docker_service::RULE,
    clean_up::RULE,
    comment_time::RULE,
    comment_author::RULE,
    comment_id::RULE,
    comment_edited::RULE,
    comment_count::RULE,
    comment_quote::RULE,
    yours_to_judge::RULE,
    named_evidence::RULE,
];

/// Rules that read the negation themselves; what others find in a negated sentence is left to a person.
const READ_NEGATION: &[&str] = &[
    "verdict-stamp",
    "looked-at",
    "tested-pull",
    "pull-state",
    "no-runs-as-of",
    "yours-to-judge",
    "commit-named",
    "named-evidence",
];

/// Rules that compare with what was so when the words were written.
const STATES_OF_THEN: &[&str] = &["pull-state", "only-open-pull", "nothing-merged"];

/// Rules whose statement is somebody else's words, which may well deny something.
const QUOTE_OTHERS: &[&str] = &["quoted-log", "log-line", "comment-quote", "pull-title"];

/// What the evidence says about one fact of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fact {
    /// It was found and agrees.
    Agrees(String, Vec<report::Evidence>),
    /// It was found and differs.
    Differs(String, Vec<report::Evidence>),
    /// What it would be compared with is not here.
    Missing(String),
    /// No file could tell.
    Unclear(String, Vec<report::Evidence>),
}

/// A statement and what the evidence says about it, before it is numbered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// Bytes of the unit's text that state it.
    pub(crate) span: Range<usize>,
    /// The fact in a normal form; the same key stated again is the same fact.
    pub(crate) key: String,
    /// What was found.
    pub(crate) facts: Vec<Fact>,
    /// The time as written, when the statement is about one: a document may admit that it is wrong.
    pub(crate) written: Option<String>,
    /// How many seconds a hand-written time runs ahead of the machine's, when that is what differs.
    pub(crate) ahead_seconds: Option<i64>,
    /// What a contradiction is about, where that is not what the rule's contradictions are about.
    pub(crate) kind: Option<CheckKind>,
    /// Whether the statement itself denies something, which was read.
    pub(crate) is_denial: bool,
}

impl Draft {
    fn new(span: Range<usize>, key: impl Into<String>, facts: Vec<Fact>) -> Draft {
        Draft {
            span,
            key: key.into(),
            facts,
            written: None,
            ahead_seconds: None,
            kind: None,
            is_denial: false,
        }
    }
}

/// `value` as found at `pointer` below `place`.
pub(crate) fn cite(place: &Place, pointer: &str, value: impl ToString) -> report::Evidence {
    let place = place.below(pointer);
    report::Evidence { path: place.path, pointer: place.pointer, value: value.to_string() }
}

/// What cross-checking came to.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossChecked {
    /// Checks, REVIEW first, in document order.
    pub checks: Vec<Check>,
    /// Notes.
    pub notes: Vec<Note>,
    /// A cause that explains several contradictions; empty when there is none.
    pub common_cause: String,
    /// The facts an operator asks for first.
    pub key_facts: Vec<KeyFact>,
}

/// A check with what only this module needs to know of it.
struct Numbered {
    check: Check,
    key: String,
    written: Option<String>,
    ahead_seconds: Option<i64>,
}

/// The documents whose statements are compared. The plan wants things and an inbox asks for them; neither reports.
fn states_facts(kind: EvidenceKind) -> bool {
    matches!(
        kind,
        EvidenceKind::Review | EvidenceKind::Status | EvidenceKind::Backlog | EvidenceKind::Journal
    )
}

/// How many statements of one block are compared; prose never holds as many.
const STATEMENTS_OF_A_UNIT: usize = 4_000;

/// Compares every statement of the documents with the evidence; `read_log` gives the lines of a log again until it is
/// told to stop, and says whether the log could be read that far.
pub fn cross_check(
    documents: &[Document],
    evidence: &Evidence,
    life: &PhaseLife,
    history: &History<'_>,
    read_log: &ReadLog<'_>,
) -> CrossChecked {
    let units = unit::units(documents, history);
    let mut context = Context::new(evidence, &units, life, history);
    let mut numbered = number(&units, &mut context, read_log);
    link_repetitions(&mut numbered);
    acknowledge::acknowledge(&mut numbered, &units);
    let common_cause = common_cause(&numbered);
    let checks: Vec<Check> = numbered.into_iter().map(|n| n.check).collect();
    let notes = notes::notes(&context, &checks);
    let key_facts = key_facts::key_facts(&context, &checks);
    CrossChecked { checks, notes, common_cause, key_facts }
}

/// Runs every rule over every unit and gives each statement its id: section and place in it.
fn number<'a>(units: &'a [Unit<'a>], context: &mut Context<'a>, read_log: &ReadLog<'_>) -> Vec<Numbered> {
    let mut counters = std::collections::HashMap::<&str, u32>::new();
    let mut numbered = Vec::new();
    let mut named = std::collections::HashSet::new();
    let drafts = all_drafts(units, context, read_log);
    for (unit, mut drafts) in units.iter().zip(drafts) {
        named_evidence::only_where_alone(&mut drafts, &unit.document.name, &mut named);
        drafts.sort_by_key(|(_, draft)| draft.span.start);
        drafts.truncate(STATEMENTS_OF_A_UNIT);
        for (rule, draft) in drafts {
            let number = if rule.id == verdict_stamp::RULE.id {
                0
            } else {
                let counter = counters.entry(unit.section.as_str()).or_default();
                *counter += 1;
                *counter
            };
            numbered.push(judge(unit, rule, draft, format!("{}.{number}", unit.section)));
        }
    }
    numbered
}

/// What a rule read.
type Read = (&'static Rule, Draft);

/// What the rules read in each unit; units that ask for lines of logs are read again when these are there.
fn all_drafts<'a>(
    units: &'a [Unit<'a>],
    context: &mut Context<'a>,
    read_log: &ReadLog<'_>,
) -> Vec<Vec<Read>> {
    let mut read = parallel::map(units, |unit| drafts(unit, context));
    loop {
        let asked = context.logs.answer(read_log);
        if asked.is_empty() {
            return read;
        }
        let asked: Vec<&Unit<'_>> = asked.into_iter().filter_map(|index| units.get(index)).collect();
        let again = parallel::map(&asked, |unit| drafts(unit, context));
        for (unit, again) in asked.iter().zip(again) {
            if let Some(read) = read.get_mut(unit.index) {
                *read = again;
            }
        }
    }
}

/// What the rules read in a unit, by rule.
fn drafts(unit: &Unit<'_>, context: &Context<'_>) -> Vec<(&'static Rule, Draft)> {
    let mut drafts = Vec::new();
    if !states_facts(unit.document.kind) {
        return drafts;
    }
    for rule in RULES {
        let may = rule.words.is_empty() || unit.has_any(rule.words);
        // Every test shows as well that the words of a rule pass over none of its statements.
        if !may && !cfg!(test) {
            continue;
        }
        let mut found = Vec::new();
        (rule.find)(unit, context, &mut found);
        #[cfg(test)]
        assert!(may || found.is_empty(), "{}: a statement without its words: {found:?}", rule.id);
        drafts.extend(found.into_iter().map(|draft| (rule, tempered(rule, draft, unit, context))));
    }
    drafts
}

/// What is denied, only supposed, announced, or true of an unknown time is left to a person.
fn tempered(rule: &Rule, mut draft: Draft, unit: &Unit<'_>, context: &Context<'_>) -> Draft {
    let quotes = QUOTE_OTHERS.contains(&rule.id);
    let denied = unit.is_negated(&draft.span) || (!quotes && unit.denies(&draft.span));
    let why = match () {
        () if unit.is_expectation => Some("announced under this heading, not reported"),
        // Denied or not: what it would be compared with is not here.
        () if draft.facts.iter().all(|fact| matches!(fact, Fact::Missing(_))) => None,
        () if denied && !draft.is_denial && !READ_NEGATION.contains(&rule.id) => {
            Some("negated or only supposed here, so it is not compared")
        }
        () => in_doubt::in_doubt(rule.id, &draft.span, unit, context),
    };
    let differs = draft.facts.iter().any(|fact| matches!(fact, Fact::Differs(..)));
    let why =
        why.filter(|why| !(*why == in_lists::OF_ALL && differs && in_lists::names_it(&draft.span, unit)));
    if let Some(why) = why {
        draft.facts = vec![Fact::Unclear(why.to_owned(), Vec::new())];
        draft.key.clear();
    }
    // Hand-written stamps run ahead: where only a stamp says when, a state of then contradicts nothing.
    if unit.commit.is_none() && STATES_OF_THEN.contains(&rule.id) {
        for fact in &mut draft.facts {
            if let Fact::Differs(words, cited) = fact {
                let words = format!("{words}, but no commit says when this was written");
                *fact = Fact::Unclear(words, std::mem::take(cited));
            }
        }
    }
    draft
}

/// A statement is contradicted if any fact differs, and confirmed only if every fact was found and agrees.
fn judge(unit: &Unit<'_>, rule: &Rule, draft: Draft, id: String) -> Numbered {
    let mut evidence = Vec::new();
    let (mut agrees, mut differs, mut missing, mut unclear) = (vec![], vec![], vec![], vec![]);
    for fact in draft.facts {
        let (words, cited, list) = match fact {
            Fact::Agrees(words, cited) => (words, cited, &mut agrees),
            Fact::Differs(words, cited) => (words, cited, &mut differs),
            Fact::Missing(words) => (words, Vec::new(), &mut missing),
            Fact::Unclear(words, cited) => (words, cited, &mut unclear),
        };
        if !words.is_empty() && !list.contains(&words) {
            list.push(words);
        }
        evidence.extend(cited);
    }
    let (outcome, reasons) = if !differs.is_empty() {
        (Outcome::Contradicted, differs)
    } else if !missing.is_empty() {
        (Outcome::NoEvidence, missing)
    } else if !unclear.is_empty() {
        (Outcome::NotCheckable, unclear)
    } else if !agrees.is_empty() {
        (Outcome::Confirmed, agrees)
    } else {
        (Outcome::NotCheckable, vec!["nothing here can tell".to_owned()])
    };
    evidence.dedup();
    // What cites nothing was compared with nothing that its reader could look at.
    let rests_on_nothing =
        matches!(outcome, Outcome::Confirmed | Outcome::Contradicted) && evidence.is_empty();
    let outcome = if rests_on_nothing { Outcome::NotCheckable } else { outcome };
    // Of a row only the cell is confirmed that was compared, not those between it and the build's.
    let narrow = Some(()).filter(|()| outcome == Outcome::Confirmed);
    let span = narrow.and_then(|()| run_tables::last_cell(unit, &draft.span)).unwrap_or(draft.span.clone());
    let (line, column) = unit.position(span.start);
    let check = Check {
        id,
        gate: unit.gate.clone(),
        document: unit.document.name.clone(),
        line,
        column,
        quote: unit.text(&span).trim().to_owned(),
        rule: rule.id.to_owned(),
        kind: draft.kind.unwrap_or(rule.kind),
        outcome,
        because: reasons.join("; "),
        acknowledged: None,
        evidence,
        same_as: None,
    };
    let ahead_seconds = draft.ahead_seconds.filter(|_| outcome == Outcome::Contradicted);
    let written = draft.written.or_else(|| unit.value_in(&draft.span)).filter(|w| !w.is_empty());
    Numbered { check, key: draft.key, written, ahead_seconds }
}

/// The same fact stated again is linked to the first statement of it and not counted twice.
fn link_repetitions(numbered: &mut [Numbered]) {
    let mut first = std::collections::HashMap::<(String, Outcome), String>::new();
    for item in numbered {
        if item.key.is_empty() {
            continue;
        }
        let key = (item.key.clone(), item.check.outcome);
        match first.get(&key) {
            Some(id) => item.check.same_as = Some(id.clone()),
            None => {
                first.insert(key, item.check.id.clone());
            }
        }
    }
}

/// Where several hand-written times run ahead of machine times by about as much, that is said once.
fn common_cause(numbered: &[Numbered]) -> String {
    let ahead: Vec<i64> =
        numbered.iter().filter(|n| n.check.same_as.is_none()).filter_map(|n| n.ahead_seconds).collect();
    let (Some(least), Some(most)) = (ahead.iter().min(), ahead.iter().max()) else { return String::new() };
    let alike = ahead.len() >= 2 && *least > 120 && most - least <= 600;
    if !alike {
        return String::new();
    }
    let range = match (least / 60, (most + 30) / 60) {
        (from, until) if from == until => human_length(from * 60),
        (from, until) => format!("{from}–{until} min"),
    };
    format!("hand-written stamps run {range} ahead of machine times")
}
