//! What is said and what happens on a pull request: comments, events, reviews, statuses of its commits.
//! Knows nothing about the pull request itself.

use serde_json::Value;

use super::{login, login_or_nothing, place};
use crate::entry_path::EntryPath;
use crate::evidence::fields::{self, Fields, When};
use crate::evidence::{Asset, Comment, CommitStatus, Issue, PullEvent, Review};

pub(super) fn comment(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Comment {
    let created_at = fields.instant("created_at", When::Expected, issues);
    Comment {
        id: fields.count("id", When::Expected, issues).unwrap_or(0),
        author: login(fields, "user", issues),
        body: fields.string("body", When::Expected, issues),
        created_at,
        updated_at: fields.instant("updated_at", When::Optional, issues).or(created_at),
        url: fields.string("html_url", When::Optional, issues),
        assets: fields
            .objects("assets", When::Optional, issues)
            .iter()
            .map(|asset| Asset {
                name: asset.string("name", When::Expected, issues),
                size_bytes: asset.count("size", When::Optional, issues),
                url: asset.string("browser_download_url", When::Optional, issues),
            })
            .collect(),
        place: place(fields, path),
    }
}

/// An event; none for a comment, which the comments' own answer holds.
pub(super) fn event(
    fields: &Fields<'_>,
    path: &EntryPath,
    issues: &mut Vec<Issue>,
) -> Option<(u64, PullEvent)> {
    let kind = fields.string("type", When::Expected, issues);
    if kind == "comment" {
        return None;
    }
    let id = fields.count("id", When::Expected, issues).unwrap_or(0);
    let mut event = PullEvent {
        id,
        author: login(fields, "user", issues),
        at: fields.instant("created_at", When::Expected, issues),
        ..details(fields, path, issues)
    };
    if kind == "pull_push"
        && let Some((commit_ids, forced)) = push(&event.body)
    {
        event.commit_ids = commit_ids;
        event.forced = forced;
        event.body = String::new();
    }
    event.kind = kind;
    Some((id, event))
}

/// What an event says besides who did what when.
fn details(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> PullEvent {
    let text = |key: &str, issues: &mut Vec<Issue>| fields.string(key, When::Optional, issues);
    let label = fields.object("label", When::Optional, issues);
    let ref_issue = fields.object("ref_issue", When::Optional, issues);
    PullEvent {
        body: text("body", issues),
        old_title: text("old_title", issues),
        new_title: text("new_title", issues),
        old_ref: text("old_ref", issues),
        new_ref: text("new_ref", issues),
        commit_sha: text("ref_commit_sha", issues),
        label: label.map_or(String::new(), |label| label.string("name", When::Optional, issues)),
        ref_issue: ref_issue.and_then(|issue| issue.count("number", When::Optional, issues)),
        assignee: login_or_nothing(fields, "assignee", issues),
        // 0 is none.
        review_id: fields.count("review_id", When::Optional, issues).filter(|id| *id > 0),
        url: text("html_url", issues),
        ..PullEvent::nothing(place(fields, path))
    }
}

/// The commits of a push, which Gitea writes into the event's body as JSON: `{"is_force_push":…,"commit_ids":[…]}`.
fn push(body: &str) -> Option<(Vec<String>, Option<bool>)> {
    let (value, _) = fields::value(body).ok()?;
    let ids = value.get("commit_ids")?.as_array()?;
    let ids = ids.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Some((ids, value.get("is_force_push").and_then(Value::as_bool)))
}

pub(super) fn review(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Review {
    let team = fields.object("team", When::Optional, issues);
    let team = team.map_or(String::new(), |team| team.string("name", When::Optional, issues));
    let asks_a_team = fields.get("user").is_none() && !team.is_empty();
    let submitted_at = fields.instant("submitted_at", When::Expected, issues);
    Review {
        id: fields.count("id", When::Expected, issues).unwrap_or(0),
        author: if asks_a_team { team } else { login(fields, "user", issues) },
        state: fields.string("state", When::Expected, issues),
        body: fields.string("body", When::Optional, issues),
        commit_id: fields.string("commit_id", When::Optional, issues),
        stale: fields.boolean("stale", When::Optional, issues),
        dismissed: fields.boolean("dismissed", When::Optional, issues),
        submitted_at,
        updated_at: fields.instant("updated_at", When::Optional, issues).or(submitted_at),
        url: fields.string("html_url", When::Optional, issues),
        place: place(fields, path),
    }
}

pub(super) fn status(
    fields: &Fields<'_>,
    path: &EntryPath,
    sha: &str,
    issues: &mut Vec<Issue>,
) -> (u64, CommitStatus) {
    let id = fields.count("id", When::Expected, issues).unwrap_or(0);
    // GitHub and some libraries say `state` where Gitea says `status`.
    let key =
        if fields.get("status").is_none() && fields.get("state").is_some() { "state" } else { "status" };
    let created_at = fields.instant("created_at", When::Expected, issues);
    let status = CommitStatus {
        context: fields.string("context", When::Expected, issues),
        status: fields.string(key, When::Expected, issues),
        description: fields.string("description", When::Optional, issues),
        creator: login_or_nothing(fields, "creator", issues),
        target_url: fields.string("target_url", When::Optional, issues),
        sha: sha.to_owned(),
        created_at,
        updated_at: fields.instant("updated_at", When::Optional, issues).or(created_at),
        place: place(fields, path),
    };
    (id, status)
}
