//! `version=1.4.0`, `pr=4`, `ref=d88f5801`, `recipe=ghost`, `finished=…`: what a run's own record says it tested.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::same_sha;
use super::run_words::{Runs, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{What, mentions};
use crate::evidence::{EvidenceKind, Run};
use crate::report::CheckKind;
use crate::time::clock;

pub(super) const RULE: Rule = Rule {
    id: "run-fields",
    explains: "What a run tested and when it ended, against its own record.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

/// The keys of results.json that a text may repeat.
const KEYS: &[&str] = &["version", "pr", "ref", "recipe", "finished"];

/// "version 1.4.0+6.44.1-alpine": a recipe's version has both parts, others may be anything's.
static VERSION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b[Vv]ersion:? v?(\d+(?:\.\d+)+\+[0-9A-Za-z.-]*[0-9A-Za-z])").ok());

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind == EvidenceKind::Plan {
        return;
    }
    let text = unit.words();
    let mut said: Vec<(Range<usize>, &str, &str)> = unit
        .pairs()
        .filter(|(span, key, _)| {
            let query = text.get(..span.start).is_some_and(|before| before.ends_with(['?', '&']));
            KEYS.contains(key) && !query
        })
        .map(|(span, key, value)| (span.clone(), key, value))
        .collect();
    if text.contains("ersion")
        && let Some(pattern) = VERSION.as_ref()
    {
        let versions = pattern.captures_iter(text);
        said.extend(
            versions.filter_map(|found| Some((found.get(0)?.range(), "version", found.get(1)?.as_str()))),
        );
    }
    if said.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for (span, key, value) in said {
        let ids = runs.at(&span, context);
        let facts: Vec<Fact> = ids.iter().map(|id| fact(id, key, value, unit, context)).collect();
        if !facts.is_empty() {
            let facts = settled(unit, &span, facts);
            drafts.push(Draft::new(span, format!("field {ids:?} {key} {value}"), facts));
        }
    }
}

fn fact(id: &str, key: &str, said: &str, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let run = match run(id, context) {
        Ok(run) => run,
        Err(missing) => return missing,
    };
    if key == "finished" {
        return finished(run, said, unit);
    }
    let real = match key {
        "version" => run.version.clone(),
        "recipe" => run.recipe.clone(),
        "ref" => run.reference.clone(),
        _ => run.pr.map(|number| number.to_string()).unwrap_or_default(),
    };
    if real.is_empty() {
        return Fact::Missing(format!("results.json of run {id} gives no {key}"));
    }
    let said = said.trim_start_matches('#');
    let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    let words = format!("run {id}: {key} {real}");
    let cited = vec![cite(&run.place, &format!("/{key}"), &real)];
    let shortened = said.ends_with(['…', '.']) || key == "version" && real.starts_with(&format!("{said}+"));
    match key {
        "ref" if hex(said) && hex(&real) && said.len() < 7 => Fact::Unclear(words, cited),
        "ref" if same_sha(said, &real) => Fact::Agrees(words, cited),
        // A branch and a commit may be the same.
        "ref" if hex(said) != hex(&real) => Fact::Unclear(words, cited),
        _ if said == real || key == "version" && said.trim_start_matches('v') == real => {
            Fact::Agrees(words, cited)
        }
        // `1.4.0` may stand for `1.4.0+6.44.1`.
        _ if shortened => Fact::Agrees(words, cited),
        _ => Fact::Differs(words, cited),
    }
}

/// When a run ended, by its own clock: unix seconds, or a time as people write it.
fn finished(run: &Run, said: &str, unit: &Unit<'_>) -> Fact {
    let Some(at) = run.finished else {
        return Fact::Missing(format!("results.json of run {} says no end", run.id));
    };
    let words = format!("run {} ended {}", run.id, clock(at));
    let cited = vec![cite(&run.place, "/finished", at)];
    if let Ok(seconds) = said.parse::<f64>() {
        let real = at.as_second();
        let near = (seconds.floor() - real as f64).abs() <= 1.0;
        return if near { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) };
    }
    let moment = mentions(said).into_iter().find_map(|mention| match mention.what {
        What::Time(moment) => Some(moment),
        _ => None,
    });
    match moment.and_then(|moment| unit.window(&moment)) {
        Some((first, last)) if first <= at && at.as_second() <= last.as_second() => {
            Fact::Agrees(words, cited)
        }
        Some(_) => Fact::Differs(words, cited),
        None => Fact::Unclear(words, cited),
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn fields_of_a_run() {
        check("run-fields", "Run 201: `version=2.1.0+8.4.2`, `pr=7`, `ref=ccccccc3`, `recipe=pear`", "++++");
        check("run-fields", "Run 201: `version=2.1.1+8.4.2`, `pr=8`, `ref=ccccccc4`, `recipe=plum`", "----");
        check("run-fields", "Run 201 tested version 2.1.0+8.4.2; run 202 version 3.1.0+8.4.2", "+-");
        check("run-fields", "Run 201: `finished=2030-01-02T10:08:20Z`, `finished=1893578900.5`", "++");
        check("run-fields", "Run 201: `finished=2030-01-02T10:18:20Z`", "-");
        check("run-fields", "Run 200: `version=2.1.0`; build 203 `pr=7`", "??");
        check("run-fields", "Run manual-4711: `recipe=pear`", "+");
    }

    #[test]
    fn fields_that_are_left_alone() {
        check("run-fields", "Run 201: GET /raw?ref=main&pr=3 of version 5.7", "");
        check("run-fields", "Run 201: `ref=main`, should have pr=3", "..");
        check("run-fields", "`version=9.9.9`", "");
    }
}
