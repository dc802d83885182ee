//! How gates, verdicts, findings and vetoes are written; knows nothing about whole documents.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::report::Verdict;

mod finding;
mod ids;
mod plain;
mod reported;
mod said_veto;
mod subject;
mod verdict;
mod veto;
mod withdrawn;

pub use finding::{
    FindingLine, finding_line, finding_state, ids_in as finding_ids, is_builders_state, subject_findings,
};
use ids::LIST;
pub use ids::split_ids;
pub use plain::{failing_heading, loose_verdict, withdrawal};
pub use said_veto::{holds_veto, said_at, upholds_veto};
pub use subject::{Subject, is_review, read_subject, subject_events};
pub use verdict::Stated;
use verdict::{denies, floor, stamp_end, verdict};
pub use veto::{Lifting, is_none, lifting, lifts_veto, lists_vetoes, raised_at, raises_veto, veto_scope};
pub use withdrawn::{Withdrawn, withdrawn};

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
}

/// Whether a text holds one of some lower-case words, in any case: cheaper than asking a pattern.
pub fn holds_any(text: &str, words: &[&str]) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let byte = byte.to_ascii_lowercase();
        words.iter().map(|word| word.as_bytes()).any(|word| {
            word.first() == Some(&byte)
                && bytes.get(at..at + word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word))
        })
    })
}

/// What may stand before the id of a gate.
const PREFIX: &str = r"(?:(?i:gates?|milestones?|items?|requirements?|dod(?: items?)?|(?:(?:final|adversary|cold|gate|phase|overall)\s+)*(?:(?:re-?)?verdicts?|re-?check(?:ed)?|re-?verification|re-?test|re-?review|acceptance|verification|judge?ment)(?:\s+(?:on|of|for))?|(?:cold )?review (?:on|of|for)|second look at|REVIEW-\d+)\s*[:—–-]?\s+)";

static LEADING_IDS: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"^[^\w\s]*\s*(?:\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?Z?)?\s*[—–:-]\s*)?{PREFIX}{{0,2}}[\[(]?({})(?:[\])]|(?:'s|’s) verdict)?\s*(?:(?:—|–|-|:|\|)\s*|$|\s|[(\[→])",
        *LIST
    ))
});

/// A heading or line that gives a gate its title and, perhaps, its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateLine {
    /// The gates it is about.
    pub ids: Vec<String>,
    /// Its title, without the verdict.
    pub title: String,
    /// The verdict and where the words stand: from PASS or FAIL to the end of its stamp.
    pub verdict: Option<(Verdict, Range<usize>)>,
}

/// Reads `M1 — State inventory **PASS @…**`; none when the text does not begin with a gate's id.
pub fn gate_line(text: &str) -> Option<GateLine> {
    marked_gate_line(text, &[])
}

/// The ids that a text begins with as [`gate_line`] reads them, without looking for its verdict.
pub fn gate_ids(text: &str) -> Option<Vec<String>> {
    leading_ids(text).map(|(ids, ..)| ids)
}

/// Whether a text begins with a gate's id: whether [`gate_line`] reads it at all.
pub fn names_gate(text: &str) -> bool {
    leading_ids(text).is_some()
}

/// [`gate_line`] of a text of which some words are strong.
pub fn marked_gate_line(text: &str, strong: &[Range<usize>]) -> Option<GateLine> {
    let (ids, _, rest_at) = leading_ids(text)?;
    let verdict = verdict(text, rest_at, strong);
    Some(GateLine { ids, title: title(text, rest_at, verdict.as_ref()), verdict })
}

/// Every verdict of a line that begins with a gate's id: `M1 PASS + M2 FAIL` has two.
pub fn gate_lines(text: &str, strong: &[Range<usize>]) -> Vec<GateLine> {
    static PAIR: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"\b({})\s*(?:[—–:-]\s*)?\*{{0,2}}(COLD[- ]VERIFIED|PASS(?:ED)?|FAIL(?:ED)?)\b",
            *LIST
        ))
    });
    let Some((leading, at, _)) = leading_ids(text) else { return Vec::new() };
    let near = text.get(..floor(text, 300)).unwrap_or("");
    let pairs: Vec<_> = PAIR.captures_iter(near).collect();
    let begins = pairs.first().and_then(|pair| pair.get(1)).is_some_and(|ids| ids.start() == at);
    if begins && pairs.len() > 1 {
        let read = |pair: &regex_lite::Captures<'_>| {
            let (ids, word) = (pair.get(1)?, pair.get(2)?);
            let what = verdict(text.get(..stamp_end(text, word.end()).max(word.end()))?, ids.end(), strong)?;
            let ids = split_ids(ids.as_str());
            (!ids.is_empty()).then(|| GateLine { ids, title: String::new(), verdict: Some(what) })
        };
        let lines: Vec<GateLine> = pairs.iter().filter_map(read).collect();
        if lines.iter().map(|line| &line.ids).ne(std::iter::once(&leading)) {
            return lines;
        }
    }
    marked_gate_line(text, strong).into_iter().collect()
}

/// The ids a text begins with, where they stand, and where the rest begins.
fn leading_ids(text: &str) -> Option<(Vec<String>, usize, usize)> {
    let near = text.get(..floor(text, 400))?;
    let captures = LEADING_IDS.captures(near)?;
    let list = captures.get(1)?;
    let ids = split_ids(list.as_str());
    (!ids.is_empty()).then_some((ids, list.start(), captures.get(0)?.end()))
}

/// The words between a gate's id and its verdict; behind the verdict where nothing stands between.
fn title(text: &str, from: usize, verdict: Option<&Stated>) -> String {
    let marks = |c: char| {
        c.is_whitespace()
            || matches!(c, ':' | '—' | '–' | '-' | '*' | '@' | ',' | '|' | '(' | '[' | '→' | '.')
            || matches!(c, '✅' | '✔' | '✓' | '❌' | '✘' | '⚠')
    };
    let end = verdict.map_or(text.len(), |(_, span)| span.start);
    let before = text.get(from..end).unwrap_or("");
    let before = before.trim_start_matches(marks);
    let before = match verdict {
        Some(_) => before.trim_end_matches(|c: char| marks(c) && c != '.'),
        None => before.trim_end_matches(|c: char| marks(c) && c != '.'),
    };
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)[\s:—–(-]+(?:(?:final |cold |adversary )?verdict|result|status)$|^(?:verdict|result|status)$",
        )
    });
    let cleaned = WORDS.replace(before, "");
    if !cleaned.is_empty() {
        return cleaned.into_owned();
    }
    let Some((_, span)) = verdict else { return String::new() };
    let after = text.get(span.end..).unwrap_or("").trim_start_matches([')', ']', '*', '✅', '✔', '✓', ' ']);
    let titled = after.strip_prefix(['—', '–', ':']).unwrap_or("");
    titled.split(". ").next().unwrap_or("").trim_matches(marks).to_owned()
}

/// `Verdict: FAIL.` at the start of a paragraph below a gate's heading.
pub fn stated_verdict(text: &str) -> Option<(Verdict, Range<usize>)> {
    stated_verdicts(text, &[]).into_iter().find(|line| line.ids.is_empty())?.verdict
}

/// `Verdict: FAIL.`, `**Verdict (M1):** PASS @…`, `Verdict: M1 PASS, M2 FAIL`, at the start of a text, of strong
/// words or of a sentence; without ids where it is about the gate whose section it stands in.
pub fn stated_verdicts(text: &str, strong: &[Range<usize>]) -> Vec<GateLine> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(?:(?:Final|Overall|Gate|Adversary|Cold|My|Phase)\s+)?(?:[Rr]e-?)?(?:VERDICT|[Vv]erdict)(?:\s*[(\[]?(?:on |for |of )?({})[)\]]?)?(?:\s*\([^)]{{0,40}}\))?\s*[:—–-]\s*",
            *LIST
        ))
    });
    let sentences = text.match_indices(". ").map(|(at, mark)| at + mark.len());
    let starts = std::iter::once(0).chain(strong.iter().map(|strong| strong.start)).chain(sentences.take(64));
    for at in starts {
        let Some(near) = text.get(at..floor(text, at.saturating_add(120))) else { continue };
        let Some(label) = LABEL.captures(near) else { continue };
        // In the middle of prose, only the word as a label is one.
        if at > 0 && near.starts_with("verdict") {
            continue;
        }
        let Some(end) = label.get(0).map(|whole| at + whole.end()) else { continue };
        if label.get(0).is_some_and(|label| label.as_str().to_ascii_lowercase().contains("builder")) {
            continue;
        }
        let ids = label.get(1).map_or(Vec::new(), |ids| split_ids(ids.as_str()));
        if ids.is_empty() && text.get(end..).is_some_and(|rest| leading_ids(rest).is_some()) {
            let shift = |span: &Range<usize>| span.start + end..span.end + end;
            let rest = text.get(end..).unwrap_or("");
            let strong: Vec<_> = strong
                .iter()
                .filter(|strong| strong.start >= end)
                .map(|strong| strong.start - end..strong.end - end)
                .collect();
            let lines = gate_lines(rest, &strong).into_iter();
            let lines = lines.map(|line| GateLine {
                verdict: line.verdict.as_ref().map(|(what, span)| (*what, shift(span))),
                ..line
            });
            return lines.filter(|line| line.verdict.is_some()).collect();
        }
        let Some(found) = verdict(text, end, strong) else { continue };
        // The word right behind the label, not one farther on.
        let between = text.get(end..found.1.start).unwrap_or("");
        if between.chars().any(char::is_alphanumeric) {
            continue;
        }
        return vec![GateLine { ids, title: String::new(), verdict: Some(found) }];
    }
    Vec::new()
}

/// A verdict at the very start of a text: `**PASS** @…` below a heading `Verdict`.
pub fn bare_verdict(text: &str, strong: &[Range<usize>]) -> Option<Stated> {
    let found = verdict(text, 0, strong)?;
    let before = text.get(..found.1.start)?;
    let leads = !before.chars().any(char::is_alphanumeric);
    let set_off = strong.first().is_some_and(|strong| strong.contains(&found.1.start))
        || text.get(found.1.clone()).is_some_and(|words| words.contains(|c: char| c.is_ascii_digit()));
    (leads && set_off).then_some(found)
}

/// Whether a heading is the word alone: `Verdict`, `Final verdict`.
pub fn is_verdict_heading(text: &str) -> bool {
    static HEADING: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^[^\w]*(?:(?:final|overall|gate|adversary|cold)\s+)?verdict\s*:?\s*$"));
    HEADING.is_match(text)
}

/// `porepo: ALL DoD PASS @…`: a verdict on everything that the Definition of Done lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllLine {
    /// The phase it names, if any.
    pub phase: Option<String>,
    /// The verdict and where the words stand.
    pub verdict: Stated,
}

/// Reads `ALL DoD PASS @…`.
pub fn all_line(text: &str, strong: &[Range<usize>]) -> Option<AllLine> {
    static ALL: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^[^\w\s]*\s*(?:(?:[Pp]hase\s+)?([a-z0-9][a-z0-9._-]*)\s*[:—–]\s*)?(?:(?:Final |Overall )?(?:Verdict|VERDICT|verdict)\s*[:—–-]\s*)?(?:ALL|All)\s+(?:\d+\s+)?(?:of\s+)?(?:the\s+)?(?:DoD|DOD|GATES|[Gg]ates|Definition of Done)(?:[\s-]+(?:items?|ids?|gates?|criteria|points?))?\s*(?:\([^)]{0,60}\)\s*)?[:—–-]?\s*\*{0,2}(?:PASS(?:ED)?|COLD[- ]VERIFIED)\b",
        )
    });
    let near = text.get(..floor(text, 300))?;
    let captures = ALL.captures(near)?;
    let word = captures.get(0)?.as_str().rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let word = text.get(word..)?.find(['P', 'C']).map(|at| word + at)?;
    let found = verdict(text, word, strong)?;
    let phase = captures.get(1).map(|phase| phase.as_str().to_owned());
    let phase = phase.filter(|word| !matches!(word.as_str(), "verdict" | "final" | "result" | "review"));
    (found.1.start == word).then_some(AllLine { phase, verdict: found })
}

/// Whether a heading of STATUS says that the phase is done: `DONE`, `DONE @…`, `DONE — …`; not `DONE?` or
/// `DONE criteria`.
pub fn says_done(text: &str) -> bool {
    static DONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^[^\w\s]*\s*(?:(?:[Pp]hase|PHASE)(?:\s+[a-z0-9][a-z0-9._-]*)?\s*[:—–-]?\s*|(?:Status|STATUS)\s*[:—–-]\s*)?[^\w\s]*\s*DONE\s*(?:$|[@(—–:.!]|-\s|[✅✔✓🎉🏁])",
        )
    });
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:not|no|never|nothing|criteria|when|until|if|withheld|pending|blocked|withdrawn|retracted|revoked|awaiting|once|after|draft|todo|to do|remaining|may|can|will)\b|\?",
        )
    });
    // `DONE (M1)` ends a gate, not the phase.
    static PART: LazyLock<Regex> =
        LazyLock::new(|| regex(&format!(r"DONE\s*[(:—–-]\s*(?:gates?\s+)?{}\s*(?:$|\)|only\b)", *LIST)));
    let near = text.get(..floor(text, 200)).unwrap_or("");
    let first = near.split(". ").next().unwrap_or("");
    DONE.is_match(near) && !DENIED.is_match(first) && !PART.is_match(near)
}

/// A claim such as `Gate: M1 — CLAIMED, awaiting Adversary`; its gates and where the word stands.
pub fn claim_line(text: &str) -> Option<(Vec<String>, Range<usize>)> {
    static CLAIM: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\b(?:(?:RE-?)?CLAIMED|Claimed)\b|(?:[—–:→|]|-)\s*((?:re-?)?claimed)\b"));
    static LED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(?:(?:RE-?)?CLAIM(?:ED|S)?|Claims?)\s*[:—–]?\s+(?i:gates?\s+)?({})\b",
            *LIST
        ))
    });
    static NOT_YET: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:to be|will be|can be|may be|not|never|un|was|were|before|until|once|when|if|should be|ready to be|being)[\s-]*$",
        )
    });
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)^\s*(?:\?|when\b|once\b|if\b|after\b|next\b|later\b|soon\b|tomorrow\b|withdrawn|retracted)",
        )
    });
    let near = text.get(..floor(text, 600))?;
    if let Some(led) = LED.captures(near) {
        let (whole, ids) = (led.get(0)?, led.get(1)?);
        let after = text.get(whole.end()..).unwrap_or("");
        return (!LATER.is_match(after)).then(|| (split_ids(ids.as_str()), ids.range()));
    }
    let from_gate = near.find(|c: char| c.is_alphanumeric()).unwrap_or(0);
    let line = gate_line(near.get(from_gate..)?)?;
    let found = CLAIM.captures(near)?;
    let word = found.get(1).or(found.get(0))?;
    let before = near.get(..word.start())?;
    let after = near.get(word.end()..)?;
    // `M1 — PASS (was CLAIMED …)` is no claim; `M1 — FAIL → RE-CLAIMED` is one.
    let passed = line.verdict.is_some_and(|(what, span)| {
        what == Verdict::Pass
            && span.start + from_gate < word.start()
            && !before.trim_end().ends_with(['→', '>'])
    });
    let denied = denies(before) || NOT_YET.is_match(before) || LATER.is_match(after) || passed;
    (!denied).then(|| (line.ids, word.range()))
}

/// Where the lines that speak of a gate begin in a text whose line breaks are gone: at each `Gate: `.
pub fn gate_starts(text: &str) -> Vec<usize> {
    static GATE: LazyLock<Regex> = LazyLock::new(|| regex(r"\bGates?(?::\s|\s+[A-Z]{1,2}\d)"));
    let mut starts: Vec<usize> = GATE
        .find_iter(text)
        .map(|found| found.start())
        .filter(|at| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with([' ', '#', '*', '-'])))
        .collect();
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = match gate_line(text) {
            None => "none".to_owned(),
            Some(line) => format!(
                "{} | {} | {}",
                line.ids.join(" "),
                line.title,
                line.verdict
                    .map_or("open".to_owned(), |(verdict, span)| format!("{verdict:?} {}", &text[span]))
            ),
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn headings_of_gates() {
        check(
            "M1 — State inventory and clean retry PASS @2026-06-13T06:38Z",
            "M1 | State inventory and clean retry | Pass PASS @2026-06-13T06:38Z",
        );
        check(
            "M1 — Implementation complete (pre-merge): PASS @ 2026-06-11T07:54Z",
            "M1 | Implementation complete (pre-merge) | Pass PASS @ 2026-06-11T07:54Z",
        );
        check("M0 — Foundations: PASS @2026-05-26T21:35Z", "M0 | Foundations | Pass PASS @2026-05-26T21:35Z");
        check("E0 / HC2 — x — PASS @2026-05-28", "E0 HC2 | x | Pass PASS @2026-05-28");
        check("Q2 — FAIL @2026-05-28 (dep teardown leak)", "Q2 |  | Fail FAIL @2026-05-28");
        check("✅ M1 — PASS", "M1 |  | Pass PASS");
        check("M2 PASSED", "M2 |  | Pass PASSED");
        check("Re-check of M1: FAIL @2026-05-28", "M1 |  | Fail FAIL @2026-05-28");
        for text in [
            "M1 — lint: PASS",
            "M1 — install/backup PASS, upgrade FAIL",
            "M1 — cannot PASS",
            "M1 — WOULD PASS if fixed",
            "M1 — what PASS means",
            "M1 — PASS?",
            "M1 — PASS withheld",
            "M1 — was PASS, now FAIL",
            "M1 — 8 PASS, 2 FAIL",
            "M1 — FAIL → PASS",
        ] {
            assert_eq!(gate_line(text).and_then(|line| line.verdict), None, "{text}");
        }
        check("M1 — NOT an M1 PASS", "M1 | NOT an M1 PASS | open");
        check("R1 — x. COLD-VERIFIED @U0 07:05Z.", "R1 | x. | Pass COLD-VERIFIED @U0 07:05Z");
        check("Verdict: Both M1 and M2 PASS", "none");
        check("lint: PASS", "none");
        check("M1+M2: no verdict yet", "M1 M2 | no verdict yet | open");
    }

    #[test]
    fn claims() {
        assert!(claim_line("Gate: M1 CLAIMED, awaiting Adversary (claimed 2026-06-11)").is_some());
        assert!(claim_line("Gate: M1 — CLAIMED, awaiting Adversary").is_some());
        for (text, ids) in [
            ("Gate M1: RE-CLAIMED @2026-06-13", "M1"),
            ("M1 — FAIL → RE-CLAIMED", "M1"),
            ("Gate: M0 — Foundations → CLAIMED", "M0"),
            ("CLAIMED: M1+M2", "M1 M2"),
            ("M1 | inventory | CLAIMED", "M1"),
            ("Gate: V1/V2 — claimed @2026-06-11, awaiting Adversary", "V1 V2"),
        ] {
            assert_eq!(claim_line(text).map(|(ids, _)| ids.join(" ")).as_deref(), Some(ids), "{text}");
        }
        for text in [
            "No gate CLAIMED yet.",
            "Gate: M2 — not claimed yet",
            "Gate: M2 — to be CLAIMED after M1",
            "Gate: M2 — NOT CLAIMED",
            "Gate: M1 — PASS (was CLAIMED 2026-06-11)",
            "Gate: M1 — PASS, see REVIEW-x.md (claimed 2026-06-13)",
            "Gate: M2 — CLAIMED?",
            "M2 — CLAIMED when M1 has passed",
        ] {
            assert_eq!(claim_line(text), None, "{text}");
        }
    }

    #[test]
    fn more_headings_of_gates() {
        check("M1 — PASS 6/6", "M1 |  | Pass PASS");
        check("M1 (PASS @2026-06-13T06:38Z)", "M1 |  | Pass PASS @2026-06-13T06:38Z");
        check(
            "M1 PASS @2026-06-13T06:38Z — State inventory",
            "M1 | State inventory | Pass PASS @2026-06-13T06:38Z",
        );
        check("M1: ✅ PASS (2026-06-13 06:38Z)", "M1 |  | Pass PASS (2026-06-13 06:38Z");
        check("Gate M1 — retry: PASS @18d2bd1", "M1 | retry | Pass PASS");
        check("2026-06-13T06:38Z — M1 PASS", "M1 |  | Pass PASS");
        check("REVIEW-3 — U0: PASS @2026-05-28", "U0 |  | Pass PASS @2026-05-28");
        check("Verdict: M1 PASS @2026-05-28", "M1 |  | Pass PASS @2026-05-28");
        check("D1–D3 — PASS @2026-05-28", "D1 D2 D3 |  | Pass PASS @2026-05-28");
        check("M2 — Reproducible build: PASS @2026-05-28", "M2 | Reproducible build | Pass PASS @2026-05-28");
        check(
            "M1 — re-checked after FAIL — PASS @2026-05-28",
            "M1 | re-checked after FAIL | Pass PASS @2026-05-28",
        );
        check("M1 — FAIL → PASS @2026-05-28", "M1 | FAIL | Pass PASS @2026-05-28");
        check("Q2 — FAIL @2026-05-28 (unit tests PASS)", "Q2 |  | Fail FAIL @2026-05-28");
        check("M1 — PASS withdrawn @2026-05-28", "M1 |  | Fail PASS");
        check("M1 — PASS, see REVIEW-x.md", "M1 |  | Pass PASS");
        check("M1 — FAIL: Builder claims PASS", "M1 | Builder claims PASS | Fail FAIL");
        check("M1 — FAIL, volumes left", "M1 |  | Fail FAIL");
        check(
            "M1 — Builder's claim is wrong: FAIL @2026-05-28",
            "M1 | Builder's claim is wrong | Fail FAIL @2026-05-28",
        );
        check("M1 — retest of upgrade: FAIL @2026-05-28", "M1 | retest of upgrade | Fail FAIL @2026-05-28");
        check("Re-verdict: M1 FAIL", "M1 |  | Fail FAIL");
        check("M1 — REJECTED @2026-05-28", "M1 |  | Fail REJECTED @2026-05-28");
        check("M1 — inventory — REJECTED @2026-05-28", "M1 | inventory | Fail REJECTED @2026-05-28");
        check(
            "M1 — PASS @2026-05-28 — the plea: REJECTED",
            "M1 | the plea: REJECTED | Pass PASS @2026-05-28",
        );
        check("M1 — requests REJECTED by the proxy", "M1 | requests REJECTED by the proxy | open");
        check("M1 — no longer PASS @2026-05-28", "M1 | no longer | Fail PASS @2026-05-28");
        check("M1 is now FAIL.", "M1 | is now | Fail FAIL");
        check("M1 — FAIL @2026-05-28, cannot PASS", "M1 |  | Fail FAIL @2026-05-28");
        check("M1 — Builder says PASS; FAIL @2026-05-28", "M1 | Builder says PASS; | Fail FAIL @2026-05-28");
        check(
            "M1 — secrets cannot leak: PASS @2026-05-28",
            "M1 | secrets cannot leak | Pass PASS @2026-05-28",
        );
        check(
            "M1 — Builder's claim verified cold: PASS @2026-05-28",
            "M1 | Builder's claim verified cold | Pass PASS @2026-05-28",
        );
        for text in [
            "M1 — lint: PASS @2026-05-28",
            "M1 — conditional PASS @2026-05-28",
            "M1 — partial PASS @2026-05-28",
            "M1 — PASS (conditional on the fix)",
            "M1 — PASS if the log is clean",
            "M1 — awaiting PASS",
            "M1 — not yet PASS",
            "M1 — PASS/FAIL",
            "M1 — PASS|FAIL @2026-05-28",
            "M1 — 24 PASS @2026-05-28",
            "M1 — PASS criteria",
            "M1 — cannot PASS @2026-05-28",
            "M1 — cannot honestly be given a PASS @2026-05-28",
            "M1 — unable to PASS @2026-05-28",
            "M1 — would PASS @2026-05-28",
            "M1 — Builder claims: PASS @2026-05-28",
            "M1 — Builder claims: FAIL @2026-05-28",
            "M1 — Builder says PASS @2026-05-28",
            "M1 — STATUS: PASS @2026-05-28",
            "M1 — claimed as PASS @2026-05-28 by the Builder",
            "M1 — PASS @2026-05-28 by the Builder",
            "M1: the Builder's word: PASS @2026-05-28",
            "M1 — retest of upgrade: PASS @2026-05-28",
            "M1 — State inventory — upgrade: PASS @2026-05-28",
            "M1 — install, upgrade, backup: PASS @2026-05-28",
            "M1 — BYPASS @2026-05-28",
        ] {
            assert_eq!(gate_line(text).and_then(|line| line.verdict), None, "{text}");
        }
        for text in [
            "PR4 — PASS @2026-05-28",
            "F1 — PASS @2026-05-28",
            "A1 — FAIL @2026-05-28",
            "L5 — PASS",
            "E2E — PASS",
        ] {
            assert_eq!(gate_line(text), None, "{text}");
        }
    }

    #[test]
    fn lines_with_several_verdicts() {
        let said = |lines: Vec<GateLine>| {
            let one = |line: &GateLine| {
                let verdict =
                    line.verdict.as_ref().map_or("open".to_owned(), |(what, _)| format!("{what:?}"));
                format!("{} {verdict}", line.ids.join("+"))
            };
            lines.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(said(gate_lines("M1 PASS + M2 FAIL @2026-05-28", &[])), "M1 Pass, M2 Fail");
        assert_eq!(said(gate_lines("M1+M2 — PASS @2026-05-28", &[])), "M1+M2 Pass");
        assert_eq!(said(gate_lines("V6 PASS; V5 FAIL (A5-5)", &[])), "V6 Pass, V5 Fail");
        for (text, expected) in [
            ("Verdict: FAIL.", " Fail"),
            ("Verdict: PASS @2026-06-13T06:38Z", " Pass"),
            ("Verdict (M1): PASS", "M1 Pass"),
            ("VERDICT: PASS ✅", " Pass"),
            ("Final verdict — PASS", " Pass"),
            ("Verdict: M1 PASS, M2 FAIL", "M1 Pass, M2 Fail"),
            ("The run was red. Verdict: FAIL.", " Fail"),
            ("Fresh post-proxy verdict: PASS (build #612)", ""),
            ("Verdict: the install PASS, upgrade FAIL", ""),
            ("Verdict: pending", ""),
            ("Verdict (Builder): PASS @2026-05-28", ""),
            ("Verdict: PASS|FAIL", ""),
        ] {
            assert_eq!(said(stated_verdicts(text, &[])), expected, "{text}");
        }
        assert_eq!(stated_verdict("Verdict: FAIL.").map(|(what, _)| what), Some(Verdict::Fail));
        for (text, phase) in [
            ("porepo: ALL DoD PASS @2026-06-13T19:19Z", Some("porepo")),
            ("ALL DoD PASS @2026-06-13T19:19Z", None),
            ("All gates PASS @2026-06-13", None),
            ("Verdict: ALL 10 DoD items PASS", None),
        ] {
            assert_eq!(all_line(text, &[]).map(|line| line.phase), Some(phase.map(str::to_owned)), "{text}");
        }
        for text in
            ["ALL DoD PASS required", "Not ALL DoD PASS", "ALL DoD items must PASS", "ALL builds PASS"]
        {
            assert_eq!(all_line(text, &[]), None, "{text}");
        }
    }

    #[test]
    fn the_end_of_a_phase() {
        for text in [
            "DONE",
            "✅ DONE @2026-06-13T06:31Z",
            "DONE — phase closed",
            "Phase ghost — DONE",
            "Status: DONE",
        ] {
            assert!(says_done(text), "{text}");
        }
        for text in [
            "DONE?",
            "DONE criteria (not met)",
            "DONE is not allowed yet",
            "NOT DONE",
            "DONE (M1)",
            "DONE — M1 only",
            "DONE so far",
            "DONE (pending M2)",
            "What is DONE",
        ] {
            assert!(!says_done(text), "{text}");
        }
        assert_eq!(gate_starts("Gate: M1 — PASS Gate: M2 — CLAIMED").len(), 2);
        assert_eq!(gate_starts("No gate yet. The Gate M1 is next"), [0, 17]);
    }
}
