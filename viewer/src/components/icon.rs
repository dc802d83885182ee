//! Small drawings in the colour of the text around them.

use leptos::prelude::*;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It agrees.
    Check,
    /// It disagrees.
    Cross,
    /// It wants a look.
    Exclamation,
    /// It is not there.
    DashedCircle,
    /// A person has to look.
    Eye,
}

/// Draws a shape; its meaning always stands beside it in words.
pub(crate) fn icon(shape: Shape) -> AnyView {
    let drawing = match shape {
        Shape::Check => view! { <path d="M3.2 8.6l3.1 3.1 6.5-7.4"/> }.into_any(),
        Shape::Cross => view! { <path d="M4 4l8 8M12 4l-8 8"/> }.into_any(),
        Shape::Exclamation => view! { <path d="M8 2.8v6.4M8 12.6v.2"/> }.into_any(),
        Shape::DashedCircle => view! { <circle cx="8" cy="8" r="5.6" stroke-dasharray="2.4 2"/> }.into_any(),
        Shape::Eye => {
            view! { <path d="M1.6 8S4 4 8 4s6.4 4 6.4 4S12 12 8 12 1.6 8 1.6 8zM8 6.6a1.4 1.4 0 1 0 .01 0"/> }
                .into_any()
        }
    };
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            {drawing}
        </svg>
    }
    .into_any()
}
