//! What every rule may ask: which build, run or pull request a sentence is about, what was declared when.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use super::bare_builds::{bare_builds, build_numbers};
use super::begin::{self, Begin};
use super::heads::Heads;
use super::log_lines::Logs;
use super::{Fact, Unit, cite};
use crate::documents::mentions::What;
use crate::documents::{BlockKind, Document};
use crate::evidence::{Build, Comment, Evidence, EvidenceKind, Log, Pull, PullState, Suite};
use crate::gates::PhaseLife;
use crate::history::History;
use crate::parallel;
use crate::report;
use crate::snapshot::metadata::DeclaredEvent;
use crate::time::{Timestamp, clock};

/// How many builds one list may name; what stands beyond is not taken for part of it.
const LONGEST_LIST: usize = 256;

/// Comments are numbered over the whole forge; a smaller number rather is a build's or pull request's.
const SHORTEST_COMMENT_ID: u64 = 1_000;

/// How many units around an item may say what it is about; lists longer than this are not read back to their top.
const NEIGHBOURS: usize = 64;

/// Everything a rule may look at.
pub(crate) struct Context<'a> {
    /// The evidence.
    pub(crate) evidence: &'a Evidence,
    /// All units, in order.
    pub(crate) units: &'a [Unit<'a>],
    /// Gates.
    pub(crate) life: &'a PhaseLife,
    /// When words were committed.
    pub(crate) history: &'a History<'a>,
    /// The first REVIEW, where there is one.
    pub(crate) review: Option<&'a Document>,
    /// By unit: the builds that it names itself, with their places.
    named: Vec<Vec<(Range<usize>, u64)>>,
    /// Which commit was whose head when.
    pub(crate) heads: Heads<'a>,
    begin: OnceLock<Option<Begin>>,
    comments: HashMap<u64, (&'a Pull, &'a Comment)>,
    /// Step logs, and what is known of their lines.
    pub(crate) logs: Logs<'a>,
    suites: HashMap<&'a str, Vec<&'a Suite>>,
    /// What was found about all runs.
    pub(crate) all_runs: super::all_runs::Memo,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        evidence: &'a Evidence,
        units: &'a [Unit<'a>],
        life: &'a PhaseLife,
        history: &'a History<'a>,
    ) -> Context<'a> {
        let mut suites = HashMap::<&str, Vec<&Suite>>::new();
        for suite in &evidence.suites {
            if let Some(run) = &suite.run {
                suites.entry(run).or_default().push(suite);
            }
        }
        let review = units.iter().map(|unit| unit.document).find(|d| d.kind == EvidenceKind::Review);
        let heads = Heads::new(evidence.pulls.values());
        let pulls = evidence.pulls.values();
        let of_pull = |pull: &'a Pull| pull.comments.iter().map(move |comment| (comment.id, (pull, comment)));
        let comments = pulls.flat_map(of_pull).filter(|(id, _)| *id > 0).collect();
        let mut context = Context {
            review,
            evidence,
            units,
            life,
            history,
            named: Vec::new(),
            heads,
            begin: OnceLock::new(),
            comments,
            logs: Logs::new(&evidence.logs),
            suites,
            all_runs: super::all_runs::Memo::default(),
        };
        let numbers = build_numbers(units, evidence);
        context.named = parallel::map(units, |unit| context.find_builds(unit, &numbers));
        context
    }

    /// When the phase began; none without a history of its documents.
    pub(crate) fn begin(&self) -> Option<Begin> {
        *self.begin.get_or_init(|| begin::begin(self.units, self.evidence, self.history))
    }

    /// The step logs of a build that are here.
    pub(crate) fn logs_of(&self, build: u64) -> &[&'a Log] {
        self.logs.of(build)
    }

    /// The test suites of a run, in entry order.
    pub(crate) fn suites_of(&self, run: &str) -> &[&'a Suite] {
        self.suites.get(run).map_or(&[], Vec::as_slice)
    }

    /// The build that a mention names: by word, or by a bare number that is no pull request's.
    pub(crate) fn build_number(&self, what: &What) -> Option<u64> {
        match what {
            What::Build(number) => Some(*number),
            What::Number(number) if self.bare_comment(*number).is_some() => None,
            What::Number(number) if !self.evidence.pulls.contains_key(number) => Some(*number),
            What::Path(path) => {
                let mut segments = path.split('/');
                segments.find(|segment| segment.ends_with("runs"))?;
                segments.next()?.parse().ok()
            }
            _ => None,
        }
    }

    /// The comment of an id, with its pull request.
    pub(crate) fn comment(&self, id: u64) -> Option<(&'a Pull, &'a Comment)> {
        self.comments.get(&id).copied()
    }

    /// The comment that a bare `#20883` can only mean: no build and no pull request has that number.
    pub(crate) fn bare_comment(&self, number: u64) -> Option<(&'a Pull, &'a Comment)> {
        let evidence = self.evidence;
        let other = evidence.pulls.contains_key(&number)
            || evidence.builds.contains_key(&number)
            || evidence.builds_listed.contains_key(&number)
            || number < SHORTEST_COMMENT_ID;
        if other { None } else { self.comment(number) }
    }

    fn find_builds(&self, unit: &Unit<'_>, numbers: &HashSet<u64>) -> Vec<(Range<usize>, u64)> {
        let named = unit.mentions.iter();
        let mut named: Vec<(Range<usize>, u64)> =
            named.filter_map(|m| self.build_number(&m.what).map(|n| (m.span.clone(), n))).collect();
        let bare = bare_builds(unit, numbers);
        if !bare.is_empty() {
            named.extend(bare);
            named.sort_by_key(|(span, _)| span.start);
        }
        named
    }

    /// The builds that a unit names itself, with their places, in order.
    pub(crate) fn named_builds(&self, unit: &Unit<'_>) -> &[(Range<usize>, u64)] {
        self.named.get(unit.index).map_or(&[], Vec::as_slice)
    }

    /// The builds that the words at byte `at` are about: the list named last before them in the unit, else the
    /// first list behind them in their clause, else the last list above, in the same list of items or in the
    /// paragraph that introduces it.
    pub(crate) fn builds_at(&self, unit: &Unit<'_>, at: usize) -> Vec<u64> {
        let named = self.named_builds(unit);
        let before = named.partition_point(|(span, _)| span.start < at);
        if before > 0 {
            return group_ending(unit, &named[..before]);
        }
        if let Some((first, _)) = named.first() {
            let clause = unit.clause(at);
            return if clause.contains(&first.start) { group_beginning(unit, named) } else { Vec::new() };
        }
        let above = self.above(unit).map(|above| (above, self.named_builds(above)));
        let nearest = above.into_iter().find(|(_, named)| !named.is_empty());
        nearest.map_or_else(Vec::new, |(above, named)| group_ending(above, named))
    }

    /// The list of builds that the build named at `span` closes: `Builds 557 and 578 failed`.
    pub(crate) fn list_ending_at(&self, unit: &Unit<'_>, span: &Range<usize>) -> Vec<u64> {
        let named = self.named_builds(unit);
        let until = named.partition_point(|(other, _)| other.start <= span.start);
        group_ending(unit, &named[..until])
    }

    /// `words` with the builds of the same clause that stand shortly before them, so that a quote says of what.
    pub(crate) fn with_builds(&self, unit: &Unit<'_>, words: Range<usize>) -> Range<usize> {
        let clause = unit.clause(words.start);
        let named = self.named_builds(unit);
        let until = named.partition_point(|(span, _)| span.start < words.start);
        let named = named.get(..until).unwrap_or(&[]);
        let list = group_ending(unit, named).len();
        let first = named.get(named.len() - list..).and_then(<[_]>::first);
        let Some((first, _)) = first.filter(|(span, _)| clause.contains(&span.start)) else { return words };
        let before = unit.words().get(clause.start..first.start).unwrap_or("");
        let noun = ["build ", "builds ", "run ", "runs "]
            .iter()
            .find(|noun| before.to_ascii_lowercase().ends_with(*noun))
            .map_or(0, |noun| noun.len());
        let start = first.start - noun;
        if words.end - start <= 80 { start..words.end } else { words }
    }

    /// The pull request that a unit is about: its own first, else the last one named above it.
    pub(crate) fn pull_of(&self, unit: &Unit<'_>) -> Option<u64> {
        let own = unit.pulls().next().map(|(_, number)| number);
        own.or_else(|| self.above(unit).find_map(|above| above.pulls().next().map(|(_, number)| number)))
    }

    /// The units above an item, nearest first, up to and including the paragraph that introduces its list.
    pub(crate) fn above<'b>(&'b self, unit: &Unit<'_>) -> impl Iterator<Item = &'b Unit<'a>> + use<'a, 'b> {
        let is_item = unit.block.kind == BlockKind::Item;
        let before = self.units.get(..if is_item { unit.index } else { 0 }).unwrap_or(&[]);
        let mut ended = false;
        before.iter().rev().take(NEIGHBOURS).take_while(move |above| {
            let take = !ended && !above.block.is_heading();
            ended |= above.block.kind == BlockKind::Paragraph;
            take
        })
    }

    /// A unit with its list: itself, its neighbours and the paragraph that introduces them.
    pub(crate) fn neighbourhood<'b>(&'b self, unit: &Unit<'_>) -> Vec<&'b Unit<'a>> {
        let mut near: Vec<&Unit<'a>> = self.above(unit).take(NEIGHBOURS).collect();
        let below = self.units.get(unit.index..).unwrap_or(&[]).iter().enumerate();
        near.extend(
            below
                .take_while(|(n, other)| *n == 0 || (*n < NEIGHBOURS && other.block.kind == BlockKind::Item))
                .map(|(_, other)| other),
        );
        near
    }

    /// A build, or why it cannot be asked.
    pub(crate) fn build(&self, number: u64) -> Result<&'a Build, Fact> {
        self.evidence.builds.get(&number).ok_or_else(|| {
            let listed = self.evidence.builds_listed.contains_key(&number);
            let why = if listed { "listed, but never fetched" } else { "not in the snapshot" };
            Fact::Missing(format!("build {number} is {why}"))
        })
    }

    /// A pull request, or why it cannot be asked.
    pub(crate) fn pull(&self, number: u64) -> Result<&'a Pull, Fact> {
        self.evidence
            .pulls
            .get(&number)
            .ok_or_else(|| Fact::Missing(format!("PR#{number} is not in the snapshot")))
    }

    /// `given the declared 05:38:00Z`, with the machine record that supports it where there is one.
    pub(crate) fn given(&self, event: &DeclaredEvent) -> (String, Vec<report::Evidence>) {
        let support = self.evidence.docker.iter().find_map(|output| {
            output.rows.iter().enumerate().find_map(|(index, row)| {
                let created: Timestamp = row.get("Created")?.as_str()?.parse().ok()?;
                let name = row.get("Name")?.as_str()?;
                let near = created.duration_since(event.at).abs() <= jiff::SignedDuration::from_mins(2);
                let named = event.label.to_ascii_lowercase().contains(&name.to_ascii_lowercase());
                (near && named)
                    .then(|| (name, created, cite(&output.place, &format!("/{index}/Created"), created)))
            })
        });
        let declared = format!("given the declared {} ({})", clock(event.at), event.label);
        match support {
            Some((name, created, cited)) => {
                (format!("{declared}; network {name} was created {}", clock(created)), vec![cited])
            }
            None => (declared, Vec::new()),
        }
    }

    /// The name of what was tested, when all runs agree on it.
    pub(crate) fn recipe(&self) -> Option<&'a str> {
        let from_runs = self.evidence.runs.values().map(|run| run.recipe.as_str());
        let from_builds =
            self.evidence.builds.values().filter_map(|build| build.params.get("RECIPE").map(String::as_str));
        let mut names: Vec<&str> = from_runs.chain(from_builds).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        match names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// The numbers at the end of `named` that the text joins into one list.
fn group_ending(unit: &Unit<'_>, named: &[(Range<usize>, u64)]) -> Vec<u64> {
    let mut from = named.len().saturating_sub(1);
    while from > 0
        && named.len() - from < LONGEST_LIST
        && joins(unit.text(&(named[from - 1].0.end..named[from].0.start)))
    {
        from -= 1;
    }
    named[from..].iter().map(|(_, number)| *number).collect()
}

/// The numbers at the beginning of `named` that the text joins into one list.
fn group_beginning(unit: &Unit<'_>, named: &[(Range<usize>, u64)]) -> Vec<u64> {
    let mut until = 1;
    while until < named.len().min(LONGEST_LIST)
        && joins(unit.text(&(named[until - 1].0.end..named[until].0.start)))
    {
        until += 1;
    }
    named[..until.min(named.len())].iter().map(|(_, number)| *number).collect()
}

/// Whether words between two numbers only join them: `, `, `/`, ` and #`, ` and builds `.
fn joins(between: &str) -> bool {
    between.len() <= 16
        && between
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '+' | '&' | '#'))
            .all(|word| matches!(word, "" | "and" | "build" | "builds" | "run" | "runs"))
}

/// The commit that a build tested, from its parameters.
pub(crate) fn tested_ref(build: &Build) -> Option<&str> {
    build.params.get("REF").map(String::as_str).filter(|sha| !sha.is_empty())
}

/// Whether two commits, one perhaps shortened, are the same.
pub(crate) fn same_sha(short: &str, full: &str) -> bool {
    let (short, full) = (short.to_ascii_lowercase(), full.to_ascii_lowercase());
    let enough = short.len().min(full.len()) >= 7;
    enough && (full.starts_with(&short) || short.starts_with(&full))
}

/// The state of a pull request at an instant, from what was captured and its history; none when it cannot be told.
pub(crate) fn state_at(pull: &Pull, at: Option<Timestamp>) -> Option<PullState> {
    let Some(at) = at else { return Some(pull.state) };
    if pull.created_at.is_some_and(|created| created > at) {
        return None;
    }
    let later =
        |kind: &str| pull.events.iter().any(|event| event.kind == kind && event.at.is_some_and(|e| e > at));
    match pull.state {
        PullState::Open if later("reopen") => None,
        PullState::Open => Some(PullState::Open),
        PullState::Merged => match pull.merged_at? {
            merged if merged <= at => Some(PullState::Merged),
            _ => Some(PullState::Open),
        },
        PullState::Closed if later("reopen") => None,
        PullState::Closed => match pull.closed_at? {
            closed if closed <= at => Some(PullState::Closed),
            _ => Some(PullState::Open),
        },
    }
}
