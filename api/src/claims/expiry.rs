//! Claims that were not used in time: their units go back.

use chrono::{DateTime, Utc};
use shared::claim::ClaimState;

use super::{give_back::give_back, store};
use crate::{
    error::Result,
    store::{Store, clock::to_ms},
};

/// Claims that are closed in one transaction.
const BATCH: u64 = 500;

/// Closes what is overdue.
pub async fn expire(db: &Store, now: DateTime<Utc>) -> Result<()> {
    loop {
        let overdue = store::overdue(db.fresh(), to_ms(now), BATCH).await?;
        let found = overdue.len();
        if found == 0 {
            return Ok(());
        }
        db.transaction(async |tx| Ok(give_back(tx, overdue.clone(), ClaimState::Expired, now).await?)).await?;
        if (found as u64) < BATCH {
            return Ok(());
        }
    }
}
