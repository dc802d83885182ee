//! The screens, one file each, and the shell around them.

pub(crate) mod builds;
pub(crate) mod changes;
pub(crate) mod chart;
pub(crate) mod document;
pub(crate) mod files;
pub(crate) mod gates;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod open;
pub(crate) mod parts;
pub(crate) mod shell;
pub(crate) mod strip;
pub(crate) mod tests;
pub(crate) mod timeline;
pub(crate) mod trust;
pub(crate) mod verdict;
