//! One state of the catalogue: a shelf, what is taken of its offers, and the answers made of both.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Arc};

use actix_web::http::header::HeaderValue;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use sea_orm::{ConnectionTrait, DbErr};
use shared::{OfferId, month::Month, offer::Period, pool::CodeStock};
use uuid::Uuid;

use super::{entry::Entry, shelf::Shelf};
use crate::{
    http::etag,
    offers::{document::Count, store},
    quotas,
};

/// Ready answers of each kind that a snapshot keeps, and the longest query string that it keeps one for.
const KEPT: usize = 2000;
const KEPT_QUERY: usize = 200;

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub struct Ready {
    pub tag: HeaderValue,
    pub body: Bytes,
    /// The next page, for `Link`.
    pub next: Option<HeaderValue>,
}

impl Ready {
    pub fn new(body: Bytes, next: Option<HeaderValue>) -> Self {
        Self { tag: etag::of_body(&body), body, next }
    }
}

/// One state of the catalogue.
#[derive(Debug)]
pub struct Snapshot {
    pub shelf: Arc<Shelf>,
    /// For each of its entries, in their order.
    pub taken: Vec<Count>,
    /// The month that the counts are of.
    pub month: Month,
    lists: Answers<String>,
    details: Answers<OfferId>,
}

/// Answers that were made before, while there is room. Lists and offers have maps of their own, since a query that is no
/// query may look like an id.
#[derive(Debug)]
pub struct Answers<K>(RwLock<HashMap<K, Ready>>);

impl<K> Default for Answers<K> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash> Answers<K> {
    fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<Ready>
    where
        K: Borrow<Q>,
    {
        self.0.read().get(key).cloned()
    }

    fn insert(&self, key: K, ready: &Ready) {
        let mut kept = self.0.write();
        if kept.len() < KEPT {
            kept.insert(key, ready.clone());
        }
    }
}

impl Snapshot {
    /// Of a shelf and what is taken of its offers.
    pub fn new(shelf: Arc<Shelf>, counts: Counts, now: DateTime<Utc>) -> Self {
        let empty = |entry: &Arc<Entry>| Count { claimed: 0, codes: entry.has_pool.then_some(0) };
        let mut taken: Vec<Count> = shelf.entries.iter().map(empty).collect();
        for (offer, period, count) in counts.claimed {
            if let Some(place) = shelf.place(OfferId(offer))
                && shelf.entries[place as usize].period == period
            {
                taken[place as usize].claimed = count;
            }
        }
        for (offer, stock) in counts.stocks {
            if let Some(place) = shelf.place(OfferId(offer))
                && shelf.entries[place as usize].has_pool
            {
                taken[place as usize].codes = Some(stock.left);
            }
        }
        Self { shelf, taken, month: Month::of(now), lists: Answers::default(), details: Answers::default() }
    }

    /// The list that was made for a query string before.
    pub fn ready_list(&self, query: &str) -> Option<Ready> {
        self.lists.get(query)
    }

    /// Keeps a list for a query string while there is room.
    pub fn keep_list(&self, query: &str, ready: Ready) -> Ready {
        if query.len() <= KEPT_QUERY {
            self.lists.insert(query.to_owned(), &ready);
        }
        ready
    }

    /// The page of an offer that was made before.
    pub fn ready_detail(&self, id: OfferId) -> Option<Ready> {
        self.details.get(&id)
    }

    /// Keeps the page of an offer while there is room.
    pub fn keep_detail(&self, id: OfferId, ready: Ready) -> Ready {
        self.details.insert(id, &ready);
        ready
    }
}

/// How much of the offers is taken.
pub struct Counts {
    /// Units claimed in the periods that run now.
    claimed: Vec<(Uuid, Period, u32)>,
    /// The pools.
    stocks: Vec<(Uuid, CodeStock)>,
}

impl Counts {
    /// As they are now.
    pub async fn read(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Self, DbErr> {
        let claimed = quotas::current(db, Month::of(now).number()).await?;
        Ok(Self { claimed, stocks: store::all_stocks(db).await? })
    }
}
