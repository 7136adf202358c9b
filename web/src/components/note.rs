//! Lines of words with a picture: facts on a card, and notes that say how things stand.

use leptos::prelude::*;

use super::{
    icon::{Icon, icon},
    states::words,
};
use crate::api::Failure;

/// A fact in one line.
pub fn line(picture: Icon, words: impl Fn() -> String + Send + 'static) -> AnyView {
    view! { <p class="card-line">{icon(picture)}<span>{words}</span></p> }.into_any()
}

/// A note that all is well.
pub fn good(picture: Icon, words: impl Fn() -> String + Send + 'static) -> AnyView {
    view! { <p class="reason good">{icon(picture)}<span>{words}</span></p> }.into_any()
}

/// A note beside something.
pub fn plain(picture: Icon, words: impl Fn() -> String + Send + 'static) -> AnyView {
    view! { <p class="reason">{icon(picture)}<span>{words}</span></p> }.into_any()
}

/// Says that something was done, once it was.
pub fn done(is_done: RwSignal<bool>, picture: Icon, words: fn() -> String) -> AnyView {
    let content = move || is_done.get().then(|| view! { {icon(picture)}<span>{words}</span> });
    view! { <p class="reason good" role="status">{content}</p> }.into_any()
}

/// Says why something failed, once it has.
pub fn refused(failure: RwSignal<Option<Failure>>) -> AnyView {
    let note = |failure: Failure| {
        let again = failure.clone();
        let title = move || words(&again).0;
        let id = failure.request_id().map(|id| view! { <code class="request-id">{id.to_owned()}</code> });
        view! {
            <div class="reason bad" role="alert">
                {icon(Icon::Warn)}
                <span>
                    <strong>{title}</strong>
                    " "
                    {move || words(&failure).1}
                    {id}
                </span>
            </div>
        }
    };
    (move || failure.get().map(note)).into_any()
}
