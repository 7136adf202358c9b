//! Holds that have run out: the claims can be used again.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use shared::webhook::EventKind;
use uuid::Uuid;

use super::{deed, store};
use crate::{
    error::Result,
    store::{Store, clock::to_ms},
    webhooks,
};

/// Holds that are released in one transaction.
const BATCH: u32 = 200;

/// Releases all that have run out.
pub async fn release_overdue(db: &Store, now: DateTime<Utc>) -> Result<()> {
    while store::is_any_overdue(db.fresh(), to_ms(now)).await? {
        let released = db.transaction(async |tx| {
            let overdue = store::overdue(tx, to_ms(now), BATCH).await?;
            release(tx, &overdue, now).await?;
            Ok(overdue.len())
        });
        if released.await? < BATCH as usize {
            break;
        }
    }
    Ok(())
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
