//! A line to copy and the button that does it.

use leptos::prelude::*;

use crate::page;

/// A command with its button.
#[component]
pub(crate) fn CopyLine(
    /// What is shown and copied.
    text: String,
) -> impl IntoView {
    let (word, set_word) = signal("Copy");
    let copied = text.clone();
    let copy = move |_| {
        let text = copied.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let word = if page::copy(&text).await { "Copied" } else { "Select it and press Ctrl-C" };
            set_word.set(word);
            set_timeout(move || set_word.set("Copy"), std::time::Duration::from_secs(2));
        });
    };
    view! {
        <div class="copy-line">
            <code>{text}</code>
            <button type="button" class="no-print" on:click=copy aria-live="polite">{word}</button>
        </div>
    }
}
