//! Holds that have run out: the claims can be used again.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use shared::webhook::EventKind;
use uuid::Uuid;

use super::{deed, store};
use crate::{
    error::Result,
    store::{Store, bad_rows::BadRows, clock::to_ms},
    webhooks,
};

/// Holds that are released in one transaction.
const BATCH: u32 = 200;

/// Releases all that have run out.
pub async fn release_overdue(db: &Store, bad: &BadRows, now: DateTime<Utc>) -> Result<()> {
    loop {
        let overdue = store::overdue(db.fresh(), &bad.resting(), to_ms(now), BATCH).await?;
        let mut pieces = bad.pieces("redemption.release", &overdue, |id| *id);
        while let Some(piece) = pieces.next_piece() {
            if let Err(error) = release_some(db, piece, now).await {
                pieces.failed(piece, error)?;
            }
        }
        if overdue.len() < BATCH as usize {
            return Ok(());
        }
    }
}

/// Releases holds that have run out; those that another process is at are left to it.
async fn release_some(db: &Store, overdue: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    db.transaction(async |tx| {
        let locked = store::lock_held(tx, overdue).await?;
        release(tx, &locked, now).await
    })
    .await
}

/// Releases holds, those that still are, and tells of it: a fixed number of statements however many there are.
pub async fn release(tx: &impl ConnectionTrait, holds: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    let released = store::release(tx, holds, to_ms(now)).await?;
    if released.is_empty() {
        return Ok(());
    }
    let rows = store::all(tx, &released).await?;
    store::let_go(tx, rows.iter().map(|row| row.redemption.claim_id)).await?;
    // As it is told, the claim is already free.
    let rows = store::all(tx, &released).await?;
    let events =
        rows.iter().map(|row| deed::event(row, EventKind::RedemptionReleased, now)).collect::<Result<Vec<_>>>()?;
    webhooks::emit(tx, &events, now).await?;
    Ok(())
}
