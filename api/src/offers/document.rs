//! From rows to what is shown.

use chrono::{DateTime, Utc};
use shared::{
    OfferId,
    claim::ClaimedOffer,
    month::Month,
    offer::{
        Action, Fulfilment, OfferCard, OfferDraft, OfferState, OfferView, PartnerOffer, PartnerRef, PendingEdit, Period,
    },
    pool::CodeStock,
};

use crate::{
    error::{Error, Result},
    store::{clock::from_ms, entities::offers, json},
};

/// What the partner wrote.
pub fn draft_of(offer: &offers::Model) -> Result<OfferDraft> {
    json::read(&offer.draft).map_err(Error::internal)
}

/// What the partner wrote last: the edit that waits in review, or what everybody sees.
pub fn latest_draft_of(offer: &offers::Model) -> Result<OfferDraft> {
    pending_of(offer).transpose().unwrap_or_else(|| draft_of(offer))
}

/// The edit that waits in review.
pub fn pending_of(offer: &offers::Model) -> Result<Option<OfferDraft>> {
    offer.pending.as_ref().map(json::read).transpose().map_err(Error::internal)
}

/// The state of a row.
pub fn state_of(offer: &offers::Model) -> Result<OfferState> {
    OfferState::from_name(&offer.state).ok_or_else(|| Error::internal(format!("unknown offer state {}", offer.state)))
}

/// What can be done to an offer now.
pub fn allowed(offer: &offers::Model) -> Result<Vec<Action>> {
    let state = state_of(offer)?;
    Ok(if offer.pending.is_some() { state.allowed_with_edit() } else { state.allowed() })
}

/// How much of an offer is taken in the period that runs now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Units claimed.
    pub claimed: u32,
    /// Codes left in its pool, where it has one.
    pub codes: Option<u32>,
}

impl Count {
    /// Units left: of the quota, and of a pool no more than there are codes.
    pub fn left(self, quota: Option<u32>) -> Option<u32> {
        let of_quota = quota.map(|quota| quota.saturating_sub(self.claimed));
        of_quota.into_iter().chain(self.codes).min()
    }
}

/// The words by which its partner finds an offer, beginning with its title: folded titles and the external id, with a
/// blank before each word. Titles are cut, so that a cursor has room for all of it.
pub fn search_text(draft: &OfferDraft) -> String {
    let titles = draft.title.entries().map(|(_, title)| title.chars().take(90).collect::<String>());
    // A tab sorts before a blank: of two titles of which one begins the other, the short one comes first.
    titles
        .chain(draft.external_id.clone())
        .map(|text| format!(" {}", shared::fold::fold(&text)))
        .collect::<Vec<_>>()
        .join("\t")
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
    pub count: Count,
}

/// The card of an offer.
pub fn card(draft: OfferDraft, beside: Beside) -> OfferCard {
    OfferCard {
        terms: draft.terms_of_kind(),
        id: beside.id,
        kind: draft.kind,
        further_kinds: draft.further_kinds,
        area: draft.area,
        partner: beside.partner,
        title: draft.title,
        summary: draft.summary,
        audience: draft.audience,
        regions: draft.regions,
        state: beside.state,
        period: draft.period,
        unit: draft.unit,
        quota: draft.quota,
        starts_at: beside.starts_at.map(from_ms),
        ends_at: beside.ends_at.map(from_ms),
        published_at: beside.published_at.map(from_ms),
        claimed: beside.count.claimed,
        left: beside.count.left(draft.quota),
    }
}

/// The offer in full, with the text that everybody sees or another one.
pub fn view(
    offer: &offers::Model,
    draft: OfferDraft,
    partner: PartnerRef,
    count: Count,
    now: DateTime<Utc>,
) -> Result<OfferView> {
    let beside = Beside {
        id: OfferId(offer.id),
        partner,
        state: state_of(offer)?,
        starts_at: offer.starts_at,
        ends_at: offer.ends_at,
        published_at: offer.published_at,
        count,
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
pub fn partner_offer(
    offer: &offers::Model,
    partner: PartnerRef,
    claimed: u32,
    codes: Option<CodeStock>,
) -> Result<PartnerOffer> {
    let draft = draft_of(offer)?;
    Ok(PartnerOffer {
        id: OfferId(offer.id),
        partner,
        state: state_of(offer)?,
        allowed: allowed(offer)?,
        rejection: offer.rejection.clone(),
        pending: pending_of(offer)?
            .zip(offer.pending_at)
            .map(|(offer, since)| PendingEdit { offer, since: from_ms(since) }),
        claimed,
        codes: (draft.fulfilment == Fulfilment::CodePool).then(|| codes.unwrap_or_else(|| CodeStock::new(0, 0, 0))),
        offer: draft,
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
