//! Sorts the entries of a snapshot to their parsers and joins what belongs together.
//! Knows nothing about the inside of an entry.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::capture::{self, Capture};
use super::{
    Commit, EntryIssue, Evidence, EvidenceKind, Issue, Suite, TestFile, TestReport, badge, ctrf, drone,
    git_log, junit, log, results,
};
use crate::entry_path::EntryPath;
use crate::parallel;
use crate::snapshot::metadata::Metadata;

mod forge;
mod hosts;
mod listing;
#[cfg(test)]
mod tests;

/// Issues that are reported of one entry.
const MAX_ISSUES: usize = 50;

/// How many test reports are held in memory to be read side by side, and of how many bytes before another is.
const FILES_AT_ONCE: usize = 64;
const BYTES_AT_ONCE: usize = 4 << 20;

pub(super) fn load<'a>(
    metadata: &Metadata,
    bytes_of: &dyn Fn(&EntryPath) -> Option<Cow<'a, [u8]>>,
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
    loader.test_files(&of(EvidenceKind::Junit), junit::parse);
    loader.test_files(&of(EvidenceKind::Ctrf), ctrf::parse);
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
    bytes_of: &'b dyn Fn(&EntryPath) -> Option<Cow<'a, [u8]>>,
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

    fn bytes(&mut self, path: &EntryPath) -> Option<Cow<'a, [u8]>> {
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
        parse: impl FnOnce(&[u8], &EntryPath) -> (R, Vec<Issue>),
    ) -> Option<R> {
        let bytes = self.bytes(path)?;
        let (record, issues) = parse(&bytes, path);
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

    fn test_files(&mut self, paths: &[&EntryPath], parse: fn(&[u8], &EntryPath) -> (TestFile, Vec<Issue>)) {
        let mut left = paths.iter();
        loop {
            let (mut read, mut held) = (Vec::new(), 0);
            while read.len() < FILES_AT_ONCE && held < BYTES_AT_ONCE {
                let Some(path) = left.next() else { break };
                let Some(bytes) = self.bytes(path) else { continue };
                held += bytes.len();
                read.push((*path, bytes));
            }
            if read.is_empty() {
                return;
            }
            let parsed = parallel::map(&read, |(path, bytes)| parse(bytes, path));
            for ((path, _), (file, issues)) in read.iter().zip(parsed) {
                self.report(path, issues);
                let run = || run_of(path).map(str::to_owned);
                self.evidence
                    .suites
                    .extend(file.suites.into_iter().map(|suite| Suite { run: run(), ..suite }));
                self.evidence.test_reports.push(TestReport { run: run(), ..file.report });
            }
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

    fn history(&mut self, paths: &[&EntryPath]) {
        let mut seen = BTreeSet::new();
        for path in paths {
            let commits: Vec<Commit> = self.parse(path, git_log::parse).unwrap_or_default();
            let fresh = commits.into_iter().filter(|commit| seen.insert(commit.sha.clone()));
            self.evidence.commits.extend(fresh);
        }
    }
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
