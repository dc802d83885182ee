//! Keeps the route in step with the part of the address after `#`; draws nothing.

use leptos::prelude::*;

use crate::model::route::Route;

/// The route, and ways to change it.
#[derive(Clone, Copy)]
pub(crate) struct Router {
    /// Where the reader is.
    pub(crate) route: ReadSignal<Route>,
}

impl Router {
    /// Listens to the address from now on.
    pub(crate) fn new() -> Router {
        let (route, set_route) = signal(current());
        let listener = window_event_listener(leptos::ev::hashchange, move |_| set_route.set(current()));
        on_cleanup(move || listener.remove());
        Router { route }
    }
}

/// Goes to a route.
pub(crate) fn go(route: &Route) {
    let _ = window().location().set_hash(&route.href());
}

/// Changes the address without going anywhere, for what a reader filters or marks.
pub(crate) fn note(route: &Route) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&route.href()));
    }
}

fn current() -> Route {
    Route::parse(&window().location().hash().unwrap_or_default())
}
