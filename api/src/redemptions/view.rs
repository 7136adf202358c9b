//! Redemptions as they are shown.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use shared::{
    ClaimId, LocalText, OfferId, RedemptionId,
    claim::ClaimState,
    offer::Kind,
    redemption::{RedeemedOffer, RedemptionState, RedemptionView},
};
use uuid::Uuid;

use super::store::Row;
use crate::{
    error::{Error, Result},
    store::clock::{from_ms, to_ms},
};

/// What of an offer's draft a till shows.
#[derive(Debug, Deserialize)]
struct Draft {
    external_id: Option<String>,
    kind: Kind,
    title: LocalText,
}

/// The part of an offer that a till shows, from its draft as text.
pub fn offer(id: Uuid, draft: &str) -> Result<RedeemedOffer> {
    let Draft { external_id, kind, title } = serde_json::from_str(draft).map_err(Error::internal)?;
    Ok(RedeemedOffer { id: OfferId(id), external_id, kind, title })
}

impl Row {
    /// Where it stands. A hold that has run out is released, whether or not the row says so yet.
    pub fn state(&self, now: DateTime<Utc>) -> Result<RedemptionState> {
        let row = &self.redemption;
        let state =
            RedemptionState::from_name(&row.state).ok_or_else(|| Error::internal("unknown redemption state"))?;
        let over = state == RedemptionState::Held && row.expires_at.is_none_or(|until| until <= to_ms(now));
        Ok(if over { RedemptionState::Released } else { state })
    }

    /// Units of the claim that can be used beside these.
    fn left(&self, state: RedemptionState, now: DateTime<Utc>) -> u32 {
        let open = matches!(ClaimState::from_name(&self.claim_state), Some(ClaimState::Active | ClaimState::Held));
        if !open || self.claim_expires_at <= to_ms(now) {
            return 0;
        }
        let held = if state == RedemptionState::Held { self.redemption.quantity } else { 0 };
        u32::try_from(self.claimed - self.redeemed - held).unwrap_or_default()
    }

    /// As its partner sees it.
    pub fn view(&self, undo: TimeDelta, now: DateTime<Utc>) -> Result<RedemptionView> {
        let (row, state) = (&self.redemption, self.state(now)?);
        let confirmed_at = row.confirmed_at.map(from_ms);
        Ok(RedemptionView {
            id: RedemptionId(row.id),
            partner: self.slug.clone(),
            offer: offer(row.offer_id, &self.draft)?,
            claim_id: ClaimId(row.claim_id),
            code_end: self.code.get(8..).unwrap_or_default().to_owned(),
            state,
            quantity: u32::try_from(row.quantity).unwrap_or_default(),
            left: self.left(state, now),
            reference: row.reference.clone(),
            created_at: from_ms(row.created_at),
            expires_at: row.expires_at.map(from_ms),
            confirmed_at,
            undo_until: confirmed_at.filter(|_| state == RedemptionState::Confirmed).map(|at| at + undo),
            ended_at: row.ended_at.or(row.expires_at.filter(|_| state == RedemptionState::Released)).map(from_ms),
            reason: row.reason.clone(),
        })
    }
}
