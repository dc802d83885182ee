//! The trust strip, on every screen and on paper.

use leptos::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::model::route::Route;
use crate::model::trust::{self, Answer, State};
use crate::session::loaded;

/// The shape of a state.
pub(crate) fn state_shape(state: State) -> Shape {
    match state {
        State::Good => Shape::Check,
        State::Neutral => Shape::DashedCircle,
        State::Attention => Shape::Exclamation,
        State::Bad => Shape::Cross,
    }
}

/// The five answers in a row, and who gathered all this.
#[component]
pub(crate) fn TrustStrip() -> impl IntoView {
    let loaded = loaded();
    let report = &loaded.report;
    let answers = trust::answers(report).into_iter().map(fact).collect_view();
    let signed = trust::signed_off(report).map(|(value, because, state)| {
        view! {
            <li class=format!("fact {}", state.name()) data-testid="sign-offs">
                <a href=Route::Trust.href() title=because>
                    {icon(state_shape(state))}
                    <span>"Signed off " <b>{value}</b></span>
                </a>
            </li>
        }
    });
    let overall = trust::overall(report);
    let warning = (overall == State::Bad).then(|| {
        view! { <strong class="strip-warning">"This file is not what the packer sealed. "</strong> }
    });
    view! {
        <section
            id="trust-strip"
            class="strip"
            data-testid="trust-strip"
            data-state=overall.name()
            aria-label="Trust"
        >
            <p class="strip-note">
                {warning}
                {trust::gathered(report)}
                ". A viewer carried in the file it judges cannot vouch for itself: "
                <a class="link" href=Route::Trust.href()>"check it from outside"</a>
                "."
            </p>
            <ul class="facts">{answers}{signed}</ul>
        </section>
    }
}

fn fact(answer: Answer) -> AnyView {
    let separator = if answer.rest.is_empty() { "" } else { " · " };
    view! {
        <li class=format!("fact {}", answer.state.name())>
            <a href=Route::Trust.href() title=answer.because>
                {icon(state_shape(answer.state))}
                <span>{answer.label} " " <b>{answer.value}</b><span class="fact-rest">{separator}{answer.rest}</span></span>
            </a>
        </li>
    }
    .into_any()
}
