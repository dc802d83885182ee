//! The report's words that every form of it shares: headings, places, reasons, the result. Knows no layout.

use std::collections::{BTreeSet, HashMap};

use dossier_shared::evidence::EntryIssue;
use dossier_shared::report::{
    Check, CheckKind, Done, Outcome, Report, SealState, SignerState, Trust, Verdict,
};
use dossier_shared::snapshot::metadata::Absence;
use dossier_shared::time;

use crate::cli::FailOn;
use crate::judge::{fails, objections, words_of};
use crate::output::{Look, Places, count};

/// A verdict as people write it.
pub(in crate::output) fn word(verdict: Verdict) -> (&'static str, Look) {
    match verdict {
        Verdict::Pass => ("PASS", Look::Good),
        Verdict::Fail => ("FAIL", Look::Bad),
        Verdict::Claimed => ("CLAIMED", Look::Warn),
        Verdict::Open => ("OPEN", Look::Warn),
    }
}

/// `DONE` or `OPEN`, and why.
pub(in crate::output) fn done_words(report: &Report) -> (&'static str, Look, String) {
    let Done { written, is_written, allowed, reasons } = &report.done;
    let look = if *allowed { Look::Good } else { Look::Bad };
    let reasons = match reasons.is_empty() {
        true => String::new(),
        false => format!(": {}", reasons.join(", ")),
    };
    let allowed_words = if *allowed { "allowed" } else { "not allowed" };
    match (is_written, written) {
        (true, Some(at)) => {
            ("DONE", look, format!("written {}, {allowed_words}{reasons}", day_and_clock(report, *at)))
        }
        (true, None) => ("DONE", look, format!("written, {allowed_words}{reasons}")),
        (false, _) => ("OPEN", Look::Warn, format!("DONE is not written; {allowed_words}{reasons}")),
    }
}

/// The clock alone where the day goes without saying: that of the newest verdict.
fn day_and_clock(report: &Report, at: time::Timestamp) -> String {
    let newest = report.gates.iter().filter_map(|gate| gate.at).max();
    match newest {
        Some(newest) if time::date(newest) == time::date(at) => time::clock(at),
        _ => format!("{} {}", time::date(at), time::clock(at)),
    }
}

/// Checks of one outcome without those that repeat an earlier one.
pub(in crate::output) fn of(report: &Report, outcome: Outcome) -> impl Iterator<Item = &Check> {
    report.checks.iter().filter(move |check| check.same_as.is_none() && check.outcome == outcome)
}

/// `Contradicted: 3 facts, record-keeping only`; none when nothing is.
pub(in crate::output) fn contradicted_words(report: &Report) -> Option<String> {
    let counts = report.counts();
    if counts.contradicted == 0 {
        return None;
    }
    let kind = match counts.contradicted_substance {
        0 => "record-keeping only".to_owned(),
        number => format!("{number} of substance"),
    };
    Some(format!("Contradicted: {}, {kind}", count(counts.contradicted, "fact")))
}

/// What the verdicts rest on comes first: substance, then the gates' own sections.
pub(in crate::output) fn weightiest_first(report: &Report) -> Vec<&Check> {
    let mut checks: Vec<&Check> = of(report, Outcome::Contradicted).collect();
    checks.sort_by_key(|check| (check.kind == CheckKind::Record, check.gate.is_none()));
    checks
}

/// Why a check came out as it did, and who noticed before.
pub(in crate::output) fn reason(check: &Check, places: &Places) -> String {
    let mut because = check.because.clone();
    if let Some(place) = &check.acknowledged {
        let who = if place.starts_with("REVIEW") { "the reviewer" } else { "a document" };
        because.push_str(&format!("; {who} noted it at {place}"));
    }
    places.within(&because)
}

/// Where facts are stated, each once and all its repetitions with it.
pub(in crate::output) struct Stated<'a> {
    places: &'a Places,
    /// By the id of the first statement.
    again: HashMap<&'a str, Vec<&'a Check>>,
}

/// Repetitions that are told of one fact.
const MOST_AGAIN: usize = 8;

impl<'a> Stated<'a> {
    pub(in crate::output) fn new(report: &'a Report, places: &'a Places) -> Self {
        let mut again: HashMap<&str, Vec<&Check>> = HashMap::new();
        for check in &report.checks {
            if let Some(first) = &check.same_as {
                again.entry(first).or_default().push(check);
            }
        }
        Self { places, again }
    }

    /// `REVIEW-ghost.md:32 (and :68)`
    pub(in crate::output) fn at(&self, check: &Check) -> String {
        let first = self.places.at(&check.document, check.line);
        let mut told = BTreeSet::from([(check.document.as_str(), check.line)]);
        let mut again: Vec<String> = Vec::new();
        let mut more = 0;
        for other in self.again.get(check.id.as_str()).into_iter().flatten() {
            if !told.insert((&other.document, other.line)) {
                continue;
            }
            match (again.len() < MOST_AGAIN, other.document == check.document) {
                (false, _) => more += 1,
                (true, true) => again.push(format!(":{}", other.line)),
                (true, false) => again.push(self.places.at(&other.document, other.line)),
            }
        }
        if more > 0 {
            again.push(format!("{more} more"));
        }
        if again.is_empty() { first } else { format!("{first} (and {})", again.join(", ")) }
    }
}

/// What is not here, why, and what was asked.
pub(in crate::output) fn absence_words(absence: &Absence) -> String {
    match absence.what == absence.asked {
        true => format!("{}: {}", absence.what, absence.reason),
        false => format!("{}: {} ({})", absence.what, absence.reason, absence.asked),
    }
}

/// What is odd about an entry, and where in it.
pub(in crate::output) fn oddity_words(issue: &EntryIssue) -> String {
    let at = if issue.issue.at.is_empty() { String::new() } else { format!(" {}", issue.issue.at) };
    format!("{}{at}: {}", issue.path, issue.issue.what)
}

/// Files, seal and signer, a fragment each.
pub(in crate::output) fn trust_words(trust: &Trust) -> Vec<(Look, String)> {
    let files = match trust.files.intact {
        true => (Look::Good, "files intact"),
        false => (Look::Bad, "files damaged"),
    };
    let seal = match trust.seal.state {
        SealState::Valid => (Look::Good, "packer's signature valid"),
        SealState::Repacked => {
            (Look::Warn, "packer's signature valid for the content, the zip was made anew")
        }
        SealState::Unsigned => (Look::Bad, "unsigned"),
        SealState::Invalid => (Look::Bad, "packer's signature invalid"),
    };
    let signer = match trust.signer.state {
        SignerState::Trusted => {
            let who = trust.signer.principal.as_deref().unwrap_or("known");
            Some((Look::Good, format!("signer trusted: {who}")))
        }
        SignerState::Unknown => Some((Look::Warn, "signer unknown".to_owned())),
        SignerState::Revoked => Some((Look::Bad, "signer's key revoked".to_owned())),
        SignerState::None => None,
    };
    let mut words = vec![(files.0, files.1.to_owned()), (seal.0, seal.1.to_owned())];
    words.extend(signer);
    words
}

/// Everything in one line.
pub(in crate::output) fn result_words(report: &Report) -> (Look, String) {
    let objections = objections(report);
    match objections.is_empty() {
        true => (Look::Good, "nothing contradicted, every gate passed".to_owned()),
        false => (Look::Bad, words_of(&objections)),
    }
}

/// `exit 1`, and on whose wish where it would have been another number otherwise.
pub(in crate::output) fn exit_words(report: &Report, fail_on: FailOn) -> String {
    let objections = objections(report);
    let number = u8::from(fails(&objections, fail_on));
    let asked = match fail_on {
        FailOn::Substance if number == 0 => " (--fail-on substance)",
        FailOn::Never => " (--fail-on never)",
        _ => "",
    };
    match objections.is_empty() {
        true => format!("exit {number}"),
        false => format!("exit {number}{asked}"),
    }
}
