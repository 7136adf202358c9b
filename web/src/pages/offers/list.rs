//! The offers that were found, page by page, or what to drop when there are none.

use std::cell::RefCell;

use leptos::{prelude::*, task::spawn_local};
use shared::offer::{OfferCard, OfferList};

use super::{Change, LIMIT, filter::Filter, panel::drop_chip};
use crate::{
    api,
    components::{
        action::{PLAIN, action},
        card::offer_card,
        icon::{Icon, icon},
        states::failed,
    },
    language::tr,
};

/// How far a list was followed, so that going back from an offer finds it as it was left.
struct Followed {
    query: String,
    more: Vec<OfferCard>,
    cursor: Option<String>,
}

thread_local! {
    static FOLLOWED: RefCell<Option<Followed>> = const { RefCell::new(None) };
}

fn followed(query: &str) -> Option<(Vec<OfferCard>, Option<String>)> {
    FOLLOWED.with_borrow(|f| f.as_ref().filter(|f| f.query == query).map(|f| (f.more.clone(), f.cursor.clone())))
}

/// Shows the first page of a list, and more when asked.
pub fn list(filter: Memo<Filter>, change: Change, first: OfferList) -> AnyView {
    if first.items.is_empty() {
        return nothing(filter, change);
    }
    let query = filter.with_untracked(Filter::query);
    let (earlier, at) = followed(&query).unwrap_or((Vec::new(), first.next_cursor));
    let more = RwSignal::new(earlier);
    let cursor = RwSignal::new(at);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None);
    let fetch = move || {
        let Some(at) = cursor.get_untracked() else { return };
        let query = query.clone();
        let and = if query.is_empty() { "" } else { "&" };
        let call = format!("{query}{and}limit={LIMIT}&cursor={}", api::encode(&at));
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::offers(&call).await;
            busy.try_set(false);
            match answer {
                Ok(page) => {
                    more.try_update(|m| m.extend(page.items));
                    cursor.try_set(page.next_cursor);
                    let (more, cursor) = (more.try_get_untracked(), cursor.try_get_untracked());
                    if let (Some(more), Some(cursor)) = (more, cursor) {
                        FOLLOWED.with_borrow_mut(|f| *f = Some(Followed { query, more, cursor }));
                    }
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let again = fetch.clone();
    view! {
        <div class="cards">
            {first.items.into_iter().map(offer_card).collect_view()}
            <For each=move || more.get() key=|card| card.id children=offer_card/>
        </div>
        {move || {
            let again = again.clone();
            failure.get().map(move |f| failed(f, again))
        }}
        <div class="more-row" hidden=move || cursor.with(Option::is_none)>
            {action(PLAIN, || tr!(verb.more)().to_owned(), busy.into(), fetch)}
        </div>
    }
    .into_any()
}

fn nothing(filter: Memo<Filter>, change: Change) -> AnyView {
    let parts = filter.with_untracked(Filter::active);
    let bare = parts.is_empty();
    view! {
        <div class="notice">
            <span class="notice-icon">{icon(Icon::Search)}</span>
            <h2>{tr!(offers.empty)}</h2>
            <p>{move || if bare { tr!(offers.empty_none)() } else { tr!(offers.empty_drop)() }}</p>
            <div class="chips centred">
                {parts.into_iter().map(|part| drop_chip(part, filter, change)).collect_view()}
            </div>
        </div>
    }
    .into_any()
}
