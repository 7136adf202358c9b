//! What every page has: a title in the tab, and a heading that takes the focus when one arrives.

use leptos::prelude::*;

use crate::language::say;

/// Keeps the tab's title.
pub fn titled(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&format!("{} · {}", title(), say!(brand))));
}

/// The heading of a page, and the sentence under it.
pub fn heading(
    title: impl Fn() -> &'static str + Copy + Send + 'static,
    lead: Option<impl Fn() -> &'static str + Copy + Send + 'static>,
) -> AnyView {
    titled(move || title().to_owned());
    view! {
        <header class="heading">
            <h1 tabindex="-1">{title}</h1>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
        </header>
    }
    .into_any()
}
