//! Rows of a table with the heading row that says what their cells hold; knows nothing about evidence.

use std::ops::Range;

use super::{Context, Unit};
use crate::documents::{Block, BlockKind};

/// How far above a row its heading row is looked for.
const ROWS: usize = 128;

/// The table that a row stands in.
pub(super) struct Table<'c, 'a> {
    /// Its heading row.
    pub(super) head: &'c Unit<'a>,
    /// What the columns are called, in lower case.
    pub(super) columns: Vec<String>,
}

impl<'c, 'a> Table<'c, 'a> {
    /// The table of a row; none for its heading row, and for whatever is no row.
    pub(super) fn of(unit: &Unit<'_>, context: &'c Context<'a>) -> Option<Table<'c, 'a>> {
        if unit.block.kind != BlockKind::Row || unit.document.is_heading_row(unit.block) {
            return None;
        }
        let before = context.units.get(..unit.index)?;
        let rows = before.iter().rev().take(ROWS + 1);
        let mut is_over = false;
        let rows = rows.take_while(|row| {
            let goes_on = !is_over
                && row.block.kind == BlockKind::Row
                && std::ptr::eq(row.document, unit.document)
                && row.block.heading == unit.block.heading;
            // Another table may stand right above.
            is_over = goes_on && row.document.is_heading_row(row.block);
            goes_on
        });
        let (count, head) = rows.enumerate().last()?;
        let columns =
            cells(head.block).into_iter().map(|(_, name)| name.trim().to_ascii_lowercase()).collect();
        (count < ROWS).then_some(Table { head, columns })
    }

    /// The first column called one of `names`.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        self.columns.iter().position(|column| names.contains(&column.as_str()))
    }

    /// The run that a row is about by the cell in its column of runs or builds.
    pub(super) fn run_cell(&self, row: &Unit<'_>) -> Option<(Range<usize>, String)> {
        let column = self.column(&[
            "run",
            "build",
            "run id",
            "run_id",
            "run/build",
            "build/run",
            "build #",
            "run #",
            "#",
        ])?;
        let (span, cell) = cells(row.block).into_iter().nth(column)?;
        let id = cell.trim().trim_start_matches('#');
        let number = !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
        let name = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        (number || name).then(|| (span, id.to_owned()))
    }
}

/// The last cell within `span` of a row, where other cells stand between it and the first.
pub(super) fn last_cell(unit: &Unit<'_>, span: &Range<usize>) -> Option<Range<usize>> {
    if unit.block.kind != BlockKind::Row {
        return None;
    }
    let cells = cells(unit.block);
    let mut within = cells.iter().filter(|(cell, _)| cell.start < span.end && span.start < cell.end);
    let last = within.next_back()?.0.clone();
    (within.count() > 1).then_some(last.start..last.end.min(span.end))
}

/// The cells of a row with their places; a `|` inside code parts nothing.
pub(super) fn cells(block: &Block) -> Vec<(Range<usize>, &str)> {
    let text = block.text.as_str();
    let mut cells = Vec::new();
    let mut from = 0;
    let mut codes = block.code.iter().peekable();
    for (at, _) in text.match_indices(" | ") {
        while codes.next_if(|code| code.end <= at).is_some() {}
        if at < from || codes.peek().is_some_and(|code| code.contains(&at)) {
            continue;
        }
        cells.push((from..at, text.get(from..at).unwrap_or("")));
        from = at + 3;
    }
    cells.push((from..text.len(), text.get(from..).unwrap_or("")));
    cells
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::samples;

    #[test]
    fn a_table_right_below_another_has_its_own_columns() {
        let first = "| build | result |\n|---|---|\n| 202 | success |\n";
        let text = format!("{first}\n| build | started |\n|---|---|\n| #202 | 09:00:00Z |\n");
        samples::check("build-time", &text, "-");
        samples::check("build-status", &text, "+");
    }
}
