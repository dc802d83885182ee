//! What means the same is judged the same: other times, other numbers, another name, a paragraph more.

use std::collections::BTreeMap;

use dossier_shared::report::{Check, Report};
use dossier_tests::skip;
use regex::Regex;

use super::numbers::Renumber;
use super::rewrite::{Phase, Rewrite, Spot};
use super::times::Shift;
use crate::phase::{Sample, samples};
use crate::phases::word;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn phase(sample: &Sample) -> Phase {
    Phase { metadata: sample.metadata().clone(), payload: sample.payload() }
}

/// What must not change, line by line, with how often it occurs; `named` gives a document its former name.
fn verdicts(report: &Report, named: &dyn Fn(&str) -> String) -> BTreeMap<String, usize> {
    let mut lines = Vec::new();
    for check in &report.checks {
        let document = named(&check.document);
        lines.push(format!("{document}:{} {} {}", check.line, check.rule, word(&check.outcome)));
    }
    for gate in &report.gates {
        let history: Vec<String> = gate.history.iter().map(|event| word(&event.what)).collect();
        let (document, verdict) = (named(&gate.document), word(&gate.verdict));
        lines.push(format!("gate {} {verdict} {document}:{} {}", gate.id, gate.line, history.join(" ")));
    }
    lines.push(format!("DONE written {} allowed {}", report.done.is_written, report.done.allowed));
    lines.extend(report.vetoes.iter().map(|veto| {
        format!("veto {}:{} {} {}", named(&veto.document), veto.line, veto.scope, veto.standing)
    }));
    lines.extend(report.findings.iter().map(|finding| {
        let document = named(&finding.document);
        format!("finding {} {} {document}:{}", finding.id, word(&finding.state), finding.line)
    }));
    let mut counted = BTreeMap::new();
    for line in lines {
        *counted.entry(line).or_default() += 1;
    }
    counted
}

/// How the rewritten phase is judged otherwise, in words.
fn differences(id: &str, before: &Report, after: &Report, named: &dyn Fn(&str) -> String) -> Vec<String> {
    let (before, after) = (verdicts(before, &|name| name.to_owned()), verdicts(after, named));
    let mut differences = Vec::new();
    for line in before.keys().chain(after.keys().filter(|line| !before.contains_key(*line))) {
        let count = |side: &BTreeMap<String, usize>| side.get(line).copied().unwrap_or_default();
        if count(&before) != count(&after) {
            differences.push(format!(
                "{id}: {line}: {} times before, {} after",
                count(&before),
                count(&after)
            ));
        }
    }
    differences
}

/// What is put in place of what in a phase; none where that cannot be done fairly.
type RewriteOf<'a> = &'a dyn Fn(&Sample, &Phase, &Report) -> Option<Box<dyn Rewrite>>;

/// Rewrites every phase and asserts that it is judged as before.
fn assert_same(rewrite_of: RewriteOf<'_>) {
    let mut differing = Vec::new();
    for sample in samples() {
        let phase = phase(sample);
        let before = phase.report();
        let Some(rewrite) = rewrite_of(sample, &phase, &before) else { continue };
        let rewritten = phase.rewritten(&*rewrite);
        assert!(rewritten.payload != phase.payload, "{}: nothing was rewritten", sample.id);
        let after = rewritten.report();
        let fault = rewrite.fault(&before, &after);
        assert!(fault.is_none(), "{}: {}", sample.id, fault.unwrap_or_default());
        let nowhere = Spot { path: "", key: "", is_document: false };
        let names: BTreeMap<String, String> =
            before.documents.iter().map(|d| (rewrite.text(&d.name, &nowhere), d.name.clone())).collect();
        let named = |name: &str| names.get(name).cloned().unwrap_or_else(|| name.to_owned());
        differing.extend(differences(&sample.id, &before, &after, &named));
    }
    assert!(differing.is_empty(), "{} lines differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn a_thousand_days_later_everything_is_judged_the_same() {
    assert_same(&|_, phase, _| Some(Box::new(Shift::new(phase, 1000 * DAY))));
}

#[test]
fn some_hours_later_everything_is_judged_the_same() {
    assert_same(&|sample, phase, _| {
        let mut splits = String::new();
        // Days must stay whole: a document's "on 2026-06-12" holds for that day only.
        for hours in [3, 2, 1, -1, -2, -3] {
            let shift = Shift::new(phase, hours * HOUR);
            match shift.splits(phase) {
                None => return Some(Box::new(shift)),
                Some(instant) => splits = instant,
            }
        }
        skip(&format!("{} some hours later: {splits} would come to lie on another day", sample.id));
        None
    });
}

#[test]
fn builds_and_pull_requests_with_other_numbers_are_judged_the_same() {
    assert_same(&|_, phase, report| Some(Box::new(Renumber::new(phase, report))));
}

/// One word in place of another.
struct Rename {
    patterns: Vec<(Regex, String)>,
    /// The phase's id as `snapshot.json` has it, and the one put in its place.
    id: Option<(String, String)>,
    /// What must have another name then.
    named: fn(&Report) -> Vec<String>,
}

impl Rewrite for Rename {
    fn text(&self, text: &str, spot: &Spot<'_>) -> String {
        let is_id = spot.path.is_empty() && spot.key == "id";
        if let Some((id, other)) = self.id.as_ref().filter(|(id, _)| is_id && id == text) {
            return text.replace(id.as_str(), other);
        }
        let rename = |text: String, (pattern, other): &(Regex, String)| {
            pattern.replace_all(&text, other.as_str()).into_owned()
        };
        self.patterns.iter().fold(text.to_owned(), rename)
    }

    fn fault(&self, before: &Report, after: &Report) -> Option<String> {
        let (before, after) = ((self.named)(before), (self.named)(after));
        let kept: Vec<&String> = before.iter().filter(|name| after.contains(name)).collect();
        (!kept.is_empty() || before.len() != after.len()).then(|| format!("{before:?} became {after:?}"))
    }
}

fn recipes(report: &Report) -> Vec<String> {
    let mut recipes: Vec<String> = report.runs.iter().map(|run| run.recipe.clone()).collect();
    recipes.extend(report.builds.iter().flat_map(|build| {
        build.params.iter().filter(|(key, _)| key == "RECIPE").map(|(_, value)| value.clone())
    }));
    recipes.retain(|recipe| !recipe.is_empty());
    recipes.sort();
    recipes.dedup();
    recipes
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

/// The phase's id, and the name its documents and commits have for it, which may be shorter.
fn names(phase: &Phase, report: &Report) -> Vec<String> {
    let reviews = report
        .documents
        .iter()
        .filter_map(|document| Some(document.name.strip_prefix("REVIEW-")?.strip_suffix(".md")?.to_owned()));
    let mut names: Vec<String> = reviews.chain([phase.metadata.phase.id.clone()]).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

#[test]
fn a_phase_with_another_name_is_judged_the_same() {
    assert_same(&|_, phase, report| {
        let other = "wren";
        let patterns = names(phase, report).into_iter().flat_map(|name| {
            let id = regex::escape(&name);
            let mut patterns = vec![
                (pattern(&format!(r"\b([A-Z]+)-{id}\b(\.md|[ :@)]|$)")), format!("${{1}}-{other}${{2}}")),
                (pattern(&format!(r"\b([Pp]hase[- ]?){id}\b")), format!("${{1}}{other}")),
                (pattern(&format!(r"\b{id}( phase)\b")), format!("{other}${{1}}")),
                (pattern(&format!(r"\b([A-Za-z]+)\({id}\b")), format!("${{1}}({other}")),
            ];
            // A recipe of the same name keeps it, and a number says other things too.
            if !recipes(report).contains(&name) && name.parse::<u64>().is_err() {
                patterns.push((pattern(&format!(r"\b{id}\b")), other.to_owned()));
            }
            patterns
        });
        let id = Some((phase.metadata.phase.id.clone(), other.to_owned()));
        let named = |report: &Report| {
            let reviewed = report.documents.iter().filter(|d| matches!(d.kind.as_str(), "review" | "status"));
            reviewed.map(|document| document.name.clone()).chain([report.phase.id.clone()]).collect()
        };
        Some(Box::new(Rename { patterns: patterns.collect(), id, named }))
    });
}

#[test]
fn a_recipe_with_another_name_is_judged_the_same() {
    assert_same(&|_, _, report| {
        // Longer than the old name, so that a beginning of the one becomes a beginning of the other.
        let patterns = recipes(report).into_iter().enumerate().flat_map(|(at, recipe)| {
            let other: String = recipe.chars().map(|c| turned(c, at)).collect();
            let beginnings = (4..recipe.len()).filter(|length| recipe.is_char_boundary(*length));
            let beginnings = beginnings.map(|length| {
                let grep = format!(r"\b(grep (?:-\w+ )?){}\b", regex::escape(&recipe[..length]));
                (pattern(&grep), format!("${{1}}{}", &other[..length]))
            });
            let whole = (pattern(&regex::escape(&recipe)), other.clone());
            std::iter::once(whole).chain(beginnings).collect::<Vec<_>>()
        });
        Some(Box::new(Rename { patterns: patterns.collect(), id: None, named: recipes }))
    });
}

/// Letters in another order, so that a name becomes one that nothing else has.
fn turned(c: char, by: usize) -> char {
    match c {
        'a'..='z' => char::from(b'a' + ((c as u8 - b'a') + 7 + by as u8) % 26),
        other => other,
    }
}

#[test]
fn a_paragraph_more_changes_no_id() {
    for sample in samples() {
        let before = phase(sample);
        let build = before.report().builds.first().map(|build| build.number);
        let stated =
            build.map(|build| format!("\n\nBuild #{build} was looked at again, build #{build} ended.\n"));
        let paragraphs = ["\n\nThis line was added later and states nothing.\n".to_owned()];
        for paragraph in paragraphs.into_iter().chain(stated) {
            let mut after = before.clone();
            for (path, bytes) in &mut after.payload {
                if path.as_str().starts_with("data/documents/") {
                    bytes.extend_from_slice(paragraph.as_bytes());
                }
            }
            let ids = |report: &Report| -> BTreeMap<String, String> {
                let place = |check: &Check| {
                    let Check { document, line, column, rule, quote, .. } = check;
                    format!("{document}:{line}:{column} {rule} “{quote}”")
                };
                report.checks.iter().map(|check| (place(check), check.id.clone())).collect()
            };
            let now = ids(&after.report());
            for (place, id) in ids(&before.report()) {
                assert_eq!(now.get(&place), Some(&id), "{}: {place} with {paragraph:?}", sample.id);
            }
        }
    }
}
