//! Pull requests and what happens to them. Knows nothing about forges.

use serde::{Deserialize, Serialize};

use crate::evidence::Place;
use crate::time::Timestamp;

/// Whether a pull request was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PullState {
    /// Open.
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged, which closes it.
    Merged,
}

/// A pull request with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// Number in its repository.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Who opened it.
    pub author: String,
    /// State when captured.
    pub state: PullState,
    /// Whether it was marked as not ready for review; none when the answer does not say.
    pub draft: Option<bool>,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// When anything of it last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was last closed; none while open.
    pub closed_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Who merged it; empty when nobody did or the answer does not say.
    pub merged_by: String,
    /// The commit that the merge made; empty when there is none.
    pub merge_commit_sha: String,
    /// Branch of the head.
    pub head_ref: String,
    /// Full sha of the head when captured.
    pub head_sha: String,
    /// `owner/name` that the head lies in; empty when that repository is gone.
    pub head_repository: String,
    /// Branch it wants to go into.
    pub base_ref: String,
    /// Full sha of that branch when captured.
    pub base_sha: String,
    /// Where the two branches part.
    pub merge_base: String,
    /// Address on the forge.
    pub url: String,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// Title of its milestone; empty when none.
    pub milestone: String,
    /// Who it is assigned to.
    pub assignees: Vec<String>,
    /// Whose review was asked for and is still to come.
    pub requested_reviewers: Vec<String>,
    /// Comments as the pull request itself counts them; those fetched are in `comments`.
    pub comment_count: Option<u64>,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// Whether the comments' answer is here, with as many comments as the server counted.
    pub comments_fetched: bool,
    /// Reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Whether the reviews' answer is here and every review in it could be read.
    pub reviews_fetched: bool,
    /// Timeline events (close, reopen, merge, push …), oldest first; comments are not repeated here.
    pub events: Vec<PullEvent>,
    /// Whether a timeline's answer is here.
    pub events_fetched: bool,
    /// Commit statuses of the head, oldest first.
    pub statuses: Vec<CommitStatus>,
    /// The object in the pull's own answer, or in the listing where that is all there is.
    pub place: Place,
}

impl Pull {
    /// A pull request of which nothing but its place is known: open, without a word.
    pub fn nothing(place: Place) -> Pull {
        Pull {
            number: 0,
            title: String::new(),
            body: String::new(),
            author: String::new(),
            state: PullState::Open,
            draft: None,
            created_at: None,
            updated_at: None,
            closed_at: None,
            merged_at: None,
            merged_by: String::new(),
            merge_commit_sha: String::new(),
            head_ref: String::new(),
            head_sha: String::new(),
            head_repository: String::new(),
            base_ref: String::new(),
            base_sha: String::new(),
            merge_base: String::new(),
            url: String::new(),
            labels: Vec::new(),
            milestone: String::new(),
            assignees: Vec::new(),
            requested_reviewers: Vec::new(),
            comment_count: None,
            comments: Vec::new(),
            comments_fetched: false,
            reviews: Vec::new(),
            reviews_fetched: false,
            events: Vec::new(),
            events_fetched: false,
            statuses: Vec::new(),
            place,
        }
    }
}

/// A comment; a bot may keep one comment up to date in place, so both times matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Id on the forge.
    pub id: u64,
    /// Login of the author.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// When it was last edited; equals `created_at` when never.
    pub updated_at: Option<Timestamp>,
    /// Address on the forge.
    pub url: String,
    /// Files attached to it.
    pub assets: Vec<Asset>,
    /// The object.
    pub place: Place,
}

impl Comment {
    /// A comment of which nothing but its place is known.
    pub fn nothing(place: Place) -> Comment {
        Comment {
            id: 0,
            author: String::new(),
            body: String::new(),
            created_at: None,
            updated_at: None,
            url: String::new(),
            assets: Vec::new(),
            place,
        }
    }
}

/// A file attached on the forge; its content is not here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asset {
    /// File name.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: Option<u64>,
    /// Address on the forge.
    pub url: String,
}

/// Something that happened to a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct PullEvent {
    /// Id on the forge; 0 when the answer gives none.
    pub id: u64,
    /// Gitea's word: `close`, `reopen`, `merge_pull`, `pull_push`, `change_title` …
    pub kind: String,
    /// Who.
    pub author: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Its words, where it has any; of a push only what is no list of commits.
    pub body: String,
    /// Title before a change of it.
    pub old_title: String,
    /// Title after.
    pub new_title: String,
    /// Branch before a change of it.
    pub old_ref: String,
    /// Branch after.
    pub new_ref: String,
    /// Commit that the event speaks of.
    pub commit_sha: String,
    /// Commits that a push brought, in the answer's order; for a forced one the head before and the head after.
    pub commit_ids: Vec<String>,
    /// Whether a push rewrote the branch; none when the event is no push or does not say.
    pub forced: Option<bool>,
    /// Label that was added or removed.
    pub label: String,
    /// Number of the issue or pull request that refers to this one.
    pub ref_issue: Option<u64>,
    /// Who was assigned, asked for a review, or no longer is.
    pub assignee: String,
    /// Id of the review that it belongs to.
    pub review_id: Option<u64>,
    /// Address on the forge.
    pub url: String,
    /// The object.
    pub place: Place,
}

impl PullEvent {
    /// An event of which nothing but its place is known.
    pub fn nothing(place: Place) -> PullEvent {
        PullEvent {
            id: 0,
            kind: String::new(),
            author: String::new(),
            at: None,
            body: String::new(),
            old_title: String::new(),
            new_title: String::new(),
            old_ref: String::new(),
            new_ref: String::new(),
            commit_sha: String::new(),
            commit_ids: Vec::new(),
            forced: None,
            label: String::new(),
            ref_issue: None,
            assignee: String::new(),
            review_id: None,
            url: String::new(),
            place,
        }
    }
}

/// A review of a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Id on the forge.
    pub id: u64,
    /// Login of the reviewer, or the name of the team that was asked.
    pub author: String,
    /// Gitea's word: `APPROVED`, `REQUEST_CHANGES`, `COMMENT`, `PENDING`, `REQUEST_REVIEW`.
    pub state: String,
    /// Markdown.
    pub body: String,
    /// Commit that was reviewed.
    pub commit_id: String,
    /// Whether commits came after it; none when the answer does not say.
    pub stale: Option<bool>,
    /// Whether it was dismissed; none when the answer does not say.
    pub dismissed: Option<bool>,
    /// When it was submitted.
    pub submitted_at: Option<Timestamp>,
    /// When it was last edited; equals `submitted_at` when never.
    pub updated_at: Option<Timestamp>,
    /// Address on the forge.
    pub url: String,
    /// The object.
    pub place: Place,
}

/// A status that CI set on a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitStatus {
    /// Which check, for example `cc-ci/testme`.
    pub context: String,
    /// `pending`, `success`, `error`, `failure`, `warning`, `skipped`.
    pub status: String,
    /// Words that CI added.
    pub description: String,
    /// Who set it; empty when the answer does not say.
    pub creator: String,
    /// Where it points.
    pub target_url: String,
    /// The commit.
    pub sha: String,
    /// When it was set.
    pub created_at: Option<Timestamp>,
    /// When it was last changed; equals `created_at` when never.
    pub updated_at: Option<Timestamp>,
    /// The object.
    pub place: Place,
}

impl CommitStatus {
    /// A status of which nothing but its place is known.
    pub fn nothing(place: Place) -> CommitStatus {
        CommitStatus {
            context: String::new(),
            status: String::new(),
            description: String::new(),
            creator: String::new(),
            target_url: String::new(),
            sha: String::new(),
            created_at: None,
            updated_at: None,
            place,
        }
    }
}
