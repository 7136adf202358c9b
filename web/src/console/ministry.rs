//! The ministry's side: who joins, and which offers are published.

mod offer;
mod offers;
mod partners;

pub use offer::offer;
pub use offers::offers;
pub use partners::partners;

use leptos::prelude::*;

use super::places::is_ministry;
use crate::{
    components::{
        icon::{Icon, icon},
        states::ghost_text,
    },
    language::tr,
    pages::sign_in_first,
    session,
};

/// Draws `page` for the ministry's staff alone.
pub fn at_ministry(page: fn() -> AnyView, path: &'static str) -> AnyView {
    let signed_in = Memo::new(|_| session::is_signed_in());
    let ministry = Memo::new(|_| is_ministry());
    (move || match (signed_in.get(), ministry.get()) {
        (Some(false), _) => sign_in_first(tr!(console.sign_in), path),
        (None, _) => view! { <div class="console-page">{ghost_text()}</div> }.into_any(),
        (Some(true), true) => page(),
        (Some(true), false) => view! {
            <div class="notice page-notice">
                <span class="notice-icon">{icon(Icon::Info)}</span>
                <h1 tabindex="-1">{tr!(console.ministry_only)}</h1>
                <p>{tr!(console.ministry_only_help)}</p>
                <a class="button primary" href="/console">{tr!(console.title)}</a>
            </div>
        }
        .into_any(),
    })
    .into_any()
}
