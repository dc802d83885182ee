//! Turns evidence into the report's facts about it. Knows nothing about checks or trust.

use std::collections::{BTreeMap, HashMap};

use crate::entry_path::EntryPath;
use crate::evidence::{
    Build, Case, Evidence, EvidenceKind, Log, Pull, PullEvent, Run, RunSkips, Stage, Step, Suite, TestReport,
};
use crate::report::{
    BuildFacts, CaseFacts, CommentFacts, EventFacts, LintFacts, LogFacts, PullFacts, ReviewFacts, RunFacts,
    StepFacts, SuiteFacts, TestReportFacts,
};
use crate::snapshot::metadata::Metadata;

/// Numbers of lines that look like errors which a step's facts hold.
const MAX_ERROR_LINES: usize = 50;

pub(super) fn pull(pull: &Pull) -> PullFacts {
    let comments = pull.comments.iter().map(|comment| CommentFacts {
        author: comment.author.clone(),
        body: comment.body.clone(),
        created_at: comment.created_at,
        updated_at: comment.updated_at,
        url: comment.url.clone(),
        assets: comment.assets.clone(),
    });
    let reviews = pull.reviews.iter().map(|review| ReviewFacts {
        author: review.author.clone(),
        state: review.state.clone(),
        body: review.body.clone(),
        commit_id: review.commit_id.clone(),
        submitted_at: review.submitted_at,
        dismissed: review.dismissed,
    });
    PullFacts {
        number: pull.number,
        title: pull.title.clone(),
        author: pull.author.clone(),
        state: pull.state,
        created_at: pull.created_at,
        closed_at: pull.closed_at,
        merged_at: pull.merged_at,
        head_sha: pull.head_sha.clone(),
        head_ref: pull.head_ref.clone(),
        base_ref: pull.base_ref.clone(),
        base_sha: pull.base_sha.clone(),
        merged_by: pull.merged_by.clone(),
        merge_commit_sha: pull.merge_commit_sha.clone(),
        labels: pull.labels.clone(),
        requested_reviewers: pull.requested_reviewers.clone(),
        url: pull.url.clone(),
        comment_count: pull.comment_count,
        comments: comments.collect(),
        reviews: reviews.collect(),
        events: pull.events.iter().map(event).collect(),
        path: pull.place.path.clone(),
    }
}

fn event(event: &PullEvent) -> EventFacts {
    let from_to = |old: &str, new: &str| match (old, new) {
        ("", "") => None,
        ("", new) => Some(new.to_owned()),
        (old, new) => Some(format!("{old} → {new}")),
    };
    let commits = || {
        let short = event.commit_ids.iter().take(10).map(|id| id.get(..8).unwrap_or(id));
        let forced = if event.forced == Some(true) { "forced: " } else { "" };
        let more = event.commit_ids.len().saturating_sub(10);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let list: Vec<&str> = short.collect();
        (!list.is_empty()).then(|| format!("{forced}{}{more}", list.join(", ")))
    };
    let first = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let detail = from_to(&event.old_title, &event.new_title)
        .or_else(|| from_to(&event.old_ref, &event.new_ref))
        .or_else(commits)
        .or_else(|| first(&event.label))
        .or_else(|| event.ref_issue.map(|number| format!("#{number}")))
        .or_else(|| first(&event.assignee))
        .or_else(|| first(&event.commit_sha));
    EventFacts {
        kind: event.kind.clone(),
        author: event.author.clone(),
        at: event.at,
        detail: detail.unwrap_or_default(),
    }
}

pub(super) fn builds(evidence: &Evidence) -> Vec<BuildFacts> {
    // One pass over logs and pull requests instead of one for every step; the first of a kind counts.
    let mut logs: HashMap<(u64, u64, u64), &Log> = HashMap::new();
    for log in &evidence.logs {
        logs.entry((log.build, log.stage, log.step)).or_insert(log);
    }
    let mut pulls: HashMap<&str, u64> = HashMap::new();
    for pull in evidence.pulls.values() {
        pulls.entry(&pull.head_sha).or_insert(pull.number);
    }
    let facts = |build: &Build| {
        let tested_ref = build.params.get("REF").filter(|sha| !sha.is_empty()).cloned();
        let steps = build.stages.iter().flat_map(|stage| {
            let log_of = |step: &Step| logs.get(&(build.number, stage.number, step.number)).copied();
            stage.steps.iter().map(move |step| step_facts(stage, step, log_of(step)))
        });
        BuildFacts {
            number: build.number,
            status: build.status.clone(),
            pull: tested_ref.as_ref().and_then(|sha| pulls.get(sha.as_str())).copied(),
            tested_ref,
            params: build.params.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            author: build.author.clone(),
            event: build.event.clone(),
            error: build.error.clone(),
            created: build.created,
            started: build.started,
            finished: build.finished,
            level: evidence.runs.get(&build.number.to_string()).and_then(|run| run.level),
            steps: steps.collect(),
            path: build.place.path.clone(),
        }
    };
    evidence.builds.values().map(facts).collect()
}

fn step_facts(stage: &Stage, step: &Step, log: Option<&Log>) -> StepFacts {
    let log_facts = log.filter(|log| log.dropped_head > 0 || log.error_line_count > 0).map(|log| LogFacts {
        dropped_head: log.dropped_head,
        error_line_count: log.error_line_count,
        error_lines: log.error_lines.iter().take(MAX_ERROR_LINES).map(|index| index + 1).collect(),
    });
    StepFacts {
        stage: stage.name.clone(),
        name: step.name.clone(),
        status: step.status.clone(),
        started: step.started,
        stopped: step.stopped,
        exit_code: step.exit_code,
        error: step.error.clone(),
        log: log.map(|log| log.place.path.clone()),
        log_facts,
    }
}

pub(super) fn runs(evidence: &Evidence, metadata: &Metadata) -> Vec<RunFacts> {
    let mut images: BTreeMap<&str, Vec<EntryPath>> = BTreeMap::new();
    for entry in metadata.entries.iter().filter(|entry| entry.kind == EvidenceKind::Image) {
        images.entry(run_folder(&entry.path)).or_default().push(entry.path.clone());
    }
    let facts = |run: &Run| RunFacts {
        id: run.id.clone(),
        recipe: run.recipe.clone(),
        version: run.version.clone(),
        reference: run.reference.clone(),
        level: run.level,
        recomputed_level: run.recomputed_level,
        rung_count: run.rung_count,
        rungs: run.rungs.clone(),
        tiers: run.tiers.clone(),
        schema: run.schema,
        level_cap_reason: run.level_cap_reason.clone(),
        stages: run.stages.clone(),
        skips: Some(run.skips.clone()).filter(|skips| *skips != RunSkips::default()),
        lint: run.lint.as_ref().map(|status| LintFacts {
            status: status.clone(),
            detail: run.lint_report.detail.clone(),
            rules_failed: run.lint_report.rules_failed.clone(),
        }),
        flags: run.flags.iter().map(|(name, value)| (name.clone(), *value)).collect(),
        finished: run.finished,
        images: images.get(run_folder(&run.place.path)).cloned().unwrap_or_default(),
        path: run.place.path.clone(),
    };
    evidence.runs.values().map(facts).collect()
}

/// The folder of the run that an entry belongs to, `data/runs/<id>`; of others, the folder they lie in.
fn run_folder(path: &EntryPath) -> &str {
    let text = path.as_str();
    let inside = text.find("runs/").map(|at| at + "runs/".len());
    let end = inside.and_then(|at| Some(at + text.get(at..)?.find('/')?)).or(text.rfind('/'));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

pub(super) fn test_report(report: &TestReport) -> TestReportFacts {
    TestReportFacts {
        run: report.run.clone(),
        name: report.name.clone(),
        tool: report.tool.clone(),
        suite_count: report.suite_count,
        declared: report.declared,
        declared_by_suites: report.declared_by_suites,
        computed: report.computed,
        declared_rare: report.declared_rare,
        computed_rare: report.computed_rare,
        complete: report.complete,
        path: report.place.path.clone(),
    }
}

pub(super) fn suite(suite: &Suite) -> SuiteFacts {
    SuiteFacts {
        run: suite.run.clone(),
        name: suite.name.clone(),
        file_stem: suite.file_stem.clone(),
        timestamp: suite.timestamp,
        timestamp_raw: if suite.zone_is_unknown() { suite.timestamp_raw.clone() } else { String::new() },
        seconds: suite.seconds,
        declared: suite.declared,
        computed: suite.computed,
        declared_rare: suite.declared_rare,
        computed_rare: suite.computed_rare,
        properties: suite.properties.clone(),
        attachments: suite.attachments.clone(),
        cases: suite.cases.iter().map(case).collect(),
        path: suite.place.path.clone(),
    }
}

fn case(case: &Case) -> CaseFacts {
    CaseFacts {
        name: case.name.clone(),
        class: case.class.clone(),
        outcome: case.outcome,
        seconds: case.seconds,
        message: case.message.clone(),
        retries: case.retries.clone(),
        attachments: case.attachments.clone(),
    }
}
