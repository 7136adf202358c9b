//! What is left of a quota: a thin bar and a line of words.

use leptos::prelude::*;
use shared::Lang;

use crate::{
    format::number,
    language::{lang, say},
};

/// How much is left, in words: `30 000-dən 12 480 qalıb`.
pub fn left_line(left: u32, quota: u32, lang: Lang) -> String {
    if left == 0 {
        return say!(card.none_left);
    }
    say!(card.left, quota = number(quota.into(), lang), left = number(left.into(), lang))
}

/// The bar with its words.
pub fn left_bar(left: u32, quota: u32) -> AnyView {
    let share = f64::from(left) / f64::from(quota.max(1)) * 100.0;
    // A little that is left is seen to be there.
    let width = if left == 0 { 0.0 } else { share.clamp(1.5, 100.0) };
    view! {
        <div class="left" class:few={left > 0 && share < 10.0} class:none={left == 0}>
            <p class="left-words" data-testid="offer-left">{move || left_line(left, quota, lang())}</p>
            <div class="left-bar" aria-hidden="true">
                <div class="left-fill" style:width=move || format!("{width:.1}%")></div>
            </div>
        </div>
    }
    .into_any()
}
