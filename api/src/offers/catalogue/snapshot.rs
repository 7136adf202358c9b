//! One state of the catalogue: an index, what is taken of its offers, and the answers made of both.

use std::{collections::BTreeSet, sync::Arc};

use sea_orm::{ConnectionTrait, DbErr};
use shared::{OfferId, month::Month, offer::Period, pool::CodeStock};
use uuid::Uuid;

use super::{
    answers::{Answers, Difference},
    entry::Entry,
    index::{CatalogueIndex, Entries},
};
use crate::{
    offers::{document::Count, store},
    quotas,
};

/// One state of the catalogue.
#[derive(Debug)]
pub struct Snapshot {
    pub index: Arc<CatalogueIndex>,
    /// At the place of each entry.
    pub taken: Vec<Count>,
    pub answers: Answers,
    /// The month that the counts are of.
    month: Month,
}

impl Snapshot {
    /// Of an index and what is taken of all of its offers.
    pub fn new(index: Arc<CatalogueIndex>, counts: &Counts) -> Self {
        let mut taken = vec![Count::default(); index.len()];
        for (place, entry) in index.iter() {
            taken[place as usize] = nothing_of(entry);
        }
        counts.write(&index, &mut taken);
        Self { index, taken, answers: Answers::default(), month: counts.month }
    }

    /// After some offers changed: `fresh` are their entries, and `counts` what is taken of `offers`, all of those and
    /// others. In another month everything is counted anew.
    pub fn changed(&self, fresh: &Entries, offers: &BTreeSet<OfferId>, counts: &Counts) -> Self {
        let index = if fresh.is_empty() { self.index.clone() } else { Arc::new(self.index.changed(fresh)) };
        if counts.month != self.month {
            return Self::new(index, counts);
        }
        let mut taken = self.taken.clone();
        taken.resize(index.len(), Count::default());
        for id in offers {
            if let Some((place, entry)) = entry_of(&index, *id) {
                taken[place as usize] = nothing_of(entry);
            }
        }
        counts.write(&index, &mut taken);
        let mut entries = Vec::new();
        for (index, taken) in [(&self.index, &self.taken), (&index, &taken)] {
            let listed = offers.iter().filter_map(|id| entry_of(index, *id));
            entries.extend(listed.map(|(place, entry)| (entry, taken[place as usize])));
        }
        let answers = self.answers.after(&Difference { offers, entries });
        Self { index, taken, answers, month: self.month }
    }

    /// Whether its counts are those of a month.
    pub fn is_of(&self, month: Month) -> bool {
        self.month == month
    }
}

/// The entry of an offer, and its place.
fn entry_of(index: &CatalogueIndex, id: OfferId) -> Option<(u32, &Entry)> {
    let place = index.place(id)?;
    Some((place, index.at(place)?))
}

fn nothing_of(entry: &Entry) -> Count {
    Count { claimed: 0, codes: entry.has_pool.then_some(0) }
}

/// How much of offers is taken.
#[derive(Debug)]
pub struct Counts {
    month: Month,
    /// Units claimed in the periods that run in that month.
    claimed: Vec<(Uuid, Period, u32)>,
    /// The pools.
    stocks: Vec<(Uuid, CodeStock)>,
}

impl Counts {
    /// Of all offers.
    pub async fn all(db: &impl ConnectionTrait, month: Month) -> Result<Self, DbErr> {
        let claimed = quotas::current(db, month.number()).await?;
        Ok(Self { month, claimed, stocks: store::all_stocks(db).await? })
    }

    /// Of some offers.
    pub async fn of(db: &impl ConnectionTrait, offers: &BTreeSet<OfferId>, month: Month) -> Result<Self, DbErr> {
        let ids: Vec<OfferId> = offers.iter().copied().collect();
        let claimed = quotas::all_of(db, &ids).await?.into_iter().filter_map(|(key, state)| {
            let period = match key.period {
                0 => Period::Once,
                period if period == month.number() => Period::Monthly,
                _ => return None,
            };
            Some((key.offer.0, period, state.claimed))
        });
        let stocks = store::stocks(db, ids.iter().map(|id| id.0)).await?;
        Ok(Self { month, claimed: claimed.collect(), stocks: stocks.into_iter().collect() })
    }

    /// Of offers that are claimed once, for tests.
    #[cfg(test)]
    pub fn of_claims(claims: impl IntoIterator<Item = (Uuid, u32)>) -> Self {
        let claimed = claims.into_iter().map(|(id, units)| (id, Period::Once, units));
        Self { month: Month::of(chrono::DateTime::UNIX_EPOCH), claimed: claimed.collect(), stocks: Vec::new() }
    }

    fn write(&self, index: &CatalogueIndex, taken: &mut [Count]) {
        for (offer, period, claimed) in &self.claimed {
            if let Some((place, entry)) = entry_of(index, OfferId(*offer))
                && entry.period == *period
            {
                taken[place as usize].claimed = *claimed;
            }
        }
        for (offer, stock) in &self.stocks {
            if let Some((place, entry)) = entry_of(index, OfferId(*offer))
                && entry.has_pool
            {
                taken[place as usize].codes = Some(stock.left);
            }
        }
    }
}
