//! How far a stage has come, on stderr while somebody watches. Knows counts, nothing about what is counted.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// A stage of the work; the bar is gone when this is dropped, so that no words get mixed into it.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// How many there will be, where that is known.
    all_entries: Option<u64>,
    entries: AtomicU64,
}

impl Progress {
    /// Shows nothing.
    pub(crate) fn none() -> Self {
        Self { bar: ProgressBar::hidden(), all_entries: None, entries: AtomicU64::new(0) }
    }

    /// A stage that finds out how much there is to do.
    pub(crate) fn counting(stage: &'static str, quiet: bool) -> Self {
        Self::begin(stage, quiet, None, "{prefix:>9}  {bytes:>11}  {msg}", None)
    }

    /// A stage of which all is known.
    pub(crate) fn of(stage: &'static str, quiet: bool, entries: u64, bytes: u64) -> Self {
        let template = "{prefix:>9}  {bar:24} {bytes:>11} of {total_bytes}  {binary_bytes_per_sec}  {msg}";
        Self::begin(stage, quiet, Some(bytes), template, Some(entries))
    }

    fn begin(
        stage: &'static str,
        quiet: bool,
        bytes: Option<u64>,
        template: &str,
        all_entries: Option<u64>,
    ) -> Self {
        if quiet {
            return Self::none();
        }
        // Hides itself where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(stage);
        Self { bar, all_entries, entries: AtomicU64::new(0) }
    }

    /// One more entry is done.
    pub(crate) fn entry(&self, bytes: u64) {
        let entries = self.entries.fetch_add(1, Ordering::Relaxed) + 1;
        if self.bar.is_hidden() {
            return;
        }
        self.bar.inc(bytes);
        self.bar.set_message(match self.all_entries {
            Some(all) => format!("{entries} of {}", output::count(all, "file")),
            None => output::count(entries, "file"),
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
