//! Trust: the five answers in full, what each does not prove, and whose key it is.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{parts, verdict};
use crate::components::copy::CopyLine;
use crate::components::icon::icon;
use crate::components::pick::PickFile;
use crate::model::trust::{self, Answer};
use crate::model::words;
use crate::session::{Loaded, Session, loaded};
use crate::views::strip::state_shape;

/// The five answers.
#[component]
pub(crate) fn TrustScreen() -> impl IntoView {
    let loaded = loaded();
    let report = loaded.report.clone();
    let answers = trust::answers(&report);
    if answers.is_empty() {
        return view! {
            {parts::heading("Trust", "")}
            {parts::nothing("This report says nothing about trust.", None)}
        }
        .into_any();
    }
    let cards = answers.into_iter().map(card).collect_view();
    view! {
        {parts::heading("Trust", "Five answers, because one green badge would hide four questions.")}
        <section class="card" aria-label="The five answers">
            <ol class="answers">{cards}</ol>
        </section>
        {sign_offs(&loaded)}
        <WhoseKey/>
        {identity(&loaded)}
        {absences(&loaded)}
        {outside(&loaded)}
    }
    .into_any()
}

fn card(answer: Answer) -> AnyView {
    view! {
        <li class=format!("answer {}", answer.state.name()) data-state=answer.state.name()>
            <h2>{icon(state_shape(answer.state))} {answer.question}</h2>
            <p class="answer-value">
                <b>{words::capital(&answer.value)}</b>
                {(!answer.rest.is_empty() && answer.label != "Signer").then(|| format!(", {}", answer.rest))}
            </p>
            <p>{answer.because}</p>
            <p class="muted"><span class="label">"Does not prove: "</span> {answer.not_proved}</p>
        </li>
    }
    .into_any()
}

/// Which key said what about the snapshot as a whole.
fn sign_offs(loaded: &Loaded) -> AnyView {
    let rows = trust::sign_offs(&loaded.report).into_iter().map(sign_off).collect_view();
    let count = trust::sign_offs(&loaded.report).len();
    let lacking = (count == 0).then(|| {
        view! { <p class="muted">"Nobody has signed it off: only the packer’s seal lies beside it."</p> }
    });
    view! {
        <section class="card" aria-labelledby="sign-offs-title">
            <h2 id="sign-offs-title">"Signed off by" <small>"which key said what; the times are only claimed"</small></h2>
            {lacking}
            <ol class="answers">{rows}</ol>
            <p class="muted below">
                <span class="label">"Does not prove: "</span>
                " that there were no others. A sign-off that was taken out again leaves no trace, unless a later one names it."
            </p>
        </section>
    }
    .into_any()
}

fn sign_off(said: trust::SignOff) -> AnyView {
    let accepted = (!said.accepted.is_empty())
        .then(|| view! { <p>"Accepts what is contradicted: " <span class="mono">{said.accepted.join(", ")}</span></p> });
    let note = (!said.note.is_empty()).then(|| view! { <p>"“" {said.note} "”"</p> });
    view! {
        <li class=format!("answer {}", said.state.name()) data-state=said.state.name() data-testid="sign-off">
            <h2>{icon(state_shape(said.state))} {words::capital(said.decision)} " as " {said.role}</h2>
            <p class="answer-value"><b>{said.who}</b> ", " {said.claimed_at}</p>
            {note}
            <p>{said.because}</p>
            <p class="muted">"Saw: " {said.about}</p>
            {accepted}
            <p class="muted mono">{said.key_type} " " {said.fingerprint}</p>
        </li>
    }
    .into_any()
}

/// Asks a key file of this computer who signed; it is used once and never kept.
#[component]
fn WhoseKey() -> impl IntoView {
    let session = expect_context::<Session>();
    let loaded = loaded();
    let signer = loaded.report.trust.as_ref().map(|trust| trust.signer.clone());
    let (failure, set_failure) = signal(String::new());
    let judge = move |name: String, bytes: Vec<u8>| {
        if let Err(why) = session.judge_again(Some((name, bytes))) {
            set_failure.set(why);
        }
    };
    let picked = move |file: web_sys::File| {
        wasm_bindgen_futures::spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => judge(file.name(), js_sys::Uint8Array::new(&buffer).to_vec()),
                Err(_) => set_failure.set("the browser could not read the file; pick it again".into()),
            }
        });
    };
    let typed = RwSignal::new(String::new());
    let ask = move |_| {
        let text = typed.get_untracked();
        if !text.trim().is_empty() {
            judge("what you typed".into(), text.into_bytes());
        }
    };
    let used = loaded.trust_file.clone().map(|name| {
        let digest = signer.as_ref().and_then(|signer| signer.trust_file_sha256.clone());
        let forget = move |_| {
            if let Err(why) = session.judge_again(None) {
                set_failure.set(why);
            }
        };
        view! {
            <p>
                "Asked of " <b>{name}</b>
                {digest.map(|digest| view! { ", fingerprint " <span class="mono">{digest}</span> })}
                ". "
                <button type="button" class="quiet" on:click=forget>"Forget it"</button>
            </p>
        }
    });
    let issues = trust::key_file_issues(&loaded.report);
    let issues = (!issues.is_empty()).then(|| {
        let lines = issues.into_iter().map(|issue| view! { <li>{issue}</li> }).collect_view();
        view! {
            <p class="failure">"Lines of it that grant nothing:"</p>
            <ul class="plain">{lines}</ul>
        }
    });
    view! {
        <section class="card" aria-labelledby="key-title">
            <h2 id="key-title">"Whose key is it?" <small>"asked each time, never stored"</small></h2>
            <p class="muted">
                "Pick your own " <span class="mono">"allowed_signers"</span>
                " file, or drop it on this page. It must come from somewhere else than this snapshot: from your team’s repository, or from the person themself."
            </p>
            {used}
            {issues}
            <p class="actions-row no-print">
                <PickFile id="pick-trust" label="Pick allowed_signers" on_file=picked/>
            </p>
            <details class="no-print">
                <summary>"or paste its lines"</summary>
                <textarea
                    rows="3"
                    aria-label="Lines of allowed_signers"
                    placeholder="packer@example.org namespaces=\"seal@dossier\" ssh-ed25519 AAAA…"
                    on:input=move |event| typed.set(event_target_value(&event))
                ></textarea>
                <p><button type="button" on:click=ask>"Ask these"</button></p>
            </details>
            {move || {
                let why = failure.get();
                (!why.is_empty()).then(|| view! { <p class="failure" role="alert">{words::sentence(&why)}</p> })
            }}
        </section>
    }
}

fn identity(loaded: &Loaded) -> AnyView {
    let report = &loaded.report;
    let seal = report.trust.as_ref().map(|trust| &trust.seal);
    let pair = |label: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{label}</dt><dd class="mono">{value}</dd> })
    };
    view! {
        <section class="card" aria-labelledby="identity-title">
            <h2 id="identity-title">"What identifies it"</h2>
            <dl class="pairs">
                {pair("Snapshot", report.snapshot.id.clone())}
                {pair("File", Some(format!("{} ({})", loaded.name, words::size(loaded.size_bytes))))}
                {pair("Key", seal.and_then(|seal| seal.fingerprint.clone()))}
                {pair("Key type", seal.and_then(|seal| seal.key_type.clone()))}
                {pair("Signed, it claims", seal.and_then(|seal| seal.claimed_at).map(dossier_shared::time::iso))}
                {pair("Packed", Some(dossier_shared::time::iso(report.snapshot.packed_at)))}
                {pair("Packer", Some(report.snapshot.packer.clone()))}
                {pair("Judged by", Some(report.judge.clone()))}
            </dl>
        </section>
    }
    .into_any()
}

fn absences(loaded: &Loaded) -> Option<AnyView> {
    let absences = &loaded.report.absences;
    if absences.is_empty() {
        return None;
    }
    let rows = absences
        .iter()
        .map(|absence| {
            view! {
                <tr>
                    <td class="mono">{absence.what.clone()}</td>
                    <td class="mono muted">{absence.asked.clone()}</td>
                    <td>{absence.reason.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="absent-title">
                <h2 id="absent-title">"Asked for and not here"</h2>
                <table class="stacking">
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"Asked"</th>
                            <th scope="col">"Why not"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

fn outside(loaded: &Loaded) -> AnyView {
    let command =
        format!("dossier verify {} --allowed-signers allowed_signers", verdict::shell_word(&loaded.name));
    view! {
        <section class="card" aria-labelledby="outside-title">
            <h2 id="outside-title">"Check it from outside"</h2>
            <p class="muted">
                "A viewer that travels inside the file it judges cannot vouch for itself: whoever changed the file \
                 could have changed the viewer. Use a viewer you had before, or the command line. The file "
                <span class="mono">"VERIFY.txt"</span>
                " in the zip says how to do it with nothing but ssh-keygen and sha256sum."
            </p>
            <CopyLine text=command/>
            <p class="muted below">
                "Nothing leaves this computer: the page may load nothing from any network, and its policy says so."
            </p>
        </section>
    }
    .into_any()
}
