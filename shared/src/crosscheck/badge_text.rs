//! "Badge says passing": words other than a level that a run's badge is said to show.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_words::{Runs, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::EvidenceKind;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "badge-text",
    explains: "The words that a badge is said to show have to be on it.",
    kind: CheckKind::Substance,
    words: &["badge"],
    find,
};

static SHOWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\bbadge[^.;:"“]{0,40}?(?:\s(?:says|reads|shows|displays)|:|\s→|\s=)\s+(?:["“]([^"”]{2,40})["”]|(passing|passed|failing|failed|unknown|error|pending)\b)"#,
    )
    .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    if unit.document.kind == EvidenceKind::Plan || !(text.contains("adge") || text.contains("ADGE")) {
        return;
    }
    let Some(pattern) = SHOWS.as_ref() else { return };
    let runs = Runs::of(unit, context);
    for found in pattern.captures_iter(text) {
        let (Some(whole), Some(words)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
            continue;
        };
        let said = words.as_str().trim();
        let at = words.range();
        let ids = runs.at(&at, context);
        let facts: Vec<Fact> = ids.iter().map(|id| fact(id, said, context)).collect();
        // What level it shows is another rule's.
        if !facts.is_empty() && !said.to_ascii_lowercase().contains("level") {
            let facts = settled(unit, &at, facts);
            drafts.push(Draft::new(whole.range(), format!("badge {ids:?} {said}"), facts));
        }
    }
}

fn fact(id: &str, said: &str, context: &Context<'_>) -> Fact {
    let Some(badge) = context.evidence.badges.get(id) else {
        return Fact::Missing(format!("the badge of run {id} is not in the snapshot"));
    };
    let words = format!("the badge of run {id} says “{}”", badge.text);
    let cited = vec![cite(&badge.place, "", &badge.text)];
    let shown = badge.text.to_lowercase();
    match shown.contains(&said.to_lowercase()) {
        true => Fact::Agrees(words, cited),
        false if shown.is_empty() => Fact::Missing(format!("the badge of run {id} shows no text")),
        false => Fact::Differs(words, cited),
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn words_on_badges() {
        check("badge-text", "Run 201: the badge says passing", "-");
        check(
            "badge-text",
            "The badge of run 201 shows \"ci: \" and run manual-4711's badge reads \"ci\"",
            "+?",
        );
        check("badge-text", "Run 201: the badge does not say passing", "");
        check("badge-text", "Run 201: badge says \"level 5\"", "");
        check("badge-text", "Badge: failing", "");
    }
}
