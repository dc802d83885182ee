//! Tests: suites with their counts, and every case in one list that can be searched.

use dossier_shared::evidence::CaseOutcome;
use leptos::prelude::*;

use super::parts;
use crate::components::rows::Rows;
use crate::model::route::Route;
use crate::model::tests::{self, CaseAt, Filter, OUTCOMES};
use crate::model::words;
use crate::router;
use crate::session::loaded;

/// All suites and cases.
#[component]
pub(crate) fn TestsScreen(query: String) -> impl IntoView {
    let report = loaded().report.clone();
    if report.tests.is_empty() {
        return view! {
            {parts::heading("Tests", "")}
            {parts::nothing("This snapshot holds no test reports.", Some((Route::Trust, "See what was asked for")))}
        }
        .into_any();
    }
    let totals = tests::totals(&report);
    let all: u64 = totals.iter().sum();
    let text = RwSignal::new(query);
    let outcome = RwSignal::new(None::<CaseOutcome>);
    let by_time = RwSignal::new(false);
    let open = RwSignal::new(None::<CaseAt>);
    let selected = Memo::new({
        let report = report.clone();
        move |_| {
            let filter = Filter { text: text.get(), outcome: outcome.get(), by_time: by_time.get() };
            tests::select(&report, &filter)
        }
    });
    let typed = move |event| {
        let value = event_target_value(&event);
        router::note(&Route::Tests { query: value.clone() });
        text.set(value);
    };
    let buttons = std::iter::once((None, "All", all))
        .chain(
            OUTCOMES.into_iter().zip(totals).map(|(one, count)| (Some(one), tests::outcome_word(one), count)),
        )
        .filter(|(one, _, count)| one.is_none() || *count > 0)
        .map(|(one, word, count)| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || (outcome.get() == one).to_string()
                    on:click=move |_| outcome.set(one)
                >
                    {words::capital(word)} " " <span class="nav-count">{words::grouped(count)}</span>
                </button>
            }
        })
        .collect_view();
    let count = Signal::derive(move || selected.with(Vec::len));
    let found = move || {
        let number = count.get() as u64;
        if number == all {
            String::new()
        } else {
            format!("{} of {}", words::grouped(number), words::grouped(all))
        }
    };
    let row = {
        let report = report.clone();
        move |index: usize| {
            let Some(at) = selected.with(|selected| selected.get(index).copied()) else {
                return ().into_any();
            };
            let Some((suite, case)) = at.get(&report) else { return ().into_any() };
            let has_more = !case.message.is_empty();
            let toggle = move |_| {
                open.update(|open| *open = if *open == Some(at) || !has_more { None } else { Some(at) })
            };
            let run = suite.run.as_deref().map(|run| format!("{run} · ")).unwrap_or_default();
            view! {
                <div
                    class="row"
                    role="row"
                    data-row=""
                    tabindex="-1"
                    data-problem=matches!(case.outcome, CaseOutcome::Failed | CaseOutcome::Error).then_some("")
                >
                    <span role="cell" class=tests::outcome_class(case.outcome)>{tests::outcome_word(case.outcome)}</span>
                    <span role="cell" class="cut" title=format!("{}\n{}", case.class, case.name)>
                        {case.name.clone()} " " <span class="muted">{case.class.clone()}</span>
                    </span>
                    <span role="cell" class="cut muted">{run} {suite.file_stem.clone()}</span>
                    <span role="cell" class="right muted">{case.seconds.map(words::length)}</span>
                    <span role="cell" class="right">
                        {has_more.then(|| view! {
                            <button
                                type="button"
                                class="quiet small"
                                aria-expanded=move || (open.get() == Some(at)).to_string()
                                on:click=toggle
                            >"text"</button>
                        })}
                    </span>
                </div>
            }
            .into_any()
        }
    };
    // The rows are drawn anew when the selection changes, because their positions mean other cases then.
    let list = move || {
        selected.track();
        let row = row.clone();
        view! { <Rows count height=28.0 class="tests-grid" row/> }
    };
    let nothing = move || {
        (count.get() == 0).then(|| {
            let clear = move |_| {
                text.set(String::new());
                outcome.set(None);
                router::note(&Route::Tests { query: String::new() });
            };
            view! {
                <p class="nothing">
                    "No case matches. "
                    <button type="button" class="quiet" on:click=clear>"Show all cases"</button>
                </p>
            }
        })
    };
    let message = {
        let report = report.clone();
        move || {
            let (suite, case) = open.get().and_then(|at| at.get(&report))?;
            Some(view! {
                <div class="message" role="region" aria-label="Failure text">
                    <p>
                        <b>{case.name.clone()}</b> " "
                        <span class="muted">{case.class.clone()} " in " {suite.file_stem.clone()}</span> " "
                        <button type="button" class="quiet small" on:click=move |_| open.set(None)>"close"</button>
                    </p>
                    <pre class="scroll">{case.message.clone()}</pre>
                </div>
            })
        }
    };
    view! {
        {parts::heading("Tests", format!("{} in {}", words::count(all, "case", "cases"), words::count(report.tests.len() as u64, "suite", "suites")))}
        {suites(&report)}
        <section class="card" aria-labelledby="cases-title">
            <div class="toolbar">
                <h2 id="cases-title">"Cases" <small aria-live="polite">{found}</small></h2>
                <input
                    type="search"
                    placeholder="Name, class, suite, text"
                    aria-label="Search the cases"
                    data-search=""
                    prop:value=text
                    on:input=typed
                />
                <label class="line">
                    <input type="checkbox" prop:checked=by_time on:change=move |event| by_time.set(event_target_checked(&event))/>
                    " Slowest first"
                </label>
            </div>
            <div class="group toolbar no-print" role="group" aria-label="Show by outcome">{buttons}</div>
            {message}
            <div role="table" aria-label="Cases">
                <div class="row head tests-grid" role="row">
                    <span role="columnheader">"Outcome"</span>
                    <span role="columnheader">"Case"</span>
                    <span role="columnheader">"Suite"</span>
                    <span role="columnheader" class="right">"Took"</span>
                    <span role="columnheader" class="right"><span class="visually-hidden">"Text"</span></span>
                </div>
                {list}
            </div>
            {nothing}
        </section>
    }
    .into_any()
}

/// Suites beyond this many are folded.
const MOST_SUITES: usize = 60;

fn suites(report: &dossier_shared::report::Report) -> AnyView {
    let rows = report
        .tests
        .iter()
        .take(MOST_SUITES)
        .map(|suite| {
            let counts = suite.computed;
            let failed = counts.failures.unwrap_or(0) + counts.errors.unwrap_or(0);
            let query = format!("{} {}", suite.run.as_deref().unwrap_or_default(), suite.file_stem);
            let disagreement = tests::disagreement(suite.declared, counts);
            let name = if suite.name.is_empty() || suite.name == "pytest" { suite.file_stem.clone() } else { format!("{} · {}", suite.file_stem, suite.name) };
            view! {
                <tr data-row="" tabindex="-1">
                    <td class="muted">{suite.run.clone()}</td>
                    <td><a class="link" href=Route::Tests { query: query.trim().to_owned() }.href()>{name}</a></td>
                    <td class="right">{counts.tests.unwrap_or(0)}</td>
                    <td class="right">{(failed > 0).then(|| view! { <span class="t-fail">{failed}</span> })}</td>
                    <td class="right muted">{counts.skipped.filter(|skipped| *skipped > 0)}</td>
                    <td class="ink-warn">{disagreement}</td>
                    <td class="right muted">{suite.seconds.map(words::length)}</td>
                    <td class="right time">{suite.timestamp.map(words::day_and_second)}</td>
                </tr>
            }
        })
        .collect_view();
    let more = report.tests.len().saturating_sub(MOST_SUITES);
    view! {
        <details class="card fold" open=report.tests.len() <= 12>
            <summary><h2>"Suites" <small>"counts of the cases here; where a report declares others, it is said"</small></h2></summary>
            <table class="stacking dense">
                <thead>
                    <tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"Suite"</th>
                        <th scope="col" class="right">"Cases"</th>
                        <th scope="col" class="right">"Failed"</th>
                        <th scope="col" class="right">"Skipped"</th>
                        <th scope="col">"Declared"</th>
                        <th scope="col" class="right">"Took"</th>
                        <th scope="col" class="right">"Began (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {(more > 0).then(|| view! { <p class="muted">{format!("{more} more; search for them below.")}</p> })}
        </details>
    }
    .into_any()
}
