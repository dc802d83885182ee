//! The time stamped beside a verdict, against the commit that first holds it.

use std::ops::Range;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::gate_words::gate_line;
use crate::evidence::EvidenceKind;
use crate::report::{CheckKind, GateEvent, Verdict};
use crate::time::{clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "verdict-stamp",
    explains: "A verdict cannot be written after the commit that already contains it.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

/// Two machines may differ by this much before a clock counts as wrong.
const CLOCKS_MAY_DIFFER_SECONDS: i64 = 120;

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if !unit.block.is_heading() || unit.document.kind != EvidenceKind::Review {
        return;
    }
    let read = gate_line(unit.words()).and_then(|line| line.verdict).map(|(_, span)| span);
    let Some(span) = read.or_else(|| judged_here(unit, context)) else { return };
    let stamp = unit.times().find(|(at, _)| span.contains(&at.start)).and_then(|(_, moment)| {
        let (first, _) = unit.window(&moment)?;
        Some((first, moment))
    });
    let Some((first, moment)) = stamp else { return };
    let stamped = moment.instant(unit.day).unwrap_or(first);
    let (fact, key, ahead) = match unit.commit.and_then(|commit| Some((commit, commit.at()?))) {
        None => {
            let why = if context.history.is_empty() {
                "no git history is in the snapshot"
            } else {
                "no commit in the git log holds this line"
            };
            (Fact::Missing(why.to_owned()), String::new(), None)
        }
        Some((commit, committed)) => {
            let ahead = first.duration_since(committed).as_secs();
            let cited = vec![cite(
                &commit.place,
                "",
                format!("{} committed {committed}", &commit.sha[..8.min(commit.sha.len())]),
            )];
            let key = format!("stamp {stamped} {}", commit.sha);
            if ahead > CLOCKS_MAY_DIFFER_SECONDS {
                let ahead_of_stamp = stamped.duration_since(committed).as_secs();
                let because = format!(
                    "committed {} (git log), {} before its stamp; one clock is wrong",
                    clock(committed),
                    human_length(ahead_of_stamp)
                );
                (Fact::Differs(because, cited), key, Some(ahead_of_stamp))
            } else {
                let because = format!(
                    "committed {} (git log), {} {} its stamp",
                    clock(committed),
                    human_length(committed.duration_since(stamped).as_secs()),
                    if committed < stamped { "before" } else { "after" }
                );
                (Fact::Agrees(because, cited), key, None)
            }
        }
    };
    let mut draft = Draft::new(span, key, vec![fact]);
    draft.ahead_seconds = ahead;
    drafts.push(draft);
}

/// The verdict of a heading that is one only because the plan calls the gate so: from its word to its stamp.
fn judged_here(unit: &Unit<'_>, context: &Context<'_>) -> Option<Range<usize>> {
    let (line, _) = unit.position(0);
    let here = |event: &GateEvent| {
        event.line == line
            && event.document == unit.document.name
            && matches!(event.what, Verdict::Pass | Verdict::Fail)
    };
    if !context.life.gates.iter().any(|gate| gate.history.iter().any(here)) {
        return None;
    }
    let start = ["PASS", "FAIL"].iter().filter_map(|word| unit.words().rfind(word)).max()?;
    let (stamp, _) = unit.times().find(|(at, _)| at.start > start)?;
    Some(start..stamp.end)
}
