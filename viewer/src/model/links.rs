//! From a piece of evidence to the screen that shows it, on the exact line where that can be told.

use dossier_shared::entry_path::EntryPath;
use dossier_shared::report::{BuildFacts, Check, DocumentFacts, Evidence, Report, StepFacts};

use super::route::{Lines, Route};

/// Words to click on and where they lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) title: String,
    pub(crate) route: Route,
}

/// Where a document says something: `REVIEW:32`.
pub(crate) fn to_line(report: &Report, document: &str, line: u32) -> Link {
    let name = short_name_of(report, document);
    Link {
        label: if line > 0 { format!("{name}:{line}") } else { name.clone() },
        title: format!("{document}, line {line}"),
        route: Route::Document { name, lines: (line > 0).then(|| Lines::one(line)) },
    }
}

/// `REVIEW-ghost.md:87` as the reports write places.
pub(crate) fn to_place(report: &Report, place: &str) -> Option<Link> {
    let (document, line) = place.rsplit_once(':')?;
    Some(to_line(report, document, line.parse().ok()?))
}

/// The check itself, among the others of its gate.
pub(crate) fn to_check(report: &Report, check: &Check) -> Route {
    let known = check.gate.as_ref().filter(|id| report.gates.iter().any(|gate| gate.id == **id));
    match known {
        Some(gate) => Route::Gate { id: gate.clone(), check: Some(check.id.clone()), outcome: None },
        None => Route::Gates { check: Some(check.id.clone()), outcome: None },
    }
}

/// Where a value was read.
pub(crate) fn to_evidence(report: &Report, evidence: &Evidence) -> Link {
    let path = &evidence.path;
    let title = if evidence.pointer.is_empty() {
        format!("{}: {path}", evidence.value)
    } else {
        format!("{}: {path}, {}", evidence.value, evidence.pointer)
    };
    if let Some(document) = report.documents.iter().find(|document| document.path == *path) {
        let line = line_of(&evidence.pointer).unwrap_or(0);
        return Link { title, ..to_line(report, &document.name, line) };
    }
    if let Some((build, step)) = step_of_log(report, path) {
        let lines = index_of(&evidence.pointer).map(|index| Lines::one(index + 1));
        return Link { label: format!("log {}", build.number), title, route: log_route(build, step, lines) };
    }
    let mut suites = report.tests.iter().filter(|suite| suite.path == *path);
    if let (Some(suite), None) = (suites.next(), suites.next()) {
        let run = suite.run.as_deref().unwrap_or_default();
        let query = format!("{run} {}", suite.file_stem).trim().to_owned();
        let label = format!("tests {}", suite.file_stem);
        return Link { label, title, route: Route::Tests { query } };
    }
    let at = (!evidence.pointer.is_empty()).then(|| evidence.pointer.clone());
    Link { label: label_of(report, path), title, route: Route::File { path: path.to_string(), at } }
}

/// Links of a check's evidence, each target once.
pub(crate) fn to_all_evidence(report: &Report, evidence: &[Evidence]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for one in evidence {
        let link = to_evidence(report, one);
        match links.iter_mut().find(|known| known.label == link.label) {
            Some(known) => {
                known.title.push('\n');
                known.title.push_str(&link.title);
            }
            None => links.push(link),
        }
    }
    links
}

/// The log of a step; the short address where the step's name is the only one of the build.
pub(crate) fn log_route(build: &BuildFacts, step: &StepFacts, lines: Option<Lines>) -> Route {
    let alone = build.steps.iter().filter(|other| other.name == step.name).count() == 1;
    let step = if alone { step.name.clone() } else { format!("{}/{}", step.stage, step.name) };
    Route::Log { build: build.number, step, lines }
}

/// The step that an address of a log names.
pub(crate) fn step_of_route<'a>(
    report: &'a Report,
    build: u64,
    name: &str,
) -> Option<(&'a BuildFacts, &'a StepFacts)> {
    let build = report.builds.iter().find(|facts| facts.number == build)?;
    let step = build
        .steps
        .iter()
        .find(|step| step.name == name)
        .or_else(|| build.steps.iter().find(|step| format!("{}/{}", step.stage, step.name) == name))?;
    Some((build, step))
}

/// The build and the step whose log an entry is.
pub(crate) fn step_of_log<'a>(
    report: &'a Report,
    path: &EntryPath,
) -> Option<(&'a BuildFacts, &'a StepFacts)> {
    report.builds.iter().find_map(|build| {
        let step = build.steps.iter().find(|step| step.log.as_ref() == Some(path))?;
        Some((build, step))
    })
}

/// What a reader calls a document: `REVIEW` for `REVIEW-ghost.md`, its file name where that says more.
pub(crate) fn short_name(document: &DocumentFacts) -> String {
    let upper = document.kind.to_uppercase();
    if document.name.to_uppercase().starts_with(&upper) { upper } else { document.name.clone() }
}

/// The document that an address names: by short name, by file name, or by path.
pub(crate) fn document_of_route<'a>(report: &'a Report, name: &str) -> Option<&'a DocumentFacts> {
    let documents = &report.documents;
    documents
        .iter()
        .find(|document| document.name == name || document.path.as_str() == name)
        .or_else(|| documents.iter().find(|document| short_name(document).eq_ignore_ascii_case(name)))
}

fn short_name_of(report: &Report, document: &str) -> String {
    let short = report.documents.iter().find(|facts| facts.name == document).map(short_name);
    let ambiguous =
        |short: &String| report.documents.iter().filter(|facts| short_name(facts) == *short).count() > 1;
    short.filter(|short| !ambiguous(short)).unwrap_or_else(|| document.to_owned())
}

fn label_of(report: &Report, path: &EntryPath) -> String {
    if let Some(build) = report.builds.iter().find(|build| build.path == *path) {
        return format!("build {}", build.number);
    }
    if let Some(run) = report.runs.iter().find(|run| run.path == *path) {
        return format!("run {}", run.id);
    }
    if let Some(pull) = report.pulls.iter().find(|pull| pull.path == *path) {
        return format!("PR#{}", pull.number);
    }
    if let Some(suite) = report.tests.iter().find(|suite| suite.path == *path) {
        return format!("tests {}", suite.file_stem);
    }
    let kind = report.files.iter().find(|file| file.path == *path).map(|file| file.kind.as_str());
    match kind {
        Some("git-log") => "git log".into(),
        Some("badge") => "badge".into(),
        Some("gitea") if path.as_str().contains("comments") => "comment".into(),
        Some("gitea") if path.as_str().contains("timeline") => "PR events".into(),
        Some("gitea") => "PR list".into(),
        Some("drone") => "build list".into(),
        Some("docker") => "docker".into(),
        Some("capture") => "capture".into(),
        _ => shortened(path.file_name()),
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 22 {
        return name.to_owned();
    }
    let head: String = name.chars().take(20).collect();
    format!("{head}…")
}

fn line_of(pointer: &str) -> Option<u32> {
    pointer.strip_prefix("line ")?.split(['-', ' ', '–']).next()?.parse().ok()
}

fn index_of(pointer: &str) -> Option<u32> {
    pointer.strip_prefix('/')?.split('/').next()?.parse().ok()
}

/// A line that a pointer of a text file names.
pub(crate) fn line_of_pointer(pointer: &str) -> Option<u32> {
    line_of(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_name_lines() {
        assert_eq!(line_of("line 12"), Some(12));
        assert_eq!(line_of("line 12-14"), Some(12));
        assert_eq!(line_of("/started"), None);
        assert_eq!(index_of("/41/out"), Some(41));
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened("results.json"), "results.json");
        assert_eq!(shortened("a-very-long-name-of-a-file.json"), "a-very-long-name-of-…");
    }
}
