//! An offer in a list.

use leptos::prelude::*;
use shared::{
    Lang,
    offer::{Audience, Kind, OfferCard, OfferState, Period},
};

use super::{
    bar::left_bar,
    icon::{Icon, icon},
    note::line,
};
use crate::{
    format::{day_month, money},
    language::{lang, say, tr},
    names, session,
};

/// What a visitor wants to know of an offer at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// It can be claimed.
    Open,
    /// All units of this period are taken.
    Exhausted,
    /// It will open.
    Soon,
    /// It stops for a while.
    Paused,
    /// It is over.
    Ended,
}

/// How open an offer is.
pub fn openness(card: &OfferCard) -> Openness {
    match card.state {
        OfferState::Published if card.left == Some(0) => Openness::Exhausted,
        OfferState::Published => Openness::Open,
        OfferState::Paused => Openness::Paused,
        OfferState::Ended => Openness::Ended,
        _ => Openness::Soon,
    }
}

/// A kind's icon on its tint.
pub fn kind_badge(kind: Kind) -> AnyView {
    view! { <span class="badge" data-kind=kind.as_str()>{icon(names::kind_icon(kind))}</span> }.into_any()
}

/// For whom an offer is, in one line.
pub fn for_whom(audience: &[Audience], lang: Lang) -> String {
    let names = audience.iter().enumerate().map(|(at, one)| match names::audience(*one, lang) {
        name if at == 0 => name.to_owned(),
        name => small(name),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// A name as it stands within a sentence.
fn small(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

fn pill(class: &'static str, picture: Icon, words: impl Fn() -> &'static str + Copy + Send + 'static) -> AnyView {
    view! { <span class=format!("pill {class}")>{icon(picture)}{words}</span> }.into_any()
}

/// A pill that says how open an offer is; none where that goes without saying.
pub fn openness_pill(openness: Openness) -> Option<AnyView> {
    match openness {
        Openness::Open => None,
        Openness::Exhausted => Some(pill("", Icon::Clock, tr!(card.none_left))),
        Openness::Soon => Some(pill("soon", Icon::Clock, tr!(card.soon))),
        Openness::Paused => Some(pill("", Icon::Clock, tr!(card.paused))),
        Openness::Ended => Some(pill("", Icon::Clock, tr!(card.ended))),
    }
}

/// A line on time: until when, from when, how often.
fn when(card: &OfferCard, lang: Lang) -> Option<(Icon, String)> {
    match (openness(card), card.starts_at, card.ends_at, card.period) {
        (Openness::Soon, Some(starts), ..) => Some((Icon::Calendar, say!(card.opens, date = day_month(starts, lang)))),
        (Openness::Soon | Openness::Ended, ..) => None,
        (_, _, Some(ends), _) => Some((Icon::Calendar, say!(card.until, date = day_month(ends, lang)))),
        (_, _, None, Period::Monthly) => Some((Icon::Repeat, say!(card.monthly))),
        _ => None,
    }
}

/// The price, where it has been published.
fn price(card: &OfferCard, lang: Lang) -> Option<String> {
    let price = ["new_price", "price"].iter().find_map(|name| card.terms.get(*name))?;
    let price = serde_json::from_value(price.clone()).ok()?;
    Some(money(price, lang))
}

/// An offer in a list. The whole card leads to it.
pub fn offer_card(card: OfferCard) -> AnyView {
    let open = openness(&card);
    let (id, offer_kind, partner) = (card.id, card.kind, card.partner.name.clone());
    let (title, audience) = (card.title.clone(), card.audience.clone());
    let left = card.quota.zip(card.left).filter(|_| matches!(open, Openness::Open | Openness::Exhausted));
    let (time, cost) = (card.clone(), card);
    let status = move || match session::claim_on(id) {
        Some(_) => Some(pill("good", Icon::Check, tr!(card.claimed))),
        None => openness_pill(open),
    };
    view! {
        <article
            class="card offer-card"
            data-testid="offer-card"
            data-kind=offer_kind.as_str()
            class:closed={open != Openness::Open}
        >
            <div class="card-top">
                {kind_badge(offer_kind)}
                <span class="card-kind">{move || names::kind(offer_kind, lang())}</span>
                {status}
            </div>
            <h3 class="card-title"><a href=format!("/offers/{id}")>{move || title.get(lang()).to_owned()}</a></h3>
            <p class="card-partner">
                {partner}
                {move || price(&cost, lang()).map(|p| view! { <span class="card-price">{p}</span> })}
            </p>
            {line(Icon::People, move || for_whom(&audience, lang()))}
            {move || when(&time, lang()).map(|(picture, words)| line(picture, move || words.clone()))}
            {left.map(|(quota, left)| left_bar(left, quota))}
        </article>
    }
    .into_any()
}
