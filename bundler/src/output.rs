//! Words on a terminal: lines that wrap and align, colours, and nothing hostile. Knows no command.

pub(crate) mod binding;
pub(crate) mod check;
mod clean;
pub(crate) mod junit;
mod line;
pub(crate) mod markdown;
mod places;
pub(crate) mod show;
pub(crate) mod summary_html;
pub(crate) mod trust;

use std::io::{self, IsTerminal as _, Write as _};

pub(crate) use clean::{clean, clean_lines};
pub(crate) use line::{Look, Page};
pub(crate) use places::Places;

/// How wide text is where no terminal says otherwise, also in the `report.txt` of a snapshot.
pub(crate) const PLAIN_WIDTH: usize = 100;
const NARROWEST: usize = 80;
const WIDEST: usize = 140;

/// Prints `page` for a person: coloured and wrapped where a terminal is, plain where none is.
pub(crate) fn print_page(page: &Page) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(page.render(width(), true).as_bytes())?;
    out.flush()
}

/// Prints JSON: as it is for a program, and without what would change a terminal or the order of its characters.
pub(crate) fn print_json(text: &str) -> io::Result<()> {
    match io::stdout().is_terminal() {
        true => print_plain(&clean::escaped_in_json(text)),
        false => print_plain(text),
    }
}

/// Prints `text` as it is, for a program.
pub(crate) fn print_plain(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(PLAIN_WIDTH, |(terminal_size::Width(columns), _)| {
        usize::from(columns).clamp(NARROWEST, WIDEST)
    })
}

/// `1 fact`, `3 facts`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// At most `most` characters, with an ellipsis where something was cut.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A size as people say it.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MiB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20),
    }
}
