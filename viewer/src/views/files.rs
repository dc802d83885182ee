//! Files: every entry with its fingerprint, and a look into one.

use std::sync::Arc;

use leptos::prelude::*;

use super::parts;
use crate::components::rows::Rows;
use crate::model::files::{self, Preview};
use crate::model::route::Route;
use crate::model::{links, words};
use crate::page;
use crate::router;
use crate::session::loaded;

/// Every entry.
#[component]
pub(crate) fn FilesScreen(query: String) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let total = report.files.len();
    let bytes: u64 = report.files.iter().map(|file| file.size_bytes).sum();
    let text = RwSignal::new(query);
    let selected = Memo::new({
        let report = report.clone();
        move |_| files::select(&report, &text.get())
    });
    let count = Signal::derive(move || selected.with(Vec::len));
    let typed = move |event| {
        let value = event_target_value(&event);
        router::note(&Route::Files { query: value.clone() });
        text.set(value);
    };
    let row = move |index: usize| {
        let file = selected.with(|selected| selected.get(index).copied());
        let Some(file) = file.and_then(|file| report.files.get(file)) else { return ().into_any() };
        let path = file.path.to_string();
        let damage = loaded.damage(&path);
        let route = Route::File { path: path.clone(), at: None };
        let (folder, name) = files::folder_and_name(&path);
        let (folder, name) = (folder.to_owned(), name.to_owned());
        let short: String = file.sha256.chars().take(12).collect();
        view! {
            <div
                class="row"
                role="row"
                data-row=""
                tabindex="-1"
                data-testid="file-row"
                data-problem=damage.map(|_| "")
                data-damaged=parts::damage_flag(damage)
                title=damage.map(str::to_owned)
            >
                <span role="cell" class="path">
                    {damage.map(|_| view! { <b class="damage">"damaged "</b> })}
                    <a class="link mono" href=route.href() title=path.clone()>
                        <span class="cut">{folder}</span>
                        <span class="name">{name}</span>
                    </a>
                </span>
                <span role="cell" class="muted cut">{files::kind_in_words(&file.kind).to_owned()}</span>
                <span role="cell" class="right muted">{words::size(file.size_bytes)}</span>
                <span role="cell" class="mono muted" title=file.sha256.clone()>{short}</span>
                <span role="cell" class="muted cut" title=file.origin.clone()>{file.origin.clone()}</span>
                <span role="cell" class="right time">{file.captured_at.map(words::day_and_clock)}</span>
            </div>
        }
        .into_any()
    };
    let list = move || {
        selected.track();
        let row = row.clone();
        view! { <Rows count height=28.0 class="files-grid" row/> }
    };
    let found = move || {
        let number = count.get();
        if number == total { String::new() } else { format!("{number} of {total}") }
    };
    let nothing = move || {
        (count.get() == 0).then(|| {
            view! {
                <p class="nothing">
                    "No file matches. "
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| {
                            text.set(String::new());
                            router::note(&Route::Files { query: String::new() });
                        }
                    >"Show all files"</button>
                </p>
            }
        })
    };
    let under = format!("{}, {} in all", words::count(total as u64, "file", "files"), words::size(bytes));
    view! {
        {parts::heading("Files", under)}
        {issues()}
        <section class="card" aria-labelledby="files-title">
            <div class="toolbar">
                <h2 id="files-title">"Entries" <small aria-live="polite">{found}</small></h2>
                <input
                    type="search"
                    placeholder="Path, kind, source, fingerprint"
                    aria-label="Search the files"
                    data-search=""
                    prop:value=text
                    on:input=typed
                />
            </div>
            <div role="table" aria-label="Files">
                <div class="row head files-grid" role="row">
                    <span role="columnheader">"Path"</span>
                    <span role="columnheader">"Kind"</span>
                    <span role="columnheader" class="right">"Size"</span>
                    <span role="columnheader" title="The first digits of its sha256">"Fingerprint"</span>
                    <span role="columnheader">"Where from"</span>
                    <span role="columnheader" class="right">"Captured (UTC)"</span>
                </div>
                {list}
            </div>
            {nothing}
        </section>
    }
}

/// Entries that could not be read as what they are said to be.
fn issues() -> Option<AnyView> {
    let loaded = loaded();
    let report = &loaded.report;
    if report.issues.is_empty() {
        return None;
    }
    let rows = report
        .issues
        .iter()
        .map(|entry| {
            let route = Route::File { path: entry.path.to_string(), at: None };
            let place = if entry.issue.at.is_empty() { String::new() } else { format!("{}: ", entry.issue.at) };
            view! {
                <li>
                    <span><a class="link mono" href=route.href()>{entry.path.to_string()}</a> " " {place} {entry.issue.what.clone()}</span>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <details class="card fold">
                <summary>
                    <h2>
                        "Could not be read in full"
                        <small>{words::count(report.issues.len() as u64, "remark", "remarks")}</small>
                    </h2>
                </summary>
                <ul class="plain">{rows}</ul>
            </details>
        }
        .into_any(),
    )
}

/// One entry.
#[component]
pub(crate) fn FileScreen(path: String, at: Option<String>) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let facts = report.files.iter().find(|file| file.path.as_str() == path);
    let bytes = loaded.bytes(&path);
    if facts.is_none() && bytes.is_none() {
        return view! {
            {parts::heading(path.clone(), "")}
            {parts::nothing(
                "This snapshot holds no such file.",
                Some((Route::Files { query: String::new() }, "See the files it holds")),
            )}
        }
        .into_any();
    }
    let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
    let damage = loaded.damage(&path);
    let pairs = facts.map(|file| {
        view! {
            <dl class="pairs">
                <dt>"Kind"</dt><dd>{files::kind_in_words(&file.kind).to_owned()}</dd>
                <dt>"Where from"</dt><dd class="mono">{file.origin.clone()}</dd>
                <dt>"Size"</dt><dd>{format!("{} ({} bytes)", words::size(file.size_bytes), words::grouped(file.size_bytes))}</dd>
                <dt>"Captured"</dt>
                <dd>{file.captured_at.map_or_else(|| "not told".into(), |at| format!("{} UTC", words::day_and_second(at)))}</dd>
                <dt title="sha256 of what was read">"Fingerprint"</dt><dd class="mono">{file.sha256.clone()}</dd>
            </dl>
        }
    });
    let pointed =
        at.clone().map(|at| view! { <p class="muted">"Pointed to: " <span class="mono">{at}</span></p> });
    let better = better_place(&path);
    let save = bytes.as_ref().map(|bytes| {
        let (bytes, name) = (bytes.to_vec(), name.clone());
        view! { <button type="button" class="no-print" on:click=move |_| page::save(&name, &bytes)>"Save"</button> }
    });
    let body = match bytes {
        Some(bytes) => view! { <Content path=path.clone() bytes=bytes.into_owned() at/> }.into_any(),
        None => parts::nothing("Its bytes could not be read.", None),
    };
    let checks: Vec<_> = report
        .checks
        .iter()
        .filter(|check| check.evidence.iter().any(|evidence| evidence.path.as_str() == path))
        .collect();
    let checks = (!checks.is_empty()).then(|| {
        let rows =
            checks.into_iter().map(|check| parts::check_row(&loaded, check, &[], false)).collect_view();
        view! {
            <section class="card" aria-labelledby="rests-title">
                <h2 id="rests-title">"Checks that rest on it"</h2>
                <ul class="checks">{rows}</ul>
            </section>
        }
    });
    view! {
        <nav class="tabs no-print" aria-label="Files"><a href=Route::Files { query: String::new() }.href()>"All files"</a></nav>
        {parts::heading(name, view! { <span class="mono">{path.clone()}</span> })}
        <section class="card" data-damaged=parts::damage_flag(damage) aria-label="About this file">
            {parts::damage_note(damage)}
            {pairs}
            <p class="actions-row">{save} {better}</p>
        </section>
        <section class="card" aria-labelledby="content-title">
            <h2 id="content-title">"Content"</h2>
            {pointed}
            {body}
        </section>
        {checks}
    }
    .into_any()
}

/// The screen that shows this entry better than bytes do.
fn better_place(path: &str) -> Option<AnyView> {
    let loaded = loaded();
    let report = &loaded.report;
    let log = report
        .files
        .iter()
        .find(|file| file.path.as_str() == path)
        .and_then(|file| links::step_of_log(report, &file.path));
    let (route, words) = if let Some((build, step)) = log {
        (links::log_route(build, step, None), "Read it as a log".to_owned())
    } else if let Some(document) = report.documents.iter().find(|document| document.path.as_str() == path) {
        (Route::Document { name: document.name.clone(), lines: None }, "Read it as a document".to_owned())
    } else if let Some(build) = report.builds.iter().find(|build| build.path.as_str() == path) {
        (Route::Build(build.number), format!("See build {}", build.number))
    } else if let Some(pull) = report.pulls.iter().find(|pull| pull.path.as_str() == path) {
        (Route::Changes { pull: Some(pull.number) }, format!("See PR#{}", pull.number))
    } else {
        return None;
    };
    Some(view! { <a class="link" href=route.href()>{words}</a> }.into_any())
}

/// Text longer than this is windowed.
const MOST_PLAIN_LINES: usize = 2000;

#[component]
fn Content(path: String, bytes: Vec<u8>, at: Option<String>) -> impl IntoView {
    let preview = files::preview(&path, &bytes);
    let bytes = Arc::new(bytes);
    let choices: Vec<(Preview, &'static str)> = match preview {
        Preview::Json => {
            vec![(Preview::Json, "Indented"), (Preview::Text, "As it came"), (Preview::Hex, "Bytes")]
        }
        Preview::Text => vec![(Preview::Text, "Text"), (Preview::Hex, "Bytes")],
        Preview::Image("image/svg+xml") => {
            vec![(preview, "Picture"), (Preview::Text, "Text"), (Preview::Hex, "Bytes")]
        }
        Preview::Image(_) => vec![(preview, "Picture"), (Preview::Hex, "Bytes")],
        Preview::Hex => vec![(Preview::Hex, "Bytes")],
    };
    let shown = RwSignal::new(preview);
    let buttons = choices
        .into_iter()
        .map(|(choice, word)| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || (shown.get() == choice).to_string()
                    on:click=move |_| shown.set(choice)
                >{word}</button>
            }
        })
        .collect_view();
    let body = move || match shown.get() {
        Preview::Image(mime) => picture(&bytes, mime),
        Preview::Hex => {
            let rows = bytes.len().div_ceil(16);
            let bytes = bytes.clone();
            let row = move |index: usize| {
                view! { <div class="code-row">{files::hex_row(&bytes, index)}</div> }.into_any()
            };
            view! { <Rows count=Signal::derive(move || rows) height=20.0 role="group" class="code-rows" row/> }.into_any()
        }
        Preview::Json => match files::json_lines(&bytes) {
            Some(lines) => {
                let wanted = at.as_ref().and_then(|at| lines.iter().position(|line| line.pointer == *at));
                numbered(lines.into_iter().map(|line| line.text).collect(), wanted)
            }
            None => view! {
                <p class="muted">"It cannot be read as JSON; this is its text."</p>
                {text_of(&bytes, at.as_deref())}
            }
            .into_any(),
        },
        Preview::Text => text_of(&bytes, at.as_deref()),
    };
    view! {
        <div class="group toolbar no-print" role="group" aria-label="Show as">{buttons}</div>
        {body}
    }
}

fn text_of(bytes: &[u8], at: Option<&str>) -> AnyView {
    let text = String::from_utf8_lossy(bytes);
    let wanted = at.and_then(links::line_of_pointer).map(|line| line as usize - 1);
    numbered(text.lines().map(str::to_owned).collect(), wanted)
}

fn numbered(lines: Vec<String>, wanted: Option<usize>) -> AnyView {
    if lines.is_empty() {
        return parts::nothing("The file is empty.", None);
    }
    let count = lines.len();
    if count <= MOST_PLAIN_LINES
        && let Some(wanted) = wanted
    {
        page::reveal(format!("line-{}", wanted + 1));
    }
    let row = move |index: usize| {
        let Some(line) = lines.get(index) else { return ().into_any() };
        let class = if wanted == Some(index) { "code-row marked" } else { "code-row" };
        let number = index + 1;
        view! {
            <div class=class id=format!("line-{number}") tabindex="-1">
                <span class="number" aria-hidden="true">{number}</span>
                <span class="text">{line.clone()}</span>
            </div>
        }
        .into_any()
    };
    view! {
        <Rows
            count=Signal::derive(move || count)
            height=20.0
            most_plain=MOST_PLAIN_LINES
            reveal=Signal::derive(move || wanted)
            role="group"
            class="code-rows numbered"
            row
        />
    }
    .into_any()
}

fn picture(bytes: &[u8], mime: &str) -> AnyView {
    match page::blob_address(bytes, mime) {
        Some(address) => {
            let released = address.clone();
            on_cleanup(move || page::release(&released));
            view! { <p class="picture"><img src=address alt="The picture in this file"/></p> }.into_any()
        }
        None => parts::nothing("The browser could not draw this picture.", None),
    }
}
