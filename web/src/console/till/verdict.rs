//! Yes or no, large; and the one button that follows from it.

use leptos::prelude::*;
use shared::{
    Lang,
    redemption::{CheckedCode, NotRedeemable, RedemptionView},
};

use super::{Stand, Till};
use crate::{
    browser,
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
        stepper::stepper,
    },
    format::{date, moment, number, time},
    language::{lang, locale, say, tr},
    names,
};

/// The verdict on what is in front of the cashier.
pub fn verdict(till: Till) -> AnyView {
    (move || match till.stand.get() {
        Stand::Waiting => ().into_any(),
        Stand::Checked { found, .. } if found.valid => valid(till, *found),
        Stand::Checked { found, .. } => invalid(till, &found),
        Stand::Redeemed(done) => redeemed(till, &done),
        Stand::Undone(undone) => undone_of(till, &undone),
    })
    .into_any()
}

/// A large word with its picture.
fn head(picture: Icon, words: impl Fn() -> String + Send + 'static) -> AnyView {
    view! { <h2 class="verdict-word">{icon(picture)}<span>{words}</span></h2> }.into_any()
}

fn valid(till: Till, found: CheckedCode) -> AnyView {
    let left = found.left.unwrap_or(1);
    let quantity = RwSignal::new(left);
    let offer = found.offer.map(|offer| {
        let kind = offer.kind;
        view! {
            <p class="verdict-offer">
                {move || offer.title.get(lang()).to_owned()}
                <span class="quiet">{move || names::kind(kind, lang())}</span>
            </p>
        }
    });
    let until = found.expires_at.map(|at| {
        view! { <p>{move || say!(till.until, date = date(at, lang()), time = time(at))}</p> }
    });
    let label = move || match left {
        1 => say!(till.redeem),
        _ => say!(till.redeem_n, n = number(quantity.get().into(), lang())),
    };
    view! {
        <div class="verdict good" data-testid="till-valid">
            {head(Icon::Check, || say!(till.valid))}
            {offer}
            {until}
            {(left > 1).then(|| units(quantity, left))}
            <div data-testid="till-redeem">
                {action("button primary wide big", label, till.busy.into(), move || till.redeem(quantity.get_untracked()))}
            </div>
            {action("button wide", || say!(till.other), Signal::stored(false), move || till.next())}
        </div>
    }
    .into_any()
}

/// How many of the units; part of a claim can be redeemed.
fn units(quantity: RwSignal<u32>, max: u32) -> AnyView {
    view! {
        <div class="field">
            <label for="till-quantity">{move || say!(till.quantity, max = number(max.into(), lang()))}</label>
            {stepper("till-quantity", quantity, max)}
        </div>
    }
    .into_any()
}

/// Why a code cannot be redeemed, and what to do.
fn why(reason: Option<NotRedeemable>, lang: Lang) -> (&'static str, &'static str) {
    use leptos_i18n::td_string;
    let l = locale(lang);
    match reason.unwrap_or(NotRedeemable::Unknown) {
        NotRedeemable::Mistyped => (td_string!(l, till.mistyped), td_string!(l, till.mistyped_help)),
        NotRedeemable::Unknown => (td_string!(l, till.unknown), td_string!(l, till.unknown_help)),
        NotRedeemable::Held => (td_string!(l, till.held), td_string!(l, till.held_help)),
        NotRedeemable::Redeemed => (td_string!(l, till.redeemed), td_string!(l, till.redeemed_help)),
        NotRedeemable::Cancelled => (td_string!(l, till.cancelled), td_string!(l, till.cancelled_help)),
        NotRedeemable::Expired => (td_string!(l, till.expired), td_string!(l, till.expired_help)),
    }
}

fn invalid(till: Till, found: &CheckedCode) -> AnyView {
    let reason = found.reason;
    let when = match reason {
        Some(NotRedeemable::Redeemed) => found.redeemed_at,
        Some(NotRedeemable::Expired) => found.expires_at,
        _ => None,
    };
    let when = when.map(|at| view! { <p><strong>{move || moment(at, lang())}</strong></p> });
    let offer = found.offer.clone().map(|offer| {
        view! { <p class="verdict-offer">{move || offer.title.get(lang()).to_owned()}</p> }
    });
    view! {
        <div class="verdict bad" data-testid="till-invalid" data-reason=reason.map(NotRedeemable::as_str)>
            {head(Icon::Cross, move || why(reason, lang()).0.to_owned())}
            {offer}
            {when}
            <p>{move || why(reason, lang()).1}</p>
            {action("button wide big", || say!(till.other), Signal::stored(false), move || till.next())}
        </div>
    }
    .into_any()
}

fn redeemed(till: Till, done: &RedemptionView) -> AnyView {
    let title = done.offer.title.clone();
    let (quantity, left) = (done.quantity, done.left);
    let until = done.undo_until.filter(|at| *at > browser::now());
    let undo = until.map(|at| {
        let done = done.clone();
        let label = move || say!(till.undo_until, time = time(at));
        view! {
            <div data-testid="till-undo">{action("button wide", label, till.busy.into(), move || till.undo(&done))}</div>
        }
    });
    view! {
        <div class="verdict good" data-testid="till-redeemed">
            {head(Icon::Check, || say!(till.done))}
            <p class="verdict-offer">{move || title.get(lang()).to_owned()}</p>
            <p>
                {move || say!(till.units, n = number(quantity.into(), lang()))}
                {(left > 0).then(|| view! { " "{move || say!(till.units_left, n = number(left.into(), lang()))} })}
            </p>
            {action("button primary wide big", || say!(till.next), Signal::stored(false), move || till.next())}
            {undo}
        </div>
    }
    .into_any()
}

fn undone_of(till: Till, undone: &RedemptionView) -> AnyView {
    let title = undone.offer.title.clone();
    view! {
        <div class="verdict" data-testid="till-undone">
            {head(Icon::Repeat, || say!(till.undone))}
            <p class="verdict-offer">{move || title.get(lang()).to_owned()}</p>
            <p>{tr!(till.undone_help)}</p>
            {action(PLAIN, || say!(till.next), Signal::stored(false), move || till.next())}
        </div>
    }
    .into_any()
}
