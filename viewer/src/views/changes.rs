//! Changes: pull requests with their state, times and comments.

use dossier_shared::evidence::PullState;
use dossier_shared::report::{CommentFacts, PullFacts};
use leptos::prelude::*;

use super::{document, parts};
use crate::model::document::Known;
use crate::model::route::Route;
use crate::model::words;
use crate::page;
use crate::session::loaded;

/// All pull requests.
#[component]
pub(crate) fn ChangesScreen(pull: Option<u64>) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    if report.pulls.is_empty() {
        return view! {
            {parts::heading("Changes", "")}
            {parts::nothing("This snapshot holds no pull requests.", Some((Route::Trust, "See what was asked for")))}
        }
        .into_any();
    }
    let known = Known::of(&report);
    let missing = pull
        .filter(|number| !report.pulls.iter().any(|facts| facts.number == *number))
        .map(|number| parts::nothing(format!("PR#{number} is not in this snapshot; these are."), None));
    if let Some(number) = pull {
        page::reveal(format!("pull-{number}"));
    }
    let cards = report
        .pulls
        .iter()
        .map(|facts| {
            let builds: Vec<u64> = report
                .builds
                .iter()
                .filter(|build| build.pull == Some(facts.number))
                .map(|build| build.number)
                .collect();
            let damage = loaded.damage(facts.path.as_str());
            card(facts, &builds, &known, damage, pull == Some(facts.number))
        })
        .collect_view();
    view! {
        {parts::heading("Changes", words::count(report.pulls.len() as u64, "pull request", "pull requests"))}
        {missing}
        {cards}
    }
    .into_any()
}

fn card(pull: &PullFacts, builds: &[u64], known: &Known, damage: Option<&str>, is_focused: bool) -> AnyView {
    let state = match pull.state {
        PullState::Open => "open",
        PullState::Closed => "closed, not merged",
        PullState::Merged => "merged",
    };
    let builds = builds
        .iter()
        .map(|number| view! { <a class="chip" href=Route::Build(*number).href()>{format!("build {number}")}</a> " " })
        .collect_view();
    let time = |label: &'static str, at: Option<dossier_shared::time::Timestamp>| {
        at.map(|at| view! { <dt>{label}</dt><dd>{format!("{} UTC", words::day_and_second(at))}</dd> })
    };
    let comments = pull.comments.iter().map(|one| comment(one, known)).collect_view();
    let address = pull.url.starts_with("https://") || pull.url.starts_with("http://");
    let address = address.then(|| {
        view! {
            " · "
            <a class="link" href=pull.url.clone() target="_blank" rel="noopener noreferrer">"on the forge"</a>
        }
    });
    view! {
        <section
            class=if is_focused { "card focused" } else { "card" }
            id=format!("pull-{}", pull.number)
            tabindex="-1"
            data-row=""
            data-damaged=parts::damage_flag(damage)
            data-testid=format!("pull-{}", pull.number)
            aria-label=format!("PR#{}", pull.number)
        >
            <h2>
                {format!("PR#{} — {}", pull.number, pull.title)}
                <small>{state} " " <a class="link" href=Route::File { path: pull.path.to_string(), at: None }.href()>"evidence"</a> {address}</small>
            </h2>
            {parts::damage_note(damage)}
            <dl class="pairs">
                <dt>"Head"</dt>
                <dd><span class="mono">{pull.head_sha.clone()}</span> " " <span class="muted">{pull.head_ref.clone()}</span></dd>
                <dt>"Author"</dt><dd>{pull.author.clone()}</dd>
                {time("Opened", pull.created_at)}
                {time("Closed", pull.closed_at)}
                {time("Merged", pull.merged_at)}
                {(!builds.is_empty()).then(|| view! { <dt>"Tested by"</dt><dd>{builds}</dd> })}
            </dl>
            {(!pull.comments.is_empty()).then(|| view! {
                <h3>{words::count(pull.comments.len() as u64, "comment", "comments")}</h3>
                <ol class="comments">{comments}</ol>
            })}
        </section>
    }
    .into_any()
}

fn comment(comment: &CommentFacts, known: &Known) -> AnyView {
    let edited = comment
        .updated_at
        .filter(|updated| Some(*updated) != comment.created_at)
        .map(|updated| format!(", edited {}", words::day_and_second(updated)));
    view! {
        <li class="comment">
            <p class="muted">
                <b>{comment.author.clone()}</b> " "
                {comment.created_at.map(words::day_and_second)} {edited}
            </p>
            {document::markdown(&comment.body, &[], known, None)}
        </li>
    }
    .into_any()
}
