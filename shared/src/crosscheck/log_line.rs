//! "Log line 42: `…`": what stands on a numbered line of a build's log.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::log_lines::{Pending, Question};
use super::logs::{gap, line_with, parts};
use super::reading::{after, pattern};
use super::{Context, Draft, Fact, Rule, Unit};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "log-line",
    explains: "Words said to stand on a line of a build's log have to stand on that line.",
    kind: CheckKind::Record,
    words: &["line "],
    find,
};

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\blog line (\d{1,7})\b|\bline (\d{1,7}) of (?:the|its|that) (?:[a-z-]+ )?log(?: of (?:build )?#?\d+)?",
    )
});
static SAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^(?: of (?:build )?#?\d+)?\s*(?::|—|–|says:?|reads:?|is|shows:?|has|=|→)\s*[\x22“]?$")
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    if !unit.has_any(&["log"]) {
        return;
    }
    let mut lines = LINE.iter().flat_map(|pattern| pattern.captures_iter(text)).peekable();
    if lines.peek().is_none() {
        return;
    }
    let quotes = unit.quotes();
    for found in lines {
        let (Some(whole), Some(line)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
            continue;
        };
        let Ok(line) = line.as_str().parse::<u64>() else { continue };
        let code =
            unit.block.code.get(unit.block.code.partition_point(|code| code.start < whole.end())).cloned();
        let quote = quotes.get(quotes.partition_point(|(span, _)| span.start < whole.end()));
        let words =
            [code, quote.map(|(span, _)| span.clone())].into_iter().flatten().min_by_key(|span| span.start);
        let Some(words) = words.filter(|words| words.start < whole.end() + 40) else { continue };
        let between = after(unit, whole.end()).get(..words.start - whole.end()).unwrap_or("?");
        if !SAYS.as_ref().is_some_and(|pattern| pattern.is_match(between)) {
            continue;
        }
        let inside = super::reading::mentions_from(unit, whole.start())
            .iter()
            .take_while(|m| m.span.start < words.start);
        let own = inside.filter_map(|mention| context.build_number(&mention.what)).last();
        let builds = own.map_or_else(|| context.builds_at(unit, whole.start()), |number| vec![number]);
        let [number] = builds.as_slice() else { continue };
        let fact = fact(unit, *number, line, unit.text(&words), context);
        let facts = vec![fact.unwrap_or_else(Pending::fact)];
        let key = format!("log line {number} {line}");
        drafts.push(Draft::new(whole.start()..words.end, key, facts));
    }
}

fn fact(
    unit: &Unit<'_>,
    number: u64,
    line: u64,
    words: &str,
    context: &Context<'_>,
) -> Result<Fact, Pending> {
    let parts = parts(words);
    let numbered = Question::Numbered(line, parts.clone());
    if let Some(found) = context.logs.ask(unit.index, number, numbered)? {
        return Ok(Fact::Agrees(format!("line {line} of build {number}'s log says so"), vec![found.cite()]));
    }
    if let Some(gap) = gap(context, number) {
        return Ok(gap);
    }
    Ok(match line_with(unit, context, number, &parts)? {
        Some(found) => {
            Fact::Differs(format!("it is line {} of build {number}'s log", found.line), vec![found.cite()])
        }
        None => Fact::Differs(format!("no line of build {number}'s log says so"), Vec::new()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn numbered_lines() {
        for (text, expected) in [
            ("Build #202, log line 1: `=== install`", "+"),
            ("Build #202, log line 3: `=== install`", "+"),
            ("Build #202, log line 4: `=== install`", "-"),
            ("line 3 of the log of #202: \"RESULT: PASS\"", "+"),
            ("line 5 of the log of #202: \"RESULT: PASS\"", "+"),
            ("Build #203, log line 1: `all well`", "?"),
            ("Build #202, log line 1 is long", ""),
            ("Build #202, log line 2 should say: `x`", ""),
        ] {
            check("log-line", text, expected);
        }
    }
}
