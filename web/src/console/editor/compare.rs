//! Two versions side by side: one's own and another's after both changed it, and what everybody sees beside the edit
//! that waits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use leptos::prelude::*;
use shared::{
    Lang,
    offer::{Kind, PartnerOffer},
};

use super::{
    latest,
    sheet::{Texts, kind_of, read, within},
    spec::{Holds, name_of, places},
};
use crate::{
    api::Tagged,
    components::{
        dialog::dialog,
        icon::{Icon, icon},
    },
    format::{date, day, moment},
    language::{lang, say, tr},
};

/// Two versions of one offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    base: Texts,
    mine: Texts,
    theirs: Tagged<PartnerOffer>,
}

/// Which version of a place is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Theirs,
    Mine,
}

impl Conflict {
    /// What was read, what was typed since, and what it is now.
    pub const fn new(base: Texts, mine: Texts, theirs: Tagged<PartnerOffer>) -> Self {
        Self { base, mine, theirs }
    }

    /// The places that differ, with the side that somebody most likely wants: one's own where one typed.
    fn choices(&self) -> BTreeMap<String, Side> {
        let theirs = read(latest(&self.theirs.value));
        let side = |place: &String| {
            if self.mine.get(place) == self.base.get(place) { Side::Theirs } else { Side::Mine }
        };
        differing(&theirs, &self.mine).into_iter().map(|place| (place.clone(), side(&place))).collect()
    }

    /// The texts that the choices make.
    fn merged(&self, choices: &BTreeMap<String, Side>) -> Texts {
        let mut texts = read(latest(&self.theirs.value));
        for place in choices.iter().filter(|(_, side)| **side == Side::Mine).map(|(place, _)| place) {
            match self.mine.get(place) {
                Some(text) => _ = texts.insert(place.clone(), text.clone()),
                None => _ = texts.remove(place),
            }
        }
        texts
    }
}

/// The places at which two versions differ.
pub fn differing(one: &Texts, other: &Texts) -> Vec<String> {
    let all: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    all.into_iter().filter(|place| one.get(*place) != other.get(*place)).cloned().collect()
}

/// What stands at a place, in words.
pub fn words_of(kind: Kind, place: &str, texts: &Texts, lang: Lang) -> String {
    let Some(text) = texts.get(place) else { return "–".to_owned() };
    let spec = places(kind).into_iter().find(|spec| within(place, &spec.pointer));
    match spec.map(|spec| spec.holds) {
        Some(Holds::One(choice) | Holds::Some(choice)) => {
            let names = text.split(',').map(|value| choice.name(value, lang).unwrap_or(value));
            names.collect::<Vec<_>>().join(", ")
        }
        Some(Holds::Moment) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
            .map_or_else(|_| text.clone(), |at| format!("{}, {}", day(at.date(), lang), at.format("%H:%M"))),
        Some(holds) if !holds.unit(lang).is_empty() => format!("{text}\u{a0}{}", holds.unit(lang)),
        _ => text.clone(),
    }
}

/// The dialog in which somebody chooses, place by place; `resolve` gets the texts and the version that they belong to.
pub fn dialog_of(conflict: RwSignal<Option<Conflict>>, resolve: Callback<(Texts, Tagged<PartnerOffer>)>) -> AnyView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(conflict.with(Option::is_some)));
    let content = move || match conflict.get_untracked() {
        Some(conflict) => choosing(conflict, open, resolve),
        None => ().into_any(),
    };
    dialog(open, "dialog wide", || say!(editor.conflict), content)
}

fn choosing(conflict: Conflict, open: RwSignal<bool>, resolve: Callback<(Texts, Tagged<PartnerOffer>)>) -> AnyView {
    let theirs = read(latest(&conflict.theirs.value));
    let choices = RwSignal::new(conflict.choices());
    let kind = kind_of(&theirs);
    let at = conflict.theirs.value.updated_at;
    let row = {
        let mine = conflict.mine.clone();
        move |place: String| {
            let side = |side: Side, texts: &Texts| {
                let (texts, shown) = (texts.clone(), place.clone());
                let (place, name) = (place.clone(), place.clone());
                let label = move || if side == Side::Mine { tr!(editor.mine)() } else { tr!(editor.theirs)() };
                let chosen = {
                    let place = place.clone();
                    move || choices.with(|all| all.get(&place) == Some(&side))
                };
                view! {
                    <label class="choice version">
                        <input
                            type="radio"
                            name=name
                            value=if side == Side::Mine { "mine" } else { "theirs" }
                            prop:checked=chosen
                            on:change=move |_| choices.update(|all| _ = all.insert(place.clone(), side))
                        />
                        <span class="choice-words">
                            <span class="choice-help">{label}</span>
                            <span class="version-text">{move || words_of(kind, &shown, &texts, lang())}</span>
                        </span>
                    </label>
                }
            };
            let title = place.clone();
            view! {
                <fieldset class="versions" data-place=place.clone()>
                    <legend>{move || name_of(kind, &title, lang())}</legend>
                    {side(Side::Theirs, &theirs)}
                    {side(Side::Mine, &mine)}
                </fieldset>
            }
        }
    };
    let rows = choices.with_untracked(|all| all.keys().cloned().map(row).collect_view());
    let all = move |side: Side| choices.update(|all| all.values_mut().for_each(|s| *s = side));
    let save = move |_| {
        let texts = choices.with_untracked(|choices| conflict.merged(choices));
        resolve.run((texts, conflict.theirs.clone()));
    };
    view! {
        <div class="conflict" data-testid="conflict">
            <p>{move || say!(editor.conflict_help, time = moment(at, lang()))}</p>
            <div class="row">
                <button type="button" class="button small" on:click=move |_| all(Side::Theirs)>{tr!(editor.all_theirs)}</button>
                <button type="button" class="button small" on:click=move |_| all(Side::Mine)>{tr!(editor.all_mine)}</button>
            </div>
            {rows}
            <div class="row dialog-row">
                <button type="button" class="button primary" data-testid="conflict-save" on:click=save>
                    {tr!(editor.save_choice)}
                </button>
                <button type="button" class="button" on:click=move |_| open.set(false)>{tr!(editor.keep_typing)}</button>
            </div>
        </div>
    }
    .into_any()
}

/// What everybody sees beside the edit that waits.
pub fn waiting(live: Texts, edit: Texts, kind: Kind, since: DateTime<Utc>) -> AnyView {
    let rows = move || {
        let lang = lang();
        differing(&live, &edit)
            .into_iter()
            .map(|place| {
                view! {
                    <tr>
                        <th scope="row">{name_of(kind, &place, lang)}</th>
                        <td data-label=say!(editor.live)>{words_of(kind, &place, &live, lang)}</td>
                        <td data-label=say!(editor.edit)>{words_of(kind, &place, &edit, lang)}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <details class="panel waiting" open data-testid="waiting">
            <summary>{icon(Icon::Clock)}<span>{move || say!(editor.waiting, date = date(since, lang()))}</span></summary>
            <p class="quiet">{tr!(editor.waiting_help)}</p>
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">{tr!(editor.place)}</th>
                        <th scope="col">{tr!(editor.live)}</th>
                        <th scope="col">{tr!(editor.edit)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}
