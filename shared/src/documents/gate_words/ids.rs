//! Ids of gates and of items of the Definition of Done: alone, in lists, in ranges. Knows no verdicts.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::regex;

/// One id: `M1`, `M6.5`, `V8a`, `HC1`, `DG4.1`, `DoD-5`.
pub(super) const ONE: &str = r"(?:DoD-\d{1,4}|[A-Z]{1,2}\d{1,4}(?:\.\d{1,3})?[a-z]?)";

/// Ids that a range may stand for; a longer one only names its ends.
const LONGEST_RANGE: u32 = 64;

/// A list: `M1+M2`, `E0 / HC2`, `M1, M2 and M3`, `D1–D10`, `D1–10`, `R1 to R8`.
pub(super) static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        r"{ONE}(?:(?:\s?,? and |\s?,? & |\s*[+/,&]\s*|\s*–\s*|-|\.\.+| to | through ){ONE}|–\d{{1,3}}\b|\.\.+\d{{1,3}}\b)*"
    )
});

/// Every gate id in `text`, ranges expanded, each once, in order.
pub fn split_ids(text: &str) -> Vec<String> {
    spans(text).into_iter().map(|(_, id)| id).collect()
}

/// Every gate id in `text` with its place; those that a range stands for have the place of its end.
pub(super) fn spans(text: &str) -> Vec<(Range<usize>, String)> {
    static PIECE: LazyLock<Regex> = LazyLock::new(|| regex(&format!(r"\b{ONE}\b|(?:–|\.\.)(\d{{1,3}})\b")));
    static RANGE: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:\s*–\s*|-|\.\.+| to | through )$"));
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    let mut add = |span: Range<usize>, id: String| {
        if is_gate_id(&id) && found.len() < 256 && !found.iter().any(|(_, known)| *known == id) {
            found.push((span, id));
        }
    };
    let mut previous: Option<(usize, String)> = None;
    for captures in PIECE.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let between = previous.as_ref().and_then(|(end, _)| text.get(*end..whole.start())).unwrap_or("");
        let before = previous.as_ref().map(|(_, id)| id.clone());
        let id = match (captures.get(1), &before) {
            // `D1–10`: the second number takes the letters of the first.
            (Some(number), Some(id)) if between.is_empty() || between == "." => {
                let Some((letters, _)) = parts(id) else { continue };
                let last = format!("{letters}{}", number.as_str());
                for id in between_ids(id, &last) {
                    add(whole.range(), id);
                }
                last
            }
            (Some(_), _) => continue,
            (None, Some(first)) if RANGE.is_match(between) => {
                for id in between_ids(first, whole.as_str()) {
                    add(whole.range(), id);
                }
                whole.as_str().to_owned()
            }
            _ => whole.as_str().to_owned(),
        };
        add(whole.range(), id.clone());
        previous = Some((whole.end(), id));
    }
    found
}

/// Whether an id may be a gate's: findings, pull requests and levels are written alike.
pub(super) fn is_gate_id(id: &str) -> bool {
    let letters = id.trim_end_matches(|c: char| !c.is_ascii_uppercase());
    let letters: String = letters.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    !matches!(letters.as_str(), "PR" | "L" | "F" | "A" | "UT") && !id.ends_with('s')
}

/// The ids strictly between two of the same letters.
fn between_ids(first: &str, last: &str) -> Vec<String> {
    let (Some((letters, from)), Some((same, to))) = (parts(first), parts(last)) else { return Vec::new() };
    if letters != same || from >= to || to - from > LONGEST_RANGE {
        return Vec::new();
    }
    (from + 1..to).map(|number| format!("{letters}{number}")).collect()
}

/// `D10` as `D` and 10; none for `M6.5` or `V8a`.
fn parts(id: &str) -> Option<(&str, u32)> {
    let at = id.find(|c: char| c.is_ascii_digit())?;
    Some((id.get(..at)?, id.get(at..)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges() {
        for (text, expected) in [
            ("M1+M2", "M1 M2"),
            ("E0 / HC2", "E0 HC2"),
            ("V1/V2", "V1 V2"),
            ("M1, M2 and M3", "M1 M2 M3"),
            ("D1–D4", "D1 D2 D3 D4"),
            ("D1–4", "D1 D2 D3 D4"),
            ("R1-R3", "R1 R2 R3"),
            ("R1 to R3", "R1 R2 R3"),
            ("D1..D3", "D1 D2 D3"),
            ("DoD-1–DoD-3", "DoD-1 DoD-2 DoD-3"),
            ("M6.5, V8a, DG4.1, WC9, DoD-5", "M6.5 V8a DG4.1 WC9 DoD-5"),
            ("D1–D9999", "D1 D9999"),
            ("D9–D1", "D9 D1"),
            ("D1–R4", "D1 R4"),
            ("PR4, L5, F1, A1, K8s, SHA256, E2E", ""),
            ("M1 — M3", "M1 M3"),
        ] {
            assert_eq!(split_ids(text).join(" "), expected, "{text}");
        }
    }
}
