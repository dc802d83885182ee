//! "Step `run-tests` failed (exit code 1)", "clone step took 3 s": the steps of a build.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::attributes::is_status;
use super::build_status::plain;
use super::reading::{after, before, in_code, mentions_from, pattern, told};
use super::run_tables::{Table, cells};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What, length_fits};
use crate::evidence::{Build, Step};
use crate::report::CheckKind;
use crate::time::{clock, human_length};

pub(super) const RULE: Rule = Rule {
    id: "build-step",
    explains: "How a step of a build ended, with which exit code and after how long, by the CI server's record.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

static STEP_NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\bstep:? ([A-Za-z0-9][A-Za-z0-9_.-]*[A-Za-z0-9])"));
static NAME_STEP: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b([A-Za-z0-9][A-Za-z0-9_-]*[A-Za-z0-9]) step\b"));
static ENDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?: (?:of|in) (?:drone )?(?:build |run )?#?\d+)?\s*(?::|→|=|\()?\s*(?:(?:was|is|has|had|itself|then|only|also|ended|finished|completed|came out|with|in|as|status|a)\s+){0,4}(failed|passed|succeeded|success|failure|green|red|skipped|killed|errored|✅|✔|✓|❌|✘|✗)",
    )
});
static FAILED_IN: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(?:failed|died|broke|stopped) (?:in|at|during|on) (?:the |its )?$"));
static EXIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^[^.;]{0,40}?\b(?:exit(?:ed)?(?: with)?(?: code| status)?|exit_code)\s*[=:]?\s*(\d{1,3})\b")
});
static TOOK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:(?:failed|passed|succeeded|finished|ended|ran|done) (?:in|after|for)|took|lasted|ran|\()\s*(?:only |just )?$",
    )
});
static AT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:was )?(started|began|ended|finished|stopped|failed|passed)\s+(?:at\s+)?$")
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    row(unit, context, drafts);
    if !unit.has_any(&["step ", "step:", " step"]) {
        return;
    }
    let named = [&STEP_NAME, &NAME_STEP].into_iter().filter_map(|pattern| pattern.as_ref());
    for found in named.flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
        let said = said(unit, &whole.range());
        if said.facts == 0 {
            continue;
        }
        let builds = context.builds_at(unit, whole.start());
        let [number] = builds.as_slice() else { continue };
        // "every step failed", "step 3", "next step": no step is named.
        let known = context.evidence.builds.get(number).is_some_and(|build| {
            build.stages.iter().flat_map(|stage| &stage.steps).any(|step| step.name == name.as_str())
        });
        if !known && !in_code(unit, &name.range()) {
            continue;
        }
        let facts = match context.build(*number) {
            Err(missing) => vec![missing],
            Ok(build) => facts(build, name.as_str(), &said, unit),
        };
        let span = said.start..said.end;
        let key = format!("step {number} {} {}", name.as_str(), unit.text(&span));
        drafts.push(Draft::new(span, key, facts));
    }
}

/// A row of a table of steps: of the build in its own column, else of the one that the words above the table name.
fn row(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let Some(table) = Table::of(unit, context) else { return };
    let Some(named) = table.column(&["step", "step name", "steps"]) else { return };
    let cells = cells(unit.block);
    let cell = |names: &[&str]| table.column(names).and_then(|column| cells.get(column)).cloned();
    let Some((at, name)) = cells.get(named) else { return };
    let above = || {
        let above = context.units.get(table.head.index.checked_sub(1)?)?;
        let named = context.named_builds(above);
        let (_, first) = named.first()?;
        let own =
            std::ptr::eq(above.document, unit.document) && named.iter().all(|(_, other)| other == first);
        own.then_some(*first)
    };
    let number = table.run_cell(unit).and_then(|(_, id)| id.parse().ok()).or_else(above);
    let Some(build) = number.and_then(|number| context.evidence.builds.get(&number)) else { return };
    let name = name.trim_matches([' ', '*', '`']);
    let steps = build.stages.iter().flat_map(|stage| &stage.steps);
    if steps.filter(|step| step.name == name).count() != 1 {
        return;
    }
    let bare = |text: &str| text.trim_matches([' ', '*', '`']).to_owned();
    let status = cell(&["result", "status", "outcome", "state"]).map(|(_, text)| bare(text));
    let length = cell(&["took", "duration", "length", "time"]).and_then(|(span, _)| {
        let mention =
            mentions_from(unit, span.start).first().filter(|mention| mention.span.end <= span.end)?;
        let What::Length { seconds, unit: figure } = mention.what else { return None };
        (unit.text(&span).trim().len() == mention.span.len()).then_some((seconds, figure))
    });
    let exit_code = cell(&["exit", "exit code", "code"]).and_then(|(_, text)| bare(text).parse().ok());
    let said = Said {
        start: at.start,
        end: unit.words().len(),
        facts: 0,
        status: status.filter(|word| is_status(word) || word == "skipped").map(|word| plain(&word)),
        exit_code,
        length,
        time: None,
    };
    let facts = facts(build, name, &said, unit);
    if !facts.is_empty() {
        let key = format!("step {} {name} {}", build.number, unit.words());
        drafts.push(Draft::new(said.start..said.end, key, facts));
    }
}

/// What is said of a step.
struct Said {
    start: usize,
    end: usize,
    facts: u8,
    status: Option<String>,
    exit_code: Option<i64>,
    length: Option<(i64, i64)>,
    time: Option<(crate::documents::mentions::Moment, bool, bool)>,
}

fn said(unit: &Unit<'_>, span: &Range<usize>) -> Said {
    let mut said = Said {
        start: span.start,
        end: span.end,
        facts: 0,
        status: None,
        exit_code: None,
        length: None,
        time: None,
    };
    let lead = before(unit, span.start);
    let rest = after(unit, span.end);
    if let Some(found) = FAILED_IN.as_ref().and_then(|pattern| pattern.find(lead)) {
        said.start = span.start - (lead.len() - found.start());
        said.status = Some("failure".to_owned());
    } else if let Some(word) = ENDED.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1)) {
        said.end = span.end + word.end();
        said.status = Some(plain(word.as_str()));
    }
    if let Some(code) = EXIT.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1)) {
        said.end = said.end.max(span.end + code.end());
        said.exit_code = code.as_str().parse().ok();
    }
    for mention in mentions_from(unit, span.end).iter().take(3) {
        let between = unit.text(&(span.end..mention.span.start));
        match mention {
            Mention { span: at, what: What::Length { seconds, unit: figure } }
                if said.length.is_none()
                    && TOOK.as_ref().is_some_and(|pattern| pattern.is_match(between)) =>
            {
                said.end = said.end.max(at.end);
                said.length = Some((*seconds, *figure));
            }
            Mention { span: at, what: What::Time(moment) } if said.time.is_none() => {
                let word = AT.as_ref().and_then(|pattern| pattern.captures(between)?.get(1));
                let Some(word) = word.map(|word| word.as_str().to_ascii_lowercase()) else { continue };
                let starts = matches!(word.as_str(), "started" | "began");
                said.end = said.end.max(at.end);
                said.time = Some((*moment, starts, matches!(word.as_str(), "failed" | "passed")));
            }
            _ => {}
        }
    }
    said.facts = u8::from(said.status.is_some())
        + u8::from(said.exit_code.is_some())
        + u8::from(said.length.is_some())
        + u8::from(said.time.is_some());
    said
}

fn facts(build: &Build, name: &str, said: &Said, unit: &Unit<'_>) -> Vec<Fact> {
    let number = build.number;
    if build.stages.iter().all(|stage| stage.steps.is_empty()) {
        return vec![Fact::Missing(format!("the steps of build {number} are not in the snapshot"))];
    }
    let all = build.stages.iter().enumerate().flat_map(|(stage, of)| {
        of.steps.iter().enumerate().map(move |(index, step)| (format!("/stages/{stage}/steps/{index}"), step))
    });
    let named: Vec<(String, &Step)> = all.filter(|(_, step)| step.name == name).collect();
    let [(pointer, step)] = named.as_slice() else {
        let words = match named.len() {
            0 => format!("build {number} has no step named {name}"),
            count => format!("build {number} has {count} steps named {name}"),
        };
        return vec![Fact::Missing(words)];
    };
    let cited = |key: &str, value: String| vec![cite(&build.place, &format!("{pointer}/{key}"), value)];
    let mut facts = Vec::new();
    if let Some(status) = &said.status {
        let words = format!("step {name} of build {number}: {}", step.status);
        facts.push(told(plain(&step.status) == *status, words, cited("status", step.status.clone())));
    }
    if let Some(code) = said.exit_code {
        facts.push(match step.exit_code {
            None => Fact::Missing(format!("the exit code of step {name} is not recorded")),
            Some(real) => {
                let words = format!("step {name} of build {number} exited with {real}");
                told(real == code, words, cited("exit_code", real.to_string()))
            }
        });
    }
    if let Some((seconds, figure)) = said.length {
        facts.push(match (step.started, step.stopped) {
            (Some(started), Some(stopped)) => {
                let real = stopped.duration_since(started).as_secs();
                let words = format!("step {name} of build {number} took {}", human_length(real));
                let both =
                    [cited("started", started.to_string()), cited("stopped", stopped.to_string())].concat();
                told(length_fits(real, seconds, figure), words, both)
            }
            _ => Fact::Missing(format!("the times of step {name} are not recorded")),
        });
    }
    if let Some((moment, starts, either)) = said.time
        && let Some((first, last)) = unit.window(&moment)
    {
        let (real, key) = if starts { (step.started, "started") } else { (step.stopped, "stopped") };
        facts.push(match real {
            None => Fact::Missing(format!("the times of step {name} are not recorded")),
            Some(real) => {
                let words = format!("step {name} of build {number} {key} {}", clock(real));
                let fits = first <= real && real <= last;
                if !fits && either {
                    Fact::Unclear(words, cited(key, real.to_string()))
                } else {
                    told(fits, words, cited(key, real.to_string()))
                }
            }
        });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn steps() {
        for (text, expected) in [
            ("Build #203: step `run-tests` failed (exit code 1)", "+"),
            ("Build #203: step `run-tests` failed (exit code 2)", "-"),
            ("Build #202: the clone step took 3 s", "+"),
            ("Build #202: the clone step took 9 s", "-"),
            ("Build #203 failed in step run-tests", "+"),
            ("Build #202 failed in the clone step", "-"),
            ("Build #202: step `clone` started 10:00:01Z", "+"),
            ("Build #202: step `deploy` failed", "?"),
            ("Build #201: step `clone` passed", "?"),
            ("Build #299: step `clone` passed", "?"),
            ("Step `clone` of build #202 ended in success", "+"),
            ("Step `run-tests` of build #203 ended with success", "-"),
            ("Step clone in build 203 was skipped", "-"),
            ("Build #203: its step `run-tests` ended with failure", "+"),
            ("Build #203: its step `run-tests` ended with exit code 1", "+"),
            ("Build #202: every step failed", ""),
            ("Build #202: if step `clone` failed", "."),
        ] {
            check("build-step", text, expected);
        }
        check_with("build-step", "Build #203: step `run-tests` exited with 1", "?", |evidence| {
            evidence.builds.get_mut(&203).expect("there").stages[0].steps[1].exit_code = None;
        });
    }
}
