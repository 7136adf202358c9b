//! One state of the catalogue: a shelf, what is taken of its offers, and the answers made of both.

use std::{collections::HashMap, sync::Arc};

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

/// Ready answers that a snapshot keeps, and the longest address that it keeps one for.
const KEPT: usize = 2000;
const KEPT_ADDRESS: usize = 200;

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub struct Ready {
    pub tag: HeaderValue,
    pub body: Bytes,
    /// The address of the next page, for `Link`.
    pub next: Option<HeaderValue>,
}

impl Ready {
    pub fn new(body: Bytes, next: Option<String>) -> Self {
        let next = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
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
    ready: RwLock<HashMap<String, Ready>>,
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
        Self { shelf, taken, month: Month::of(now), ready: RwLock::default() }
    }

    /// The answer that was made for an address before.
    pub fn ready(&self, address: &str) -> Option<Ready> {
        self.ready.read().get(address).cloned()
    }

    /// Keeps an answer for an address while there is room.
    pub fn keep(&self, address: &str, ready: Ready) -> Ready {
        let mut kept = self.ready.write();
        if kept.len() < KEPT && address.len() <= KEPT_ADDRESS {
            kept.insert(address.to_owned(), ready.clone());
        }
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
