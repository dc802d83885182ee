//! Which declared event some words mean: all their telling words have to be its own.

use super::Context;
use crate::snapshot::metadata::DeclaredEvent;

/// What words like "the proxy fix" mean.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'a> {
    /// This event.
    One(&'a DeclaredEvent),
    /// Perhaps this event, perhaps another: the words say more than its label.
    Perhaps(&'a DeclaredEvent),
}

/// Words that end what an event is called.
const ENDS: &[&str] = &[
    "at", "on", "and", "or", "was", "is", "were", "are", "had", "has", "have", "which", "that", "by", "in",
    "with", "for", "it", "but", "so", "when", "as", "because", "of", "to", "did", "ran", "went", "came",
    "started", "failed", "passed", "only", "too", "again", "from", "both", "all", "no", "not",
];
/// Words that say nothing of which event.
const EMPTY: &[&str] =
    &["the", "a", "an", "our", "this", "its", "their", "first", "last", "whole", "yesterday's"];

/// The declared event that `words` name, if its label has any of their telling words.
pub(super) fn named<'a>(words: &str, context: &Context<'a>) -> Option<Named<'a>> {
    let said = said(words);
    let mut best: Option<(usize, &DeclaredEvent)> = None;
    let mut tied = false;
    for event in &context.evidence.events {
        let label = event.label.to_ascii_lowercase();
        let label: Vec<&str> =
            label.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let telling =
            said.iter().filter(|word| word.len() >= 4 && label.iter().any(|own| alike(own, word))).count();
        if telling == 0 {
            continue;
        }
        let all = said.iter().filter(|word| label.iter().any(|own| alike(own, word))).count();
        match best {
            Some((most, _)) if all < most => {}
            Some((most, _)) if all == most => tied = true,
            _ => {
                best = Some((all, event));
                tied = false;
            }
        }
    }
    let (all, event) = best?;
    Some(if tied || all < said.len() { Named::Perhaps(event) } else { Named::One(event) })
}

/// The words that say which event it is.
fn said(words: &str) -> Vec<String> {
    let words = words.to_ascii_lowercase();
    let words =
        words.split(|c: char| !c.is_ascii_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words
        .take_while(|word| !ENDS.contains(word))
        .filter(|word| !EMPTY.contains(word))
        .map(str::to_owned)
        .collect()
}

/// Whether two words are the same but for an ending: "fix" and "fixed", "restart" and "restarted".
fn alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    one == other
        || short.len() >= 3
            && long.starts_with(short)
            && matches!(&long[short.len()..], "s" | "ed" | "ing" | "d")
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn what_is_said_of_an_event() {
        for (words, expected) in [
            ("proxy /16 fix at", "proxy 16 fix"),
            ("the router swap and everything", "router swap"),
            ("lunch", "lunch"),
        ] {
            assert_eq!(said(words).join(" "), expected);
        }
    }
}
