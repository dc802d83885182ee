//! The logs of a build made ready to be searched line by line; knows nothing of what is looked for.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::quoted_log::{in_order, plain};
use super::{Context, Fact};
use crate::evidence::{Evidence, Log};

/// Every log by build; each is normalised once, when it is first asked.
pub(super) struct Logs<'a> {
    by_build: BTreeMap<u64, Vec<ReadyLog<'a>>>,
}

impl<'a> Logs<'a> {
    /// Sorts the logs of `evidence`; `only` keeps those of one build.
    pub(super) fn new(evidence: &'a Evidence, only: Option<u64>) -> Logs<'a> {
        let mut by_build = BTreeMap::<u64, Vec<ReadyLog<'a>>>::new();
        for log in evidence.logs.iter().filter(|log| only.is_none_or(|only| log.build == only)) {
            let ready = ReadyLog { log, plain: OnceCell::new(), lower: OnceCell::new() };
            by_build.entry(log.build).or_default().push(ready);
        }
        Logs { by_build }
    }

    /// The logs of a build's steps.
    pub(super) fn of(&self, build: u64) -> &[ReadyLog<'a>] {
        self.by_build.get(&build).map_or(&[], Vec::as_slice)
    }
}

/// The logs of one build.
pub(super) fn logs_of<'a>(context: &Context<'a>, build: u64) -> Logs<'a> {
    Logs::new(context.evidence, Some(build))
}

/// The log of a step with its texts as they are searched.
pub(super) struct ReadyLog<'a> {
    /// The log.
    pub(super) log: &'a Log,
    plain: OnceCell<Lines>,
    lower: OnceCell<Lines>,
}

impl ReadyLog<'_> {
    /// The line on which all parts stand in order, quote marks and blanks apart.
    pub(super) fn line_with(&self, parts: &[&str]) -> Option<usize> {
        self.plain.get_or_init(|| Lines::new(self.log, plain)).line_with(parts)
    }

    /// The line that holds `words`, whatever their case.
    pub(super) fn line_with_any_case(&self, words: &str) -> Option<usize> {
        let lower = self.lower.get_or_init(|| Lines::new(self.log, |line| line.to_lowercase()));
        lower.line_with(&[words.to_lowercase().as_str()])
    }
}

/// The lines of a log in one text.
struct Lines {
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    fn new(log: &Log, normal: impl Fn(&str) -> String) -> Lines {
        let mut lines = Lines { text: String::new(), starts: Vec::with_capacity(log.lines.len()) };
        for line in &log.lines {
            lines.starts.push(lines.text.len());
            lines.text.push_str(&normal(&line.text).replace('\n', " "));
            lines.text.push('\n');
        }
        lines
    }

    fn line_with(&self, parts: &[&str]) -> Option<usize> {
        let first = parts.first().filter(|part| !part.is_empty())?;
        let mut from = 0;
        while let Some(found) = self.text.get(from..)?.find(first) {
            let line = self.starts.partition_point(|start| *start <= from + found).checked_sub(1)?;
            let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
            if in_order(self.text.get(from + found..end)?, parts) {
                return Some(line);
            }
            from = end;
        }
        None
    }
}

/// Why not everything that the steps of a build logged is here; none when it is, as far as can be known.
pub(super) fn gap(context: &Context<'_>, number: u64, logs: &[ReadyLog<'_>]) -> Option<Fact> {
    if logs.is_empty() {
        return Some(Fact::Missing(format!("the log of build {number} is not in the snapshot")));
    }
    if logs.iter().any(|ready| ready.log.dropped_head > 0) {
        return Some(Fact::Missing(format!("the server had dropped the head of build {number}'s log")));
    }
    let build = context.evidence.builds.get(&number)?;
    let ran = |status: &str| !matches!(status, "skipped" | "pending" | "blocked" | "declined");
    let lacking = build.stages.iter().find_map(|stage| {
        let has = |step: u64| logs.iter().any(|r| r.log.stage == stage.number && r.log.step == step);
        stage.steps.iter().find(|step| ran(&step.status) && !has(step.number))
    });
    lacking.map(|step| {
        Fact::Missing(format!("the log of step {} of build {number} is not in the snapshot", step.name))
    })
}

/// Whether it is known which steps a build had, so that a lack of logs would be seen.
pub(super) fn knows_steps(context: &Context<'_>, number: u64) -> bool {
    let build = context.evidence.builds.get(&number);
    build.is_some_and(|build| build.stages.iter().any(|stage| !stage.steps.is_empty()))
}
