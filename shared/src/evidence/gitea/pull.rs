//! A pull request as Gitea and Forgejo write it. Knows nothing about what is said on it.

use super::{login, login_or_nothing, place};
use crate::entry_path::EntryPath;
use crate::evidence::fields::{Fields, When};
use crate::evidence::{Issue, Pull, PullState};

pub(super) fn read(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Option<Pull> {
    let Some(number) = fields.count("number", When::Optional, issues) else {
        issues.push(Issue::new(fields.pointer(), "is a pull request without a number; left out"));
        return None;
    };
    let merged_at = fields.instant("merged_at", When::Optional, issues);
    let merged = fields.boolean("merged", When::Optional, issues).unwrap_or(false) || merged_at.is_some();
    let state = match fields.string("state", When::Optional, issues).as_str() {
        _ if merged => PullState::Merged,
        "open" => PullState::Open,
        "closed" => PullState::Closed,
        other => {
            // A pull request of unknown state would pass for open or closed: better none at all.
            let what =
                format!("pull request {number} is in state {other:?}, neither open nor closed; left out");
            issues.push(Issue::new(fields.pointer_of("state"), what));
            return None;
        }
    };
    let names = |key: &str, member: &str, issues: &mut Vec<Issue>| {
        let objects = fields.objects(key, When::Optional, issues);
        let names = objects.iter().map(|object| object.string(member, When::Optional, issues));
        names.filter(|name| !name.is_empty()).collect()
    };
    let head = fields.object("head", When::Expected, issues);
    let base = fields.object("base", When::Expected, issues);
    let milestone = fields.object("milestone", When::Optional, issues);
    let head_repository = head.as_ref().and_then(|head| head.object("repo", When::Optional, issues));
    Some(Pull {
        number,
        title: fields.string("title", When::Expected, issues),
        body: fields.string("body", When::Optional, issues),
        author: login(fields, "user", issues),
        state,
        draft: fields.boolean("draft", When::Optional, issues),
        created_at: fields.instant("created_at", When::Expected, issues),
        updated_at: fields.instant("updated_at", When::Optional, issues),
        closed_at: fields.instant("closed_at", When::Optional, issues),
        merged_at,
        merged_by: login_or_nothing(fields, "merged_by", issues),
        merge_commit_sha: fields.string("merge_commit_sha", When::Optional, issues),
        head_ref: head.as_ref().map_or(String::new(), |head| branch(head, issues)),
        head_sha: head.map_or(String::new(), |head| head.string("sha", When::Expected, issues)),
        head_repository: head_repository
            .map_or(String::new(), |repository| repository.string("full_name", When::Optional, issues)),
        base_ref: base.as_ref().map_or(String::new(), |base| branch(base, issues)),
        base_sha: base.map_or(String::new(), |base| base.string("sha", When::Optional, issues)),
        merge_base: fields.string("merge_base", When::Optional, issues),
        url: fields.string("html_url", When::Optional, issues),
        labels: names("labels", "name", issues),
        milestone: milestone
            .map_or(String::new(), |milestone| milestone.string("title", When::Optional, issues)),
        assignees: names("assignees", "login", issues),
        requested_reviewers: names("requested_reviewers", "login", issues),
        comment_count: fields.count("comments", When::Optional, issues),
        ..Pull::nothing(place(fields, path))
    })
}

/// The branch; once it is deleted, `ref` says `refs/pull/<n>/head` and only `label` still has its name.
fn branch(side: &Fields<'_>, issues: &mut Vec<Issue>) -> String {
    let name = side.string("ref", When::Expected, issues);
    let label = side.string("label", When::Optional, issues);
    if name.starts_with("refs/pull/") && !label.is_empty() { label } else { name }
}
