//! The queue of offers and edits that wait for the ministry, and approving several at once.

use std::collections::BTreeSet;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    OfferId,
    offer::{BulkOutcome, BulkResult, ManagedOffers, OfferIds, PartnerOffer},
};

use super::super::parts::console_page;
use crate::{
    api::{self, Failure},
    components::{
        action::action,
        dialog::dialog,
        icon::{Icon, icon},
        note,
        states::{empty, ghost_few, states},
    },
    format::{moment, number},
    language::{lang, say, tr},
    load::load,
    names,
};

/// The page `/console/ministry/offers`.
pub fn offers() -> AnyView {
    let more = RwSignal::new(Vec::<PartnerOffer>::new());
    let next = RwSignal::new(None::<String>);
    let chosen = RwSignal::new(BTreeSet::<OfferId>::new());
    let first = load(move || async move {
        // Who has waited longest comes first.
        let list = api::managed_offers(queue(None)).await?;
        more.set(Vec::new());
        next.set(list.next_cursor.clone());
        chosen.set(BTreeSet::new());
        Ok(list)
    });
    let list = states(first, ghost_few, move |list: &ManagedOffers| {
        if list.items.is_empty() {
            return empty(Icon::Check, tr!(review.no_offers), tr!(review.no_offers_help), ().into_any());
        }
        let rows = list.items.iter().cloned().map(|offer| row(offer, chosen)).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    });
    let further = move || more.get().into_iter().map(|offer| row(offer, chosen)).collect_view();
    let content = view! {
        {bulk(chosen, Callback::new(move |()| first.retry()))}
        {list}
        <ul class="rows" hidden=move || more.with(Vec::is_empty)>{further}</ul>
        {move || next.get().map(|_| further_button(more, next))}
    };
    console_page(tr!(review.offers), tr!(review.offers_lead), None, content.into_any())
}

fn queue(cursor: Option<String>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={}", api::encode(&cursor))).unwrap_or_default();
    format!("/admin/offers?waiting=true&sort=updated_at&limit=50{cursor}")
}

fn further_button(more: RwSignal<Vec<PartnerOffer>>, next: RwSignal<Option<String>>) -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let run = move || {
        busy.set(true);
        let path = queue(next.get_untracked());
        spawn_local(async move {
            let answer = api::managed_offers(path).await;
            busy.try_set(false);
            match answer {
                Ok(list) => {
                    more.try_update(|more| more.extend(list.items));
                    next.try_set(list.next_cursor);
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! { {note::refused(failure)} {action("button", || say!(verb.more), busy.into(), run)} }.into_any()
}

fn row(offer: PartnerOffer, chosen: RwSignal<BTreeSet<OfferId>>) -> AnyView {
    let id = offer.id;
    let latest = offer.pending.as_ref().map_or(&offer.offer, |edit| &edit.offer);
    let (title, kind) = (latest.title.clone(), latest.kind);
    let spoken = title.clone();
    let since = offer.pending.as_ref().map_or(offer.updated_at, |edit| edit.since);
    let edit = offer.pending.is_some();
    let toggle = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    view! {
        <li class="row-item review-row" data-testid="review" data-id=id.to_string()>
            <label class="tick">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&id))
                    on:change=toggle
                />
                <span class="hidden">{move || say!(review.choose, title = spoken.get(lang()))}</span>
            </label>
            <span class="badge" data-kind=kind.as_str()>{icon(names::kind_icon(kind))}</span>
            <div class="row-words">
                <h3><a href=format!("/console/ministry/offers/{id}")>{move || title.get(lang()).to_owned()}</a></h3>
                <p>{offer.partner.name} " · " {move || moment(since, lang())}</p>
            </div>
            <span class="pill" class:soon=edit>
                {move || if edit { tr!(review.edit)() } else { tr!(review.new)() }}
            </span>
            {icon(Icon::Right)}
        </li>
    }
    .into_any()
}

/// Approves what is chosen, and says what became of each.
fn bulk(chosen: RwSignal<BTreeSet<OfferId>>, reload: Callback<()>) -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let result = RwSignal::new(None::<BulkResult>);
    let open = RwSignal::new(false);
    let run = move || {
        busy.set(true);
        failure.set(None);
        let input = OfferIds { ids: chosen.with_untracked(|chosen| chosen.iter().copied().collect()) };
        spawn_local(async move {
            let answer = api::approve_offers(&input).await;
            busy.try_set(false);
            match answer {
                Ok(done) => {
                    result.try_set(Some(done));
                    open.try_set(true);
                    reload.run(());
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let label = move || say!(review.approve_n, n = number(chosen.with(BTreeSet::len) as u64, lang()));
    let content = move || result.get_untracked().map_or_else(|| ().into_any(), outcome);
    view! {
        <div class="row" hidden=move || chosen.with(BTreeSet::is_empty)>
            {action("button primary", label, busy.into(), run)}
            <button type="button" class="button" on:click=move |_| chosen.set(BTreeSet::new())>
                {tr!(review.choose_none)}
            </button>
        </div>
        {note::refused(failure)}
        {dialog(open, "dialog", || say!(review.approved), content)}
    }
    .into_any()
}

fn outcome(result: BulkResult) -> AnyView {
    let done = u64::from(result.done);
    let refused = result.items.into_iter().filter(|one| !one.done).map(|one: BulkOutcome| {
        let words = one.message.unwrap_or_default();
        let places = one.errors.into_iter().map(|error| view! { <li>{error.pointer} ": " {error.message}</li> });
        let href = format!("/console/ministry/offers/{}", one.id);
        view! {
            <li class="reason bad">
                {icon(Icon::Warn)}
                <span><a href=href>{words}</a> <ul>{places.collect_view()}</ul></span>
            </li>
        }
    });
    let refused = refused.collect_view();
    view! {
        {note::good(Icon::Check, move || say!(review.approved_n, n = number(done, lang())))}
        <ul class="stack">{refused}</ul>
    }
    .into_any()
}
