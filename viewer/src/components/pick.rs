//! A button that picks one file of this computer.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

/// A labelled file input.
#[component]
pub(crate) fn PickFile(
    /// Id of the input.
    id: &'static str,
    /// Words on the button.
    label: &'static str,
    /// Whether it is the one thing to do here.
    #[prop(optional)]
    is_primary: bool,
    /// Called with the file.
    on_file: impl Fn(web_sys::File) + 'static,
) -> impl IntoView {
    let input: NodeRef<leptos::html::Input> = NodeRef::new();
    let changed = move |_| {
        let element: Option<HtmlInputElement> = input.get_untracked();
        let Some(element) = element else { return };
        if let Some(file) = element.files().and_then(|files| files.get(0)) {
            on_file(file);
        }
        element.set_value("");
    };
    view! {
        <label class=if is_primary { "button primary" } else { "button" }>
            <input type="file" id=id node_ref=input on:change=changed/>
            {label}
        </label>
    }
}
