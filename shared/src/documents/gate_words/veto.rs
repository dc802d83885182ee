//! How vetoes are raised and lifted; most of these words in real documents are negated.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::verdict::{denies, floor};
use super::{LIST, regex, split_ids};

/// How far into a text a veto is looked for; a longer one has lost its line breaks.
const FAR: usize = 600;
/// How many words that may lift a veto are weighed in one text.
const MAX_LIFTINGS: usize = 16;

/// Whether `text` (a heading, or a bold lead-in) raises a veto; `no VETO`, `VETO: none` and `the VETO right` do not.
pub fn raises_veto(text: &str) -> bool {
    raised_at(text).is_some()
}

/// Where the word of a raised veto stands.
pub fn raised_at(text: &str) -> Option<usize> {
    static VETO: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:^|[,;:(—–+&/→.|-])\s*[^\w\s]*\s*(?i:(?:scoped|standing|adversary(?:['’]s)?|hard|full|and|with|active|open|new)[\s-]+){0,3}VETO\b",
        )
    });
    // Not a veto but words about vetoes, or the end of one.
    static NONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)^(?:-free|[\s:(—–-]*(?:none|nothing|no\b|n/a|not\b|lifted|withdrawn|rescinded|cleared|released|rules?\b|policy|rights?\b|semantics|grammar|log\b|history|list\b|register|status|sections?\b|criteria|procedure|power|template|means|meaning|is lifted|was lifted|has been lifted|was not|is not|is (?:mine|yours|his|hers|theirs|for the|a right|a power|the (?:adversary|reviewer))|can\b|may\b|would|could|should|if\b|unless))|^\s*[?/|]",
        )
    });
    // "I veto DONE", and not "I veto nothing".
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^[^\w\s]*\s*(?:I|We)\s+(?:(?:hereby|now|therefore|still)\s+)?((?i:veto))\s+(?:the\s+|this\s+|gates?\s+)?(?:DONE|PASS|phase|release|merge|{})\b[^?]*$",
            *LIST
        ))
    });
    let text = text.get(..floor(text, FAR)).unwrap_or("");
    if let Some(word) = SAID.captures(text).and_then(|found| found.get(1)) {
        return Some(word.start());
    }
    VETO.find_iter(text)
        .find(|word| {
            let at = word.end() - "VETO".len();
            let before = text.get(..at).unwrap_or("");
            let after = text.get(word.end()..).unwrap_or("");
            !denied(before) && !NONE.is_match(after)
        })
        .map(|word| word.end() - "VETO".len())
}

/// Whether the clause before a word denies it: "no VETO", "nothing here is worth a VETO".
fn denied(before: &str) -> bool {
    static DENIED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b(?:no|not|never|without|none|nothing)\b|n['’]t\b"));
    let clause = before.rfind(['—', '–', ':', ';', '(', ',', '.', '+']).map_or(0, |at| at);
    denies(before) || DENIED.is_match(before.get(clause..).unwrap_or(""))
}

/// What a raised veto is about: the ids named with it, those of its gate's heading where it is scoped; empty when
/// it is about everything.
pub fn veto_scope(text: &str, at: usize) -> Vec<String> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"^(?i:VETO)\s*(?:(?:is |stands )?(?:on|against|for|of|over)\s+(?:gates?\s+)?|\(|\[|[:—–-]\s*)?\s*({})\b",
            *LIST
        ))
    });
    let rest = text.get(at..).unwrap_or("");
    let named = NAMED.captures(rest).and_then(|captures| captures.get(1));
    if let Some(ids) = named {
        return split_ids(ids.as_str());
    }
    let before = text.get(..at).unwrap_or("").trim_end();
    let scoped = before.to_ascii_uppercase().ends_with("SCOPED");
    if scoped { split_ids(text.get(..floor(text, FAR)).unwrap_or("")) } else { Vec::new() }
}

/// Where `text` lifts the veto that `raised` is the heading of: it says so outright, and names that veto or none.
pub fn lifts_veto(text: &str, raised: &str) -> bool {
    lifting(text).is_some_and(|lifting| lifting.is_about(raised))
}

/// Words that lift a veto.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifting {
    /// Where they stand.
    pub at: usize,
    /// What they name between VETO and the lifting.
    named: String,
}

/// The words of `text` that lift a veto, where there are some.
pub fn lifting(text: &str) -> Option<Lifting> {
    static LIFTED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\bveto(?:es)?\b([^.;]{0,160}?)\b(?:is |are |was |were |has been |have been |now )?(?:lifted|withdrawn|rescinded|released|cleared)\b|\b(?:i|we)?\s*(?:hereby )?(?:lifted|lift|lifting|withdraw|withdrew|withdrawing|rescind|clear)(?:s|ing)?\s+(?:the|my|this|our|its|both|all|that)?\s*(?:scoped |standing |open )?vetoe?s?\b([^.;\n]{0,160})",
        )
    });
    let text = text.get(..floor(text, 4 * FAR)).unwrap_or("");
    // All that the pattern matches holds the word.
    let may = text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"veto"));
    if !may {
        return None;
    }
    LIFTED.captures_iter(text).take(MAX_LIFTINGS).find_map(|found| {
        let whole = found.get(0)?;
        let sentence = text.get(..whole.start())?.rfind(". ").map_or(0, |at| at + 2);
        // Up to "lifted", or up to what "I lift the veto" names.
        let end = if found.get(1).is_some() { whole.end() } else { found.get(2)?.start() };
        if is_no_lifting(text.get(sentence..end)?, text.get(end..)?) {
            return None;
        }
        // "I lift the VETO on DONE, the token is gone" names what stands before the comma.
        let named = match (found.get(1), found.get(2)) {
            (Some(between), _) => between.as_str(),
            (None, Some(behind)) => behind.as_str().split([',', ':', '—', '–', '(']).next().unwrap_or(""),
            (None, None) => "",
        };
        let named = named.to_owned();
        Some(Lifting { at: whole.start(), named })
    })
}

/// Whether what stands before and behind makes it no plain statement of the reviewer: denied, supposed, asked,
/// wanted, told of another.
fn is_no_lifting(said: &str, after: &str) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:no|not|never|nobody|nothing|none|unless|until|till|if|when|once|should|would|could|might|must|may|can|cannot|before|will|to be|after|whether|why|wants?|wanted|wish(?:es|ed)?|hop(?:es?|ed|ing)|ask(?:s|ed|ing)?|request(?:s|ed|ing)?|demand(?:s|ed)?|propos(?:es?|ed)|suggest(?:s|ed)?|expect(?:s|ed)?|need(?:s|ed)?|refus(?:es?|ed|ing)|declin(?:es?|ed|ing)|have the|get the|say(?:s|ing)?|said|claim(?:s|ed|ing)?|assert(?:s|ed)?|report(?:s|ed)?|believ(?:es?|ed)|thinks?|assum(?:es?|ed|ing)|according to|builder|n't)\b|n['’]t\b",
        )
    });
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)^\s*(?:by\s+(?:the\s+)?(?:nobody|no one|none|builder|operator|author)\b|(?:@\S+\s*)?[\s,(—–:*-]*(?:if|when|once|until|till|soon|later|tomorrow|pending|subject to|only|provided|says?|claims?|according to|not)\b)|\b(?:as soon as|as long as|unless|provided that|on condition|(?:says?|said|claims?|claimed by|according to)\s+(?:the\s+)?builder)\b|\?(?:[\s*_)\x22'”]|$)",
        )
    });
    let end = after.find(['.', ';', '\n']).unwrap_or(after.len()).min(floor(after, 240));
    let rest = after.get(..end).unwrap_or("");
    // "Builder's fix verified, VETO lifted" is no word of the builder's.
    let said = said.replace("uilder's ", " ").replace("uilder’s ", " ");
    // STATUS as a document, not "Status:" as a label.
    let of_status = said.contains("STATUS");
    of_status || DENIED.is_match(&said) || BEHIND.is_match(rest)
}

impl Lifting {
    /// Whether they may mean the veto that `raised` raises.
    pub fn is_about(&self, raised: &str) -> bool {
        let named_ids = split_ids(&self.named);
        if !named_ids.is_empty() {
            let ids = split_ids(raised);
            return named_ids.iter().any(|id| ids.contains(id));
        }
        let filler = [
            "the",
            "and",
            "now",
            "has",
            "been",
            "with",
            "after",
            "done",
            "hereby",
            "therefore",
            "thus",
            "scoped",
            "standing",
        ];
        let words: Vec<String> = self
            .named
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2 && !word.chars().any(|c| c.is_ascii_digit()))
            .map(str::to_ascii_lowercase)
            .filter(|word| !filler.contains(&word.as_str()))
            .collect();
        let raised_words = raised.to_ascii_lowercase();
        let about = words.is_empty() || words.iter().any(|word| raised_words.contains(word.as_str()));
        let short = self.named.trim();
        let single = !short.is_empty()
            && short.len() <= 2
            && short.chars().all(char::is_alphanumeric)
            && !raised.contains(&format!("VETO {short}"));
        about && !single
    }
}

/// Whether a heading introduces the list of vetoes that stand: `Open VETOes`, `Standing vetoes`.
pub fn lists_vetoes(text: &str) -> bool {
    static LISTS: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^[^\w]*(?:open|standing|active|current)\s+veto(?:e?s)?\s*:?\s*$"));
    LISTS.is_match(text)
}

/// Whether a line of such a list says that there are none.
pub fn is_none(text: &str) -> bool {
    static NONE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^[^\w]*(?:none|no|nothing|n/a|nil|empty)\b"));
    NONE.is_match(text) || !text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raised_and_not() {
        for (text, scope) in [
            ("VETO secrets in the log", ""),
            ("VETO — secrets in the log", ""),
            ("⛔ VETO: secrets", ""),
            ("M2 — FAIL, SCOPED VETO on DONE", "M2"),
            ("M2 — not operator-ready: VETO on DONE", ""),
            ("VETO on M2 until the log is clean", "M2"),
            ("VETO (M1+M2): x", "M1+M2"),
            ("Q2 — FAIL @2026-05-28 (flake) — VETO on DONE", ""),
            ("M2 FAIL + VETO on DONE", ""),
            ("Adversary VETO on D1–D3", "D1+D2+D3"),
            ("VETO until weight lifted", ""),
            ("I veto DONE", ""),
            ("I hereby VETO M2: the log leaks", "M2"),
        ] {
            let at = raised_at(text).expect(text);
            assert_eq!(veto_scope(text, at).join("+"), scope, "{text}");
        }
        for text in [
            "no VETO",
            "M1 — PASS, no VETO",
            "M1 PASS (no open VETO)",
            "Open VETOes",
            "No standing VETO",
            "VETO lifted @2026-05-28",
            "VETO: none",
            "VETO-free",
            "On the VETO right",
            "Why I did not use my VETO",
            "VETO semantics",
            "VETO is mine to give, none given",
            "I veto nothing",
            "I veto DONE?",
            "PASS, not a VETO",
            "VETO?",
            "No reason found — without a VETO",
        ] {
            assert!(!raises_veto(text), "{text}");
        }
    }

    #[test]
    fn lifted_and_not() {
        for (text, raised) in [
            ("The VETO is lifted.", "VETO leak"),
            ("VETO leak lifted @2026-05-28", "VETO leak"),
            ("VETO on M2 LIFTED @2026-05-28", "VETO on M2: leak"),
            ("I lift the VETO on DONE.", "M2 — FAIL, VETO on DONE"),
            ("M2 PASS; VETO withdrawn", "VETO leak"),
            ("Lifting the scoped VETO: the log is clean.", "VETO leak in the log"),
            ("I now lift my VETO on DONE, the token is gone.", "VETO leak"),
            ("The VETO is hereby lifted.", "VETO leak"),
            ("Is the veto lifted? Yes. I lift the VETO.", "VETO leak"),
            ("Builder's fix verified cold; VETO lifted @2026-05-28", "VETO leak"),
            ("VETO lifted after the re-check @2026-05-28", "VETO leak"),
        ] {
            assert!(lifts_veto(text, raised), "{text}");
        }
        for text in [
            "This VETO is not lifted.",
            "no VETO was lifted",
            "VETO other lifted",
            "VETO lasts until lifted",
            "The VETO can be lifted when the log is clean",
            "VETO on M1 lifted",
            "Do not lift the VETO",
            "Once clean, I lift the VETO",
            "The Builder says the veto is lifted.",
            "STATUS claims that the veto is lifted.",
            "Builder: veto lifted.",
            "VETO lifted by Builder",
            "Is the veto lifted?",
            "The Builder asks: VETO lifted?",
            "The veto was lifted by nobody.",
            "The operator wants the veto lifted.",
            "I refuse to have the veto lifted.",
            "veto lifted — as soon as the operator says so",
            "VETO lifted once the log is clean",
        ] {
            assert!(!lifts_veto(text, "VETO leak on M2"), "{text}");
        }
        assert!(lists_vetoes("Open VETOes") && lists_vetoes("Standing vetoes:") && !lists_vetoes("VETOes"));
        assert!(is_none("(none)") && is_none("None.") && is_none("—") && !is_none("M2: leak"));
    }
}
