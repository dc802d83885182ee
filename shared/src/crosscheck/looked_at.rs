//! What a reviewer says was looked at, against what the snapshot holds of it.
//!
//! That it is here can be shown; that it was read cannot.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::BlockKind;
use crate::documents::mentions::What;
use crate::evidence::{EvidenceKind, Place};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "looked-at",
    explains: "What the reviewer looked at should be here for others to look at too.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static HEADING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(checked|looked at|inspected|examined|sources)\b").ok());

/// A short paragraph that introduces a list of what was looked at.
static LEAD_IN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:what |files? |things? |sources )?(?:I |we )?(?:was |were |have |had |has )?(?:been )?(?:also )?(?:looked (?:at|into)|inspected|examined|read|checked|consulted)(?: (?:by me|for this|so far|here|today|again))?:$",
    )
    .ok()
});

/// Parts of the words that such a heading holds.
fn may_list(heading: &str) -> bool {
    let lower = heading.to_ascii_lowercase();
    ["check", "look", "inspect", "examine", "source"].iter().any(|part| lower.contains(part))
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let below = unit.block.kind == BlockKind::Item
        && unit.document.kind == EvidenceKind::Review
        && (titles(unit.block.heading, unit) || is_led_in(unit));
    if !below {
        return;
    }
    let mut facts = Vec::new();
    let mut here = Vec::new();
    let words = unit.words().to_ascii_lowercase();
    for mention in &unit.mentions {
        match &mention.what {
            What::Path(path) => match path_fact(path, context) {
                Some(fact @ Fact::Missing(_)) => facts.push(fact),
                Some(_) => here.push(path.clone()),
                None => {}
            },
            What::BuildRange(from, until) => {
                let inside = context.evidence.builds.range(*from..=*until).count();
                match inside {
                    0 => facts
                        .push(Fact::Missing(format!("no build from {from} to {until} is in the snapshot"))),
                    n => here.push(format!("{n} builds from {from} to {until}")),
                }
            }
            what => {
                let Some(number) = context.build_number(what) else { continue };
                let logs = !context.logs_of(number).is_empty();
                match context.build(number) {
                    Err(missing) => facts.push(missing),
                    Ok(_) if words.contains("log") && !logs => {
                        facts
                            .push(Fact::Missing(format!("the log of build {number} is not in the snapshot")));
                    }
                    Ok(_) if words.contains("log") => here.push(format!("the log of build {number}")),
                    Ok(_) => here.push(format!("build {number}")),
                }
            }
        }
    }
    if words.contains("all open/closed pr")
        || words.contains("all prs")
        || words.contains("all pull requests")
    {
        if context.evidence.pulls_complete {
            here.push(format!("all {} pull requests", context.evidence.pulls.len()));
        } else {
            facts.push(Fact::Missing("the listing of all pull requests is not in the snapshot".to_owned()));
        }
    }
    for listed in ["stack", "service", "volume", "container", "network"] {
        let listing = |o: &&crate::evidence::DockerOutput| o.argv.iter().any(|arg| arg == listed);
        if words.contains("docker") && words.contains(listed) {
            match context.evidence.docker.iter().find(listing) {
                Some(_) => here.push(format!("docker {listed} ls")),
                None => {
                    facts.push(Fact::Missing(format!("no listing of docker {listed}s is in the snapshot")))
                }
            }
        }
    }
    if facts.is_empty() && here.is_empty() {
        return;
    }
    if facts.is_empty() {
        let because = format!("{}: in the snapshot; that it was read, no file can show", here.join(", "));
        facts.push(Fact::Unclear(because, Vec::new()));
    }
    drafts.push(Draft::new(0..unit.words().len(), "", facts));
}

/// Whether a heading says that what stands below it was looked at.
fn titles(heading: Option<usize>, unit: &Unit<'_>) -> bool {
    heading
        .and_then(|heading| unit.document.blocks.get(heading))
        .filter(|heading| may_list(&heading.text))
        .is_some_and(|heading| HEADING.as_ref().is_some_and(|pattern| pattern.is_match(&heading.text)))
}

/// Whether the list stands below "What was looked at:".
fn is_led_in(unit: &Unit<'_>) -> bool {
    let lead = unit.block.lead.and_then(|lead| unit.document.blocks.get(lead));
    lead.is_some_and(|lead| LEAD_IN.as_ref().is_some_and(|pattern| pattern.is_match(lead.text.trim())))
}

/// Whether a path is here; none when it names no file at all.
fn path_fact(path: &str, context: &Context<'_>) -> Option<Fact> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let absence = context.evidence.absences.iter().find(|absence| {
        absence.what == path || absence.what.rsplit('/').next() == Some(name) && name.contains('.')
    });
    if let Some(absence) = absence {
        return Some(Fact::Missing(format!("{name}: not collected ({})", absence.reason)));
    }
    let entry = context.evidence.entries.iter().find(|(entry, (_, origin))| {
        entry.as_str().ends_with(path.trim_start_matches('/')) || origin == path || entry.file_name() == name
    });
    if let Some((entry, _)) = entry {
        let place = Place { path: entry.clone(), pointer: String::new() };
        return Some(Fact::Agrees(String::new(), vec![cite(&place, "", name)]));
    }
    let is_file = path.starts_with('/') || name.rsplit_once('.').is_some_and(|(_, ext)| ext.len() <= 6);
    let is_host = path
        .split('/')
        .next()
        .is_some_and(|first| !path.starts_with('/') && first.contains('.') && path.contains('/'));
    (is_file && !is_host).then(|| Fact::Missing(format!("{name}: not in the snapshot")))
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn what_was_looked_at() {
        for (text, expected) in [
            ("What was looked at:\n\n- build #202\n- `/srv/apple/gc.log` on the host", ".?"),
            ("Files inspected:\n\n- `tests/apple/test_gc.py:20-61`", "?"),
            ("I looked at:\n\n- builds #202–#203\n- build #299", ".?"),
            ("**Checked**\n\nAs before:\n\n- `tests/apple/test_gc.py`", ""),
            ("What was checked is green:\n\n- `tests/apple/test_gc.py`", ""),
        ] {
            check("looked-at", text, expected);
        }
    }
}
