//! Writing an offer: the form, its preview, its codes and its history, and what can be done with it.

mod actions;
mod compare;
mod history;
mod inputs;
mod preview;
mod saving;
mod sheet;
mod spec;
mod typing;
mod value;

pub use self::preview::as_teachers_see;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::{
    Code, OfferId,
    offer::{Fulfilment, OfferDraft, OfferState, PartnerOffer},
    partner::MemberRole,
};

use self::{
    inputs::field,
    saving::Saving,
    sheet::{Texts, kind_of},
    spec::{Part, places},
    typing::{Sheet, tongues},
};
use super::{Desk, codes};
use crate::{
    api::{self, Failure, Tagged},
    components::{
        icon::{Icon, icon},
        page::titled,
        pill::state_pill,
        states::{ghost_text, page_states},
    },
    format::number,
    i18n::Locale,
    language::{lang, say, text, tr, word},
    load::load,
};

/// The page `/console/{slug}/offers/new`.
pub fn new_offer(desk: Desk) -> AnyView {
    titled(|| say!(editor.new));
    let sheet = Sheet::new(blank());
    let crumbs = crumbs(&desk);
    let saving = Saving::new(desk, sheet, None);
    view! {
        <div class="console-page editor-page">
            {crumbs}
            <header class="heading"><h1 tabindex="-1">{tr!(editor.new)}</h1><p class="lead">{tr!(editor.new_lead)}</p></header>
            {form(sheet, saving)}
        </div>
    }
    .into_any()
}

/// What a new offer starts with.
fn blank() -> Texts {
    [
        ("/kind", "internet_package"),
        ("/area", "connectivity"),
        ("/unit", "package"),
        ("/period", "once"),
        ("/max_quantity", "1"),
        ("/fulfilment", "generated_code"),
        ("/claim_days", "30"),
    ]
    .into_iter()
    .map(|(place, text)| (place.to_owned(), text.to_owned()))
    .collect()
}

/// The page `/console/{slug}/offers/{id}`.
pub fn offer(desk: Desk) -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|p| p.get("id")).and_then(|id| id.parse::<OfferId>().ok()));
    let slug = desk.slug.clone();
    let offer = load(move || {
        let (id, slug) = (id.get(), slug.clone());
        async move {
            match id {
                Some(id) => api::desk_offer(&slug, id).await,
                None => Err(Failure::refusal(Code::NotFound)),
            }
        }
    });
    let title =
        move || offer.ready().map_or_else(|| say!(my_offers.title), |o| latest(&o.value).title.get(lang()).to_owned());
    titled(title);
    view! {
        <div class="console-page editor-page">
            {crumbs(&desk)}
            {page_states(offer, ghost_text, move |offer| existing(desk.clone(), offer.clone()))}
        </div>
    }
    .into_any()
}

fn crumbs(desk: &Desk) -> AnyView {
    view! { <nav class="crumbs"><a href=desk.href("/offers")>{icon(Icon::Left)}{tr!(my_offers.title)}</a></nav> }
        .into_any()
}

/// What the partner wrote last: the edit that waits, or what everybody sees.
pub fn latest(offer: &PartnerOffer) -> &OfferDraft {
    offer.pending.as_ref().map_or(&offer.offer, |edit| &edit.offer)
}

/// The views of an offer, as they stand in the address.
const VIEWS: [(&str, fn(Locale) -> &'static str); 4] = [
    ("", text!(editor.view_edit)),
    ("preview", text!(editor.view_preview)),
    ("codes", text!(editor.view_codes)),
    ("history", text!(editor.view_history)),
];

fn existing(desk: Desk, found: Tagged<PartnerOffer>) -> AnyView {
    let id = found.value.id;
    let sheet = Sheet::new(sheet::read(latest(&found.value)));
    let offer = RwSignal::new(found);
    let saving = Saving::new(desk.clone(), sheet, Some(offer));
    let query = use_query_map();
    let here = Memo::new(move |_| query.with(|q| q.get("view")).unwrap_or_default());
    let has_pool = Memo::new(move |_| offer.with(|o| latest(&o.value).fulfilment == Fulfilment::CodePool));
    let href = desk.href(&format!("/offers/{id}"));
    let tab = move |(name, label): (&'static str, fn(Locale) -> &'static str)| {
        let href = if name.is_empty() { href.clone() } else { format!("{href}?view={name}") };
        view! {
            <a
                class="tab"
                href=href
                hidden=move || name == "codes" && !has_pool.get()
                aria-current=move || (here.get() == name).then_some("page")
            >
                {word(label)}
            </a>
        }
    };
    let (may, slug) = (desk.may(MemberRole::Editor), desk.slug.clone());
    let beside = move || match here.get().as_str() {
        "preview" => preview::preview(sheet, offer),
        "codes" => codes::codes(&desk, id),
        "history" => history::history(&slug, id, offer),
        _ => ().into_any(),
    };
    view! {
        {head(offer)}
        {may.then(|| actions::actions(saving, offer))}
        {notes(offer)}
        <nav class="tabs" aria-label=tr!(editor.views)>{VIEWS.into_iter().map(tab).collect_view()}</nav>
        // The form stays as it is while one looks at something else.
        <div hidden=move || !here.get().is_empty()>{form(sheet, saving)}</div>
        {beside}
    }
    .into_any()
}

fn head(offer: RwSignal<Tagged<PartnerOffer>>) -> AnyView {
    let title = move || offer.with(|o| latest(&o.value).title.get(lang()).to_owned());
    let state = Memo::new(move |_| offer.with(|o| o.value.state));
    let waits = Memo::new(move |_| offer.with(|o| o.value.pending.is_some()));
    let claimed = move || {
        offer.with(|o| {
            let claimed = number(o.value.claimed.into(), lang());
            match o.value.offer.quota {
                Some(quota) => say!(my_offers.claimed_of, claimed = claimed, quota = number(quota.into(), lang())),
                None => say!(my_offers.claimed, claimed = claimed),
            }
        })
    };
    let public = move || {
        let (state, id) = offer.with(|o| (o.value.state, o.value.id));
        state.is_public().then(|| {
            view! { <a href=format!("/offers/{id}") rel="external">{tr!(editor.public_page)}</a> }
        })
    };
    view! {
        <header class="heading editor-head">
            <p class="row">
                <span data-testid="offer-state">{move || state_pill(state.get(), waits.get())}</span>
                <span class="quiet">{claimed}</span>
                {public}
            </p>
            <h1 tabindex="-1">{title}</h1>
        </header>
    }
    .into_any()
}

/// Why it was refused, and what waits.
fn notes(offer: RwSignal<Tagged<PartnerOffer>>) -> AnyView {
    let rejection = Memo::new(move |_| offer.with(|o| o.value.rejection.clone()));
    let refused = move || {
        rejection.get().map(|why| {
            view! {
                <div class="reason bad" data-testid="rejection">
                    {icon(Icon::Warn)}
                    <span><strong>{tr!(editor.rejected)}</strong><br/><span class="prose">{why}</span></span>
                </div>
            }
        })
    };
    let waiting = move || offer.with(|o| waiting_edit(&o.value));
    let review = move || {
        offer.with(|o| o.value.state == OfferState::InReview).then(|| {
            view! { <p class="reason block">{icon(Icon::Clock)}<span>{tr!(editor.in_review)}</span></p> }
        })
    };
    view! { {refused} {review} {waiting} }.into_any()
}

/// The form.
fn form(sheet: Sheet, saving: Saving) -> AnyView {
    let kind = Memo::new(move |_| sheet.texts.with(kind_of));
    let part = move |part: Part| {
        move || {
            let places = places(kind.get()).into_iter().filter(|spec| spec.part == part);
            places.map(|spec| field(sheet, &spec)).collect_view()
        }
    };
    let section = move |title: fn(Locale) -> &'static str, class: &'static str, content: AnyView| {
        view! { <section class="panel"><h2>{word(title)}</h2><div class=class>{content}</div></section> }.into_any()
    };
    let texts = view! { {tongues(sheet)} {part(Part::Texts)} }.into_any();
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        saving.save(false);
    };
    view! {
        <form class="form editor" novalidate on:submit=submit>
            {sheet.form.summary()}
            {section(text!(editor.what), "fields two", part(Part::What).into_any())}
            {section(text!(editor.texts), "fields", texts)}
            {section(text!(editor.whom), "fields", part(Part::Whom).into_any())}
            {section(text!(offer.terms), "fields two", part(Part::Terms).into_any())}
            {section(text!(editor.quota), "fields two", part(Part::Quota).into_any())}
            {section(text!(editor.giving), "fields two", part(Part::Giving).into_any())}
            {saving.bar()}
        </form>
        {saving.dialogs()}
    }
    .into_any()
}

/// What everybody sees beside the edit that waits for the ministry, if one does.
pub fn waiting_edit(offer: &PartnerOffer) -> Option<AnyView> {
    let edit = offer.pending.as_ref()?;
    Some(compare::waiting(sheet::read(&offer.offer), sheet::read(&edit.offer), edit.offer.kind, edit.since))
}
