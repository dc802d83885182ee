//! What end-to-end tests stand on: a real browser that is watched, and the surroundings that `cargo xtask test` found.
//! Knows nothing of what Dossier's pages and commands should say.
//!
//! Everything here is for tests, so what cannot be done panics with a message instead of handing an error on.
//!
//! ```no_run
//! # async fn example() {
//! use dossier_tests::Browser;
//!
//! let page = Browser::new().width(900).dark().open("target/demo/ghost.html").await;
//! page.wait_for("main").await;
//! page.press("?").await;
//! assert!(page.text("[role=dialog]").await.contains("Keyboard"));
//! page.assert_quiet().await;
//! # }
//! ```

mod browser;
mod cdp;
mod driver;
pub mod forge;
mod page;
mod surroundings;
mod wire;

pub use browser::Browser;
pub use page::{Page, Violation};
pub use surroundings::{bagit, corpora, dossier, dossier_that_pauses, measured, skip};
