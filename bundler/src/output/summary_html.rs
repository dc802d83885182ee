//! The report as static HTML for readers whose browser runs no script. Everything foreign is escaped.

use dossier_shared::report::{Check, Outcome, Report, Verdict};

use super::{clean, count};
use crate::judge::{objections, words_of};
use crate::output::trust;
use crate::viewer_page::escape;

/// Gates, contradictions, counts and trust; nothing that needs a style or a script.
pub(crate) fn summary(report: &Report) -> String {
    let mut out = String::from("<section id=\"dossier-summary\">\n");
    let id = report.snapshot.short_id.as_deref().unwrap_or_default();
    out.push_str(&format!(
        "<h1>{}</h1>\n<p>Snapshot {}, packed by {}, judged by {}.</p>\n",
        text(&report.phase.id),
        text(id),
        text(&report.snapshot.packer),
        text(&report.judge)
    ));
    if !report.phase.title.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", text(&report.phase.title)));
    }
    out.push_str("<h2>Gates</h2>\n<ul>\n");
    for gate in &report.gates {
        let verdict = match gate.verdict {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Claimed => "CLAIMED",
            Verdict::Open => "OPEN",
        };
        out.push_str(&format!(
            "<li><strong>{verdict}</strong> {} {} <code>{}:{}</code></li>\n",
            text(&gate.id),
            text(&gate.title),
            text(&gate.document),
            gate.line
        ));
    }
    out.push_str("</ul>\n");
    contradicted(&mut out, report);
    let counts = report.counts();
    out.push_str(&format!(
        "<p>{} confirmed, {} contradicted, {} without evidence, {} yours to judge.</p>\n",
        counts.confirmed, counts.contradicted, counts.no_evidence, counts.not_checkable
    ));
    out.push_str("<h2>Trust, when this page was made</h2>\n<ul>\n");
    for (word, question, because) in trust::answers_of(report) {
        out.push_str(&format!("<li>{question}: <strong>{word}</strong> ({})</li>\n", text(&because)));
    }
    out.push_str("</ul>\n");
    let objections = objections(report);
    let result = match objections.is_empty() {
        true => "nothing contradicted, every gate passed".to_owned(),
        false => words_of(&objections),
    };
    out.push_str(&format!("<p>Result: {}.</p>\n</section>\n", text(&result)));
    out
}

fn contradicted(out: &mut String, report: &Report) {
    let checks: Vec<&Check> = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Contradicted && check.same_as.is_none())
        .collect();
    if checks.is_empty() {
        return;
    }
    out.push_str(&format!("<h2>Contradicted: {}</h2>\n<ul>\n", count(checks.len() as u64, "fact")));
    for check in checks {
        out.push_str(&format!(
            "<li>{} <code>{}:{}</code> <q>{}</q><br>{}</li>\n",
            text(&check.id),
            text(&check.document),
            check.line,
            text(&check.quote),
            text(&check.because)
        ));
    }
    out.push_str("</ul>\n");
}

fn text(foreign: &str) -> String {
    escape(&clean(foreign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::check::tests::ghost;

    #[test]
    fn foreign_words_stay_words() {
        let mut report = ghost();
        report.gates[0].title = "<script>alert(1)</script>".to_owned();
        report.checks[0].quote = "</q><!--dossier:snapshot--><img src=x onerror='y'>\u{202e}".to_owned();
        insta::assert_snapshot!(summary(&report));
    }
}
