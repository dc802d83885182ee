//! Words that take a verdict back and give none instead: "the verdict above is withdrawn", `M1 — re-opened`.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::reported::is_told;
use super::verdict::{denies, floor, stamp_end};
use super::{LIST, holds_any, leading_ids, regex, split_ids};

/// How far into a text they are looked for.
const FAR: usize = 600;
/// How many sentences of a text are read.
const MAX_SENTENCES: usize = 32;

/// How a verdict ends.
const TAKEN: &str = r"(?i:withdrawn|retracted|revoked|rescinded|void|voided|null and void|annulled|invalid|invalidated|re-?opened|suspended|overturned|reversed|cancell?ed|no longer (?:valid|stands?|holds?))";
/// What follows it.
const END: &str = r"\*{0,2}\s*(?:$|[@.,:;(!—–]|-\s|(?:as of|until|because|since|by me)\b)";

/// Whose verdict is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawn {
    /// These gates'.
    Of(Vec<String>),
    /// That of the section, or the last one above.
    Above,
    /// Everything that was judged above.
    All,
    /// Everything that is judged below, where the newest words stand first.
    AllBelow,
}

/// What a heading, paragraph or item takes back, and where it says so; `heading` says that it is a heading.
pub fn withdrawn(text: &str, heading: bool) -> Option<(Withdrawn, Range<usize>)> {
    let near = text.get(..floor(text, FAR)).unwrap_or("");
    if !holds_any(near, MARKS) {
        return None;
    }
    if let Some((ids, _, rest_at)) = leading_ids(near) {
        let span = of_gate(near, rest_at, heading)?;
        return Some((Withdrawn::Of(ids), span.start..stamp_end(near, span.end)));
    }
    let sentences = near.match_indices(". ").map(|(at, mark)| at + mark.len());
    std::iter::once(0).chain(sentences.take(MAX_SENTENCES)).find_map(|at| {
        let sentence = near.get(at..)?;
        let (whose, span) = of_verdicts(sentence).or_else(|| own_words(sentence))?;
        Some((whose, span.start + at..stamp_end(near, span.end + at)))
    })
}

/// Words of which each pattern holds one.
const MARKS: &[&str] = &[
    "withdr",
    "retract",
    "revo",
    "rescind",
    "void",
    "annul",
    "invalid",
    "re-open",
    "reopen",
    "suspend",
    "overturn",
    "revers",
    "cancel",
    "no longer",
];

/// Behind a gate's id: `M1 — re-opened @…`, `M1: the verdict above is withdrawn`, `M1 — title — verdict void`.
fn of_gate(text: &str, from: usize, heading: bool) -> Option<Range<usize>> {
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[\s*]*(?i:(?:(?:the|this|that|my|its|earlier|cold|gate|is|are|was|were)\s+)*(?:(?:verdict|pass|result|judge?ment)s?\s+)?(?:(?:above|below|earlier|given|of|from|at|@\S+|\d\S*)\s+)*(?:(?:is|are|was|were|has|have|been|hereby|now|therefore|again)\s+)*)({TAKEN}){END}"
        ))
    });
    static TITLED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"(?:—|–|:|\s-)\s*\*{{0,2}}(?i:(?:the\s+)?(?:gate|verdict|pass)?\s*(?:(?:is|now|again|hereby)\s+)*)({TAKEN})\*{{0,2}}\s*(?:$|[@(])"
        ))
    });
    let rest = text.get(from..)?;
    let found = BEHIND.captures(rest).or_else(|| if heading { TITLED.captures(rest) } else { None })?;
    let word = found.get(1)?;
    if is_supposed(rest.get(..word.start())?, rest.get(word.end()..)?) {
        return None;
    }
    Some(word.start() + from..word.end() + from)
}

/// "Both PASSes withdrawn", "All verdicts above are void", "The verdict above is withdrawn".
fn of_verdicts(sentence: &str) -> Option<(Withdrawn, Range<usize>)> {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s\x22'“”‘’«`]*\s*(?i:(both|all|every|each|the|these|those|this|that|my|our)\s+(?:(?:of|the|these|those|my|our|two|three|four|\d+|earlier|previous|cold)\s+){{0,3}}(PASS(?:es)?|verdicts?|judge?ments?)(?:\s+(?:above|below|so far|here|given|in this (?:file|ledger|review)|up to here))?(?:\s+(?:on|of|for)\s+(?:gates?\s+)?)?)({})?\s*(?i:(?:(?:is|are|was|were|has|have|been|hereby|now|therefore)\s+)*)({TAKEN}){END}",
            *LIST
        ))
    });
    let found = SAID.captures(sentence)?;
    let (how_many, what, taken) = (found.get(1)?, found.get(2)?, found.get(4)?);
    if is_supposed(sentence.get(..taken.start())?, sentence.get(taken.end()..)?) {
        return None;
    }
    let ids = found.get(3).map(|ids| ids.as_str());
    let below = sentence.get(what.end()..taken.start()).is_some_and(|words| words.contains("below"));
    let whose = match whose(ids, how_many.as_str(), what.as_str()) {
        Withdrawn::All | Withdrawn::Above if below => Withdrawn::AllBelow,
        whose => whose,
    };
    Some((whose, taken.range()))
}

/// "I withdraw both PASSes.", "I revoke the verdict on M1", "I re-open M1".
fn own_words(sentence: &str) -> Option<(Withdrawn, Range<usize>)> {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s\x22'“”‘’«`]*\s*(?:I|We)\s+(?i:(?:hereby|now|therefore|must)\s+)*(?i:(withdraw|revoke|retract|rescind|void|annul|suspend|re-?open)\s+(?:(both|all|every|each|the|these|those|this|that|my|our)\s+(?:(?:of|the|these|those|my|our|two|three|earlier|previous|cold)\s+){{0,3}}(PASS(?:es)?|verdicts?|judge?ments?)(?:\s+(?:above|so far|here))?(?:\s+(?:on|of|for)\s+(?:gates?\s+)?)?|(?:gates?\s+)?))({})?{END}",
            *LIST
        ))
    });
    let found = SAID.captures(sentence)?;
    let ids = found.get(4).map(|ids| ids.as_str());
    let (word, what) = (found.get(1)?, found.get(3));
    if (what.is_none() && ids.is_none()) || is_supposed("", sentence.get(found.get(0)?.end()..)?) {
        return None;
    }
    let how_many = found.get(2).map_or("", |how_many| how_many.as_str());
    Some((whose(ids, how_many, what.map_or("", |what| what.as_str())), word.range()))
}

fn whose(ids: Option<&str>, how_many: &str, what: &str) -> Withdrawn {
    let ids = ids.map_or(Vec::new(), split_ids);
    let several = matches!(how_many.to_ascii_lowercase().as_str(), "both" | "all" | "every" | "each");
    if !ids.is_empty() {
        Withdrawn::Of(ids)
    } else if several || what.ends_with(['s', 'S']) && !what.ends_with("SS") && !what.ends_with("ss") {
        Withdrawn::All
    } else {
        Withdrawn::Above
    }
}

/// Denied, told of another, asked, or bound to a condition.
fn is_supposed(before: &str, after: &str) -> bool {
    static CONDITION: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^[^.;]{0,60}(?:\b(?:if|when|once|unless|should|would)\b|\?)"));
    denies(before) || is_told(before) || CONDITION.is_match(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, heading: bool, expected: &str) {
        let said = match withdrawn(text, heading) {
            None => "none".to_owned(),
            Some((Withdrawn::Of(ids), _)) => ids.join("+"),
            Some((Withdrawn::Above, _)) => "above".to_owned(),
            Some((Withdrawn::All, _)) => "all".to_owned(),
            Some((Withdrawn::AllBelow, _)) => "below".to_owned(),
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn verdicts_taken_back() {
        for (text, expected) in [
            ("M1: the verdict above is withdrawn @2026-06-13T06:50Z.", "M1"),
            ("M1 — re-opened @2026-06-13T06:50Z", "M1"),
            ("M1 reopened", "M1"),
            ("M1+M2 — verdicts void", "M1+M2"),
            ("Both PASSes withdrawn @2026-06-13T06:50Z", "all"),
            ("All verdicts above are void @2026-06-13T06:50Z", "all"),
            ("All verdicts below are void.", "below"),
            ("The verdicts on M1 and M2 are revoked.", "M1+M2"),
            ("The verdict above is withdrawn.", "above"),
            ("The log was cut. My verdict is withdrawn.", "above"),
            ("I withdraw both PASSes.", "all"),
            ("I revoke the verdict on M1.", "M1"),
            ("I re-open M1.", "M1"),
            ("M1 re-opened the port", "none"),
            ("M1: the verdict is not withdrawn.", "none"),
            ("M1: the verdict above is withdrawn if the log leaks.", "none"),
            ("Is the verdict withdrawn?", "none"),
            ("The verdict above is withdrawn?", "none"),
            ("The Builder says all verdicts are void.", "none"),
            ("The verdicts are not void.", "none"),
            ("PR#3 was closed and re-opened.", "none"),
            ("I re-open the discussion.", "none"),
            ("F1 — Tests were suspended", "none"),
        ] {
            check(text, false, expected);
        }
        check("M1 — State inventory — re-opened @2026-06-13T06:50Z", true, "M1");
        check("M1 — State inventory — re-opened @2026-06-13T06:50Z", false, "none");
        check("M1 — State inventory: verdict withdrawn", true, "M1");
        check("M1 — Port 80 was re-opened by the proxy", true, "none");
    }
}
