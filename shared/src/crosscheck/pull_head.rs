//! "PR#4 (d88f5801)": the head of a pull request.

use super::context::same_sha;
use super::{Context, Draft, Fact, Rule, Unit, cite, tested_pull};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "pull-head",
    explains: "The commit written beside a pull request has to be its head.",
    kind: CheckKind::Substance,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let tested = tested_pull::span(unit).unwrap_or(0..0);
    for (span, number) in unit.pulls().filter(|(span, _)| !tested.contains(&span.start)) {
        let sha = unit.mentions.iter().find_map(|mention| match &mention.what {
            What::Commit(sha) if unit.text(&(span.end..mention.span.start)) == " (" => {
                Some((sha, mention.span.end))
            }
            _ => None,
        });
        let Some((sha, end)) = sha else { continue };
        let short: String = sha.chars().take(7).collect();
        let key = format!("head {number} {short}");
        drafts.push(Draft::new(span.start..end + 1, key, vec![fact(number, sha, unit, context)]));
    }
}

fn fact(number: u64, sha: &str, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let pull = match context.pull(number) {
        Ok(pull) => pull,
        Err(missing) => return missing,
    };
    let cited = vec![cite(&pull.place, "/head/sha", &pull.head_sha)];
    if same_sha(sha, &pull.head_sha) {
        return Fact::Agrees(format!("PR#{number}'s head is {}", pull.head_sha), cited);
    }
    let pushed_later = pull
        .events
        .iter()
        .any(|event| event.kind == "pull_push" && event.at.is_some() && event.at > unit.as_of);
    if pushed_later {
        let words = format!("PR#{number} was pushed to after this was written; its head then is not known");
        return Fact::Unclear(words, cited);
    }
    Fact::Differs(format!("PR#{number}'s head is {}", pull.head_sha), cited)
}
