//! A claim: the code, large; its QR; how to use it, until when.

mod calendar;

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::{
    ClaimId,
    claim::{ClaimState, ClaimView},
    offer::Fulfilment,
};

use super::sign_in_first;
use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{DANGER, action},
        card::kind_badge,
        icon::{Icon, icon},
        note,
        page::titled,
        states::{ghost_text, page_states},
    },
    format::{date, month, number, time},
    language::{lang, say, tr},
    load::{Loader, load_renewed},
    names, session,
};

/// The page `/claims/{id}`; with `?new` right after claiming.
pub fn claim() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|p| p.get("id")).unwrap_or_default());
    let signed_in = Memo::new(|_| session::is_signed_in());
    titled(|| say!(claim.title));
    (move || match signed_in.get() {
        Some(false) => sign_in_first(tr!(state.sign_in_claims), &format!("/claims/{}", id.get())),
        None => view! { <div class="page">{ghost_text()}</div> }.into_any(),
        Some(true) => mine(id),
    })
    .into_any()
}

fn mine(id: Memo<String>) -> AnyView {
    let fresh = use_query_map().with_untracked(|q| q.get("new").is_some());
    let claim = load_renewed(move || {
        let id = id.get().parse::<ClaimId>();
        async move {
            match id {
                Ok(id) => api::claim(id).await,
                Err(_) => Err(Failure::Broken { request_id: None }),
            }
        }
    });
    view! {
        <div class="page claim-page">
            <nav class="crumbs"><a href="/claims">{icon(Icon::Left)}{tr!(claims.title)}</a></nav>
            {page_states(claim, ghost_text, move |view| show(view, claim, fresh))}
        </div>
    }
    .into_any()
}

fn show(claim: &ClaimView, loader: Loader<ClaimView>, fresh: bool) -> AnyView {
    let state = claim.state;
    let live = matches!(state, ClaimState::Active | ClaimState::Held);
    let (title, partner) = (claim.offer.title.clone(), claim.offer.partner.name.clone());
    let offer = claim.offer.id;
    view! {
        {(fresh && live).then(ready)}
        <article class="ticket" class:dead=!live data-state=state.as_str()>
            <header class="ticket-head">
                {kind_badge(claim.offer.kind)}
                <div>
                    <h1 tabindex="-1">{move || title.get(lang()).to_owned()}</h1>
                    <p class="quiet">{partner}</p>
                    <span class="pill" hidden={state == ClaimState::Active}>
                        {move || names::claim_state(state, lang())}
                    </span>
                </div>
            </header>
            {ticket_code(claim, live)}
            <dl class="terms ticket-facts">{facts(claim)}</dl>
        </article>
        {live.then(|| tools(claim))}
        {live.then(|| view! { <section class="section no-print"><h2>{tr!(offer.how)}</h2>{how(claim)}</section> })}
        <div class="row no-print">
            <a class="button" class:primary=!live href=format!("/offers/{offer}")>{tr!(claim.offer)}</a>
            {state.can_cancel().then(|| give_back(claim.id, loader))}
        </div>
        {live.then(|| note::plain(Icon::Offline, || say!(claim.offline)))}
    }
    .into_any()
}

fn ready() -> AnyView {
    view! { <p class="done" role="status">{icon(Icon::Check)}<span>{tr!(claim.ready)}</span></p> }.into_any()
}

fn ticket_code(claim: &ClaimView, live: bool) -> AnyView {
    let code = claim.code.to_string();
    let partner = claim.offer.partner.name.clone();
    let fulfilment = claim.offer.fulfilment;
    let use_it = move || match fulfilment {
        Fulfilment::Link => say!(claim.use_link, partner = partner),
        Fulfilment::Contact => say!(claim.contact, partner = partner),
        Fulfilment::GeneratedCode | Fulfilment::CodePool => say!(claim.show, partner = partner),
    };
    // Letter by letter for a screen reader, in groups for the eye.
    let spelled = code.replace('-', "").chars().map(String::from).collect::<Vec<_>>().join(" ");
    let groups = code.split('-').map(|group| view! { <span>{group.to_owned()}</span> }).collect_view();
    view! {
        <div class="ticket-code">
            {live.then(|| view! { <p class="quiet">{use_it}</p> })}
            <p class="code" data-testid="claim-code" data-code=code>
                <span class="hidden">{spelled}</span>
                <span class="code-groups" aria-hidden="true">{groups}</span>
            </p>
            // The picture is our own server's, made of the code alone.
            {live.then(|| {
                view! { <div class="qr" role="img" aria-label=tr!(claim.qr) inner_html=claim.qr.clone()></div> }
            })}
        </div>
    }
    .into_any()
}

fn facts(claim: &ClaimView) -> AnyView {
    let claim = claim.clone();
    (move || {
        let lang = lang();
        let at = |at| say!(claim.until_value, date = date(at, lang), time = time(at));
        let mut rows = Vec::new();
        if matches!(claim.state, ClaimState::Active | ClaimState::Held | ClaimState::Expired) {
            rows.extend(claim.expires_at.map(|t| (say!(claim.until), at(t))));
        }
        rows.extend(claim.period.as_ref().map(|p| (say!(claim.month), month(p, lang))));
        if claim.quantity > 1 {
            rows.push((say!(claim.quantity), number(claim.quantity.into(), lang)));
        }
        rows.push((say!(claim.claimed_on), date(claim.created_at, lang)));
        rows.extend(claim.redeemed_at.map(|t| (say!(claim.used_on), date(t, lang))));
        rows.extend(claim.cancelled_at.map(|t| (say!(claim.cancelled_on), date(t, lang))));
        rows.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view()
    })
    .into_any()
}

fn tools(claim: &ClaimView) -> AnyView {
    let copied = RwSignal::new(false);
    let code = claim.code.to_string();
    let copy = move |_| {
        let code = code.clone();
        spawn_local(async move {
            copied.try_set(browser::copy(code).await);
            set_timeout(move || _ = copied.try_set(false), Duration::from_secs(3));
        });
    };
    let for_calendar = claim.clone();
    let calendar = claim.expires_at.map(|_| {
        let add = move |_| calendar::add(&for_calendar);
        view! { <button type="button" class="button" on:click=add>{icon(Icon::Calendar)}{tr!(verb.calendar)}</button> }
    });
    let link = claim.offer.link.clone().filter(|l| l.starts_with("https://")).map(|href| {
        let partner = claim.offer.partner.name.clone();
        view! {
            <a class="button primary" href=href rel="external noopener">
                {move || say!(claim.open_link, partner = partner)}{icon(Icon::External)}
            </a>
        }
    });
    view! {
        <div class="row tools no-print">
            {link}
            <button type="button" class="button" on:click=copy>
                {move || icon(if copied.get() { Icon::Check } else { Icon::Copy })}
                {move || if copied.get() { tr!(verb.copied)() } else { tr!(verb.copy)() }}
            </button>
            <span class="hidden" role="status">{move || copied.get().then(tr!(verb.copied))}</span>
            {calendar}
            <button type="button" class="button" on:click=|_| browser::print()>
                {icon(Icon::Print)}
                {tr!(verb.print)}
            </button>
        </div>
    }
    .into_any()
}

fn how(claim: &ClaimView) -> AnyView {
    let steps = claim.offer.how_to_use.clone();
    let partner = claim.offer.partner.name.clone();
    let items = move || {
        if steps.is_empty() {
            vec![say!(offer.step_2, partner = partner), say!(offer.step_3)]
        } else {
            steps.iter().map(|s| s.get(lang()).to_owned()).collect()
        }
    };
    view! { <ol class="steps">{move || items().into_iter().map(|s| view! { <li>{s}</li> }).collect_view()}</ol> }
        .into_any()
}

/// Giving a code back takes two presses: it cannot be undone.
fn give_back(id: ClaimId, loader: Loader<ClaimView>) -> AnyView {
    let sure = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let run = move || {
        busy.set(true);
        spawn_local(async move {
            let answer = api::cancel_claim(id).await;
            busy.try_set(false);
            match answer {
                Ok(claim) => {
                    session::note_claim(&claim);
                    loader.put(claim);
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let question = move || {
        view! {
            <div class="confirm" role="group" aria-label=tr!(claim.give_back)>
                <p>{tr!(claim.give_back_sure)}</p>
                {note::refused(failure)}
                <div class="row">
                    {action(DANGER, || say!(claim.give_back_yes), busy.into(), run)}
                    <button type="button" class="button" on:click=move |_| sure.set(false)>{tr!(claim.keep)}</button>
                </div>
            </div>
        }
        .into_any()
    };
    let ask = move || {
        view! {
            <button type="button" class="button quiet-button" on:click=move |_| sure.set(true)>
                {tr!(claim.give_back)}
            </button>
        }
        .into_any()
    };
    (move || if sure.get() { question() } else { ask() }).into_any()
}
