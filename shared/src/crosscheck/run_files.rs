//! "Screenshot attached", "no results.json for run 515": which files a run left, as far as the snapshot shows.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_words::{Runs, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::entry_path::EntryPath;
use crate::evidence::{EvidenceKind, Place};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-files",
    explains: "A file that a run is said to have left is here; that it left none, the snapshot alone cannot show.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static THERE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let file = r"(screenshot(?:\.png)?|summary card|summary\.png|summary\.html|results\.json|badge\.svg|badge|lint\.txt)";
    let pattern = format!(
        r"(?i)\b{file} (?:is |was )?(present|attached|exists|saved|available|collected|missing|absent|gone)\b|\b(?:no|without(?: an?)?) {file}\b"
    );
    Regex::new(&pattern).ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    lacking(unit, context, drafts);
    let text = unit.words();
    let may =
        ["creenshot", "ummary", "results.json", "adge", "lint.txt"].iter().any(|part| text.contains(part));
    let Some(pattern) = THERE.as_ref().filter(|_| may && unit.document.kind != EvidenceKind::Plan) else {
        return;
    };
    let runs = Runs::of(unit, context);
    for found in pattern.captures_iter(text) {
        let (Some(whole), Some(file)) = (found.get(0), found.get(1).or_else(|| found.get(3))) else {
            continue;
        };
        let is_there = match found.get(2).map(|word| word.as_str().to_ascii_lowercase()) {
            Some(word) => !matches!(word.as_str(), "missing" | "absent" | "gone"),
            None => false,
        };
        let span: Range<usize> = whole.range();
        let file = file.as_str().to_ascii_lowercase();
        let ids = runs.at(&span, context);
        let facts: Vec<Fact> = ids.iter().map(|id| fact(id, &file, is_there, context)).collect();
        if !facts.is_empty() {
            let facts = settled(unit, &span, facts);
            drafts.push(Draft::new(span, format!("file {ids:?} {file} {is_there}"), facts));
        }
    }
}

/// Files of a run's folder that are named by their path and are not here.
fn lacking(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        let What::Path(path) = &mention.what else { continue };
        let mut segments = path.split('/').skip_while(|segment| !segment.ends_with("runs")).skip(1);
        let (Some(id), Some(file)) = (segments.next(), segments.next()) else { continue };
        let is_file = file.contains('.') && !file.contains('*') && segments.next().is_none();
        if is_file && unit.document.kind != EvidenceKind::Plan && entry(id, file, context).is_none() {
            let missing = Fact::Missing(format!("{file} of run {id} is not in the snapshot"));
            drafts.push(Draft::new(mention.span.clone(), "", vec![missing]));
        }
    }
}

fn fact(id: &str, file: &str, is_there: bool, context: &Context<'_>) -> Fact {
    let names: &[&str] = match file {
        "screenshot" | "screenshot.png" => &["screenshot.png"],
        "summary card" => &["summary.png", "summary.html"],
        "badge" | "badge.svg" => &["badge.svg"],
        other => &[other],
    };
    let here = names.iter().find_map(|name| entry(id, name, context));
    match (here, is_there) {
        (Some(path), said) => {
            let name = path.file_name();
            let words = format!("{name} of run {id} is in the snapshot");
            let place = Place { path: path.clone(), pointer: String::new() };
            let cited = vec![cite(&place, "", name)];
            if said { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
        }
        (None, true) => Fact::Missing(format!("no {file} of run {id} is in the snapshot")),
        (None, false) => {
            let absence = context.evidence.absences.iter().find(|absence| {
                names.iter().any(|name| absence.what.ends_with(&format!("runs/{id}/{name}")))
            });
            Fact::Missing(match absence {
                Some(absence) => format!("{file} of run {id} was not collected ({})", absence.reason),
                None => format!("no listing of run {id}'s folder shows what it left"),
            })
        }
    }
}

/// The entry of a file in a run's folder.
fn entry<'a>(id: &str, name: &str, context: &Context<'a>) -> Option<&'a EntryPath> {
    let evidence = context.evidence;
    let folder = evidence.runs.get(id).map(|run| &run.place.path);
    let folder = folder.or_else(|| evidence.badges.get(id).map(|badge| &badge.place.path));
    if let Some((folder, _)) = folder.and_then(|path| path.as_str().rsplit_once('/')) {
        let path = EntryPath::new(&format!("{folder}/{name}")).ok()?;
        return evidence.entries.get_key_value(&path).map(|(path, _)| path);
    }
    let end = format!("/runs/{id}/{name}");
    evidence.entries.keys().find(|path| path.as_str().ends_with(&end))
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn files_of_a_run() {
        check("run-files", "Run 201: screenshot present, results.json exists", "++");
        check("run-files", "Run 202: screenshot attached; no results.json for run 201", "?-");
        check("run-files", "No results.json for run 203; summary card missing in run 201", "??");
        check("run-files", "Run 201: badge is missing", "-");
        check("run-files", "See `/srv/ci-runs/201/summary.html` and `/srv/ci-runs/201/badge.svg`", "?");
        check("run-files", "A screenshot is attached.", "");
        check("run-files", "Run 201: a screenshot should be attached", "");
    }
}
