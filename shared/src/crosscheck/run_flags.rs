//! `clean_teardown=True`, "clean teardown in all 7 runs": the flags of a run, or of all runs.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::all_runs::all_runs;
use super::run_words::{Runs, pointer, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::evidence::EvidenceKind;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-flags",
    explains: "A flag holds when the run's own record says so; a flag that is missing is unknown, not true.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

/// Flags in words.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(clean tear-?downs?|tear-?downs? (?:was |is |were |are )?clean|torn down cleanly)\b|\bno (?:secrets? leak(?:s|ed|age)?|leaked secrets?)\b",
    )
    .ok()
});

/// Whether a key is written like a run's flag.
pub(super) fn is_flag_name(key: &str) -> bool {
    key.contains('_') && key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !key.starts_with("build_")
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let mut said: Vec<(Range<usize>, &str, bool)> = Vec::new();
    for (span, key, value) in unit.pairs().filter(|(_, key, _)| is_flag_name(key)) {
        match value.to_ascii_lowercase().as_str() {
            "true" => said.push((span.clone(), key, true)),
            "false" => said.push((span.clone(), key, false)),
            _ => {}
        }
    }
    said.extend(in_words(unit));
    if said.is_empty() {
        return;
    }
    let runs = Runs::of(unit, context);
    for (span, key, wanted) in said {
        let (who, facts) = match all_runs(unit, span.start, &runs, context) {
            Some(all) => {
                let facts =
                    all.facts(&format!("{key} is {wanted}"), context, |id| fact(id, key, wanted, context));
                (all.words, facts)
            }
            None => {
                let ids = runs.at(&span, context);
                let facts = ids.iter().map(|id| fact(id, key, wanted, context)).collect();
                (format!("{ids:?}"), facts)
            }
        };
        if !facts.is_empty() {
            let facts = settled(unit, &span, facts);
            drafts.push(Draft::new(span, format!("flag {who} {key} {wanted}"), facts));
        }
    }
}

fn in_words(unit: &Unit<'_>) -> Vec<(Range<usize>, &'static str, bool)> {
    let text = unit.words();
    let may = unit.has_any(&["clean tear", " clean", "no secret", "no leaked"]);
    let Some(pattern) = WORDS.as_ref().filter(|_| may && unit.document.kind != EvidenceKind::Plan) else {
        return Vec::new();
    };
    let words = pattern.captures_iter(text).filter_map(|found| {
        let key = if found.get(1).is_some() { "clean_teardown" } else { "no_secret_leak" };
        Some((found.get(0)?.range(), key, true))
    });
    words.collect()
}

fn fact(id: &str, key: &str, wanted: bool, context: &Context<'_>) -> Fact {
    let run = match run(id, context) {
        Ok(run) => run,
        Err(missing) => return missing,
    };
    match run.flags.get(key) {
        None => Fact::Missing(format!("results.json of run {id} has no flag {key}")),
        Some(real) => {
            let cited = vec![cite(&run.place, &pointer("flags", key), real)];
            let words = format!("run {id}: {key} is {real}");
            if *real == wanted { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn flags_of_a_run() {
        check("run-flags", "run manual-4711: `clean_teardown=True`, run 202 `clean_teardown=True`", "+-");
        check("run-flags", "Run 201: clean teardown, no secret leaks; run 202: teardown clean", "++-");
        check("run-flags", "Run 200: `no_secret_leak=true`; run 203: `no_secret_leak=true`", "??");
        check("run-flags", "A clean teardown is what counts.", "");
        check("run-flags", "### Run 202 (EXPECTED)\n\n- clean_teardown=true", ".");
    }

    #[test]
    fn flags_of_all_runs() {
        check(
            "run-flags",
            "Runs 201 and 202: no_secret_leak=true in both; all two runs have no_secret_leak=true",
            "++",
        );
        check("run-flags", "All 3 runs of 2030-01-02: `no_secret_leak=true`", "+");
        check("run-flags", "Clean teardown in all 3 runs", ".");
        check("run-flags", "Clean teardown in all 3 runs of 2 Jan", "-");
        check("run-flags", "All 5 runs had no_secret_leak=true; all 5 runs have no_secret_leak=true", ".?");
        check("run-flags", "Runs 201, 202: clean teardown in all two runs", "-");
        check("run-flags", "No secret leak in every run of 1 January", "?");
    }
}
