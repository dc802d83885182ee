//! Lines of styled words that wrap under a hanging indent. Cleans every word; knows nothing else about them.

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

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

/// What stands before each line of somebody else's words.
const QUOTED: &str = "| ";

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
    /// Whether they are somebody else's, which no line may hide.
    is_quoted: bool,
}

impl Page {
    /// Adds a line; its spaces are kept, and where it is too long it goes on below, moved in by `hanging`.
    pub(crate) fn line<T: AsRef<str>>(&mut self, hanging: usize, words: impl IntoIterator<Item = (Look, T)>) {
        let words = words.into_iter().map(|(look, text)| (look, clean(text.as_ref()))).collect();
        self.lines.push(Line { hanging, words, is_quoted: false });
    }

    /// Adds somebody else's words, which may be made to look like lines of ours: each line of them, also where a long one
    /// goes on below, is moved in by `indent` and marked with `| `.
    pub(crate) fn quote(&mut self, indent: usize, text: &str) {
        for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}']) {
            // Every kind of space, so that nothing is wider or breaks elsewhere than it seems.
            let words = clean(line).split_whitespace().collect::<Vec<_>>().join(" ");
            self.lines.push(Line { hanging: indent, words: vec![(Look::Plain, words)], is_quoted: true });
        }
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
    /// Breaks words, too: what a terminal would break itself begins a line without a mark.
    fn render_quoted(&self, width: usize, out: &mut String) {
        let room = width.saturating_sub(self.hanging + QUOTED.len() + 1).max(8);
        let begin = format!("{}{QUOTED}", " ".repeat(self.hanging));
        out.push_str(&begin);
        let mut column = 0;
        for word in self.words.iter().flat_map(|(_, text)| text.split(' ')).filter(|word| !word.is_empty()) {
            let whole = word.width();
            if column > 0 {
                if column + 1 + whole > room {
                    out.push_str(&format!("\n{begin}"));
                    column = 0;
                } else {
                    out.push(' ');
                    column += 1;
                }
            }
            for c in word.chars() {
                let wide = c.width().unwrap_or(0);
                if column + wide > room {
                    out.push_str(&format!("\n{begin}"));
                    column = 0;
                }
                out.push(c);
                column += wide;
            }
        }
    }

    fn render(&self, width: usize, coloured: bool, out: &mut String) {
        if self.is_quoted {
            return self.render_quoted(width, out);
        }
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
    fn the_words_of_others_are_marked_on_every_line() {
        let check = |text: &str, expected: &str| {
            let mut page = Page::default();
            page.quote(2, text);
            assert_eq!(page.render(15, false), format!("{expected}\n"), "{text:?}");
        };
        check("", "  | ");
        check("one two three four", "  | one two\n  | three four");
        check("one\r\n\u{2028}two", "  | one\n  | \n  | \n  | two");
        check("abcdefghijklmnopqrstuvw x", "  | abcdefghij\n  | klmnopqrst\n  | uvw x");
        check("a\u{a0}b\u{3000}c        yes  asked", "  | a b c yes\n  | asked");
        check("日本語日本語日本語", "  | 日本語日本\n  | 語日本語");
        check("\x1b[2J\u{202e}x\ty", "  | x y");
    }

    #[test]
    fn colours_and_escapes() {
        let mut page = Page::default();
        page.line(0, [(Look::Good, "PASS"), (Look::Plain, " \x1b[2Jx")]);
        assert_eq!(page.render(80, true), "\u{1b}[32mPASS\u{1b}[0m x\n");
        assert_eq!(page.render(80, false), "PASS x\n");
    }
}
