//! From rows to what is shown.

use chrono::{DateTime, Utc};
use shared::{
    OfferId,
    claim::ClaimedOffer,
    month::Month,
    offer::{OfferCard, OfferDraft, OfferState, OfferView, PartnerOffer, PartnerRef, PendingEdit, Period},
};

use crate::{
    error::{Error, Result},
    store::{clock::from_ms, entities::offers},
};

/// What the partner wrote.
pub fn draft_of(offer: &offers::Model) -> Result<OfferDraft> {
    use serde::Deserialize;
    OfferDraft::deserialize(&offer.draft).map_err(Error::internal)
}

/// What the partner wrote last: the edit that waits in review, or what everybody sees.
pub fn latest_draft_of(offer: &offers::Model) -> Result<OfferDraft> {
    pending_of(offer).transpose().unwrap_or_else(|| draft_of(offer))
}

/// The edit that waits in review.
fn pending_of(offer: &offers::Model) -> Result<Option<OfferDraft>> {
    use serde::Deserialize;
    offer.pending.as_ref().map(OfferDraft::deserialize).transpose().map_err(Error::internal)
}

/// The state of a row.
pub fn state_of(offer: &offers::Model) -> Result<OfferState> {
    OfferState::from_name(&offer.state).ok_or_else(|| Error::internal(format!("unknown offer state {}", offer.state)))
}

/// The number of the period that runs now: 0 for once, else the month.
pub fn period_number(period: Period, now: DateTime<Utc>) -> i32 {
    match period {
        Period::Once => 0,
        Period::Monthly => Month::of(now).number(),
    }
}

/// What stands beside the draft on a card.
#[derive(Clone, Debug)]
pub struct Beside {
    pub id: OfferId,
    pub partner: PartnerRef,
    pub state: OfferState,
    pub starts_at: Option<i64>,
    pub ends_at: Option<i64>,
    pub published_at: Option<i64>,
    pub claimed: u32,
}

/// The card of an offer.
pub fn card(draft: OfferDraft, beside: Beside) -> OfferCard {
    OfferCard {
        id: beside.id,
        kind: draft.kind,
        further_kinds: draft.further_kinds,
        area: draft.area,
        partner: beside.partner,
        title: draft.title,
        summary: draft.summary,
        audience: draft.audience,
        regions: draft.regions,
        terms: draft.terms,
        state: beside.state,
        period: draft.period,
        unit: draft.unit,
        quota: draft.quota,
        starts_at: beside.starts_at.map(from_ms),
        ends_at: beside.ends_at.map(from_ms),
        published_at: beside.published_at.map(from_ms),
        claimed: beside.claimed,
        left: draft.quota.map(|quota| quota.saturating_sub(beside.claimed)),
    }
}

/// The offer in full.
pub fn view(offer: &offers::Model, partner: PartnerRef, claimed: u32, now: DateTime<Utc>) -> Result<OfferView> {
    let draft = draft_of(offer)?;
    let beside = Beside {
        id: OfferId(offer.id),
        partner,
        state: state_of(offer)?,
        starts_at: offer.starts_at,
        ends_at: offer.ends_at,
        published_at: offer.published_at,
        claimed,
    };
    Ok(OfferView {
        description: draft.description.clone(),
        how_to_use: draft.how_to_use.clone(),
        fulfilment: draft.fulfilment,
        max_quantity: draft.max_quantity,
        claim_days: draft.claim_days,
        next_period_at: (draft.period == Period::Monthly).then(|| Month::of(now).ends_at()),
        card: card(draft, beside),
    })
}

/// The offer as its partner and the ministry see it.
pub fn partner_offer(offer: &offers::Model, partner: PartnerRef, claimed: u32) -> Result<PartnerOffer> {
    let state = state_of(offer)?;
    Ok(PartnerOffer {
        id: OfferId(offer.id),
        partner,
        offer: draft_of(offer)?,
        state,
        allowed: state.allowed(),
        rejection: offer.rejection.clone(),
        pending: pending_of(offer)?
            .zip(offer.pending_at)
            .map(|(offer, since)| PendingEdit { offer, since: from_ms(since) }),
        claimed,
        codes: None,
        version: u32::try_from(offer.version).unwrap_or_default(),
        created_at: from_ms(offer.created_at),
        updated_at: from_ms(offer.updated_at),
        published_at: offer.published_at.map(from_ms),
    })
}

/// The part that belongs on a claim.
pub fn claimed_offer(offer: &offers::Model, partner: PartnerRef) -> Result<ClaimedOffer> {
    let draft = draft_of(offer)?;
    Ok(ClaimedOffer {
        id: OfferId(offer.id),
        kind: draft.kind,
        partner,
        title: draft.title,
        fulfilment: draft.fulfilment,
        link: draft.link,
        how_to_use: draft.how_to_use,
    })
}
