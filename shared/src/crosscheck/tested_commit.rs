//! "Build #612 ran d88f5801": the commit that a build was given.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::{same_sha, tested_ref};
use super::reading::{before, last_before, mentions_from, pattern, pulls, told};
use super::run_tables::{Table, cells};
use super::{Context, Draft, Fact, Rule, Unit, cite, tested_pull};
use crate::documents::mentions::{Mention, What};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "tested-commit",
    explains: "The commit that a build is said to have run has to be the one it was given.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

static RAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:\b(?:ran|tested|used|built|exercised)|#\d+(?: was)?(?: ran)? (?:of|at|on|against|for)|#\d+ \()",
        r"\s*(?:the )?(?:commit |ref |sha |revision )?@?$",
    ))
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if !unit.mentions.iter().any(|mention| matches!(mention.what, What::Commit(_))) {
        return;
    }
    let pulls = pulls(unit);
    let others = tested_pull::spans(unit);
    for mention in &unit.mentions {
        let What::Commit(sha) = &mention.what else { continue };
        let at = &mention.span;
        let says = RAN.as_ref().is_some_and(|pattern| pattern.is_match(before(unit, at.start)));
        if !says || tested_pull::holds(&others, at.start) {
            continue;
        }
        // "PR#4 (4444444b)" gives a head, not what was built.
        if last_before(&pulls, at.start).is_some_and(|(pull, _)| pull.end + 12 > at.start) {
            continue;
        }
        let builds = context.builds_at(unit, at.start);
        let facts: Vec<Fact> = builds.iter().map(|number| fact(*number, sha, context)).collect();
        if !facts.is_empty() {
            let span = context.with_builds(unit, at.clone());
            drafts.push(Draft::new(span, format!("ran {builds:?} {sha}"), facts));
        }
    }
    row(unit, context, drafts);
}

/// A row of a table of builds with a column for the commit that they ran.
fn row(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    const COMMITS: &[&str] =
        &["commit", "sha", "ref", "tested", "tested commit", "commit tested", "tested ref", "head"];
    let Some(table) = Table::of(unit, context) else { return };
    let (Some((_, build)), Some(column)) = (table.run_cell(unit), table.column(COMMITS)) else { return };
    let Some(cell) = cells(unit.block).into_iter().nth(column).map(|(cell, _)| cell) else { return };
    let mention = mentions_from(unit, cell.start).first().filter(|mention| mention.span.end <= cell.end);
    let (Ok(number), Some(Mention { span, what: What::Commit(sha) })) = (build.parse(), mention) else {
        return;
    };
    let rest = [cell.start..span.start, span.end..cell.end];
    let is_whole = rest.iter().all(|part| !unit.text(part).contains(char::is_alphanumeric));
    if !is_whole || drafts.iter().any(|draft| draft.span.contains(&span.start)) {
        return;
    }
    let is_own = context.build(number).is_ok_and(|build| same_sha(sha, &build.after));
    let fact = match fact(number, sha, context) {
        Fact::Differs(words, cited) if is_own => {
            Fact::Unclear(format!("{words}, and {sha} is the commit of the pipeline itself"), cited)
        }
        fact => fact,
    };
    drafts.push(Draft::new(span.clone(), format!("ran [{number}] {sha}"), vec![fact]));
}

fn fact(number: u64, sha: &str, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let Some(tested) = tested_ref(build) else {
        return Fact::Missing(format!("build {number} does not say which commit it tested"));
    };
    let cited = vec![cite(&build.place, "/params/REF", tested)];
    told(same_sha(sha, tested), format!("build {number} ran {tested}"), cited)
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn commits_of_builds() {
        for (text, expected) in [
            ("build #202 ran 4444444b", "+"),
            ("build #202 tested commit `5555555c`", "-"),
            ("#299 ran 4444444b", "?"),
            ("builds #201, #202 ran 4444444b", "-"),
            ("build #202 (4444444b)", "+"),
            ("build #202 passed; PR#3 (3333333a) too", ""),
            ("build #202 did not run 5555555c", ""),
            ("build #202 should have used 5555555c", "."),
            ("build #202 passed, fixed by 5555555c", ""),
            ("| build | commit |\n|---|---|\n| 202 | `4444444b` |\n| 203 | 4444444b |", "+-"),
            ("| build | commit |\n|---|---|\n| 202 | of 5555555c |", ""),
            ("| PR | commit |\n|---|---|\n| 4 | 5555555c |", ""),
        ] {
            check("tested-commit", text, expected);
        }
    }
}
