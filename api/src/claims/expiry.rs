//! Claims that were not used in time: their units go back.

use chrono::{DateTime, Utc};
use shared::claim::ClaimState;

use super::{give_back::give_back, store};
use crate::{
    error::Result,
    store::{Store, bad_rows::BadRows, clock::to_ms, entities::claims},
};

/// Claims that are closed in one transaction.
const BATCH: u64 = 500;

/// Closes what is overdue.
pub async fn expire(db: &Store, bad: &BadRows, now: DateTime<Utc>) -> Result<()> {
    loop {
        let overdue = store::overdue(db.fresh(), bad.resting(), to_ms(now), BATCH).await?;
        let mut pieces = bad.pieces("claim.expire", &overdue, |claim| claim.id);
        while let Some(piece) = pieces.next_piece() {
            if let Err(error) = close(db, piece, now).await {
                pieces.failed(piece, error)?;
            }
        }
        if (overdue.len() as u64) < BATCH {
            return Ok(());
        }
    }
}

async fn close(db: &Store, overdue: &[claims::Model], now: DateTime<Utc>) -> Result<()> {
    db.transaction(async |tx| Ok(give_back(tx, overdue.to_vec(), ClaimState::Expired, now).await?)).await?;
    Ok(())
}
