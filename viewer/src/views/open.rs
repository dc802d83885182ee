//! The page with nothing open: drop, pick or paste a file; progress; and why a file could not be opened.

use leptos::prelude::*;

use crate::components::pick::PickFile;
use crate::model::words;
use crate::session::{Session, Stage};

/// The screen before a snapshot is open.
#[component]
pub(crate) fn OpenScreen(stage: Stage) -> impl IntoView {
    let session = expect_context::<Session>();
    document().set_title("Dossier");
    let pick = move |is_primary: bool, label: &'static str| {
        view! { <PickFile id="pick" label is_primary on_file=move |file| session.open_file(file)/> }
    };
    let cancel = move || {
        view! { <button type="button" on:click=move |_| session.close()>"Cancel"</button> }
    };
    let body = match stage {
        Stage::Reading { name, done, total } => view! {
            <h1>"Reading " <span class="mono">{name}</span></h1>
            <p role="status">
                {words::size(done as u64)} " of " {words::size(total as u64)}
            </p>
            <progress max=total.max(1.0).to_string() value=done.to_string()></progress>
            <p>{cancel()}</p>
        }
        .into_any(),
        Stage::Judging { name, size_bytes } => view! {
            <h1>"Checking " <span class="mono">{name}</span></h1>
            <p role="status">
                {words::size(size_bytes)} ": computing every fingerprint, then comparing what was written with it."
            </p>
            <p>{cancel()}</p>
        }
        .into_any(),
        Stage::Failed { name, why } => view! {
            <h1>"This could not be opened"</h1>
            <p class="mono">{name}</p>
            <p class="failure" role="alert" data-testid="open-failure">{words::sentence(&why)}</p>
            <p class="actions">{pick(true, "Pick another file")} <button type="button" on:click=move |_| session.close()>"Start again"</button></p>
        }
        .into_any(),
        _ => view! {
            <h1>"Open a snapshot"</h1>
            <p>"Drop the " <span class="mono">".zip"</span> " on this page, pick it, or paste it."</p>
            <p class="actions">{pick(true, "Pick a file")}</p>
            <p class="muted">
                "A snapshot is what " <span class="mono">"dossier pack"</span>
                " wrote: the evidence of a phase in one signed file. It is read on this computer; nothing leaves \
                 it, and this page cannot reach any network."
            </p>
        }
        .into_any(),
    };
    view! {
        <main id="main" class="opener" tabindex="-1">
            <p class="brand">"Dossier"</p>
            <div class="drop">{body}</div>
        </main>
    }
}
