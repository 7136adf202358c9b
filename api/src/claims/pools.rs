//! The partners' own codes in the transaction of a batch: locked with the rooms, handed out as was decided.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{ClaimId, OfferId};

use super::decide::{Decided, Decision, Known, Request};
use crate::{
    codes::{self, store::Pool},
    store::clock::to_ms,
};

/// The pools of the offers that are open, locked after the rooms; no statement where no offer has one.
pub async fn lock(
    tx: &impl ConnectionTrait,
    known: &Known,
    now: DateTime<Utc>,
) -> Result<HashMap<OfferId, Pool>, DbErr> {
    let open = known.offers.iter().filter(|(_, facts)| facts.has_pool && facts.is_open(now));
    let mut ids: Vec<OfferId> = open.map(|(id, _)| *id).collect();
    ids.sort_unstable();
    if ids.is_empty() { Ok(HashMap::new()) } else { codes::store::lock(tx, &ids).await }
}

/// Takes the codes that were decided upon out of their pools; answers the code of each claim that gets one.
pub async fn hand_out(
    tx: &impl ConnectionTrait,
    requests: &[Request],
    decided: &Decided,
    now: DateTime<Utc>,
) -> Result<HashMap<ClaimId, String>, DbErr> {
    let place = |decision: &Decision| if let Decision::Granted { place, .. } = decision { *place } else { None };
    let grants: Vec<_> = requests
        .iter()
        .zip(&decided.decisions)
        .filter_map(|(request, decision)| Some((request.offer, place(decision)?, request.id)))
        .collect();
    if grants.is_empty() {
        return Ok(HashMap::new());
    }
    let codes = codes::store::hand_out(tx, &grants, to_ms(now)).await?;
    if codes.len() == grants.len() {
        Ok(codes)
    } else {
        Err(DbErr::Custom(format!("{} of {} codes", codes.len(), grants.len())))
    }
}

/// Writes the counters of the pools that codes were taken from.
pub async fn write(tx: &impl ConnectionTrait, known: &Known, decided: &Decided) -> Result<(), DbErr> {
    let pools = decided.pools.iter().filter(|(id, pool)| known.pools.get(id) != Some(pool));
    let mut changed: Vec<(OfferId, Pool)> = pools.map(|(id, pool)| (*id, *pool)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    changed.sort_unstable_by_key(|(id, _)| *id);
    let written = codes::store::write(tx, &changed).await?;
    if written == changed.len() as u64 {
        Ok(())
    } else {
        Err(DbErr::Custom(format!("{written} of {} pools", changed.len())))
    }
}
