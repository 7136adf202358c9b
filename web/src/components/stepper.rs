//! A number between one and a few, by buttons or by typing.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::language::tr;

/// The field with its two buttons, between a label for `id` and what helps.
pub fn stepper(id: &'static str, quantity: RwSignal<u32>, max: u32) -> AnyView {
    let set = move |n: u32| quantity.set(n.clamp(1, max));
    view! {
        <div class="stepper">
            <button
                type="button"
                class="icon-button"
                aria-label=tr!(offer.fewer)
                on:click=move |_| set(quantity.get_untracked().saturating_sub(1))
            >
                {icon(Icon::Minus)}
            </button>
            <input
                id=id
                name="quantity"
                type="number"
                inputmode="numeric"
                min="1"
                max=max
                prop:value=move || quantity.get().to_string()
                on:change=move |ev| set(event_target_value(&ev).parse().unwrap_or(1))
            />
            <button
                type="button"
                class="icon-button"
                aria-label=tr!(offer.more)
                on:click=move |_| set(quantity.get_untracked() + 1)
            >
                {icon(Icon::Plus)}
            </button>
        </div>
    }
    .into_any()
}
