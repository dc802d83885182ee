//! Words around a statement that make another one of it: told on, of another thing, compared, with an exception.
//!
//! It knows sentences, and nothing of what a rule compares.

use std::ops::Range;
use std::sync::LazyLock;

use super::in_lists;
use super::reading::{Pattern, holds, is_match, pattern};
use super::run_tables::{Table, cells};
use super::{Context, QUOTE_OTHERS, Unit};
use crate::documents::BlockKind;
use crate::documents::mentions::What;

/// How many bytes of a clause are read on either side of a statement.
const NEAR: usize = 240;

/// A statement and the rest of its clause, in lower case.
struct Around<'u> {
    rule: &'static str,
    before: &'u str,
    inside: &'u str,
    after: &'u str,
    whole: String,
}

/// Why the statement at `span` is left to a person although a rule could compare its words.
pub(super) fn in_doubt(
    rule: &'static str,
    span: &Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Option<&'static str> {
    let around = Around::of(rule, span, unit);
    around
        .told_on()
        .or_else(|| around.of_another())
        .or_else(|| around.with_exceptions())
        .or_else(|| around.of_another_time())
        .or_else(|| around.of_events())
        .or_else(|| around.in_other_words())
        .or_else(|| in_lists::in_lists(rule, span, unit, context))
        .or_else(|| compares_levels(&around, span, unit))
        .or_else(|| in_quotes(&around))
        .or_else(|| in_column_of_wishes(span, unit, context))
        .or_else(|| in_another_repository(rule, span, unit, context))
}

/// Words without the marks around them.
fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let bare = |word| str::trim_matches(word, |c: char| !c.is_alphanumeric());
    text.split_whitespace().map(bare).filter(|word| !word.is_empty())
}

impl<'u> Around<'u> {
    fn of(rule: &'static str, span: &Range<usize>, unit: &'u Unit<'_>) -> Around<'u> {
        let text = unit.lower();
        let inside = text.get(span.clone()).unwrap_or("");
        let from = span.start - unit.clause_before(span.start).len();
        let before = last_bytes(text.get(from..span.start).unwrap_or(""));
        let after = first_bytes(text.get(span.end..unit.clause(span.end).end).unwrap_or(""));
        let inside = first_bytes(inside);
        let whole = [before, inside, after].concat();
        Around { rule, before, inside, after, whole }
    }

    fn is_of(&self, starts: &[&str]) -> bool {
        starts.iter().any(|start| self.rule.starts_with(start))
    }

    /// "STATUS says #12 failed", "make sure #12 passed", "#12 passed, which is wrong".
    fn told_on(&self) -> Option<&'static str> {
        static WRONG: Pattern = LazyLock::new(|| {
            pattern(
                r"^[,)\s]*(?:which|but (?:that|this)|and (?:that|this)|this|that) (?:is|was) (?:wrong|not|false|untrue|incorrect|mistaken|a mistake|a lie|a typo|an error|nonsense)\b|^[,(\s]*(?:or so|allegedly|supposedly|apparently|they say|it is said|it seems|in the plan|on paper|in theory)\b",
            )
        });
        const OWN_WORDS: &[&str] =
            &["verdict-stamp", "status-verdict", "badge-", "looked-at", "yours-to-judge", "named-evidence"];
        const SOURCES: &[&str] = &[
            "log", "logs", "junit", "json", "drone", "gitea", "forge", "api", "badge", "comment", "ci",
            "server", "record", "records", "docker", "report", "reports", "listing", "feed", "evidence",
            "xml",
        ];
        const ASKS: &[&str] =
            &["make sure", "check that", "check whether", "verify that", "ensure", "todo", "please"];
        if self.is_of(OWN_WORDS) || QUOTE_OTHERS.contains(&self.rule) {
            return None;
        }
        let of_source = |text: &str| {
            let near = words(text).rev().take(4);
            near.flat_map(|word| word.split('.')).any(|word| SOURCES.contains(&word))
        };
        let verbs = [
            "says",
            "said",
            "wrote",
            "writes",
            "claimed",
            "wrongly",
            "told",
            "doubt",
            "think",
            "thinks",
            "thought",
            "believe",
            "believes",
            "assume",
            "assumed",
            "hope",
            "hopes",
            "suggests",
            "suggested",
            "asserts",
            "insists",
            "denies",
            "denied",
            "reported",
            "pretends",
        ];
        let mut near = words(self.before).rev().take(7);
        let told = near.find(|word| verbs.contains(word));
        let told = told.is_some_and(|verb| {
            let at = self.before.rfind(verb).unwrap_or(0);
            !of_source(self.before.get(..at).unwrap_or(""))
        });
        let according = self.before.rfind("according to").is_some_and(|at| {
            let whom = self.before.get(at + 12..).unwrap_or("");
            !words(whom).take(4).flat_map(|word| word.split('.')).any(|word| SOURCES.contains(&word))
        });
        let mut behind = words(self.after);
        let told_behind = behind.next().is_some_and(|word| verbs.contains(&word))
            && !behind.take(3).flat_map(|word| word.split('.')).any(|word| SOURCES.contains(&word));
        let claim = ["claim was", "claim is"].iter().any(|words| self.before.contains(words));
        if told || told_behind || according || claim {
            return Some("this repeats what another says");
        }
        if ASKS.iter().any(|word| self.before.contains(word)) {
            return Some("this asks for something and reports nothing");
        }
        const MAY: &[&str] = &[
            "which",
            "that",
            "this",
            "or so",
            "edly",
            "apparently",
            "they",
            "it is",
            "it seems",
            "in the",
            "on paper",
            "in theory",
        ];
        (holds(self.after, MAY) && is_match(&WRONG, self.after)).then_some("said to be wrong behind it")
    }

    /// "The build after #12", "a retry of #12", "`curl` for #12", "reading #12 took".
    fn of_another(&self) -> Option<&'static str> {
        static OTHER_BUILD: Pattern = LazyLock::new(|| {
            pattern(concat!(
                r"\b(?:(?:build|run|one|attempt|try|retry) (?:right |just |directly |immediately )?(?:after|before|following|preceding|that (?:followed|replaced|preceded|superseded))",
                r"|(?:rerun|re-run|retry|retries|successor|predecessor|restart|repeat|copy|parent|child|duplicate) (?:of|to|for)) ",
                r"(?:the )?(?:drone )?(?:build |run )?#?\d",
            ))
        });
        static RESTARTED: Pattern = LazyLock::new(|| {
            pattern(r"^[,\s]*(?:before|until|when|while) (?:it|being|the restart|a restart)\b")
        });
        const OF: &[&str] = &["for", "of", "on", "in", "from", "with", "about", "at", "to"];
        const NO_DEED: &[&str] =
            &["remaining", "failing", "passing", "following", "including", "existing", "resulting", "during"];
        const ELSEWHERE: &[&str] = &["staging", "locally", "elsewhere", "laptop"];
        const TRIES: &[&str] = &["attempt", "attempts", "try", "curl", "fetch", "wget", "download"];
        if !self.is_of(&["build-", "run-", "tested-"]) || self.rule == "build-origin" {
            return None;
        }
        let other = [self.before, self.inside].concat();
        if ["after", "before", "following", "preceding", "that ", " of ", " to ", " for "]
            .iter()
            .any(|w| other.contains(w))
            && is_match(&OTHER_BUILD, &other)
        {
            return Some("another build may be meant than the one that is named");
        }
        if words(self.before).any(|word| ELSEWHERE.contains(&word)) {
            return Some("another server may be meant");
        }
        if !matches!(self.rule, "build-status" | "build-duration") || self.inside.contains('=') {
            return None;
        }
        if self.rule == "build-status"
            && (is_match(&RESTARTED, self.after)
                || words(self.before)
                    .any(|word| TRIES.contains(&word) || matches!(word, "what" | "whatever")))
        {
            return Some("an attempt may be meant and not how the build ended");
        }
        let fill = ["build", "builds", "run", "runs", "drone", "ci", "the", "both", "log", "logs"];
        let mut lead = words(self.before).rev().skip_while(|word| fill.contains(word));
        let (last, noun) = (lead.next().unwrap_or(""), lead.next().unwrap_or(""));
        let nouns = [
            "all", "both", "each", "one", "two", "three", "most", "some", "status", "result", "outcome",
            "runs", "builds", "run", "build", "verdict", "state", "drone",
        ];
        let about = OF.contains(&last) && !nouns.contains(&noun) && !noun.is_empty();
        // "Reviewing #12 took", "to read #12 took".
        let doing = last.len() > 5 && last.ends_with("ing") && !NO_DEED.contains(&last);
        let of = about
            || doing
            || ["in", "to", "replaced", "superseded", "followed", "like"].contains(&last)
            || noun == "to";
        let parted = self.before.trim_end().ends_with([',', ':', ')']);
        // "An hour after #12 passed, …" names a moment.
        if self.rule == "build-status" && ["after", "before", "since", "once"].contains(&last) && !parted {
            return Some("it names a moment and does not say what came of it");
        }
        (of && !parted
            && self.inside.starts_with(|c: char| c == '#' || c == 'b' || c == 'r' || c.is_ascii_digit()))
        .then_some("something about the build may be meant and not the build itself")
    }

    /// "All tiers but upgrade", "unlike backup", "only #12 passed".
    fn with_exceptions(&self) -> Option<&'static str> {
        static EXCEPT: Pattern = LazyLock::new(|| {
            pattern(concat!(
                r"\b(?:almost|nearly|practically|virtually) (?:all|every)\b",
                r"|\b(?:all|every|each) (?:[a-z0-9#]+ ){0,6}but\b",
                r"|\b(?:everything|anything|everyone|whatever|all) (?:but|after|behind|before|beyond|above|below)\b",
                r"|\b(?:unlike|except|excepting|apart from|other than|aside from|save for|besides|excluding|minus|bar|barring|not counting|leaving out|ignoring)\b",
                r"|\bwith the exception\b",
                r"|\bbut (?:for|not|one|two|three|four|five|six|\d{1,3})\s?(?:$|[.,;:)])",
            ))
        });
        static THE_ONLY: Pattern = LazyLock::new(|| {
            pattern(r"\bthe only (?:[a-z0-9-]+ )?(?:build|run|one|comment|pr|pull request|tier|test)\b")
        });
        const COUNTS: &[&str] = &[
            "run-",
            "test-",
            "build-status",
            "build-count",
            "green-",
            "clean-",
            "badge-",
            "before-after",
            "build-order",
            "build-time",
        ];
        const EXCEPTS: &[&str] = &[
            "but",
            "unlike",
            "except",
            "other than",
            "apart from",
            "aside from",
            "save for",
            "besides",
            "almost",
            "nearly",
            "practically",
            "virtually",
            "thing ",
            "everyone ",
            "whatever",
            "all after",
            "all be",
            "all above",
            "excluding",
            "minus",
            "bar",
            "not counting",
            "leaving out",
            "ignoring",
        ];
        if self.is_of(COUNTS) && holds(&self.whole, EXCEPTS) && is_match(&EXCEPT, &self.whole) {
            return Some("an exception is made beside it, which is not compared");
        }
        let of_all = ["run-", "build-status", "tested-", "before-after", "pull-state", "comment-"];
        if !self.is_of(&of_all) {
            return None;
        }
        let fill = ["the", "build", "builds", "run", "runs", "pr", "tier"];
        let lead = words(self.before).rev().find(|word| !fill.contains(word)).unwrap_or("");
        let only = ["only", "just", "solely", "merely", "nothing", "none"].contains(&lead);
        (only || self.whole.contains("the only") && is_match(&THE_ONLY, &self.whole))
            .then_some("“only” speaks of all the others too, which are not compared")
    }

    /// What docker showed at another time than that of the capture.
    fn of_another_time(&self) -> Option<&'static str> {
        const PAST: &[&str] =
            &["was", "were", "had", "went", "dropped", "fell", "stayed", "stood", "showed", "used", "ran"];
        const THEN: &[&str] = &[
            "before",
            "during",
            "earlier",
            "until",
            "previously",
            "formerly",
            "yesterday",
            "once",
            "after",
            "when",
            "while",
            "initially",
            "originally",
            "first",
        ];
        static LAST: Pattern = LazyLock::new(|| {
            pattern(
                r"\bused to\b|\blast (?:time|night|week|month|year|run)\b|\bat \d{1,2}:\d\d|\b\d\d:\d\d(?::\d\d)?z",
            )
        });
        if !self.is_of(&["docker-service", "network-subnet", "clean-up"]) {
            return None;
        }
        let any = |list: &[&str]| words(&self.whole).any(|word| list.contains(&word));
        let then = any(THEN) || is_match(&LAST, &self.whole);
        (any(PAST) && then).then_some("it speaks of an earlier time than the capture")
    }

    /// "PR#5 was closed before PR#3", "after PR#4 was merged, …", "PR#5 was closed and merged".
    fn of_events(&self) -> Option<&'static str> {
        static THEN: Pattern = LazyLock::new(|| {
            pattern(
                r"^[,\s]*(?:and|then|and then|but|/|later) (?:was |is |then |later |also )?(?:merged|reopened|closed|opened|open)\b",
            )
        });
        if self.rule.starts_with("pull-") && is_match(&THEN, self.after) {
            return Some("another state stands beside it, which is not compared");
        }
        if self.rule != "pull-state" {
            return None;
        }
        let last = words(self.before).next_back().unwrap_or("");
        let next = words(self.after).next().unwrap_or("");
        if ["after", "before", "once", "until", "when", "while"].contains(&last) {
            return Some("it names a time and does not say that it has come");
        }
        ["before", "after", "earlier", "later", "until"]
            .contains(&next)
            .then_some("the order of the two is not compared")
    }

    /// "passed in under a minute", "ran ten minutes before the fix": a length that no rule reads.
    fn in_other_words(&self) -> Option<&'static str> {
        static IN: Pattern = LazyLock::new(|| {
            pattern(
                r"^ (?:in|within|after) (?:(?:under|less than|over|more than|about|only|just|at most) )?(?:an?|half|one|two|three|four|five|six|ten|some|several|a few)\b[a-z ]{0,12}(?:second|minute|hour)",
            )
        });
        static LENGTH: Pattern = LazyLock::new(|| pattern(r"\b[a-z]+ (?:seconds?|minutes?|hours?|days?) $"));
        let order = self.rule == "before-after"
            && (is_match(&LENGTH, self.before)
                || self.before.ends_with("hour and ")
                || self.before.ends_with("hours and "));
        let took = self.rule == "build-status" && is_match(&IN, self.after);
        let review = self.rule == "build-duration" && {
            let mut next = words(self.after);
            next.next() == Some("to")
                && !matches!(
                    next.next(),
                    Some("finish" | "complete" | "pass" | "fail" | "run" | "build" | "its" | "the")
                )
        };
        if review {
            return Some("something about the build may be meant and not the build itself");
        }
        (order || took).then_some("a length in words stands beside it, which is not compared")
    }
}

fn last_bytes(text: &str) -> &str {
    let mut from = text.len().saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or("")
}

fn first_bytes(text: &str) -> &str {
    let mut until = text.len().min(NEAR);
    while !text.is_char_boundary(until) {
        until -= 1;
    }
    text.get(..until).unwrap_or("")
}

/// "at least level 4", "stayed below L5", "level 4 was missed".
fn compares_levels(around: &Around<'_>, span: &Range<usize>, unit: &Unit<'_>) -> Option<&'static str> {
    static BEHIND: Pattern = LazyLock::new(|| {
        pattern(concat!(
            r"^[,\s]*(?:(?:is|was|were) (?:what|needed|required|missed|lacking|wanted|the (?:target|goal|minimum|bar|aim)|out of reach)",
            r"|(?:requirement|target|goal|minimum|bar|threshold|criterion|limit|claim)s?\b",
            r"|(?:or|and) (?:higher|better|more|above|up|below|lower|less)\b)",
        ))
    });
    const COMPARE: &[&str] = &[
        "least", "most", "stayed", "short", "missed", "misses", "aims", "aim", "aimed", "target", "targets",
        "needed", "needs", "required", "requires", "lacked", "lacks", "beat", "beats", "exceeds", "exceeded",
        "minimum", "up", "nearly", "almost", "close", "toward", "towards", "promised", "hoped", "tried",
        "between",
    ];
    const RIGHT_BEFORE: &[&str] = &["above", "below", "under", "over", "beyond", "than"];
    if !matches!(around.rule, "run-level" | "badge-level") {
        return None;
    }
    let from = unit.mentions.partition_point(|mention| mention.span.start < span.start);
    let inside = unit.mentions.get(from..)?.iter().take_while(|mention| mention.span.start < span.end);
    let level =
        inside.filter(|mention| matches!(mention.what, What::Level { .. } | What::Pair { .. })).last();
    let at = level.map_or(0, |mention| mention.span.start - span.start);
    let lead = [around.before, around.inside.get(..at).unwrap_or("")].concat();
    let mut near = words(&lead).rev().take(4).enumerate();
    static FAILED_TO: Pattern =
        LazyLock::new(|| pattern(r"\b(?:fail(?:s|ed)? to|unable to|in order to|so as to) (?:[a-z]+ ){0,3}$"));
    static NOT_THIS: Pattern = LazyLock::new(|| {
        pattern(
            r"\b(?:instead of|rather than|other than|without|wrote|written|misread|mistyped|read as) (?:(?:a|the|as) )?$",
        )
    });
    let compares = is_match(&NOT_THIS, &lead)
        || lead.trim_end().ends_with(['≥', '>', '<', '≤', '~', '≈'])
        || is_match(&FAILED_TO, &lead)
        || near.any(|(n, word)| COMPARE.contains(&word) || n < 2 && RIGHT_BEFORE.contains(&word));
    (compares || is_match(&BEHIND, around.after))
        .then_some("a comparison with that level is another statement")
}

/// A statement that stands in quotation marks is another's, whatever it says.
fn in_quotes(around: &Around<'_>) -> Option<&'static str> {
    const STATE: &[&str] =
        &["build-status", "build-time", "build-duration", "run-level", "run-tier", "pull-state", "pull-time"];
    let is_mark = |c: char| matches!(c, '"' | '“' | '”');
    let quoted = around.is_of(STATE)
        && around.after.contains(is_mark)
        && around.before.chars().filter(|c| is_mark(*c)).count() % 2 == 1;
    quoted.then_some("this stands in quotation marks: another's words")
}

const TOLD_BELOW: &str = "the words above tell that this is another's, or a wish";

/// "STATUS says:", "The Builder's claim, word by word:", "What was expected:" above a list or table.
fn is_told_below(lead: &str) -> bool {
    static TELLS: Pattern = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)\b(?:status|builder|journal|backlog|plan|readme|claim|he|she|they)(?:['’]s)? (?:[a-z]+ ){0,3}(?:says?|said|claims?|claimed|writes|wrote|has|gives|lists|reports|told|expects)(?: [a-z]+){0,3}:$",
            r"|\b(?:what was |as )?(?:expected|wanted|planned|claimed|hoped for)(?: [a-z]+){0,3}:$",
        ))
    });
    let lead = lead.trim_end_matches([' ', '*', '_', '`']);
    lead.ends_with(':') && is_match(&TELLS, last_bytes(lead))
}

/// Where a table sets what was expected against what was found, only the latter reports.
fn in_column_of_wishes(span: &Range<usize>, unit: &Unit<'_>, context: &Context<'_>) -> Option<&'static str> {
    const WISHES: &[&str] =
        &["expected", "expect", "wanted", "want", "planned", "target", "should", "before", "after"];
    const FOUND: &[&str] =
        &["got", "actual", "actually", "observed", "found", "measured", "real", "result", "seen", "is"];
    if unit.block.kind != BlockKind::Row {
        let lead = unit.block.lead.and_then(|lead| unit.document.blocks.get(lead))?;
        return is_told_below(&lead.text).then_some(TOLD_BELOW);
    }
    let table = Table::of(unit, context)?;
    let above = table.head.index.checked_sub(1).and_then(|above| context.units.get(above));
    let above =
        above.filter(|above| std::ptr::eq(above.document, unit.document) && !above.block.is_heading());
    if above.is_some_and(|above| is_told_below(above.words())) {
        return Some(TOLD_BELOW);
    }
    let is = |title: &String, list: &[&str]| words(title).any(|word| list.contains(&word));
    if !table.columns.iter().any(|title| is(title, WISHES)) {
        return None;
    }
    let cells = cells(unit.block);
    let column = cells.iter().position(|(cell, _)| span.end <= cell.end)?;
    let found = table.columns.get(column).is_some_and(|title| is(title, FOUND) && !is(title, WISHES));
    (!found).then_some("the table sets what was expected against what was found")
}

/// "`other/apple` PR#4": the pull request of a repository that is not here.
fn in_another_repository(
    rule: &str,
    span: &Range<usize>,
    unit: &Unit<'_>,
    context: &Context<'_>,
) -> Option<&'static str> {
    if !rule.starts_with("pull-") {
        return None;
    }
    let before = unit.words().get(..span.start)?.trim_end_matches([' ', '`', '*', '(']);
    let start = before
        .rfind(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ','))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let name = before.get(start..)?;
    // "The traefik repository's PR#4".
    let owned = ["repository's", "repository’s", "repo's", "repo’s"].contains(&name);
    let (start, before) = match owned {
        true => {
            let lead = before.get(..start)?.trim_end_matches([' ', '`', '*']);
            let from = lead
                .rfind(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ','))
                .map_or(0, |at| at + 1);
            (from, lead)
        }
        false => (start, before),
    };
    let name = if owned { before.get(start..)? } else { name };
    if owned
        && ["the", "this", "our", "its", "that", "same", "own"].contains(&name.to_ascii_lowercase().as_str())
    {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (owner, recipe) = name.split_once('/').unwrap_or(("", name));
    if recipe.is_empty() || !recipe.chars().all(plain) || !owner.chars().all(plain) {
        return None;
    }
    let evidence = context.evidence;
    let is_code = unit.block.code.iter().any(|code| code.start == start && code.end == before.len());
    let is_recipe =
        || evidence.builds.values().any(|build| build.params.get("RECIPE").is_some_and(|r| r == recipe));
    let is_stack = || {
        let stacks = super::docker_listing::listing("stack", context);
        stacks
            .is_ok_and(|list| list.rows.iter().any(|row| super::docker_listing::name_of(row) == Some(recipe)))
    };
    if owner.is_empty() && !owned && !is_code && !is_recipe() && !is_stack() {
        return None;
    }
    let part = format!("/{name}/");
    let mut urls =
        evidence.pulls.values().map(|pull| pull.url.as_str()).filter(|url| !url.is_empty()).peekable();
    let ours = match urls.peek() {
        Some(_) => urls.any(|url| url.contains(&part)),
        None => is_recipe(),
    };
    (!ours).then_some("another repository may be meant")
}
