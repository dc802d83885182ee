//! What the keyboard does, and the page that says so.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;

use crate::model::route::Screen;
use crate::page;
use crate::router;

/// Listens to the keyboard and shows its help.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let help: NodeRef<leptos::html::Dialog> = NodeRef::new();
    let is_on = RwSignal::new(page::setting("keys").as_deref() != Some("off"));
    // Whether `g` was pressed and a letter is awaited.
    let awaits_letter = StoredValue::new(false);
    let open_help = move || {
        if let Some(help) = help.get_untracked()
            && !help.open()
        {
            let _ = help.show_modal();
        }
    };
    let pressed = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        let key = event.key();
        if is_typing(&event) {
            if key == "Escape" {
                blur();
            }
            return;
        }
        if key == "Escape" {
            awaits_letter.set_value(false);
            blur();
            return;
        }
        if !is_on.get_untracked() {
            return;
        }
        if awaits_letter.get_value() {
            awaits_letter.set_value(false);
            let screen = Screen::ALL.into_iter().find(|screen| key == screen.letter().to_string());
            if let Some(screen) = screen {
                event.prevent_default();
                router::go(&screen.route());
            }
            return;
        }
        match key.as_str() {
            "?" => open_help(),
            "g" => {
                awaits_letter.set_value(true);
                set_timeout(move || awaits_letter.set_value(false), std::time::Duration::from_millis(1500));
            }
            "/" => match page::first("main [data-search]") {
                Some(search) => page::focus(&search),
                None => router::go(&Screen::Files.route()),
            },
            "j" => step("main [data-row]", 1),
            "k" => step("main [data-row]", -1),
            "n" => step("main [data-problem]", 1),
            "p" => step("main [data-problem]", -1),
            "y" => {
                let address = window().location().href().unwrap_or_default();
                wasm_bindgen_futures::spawn_local(async move {
                    page::copy(&address).await;
                });
                return;
            }
            _ => return,
        }
        event.prevent_default();
    };
    let listener = window_event_listener(leptos::ev::keydown, pressed);
    on_cleanup(move || listener.remove());

    let goes = Screen::ALL
        .into_iter()
        .map(|screen| row(vec!["g".into(), screen.letter().to_string()], screen.title()))
        .collect_view();
    let toggle = move |event| {
        let on = event_target_checked(&event);
        is_on.set(on);
        page::keep_setting("keys", if on { "on" } else { "off" });
    };
    view! {
        <button type="button" class="quiet keys-hint" on:click=move |_| open_help()>
            "Keyboard " <kbd>"?"</kbd>
        </button>
        <dialog node_ref=help class="help" aria-labelledby="help-title">
            <form method="dialog">
                <h2 id="help-title">"Keyboard"</h2>
                <dl class="keys">
                    {goes}
                    {row(vec!["/".into()], "Search on this screen")}
                    {row(vec!["j".into(), "k".into()], "Next and previous row")}
                    {row(vec!["n".into(), "p".into()], "Next and previous problem")}
                    {row(vec!["y".into()], "Copy the link to this place")}
                    {row(vec!["Esc".into()], "Leave a field, close this")}
                </dl>
                <label class="line">
                    <input type="checkbox" prop:checked=is_on on:change=toggle/>
                    " Single keys do something"
                </label>
                <p><button>"Close"</button></p>
            </form>
        </dialog>
    }
}

fn row(keys: Vec<String>, words: &'static str) -> AnyView {
    let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd>" " }).collect_view();
    view! { <dt>{keys}</dt><dd>{words}</dd> }.into_any()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        let kind = element.get_attribute("type").unwrap_or_default();
        match element.tag_name().to_ascii_lowercase().as_str() {
            "textarea" | "select" => true,
            "input" => !matches!(kind.as_str(), "checkbox" | "file" | "radio" | "button"),
            _ => false,
        }
    })
}

fn blur() {
    let active =
        document().active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(active) = active {
        let _ = active.blur();
    }
}

/// Moves the focus among the elements of a selector.
fn step(selector: &str, by: i32) {
    let elements = page::all(selector);
    if elements.is_empty() {
        return;
    }
    let active = document().active_element();
    let here = active.and_then(|active| elements.iter().position(|element| element.contains(Some(&active))));
    let last = elements.len() as i32 - 1;
    let next = match here {
        Some(here) => (here as i32 + by).clamp(0, last),
        None if by > 0 => 0,
        None => last,
    };
    if let Some(element) = elements.get(next as usize) {
        page::focus(element);
        element.scroll_into_view_with_scroll_into_view_options(&{
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            options
        });
    }
}
