//! "Log line 42: `…`": what stands on a numbered line of a build's log.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::logs::{gap, line_with};
use super::quoted_log::{in_order, plain};
use super::reading::{after, pattern};
use super::{Context, Draft, Fact, Rule, Unit, cite};
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
        let Ok(line) = line.as_str().parse::<usize>() else { continue };
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
        let facts = vec![fact(*number, line, unit.text(&words), context)];
        let key = format!("log line {number} {line}");
        drafts.push(Draft::new(whole.start()..words.end, key, facts));
    }
}

fn fact(number: u64, line: usize, words: &str, context: &Context<'_>) -> Fact {
    let wanted = plain(words);
    let parts: Vec<&str> = wanted.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut above = 0;
    for log in context.logs_of(number) {
        // Counted in the log of a step, or through all of them.
        let here = |line: usize| line.checked_sub(1).and_then(|index| Some((index, log.lines.get(index)?)));
        let both = [here(line), line.checked_sub(above).and_then(here)];
        let hit = both.into_iter().flatten().find(|(_, real)| in_order(&plain(&real.text), &parts));
        if let Some((index, real)) = hit {
            let cited = vec![cite(&log.place, &format!("/{index}/out"), real.text.trim())];
            return Fact::Agrees(format!("line {line} of build {number}'s log says so"), cited);
        }
        above += log.lines.len();
    }
    if let Some(gap) = gap(context, number) {
        return gap;
    }
    match line_with(context, number, &parts) {
        Some(line) => {
            let real = line.log.lines.get(line.index).map_or("", |line| line.text.trim());
            let cited = vec![cite(&line.log.place, &format!("/{}/out", line.index), real)];
            Fact::Differs(format!("it is line {} of build {number}'s log", line.index + 1), cited)
        }
        None => Fact::Differs(format!("no line of build {number}'s log says so"), Vec::new()),
    }
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
