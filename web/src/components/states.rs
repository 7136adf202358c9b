//! The four states of what is loaded, drawn once: a skeleton while it loads, an error with what to do, nothing, data.

use leptos::prelude::*;
use shared::Code;

use super::icon::{Icon, icon};
use crate::{
    api::Failure,
    language::{lang, say, tr},
    load::{Load, Loader},
};

/// Draws what is loaded: `skeleton` until it is there, then `show`; an error, with a second try, if it fails.
pub fn states<T>(loader: Loader<T>, skeleton: fn() -> AnyView, show: impl Fn(&T) -> AnyView + Send + 'static) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    (move || match loader.get() {
        Load::Loading => skeleton(),
        Load::Ready(value) => show(&value),
        Load::Failed(failure) => failed(failure, move || loader.retry()),
    })
    .into_any()
}

/// The same for what a whole page is about: its failure is the page's heading.
pub fn page_states<T>(
    loader: Loader<T>,
    skeleton: fn() -> AnyView,
    show: impl Fn(&T) -> AnyView + Send + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    let failure = move || match loader.get() {
        Load::Failed(failure) => Some(view! { <h1 class="hidden" tabindex="-1">{words(&failure).0}</h1> }),
        _ => None,
    };
    view! { {failure} {states(loader, skeleton, show)} }.into_any()
}

/// What went wrong and what to do about it.
pub fn failed(failure: Failure, retry: impl Fn() + Send + 'static) -> AnyView {
    let again = view! {
        <button type="button" class="button" on:click=move |_| retry()>{icon(Icon::Repeat)}{tr!(verb.retry)}</button>
    };
    let (picture, again) = match failure.code() {
        Some(Code::NotFound) => (Icon::Search, None),
        Some(Code::Forbidden) => (Icon::Info, None),
        _ if failure == Failure::Offline => (Icon::Offline, Some(again)),
        _ => (Icon::Warn, Some(again)),
    };
    let number = failure.request_id().map(|id| {
        let id = id.to_owned();
        view! { <p class="notice-id">{tr!(state.request_id)}": "<code>{id}</code></p> }
    });
    let home = again.is_none().then(|| view! { <a class="button" href="/offers">{tr!(verb.all_offers)}</a> });
    let (title, help) = (failure.clone(), failure);
    view! {
        <div class="notice" role="alert">
            <span class="notice-icon">{icon(picture)}</span>
            <h2>{move || words(&title).0}</h2>
            <p>{move || words(&help).1}</p>
            {again}
            {home}
            {number}
        </div>
    }
    .into_any()
}

/// A failure in words: what happened, and what to do.
pub fn words(failure: &Failure) -> (String, String) {
    match failure {
        Failure::Offline => (say!(state.offline), say!(state.offline_help)),
        Failure::Broken { .. } => (say!(state.error), say!(state.error_help)),
        Failure::Problem(problem) => match problem.code {
            Code::NotFound => (say!(state.gone), say!(state.gone_help)),
            Code::Internal => (say!(state.error), say!(state.error_help)),
            code => (code.title(lang()).to_owned(), problem.detail.clone().unwrap_or_default()),
        },
    }
}

/// An empty list: what would be here, and the step that leads to it.
pub fn empty(
    picture: Icon,
    title: impl Fn() -> &'static str + Copy + Send + 'static,
    help: impl Fn() -> &'static str + Copy + Send + 'static,
    step: AnyView,
) -> AnyView {
    view! {
        <div class="notice">
            <span class="notice-icon">{icon(picture)}</span>
            <h2>{title}</h2>
            <p>{help}</p>
            {step}
        </div>
    }
    .into_any()
}

/// Grey shapes of `count` cards.
fn cards(count: usize) -> AnyView {
    view! {
        <div class="cards" aria-hidden="true">
            {vec![(); count]
                .into_iter()
                .map(|()| {
                    view! {
                        <div class="card ghost">
                            <span class="ghost-line short"></span>
                            <span class="ghost-line tall"></span>
                            <span class="ghost-line"></span>
                            <span class="ghost-line thin"></span>
                        </div>
                    }
                })
                .collect_view()}
        </div>
        <p class="hidden" role="status">{tr!(verb.loading)}</p>
    }
    .into_any()
}

/// While a list of cards loads.
pub fn ghost_cards() -> AnyView {
    cards(6)
}

/// While a short list loads.
pub fn ghost_few() -> AnyView {
    cards(3)
}

/// While a text loads.
pub fn ghost_text() -> AnyView {
    view! {
        <div class="ghost-text" aria-hidden="true">
            <span class="ghost-line short"></span>
            <span class="ghost-line title"></span>
            <span class="ghost-line"></span>
            <span class="ghost-line"></span>
            <span class="ghost-line block"></span>
        </div>
        <p class="hidden" role="status">{tr!(verb.loading)}</p>
    }
    .into_any()
}

/// While figures load.
pub fn ghost_figures() -> AnyView {
    let figure = |()| {
        view! {
            <div class="figure">
                <span class="ghost-line tall"></span>
                <span class="ghost-line short"></span>
            </div>
        }
    };
    view! { <div class="figures" aria-hidden="true">{vec![(); 4].into_iter().map(figure).collect_view()}</div> }
        .into_any()
}
