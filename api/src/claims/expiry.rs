//! Claims that were not used in time: their units go back.

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use shared::claim::ClaimState;

use super::{store, transaction::give_back};
use crate::store::{Store, clock::to_ms};

/// Claims that are closed in one transaction.
const BATCH: u64 = 500;

/// Closes what is overdue.
pub async fn expire(db: &Store, now: DateTime<Utc>) -> Result<(), DbErr> {
    loop {
        let overdue = store::overdue(db.fresh(), to_ms(now), BATCH).await?;
        let found = overdue.len();
        let closed = give_back(db, overdue, ClaimState::Expired, now).await?;
        if closed.is_empty() || (found as u64) < BATCH {
            return Ok(());
        }
    }
}
