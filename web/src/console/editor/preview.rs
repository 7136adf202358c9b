//! An offer as a teacher would see it, drawn by the page that teachers see, of what is typed now.

use leptos::prelude::*;
use shared::{
    month::Month,
    offer::{OfferCard, OfferDraft, OfferState, OfferView, PartnerOffer, Period},
};

use super::{
    sheet::{build, close_gaps},
    typing::Sheet,
};
use crate::{
    api::Tagged,
    browser,
    components::{
        bar::left_bar,
        icon::{Icon, icon},
    },
    language::{lang, tr},
    names,
    pages::offer_article,
};

/// The preview.
pub fn preview(sheet: Sheet, offer: RwSignal<Tagged<PartnerOffer>>) -> AnyView {
    let mut texts = sheet.texts.get_untracked();
    close_gaps(&mut texts);
    match build(&texts) {
        Ok(draft) => {
            let view = offer.with_untracked(|o| as_seen(draft, &o.value));
            let side = side(&view);
            view! {
                <section class="preview" data-testid="preview" aria-label=tr!(editor.view_preview)>
                    <p class="reason block">{icon(Icon::Eye)}<span>{tr!(editor.preview_note)}</span></p>
                    {offer_article(view, side)}
                </section>
            }
            .into_any()
        }
        Err(_) => view! {
            <div class="reason block warn">{icon(Icon::Warn)}<span>{tr!(editor.preview_wrong)}</span></div>
        }
        .into_any(),
    }
}

/// The latest text of an offer as teachers would see it, for whoever decides on it.
pub fn as_teachers_see(offer: &PartnerOffer) -> AnyView {
    let view = as_seen(super::latest(offer).clone(), offer);
    let side = side(&view);
    offer_article(view, side)
}

fn as_seen(draft: OfferDraft, offer: &PartnerOffer) -> OfferView {
    let monthly = draft.period == Period::Monthly;
    let card = OfferCard {
        id: offer.id,
        kind: draft.kind,
        further_kinds: draft.further_kinds,
        area: draft.area,
        partner: offer.partner.clone(),
        title: draft.title,
        summary: draft.summary,
        audience: draft.audience,
        regions: draft.regions,
        terms: draft.terms,
        state: if offer.state.is_public() { offer.state } else { OfferState::Published },
        period: draft.period,
        unit: draft.unit,
        quota: draft.quota,
        starts_at: draft.starts_at,
        ends_at: draft.ends_at,
        published_at: offer.published_at,
        claimed: offer.claimed,
        left: draft.quota.map(|quota| quota.saturating_sub(offer.claimed)),
    };
    OfferView {
        card,
        description: draft.description,
        how_to_use: draft.how_to_use,
        fulfilment: draft.fulfilment,
        max_quantity: draft.max_quantity,
        claim_days: draft.claim_days,
        next_period_at: monthly.then(|| Month::of(browser::now()).ends_at()),
    }
}

/// The box with the button, which does nothing here.
fn side(offer: &OfferView) -> AnyView {
    let kind = offer.card.kind;
    let left = offer.card.quota.zip(offer.card.left);
    view! {
        <div class="claiming">
            {left.map(|(quota, left)| left_bar(left, quota))}
            <button type="button" class="button primary wide big" disabled>{move || names::claim_do(kind, lang())}</button>
        </div>
    }
    .into_any()
}
