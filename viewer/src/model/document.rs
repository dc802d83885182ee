//! A Markdown document as numbered lines, with the words that checks are about marked; knows no HTML.
//!
//! The document is shown line by line, as it was written, so that "line 32" is the same place here, in
//! `less` and on the forge. Nothing of it is left out: raw HTML and link definitions are shown as text.

use std::collections::BTreeSet;
use std::ops::Range;

use dossier_shared::report::{Check, Report};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::checks::Mark;

/// A line, or a part of one, ready to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Its number in the source.
    pub(crate) line: u32,
    pub(crate) block: Block,
    pub(crate) runs: Vec<Run>,
}

/// What kind of line it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Heading(u8),
    Paragraph,
    /// An item of a list: how deep, and its marker (empty for further lines of the item).
    Item {
        depth: u8,
        marker: String,
    },
    Quote,
    Code,
    Rule,
    /// A whole table: line, whether it is the head, cells.
    Table(Vec<TableRow>),
    /// Markup that is shown, never obeyed.
    Raw,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableRow {
    pub(crate) line: u32,
    pub(crate) is_head: bool,
    pub(crate) cells: Vec<Vec<Run>>,
}

/// A stretch of text in one style.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) style: Style,
    pub(crate) target: Target,
    /// The check that these words belong to, with its mark.
    pub(crate) highlight: Option<(String, Mark)>,
    /// Whether it goes on with the words of the run before it.
    pub(crate) is_continued: bool,
}

/// How a run looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) strong: bool,
    pub(crate) emphasis: bool,
    pub(crate) struck: bool,
    pub(crate) code: bool,
}

/// Where a run leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Target {
    #[default]
    Nowhere,
    /// An address on the web; shown, never fetched.
    Web(String),
    /// A build of this snapshot.
    Build(u64),
    /// A pull request of this snapshot.
    Pull(u64),
    /// Something named that this snapshot does not hold.
    Missing(String),
}

/// What the document may point at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) builds: BTreeSet<u64>,
    pub(crate) pulls: BTreeSet<u64>,
}

impl Known {
    /// The builds and pull requests of a report.
    pub(crate) fn of(report: &Report) -> Known {
        Known {
            builds: report.builds.iter().map(|build| build.number).collect(),
            pulls: report.pulls.iter().map(|pull| pull.number).collect(),
        }
    }
}

/// Reads `text` into rows; `checks` are those that stand in this document.
pub(crate) fn rows(text: &str, checks: &[&Check], known: &Known) -> Vec<Row> {
    let source = Source::new(text);
    let mut reader = Reader {
        highlights: checks.iter().filter_map(|check| highlight(&source, check)).collect(),
        source,
        known,
        rows: Vec::new(),
        row: None,
        covered: BTreeSet::new(),
        style: Style::default(),
        link: None,
        lists: Vec::new(),
        quotes: 0,
        in_code: false,
        table: None,
        cell: None,
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.finish()
}

struct Source<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, line_starts: std::iter::once(0).chain(starts).collect() }
    }

    fn line_of(&self, byte: usize) -> u32 {
        self.line_starts.partition_point(|start| *start <= byte) as u32
    }

    fn line(&self, number: u32) -> Option<(usize, &'a str)> {
        let index = (number as usize).checked_sub(1)?;
        let start = *self.line_starts.get(index)?;
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        Some((start, self.text.get(start..end)?))
    }
}

struct Highlight {
    range: Range<usize>,
    check: String,
    mark: Mark,
}

fn highlight(source: &Source<'_>, check: &Check) -> Option<Highlight> {
    let (line_start, line) = source.line(check.line)?;
    if check.quote.is_empty() {
        return None;
    }
    let column = (check.column as usize).saturating_sub(1);
    let from = line.char_indices().nth(column).map(|(at, _)| at)?;
    let start = line_start + from;
    let found = if source.text[start..].starts_with(&check.quote) {
        Some(start)
    } else {
        line.find(&check.quote).map(|at| line_start + at)
    };
    let range = match found {
        Some(start) => start..start + check.quote.len(),
        None => start..start + length_without_markup(&source.text[start..], &check.quote)?,
    };
    Some(Highlight { range, check: check.id.clone(), mark: Mark::of(check) })
}

/// How much of `source` says `quote`, when markup and the breaking of lines do not count.
fn length_without_markup(source: &str, quote: &str) -> Option<usize> {
    let mut wanted = quote.chars().filter(|letter| !letter.is_whitespace()).peekable();
    for (at, letter) in source.char_indices() {
        match wanted.peek() {
            None => return Some(at),
            Some(next) if *next == letter => {
                wanted.next();
            }
            Some(_) if letter.is_whitespace() || "*`_~\\[]".contains(letter) => {}
            Some(_) => return None,
        }
    }
    wanted.peek().is_none().then_some(source.len())
}

struct Reader<'a> {
    source: Source<'a>,
    highlights: Vec<Highlight>,
    known: &'a Known,
    rows: Vec<Row>,
    row: Option<Row>,
    covered: BTreeSet<u32>,
    style: Style,
    link: Option<String>,
    lists: Vec<Option<u64>>,
    quotes: u32,
    in_code: bool,
    table: Option<(u32, Vec<TableRow>)>,
    cell: Option<Vec<Run>>,
}

/// A heading longer than this is a whole document on one line, and reads better as text.
const LONGEST_HEADING: usize = 240;

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let line = self.source.line_of(range.start);
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code_lines(&text, range.start),
            Event::Text(text) => self.text(&text, range),
            Event::Code(code) => {
                self.style.code = true;
                let backticks = (range.len().saturating_sub(code.len())) / 2;
                let inside = range.start + backticks..range.start + backticks + code.len();
                self.text(&code, inside);
                self.style.code = false;
            }
            Event::Html(html) => self.raw_lines(&html, range.start),
            Event::InlineHtml(html) => self.text(&html, range),
            Event::SoftBreak | Event::HardBreak => self.next_line(line + 1),
            Event::Rule => {
                self.close();
                self.cover(&range);
                self.rows.push(Row { line, block: Block::Rule, runs: vec![] });
            }
            Event::TaskListMarker(done) => {
                let text = if done { "[x] " } else { "[ ] " };
                self.push(Run {
                    text: text.into(),
                    style: Style { code: true, ..Style::default() },
                    target: Target::Nowhere,
                    highlight: None,
                    is_continued: false,
                });
            }
            other => {
                let text = match other {
                    Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                        text
                    }
                    _ => return,
                };
                self.text(&text, range);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let line = self.source.line_of(range.start);
        match tag {
            Tag::Heading { level, .. } => {
                self.cover(&range);
                let long = range.len() > LONGEST_HEADING;
                self.open(line, if long { Block::Paragraph } else { Block::Heading(depth_of(level)) });
            }
            Tag::Paragraph => {
                self.cover(&range);
                let continues = matches!(&self.row, Some(row) if row.runs.is_empty() && matches!(row.block, Block::Item { .. }));
                if !continues {
                    let block = self.block();
                    self.open(line, block);
                }
            }
            Tag::BlockQuote(_) => {
                self.close();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.close();
                self.cover(&range);
                self.in_code = true;
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                    && let Some((_, fence)) = self.source.line(line)
                {
                    let mut fence = plain(fence.trim());
                    fence.style.emphasis = true;
                    self.rows.push(Row { line, block: Block::Code, runs: vec![fence] });
                }
            }
            Tag::HtmlBlock => self.close(),
            Tag::List(first) => {
                self.close();
                self.lists.push(first);
            }
            Tag::Item => {
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}.");
                        *number += 1;
                        marker
                    }
                    _ => "•".into(),
                };
                let depth = self.lists.len().min(9) as u8;
                self.cover(&(range.start..range.start + 1));
                self.open(line, Block::Item { depth, marker });
            }
            Tag::Table(_) => {
                self.close();
                self.cover(&range);
                self.table = Some((line, Vec::new()));
            }
            Tag::TableHead | Tag::TableRow => {
                let is_head = matches!(tag, Tag::TableHead);
                if let Some((_, rows)) = &mut self.table {
                    rows.push(TableRow { line, is_head, cells: Vec::new() });
                }
            }
            Tag::TableCell => self.cell = Some(Vec::new()),
            Tag::Strong => self.style.strong = true,
            Tag::Emphasis => self.style.emphasis = true,
            Tag::Strikethrough => self.style.struck = true,
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            Tag::Image { dest_url, .. } => {
                self.push(plain("[picture, not loaded: "));
                self.link = Some(dest_url.to_string());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item => self.close(),
            TagEnd::HtmlBlock => self.close(),
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                self.close();
                self.in_code = false;
            }
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let cell = self.cell.take().unwrap_or_default();
                if let Some((_, rows)) = &mut self.table
                    && let Some(row) = rows.last_mut()
                {
                    row.cells.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some((line, rows)) = self.table.take() {
                    self.rows.push(Row { line, block: Block::Table(rows), runs: vec![] });
                }
            }
            TagEnd::Strong => self.style.strong = false,
            TagEnd::Emphasis => self.style.emphasis = false,
            TagEnd::Strikethrough => self.style.struck = false,
            TagEnd::Link => self.link = None,
            TagEnd::Image => {
                self.link = None;
                self.push(plain("]"));
            }
            _ => {}
        }
    }

    fn block(&self) -> Block {
        if !self.lists.is_empty() {
            Block::Item { depth: self.lists.len().min(9) as u8, marker: String::new() }
        } else if self.quotes > 0 {
            Block::Quote
        } else {
            Block::Paragraph
        }
    }

    fn open(&mut self, line: u32, block: Block) {
        self.close();
        self.row = Some(Row { line, block, runs: Vec::new() });
    }

    fn close(&mut self) {
        if let Some(row) = self.row.take()
            && (!row.runs.is_empty()
                || matches!(&row.block, Block::Item { marker, .. } if !marker.is_empty()))
        {
            self.covered.insert(row.line);
            self.rows.push(row);
        }
    }

    fn next_line(&mut self, line: u32) {
        if self.cell.is_some() {
            return;
        }
        let block = match self.row.as_ref().map(|row| &row.block) {
            Some(Block::Item { depth, .. }) => Block::Item { depth: *depth, marker: String::new() },
            Some(block) => block.clone(),
            None => self.block(),
        };
        self.open(line, block);
    }

    fn push(&mut self, run: Run) {
        if let Some(cell) = &mut self.cell {
            cell.push(run);
            return;
        }
        if self.row.is_none() {
            let block = self.block();
            let line = self.rows.last().map_or(1, |row| row.line);
            self.row = Some(Row { line, block, runs: Vec::new() });
        }
        if let Some(row) = &mut self.row {
            row.runs.push(run);
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if self.row.is_none() && self.cell.is_none() {
            let block = self.block();
            self.open(self.source.line_of(range.start), block);
        }
        let exact = range.len() == text.len();
        let references = if self.link.is_none() { references(text, self.known) } else { Vec::new() };
        let mut cuts: BTreeSet<usize> = [0, text.len()].into();
        for (reference, _) in &references {
            cuts.extend([reference.start, reference.end]);
        }
        if exact {
            for highlight in &self.highlights {
                for edge in [highlight.range.start, highlight.range.end] {
                    if range.contains(&edge) && text.is_char_boundary(edge - range.start) {
                        cuts.insert(edge - range.start);
                    }
                }
            }
        }
        let cuts: Vec<usize> = cuts.into_iter().collect();
        for pair in cuts.windows(2) {
            let (start, end) = (pair[0], pair[1]);
            let place = if exact { range.start + start..range.start + end } else { range.clone() };
            let target = match &self.link {
                Some(address) => web(address),
                None => references
                    .iter()
                    .find(|(reference, _)| reference.start <= start && end <= reference.end)
                    .map_or(Target::Nowhere, |(_, target)| target.clone()),
            };
            let highlight = self
                .highlights
                .iter()
                .filter(|highlight| highlight.range.start < place.end && place.start < highlight.range.end)
                .min_by_key(|highlight| (highlight.mark, highlight.range.len()))
                .map(|highlight| (highlight.check.clone(), highlight.mark));
            self.push(Run {
                text: text[start..end].to_owned(),
                style: self.style,
                target,
                highlight,
                is_continued: start > 0,
            });
        }
    }

    fn code_lines(&mut self, text: &str, start: usize) {
        self.lines_as(text, start, Block::Code);
    }

    fn raw_lines(&mut self, text: &str, start: usize) {
        self.lines_as(text, start, Block::Raw);
    }

    fn lines_as(&mut self, text: &str, start: usize, block: Block) {
        let mut at = start;
        for line in text.split_inclusive('\n') {
            let number = self.source.line_of(at);
            let words = line.trim_end_matches(['\n', '\r']);
            self.open(number, block.clone());
            if words.is_empty() {
                self.push(plain(" "));
            } else {
                let (link, style) = (self.link.take(), std::mem::take(&mut self.style));
                self.text(words, at..at + words.len());
                (self.link, self.style) = (link, style);
            }
            self.close();
            at += line.len();
        }
    }

    fn cover(&mut self, range: &Range<usize>) {
        let last = range.end.saturating_sub(1).max(range.start);
        self.covered.extend(self.source.line_of(range.start)..=self.source.line_of(last));
    }

    /// Lines that Markdown would swallow, such as link definitions, are shown as they are.
    fn finish(mut self) -> Vec<Row> {
        self.close();
        for number in 1..=self.source.line_starts.len() as u32 {
            if self.covered.contains(&number) {
                continue;
            }
            if let Some((_, line)) = self.source.line(number)
                && line.chars().any(|letter| !letter.is_whitespace() && letter != '>')
            {
                self.rows.push(Row { line: number, block: Block::Raw, runs: vec![plain(line)] });
            }
        }
        self.rows.sort_by_key(|row| row.line);
        self.rows
    }
}

fn plain(text: &str) -> Run {
    Run {
        text: text.to_owned(),
        style: Style::default(),
        target: Target::Nowhere,
        highlight: None,
        is_continued: false,
    }
}

fn depth_of(level: HeadingLevel) -> u8 {
    level as u8
}

/// Only addresses of the web are ever made clickable.
fn web(address: &str) -> Target {
    let lower = address.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        Target::Web(address.to_owned())
    } else {
        Target::Nowhere
    }
}

/// `#612`, `PR#4`, `build #700`: what they lead to. A bare number that is unknown is left alone, for it may
/// be a comment; a named one is missing.
fn references(text: &str, known: &Known) -> Vec<(Range<usize>, Target)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('#') {
        let digits = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let end = at + 1 + digits;
        let Ok(number) = text[at + 1..end].parse::<u64>() else { continue };
        if text[end..].starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            continue;
        }
        let before = &text[..at];
        let word_start = |word: &str| {
            let trimmed = before.trim_end_matches(' ');
            let start = trimmed.len().checked_sub(word.len())?;
            let matches = trimmed.get(start..)?.eq_ignore_ascii_case(word);
            let alone = trimmed[..start].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
            (matches && alone && before.len() - trimmed.len() <= 1).then_some(start)
        };
        if let Some(start) = word_start("PR") {
            let target = if known.pulls.contains(&number) {
                Target::Pull(number)
            } else {
                Target::Missing(format!("PR#{number}"))
            };
            found.push((start..end, target));
        } else if known.builds.contains(&number) {
            found.push((at..end, Target::Build(number)));
        } else if let Some(start) = word_start("build") {
            found.push((start..end, Target::Missing(format!("build {number}"))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use dossier_shared::report::{CheckKind, Outcome};

    use super::*;

    fn known() -> Known {
        Known { builds: [585, 612].into(), pulls: [4].into() }
    }

    fn words(row: &Row) -> String {
        row.runs.iter().map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn every_line_keeps_its_number() {
        let text = "# A\n\ntwo\nlines\n\n- item\n  more\n  - deep\n\n```sh\n# x\n\ny\n```\n---\nend";
        let rows = rows(text, &[], &known());
        let seen: Vec<_> = rows.iter().map(|row| (row.line, words(row))).collect();
        let expected = [
            (1, "A"),
            (3, "two"),
            (4, "lines"),
            (6, "item"),
            (7, "more"),
            (8, "deep"),
            (10, "```sh"),
            (11, "# x"),
            (12, " "),
            (13, "y"),
            (15, ""),
            (16, "end"),
        ];
        assert_eq!(seen, expected.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(rows[5].block, Block::Item { depth: 2, marker: "•".into() });
    }

    #[test]
    fn nothing_is_swallowed() {
        let text = "a\n\n[//]: # (hidden VETO)\n\n<script>alert(1)</script>\n\n<!-- b -->\n\nc <b>x</b>";
        let all: String = rows(text, &[], &known()).iter().map(words).collect();
        for hidden in ["hidden VETO", "<script>alert(1)</script>", "<!-- b -->", "<b>x</b>"] {
            assert!(all.contains(hidden), "{hidden}: {all}");
        }
    }

    #[test]
    fn quoted_words_are_highlighted_across_styles() {
        let check = Check {
            line: 1,
            column: 6,
            quote: "M1 **PASS @06:38Z**".into(),
            ..crate::model::checks::tests::check("M1.0", None, Outcome::Contradicted, CheckKind::Record)
        };
        let rows = rows("## a M1 **PASS @06:38Z** end", &[&check], &known());
        let lit: Vec<&str> =
            rows[0].runs.iter().filter(|run| run.highlight.is_some()).map(|run| run.text.as_str()).collect();
        assert_eq!(lit, ["M1 ", "PASS @06:38Z"]);
    }

    #[test]
    fn a_quote_is_found_through_markup() {
        assert_eq!(length_without_markup("PRs on `a/b` now", "PRs on a/b"), Some(11));
        assert_eq!(length_without_markup("**a** b\n  c", "a b c"), Some(11));
        assert_eq!(length_without_markup("abc", "abd"), None);
    }

    #[test]
    fn references_lead_somewhere_or_are_missing() {
        let targets = |text: &str| {
            references(text, &known())
                .into_iter()
                .map(|(range, t)| (text[range].to_owned(), t))
                .collect::<Vec<_>>()
        };
        assert_eq!(targets("see #612."), [("#612".into(), Target::Build(612))]);
        assert_eq!(
            targets("PR#4 PR #9"),
            [("PR#4".into(), Target::Pull(4)), ("PR #9".into(), Target::Missing("PR#9".into())),]
        );
        assert_eq!(targets("build #700"), [("build #700".into(), Target::Missing("build 700".into()))]);
        assert_eq!(targets("comment #14506, a#4b"), []);
    }

    #[test]
    fn a_document_on_one_line_is_one_paragraph() {
        let text = format!("# REVIEW {}", "word ".repeat(100));
        assert_eq!(rows(&text, &[], &known())[0].block, Block::Paragraph);
    }

    #[test]
    fn tables_keep_the_lines_of_their_rows() {
        let rows = rows("| a | b |\n|---|---|\n| 1 | `x|y` |\n", &[], &known());
        let Block::Table(table) = &rows[0].block else { panic!("{rows:?}") };
        assert_eq!((table[0].line, table[0].is_head, table[1].line), (1, true, 3));
        assert_eq!(rows.len(), 1);
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(web("javascript:alert(1)"), Target::Nowhere);
        assert_eq!(web("HTTPS://a"), Target::Web("HTTPS://a".into()));
    }
}
