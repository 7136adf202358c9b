//! The partners that somebody works for, and the choice among them.

use std::sync::LazyLock;

use leptos::{prelude::*, task::spawn_local};
use shared::{account::Role, partner::MemberRole};

use super::Desk;
use crate::{
    api,
    components::{
        icon::{Icon, icon},
        page::heading,
        states::{empty, failed, ghost_few},
    },
    language::{lang, tr},
    load::Load,
    names,
    pages::sign_in_first,
    session,
};

static MINE: LazyLock<ArcRwSignal<Load<Vec<Desk>>>> = LazyLock::new(|| ArcRwSignal::new(Load::Loading));

/// Where one is a member; followed by whoever reads it in a view.
pub fn mine() -> Load<Vec<Desk>> {
    MINE.get()
}

/// Keeps the list up to date with who is signed in.
pub fn provide() {
    let user = Memo::new(|_| session::me().map(|me| me.id));
    Effect::new(move |_| {
        if user.get().is_some() {
            reload();
        } else if session::is_signed_in() == Some(false) {
            MINE.set(Load::Ready(Vec::new()));
        }
    });
}

/// Asks again.
pub fn reload() {
    spawn_local(async {
        match api::my_partners().await {
            Ok(list) => MINE.set(Load::Ready(list.items.into_iter().map(Desk::of_member).collect())),
            // What was known stays when a second look fails.
            Err(failure) if !MINE.with_untracked(|mine| matches!(mine, Load::Ready(_))) => {
                MINE.set(Load::Failed(failure));
            }
            Err(_) => {}
        }
    });
}

/// The page `/console`: goes on to the only partner there is, or lets one choose.
pub fn places() -> AnyView {
    let signed_in = Memo::new(|_| session::is_signed_in());
    (move || match signed_in.get() {
        Some(false) => sign_in_first(tr!(console.sign_in), "/console"),
        None => view! { <div class="console-page">{ghost_few()}</div> }.into_any(),
        Some(true) => choose(),
    })
    .into_any()
}

fn choose() -> AnyView {
    let list = move || match mine() {
        Load::Loading => ghost_few(),
        Load::Failed(failure) => failed(failure, reload),
        Load::Ready(desks) if desks.is_empty() && !is_ministry() => none(),
        Load::Ready(desks) => view! {
            <ul class="rows">
                {is_ministry().then(ministry_row)}
                {desks.into_iter().map(row).collect_view()}
            </ul>
        }
        .into_any(),
    };
    view! {
        <div class="console-page">
            {heading(tr!(console.title), Some(tr!(console.lead)))}
            {list}
        </div>
    }
    .into_any()
}

/// Whether somebody of the ministry is signed in.
pub fn is_ministry() -> bool {
    session::me().is_some_and(|me| me.role == Role::Admin)
}

/// The ministry's own desk.
fn ministry_row() -> AnyView {
    view! {
        <li class="row-item">
            <span class="badge plain">{icon(Icon::Shop)}</span>
            <div class="row-words">
                <h3><a href="/console/ministry/offers">{tr!(console.ministry)}</a></h3>
                <p>{tr!(review.offers)} " · " {tr!(review.partners)}</p>
            </div>
            {icon(Icon::Right)}
        </li>
    }
    .into_any()
}

fn row(desk: Desk) -> AnyView {
    let initial: String = desk.name.chars().take(1).collect();
    let (state, role) = (desk.state, desk.role.unwrap_or(MemberRole::Cashier));
    view! {
        <li class="row-item">
            <span class="initial" aria-hidden="true">{initial}</span>
            <div class="row-words">
                <h3><a href=desk.href("")>{desk.name.clone()}</a></h3>
                <p>{move || names::member_role(role, lang())}</p>
            </div>
            {(!desk.is_active()).then(|| view! { <span class="pill soon">{move || names::partner_state(state, lang())}</span> })}
            {icon(Icon::Right)}
        </li>
    }
    .into_any()
}

fn none() -> AnyView {
    let step = view! { <a class="button primary" href="/join">{tr!(console.join)}</a> }.into_any();
    empty(Icon::People, tr!(console.none), tr!(console.none_help), step)
}
