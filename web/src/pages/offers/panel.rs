//! The filters, with how many offers each would leave.

use leptos::prelude::*;
use shared::offer::{FacetCount, Facets, OfferList};

use super::{
    Change,
    filter::{Filter, Part, part_name, value_name},
};
use crate::{
    components::icon::{Icon, icon},
    format::number,
    language::{lang, say, tr},
    load::Loader,
};

/// The filters: beside the list on a wide screen, folded above it on a phone.
pub fn panel(filter: Memo<Filter>, change: Change, offers: Loader<OfferList>, opened: RwSignal<bool>) -> AnyView {
    // The last counts stay while the next ones load.
    let facets = Known::new(move |before: Option<&Option<Facets>>| {
        offers.ready().and_then(|list| list.facets).or_else(|| before.cloned().flatten())
    });
    let group = move |part: Part| group(part, filter, change, facets);
    view! {
        <div class="filters" id="filters" class:opened=opened>
            {available(filter, change, facets)}
            {group(Part::Kind)}
            {group(Part::Audience)}
            {group(Part::Area)}
            {group(Part::Partner)}
            {group(Part::Region)}
            <button type="button" class="button primary wide to-wide" on:click=move |_| opened.set(false)>
                {tr!(offers.close_filters)}
            </button>
        </div>
    }
    .into_any()
}

/// The counts, once they are known.
type Known = Memo<Option<Facets>>;

fn chip(
    label: impl Fn() -> String + Send + 'static,
    count: impl Fn() -> Option<u32> + Copy + Send + 'static,
    pressed: impl Fn() -> bool + Copy + Send + 'static,
    press: impl Fn() + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class="chip"
            class:vain=move || count() == Some(0) && !pressed()
            aria-pressed=move || pressed().to_string()
            on:click=move |_| press()
        >
            <span class="chip-check">{icon(Icon::Check)}</span>
            <span class="chip-label">{label}</span>
            <span class="chip-count">{move || count().map(|count| number(count.into(), lang()))}</span>
        </button>
    }
    .into_any()
}

fn available(filter: Memo<Filter>, change: Change, facets: Known) -> AnyView {
    let press = move || {
        let filter = filter.get_untracked();
        change.run(Filter { available: !filter.available, ..filter });
    };
    chip(
        || tr!(offers.available)().to_owned(),
        move || facets.with(|f| f.as_ref().map(|f| f.available)),
        move || filter.with(|f| f.available),
        press,
    )
}

fn counts(facets: Option<&Facets>, part: Part) -> &[FacetCount] {
    let Some(facets) = facets else { return &[] };
    match part {
        Part::Kind => &facets.kind,
        Part::Audience => &facets.audience,
        Part::Area => &facets.area,
        Part::Region => &facets.region,
        Part::Partner => &facets.partner,
        Part::Q | Part::Available => &[],
    }
}

fn group(part: Part, filter: Memo<Filter>, change: Change, facets: Known) -> AnyView {
    let chosen = move || filter.with(|f| f.value(part));
    // What would leave nothing is not offered, unless it is what was chosen.
    let values = Memo::new(move |_| {
        let mut values: Vec<_> =
            facets.with(|f| counts(f.as_ref(), part).iter().filter(|c| c.count > 0).map(|c| c.value.clone()).collect());
        if let Some(chosen) = chosen().filter(|c| !values.contains(c)) {
            values.push(chosen);
        }
        values
    });
    let one = move |value: String| {
        let count = {
            let value = StoredValue::new(value.clone());
            move || {
                facets.with(|f| {
                    value
                        .with_value(|v| counts(f.as_ref(), part).iter().find(|c| c.value == *v).map_or(0, |c| c.count))
                        .into()
                })
            }
        };
        let pressed = {
            let value = StoredValue::new(value.clone());
            move || chosen().is_some_and(|c| value.with_value(|v| c == *v))
        };
        let press = {
            let value = value.clone();
            move || {
                let filter = filter.get_untracked();
                let new = if filter.value(part).as_deref() == Some(&value) { None } else { Some(value.as_str()) };
                change.run(filter.with(part, new));
            }
        };
        chip(move || value_name(part, &value, lang()), count, pressed, press)
    };
    view! {
        <fieldset class="filter-group" hidden=move || values.with(Vec::is_empty)>
            <legend>{move || part_name(part)}</legend>
            <div class="chips">
                <For each=move || values.get() key=Clone::clone children=one/>
            </div>
        </fieldset>
    }
    .into_any()
}

/// The filters that are set, each with the way to drop it.
pub fn active(filter: Memo<Filter>, change: Change) -> AnyView {
    let clear = move |_| change.run(Filter { sort: filter.with_untracked(|f| f.sort), ..Filter::default() });
    (move || {
        let parts = filter.with(Filter::active);
        (!parts.is_empty()).then(|| {
            view! {
                <div class="chips active">
                    {parts.into_iter().map(|part| drop_chip(part, filter, change)).collect_view()}
                    <button type="button" class="link-button" on:click=clear>
                        {tr!(offers.clear)}
                    </button>
                </div>
            }
        })
    })
    .into_any()
}

/// A filter that is set; pressing drops it.
pub fn drop_chip(part: Part, filter: Memo<Filter>, change: Change) -> AnyView {
    let name = move || filter.with(|f| f.value(part)).map(|v| value_name(part, &v, lang())).unwrap_or_default();
    view! {
        <button
            type="button"
            class="chip set"
            aria-label=move || say!(offers.remove, what = name())
            on:click=move |_| change.run(filter.get_untracked().with(part, None))
        >
            <span class="chip-label">{name}</span>
            {icon(Icon::Cross)}
        </button>
    }
    .into_any()
}
