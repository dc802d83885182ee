//! What the screens show, worked out from the report as plain values; knows nothing about pages or Leptos.

pub(crate) mod checks;
pub(crate) mod document;
pub(crate) mod files;
pub(crate) mod links;
pub(crate) mod log;
pub(crate) mod route;
pub(crate) mod tests;
pub(crate) mod timeline;
pub(crate) mod trust;
pub(crate) mod words;
