//! The quota rows that a transaction holds locked. They can be changed through this type alone, and it has no others: what
//! is decided about claims cannot even name a row that was not locked.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use sea_orm::{ConnectionTrait, DbErr};

use super::{QuotaKey, QuotaState, store};

/// Quota rows, locked until the transaction ends.
#[derive(Debug, Default)]
pub struct LockedQuotas(BTreeMap<QuotaKey, Row>);

/// A row as it was locked and as it is to be.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Nothing where this transaction made the row in order to lock it.
    before: Option<QuotaState>,
    now: QuotaState,
}

/// Why there is no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUnit {
    /// The row is none of those that are locked.
    NotLocked,
    /// Not enough units are left.
    Exhausted,
}

/// Rows of which this process knows that something was issued: such a row stays for ever, so it need not be made.
#[derive(Debug, Default)]
pub struct IssuedQuotas(parking_lot::Mutex<HashSet<QuotaKey>>);

/// Rows that are remembered.
const REMEMBERED: usize = 200_000;

impl IssuedQuotas {
    fn missing(&self, keys: &[QuotaKey]) -> Vec<QuotaKey> {
        let known = self.0.lock();
        keys.iter().copied().filter(|key| !known.contains(key)).collect()
    }

    fn remember(&self, keys: &[QuotaKey], rows: &BTreeMap<QuotaKey, QuotaState>) {
        let mut known = self.0.lock();
        if known.len() > REMEMBERED {
            known.clear();
        }
        for key in keys {
            if rows.get(key).is_some_and(|row| row.issued > 0) {
                known.insert(*key);
            } else {
                known.remove(key);
            }
        }
    }
}

impl LockedQuotas {
    /// Locks rows, and makes those that are not there yet.
    pub async fn open(tx: &impl ConnectionTrait, keys: impl IntoIterator<Item = QuotaKey>) -> Result<Self, DbErr> {
        Self::open_known(tx, keys, &IssuedQuotas::default()).await
    }

    /// As [`LockedQuotas::open`], without a statement for rows that are known to be there.
    ///
    /// All rows are made before any is locked, both in the order of their keys: two transactions that want the same rows
    /// never wait for each other in a circle.
    pub async fn open_known(
        tx: &impl ConnectionTrait,
        keys: impl IntoIterator<Item = QuotaKey>,
        issued: &IssuedQuotas,
    ) -> Result<Self, DbErr> {
        let keys: BTreeSet<QuotaKey> = keys.into_iter().collect();
        let keys: Vec<QuotaKey> = keys.into_iter().collect();
        let missing = issued.missing(&keys);
        let made = if missing.is_empty() { BTreeSet::new() } else { store::open_quotas(tx, &missing).await? };
        let rows = store::lock_quotas(tx, &keys).await?;
        issued.remember(&keys, &rows);
        let row = |(key, now)| (key, Row { before: (!made.contains(&key)).then_some(now), now });
        Ok(Self(rows.into_iter().map(row).collect()))
    }

    /// Returns a row as it stands.
    pub fn get(&self, key: QuotaKey) -> Option<QuotaState> {
        self.0.get(&key).map(|row| row.now)
    }

    /// Returns how the rows stood when they were locked, and how they stand.
    pub fn changes(&self) -> impl Iterator<Item = (QuotaKey, QuotaState, QuotaState)> {
        self.0.iter().map(|(key, row)| (*key, row.before.unwrap_or_default(), row.now))
    }

    /// Sets the quota that is in force: that of the offer's live version. Nothing happens to a row that is not locked.
    ///
    /// # Errors
    /// How many units are claimed, where that is more.
    pub fn set_quota(&mut self, key: QuotaKey, quota: Option<u32>) -> Result<(), u32> {
        self.0.get_mut(&key).map_or(Ok(()), |row| row.now.set_quota(quota))
    }

    /// Issues units to one claim; returns its sequence.
    ///
    /// # Errors
    /// Why there is no unit.
    pub fn issue(&mut self, key: QuotaKey, units: u32) -> Result<u32, NoUnit> {
        let row = self.0.get_mut(&key).ok_or(NoUnit::NotLocked)?;
        row.now.issue(units).ok_or(NoUnit::Exhausted)
    }

    /// Gives units of one claim back.
    pub fn give_back(&mut self, key: QuotaKey, units: u32) {
        if let Some(row) = self.0.get_mut(&key) {
            row.now.give_back(units);
        }
    }

    /// Writes what changed. Rows that were made here and of which nothing was taken go again.
    pub async fn write(self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        let (mut changed, mut unused) = (Vec::new(), Vec::new());
        for (key, row) in self.0 {
            match row.before {
                None if row.now.issued == 0 => unused.push(key),
                before if before != Some(row.now) => changed.push((key, row.now)),
                _ => {}
            }
        }
        store::set_quotas(tx, &changed).await?;
        store::delete(tx, &unused).await
    }
}

#[cfg(test)]
impl LockedQuotas {
    /// Rows for a test of what is decided about them.
    pub fn of(rows: impl IntoIterator<Item = (QuotaKey, QuotaState)>) -> Self {
        Self(rows.into_iter().map(|(key, now)| (key, Row { before: Some(now), now })).collect())
    }
}
