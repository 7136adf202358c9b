//! Giving a claim back: the unit can be claimed by somebody else, or by the same person again.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{ClaimId, Code, UserId, claim::ClaimState};

use super::{store, transaction::give_back};
use crate::{
    error::{Error, Result},
    store::{Store, clock::from_ms, entities::claims},
};

/// Cancels a claim of a person.
pub async fn cancel(db: &Store, claimant: UserId, id: ClaimId, now: DateTime<Utc>) -> Result<claims::Model> {
    let claim = store::find(db.fresh(), claimant, id).await?.ok_or(Code::NotFound)?;
    let refused = |state: &str| Error::new(Code::ClaimNotActive).with("state", state);
    let active = ClaimState::from_name(&claim.state).is_some_and(ClaimState::can_cancel);
    if !active {
        return Err(refused(&claim.state));
    }
    if from_ms(claim.expires_at) <= now {
        return Err(refused(ClaimState::Expired.as_str()));
    }
    let tx = db.begin().await?;
    let closed = give_back(&tx, vec![claim], ClaimState::Cancelled, now).await?;
    tx.commit().await?;
    closed.into_iter().next().ok_or_else(|| Code::ClaimNotActive.into())
}

/// Cancels all active claims of a person who leaves, in the transaction in which they leave.
pub async fn cancel_all(tx: &impl ConnectionTrait, claimant: UserId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let active = store::active_of(tx, claimant).await?;
    give_back(tx, active, ClaimState::Cancelled, now).await?;
    Ok(())
}
