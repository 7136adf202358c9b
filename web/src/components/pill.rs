//! Where something stands, in a word, a colour and a picture.

use leptos::prelude::*;
use shared::offer::OfferState;

use super::icon::{Icon, icon};
use crate::{
    language::{lang, tr},
    names,
};

/// A pill of a class (`good`, `soon`, `bad`, or none) with a picture.
pub fn pill(class: &'static str, picture: Icon, words: impl Fn() -> String + Send + 'static) -> AnyView {
    view! { <span class=format!("pill {class}")>{icon(picture)}<span>{words}</span></span> }.into_any()
}

/// Where an offer stands; and that an edit of it waits.
pub fn state_pill(state: OfferState, waits: bool) -> AnyView {
    let (class, picture) = match state {
        OfferState::Draft => ("", Icon::Book),
        OfferState::InReview | OfferState::Scheduled | OfferState::Announced => ("soon", Icon::Clock),
        OfferState::Rejected => ("bad", Icon::Warn),
        OfferState::Published => ("good", Icon::Check),
        OfferState::Paused => ("", Icon::Minus),
        OfferState::Ended => ("", Icon::Cross),
    };
    let edit = waits.then(|| pill("soon", Icon::Clock, || tr!(offer_state.edit_waits)().to_owned()));
    view! {
        <span class="pills">{pill(class, picture, move || names::offer_state(state, lang()).to_owned())}{edit}</span>
    }
    .into_any()
}
