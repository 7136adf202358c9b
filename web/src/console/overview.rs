//! A partner's first page: where it stands, and what needs attention.

use leptos::prelude::*;
use shared::partner::PartnerState;

use super::Desk;
use crate::{
    components::{
        icon::{Icon, icon},
        page::titled,
    },
    language::{lang, say, tr},
    names,
};

/// The page `/console/{slug}`.
pub fn overview(desk: Desk) -> AnyView {
    titled(|| say!(console.overview));
    let (state, name) = (desk.state, desk.name.clone());
    view! {
        <div class="console-page">
            <header class="heading">
                <h1 tabindex="-1">{name}</h1>
                <p><span class="pill" class:good=desk.is_active() class:soon=!desk.is_active()>{move || names::partner_state(state, lang())}</span></p>
            </header>
        </div>
    }
    .into_any()
}
