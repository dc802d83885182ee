//! Everything on one clock: builds, steps, suites, pull requests, commits, declared events, captures.

use std::collections::BTreeSet;

use crate::documents::gate_words::subject_events;
use crate::evidence::{Evidence, Pull};
use crate::report::{Lane, TimelineItem, Tone, Verdict};
use crate::snapshot::metadata::Metadata;
use crate::time::Timestamp;

/// All that happened and when, in order of time.
pub fn timeline(evidence: &Evidence, metadata: &Metadata) -> Vec<TimelineItem> {
    let mut items = Vec::new();
    builds(evidence, &mut items);
    suites(evidence, &mut items);
    for pull in evidence.pulls.values() {
        pull_items(pull, &mut items);
    }
    commits(evidence, &mut items);
    for event in &evidence.events {
        let detail = format!("{}, declared by the packer", event.label);
        items.push(TimelineItem {
            detail,
            ..item(Lane::Declared, event.at, format!("{} (declared)", event.label))
        });
    }
    let captured: BTreeSet<Timestamp> =
        metadata.entries.iter().filter_map(|entry| entry.captured_at).collect();
    // Captures of the same minute are one mark.
    let mut minute = None;
    for at in captured {
        if minute.replace(at.as_second() / 60) != Some(at.as_second() / 60) {
            items.push(item(Lane::Captures, at, "captured".to_owned()));
        }
    }
    items.sort_by(|a, b| (a.at, a.lane, &a.label).cmp(&(b.at, b.lane, &b.label)));
    items
}

fn item(lane: Lane, at: Timestamp, label: String) -> TimelineItem {
    TimelineItem {
        lane,
        at,
        until: None,
        detail: label.clone(),
        label,
        tone: Tone::Neutral,
        build: None,
        path: None,
    }
}

fn tone(status: &str) -> Tone {
    match status {
        "success" | "pass" | "passed" => Tone::Good,
        "failure" | "error" | "killed" | "fail" | "failed" => Tone::Bad,
        _ => Tone::Neutral,
    }
}

fn builds(evidence: &Evidence, items: &mut Vec<TimelineItem>) {
    for build in evidence.builds.values() {
        let path = Some(build.place.path.clone());
        if let Some(started) = build.started {
            let pull =
                build.params.get("REF").and_then(|sha| evidence.pulls.values().find(|p| p.head_sha == *sha));
            let ran = pull.map_or_else(String::new, |pull| format!(", ran PR#{}'s head", pull.number));
            items.push(TimelineItem {
                until: build.finished,
                detail: format!("build {}: {}{ran}", build.number, build.status),
                tone: tone(&build.status),
                build: Some(build.number),
                path: path.clone(),
                ..item(Lane::Builds, started, format!("{} {}", build.number, build.status))
            });
        }
        for step in build.stages.iter().flat_map(|stage| &stage.steps) {
            let Some(started) = step.started else { continue };
            items.push(TimelineItem {
                until: step.stopped,
                detail: format!("build {}, step {}: {}", build.number, step.name, step.status),
                tone: tone(&step.status),
                build: Some(build.number),
                path: path.clone(),
                ..item(Lane::Steps, started, step.name.clone())
            });
        }
    }
}

fn suites(evidence: &Evidence, items: &mut Vec<TimelineItem>) {
    for suite in &evidence.suites {
        let Some(at) = suite.timestamp else { continue };
        let failed = suite.computed.failures.unwrap_or(0) + suite.computed.errors.unwrap_or(0);
        let tests = suite.computed.tests.unwrap_or(0);
        let length = suite.seconds.filter(|s| s.is_finite() && *s >= 0.0 && *s < 1e7);
        let until =
            length.and_then(|s| at.checked_add(jiff::SignedDuration::from_millis((s * 1000.0) as i64)).ok());
        items.push(TimelineItem {
            until,
            detail: format!("{}: {tests} tests, {failed} failed", suite.file_stem),
            tone: if failed > 0 { Tone::Bad } else { Tone::Good },
            build: suite.run.as_ref().and_then(|run| run.parse().ok()),
            path: Some(suite.place.path.clone()),
            ..item(Lane::Suites, at, suite.file_stem.clone())
        });
    }
}

fn pull_items(pull: &Pull, items: &mut Vec<TimelineItem>) {
    let number = pull.number;
    let at_pull = |at: Timestamp, label: String, detail: String, path: &crate::entry_path::EntryPath| {
        TimelineItem { detail, path: Some(path.clone()), ..item(Lane::Pulls, at, label) }
    };
    let path = &pull.place.path;
    if let Some(at) = pull.created_at {
        items.push(at_pull(
            at,
            format!("PR#{number} opened"),
            format!("PR#{number} opened: {}", pull.title),
            path,
        ));
    }
    match (pull.merged_at, pull.closed_at) {
        (Some(at), _) => {
            items.push(at_pull(at, format!("PR#{number} merged"), format!("PR#{number} merged"), path))
        }
        (None, Some(at)) => {
            items.push(at_pull(at, format!("PR#{number} closed"), format!("PR#{number} closed"), path))
        }
        (None, None) => {}
    }
    for comment in &pull.comments {
        let Some(at) = comment.created_at else { continue };
        let body = comment.body.trim();
        let first: String = body.lines().next().unwrap_or("").chars().take(80).collect();
        let label = if body.starts_with('!') { first.clone() } else { "comment".to_owned() };
        let detail = format!("{} on PR#{number}: {first}", comment.author);
        items.push(at_pull(at, label, detail, &comment.place.path));
    }
}

fn commits(evidence: &Evidence, items: &mut Vec<TimelineItem>) {
    for commit in &evidence.commits {
        let Some(at) = commit.at() else { continue };
        let events = subject_events(&commit.subject);
        let tone = match () {
            () if events.iter().any(|(_, verdict)| *verdict == Verdict::Fail) => Tone::Bad,
            () if events.iter().any(|(_, verdict)| *verdict == Verdict::Pass) => Tone::Good,
            () => Tone::Neutral,
        };
        let label = commit.subject.split(':').next().unwrap_or("").chars().take(40).collect();
        items.push(TimelineItem {
            detail: commit.subject.clone(),
            tone,
            path: Some(commit.place.path.clone()),
            ..item(Lane::Review, at, label)
        });
    }
}
