//! Lines of styled words that wrap under a hanging indent. Cleans every word; knows nothing else about them.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::clean;

/// How a word looks where colours are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Heading,
    Good,
    Bad,
    Warn,
    Dim,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Dim => Style::new().dimmed(),
        }
    }
}

/// Lines, top to bottom.
#[derive(Debug, Default)]
pub(crate) struct Page {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Columns that continuation lines are moved in by.
    hanging: usize,
    words: Vec<(Look, String)>,
}

impl Page {
    /// Adds a line; its spaces are kept, and where it is too long it goes on below, moved in by `hanging`.
    pub(crate) fn line<T: AsRef<str>>(&mut self, hanging: usize, words: impl IntoIterator<Item = (Look, T)>) {
        let words = words.into_iter().map(|(look, text)| (look, clean(text.as_ref()))).collect();
        self.lines.push(Line { hanging, words });
    }

    /// Adds a heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.line(2, [(Look::Heading, text)]);
    }

    /// Adds a plain line.
    pub(crate) fn text(&mut self, hanging: usize, text: &str) {
        self.line(hanging, [(Look::Plain, text)]);
    }

    /// The text, no wider than `width` where its words allow, with colours or without.
    pub(crate) fn render(&self, width: usize, coloured: bool) -> String {
        let mut out = String::new();
        for line in &self.lines {
            line.render(width, coloured, &mut out);
            out.push('\n');
        }
        out
    }
}

impl Line {
    fn render(&self, width: usize, coloured: bool, out: &mut String) {
        let mut column = 0;
        let mut spaces = 0;
        for (look, text) in &self.words {
            for piece in pieces(text) {
                if piece.starts_with(' ') {
                    spaces += piece.len();
                    continue;
                }
                let piece_width = piece.width();
                if column > self.hanging && column + spaces + piece_width > width && spaces > 0 {
                    out.push('\n');
                    (column, spaces) = (0, self.hanging);
                }
                out.extend(std::iter::repeat_n(' ', spaces));
                let style = if coloured { look.style() } else { Style::new() };
                out.push_str(&format!("{style}{piece}{style:#}"));
                column += spaces + piece_width;
                spaces = 0;
            }
        }
    }
}

/// Runs of spaces and runs of anything else, in turn.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c: char| (c == ' ') != (first == ' ')).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

/// `text` and as many spaces as make it `columns` wide.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let text = clean(text);
    let missing = columns.saturating_sub(text.width());
    text + &" ".repeat(missing)
}

/// The width of the widest.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| clean(text).width()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: usize, hanging: usize, text: &str, expected: &str) {
        let mut page = Page::default();
        page.text(hanging, text);
        assert_eq!(page.render(width, false), format!("{expected}\n"));
    }

    #[test]
    fn long_lines_hang() {
        check(80, 2, "  short   line", "  short   line");
        check(10, 4, "  aaa bbb ccc ddd", "  aaa bbb\n    ccc\n    ddd");
        check(10, 2, "a-very-long-word b", "a-very-long-word\n  b");
        check(10, 0, "trailing   ", "trailing");
        check(6, 0, "日本 日本", "日本\n日本");
    }

    #[test]
    fn colours_and_escapes() {
        let mut page = Page::default();
        page.line(0, [(Look::Good, "PASS"), (Look::Plain, " \x1b[2Jx")]);
        assert_eq!(page.render(80, true), "\u{1b}[32mPASS\u{1b}[0m x\n");
        assert_eq!(page.render(80, false), "PASS x\n");
    }
}
