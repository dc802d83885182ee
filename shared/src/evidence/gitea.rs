//! Answers of Gitea and Forgejo: pull requests, comments, timelines, reviews, commit statuses.
//! Knows nothing about which answers belong together.

use serde_json::Value;

use super::api_path;
use super::fields::{self, Fields, When};
use super::{Comment, CommitStatus, Issue, Place, Pull, PullEvent, Review};
use crate::entry_path::EntryPath;

mod pull;
mod talk;

/// What an answer answers, told by the path of the request or of the recorded file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// `owner/name`.
    pub repository: String,
    /// What was asked for.
    pub subject: Subject,
}

/// What was asked for in a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The listing of pull requests, or a page of it.
    Pulls,
    /// One pull request.
    Pull(u64),
    /// The comments of a pull request.
    Comments(u64),
    /// The timeline of a pull request.
    Timeline(u64),
    /// The reviews of a pull request.
    Reviews(u64),
    /// The statuses of a commit.
    Statuses(String),
}

impl Request {
    /// Reads `/api/v1/repos/<owner>/<name>/pulls?page=1`, `…/repos/<owner>/<name>/pulls.page2.json` and their like.
    pub fn of(path: &str) -> Option<Request> {
        let (repository, rest) = api_path::split(path)?;
        let subject = match rest.as_slice() {
            ["pulls"] => Subject::Pulls,
            ["pulls", number] => Subject::Pull(number.parse().ok()?),
            ["issues", number, "comments"] => Subject::Comments(number.parse().ok()?),
            ["issues", number, "timeline"] => Subject::Timeline(number.parse().ok()?),
            ["pulls", number, "reviews"] => Subject::Reviews(number.parse().ok()?),
            ["commits", sha, "statuses" | "status"] | ["statuses", sha] => {
                Subject::Statuses((*sha).to_owned())
            }
            _ => return None,
        };
        Some(Request { repository, subject })
    }
}

/// What an answer holds, in file order; each comment, event and status with its id on the forge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Pull requests; their comments, events and statuses are other answers.
    pub pulls: Vec<Pull>,
    /// Comments.
    pub comments: Vec<Comment>,
    /// Events of a timeline without its comments.
    pub events: Vec<(u64, PullEvent)>,
    /// Reviews.
    pub reviews: Vec<Review>,
    /// Statuses of a commit.
    pub statuses: Vec<(u64, CommitStatus)>,
    /// How many objects the answer lists, readable or not; none when it is no answer to the request at all.
    pub listed: Option<u64>,
}

/// Reads the answer to a request for `subject`; `path` is where it lies, for the places in it.
pub fn parse(bytes: &[u8], path: &EntryPath, subject: &Subject) -> (Answer, Vec<Issue>) {
    let mut issues = Vec::new();
    let mut answer = Answer::default();
    let Some(document) = fields::document(bytes, &mut issues) else {
        return (answer, issues);
    };
    if let Some(message) = refusal(&document) {
        issues.push(Issue::new("", format!("is a refusal of the server: {message}")));
        return (answer, issues);
    }
    let (array, pointer) = array_of(&document, subject);
    let Some(objects) = array.map(|array| fields::objects(array, pointer, &mut issues)) else {
        if let Some(fields) = Fields::new(&document, "", &mut issues) {
            answer.pulls.extend(pull::read(&fields, path, &mut issues));
            answer.listed = Some(1);
        }
        return (answer, issues);
    };
    answer.listed = array.and_then(Value::as_array).map(|array| array.len() as u64);
    for fields in &objects {
        match subject {
            Subject::Pulls | Subject::Pull(_) => answer.pulls.extend(pull::read(fields, path, &mut issues)),
            Subject::Comments(_) => answer.comments.push(talk::comment(fields, path, &mut issues)),
            Subject::Timeline(_) => answer.events.extend(talk::event(fields, path, &mut issues)),
            Subject::Reviews(_) => answer.reviews.push(talk::review(fields, path, &mut issues)),
            Subject::Statuses(sha) => answer.statuses.push(talk::status(fields, path, sha, &mut issues)),
        }
    }
    (answer, issues)
}

/// The list in the document and its pointer; none where the document is the one object that was asked for.
fn array_of<'a>(document: &'a Value, subject: &Subject) -> (Option<&'a Value>, &'static str) {
    match subject {
        Subject::Pulls | Subject::Pull(_) if document.is_object() => (None, ""),
        // The combined status holds the single ones in a member.
        Subject::Statuses(_) if document.is_object() => match document.get("statuses") {
            Some(statuses) => (Some(statuses), "/statuses"),
            None => (Some(document), ""),
        },
        _ => (Some(document), ""),
    }
}

/// An error body: `{"message": …, "url": …, "errors": …}`.
fn refusal(document: &Value) -> Option<String> {
    let object = document.as_object()?;
    let message = object.get("message")?.as_str()?;
    let is_error = !object.contains_key("number") && !object.contains_key("id");
    is_error.then(|| message.chars().take(200).collect())
}

fn place(fields: &Fields<'_>, path: &EntryPath) -> Place {
    Place { path: path.clone(), pointer: fields.pointer().to_owned() }
}

/// The login of the user in `key`; a deleted or foreign account has a name only in `original_author`.
fn login(fields: &Fields<'_>, key: &str, issues: &mut Vec<Issue>) -> String {
    let login = login_or_nothing(fields, key, issues);
    if !login.is_empty() {
        return login;
    }
    let original = fields.string("original_author", When::Optional, issues);
    if original.is_empty() {
        fields::push(issues, || Issue::new(fields.pointer_of(key), "names no user"));
    }
    original
}

/// The login of the user in `key`, where there is one.
fn login_or_nothing(fields: &Fields<'_>, key: &str, issues: &mut Vec<Issue>) -> String {
    let user = fields.object(key, When::Optional, issues);
    user.map_or(String::new(), |user| {
        let login = user.string("login", When::Optional, issues);
        if login.is_empty() { user.string("username", When::Optional, issues) } else { login }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Asset, PullState};

    fn path() -> EntryPath {
        EntryPath::new("data/forge/gitea/x.json").unwrap()
    }

    fn check_request(path: &str, expected: Option<(&str, Subject)>) {
        let expected =
            expected.map(|(repository, subject)| Request { repository: repository.into(), subject });
        assert_eq!(Request::of(path), expected, "{path}");
    }

    #[test]
    fn tells_requests_by_their_path() {
        check_request("/api/v1/repos/o/n/pulls?state=all&page=2", Some(("o/n", Subject::Pulls)));
        check_request("data/forge/gitea/repos/o/n/pulls.page2.json", Some(("o/n", Subject::Pulls)));
        check_request("repos/o/n/pulls/4.json", Some(("o/n", Subject::Pull(4))));
        check_request("https://git.example/api/v1/repos/o/n/pulls/4", Some(("o/n", Subject::Pull(4))));
        check_request("repos/o/n/issues/4/comments.json", Some(("o/n", Subject::Comments(4))));
        check_request("repos/o/n/issues/4/timeline.page12.json", Some(("o/n", Subject::Timeline(4))));
        check_request("repos/o/n/commits/abc/statuses.json", Some(("o/n", Subject::Statuses("abc".into()))));
        check_request("repos/o/n/pulls/4/reviews.json", Some(("o/n", Subject::Reviews(4))));
        check_request("repos/o/n/issues/4/labels.json", None);
        check_request("repos/o/n/pulls/x.json", None);
        check_request("repos/o", None);
        check_request("", None);
    }

    fn check_pull(json: &str, expected: Option<PullState>, expected_issues: &[&str]) {
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Pull(1));
        assert_eq!(answer.pulls.first().map(|pull| pull.state), expected, "{json}");
        let at: Vec<&str> = issues.iter().map(|issue| issue.at.as_str()).collect();
        assert_eq!(at, expected_issues, "{json}");
    }

    #[test]
    fn reads_the_state_of_a_pull() {
        let rest = r#""title":"t","user":{"login":"u"},"created_at":"2026-06-13T06:12:48Z",
            "head":{"ref":"b","sha":"d88f"},"base":{"ref":"main"},"labels":null"#;
        check_pull(&format!(r#"{{"number":4,"state":"open",{rest}}}"#), Some(PullState::Open), &[]);
        check_pull(
            &format!(r#"{{"number":4,"state":"closed","merged":false,{rest}}}"#),
            Some(PullState::Closed),
            &[],
        );
        check_pull(
            &format!(r#"{{"number":4,"state":"closed","merged":true,{rest}}}"#),
            Some(PullState::Merged),
            &[],
        );
        check_pull(&format!(r#"{{"number":4,{rest}}}"#), None, &["/state"]);
        check_pull(&format!(r#"{{"number":-4,"state":"open",{rest}}}"#), None, &["/number", ""]);
        check_pull(r#"{"message":"not found","url":"u"}"#, None, &[""]);
        check_pull("7", None, &[""]);
        check_pull(
            r#"{"number":4,"state":"open"}"#,
            Some(PullState::Open),
            &["/head", "/base", "/title", "/user", "/created_at"],
        );
    }

    #[test]
    fn reads_what_surrounds_a_pull() {
        let json = r#"{"number":4,"state":"closed","merged":true,"title":"t","user":{"login":"u"},"draft":false,
            "created_at":"2026-06-13T06:12:48Z","updated_at":"2026-06-14T06:12:48Z","merged_at":"2026-06-14T00:00:00Z",
            "merged_by":{"login":"boss"},"merge_commit_sha":"abc","merge_base":"000","comments":3,"assignees":null,
            "labels":[{"name":"ci"},{"name":""},7],"milestone":{"title":"v1"},"requested_reviewers":[{"login":"r"}],
            "head":{"ref":"b","sha":"d88f","repo":{"full_name":"fork/n"}},"base":{"ref":"main","sha":"ba5e","repo":null}}"#;
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Pull(4));
        let pull = &answer.pulls[0];
        assert_eq!(
            (pull.merged_by.as_str(), pull.merge_commit_sha.as_str(), pull.comment_count),
            ("boss", "abc", Some(3))
        );
        assert_eq!(
            (pull.base_ref.as_str(), pull.base_sha.as_str(), pull.merge_base.as_str()),
            ("main", "ba5e", "000")
        );
        assert_eq!(
            (pull.head_repository.as_str(), pull.milestone.as_str(), pull.draft),
            ("fork/n", "v1", Some(false))
        );
        assert_eq!(
            (pull.labels.as_slice(), pull.requested_reviewers.as_slice()),
            (&["ci".into()][..], &["r".into()][..])
        );
        assert!(pull.updated_at > pull.created_at && pull.assignees.is_empty());
        assert_eq!(issues, [Issue::new("/labels/2", "is a number, not an object; left out")]);
    }

    #[test]
    fn reads_what_events_say() {
        let json = r#"[{"id":3,"type":"change_title","user":{"login":"a"},"created_at":"2026-06-12T14:40:12Z","old_title":"x",
            "new_title":"y","body":"","label":null,"review_id":0},
            {"id":4,"type":"pull_push","user":{"login":"a"},"created_at":"2026-06-12T14:41:12Z",
            "body":"{\"is_force_push\":true,\"commit_ids\":[\"aa\",\"bb\"]}"},
            {"id":5,"type":"pull_push","user":{"login":"a"},"created_at":"2026-06-12T14:42:12Z","body":"no JSON"},
            {"id":6,"type":"label","user":{"login":"a"},"created_at":"2026-06-12T14:43:12Z","label":{"name":"ci"},
            "ref_issue":{"number":9},"assignee":{"login":"b"},"ref_commit_sha":"cc","old_ref":"p","new_ref":"q","review_id":7}]"#;
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Timeline(4));
        let events: Vec<&PullEvent> = answer.events.iter().map(|(_, event)| event).collect();
        assert_eq!(
            (events[0].old_title.as_str(), events[0].new_title.as_str(), events[0].review_id),
            ("x", "y", None)
        );
        assert_eq!(
            (events[1].commit_ids.as_slice(), events[1].forced),
            (&["aa".to_owned(), "bb".into()][..], Some(true))
        );
        assert_eq!(
            (events[1].body.as_str(), events[2].body.as_str(), events[2].forced),
            ("", "no JSON", None)
        );
        let last = events[3];
        assert_eq!((last.label.as_str(), last.ref_issue, last.assignee.as_str()), ("ci", Some(9), "b"));
        assert_eq!((last.commit_sha.as_str(), last.new_ref.as_str(), last.review_id), ("cc", "q", Some(7)));
        assert!(issues.is_empty(), "{issues:?}");
    }

    #[test]
    fn reads_reviews_and_attachments() {
        let json = r#"[{"id":1,"user":{"login":"r"},"state":"APPROVED","body":"","commit_id":"d88f","stale":true,"dismissed":false,
            "submitted_at":"2026-06-12T14:40:12Z","html_url":"h"},
            {"id":2,"user":null,"team":{"name":"ops"},"state":"REQUEST_REVIEW","submitted_at":"2026-06-12T14:40:12Z"}]"#;
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Reviews(4));
        let [review, asked] = answer.reviews.as_slice() else { panic!("{answer:?}") };
        assert_eq!(
            (review.author.as_str(), review.state.as_str(), review.stale),
            ("r", "APPROVED", Some(true))
        );
        assert_eq!(
            (review.updated_at, asked.author.as_str(), asked.stale),
            (review.submitted_at, "ops", None)
        );
        assert!(issues.is_empty(), "{issues:?}");
        let json = r#"[{"id":1,"user":{"login":"a"},"body":"x","created_at":"2026-06-13T06:12:48Z","html_url":"https://c",
            "assets":[{"name":"p.png","size":12,"browser_download_url":"u"}]}]"#;
        let (answer, _) = parse(json.as_bytes(), &path(), &Subject::Comments(4));
        let asset = Asset { name: "p.png".into(), size_bytes: Some(12), url: "u".into() };
        assert_eq!(
            (answer.comments[0].url.as_str(), answer.comments[0].assets.as_slice()),
            ("https://c", &[asset][..])
        );
    }

    #[test]
    fn a_deleted_branch_keeps_its_label() {
        let json = r#"[{"number":3,"state":"closed","head":{"label":"renovate","ref":"refs/pull/3/head","sha":"b9"}}]"#;
        let (answer, _) = parse(json.as_bytes(), &path(), &Subject::Pulls);
        assert_eq!(answer.pulls[0].head_ref, "renovate");
        assert_eq!(answer.pulls[0].place.pointer, "/0");
    }

    #[test]
    fn reads_comments_events_and_statuses() {
        let json = r#"[{"id":2,"type":"comment","user":{"login":"a"}},
            {"id":3,"type":"close","user":null,"original_author":"old","created_at":"2026-06-12T14:40:12Z"},
            {"id":"x"}]"#;
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Timeline(4));
        assert_eq!(answer.listed, Some(3));
        assert_eq!((answer.events[0].1.kind.as_str(), answer.events[0].1.author.as_str()), ("close", "old"));
        assert_eq!(answer.events[0].1.place.pointer, "/1");
        assert_eq!(
            issues.iter().map(|issue| issue.at.as_str()).collect::<Vec<_>>(),
            ["/2/type", "/2/id", "/2/user", "/2/created_at"]
        );

        let json = r#"[{"id":14506,"user":{"username":"a"},"body":"!testme","created_at":"2026-06-13T06:12:48Z",
            "updated_at":"0001-01-01T00:00:00Z","assets":null}]"#;
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Comments(4));
        assert_eq!(answer.comments[0].updated_at, answer.comments[0].created_at);
        assert_eq!((answer.comments[0].author.as_str(), issues.len()), ("a", 0));

        let json = r#"{"state":"failure","statuses":[{"id":1,"status":"failure","context":"cc-ci/testme",
            "target_url":"https://drone/517","created_at":"2026-06-12T12:00:22Z"}]}"#;
        let (answer, issues) = parse(json.as_bytes(), &path(), &Subject::Statuses("b9".into()));
        assert_eq!(answer.statuses[0].1.place.pointer, "/statuses/0");
        assert_eq!((answer.statuses[0].1.status.as_str(), issues.len()), ("failure", 0));
    }
}
