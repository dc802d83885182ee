//! Small readings of the words around a mention that several rules share; knows no evidence.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Fact, Unit};
use crate::documents::mentions::Mention;
use crate::report;
use crate::time::clock;

/// How many bytes around a mention may say what is said of it.
const NEAR: usize = 120;

/// A fixed pattern.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A pattern that is made when it is first asked.
pub(super) type Pattern = LazyLock<Option<Regex>>;

/// Whether words hold what a pattern looks for.
pub(super) fn is_match(pattern: &Pattern, words: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(words))
}

/// Whether words hold one of some parts: cheaper than the pattern that needs one of them.
pub(super) fn holds(words: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| words.contains(part))
}

/// The first `bytes` of `text`, or a little less.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The last `bytes` of `text`, or a little less.
pub(super) fn tail(text: &str, bytes: usize) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(bytes))..).unwrap_or(text)
}

/// The words right behind byte `at`.
pub(super) fn after<'a>(unit: &Unit<'a>, at: usize) -> &'a str {
    head(unit.words().get(at..).unwrap_or(""), NEAR)
}

/// The words right before byte `at`.
pub(super) fn before<'a>(unit: &Unit<'a>, at: usize) -> &'a str {
    tail(unit.words().get(..at).unwrap_or(""), NEAR)
}

/// Whether what follows a word of state leaves it the end of what is said: "PR#4 closed" but not "PR#4 closed the gap".
pub(super) fn ends_statement(rest: &str) -> bool {
    const GO_ON: &[&str] = &[
        "and", "at", "by", "on", "since", "in", "as", "but", "while", "again", "already", "now", "both",
        "with", "after", "before", "because", "too", "due", "for", "within", "under", "from", "though", "so",
        "via",
    ];
    let rest = rest.trim_start_matches(' ');
    match rest.chars().next() {
        None => true,
        Some(c) if c.is_alphabetic() => {
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            GO_ON.contains(&word.to_ascii_lowercase().as_str())
        }
        Some(c) => c != '-' && c != '_' && c != '\'' && c != '’' && c != '?',
    }
}

/// A small number in figures or letters.
pub(super) fn count_of(word: &str) -> Option<u64> {
    const WORDS: &[&str] = &[
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let word = word.to_ascii_lowercase();
    word.parse().ok().or_else(|| WORDS.iter().position(|known| *known == word).map(|at| at as u64))
}

/// A pattern's alternative for [`count_of`].
pub(super) const COUNT: &str = r"\d{1,5}|no|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve";

/// Agrees or differs.
pub(super) fn told(holds: bool, words: impl Into<String>, cited: Vec<report::Evidence>) -> Fact {
    if holds { Fact::Agrees(words.into(), cited) } else { Fact::Differs(words.into(), cited) }
}

/// `when committed 06:27:57Z`: the time that a state is asked for.
pub(super) fn when(unit: &Unit<'_>) -> String {
    match unit.as_of {
        Some(at) if unit.commit.is_some() => format!("when committed {}", clock(at)),
        Some(at) => format!("when stamped {}", clock(at)),
        None => "at capture".to_owned(),
    }
}

/// Hand-written stamps run ahead: where only a stamp says when, a state of then contradicts nothing.
pub(super) fn contradict_only_commits(unit: &Unit<'_>, facts: &mut [Fact]) {
    if unit.commit.is_some() {
        return;
    }
    for fact in facts {
        if let Fact::Differs(words, cited) = fact {
            let words = format!("{words}, but no commit says when this was written");
            *fact = Fact::Unclear(words, std::mem::take(cited));
        }
    }
}

/// What a sentence only supposes or denies is left to a person.
pub(super) fn supposed() -> Vec<Fact> {
    vec![Fact::Unclear("negated or only supposed here, so it is not compared".to_owned(), Vec::new())]
}

/// Many that agree, in one sentence that cites all of them; anything else stays as it is.
pub(super) fn all_agree(facts: Vec<Fact>, words: impl FnOnce(usize) -> String) -> Vec<Fact> {
    if facts.len() < 2 || !facts.iter().all(|fact| matches!(fact, Fact::Agrees(..))) {
        return facts;
    }
    let words = words(facts.len());
    let cited = facts.into_iter().flat_map(|fact| match fact {
        Fact::Agrees(_, cited) => cited,
        _ => Vec::new(),
    });
    vec![Fact::Agrees(words, cited.collect())]
}

/// The mentions from byte `at` on.
pub(super) fn mentions_from<'a>(unit: &'a Unit<'_>, at: usize) -> &'a [Mention] {
    let from = unit.mentions.partition_point(|mention| mention.span.start < at);
    unit.mentions.get(from..).unwrap_or(&[])
}

/// The last of a list in order of place that ends before byte `at`.
pub(super) fn last_before<T>(list: &[(Range<usize>, T)], at: usize) -> Option<&(Range<usize>, T)> {
    list.get(list.partition_point(|(span, _)| span.end <= at).checked_sub(1)?)
}

/// The pull requests that a unit names, in order of place.
pub(super) fn pulls(unit: &Unit<'_>) -> Vec<(Range<usize>, u64)> {
    unit.pulls().map(|(span, number)| (span.clone(), number)).collect()
}

/// Whether `span` lies in inline code.
pub(super) fn in_code(unit: &Unit<'_>, span: &Range<usize>) -> bool {
    let codes = &unit.block.code;
    let last = codes.partition_point(|code| code.start <= span.start).checked_sub(1);
    last.and_then(|last| codes.get(last)).is_some_and(|code| span.end <= code.end)
}

/// Where a value stands: a name in code, with its span.
pub(super) fn codes<'a>(unit: &Unit<'a>) -> impl Iterator<Item = (Range<usize>, &'a str)> {
    let text = unit.words();
    unit.block.code.iter().filter_map(move |span| text.get(span.clone()).map(|words| (span.clone(), words)))
}

/// Whether a name behind "by" can only be a login: written with `@`, as code, or known to the evidence.
pub(super) fn is_login(unit: &Unit<'_>, span: &Range<usize>, context: &super::Context<'_>) -> bool {
    let name = unit.text(span);
    let marked =
        unit.words().get(..span.start).is_some_and(|before| before.ends_with('@')) || in_code(unit, span);
    let pulls = &context.evidence.pulls;
    marked
        || pulls.values().any(|pull| pull.author == name || pull.comments.iter().any(|c| c.author == name))
        || context.evidence.builds.values().any(|build| build.author == name)
}

/// Whether the words before `span` only suppose or deny it; what follows may go on to another subject.
pub(super) fn is_supposed(unit: &Unit<'_>, span: &Range<usize>) -> bool {
    const SUPPOSE: &[&str] = &[
        "if",
        "once",
        "when",
        "should",
        "would",
        "until",
        "whether",
        "unless",
        "expected",
        "expect",
        "must",
        "may",
        "will",
        "could",
        "might",
        "claims",
        "claim",
        "had",
        "needs",
        "wants",
        "assume",
        "assuming",
        "supposedly",
    ];
    const DENY: &[&str] =
        &["not", "no", "never", "neither", "nor", "isn't", "wasn't", "unlike", "except", "without"];
    let clause = unit.clause_before(span.start).to_ascii_lowercase();
    let words = |text: &str| -> Vec<String> {
        let plain =
            |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').replace('’', "'");
        let words: Vec<String> = text.split_whitespace().map(plain).collect();
        words.into_iter().rev().take(8).collect()
    };
    let own = clause.rsplit(", ").next().unwrap_or("");
    words(&clause).iter().any(|word| SUPPOSE.contains(&word.as_str()))
        || words(own).iter().any(|word| DENY.contains(&word.as_str()))
}
