//! Sorts the entries of a snapshot to their parsers and joins what belongs together.
//! Knows nothing about the inside of an entry.

use std::collections::{BTreeMap, BTreeSet};

use super::capture::{self, Capture};
use super::{
    Commit, CommitStatus, DockerOutput, EntryIssue, Evidence, EvidenceKind, Issue, Place, PullEvent, Review,
    Suite, badge, docker, drone, git_log, gitea, junit, log, results,
};
use crate::entry_path::EntryPath;
use crate::snapshot::metadata::Metadata;

/// Issues that are reported of one entry.
const MAX_ISSUES: usize = 50;

pub(super) fn load<'a>(
    metadata: &Metadata,
    bytes_of: &dyn Fn(&EntryPath) -> Option<&'a [u8]>,
) -> (Evidence, Vec<EntryIssue>) {
    let mut loader = Loader { bytes_of, evidence: Evidence::default(), issues: Vec::new() };
    loader.evidence.events = metadata.events.clone();
    loader.evidence.absences = metadata.absences.clone();
    let mut by_kind: BTreeMap<EvidenceKind, Vec<&EntryPath>> = BTreeMap::new();
    for entry in &metadata.entries {
        by_kind.entry(entry.kind).or_default().push(&entry.path);
        loader.evidence.entries.insert(entry.path.clone(), (entry.kind, entry.origin.clone()));
    }
    let of = |kind| {
        let mut paths = by_kind.get(&kind).cloned().unwrap_or_default();
        paths.sort();
        paths.dedup();
        paths
    };
    let captures = loader.captures(&of(EvidenceKind::Capture));
    loader.forge(&of(EvidenceKind::Gitea), &captures);
    loader.builds(&of(EvidenceKind::Drone), &captures);
    loader.runs(&of(EvidenceKind::RunResults));
    loader.suites(&of(EvidenceKind::Junit));
    loader.badges(&of(EvidenceKind::Badge));
    loader.docker(&of(EvidenceKind::Docker), &of(EvidenceKind::Capture));
    loader.history(&of(EvidenceKind::GitLog));
    (loader.evidence, loader.issues)
}

/// A recorded answer and what the capture beside it says about it.
struct Recorded<'c, R> {
    path: EntryPath,
    request: R,
    asked: Option<&'c capture::Request>,
}

struct Loader<'a, 'b> {
    bytes_of: &'b dyn Fn(&EntryPath) -> Option<&'a [u8]>,
    evidence: Evidence,
    issues: Vec<EntryIssue>,
}

impl<'a> Loader<'a, '_> {
    fn report(&mut self, path: &EntryPath, issues: Vec<Issue>) {
        let more = issues.len().saturating_sub(MAX_ISSUES);
        let issues = issues.into_iter().take(MAX_ISSUES);
        self.issues.extend(issues.map(|issue| EntryIssue { path: path.clone(), issue }));
        if more > 0 {
            let issue = Issue::new("", format!("{more} more places are not as they should be"));
            self.issues.push(EntryIssue { path: path.clone(), issue });
        }
    }

    fn bytes(&mut self, path: &EntryPath) -> Option<&'a [u8]> {
        let bytes = (self.bytes_of)(path);
        if bytes.is_none() {
            self.report(path, vec![Issue::new("", "is listed but cannot be read; it counts as missing")]);
        }
        bytes
    }

    /// Reads an entry with `parse`; none when its bytes are not here.
    fn parse<R>(
        &mut self,
        path: &EntryPath,
        parse: impl FnOnce(&'a [u8], &EntryPath) -> (R, Vec<Issue>),
    ) -> Option<R> {
        let bytes = self.bytes(path)?;
        let (record, issues) = parse(bytes, path);
        self.report(path, issues);
        Some(record)
    }

    /// Captures of servers, by the folder they lie in.
    fn captures(&mut self, paths: &[&EntryPath]) -> BTreeMap<String, Capture> {
        let servers = paths.iter().filter(|path| !is_docker(path));
        servers
            .filter_map(|path| {
                let capture = self.parse(path, capture::parse)?;
                self.missing_answers(path, &capture);
                Some((folder(path).to_owned(), capture))
            })
            .collect()
    }

    /// An answer that was got but is not in the snapshot is worth a word.
    fn missing_answers(&mut self, path: &EntryPath, capture: &Capture) {
        let is_here = |file: &str| self.evidence.entries.contains_key(in_folder(folder(path), file).as_str());
        let missing: Vec<Issue> = capture
            .requests
            .iter()
            .filter(|request| request.status == Some(200) && !is_here(&request.file))
            .map(|request| {
                let what = format!("the answer in {:?} is not in the snapshot", request.file);
                Issue::new(request.place.pointer.clone(), what)
            })
            .collect();
        self.report(path, missing);
    }

    /// What each entry answers: its request in the capture beside it, or else its own path, says so.
    fn recorded<'c, R>(
        &mut self,
        paths: &[&EntryPath],
        captures: &'c BTreeMap<String, Capture>,
        request_of: impl Fn(&str) -> Option<R>,
    ) -> Vec<Recorded<'c, R>> {
        let mut asked: BTreeMap<String, &capture::Request> = BTreeMap::new();
        for (folder, capture) in captures {
            for request in capture.requests.iter().filter(|request| !request.file.is_empty()) {
                asked.insert(in_folder(folder, &request.file), request);
            }
        }
        let mut recorded = Vec::new();
        for path in paths {
            let asked = asked.get(path.as_str()).copied();
            if let Some(status) = asked.and_then(|asked| asked.status).filter(|status| *status != 200) {
                let what = format!("the server answered {status}; not read");
                self.report(path, vec![Issue::new("", what)]);
                continue;
            }
            let request =
                asked.and_then(|asked| request_of(&asked.path)).or_else(|| request_of(path.as_str()));
            match request {
                Some(request) => recorded.push(Recorded { path: (*path).clone(), request, asked }),
                None => self.report(path, vec![Issue::new("", "answers no request known here; not read")]),
            }
        }
        recorded
    }

    fn forge(&mut self, paths: &[&EntryPath], captures: &BTreeMap<String, Capture>) {
        let mut recorded = self.recorded(paths, captures, gitea::Request::of);
        // Numbers mean something only inside one repository: the one whose pull requests are listed.
        let listed = recorded.iter().find(|answer| answer.request.subject == gitea::Subject::Pulls);
        let Some(repository) = listed.or(recorded.first()).map(|answer| answer.request.repository.clone())
        else {
            return;
        };
        recorded.retain(|answer| {
            let belongs = answer.request.repository == repository;
            if !belongs {
                let what = format!("belongs to {}, not to {repository}; not read", answer.request.repository);
                let issue = Issue::new("", what);
                self.issues.push(EntryIssue { path: answer.path.clone(), issue });
            }
            belongs
        });
        self.evidence.forge_repository = Some(repository);

        let mut listing = Listing::default();
        let mut events: BTreeMap<u64, BTreeMap<(u64, Place), PullEvent>> = BTreeMap::new();
        let mut statuses: BTreeMap<String, BTreeMap<(u64, Place), CommitStatus>> = BTreeMap::new();
        // The listing comes before the single answers, which say more and take its place.
        recorded.sort_by_key(|answer| answer.request.subject.clone());
        let mut comments: BTreeMap<u64, Comments> = BTreeMap::new();
        let mut reviews: BTreeMap<u64, (BTreeMap<(u64, Place), Review>, bool)> = BTreeMap::new();
        for Recorded { path, request, asked } in recorded {
            let subject = request.subject;
            let answer =
                self.parse(&path, |bytes, path| gitea::parse(bytes, path, &subject)).unwrap_or_default();
            match subject {
                gitea::Subject::Pulls => {
                    listing.page(asked, answer.listed, answer.pulls.iter().map(|pull| pull.number));
                    let whole = Place { path: path.clone(), pointer: String::new() };
                    self.evidence.pulls_listing.get_or_insert(whole);
                    for pull in answer.pulls {
                        self.evidence.pulls.entry(pull.number).or_insert(pull);
                    }
                }
                gitea::Subject::Pull(number) => {
                    for pull in answer.pulls {
                        if pull.number == number {
                            self.evidence.pulls.insert(number, pull);
                        } else {
                            let what = format!("is pull request {}, not {number}; left out", pull.number);
                            self.report(&path, vec![Issue::new("/number", what)]);
                        }
                    }
                }
                gitea::Subject::Comments(number) => {
                    comments.entry(number).or_default().page(asked, answer);
                }
                gitea::Subject::Timeline(number) => {
                    let events = events.entry(number).or_default();
                    events.extend(
                        answer.events.into_iter().map(|(id, event)| ((id, event.place.clone()), event)),
                    );
                }
                gitea::Subject::Reviews(number) => {
                    let whole = answer.listed == Some(answer.reviews.len() as u64);
                    let (reviews, all_whole) = reviews.entry(number).or_insert((BTreeMap::new(), true));
                    *all_whole &= whole;
                    let by_id = |review: Review| ((review.id, review.place.clone()), review);
                    reviews.extend(answer.reviews.into_iter().map(by_id));
                }
                gitea::Subject::Statuses(sha) => {
                    let statuses = statuses.entry(sha).or_default();
                    statuses.extend(
                        answer.statuses.into_iter().map(|(id, status)| ((id, status.place.clone()), status)),
                    );
                }
            }
        }
        self.evidence.pulls_complete = listing.is_complete();
        for (number, pull) in &mut self.evidence.pulls {
            if let Some(comments) = comments.remove(number) {
                pull.comments_fetched = comments.is_complete();
                pull.comments = comments.list;
                pull.comments.sort_by_key(|comment| (comment.created_at, comment.id));
                pull.comments.dedup_by(|one, other| one.id != 0 && one.id == other.id);
            }
            if let Some(events) = events.remove(number) {
                pull.events_fetched = true;
                pull.events = distinct(events);
            }
            if let Some((reviews, whole)) = reviews.remove(number) {
                pull.reviews_fetched = whole;
                pull.reviews = distinct(reviews);
                pull.reviews.sort_by_key(|review| review.submitted_at);
            }
            pull.events.sort_by_key(|event| event.at);
            pull.statuses = distinct(statuses.get(&pull.head_sha).cloned().unwrap_or_default());
            pull.statuses.sort_by_key(|status| status.created_at);
        }
    }

    fn builds(&mut self, paths: &[&EntryPath], captures: &BTreeMap<String, Capture>) {
        let mut recorded = self.recorded(paths, captures, drone::Request::of);
        let listed = recorded.iter().find(|answer| answer.request.subject == drone::Subject::Builds);
        let Some(repository) = listed.or(recorded.first()).map(|answer| answer.request.repository.clone())
        else {
            return;
        };
        recorded.sort_by_key(|answer| answer.request.subject);
        for Recorded { path, request, .. } in recorded {
            if request.repository != repository {
                let what = format!("belongs to {}, not to {repository}; not read", request.repository);
                self.report(&path, vec![Issue::new("", what)]);
                continue;
            }
            match request.subject {
                drone::Subject::Builds => {
                    for build in self.parse(&path, drone::parse).unwrap_or_default() {
                        self.evidence
                            .builds_listed
                            .entry(build.number)
                            .or_insert_with(|| build.place.clone());
                        self.evidence.builds.entry(build.number).or_insert(build);
                    }
                }
                drone::Subject::Build(number) => {
                    for build in self.parse(&path, drone::parse).unwrap_or_default() {
                        if build.number == number {
                            self.evidence.builds.insert(number, build);
                        } else {
                            let what = format!("is build {}, not {number}; left out", build.number);
                            self.report(&path, vec![Issue::new("/number", what)]);
                        }
                    }
                }
                drone::Subject::Log { build, stage, step } => {
                    if let Some(log) = self.parse(&path, log::parse) {
                        self.evidence.logs.push(super::Log { build, stage, step, ..log });
                    }
                }
            }
        }
    }

    fn runs(&mut self, paths: &[&EntryPath]) {
        for path in paths {
            let Some(id) = run_of(path).map(str::to_owned) else {
                self.report(path, vec![Issue::new("", "lies in no run's folder; not read")]);
                continue;
            };
            if let Some(run) = self.parse(path, |bytes, path| results::parse(bytes, path, &id)).flatten()
                && let Some(other) = self.evidence.runs.insert(id, run)
            {
                let what = format!("takes the place of {}, which has the same run id", other.place.path);
                self.report(path, vec![Issue::new("", what)]);
            }
        }
    }

    fn suites(&mut self, paths: &[&EntryPath]) {
        for path in paths {
            let run = run_of(path);
            let suites = self.parse(path, junit::parse).unwrap_or_default();
            let suites = suites.into_iter().map(|suite| Suite { run: run.map(str::to_owned), ..suite });
            self.evidence.suites.extend(suites);
        }
    }

    fn badges(&mut self, paths: &[&EntryPath]) {
        for path in paths {
            let Some(id) = run_of(path).map(str::to_owned) else {
                self.report(path, vec![Issue::new("", "lies in no run's folder; not read")]);
                continue;
            };
            if let Some(badge) = self.parse(path, badge::parse)
                && let Some(other) = self.evidence.badges.insert(id, badge)
            {
                let what = format!("takes the place of {}, which belongs to the same run", other.place.path);
                self.report(path, vec![Issue::new("", what)]);
            }
        }
    }

    /// Outputs of the commands in the captures, in their order, then outputs that no capture speaks of.
    fn docker(&mut self, paths: &[&EntryPath], captures: &[&EntryPath]) {
        let mut unspoken: BTreeMap<&str, &EntryPath> =
            paths.iter().map(|path| (path.as_str(), *path)).collect();
        for path in captures.iter().filter(|path| is_docker(path)) {
            let commands = self.parse(path, docker::parse_capture).map(|capture| capture.commands);
            for command in commands.unwrap_or_default() {
                let file = in_folder(folder(path), &command.stdout);
                let output = match unspoken.remove(file.as_str()) {
                    Some(path) => self.parse(path, docker::parse),
                    None => {
                        let what = format!(
                            "what the command printed, {:?}, is not in the snapshot or another command's",
                            command.stdout
                        );
                        self.report(path, vec![Issue::new(command.place.pointer.clone(), what)]);
                        None
                    }
                };
                // Without its output a command has proved nothing, whatever its exit code.
                let output = output.unwrap_or_else(|| DockerOutput::nothing(command.place.clone()));
                self.evidence.docker.push(DockerOutput {
                    argv: command.argv,
                    exit_code: command.exit_code,
                    stderr: command.stderr,
                    captured_at: command.captured_at,
                    ..output
                });
            }
        }
        for path in unspoken.into_values() {
            if let Some(output) = self.parse(path, docker::parse) {
                self.report(path, vec![Issue::new("", "no capture says which command printed this")]);
                self.evidence.docker.push(output);
            }
        }
    }

    fn history(&mut self, paths: &[&EntryPath]) {
        let mut seen = BTreeSet::new();
        for path in paths {
            let commits: Vec<Commit> = self.parse(path, git_log::parse).unwrap_or_default();
            let fresh = commits.into_iter().filter(|commit| seen.insert(commit.sha.clone()));
            self.evidence.commits.extend(fresh);
        }
    }
}

/// Pages of the listing of pull requests, and whether they are all of it.
#[derive(Default)]
struct Listing {
    numbers: BTreeSet<u64>,
    total_counts: BTreeSet<u64>,
    pages: BTreeMap<u64, u64>,
    doubtful: bool,
}

impl Listing {
    fn page(
        &mut self,
        asked: Option<&capture::Request>,
        listed: Option<u64>,
        numbers: impl Iterator<Item = u64>,
    ) {
        self.numbers.extend(numbers);
        let (Some(asked), Some(listed)) = (asked, listed) else {
            self.doubtful = true;
            return;
        };
        let mut page = Some(1);
        let mut all_states = false;
        for (key, value) in asked.query() {
            match key {
                "state" => all_states = value == "all",
                "page" => page = value.parse().ok(),
                "limit" | "sort" => {}
                // Any other key narrows the listing.
                _ => self.doubtful = true,
            }
        }
        self.doubtful |= !all_states || asked.status != Some(200);
        self.total_counts.extend(asked.total_count);
        match page {
            Some(page) => drop(self.pages.insert(page, listed)),
            None => self.doubtful = true,
        }
    }

    /// Complete is what the server counted, or pages from the first to an empty one.
    fn is_complete(&self) -> bool {
        if self.doubtful || self.pages.is_empty() {
            return false;
        }
        if !self.total_counts.is_empty() {
            return self.total_counts.iter().all(|count| *count == self.numbers.len() as u64);
        }
        let without_gap = self.pages.keys().zip(1..).all(|(page, expected)| *page == expected);
        let listed: u64 = self.pages.values().fold(0, |sum, listed| sum.saturating_add(*listed));
        let empty_last = self.pages.len() > 1 && self.pages.values().next_back() == Some(&0);
        without_gap && empty_last && listed == self.numbers.len() as u64
    }
}

/// Pages of the comments of a pull request. Gitea ignores the page here and may have answered the same twice.
#[derive(Default)]
struct Comments {
    list: Vec<super::Comment>,
    total_count: u64,
    unreadable: bool,
}

impl Comments {
    fn page(&mut self, asked: Option<&capture::Request>, answer: gitea::Answer) {
        self.unreadable |= answer.listed.is_none_or(|listed| listed != answer.comments.len() as u64);
        self.list.extend(answer.comments);
        self.total_count = self.total_count.max(asked.and_then(|asked| asked.total_count).unwrap_or(0));
    }

    fn is_complete(&self) -> bool {
        let ids: BTreeSet<u64> = self.list.iter().map(|comment| comment.id).collect();
        !self.unreadable && ids.len() as u64 >= self.total_count
    }
}

/// The values by id; what several pages repeat is kept once, what has no id is kept.
fn distinct<T>(by_id: BTreeMap<(u64, Place), T>) -> Vec<T> {
    let mut last = 0;
    by_id
        .into_iter()
        .filter_map(|((id, _), value)| {
            let repeated = id != 0 && id == last;
            last = id;
            (!repeated).then_some(value)
        })
        .collect()
}

/// The folder of an entry, without a slash at its end.
fn folder(path: &EntryPath) -> &str {
    path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn in_folder(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
}

fn is_docker(path: &EntryPath) -> bool {
    path.segments().any(|segment| segment == "docker")
}

/// The id of the run in whose folder an entry lies: `data/runs/<id>/…`.
fn run_of(path: &EntryPath) -> Option<&str> {
    let mut segments = path.segments().skip_while(|segment| *segment != "runs").skip(1);
    let id = segments.next()?;
    segments.next().map(|_| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::PullState;
    use crate::snapshot::metadata::{Entry, Phase, SCHEMA};

    const PULL: &str = r#""title":"t","user":{"login":"u"},"created_at":"2026-06-12T14:35:20Z","body":"",
        "head":{"ref":"b","sha":"d88f"},"base":{"ref":"main","sha":"0"}"#;

    fn kind(path: &str) -> EvidenceKind {
        match path {
            _ if path.ends_with("capture.json") => EvidenceKind::Capture,
            _ if path.contains("/gitea/") => EvidenceKind::Gitea,
            _ if path.contains("/drone/") => EvidenceKind::Drone,
            _ if path.contains("/docker/") => EvidenceKind::Docker,
            _ if path.ends_with("results.json") => EvidenceKind::RunResults,
            _ if path.contains("/junit/") => EvidenceKind::Junit,
            _ if path.ends_with(".svg") => EvidenceKind::Badge,
            _ if path.ends_with(".log") => EvidenceKind::GitLog,
            _ => EvidenceKind::File,
        }
    }

    fn read(files: &[(&str, &str)]) -> (Evidence, Vec<String>) {
        let files: BTreeMap<EntryPath, &str> =
            files.iter().map(|(path, text)| (EntryPath::new(path).unwrap(), *text)).collect();
        let metadata = Metadata {
            schema: SCHEMA.into(),
            packer: String::new(),
            packed_at: Default::default(),
            phase: Phase { id: "ghost".into(), title: String::new() },
            sources: Vec::new(),
            entries: files
                .keys()
                .map(|path| Entry {
                    path: path.clone(),
                    kind: kind(path.as_str()),
                    origin: String::new(),
                    captured_at: None,
                })
                .collect(),
            absences: Vec::new(),
            events: Vec::new(),
            redactions: Vec::new(),
        };
        let gone = |text: &&str| *text != "GONE";
        let (evidence, issues) =
            load(&metadata, &|path| files.get(path).copied().filter(gone).map(str::as_bytes));
        let issues = issues
            .into_iter()
            .map(|issue| format!("{}#{} {}", issue.path.file_name(), issue.issue.at, issue.issue.what))
            .collect();
        (evidence, issues)
    }

    fn capture(requests: &str) -> String {
        format!(r#"{{"server":"s","captured_at":"2026-06-13T06:40:30Z","requests":[{requests}]}}"#)
    }

    const LISTING: &str = "data/forge/gitea/repos/o/n/pulls.json";

    /// Asks for the listing with `query`, whose answers hold these numbers, a page each.
    fn check_complete(query: &str, total_count: Option<u64>, pages: &[&[u64]], expected: bool) {
        let mut files = Vec::new();
        let mut requests = Vec::new();
        for (page, numbers) in (1..).zip(pages) {
            let file = if page == 1 { "pulls.json".to_owned() } else { format!("pulls.page{page}.json") };
            let pulls: Vec<_> = numbers
                .iter()
                .map(|number| format!(r#"{{"number":{number},"state":"open",{PULL}}}"#))
                .collect();
            files.push((format!("data/forge/gitea/repos/o/n/{file}"), format!("[{}]", pulls.join(","))));
            let total = total_count.map_or(String::new(), |total| format!(r#""total_count":{total},"#));
            requests.push(format!(
                r#"{{"path":"/api/v1/repos/o/n/pulls?{query}&page={page}","status":200,{total}"file":"repos/o/n/{file}"}}"#
            ));
        }
        files.push(("data/forge/gitea/capture.json".to_owned(), capture(&requests.join(","))));
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (evidence, issues) = read(&files);
        assert_eq!(evidence.pulls_complete, expected, "{query} {total_count:?} {pages:?} {issues:?}");
        assert_eq!(evidence.pulls_listing.map(|place| place.path.to_string()).as_deref(), Some(LISTING));
    }

    #[test]
    fn a_listing_is_complete_only_when_all_was_asked_and_counted() {
        check_complete("state=all&limit=50", Some(3), &[&[3, 4, 5]], true);
        check_complete("state=all&limit=2", Some(3), &[&[5, 4], &[3]], true);
        check_complete("state=all", Some(4), &[&[3, 4, 5]], false);
        check_complete("state=open", Some(3), &[&[3, 4, 5]], false);
        check_complete("limit=50", Some(3), &[&[3, 4, 5]], false);
        check_complete("state=all&labels=1", Some(3), &[&[3, 4, 5]], false);
        check_complete("state=all", None, &[&[3, 4, 5]], false);
        check_complete("state=all", None, &[&[3, 4], &[5], &[]], true);
        check_complete("state=all", None, &[&[]], false);
        check_complete("state=all", Some(0), &[&[]], true);
    }

    #[test]
    fn without_a_capture_a_listing_is_never_complete() {
        let (evidence, _) = read(&[(LISTING, "[]")]);
        assert!(!evidence.pulls_complete);
        assert_eq!(evidence.forge_repository.as_deref(), Some("o/n"));
    }

    #[test]
    fn joins_what_belongs_to_a_pull() {
        let capture = capture(
            r#"{"path":"/api/v1/repos/o/n/issues/4/comments","status":200,"total_count":2,"file":"any/name.json"},
            {"path":"/api/v1/repos/o/n/pulls/9","status":404,"file":"repos/o/n/pulls/9.json"},
            {"path":"/api/v1/repos/o/n/pulls/8","status":200,"file":"repos/o/n/pulls/8.json"}"#,
        );
        let comment = |id: u64, minute: u64| {
            format!(
                r#"{{"id":{id},"user":{{"login":"u"}},"body":"x","created_at":"2026-06-13T06:{minute}:48Z"}}"#
            )
        };
        let listing =
            format!(r#"[{{"number":4,"state":"open",{PULL}}},{{"number":3,"state":"closed",{PULL}}}]"#);
        let status = r#"{"id":2,"status":"success","context":"c","created_at":"2026-06-12T12:00:22Z"},
            {"id":1,"status":"pending","context":"c","created_at":"2026-06-12T12:00:22Z"}"#;
        let (evidence, issues) = read(&[
            ("data/forge/gitea/capture.json", &capture),
            ("data/forge/gitea/any/name.json", &format!("[{},{}]", comment(12, 30), comment(11, 12))),
            (LISTING, &listing),
            (
                "data/forge/gitea/repos/o/n/pulls/4.json",
                &format!(r#"{{"number":4,"state":"closed",{PULL}}}"#),
            ),
            ("data/forge/gitea/repos/o/n/pulls/9.json", r#"{"message":"not found"}"#),
            (
                "data/forge/gitea/repos/o/n/issues/4/timeline.json",
                r#"[{"id":1,"type":"close","user":{"login":"u"},
                "created_at":"2026-06-13T06:30:00Z"}]"#,
            ),
            ("data/forge/gitea/repos/o/n/commits/d88f/statuses.json", &format!("[{status}]")),
            ("data/forge/gitea/repos/o/n/commits/d88f/statuses.page2.json", &format!("[{status}]")),
            ("data/forge/gitea/repos/other/n/pulls/1.json", "{}"),
        ]);
        let pull = &evidence.pulls[&4];
        assert_eq!((pull.state, pull.place.pointer.as_str()), (PullState::Closed, ""));
        assert_eq!(pull.comments.iter().map(|comment| comment.id).collect::<Vec<_>>(), [11, 12]);
        assert_eq!(pull.comments[0].place.pointer, "/1");
        assert!(pull.comments_fetched);
        assert_eq!(pull.events[0].kind, "close");
        assert_eq!(
            pull.statuses.iter().map(|status| status.status.as_str()).collect::<Vec<_>>(),
            ["pending", "success"]
        );
        assert_eq!(evidence.pulls[&3].place.pointer, "/1");
        assert!(!evidence.pulls[&3].comments_fetched);
        assert_eq!(
            issues,
            [
                "capture.json#/requests/2 the answer in \"repos/o/n/pulls/8.json\" is not in the snapshot",
                "9.json# the server answered 404; not read",
                "1.json# belongs to other/n, not to o/n; not read",
            ]
        );
    }

    #[test]
    fn sorts_builds_logs_and_runs() {
        let build = |number: u64, status: &str| {
            format!(
                r#"{{"number":{number},"status":"{status}","event":"custom","created":1,"started":1,"finished":1}}"#
            )
        };
        let (evidence, issues) = read(&[
            (
                "data/builds/drone/repos/o/n/builds.json",
                &format!("[{},{}]", build(612, "running"), build(578, "failure")),
            ),
            ("data/builds/drone/repos/o/n/builds/612.json", &build(612, "success")),
            ("data/builds/drone/repos/o/n/builds/613.json", &build(612, "success")),
            ("data/builds/drone/repos/o/n/builds/612/logs/1/3.json", r#"[{"pos":0,"out":"x","time":0}]"#),
            ("data/builds/drone/repos/o/n/builds/612/logs/1/2.json", "GONE"),
            (
                "data/runs/m2rr-x/results.json",
                r#"{"schema":2,"recipe":"x","level":0,"rungs":{"install":"fail"},"finished":1.5}"#,
            ),
            ("data/runs/612/results.json", "<html>"),
            ("data/runs/612/junit/install.xml", "<testsuite><testcase/></testsuite>"),
            ("data/runs/612/badge.svg", "<svg><text>level 5</text></svg>"),
            ("data/runs/612/lint.txt", "GONE"),
        ]);
        assert_eq!(evidence.builds[&612].status, "success");
        assert_eq!(evidence.builds[&578].place.pointer, "/1");
        assert_eq!(evidence.builds_listed.len(), 2);
        assert_eq!(
            evidence.logs.iter().map(|log| (log.build, log.stage, log.step)).collect::<Vec<_>>(),
            [(612, 1, 3)]
        );
        assert_eq!(evidence.runs.keys().collect::<Vec<_>>(), ["m2rr-x"]);
        assert_eq!(evidence.suites[0].run.as_deref(), Some("612"));
        assert_eq!(evidence.badges["612"].level, Some(5));
        assert_eq!(evidence.entries.len(), 10);
        assert_eq!(issues.len(), 3, "{issues:#?}");
    }

    #[test]
    fn joins_docker_output_with_its_command() {
        let (evidence, issues) = read(&[
            (
                "data/docker/capture.json",
                r#"{"host":"h","captured_at":"2026-06-13T06:40:12Z","commands":[
                {"argv":["docker","stack","ls"],"exit_code":0,"stdout":"stack-ls.ndjson","stderr":""},
                {"argv":["docker","volume","ls"],"exit_code":0,"stdout":"gone.ndjson","stderr":""}]}"#,
            ),
            ("data/docker/stack-ls.ndjson", ""),
            ("data/docker/stray.ndjson", "{}"),
        ]);
        let found: Vec<_> =
            evidence.docker.iter().map(|output| (output.argv.len(), output.complete)).collect();
        assert_eq!(found, [(3, true), (3, false), (0, true)]);
        assert_eq!(evidence.docker[1].place.pointer, "/commands/1");
        assert_eq!(issues.len(), 2, "{issues:#?}");
    }
}
