//! Whose word it is: what the builder or STATUS says is told by the reviewer, not said. Knows no verdicts.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::regex;
use super::verdict::{ceil, floor};

/// How far around a word its neighbours are read.
const NEAR: usize = 160;

/// Whether the words right before a state or verdict make it another's: "Builder claims:", "STATUS:", "claimed as".
pub(super) fn is_told(before: &str) -> bool {
    static TOLD: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:\b(?:(?i:builder)|STATUS(?:\.md|-[\w.-]+)?)(?:['’]s)?(?:\s+[a-z]+){0,2}?\s*(?:[:—–-]|\b(?i:words?|claim(?:s|ed|ing)?|says?|said|states?|stated|reports?|reported|calls?|called|considers?|regards?|deems?|lists?|writes?|wrote|asserts?|expects?|hopes?|thinks?|believes?|wants?|asks?|declare[sd]?|marks?|marked|view|opinion)\b)[^.;,—–(]*|\b(?i:according to|per)\s+(?i:the\s+)?(?:(?i:builder)|STATUS)\b[^.;,—–(]*|(?:^|[\s(*_\x22“])(?i:(?:builder(?:['’]s)?|claims?|claimed\s+(?:as|to be))\s*[:—–-]?|claim(?:ed|ing))\s+(?i:(?:as|to be|an?|the|it|its|of)\s+){0,3})[\x22'“*_`]*$",
        )
    });
    // "Builder's claim verified cold: PASS" is the reviewer's.
    static CHECKED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\bclaims?\s+(?:\w+\s+){0,2}(?:verified|checked|re-?checked|re-?verified|confirmed|upheld|reproduced|holds?)\b",
        )
    });
    let near = before.get(ceil(before, before.len().saturating_sub(NEAR))..).unwrap_or("");
    TOLD.is_match(near) && !CHECKED.is_match(near)
}

/// Whether told words name who says so, and do not go on to refute it: "Builder's claim is wrong".
pub(super) fn names_teller(before: &str) -> bool {
    static TELLER: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i:\bbuilder)|\bSTATUS\b"));
    static REFUTED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:wrong|false|untrue|refuted|disproved|rejected|contradicted|broken|incorrect|not|no|fails?|failed)\b|n['’]t\b",
        )
    });
    TELLER.is_match(before) && !REFUTED.is_match(before)
}

/// Whether the words right behind one, and behind its stamp, make it another's: "by the Builder", "per STATUS".
pub(super) fn is_told_behind(after: &str) -> bool {
    static TOLD: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^[\s,(—–:*-]*(?:(?i:(?:as\s+)?(?:claimed|reported|stated|said|marked|declared|written|set)?\s*by\s+(?:the\s+)?builder)\b|(?i:(?:says?|claims?|according to|per)\s+(?:the\s+)?builder)\b|(?:[Pp]er|[Ii]n|[Aa]ccording to|[Ss]ays|[Cc]laims)\s+STATUS\b|(?i:builder)\s*\)|(?i:(?:as\s+)?claimed)\b|(?i:(?:the\s+)?builder\s+(?:says|claims|said|claimed|reports))\b)",
        )
    });
    TOLD.is_match(after.get(..floor(after, NEAR)).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_word_it_is() {
        for before in [
            "Builder claims: ",
            "The Builder says **",
            "Builder: ",
            "STATUS: ",
            "STATUS-x.md says ",
            "claimed as ",
            "the Builder's word: ",
            "builder's claim: ",
            "the Builder considers this a ",
            "according to STATUS ",
        ] {
            assert!(is_told(before), "{before}");
        }
        for before in [
            "",
            "State inventory: ",
            "claimed 06:20Z, re-run cold: ",
            "re-claimed: ",
            "re-claimed ",
            "claimed: ",
            "Builder's claim verified cold: ",
            "Builder's fix, re-run cold: ",
            "Status: ",
            "the builder says so; mine: ",
        ] {
            assert!(!is_told(before), "{before}");
        }
        for after in
            [" by the Builder", " (Builder)", " — claimed by Builder", ", says the Builder", " per STATUS"]
        {
            assert!(is_told_behind(after), "{after}");
        }
        for after in ["", " — by the book", " (Builder fixed the leak)", " by me", ", per REVIEW-2"] {
            assert!(!is_told_behind(after), "{after}");
        }
    }
}
