//! The offers as a table; on a phone, each is a card.

use leptos::prelude::*;
use shared::{
    offer::{BULK_MAX, PartnerOffer},
    partner::MemberRole,
};

use super::{super::editor::latest, Chosen};
use crate::{
    components::{card::kind_badge, pill::state_pill},
    console::Desk,
    format::{date, day_month, number},
    language::{lang, say, tr},
    names,
};

/// The table.
pub fn table(desk: Desk, items: RwSignal<Vec<PartnerOffer>>, chosen: Chosen) -> AnyView {
    let may = desk.may(MemberRole::Editor);
    let ids = move || items.with(|all| all.iter().map(|offer| offer.id).take(BULK_MAX).collect::<Vec<_>>());
    let all_chosen = move || {
        let ids = ids();
        !ids.is_empty() && chosen.with(|c| ids.iter().all(|id| c.contains(id)))
    };
    let choose_all = move |_| {
        let on = !all_chosen();
        chosen.update(|c| {
            c.clear();
            if on {
                c.extend(ids());
            }
        });
    };
    let all = may.then(|| {
        view! {
            <th scope="col" class="tick">
                <label class="tick-box">
                    <input type="checkbox" name="all" prop:checked=all_chosen on:change=choose_all/>
                    <span class="tick-label">{tr!(my_offers.choose_all)}</span>
                </label>
            </th>
        }
    });
    let rows = move || items.with(|all| all.iter().map(|offer| row(&desk, offer, chosen)).collect_view());
    view! {
        <table class="table stacked offers-table">
            <thead>
                <tr>
                    {all}
                    <th scope="col">{tr!(my_offers.offer)}</th>
                    <th scope="col">{tr!(my_offers.state)}</th>
                    <th scope="col">{tr!(my_offers.taken)}</th>
                    <th scope="col">{tr!(my_offers.until)}</th>
                    <th scope="col">{tr!(my_offers.updated)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(desk: &Desk, offer: &PartnerOffer, chosen: Chosen) -> AnyView {
    let (id, state, waits) = (offer.id, offer.state, offer.pending.is_some());
    let draft = latest(offer);
    let (title, kind, quota, claimed) = (draft.title.clone(), draft.kind, offer.offer.quota, offer.claimed);
    let (ends, updated) = (draft.ends_at, offer.updated_at);
    let named = title.clone();
    let tick = desk.may(MemberRole::Editor).then(|| {
        let toggle = move |_| {
            chosen.update(|c| {
                if !c.remove(&id) && c.len() < BULK_MAX {
                    c.insert(id);
                }
            });
        };
        view! {
            <td class="tick">
                <label class="tick-box">
                    <input
                        type="checkbox"
                        name="offer"
                        value=id.to_string()
                        aria-label=move || say!(my_offers.choose, title = named.get(lang()))
                        prop:checked=move || chosen.with(|c| c.contains(&id))
                        on:change=toggle
                    />
                </label>
            </td>
        }
    });
    let taken = move || {
        let claimed = number(claimed.into(), lang());
        match quota {
            Some(quota) => format!("{claimed} / {}", number(quota.into(), lang())),
            None => claimed,
        }
    };
    let name = draft.external_id.clone();
    let low = offer.codes.as_ref().and_then(|codes| codes.level.map(|_| codes.left)).map(|left| {
        view! { <span class="low">{move || say!(codes.left_of, left = number(left.into(), lang()))}</span> }
    });
    view! {
        <tr data-testid="my-offer" class:chosen=move || chosen.with(|c| c.contains(&id))>
            {tick}
            <th scope="row" class="offer-cell">
                {kind_badge(kind)}
                <span>
                    <a href=desk.href(&format!("/offers/{id}"))>{move || title.get(lang()).to_owned()}</a>
                    <span class="quiet small">
                        {move || names::kind(kind, lang())}
                        {name.map(|name| view! { " · "<code>{name}</code> })}
                    </span>
                </span>
            </th>
            <td data-label=tr!(my_offers.state) class="state-cell">{state_pill(state, waits)}{low}</td>
            <td data-label=tr!(my_offers.taken) class="number">{taken}</td>
            <td data-label=tr!(my_offers.until)>{move || ends.map_or_else(|| "–".to_owned(), |at| date(at, lang()))}</td>
            <td data-label=tr!(my_offers.updated)>{move || day_month(updated, lang())}</td>
        </tr>
    }
    .into_any()
}
