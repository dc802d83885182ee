//! Which runs a sentence is about, and how people write what became of a tier; knows nothing of what is compared.

use std::ops::{Bound, Range};
use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_tables::Table;
use super::{Context, Fact, Unit};
use crate::documents::BlockKind;
use crate::documents::mentions::What;
use crate::evidence::Run;

/// How many units around a sentence may say which run it is about.
const NEIGHBOURS: usize = 64;

/// The runs that a unit names, by number or by name, in order of place.
pub(super) struct Runs<'u, 'a> {
    unit: &'u Unit<'a>,
    named: Vec<(Range<usize>, String)>,
}

impl<'u, 'a> Runs<'u, 'a> {
    pub(super) fn of(unit: &'u Unit<'a>, context: &Context<'_>) -> Runs<'u, 'a> {
        Runs { unit, named: named(unit, context) }
    }

    /// The ids of the runs that the words at `span` are about; none when that is not plain.
    ///
    /// The list named right behind them ("level 5 for run 612"), else the one named last before them, else the
    /// first behind them in their clause, else what introduces them: the row's table, the item's list, a heading.
    pub(super) fn at(&self, span: &Range<usize>, context: &Context<'_>) -> Vec<String> {
        let own = self.named.as_slice();
        if let Some(behind) = self.behind(span) {
            return behind;
        }
        let before = own.partition_point(|(other, _)| other.start < span.start);
        if before > 0 {
            return ending(self.unit, own.get(..before).unwrap_or(&[]));
        }
        if let Some((first, _)) = own.first() {
            let near = self.unit.clause(span.start).contains(&first.start);
            return if near { beginning(self.unit, own) } else { Vec::new() };
        }
        if let Some(inherited) = inherited(self.unit, context) {
            return inherited;
        }
        context.builds_at(self.unit, span.start).iter().map(u64::to_string).collect()
    }

    /// The list right behind `span`, joined to it by "for", "of", "in" or brackets of its own.
    fn behind(&self, span: &Range<usize>) -> Option<Vec<String>> {
        let first = self.named.partition_point(|(other, _)| other.start < span.end);
        let list = self.named.get(first..)?;
        let (next, _) = list.first()?;
        let between = self.unit.text(&(span.end..next.start)).trim().to_ascii_lowercase();
        let between = between.trim_end_matches(['#', ' ']);
        let bare = ["runs", "run", "builds", "build"].iter().find_map(|noun| between.strip_suffix(noun));
        let joined = bare.unwrap_or(between).trim_end();
        let ids = beginning(self.unit, list);
        let last = list.get(ids.len().checked_sub(1)?).map(|(at, _)| at.end)?;
        let closed = self.unit.words().get(last..).is_some_and(|rest| rest.starts_with(')'));
        (matches!(joined, "for" | "of" | "in" | "on" | "by") || joined == "(" && closed).then_some(ids)
    }
}

/// The one or several runs that are asked, or why they cannot be.
pub(super) fn run<'a>(id: &str, context: &Context<'a>) -> Result<&'a Run, Fact> {
    let missing = || Fact::Missing(format!("results.json of run {id} is not in the snapshot"));
    context.evidence.runs.get(id).ok_or_else(missing)
}

/// `/rungs/L1`: the pointer of a member.
pub(super) fn pointer(object: &str, member: &str) -> String {
    format!("/{object}/{}", member.replace('~', "~0").replace('/', "~1"))
}

fn named(unit: &Unit<'_>, context: &Context<'_>) -> Vec<(Range<usize>, String)> {
    let numbers = context.named_builds(unit).iter().map(|(span, number)| (span.clone(), number.to_string()));
    let mut named: Vec<(Range<usize>, String)> = numbers.collect();
    let paths = unit.mentions.iter().filter_map(|mention| match &mention.what {
        What::Path(path) => {
            let mut segments = path.split('/');
            segments.find(|segment| segment.ends_with("runs"))?;
            let id =
                segments.next().filter(|id| is_name(id) && !id.contains('*') && !id.contains(".json"))?;
            Some((mention.span.clone(), id.to_owned()))
        }
        _ => None,
    });
    named.extend(paths);
    // "runs 1219, manual-3107 and manual-3108": a list goes on.
    let (mut after_run, mut listed, mut end) = (false, false, 0);
    for (span, word) in words(unit.words()) {
        let between = unit.text(&(end..span.start)).trim();
        after_run |= listed && matches!(between, "," | "/" | "+");
        let made_up = word.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'));
        let known = is_name(word) && (made_up || after_run) && is_run(word, context);
        let telling = || {
            let in_code = unit.block.code.binary_search_by_key(&span.start, |code| code.start);
            let whole = in_code.ok().and_then(|at| unit.block.code.get(at)).is_some_and(|code| *code == span);
            whole || word.contains(|c: char| c.is_ascii_digit())
        };
        let called = after_run && is_name(word) && word.contains('-') && telling();
        end = span.end;
        if known || called {
            named.push((span, word.to_owned()));
        }
        let number = word.chars().all(|c| c.is_ascii_digit());
        let joins = listed && word == "and";
        listed = after_run && (known || called || number) || joins;
        after_run = word.eq_ignore_ascii_case("run") || word.eq_ignore_ascii_case("runs") || joins;
    }
    if unit.block.kind == BlockKind::Row
        && let Some((span, id)) = Table::of(unit, context).and_then(|table| table.run_cell(unit))
    {
        named.push((span, id));
    }
    named.sort_by_key(|(span, _)| (span.start, span.end));
    named.dedup_by(|next, first| next.0.start < first.0.end);
    named
}

/// Whether the snapshot holds a run of that name, or anything that lay in its folder.
pub(super) fn is_run(id: &str, context: &Context<'_>) -> bool {
    let evidence = context.evidence;
    let in_folder = || {
        let folder = format!("data/runs/{id}/");
        let from = (Bound::Included(folder.as_str()), Bound::Unbounded);
        evidence
            .entries
            .range::<str, _>(from)
            .next()
            .is_some_and(|(path, _)| path.as_str().starts_with(&folder))
    };
    evidence.runs.contains_key(id) || in_folder()
}

/// A run's name that is no number: `manual-4711`.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && !word.ends_with(['-', '.'])
}

/// Words of letters, digits, `-`, `_` and `.`, without a full stop at their end.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut from = 0;
    text.split(move |c: char| !inside(c)).filter_map(move |word| {
        // The pieces of `text` follow one another, a separator of one character between them.
        let start = from;
        let separator = text.get(start + word.len()..).and_then(|rest| rest.chars().next());
        from = start + word.len() + separator.map_or(0, char::len_utf8);
        let word = word.trim_end_matches('.');
        (!word.is_empty()).then(|| (start..start + word.len(), word))
    })
}

/// What introduces a unit that names no run itself.
fn inherited(unit: &Unit<'_>, context: &Context<'_>) -> Option<Vec<String>> {
    let introduced = match unit.block.kind {
        BlockKind::Row => Table::of(unit, context).and_then(|table| caption(&table, context)),
        BlockKind::Item => list(unit, context),
        BlockKind::Paragraph => context
            .units
            .get(unit.index.wrapping_sub(1))
            .filter(|above| {
                std::ptr::eq(above.document, unit.document) && above.is_title() && !above.block.is_heading()
            })
            .and_then(|above| only_list(above, context)),
        _ => None,
    };
    introduced.or_else(|| heading(unit, context))
}

/// The runs that the heading row of a table or the words right above it name.
fn caption(table: &Table<'_, '_>, context: &Context<'_>) -> Option<Vec<String>> {
    let above = table.head.index.checked_sub(1).and_then(|above| context.units.get(above));
    let above = above.filter(|above| std::ptr::eq(above.document, table.head.document));
    match above {
        Some(above) if matches!(above.block.kind, BlockKind::Paragraph | BlockKind::Item) => {
            only_list(above, context)
        }
        _ => None,
    }
}

/// The runs of the item or paragraph that introduces an item and of the items before it, when all speak of the same
/// ones; "it" goes on with the last. Empty when it is not plain.
fn list(unit: &Unit<'_>, context: &Context<'_>) -> Option<Vec<String>> {
    let lead = unit.block.lead.and_then(|lead| unit.document.blocks.get(lead));
    let first = unit.words().split_whitespace().next().unwrap_or("").to_ascii_lowercase();
    let refers = matches!(first.as_str(), "it" | "its");
    let mut known: Option<Vec<String>> = None;
    for above in context.above(unit).take(NEIGHBOURS) {
        let named = named(above, context);
        if named.is_empty() {
            continue;
        }
        let ids = ending(above, &named);
        if refers {
            return Some(ids);
        }
        match &known {
            // Several runs are told of in this list: which one goes on is not plain.
            Some(known) if *known != ids => return Some(Vec::new()),
            _ => known = Some(ids),
        }
        let is_lead = lead.is_some_and(|lead| std::ptr::eq(lead, above.block));
        if is_lead || above.block.kind == BlockKind::Paragraph {
            break;
        }
    }
    known
}

/// The runs of the innermost heading that names any.
fn heading(unit: &Unit<'_>, context: &Context<'_>) -> Option<Vec<String>> {
    let mut above = unit.block.heading;
    for _ in 0..6 {
        let block = unit.document.blocks.get(above?)?;
        let start = block.source.start;
        let before = context.units.get(..unit.index)?;
        let at = before.partition_point(|other| {
            !std::ptr::eq(other.document, unit.document) || other.block.source.start < start
        });
        if let Some(found) = before.get(at).filter(|found| std::ptr::eq(found.block, block))
            && !named(found, context).is_empty()
        {
            return only_list(found, context);
        }
        above = block.heading;
    }
    None
}

/// The runs of a unit, when it names one list and no other run.
fn only_list(unit: &Unit<'_>, context: &Context<'_>) -> Option<Vec<String>> {
    let named = named(unit, context);
    let list = ending(unit, &named);
    let only = named.iter().all(|(_, id)| list.contains(id));
    (only && !list.is_empty()).then_some(list)
}

fn ending(unit: &Unit<'_>, named: &[(Range<usize>, String)]) -> Vec<String> {
    let last = named.len().saturating_sub(1);
    let mut from = last;
    while from > 0 && joined(unit, named, from) {
        from -= 1;
    }
    // "After #585, #612 …" is about one run.
    let before = named.get(from).and_then(|(at, _)| unit.words().get(..at.start)).unwrap_or("");
    let mut before = before.rsplit(|c: char| c.is_whitespace() || c == '#').filter(|word| !word.is_empty());
    let word =
        before.find(|word| !matches!(*word, "run" | "build" | "PR")).unwrap_or("").to_ascii_lowercase();
    if matches!(
        word.as_str(),
        "after" | "before" | "since" | "unlike" | "despite" | "besides" | "where" | "while" | "than"
    ) {
        from = last;
    }
    ids(named.get(from..).unwrap_or(&[]))
}

/// The ids of a list of runs, each once: "build 39, and build 39 is red" names one.
fn ids(named: &[(Range<usize>, String)]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for (_, id) in named {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

fn beginning(unit: &Unit<'_>, named: &[(Range<usize>, String)]) -> Vec<String> {
    let mut until = 1;
    while until < named.len() && joined(unit, named, until) {
        until += 1;
    }
    named.iter().take(until).map(|(_, id)| id.clone()).collect()
}

/// Whether words between the run at `at` and the one before it only join them.
fn joined(unit: &Unit<'_>, named: &[(Range<usize>, String)], at: usize) -> bool {
    let (Some((one, _)), Some((two, _))) = (at.checked_sub(1).and_then(|n| named.get(n)), named.get(at))
    else {
        return false;
    };
    let between = unit.text(&(one.end..two.start.max(one.end)));
    between.len() <= 16
        && between
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '+' | '&' | '#' | '`'))
            .all(|word| matches!(word, "" | "and" | "build" | "builds" | "run" | "runs"))
}

/// Words of another document or person, told on.
static SAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:status|builder|journal|backlog|review|claim|plan|readme|he|she|they)(?:[-.]\S*)? (?:says|said|has|gives|gave|wrote|writes|reads|claims|claimed|reports)\b").ok()
});

/// Parts of the verbs in that pattern.
const TELLS: &[&str] = &[" sa", " has", " g", " wr", " reads", " claim", " reports"];

/// Why the words at `span` state nothing that was: they say what is expected, ask, or tell of an earlier state.
pub(super) fn unsettled(unit: &Unit<'_>, span: &Range<usize>) -> Option<&'static str> {
    const EARLIER: &[&str] =
        &["earlier ", "previous ", "originally", "initially", "at first", "used to", "before the fix"];
    let is_expected =
        |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case("expected");
    let expects = |text: &str| text.split_whitespace().next().is_some_and(is_expected);
    let mut above = unit.block.heading;
    let mut headed = expects(unit.words());
    let lead = unit.block.lead.and_then(|lead| unit.document.blocks.get(lead));
    headed |= lead.is_some_and(|lead| expects(&lead.text));
    for _ in 0..6 {
        let Some(block) = above.and_then(|above| unit.document.blocks.get(above)) else { break };
        headed |= block.text.split_whitespace().any(is_expected);
        above = block.heading;
    }
    let clause = unit.words().get(unit.clause(span.start)).unwrap_or("");
    let lower = clause.to_ascii_lowercase();
    if headed || lower.replace("as expected", "").split_whitespace().any(is_expected) {
        return Some("this says what is expected, not what was");
    }
    if clause.trim_end().ends_with('?') {
        return Some("a question states nothing");
    }
    let before = unit.clause_before(span.start).to_ascii_lowercase();
    let quotes = TELLS.iter().any(|word| before.contains(word))
        && SAYS.as_ref().is_some_and(|pattern| pattern.is_match(&before));
    if quotes {
        return Some("this repeats what another says");
    }
    EARLIER.iter().any(|word| lower.contains(word)).then_some("it may speak of an earlier state")
}

/// The facts, or the one reason why the words at `span` state nothing that could be compared.
pub(super) fn settled(unit: &Unit<'_>, span: &Range<usize>, facts: Vec<Fact>) -> Vec<Fact> {
    match unsettled(unit, span) {
        Some(why) => vec![Fact::Unclear(why.to_owned(), Vec::new())],
        None => facts,
    }
}

/// What became of a tier, a rung or a test, in one vocabulary.
pub(super) fn plain_status(word: &str) -> Option<&'static str> {
    let word = word
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '*' | '_' | '(' | ')' | '.' | ':'));
    Some(match word.to_ascii_lowercase().as_str() {
        "pass" | "passed" | "passes" | "passing" | "p" | "ok" | "green" | "success" | "succeeded" | "✅"
        | "✓" | "✔" => "pass",
        "fail" | "failed" | "fails" | "failing" | "f" | "red" | "failure" | "error" | "❌" | "✘" | "✗"
        | "✖" => "fail",
        "skip" | "skipped" | "skips" | "s" => "skip",
        "unver" | "unverified" | "u" => "unver",
        "na" | "n/a" => "na",
        _ => return None,
    })
}

/// What a cell of a table says became of something: all its status words, where they agree.
pub(super) fn cell_status(cell: &str) -> Option<&'static str> {
    let lower = cell.to_ascii_lowercase();
    if lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "not" | "no" | "expected" | "was"))
    {
        return None;
    }
    let words = cell.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';'));
    let mut said = words.filter(|word| word.chars().count() > 1 || !word.is_ascii()).filter_map(plain_status);
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

/// The runs that a column's title names: `run 612`, `#612`, `manual-4711`.
pub(super) fn named_in(title: &str, context: &Context<'_>) -> Vec<String> {
    let known = |word: &str| is_run(word, context);
    let mut after_run = false;
    let mut ids = Vec::new();
    for word in title.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',')) {
        let number = word.trim_start_matches('#');
        let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        if digits && (after_run || known(number)) || is_name(word) && known(word) {
            ids.push(number.to_owned());
        }
        after_run = matches!(word, "run" | "build");
    }
    ids
}

/// The tier that stands right before or behind a list of counts; an error where a tier is near and not plainly meant.
pub(super) fn tier_beside(before: &str, after: &str) -> Result<Option<String>, ()> {
    const TIERS: &[&str] = &["install", "upgrade", "backup", "restore", "custom", "functional"];
    const BETWEEN: &[&str] = &[
        "tier", "tests", "test", "stage", "suite", "suites", "has", "ran", "with", "shows", "says", "xml",
        "report",
    ];
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
    };
    let before_words = words(before);
    let last = before_words.iter().rposition(|word| TIERS.contains(&word.as_str()));
    if let Some(at) = last {
        let between = before_words.get(at + 1..).unwrap_or(&[]);
        let named = before_words.get(at).map(String::as_str).unwrap_or_default();
        let stands = before.to_ascii_lowercase();
        // "the upgrade, 246 passed": a comma parts them.
        let parted = stands.rsplit_once(named).is_some_and(|(_, rest)| rest.contains(','));
        let plain = !parted && between.iter().all(|word| BETWEEN.contains(&word.as_str()));
        return if plain { Ok(Some(named.to_owned())) } else { Err(()) };
    }
    let mut behind = after.trim_start().split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let joined = behind.next().is_some_and(|word| matches!(word, "in" | "for" | "of"));
    let mut behind = behind.filter(|word| !matches!(*word, "" | "the")).map(str::to_ascii_lowercase);
    let tier = behind.next().filter(|word| joined && TIERS.contains(&word.as_str()));
    Ok(tier)
}
