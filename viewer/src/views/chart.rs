//! The timeline as a drawing: rules, bars, points and an axis; the layout comes from the model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dossier_shared::report::{Lane, Report, TimelineItem, Tone};
use dossier_shared::time::human_length;
use leptos::prelude::*;

use crate::model::route::Route;
use crate::model::timeline::{self, Clock, Placed, Window};
use crate::model::words;
use crate::page;

/// What a reader does with the drawing.
#[derive(Clone, Copy)]
pub(crate) struct ChartState {
    /// The part that is drawn.
    pub(crate) window: RwSignal<Window>,
    /// Whether long pauses keep their length.
    pub(crate) to_scale: RwSignal<bool>,
    /// Builds whose steps are shown.
    pub(crate) unfolded: RwSignal<BTreeSet<u64>>,
    /// The item that was clicked, by position in the report.
    pub(crate) selected: RwSignal<Option<usize>>,
    /// The most rows that each lane has had, so that nothing jumps while the drawing is moved.
    rows: StoredValue<BTreeMap<String, usize>>,
}

impl ChartState {
    /// Everything in sight, nothing unfolded.
    pub(crate) fn new() -> ChartState {
        ChartState {
            window: RwSignal::new(Window::ALL),
            to_scale: RwSignal::new(false),
            unfolded: RwSignal::new(BTreeSet::new()),
            selected: RwSignal::new(None),
            rows: StoredValue::new(BTreeMap::new()),
        }
    }
}

const ROW: f64 = 24.0;
const BAR: f64 = 14.0;
const LANE_PADDING: f64 = 10.0;
const AXIS: f64 = 36.0;
/// Narrower drawings put the names of lanes above them.
const NARROW: f64 = 620.0;

/// The drawing. A small one stands still and its bars are links; a large one can be zoomed and moved.
#[component]
pub(crate) fn Chart(
    /// What is drawn.
    report: Arc<Report>,
    /// How it is looked at.
    state: ChartState,
    /// Whether it is the small one of the first screen.
    #[prop(optional)]
    is_small: bool,
) -> impl IntoView {
    let frame: NodeRef<leptos::html::Div> = NodeRef::new();
    let (width, set_width) = signal(0.0_f64);
    let measure = move || {
        if let Some(frame) = frame.get_untracked() {
            state.rows.set_value(BTreeMap::new());
            set_width.set(page::width(&frame));
        }
    };
    Effect::new(move || {
        if frame.get().is_some() {
            request_animation_frame(measure);
        }
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());

    let clock = Memo::new({
        let report = report.clone();
        move |_| Clock::new(shown(&report, is_small), state.to_scale.get())
    });
    let drawing = {
        let report = report.clone();
        move || {
            let width = width.get();
            if width < 10.0 {
                return ().into_any();
            }
            clock.with(|clock| draw(&report, clock, state, width, is_small))
        }
    };

    // Where a drag began: the pointer and the window at that time.
    let drag = StoredValue::new(None::<(f64, Window)>);
    let gutter = move || gutter(width.get_untracked());
    let plot = move || (width.get_untracked() - gutter()).max(50.0);
    let wheel = move |event: web_sys::WheelEvent| {
        if is_small {
            return;
        }
        let sideways = event.delta_x().abs() > event.delta_y().abs() || event.shift_key();
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let left = frame.get_untracked().map_or(0.0, |frame| frame.get_bounding_client_rect().left());
            let anchor = ((f64::from(event.client_x()) - left - gutter()) / plot()).clamp(0.0, 1.0);
            let factor = (event.delta_y() / 240.0).exp().clamp(0.4, 2.5);
            state.window.update(|window| *window = window.zoomed(factor, anchor));
        } else if sideways {
            event.prevent_default();
            let delta = if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() };
            state.window.update(|window| *window = window.moved(delta / plot()));
        }
    };
    let down = move |event: web_sys::PointerEvent| {
        if !is_small && event.button() == 0 {
            drag.set_value(Some((f64::from(event.client_x()), state.window.get_untracked())));
        }
    };
    let moved = move |event: web_sys::PointerEvent| {
        if let Some((start, window)) = drag.get_value() {
            let by = f64::from(event.client_x()) - start;
            if by.abs() > 3.0 {
                state.window.set(window.moved(-by / plot()));
            }
        }
    };
    let up = move |_| drag.set_value(None);
    let pressed = move |event: web_sys::KeyboardEvent| {
        if is_small {
            return;
        }
        let change = |window: Window| match event.key().as_str() {
            "ArrowLeft" => Some(window.moved(-0.2)),
            "ArrowRight" => Some(window.moved(0.2)),
            "+" | "=" => Some(window.zoomed(0.6, 0.5)),
            "-" => Some(window.zoomed(1.0 / 0.6, 0.5)),
            "0" => Some(Window::ALL),
            _ => None,
        };
        if let Some(window) = change(state.window.get_untracked()) {
            event.prevent_default();
            state.window.set(window);
        }
    };
    view! {
        <div
            class=if is_small { "chart" } else { "chart large" }
            node_ref=frame
            tabindex=if is_small { None } else { Some("0") }
            role=if is_small { None } else { Some("group") }
            aria-label=if is_small { None } else { Some("Timeline; arrow keys move it, plus and minus zoom") }
            on:wheel=wheel
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointerleave=up
            on:keydown=pressed
        >
            {drawing}
        </div>
    }
}

fn gutter(width: f64) -> f64 {
    if width < NARROW { 0.0 } else { 108.0 }
}

/// The items of a drawing; the small one leaves steps, suites and gathering out.
fn shown(report: &Report, is_small: bool) -> impl Iterator<Item = &TimelineItem> {
    report.timeline.iter().filter(move |item| {
        !is_small || matches!(item.lane, Lane::Declared | Lane::Builds | Lane::Pulls | Lane::Review)
    })
}

struct Band {
    name: String,
    kind: Lane,
    top: f64,
    items: Vec<Placed>,
}

fn draw(report: &Arc<Report>, clock: &Clock, state: ChartState, width: f64, is_small: bool) -> AnyView {
    let window = state.window.get();
    let gutter = gutter(width);
    let plot = (width - gutter).max(50.0);
    let is_narrow = gutter == 0.0;
    let (declared, declared_rows) = timeline::place(
        report,
        &timeline::in_lane(report, Lane::Declared),
        clock,
        window,
        plot,
        6,
        timeline::declared_label,
    );
    let top = 6.0 + declared_rows as f64 * 17.0 + if declared_rows > 0 { 5.0 } else { 0.0 };

    let mut lanes: Vec<(String, Lane, Vec<usize>)> = Vec::new();
    let builds = timeline::in_lane(report, Lane::Builds);
    let unfolded = state.unfolded.get();
    lanes.push(("Builds".into(), Lane::Builds, builds));
    for build in &unfolded {
        lanes.push((format!("Steps of {build}"), Lane::Steps, timeline::steps_of(report, *build)));
    }
    for lane in [Lane::Suites, Lane::Pulls, Lane::Review, Lane::Captures] {
        let in_small = matches!(lane, Lane::Pulls | Lane::Review);
        if !is_small || in_small {
            lanes.push((timeline::lane_words(lane).into(), lane, timeline::in_lane(report, lane)));
        }
    }
    lanes.retain(|(_, _, items)| !items.is_empty());

    let mut bands: Vec<Band> = Vec::new();
    let mut y = top;
    for (name, kind, items) in lanes {
        let most = match kind {
            Lane::Steps => 40,
            _ if is_small => 6,
            _ => 12,
        };
        let (placed, rows) = timeline::place(report, &items, clock, window, plot, most, timeline::label);
        let mut most_rows = rows.max(1);
        state.rows.update_value(|known| {
            let before = known.entry(name.clone()).or_insert(most_rows);
            *before = most_rows.max(*before);
            most_rows = *before;
        });
        if is_narrow {
            y += 16.0;
        }
        bands.push(Band { name, kind, top: y + LANE_PADDING / 2.0, items: placed });
        y += most_rows as f64 * ROW + LANE_PADDING;
    }
    let bottom = y;
    let height = bottom + AXIS;

    let apart = if is_narrow { 64.0 } else { 84.0 };
    let ticks = timeline::ticks(clock, window, plot, apart);
    let grid = ticks
        .iter()
        .map(|tick| view! { <line class="grid" x1=px(tick.x) x2=px(tick.x) y1=px(top) y2=px(bottom)/> })
        .collect_view();
    let tick_labels = ticks
        .iter()
        .map(|tick| {
            // Words at the very edge stay inside the drawing.
            let anchor = if tick.x < 18.0 {
                "start"
            } else if tick.x > plot - 18.0 {
                "end"
            } else {
                "middle"
            };
            view! {
                <text x=px(tick.x) y=px(bottom + 16.0) text-anchor=anchor>{tick.label.clone()}</text>
                <text class="strong" x=px(tick.x) y=px(bottom + 31.0) text-anchor=anchor>{tick.day.clone()}</text>
            }
        })
        .collect_view();
    let pauses = clock
        .closed()
        .filter_map(|pause| {
            let from = window.pixel(clock.position(pause.from), plot);
            let to = window.pixel(clock.position(pause.to), plot);
            if to < 0.0 || from > plot {
                return None;
            }
            let middle = (from + to) / 2.0;
            // A narrow band has no room for its length; zooming in shows it.
            let length = (to - from >= 13.0).then(|| pause_words(pause.to - pause.from));
            let transform = format!("translate({middle:.1} {:.1}) rotate(-90)", bottom - 8.0);
            Some(view! {
                <rect class="pause" x=px(from) y=px(top) width=px(to - from) height=px(bottom - top)/>
                <text class="pause-words" transform=transform dy="4">{length}</text>
            })
        })
        .collect_view();
    let lane_lines = bands
        .iter()
        .skip(1)
        .map(|band| {
            let y = band.top - LANE_PADDING / 2.0 - if is_narrow { 16.0 } else { 0.0 };
            view! { <line class="lane-line" x1="0" x2=px(width) y1=px(y) y2=px(y)/> }
        })
        .collect_view();
    let lane_names = bands
        .iter()
        .map(|band| {
            let y = if is_narrow { band.top - 5.0 } else { band.top + BAR + 2.0 };
            view! { <text class="lane" x="0" y=px(y)>{band.name.clone()}</text> }
        })
        .collect_view();
    let bodies = bands
        .iter()
        .flat_map(|band| band.items.iter().map(move |placed| (band, placed)))
        .filter_map(|(band, placed)| {
            let item = report.timeline.get(placed.item)?;
            let y = band.top + placed.row as f64 * ROW + (ROW - BAR) / 2.0;
            Some(body(item, placed, band.kind, y, state, is_small))
        })
        .collect_view();
    let rules = declared
        .iter()
        .filter_map(|placed| {
            let item = report.timeline.get(placed.item)?;
            let y = 14.0 + placed.row as f64 * 17.0;
            let (x, anchor) =
                if placed.label_left { (placed.x - 6.0, "end") } else { (placed.x + 6.0, "start") };
            Some(view! {
                <g class="declared">
                    <title>{full_words(item)}</title>
                    <line x1=px(placed.x) x2=px(placed.x) y1=px(y - 9.0) y2=px(bottom)/>
                    <text x=px(x) y=px(y) text-anchor=anchor>
                        {timeline::declared_label(item)}
                    </text>
                </g>
            })
        })
        .collect_view();
    let description = format!(
        "Timeline, {}: {}. The same is in the table below.",
        timeline::days(report),
        words::count(report.timeline.len() as u64, "event", "events")
    );
    view! {
        <svg
            width=px(width)
            height=px(height)
            viewBox=format!("0 0 {width:.0} {height:.0}")
            role="group"
            aria-label=description
        >
            <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <line class="hatch" x1="0" x2="0" y1="0" y2="6"/>
                </pattern>
            </defs>
            {lane_lines}
            {lane_names}
            <svg x=px(gutter) y="0" width=px(plot) height=px(height)>
                {grid}
                {pauses}
                <line class="axis" x1="0" x2=px(plot) y1=px(bottom) y2=px(bottom)/>
                {tick_labels}
                {rules}
                {bodies}
            </svg>
        </svg>
    }
    .into_any()
}

fn body(
    item: &TimelineItem,
    placed: &Placed,
    lane: Lane,
    y: f64,
    state: ChartState,
    is_small: bool,
) -> AnyView {
    let middle = y + BAR / 2.0;
    let (x, width) = (placed.x, placed.width);
    let class = match item.tone {
        Tone::Good => "item good",
        Tone::Bad => "item bad",
        Tone::Neutral => "item",
    };
    let shape = match (item.until.is_some(), lane) {
        (true, _) => view! { <rect x=px(x) y=px(y) width=px(width) height=px(BAR) rx="3"/> }.into_any(),
        (false, Lane::Review) => {
            let path = format!("M{x:.1} {:.1}l6 6-6 6-6-6z", middle - 6.0);
            view! { <path d=path/> }.into_any()
        }
        (false, Lane::Captures) => {
            let path = format!("M{x:.1} {:.1}v12M{:.1} {:.1}h6", middle - 6.0, x - 3.0, middle - 6.0);
            view! { <path class="tick" d=path/> }.into_any()
        }
        (false, _) => view! { <circle cx=px(x) cy=px(middle) r="4.5"/> }.into_any(),
    };
    let inside = width > timeline::label_width(&item.label) + 12.0;
    let label = placed.has_label.then(|| {
        let (at, anchor) = match (inside, placed.label_left, item.until.is_some()) {
            (true, _, _) => (x.max(0.0) + 6.0, "start"),
            (false, true, true) => (x - 6.0, "end"),
            (false, true, false) => (x - 10.0, "end"),
            (false, false, true) => (x + width + 6.0, "start"),
            (false, false, false) => (x + 10.0, "start"),
        };
        let class = if inside { "inside" } else { "" };
        view! { <text class=class x=px(at) y=px(middle + 4.0) text-anchor=anchor>{item.label.clone()}</text> }
    });
    let hit_x = (x - 7.0).min(x);
    let hit_width = width.max(1.0) + 14.0;
    let hit = view! {
        <rect class="hit" x=px(hit_x) y=px(middle - 12.0) width=px(hit_width) height="24"/>
    };
    let words = full_words(item);
    let tip = words.clone();
    if is_small {
        let href = item.build.map_or(Route::Timeline, Route::Build).href();
        return view! {
            <g class=class data-testid="timeline-bar">
                <a href=href aria-label=words>
                    <title>{tip}</title>
                    {hit}
                    {shape}
                    {label}
                </a>
            </g>
        }
        .into_any();
    }
    let (index, build) = (placed.item, item.build);
    let choose = move || {
        state.selected.set(Some(index));
        if let (Some(build), Lane::Builds) = (build, lane) {
            state.unfolded.update(|unfolded| {
                if !unfolded.remove(&build) {
                    unfolded.insert(build);
                }
            });
        }
    };
    let is_unfolded = match (build, lane) {
        (Some(build), Lane::Builds) => {
            Some(state.unfolded.with_untracked(|open| open.contains(&build)).to_string())
        }
        _ => None,
    };
    let is_selected = state.selected.get_untracked() == Some(index);
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" || event.key() == " " {
            event.prevent_default();
            event.stop_propagation();
            choose();
        }
    };
    view! {
        <g
            class=if is_selected { format!("{class} selected") } else { class.to_owned() }
            data-testid="timeline-bar"
            role="button"
            tabindex="0"
            aria-label=words
            aria-expanded=is_unfolded
            on:click=move |_| choose()
            on:keydown=pressed
        >
            <title>{tip}</title>
            {hit}
            {shape}
            {label}
        </g>
    }
    .into_any()
}

/// Everything about an item in a line: `612 success, 13 Jun 06:13:02 to 06:15:00 (1 min 58 s): …`.
pub(crate) fn full_words(item: &TimelineItem) -> String {
    let mut all = format!("{}, {}", item.label, words::day_and_second(item.at));
    if let Some(until) = item.until {
        let length = until.as_second() - item.at.as_second();
        all.push_str(&format!(" to {} ({})", words::second(until), human_length(length)));
    }
    if !item.detail.is_empty() {
        all.push_str(": ");
        all.push_str(&item.detail);
    }
    all
}

/// The length of a pause, to the minute.
fn pause_words(seconds: f64) -> String {
    human_length((seconds / 60.0).round() as i64 * 60)
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}
