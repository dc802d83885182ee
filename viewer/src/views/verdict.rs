//! The first screen: who says what, what disagrees, the gates, when, the facts, and what is left to judge.

use std::collections::BTreeSet;

use dossier_shared::report::{FindingState, Outcome, Report, Verdict};
use leptos::prelude::*;

use super::chart::{Chart, ChartState};
use super::parts;
use crate::components::copy::CopyLine;
use crate::model::checks::{self, Fact, Mark, Tally};
use crate::model::links;
use crate::model::route::Route;
use crate::model::timeline;
use crate::model::words;
use crate::page;
use crate::session::{Loaded, loaded};

/// The first screen.
#[component]
pub(crate) fn VerdictScreen() -> impl IntoView {
    let loaded = loaded();
    let report = &loaded.report;
    let title = match report.phase.title.as_str() {
        "" => report.phase.id.clone(),
        title if title.to_lowercase().starts_with(&report.phase.id.to_lowercase()) => title.to_owned(),
        title => format!("{} — {title}", report.phase.id),
    };
    let under = format!(
        "Gathered {} by {} · judged by {}",
        words::moment(report.snapshot.packed_at),
        report.snapshot.packer,
        report.judge
    );
    view! {
        {parts::heading(title, under)}
        {problems(report)}
        {both_sides(report)}
        {contradicted(&loaded)}
        {gates(report)}
        {when(&loaded)}
        <div class="columns">
            <div>{key_facts(report)} {notes(&loaded)} {findings(report)}</div>
            <div>{missing(&loaded)} <YoursToJudge/></div>
        </div>
        {decision(&loaded)}
    }
}

fn problems(report: &Report) -> Option<AnyView> {
    if report.problems.is_empty() {
        return None;
    }
    let items = report
        .problems
        .iter()
        .map(|problem| {
            let place = problem.path.as_ref().map(|path| {
                let route = Route::File { path: path.to_string(), at: None };
                view! { <a class="link mono" href=route.href()>{path.to_string()}</a> ": " }
            });
            view! { <li data-damaged="true" data-problem="" data-row="" tabindex="-1">{place} {problem.what.clone()}</li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="card alarm" aria-labelledby="problems-title">
                <h2 id="problems-title">
                    "Damaged"
                    <small>"what rests on these files cannot be relied on"</small>
                </h2>
                <ul class="plain">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

fn both_sides(report: &Report) -> AnyView {
    let tally = Tally::of(&report.checks);
    let verdicts = report
        .gates
        .iter()
        .map(|gate| {
            let route = Route::Gate { id: gate.id.clone(), check: None, outcome: None };
            view! {
                <a class="gate-verdict" href=route.href() title=gate.title.clone()>
                    <span>{gate.id.clone()}</span>
                    {parts::stamp(gate.verdict)}
                </a>
            }
        })
        .collect_view();
    let figure =
        |mark: &'static str, class: &'static str, number: u64, word: &'static str, outcome: Outcome| {
            let route = Route::Gates { check: None, outcome: Some(outcome) };
            view! {
                <a href=route.href()>
                    <i class=format!("fill {class}")></i>
                    <b data-testid=format!("count-{mark}")>{number}</b>
                    " "
                    {word}
                </a>
            }
        };
    let contradicted_class = if tally.substance > 0 { "bad" } else { "warn" };
    view! {
        <section class="card two" aria-label="Both sides">
            <div>
                <h2 class="label">"The reviewer says"</h2>
                <p class="verdicts">{verdicts}</p>
                {(report.gates.is_empty()).then(|| view! { <p class="muted">"No gate is named in the documents."</p> })}
                <p class="muted">{stamps_in_words(report)} " " {done_in_words(report)}</p>
                {vetoes(report)}
            </div>
            <div>
                <h2 class="label">"The evidence says"</h2>
                {parts::bar(tally)}
                <p class="legend">
                    {figure("confirmed", "ok", tally.confirmed, "confirmed", Outcome::Confirmed)}
                    {figure("contradicted", contradicted_class, tally.contradicted(), "contradicted", Outcome::Contradicted)}
                    {figure("no-evidence", "none", tally.no_evidence, "no evidence", Outcome::NoEvidence)}
                    {figure("not-checkable", "judge", tally.yours, "yours to judge", Outcome::NotCheckable)}
                </p>
                <p class="muted">{checks::contradictions_in_words(tally)}</p>
            </div>
        </section>
    }
    .into_any()
}

/// `Stamped 06:38 by hand, committed 06:27:57 UTC.`
fn stamps_in_words(report: &Report) -> String {
    let mut sentences: Vec<String> = Vec::new();
    for gate in &report.gates {
        let (Verdict::Pass | Verdict::Fail) = gate.verdict else { continue };
        let sentence = match (gate.stamped_at, gate.at, gate.at_is_commit_time) {
            (Some(stamp), Some(at), true) if stamp != at => {
                format!("Stamped {} by hand, committed {} UTC.", words::minute(stamp), words::second(at))
            }
            (_, Some(at), true) => format!("Committed {} UTC.", words::day_and_second(at)),
            (_, Some(at), false) => {
                format!("Stamped {} UTC; no commit shows when.", words::day_and_clock(at))
            }
            _ => continue,
        };
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    if sentences.len() > 2 { String::new() } else { sentences.join(" ") }
}

fn done_in_words(report: &Report) -> String {
    let done = &report.done;
    let reasons = match done.reasons.as_slice() {
        [] => String::new(),
        reasons => format!(": {}", reasons.join("; ")),
    };
    let written = match (done.is_written, done.written) {
        (false, _) => {
            let allowed = if done.allowed { "would be allowed" } else { "would not be allowed yet" };
            return format!("DONE is not written; it {allowed}{reasons}.");
        }
        (true, Some(at)) => format!("DONE was written at {}", words::minute(at)),
        (true, None) => "DONE is written".into(),
    };
    let allowed = if done.allowed { "was allowed" } else { "was not allowed" };
    format!("{written} and {allowed}{reasons}.")
}

fn vetoes(report: &Report) -> AnyView {
    report
        .vetoes
        .iter()
        .map(|veto| {
            let state = if veto.standing { "stands" } else { "lifted" };
            let scope = if veto.scope.is_empty() { String::new() } else { format!(" on {}", veto.scope) };
            view! {
                <p class=if veto.standing { "veto standing" } else { "veto" }>
                    <b>{format!("Veto{scope}, {state}: ")}</b>
                    <q class="quote">{veto.quote.clone()}</q>
                    " "
                    {parts::chip(links::to_line(report, &veto.document, veto.line))}
                </p>
            }
        })
        .collect_view()
        .into_any()
}

fn contradicted(loaded: &Loaded) -> Option<AnyView> {
    let report = &loaded.report;
    let facts = checks::facts(report, Outcome::Contradicted);
    if facts.is_empty() {
        return None;
    }
    let tally = Tally::of(&report.checks);
    let about = match (tally.substance, tally.record) {
        (0, _) => "in record only".to_owned(),
        (_, 0) => "in substance".to_owned(),
        (substance, record) => format!("{substance} in substance, {record} in record"),
    };
    let cause = (!report.common_cause.is_empty())
        .then(|| view! { <p class="common-cause">{words::sentence(&report.common_cause)}</p> });
    Some(
        view! {
            <section class="card" aria-labelledby="contradicted-title">
                <h2 id="contradicted-title">"Contradicted" <small>{about}</small></h2>
                {cause}
                {rows(loaded, &facts)}
            </section>
        }
        .into_any(),
    )
}

fn rows(loaded: &Loaded, facts: &[Fact<'_>]) -> AnyView {
    let rows =
        facts.iter().map(|fact| parts::check_row(loaded, fact.first, &fact.repeats, false)).collect_view();
    view! { <ul class="checks">{rows}</ul> }.into_any()
}

/// The gates as a table; also the gates screen begins with it.
pub(super) fn gates(report: &Report) -> AnyView {
    let rows = report
        .gates
        .iter()
        .map(|gate| {
            let route = Route::Gate { id: gate.id.clone(), check: None, outcome: None };
            let when = match (gate.at, gate.at_is_commit_time) {
                (Some(at), true) => words::day_and_clock(at),
                (Some(at), false) => format!("{} by its stamp", words::day_and_clock(at)),
                (None, _) => String::new(),
            };
            view! {
                <tr data-testid=format!("gate-{}", gate.id) data-row="" tabindex="-1">
                    <th scope="row"><a class="link" href=route.href()>{gate.id.clone()}</a></th>
                    <td><a class="plain-link" href=route.href()>{gate.title.clone()}</a></td>
                    <td data-testid=format!("verdict-{}", gate.id)>{parts::stamp(gate.verdict)}</td>
                    <td>{parts::tally_words(checks::gate_tally(report, &gate.id))}</td>
                    <td class="right muted">{when}</td>
                </tr>
            }
        })
        .collect_view();
    if report.gates.is_empty() {
        return parts::nothing("No gate is named in the documents of this phase.", None);
    }
    view! {
        <section class="card" aria-labelledby="gates-title">
            <h2 id="gates-title">"Gates" <small>"the reviewer’s verdict beside what was checked here"</small></h2>
            <table class="stacking">
                <thead>
                    <tr>
                        <th scope="col">"Gate"</th>
                        <th scope="col">"Title"</th>
                        <th scope="col">"Reviewer"</th>
                        <th scope="col">"Checks"</th>
                        <th scope="col" class="right">"Committed (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn when(loaded: &Loaded) -> Option<AnyView> {
    let report = loaded.report.clone();
    if report.timeline.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="card" aria-labelledby="when-title">
                <h2 id="when-title">
                    "What happened when"
                    <small>"UTC, "{timeline::days(&report)} " · " <a class="link" href=Route::Timeline.href()>"open the timeline"</a></small>
                </h2>
                <Chart report state=ChartState::new() is_small=true/>
            </section>
        }
        .into_any(),
    )
}

fn key_facts(report: &Report) -> Option<AnyView> {
    if report.key_facts.is_empty() {
        return None;
    }
    let facts = report
        .key_facts
        .iter()
        .map(|fact| view! { <dt>{fact.label.clone()}</dt><dd>{parts::prose(&fact.text)}</dd> })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="facts-title">
                <h2 id="facts-title">"Key facts"</h2>
                <dl class="pairs">{facts}</dl>
            </section>
        }
        .into_any(),
    )
}

fn notes(loaded: &Loaded) -> Option<AnyView> {
    let report = &loaded.report;
    if report.notes.is_empty() {
        return None;
    }
    let notes = report
        .notes
        .iter()
        .map(|note| {
            let chips =
                links::to_all_evidence(report, &note.evidence).into_iter().map(parts::chip).collect_view();
            view! { <li><span>{parts::prose(&words::sentence(&note.text))}</span> <span class="chips">{chips}</span></li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="notes-title">
                <h2 id="notes-title">"Worth knowing" <small>"contradicts nothing"</small></h2>
                <ul class="plain spread">{notes}</ul>
            </section>
        }
        .into_any(),
    )
}

fn findings(report: &Report) -> Option<AnyView> {
    if report.findings.is_empty() {
        return None;
    }
    let findings = report
        .findings
        .iter()
        .map(|finding| {
            let state = match finding.state {
                FindingState::Open => "open",
                FindingState::Closed => "closed",
                FindingState::Noted => "noted",
            };
            view! {
                <li>
                    <span><b>{finding.id.clone()}</b> " " {finding.title.clone()} " " <span class="muted">{state}</span></span>
                    <span class="chips">{parts::chip(links::to_line(report, &finding.document, finding.line))}</span>
                </li>
            }
        })
        .collect_view();
    let open = report.findings.iter().filter(|finding| finding.state == FindingState::Open).count();
    Some(
        view! {
            <section class="card" aria-labelledby="findings-title">
                <h2 id="findings-title">"The reviewer’s findings" <small>{format!("{open} open")}</small></h2>
                <ul class="plain spread">{findings}</ul>
            </section>
        }
        .into_any(),
    )
}

fn missing(loaded: &Loaded) -> Option<AnyView> {
    let report = &loaded.report;
    let facts = checks::facts(report, Outcome::NoEvidence);
    if facts.is_empty() && report.absences.is_empty() {
        return None;
    }
    let absences = report
        .absences
        .iter()
        .map(|absence| {
            view! {
                <li>
                    <span>
                        <span class="mono">{absence.what.clone()}</span>
                        <span class="muted">{format!(": {}", absence.reason)}</span>
                    </span>
                </li>
            }
        })
        .collect_view();
    let unchecked = facts
        .iter()
        .map(|fact| {
            let link = links::to_line(report, &fact.first.document, fact.first.line);
            view! {
                <li>
                    <span>
                        {parts::pill(Mark::NoEvidence)} " "
                        <a
                            class="check-id"
                            href=links::to_check(report, fact.first).href()
                            data-testid=format!("check-{}", fact.first.id)
                            data-outcome="no-evidence"
                        >{fact.first.id.clone()}</a>
                        " " <q class="quote">{fact.first.quote.clone()}</q>
                    </span>
                    <span class="chips">{parts::chip(link)}</span>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="missing-title">
                <h2 id="missing-title">"Could not get" <small>"missing is not failed, and not passed"</small></h2>
                <ul class="plain spread">{absences} {unchecked}</ul>
            </section>
        }
        .into_any(),
    )
}

/// How many are listed before "show all".
const FIRST_YOURS: usize = 8;

/// What only a person can judge, to tick off; ticks are kept while the page is open.
#[component]
fn YoursToJudge() -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let facts = checks::facts(&report, Outcome::NotCheckable);
    if facts.is_empty() {
        return ().into_any();
    }
    let total = facts.len();
    let name = format!("judged.{}", report.snapshot.id.clone().unwrap_or_default());
    let saved = page::setting(&name).unwrap_or_default();
    let ticked = RwSignal::new(
        saved.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect::<BTreeSet<String>>(),
    );
    let show_all = RwSignal::new(total <= FIRST_YOURS + 2);
    let items = facts
        .iter()
        .enumerate()
        .map(|(index, fact)| {
            let check = fact.first;
            let id = check.id.clone();
            let is_ticked = {
                let id = id.clone();
                move || ticked.with(|ticked| ticked.contains(&id))
            };
            let name = name.clone();
            let tick = {
                let id = id.clone();
                move |event| {
                    let on = event_target_checked(&event);
                    ticked.update(|ticked| {
                        if on {
                            ticked.insert(id.clone());
                        } else {
                            ticked.remove(&id);
                        }
                    });
                    let all: Vec<String> = ticked.with_untracked(|ticked| ticked.iter().cloned().collect());
                    page::keep_setting(&name, &all.join(" "));
                }
            };
            let is_hidden = move || index >= FIRST_YOURS && !show_all.get();
            let why = (!check.because.is_empty()).then(
                || view! { <span class="because">{parts::prose(&words::sentence(&check.because))}</span> },
            );
            view! {
                <li class:folded=is_hidden>
                    <label>
                        <input type="checkbox" prop:checked=is_ticked on:change=tick/>
                        <span><q class="quote">{check.quote.clone()}</q> " " {why}</span>
                    </label>
                    <a
                        class="check-id"
                        href=links::to_check(&report, check).href()
                        data-testid=format!("check-{}", check.id)
                        data-outcome="not-checkable"
                    >{id}</a>
                </li>
            }
        })
        .collect_view();
    let count = move || {
        let done = ticked.with(BTreeSet::len).min(total);
        if done == 0 {
            format!("{total}, nothing here can be computed")
        } else {
            format!("{done} of {total} looked at")
        }
    };
    let more = move || {
        (!show_all.get()).then(|| {
            view! {
                <button type="button" class="quiet no-print" on:click=move |_| show_all.set(true)>
                    {format!("Show {} more", total - FIRST_YOURS)}
                </button>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="yours-title">
            <h2 id="yours-title">"Yours to judge" <small>{count}</small></h2>
            <ul class="plain spread ticks">{items}</ul>
            {more}
        </section>
    }
    .into_any()
}

/// What to write down when one decides: it names exactly what was looked at.
fn decision(loaded: &Loaded) -> AnyView {
    let report = &loaded.report;
    let tally = Tally::of(&report.checks);
    let id = report.snapshot.id.clone().unwrap_or_default();
    let gates: Vec<String> = report
        .gates
        .iter()
        .map(|gate| format!("{} {}", gate.id, checks::verdict_word(gate.verdict)))
        .collect();
    let gates = if gates.is_empty() { "no gates".to_owned() } else { gates.join(", ") };
    let words = format!(
        "{}: {gates} · {} confirmed, {} contradicted ({} in substance), {} without evidence, {} left to judge · \
         snapshot {id}",
        report.phase.id,
        tally.confirmed,
        tally.contradicted(),
        tally.substance,
        tally.no_evidence,
        tally.yours
    );
    let already = match loaded.sign_offs() {
        0 => "no statement lies beside the packer’s".to_owned(),
        1 => "one statement lies beside the packer’s".to_owned(),
        many => format!("{many} statements lie beside the packer’s"),
    };
    view! {
        <section class="card" aria-labelledby="decision-title">
            <h2 id="decision-title">"Your decision" <small>{already}</small></h2>
            <p class="muted">
                "The evidence decides nothing. When you do, write down what you looked at: the line names this \
                 snapshot by its fingerprint, so that nobody can mean another one."
            </p>
            <CopyLine text=words/>
        </section>
    }
    .into_any()
}

/// A name as one word of a command.
pub(super) fn shell_word(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/+@=,".contains(letter);
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    let quoted = name.replace('\'', r"'\''");
    if name.starts_with('-') { format!("'./{quoted}'") } else { format!("'{quoted}'") }
}
