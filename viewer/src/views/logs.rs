//! Logs: the list, and one log with line numbers, colours, search and links to lines.

use std::sync::Arc;

use leptos::prelude::*;

use super::{builds, parts};
use crate::components::rows::Rows;
use crate::model::log::{self, LogText};
use crate::model::route::{Lines, Route};
use crate::model::{links, words};
use crate::page;
use crate::router;
use crate::session::loaded;

/// Logs with more lines than this are windowed.
const MOST_PLAIN_LINES: usize = 2000;
/// Height of a line; the stylesheet agrees.
const LINE: f64 = 20.0;

/// Every step that has a log.
#[component]
pub(crate) fn LogsScreen() -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let mut count = 0_u64;
    let rows = report
        .builds
        .iter()
        .flat_map(|build| build.steps.iter().map(move |step| (build, step)))
        .filter_map(|(build, step)| {
            let path = step.log.as_ref()?;
            count += 1;
            let size = report.files.iter().find(|file| file.path == *path).map(|file| words::size(file.size_bytes));
            let damage = loaded.damage(path.as_str());
            Some(view! {
                <tr data-row="" tabindex="-1" data-damaged=parts::damage_flag(damage) title=damage.map(str::to_owned)>
                    <th scope="row">
                        <a class="link" href=links::log_route(build, step, None).href()>{format!("{} · {}", build.number, step.name)}</a>
                    </th>
                    <td>{builds::status(&step.status)}</td>
                    <td class="muted mono cut">{path.to_string()}</td>
                    <td class="right muted">{size}</td>
                    <td class="right time">{step.started.map(words::day_and_second)}</td>
                </tr>
            })
        })
        .collect_view();
    if count == 0 {
        return view! {
            {parts::heading("Logs", "")}
            {parts::nothing("This snapshot holds no logs.", Some((Route::Trust, "See what was asked for")))}
        }
        .into_any();
    }
    view! {
        {parts::heading("Logs", words::count(count, "log", "logs"))}
        <section class="card" aria-label="Logs">
            <table class="stacking">
                <thead>
                    <tr>
                        <th scope="col">"Build and step"</th>
                        <th scope="col">"Server says"</th>
                        <th scope="col">"File"</th>
                        <th scope="col" class="right">"Size"</th>
                        <th scope="col" class="right">"Began (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// One log.
#[component]
pub(crate) fn LogScreen(number: u64, step: String, lines: Option<Lines>) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let build = number;
    let found = links::step_of_route(&report, build, &step);
    let Some((build_facts, step_facts)) = found else {
        return view! {
            {parts::heading(format!("Log of build {build}, {step}"), "")}
            {parts::nothing("There is no such step in this snapshot.", Some((Route::Logs, "See the logs that are")))}
        }
        .into_any();
    };
    let heading = parts::heading(
        format!("Build {build} · {}", step_facts.name),
        view! {
            {builds::status(&step_facts.status)}
            {step_facts.started.map(|at| format!(" · began {} UTC", words::day_and_second(at)))}
        },
    );
    let steps = build_facts
        .steps
        .iter()
        .filter(|other| other.log.is_some())
        .map(|other| {
            let is_here = std::ptr::eq(other, step_facts);
            view! {
                <a href=links::log_route(build_facts, other, None).href() aria-current=is_here.then_some("page")>
                    {other.name.clone()}
                </a>
            }
        })
        .collect_view();
    let tabs = view! {
        <nav class="tabs no-print" aria-label="Logs of this build">
            <a href=Route::Logs.href()>"All logs"</a>
            <a href=Route::Build(build).href()>{format!("Build {build}")}</a>
            {steps}
        </nav>
    };
    let Some(path) = &step_facts.log else {
        let nothing = parts::nothing(
            "The log of this step was not collected, or the server had none.",
            Some((Route::Build(build), "Back to the build")),
        );
        return view! { {tabs} {heading} {nothing} }.into_any();
    };
    let Some(bytes) = loaded.bytes(path.as_str()) else {
        let nothing = parts::nothing(
            format!("The entry {path} cannot be read."),
            Some((Route::File { path: path.to_string(), at: None }, "See why")),
        );
        return view! { {tabs} {heading} {nothing} }.into_any();
    };
    let text = Arc::new(log::read(&bytes));
    let raw = bytes.into_owned();
    let file_name = format!("{build}-{}.json", step_facts.name);
    let file = Route::File { path: path.to_string(), at: None };
    let damage = loaded.damage(path.as_str());
    let address = {
        let step = step.clone();
        move |lines| Route::Log { build, step: step.clone(), lines }
    };
    view! {
        {tabs}
        {heading}
        <section class="card" data-damaged=parts::damage_flag(damage) aria-label="Log">
            {parts::damage_note(damage)}
            <LogText text lines address/>
            <p class="muted below">
                <button type="button" class="no-print" on:click=move |_| page::save(&file_name, &raw)>"Save as it came"</button>
                " "
                <a class="link" href=file.href()>{path.to_string()}</a>
            </p>
        </section>
    }
    .into_any()
}

/// A log with its tools; also used for plain text that somebody opens as lines.
#[component]
fn LogText(
    text: Arc<LogText>,
    lines: Option<Lines>,
    address: impl Fn(Option<Lines>) -> Route + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let total = text.lines.len();
    let needle = RwSignal::new(String::new());
    let marked = RwSignal::new(lines);
    let target = RwSignal::new(lines.map(|lines| lines.first as usize - 1));
    let index = log::Index::of(&text);
    let troubles = Arc::new(index.troubles());
    let hits = Memo::new(move |_| needle.with(|needle| index.search(needle)));
    let has_times = text.lines.iter().any(|line| line.seconds.is_some());

    // Goes to the next or the previous of some lines, round the end.
    let jump = move |among: &[usize], forward: bool| {
        let here = target.get_untracked();
        let next = if forward {
            among.iter().find(|line| here.is_none_or(|here| **line > here)).or(among.first())
        } else {
            among.iter().rev().find(|line| here.is_none_or(|here| **line < here)).or(among.last())
        };
        if let Some(next) = next {
            target.set(Some(*next));
        }
    };
    let search_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            hits.with_untracked(|hits| jump(hits, !event.shift_key()));
        }
    };
    let hits_words = move || {
        let found = hits.with(Vec::len) as u64;
        if needle.with(String::is_empty) {
            String::new()
        } else if found == 0 {
            "no line matches".into()
        } else {
            words::count(found, "line", "lines")
        }
    };
    let trouble_buttons = (!troubles.is_empty()).then(|| {
        let (next, previous) = (troubles.clone(), troubles.clone());
        let count = words::grouped(troubles.len() as u64);
        view! {
            <div class="group">
                <button type="button" on:click=move |_| jump(&previous, false) aria-label="Previous line that looks like trouble">"‹"</button>
                <button type="button" on:click=move |_| jump(&next, true)>"Next trouble " <span class="nav-count">{count}</span></button>
            </div>
        }
    });
    let dropped = (text.dropped_head > 0).then(|| {
        view! {
            <p class="ink-none">
                {format!("The server had already dropped the first {} of this log.", words::count(text.dropped_head, "line", "lines"))}
            </p>
        }
    });
    let row = {
        let text = text.clone();
        let troubles = troubles.clone();
        move |index: usize| {
            let Some(line) = text.lines.get(index) else { return ().into_any() };
            let number = index as u32 + 1;
            let address = address.clone();
            let pick = move |event: web_sys::MouseEvent| {
                event.prevent_default();
                let chosen = match marked.get_untracked() {
                    Some(lines) if event.shift_key() => {
                        Lines { first: lines.first.min(number), last: lines.first.max(number) }
                    }
                    _ => Lines::one(number),
                };
                marked.set(Some(chosen));
                router::note(&address(Some(chosen)));
            };
            let is_trouble = troubles.binary_search(&index).is_ok();
            let is_marked = move || marked.get().is_some_and(|lines| lines.contains(number));
            let is_hit = move || hits.with(|hits| hits.binary_search(&index).is_ok());
            let is_here = move || target.get() == Some(index) && !needle.with(String::is_empty);
            let spans = log::spans(&line.raw)
                .into_iter()
                .map(|span| {
                    if span.class.is_empty() {
                        span.text.into_any()
                    } else {
                        view! { <span class=span.class>{span.text}</span> }.into_any()
                    }
                })
                .collect_view();
            view! {
                <div
                    class="log-line"
                    class:trouble=is_trouble
                    class:marked=is_marked
                    class:hit=is_hit
                    class:here=is_here
                    id=format!("L{number}")
                >
                    <a class="number" href=format!("#L{number}") on:click=pick aria-label=format!("Line {number}")>{number}</a>
                    {has_times.then(|| view! { <span class="seconds">{line.seconds.map(|seconds| format!("{seconds} s"))}</span> })}
                    <span class="text">{spans}</span>
                </div>
            }
            .into_any()
        }
    };
    let count = Signal::derive(move || total);
    if total <= MOST_PLAIN_LINES
        && let Some(lines) = lines
    {
        page::reveal(format!("L{}", lines.first));
    }
    Effect::new(move |before: Option<()>| {
        let line = target.get();
        if before.is_some()
            && total <= MOST_PLAIN_LINES
            && let Some(line) = line
        {
            page::reveal(format!("L{}", line + 1));
        }
    });
    view! {
        <div class="toolbar no-print">
            <input
                type="search"
                placeholder="Search the whole log"
                aria-label="Search the whole log"
                data-search=""
                prop:value=needle
                on:input=move |event| needle.set(event_target_value(&event))
                on:keydown=search_key
            />
            <div class="group">
                <button type="button" on:click=move |_| hits.with_untracked(|hits| jump(hits, false)) aria-label="Previous match">"‹"</button>
                <button type="button" on:click=move |_| hits.with_untracked(|hits| jump(hits, true)) aria-label="Next match">"›"</button>
            </div>
            <span class="muted" aria-live="polite">{hits_words}</span>
            <span class="spring"></span>
            {trouble_buttons}
            <span class="muted">{words::count(total as u64, "line", "lines")}</span>
        </div>
        {dropped}
        {(total == 0).then(|| parts::nothing("The log is empty.", None))}
        <Rows count height=LINE most_plain=MOST_PLAIN_LINES reveal=target role="group" class="log" row/>
    }
}
