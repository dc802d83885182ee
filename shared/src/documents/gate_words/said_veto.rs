//! Vetoes in plain sentences: "I veto DONE.", "VETO: leak found", "M2 is vetoed". Knows nothing about what lifts them.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::verdict::floor;
use super::{LIST, regex};

/// How far into a text they are looked for.
const FAR: usize = 600;
/// How much of one sentence is read.
const SENTENCE: usize = 240;
/// How many sentences of a text are read.
const MAX_SENTENCES: usize = 32;

/// What may stand in front of the first word; not the quotation mark of somebody else's words.
const LEAD: &str =
    r"^[^\w\s\x22'“”‘’«`]*\s*(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?\s*[—–:-]\s*)?";
/// What a veto is on; its first parenthesis is left open for ids of gates to follow.
const OBJECT: &str =
    r"(?:DONE|PASS|MERGE|(?i:(?:the |this )?(?:phase|release|merge|sign-?off|gates?|deployment|roll-?out))";

/// Where a sentence of `text` raises a veto; `heading` says that it is one, or leads in with bold words.
pub fn said_at(text: &str, heading: bool) -> Option<usize> {
    let near = text.get(..floor(text, FAR)).unwrap_or("");
    if !holds_veto(near) {
        return None;
    }
    let starts = near
        .match_indices(['.', '!'])
        .filter(|(at, _)| near.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')));
    let starts = std::iter::once(0).chain(starts.map(|(at, _)| at + 2));
    starts.take(MAX_SENTENCES).find_map(|start| {
        let sentence = sentence(near.get(start..)?);
        let at = own_words(sentence)
            .or_else(|| led(sentence, heading && start == 0))
            .or_else(|| passive(sentence, heading && start == 0))
            .or_else(|| if heading && start == 0 { tail(sentence) } else { None })?;
        Some(start + at)
    })
}

/// Whether a text speaks of a veto that stands already: "My veto stands."
pub fn upholds_veto(text: &str) -> bool {
    static UPHELD: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"{LEAD}(?:(?i:my|the|this|our)\s+(?:\w+\s+)?(?i:veto)|VETO)(?:\s+on\s+\S+)?\s+(?i:(?:still|therefore|hence)\s+)?(?i:stands|remains|holds|is upheld|is (?:still )?(?:standing|in force|open))\b([^?]*)$",
        ))
    });
    let first = sentence(text.get(..floor(text, FAR)).unwrap_or(""));
    let found = UPHELD.captures(first).and_then(|found| found.get(1));
    found.is_some_and(|after| !is_conditional(after.as_str()))
}

/// A text may raise or lift a veto only where it has the word.
pub fn holds_veto(text: &str) -> bool {
    text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"veto"))
}

/// A sentence with the mark that ends it.
fn sentence(text: &str) -> &str {
    let near = text.get(..floor(text, SENTENCE)).unwrap_or("");
    let ends = near.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | ';'));
    let mut ends = ends.filter(|(at, _)| {
        near.get(at + 1..)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '*', '_', ')', '”', '"']))
    });
    ends.next().and_then(|(at, _)| near.get(..=at)).unwrap_or(near)
}

/// "I veto DONE.", "I raise a VETO on M2: leak".
fn own_words(sentence: &str) -> Option<usize> {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"{LEAD}(?:I|We)\s+(?:(?:hereby|now|therefore|still|must|do|also)\s+)*(?:(?:am |are )?((?i:veto(?:ing)?))\s+(?:the\s+|this\s+)?{OBJECT}|{})\b|(?i:am |are )?(?i:raise|rais(?:ing)|place|put|issue|file|declare|enter|lodge|cast|uphold)\s+(?:an?|my|this|the)\s+(?:[a-z]+\s+)?((?i:veto))\b)(.*)$",
            *LIST
        ))
    });
    let found = SAID.captures(sentence)?;
    let word = found.get(1).or(found.get(2))?;
    let after = found.get(3).map_or("", |after| after.as_str());
    (!is_question(sentence) && !is_conditional(after)).then_some(word.start())
}

/// `VETO: leak`, `- VETO on DONE: leak`, `V1 VETO leak`, `Scoped VETO on M2.`, `Veto on DONE.`
fn led(sentence: &str, heading: bool) -> Option<usize> {
    static LED: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"{LEAD}(?:(?i:gates? )?(?:V\d{{1,3}}|{})\s*[:—–-]?\s*)?((?i:(?:my|our|scoped|standing|adversary(?:['’]s)?|hard|full|new|open|active)[\s-]+){{0,3}})(VETO|Veto|veto)\b(.*)$",
            *LIST
        ))
    });
    static APART: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*(?:[:—–(@]|-\s)\s*(.*)$"));
    static ON: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(r"^\s+(?:on|over|against)\s+(?:gates?\s+)?(?:{OBJECT}|{})\b)(.*)$", *LIST))
    });
    // "VETO was considered", "VETO words", "VETO or not".
    static NO_REASON: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)^\s*(?:[?/|]|-free|(?:was|were|is|are|had|has|have|will|would|could|should|shall|might|may|must|can|cannot|needs?|being|be|to|considered|discussed|discussion|in|of|by|as|or|and|vs|words?|from|that|which|who|whose|when|if|unless|about|rules?|policy|policies|rights?|semantics|grammar|log|history|list|register|status|sections?|criteria|procedure|process|power|template|means|meaning|considerations?|checks?|review|questions?|notes?|overview|summary|handling|wording|format|lifted|withdrawn|rescinded|cleared|released|upheld|stands|remains|holds|conditions?|candidates?|not|no|none|for\b.{0,20}\bphase)\b)",
        )
    });
    let found = LED.captures(sentence)?;
    let (owner, word, after) = (found.get(1)?, found.get(2)?, found.get(3)?.as_str());
    if is_question(sentence) {
        return None;
    }
    let shouted = word.as_str() == "VETO";
    if word.as_str() == "veto" && owner.as_str().is_empty() {
        return None;
    }
    let raised = if let Some(on) = ON.captures(after) {
        let rest = on.get(1).map_or("", |rest| rest.as_str());
        !is_conditional(rest) && !is_none_behind(rest)
    } else if let Some(apart) = APART.captures(after) {
        apart.get(1).is_some_and(|rest| !says_none(rest.as_str()))
    } else if after.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
        shouted
    } else {
        let bare = after.trim_start_matches(['*', '_']);
        (shouted || (heading && word.as_str() == "Veto"))
            && bare.starts_with(' ')
            && !NO_REASON.is_match(bare)
    };
    raised.then_some(word.start())
}

/// `Vetoed: DONE`, "M2 is vetoed", `M2 blocked by VETO (leak)`.
fn passive(sentence: &str, heading: bool) -> Option<usize> {
    static PASSIVE: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"{LEAD}(?:(?i:vetoed)\s*[:—–-]\s*{OBJECT}|{0})\b|{OBJECT}|{0})\s*[:—–-]?\s*(?:(?i:is|are|stays?|remains?|hereby|now|still|therefore)\s+)*(?:((?i:vetoed))|(?i:blocked by|stopped by|held by|refused by|under)\s+(?i:an?\s+|my\s+|the\s+|this\s+)?(?:[a-z]+\s+)?((?i:veto)))\b)(.*)$",
            *LIST
        ))
    });
    let found = PASSIVE.captures(sentence)?;
    let after = found.get(3).map_or("", |after| after.as_str());
    let at = found.get(1).or(found.get(2)).map_or(0, |word| word.start());
    let told = after.trim_start().starts_with("by the ") || after.trim_start().starts_with("by B");
    let plain = heading
        || after.trim_start().starts_with(['.', ':', '—', '–', '(', '@', ',', '!'])
        || after.trim().is_empty();
    (plain && !told && !is_question(sentence) && !is_conditional(after) && !is_none_behind(after))
        .then_some(at)
}

/// `M2 — FAIL, Veto on DONE`: behind a mark, in a heading.
fn tail(sentence: &str) -> Option<usize> {
    static TAIL: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"[,;:(—–+&]\s*(?i:(?:scoped|standing|full)\s+)?(Veto|veto)\s+(?:on|over|against)\s+(?:gates?\s+)?(?:{OBJECT}|{})\b)([^,;]*)",
            *LIST
        ))
    });
    let found = TAIL.captures(sentence)?;
    let (word, after) = (found.get(1)?, found.get(2)?);
    (!is_question(sentence) && !is_conditional(after.as_str()) && !is_none_behind(after.as_str()))
        .then_some(word.start())
}

fn is_question(sentence: &str) -> bool {
    sentence.trim_end_matches(['*', '_', ')', '”', '"', ' ']).ends_with('?')
}

/// Whether what stands behind the veto and before its reason only supposes, denies or remembers it.
fn is_conditional(after: &str) -> bool {
    static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:if|when|whenever|once|should|would|could|might|may|can|cannot|never|not|no longer|no more|was|were|has been|had been|considered|unnecessary|unjustified|needless|asked|wanted|requested|in case|as soon as|lifted|withdrawn|rescinded|cleared|released)\b",
        )
    });
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?i)^\s*,\s*(?:if|when|once|in case|as soon as|provided|said|says|asked|asks)\b")
    });
    static REASON: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)[:—–(,;]|\s-\s|\b(?:because|since|as long as|as|until|till|unless|for|while|where|given|due|with|that|on (?:the )?grounds?)\b",
        )
    });
    let end = REASON.find(after).map_or(after.len(), |reason| reason.start());
    SUPPOSED.is_match(after.get(..end).unwrap_or("")) || BEHIND.is_match(after)
}

/// `on M2: none`, `on DONE — no`.
fn is_none_behind(after: &str) -> bool {
    let reason = after.trim_start_matches([' ', '*', '_']);
    reason.starts_with([':', '—', '–', '-', '('])
        && says_none(reason.trim_start_matches([':', '—', '–', '-', '(', ' ']))
}

/// Whether the words in the place of the reason say that there is none, or that there is no more. "None of the backups
/// restores", "not clean" and "never tested" are reasons.
fn says_none(reason: &str) -> bool {
    /// What ends such words.
    const END: &str = r"(?:\s*$|\s*[.,;:)!—–])";
    static NONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"(?i)^[\s:*_(—–-]*(?:$|(?:none|nil|n/a|no|0|zero|never|unused|tbd|waived|nothing){END}|(?:none|nothing|never) (?:to veto|raised|open|standing|here|so far|yet|given|needed|used|from me)\b|no (?:vetoe?s?|reasons?|objections?|needs?|grounds?|cause|more|longer|one)\b|no (?:open|standing)\b|no (?:issues?|leaks?|findings?|concerns?)(?:{END}| (?:found|seen|left|open)\b)|not (?:raised|used|needed|necessary|given|exercised|applicable|yet|lifted|this time|mine|warranted|justified|called for|required|invoked|issued|a veto|at (?:all|this|present)|now)\b|i (?:have|raise|see|give|use|need|know|find|found|saw) (?:no|none|nothing)\b|i (?:do not|don['’]t|did not|didn['’]t) (?:raise|use|need|veto|give|have|exercise|see (?:a|any) (?:reason|need|ground|cause))\b|i (?:would|could|might)\b|(?:considered|decided against)\b|(?:would|could|might) (?:be|have|apply|follow|only)\b|(?:if|when|once|should)\b.*\b(?:would|will|i veto|i raise|lift(?:ed)?)\b|(?:lifted|withdrawn|rescinded|cleared|released)(?:{END}|\s*[@(]| (?:by|at|on|as|after|since|again)\b)|(?:a|the) (?:right|power|heading)\b)"
        ))
    });
    NONE.is_match(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_raise_a_veto() {
        for text in [
            "I veto DONE.",
            "I VETO DONE.",
            "I hereby veto DONE: leak.",
            "I veto DONE @2026-06-13T06:25Z",
            "I am vetoing DONE.",
            "I veto DONE until the log is clean.",
            "I veto DONE: the log leaks when the service restarts.",
            "I raise a VETO on M2: leak.",
            "The log leaks. I veto DONE.",
            "VETO: leak found.",
            "VETO leak on host",
            "VETO — leak found @2026-06-13T06:25Z",
            "VETO on DONE: leak found",
            "VETO on DONE because the log was not clean",
            "VETO: no backup of the volume exists",
            "VETO: the log is not clean",
            "VETO: none of the backups restores",
            "VETO: not a single backup restores",
            "VETO: never tested on the host",
            "VETO: unused volumes are left behind",
            "VETO: released images are unsigned",
            "VETO: 0 backups were made",
            "VETO: no findings were closed",
            "VETO: when quotas are full, images are deleted",
            "VETO: I do not accept the log",
            "VETO: see F3",
            "VETO on DONE while the log can leak",
            "VETO on M2 due to a token that was logged",
            "V1 VETO leak found",
            "M2 VETO: leak",
            "2026-06-13T06:25Z — VETO: leak",
            "Scoped VETO on M2.",
            "Scoped veto on M2.",
            "Veto on DONE.",
            "Veto: leak found",
            "My veto: leak found",
            "VETO @2026-06-13T06:25Z",
            "VETO",
            "Vetoed: DONE",
            "DONE is vetoed.",
            "M2 vetoed @2026-06-13T06:25Z",
            "M2 is blocked by my VETO.",
            "Builds are green. VETO on DONE: leak.",
        ] {
            assert!(said_at(text, false).is_some(), "{text}");
        }
        for text in ["Veto leak", "M2 blocked by VETO (leak)", "M2 — FAIL, Veto on DONE", "Vetoed: DONE"] {
            assert!(said_at(text, true).is_some(), "{text}");
        }
    }

    #[test]
    fn sentences_that_raise_none() {
        for text in [
            "I veto nothing.",
            "I veto DONE?",
            "I veto DONE if a leak turns up.",
            "I veto DONE, if the log leaks.",
            "I veto DONE no longer.",
            "I would veto DONE.",
            "I do not veto DONE.",
            "I won't veto DONE.",
            "I considered a VETO on DONE and decided against it.",
            "If leaks turn up, I veto DONE.",
            "“I veto DONE”, the operator said.",
            "\"VETO: leak\" is how it would look.",
            "The Builder fears that I veto DONE.",
            "The operator: VETO: leak",
            "No VETO on DONE.",
            "VETO: none",
            "VETO: no.",
            "VETO: no reason for one",
            "VETO: not used",
            "VETO: none so far",
            "VETO: no leaks found",
            "VETO: never",
            "VETO: if it leaked, I would raise one.",
            "VETO: I don't see a reason for one.",
            "VETO: withdrawn @2026-06-13",
            "VETO on DONE: none",
            "VETO on DONE was considered.",
            "VETO on DONE?",
            "VETO: lifted @2026-06-13",
            "VETO: I see no reason for one.",
            "VETO was discussed.",
            "VETO or not, the log is clean.",
            "VETO lifted",
            "VETO rules",
            "Veto rights are mine.",
            "veto on DONE",
            "The VETO was about phase 3, not this one.",
            "Why I did not VETO",
            "DONE is not vetoed.",
            "DONE would be vetoed if it leaked.",
            "M2 was vetoed in phase 3.",
            "M1 — PASS, no VETO",
            "",
        ] {
            assert_eq!(said_at(text, false), None, "{text}");
        }
        for text in [
            "Veto policy",
            "Veto considerations",
            "Vetoes",
            "No more VETO",
            "When I would VETO DONE",
            "Vetoes (0)",
            "M1 — PASS, veto on DONE considered",
        ] {
            assert_eq!(said_at(text, true), None, "{text}");
        }
    }

    #[test]
    fn words_about_a_veto_that_stands() {
        for text in ["My veto stands.", "The VETO on DONE still stands.", "VETO stands"] {
            assert!(upholds_veto(text), "{text}");
        }
        for text in ["My veto stands?", "My veto stands if it leaks.", "The veto stood.", "No veto stands."] {
            assert!(!upholds_veto(text), "{text}");
        }
    }
}
