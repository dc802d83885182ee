//! Verdicts that do not stand behind a gate's id: `FAIL — M1`, `M1 ❌`, "I withdraw the PASS on M1". All are FAILs.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::reported::is_told;
use super::verdict::floor;
use super::{GateLine, LIST, holds_any, leading_ids, regex, split_ids};
use crate::report::Verdict;

/// How far into a text they are looked for.
const FAR: usize = 600;

/// `FAIL — M1, volumes left`, `M1 ❌` as a heading.
pub fn failing_heading(text: &str) -> Option<GateLine> {
    static LED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(FAIL(?:ED)?|REJECTED)(?:\s*@\S+)?\s*(?:[:—–]|-\s)\s*(?:[Gg]ates?\s+)?({})(?:\s*$|\s*[,:;.(—–@]|\s+-\s)",
            *LIST
        ))
    });
    static CROSSED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(?:[Gg]ates?\s+)?({})\s*[:—–-]?\s*([❌✘])\u{{fe0f}}?\s*(?:$|[@(—–:.,;]|-\s)",
            *LIST
        ))
    });
    // `M1: Failed @…`: in doubt, another spelling is a FAIL too.
    static SPELT: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(?:[Gg]ates?\s+)?({})\s*(?:[:—–]|\s-)\s*\*{{0,2}}(Fail(?:ed)?|failed|fail)\*{{0,2}}\s*(?:$|[@(.])",
            *LIST
        ))
    });
    let near = text.get(..floor(text, FAR)).unwrap_or("");
    let led = LED.captures(near).and_then(|found| Some((found.get(1)?, found.get(2)?)));
    let crossed = || CROSSED.captures(near).and_then(|found| Some((found.get(2)?, found.get(1)?)));
    let spelt = || SPELT.captures(near).and_then(|found| Some((found.get(2)?, found.get(1)?)));
    let (word, ids) = led.or_else(crossed).or_else(spelt)?;
    fail(ids.as_str(), word.range())
}

/// A word like a verdict on a gate that is in no form which is read as one: `M1: Pass (…)`, `M1 — title ✅ @…`,
/// "M1 does not pass". The gates and where the word stands.
pub fn loose_verdict(text: &str, heading: bool) -> Option<(Vec<String>, std::ops::Range<usize>)> {
    static LOOSE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:^|[:—–]|\s-|\s)\s*\*{0,2}((?:\b(?i:pass(?:ed|es)?|fail(?:ed|s)?|approved|accepted|(?:PARTIAL|CONDITIONAL|PROVISIONAL) PASS)\b\??)|[✅✔✓❌✘])\*{0,2}\s*(?:$|@|\(\d{4}-)",
        )
    });
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"(?:^|[.,;:—–]\s+|\bthought,?\s+)(?:[Gg]ates?\s+)?({})\s+((?i:does not pass|doesn['’]t pass|did not pass|has not passed|is not passed|is not a PASS|has failed|failed|fails))\s*(?:$|[.:;,—–(@])",
            *LIST
        ))
    });
    let near = text.get(..floor(text, FAR)).unwrap_or("");
    if holds_any(near, &["not pass", "t pass", "not a pass", "failed", "fails"])
        && let Some(found) = DENIED.captures(near)
        && let (Some(ids), Some(word)) = (found.get(1), found.get(2))
    {
        let ids = split_ids(ids.as_str());
        return (!ids.is_empty()).then(|| (ids, word.range()));
    }
    if !heading {
        return None;
    }
    let (ids, _, rest_at) = leading_ids(near)?;
    let rest = near.get(rest_at..)?;
    let word = LOOSE.captures(rest)?.get(1)?;
    let tools =
        rest.get(..word.start())?.trim_end_matches([' ', ':', '—', '–', '-', '*']).to_ascii_lowercase();
    let of_else =
        [" tests", "tests", "lint", "upgrade", "install", "backup", "restore", "build", "run", "ci"];
    let told = is_told(rest.get(..word.start())?);
    let else_ = of_else.iter().any(|tool| tools.ends_with(tool));
    (!told && !else_).then(|| (ids, word.start() + rest_at..word.end() + rest_at))
}

/// "I withdraw the PASS on M1." at the start of a text or of a sentence.
pub fn withdrawal(text: &str) -> Option<GateLine> {
    static WITHDRAWN: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(?:I|We)\s+(?:hereby\s+|now\s+|therefore\s+|must\s+)?(?:withdraw|withdrew|revoke|retract|rescind)\s+(?:(?:the|my|our|its|this|that|earlier|cold)\s+){{0,3}}\*{{0,2}}(PASS)\*{{0,2}}\s+(?:on|of|for|from|given to)\s+(?:gates?\s+)?({})\b",
            *LIST
        ))
    });
    static SUPPOSED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^[^.;]{0,80}(?:\b(?:if|when|once|unless|should)\b|\?)"));
    let near = text.get(..floor(text, 4 * FAR)).unwrap_or("");
    let sentences = near.match_indices(". ").map(|(at, mark)| at + mark.len());
    std::iter::once(0).chain(sentences.take(64)).find_map(|at| {
        let sentence = near.get(at..floor(near, at.saturating_add(FAR)))?;
        let found = WITHDRAWN.captures(sentence)?;
        let (word, ids) = (found.get(1)?, found.get(2)?);
        let supposed = SUPPOSED.is_match(sentence.get(ids.end()..)?);
        if supposed { None } else { fail(ids.as_str(), at + word.start()..at + word.end()) }
    })
}

fn fail(ids: &str, span: std::ops::Range<usize>) -> Option<GateLine> {
    let ids = split_ids(ids);
    (!ids.is_empty()).then(|| GateLine { ids, title: String::new(), verdict: Some((Verdict::Fail, span)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Option<GateLine>, expected: Option<&str>, text: &str) {
        let said = found.map(|line| format!("{} {}", line.ids.join("+"), &text[line.verdict.unwrap().1]));
        assert_eq!(said.as_deref(), expected, "{text}");
    }

    #[test]
    fn fails_that_do_not_follow_an_id() {
        for (text, expected) in [
            ("FAIL — M1, volumes left", Some("M1 FAIL")),
            ("FAIL @2026-05-28T01:00Z — M1+M2", Some("M1+M2 FAIL")),
            ("REJECTED: gate M1", Some("M1 REJECTED")),
            ("M1 ❌", Some("M1 ❌")),
            ("M1 — ❌\u{fe0f}", Some("M1 ❌")),
            ("M1: Failed (2026-06-13T06:38Z)", Some("M1 Failed")),
            ("M1 — failed builds", None),
            ("M1 — volumes ❌", None),
            ("FAIL — M1 is what the builder fears", None),
            ("FAIL — PR4", None),
            ("FAILED builds — M1", None),
            ("PASS — M1", None),
        ] {
            check(failing_heading(text), expected, text);
        }
        for (text, heading, expected) in [
            ("M1: Pass (2026-06-13T06:38Z)", true, Some("M1 Pass")),
            ("M1 — State inventory — passed @2026-06-13T06:38Z", true, Some("M1 passed")),
            ("M1 — State inventory ✅ @2026-06-13T06:38Z", true, Some("M1 ✅")),
            ("M1 — CONDITIONAL PASS @2026-06-13T06:38Z", true, Some("M1 CONDITIONAL PASS")),
            ("M1 — State inventory: PASS?", true, Some("M1 PASS?")),
            ("On second thought M1 does not pass: the log is cut.", false, Some("M1 does not pass")),
            ("M1 — upgrade passed @2026-06-13T06:38Z", true, None),
            ("✅ M1 — State inventory", true, None),
            ("M1 — State inventory passed the proxy", true, None),
            ("M1 was looked at", false, None),
            ("If it leaks, M1 fails again", false, None),
        ] {
            let said = loose_verdict(text, heading);
            let said = said.map(|(ids, span)| format!("{} {}", ids.join("+"), &text[span]));
            assert_eq!(said.as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("I withdraw the PASS on M1.", Some("M1 PASS")),
            ("The log leaks. I hereby withdraw my earlier PASS for M1 and M2.", Some("M1+M2 PASS")),
            ("I withdraw the PASS on M1 if the log leaks.", None),
            ("Should it leak, I withdraw the PASS on M1.", None),
            ("I do not withdraw the PASS on M1.", None),
            ("The Builder fears that I withdraw the PASS on M1.", None),
        ] {
            check(withdrawal(text), expected, text);
        }
    }
}
