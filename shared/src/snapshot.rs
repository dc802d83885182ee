//! The snapshot format (docs/FORMAT.md): a strict zip that is also a BagIt bag; knows nothing about evidence's meaning.

pub mod append;
pub mod compress;
pub mod fault;
pub mod layout;
pub mod manifest;
pub mod metadata;
pub mod names;
pub mod read;
pub mod record;
#[cfg(test)]
pub(crate) mod sample;
mod texts;
pub mod write;
