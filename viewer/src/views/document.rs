//! Documents: the list, and one document line by line with its checks in the margin.

use std::collections::BTreeMap;

use dossier_shared::report::{Check, Report};
use leptos::prelude::*;

use super::parts;
use crate::components::icon::icon;
use crate::model::checks::{Mark, Tally};
use crate::model::document::{self, Block, Known, Row, Run, TableRow, Target};
use crate::model::route::{Lines, Route};
use crate::model::{files, links, words};
use crate::page;
use crate::session::loaded;

/// All documents.
#[component]
pub(crate) fn DocumentsScreen() -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    if report.documents.is_empty() {
        return view! {
            {parts::heading("Documents", "")}
            {parts::nothing("This snapshot holds no documents.", Some((Route::Files { query: String::new() }, "See its files")))}
        }
        .into_any();
    }
    let rows = report
        .documents
        .iter()
        .map(|facts| {
            let route = Route::Document { name: address_of(&report, &facts.name), lines: None };
            let tally = Tally::of(report.checks.iter().filter(|check| check.document == facts.name));
            let damage = loaded.damage(facts.path.as_str());
            view! {
                <tr data-row="" tabindex="-1" data-damaged=parts::damage_flag(damage)>
                    <th scope="row"><a class="link" href=route.href()>{facts.name.clone()}</a></th>
                    <td class="muted">{files::kind_in_words(&facts.kind).to_owned()}</td>
                    <td>
                        {parts::tally_words(tally)}
                        {parts::damage_note(damage)}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {parts::heading("Documents", "What was written, line by line, with its checks in the margin.")}
        <section class="card" aria-label="Documents">
            <table class="stacking">
                <thead>
                    <tr>
                        <th scope="col">"Document"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"Checks"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// One document.
#[component]
pub(crate) fn DocumentScreen(name: String, lines: Option<Lines>) -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let Some(facts) = links::document_of_route(&report, &name) else {
        return view! {
            {parts::heading(name.clone(), "")}
            {parts::nothing(format!("{name} is not in this snapshot."), Some((Route::Documents, "See the documents that are")))}
        }
        .into_any();
    };
    let others = report
        .documents
        .iter()
        .map(|other| {
            let route = Route::Document { name: address_of(&report, &other.name), lines: None };
            let is_here = other.name == facts.name;
            view! { <a href=route.href() aria-current=is_here.then_some("page")>{links::short_name(other)}</a> }
        })
        .collect_view();
    let checks: Vec<&Check> = report.checks.iter().filter(|check| check.document == facts.name).collect();
    let tally = Tally::of(checks.iter().copied());
    let body = match loaded.bytes(facts.path.as_str()) {
        Some(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            markdown(&text, &checks, &Known::of(&report), Some((&report, lines)))
        }
        None => parts::nothing(
            format!("The entry {} cannot be read.", facts.path),
            Some((Route::File { path: facts.path.to_string(), at: None }, "See why")),
        ),
    };
    if let Some(lines) = lines {
        page::reveal(format!("L{}", lines.first));
    }
    let damage = loaded.damage(facts.path.as_str());
    let file = Route::File { path: facts.path.to_string(), at: None };
    view! {
        <nav class="tabs no-print" aria-label="Documents">
            <a href=Route::Documents.href()>"All documents"</a>
            {others}
        </nav>
        {parts::heading(facts.name.clone(), view! { {parts::tally_words(tally)} " · " <a class="link" href=file.href()>"as a file"</a> })}
        <section class="card" data-damaged=parts::damage_flag(damage) aria-label="Text">
            {parts::damage_note(damage)}
            {body}
        </section>
    }
    .into_any()
}

fn address_of(report: &Report, name: &str) -> String {
    match links::to_line(report, name, 0).route {
        Route::Document { name, .. } => name,
        _ => name.to_owned(),
    }
}

/// Markdown as views; with a report its lines are numbered and its checks stand in the margin.
pub(super) fn markdown(
    text: &str,
    checks: &[&Check],
    known: &Known,
    margin: Option<(&Report, Option<Lines>)>,
) -> AnyView {
    let mut by_line: BTreeMap<u32, Vec<&Check>> = BTreeMap::new();
    for check in checks {
        by_line.entry(check.line).or_default().push(check);
    }
    let mut last_line = 0;
    let rows = document::rows(text, checks, known)
        .into_iter()
        .map(|row| {
            let is_new_line = row.line != last_line;
            let gap = row.line > last_line + 1 && last_line > 0;
            last_line = row.line;
            let Some((report, lines)) = margin else { return line_body(&row, None) };
            let is_marked = lines.is_some_and(|lines| lines.contains(row.line));
            let worst = is_new_line
                .then(|| by_line.get(&row.line))
                .flatten()
                .and_then(|checks| checks.iter().map(|check| Mark::of(check)).min());
            let in_table = matches!(row.block, Block::Table(_));
            let marks = (is_new_line && !in_table)
                .then(|| by_line.get(&row.line).map(|checks| marks(report, checks)))
                .flatten();
            let class = match (gap, is_marked) {
                (true, true) => "doc-line gap marked",
                (true, false) => "doc-line gap",
                (false, true) => "doc-line marked",
                (false, false) => "doc-line",
            };
            let number = row.line;
            let anchor = (is_new_line && !in_table).then(|| format!("L{number}"));
            view! {
                <div class=class id=anchor tabindex="-1" data-mark=worst.map(Mark::class)>
                    <span class="number" aria-hidden="true">{is_new_line.then_some(number)}</span>
                    <div class="doc-text">{line_body(&row, Some((report, &by_line)))}</div>
                    <div class="doc-marks">{marks}</div>
                </div>
            }
            .into_any()
        })
        .collect_view();
    view! { <div class=if margin.is_some() { "doc numbered" } else { "doc" }>{rows}</div> }.into_any()
}

/// More checks of one line than this are counted, not drawn.
const MOST_MARKS: usize = 12;

fn marks(report: &Report, checks: &[&Check]) -> AnyView {
    let mut checks: Vec<&Check> = checks.to_vec();
    checks.sort_by_key(|check| Mark::of(check));
    let more = checks.len().saturating_sub(MOST_MARKS);
    let marks = checks
        .iter()
        .take(MOST_MARKS)
        .map(|check| {
            let mark = Mark::of(check);
            view! {
                <a
                    class=format!("margin-mark {}", mark.class())
                    href=links::to_check(report, check).href()
                    title=format!("{}: {}. {}", check.id, mark.word(), check.because)
                    aria-label=format!("Check {}: {}", check.id, mark.word())
                >
                    {icon(parts::shape(mark))}
                    {check.id.clone()}
                </a>
            }
        })
        .collect_view();
    view! { {marks} {(more > 0).then(|| view! { <span class="muted">{format!("and {more} more")}</span> })} }
        .into_any()
}

type Margin<'a> = Option<(&'a Report, &'a BTreeMap<u32, Vec<&'a Check>>)>;

fn line_body(row: &Row, margin: Margin<'_>) -> AnyView {
    let content = runs(&row.runs);
    match &row.block {
        // The page's own heading is the first level, so a document's begin at the second.
        Block::Heading(1) => view! { <h2 class="d1">{content}</h2> }.into_any(),
        Block::Heading(2) => view! { <h3 class="d2">{content}</h3> }.into_any(),
        Block::Heading(3) => view! { <h4 class="d3">{content}</h4> }.into_any(),
        Block::Heading(_) => view! { <h5 class="d4">{content}</h5> }.into_any(),
        Block::Paragraph => view! { <p>{content}</p> }.into_any(),
        Block::Item { depth, marker } => view! {
            <p class=format!("item depth-{depth}")>
                <span class="marker">{marker.clone()}</span>
                <span>{content}</span>
            </p>
        }
        .into_any(),
        Block::Quote => view! { <p class="quoted">{content}</p> }.into_any(),
        Block::Code => view! { <pre class="code-line">{content}</pre> }.into_any(),
        Block::Rule => view! { <hr/> }.into_any(),
        Block::Raw => {
            view! { <p class="raw" title="Shown as it was written, not obeyed">{content}</p> }.into_any()
        }
        Block::Table(rows) => table(rows, margin),
    }
}

fn table(rows: &[TableRow], margin: Margin<'_>) -> AnyView {
    let rows = rows
        .iter()
        .map(|row| {
            let cells = row
                .cells
                .iter()
                .map(|cell| {
                    let content = runs(cell);
                    if row.is_head {
                        view! { <th scope="col">{content}</th> }.into_any()
                    } else {
                        view! { <td>{content}</td> }.into_any()
                    }
                })
                .collect_view();
            let end = margin.map(|(report, by_line)| {
                let marks = by_line.get(&row.line).map(|checks| marks(report, checks));
                view! { <td class="doc-marks">{marks}</td> }
            });
            let id = margin.map(|_| format!("L{}", row.line));
            view! { <tr id=id tabindex="-1">{cells} {end}</tr> }
        })
        .collect_view();
    view! { <div class="scroll"><table class="doc-table"><tbody>{rows}</tbody></table></div> }.into_any()
}

fn runs(runs: &[Run]) -> AnyView {
    // Code that a highlight cuts in two is still one piece of code.
    let mut pieces: Vec<&[Run]> = Vec::new();
    let mut rest = runs;
    while let Some((first, others)) = rest.split_first() {
        let more =
            others.iter().take_while(|run| first.style.code && run.style.code && run.is_continued).count();
        let (piece, after) = rest.split_at(1 + more);
        pieces.push(piece);
        rest = after;
    }
    let piece = |piece: &[Run]| {
        let content = piece.iter().map(run).collect_view();
        match piece.first() {
            Some(first) if first.style.code => view! { <code>{content}</code> }.into_any(),
            _ => content.into_any(),
        }
    };
    pieces.into_iter().map(piece).collect_view().into_any()
}

fn run(run: &Run) -> AnyView {
    let mut content = run.text.clone().into_any();
    if run.style.strong {
        content = view! { <strong>{content}</strong> }.into_any();
    }
    if run.style.emphasis {
        content = view! { <em>{content}</em> }.into_any();
    }
    if run.style.struck {
        content = view! { <s>{content}</s> }.into_any();
    }
    content = match &run.target {
        Target::Nowhere => content,
        Target::Web(address) => view! {
            <a href=address.clone() title=address.clone() target="_blank" rel="noopener noreferrer">{content}</a>
        }
        .into_any(),
        Target::Build(number) => view! { <a href=Route::Build(*number).href()>{content}</a> }.into_any(),
        Target::Pull(number) => {
            view! { <a href=Route::Changes { pull: Some(*number) }.href()>{content}</a> }.into_any()
        }
        Target::Missing(what) => {
            let title = format!("{} is not in this snapshot.", words::capital(what));
            view! { <span class="missing" title=title>{content}</span> }.into_any()
        }
    };
    match &run.highlight {
        Some((id, mark)) => view! {
            <mark class=mark.class() title=format!("{id}: {}", mark.word())>{content}</mark>
        }
        .into_any(),
        None => content,
    }
}
