//! The logs of a build as several rules search them; knows nothing of what is looked for.

use super::context::PlainLine;
use super::quoted_log::in_order;
use super::{Context, Fact};
use crate::evidence::Log;

/// The line of a build's logs on which all parts stand in order, quote marks and blanks apart.
pub(super) fn line_with<'c, 'a>(
    context: &'c Context<'a>,
    build: u64,
    parts: &[&str],
) -> Option<&'c PlainLine<'a>> {
    context.log_lines(build).iter().find(|line| in_order(&line.text, parts))
}

/// The log and line that hold `words`, whatever their case.
pub(super) fn line_with_any_case<'a>(
    context: &Context<'a>,
    build: u64,
    words: &str,
) -> Option<(&'a Log, usize)> {
    let words = words.to_lowercase();
    let found = context.log_lines(build).iter().find(|line| line.lower.contains(&words))?;
    Some((found.log, found.index))
}

/// Why not everything that the steps of a build logged is here; none when it is, as far as can be known.
pub(super) fn gap(context: &Context<'_>, number: u64) -> Option<Fact> {
    let logs = context.logs_of(number);
    if logs.is_empty() {
        return Some(Fact::Missing(format!("the log of build {number} is not in the snapshot")));
    }
    if logs.iter().any(|log| log.dropped_head > 0) {
        return Some(Fact::Missing(format!("the server had dropped the head of build {number}'s log")));
    }
    let build = context.evidence.builds.get(&number)?;
    let ran = |status: &str| !matches!(status, "skipped" | "pending" | "blocked" | "declined");
    let lacking = build.stages.iter().find_map(|stage| {
        let has = |step: u64| logs.iter().any(|log| log.stage == stage.number && log.step == step);
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
