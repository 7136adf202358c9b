//! Holding a claim, and letting it go.

use sea_orm::ConnectionTrait;
use shared::{
    Code, RedemptionId,
    redemption::{HoldCode, RedemptionState, RedemptionView, ReleaseRedemption},
};
use uuid::Uuid;

use super::{
    check, deed,
    deed::{Deed, again, conflict, lost_reference},
    guesses::Guesses,
    rules::wanted,
    store,
    till::Place,
};
use crate::{
    error::Result,
    store::{LostRace, Transaction, clock::to_ms, entities::redemptions},
};

/// A new redemption's row.
pub fn new_row(place: &Place, claim: &crate::store::entities::claims::Model, quantity: i32) -> redemptions::Model {
    redemptions::Model {
        id: Uuid::now_v7(),
        partner_id: place.partner.0,
        offer_id: claim.offer_id,
        claim_id: claim.id,
        state: RedemptionState::Held.as_str().to_owned(),
        quantity,
        reference: None,
        reason: None,
        actor_id: place.actor.user().map(Into::into),
        actor_key: place.actor.key().map(Into::into),
        created_at: to_ms(place.now),
        expires_at: None,
        confirmed_at: None,
        ended_at: None,
    }
}

/// Releases a hold that has run out, before the claim is used again.
pub async fn release_old(tx: &impl ConnectionTrait, place: &Place, hold: Option<(Uuid, i64)>) -> Result<()> {
    if let Some((id, until)) = hold
        && until <= to_ms(place.now)
    {
        super::sweep::release(tx, &[id], place.now).await?;
    }
    Ok(())
}

/// Holds a claim for a till.
pub async fn hold(tx: &Transaction, guesses: &Guesses, place: &Place, asked: &HoldCode) -> Result<RedemptionView> {
    let reference = asked.reference.as_deref();
    if let Some(row) = again(tx, place, reference, &asked.code).await? {
        return row.view(place.undo, place.now);
    }
    let found = check::found(tx, guesses, place, &asked.code).await?;
    let quantity = wanted(asked.quantity, found.usable(place.now)?)?;
    release_old(tx, place, found.hold).await?;
    if !store::hold_claim(tx, found.claim.id, quantity, to_ms(place.now)).await? {
        // Another till was faster.
        return Err(LostRace.into());
    }
    let new = redemptions::Model {
        reference: asked.reference.clone(),
        expires_at: Some(to_ms(place.now) + i64::from(asked.ttl_seconds) * 1000),
        ..new_row(place, &found.claim, quantity)
    };
    let id = new.id;
    store::insert(tx, new).await.map_err(|error| lost_reference(error, reference))?;
    deed::done(tx, place, id, Deed::Hold).await
}

/// Lets go of a claim that is held. What is released already stays so.
pub async fn release(tx: &Transaction, place: &Place, asked: &ReleaseRedemption) -> Result<RedemptionView> {
    let RedemptionId(id) = asked.redemption_id;
    let row = store::find(tx, place.partner, id).await?.ok_or(Code::NotFound)?;
    if row.redemption.state == RedemptionState::Held.as_str()
        && !store::release(tx, &[id], to_ms(place.now)).await?.is_empty()
    {
        store::let_go(tx, [row.redemption.claim_id]).await?;
        return deed::done(tx, place, id, Deed::Release).await;
    }
    let row = store::find(tx, place.partner, id).await?.ok_or(Code::NotFound)?;
    match row.state(place.now)? {
        RedemptionState::Released => row.view(place.undo, place.now),
        other => Err(conflict(other)),
    }
}
