//! What was redeemed today, the newest first, with a way back.

use leptos::prelude::*;
use shared::{
    Page,
    redemption::{RedemptionState, RedemptionView},
};

use super::Till;
use crate::{
    browser,
    components::{
        action::action,
        icon::Icon,
        pill::pill,
        states::{ghost_few, states},
    },
    format::{number, time},
    language::{lang, say, tr},
};

/// Today's list.
pub fn today(till: Till) -> AnyView {
    states(till.today, ghost_few, move |page: &Page<RedemptionView>| {
        if page.items.is_empty() {
            return view! { <p class="quiet">{tr!(till.none_today)}</p> }.into_any();
        }
        view! { <ul class="rows">{page.items.iter().map(|line| row(till, line)).collect_view()}</ul> }.into_any()
    })
}

fn row(till: Till, line: &RedemptionView) -> AnyView {
    let (at, quantity, state) = (line.confirmed_at.unwrap_or(line.created_at), line.quantity, line.state);
    let title = line.offer.title.clone();
    let state = match state {
        RedemptionState::Confirmed => None,
        RedemptionState::Held => Some(pill("soon", Icon::Clock, || say!(till.state_held))),
        RedemptionState::Released => Some(pill("", Icon::Cross, || say!(till.state_released))),
        RedemptionState::Undone => Some(pill("", Icon::Repeat, || say!(till.state_undone))),
    };
    let can_undo = line.state == RedemptionState::Confirmed && line.undo_until.is_some_and(|at| at > browser::now());
    let undo = can_undo.then(|| {
        let line = line.clone();
        action("button small", || say!(till.undo), till.busy.into(), move || till.undo(&line))
    });
    view! {
        <li class="row-item" data-testid="till-row">
            <div class="row-words">
                <h3>{move || title.get(lang()).to_owned()}</h3>
                <p>
                    {move || time(at)}" · "<code>{format!("…{}", line.code_end)}</code>
                    {(quantity > 1).then(|| view! { " · "{move || say!(till.units, n = number(quantity.into(), lang()))} })}
                </p>
            </div>
            {state}
            {undo}
        </li>
    }
    .into_any()
}
