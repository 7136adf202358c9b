//! The first page: what this is, search, what there is, what is open, the figures, who gives, how to join.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    Page,
    offer::{Facets, Kind, OfferCard, OfferList},
    partner::PartnerView,
    stats::Summary,
};

use crate::{
    api,
    components::{
        card::{Openness, offer_card, openness},
        icon::{Icon, icon},
        page::titled,
        states::{ghost_few, ghost_figures, states},
    },
    format::number,
    language::{lang, say, tr},
    load::{load, load_renewed},
    names,
    pages::figures::figure,
};

/// How many open programmes the page shows, and how many that come soon.
const OPEN: usize = 6;
const SOON: usize = 3;

/// The page `/`.
pub fn home() -> AnyView {
    titled(|| say!(home.title));
    let offers = load_renewed(|| api::offers("facets=true&limit=30"));
    let partners = load(api::partners);
    let summary = load_renewed(api::summary);
    let counts = move || offers.ready().and_then(|list| list.facets);
    view! {
        <div class="home">
            <section class="hero">
                <div class="hero-words">
                    <h1 tabindex="-1">{tr!(home.title)}</h1>
                    <p class="lead">{tr!(home.lead)}</p>
                    {search()}
                </div>
                <nav class="kinds" aria-label=tr!(home.kinds)>{move || kind_tiles(counts().as_ref())}</nav>
            </section>
            {states(offers, ghost_few, programmes)}
            <section class="band">
                <div class="section-head">
                    <h2>{tr!(home.figures)}</h2>
                    <a class="more" href="/figures">{tr!(home.figures_link)}{icon(Icon::Right)}</a>
                </div>
                {states(summary, ghost_figures, numbers)}
            </section>
            {states(partners, ghost_few, who_gives)}
            {join()}
        </div>
    }
    .into_any()
}

fn search() -> AnyView {
    let navigate = use_navigate();
    let query = RwSignal::new(String::new());
    let go = move |ev: SubmitEvent| {
        ev.prevent_default();
        navigate(&format!("/offers?q={}", api::encode(query.get_untracked().trim())), NavigateOptions::default());
    };
    view! {
        <form class="search" role="search" action="/offers" on:submit=go>
            {icon(Icon::Search)}
            <input
                type="search"
                name="q"
                autocomplete="off"
                aria-label=tr!(home.search)
                placeholder=tr!(home.search_hint)
                prop:value=query
                on:input=move |ev| query.set(event_target_value(&ev))
            />
            <button type="submit" class="button primary">{tr!(verb.search)}</button>
        </form>
    }
    .into_any()
}

/// The kinds with how many offers each has. Before that is known they stand without numbers; one without offers goes.
fn kind_tiles(facets: Option<&Facets>) -> AnyView {
    let count = |kind: Kind| facets.map(|f| f.kind.iter().find(|c| c.value == kind.as_str()).map_or(0, |c| c.count));
    Kind::ALL
        .iter()
        .map(|&kind| (kind, count(kind)))
        .filter(|(_, count)| *count != Some(0))
        .map(|(kind, count)| {
            view! {
                <a class="kind" data-kind=kind.as_str() href=format!("/offers?kind={}", kind.as_str())>
                    <span class="badge" data-kind=kind.as_str()>{icon(names::kind_icon(kind))}</span>
                    <span class="kind-name">{move || names::kinds(kind, lang())}</span>
                    <span class="kind-count">{move || count.map(|n| number(n.into(), lang()))}</span>
                </a>
            }
        })
        .collect_view()
        .into_any()
}

fn programmes(list: &OfferList) -> AnyView {
    let of = |wanted: Openness| list.items.iter().filter(move |card| openness(card) == wanted).cloned();
    let mut open: Vec<_> = of(Openness::Open).collect();
    // What can run out comes first.
    open.sort_by_key(|card| card.quota.is_none());
    let soon: Vec<_> = of(Openness::Soon).take(SOON).collect();
    let none_soon = soon.is_empty();
    open.truncate(OPEN);
    let cards =
        |cards: Vec<OfferCard>| view! { <div class="cards">{cards.into_iter().map(offer_card).collect_view()}</div> };
    view! {
        <section class="section">
            <div class="section-head">
                <h2>{tr!(home.open)}</h2>
                <a class="more" href="/offers">{tr!(verb.all_offers)}{icon(Icon::Right)}</a>
            </div>
            {cards(open)}
        </section>
        <section class="section" hidden=none_soon>
            <h2>{tr!(home.soon)}</h2>
            {cards(soon)}
        </section>
    }
    .into_any()
}

fn numbers(summary: &Summary) -> AnyView {
    view! {
        <div class="figures">
            {figure(summary.users, tr!(figures.users))}
            {figure(summary.educators, tr!(figures.educators))}
            {figure(summary.active_users_30d, tr!(figures.active))}
            {figure(summary.claims_this_month, tr!(figures.month))}
        </div>
    }
    .into_any()
}

fn who_gives(page: &Page<PartnerView>) -> AnyView {
    let partner = |partner: PartnerView| {
        let PartnerView { slug, name, offers, .. } = partner;
        view! {
            <a class="partner-chip" href=format!("/offers?partner={slug}")>
                <span class="partner-name">{name}</span>
                <span class="partner-count">{move || offers_count(offers)}</span>
            </a>
        }
    };
    let giving: Vec<_> = page.items.iter().filter(|partner| partner.offers > 0).take(12).cloned().collect();
    let none = giving.is_empty();
    view! {
        <section class="section" hidden=none>
            <div class="section-head">
                <h2>{tr!(home.partners)}</h2>
                <a class="more" href="/partners">{tr!(nav.partners)}{icon(Icon::Right)}</a>
            </div>
            <div class="partner-chips">{giving.into_iter().map(partner).collect_view()}</div>
        </section>
    }
    .into_any()
}

/// How many offers, in words.
pub fn offers_count(n: u32) -> String {
    use crate::format::{Form, plural};
    let count = number(n.into(), lang());
    match plural(lang(), n) {
        Form::One => say!(offers.count_one, count = count),
        Form::Few => say!(offers.count_few, count = count),
        Form::Many => say!(offers.count_many, count = count),
    }
}

fn join() -> AnyView {
    view! {
        <section class="section join" id="join">
            <div>
                <h2>{tr!(home.join)}</h2>
                <p class="lead">{tr!(home.join_lead)}</p>
                <div class="row">
                    <a class="button primary" href="/join" rel="external">{tr!(home.join_do)}</a>
                    <a class="button" href="/docs" rel="external">{tr!(home.join_api)}{icon(Icon::External)}</a>
                </div>
            </div>
            <ol class="steps">
                <li>{tr!(home.join_1)}</li>
                <li>{tr!(home.join_2)}</li>
                <li>{tr!(home.join_3)}</li>
            </ol>
        </section>
    }
    .into_any()
}
