//! The gates, and one gate with its history and its checks.

use dossier_shared::report::{Check, Gate, Outcome};
use leptos::prelude::*;

use super::{parts, verdict};
use crate::model::checks::{self, Mark, Tally};
use crate::model::links;
use crate::model::route::Route;
use crate::model::words;
use crate::page;
use crate::router;
use crate::session::{Loaded, loaded};

/// All gates, and the checks that stand in no gate's section.
#[component]
pub(crate) fn GatesScreen(check: Option<String>, outcome: Option<Outcome>) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let tally = Tally::of(&report.checks);
    let under = format!(
        "{}: what the documents say, and whether the evidence agrees.",
        words::count(tally.total(), "check", "checks")
    );
    let all: Vec<Check> = match outcome {
        // A filter by outcome is about the whole phase; without one, gates keep their checks to themselves.
        Some(_) => report.checks.clone(),
        None => checks::outside_gates(&report).cloned().collect(),
    };
    let title = if outcome.is_some() { "All checks" } else { "Checks outside the gates" };
    let note = |outcome| router::note(&Route::Gates { check: None, outcome });
    view! {
        {parts::heading("Gates", under)}
        {verdict::gates(&report)}
        <CheckList title checks=all focused=check outcome note/>
    }
}

/// One gate.
#[component]
pub(crate) fn GateScreen(id: String, check: Option<String>, outcome: Option<Outcome>) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let Some(gate) = report.gates.iter().find(|gate| gate.id == id) else {
        let known: Vec<&str> = report.gates.iter().map(|gate| gate.id.as_str()).collect();
        let sentence = format!("This phase has no gate {id}; it has {}.", known.join(", "));
        let way_on = Some((Route::Gates { check: None, outcome: None }, "See all gates"));
        return view! { {parts::heading("No such gate", "")} {parts::nothing(sentence, way_on)} }.into_any();
    };
    let all: Vec<Check> = checks::of_gate(&report, &id).cloned().collect();
    let tally = checks::gate_tally(&report, &id);
    let others = report
        .gates
        .iter()
        .map(|other| {
            let route = Route::Gate { id: other.id.clone(), check: None, outcome: None };
            let is_here = other.id == id;
            view! { <a href=route.href() aria-current=is_here.then_some("page")>{other.id.clone()}</a> }
        })
        .collect_view();
    let note = {
        let id = id.clone();
        move |outcome| router::note(&Route::Gate { id: id.clone(), check: None, outcome })
    };
    view! {
        <nav class="tabs no-print" aria-label="Gates">
            <a href=Route::Gates { check: None, outcome: None }.href()>"All gates"</a>
            {others}
        </nav>
        {parts::heading(format!("{} — {}", gate.id, gate.title), parts::tally_words(tally))}
        <section class="card two" data-testid=format!("gate-{}", gate.id) aria-label="Verdict and history">
            <div>
                <h2 class="label">"The reviewer says"</h2>
                <p class="verdicts" data-testid=format!("verdict-{}", gate.id)>{parts::stamp(gate.verdict)}</p>
                <p class="muted">{verdict_in_words(gate)}</p>
                {(gate.line > 0).then(|| parts::chip(links::to_line(&report, &gate.document, gate.line)))}
            </div>
            <div>
                <h2 class="label">"The evidence says"</h2>
                {parts::bar(tally)}
                <p class="muted">{checks::contradictions_in_words(tally)}</p>
            </div>
        </section>
        {history(&loaded, gate)}
        <CheckList title="Checks" checks=all focused=check outcome note/>
    }
    .into_any()
}

fn verdict_in_words(gate: &Gate) -> String {
    match (gate.stamped_at, gate.at, gate.at_is_commit_time) {
        (Some(stamp), Some(at), true) => format!(
            "Stamped {} by hand; committed {} UTC.",
            words::day_and_clock(stamp),
            words::day_and_second(at)
        ),
        (None, Some(at), true) => format!("Committed {} UTC.", words::day_and_second(at)),
        (_, Some(at), false) => {
            format!(
                "Stamped {} UTC by hand; no commit in this snapshot shows when.",
                words::day_and_second(at)
            )
        }
        (_, None, _) => "No time is written or known.".into(),
    }
}

fn history(loaded: &Loaded, gate: &Gate) -> Option<AnyView> {
    if gate.history.is_empty() {
        return None;
    }
    let report = &loaded.report;
    let rows = gate
        .history
        .iter()
        .map(|event| {
            let place = if event.line > 0 {
                parts::chip(links::to_line(report, &event.document, event.line))
            } else {
                view! { <span class="chip">{event.document.clone()}</span> }.into_any()
            };
            view! {
                <tr>
                    <td class="time">{event.at.map_or_else(|| "no time".into(), words::day_and_second)}</td>
                    <td>{parts::stamp(event.what)}</td>
                    <td><q class="quote">{event.quote.clone()}</q></td>
                    <td class="right">{place}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="history-title">
                <h2 id="history-title">"History" <small>"the last verdict stands"</small></h2>
                <table class="stacking">
                    <thead>
                        <tr>
                            <th scope="col">"When (UTC)"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"Words"</th>
                            <th scope="col" class="right">"Where"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

/// Checks with a filter by outcome; a focused one is brought into sight.
#[component]
fn CheckList(
    title: &'static str,
    checks: Vec<Check>,
    focused: Option<String>,
    outcome: Option<Outcome>,
    note: impl Fn(Option<Outcome>) + Clone + 'static,
) -> impl IntoView {
    let loaded = loaded();
    if checks.is_empty() {
        return view! {
            <section class="card">
                <h2>{title}</h2>
                {parts::nothing("None: nothing here could be compared with evidence.", None)}
            </section>
        }
        .into_any();
    }
    let shown = RwSignal::new(outcome);
    let count = |wanted: Option<Outcome>| {
        checks.iter().filter(|check| wanted.is_none_or(|outcome| outcome == check.outcome)).count()
    };
    let choices = [
        (None, "All"),
        (Some(Outcome::Contradicted), "Contradicted"),
        (Some(Outcome::NoEvidence), "No evidence"),
        (Some(Outcome::NotCheckable), "Yours to judge"),
        (Some(Outcome::Confirmed), "Confirmed"),
    ];
    let buttons = choices
        .into_iter()
        .map(|(wanted, word)| (wanted, word, count(wanted)))
        .filter(|(wanted, _, number)| *number > 0 || wanted.is_none())
        .map(|(wanted, word, number)| {
            let note = note.clone();
            let choose = move |_| {
                shown.set(wanted);
                note(wanted);
            };
            view! {
                <button type="button" aria-pressed=move || (shown.get() == wanted).to_string() on:click=choose>
                    {word} " " <span class="nav-count">{number}</span>
                </button>
            }
        })
        .collect_view();
    if let Some(id) = &focused {
        page::reveal(format!("check-{id}"));
    }
    let rows = move || {
        let wanted = shown.get();
        let rows = checks
            .iter()
            .filter(|check| wanted.is_none_or(|outcome| outcome == check.outcome))
            .map(|check| parts::check_row(&loaded, check, &[], focused.as_deref() == Some(&check.id)))
            .collect_view();
        view! { <ul class="checks">{rows}</ul> }
    };
    view! {
        <section class="card" aria-label=title>
            <div class="toolbar">
                <h2>{title}</h2>
                <div class="group no-print" role="group" aria-label="Show by outcome">{buttons}</div>
            </div>
            {rows}
            {legend()}
        </section>
    }
    .into_any()
}

fn legend() -> AnyView {
    let rows = [Mark::Confirmed, Mark::Record, Mark::Substance, Mark::NoEvidence, Mark::Yours]
        .into_iter()
        .map(|mark| view! { <dt>{parts::pill(mark)}</dt><dd>{mark.meaning()}</dd> })
        .collect_view();
    view! {
        <details class="legend-details no-print">
            <summary>"What the marks mean"</summary>
            <dl class="pairs wide">{rows}</dl>
        </details>
    }
    .into_any()
}
