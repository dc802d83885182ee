//! What the reader sees on stderr: steps with their times, notes, warnings, failures. Runs nothing itself.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

/// Prints progress and remembers how long each step took.
pub(crate) struct Console {
    colours: bool,
    steps: RefCell<Vec<Step>>,
    warnings: RefCell<Vec<String>>,
}

struct Step {
    name: String,
    took: Duration,
    succeeded: bool,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "1;31";
const GREEN: &str = "32";
const YELLOW: &str = "1;33";

impl Console {
    pub(crate) fn new() -> Console {
        let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Console { colours, steps: RefCell::default(), warnings: RefCell::default() }
    }

    /// Runs one step under its name, and keeps its time for [`Console::summary`].
    pub(crate) fn step<T>(&self, name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        eprintln!("{}", self.paint(BOLD, &format!("==> {name}")));
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        let (colour, word) = if result.is_ok() { (GREEN, "done") } else { (RED, "failed") };
        eprintln!("    {} in {}", self.paint(colour, word), seconds(took));
        self.steps.borrow_mut().push(Step { name: name.to_owned(), took, succeeded: result.is_ok() });
        result
    }

    /// One line about what was found or decided.
    pub(crate) fn note(&self, text: &str) {
        eprintln!("    {text}");
    }

    /// A command line, before it runs.
    pub(crate) fn command(&self, line: &str) {
        eprintln!("    {}", self.paint(DIM, &format!("$ {line}")));
    }

    /// Something that does not stop the run but must not be overlooked; said again at the end.
    pub(crate) fn warn(&self, text: &str) {
        eprintln!("    {} {text}", self.paint(YELLOW, "warning:"));
        self.warnings.borrow_mut().push(text.to_owned());
    }

    /// The last words of a run that failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        eprintln!("\n{} {}", self.paint(RED, "error:"), failure.what);
        eprintln!("{} {}", self.paint(BOLD, "what to do:"), failure.remedy);
    }

    /// Times of all steps, slowest visible at a glance; nothing when there were fewer than two.
    pub(crate) fn summary(&self) {
        let steps = self.steps.borrow();
        if steps.len() > 1 {
            let width = steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
            let total: Duration = steps.iter().map(|step| step.took).sum();
            eprintln!("\n{}", self.paint(BOLD, "steps"));
            for step in steps.iter() {
                let state =
                    if step.succeeded { String::new() } else { format!("  {}", self.paint(RED, "failed")) };
                eprintln!("    {:<width$}  {:>9}{state}", step.name, seconds(step.took));
            }
            eprintln!("    {:<width$}  {:>9}", "all", seconds(total));
        }
        for warning in self.warnings.borrow().iter() {
            eprintln!("{} {warning}", self.paint(YELLOW, "warning:"));
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// `0.4 s`, `12.3 s`, `2 min 05 s`.
fn seconds(duration: Duration) -> String {
    let tenths = (duration.as_secs_f64() * 10.0).round() / 10.0;
    if tenths < 60.0 {
        format!("{tenths:.1} s")
    } else {
        let whole = duration.as_secs_f64().round() as u64;
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(seconds(Duration::from_millis(430)), "0.4 s");
        assert_eq!(seconds(Duration::from_millis(59_960)), "1 min 00 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
