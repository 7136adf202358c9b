//! What partners' programs are told of claims: nothing of the code, and nothing of the person.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::json;
use shared::{ClaimId, OfferId, PartnerId, claim::ClaimState, webhook::EventKind};
use uuid::Uuid;

use super::store;
use crate::{
    store::{clock::from_ms, entities::claims},
    webhooks::{self, Event},
};

/// Whose an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub partner: PartnerId,
    /// Claims in a sandbox are left out of the public figures.
    pub sandbox: bool,
}

/// Whose the offers of claims are.
pub async fn owners(db: &impl ConnectionTrait, claims: &[claims::Model]) -> Result<HashMap<Uuid, Owner>, DbErr> {
    let mut offers: Vec<Uuid> = claims.iter().map(|claim| claim.offer_id).collect();
    offers.sort_unstable();
    offers.dedup();
    store::owners(db, &offers).await
}

/// An event of a claim, with the units that it is about.
pub fn event(kind: EventKind, claim: &claims::Model, partner: PartnerId, units: i32) -> Event {
    let data = json!({
        "claim_id": ClaimId(claim.id),
        "offer_id": OfferId(claim.offer_id),
        "state": claim.state,
        "quantity": units,
        "created_at": from_ms(claim.created_at),
        "expires_at": from_ms(claim.expires_at),
    });
    Event { kind, partner, subject: claim.id, data }
}

/// Tells of claims that ended in a state, each with the units that went back.
pub async fn ended(
    tx: &impl ConnectionTrait,
    closed: &[(claims::Model, i32)],
    owners: &HashMap<Uuid, Owner>,
    state: ClaimState,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let kind = if state == ClaimState::Cancelled { EventKind::ClaimCancelled } else { EventKind::ClaimExpired };
    let of =
        |(claim, units): &(claims::Model, i32)| Some(event(kind, claim, owners.get(&claim.offer_id)?.partner, *units));
    webhooks::emit(tx, &closed.iter().filter_map(of).collect::<Vec<_>>(), now).await
}
