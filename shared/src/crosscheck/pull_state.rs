//! "PR#5 closed", "PR#3 and PR#5 are closed", `state=closed`: the state of pull requests when it was written.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::reading::{
    after, before, ends_statement, is_supposed, last_before, mentions_from, pattern, pulls, supposed, told,
    when,
};
use super::run_tables::{Table, cells};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::{Pull, PullState};
use crate::report::CheckKind;
use crate::time::{Timestamp, clock, date, iso};

pub(super) const RULE: Rule = Rule {
    id: "pull-state",
    explains: "Whether a pull request was open, closed or merged when this was committed.",
    kind: CheckKind::Substance,
    words: &["open", "closed", "merged"],
    find,
};

static STATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?:\s*\([^()]{0,60}\))?",
        r"(?:\s+(?:is|are|was|were|now|has been|have been|already|still|both|all|currently|remains?|stays?|stayed|got)\b|\s*[:=→]){0,4}",
        r"\s*(not\s+|isn't\s+|never\s+)?(?:yet\s+|been\s+)?(open|closed|merged|unmerged)\b",
        r"(,?\s*(?:but\s+|and\s+|\()?(?:not merged|unmerged|without (?:being )?(?:a )?merg(?:e|ed|ing))\b\)?)?",
    ))
});
static AND_IS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i) and (?:is|was|remains|stays|has been) (?:still |now |since |meanwhile )?(not )?(open|closed|merged)\b",
    )
});
/// The moment of writing, by the writer's own act.
static THEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^ when (?:I|we) (?:looked|checked|wrote|read|asked|last looked)\b[^,;.]{0,24}|^ when (?:this was )?(?:looked at|written|checked)\b",
    )
});
static IN_BRACKETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^\s*\((?:[^()]{0,40}[,;] )?(?:now |still )?()(open|closed|merged)()[),;]")
});
static TITLED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(open|closed|merged) (?:PRs|pull requests):?\s*$"));

/// What is said of a pull request.
#[derive(Clone, Copy)]
struct Said<'a> {
    word: &'a str,
    denied: bool,
    /// Closed and expressly not merged.
    unmerged: bool,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let pulls = pulls(unit);
    for (index, (span, _)) in pulls.iter().enumerate() {
        let list = list_ending(unit, &pulls[..=index]);
        let rest = after(unit, span.end);
        let found = STATE.as_ref().and_then(|pattern| pattern.captures(rest));
        let found = found.or_else(|| IN_BRACKETS.as_ref().and_then(|pattern| pattern.captures(rest)));
        if let Some(found) = found
            && let (Some(whole), Some(word)) = (found.get(0), found.get(2))
        {
            let plural = [" is ", " was ", " has been "].iter().all(|one| !whole.as_str().starts_with(one));
            let own = list.len().saturating_sub(1);
            let list = if plural && !whole.as_str().contains('(') { &list[..] } else { &list[own..] };
            let start = list.first().map_or(span.start, |(first, _)| first.start);
            let said = Said {
                word: word.as_str(),
                denied: found.get(1).is_some_and(|not| !not.as_str().is_empty()),
                unmerged: found.get(3).is_some_and(|not| !not.as_str().is_empty()),
            };
            push(list, said, start..span.end + whole.end(), unit, context, drafts);
            continue;
        }
        // "PR#3 was opened at 06:58Z and is still open": a second thing said of the only one named.
        if let Some(found) = still(unit, span, pulls.get(index + 1).map(|(next, _)| next.start), context)
            && let (Some(whole), Some(word)) = (found.get(0), found.get(2))
        {
            let said = Said {
                word: word.as_str(),
                denied: found.get(1).is_some_and(|not| !not.as_str().is_empty()),
                unmerged: false,
            };
            let start = span.end + whole.start() + whole.as_str().find("and ").map_or(0, |at| at + 4);
            let own = list.len().saturating_sub(1);
            push(&list[own..], said, start..span.end + whole.end(), unit, context, drafts);
            continue;
        }
        // "Closed PRs: PR#3, PR#5": the word stands before the first of them.
        let last = pulls.get(index + 1).is_none_or(|(next, _)| !joins(unit.text(&(span.end..next.start))));
        let Some((first, _)) = list.first() else { continue };
        let words = before(unit, first.start);
        if last
            && let Some(word) = TITLED.as_ref().and_then(|pattern| pattern.captures(words)?.get(1))
            && !words.to_ascii_lowercase().contains("only")
        {
            let start = first.start - (words.len() - word.start());
            let said = Said { word: word.as_str(), denied: false, unmerged: false };
            push(&list, said, start..span.end, unit, context, drafts);
        }
    }
    row(unit, context, drafts);
    for (span, key, value) in unit.pairs() {
        let query = unit.words().get(..span.start).is_some_and(|before| before.ends_with(['?', '&']));
        if key != "state" || query || !matches!(value, "open" | "closed" | "merged") {
            continue;
        }
        let nearest = last_before(&pulls, span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let said = Said { word: value, denied: false, unmerged: false };
        push(&[(span.clone(), number)], said, span.clone(), unit, context, drafts);
    }
}

/// A row of a table of pull requests with a column for their state.
fn row(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(table) = Table::of(unit, context) else { return };
    let columns = (table.column(&["pr", "prs", "pull", "pull request"]), table.column(&["state", "status"]));
    let (Some(named), Some(state)) = columns else { return };
    let cells = cells(unit.block);
    let (Some((at, name)), Some((span, word))) = (cells.get(named), cells.get(state)) else { return };
    let bare = |text: &str| text.trim_matches([' ', '*', '`']).to_ascii_lowercase();
    let number = bare(name).trim_start_matches("pr").trim_start_matches([' ', '#']).parse::<u64>();
    let word = bare(word);
    if let (Ok(number), "open" | "closed" | "merged") = (number, word.as_str()) {
        let start = span.start + (unit.text(span).len() - unit.text(span).trim_start().len());
        let span = start..start + unit.text(span).trim().len();
        push(
            &[(at.clone(), number)],
            Said { word: &word, denied: false, unmerged: false },
            span,
            unit,
            context,
            drafts,
        );
    }
}

/// " and is still open" in the words behind a pull request, where nothing else is named that it may be said of.
fn still<'a>(
    unit: &Unit<'a>,
    span: &Range<usize>,
    next: Option<usize>,
    context: &Context<'_>,
) -> Option<regex_lite::Captures<'a>> {
    let rest = after(unit, span.end);
    let found = AND_IS.as_ref()?.captures(rest)?;
    let whole = found.get(0)?.range();
    let until = span.end + whole.start;
    let others = context.named_builds(unit);
    let other = others.get(others.partition_point(|(at, _)| at.start < span.end));
    let alone = next.is_none_or(|next| next >= until) && other.is_none_or(|(at, _)| at.start >= until);
    let said = rest.get(..whole.start)?;
    // Another sentence, another thing: "PR#4 has a comment and it was closed by the bot".
    let verbs = ["opened", "created", "raised", "pushed", "titled", "reopened", "closed", "tested"];
    let own = verbs.iter().any(|verb| said.contains(verb));
    (alone && own && !said.contains([';', '—']) && !said.contains(". ")).then_some(found)
}

/// The pull requests at the end of `named` that the text joins into one list.
fn list_ending(unit: &Unit<'_>, named: &[(Range<usize>, u64)]) -> Vec<(Range<usize>, u64)> {
    let mut from = named.len().saturating_sub(1);
    while from > 0
        && named.len() - from < 64
        && joins(unit.text(&(named[from - 1].0.end..named[from].0.start)))
    {
        from -= 1;
    }
    named[from..].to_vec()
}

fn joins(between: &str) -> bool {
    between.len() <= 12
        && between
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '+' | '&'))
            .all(|word| matches!(word, "" | "and" | "both"))
}

fn push(
    list: &[(Range<usize>, u64)],
    said: Said<'_>,
    span: Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
    drafts: &mut Vec<Draft>,
) {
    let rest = after(unit, span.end);
    let then = THEN.as_ref().and_then(|pattern| pattern.find(rest)).map_or(0, |then| then.end());
    let rest = rest.get(then..).unwrap_or("");
    let word = said.word.to_ascii_lowercase();
    let is_pair = unit.text(&span).starts_with("state=");
    if !is_pair && !ends_statement(rest) {
        return;
    }
    // A state with a time of its own: of an end, another rule's; of being open, the state of that time.
    let timed = rest.trim_start().to_ascii_lowercase();
    let mut window = None;
    if let Some(Mention { span: at, what: What::Time(moment) }) = mentions_from(unit, span.end).first()
        && at.start <= span.end + 10
    {
        match unit.text(&(span.end..at.start)).trim().trim_start_matches('(').trim() {
            "at" | "as of" | "@" if word == "open" => window = unit.window(moment),
            "" | "at" | "@" | "on" | ":" | "," if word != "open" => return,
            _ => {}
        }
    }
    if word == "open" && ["before", "after", "within", "while"].iter().any(|other| timed.starts_with(other)) {
        return;
    }
    let key = format!("state {:?} {}{word}", list.iter().map(|(_, n)| *n).collect::<Vec<_>>(), said.denied);
    let facts = if is_supposed(unit, &span) {
        supposed()
    } else {
        list.iter().map(|(_, number)| fact(*number, &word, said, window, unit, context)).collect()
    };
    drafts.push(Draft::new(span, key, facts));
}

fn fact(
    number: u64,
    word: &str,
    said: Said<'_>,
    window: Option<(Timestamp, Timestamp)>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    let mut cited = decisive(pull);
    let cannot = format!("PR#{number}'s state when this was written cannot be told");
    let (state, at) = match window {
        None => (state_at(pull, unit.as_of), when(unit)),
        Some((first, last)) => {
            let early = first.checked_sub(jiff::SignedDuration::from_secs(1)).ok();
            let (first_state, last_state) =
                (state_at(pull, early.or(Some(first))), state_at(pull, Some(last)));
            let same = first_state.filter(|state| Some(*state) == last_state);
            (same, format!("at {}", clock(first)))
        }
    };
    let Some(state) = state else { return Fact::Unclear(cannot, cited) };
    let holds = match word {
        "open" => state == PullState::Open,
        "merged" => state == PullState::Merged,
        "unmerged" => state != PullState::Merged,
        _ if said.unmerged => state == PullState::Closed,
        _ => state != PullState::Open,
    };
    let ended = pull.merged_at.or(pull.closed_at);
    let other_day = ended.zip(unit.as_of).is_some_and(|(ended, then)| date(ended) != date(then));
    let told_at = |at| if other_day { iso(at) } else { clock(at) };
    let since = match (pull.merged_at, pull.closed_at) {
        (Some(at), _) => format!("PR#{number} was merged {}", told_at(at)),
        (None, Some(at)) => format!("PR#{number} was closed {}, not merged", told_at(at)),
        (None, None) if pull.state == PullState::Open => format!("PR#{number} is open"),
        (None, None) => format!("PR#{number} is closed"),
    };
    let words = match unit.as_of {
        Some(at) if window.is_none() => format!(
            "{since}; this was {} {}",
            if unit.commit.is_some() { "committed" } else { "stamped" },
            told_at(at)
        ),
        _ => format!("{since}; it was {} {at}", if state == PullState::Open { "open" } else { "closed" }),
    };
    if said.unmerged && pull.merged_at.is_none() && pull.state != PullState::Open {
        cited.push(cite(&pull.place, "/merged_at", "null"));
    }
    told(holds != said.denied, words, cited)
}

/// What decides the state: when it was merged, else when it was closed, else that it is open.
pub(super) fn decisive(pull: &Pull) -> Vec<crate::report::Evidence> {
    let cited = match (pull.state, pull.merged_at, pull.closed_at) {
        (PullState::Open, ..) => cite(&pull.place, "/state", "open"),
        (PullState::Merged, Some(at), _) => cite(&pull.place, "/merged_at", iso(at)),
        (_, _, Some(at)) => cite(&pull.place, "/closed_at", iso(at)),
        _ => cite(&pull.place, "/state", "closed"),
    };
    vec![cited]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    const RULE: &str = "pull-state";

    #[test]
    fn one_and_many() {
        for (text, expected) in [
            ("PR#3 is closed; PR#4 is open; PR#5 merged.", "+++"),
            ("PR#3 and PR#5 are closed ✅", "+"),
            ("PR#3, PR#4 and PR#5 are closed", "-"),
            ("PR#3, PR#5 both closed", "+"),
            ("PR#4 (open), PR#3 (4444444b, closed)", "++"),
            ("Closed PRs: PR#3, PR#5", "+"),
            ("Open PRs: PR#3", "-"),
            ("PR#9 and PR#4 are open", "?"),
            ("PR#3 was closed, not merged", "+"),
            ("PR#5 was closed without merging", "-"),
            ("PR#4 unmerged", "+"),
            ("PR#5 not merged", "-"),
            ("PR#6 is open", "."),
            ("PR#3 and PR#4 were both open when I looked", "-"),
            ("PR#3 and PR#5 were closed when I last looked.", "+"),
            ("PR#4 was opened 07:30Z on 2030-01-01 and is still open", "+"),
            ("PR#5 was opened by dev and is now merged", "+"),
            ("PR#3 was opened by dev and is still open", "-"),
            ("PR#4 ran #202 and is closed", ""),
            ("PR#4 has a comment and was closed to the public", ""),
            ("PR#3: `state=closed`", "+"),
        ] {
            check(RULE, text, expected);
        }
        check_with(RULE, "PR#4 is open", "?", |evidence| evidence.pulls.clear());
    }

    #[test]
    fn what_only_looks_like_a_state() {
        for (text, expected) in [
            ("PR#4 closed the gap", ""),
            ("PR#5 was open until 06:22Z", ""),
            ("PR#4 open-ended", ""),
            ("once PR#4 is merged", "."),
            ("if PR#4 is closed", "."),
            ("Is PR#4 closed?", ""),
            ("PR#5 merged 09:00Z", ""),
        ] {
            check(RULE, text, expected);
        }
    }

    #[test]
    fn a_state_with_its_own_time() {
        check(RULE, "PR#5 was open at 08:50Z", "+");
        check(RULE, "PR#5 was open at 09:10Z", "-");
        check(RULE, "PR#5 was open at 09:00Z", ".");
    }
}
