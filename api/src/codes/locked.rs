//! The pools of codes that a transaction holds locked, as [`crate::quotas::LockedQuotas`] holds quotas.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr};
use shared::OfferId;

use super::store::{self, Pool};

/// Pools, locked until the transaction ends, as they were and as they are to be.
#[derive(Debug, Default)]
pub struct LockedPools(BTreeMap<OfferId, (Pool, Pool)>);

impl LockedPools {
    /// Locks the pools of offers; an offer without codes has none.
    pub async fn lock(tx: &impl ConnectionTrait, offers: impl IntoIterator<Item = OfferId>) -> Result<Self, DbErr> {
        let offers: BTreeSet<OfferId> = offers.into_iter().collect();
        if offers.is_empty() {
            return Ok(Self::default());
        }
        let offers: Vec<OfferId> = offers.into_iter().collect();
        let pools = store::lock(tx, &offers).await?;
        Ok(Self(pools.into_iter().map(|(offer, pool)| (offer, (pool, pool))).collect()))
    }

    /// Hands the next code of an offer out and returns its place; nothing where the pool is empty or not locked.
    pub fn hand_out(&mut self, offer: OfferId) -> Option<u32> {
        self.0.get_mut(&offer).and_then(|(_, now)| now.take())
    }

    /// Returns how the pools stood when they were locked, and how they stand.
    pub fn changes(&self) -> impl Iterator<Item = (OfferId, Pool, Pool)> {
        self.0.iter().map(|(offer, (before, now))| (*offer, *before, *now))
    }

    /// Writes the counters that changed.
    pub async fn write(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        let changed = self.changes().filter(|(_, before, now)| before != now);
        let changed: Vec<(OfferId, Pool)> = changed.map(|(offer, _, now)| (offer, now)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let written = store::write(tx, &changed).await?;
        if written == changed.len() as u64 {
            return Ok(());
        }
        Err(DbErr::Custom(format!("{written} of {} pools were written", changed.len())))
    }
}

#[cfg(test)]
impl LockedPools {
    /// Pools for a test of what is decided about them.
    pub fn of(pools: impl IntoIterator<Item = (OfferId, Pool)>) -> Self {
        Self(pools.into_iter().map(|(offer, pool)| (offer, (pool, pool))).collect())
    }
}
