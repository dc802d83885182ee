//! "Two open PRs", "3 PRs: 1 open, 2 closed", "no other PR is open": how many there were when it was written.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::state_at;
use super::pull_state::decisive;
use super::reading::{
    COUNT, after, before, contradict_only_commits, count_of, last_before, pattern, pulls, told, when,
};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::{Pull, PullState};
use crate::report::{self, CheckKind};

pub(super) const RULE: Rule = Rule {
    id: "pull-count",
    explains: "How many pull requests were open, closed or merged when this was committed, counted over all of them.",
    kind: CheckKind::Substance,
    words: &["open", "closed", "merged"],
    find,
};

static COUNTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b({COUNT}) (open|closed|merged) (?:PRs?|pull requests?)\b")));
static TOTAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b({COUNT}) (?:PRs|pull requests)(?: in total| in all)?:\s*((?:(?:{COUNT}) (?:open|closed|merged)(?:,? and |, | \+ |/)?){{1,3}})"
    ))
});
static PART: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b({COUNT}) (open|closed|merged)")));
static NO_OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\bno (other |further )?(?:PRs?|pull requests?) (?:is|are|was|were|remains?) (?:still )?open\b",
    )
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    if !unit.has_any(&[" pr", " pull request"]) {
        return;
    }
    let mut push = |span: std::ops::Range<usize>, key: String, mut facts: Vec<Fact>| {
        contradict_only_commits(unit, &mut facts);
        drafts.push(Draft::new(span, key, facts));
    };
    let mut totals = Vec::new();
    for found in TOTAL.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(all), Some(parts)) = (found.get(0), found.get(1), found.get(2)) else {
            continue;
        };
        let Some(all) = count_of(all.as_str()) else { continue };
        let mut facts = vec![count(all, "", None, unit, context)];
        for part in PART.iter().flat_map(|pattern| pattern.captures_iter(parts.as_str())) {
            let (Some(number), Some(word)) = (part.get(1), part.get(2)) else { continue };
            let Some(number) = count_of(number.as_str()) else { continue };
            facts.push(count(number, &word.as_str().to_ascii_lowercase(), None, unit, context));
        }
        totals.push(whole.range());
        push(whole.range(), format!("pulls {}", whole.as_str().to_ascii_lowercase()), facts);
    }
    for found in COUNTED.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(number), Some(word)) = (found.get(0), found.get(1), found.get(2)) else {
            continue;
        };
        let Some(number) = count_of(number.as_str()) else { continue };
        let inside = totals.iter().any(|total| total.contains(&whole.start()));
        if inside || !is_all(before(unit, whole.start()), after(unit, whole.end())) {
            continue;
        }
        let word = word.as_str().to_ascii_lowercase();
        push(
            whole.range(),
            format!("pulls {number} {word}"),
            vec![count(number, &word, None, unit, context)],
        );
    }
    for found in NO_OTHER.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let Some(whole) = found.get(0) else { continue };
        let but = match found.get(1) {
            None => None,
            Some(_) => match last_before(&pulls(unit), whole.start()) {
                Some((_, number)) => Some(*number),
                None => continue,
            },
        };
        if is_all("", after(unit, whole.end())) {
            push(
                whole.range(),
                format!("pulls none open but {but:?}"),
                vec![count(0, "open", but, unit, context)],
            );
        }
    }
}

/// Whether a count speaks of all there are: "there are two open PRs", not "checked two open PRs that touch …".
fn is_all(before: &str, after: &str) -> bool {
    const LEADS: &[&str] = &[
        "are", "were", "is", "was", "exactly", "only", "has", "have", "had", "lists", "shows", "returns",
        "just", "with",
    ];
    const ENDS: &[&str] = &["on", "in", "left", "here", "remain", "remains", "exist", "exists", "and", "at"];
    let lead = before.trim_end();
    let word = lead.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_ascii_lowercase();
    let bound =
        lead.is_empty() || !lead.ends_with(|c: char| c.is_alphanumeric()) || LEADS.contains(&word.as_str());
    let rest = after.trim_start();
    let next: String =
        rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase();
    let ends = next.is_empty() && !rest.starts_with('?') || ENDS.contains(&next.as_str());
    // Another time, another state.
    bound && ends && !(next == "at" || rest.starts_with("in ") && rest.contains("20"))
}

/// How many were in the state that `word` names, one of them set apart.
fn count(said: u64, word: &str, but: Option<u64>, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    if !context.evidence.pulls_complete {
        return Fact::Missing("the complete listing of pull requests is not in the snapshot".to_owned());
    }
    let mut cited: Vec<report::Evidence> = Vec::new();
    let (mut open, mut closed, mut merged) = (0, 0, 0);
    for pull in context.evidence.pulls.values().filter(|pull| Some(pull.number) != but) {
        if opened_later(pull, unit) {
            cited.extend(pull.created_at.map(|at| cite(&pull.place, "/created_at", at)));
            continue;
        }
        cited.extend(decisive(pull));
        match state_at(pull, unit.as_of) {
            Some(PullState::Open) => open += 1,
            Some(PullState::Closed) => closed += 1,
            Some(PullState::Merged) => merged += 1,
            None => {
                let words = format!("PR#{}'s state {} cannot be told", pull.number, when(unit));
                return Fact::Unclear(words, cited);
            }
        }
    }
    let holds = match word {
        "open" => said == open,
        "merged" => said == merged,
        // "Closed" may or may not count those that were merged.
        "closed" => said == closed || said == closed + merged,
        _ => said == open + closed + merged,
    };
    let others = but.map_or_else(String::new, |number| format!(" besides PR#{number}"));
    let words = format!("{open} open, {closed} closed and {merged} merged{others} {}", when(unit));
    told(holds, words, cited)
}

fn opened_later(pull: &Pull, unit: &Unit<'_>) -> bool {
    matches!((pull.created_at, unit.as_of), (Some(created), Some(at)) if created > at)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn counts_of_all() {
        for (text, expected) in [
            ("One open PR.", "+"),
            ("There are two open PRs on apple", "-"),
            ("1 merged PR, 2 closed PRs", "++"),
            ("no open PRs", "-"),
            ("3 PRs: 1 open, 2 closed", "+"),
            ("3 PRs: 1 open, 1 closed and 1 merged", "+"),
            ("4 PRs: 1 open, 3 closed", "-"),
            ("PR#4 stays; no other PR is open", "+"),
            ("PR#3 is done; no other PR is open", "-"),
            ("no PRs are open", "-"),
            ("we looked at two open PRs", ""),
            ("two open PRs that touch the router", ""),
            ("two open PRs?", ""),
            ("there would be two open PRs", ""),
        ] {
            check("pull-count", text, expected);
        }
        check_with("pull-count", "One open PR.", "?", |evidence| evidence.pulls_complete = false);
        check_with("pull-count", "One open PR.", "-", |evidence| {
            evidence.pulls.get_mut(&4).expect("there").created_at = "2030-01-02T11:00:00Z".parse().ok();
        });
    }
}
