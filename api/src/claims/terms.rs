//! How offers may be claimed, remembered by the version of their texts: read once, not with every batch.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbErr};
use shared::{
    OfferId,
    offer::{Fulfilment, OfferDraft},
};

use super::{
    decide::OfferFacts,
    store::{self, OfferRow},
};
use crate::quotas::{IssuedQuotas, LockedQuotas, QuotaKey};

/// Offers whose terms are remembered.
const REMEMBERED: usize = 100_000;

/// What was last seen of offers. Only a guess at which quotas a batch needs: what counts is read once they are locked.
#[derive(Debug, Default)]
pub struct Terms {
    facts: Mutex<HashMap<OfferId, (i32, OfferFacts)>>,
    issued: IssuedQuotas,
}

impl Terms {
    /// Locks the quotas that claims of these offers need, as far as they are known.
    pub async fn lock_quotas(
        &self,
        tx: &impl ConnectionTrait,
        offers: &[OfferId],
        now: DateTime<Utc>,
    ) -> Result<LockedQuotas, DbErr> {
        LockedQuotas::open_known(tx, self.quota_keys(offers, now), &self.issued).await
    }

    fn quota_keys(&self, offers: &[OfferId], now: DateTime<Utc>) -> Vec<QuotaKey> {
        let known = self.facts.lock();
        let key = |id: &OfferId| {
            let (_, facts) = known.get(id).filter(|(_, facts)| facts.is_open(now))?;
            Some(QuotaKey::at(*id, facts.period, now))
        };
        offers.iter().filter_map(key).collect()
    }

    /// Returns those of some offers of which nothing is known.
    pub fn unknown(&self, offers: &[OfferId]) -> Vec<OfferId> {
        let known = self.facts.lock();
        offers.iter().copied().filter(|id| !known.contains_key(id)).collect()
    }

    /// Reads the live versions of offers, each in the state that the transaction sees.
    pub async fn read_offers(
        &self,
        db: &impl ConnectionTrait,
        offers: &[OfferId],
    ) -> Result<HashMap<OfferId, OfferFacts>, DbErr> {
        let rows = store::offers(db, offers).await?;
        let stale = self.stale(&rows);
        if !stale.is_empty() {
            let drafts: HashMap<_, _> = store::drafts(db, &stale).await?.into_iter().collect();
            self.remember(&rows, &drafts);
        }
        let mut known = self.facts.lock();
        // State and times are of the row that was just read; its text may be of a version that came a moment later.
        let facts = |row: &OfferRow| {
            let (_, facts) = known.get_mut(&row.id)?;
            (facts.state, facts.starts_at, facts.ends_at) = (row.state, row.starts_at, row.ends_at);
            Some((row.id, facts.clone()))
        };
        Ok(rows.iter().filter_map(facts).collect())
    }

    fn stale(&self, rows: &[OfferRow]) -> Vec<OfferId> {
        let known = self.facts.lock();
        let is_fresh = |row: &OfferRow| known.get(&row.id).is_some_and(|(version, _)| *version == row.version);
        rows.iter().filter(|row| !is_fresh(row)).map(|row| row.id).collect()
    }

    fn remember(&self, rows: &[OfferRow], drafts: &HashMap<OfferId, (i32, OfferDraft)>) {
        let mut known = self.facts.lock();
        if known.len() > REMEMBERED {
            known.retain(|id, _| rows.iter().any(|row| row.id == *id));
        }
        for row in rows {
            if let Some((version, draft)) = drafts.get(&row.id) {
                known.insert(row.id, (*version, facts(row, draft)));
            }
        }
    }
}

fn facts(row: &OfferRow, draft: &OfferDraft) -> OfferFacts {
    OfferFacts {
        state: row.state,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        period: draft.period,
        audience: draft.audience.clone(),
        max_quantity: draft.max_quantity,
        claim_days: draft.claim_days,
        quota: draft.quota,
        partner: row.partner,
        has_pool: draft.fulfilment == Fulfilment::CodePool,
    }
}
