//! The monthly benefits of a person, and when each can be claimed next.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use shared::{
    ClaimId, Code, OfferId, UserId, account::Role, claim::Allowance, month::Month, offer::OfferView, offer::Period,
};

use super::{store, view::next_available};
use crate::{error::Result, offers::catalogue::Catalogue, store::Store};

/// The monthly offers for a person's role, with the claim of this month where there is one.
pub async fn allowances(
    db: &Store,
    catalogue: &Catalogue,
    claimant: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Vec<Allowance>> {
    let month = Month::of(now);
    let claims = store::of_period(db.fresh(), claimant, month.number()).await?;
    let held: HashMap<OfferId, ClaimId> = claims.into_iter().map(|c| (OfferId(c.offer_id), ClaimId(c.id))).collect();
    let mut allowances = Vec::new();
    for id in catalogue.monthly_for(role) {
        let ready = match catalogue.detail(db, id, now).await {
            Err(gone) if gone.code == Code::NotFound => continue,
            other => other?,
        };
        let Ok(offer) = serde_json::from_slice::<OfferView>(&ready.body) else { continue };
        let claim_id = held.get(&id).copied();
        let available = claim_id.is_none() && offer.card.left != Some(0);
        allowances.push(Allowance {
            offer_id: id,
            title: offer.card.title,
            partner: offer.card.partner,
            period: Period::Monthly,
            claim_id,
            available,
            // The start of the month rather than this moment, so that the answer keeps its tag.
            next_available_at: if available { Some(month.starts_at()) } else { next_available(Period::Monthly, now) },
        });
    }
    Ok(allowances)
}
