//! Long lists of rows of one height, of which only those in sight are in the page.

use leptos::prelude::*;

/// More rows than this are windowed; fewer are all in the page, for the browser's search and for paper.
pub(crate) const MOST_PLAIN_ROWS: usize = 500;

/// How many rows are kept above and below those in sight.
const MARGIN: usize = 12;

/// A list of `count` rows; `row` draws one. Scrolls by itself when it is long.
#[component]
pub(crate) fn Rows(
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// Height of a row in CSS pixels; the stylesheet agrees.
    height: f64,
    /// From how many rows on only those in sight are in the page.
    #[prop(default = MOST_PLAIN_ROWS)]
    most_plain: usize,
    /// A row to bring into sight.
    #[prop(optional, into)]
    reveal: Option<Signal<Option<usize>>>,
    /// What the list is to a screen reader: rows of a table, or a `group`.
    #[prop(default = "rowgroup")]
    role: &'static str,
    /// Class of the list.
    class: &'static str,
    /// Draws a row.
    row: impl Fn(usize) -> AnyView + Send + Sync + Clone + 'static,
) -> impl IntoView {
    let list: NodeRef<leptos::html::Div> = NodeRef::new();
    let (top, set_top) = signal(0.0_f64);
    let (sight, set_sight) = signal(900.0_f64);
    let measure = move || {
        if let Some(list) = list.get_untracked() {
            set_top.set(f64::from(list.scroll_top()));
            set_sight.set(f64::from(list.client_height()).max(200.0));
        }
    };
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());

    let is_long = Memo::new(move |_| count.get() > most_plain);
    let range = Memo::new(move |_| {
        let count = count.get();
        if !is_long.get() {
            return (0, count);
        }
        let first = ((top.get() / height) as usize).saturating_sub(MARGIN);
        // Steps of eight rows, so that scrolling by a few pixels draws nothing.
        let first = (first / 8 * 8).min(count);
        let visible = (sight.get() / height) as usize + 2 * MARGIN + 8;
        (first, (first + visible).min(count))
    });
    if let Some(reveal) = reveal {
        Effect::new(move || {
            let Some(wanted) = reveal.get() else { return };
            let Some(list) = list.get() else { return };
            request_animation_frame(move || {
                let (here, sight) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
                let at = wanted as f64 * height;
                if is_long.get_untracked() && (at < here || at + height > here + sight) {
                    list.set_scroll_top((at - sight / 3.0) as i32);
                }
                measure();
            });
        });
    }
    let rows = move || {
        let (first, last) = range.get();
        (first..last).map(&row).collect_view()
    };
    let above = move || format!("{}px", range.get().0 as f64 * height);
    let below = move || format!("{}px", (count.get() - range.get().1.min(count.get())) as f64 * height);
    view! {
        <div
            class=move || if is_long.get() { format!("rows long {class}") } else { format!("rows {class}") }
            role=role
            node_ref=list
            tabindex=move || if is_long.get() { Some("0") } else { None }
            on:scroll=move |_| measure()
        >
            <div class="rows-space" style:height=above></div>
            {rows}
            <div class="rows-space" style:height=below></div>
        </div>
    }
}
