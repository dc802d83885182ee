//! Reports made by hand, as they read in a comment.

use dossier_shared::evidence::Issue;
use dossier_shared::report::*;
use pulldown_cmark::{Event, Options, Parser};

use super::*;
use crate::output::check::tests::{bad, ghost};

fn sample() -> Report {
    let mut report = ghost();
    report.checks[0].evidence = vec![Evidence {
        path: "data/git/log.txt".parse().expect("a good name"),
        pointer: "line 3".to_owned(),
        value: "2026-06-13T06:27:57Z".to_owned(),
    }];
    report
}

#[test]
fn the_sample_reads_well() {
    let detail = Detail { subject: Subject::Snapshot("ghost.zip"), ..Detail::default() };
    insta::assert_snapshot!(document(&sample(), &detail));
}

#[test]
fn bad_news_is_plain() {
    let detail = Detail { subject: Subject::Snapshot("ghost.zip"), judge: true, ..Detail::default() };
    insta::assert_snapshot!(document(&bad(), &detail));
}

#[test]
fn what_is_not_packed_says_so() {
    let mut report = sample();
    report.trust = None;
    report.snapshot.id = None;
    report.snapshot.short_id = None;
    let text = document(&report, &Detail { subject: Subject::Unpacked("dossier.toml"), ..Detail::default() });
    assert!(text.contains("not packed yet, judged by") && text.contains("nobody vouches"), "{text}");
}

/// HTML that is not the folds' own.
fn foreign_html(markdown: &str) -> Vec<String> {
    let html = Parser::new_ext(markdown, Options::all()).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html.to_string()),
        _ => None,
    });
    let own = |html: &str| {
        html.lines().all(|line| line.is_empty() || line.starts_with("<details") || line == "</details>")
    };
    html.filter(|html| !own(html)).collect()
}

#[test]
fn foreign_words_stay_words_everywhere() {
    let hostile = "</details>|`<b>@operator #4\n\n# x\u{202e}\u{1b}[2J";
    let mut report = bad();
    for gate in &mut report.gates {
        (gate.id, gate.title, gate.document) = (hostile.to_owned(), hostile.to_owned(), hostile.to_owned());
    }
    for check in &mut report.checks {
        check.quote = hostile.to_owned();
        check.because = hostile.to_owned();
        check.document = hostile.to_owned();
        check.evidence = vec![Evidence {
            path: "data/files/a".parse().expect("a good name"),
            pointer: hostile.to_owned(),
            value: hostile.to_owned(),
        }];
    }
    for veto in &mut report.vetoes {
        (veto.scope, veto.quote, veto.document) =
            (hostile.to_owned(), hostile.to_owned(), hostile.to_owned());
    }
    for finding in &mut report.findings {
        (finding.id, finding.title) = (hostile.to_owned(), hostile.to_owned());
    }
    report.notes[0].text = hostile.to_owned();
    report.absences[0].what = hostile.to_owned();
    report.problems[0].what = hostile.to_owned();
    report.common_cause = hostile.to_owned();
    report.done.reasons = vec![hostile.to_owned()];
    (report.phase.id, report.phase.title) = (hostile.to_owned(), hostile.to_owned());
    let issue = Issue::new(hostile, hostile);
    let path = "data/files/a".parse().expect("a good name");
    report.issues = vec![dossier_shared::evidence::EntryIssue { path, issue }];
    let detail = Detail { all: true, judge: true, ..Detail::default() };
    let text = document(&report, &detail);
    assert_eq!(foreign_html(&text), Vec::<String>::new(), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    let outside_code: String = Parser::new_ext(&text, Options::all())
        .filter_map(|event| match event {
            Event::Text(text) => Some(text.to_string()),
            _ => None,
        })
        .collect();
    assert!(!outside_code.contains("@operator") && !outside_code.contains("#4"), "{outside_code}");
    assert_eq!(text.matches("<details").count(), text.matches("</details>\n").count(), "{text}");
}

#[test]
fn it_fits_into_a_comment() {
    let mut report = sample();
    let check = report.checks[5].clone();
    report.checks.extend((10..5000).map(|number| Check { id: format!("M1.{number}"), ..check.clone() }));
    let text = document(&report, &Detail::default());
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains("more, too long for a comment"), "what is left out is counted");
    assert!(text.trim_end().ends_with("</details>"), "and nothing is cut in two");
}
