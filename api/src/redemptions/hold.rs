//! Holding a claim, and letting it go.

use sea_orm::ConnectionTrait;
use shared::{
    Code, RedemptionId,
    redemption::{HoldCode, RedemptionState, RedemptionView, ReleaseRedemption},
};
use uuid::Uuid;

use super::{
    check, deed,
    deed::{Deed, again, conflict, is_taken},
    guesses::Guesses,
    rules::wanted,
    store,
    till::Place,
};
use crate::{
    error::{Error, Result},
    store::{Store, clock::to_ms, entities::redemptions},
};

/// How often something is tried again that lost against another till.
pub const TRIES: u32 = 3;

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
pub async fn hold(db: &Store, guesses: &Guesses, place: &Place, asked: &HoldCode) -> Result<RedemptionView> {
    let reference = asked.reference.as_deref();
    for _ in 0..TRIES {
        if let Some(row) = again(db, place, reference, &asked.code).await? {
            return row.view(place.undo, place.now);
        }
        let found = check::found(db, guesses, place, &asked.code).await?;
        let quantity = wanted(asked.quantity, found.usable(place.now)?)?;
        let tx = db.begin().await?;
        release_old(&tx, place, found.hold).await?;
        if !store::hold_claim(&tx, found.claim.id, quantity, to_ms(place.now)).await? {
            continue;
        }
        let new = redemptions::Model {
            reference: asked.reference.clone(),
            expires_at: Some(to_ms(place.now) + i64::from(asked.ttl_seconds) * 1000),
            ..new_row(place, &found.claim, quantity)
        };
        let id = new.id;
        if let Err(error) = store::insert(&tx, new).await {
            is_taken(error, reference)?;
            continue;
        }
        let view = deed::done(&tx, place, id, Deed::Hold).await?;
        tx.commit().await?;
        return Ok(view);
    }
    Err(Error::new(Code::Overloaded))
}

/// Lets go of a claim that is held. What is released already stays so.
pub async fn release(db: &Store, place: &Place, asked: &ReleaseRedemption) -> Result<RedemptionView> {
    let RedemptionId(id) = asked.redemption_id;
    let row = store::find(db.fresh(), place.partner, id).await?.ok_or(Code::NotFound)?;
    if row.redemption.state == RedemptionState::Held.as_str() {
        let tx = db.begin().await?;
        if !store::release(&tx, &[id], to_ms(place.now)).await?.is_empty() {
            store::let_go(&tx, [row.redemption.claim_id]).await?;
            let view = deed::done(&tx, place, id, Deed::Release).await?;
            tx.commit().await?;
            return Ok(view);
        }
    }
    let row = store::find(db.fresh(), place.partner, id).await?.ok_or(Code::NotFound)?;
    match row.state(place.now)? {
        RedemptionState::Released => row.view(place.undo, place.now),
        other => Err(conflict(other)),
    }
}
