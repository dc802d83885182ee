//! What stands around every screen: letterhead, trust strip, navigation, footer.

use std::sync::Arc;

use leptos::prelude::*;

use super::builds::{BuildScreen, BuildsScreen};
use super::changes::ChangesScreen;
use super::document::{DocumentScreen, DocumentsScreen};
use super::files::{FileScreen, FilesScreen};
use super::gates::{GateScreen, GatesScreen};
use super::keys::Keys;
use super::logs::{LogScreen, LogsScreen};
use super::parts;
use super::strip::TrustStrip;
use super::tests::TestsScreen;
use super::timeline::TimelineScreen;
use super::trust::TrustScreen;
use super::verdict::VerdictScreen;
use crate::model::checks::Tally;
use crate::model::route::{Route, Screen};
use crate::page;
use crate::router::Router;
use crate::session::{Loaded, Session};

/// The page of an open snapshot.
#[component]
pub(crate) fn Shell(loaded: Arc<Loaded>) -> impl IntoView {
    provide_context(loaded.clone());
    provide_context(loaded.report.clone());
    let session = expect_context::<Session>();
    let router = expect_context::<Router>();
    let report = &loaded.report;
    let phase = report.phase.id.clone();
    let id = report.snapshot.short_id.clone().unwrap_or_else(|| "no id".into());
    let full_id = report.snapshot.id.clone().unwrap_or_default();

    Effect::new({
        let phase = phase.clone();
        move |before: Option<()>| {
            let route = router.route.get();
            let screen = route.screen().map_or("Not found", Screen::title);
            document().set_title(&format!("{screen} · {phase} · Dossier"));
            // A new screen begins at its top and tells its name; the first one is left where it is.
            if before.is_some() {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                request_animation_frame(|| {
                    let has_target = document()
                        .active_element()
                        .is_some_and(|active| active.closest("main").ok().flatten().is_some());
                    if let Some(title) = page::element("title").filter(|_| !has_target) {
                        page::focus(&title);
                    }
                    page::show_in_row("nav [aria-current=page]");
                });
            }
        }
    });
    let to_main = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        if let Some(main) = page::element("main") {
            page::focus(&main);
        }
    };
    let print = |_| {
        let _ = window().print();
    };
    let screen = move || screen(router.route.get());
    view! {
        <header class="top">
            <a class="skip" href="#/" on:click=to_main>"Skip to the content"</a>
            <div class="letterhead">
                <p class="brand"><a href=Route::Verdict.href()>"Dossier"</a><span>" / "{phase}</span></p>
                <div class="tools">
                    <p class="snapshot-id mono" title=format!("Snapshot {full_id}")>{id}</p>
                    <ThemeButton/>
                    <button type="button" class="no-print" on:click=print>"Print"</button>
                    <button type="button" class="no-print" on:click=move |_| session.close()>"Close"</button>
                </div>
            </div>
            <TrustStrip/>
        </header>
        <div class="page">
            <div class="side no-print">
                <Navigation/>
                <Keys/>
            </div>
            <main id="main" tabindex="-1">{screen}</main>
        </div>
    }
}

fn screen(route: Route) -> AnyView {
    match route {
        Route::Verdict => view! { <VerdictScreen/> }.into_any(),
        Route::Gates { check, outcome } => view! { <GatesScreen check outcome/> }.into_any(),
        Route::Gate { id, check, outcome } => view! { <GateScreen id check outcome/> }.into_any(),
        Route::Timeline => view! { <TimelineScreen/> }.into_any(),
        Route::Builds => view! { <BuildsScreen/> }.into_any(),
        Route::Build(number) => view! { <BuildScreen number/> }.into_any(),
        Route::Tests { query } => view! { <TestsScreen query/> }.into_any(),
        Route::Logs => view! { <LogsScreen/> }.into_any(),
        Route::Log { build: number, step, lines } => view! { <LogScreen number step lines/> }.into_any(),
        Route::Changes { pull } => view! { <ChangesScreen pull/> }.into_any(),
        Route::Documents => view! { <DocumentsScreen/> }.into_any(),
        Route::Document { name, lines } => view! { <DocumentScreen name lines/> }.into_any(),
        Route::Files { query } => view! { <FilesScreen query/> }.into_any(),
        Route::File { path, at } => view! { <FileScreen path at/> }.into_any(),
        Route::Trust => view! { <TrustScreen/> }.into_any(),
        Route::Unknown(hash) => view! {
            {parts::heading("There is nothing here", "")}
            {parts::nothing(format!("No screen has the address {hash}."), Some((Route::Verdict, "Go to the verdict")))}
        }
        .into_any(),
    }
}

/// The list of screens, with how much each holds.
#[component]
fn Navigation() -> impl IntoView {
    let router = expect_context::<Router>();
    let loaded = crate::session::loaded();
    let report = loaded.report.clone();
    let tally = Tally::of(&report.checks);
    let count = move |screen: Screen| -> usize {
        match screen {
            Screen::Verdict => tally.contradicted() as usize,
            Screen::Gates => report.gates.len(),
            Screen::Builds => report.builds.len(),
            Screen::Tests => report.tests.iter().map(|suite| suite.cases.len()).sum(),
            Screen::Logs => {
                report.builds.iter().flat_map(|build| &build.steps).filter(|step| step.log.is_some()).count()
            }
            Screen::Changes => report.pulls.len(),
            Screen::Documents => report.documents.len(),
            Screen::Files => report.files.len(),
            Screen::Timeline | Screen::Trust => 0,
        }
    };
    let items = Screen::ALL
        .into_iter()
        .map(|screen| {
            let number = count(screen);
            let is_here = move || router.route.get().screen() == Some(screen);
            let title = match screen {
                Screen::Verdict if number > 0 => Some("contradicted"),
                _ => None,
            };
            view! {
                <li class=if screen == Screen::Documents { "apart" } else { "" }>
                    <a
                        href=screen.route().href()
                        data-testid=format!("nav-{}", screen.title().to_lowercase())
                        aria-current=move || is_here().then_some("page")
                    >
                        {screen.title()}
                        {(number > 0).then(|| view! { <span class="nav-count" title=title>{number}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <nav aria-label="Screens"><ul>{items}</ul></nav> }
}

/// Goes round through the computer's colours, light and dark.
#[component]
fn ThemeButton() -> impl IntoView {
    let theme = RwSignal::new(page::setting("theme").unwrap_or_else(|| "auto".into()));
    let next = move |_| {
        let next = match theme.get_untracked().as_str() {
            "auto" => "light",
            "light" => "dark",
            _ => "auto",
        };
        page::set_theme(next);
        page::keep_setting("theme", next);
        theme.set(next.into());
    };
    let words = move || match theme.get().as_str() {
        "light" => "Light",
        "dark" => "Dark",
        _ => "Auto",
    };
    view! {
        <button type="button" class="no-print" on:click=next title="Colours: as the computer, light, or dark">
            <span class="visually-hidden">"Colours: "</span>
            {words}
        </button>
    }
}
