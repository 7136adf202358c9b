//! An offer: its terms, what is left, whether one may claim it, and the one button that does.

mod claiming;
mod instead;
mod standing;
mod terms;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::{
    Code, LocalText, OfferId,
    offer::{Fulfilment, OfferView, Period},
};

use crate::{
    api::{self, Failure},
    components::{
        card::{Openness, for_whom, kind_badge, openness, openness_pill},
        icon::{Icon, icon},
        page::titled,
        states::{ghost_text, page_states},
    },
    format::{date, number},
    language::{lang, say, tr},
    load::load_renewed,
    names,
};

/// The page `/offers/{id}`.
pub fn offer() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|p| p.get("id")).and_then(|id| id.parse::<OfferId>().ok()));
    let offer = load_renewed(move || {
        let id = id.get();
        async move {
            match id {
                Some(id) => api::offer(id).await,
                None => Err(Failure::refusal(Code::NotFound)),
            }
        }
    });
    titled(move || offer.ready().map_or_else(|| say!(offers.title), |o| o.card.title.get(lang()).to_owned()));
    view! {
        <div class="page">
            <nav class="crumbs"><a href="/offers">{icon(Icon::Left)}{tr!(offers.title)}</a></nav>
            {page_states(offer, ghost_text, move |view| show(view.clone(), Callback::new(move |()| offer.retry())))}
        </div>
    }
    .into_any()
}

fn show(offer: OfferView, reload: Callback<()>) -> AnyView {
    let side = claiming::claiming(&offer, reload);
    article(offer, side)
}

/// The offer, with what stands beside it.
pub fn article(offer: OfferView, side: AnyView) -> AnyView {
    let card = offer.card.clone();
    let (title, summary) = (card.title.clone(), card.summary.clone());
    let description = offer.description.clone();
    let how = how_to_use(&offer);
    view! {
        <article class="offer">
            <header class="offer-head">
                <p class="offer-kind">
                    {kind_badge(card.kind)}
                    <span>{move || names::kind(card.kind, lang())}</span>
                    {openness_pill(openness(&card))}
                </p>
                <h1 tabindex="-1">{move || title.get(lang()).to_owned()}</h1>
                <p class="offer-partner">
                    <a href=format!("/offers?partner={}", card.partner.slug)>{card.partner.name.clone()}</a>
                </p>
                {summary.map(|s| view! { <p class="lead">{move || s.get(lang()).to_owned()}</p> })}
            </header>
            <aside class="offer-side">{side}</aside>
            <div class="offer-main">
                <section>
                    <h2>{tr!(offer.terms)}</h2>
                    {terms_table(offer)}
                </section>
                {description.map(about)}
                {how.map(|how| view! { <section><h2>{tr!(offer.how)}</h2>{how}</section> })}
            </div>
        </article>
    }
    .into_any()
}

/// The partner's own steps; where it has written none, those that hold for every offer that can be claimed.
fn how_to_use(offer: &OfferView) -> Option<AnyView> {
    if offer.how_to_use.is_empty() && matches!(openness(&offer.card), Openness::Soon | Openness::Ended) {
        return None;
    }
    let partner = offer.card.partner.name.clone();
    let contact = offer.fulfilment == Fulfilment::Contact;
    let own = offer.how_to_use.clone();
    let items = move || {
        if own.is_empty() {
            let second = if contact {
                say!(offer.step_2_contact, partner = partner)
            } else {
                say!(offer.step_2, partner = partner)
            };
            vec![say!(offer.step_1), second, say!(offer.step_3)]
        } else {
            own.iter().map(|step| step.get(lang()).to_owned()).collect()
        }
    };
    let steps = move || items().into_iter().map(|step| view! { <li>{step}</li> }).collect_view();
    Some(view! { <ol class="steps">{steps}</ol> }.into_any())
}

fn about(text: LocalText) -> AnyView {
    view! {
        <section>
            <h2>{tr!(offer.about)}</h2>
            <p class="prose">{move || text.get(lang()).to_owned()}</p>
        </section>
    }
    .into_any()
}

fn terms_table(offer: OfferView) -> AnyView {
    let row = |label: String, value: AnyView| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let rows = move || {
        let lang = lang();
        let card = &offer.card;
        let mut rows: Vec<_> = terms::rows(card.kind, &card.terms, lang)
            .into_iter()
            .map(|term| {
                let value = match term.value {
                    Some(value) => {
                        view! { <span class:strong=term.strong class:old=term.old>{value}</span> }.into_any()
                    }
                    None => view! { <span class="quiet">{say!(state.not_published)}</span> }.into_any(),
                };
                row(term.label, value)
            })
            .collect();
        rows.push(row(say!(offer.for_whom), for_whom(&card.audience, lang).into_any()));
        let places = if card.regions.is_empty() {
            say!(offer.everywhere)
        } else {
            card.regions.iter().map(|r| names::region(*r, lang)).collect::<Vec<_>>().join(", ")
        };
        rows.push(row(say!(offer.place), places.into_any()));
        if let Some(quota) = card.quota {
            let units = names::units(card.unit, quota, lang);
            let units = if card.period == Period::Monthly { say!(offer.per_month, n = units) } else { units };
            rows.push(row(say!(offer.unit), units.into_any()));
        }
        let period = match (card.period, offer.next_period_at) {
            (Period::Monthly, Some(next)) => say!(offer.renews, date = crate::format::day_month(next, lang)),
            (Period::Monthly, None) => say!(card.monthly),
            (Period::Once, _) => say!(offer.once),
        };
        rows.push(row(say!(offer.period), period.into_any()));
        if let Some(ends) = card.ends_at {
            rows.push(row(say!(claim.until), say!(card.until, date = date(ends, lang)).into_any()));
        }
        let days = say!(offer.days, days = number(offer.claim_days.into(), lang));
        rows.push(row(say!(offer.code_valid), days.into_any()));
        rows.into_iter().collect_view()
    };
    view! { <dl class="terms">{rows}</dl> }.into_any()
}
