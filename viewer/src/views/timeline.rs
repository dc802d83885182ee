//! The timeline screen: the drawing, how to look at it, and the same as a table.

use dossier_shared::time::human_length;
use leptos::prelude::*;

use super::chart::{Chart, ChartState, full_words};
use super::parts;
use crate::components::rows::Rows;
use crate::model::links;
use crate::model::route::Route;
use crate::model::timeline::{self, Window};
use crate::model::words;
use crate::session::loaded;

/// Everything on one clock.
#[component]
pub(crate) fn TimelineScreen() -> impl IntoView {
    let report = loaded().report.clone();
    let heading = parts::heading(
        "Timeline",
        format!("{}, all times UTC. Click a build to see its steps.", timeline::days(&report)),
    );
    if report.timeline.is_empty() {
        let nothing = parts::nothing(
            "Nothing in this snapshot carries a time.",
            Some((Route::Verdict, "Go to the verdict")),
        );
        return view! { {heading} {nothing} }.into_any();
    }
    let state = ChartState::new();
    let zoom = move |factor: f64| move |_| state.window.update(|window| *window = window.zoomed(factor, 0.5));
    let pan = move |share: f64| move |_| state.window.update(|window| *window = window.moved(share));
    let is_all = move || state.window.get() == Window::ALL;
    let has_pauses = !timeline::Clock::new(&report.timeline, false).closed().count().eq(&0);
    let pauses = has_pauses.then(|| {
        view! {
            <label class="line">
                <input
                    type="checkbox"
                    prop:checked=move || !state.to_scale.get()
                    on:change=move |event| {
                        state.to_scale.set(!event_target_checked(&event));
                        state.window.set(Window::ALL);
                    }
                />
                " Close long pauses"
            </label>
        }
    });
    let selected = {
        let report = report.clone();
        move || {
            let item = state.selected.get().and_then(|index| report.timeline.get(index));
            let Some(item) = item else {
                return view! { <p class="muted selection">"Drag to move, Ctrl and wheel to zoom."</p> }
                    .into_any();
            };
            let build = item.build.map(|build| {
                view! { <a class="link" href=Route::Build(build).href()>{format!("Open build {build}")}</a> " " }
            });
            let file = item.path.as_ref().map(|path| {
                let route = links::step_of_log(&report, path).map_or_else(
                    || Route::File { path: path.to_string(), at: None },
                    |(build, step)| links::log_route(build, step, None),
                );
                view! { <a class="link" href=route.href()>"Open the evidence"</a> }
            });
            view! { <p class="selection" aria-live="polite">{full_words(item)} ". " {build} {file}</p> }
                .into_any()
        }
    };
    let count = report.timeline.len();
    let table_report = report.clone();
    let row = move |index: usize| {
        let Some(item) = table_report.timeline.get(index) else { return ().into_any() };
        let length = item.until.map(|until| human_length(until.as_second() - item.at.as_second()));
        let route = match (item.build, &item.path) {
            (Some(build), _) => Some(Route::Build(build)),
            (None, Some(path)) => Some(Route::File { path: path.to_string(), at: None }),
            (None, None) => None,
        };
        let what = match route {
            Some(route) => view! { <a class="link" href=route.href()>{item.label.clone()}</a> }.into_any(),
            None => view! { <span>{item.label.clone()}</span> }.into_any(),
        };
        view! {
            <div class="row" role="row" data-row="" tabindex="-1">
                <span role="cell" class="time">{words::day_and_second(item.at)}</span>
                <span role="cell" class="muted">{timeline::lane_words(item.lane)}</span>
                <span role="cell" class="cut">{what}</span>
                <span role="cell" class="right muted">{length}</span>
                <span role="cell" class="cut muted" title=item.detail.clone()>{item.detail.clone()}</span>
            </div>
        }
        .into_any()
    };
    view! {
        {heading}
        <section class="card" aria-label="Drawing">
            <div class="toolbar no-print">
                <div class="group">
                    <button type="button" on:click=zoom(0.5) aria-label="Zoom in">"+"</button>
                    <button type="button" on:click=zoom(2.0) aria-label="Zoom out">"−"</button>
                    <button type="button" on:click=pan(-0.3) aria-label="Earlier">"‹"</button>
                    <button type="button" on:click=pan(0.3) aria-label="Later">"›"</button>
                    <button type="button" on:click=move |_| state.window.set(Window::ALL) disabled=is_all>"All"</button>
                </div>
                {pauses}
            </div>
            <Chart report=report.clone() state/>
            {selected}
        </section>
        <section class="card">
            <h2>"In order" <small>{words::count(count as u64, "event", "events")}</small></h2>
            <div role="table" aria-label="Everything that happened, in order">
                <div class="row head timeline-grid" role="row">
                    <span role="columnheader">"When (UTC)"</span>
                    <span role="columnheader">"Kind"</span>
                    <span role="columnheader">"What"</span>
                    <span role="columnheader" class="right">"Took"</span>
                    <span role="columnheader">"More"</span>
                </div>
                <Rows count=Signal::derive(move || count) height=28.0 class="timeline-grid" row/>
            </div>
        </section>
    }
    .into_any()
}
