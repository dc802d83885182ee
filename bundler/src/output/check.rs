//! A report in words for a tired operator: what matters first, what can wait behind a flag. Judges nothing.

pub(super) mod words;

use dossier_shared::report::{Check, CheckKind, FindingState, Outcome, Report, SignerState, Trust};

use super::line::{pad, widest};
use super::{Look, Page, Places, count, shorten};
use crate::cli::FailOn;
use words::{
    Stated, absence_words, contradicted_words, done_words, exit_words, oddity_words, of, reason,
    result_words, trust_words, weightiest_first, word,
};

/// What to tell besides the essentials.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detail<'a> {
    /// List the confirmed ones.
    pub(crate) all: bool,
    /// List those that a person has to judge.
    pub(crate) judge: bool,
    /// What the report is about.
    pub(crate) subject: Subject<'a>,
    /// What the user calls a failure.
    pub(crate) fail_on: FailOn,
    /// What to call the documents.
    pub(crate) places: Places,
}

/// What a report is about, by the name that hints can be copied with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    /// Told inside a snapshot, where trust has no place and no hint is known.
    #[default]
    Inside,
    /// A snapshot's file.
    Snapshot(&'a str),
    /// The dossier.toml of a phase that is not packed yet.
    Unpacked(&'a str),
}

const LONGEST_TITLE: usize = 48;
const LONGEST_QUOTE: usize = 160;
const MOST_ODDITIES: usize = 20;

/// The whole report.
pub(crate) fn page(report: &Report, detail: Detail<'_>) -> Page {
    let mut page = Page::default();
    let places = &detail.places;
    header(&mut page, report, &detail);
    gates(&mut page, report, places);
    findings(&mut page, report, places);
    problems(&mut page, report);
    contradicted(&mut page, report, places);
    listed(&mut page, report, places, Outcome::NoEvidence, "No evidence");
    for note in &report.notes {
        page.text(6, &format!("Note  {}", places.within(&note.text)));
    }
    confirmed_and_yours(&mut page, report, &detail);
    if detail.all || matches!(detail.subject, Subject::Unpacked(_)) {
        oddities(&mut page, report);
    }
    match (&report.trust, detail.subject) {
        (Some(trust), Subject::Snapshot(file)) => trust_lines(&mut page, trust, file),
        (_, Subject::Unpacked(config)) => unpacked_lines(&mut page, report, config),
        _ => {}
    }
    result(&mut page, report, &detail);
    page
}

fn header(page: &mut Page, report: &Report, detail: &Detail<'_>) {
    let mut words = vec![(Look::Heading, report.phase.id.clone())];
    if let Some(short_id) = &report.snapshot.short_id {
        words.push((Look::Plain, format!("   snapshot {short_id}")));
    }
    if matches!(detail.subject, Subject::Unpacked(_)) {
        words.push((Look::Plain, "   not packed yet".to_owned()));
    }
    words.push((Look::Dim, format!("   judged by {}", report.judge)));
    page.line(2, words);
}

fn gates(page: &mut Page, report: &Report, places: &Places) {
    page.heading("Gates");
    if report.gates.is_empty() {
        page.text(2, "  none found in the documents");
    }
    let ids = widest(report.gates.iter().map(|gate| gate.id.as_str()));
    let titles: Vec<String> = report.gates.iter().map(|gate| shorten(&gate.title, LONGEST_TITLE)).collect();
    let title_width = widest(titles.iter().map(String::as_str));
    let word_width = widest(report.gates.iter().map(|gate| word(gate.verdict).0)).max(4);
    for (gate, title) in report.gates.iter().zip(&titles) {
        let (text, look) = word(gate.verdict);
        let place = places.at(&gate.document, gate.line);
        let rest = format!("  {}  {}    {place}", pad(&gate.id, ids), pad(title, title_width));
        page.line(
            word_width + 4,
            [(Look::Plain, "  ".to_owned()), (look, pad(text, word_width)), (Look::Plain, rest)],
        );
    }
    for veto in report.vetoes.iter().filter(|veto| veto.standing) {
        let rest = format!(
            "  {}{}    {}",
            if veto.scope.is_empty() { String::new() } else { format!("{}  ", veto.scope) },
            quoted(&veto.quote),
            places.at(&veto.document, veto.line)
        );
        page.line(
            word_width + 4,
            [(Look::Plain, "  ".to_owned()), (Look::Bad, pad("VETO", word_width)), (Look::Plain, rest)],
        );
    }
    done(page, report, word_width);
}

fn done(page: &mut Page, report: &Report, word_width: usize) {
    let (word, look, rest) = done_words(report);
    page.line(
        word_width + 4,
        [(Look::Plain, "  ".to_owned()), (look, pad(word, word_width)), (Look::Plain, format!("  {rest}"))],
    );
}

fn findings(page: &mut Page, report: &Report, places: &Places) {
    let open: Vec<_> = report.findings.iter().filter(|f| f.state == FindingState::Open).collect();
    if open.is_empty() {
        return;
    }
    page.line(2, [(Look::Warn, format!("Open findings: {}", open.len()))]);
    let ids = widest(open.iter().map(|finding| finding.id.as_str()));
    for finding in open {
        let title = shorten(&finding.title, LONGEST_QUOTE);
        let place = places.at(&finding.document, finding.line);
        page.text(ids + 4, &format!("  {}  {title}    {place}", pad(&finding.id, ids)));
    }
}

fn problems(page: &mut Page, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    page.line(2, [(Look::Bad, format!("Problems: {}", report.problems.len()))]);
    for problem in &report.problems {
        let path = problem.path.as_ref().map_or("snapshot", |path| path.as_str());
        page.text(4, &format!("  {path}: {}", problem.what));
    }
}

fn contradicted(page: &mut Page, report: &Report, places: &Places) {
    let Some(headline) = contradicted_words(report) else { return };
    page.line(2, [(Look::Bad, headline)]);
    if !report.common_cause.is_empty() {
        page.text(2, &format!("  {}", places.within(&report.common_cause)));
    }
    let stated = Stated::new(report, places);
    let checks = weightiest_first(report);
    let ids = widest(checks.iter().map(|check| check.id.as_str()));
    for check in checks {
        let hanging = ids + 4;
        let mut words = vec![
            (Look::Plain, format!("  {}  ", pad(&check.id, ids))),
            (Look::Plain, format!("{}   {}", stated.at(check), quoted(&check.quote))),
        ];
        if check.kind == CheckKind::Substance {
            words.push((Look::Bad, "  substance".to_owned()));
        }
        page.line(hanging, words);
        page.text(hanging, &format!("{}{}", " ".repeat(hanging), reason(check, places)));
    }
}

/// Checks of one outcome, a line each.
fn listed(page: &mut Page, report: &Report, places: &Places, outcome: Outcome, heading: &str) {
    let checks: Vec<&Check> = of(report, outcome).collect();
    if checks.is_empty() {
        return;
    }
    page.heading(&format!("{heading}: {}", checks.len()));
    let stated = Stated::new(report, places);
    let ids = widest(checks.iter().map(|check| check.id.as_str()));
    for check in checks {
        let words = if check.because.is_empty() {
            quoted(&check.quote)
        } else if outcome == Outcome::NoEvidence {
            places.within(&check.because)
        } else {
            format!("{}   {}", quoted(&check.quote), places.within(&check.because))
        };
        let place = stated.at(check);
        page.text(ids + 4, &format!("  {}  {place}   {words}", pad(&check.id, ids)));
    }
}

fn quoted(quote: &str) -> String {
    format!("\"{}\"", shorten(quote.trim(), LONGEST_QUOTE))
}

fn confirmed_and_yours(page: &mut Page, report: &Report, detail: &Detail<'_>) {
    let counts = report.counts();
    if detail.all {
        listed(page, report, &detail.places, Outcome::Confirmed, "Confirmed");
    }
    if detail.judge {
        listed(page, report, &detail.places, Outcome::NotCheckable, "Yours to judge");
    }
    let hint = |shown: bool, flag: &str, number: u64| match shown
        || number == 0
        || detail.subject == Subject::Inside
    {
        true => String::new(),
        false => format!(" ({flag} lists them)"),
    };
    page.text(
        2,
        &format!(
            "Confirmed {}{} · Yours to judge {}{}",
            counts.confirmed,
            hint(detail.all, "--all", counts.confirmed),
            counts.not_checkable,
            hint(detail.judge, "--judge", counts.not_checkable)
        ),
    );
}

/// Entries that could not be read, or not without doubts.
fn oddities(page: &mut Page, report: &Report) {
    if report.issues.is_empty() {
        return;
    }
    page.heading(&format!("Odd in the evidence: {}", report.issues.len()));
    for issue in report.issues.iter().take(MOST_ODDITIES) {
        page.text(4, &format!("  {}", oddity_words(issue)));
    }
    if let Some(more @ 1..) = report.issues.len().checked_sub(MOST_ODDITIES) {
        page.text(4, &format!("  and {more} more; --format json has them all"));
    }
}

/// What a phase that is not packed has in place of trust.
fn unpacked_lines(page: &mut Page, report: &Report, config: &str) {
    if !report.absences.is_empty() {
        page.line(2, [(Look::Warn, format!("Could not be collected: {}", report.absences.len()))]);
        report.absences.iter().for_each(|absence| page.text(4, &format!("  {}", absence_words(absence))));
    }
    page.text(7, "Trust  not packed yet: nothing is sealed, so nobody vouches for it");
    page.line(7, [(Look::Dim, format!("       next: dossier pack {config} --key FILE"))]);
}

fn trust_lines(page: &mut Page, trust: &Trust, file: &str) {
    let mut words = vec![(Look::Plain, "Trust  ".to_owned())];
    for (index, word) in trust_words(trust).into_iter().enumerate() {
        if index > 0 {
            words.push((Look::Plain, "; ".to_owned()));
        }
        words.push(word);
    }
    page.line(7, words);
    if !trust.collected.complete {
        let absences = count(trust.collected.absences, "thing");
        page.text(7, &format!("       {absences} asked for could not be collected; dossier show {file}"));
    }
    if trust.signer.state == SignerState::Unknown && trust.signer.trust_file_sha256.is_none() {
        page.line(7, [(Look::Dim, format!("       next: dossier verify {file} --allowed-signers FILE"))]);
    }
}

fn result(page: &mut Page, report: &Report, detail: &Detail<'_>) {
    let (look, words) = result_words(report);
    let exit = match detail.subject {
        Subject::Inside => String::new(),
        _ => format!("   {}", exit_words(report, detail.fail_on)),
    };
    page.line(8, [(Look::Heading, "Result: ".to_owned()), (look, format!("{words}.")), (Look::Plain, exit)]);
}

#[cfg(test)]
pub(crate) mod tests;
