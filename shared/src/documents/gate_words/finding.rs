//! How findings are written: ids, titles, and the words that open and close them.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::regex;
use super::reported::{is_told, is_told_behind};
use super::verdict::{denies, floor, stamp_end};
use crate::report::FindingState;

/// One id with a number: `F1`, `F2-14c`, `F1e-1`, `A5-7`, `A-reg-1`, `F-redfix-1`.
const NUMBERED: &str =
    r"(?:[FA]\d{1,3}[a-z]?(?:-\d{1,3}[a-z]?)?|[FA](?:-[a-z][a-z0-9]{0,15}){1,3}-\d{1,3}[a-z]?)";
/// One without: `A-x`. It is an id only where the rest of the line says so.
const NAMED: &str = r"(?:[FA](?:-[a-z][a-z0-9]{0,15}){1,3})";
/// How far into a line its state is looked for; a longer one has lost its line breaks.
const FAR: usize = 600;

/// A finding's line: id, title, state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    /// `F1`, or `F6` and `F7` of `F6/F7`.
    pub ids: Vec<String>,
    /// First words.
    pub title: String,
    /// Written state.
    pub state: FindingState,
    /// Where the state is written.
    pub state_at: Option<Range<usize>>,
}

/// Reads `F1 — Upgrade failure mode …` or `A1 [adversary] CLOSED @… — …`.
pub fn finding_line(text: &str) -> Option<FindingLine> {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s\[]*\s*(?:(?i:finding|adversary finding)s?:?\s+)?(?:\[?((?:RE-?)?OPEN(?:ED)?|CLOSED)\]?\s*[:—–-]?\s*)?({NUMBERED}(?:(?:\s?[/+,&]\s?|\s?–\s?| and ){NUMBERED})*|{NAMED})\s*(?:\(?\[?(?i:adversary)\]?\)?)?\s*"
        ))
    });
    static LEAD_MARK: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^(?:[—–:\[(→]|-\s|$|(?:RE-?)?OPEN(?:ED)?\b|CLOSED\b|(?i:STILL|NOW) OPEN\b|(?i:NOT)(?: YET)? CLOSED\b|[A-Z][a-z]+ed\b.*→)",
        )
    });
    let captures = LEAD.captures(text)?;
    let whole = captures.get(0)?;
    let before_state = captures.get(1);
    let ids = captures.get(2)?;
    let rest_at = whole.end();
    let rest = text.get(rest_at..)?;
    let tagged = text.get(ids.end()..rest_at)?.to_ascii_lowercase().contains("adversary");
    if before_state.is_none() && !tagged && !LEAD_MARK.is_match(rest) {
        return None;
    }
    let found = match before_state {
        Some(word) => Some((word_state(word.as_str()), word.range())),
        None => state_in(text, rest_at),
    };
    let is_named = !ids.as_str().ends_with(|c: char| c.is_ascii_digit())
        && !ids.as_str().chars().any(|c| c.is_ascii_digit());
    if is_named && !tagged && found.is_none() {
        return None;
    }
    Some(FindingLine {
        ids: ids_in(ids.as_str()),
        title: title(text, rest_at, found.as_ref().map(|(_, span)| span)),
        state: found.as_ref().map_or(FindingState::Noted, |(state, _)| *state),
        state_at: found.map(|(_, span)| span),
    })
}

/// The ids of findings in `text`, ranges such as `F1–F7` expanded.
pub fn ids_in(text: &str) -> Vec<String> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| regex(&format!(r"\b(?:{NUMBERED}|{NAMED})")));
    let mut ids: Vec<String> = Vec::new();
    let mut previous: Option<(usize, &str)> = None;
    for found in ONE.find_iter(text) {
        let between = previous.and_then(|(end, _)| text.get(end..found.start())).unwrap_or("").trim();
        if let (Some((_, first)), "–") = (previous, between)
            && let (Some((a, from)), Some((b, to))) = (number_of(first), number_of(found.as_str()))
            && a == b
            && to.saturating_sub(from) <= 64
        {
            ids.extend((from + 1..to).map(|number| format!("{a}{number}")));
        }
        ids.push(found.as_str().to_owned());
        previous = Some((found.end(), found.as_str()));
    }
    ids.dedup();
    ids
}

fn number_of(id: &str) -> Option<(&str, u32)> {
    let at = id.len() - id.chars().rev().take_while(char::is_ascii_digit).count();
    Some((id.get(..at)?, id.get(at..)?.parse().ok()?))
}

fn word_state(word: &str) -> FindingState {
    if word.to_ascii_uppercase().starts_with("CLOSED") { FindingState::Closed } else { FindingState::Open }
}

/// The last state word that stands alone from byte `from` on: `OPEN @… → CLOSED @…` is closed.
fn state_in(text: &str, from: usize) -> Option<(FindingState, Range<usize>)> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(?:(?:RE-?)?OPEN(?:ED)?|CLOSED)\b"));
    static BEFORE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:^|[—–:\[(→.;✅❌⚠-]|->|(?i:\bstill|\bnow|\bstatus|\bstate))\s*$"));
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"^\s*(?:$|[@—–:.,;(\])✅✔✓❌]|-\s|→|->|(?:by|at|since|until|as of|on|in)\b)")
    });
    // `NOT CLOSED`, `NOT YET CLOSED`: as good as open.
    static NOT_CLOSED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:^|[—–:\[(→.;✅❌⚠\s-])(?:NOT|not)(?:[ -](?:YET|yet))?[ -]$"));
    let reach = floor(text, from.saturating_add(FAR));
    let words = WORD.find_iter(text.get(..reach)?).filter(|word| word.start() >= from);
    let standing = words.filter_map(|word| {
        let before = text.get(from..word.start()).unwrap_or("");
        let after = text.get(word.end()..).unwrap_or("");
        if !AFTER.is_match(after) {
            return None;
        }
        if word.as_str() == "CLOSED" && NOT_CLOSED.is_match(before) {
            return Some((FindingState::Open, word.range()));
        }
        (BEFORE.is_match(before) && !denies(before)).then(|| (word_state(word.as_str()), word.range()))
    });
    standing.last()
}

/// The first words, without the state that stands before or behind them.
fn title(text: &str, from: usize, state: Option<&Range<usize>>) -> String {
    let marks =
        |c: char| c.is_whitespace() || matches!(c, '—' | '–' | '-' | ':' | '[' | ']' | '(' | ')' | '→');
    let rest = match state.filter(|state| state.start >= from) {
        None => text.get(from..).unwrap_or(""),
        Some(state) => {
            let before = text.get(from..state.start).unwrap_or("").trim_matches(marks);
            if before.is_empty()
                || ["OPEN", "CLOSED", "RE-OPEN", "REOPEN", "STILL", "NOW", "still", "now", "NOT", "not"]
                    .iter()
                    .any(|word| before.starts_with(word))
            {
                // `OPEN @2026-06-13T06:20Z — title`: what follows the first dash.
                let after = text.get(state.end..).unwrap_or("");
                let stamped = after.trim_start().starts_with(['@', '(', ']']);
                let dash =
                    after.find(['—', '–']).or_else(|| after.find(": ")).filter(|at| !stamped || *at > 0);
                dash.and_then(|at| after.get(at..)).unwrap_or(if stamped { "" } else { after })
            } else {
                text.get(from..state.start).unwrap_or("")
            }
        }
    };
    rest.trim_start_matches(marks).trim_end_matches(|c: char| marks(c) && c != ')').to_owned()
}

/// `Status: OPEN` or `CLOSED @…` below a finding, or inside its paragraph; the last one, and where it stands.
/// `strong` says which words were strong.
pub fn finding_state(text: &str, strong: &[Range<usize>]) -> Option<(FindingState, Range<usize>)> {
    static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"\b(?:Status|State|STATUS)\s*[:—–]\s*(?:\W{0,4})((?i:re-?opened|still open|open|closed))\b([^.;]{0,40})",
        )
    });
    static ALONE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^[^\w\s]*\s*((?:RE-?)?OPEN(?:ED)?|CLOSED)\s*(?:$|[@—–:.(\]✅✔✓]|-\s|by\b)"));
    let reach = text.get(..floor(text, 4 * FAR)).unwrap_or("");
    let labelled = LABELLED.captures_iter(reach).filter_map(|captures| {
        let word = captures.get(1)?;
        let open = !word.as_str().to_ascii_lowercase().contains("closed");
        let question =
            captures.get(2).is_some_and(|rest| rest.as_str().trim_start().starts_with(['/', '|', '?']));
        let state = if open { FindingState::Open } else { FindingState::Closed };
        (!question).then(|| (state, word.range()))
    });
    let alone = std::iter::once(0).chain(strong.iter().map(|strong| strong.start)).filter_map(|at| {
        let captures = ALONE.captures(text.get(at..floor(text, at.saturating_add(64)))?)?;
        let word = captures.get(1)?;
        Some((word_state(word.as_str()), at + word.start()..at + word.end()))
    });
    labelled.chain(alone).max_by_key(|(_, span)| span.start)
}

/// Whether the state word at `span` is told as the builder's: `A7 — Builder: CLOSED @…`, `CLOSED by the Builder`.
pub fn is_builders_state(text: &str, span: &Range<usize>) -> bool {
    let behind = text.get(stamp_end(text, span.end)..).unwrap_or("");
    text.get(..span.start).is_some_and(is_told) || is_told_behind(behind)
}

/// Findings that a commit's subject closes or opens: `review(5): A5-5 CLOSED`, `review(x): close F1`.
pub fn subject_findings(words: &str) -> Vec<(String, FindingState)> {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"\b({NUMBERED}(?:\s?[/+,&–]\s?{NUMBERED})*)\s*[:—–-]?\s*((?:RE-?)?OPENED|OPEN|CLOSED|(?:re-?)?opened|closed)\b|\b(?i:(re-?open|close|closes|closed|closing|re-?opens))\s+({NUMBERED}(?:\s?[/+,&–]\s?{NUMBERED})*)"
        ))
    });
    let mut found = Vec::new();
    for captures in SAID.captures_iter(words.get(..floor(words, FAR)).unwrap_or("")) {
        let Some(whole) = captures.get(0) else { continue };
        let ids = captures.get(1).or(captures.get(4)).map_or("", |ids| ids.as_str());
        let word = captures.get(2).or(captures.get(3)).map_or("", |word| word.as_str());
        let before = words.get(..whole.start()).unwrap_or("");
        if denies(before) || is_told(before) || before.trim_end().ends_with("cannot") {
            continue;
        }
        let state = if word.to_ascii_lowercase().starts_with("clos") {
            FindingState::Closed
        } else {
            FindingState::Open
        };
        found.extend(ids_in(ids).into_iter().map(|id| (id, state)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_findings() {
        for (text, expected) in [
            ("F1 — Upgrade failure.", "F1 | Upgrade failure. | Noted"),
            ("F6/F7 — Clean state.", "F6 F7 | Clean state. | Noted"),
            ("F1–F3 — x", "F1 F2 F3 | x | Noted"),
            ("F2-14c [adversary] — y", "F2-14c | y | Noted"),
            ("F1e-1 [adversary] — y", "F1e-1 | y | Noted"),
            ("A5-7: y", "A5-7 | y | Noted"),
            ("A-reg-1 — y", "A-reg-1 | y | Noted"),
            ("F-redfix-1 — y", "F-redfix-1 | y | Noted"),
            ("A1 [adversary] CLOSED @2026-06-13T06:38Z — Build", "A1 | Build | Closed"),
            ("A-x [adversary] OPEN @2026-06-13 — y", "A-x | y | Open"),
            ("A1 — title — OPEN", "A1 | title | Open"),
            ("A1 — title (CLOSED @2026-06-13)", "A1 | title | Closed"),
            ("A1 [OPEN] — title", "A1 | title | Open"),
            ("[CLOSED] A1 — title", "A1 | title | Closed"),
            ("A1 — OPEN @2026-06-12 → CLOSED @2026-06-13 — title", "A1 | title | Closed"),
            ("A1 — CLOSED (was OPEN since 06-12) — title", "A1 | title | Closed"),
            ("A1 CLOSED @2026-06-13 — title", "A1 | title | Closed"),
            ("A1 RE-OPENED @2026-06-13 — title", "A1 | title | Open"),
            ("A1 — STILL OPEN: title", "A1 | title | Open"),
            ("A1 — NOT CLOSED — title", "A1 | title | Open"),
            ("A1 [adversary] NOT CLOSED @2026-06-13T06:50Z — title", "A1 | title | Open"),
            ("A1 NOT YET CLOSED", "A1 |  | Open"),
            ("F3 — OPEN PRs on the recipe", "F3 | OPEN PRs on the recipe | Noted"),
            ("F1 — Retry CLOSED the port", "F1 | Retry CLOSED the port | Noted"),
            ("⚠ F1 — x", "F1 | x | Noted"),
            ("Finding F1: x", "F1 | x | Noted"),
            ("Failures of today", "none"),
            ("F1 and F2 were addressed", "none"),
            ("A-record — the name server", "none"),
            ("F1 score of 5", "none"),
            ("M1 — x", "none"),
        ] {
            let said = finding_line(text).map_or("none".to_owned(), |line| {
                format!("{} | {} | {:?}", line.ids.join(" "), line.title, line.state)
            });
            assert_eq!(said, expected, "{text}");
        }
    }

    #[test]
    fn states_below() {
        for (text, expected) in [
            ("Status: OPEN", Some(FindingState::Open)),
            ("Status: CLOSED @2026-06-13T06:38Z (re-run)", Some(FindingState::Closed)),
            ("Filed at 06:20Z. Status: Closed.", Some(FindingState::Closed)),
            ("Status: OPEN @a. Status: CLOSED @b.", Some(FindingState::Closed)),
            ("CLOSED @2026-06-13: verified", Some(FindingState::Closed)),
            ("Status: OPEN/CLOSED", None),
            ("CLOSED ports are listed", None),
            ("Status: not CLOSED", None),
            ("It was closed", None),
        ] {
            assert_eq!(finding_state(text, &[]).map(|(state, _)| state), expected, "{text}");
        }
        let bold = "Words. CLOSED @2026";
        assert_eq!(
            finding_state(bold, std::slice::from_ref(&(7..13))).map(|(state, _)| state),
            Some(FindingState::Closed)
        );
        let said = |text: &str| {
            let found = subject_findings(text);
            found.iter().map(|(id, state)| format!("{id} {state:?}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(said("A5-5 CLOSED; V5 PASS"), "A5-5 Closed");
        assert_eq!(said("close F1/F2, reopen A1"), "F1 Closed, F2 Closed, A1 Open");
        assert_eq!(said("file F1"), "");
        assert_eq!(said("Builder says F1 CLOSED"), "");
        assert_eq!(said("did not close F1"), "");
    }
}
