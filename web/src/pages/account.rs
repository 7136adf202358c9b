//! One's account: who one is to the platform, the password, where one is signed in, one's data.

mod data;
mod profile;
mod sessions;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::sign_in_first;
use crate::{
    components::{
        action::{PLAIN, action},
        page::heading,
        states::ghost_text,
    },
    language::{say, tr},
    session,
};

/// The page `/account`.
pub fn account() -> AnyView {
    // The sections follow the account by themselves; the page is drawn anew only when somebody comes or goes.
    let signed_in = Memo::new(|_| session::is_signed_in());
    (move || match signed_in.get() {
        Some(false) => sign_in_first(tr!(state.sign_in_account), "/account"),
        None => view! { <div class="page">{ghost_text()}</div> }.into_any(),
        Some(true) => mine(),
    })
    .into_any()
}

fn mine() -> AnyView {
    // The forms start from the account as it is now; a change of it does not take away what is being typed.
    let Some(me) = untrack(session::me) else { return ().into_any() };
    let busy = RwSignal::new(false);
    let navigate = use_navigate();
    let out = move || {
        busy.set(true);
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            session::sign_out().await;
            navigate("/", NavigateOptions::default());
        });
    };
    view! {
        <div class="page account">
            {heading(tr!(account.title), None::<fn() -> &'static str>)}
            {profile::status()}
            {profile::about(&me)}
            {profile::password()}
            {sessions::sessions()}
            {data::data()}
            <div class="row">{action(PLAIN, || say!(account.sign_out), busy.into(), out)}</div>
        </div>
    }
    .into_any()
}
