//! Sorts the entries of a snapshot to their parsers and joins what belongs together.
//! Knows nothing about the inside of an entry.

use std::collections::{BTreeMap, BTreeSet};

use super::capture::{self, Capture};
use super::{
    Commit, CommitStatus, DockerOutput, EntryIssue, Evidence, EvidenceKind, Issue, Place, PullEvent, Suite,
    badge, docker, drone, git_log, gitea, junit, log, results,
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
                pull.comments.dedup_by_key(|comment| comment.id);
            }
            pull.events = distinct(events.remove(number).unwrap_or_default());
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
