//! A report in words for a tired operator: what matters first, what can wait behind a flag. Judges nothing.

use dossier_shared::report::{
    Check, CheckKind, Done, FindingState, Gate, Outcome, Report, SealState, SignerState, Trust, Verdict,
};
use dossier_shared::time;

use super::line::{pad, widest};
use super::{Look, Page, count, shorten};
use crate::judge::objections;

/// What to tell besides the essentials.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Detail<'a> {
    /// List the confirmed ones.
    pub(crate) all: bool,
    /// List those that a person has to judge.
    pub(crate) judge: bool,
    /// The snapshot's file, for hints that can be copied; none inside a snapshot, where trust has no place.
    pub(crate) file: Option<&'a str>,
}

const LONGEST_TITLE: usize = 48;
const LONGEST_QUOTE: usize = 160;

/// The whole report.
pub(crate) fn page(report: &Report, detail: Detail<'_>) -> Page {
    let mut page = Page::default();
    header(&mut page, report);
    gates(&mut page, report);
    findings(&mut page, report);
    problems(&mut page, report);
    contradicted(&mut page, report);
    listed(&mut page, report, Outcome::NoEvidence, "No evidence");
    for note in &report.notes {
        page.text(6, &format!("Note  {}", note.text));
    }
    confirmed_and_yours(&mut page, report, detail);
    if let (Some(trust), Some(file)) = (&report.trust, detail.file) {
        trust_lines(&mut page, trust, file);
    }
    result(&mut page, report, detail);
    page
}

fn header(page: &mut Page, report: &Report) {
    let mut words = vec![(Look::Heading, report.phase.id.clone())];
    if let Some(short_id) = &report.snapshot.short_id {
        words.push((Look::Plain, format!("   snapshot {short_id}")));
    }
    words.push((Look::Dim, format!("   judged by {}", report.judge)));
    page.line(2, words);
}

fn gates(page: &mut Page, report: &Report) {
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
        let rest = format!("  {}  {}    {}", pad(&gate.id, ids), pad(title, title_width), place(gate));
        page.line(
            word_width + 4,
            [(Look::Plain, "  ".to_owned()), (look, pad(text, word_width)), (Look::Plain, rest)],
        );
    }
    for veto in report.vetoes.iter().filter(|veto| veto.standing) {
        let rest = format!(
            "  {}{}    {}:{}",
            if veto.scope.is_empty() { String::new() } else { format!("{}  ", veto.scope) },
            quoted(&veto.quote),
            veto.document,
            veto.line
        );
        page.line(
            word_width + 4,
            [(Look::Plain, "  ".to_owned()), (Look::Bad, pad("VETO", word_width)), (Look::Plain, rest)],
        );
    }
    done(page, report, word_width);
}

fn word(verdict: Verdict) -> (&'static str, Look) {
    match verdict {
        Verdict::Pass => ("PASS", Look::Good),
        Verdict::Fail => ("FAIL", Look::Bad),
        Verdict::Claimed => ("CLAIMED", Look::Warn),
        Verdict::Open => ("OPEN", Look::Warn),
    }
}

fn place(gate: &Gate) -> String {
    match gate.line {
        0 => gate.document.clone(),
        line => format!("{}:{line}", gate.document),
    }
}

fn done(page: &mut Page, report: &Report, word_width: usize) {
    let Done { written, is_written, allowed, reasons } = &report.done;
    let look = if *allowed { Look::Good } else { Look::Bad };
    let reasons = match reasons.is_empty() {
        true => String::new(),
        false => format!(": {}", reasons.join(", ")),
    };
    let allowed_words = if *allowed { "allowed" } else { "not allowed" };
    let (word, look, rest) = match (is_written, written) {
        (true, Some(at)) => {
            ("DONE", look, format!("written {}, {allowed_words}{reasons}", day_and_clock(report, *at)))
        }
        (true, None) => ("DONE", look, format!("written, {allowed_words}{reasons}")),
        (false, _) => ("OPEN", Look::Warn, format!("DONE is not written; {allowed_words}{reasons}")),
    };
    page.line(
        word_width + 4,
        [(Look::Plain, "  ".to_owned()), (look, pad(word, word_width)), (Look::Plain, format!("  {rest}"))],
    );
}

/// The clock alone where the day goes without saying: that of the newest verdict.
fn day_and_clock(report: &Report, at: time::Timestamp) -> String {
    let newest = report.gates.iter().filter_map(|gate| gate.at).max();
    match newest {
        Some(newest) if time::date(newest) == time::date(at) => time::clock(at),
        _ => format!("{} {}", time::date(at), time::clock(at)),
    }
}

fn findings(page: &mut Page, report: &Report) {
    let open: Vec<_> = report.findings.iter().filter(|f| f.state == FindingState::Open).collect();
    if open.is_empty() {
        return;
    }
    page.line(2, [(Look::Warn, format!("Open findings: {}", open.len()))]);
    let ids = widest(open.iter().map(|finding| finding.id.as_str()));
    for finding in open {
        let title = shorten(&finding.title, LONGEST_QUOTE);
        let place = format!("{}:{}", finding.document, finding.line);
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

/// Checks of one outcome, each with the ids of its repetitions folded in.
fn of(report: &Report, outcome: Outcome) -> impl Iterator<Item = &Check> {
    report.checks.iter().filter(move |check| check.same_as.is_none() && check.outcome == outcome)
}

fn contradicted(page: &mut Page, report: &Report) {
    let counts = report.counts();
    if counts.contradicted == 0 {
        return;
    }
    let kind = match counts.contradicted_substance {
        0 => "record-keeping only".to_owned(),
        number => format!("{number} of substance"),
    };
    page.line(2, [(Look::Bad, format!("Contradicted: {}, {kind}", count(counts.contradicted, "fact")))]);
    if !report.common_cause.is_empty() {
        page.text(2, &format!("  {}", report.common_cause));
    }
    let ids = widest(of(report, Outcome::Contradicted).map(|check| check.id.as_str()));
    let mut checks: Vec<&Check> = of(report, Outcome::Contradicted).collect();
    // What the verdicts rest on comes first: substance, then the gates' own sections.
    checks.sort_by_key(|check| (check.kind == CheckKind::Record, check.gate.is_none()));
    for check in checks {
        let hanging = ids + 4;
        let mut words = vec![
            (Look::Plain, format!("  {}  ", pad(&check.id, ids))),
            (Look::Plain, format!("{}   {}", places(report, check), quoted(&check.quote))),
        ];
        if check.kind == CheckKind::Substance {
            words.push((Look::Bad, "  substance".to_owned()));
        }
        page.line(hanging, words);
        let mut because = check.because.clone();
        if let Some(place) = &check.acknowledged {
            let who = if place.starts_with("REVIEW") { "the reviewer" } else { "a document" };
            because.push_str(&format!("; {who} noted it at {place}"));
        }
        page.text(hanging, &format!("{}{because}", " ".repeat(hanging)));
    }
}

/// Checks of one outcome, a line each.
fn listed(page: &mut Page, report: &Report, outcome: Outcome, heading: &str) {
    let checks: Vec<&Check> = of(report, outcome).collect();
    if checks.is_empty() {
        return;
    }
    page.heading(&format!("{heading}: {}", checks.len()));
    let ids = widest(checks.iter().map(|check| check.id.as_str()));
    for check in checks {
        let words = if check.because.is_empty() {
            quoted(&check.quote)
        } else if outcome == Outcome::NoEvidence {
            check.because.clone()
        } else {
            format!("{}   {}", quoted(&check.quote), check.because)
        };
        page.text(ids + 4, &format!("  {}  {}   {words}", pad(&check.id, ids), places(report, check)));
    }
}

/// `REVIEW-ghost.md:32 (and :68)`: where the same fact is stated.
fn places(report: &Report, check: &Check) -> String {
    let mut again: Vec<String> = Vec::new();
    let first = (check.document.as_str(), check.line);
    for other in report.checks.iter().filter(|other| other.same_as.as_deref() == Some(&check.id)) {
        let place = match other.document == check.document {
            true => format!(":{}", other.line),
            false => format!("{}:{}", other.document, other.line),
        };
        if (other.document.as_str(), other.line) != first && !again.contains(&place) {
            again.push(place);
        }
    }
    let first = format!("{}:{}", check.document, check.line);
    if again.is_empty() { first } else { format!("{first} (and {})", again.join(", ")) }
}

fn quoted(quote: &str) -> String {
    format!("\"{}\"", shorten(quote.trim(), LONGEST_QUOTE))
}

fn confirmed_and_yours(page: &mut Page, report: &Report, detail: Detail<'_>) {
    let counts = report.counts();
    if detail.all {
        listed(page, report, Outcome::Confirmed, "Confirmed");
    }
    if detail.judge {
        listed(page, report, Outcome::NotCheckable, "Yours to judge");
    }
    let hint = |shown: bool, flag: &str, number: u64| match shown || number == 0 || detail.file.is_none() {
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

fn trust_lines(page: &mut Page, trust: &Trust, file: &str) {
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
        SignerState::None => None,
    };
    let mut words = vec![
        (Look::Plain, "Trust  ".to_owned()),
        (files.0, files.1.to_owned()),
        (Look::Plain, "; ".to_owned()),
        (seal.0, seal.1.to_owned()),
    ];
    if let Some((look, text)) = signer {
        words.push((Look::Plain, "; ".to_owned()));
        words.push((look, text));
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

fn result(page: &mut Page, report: &Report, detail: Detail<'_>) {
    let objections = objections(report);
    let look = if objections.is_empty() { Look::Good } else { Look::Bad };
    let words = match objections.is_empty() {
        true => "nothing contradicted, every gate passed".to_owned(),
        false => objections.join("; "),
    };
    let exit = match detail.file {
        Some(_) => format!("   exit {}", u8::from(!objections.is_empty())),
        None => String::new(),
    };
    page.line(8, [(Look::Heading, "Result: ".to_owned()), (look, format!("{words}.")), (Look::Plain, exit)]);
}

#[cfg(test)]
pub(crate) mod tests;
