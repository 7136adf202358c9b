//! The offers: search, filters with counts, a list that goes on. The address is the state.

mod filter;
mod list;
mod panel;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::offer::{OfferList, Sort};

use crate::{
    api,
    components::{
        icon::{Icon, icon},
        page::heading,
        search::search_box,
        states::{ghost_cards, states},
    },
    language::{lang, tr},
    load::{load, load_renewed},
    names,
    pages::home::offers_count,
};
use filter::{Filter, Part, Partners};

/// Offers a page.
const LIMIT: u32 = 24;

/// Changes the filter, and with it the address.
type Change = Callback<Filter>;

/// The page `/offers`.
pub fn offers() -> AnyView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(Filter::read));
    let navigate = use_navigate();
    let change = Change::new(move |filter: Filter| {
        let query = filter.query();
        let address = if query.is_empty() { "/offers".to_owned() } else { format!("/offers?{query}") };
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let offers = load_renewed(move || {
        let query = filter.get().query();
        let and = if query.is_empty() { "" } else { "&" };
        async move { api::offers(&format!("{query}{and}facets=true&limit={LIMIT}")).await }
    });
    provide_context::<Partners>(load(api::partners));
    let total = move || offers.ready().map(|list: OfferList| list.total);
    let set = move || Some(filter.with(|f| f.active().len())).filter(|n| *n > 0);
    let opened = RwSignal::new(false);
    view! {
        <div class="page offers">
            {heading(tr!(offers.title), None::<fn() -> &'static str>)}
            <div class="toolbar">
                {search(filter, change)}
                <div class="toolbar-row">
                    <button
                        type="button"
                        class="button to-wide"
                        aria-expanded=move || opened.get().to_string()
                        aria-controls="filters"
                        on:click=move |_| opened.update(|o| *o = !*o)
                    >
                        {icon(Icon::Sliders)}
                        {tr!(offers.filters)}
                        {move || set().map(|n| view! { <span class="count">{n}</span> })}
                    </button>
                    {sort(filter, change)}
                </div>
            </div>
            <div class="offers-body">
                {panel::panel(filter, change, offers, opened)}
                <section class="results">
                    <h2 class="hidden">{tr!(offers.results)}</h2>
                    <div class="results-head" class:none=move || total() == Some(0)>
                        <p class="results-count" role="status">{move || total().map(offers_count)}</p>
                        {panel::active(filter, change)}
                    </div>
                    {states(offers, ghost_cards, move |first| list::list(filter, change, first.clone()))}
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn search(filter: Memo<Filter>, change: Change) -> AnyView {
    let current = Signal::derive(move || filter.with(|f| f.q.clone()));
    let search = Callback::new(move |q: String| change.run(filter.get_untracked().with(Part::Q, Some(&q))));
    search_box(current, search, tr!(offers.search), tr!(home.search_hint))
}

fn sort(filter: Memo<Filter>, change: Change) -> AnyView {
    let choose = move |ev| {
        let sort = Sort::from_name(&event_target_value(&ev)).unwrap_or_default();
        change.run(Filter { sort, ..filter.get_untracked() });
    };
    let options = Sort::ALL.map(|sort| {
        view! {
            <option value=sort.as_str() selected=move || filter.with(|f| f.sort == sort)>
                {move || names::sort(sort, lang())}
            </option>
        }
    });
    view! {
        <label class="select">
            <span class="select-label">{tr!(offers.sort)}</span>
            <select name="sort" on:change=choose>{options.into_iter().collect_view()}</select>
        </label>
    }
    .into_any()
}
