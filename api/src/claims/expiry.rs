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
        if found == 0 {
            return Ok(());
        }
        let tx = db.begin().await?;
        give_back(&tx, overdue, ClaimState::Expired, now).await?;
        tx.commit().await?;
        if (found as u64) < BATCH {
            return Ok(());
        }
    }
}
