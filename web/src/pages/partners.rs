//! The partners.

use leptos::prelude::*;
use shared::{Page, partner::PartnerView};

use super::home::offers_count;
use crate::{
    api,
    components::{
        icon::{Icon, icon},
        note::line,
        page::heading,
        states::{ghost_cards, states},
    },
    language::{lang, tr},
    load::load,
};

/// The page `/partners`.
pub fn partners() -> AnyView {
    let partners = load(api::partners);
    view! {
        <div class="page">
            {heading(tr!(partners.title), Some(tr!(partners.lead)))}
            {states(partners, ghost_cards, list)}
        </div>
    }
    .into_any()
}

fn list(page: &Page<PartnerView>) -> AnyView {
    if page.items.is_empty() {
        return view! { <p class="quiet">{tr!(partners.empty)}</p> }.into_any();
    }
    view! { <div class="cards">{page.items.iter().cloned().map(card).collect_view()}</div> }.into_any()
}

fn card(partner: PartnerView) -> AnyView {
    let PartnerView { slug, name, about, website, offers, .. } = partner;
    let initial: String = name.chars().take(1).collect();
    view! {
        <article class="card partner-card">
            <div class="card-top">
                <span class="initial" aria-hidden="true">{initial}</span>
                <h2 class="card-title"><a href=format!("/offers?partner={slug}")>{name}</a></h2>
            </div>
            {about.map(|about| view! { <p class="quiet">{move || about.get(lang()).to_owned()}</p> })}
            {line(Icon::Grid, move || offers_count(offers))}
            {website.filter(|url| url.starts_with("https://")).map(site)}
        </article>
    }
    .into_any()
}

fn site(url: String) -> AnyView {
    view! {
        <a class="card-line above" href=url rel="external noopener">
            {icon(Icon::External)}
            <span>{tr!(partners.site)}</span>
        </a>
    }
    .into_any()
}
