//! A partner's offers: search, filters with counts, a table that becomes cards on a phone, and doing something to many at
//! once. The address is the state.

mod bulk;
mod filter;
mod rows;

use std::collections::BTreeSet;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::{
    OfferId,
    offer::{Kind, ManageSort, ManagedOffers, OfferState, PartnerOffer},
    partner::MemberRole,
};

use self::filter::Filter;
use super::Desk;
use crate::{
    api,
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
        page::titled,
        search::search_box,
        states::{empty, ghost_few, states},
    },
    format::number,
    language::{lang, say, tr},
    load::{Loader, load},
    names,
};

/// Offers a page.
const LIMIT: u32 = 50;

/// What is chosen of the offers that are shown.
type Chosen = RwSignal<BTreeSet<OfferId>>;

/// The page `/console/{slug}/offers`.
pub fn offers(desk: Desk) -> AnyView {
    titled(|| say!(my_offers.title));
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(Filter::read));
    let (navigate, base) = (use_navigate(), desk.href("/offers"));
    let change = Callback::new(move |filter: Filter| {
        let query = filter.query();
        let address = if query.is_empty() { base.clone() } else { format!("{base}?{query}") };
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let slug = desk.slug.clone();
    let list = load(move || {
        let (slug, query) = (slug.clone(), filter.get().query());
        let and = if query.is_empty() { "" } else { "&" };
        async move { api::desk_offers(&slug, &format!("{query}{and}facets=true&limit={LIMIT}")).await }
    });
    let chosen = Chosen::new(BTreeSet::new());
    Effect::new(move |_| {
        filter.track();
        chosen.set(BTreeSet::new());
    });
    let may = desk.is_active() && desk.may(MemberRole::Editor);
    let new = may.then(|| {
        view! {
            <div class="row">
                <a class="button" href=desk.href("/imports/new")>{icon(Icon::Download)}{tr!(my_offers.upload)}</a>
                <a class="button primary" href=desk.href("/offers/new") data-testid="new-offer">
                    {icon(Icon::Plus)}{tr!(editor.new)}
                </a>
            </div>
        }
    });
    let bulk = may.then(|| bulk::bar(&desk.slug, chosen, Callback::new(move |()| list.retry())));
    let shown = move |first: &ManagedOffers| show(desk.clone(), filter, change, chosen, first);
    view! {
        <div class="console-page my-offers">
            <header class="page-head">
                <h1 tabindex="-1">{tr!(my_offers.title)}</h1>
                {new}
            </header>
            <div class="toolbar">
                {search(filter, change)}
                <div class="toolbar-row">{kinds(filter, change)}{sort(filter, change)}</div>
            </div>
            {facets(filter, change, list)}
            {states(list, ghost_few, shown)}
            {bulk}
        </div>
    }
    .into_any()
}

fn search(filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    let current = Signal::derive(move || filter.with(|f| f.q.clone()));
    let search = Callback::new(move |q| change.run(Filter { q, ..filter.get_untracked() }));
    search_box(current, search, tr!(my_offers.search), tr!(my_offers.search))
}

fn kinds(filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    let choose =
        move |ev| change.run(Filter { kind: Kind::from_name(&event_target_value(&ev)), ..filter.get_untracked() });
    let option = move |kind: Kind| {
        view! {
            <option value=kind.as_str() selected=move || filter.with(|f| f.kind == Some(kind))>
                {move || names::kinds(kind, lang())}
            </option>
        }
    };
    view! {
        <label class="select">
            <span class="select-label">{tr!(offers.kind)}</span>
            <select name="kind" on:change=choose>
                <option value="" selected=move || filter.with(|f| f.kind.is_none())>{tr!(my_offers.all_kinds)}</option>
                {Kind::ALL.iter().map(|kind| option(*kind)).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn sort(filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    let choose = move |ev| {
        let sort = ManageSort::from_name(&event_target_value(&ev)).unwrap_or_default();
        change.run(Filter { sort, ..filter.get_untracked() });
    };
    let option = move |sort: ManageSort| {
        view! {
            <option value=sort.as_str() selected=move || filter.with(|f| f.sort == sort)>
                {move || names::manage_sort(sort, lang())}
            </option>
        }
    };
    view! {
        <label class="select">
            <span class="select-label">{tr!(offers.sort)}</span>
            <select name="sort" on:change=choose>{ManageSort::ALL.iter().map(|sort| option(*sort)).collect_view()}</select>
        </label>
    }
    .into_any()
}

/// The states with their counts; what has none is left out, unless it is chosen.
fn facets(filter: Memo<Filter>, change: Callback<Filter>, list: Loader<ManagedOffers>) -> AnyView {
    let counts = Memo::new(move |_| list.ready().and_then(|list| list.facets).unwrap_or_default());
    let chip = move |label: String, count: u32, pressed: bool, to: Filter| {
        view! {
            <button type="button" class="chip" aria-pressed=pressed.to_string() on:click=move |_| change.run(to.clone())>
                <span class="chip-check">{icon(Icon::Check)}</span>
                <span class="chip-label">{label}</span>
                <span class="chip-count">{number(count.into(), lang())}</span>
            </button>
        }
    };
    let chips = move || {
        let (now, counts) = (filter.get(), counts.get());
        let all = Filter { states: Vec::new(), waiting: false, ..now.clone() };
        let none = now.states.is_empty() && !now.waiting;
        let states = OfferState::ALL.into_iter().filter_map(|state| {
            let count = counts.state.iter().find(|c| c.value == state.as_str()).map_or(0, |c| c.count);
            let pressed = now.states.contains(&state);
            (count > 0 || pressed)
                .then(|| chip(names::offer_state(state, lang()).to_owned(), count, pressed, now.toggled(state)))
        });
        let states = states.collect_view();
        let waiting = (counts.waiting > 0 || now.waiting).then(|| {
            let to = Filter { waiting: !now.waiting, ..now.clone() };
            chip(say!(my_offers.waiting), counts.waiting, now.waiting, to)
        });
        view! { {chip(say!(my_offers.all), counts.total, none, all)} {waiting} {states} }
    };
    view! { <div class="chips" role="group" aria-label=tr!(my_offers.states)>{chips}</div> }.into_any()
}

fn show(desk: Desk, filter: Memo<Filter>, change: Callback<Filter>, chosen: Chosen, first: &ManagedOffers) -> AnyView {
    if first.items.is_empty() {
        return nothing(&desk, filter, change);
    }
    let (items, cursor) = (RwSignal::new(first.items.clone()), RwSignal::new(first.next_cursor.clone()));
    let busy = RwSignal::new(false);
    let slug = desk.slug.clone();
    let go_on = Callback::new(move |()| {
        let (slug, query) = (slug.clone(), filter.with_untracked(Filter::query));
        let Some(at) = cursor.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            if let Ok(page) = api::desk_offers(&slug, &format!("{query}&limit={LIMIT}&cursor={at}")).await {
                items.try_update(|all: &mut Vec<PartnerOffer>| all.extend(page.items));
                cursor.try_set(page.next_cursor);
            }
            busy.try_set(false);
        });
    });
    let more = move || {
        cursor.with(Option::is_some).then(|| action(PLAIN, || say!(verb.more), busy.into(), move || go_on.run(())))
    };
    view! { {rows::table(desk, items, chosen)} <div class="more-row">{more}</div> }.into_any()
}

/// No offer: the first step, or what to drop of the filter.
fn nothing(desk: &Desk, filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    if filter.with_untracked(|f| !f.query().is_empty()) {
        let clear = view! {
            <button type="button" class="button" on:click=move |_| change.run(Filter::default())>{tr!(offers.clear)}</button>
        };
        return empty(Icon::Search, tr!(offers.empty), tr!(my_offers.empty_filter), clear.into_any());
    }
    let steps = desk.may(MemberRole::Editor).then(|| {
        view! {
            <div class="row">
                <a class="button primary" href=desk.href("/offers/new")>{tr!(editor.new)}</a>
                <a class="button" href=desk.href("/imports/new")>{tr!(my_offers.upload)}</a>
            </div>
        }
    });
    empty(Icon::Gift, tr!(my_offers.empty), tr!(my_offers.empty_help), steps.into_any())
}
