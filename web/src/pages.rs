//! The pages. A page fetches and decides; what it shows is put together from components.

mod account;
mod claim;
mod claims;
mod figures;
mod home;
mod offer;
mod offers;
mod partners;
mod password;
mod sign_in;
mod sign_up;
mod verify_email;

pub use account::account;
pub use claim::claim;
pub use claims::claims;
pub use figures::figures;
pub use home::home;
pub use offer::{article as offer_article, offer};
pub use offers::offers;
pub use partners::partners;
pub use password::{forgot_password, reset_password};
pub use sign_in::sign_in;
pub use sign_up::sign_up;
pub use verify_email::verify_email;

use leptos::prelude::*;

use crate::{
    api,
    components::{
        icon::{Icon, icon},
        page::titled,
    },
    language::{say, tr},
};

/// An address that leads nowhere.
pub fn not_found() -> AnyView {
    titled(|| say!(state.not_found));
    view! {
        <div class="notice page-notice">
            <span class="notice-icon">{icon(Icon::Search)}</span>
            <h1 tabindex="-1">{tr!(state.not_found)}</h1>
            <p>{tr!(state.not_found_help)}</p>
            <div class="row">
                <a class="button primary" href="/offers">{tr!(verb.all_offers)}</a>
                <a class="button" href="/">{tr!(verb.home)}</a>
            </div>
        </div>
    }
    .into_any()
}

/// Whether a path belongs to the console, which is a page of its own: the router of this one does not lead there.
pub fn is_console(path: &str) -> bool {
    let first = path.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    matches!(first, "console" | "join" | "invitation")
}

/// What stands where somebody must be signed in: why, and the way there and back.
pub fn sign_in_first(why: impl Fn() -> &'static str + Copy + Send + 'static, next: &str) -> AnyView {
    let there = is_console(next).then_some("external");
    let next = api::encode(next);
    view! {
        <div class="notice page-notice">
            <span class="notice-icon">{icon(Icon::Person)}</span>
            <h1 tabindex="-1">{tr!(state.sign_in_first)}</h1>
            <p>{why}</p>
            <div class="row">
                <a class="button primary" rel=there href=format!("/sign-in?next={next}")>{tr!(auth.sign_in_do)}</a>
                <a class="button" rel=there href=format!("/sign-up?next={next}")>{tr!(auth.sign_up_do)}</a>
            </div>
        </div>
    }
    .into_any()
}
