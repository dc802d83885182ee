//! "All stages pass (install/upgrade/…)", "5/5 tiers green", "all GREEN": all tiers of a run at once.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_suites::red_case;
use super::run_words::{Runs, pointer, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::Run;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-tiers",
    explains: "Every tier that the run records, and every one that is named, must have passed.",
    kind: CheckKind::Substance,
    words: &["all", "every", "stages", "tiers", "rungs"],
    find,
};

static ALL_PASS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b(?:all|every) (?:(\d{1,2}|three|four|five|six) )?(?:of the )?(stages?|tiers?|rungs?) (?:are |is |were |have |has )?(?:pass(?:ed|es)?|green|succeeded)\b",
        r"(?:\s*\(([a-z_]+(?:\s*[/,]\s*[a-z_]+)+)\))?",
        r"|\b(\d{1,2})(?:/| of )(\d{1,2}) (stages|tiers|rungs) (?:are |have )?(?:pass(?:ed|es)?|green)\b",
        r"|\b(all|everything)(?: is| are| was|:)? (green)\b",
    ))
    .ok()
});

/// Words that say that all tiers of something passed.
pub(super) struct Said {
    pub(super) span: Range<usize>,
    /// `5/5`, or the number of all.
    counts: Option<(usize, usize)>,
    named: Vec<String>,
    of_rungs: bool,
    /// Whether tiers are named at all: "all green" alone may be about several builds.
    pub(super) of_tiers: bool,
}

/// Everything of the kind in a unit's words.
pub(super) fn said(unit: &Unit<'_>) -> Vec<Said> {
    let text = unit.words();
    let may = ["reen", "REEN", "ass", "ASS", "ucceed"].iter().any(|part| text.contains(part))
        && unit.has_any(&["all ", "all:", "every ", "everything", "stages", "tiers", "rungs"]);
    let Some(pattern) = ALL_PASS.as_ref().filter(|_| may) else { return Vec::new() };
    let read = |found: regex_lite::Captures<'_>| {
        let group = |n: usize| found.get(n).map(|group| group.as_str());
        let letters =
            |word: &str| ["three", "four", "five", "six"].iter().position(|n| *n == word).map(|n| n + 3);
        let number = |n: usize| {
            let word = group(n)?.to_ascii_lowercase();
            word.parse::<usize>().ok().or_else(|| letters(&word))
        };
        let named =
            group(3).map_or(Vec::new(), |list| list.split(['/', ',']).map(|n| n.trim().to_owned()).collect());
        let noun = group(2).or_else(|| group(6));
        Some(Said {
            span: found.get(0)?.range(),
            counts: number(1).map(|n| (n, n)).or_else(|| number(4).zip(number(5))),
            named,
            of_rungs: noun.is_some_and(|noun| noun.to_ascii_lowercase().starts_with("rung")),
            of_tiers: noun.is_some(),
        })
    };
    let said = pattern.captures_iter(text).filter_map(read);
    said.filter(|said| !text.get(..said.span.start).is_some_and(|b| b.ends_with(['"', '“', '/', '-', '`'])))
        .collect()
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let said = said(unit);
    if said.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for said in said {
        let ids = runs.at(&said.span, context);
        if !said.of_tiers && ids.len() != 1 {
            continue;
        }
        let facts: Vec<Fact> = ids.iter().flat_map(|id| facts(id, &said, context)).collect();
        if !facts.is_empty() {
            let facts = settled(unit, &said.span, facts);
            drafts.push(Draft::new(said.span, format!("all tiers {ids:?} {:?}", said.counts), facts));
        }
    }
}

fn facts(id: &str, said: &Said, context: &Context<'_>) -> Vec<Fact> {
    let run: &Run = match run(id, context) {
        Ok(run) => run,
        Err(missing) => return vec![missing],
    };
    let (list, object) = if said.of_rungs { (&run.rungs, "rungs") } else { (&run.tiers, "results") };
    let noun = if said.of_rungs { "rungs" } else { "tiers" };
    if list.is_empty() {
        return vec![Fact::Missing(format!("results.json of run {id} lists no {noun}"))];
    }
    let missing = said.named.iter().filter(|name| !list.iter().any(|(tier, _)| tier == *name));
    let mut facts: Vec<Fact> =
        missing.map(|name| Fact::Missing(format!("run {id} records no tier {name}"))).collect();
    let passed = list.iter().filter(|(_, status)| status == "pass").count();
    let cited = |(tier, status): &(String, String)| cite(&run.place, &pointer(object, tier), status);
    if let Some((some, all)) =
        said.counts.filter(|(some, all)| *some != passed || *all != list.len() || some != all)
    {
        let words = format!("run {id}: {passed} of {} {noun} passed", list.len());
        let all_cited = list.iter().map(cited).collect();
        let holds = (some, all) == (passed, list.len());
        // Whoever counts three tiers of five may leave out those that were skipped.
        let idle = list.iter().filter(|(_, status)| matches!(status.as_str(), "skip" | "na")).count();
        facts.push(match holds {
            true => Fact::Agrees(words, all_cited),
            false if idle > 0 && some == passed && all == list.len() - idle => {
                Fact::Unclear(words, all_cited)
            }
            false => Fact::Differs(words, all_cited),
        });
        return facts;
    }
    for tier in list {
        let (name, status) = tier;
        let words = format!("run {id}: {name} {status}");
        facts.push(match status.as_str() {
            "pass" if let Some((red, case)) = red_case(id, name, context) => {
                Fact::Unclear(format!("{words}, but {red}"), vec![cited(tier), case])
            }
            "pass" => {
                Fact::Agrees(format!("all {} {noun} of run {id} passed", list.len()), vec![cited(tier)])
            }
            // Whether what was skipped on purpose counts among "all" is a reading.
            "skip" | "na" if !said.named.contains(name) => Fact::Unclear(words, vec![cited(tier)]),
            _ => Fact::Differs(words, vec![cited(tier)]),
        });
    }
    facts
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::{check, outcomes_after};
    use crate::report::Outcome;

    #[test]
    fn all_tiers_at_once() {
        check(
            "run-tiers",
            "Run 201: all stages pass (install/upgrade/backup); run 202: all tiers green",
            "+-",
        );
        check("run-tiers", "Run 201: all five tiers passed; run 202: 1 of 5 tiers passed", "++");
        check("run-tiers", "Run 202: 5/5 tiers pass", "-");
        check("run-tiers", "### Build 202: all GREEN", "-");
        check("run-tiers", "Run manual-4711: all tiers pass; all rungs passed", "+-");
        check("run-tiers", "Build 203: all tiers pass", "?");
        check("run-tiers", "Builds 201, 202 are all green. \"All tiers green\" is what they say.", "");
        check("run-tiers", "Not all tiers passed in run 201", ".");
    }

    #[test]
    fn a_red_case_below_a_green_record_leaves_it_to_a_person() {
        let red = [(
            "data/runs/201/junit/upgrade.xml",
            r#"name="test_upgrade_1" time="0.5"></testcase>"#,
            r#"name="test_upgrade_1" time="0.5"><failure message="no"/></testcase>"#,
        )];
        for (rule, text) in [
            ("run-tiers", "Run 201: all stages pass"),
            ("run-tiers", "Run 201: all green"),
            ("run-tier", "Run 201: upgrade PASS"),
        ] {
            check(rule, text, "+");
            assert_eq!(outcomes_after(rule, text, &red), [Outcome::NotCheckable], "{text}");
        }
        assert_eq!(outcomes_after("run-tier", "Run 201: install PASS", &red), [Outcome::Confirmed]);
    }
}
