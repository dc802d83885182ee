//! Dossier's one reader and judge: bytes in, values out.
//!
//! Nothing here knows a clock, a file, a network or an environment; the bundler and the viewer hand
//! in bytes and draw the [`report::Report`] that comes back, which is why both always agree.
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod digest;
pub mod entry_path;
pub mod limits;
mod parallel;
pub mod time;

pub mod signature;
pub mod snapshot;

pub mod documents;
pub mod evidence;

pub mod crosscheck;
pub mod gates;
pub mod history;
pub mod report;
pub mod timeline;

pub mod open;
pub mod verify;

#[cfg(test)]
pub(crate) mod corpora;
#[cfg(test)]
mod round_trips;
