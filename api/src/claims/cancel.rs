//! Giving a claim back: the unit can be claimed by somebody else, or by the same person again.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{ClaimId, Code, UserId, claim::ClaimState};

use super::{give_back::give_back, store};
use crate::{
    error::{Error, Result},
    store::{
        clock::{from_ms, to_ms},
        entities::claims,
    },
};

/// How often a gift back is tried again that lost against a till.
const TRIES: u32 = 3;

/// Cancels a claim of a person. Of one that was partly used, the rest goes back.
pub async fn cancel(
    tx: &impl ConnectionTrait,
    claimant: UserId,
    id: ClaimId,
    now: DateTime<Utc>,
) -> Result<claims::Model> {
    let refused = |state: &str| Error::new(Code::ClaimNotActive).with("state", state);
    for _ in 0..TRIES {
        let claim = store::find(tx, claimant, id).await?.ok_or(Code::NotFound)?;
        let active = ClaimState::from_name(&claim.state).is_some_and(ClaimState::can_cancel);
        if !active {
            return Err(refused(&claim.state));
        }
        if from_ms(claim.expires_at) <= now {
            return Err(refused(ClaimState::Expired.as_str()));
        }
        let closed = give_back(tx, vec![claim], ClaimState::Cancelled, now).await?;
        if let Some(closed) = closed.into_iter().next() {
            return Ok(closed);
        }
    }
    Err(Code::Overloaded.into())
}

/// Cancels all active claims of a person who leaves; what a till holds, it may still redeem. What it lets go of or takes
/// back later is closed by the next sweep. In the transaction in which they leave.
pub async fn cancel_all(tx: &impl ConnectionTrait, claimant: UserId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let active = store::active_of(tx, claimant).await?;
    give_back(tx, active, ClaimState::Cancelled, now).await?;
    store::end_time_of(tx, claimant, to_ms(now)).await
}
