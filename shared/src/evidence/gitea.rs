//! Answers of Gitea and Forgejo: pull requests, comments, timelines, commit statuses.
//! Knows nothing about which answers belong together.

use serde_json::Value;

use super::api_path;
use super::fields::{self, Fields, When};
use super::{Comment, CommitStatus, Issue, Place, Pull, PullEvent, PullState};
use crate::entry_path::EntryPath;

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
            answer.pulls.extend(pull(&fields, path, &mut issues));
            answer.listed = Some(1);
        }
        return (answer, issues);
    };
    answer.listed = array.and_then(Value::as_array).map(|array| array.len() as u64);
    for fields in &objects {
        match subject {
            Subject::Pulls | Subject::Pull(_) => answer.pulls.extend(pull(fields, path, &mut issues)),
            Subject::Comments(_) => answer.comments.push(comment(fields, path, &mut issues)),
            Subject::Timeline(_) => answer.events.extend(event(fields, path, &mut issues)),
            Subject::Statuses(sha) => answer.statuses.push(status(fields, path, sha, &mut issues)),
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
    let user = fields.object(key, When::Optional, issues);
    let login = user.map_or(String::new(), |user| {
        let login = user.string("login", When::Optional, issues);
        if login.is_empty() { user.string("username", When::Optional, issues) } else { login }
    });
    if !login.is_empty() {
        return login;
    }
    let original = fields.string("original_author", When::Optional, issues);
    if original.is_empty() {
        issues.push(Issue::new(fields.pointer_of(key), "names no user"));
    }
    original
}

fn pull(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Option<Pull> {
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
    let head = fields.object("head", When::Expected, issues);
    let base = fields.object("base", When::Expected, issues);
    Some(Pull {
        number,
        title: fields.string("title", When::Expected, issues),
        body: fields.string("body", When::Optional, issues),
        author: login(fields, "user", issues),
        state,
        created_at: fields.instant("created_at", When::Expected, issues),
        closed_at: fields.instant("closed_at", When::Optional, issues),
        merged_at,
        head_ref: head.as_ref().map_or(String::new(), |head| branch(head, issues)),
        head_sha: head.map_or(String::new(), |head| head.string("sha", When::Expected, issues)),
        base_ref: base.map_or(String::new(), |base| branch(&base, issues)),
        url: fields.string("html_url", When::Optional, issues),
        comments: Vec::new(),
        comments_fetched: false,
        events: Vec::new(),
        statuses: Vec::new(),
        place: place(fields, path),
    })
}

/// The branch; once it is deleted, `ref` says `refs/pull/<n>/head` and only `label` still has its name.
fn branch(side: &Fields<'_>, issues: &mut Vec<Issue>) -> String {
    let name = side.string("ref", When::Expected, issues);
    let label = side.string("label", When::Optional, issues);
    if name.starts_with("refs/pull/") && !label.is_empty() { label } else { name }
}

fn comment(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Comment {
    let created_at = fields.instant("created_at", When::Expected, issues);
    Comment {
        id: fields.count("id", When::Expected, issues).unwrap_or(0),
        author: login(fields, "user", issues),
        body: fields.string("body", When::Expected, issues),
        created_at,
        updated_at: fields.instant("updated_at", When::Optional, issues).or(created_at),
        place: place(fields, path),
    }
}

/// An event; none for a comment, which the comments' own answer holds.
fn event(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Option<(u64, PullEvent)> {
    let kind = fields.string("type", When::Expected, issues);
    if kind == "comment" {
        return None;
    }
    let id = fields.count("id", When::Expected, issues).unwrap_or(0);
    let event = PullEvent {
        kind,
        author: login(fields, "user", issues),
        at: fields.instant("created_at", When::Expected, issues),
        place: place(fields, path),
    };
    Some((id, event))
}

fn status(fields: &Fields<'_>, path: &EntryPath, sha: &str, issues: &mut Vec<Issue>) -> (u64, CommitStatus) {
    let id = fields.count("id", When::Expected, issues).unwrap_or(0);
    // GitHub and some libraries say `state` where Gitea says `status`.
    let key =
        if fields.get("status").is_none() && fields.get("state").is_some() { "state" } else { "status" };
    let status = CommitStatus {
        context: fields.string("context", When::Expected, issues),
        status: fields.string(key, When::Expected, issues),
        target_url: fields.string("target_url", When::Optional, issues),
        sha: sha.to_owned(),
        created_at: fields.instant("created_at", When::Expected, issues),
        place: place(fields, path),
    };
    (id, status)
}

#[cfg(test)]
mod tests {
    use super::*;

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
