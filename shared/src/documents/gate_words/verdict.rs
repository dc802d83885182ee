//! Where a verdict word is one: `PASS @…` standing alone, not `lint: PASS`, `8 PASS` or `would PASS`.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::regex;
use super::reported::{is_told, is_told_behind, names_teller};
use crate::report::Verdict;

static VERDICT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\b(COLD[- ]VERIFIED|(?:RE-)?PASS(?:ED)?|FAIL(?:ED)?|REJECTED)\b"));

/// A verdict word and where it stands: from the word to the end of its stamp.
pub type Stated = (Verdict, Range<usize>);

/// How far around a word its neighbours are read.
const NEAR: usize = 160;
/// How far into a text verdicts are looked for; a heading that is longer has lost its line breaks.
const FAR: usize = 600;

/// The one verdict from byte `from` on; none where a text holds two that differ, or where the word is about
/// something else: a tier, a tool, a condition, a count. `strong` says which words were strong.
pub(super) fn verdict(text: &str, from: usize, strong: &[Range<usize>]) -> Option<Stated> {
    let reach = floor(text, from.saturating_add(FAR));
    let mut words: Vec<Word<'_>> = VERDICT
        .find_iter(text.get(..reach).unwrap_or(""))
        .filter(|word| word.start() >= from)
        .map(|word| Word { text, from, span: word.range(), strong })
        .filter(|word| !word.is_past())
        .collect();
    if let Some(word) = words.iter().find(|word| word.is_lost()) {
        return Some((Verdict::Fail, word.span.start..stamp_end(text, word.span.end)));
    }
    words.retain(|word| !word.is_negated() && !word.is_out_of_reach() && !word.is_reported());
    // Pleas and requests are rejected too: the word counts where it is the only one.
    let judged = words.iter().any(|word| !word.is_rejection());
    words.retain(|word| !word.is_rejection() || (!judged && word.is_plain_rejection()));
    if let Some(word) = words.iter().find(|word| word.is_withdrawn()) {
        return Some((Verdict::Fail, word.span.clone()));
    }
    let depths = depths(text, from, words.iter().map(|word| word.span.start));
    let outside: Vec<&Word<'_>> =
        words.iter().zip(&depths).filter(|(_, depth)| **depth == 0).map(|(word, _)| word).collect();
    let words = if outside.is_empty() { words.iter().collect() } else { outside };
    let first = words.first()?;
    let same = words.iter().all(|word| word.verdict() == first.verdict());
    let chosen = if same { first } else { last_of_changes(&words)? };
    (chosen.stands_alone() && !chosen.is_about_else())
        .then(|| (chosen.verdict(), chosen.span.start..stamp_end(text, chosen.span.end)))
}

/// `FAIL → PASS @…`: what an arrow leads to, when it is stamped.
fn last_of_changes<'b, 'a>(words: &[&'b Word<'a>]) -> Option<&'b Word<'a>> {
    let (last, others) = words.split_last()?;
    let arrow = |word: &&Word<'_>| {
        let after = word.after().trim_start();
        ["→", "->", "=>", "⇒"].iter().any(|mark| after.starts_with(mark))
    };
    (last.is_stamped() && others.iter().all(arrow)).then_some(*last)
}

/// How deep in parentheses each place is.
fn depths(text: &str, from: usize, places: impl Iterator<Item = usize>) -> Vec<i32> {
    let mut depth = 0;
    let mut at = from;
    places
        .map(|place| {
            for byte in text.as_bytes().get(at..place).unwrap_or(&[]) {
                match byte {
                    b'(' | b'[' => depth += 1,
                    b')' | b']' => depth = (depth - 1).max(0),
                    _ => {}
                }
            }
            at = place.max(at);
            depth
        })
        .collect()
}

/// A verdict word with its surroundings.
struct Word<'a> {
    text: &'a str,
    from: usize,
    span: Range<usize>,
    strong: &'a [Range<usize>],
}

impl<'a> Word<'a> {
    fn verdict(&self) -> Verdict {
        match self.text.get(self.span.clone()) {
            Some(word) if word.starts_with("FAIL") || word == "REJECTED" => Verdict::Fail,
            _ => Verdict::Pass,
        }
    }

    /// The words before it, not far.
    fn before(&self) -> &'a str {
        let near = ceil(self.text, self.span.start.saturating_sub(NEAR)).max(self.from);
        self.text.get(near..self.span.start).unwrap_or("")
    }

    fn after(&self) -> &'a str {
        let near = floor(self.text, self.span.end.saturating_add(NEAR));
        self.text.get(self.span.end..near).unwrap_or("")
    }

    fn is_stamped(&self) -> bool {
        self.after().trim_start().starts_with('@') || stamp_end(self.text, self.span.end) > self.span.end
    }

    fn is_strong(&self) -> bool {
        self.strong.iter().any(|strong| strong.start == self.span.start)
    }

    fn is_negated(&self) -> bool {
        denies(self.before())
    }

    /// A word about what was: "re-checked after FAIL", "supersedes FAIL".
    fn is_past(&self) -> bool {
        static PAST: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)\b(?:after|since|following|earlier|previous|prior|former|old|supersed(?:es|ing)|replac(?:es|ing)|overturn(?:s|ing)|despite|instead of|was)\s+(?:(?:the|its|my|an?|first|last|M\d+|[a-z]+'s)\s+)*[\x22'“]?$",
            )
        });
        PAST.is_match(self.before())
    }

    /// "cannot PASS", "unable to be given a PASS": whatever stamp follows, it is none.
    fn is_out_of_reach(&self) -> bool {
        static REACH: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)(?:\b(?:cannot|can|could|would|should|might|may|must|will|shall|hardly|declined?|declines|refused?|refuses|(?:unable|fail(?:s|ed)?|need(?:s|ed)?|has|have|had|yet|ought|supposed|expected|likely|ready|about|going|able|wants?|hop(?:es?|ed)|due|trying)\s+to)|n['’]t)(?:\s+(?:not|yet|be|to|get|give|given|call|called|count|counted|as|an?|the|any|its|it|this|my|gate|of|[a-z]+ly))*\s*[\x22'“*_`]*$",
            )
        });
        self.verdict() == Verdict::Pass && REACH.is_match(self.before())
    }

    /// The builder's word, which the reviewer only tells.
    fn is_reported(&self) -> bool {
        let behind = self.text.get(stamp_end(self.text, self.span.end)..).unwrap_or("");
        match self.verdict() {
            // "Builder's claim is wrong: FAIL" is the reviewer's.
            Verdict::Fail => is_told(self.before()) && names_teller(self.before()),
            _ => is_told(self.before()) || is_told_behind(behind),
        }
    }

    fn is_rejection(&self) -> bool {
        self.text.get(self.span.clone()) == Some("REJECTED")
    }

    /// `M1 — REJECTED`, `M1 — title — REJECTED @…`.
    fn is_plain_rejection(&self) -> bool {
        let before = self.before().trim_end_matches([' ', '*']);
        !before.contains(char::is_alphanumeric) || (self.is_stamped() && before.ends_with(['—', '–', ':']))
    }

    /// `no longer PASS`: as good as FAIL.
    fn is_lost(&self) -> bool {
        static LOST: LazyLock<Regex> =
            LazyLock::new(|| regex(r"(?i)^(.*)\bno longer\s+(?:an?\s+)?[\x22'“*_]*$"));
        static ENDS: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\x22'”*_]*\s*(?:$|[@(—–:.,;!]|-\s)"));
        let lost = LOST.captures(self.before()).and_then(|found| found.get(1));
        self.verdict() == Verdict::Pass
            && lost.is_some_and(|before| !is_told(before.as_str()))
            && ENDS.is_match(self.after())
    }

    /// `PASS withdrawn`: as good as FAIL.
    fn is_withdrawn(&self) -> bool {
        static WITHDRAWN: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"^\s*(?:is |was |has been )?(?i:withdrawn|retracted|revoked|rescinded)\s*(?:$|[@(—–:.,;]|-\s)",
            )
        });
        self.verdict() == Verdict::Pass && WITHDRAWN.is_match(self.after())
    }

    fn stands_alone(&self) -> bool {
        static AFTER: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"^\s*(?:[.!;✅✔✓❌✘]|$|@|\(|[)\]]|—|–|-\s|\+\s|\d+/\d+\b|,\s*(?:[A-Z]{3,}|see\b|per\b|by\b|re-|with\b))",
            )
        });
        static BEFORE: LazyLock<Regex> =
            LazyLock::new(|| regex(r"(?:^|[—–:.)(→⇒✅✔✓❌✘⚠-]|=>|->|\s\*\*)\s*$"));
        // Right behind the id, a sentence may follow.
        static FOLLOWS: LazyLock<Regex> =
            LazyLock::new(|| regex(r"^\s+(?:on|at|by|for|after|with|again|cold|confirmed|upheld|stands)\b"));
        static STATED: LazyLock<Regex> = LazyLock::new(|| {
            regex(r"(?i)^[\s*]*(?:(?:is|now|still|again|remains|stays|stands at|therefore|an?)[\s*]+)+$")
        });
        let (before, after) = (self.before(), self.after());
        let nothing_before = before.trim_matches(|c: char| !c.is_alphanumeric()).is_empty();
        // "M1 is now FAIL."
        let stated = self.verdict() == Verdict::Fail && STATED.is_match(before);
        let beginning = nothing_before || stated || BEFORE.is_match(before) || self.is_strong();
        let stamped = self.is_stamped();
        // "M1 — FAIL: volumes left", "M1 — FAIL, volumes left".
        let explained =
            self.verdict() == Verdict::Fail && after.trim_start_matches('*').starts_with([':', ',']);
        let ending =
            AFTER.is_match(after) || explained || stamped || (nothing_before && FOLLOWS.is_match(after));
        ending && (stamped || beginning)
    }

    /// Whether it is said of a tier, a tool or a count, or only supposed.
    fn is_about_else(&self) -> bool {
        static OTHER: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)(?:\b(?:lint|clippy|fmt|install|upgrade|backup|restore|custom|functional|tests?|suite|ci|build|tiers?|rungs?|e2e|smoke)|(\d))\s*([:/—–-]?)\s*$",
            )
        });
        static QUALIFIED: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)\b(?:partial|conditional|provisional|tentative|near|almost|builder(?:['’]s)?|self|awaiting|pending|await|for|towards?|needs?|wants?)[\s-]*$",
            )
        });
        static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)\b(?:cannot|can't|would|should|could|might|may|if|hardly|until|criteria|what|was|previously|want|need)\b",
            )
        });
        static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)^\s*[(,—–:-]*\s*(?:conditional|conditions?\b|provisional|pending|withheld|only (?:if|when)|if\b|once\b|when\b|unless|subject to|not yet|criteria|requires?|required|needs|means|with conditions|\?)",
            )
        });
        static DEFERRED: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?i)^[\s*)\],;(—–:-]*(?:(?:the |my |final |gate )*verdict (?:follows|pending|later|open|outstanding|withheld|to (?:follow|come)|is (?:pending|open|still open|to follow))|(?:verdict )?(?:tbd|to be confirmed)\b|no verdict\b)",
            )
        });
        let (before, after) = (self.before(), self.after());
        let behind = self.text.get(stamp_end(self.text, self.span.end)..).unwrap_or("");
        let stamped = self.is_stamped();
        let other = OTHER.captures(before).is_some_and(|captures| {
            let bare = captures.get(2).is_none_or(|mark| mark.as_str().is_empty());
            let number = captures.get(1).is_some();
            let tool = captures.get(0).map_or(0, |tool| tool.start());
            let title = before.get(..tool).unwrap_or("");
            // Of a FAIL, in doubt, any title will do.
            let two_words = || before.split_whitespace().filter(|word| word.len() > 1).count() >= 2;
            let titled = is_titled(title) || (self.verdict() == Verdict::Fail && two_words());
            !stamped || if number { bare } else { !titled }
        });
        other
            || QUALIFIED.is_match(before)
            || CONDITION.is_match(after)
            || DEFERRED.is_match(behind.get(..floor(behind, NEAR)).unwrap_or(""))
            || (!stamped && SUPPOSED.is_match(before))
    }
}

/// Whether a tool's name has words of a title before it: "Reproducible build: PASS @…" has a title, "lint: PASS @…",
/// "install, upgrade: PASS @…" and "retest of upgrade: PASS @…" only name tools.
fn is_titled(before: &str) -> bool {
    static NO_TITLE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)^(?:of|for|on|in|at|the|an?|my|and|only|just|again|all|both|every|each|these|those|\d+|lint|clippy|fmt|install|upgrade|backup|restore|custom|functional|tests?|suite|ci|build|tiers?|rungs?|e2e|smoke|re-?tests?|re-?tested|re-?runs?|re-?checks?|re-?checked|verification|re-?verification|checks?|runs?|attempts?|try|retry|cold|fresh|new|latest|last|first|second|third|full)$",
        )
    });
    let clause = before.rfind(['—', '–', ':', ';', ',', '.', '(']);
    let clause = before.get(clause.unwrap_or(0)..).unwrap_or("");
    let words = clause.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| word.len() > 1);
    words.into_iter().any(|word| !NO_TITLE.is_match(word))
}

/// Whether the words right before something deny it: "no", "not an", "without any open".
pub(super) fn denies(before: &str) -> bool {
    static NEGATED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)(?:\bno|\bnot|\bwithout|\bnever|\bneither|\bnor|n't|n’t)(?:[\s-]+(?:an?|any|yet|the|be|been|a single|gates?|open|standing|active|further|longer|[A-Z]+\d+))*[\s-]*[\x22'“*_`]*$",
        )
    });
    NEGATED.is_match(before.get(ceil(before, before.len().saturating_sub(NEAR))..).unwrap_or(""))
}

/// Where the stamp after a verdict word ends: `PASS @2026-06-13T06:38Z`, `COLD-VERIFIED @U0 07:05Z`.
pub(super) fn stamp_end(text: &str, from: usize) -> usize {
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^\*{0,2}(?::?\s*@\s?|:?\s+\(?|\s*(?:—|–|-)\s+|\s+(?:at|on)\s+)~?(?:[A-Z]{1,2}\d+\s+)?(?:\d{4}-\d{2}-\d{2}(?:[T ]~?\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|\d{2}:\d{2}(?::\d{2})?)(?:Z|\s?UTC\b|[+-]\d{2}:?\d{2}\b)?",
        )
    });
    text.get(from..).and_then(|rest| STAMP.find(rest)).map_or(from, |stamp| from + stamp.end())
}

/// The nearest character boundary not after byte `at`.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The nearest character boundary not before byte `at`.
pub(super) fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
