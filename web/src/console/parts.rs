//! What several pages of the console are put together from.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::Desk;
use crate::{
    browser,
    components::{
        icon::{Icon, icon},
        note,
        page::titled,
    },
    language::{lang, say, tr},
    names,
};

/// A page of the console: its heading with the main step beside it, then the rest.
pub fn console_page(
    title: impl Fn() -> &'static str + Copy + Send + 'static,
    lead: impl Fn() -> &'static str + Copy + Send + 'static,
    step: Option<AnyView>,
    content: AnyView,
) -> AnyView {
    titled(move || title().to_owned());
    view! {
        <div class="console-page">
            <div class="heading-row">
                <header class="heading">
                    <h1 tabindex="-1">{title}</h1>
                    <p class="lead">{lead}</p>
                </header>
                {step}
            </div>
            {content}
        </div>
    }
    .into_any()
}

/// Why nothing can be changed here; nothing where it can.
pub fn closed(desk: &Desk) -> Option<AnyView> {
    let state = desk.state;
    if desk.role.is_none() {
        Some(note::plain(Icon::Eye, || say!(console.ministry_looks)))
    } else if desk.is_active() {
        None
    } else {
        Some(note::plain(Icon::Info, move || say!(console.not_active, state = names::partner_state(state, lang()))))
    }
}

/// A text that is shown once, to be taken away: large, with a button that copies it.
pub fn secret(text: String, label: impl Fn() -> &'static str + Copy + Send + 'static) -> AnyView {
    let copied = RwSignal::new(false);
    let shown = text.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            copied.try_set(browser::copy(text).await);
            set_timeout(move || _ = copied.try_set(false), Duration::from_secs(3));
        });
    };
    view! {
        <div class="secret">
            <p class="secret-label">{label}</p>
            <code class="secret-text" data-testid="secret" tabindex="0">{shown}</code>
            <button type="button" class="button primary" on:click=copy>
                {move || icon(if copied.get() { Icon::Check } else { Icon::Copy })}
                {move || if copied.get() { tr!(verb.copied)() } else { tr!(verb.copy_it)() }}
            </button>
            <span class="hidden" role="status">{move || copied.get().then(tr!(verb.copied))}</span>
        </div>
    }
    .into_any()
}
