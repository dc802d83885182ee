//! Mounts the page and decides between opening a snapshot and showing one.

use base64::Engine as _;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::router::Router;
use crate::session::{Session, Stage};
use crate::views::open::OpenScreen;
use crate::views::shell::Shell;
use crate::{page, session};

/// Takes the place of the static summary and opens what the page carries.
pub(crate) fn start() {
    page::set_theme(&page::setting("theme").unwrap_or_else(|| "auto".into()));
    let Some(root) = page::element("app") else { return };
    root.replace_children_with_node_0();
    if let Ok(root) = root.dyn_into() {
        mount_to(root, App).forget();
    }
}

/// The JSON of the report on the screen, byte for byte what `dossier check --format json` prints.
#[wasm_bindgen]
pub fn report_json() -> Option<String> {
    session::shown_report_json()
}

#[component]
fn App() -> impl IntoView {
    let session = Session::new();
    provide_context(session);
    provide_context(Router::new());
    open_carried(session);
    accept_files(session);

    let screen = move || match session.stage.get() {
        Stage::Ready(loaded) => view! { <Shell loaded/> }.into_any(),
        stage => view! { <OpenScreen stage/> }.into_any(),
    };
    view! { {screen} }
}

/// Opens the snapshot inside the page, if there is one, and drops its text.
fn open_carried(session: Session) {
    let Some(carrier) = page::element("dossier-snapshot") else { return };
    let name = carrier.get_attribute("data-name").unwrap_or_else(|| "snapshot.zip".into());
    let text: String = carrier.text_content().unwrap_or_default().split_ascii_whitespace().collect();
    carrier.remove();
    match base64::engine::general_purpose::STANDARD.decode(text.as_bytes()) {
        Ok(bytes) => session.open_bytes(name, bytes),
        Err(error) => session.fail(
            name,
            format!("the snapshot inside this page is damaged ({error}); ask for the zip and open that"),
        ),
    }
}

/// Files may be dropped or pasted anywhere, at any time.
fn accept_files(session: Session) {
    let over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        event.prevent_default();
        let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            session.take_file(file);
        }
    });
    let paste = window_event_listener(leptos::ev::paste, move |event| {
        let data = event.dyn_ref::<web_sys::ClipboardEvent>().and_then(|event| event.clipboard_data());
        if let Some(file) = data.and_then(|data| data.files()).and_then(|files| files.get(0)) {
            event.prevent_default();
            session.open_file(file);
        }
    });
    on_cleanup(move || {
        over.remove();
        drop.remove();
        paste.remove();
    });
}
