//! A report as Markdown, to paste into a pull request: what matters first, the rest folded away. Judges nothing.

mod escape;

use dossier_shared::report::{Check, CheckKind, Evidence, FindingState, Outcome, Report};

use super::check::words::{
    Stated, absence_words, contradicted_words, done_words, oddity_words, of, reason, result_words,
    trust_words, weightiest_first, word,
};
use super::check::{Detail, Subject};
use super::{Places, shorten};
use escape::{code, plain};

/// GitHub takes 65,536 characters a comment; what is folded away ends before.
const LONGEST: usize = 60_000;
const LONGEST_QUOTE: usize = 300;
const LONGEST_REASON: usize = 1000;
const LONGEST_VALUE: usize = 200;
const MOST_EVIDENCE: usize = 6;
/// Kept back of [`LONGEST`] for headings and for the words that say what was left out.
const RESERVE: usize = 2_000;

/// The whole report.
pub(crate) fn document(report: &Report, detail: &Detail<'_>) -> String {
    let mut text = Text { out: String::new() };
    let places = &detail.places;
    let stated = Stated::new(report, places);
    head(&mut text, report, detail);
    gates(&mut text, report, places);
    trouble(&mut text, report, places);
    if let Some(headline) = contradicted_words(report) {
        text.heading(&headline);
        if !report.common_cause.is_empty() {
            text.paragraph(&plain(&shorten(&places.within(&report.common_cause), LONGEST_REASON)));
        }
        text.items(weightiest_first(report), |check| contradiction(check, &stated, places));
    }
    let missing: Vec<&Check> = of(report, Outcome::NoEvidence).collect();
    if !missing.is_empty() {
        text.heading(&format!("No evidence: {}", missing.len()));
        text.items(missing, |check| statement(check, &stated, places));
    }
    if !report.notes.is_empty() {
        text.heading("Notes");
        text.items(&report.notes, |note| {
            format!("- {}\n", plain(&shorten(&places.within(&note.text), LONGEST_REASON)))
        });
    }
    let counts = report.counts();
    text.paragraph(&format!(
        "Confirmed {} · contradicted {} · no evidence {} · yours to judge {}",
        counts.confirmed, counts.contradicted, counts.no_evidence, counts.not_checkable
    ));
    trust(&mut text, report, detail);
    text.folded("Could not be collected", false, report.absences.iter().collect(), |absence| {
        format!("- {}\n", plain(&absence_words(absence)))
    });
    text.folded("Odd in the evidence", false, report.issues.iter().collect(), |issue| {
        format!("- {}\n", plain(&shorten(&oddity_words(issue), LONGEST_REASON)))
    });
    text.folded("Yours to judge", detail.judge, of(report, Outcome::NotCheckable).collect(), |check| {
        statement(check, &stated, places)
    });
    text.folded("Confirmed", detail.all, of(report, Outcome::Confirmed).collect(), |check| {
        statement(check, &stated, places)
    });
    text.out
}

fn head(text: &mut Text, report: &Report, detail: &Detail<'_>) {
    let title = match report.phase.title.is_empty() {
        true => String::new(),
        false => format!(": {}", plain(&shorten(&report.phase.title, LONGEST_QUOTE))),
    };
    text.out.push_str(&format!("## {}{title}\n", plain(&report.phase.id)));
    text.paragraph(&format!("**{}.**", plain(&shorten(&result_words(report).1, LONGEST_REASON))));
    let snapshot = match (&report.snapshot.short_id, detail.subject) {
        (Some(short_id), _) => format!("snapshot {}, ", code(short_id)),
        (None, Subject::Unpacked(_)) => "not packed yet, ".to_owned(),
        (None, _) => String::new(),
    };
    text.paragraph(&format!("{snapshot}judged by {}", plain(&report.judge)));
}

fn gates(text: &mut Text, report: &Report, places: &Places) {
    text.heading("Gates");
    if report.gates.is_empty() {
        text.paragraph("None found in the documents.");
    } else {
        text.out.push_str("\n| gate | verdict | title | where |\n|---|---|---|---|");
        text.items(&report.gates, |gate| {
            format!(
                "| {} | {} | {} | {} |\n",
                plain(&gate.id),
                word(gate.verdict).0,
                plain(&shorten(&gate.title, LONGEST_QUOTE)),
                // In a table a bar ends the cell even within code.
                code(&places.at(&gate.document, gate.line)).replace('|', "\\|"),
            )
        });
    }
    let (_, _, done) = done_words(report);
    let label = if report.done.is_written { "DONE: " } else { "" };
    text.paragraph(&format!("{label}{}", plain(&shorten(&places.within(&done), LONGEST_REASON))));
}

/// Vetoes, findings, damage: what stands in the way besides contradictions.
fn trouble(text: &mut Text, report: &Report, places: &Places) {
    let vetoes: Vec<_> = report.vetoes.iter().filter(|veto| veto.standing).collect();
    if !vetoes.is_empty() {
        text.heading(&format!("Standing vetoes: {}", vetoes.len()));
        text.items(vetoes, |veto| {
            let scope =
                if veto.scope.is_empty() { String::new() } else { format!("{}: ", plain(&veto.scope)) };
            let place = code(&places.at(&veto.document, veto.line));
            format!("- {scope}{} {place}\n", code(&shorten(veto.quote.trim(), LONGEST_QUOTE)))
        });
    }
    if !report.problems.is_empty() {
        text.heading(&format!("Problems: {}", report.problems.len()));
        text.items(&report.problems, |problem| {
            let path = problem.path.as_ref().map_or("snapshot", |path| path.as_str());
            format!("- {}: {}\n", code(path), plain(&problem.what))
        });
    }
    let open: Vec<_> = report.findings.iter().filter(|finding| finding.state == FindingState::Open).collect();
    if !open.is_empty() {
        text.heading(&format!("Open findings: {}", open.len()));
        text.items(open, |finding| {
            let place = code(&places.at(&finding.document, finding.line));
            let title = plain(&shorten(&finding.title, LONGEST_QUOTE));
            format!("- **{}** {title} {place}\n", plain(&finding.id))
        });
    }
}

/// One contradiction: where, what, why, and what it was compared with.
fn contradiction(check: &Check, stated: &Stated<'_>, places: &Places) -> String {
    let kind = match check.kind {
        CheckKind::Record => "record",
        CheckKind::Substance => "**substance**",
    };
    let mut out = format!(
        "- **{}** {} ({kind}): {}\\\n  {}\n",
        plain(&check.id),
        code(&stated.at(check)),
        code(&shorten(check.quote.trim(), LONGEST_QUOTE)),
        plain(&shorten(&reason(check, places), LONGEST_REASON)),
    );
    for evidence in check.evidence.iter().take(MOST_EVIDENCE) {
        out.push_str(&format!("  - {}\n", cited(evidence)));
    }
    if let Some(more @ 1..) = check.evidence.len().checked_sub(MOST_EVIDENCE) {
        out.push_str(&format!("  - and {more} more\n"));
    }
    out
}

/// `data/drone/612.json` `/started`: `1781331182`
fn cited(evidence: &Evidence) -> String {
    let mut out = code(evidence.path.as_str());
    if !evidence.pointer.is_empty() {
        out.push_str(&format!(" {}", code(&evidence.pointer)));
    }
    if !evidence.value.is_empty() {
        out.push_str(&format!(": {}", code(&shorten(evidence.value.trim(), LONGEST_VALUE))));
    }
    out
}

/// One statement in a line, or in two where there is a reason.
fn statement(check: &Check, stated: &Stated<'_>, places: &Places) -> String {
    let because = match check.because.is_empty() {
        true => String::new(),
        false => format!("\\\n  {}", plain(&shorten(&places.within(&check.because), LONGEST_REASON))),
    };
    format!(
        "- **{}** {}: {}{because}\n",
        plain(&check.id),
        code(&stated.at(check)),
        code(&shorten(check.quote.trim(), LONGEST_QUOTE)),
    )
}

fn trust(text: &mut Text, report: &Report, detail: &Detail<'_>) {
    match (&report.trust, detail.subject) {
        (Some(trust), _) => {
            let words: Vec<String> = trust_words(trust).iter().map(|(_, words)| plain(words)).collect();
            text.paragraph(&format!("Trust: {}", words.join("; ")));
        }
        (None, Subject::Unpacked(_)) => {
            text.paragraph("Trust: not packed yet, so nothing is sealed and nobody vouches for it");
        }
        (None, _) => {}
    }
}

/// Markdown that grows, and stops where a comment would be too long.
struct Text {
    out: String,
}

impl Text {
    fn heading(&mut self, words: &str) {
        self.out.push_str(&format!("\n### {}\n", plain(words)));
    }

    fn paragraph(&mut self, markdown: &str) {
        self.out.push_str(&format!("\n{markdown}\n"));
    }

    /// A list; what no longer fits is counted.
    fn items<T>(&mut self, items: impl IntoIterator<Item = T>, markdown: impl Fn(T) -> String) {
        self.out.push('\n');
        let mut left_out = 0_u64;
        for item in items {
            let item = markdown(item);
            // Once something is left out, all after it is: a list with holes misleads.
            if left_out > 0 || self.out.len() + item.len() + RESERVE > LONGEST {
                left_out += 1;
                continue;
            }
            self.out.push_str(&item);
        }
        if left_out > 0 {
            self.out.push_str(&format!(
                "- and {left_out} more, too long for a comment; dossier check tells all\n"
            ));
        }
    }

    /// A list behind a click, or open from the start.
    fn folded<T>(&mut self, title: &str, open: bool, items: Vec<T>, markdown: impl Fn(T) -> String) {
        if items.is_empty() {
            return;
        }
        let open = if open { " open" } else { "" };
        let number = items.len();
        self.out.push_str(&format!("\n<details{open}><summary>{title}: {number}</summary>\n"));
        self.items(items, markdown);
        self.out.push_str("\n</details>\n");
    }
}

#[cfg(test)]
mod tests;
