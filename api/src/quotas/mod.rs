//! Quotas: how many units an offer has in a period, and how many of them are claimed. The only feature that touches the
//! quota rows. A row is also the lock of its offer and period: whoever claims, gives back or edits holds it.

mod locked;
mod state;
mod store;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::{OfferId, month::Month, offer::Period};

pub use self::{
    locked::{IssuedQuotas, LockedQuotas, NoUnit},
    state::QuotaState,
    store::{all_of, claimed_now, claimed_of, current, is_claimed},
};

/// An offer in a period: what has one quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuotaKey {
    pub offer: OfferId,
    /// 0, or for a monthly offer the month as `YYYYMM`.
    pub period: i32,
}

impl QuotaKey {
    /// Returns the key of an offer in the period that runs at `now`.
    pub fn at(offer: OfferId, period: Period, now: DateTime<Utc>) -> Self {
        Self { offer, period: period_number(period, now) }
    }
}

/// Returns the period of a claim: 0, or for a monthly offer the Baku month.
pub fn period_number(period: Period, now: DateTime<Utc>) -> i32 {
    match period {
        Period::Once => 0,
        Period::Monthly => Month::of(now).number(),
    }
}

/// An edit that what is claimed does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The period stays as it is once anything has been claimed.
    Period,
    /// The quota covers what is claimed.
    Quota { claimed: u32 },
}

/// What an edit makes of an offer's period and quota.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    pub offer: OfferId,
    pub before: Period,
    pub after: Period,
    pub quota: Option<u32>,
}

impl Edit {
    /// Returns the quotas by which claims can be granted while the edit is made. The month may turn meanwhile, and the clock
    /// of another process may be ahead; an edit of the period ends those of the former one, too.
    fn keys(&self, now: DateTime<Utc>) -> Vec<QuotaKey> {
        let month = Month::of(now);
        let (last, next) = (Month::of(month.starts_at() - TimeDelta::days(1)), Month::of(month.ends_at()));
        let periods = match (self.before, self.after) {
            (Period::Once, Period::Once) => vec![0],
            (Period::Monthly, Period::Monthly) => vec![month.number(), next.number()],
            _ => vec![0, last.number(), month.number(), next.number()],
        };
        periods.into_iter().map(|period| QuotaKey { offer: self.offer, period }).collect()
    }

    /// Whether a quota is one of the period that the edit leaves in force.
    fn is_after(&self, key: QuotaKey) -> bool {
        (key.period == 0) == (self.after == Period::Once)
    }
}

/// Locks the quotas that edits will change, all at once: whoever then applies them one after the other waits for nobody.
pub async fn lock_for_edits(tx: &impl ConnectionTrait, edits: &[Edit], now: DateTime<Utc>) -> Result<(), DbErr> {
    LockedQuotas::open(tx, edits.iter().flat_map(|edit| edit.keys(now))).await?.write(tx).await
}

/// Holds edits against what is claimed, and puts their quotas in force; returns those that are bound. A first claim that
/// is being decided is waited for, since its quota is locked, too.
pub async fn apply_edits(
    tx: &impl ConnectionTrait,
    edits: &[Edit],
    now: DateTime<Utc>,
) -> Result<Vec<(OfferId, Bound)>, DbErr> {
    let mut quotas = LockedQuotas::open(tx, edits.iter().flat_map(|edit| edit.keys(now))).await?;
    let moved: Vec<OfferId> = edits.iter().filter(|edit| edit.before != edit.after).map(|edit| edit.offer).collect();
    let claimed = if moved.is_empty() { Vec::new() } else { is_claimed(tx, &moved).await? };
    let mut bound = Vec::new();
    for edit in edits {
        if claimed.contains(&edit.offer) {
            bound.push((edit.offer, Bound::Period));
            continue;
        }
        let keys: Vec<QuotaKey> = edit.keys(now).into_iter().filter(|key| edit.is_after(*key)).collect();
        let claimed =
            keys.iter().filter_map(|key| quotas.get(*key)).map(|state| state.claimed).max().unwrap_or_default();
        if edit.quota.is_some_and(|quota| claimed > quota) {
            bound.push((edit.offer, Bound::Quota { claimed }));
            continue;
        }
        for key in keys {
            // Covered, as was just seen.
            quotas.set_quota(key, edit.quota).ok();
        }
    }
    quotas.write(tx).await?;
    Ok(bound)
}

/// Holds an edit that waits in review against what is claimed now; nothing is put in force.
pub async fn check_edit(db: &impl ConnectionTrait, edit: &Edit, now: DateTime<Utc>) -> Result<Option<Bound>, DbErr> {
    if edit.before != edit.after && !is_claimed(db, &[edit.offer]).await?.is_empty() {
        return Ok(Some(Bound::Period));
    }
    let claimed = claimed_of(db, QuotaKey::at(edit.offer, edit.after, now)).await?;
    Ok(edit.quota.filter(|quota| claimed > *quota).map(|_| Bound::Quota { claimed }))
}
