//! How gates, verdicts, findings and vetoes are written; knows nothing about whole documents.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::report::{FindingState, Verdict};

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
}

/// One gate or DoD id: `M1`, `M6.5`, `V8a`, `HC1`, `DG4.1`, `DoD-5`.
const ID: &str = r"(?:DoD-\d+|[A-Z]{1,2}\d+(?:\.\d+)?[a-z]?)";

static LEADING_IDS: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"^[^\w\s]*\s*(?:(?:Gate|Milestone|(?i:re-?check|re-?verification|re-?test) of):?\s+)?({ID}(?:\s*(?:\+|/|,|&|–|and)\s*{ID})*)\s*(?:(?:—|–|-|:)\s*|$|\s)"
    ))
});
static VERDICT: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(COLD-VERIFIED|PASS(?:ED)?|FAIL(?:ED)?)\b"));
static NEGATED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(?:\bno|\bnot|\bwithout|\bnever|n't)(?:\s+(?:an?|yet|the|gate|open|standing|[A-Z]+\d+))*\s*[\x22'“*_`]*$",
    )
});
static FINDING: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(F\d+[a-z]?(?:-\d+[a-z]?)?(?:/F\d+[a-z]?)*|F-[a-z]+-\d+|A\d+(?:-\d+)?|A-[a-z0-9]+(?:-\d+)?)\s*(?:\[adversary\])?\s*(?:(OPEN|CLOSED)\b[^—–]*)?\s*(?:[—–:]|$|\[)\s*(.*)$",
    )
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
    let captures = LEADING_IDS.captures(text)?;
    let ids = split_ids(captures.get(1)?.as_str());
    let rest_at = captures.get(0)?.end();
    let verdict = verdict(text, rest_at);
    let title_end = verdict.as_ref().map_or(text.len(), |(_, span)| span.start);
    let title = text.get(rest_at..title_end).unwrap_or("");
    let title = title
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '—' | '–' | '-' | '*' | '@' | ','));
    Some(GateLine { ids, title: title.to_owned(), verdict })
}

/// The ids in `M1+M2`, `E0 / HC2`, `V1, V2`.
pub fn split_ids(text: &str) -> Vec<String> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| regex(ID));
    ONE.find_iter(text).map(|id| id.as_str().to_owned()).collect()
}

/// The one verdict from byte `from` on; none where a heading holds two that differ, or where the word is about
/// something else: a tier, a tool, a condition, a count.
fn verdict(text: &str, from: usize) -> Option<(Verdict, Range<usize>)> {
    static AFTER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^\s*(?:[.!✅✔✓❌✘]|$|@|\(|—|–|-\s|,\s*[A-Z]{3,})"));
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:^|[—–:.)-]|\s\*\*)\s*$"));
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)(?:\b(?:lint|clippy|fmt|install|upgrade|backup|restore|custom|functional|tests?|suite|ci|build)\b|\d)\s*[:/—–-]?\s*$",
        )
    });
    static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:cannot|can't|would|should|could|might|may|if|hardly|until|criteria|what|was|previously|want|need)\b",
        )
    });
    let words: Vec<_> = VERDICT
        .find_iter(text)
        .filter(|word| word.start() >= from && !NEGATED.is_match(&text[..word.start()]))
        .collect();
    let read = |word: &str| if word.starts_with("FAIL") { Verdict::Fail } else { Verdict::Pass };
    let first = words.first()?;
    if words.iter().any(|word| read(word.as_str()) != read(first.as_str())) {
        return None;
    }
    let before = text.get(from..first.start()).unwrap_or("");
    let after = text.get(first.end()..).unwrap_or("");
    let stamped = after.trim_start().starts_with('@');
    let stands_alone =
        AFTER.is_match(after) && (stamped || BEFORE.is_match(before) || before.trim().is_empty());
    let about_else = OTHER.is_match(before) || (SUPPOSED.is_match(before) && !stamped);
    (stands_alone && !about_else).then(|| (read(first.as_str()), first.start()..stamp_end(text, first.end())))
}

/// `Verdict: FAIL.` at the start of a paragraph below a gate's heading.
pub fn stated_verdict(text: &str) -> Option<(Verdict, Range<usize>)> {
    let from = text.strip_prefix("Verdict:").map(|_| "Verdict:".len())?;
    verdict(text, from)
}

/// Whether a heading of STATUS says that the phase is done: `DONE`, `DONE @…`, `DONE — …`; not `DONE?` or
/// `DONE criteria`.
pub fn says_done(text: &str) -> bool {
    static DONE: LazyLock<Regex> = LazyLock::new(|| regex(r"^[^\w\s]*\s*DONE\s*(?:$|[@(—–:.]|[✅✔✓])"));
    static DENIED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b(?:not|no|never|criteria|when|until|if)\b|\?"));
    DONE.is_match(text) && !DENIED.is_match(text)
}

/// Where the stamp after a verdict word ends: `PASS @2026-06-13T06:38Z`.
fn stamp_end(text: &str, from: usize) -> usize {
    static STAMP: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^\*{0,2}:?\s*@\s?~?(?:U\d+\s+)?\d[0-9T:.~ +-]*Z?"));
    text.get(from..).and_then(|rest| STAMP.find(rest)).map_or(from, |stamp| from + stamp.end())
}

/// A claim such as `Gate: M1 — CLAIMED, awaiting Adversary`; its gates and where the word stands.
pub fn claim_line(text: &str) -> Option<(Vec<String>, Range<usize>)> {
    static CLAIM: LazyLock<Regex> = LazyLock::new(|| regex(r"\bCLAIMED\b"));
    let text_from_gate = text.strip_prefix("Gate:").or_else(|| text.strip_prefix("Gate ")).unwrap_or(text);
    let ids = gate_line(text_from_gate.trim_start())?.ids;
    let word = CLAIM.find(text)?;
    let before = &text[..word.start()];
    let negated = NEGATED.is_match(before) || before.to_ascii_lowercase().ends_with("not ");
    (!negated).then(|| (ids, word.range()))
}

/// Verdicts and claims in a commit's subject: `review(ghost-M1+M2): M1 PASS + M2 PASS`, `claim(3 U0): …`.
pub fn subject_events(subject: &str) -> Vec<(String, Verdict)> {
    static CLAIM: LazyLock<Regex> = LazyLock::new(|| regex(r"^claim\(([^)]*)\)"));
    static REVIEW: LazyLock<Regex> = LazyLock::new(|| regex(r"^review\(([^)]*)\):\s*(.*)$"));
    static PAIR: LazyLock<Regex> =
        LazyLock::new(|| regex(&format!(r"({ID}(?:\s*[+/,&]\s*{ID})*)\s+(PASS|FAIL)\b")));
    let scoped_ids = |scope: &str| {
        let ids = scope.rsplit(['-', ' ']).next().unwrap_or(scope);
        split_ids(ids)
    };
    if let Some(claim) = CLAIM.captures(subject) {
        let ids = scoped_ids(claim.get(1).map_or("", |scope| scope.as_str()));
        return ids.into_iter().map(|id| (id, Verdict::Claimed)).collect();
    }
    let Some(review) = REVIEW.captures(subject) else { return Vec::new() };
    let words = review.get(2).map_or("", |words| words.as_str());
    let read = |word: &str| if word == "FAIL" { Verdict::Fail } else { Verdict::Pass };
    let named: Vec<(String, Verdict)> = PAIR
        .captures_iter(words)
        .filter(|pair| !pair.get(0).is_some_and(|whole| NEGATED.is_match(&words[..whole.start()])))
        .flat_map(|pair| {
            let verdict = read(pair.get(2).map_or("", |word| word.as_str()));
            let ids = split_ids(pair.get(1).map_or("", |ids| ids.as_str()));
            ids.into_iter().map(move |id| (id, verdict))
        })
        .collect();
    if !named.is_empty() {
        return named;
    }
    let leading = words.starts_with("PASS").then_some("PASS").or(words.starts_with("FAIL").then_some("FAIL"));
    let Some(word) = leading else { return Vec::new() };
    let ids = scoped_ids(review.get(1).map_or("", |scope| scope.as_str()));
    ids.into_iter().map(|id| (id, read(word))).collect()
}

/// A finding's line: id, title, state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    /// `F1`, or the first of `F6/F7`.
    pub ids: Vec<String>,
    /// First words.
    pub title: String,
    /// Written state.
    pub state: FindingState,
}

/// Reads `F1 — Upgrade failure mode …` or `A1 [adversary] CLOSED @… — …`.
pub fn finding_line(text: &str) -> Option<FindingLine> {
    let captures = FINDING.captures(text)?;
    let state = match captures.get(2).map(|word| word.as_str()) {
        Some("OPEN") => FindingState::Open,
        Some("CLOSED") => FindingState::Closed,
        _ => FindingState::Noted,
    };
    let ids = captures.get(1)?.as_str().split('/').map(str::to_owned).collect();
    let title = captures.get(3).map_or("", |title| title.as_str()).trim();
    Some(FindingLine { ids, title: title.to_owned(), state })
}

/// Whether `text` (a heading, or a bold lead-in) raises a veto; `no VETO`, `VETO: none` and `the VETO right` do not.
pub fn raises_veto(text: &str) -> bool {
    static VETO: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:^|[,;:(—–-]\s*|\bSCOPED\s+|\bstanding\s+)\s*VETO\b"));
    static DENIED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b(?:no|not|never|without|none|nothing)\b"));
    static EMPTY: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\bVETO\s*[:(—–-]*\s*(?:none|nothing|lifted|withdrawn)\b"));
    VETO.find(text).is_some_and(|word| !DENIED.is_match(&text[..word.end()])) && !EMPTY.is_match(text)
}

/// Whether `text` lifts the veto that `raised` is the heading of: it says so outright, and names that veto or none.
pub fn lifts_veto(text: &str, raised: &str) -> bool {
    static LIFTED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\bveto\b([^.;]*?)\b(?:is |was |has been )?(?:lifted|withdrawn)\b"));
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?i)\b(?:no|not|never|unless|until|if|when|once|should|would|must|may|n't)\b|n't\b")
    });
    let Some(found) = LIFTED.captures(text) else { return false };
    let (Some(whole), Some(named)) = (found.get(0), found.get(1)) else { return false };
    let sentence_start = text[..whole.start()].rfind(". ").map_or(0, |at| at + 2);
    let sentence = &text[sentence_start..whole.end()];
    let words: Vec<&str> =
        named.as_str().split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).collect();
    let about = words.is_empty() || words.iter().any(|word| raised.contains(word));
    let short = named.as_str().trim();
    let single = short.len() <= 2 && !short.is_empty() && !raised.contains(&format!("VETO {short}"));
    !DENIED.is_match(sentence) && about && !single
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
        check("Q2 — FAIL @2026-05-28 (dep teardown leak)", "Q2 |  | Fail FAIL @2026-05-28 ");
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
        assert_eq!(claim_line("No gate CLAIMED yet."), None);
        assert_eq!(claim_line("Gate: M2 — not claimed yet"), None);
    }

    #[test]
    fn subjects() {
        let said = |subject: &str| {
            let events = subject_events(subject);
            events.iter().map(|(id, v)| format!("{id} {v:?}")).collect::<Vec<_>>().join(", ")
        };
        for (subject, expected) in [
            ("review(ghost-M1+M2): M1 PASS + M2 PASS", "M1 Pass, M2 Pass"),
            ("claim(ghost-M1): state inventory, build 612 L5", "M1 Claimed"),
            ("claim(3 U0): x", "U0 Claimed"),
            ("review(5): V6 PASS; V5 FAIL (A5-5)", "V6 Pass, V5 Fail"),
            ("review(redfix-M2): PASS 6/6", "M2 Pass"),
            ("review(ghost): cold reconnaissance, F1–F7", ""),
            ("review(x-M1): not an M1 PASS", ""),
            ("fix: M1 PASS", ""),
        ] {
            assert_eq!(said(subject), expected, "{subject}");
        }
    }

    #[test]
    fn findings() {
        for (text, id, title, state) in [
            ("F1 — Upgrade failure.", "F1", "Upgrade failure.", FindingState::Noted),
            ("A1 [adversary] CLOSED @2026-06-13T06:38Z — Build", "A1", "Build", FindingState::Closed),
            ("A-x [adversary] OPEN @2026-06-13 — y", "A-x", "y", FindingState::Open),
            ("F1e-1 [adversary] — y", "F1e-1", "y", FindingState::Noted),
        ] {
            let line = finding_line(text).expect(text);
            assert_eq!((line.ids[0].as_str(), line.title.as_str(), line.state), (id, title, state), "{text}");
        }
        assert_eq!(finding_line("Failures of today"), None);
    }

    #[test]
    fn vetoes() {
        assert!(raises_veto("VETO secrets in the log"));
        assert!(raises_veto("M2 — FAIL, SCOPED VETO on DONE"));
        assert!(raises_veto("VETO until weight lifted"));
        for text in [
            "no VETO",
            "Open VETOes",
            "No standing VETO",
            "VETO lifted @2026-05-28",
            "VETO: none",
            "On the VETO right",
            "Why I did not use my VETO",
        ] {
            assert!(!raises_veto(text), "{text}");
        }
        assert!(lifts_veto("The VETO is lifted.", "VETO leak"));
        assert!(lifts_veto("VETO leak lifted @2026-05-28", "VETO leak"));
        for text in
            ["This VETO is not lifted.", "no VETO was lifted", "VETO other lifted", "VETO lasts until lifted"]
        {
            assert!(!lifts_veto(text, "VETO leak"), "{text}");
        }
        assert!(says_done("DONE") && says_done("✅ DONE @2026-06-13T06:31Z"));
        for text in ["DONE?", "DONE criteria (not met)", "DONE is not allowed yet", "NOT DONE"] {
            assert!(!says_done(text), "{text}");
        }
    }
}
