//! The small parts that all screens share: marks, stamps, chips, rows of checks.

use dossier_shared::report::{Check, Report, Verdict};
use leptos::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::model::checks::{self, Mark, Tally};
use crate::model::links::{self, Link};
use crate::model::route::{Route, outcome_name};
use crate::model::words;
use crate::session::Loaded;

/// The shape of a mark.
pub(crate) fn shape(mark: Mark) -> Shape {
    match mark {
        Mark::Confirmed => Shape::Check,
        Mark::Substance => Shape::Cross,
        Mark::Record => Shape::Exclamation,
        Mark::NoEvidence => Shape::DashedCircle,
        Mark::Yours => Shape::Eye,
    }
}

/// A mark of ours: shape, word and colour.
pub(crate) fn pill(mark: Mark) -> AnyView {
    view! {
        <span class=format!("pill {}", mark.class()) title=mark.meaning()>
            {icon(shape(mark))}
            {mark.word()}
        </span>
    }
    .into_any()
}

/// A verdict of the reviewer; it looks like a stamp on paper and not like a mark of ours.
pub(crate) fn stamp(verdict: Verdict) -> AnyView {
    let class = match verdict {
        Verdict::Pass => "stamp pass",
        Verdict::Fail => "stamp fail",
        Verdict::Claimed => "stamp claimed",
        Verdict::Open => "stamp open",
    };
    view! { <span class=class title=checks::verdict_meaning(verdict)>{checks::verdict_word(verdict)}</span> }
        .into_any()
}

/// A link to a piece of evidence.
pub(crate) fn chip(link: Link) -> AnyView {
    view! { <a class="chip" href=link.route.href() title=link.title>{link.label}</a> }.into_any()
}

/// Words of a report; what stands between backticks was typed by a machine.
pub(crate) fn prose(text: &str) -> AnyView {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
        })
        .collect_view()
        .into_any()
}

/// A heading of a screen.
pub(crate) fn heading(title: impl IntoView + 'static, under: impl IntoView + 'static) -> AnyView {
    view! {
        <header class="heading">
            <h1 tabindex="-1" id="title">{title}</h1>
            <p class="sub">{under}</p>
        </header>
    }
    .into_any()
}

/// A sentence where there is nothing to show, with one way on.
pub(crate) fn nothing(sentence: impl IntoView + 'static, way_on: Option<(Route, &'static str)>) -> AnyView {
    let way_on = way_on.map(|(route, words)| view! { " " <a class="link" href=route.href()>{words}</a> });
    view! { <p class="nothing">{sentence} {way_on}</p> }.into_any()
}

/// What is wrong with a file, said where it is shown.
pub(crate) fn damage_note(what: Option<&str>) -> Option<AnyView> {
    let what = what?;
    Some(
        view! {
            <p class="damage" role="alert">
                {format!("This file is damaged: {what}. What is drawn here is what was found.")}
            </p>
        }
        .into_any(),
    )
}

/// The value of `data-damaged`.
pub(crate) fn damage_flag(what: Option<&str>) -> Option<&'static str> {
    what.map(|_| "true")
}

/// Counts of checks as one bar.
pub(crate) fn bar(tally: Tally) -> AnyView {
    let parts = [Mark::Confirmed, Mark::Record, Mark::Substance, Mark::NoEvidence, Mark::Yours];
    let segments = parts
        .into_iter()
        .filter(|mark| tally.get(*mark) > 0)
        .map(|mark| {
            view! { <i class=format!("fill {}", mark.class()) style:flex-grow=tally.get(mark).to_string()></i> }
        })
        .collect_view();
    let words = format!(
        "{} confirmed, {} contradicted, {} without evidence, {} yours to judge",
        tally.confirmed,
        tally.contradicted(),
        tally.no_evidence,
        tally.yours
    );
    view! { <div class="bar" role="img" aria-label=words>{segments}</div> }.into_any()
}

/// A tally as words of a table cell: `28 confirmed · 1 record differs · 5 to judge`.
pub(crate) fn tally_words(tally: Tally) -> AnyView {
    let parts = [
        (Mark::Confirmed, "confirmed"),
        (Mark::Substance, "contradicted"),
        (Mark::Record, "in record"),
        (Mark::NoEvidence, "no evidence"),
        (Mark::Yours, "to judge"),
    ];
    let words = parts
        .into_iter()
        .filter(|(mark, _)| tally.get(*mark) > 0)
        .enumerate()
        .map(|(index, (mark, word))| {
            let separator = if index > 0 { " · " } else { "" };
            let class = match mark {
                Mark::Substance => "ink-bad",
                Mark::Record => "ink-warn",
                Mark::NoEvidence => "ink-none",
                _ => "",
            };
            view! { {separator}<span class=class><span class="figure">{tally.get(mark)}</span>" "{word}</span> }
        })
        .collect_view();
    if tally.total() == 0 {
        return view! { <span class="muted">"no checks"</span> }.into_any();
    }
    view! { <span class="tally">{words}</span> }.into_any()
}

/// A check as a row: id, quote, why, where. `repeats` are other places that state the same fact.
pub(crate) fn check_row(loaded: &Loaded, check: &Check, repeats: &[&Check], is_focused: bool) -> AnyView {
    let report = &loaded.report;
    let mark = Mark::of(check);
    let ids = std::iter::once(check)
        .chain(repeats.iter().copied())
        .map(|check| check_id(report, check))
        .collect_view();
    let mut chips: Vec<AnyView> = vec![chip(links::to_line(report, &check.document, check.line))];
    for repeat in repeats {
        chips.push(chip(links::to_line(report, &repeat.document, repeat.line)));
    }
    chips.extend(links::to_all_evidence(report, &check.evidence).into_iter().map(chip));
    let document = report.documents.iter().find(|document| document.name == check.document);
    let in_damaged = document
        .and_then(|document| loaded.damage(document.path.as_str()))
        .map(|what| format!("Stands in a damaged file: {what}."));
    let damaged: Vec<String> = check
        .evidence
        .iter()
        .filter_map(|evidence| {
            let what = loaded.damage(evidence.path.as_str())?;
            Some(format!("Rests on a damaged file: {}: {what}.", evidence.path))
        })
        .chain(in_damaged)
        .collect();
    let is_damaged = !damaged.is_empty();
    let acknowledged = check.acknowledged.as_ref().map(|place| {
        let link = links::to_place(report, place);
        let words = match &link {
            Some(link) => format!("acknowledged in {}", link.label),
            None => format!("acknowledged in {place}"),
        };
        let href = link.map(|link| link.route.href());
        view! { <a class="noted" href=href title="A document itself mentions this difference.">{words}</a> }
    });
    let same = check.same_as.as_ref().map(|first| {
        let route =
            report.checks.iter().find(|other| other.id == *first).map(|other| links::to_check(report, other));
        view! {
            <span class="muted">
                " Same fact as " <a class="link mono" href=route.map(|route| route.href())>{first.clone()}</a>
                ", counted there."
            </span>
        }
    });
    view! {
        <li
            class=if is_focused { "check focused" } else { "check" }
            id=format!("check-{}", check.id)
            data-row=""
            tabindex="-1"
            data-mark=mark.class()
            data-problem=matches!(mark, Mark::Substance | Mark::Record | Mark::NoEvidence).then_some("")
            data-damaged=is_damaged.then_some("true")
        >
            <div class="check-ids">{ids}</div>
            <div class="check-mark">{pill(mark)}</div>
            <div class="check-words">
                <q class="quote">{check.quote.clone()}</q>
                <p class="because">{prose(&words::sentence(&check.because))} {same} {acknowledged.map(|noted| view! { " " {noted} })}</p>
                {damaged.into_iter().map(|words| view! { <p class="damage">{words}</p> }).collect_view()}
            </div>
            <div class="chips">{chips}</div>
        </li>
    }
    .into_any()
}

fn check_id(report: &Report, check: &Check) -> AnyView {
    view! {
        <a
            class="check-id"
            href=links::to_check(report, check).href()
            data-testid=format!("check-{}", check.id)
            data-outcome=outcome_name(check.outcome)
            title=format!("Rule: {}", checks::rule_in_words(&check.rule))
        >
            {check.id.clone()}
        </a>
    }
    .into_any()
}
