//! The browser's own facilities in small functions: focus, clipboard, blobs, storage; knows no report.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement};

/// The element with this id.
pub(crate) fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Brings an element to the middle of the window, once it is drawn, and gives it the focus.
pub(crate) fn reveal(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        if let Some(element) = element(&id) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Center);
            element.scroll_into_view_with_scroll_into_view_options(&options);
            focus(&element);
        }
    });
}

/// Scrolls a row sideways, so that an element of it is in sight.
pub(crate) fn show_in_row(selector: &str) {
    if let Some(element) = first(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        options.set_inline(web_sys::ScrollLogicalPosition::Center);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Gives an element the focus without moving the page.
pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Elements that match a selector, in the order of the page.
pub(crate) fn all(selector: &str) -> Vec<Element> {
    let Ok(list) = document().query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

/// The first element that matches a selector.
pub(crate) fn first(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// Puts text on the clipboard and tells whether that worked; some browsers refuse on file://.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| clipboard.is_object());
    if !has_clipboard {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// An address for bytes that only this page can use; release it with [`release`].
pub(crate) fn blob_address(bytes: &[u8], mime: &str) -> Option<String> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    web_sys::Url::create_object_url_with_blob(&blob).ok()
}

/// Lets go of an address of [`blob_address`].
pub(crate) fn release(address: &str) {
    let _ = web_sys::Url::revoke_object_url(address);
}

/// Offers bytes as a download.
pub(crate) fn save(name: &str, bytes: &[u8]) {
    let Some(address) = blob_address(bytes, "application/octet-stream") else { return };
    if let Ok(anchor) = document().create_element("a")
        && let Ok(anchor) = anchor.dyn_into::<web_sys::HtmlAnchorElement>()
    {
        anchor.set_href(&address);
        anchor.set_download(name);
        anchor.click();
    }
    set_timeout(move || release(&address), std::time::Duration::from_secs(10));
}

/// A setting of this reader; never anything about trust.
pub(crate) fn setting(name: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(&format!("dossier.{name}")).ok().flatten()
}

/// Keeps a setting, where the browser allows it.
pub(crate) fn keep_setting(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&format!("dossier.{name}"), value);
    }
}

/// Follows the computer's colours (`auto`), or one of `light` and `dark`.
pub(crate) fn set_theme(theme: &str) {
    if let Some(root) = document().document_element() {
        let _ = match theme {
            "auto" => root.remove_attribute("data-theme"),
            theme => root.set_attribute("data-theme", theme),
        };
    }
}

/// The width of an element in CSS pixels.
pub(crate) fn width(element: &Element) -> f64 {
    element.get_bounding_client_rect().width()
}
