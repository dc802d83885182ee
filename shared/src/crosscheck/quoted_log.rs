//! Quoted words of a log, `...` standing for anything, and `key=value` pairs that only a log can hold.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::log_lines::{Found, Pending, Question};
use super::logs::{gap, line_with, parts};
use super::reading::{before, codes, pattern, tail};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "quoted-log",
    explains: "Words quoted from a build's log have to be in that build's log.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

static SHOWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:shows?|shown|logs?|logged|prints?|printed|says?|said|reports?|reads?|ends with|contains?)\b[^.]*$",
    )
});
/// Right before words in code: a log and what it does.
static LOG_SAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\blogs?\b[^.;]{0,60}?(?:\b(?:shows?|says?|said|(ends with|ended with|ends in)|reads?|has|have|contains?|",
        r"prints?|printed|reports?|records?|holds?|the line|last line(?: is)?|includes?|with)(?: line)?\s*:?|:|→)\s*$",
    ))
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let quotes = unit.quotes();
    let in_quotes = |at: usize| {
        let last = quotes.partition_point(|(span, _)| span.start <= at).checked_sub(1);
        last.and_then(|last| quotes.get(last)).is_some_and(|(span, _)| at < span.end)
    };
    let names_builds = context.named_builds(unit).iter().any(|(span, _)| !in_quotes(span.start));
    for (span, words) in &quotes {
        let lead = tail(before(unit, span.start), 200).trim_end_matches(['"', '“']);
        let shown = || SHOWS.as_ref().is_some_and(|pattern| pattern.is_match(lead));
        if !names_builds || words.len() < 8 || !shown() || is_of_other(unit, span.start) {
            continue;
        }
        let ends = lead.trim_end().to_ascii_lowercase().ends_with("ends with");
        let builds = context.builds_at(unit, span.start);
        push(unit, &builds, (words, ends), span.clone(), context, drafts);
    }
    let quoted = drafts.len();
    let has_log = unit.has_any(&["log"]);
    for (span, words) in codes(unit).filter(|_| has_log) {
        let lead = before(unit, span.start);
        let after =
            drafts.get(..quoted).unwrap_or(&[]).partition_point(|draft| draft.span.start < span.start);
        if drafts.get(..quoted).and_then(|said| said.get(after)).is_some_and(|d| d.span.end <= span.end) {
            // The code holds a quotation that has been read.
            continue;
        }
        let Some(found) = LOG_SAYS.as_ref().and_then(|pattern| pattern.captures(lead)) else { continue };
        if words.len() < 4 || in_quotes(span.start) || is_of_other(unit, span.start) {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        push(unit, &builds, (words, found.get(1).is_some()), span, context, drafts);
    }
    for (span, key, value) in unit.pairs() {
        let said = drafts.iter().any(|d| d.span.start <= span.start && span.end <= d.span.end);
        if said || in_quotes(span.start) || is_known_key(key) || key.contains('.') {
            continue;
        }
        let builds = context.builds_at(unit, span.start);
        if builds.is_empty() {
            continue;
        }
        let of_log = !is_of_other(unit, span.start);
        let fact = |number: &u64| pair_fact(unit, *number, (key, value), of_log, context);
        let facts = builds.iter().map(|number| fact(number).unwrap_or_else(Pending::fact)).collect();
        drafts.push(Draft::new(span.clone(), format!("log {builds:?} {key}={value}"), facts));
    }
}

/// A bare pair may come from anywhere: it is contradicted only where the log gives its key other values.
fn pair_fact(
    unit: &Unit<'_>,
    number: u64,
    (key, value): (&str, &str),
    of_log: bool,
    context: &Context<'_>,
) -> Result<Fact, Pending> {
    let words = match fact(unit, number, &format!("{key}={value}"), false, context)? {
        Fact::Differs(words, _) => words,
        other => return Ok(other),
    };
    let other = context.logs.ask(unit.index, number, Question::Pair(key.to_owned()))?;
    Ok(match other.filter(|found| of_log && alike(&found.value, value)) {
        None => Fact::Missing(words),
        Some(found) => {
            let words = format!("{words}; line {} says {key}={}", found.line, found.value);
            Fact::Differs(words, vec![found.cite()])
        }
    })
}

/// What a line says behind `key=`, the last time it says so.
pub(super) fn value_of<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let (before, after) = line.rsplit_once(key)?;
    let value = after.strip_prefix('=').filter(|_| !before.ends_with(inside))?;
    let value = value.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | ']')).next()?;
    (!value.is_empty()).then_some(value)
}

/// Whether two values are of one sort, so that one denies the other: `180s` may well be `3m`.
fn alike(one: &str, two: &str) -> bool {
    let words = |text: &str| text.chars().all(|c| c.is_alphabetic() || matches!(c, '_' | '-'));
    let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    words(one) && words(two) || number(one) && number(two)
}

/// Whether the clause says that the words are of something else than a log.
fn is_of_other(unit: &Unit<'_>, at: usize) -> bool {
    const OTHERS: &[&str] = &[
        "plan",
        "status",
        "description",
        "docker",
        "service",
        "comment",
        "review",
        "journal",
        "backlog",
        "title",
        "badge",
        "readme",
        "summary",
        "commit message",
        "git log",
        "changelog",
    ];
    let clause = unit.clause_before(at).to_ascii_lowercase();
    OTHERS.iter().any(|other| clause.contains(other))
}

/// Keys that another rule compares with a field.
fn is_known_key(key: &str) -> bool {
    const FIELDS: &[&str] = &[
        "started",
        "start",
        "finished",
        "stopped",
        "status",
        "build_status",
        "level",
        "state",
        "limit",
        "page",
        "head_sha",
        "head",
        "head_ref",
        "base_ref",
        "base",
        "created_at",
        "closed_at",
        "merged_at",
        "updated_at",
        "duration",
        "event",
        "trigger",
        "sender",
        "exit_code",
        "replicas",
        "version",
        "pr",
        "ref",
        "recipe",
        "run_id",
        "install",
        "upgrade",
        "backup",
        "restore",
        "backup_restore",
        "custom",
        "functional",
        "lint",
        "integration",
        "recipe_local",
    ];
    let boolean_like = super::run_flags::is_flag_name(key);
    let param = key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    FIELDS.contains(&key) || boolean_like || param
}

fn push(
    unit: &Unit<'_>,
    builds: &[u64],
    (words, ends): (&str, bool),
    span: std::ops::Range<usize>,
    context: &Context<'_>,
    drafts: &mut Vec<Draft>,
) {
    if builds.is_empty() {
        return;
    }
    let fact = |number: &u64| fact(unit, *number, words, ends, context).unwrap_or_else(Pending::fact);
    let facts = builds.iter().map(fact).collect();
    drafts.push(Draft::new(span, format!("log {builds:?} {ends} {}", plain(words)), facts));
}

fn fact(
    unit: &Unit<'_>,
    number: u64,
    words: &str,
    ends: bool,
    context: &Context<'_>,
) -> Result<Fact, Pending> {
    let parts = parts(words);
    if ends {
        // The last line with anything on it, of whichever step.
        let last = context.logs.ask(unit.index, number, Question::Last(parts.clone()))?;
        if let Some(found) = last {
            let words = format!("the last words in the log of build {number}");
            return Ok(Fact::Agrees(words, vec![found.cite()]));
        }
    }
    if let Some(found) = line_with(unit, context, number, &parts)? {
        let words = format!("in the log of build {number}, line {}", found.line);
        return Ok(match ends {
            true => Fact::Unclear(format!("{words}, not at its end"), vec![found.cite()]),
            false => Fact::Agrees(words, vec![found.cite()]),
        });
    }
    if let Some(gap) = gap(context, number) {
        return Ok(gap);
    }
    let logs = context.logs_of(number).iter();
    let mut cited: Vec<_> =
        logs.map(|log| cite(&log.place, "", format!("{} lines", log.line_count))).collect();
    let mut words = format!("no line of build {number}'s log says so");
    if let Some(found) = most_alike(unit, context, number, &parts)? {
        let shown: String = found.said.chars().take(LONGEST_SHOWN).collect();
        words.push_str(&format!("; line {} says “{shown}”", found.line));
        cited.push(found.cite());
    }
    Ok(Fact::Differs(words, cited))
}

/// How much of the line is shown that says something else.
const LONGEST_SHOWN: usize = 200;

/// The line that says what comes nearest to what was quoted: it holds the words before `...`, or the longest word.
fn most_alike<'c, 'a>(
    unit: &Unit<'_>,
    context: &'c Context<'a>,
    build: u64,
    parts: &[String],
) -> Result<Option<&'c Found<'a>>, Pending> {
    if let [first, _, ..] = parts
        && let Some(found) = line_with(unit, context, build, std::slice::from_ref(first))?
    {
        return Ok(Some(found));
    }
    let words = parts.iter().flat_map(|part| part.split_whitespace());
    match words.filter(|word| word.len() > 5).max_by_key(|word| word.len()) {
        Some(word) => line_with(unit, context, build, &[word.to_owned()]),
        None => Ok(None),
    }
}

/// Whether all parts occur in `text`, one after the other.
pub(super) fn in_order(text: &str, parts: &[impl AsRef<str>]) -> bool {
    let mut rest = text;
    !parts.is_empty()
        && parts.iter().all(|part| match rest.find(part.as_ref()) {
            Some(at) => {
                rest = rest.get(at + part.as_ref().len()..).unwrap_or("");
                true
            }
            None => false,
        })
}

/// Quote marks, dashes of ellipsis and runs of blanks do not matter in a quotation.
pub(super) fn plain(text: &str) -> String {
    let text: String = text
        .replace('…', "...")
        .chars()
        .filter(|c| !matches!(c, '\'' | '"' | '“' | '”' | '‘' | '’' | '`'))
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn words_of_logs() {
        for (text, expected) in [
            ("Build #202 shows: \"!! slow: ... State='paused'\"", "+"),
            ("Build #202 says \"!! slow … paused\"", "+"),
            ("Build #202 says \"all is very well\"", "-"),
            ("the log of build #202 ends with `RESULT: PASS level=5`", "+"),
            ("the log of build #202 ends with `=== install`", "."),
            ("build #202's log shows `=== upgrade`", "-"),
            ("Build #203 says \"all is very well\"", "?"),
            ("Build #203 says \"upgrade failed\"", "+"),
            ("Build #299 says \"all is very well\"", "?"),
            ("the plan says \"build #202 has to pass\"", ""),
            ("build #202's log does not show `=== upgrade`", "."),
            ("build #202: `State=paused`", "+"),
            ("build #202: `State=finished`", "-"),
            ("build #202: `State=3`, `Mood=finished`, `version=3`, `install=p`", "??"),
            ("build #202, by its service: `State=finished`", "?"),
            ("the log of build #202 shows `\"!! slow: ... State='done'\"`", "-"),
        ] {
            check("quoted-log", text, expected);
        }
        check_with("quoted-log", "Build #202 says \"all is very well\"", "?", |evidence| {
            evidence.logs.retain(|log| log.step != 1);
        });
    }
}
