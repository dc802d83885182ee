//! The logs of a build as several rules search them; knows nothing of what is looked for.

use super::log_lines::{Found, Pending, Question};
use super::quoted_log::plain;
use super::{Context, Fact, Unit};

/// The line of a build's logs on which all parts stand in order, quote marks and blanks apart.
pub(super) fn line_with<'c, 'a>(
    unit: &Unit<'_>,
    context: &'c Context<'a>,
    build: u64,
    parts: &[String],
) -> Result<Option<&'c Found<'a>>, Pending> {
    context.logs.ask(unit.index, build, Question::Parts(parts.to_vec()))
}

/// The parts of a quotation between its ellipses, as lines are compared with them.
pub(super) fn parts(words: &str) -> Vec<String> {
    let wanted = plain(words);
    wanted.split("...").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Why not everything that the steps of a build logged is here; none when it is, as far as can be known.
pub(super) fn gap(context: &Context<'_>, number: u64) -> Option<Fact> {
    let logs = context.logs_of(number);
    if logs.is_empty() {
        return Some(Fact::Missing(format!("the log of build {number} is not in the snapshot")));
    }
    if context.logs.is_unread(number) {
        return Some(Fact::Missing(format!("the log of build {number} could not be read again")));
    }
    if logs.iter().any(|log| log.dropped_head > 0) {
        return Some(Fact::Missing(format!("the server had dropped the head of build {number}'s log")));
    }
    if let Some(log) = logs.iter().find(|log| !log.complete || log.missing_lines > 0) {
        let what = if log.complete { "has gaps" } else { "could not be read whole" };
        return Some(Fact::Missing(format!("{} of build {number} {what}", log.place.path)));
    }
    let build = context.evidence.builds.get(&number)?;
    let ran = |status: &str| !matches!(status, "skipped" | "pending" | "blocked" | "declined");
    let lacking = build.stages.iter().find_map(|stage| {
        // A step that ran and logged nothing is one whose log was lost, as far as anybody can see.
        let has = |step: u64| {
            logs.iter().any(|log| log.stage == stage.number && log.step == step && log.line_count > 0)
        };
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
