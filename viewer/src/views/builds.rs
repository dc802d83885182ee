//! Builds: the list, and one build with its steps, parameters and run.

use dossier_shared::report::{BuildFacts, Report, RunFacts, SuiteFacts};
use dossier_shared::time::{Timestamp, human_length};
use leptos::prelude::*;

use super::parts;
use crate::model::route::Route;
use crate::model::{links, tests, words};
use crate::session::loaded;

/// All builds.
#[component]
pub(crate) fn BuildsScreen() -> impl IntoView {
    let report = loaded().report.clone();
    if report.builds.is_empty() {
        return view! {
            {parts::heading("Builds", "")}
            {parts::nothing("This snapshot holds no builds.", Some((Route::Trust, "See what was asked for")))}
        }
        .into_any();
    }
    let rows = report
        .builds
        .iter()
        .map(|build| {
            let route = Route::Build(build.number);
            let run = run_of(&report, build);
            view! {
                <tr data-row="" tabindex="-1" data-testid=format!("build-{}", build.number)>
                    <th scope="row"><a class="link" href=route.href()>{build.number}</a></th>
                    <td>{status(&build.status)}</td>
                    <td class="muted">{pull_link(build)}</td>
                    <td class="mono">{build.tested_ref.as_deref().map(words::short_commit)}</td>
                    <td>{run.map(level).or_else(|| build.level.map(|level| format!("level {level}")))}</td>
                    <td class="right muted">{took(build.started, build.finished)}</td>
                    <td class="right time">{build.started.map(words::day_and_second)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {parts::heading("Builds", words::count(report.builds.len() as u64, "build", "builds"))}
        <section class="card" aria-label="Builds">
            <table class="stacking">
                <thead>
                    <tr>
                        <th scope="col">"Build"</th>
                        <th scope="col">"Server says"</th>
                        <th scope="col">"Pull request"</th>
                        <th scope="col">"Tested"</th>
                        <th scope="col">"Run"</th>
                        <th scope="col" class="right">"Took"</th>
                        <th scope="col" class="right">"Began (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
        {lone_runs(&report)}
    }
    .into_any()
}

/// Runs that belong to no build here.
fn lone_runs(report: &Report) -> Option<AnyView> {
    let lone: Vec<&RunFacts> = report
        .runs
        .iter()
        .filter(|run| !report.builds.iter().any(|build| build.number.to_string() == run.id))
        .collect();
    if lone.is_empty() {
        return None;
    }
    let cards = lone.into_iter().map(|run| run_card(report, run)).collect_view();
    Some(view! { <h2>"Runs without a build"</h2> {cards} }.into_any())
}

/// One build.
#[component]
pub(crate) fn BuildScreen(number: u64) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let Some(build) = report.builds.iter().find(|build| build.number == number) else {
        return view! {
            {parts::heading(format!("Build {number}"), "")}
            {parts::nothing(
                format!("Build {number} is not in this snapshot."),
                Some((Route::Builds, "See the builds that are")),
            )}
        }
        .into_any();
    };
    let under = view! {
        {status(&build.status)} " "
        {build.started.map(|at| format!("began {} UTC", words::day_and_second(at)))}
        {build.finished.zip(build.started).map(|(to, from)| format!(", took {}", human_length(to.as_second() - from.as_second())))}
        {(!build.author.is_empty()).then(|| format!(", started by {}", build.author))}
    };
    let params = build
        .params
        .iter()
        .map(|(name, value)| view! { <dt class="mono">{name.clone()}</dt><dd class="mono">{value.clone()}</dd> })
        .collect_view();
    let evidence = Route::File { path: build.path.to_string(), at: None };
    let damage = loaded.damage(build.path.as_str());
    let run = run_of(&report, build).map(|run| run_card(&report, run));
    let checks: Vec<_> = report
        .checks
        .iter()
        .filter(|check| check.evidence.iter().any(|evidence| evidence.path == build.path))
        .collect();
    let checks = (!checks.is_empty()).then(|| {
        let rows =
            checks.into_iter().map(|check| parts::check_row(&loaded, check, &[], false)).collect_view();
        view! {
            <section class="card" aria-labelledby="said-title">
                <h2 id="said-title">"What was said about it"</h2>
                <ul class="checks">{rows}</ul>
            </section>
        }
    });
    view! {
        {neighbours(&report, number)}
        {parts::heading(format!("Build {number}"), under)}
        <section class="card" data-damaged=parts::damage_flag(damage) aria-labelledby="build-title">
            <h2 id="build-title">
                "What it was"
                <small><a class="link" href=evidence.href()>"the server’s answer"</a></small>
            </h2>
            {parts::damage_note(damage)}
            <dl class="pairs">
                <dt>"Pull request"</dt><dd>{pull_link(build)}</dd>
                <dt>"Tested"</dt><dd class="mono">{build.tested_ref.clone().unwrap_or_else(|| "not told".into())}</dd>
                <dt>"Ended"</dt><dd>{build.finished.map_or_else(|| "not told".into(), |at| format!("{} UTC", words::day_and_second(at)))}</dd>
                {params}
            </dl>
        </section>
        {steps(build)}
        {run}
        {checks}
    }
    .into_any()
}

fn neighbours(report: &Report, number: u64) -> AnyView {
    let all: Vec<u64> = report.builds.iter().map(|build| build.number).collect();
    let links = if all.len() <= 14 { all } else { around(&all, number) };
    let links = links
        .into_iter()
        .map(|other| {
            let is_here = other == number;
            view! { <a href=Route::Build(other).href() aria-current=is_here.then_some("page")>{other}</a> }
        })
        .collect_view();
    view! {
        <nav class="tabs no-print" aria-label="Builds">
            <a href=Route::Builds.href()>"All builds"</a>
            {links}
        </nav>
    }
    .into_any()
}

fn around(all: &[u64], number: u64) -> Vec<u64> {
    let here = all.iter().position(|other| *other == number).unwrap_or(0);
    all[here.saturating_sub(5)..(here + 6).min(all.len())].to_vec()
}

fn steps(build: &BuildFacts) -> AnyView {
    if build.steps.is_empty() {
        return parts::nothing("Its steps were not collected.", None);
    }
    let begin = build.started.or_else(|| build.steps.iter().filter_map(|step| step.started).min());
    let end = build.finished.or_else(|| build.steps.iter().filter_map(|step| step.stopped).max());
    let whole = begin.zip(end).map(|(from, to)| (to.as_second() - from.as_second()).max(1) as f64);
    let several_stages = build.steps.iter().any(|step| step.stage != build.steps[0].stage);
    let rows = build
        .steps
        .iter()
        .map(|step| {
            let log = step.log.as_ref().map(|_| {
                view! { <a class="chip" href=links::log_route(build, step, None).href()>"log"</a> }
            });
            let place = begin.zip(whole).and_then(|(begin, whole)| {
                let from = step.started?.as_second() - begin.as_second();
                let length = step.stopped?.as_second() - step.started?.as_second();
                Some((from as f64 / whole * 100.0, (length as f64 / whole * 100.0).max(0.6)))
            });
            let bar = place.map(|(left, width)| {
                let class = if step.status == "success" { "span good" } else { "span bad" };
                view! {
                    <i
                        class=class
                        style:margin-left=format!("{:.2}%", left.clamp(0.0, 99.0))
                        style:width=format!("{:.2}%", width.min(100.0 - left.clamp(0.0, 99.0)))
                    ></i>
                }
            });
            let name =
                if several_stages { format!("{} / {}", step.stage, step.name) } else { step.name.clone() };
            view! {
                <tr data-row="" tabindex="-1">
                    <th scope="row">{name}</th>
                    <td>{status(&step.status)}</td>
                    <td class="waterfall" aria-hidden="true">{bar}</td>
                    <td class="right muted">{took(step.started, step.stopped)}</td>
                    <td class="right time">{step.started.map(words::second)}</td>
                    <td class="right">{log}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="steps-title">
            <h2 id="steps-title">"Steps"</h2>
            <table class="stacking">
                <thead>
                    <tr>
                        <th scope="col">"Step"</th>
                        <th scope="col">"Server says"</th>
                        <td class="wide-cell"></td>
                        <th scope="col" class="right">"Took"</th>
                        <th scope="col" class="right">"Began (UTC)"</th>
                        <th scope="col" class="right">"Log"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn run_card(report: &Report, run: &RunFacts) -> AnyView {
    let pair = |(name, status): &(String, String)| {
        let class = match status.as_str() {
            "pass" => "t-pass",
            "fail" => "t-fail",
            _ => "t-skip",
        };
        view! { <li><span>{name.replace('_', " ")}</span> <span class=class>{status.clone()}</span></li> }
    };
    let rungs = run.rungs.iter().map(pair).collect_view();
    let tiers = run.tiers.iter().map(pair).collect_view();
    let flags = run
        .flags
        .iter()
        .map(|(name, value)| {
            let class = if *value { "t-pass" } else { "t-fail" };
            view! { <li><span>{name.replace('_', " ")}</span> <span class=class>{value.to_string()}</span></li> }
        })
        .collect_view();
    let level_words = match (run.level, run.recomputed_level) {
        (Some(written), Some(computed)) if written == computed => {
            format!("{written} of {}, the same when recomputed from its rungs", run.rung_count)
        }
        (Some(written), Some(computed)) => {
            format!("written as {written}, but its rungs make {computed} of {}", run.rung_count)
        }
        (Some(written), None) => format!("written as {written}; its rungs are not here"),
        (None, Some(computed)) => format!("not written; its rungs make {computed} of {}", run.rung_count),
        (None, None) => "unknown".into(),
    };
    let disagrees =
        run.level.is_some() && run.recomputed_level.is_some() && run.level != run.recomputed_level;
    let suites: Vec<&SuiteFacts> =
        report.tests.iter().filter(|suite| suite.run.as_deref() == Some(&run.id)).collect();
    let suites = (!suites.is_empty()).then(|| {
        let rows = suites.iter().map(|suite| suite_row(suite)).collect_view();
        view! {
            <h3>"Test suites"</h3>
            <ul class="plain spread">{rows}</ul>
        }
    });
    let pictures = run
        .images
        .iter()
        .map(|path| {
            let route = Route::File { path: path.to_string(), at: None };
            view! { <a class="chip" href=route.href()>{path.file_name().to_owned()}</a> " " }
        })
        .collect_view();
    view! {
        <section class="card" aria-label=format!("Run {}", run.id)>
            <h2>
                {format!("Run {}", run.id)}
                <small>{format!("{} {}", run.recipe, run.version)} " · " <a class="link" href=Route::File { path: run.path.to_string(), at: None }.href()>"its results"</a></small>
            </h2>
            <dl class="pairs">
                <dt>"Level"</dt>
                <dd class=if disagrees { "ink-bad" } else { "" }>{level_words}</dd>
                <dt>"Tested"</dt><dd class="mono">{run.reference.clone()}</dd>
                {(!run.images.is_empty()).then(|| view! { <dt>"Pictures"</dt><dd>{pictures}</dd> })}
            </dl>
            <div class="three">
                <div><h3>"Rungs, from the lowest"</h3><ul class="results">{rungs}</ul></div>
                <div><h3>"Tiers"</h3><ul class="results">{tiers}</ul></div>
                <div><h3>"Flags"</h3><ul class="results">{flags}</ul></div>
            </div>
            {suites}
        </section>
    }
    .into_any()
}

fn suite_row(suite: &SuiteFacts) -> AnyView {
    let counts = suite.computed;
    let failed = counts.failures.unwrap_or(0) + counts.errors.unwrap_or(0);
    let query = format!("{} {}", suite.run.as_deref().unwrap_or_default(), suite.file_stem).trim().to_owned();
    let disagreement = tests::disagreement(suite.declared, counts);
    view! {
        <li>
            <span>
                <a class="link" href=Route::Tests { query }.href()>{suite.file_stem.clone()}</a>
                " "
                <span class="muted">{words::count(counts.tests.unwrap_or(0), "case", "cases")}</span>
                {(failed > 0).then(|| view! { ", " <span class="t-fail">{format!("{failed} failed")}</span> })}
                {(!disagreement.is_empty()).then(|| view! { " " <span class="ink-warn">{disagreement}</span> })}
            </span>
            <span class="time">{suite.timestamp.map(words::second)} " · " {suite.seconds.map(words::length)}</span>
        </li>
    }
    .into_any()
}

fn run_of<'a>(report: &'a Report, build: &BuildFacts) -> Option<&'a RunFacts> {
    let id = build.number.to_string();
    report.runs.iter().find(|run| run.id == id)
}

fn level(run: &RunFacts) -> String {
    match (run.level, run.recomputed_level) {
        (Some(written), Some(computed)) if written != computed => {
            format!("level {written}, rungs make {computed}")
        }
        (Some(level), _) | (None, Some(level)) => format!("level {level} of {}", run.rung_count),
        (None, None) => "no level".into(),
    }
}

/// A server's word, as it said it.
pub(super) fn status(word: &str) -> AnyView {
    let class = match word {
        "success" => "t-pass",
        "failure" | "error" | "killed" => "t-fail",
        _ => "t-skip",
    };
    view! { <span class=class>{word.to_owned()}</span> }.into_any()
}

fn pull_link(build: &BuildFacts) -> AnyView {
    match build.pull {
        Some(number) => {
            let route = Route::Changes { pull: Some(number) };
            view! { <a class="link" href=route.href()>{format!("PR#{number}")}</a> }.into_any()
        }
        None => view! { <span class="muted">"not told"</span> }.into_any(),
    }
}

fn took(from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    from.zip(to).map_or_else(String::new, |(from, to)| human_length(to.as_second() - from.as_second()))
}
