//! One's account: who one is to the platform, the password, where one is signed in, one's data.

mod data;
mod profile;
mod sessions;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use shared::account::Role;

use super::sign_in_first;
use crate::{
    api,
    components::{
        action::{PLAIN, action},
        page::heading,
        states::ghost_text,
    },
    language::{say, tr},
    load::load,
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

/// The way to the console, for who works for a partner or for the ministry.
fn console() -> AnyView {
    let works = load(|| async { api::has_partners().await });
    let ministry = || session::me().is_some_and(|me| me.role == Role::Admin);
    let way = move || {
        (ministry() || works.ready() == Some(true)).then(|| {
            view! {
                <a class="panel console-way" href="/console" rel="external" data-testid="console">
                    <h2>{tr!(nav.console)}</h2>
                    <p class="quiet">{tr!(account.console_help)}</p>
                </a>
            }
        })
    };
    way.into_any()
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
            {console()}
            {profile::about(&me)}
            {profile::password()}
            {sessions::sessions()}
            {data::data()}
            <div class="row">{action(PLAIN, || say!(account.sign_out), busy.into(), out)}</div>
        </div>
    }
    .into_any()
}
