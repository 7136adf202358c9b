//! An invitation to work for a partner, as the link in the mail opens it.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::{
    Code,
    partner::{AcceptInvitation, InvitationCard, MyPartner},
};

use super::places;
use crate::{
    api::{self, Failure},
    components::{
        action::action,
        icon::{Icon, icon},
        note,
        page::titled,
        states::{ghost_text, page_states},
    },
    format::date,
    language::{lang, say, tr},
    load::load,
    names, session,
};

/// The page `/invitation?token=…`.
pub fn invitation() -> AnyView {
    titled(|| say!(invitation.title));
    let token = use_query_map().with_untracked(|q| q.get("token")).unwrap_or_default();
    let for_load = token.clone();
    let card = load(move || {
        let token = for_load.clone();
        async move {
            match api::invitation(&token).await {
                // A link that is not good any more is all that is to be said.
                Err(failure) if failure.code() == Some(Code::InvalidToken) => Ok(None),
                answer => answer.map(Some),
            }
        }
    });
    let show = move |card: &Option<InvitationCard>| match card {
        Some(card) => invited(card.clone(), token.clone()),
        None => no_more(),
    };
    view! { <div class="console-page">{page_states(card, ghost_text, show)}</div> }.into_any()
}

fn no_more() -> AnyView {
    view! {
        <div class="notice page-notice">
            <span class="notice-icon">{icon(Icon::Clock)}</span>
            <h1 tabindex="-1">{tr!(invitation.over)}</h1>
            <p>{tr!(invitation.over_help)}</p>
        </div>
    }
    .into_any()
}

fn invited(card: InvitationCard, token: String) -> AnyView {
    let InvitationCard { partner, role, email_hint, expires_at } = card;
    let name = partner.name;
    let signed_in = Memo::new(|_| session::me().map(|me| me.email));
    let step = move || match signed_in.get() {
        Some(email) => accept(token.clone(), email),
        None => sign_in(&token),
    };
    view! {
        <div class="notice page-notice" data-testid="invitation">
            <span class="notice-icon">{icon(Icon::People)}</span>
            <h1 tabindex="-1">{move || say!(invitation.who, name = name)}</h1>
            <p>
                {move || say!(invitation.role, role = names::member_role(role, lang()))}
                ". "
                {move || names::member_role_help(role, lang())}
                "."
            </p>
            <p class="quiet">
                {move || say!(invitation.whom, email = email_hint, date = date(expires_at, lang()))}
            </p>
            {step}
        </div>
    }
    .into_any()
}

fn sign_in(token: &str) -> AnyView {
    let next = api::encode(&format!("/invitation?token={}", api::encode(token)));
    view! {
        <p>{tr!(invitation.sign_in)}</p>
        <div class="row">
            <a class="button primary" rel="external" href=format!("/sign-in?next={next}")>{tr!(auth.sign_in_do)}</a>
            <a class="button" rel="external" href=format!("/sign-up?next={next}")>{tr!(auth.sign_up_do)}</a>
        </div>
    }
    .into_any()
}

fn accept(token: String, email: String) -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let navigate = use_navigate();
    let run = move || {
        busy.set(true);
        failure.set(None);
        let (input, navigate) = (AcceptInvitation { token: token.clone() }, navigate.clone());
        spawn_local(async move {
            let answer = api::accept_invitation(&input).await;
            busy.try_set(false);
            match answer {
                Ok(MyPartner { slug, .. }) => {
                    places::reload();
                    navigate(&format!("/console/{slug}"), NavigateOptions::default());
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! {
        <p>{move || say!(invitation.as_whom, email = email)}</p>
        {note::refused(failure)}
        {action("button primary", || say!(invitation.accept), busy.into(), run)}
        <a href="/account" rel="external">{tr!(invitation.other_account)}</a>
    }
    .into_any()
}
