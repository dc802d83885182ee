//! "lint: PASS", "lint clean", "lint fails": what lint said of a run, which is never a verdict.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::run_words::{Runs, plain_status, run, settled};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::BlockKind;
use crate::evidence::{EvidenceKind, Run};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "run-lint",
    explains: "What lint said of a run; it never changes how the run or a gate went.",
    kind: CheckKind::Substance,
    words: &["lint", "rule"],
    find,
};

static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\blint(?:er)?(?: rung| stage)?(?: (?:in|of|for|on) (?:(?:run |build )#?[A-Za-z0-9._-]{1,40}|#?\d{1,6}))?\s?(?::|=|→|->|is|was)?\s?",
        r"(pass(?:ed|es)?|fail(?:ed|s)?|clean|green|red|skip(?:ped)?|ok|✅|✓|✔|❌|✘|✗)(?:[ (:,]{1,2}(R\d{3}))?"
    ))
    .ok()
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if unit.document.kind == EvidenceKind::Plan || unit.block.kind == BlockKind::Row {
        return;
    }
    named_rules(unit, context, drafts);
    let text = unit.words();
    if !text.contains("int") {
        return;
    }
    let Some(pattern) = SAID.as_ref() else { return };
    let runs = Runs::of(unit, context);
    for found in pattern.captures_iter(text) {
        let (Some(whole), Some(word)) = (found.get(0), found.get(1)) else { continue };
        let before = text.get(..whole.start()).unwrap_or("");
        let after = text.get(whole.end()..).unwrap_or("");
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '=');
        // `lint=p` in a list of rungs belongs to the list.
        if before.ends_with(|c: char| part(c) || c == '/')
            || after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            || [" to ", " over"].iter().any(|other| after.starts_with(other))
            || whole.as_str().contains('=')
        {
            continue;
        }
        let said = if word.as_str().eq_ignore_ascii_case("clean") {
            Some("pass")
        } else {
            plain_status(word.as_str())
        };
        let Some(said) = said else { continue };
        let ids = runs.at(&whole.range(), context);
        let mut facts: Vec<Fact> = ids.iter().map(|id| fact(id, said, context)).collect();
        if let (Some(rule), [id]) = (found.get(2), ids.as_slice()) {
            facts.extend(rule_failed(id, rule.as_str(), said, context));
        }
        if !facts.is_empty() {
            let facts = settled(unit, &whole.range(), facts);
            drafts.push(Draft::new(whole.range(), format!("lint {ids:?} {said}"), facts));
        }
    }
}

/// "The rule is R012", "failed rule: R012", in a list or clause that speaks of lint.
static RULE_IS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:the (?:failed |failing |red |one )?rule|(?:failed|failing) rule)(?: that fail(?:s|ed))?(?: is|:| was) (R\d{3})\b").ok()
});

/// Which rule failed, where the words around speak of lint and of one run.
fn named_rules(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(found) = RULE_IS
        .as_ref()
        .filter(|_| unit.has_any(&["rule"]))
        .and_then(|pattern| pattern.captures(unit.words()))
    else {
        return;
    };
    let (Some(whole), Some(rule)) = (found.get(0), found.get(1)) else { return };
    let speaks = |unit: &Unit<'_>| unit.lower().contains("lint");
    if !speaks(unit) && !context.above(unit).take(2).any(speaks) {
        return;
    }
    let runs = Runs::of(unit, context);
    let ids = runs.at(&whole.range(), context);
    let [id] = ids.as_slice() else { return };
    let fact = match run(id, context) {
        Err(missing) => Some(missing),
        Ok(_) => rule_failed(id, rule.as_str(), "fail", context),
    };
    let facts = settled(unit, &whole.range(), fact.into_iter().collect());
    drafts.push(Draft::new(whole.range(), format!("lint rule {id} {}", rule.as_str()), facts));
}

fn fact(id: &str, said: &str, context: &Context<'_>) -> Fact {
    let run = match run(id, context) {
        Ok(run) => run,
        Err(missing) => return missing,
    };
    let Some((pointer, real)) = recorded(run) else {
        return Fact::Missing(format!("results.json of run {id} says nothing of lint"));
    };
    let rules = run.lint_report.rules_failed.join(", ");
    let words = match rules.as_str() {
        "" => format!("run {id}: lint {real}"),
        rules => format!("run {id}: lint {real} ({rules})"),
    };
    let cited = vec![cite(&run.place, pointer, real)];
    match plain_status(real) {
        Some(real) if real == said => Fact::Agrees(words, cited),
        Some(_) => Fact::Differs(words, cited),
        None => Fact::Unclear(words, cited),
    }
}

/// Whether a rule is among those that failed.
fn rule_failed(id: &str, rule: &str, said: &str, context: &Context<'_>) -> Option<Fact> {
    let run = context.evidence.runs.get(id).filter(|_| said == "fail")?;
    let failed = &run.lint_report.rules_failed;
    if failed.is_empty() {
        return Some(Fact::Missing(format!("results.json of run {id} names no rule that failed")));
    }
    let words = format!("lint of run {id} failed {}", failed.join(", "));
    let at = failed.iter().position(|name| name.eq_ignore_ascii_case(rule));
    let cited = match at {
        Some(at) => vec![cite(&run.place, &format!("/lint/rules_failed/{at}"), rule)],
        None => vec![cite(&run.place, "/lint/rules_failed", failed.join(", "))],
    };
    Some(if at.is_some() { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) })
}

/// Lint's own status, else that of its rung.
fn recorded(run: &Run) -> Option<(&'static str, &str)> {
    let own = run.lint.as_deref().map(|status| ("/lint/status", status));
    let rung =
        run.rungs.iter().find(|(name, _)| name == "lint").map(|(_, status)| ("/rungs/lint", status.as_str()));
    own.or(rung)
}

#[cfg(test)]
mod tests {
    use crate::crosscheck::run_fixture::check;

    #[test]
    fn lint() {
        check("run-lint", "lint in run 201: PASS, no rule failed. Run 202: lint fails R011", "++");
        check("run-lint", "Build 202 lint clean; lint: PASS on run 201; lint of run 202: FAIL (R012)", "-+-");
        check("run-lint", "### Build 203\n\n- lint: PASS", "?");
        check("run-lint", "Run 200: lint passed", "?");
        check("run-lint", "### Run 202 EXPECTED\n\nlint pass", ".");
        check("run-lint", "### Expected\n\n- run 202 lint pass", ".");
        check("run-lint", "lint: PASS", "");
        check("run-lint", "- run 202: lint fails\n- the rule is R011", "++");
        check("run-lint", "Run 202 has red lint, the failed rule is R012", "-");
        check("run-lint", "- run 203: level 1\n- the rule is R011", "");
        check("run-lint", "Run 201: pre-lint passed, lint failed to start; splint passed", "");
    }
}
