//! Answers of Drone about builds. Knows nothing about logs or about which builds matter.

use std::collections::BTreeMap;

use serde_json::Value;

use super::api_path;
use super::fields::{self, Fields, When};
use super::{Build, Issue, Place, Stage, Step};
use crate::entry_path::EntryPath;
use crate::time::{self, Timestamp};

/// Every word that Drone has for how a build, stage or step stands.
const STATUSES: [&str; 10] = [
    "skipped",
    "blocked",
    "declined",
    "waiting_on_dependencies",
    "pending",
    "running",
    "success",
    "failure",
    "killed",
    "error",
];

/// What an answer answers, told by the path of the request or of the recorded file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// `owner/name`.
    pub repository: String,
    /// What was asked for.
    pub subject: Subject,
}

/// What was asked for in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The listing of builds, or a page of it.
    Builds,
    /// One build.
    Build(u64),
    /// The log of a step.
    Log {
        /// Build number.
        build: u64,
        /// Stage number.
        stage: u64,
        /// Step number.
        step: u64,
    },
}

impl Request {
    /// Reads `/api/repos/<owner>/<name>/builds?page=1`, `…/repos/<owner>/<name>/builds.page2.json` and their like.
    pub fn of(path: &str) -> Option<Request> {
        let (repository, rest) = api_path::split(path)?;
        let subject = match rest.as_slice() {
            ["builds"] => Subject::Builds,
            ["builds", number] => Subject::Build(number.parse().ok()?),
            ["builds", build, "logs", stage, step] => Subject::Log {
                build: build.parse().ok()?,
                stage: stage.parse().ok()?,
                step: step.parse().ok()?,
            },
            _ => return None,
        };
        Some(Request { repository, subject })
    }
}

/// Reads a listing of builds or one build; `path` is where it lies, for the places in it.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (Vec<Build>, Vec<Issue>) {
    let mut issues = Vec::new();
    let Some(document) = fields::document(bytes, &mut issues) else {
        return (Vec::new(), issues);
    };
    let objects = match &document {
        Value::Object(object) if !object.contains_key("number") && object.contains_key("message") => {
            let message = object.get("message").and_then(Value::as_str).unwrap_or_default();
            let message: String = message.chars().take(200).collect();
            issues.push(Issue::new("", format!("is a refusal of the server: {message}")));
            Vec::new()
        }
        Value::Object(_) => Fields::new(&document, "", &mut issues).into_iter().collect(),
        _ => fields::objects(&document, "", &mut issues),
    };
    let builds = objects.iter().filter_map(|fields| build(fields, path, &mut issues)).collect();
    (builds, issues)
}

fn build(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Option<Build> {
    let Some(number) = fields.count("number", When::Optional, issues) else {
        issues.push(Issue::new(fields.pointer(), "is a build without a number; left out"));
        return None;
    };
    let stages = fields.objects("stages", When::Optional, issues);
    let started = fields.unix("started", When::Expected, issues);
    let finished = fields.unix("finished", When::Expected, issues);
    in_order(fields, "finished", started, finished, issues);
    let text = |key: &str, issues: &mut Vec<Issue>| fields.string(key, When::Optional, issues);
    let (author_key, author) = author(fields, issues);
    Some(Build {
        number,
        status: status(fields, issues),
        error: text("error", issues),
        event: fields.string("event", When::Expected, issues),
        author,
        author_key,
        trigger: text("trigger", issues),
        params: params(fields, issues),
        created: fields.unix("created", When::Expected, issues),
        started,
        finished,
        link: text("link", issues),
        reference: text("ref", issues),
        source: text("source", issues),
        target: text("target", issues),
        before: text("before", issues),
        after: text("after", issues),
        message: text("message", issues),
        title: text("title", issues),
        // 0 is unset here as it is of times.
        parent: fields.count("parent", When::Optional, issues).filter(|parent| *parent > 0),
        stages: stages.iter().map(|fields| stage(fields, issues)).collect(),
        place: Place { path: path.clone(), pointer: fields.pointer().to_owned() },
    })
}

/// The server's word for how it stands, kept as it is also where it is none of Drone's.
fn status(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> String {
    let status = fields.string("status", When::Expected, issues);
    if !status.is_empty() && !STATUSES.contains(&status.as_str()) {
        fields::push(issues, || {
            let shown: String = status.chars().take(60).collect();
            Issue::new(
                fields.pointer_of("status"),
                format!("{shown:?} is no status known here; kept as it is"),
            )
        });
    }
    status
}

/// What ended before it began is worth a word; both times are kept.
fn in_order(
    fields: &Fields<'_>,
    key: &str,
    began: Option<Timestamp>,
    ended: Option<Timestamp>,
    issues: &mut Vec<Issue>,
) {
    if let (Some(began), Some(ended)) = (began, ended)
        && ended < began
    {
        fields::push(issues, || {
            let what = format!("{} is before the beginning, {}", time::iso(ended), time::iso(began));
            Issue::new(fields.pointer_of(key), what)
        });
    }
}

/// Who asked for the build: `sender`, or `trigger` unless it is `@hook`, or the commit's author.
fn author(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> (&'static str, String) {
    ["sender", "trigger", "author_login"]
        .into_iter()
        .map(|key| (key, fields.string(key, When::Optional, issues)))
        .find(|(_, name)| !name.is_empty() && !name.starts_with('@'))
        .unwrap_or(("sender", String::new()))
}

fn params(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> BTreeMap<String, String> {
    let Some(params) = fields.object("params", When::Optional, issues) else {
        return BTreeMap::new();
    };
    params
        .members()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}

fn stage(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> Stage {
    let steps = fields.objects("steps", When::Optional, issues);
    let started = fields.unix("started", When::Optional, issues);
    let stopped = fields.unix("stopped", When::Optional, issues);
    in_order(fields, "stopped", started, stopped, issues);
    Stage {
        number: fields.count("number", When::Expected, issues).unwrap_or(0),
        name: fields.string("name", When::Optional, issues),
        status: status(fields, issues),
        error: fields.string("error", When::Optional, issues),
        exit_code: fields.integer("exit_code", When::Optional, issues),
        failure_ignored: fields.boolean("errignore", When::Optional, issues).unwrap_or(false),
        machine: fields.string("machine", When::Optional, issues),
        started,
        stopped,
        steps: steps.iter().map(|fields| step(fields, issues)).collect(),
    }
}

/// A step; its `step_id` is the id of its *stage*, so only `number` tells steps apart.
fn step(fields: &Fields<'_>, issues: &mut Vec<Issue>) -> Step {
    let started = fields.unix("started", When::Optional, issues);
    let stopped = fields.unix("stopped", When::Optional, issues);
    in_order(fields, "stopped", started, stopped, issues);
    Step {
        number: fields.count("number", When::Expected, issues).unwrap_or(0),
        name: fields.string("name", When::Optional, issues),
        status: status(fields, issues),
        error: fields.string("error", When::Optional, issues),
        exit_code: fields.integer("exit_code", When::Expected, issues),
        failure_ignored: fields.boolean("errignore", When::Optional, issues).unwrap_or(false),
        started,
        stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::iso;

    fn path() -> EntryPath {
        EntryPath::new("data/builds/drone/x.json").unwrap()
    }

    fn check_request(path: &str, expected: Option<Subject>) {
        let expected = expected.map(|subject| Request { repository: "o/n".into(), subject });
        assert_eq!(Request::of(path), expected, "{path}");
    }

    #[test]
    fn tells_requests_by_their_path() {
        check_request("/api/repos/o/n/builds?page=1&per_page=100", Some(Subject::Builds));
        check_request("data/builds/drone/repos/o/n/builds.page2.json", Some(Subject::Builds));
        check_request("data/builds/drone/repos/o/n/builds/612.json", Some(Subject::Build(612)));
        let log = Subject::Log { build: 612, stage: 1, step: 3 };
        check_request("data/builds/drone/repos/o/n/builds/612/logs/1/3.json", Some(log));
        check_request("repos/o/n/builds/612/logs/1.json", None);
        check_request("repos/o/n/builds/latest", None);
    }

    #[test]
    fn reads_a_build_with_steps() {
        let json = r#"{"id":616,"number":612,"status":"success","event":"custom","trigger":"@hook","sender":"",
            "author_login":"bot","params":{"RECIPE":"ghost","N":5,"NIL":null},"created":1781331170,
            "started":1781331182,"finished":0,"stages":[{"id":647,"number":1,"name":"ci","status":"success","started":1781331182,
            "stopped":1781331300,"steps":[{"id":2464,"step_id":647,"number":3,"name":"run","status":"success","exit_code":0},
            {"number":4,"name":"x","status":"skipped"}]}]}"#;
        let (builds, issues) = parse(json.as_bytes(), &path());
        let build = &builds[0];
        assert_eq!((build.number, build.author.as_str(), build.author_key), (612, "bot", "author_login"));
        assert_eq!(build.params.iter().collect::<Vec<_>>().len(), 2);
        assert_eq!(build.params["N"], "5");
        assert_eq!(build.started.map(iso).as_deref(), Some("2026-06-13T06:13:02Z"));
        assert_eq!(build.finished, None);
        assert_eq!(build.stages[0].steps[0].number, 3);
        assert_eq!(build.stages[0].steps[1].exit_code, None);
        assert_eq!(issues, [Issue::new("/stages/0/steps/1/exit_code", "is missing")]);
    }

    #[test]
    fn reads_what_was_built_and_what_went_wrong() {
        let json = r#"{"number":7,"parent":0,"status":"error","error":"linter: untrusted","event":"push","trigger":"@cron",
            "message":"m","ref":"refs/heads/main","source":"a","target":"main","before":"b1","after":"c2","created":9,"started":9,
            "finished":8,"stages":[{"number":1,"status":"failure","error":"x","exit_code":255,"errignore":true,
            "steps":[{"step_id":1,"number":2,"status":"odd","exit_code":143,"error":"killed","errignore":true,"started":0}]}]}"#;
        let (builds, issues) = parse(json.as_bytes(), &path());
        let build = &builds[0];
        assert_eq!(
            (build.error.as_str(), build.trigger.as_str(), build.parent),
            ("linter: untrusted", "@cron", None)
        );
        assert_eq!(
            (build.reference.as_str(), build.source.as_str(), build.target.as_str()),
            ("refs/heads/main", "a", "main")
        );
        assert_eq!((build.before.as_str(), build.after.as_str(), build.message.as_str()), ("b1", "c2", "m"));
        let stage = &build.stages[0];
        assert_eq!((stage.error.as_str(), stage.exit_code, stage.failure_ignored), ("x", Some(255), true));
        let step = &stage.steps[0];
        assert_eq!(
            (step.number, step.error.as_str(), step.exit_code, step.started),
            (2, "killed", Some(143), None)
        );
        let at: Vec<&str> = issues.iter().map(|issue| issue.at.as_str()).collect();
        assert_eq!(at, ["/finished", "/stages/0/steps/0/status"]);
    }

    fn check_numbers(json: &str, expected: &[(u64, &str)], expected_issues: &[&str]) {
        let (builds, issues) = parse(json.as_bytes(), &path());
        let found: Vec<_> = builds.iter().map(|build| (build.number, build.place.pointer.as_str())).collect();
        assert_eq!(found, expected, "{json}");
        assert_eq!(
            issues.iter().map(|issue| issue.at.as_str()).collect::<Vec<_>>(),
            expected_issues,
            "{json}"
        );
    }

    #[test]
    fn keeps_what_can_be_read() {
        let rest = r#""status":"failure","event":"push","created":1,"started":1,"finished":1"#;
        check_numbers(&format!(r#"[{{"number":1,{rest}}},3,{{{rest}}}]"#), &[(1, "/0")], &["/1", "/2"]);
        check_numbers(&format!(r#"{{"number":1,"stages":{{}},{rest}}}"#), &[(1, "")], &["/stages"]);
        check_numbers(r#"{"message":"Not Found"}"#, &[], &[""]);
        check_numbers("null", &[], &[""]);
        check_numbers(
            r#"[{"number":1,"started":"x","finished":-5}]"#,
            &[(1, "/0")],
            &["/0/started", "/0/finished", "/0/status", "/0/event", "/0/created"],
        );
    }
}
