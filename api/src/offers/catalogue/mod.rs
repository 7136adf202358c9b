//! The published catalogue, in memory: an immutable shelf of offers, their counts, and the pages made of them, each with
//! its entity tag. What changes makes a new snapshot; readers never wait.

mod entry;
mod query;
mod shelf;
mod snapshot;
mod words;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use shared::{
    Code, OfferId,
    account::Role,
    month::Month,
    offer::{Audience, OfferState, PartnerRef, Period},
};
use tokio::sync::Mutex;
use uuid::Uuid;

pub use self::query::ListQuery;
use self::{
    entry::Entry,
    shelf::{ListPage, Shelf},
    snapshot::{Counts, Ready, Snapshot},
};
use super::{document, store};
use crate::{
    error::{Error, Result},
    http::list,
    partners,
    store::{Store, clock::to_ms, forget_pages},
};

/// Monthly offers of a person, at most.
const ALLOWANCES: usize = 100;
/// Offers that are made into entries at once.
const AT_ONCE: usize = 500;
/// Clocks of several processes differ: changes are looked for from a little before the last look.
const OVERLAP_MS: i64 = 10_000;

/// The catalogue of this process.
#[derive(Debug)]
pub struct Catalogue {
    now: ArcSwap<Snapshot>,
    /// Who rebuilds, and up to when the changes are in (milliseconds).
    seen: Mutex<i64>,
}

impl Catalogue {
    /// Loads all that is listed.
    pub async fn load(db: &Store, now: DateTime<Utc>) -> Result<Self> {
        let seen = to_ms(now) - OVERLAP_MS;
        let tx = db.read.begin().await?;
        let refs = Arc::new(references(&tx).await?);
        // What has been read is made into entries while the rest is being read, and is not needed any more.
        let mut making = Vec::new();
        let mut listed = Box::pin(store::listed(&tx).await?.try_chunks(AT_ONCE));
        while let Some(offers) = listed.try_next().await.map_err(|error| error.1)? {
            let refs = refs.clone();
            making.push(tokio::task::spawn_blocking(move || entries(&offers, &refs)));
        }
        drop(listed);
        let counts = Counts::read(&tx, now).await?;
        forget_pages(&tx).await?;
        tx.commit().await?;
        let mut entries = Vec::with_capacity(making.len() * AT_ONCE);
        for made in making {
            entries.extend(made.await.map_err(Error::internal)?);
        }
        let snapshot = Snapshot::new(Arc::new(Shelf::new(entries)), counts, now);
        Ok(Self { now: ArcSwap::from_pointee(snapshot), seen: Mutex::new(seen) })
    }

    /// Takes in the offers that changed, here or in another process.
    pub async fn refresh(&self, db: &Store, now: DateTime<Utc>) -> Result<()> {
        let mut seen = self.seen.lock().await;
        let refs = Arc::new(references(db.fresh()).await?);
        let mut fresh: HashMap<OfferId, Option<Arc<Entry>>> = HashMap::new();
        let mut changed = std::pin::pin!(store::changed_since(db.fresh(), *seen).await?.try_chunks(AT_ONCE));
        while let Some(offers) = changed.try_next().await.map_err(|error| error.1)? {
            let refs = refs.clone();
            let making = tokio::task::spawn_blocking(move || {
                let made = offers.iter().map(|offer| (offer.id, changed_entry(offer, &refs)));
                made.collect::<Vec<_>>()
            });
            fresh.extend(making.await.map_err(Error::internal)?);
        }
        let old = self.now.load().shelf.clone();
        let shelf = warm(move || Arc::new(old.changed(&fresh))).await?;
        self.now.store(Arc::new(Snapshot::new(shelf, Counts::read(db.fresh(), now).await?, now)));
        *seen = to_ms(now) - OVERLAP_MS;
        Ok(())
    }

    /// Makes orders and index of what was loaded, so that the first search does not wait for them.
    pub async fn warm(&self) -> Result<()> {
        let shelf = self.now.load().shelf.clone();
        warm(|| shelf).await.map(drop)
    }

    /// Takes in the counts of claims.
    pub async fn recount(&self, db: &Store, now: DateTime<Utc>) -> Result<()> {
        let _alone = self.seen.lock().await;
        let shelf = self.now.load().shelf.clone();
        self.now.store(Arc::new(Snapshot::new(shelf, Counts::read(db.fresh(), now).await?, now)));
        Ok(())
    }

    /// Whether a month has begun for which the counts are not read yet.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.now.load().month != Month::of(now)
    }

    /// The list at an address with a query string: ready, if it was asked for before in this state of things.
    pub fn list(&self, path: &str, query: &str, read: impl FnOnce() -> Result<ListQuery>) -> Result<Ready> {
        let snapshot = self.now.load();
        if let Some(ready) = snapshot.ready_list(query) {
            return Ok(ready);
        }
        let ListPage { body, next } = snapshot.shelf.page(&read()?, &snapshot.taken)?;
        let link = list::next(path, query, next.as_deref());
        Ok(snapshot.keep_list(query, Ready::new(body, link)))
    }

    /// The page of one offer, also of one that is paused or over.
    pub async fn detail(&self, db: &Store, id: OfferId, now: DateTime<Utc>) -> Result<Ready> {
        let snapshot = self.now.load_full();
        if let Some(ready) = snapshot.ready_detail(id) {
            return Ok(ready);
        }
        let (offer, partner) = store::public_find(&db.read, id).await?.ok_or(Code::NotFound)?;
        let draft = document::draft_of(&offer)?;
        let count = match snapshot.shelf.place(id) {
            Some(place) => snapshot.taken[place as usize],
            None => store::count(&db.read, &offer, &draft, now).await?,
        };
        let view = document::view(&offer, draft, partner, count, now)?;
        let body = serde_json::to_vec(&view).map_err(Error::internal)?;
        Ok(snapshot.keep_detail(id, Ready::new(body.into(), None)))
    }

    /// Offers that can be claimed now.
    pub fn open_offers(&self) -> u64 {
        let now = self.now.load();
        now.shelf.entries.iter().zip(&now.taken).filter(|(entry, count)| entry.is_available(**count)).count() as u64
    }

    /// The monthly offers that are open for a role, in the list's own order.
    pub fn monthly_for(&self, role: Role) -> Vec<OfferId> {
        let now = self.now.load();
        let audiences = Audience::ALL.iter().enumerate().filter(|(_, a)| a.role() == role);
        let bits: u16 = audiences.fold(0, |bits, (at, _)| bits | 1 << at);
        let open = |entry: &&Arc<Entry>| {
            entry.period == Period::Monthly && entry.state == OfferState::Published && entry.audiences & bits != 0
        };
        now.shelf.entries.iter().filter(open).map(|entry| entry.id).take(ALLOWANCES).collect()
    }

    /// Offers that are listed, by partner.
    pub fn by_partner(&self) -> HashMap<String, u32> {
        let mut counts = HashMap::new();
        for entry in &self.now.load().shelf.entries {
            *counts.entry(entry.partner.slug.clone()).or_default() += 1;
        }
        counts
    }
}

/// All partners, as they stand on offers.
async fn references(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, Arc<PartnerRef>>, DbErr> {
    Ok(partners::references(db).await?.into_iter().map(|(id, partner)| (id, Arc::new(partner))).collect())
}

/// The entry of a row, if its partner is known. A row that cannot be read (of a kind that only a newer program knows) is in
/// no list, and keeps no other out of it.
fn entry(offer: &store::Listed, refs: &HashMap<Uuid, Arc<PartnerRef>>) -> Option<Entry> {
    let partner = refs.get(&offer.partner.0).cloned()?;
    Entry::new(offer, partner)
        .inspect_err(|error| tracing::error!(offer = %offer.id, ?error, "catalogue.offer_unreadable"))
        .ok()
}

/// The entry of a row that changed: nothing where the list does not show it any more.
fn changed_entry(offer: &store::Listed, refs: &HashMap<Uuid, Arc<PartnerRef>>) -> Option<Arc<Entry>> {
    offer.state.is_listed().then(|| entry(offer, refs).map(Arc::new))?
}

/// The entries of some offers, whose cards share one piece of memory.
fn entries(listed: &[store::Listed], refs: &HashMap<Uuid, Arc<PartnerRef>>) -> Vec<Arc<Entry>> {
    let mut entries: Vec<Entry> = listed.iter().filter_map(|offer| entry(offer, refs)).collect();
    Entry::compact(&mut entries);
    entries.into_iter().map(Arc::new).collect()
}

/// Sorts and indexes on a thread of its own, so that no request and no claim waits for it.
async fn warm(make: impl FnOnce() -> Arc<Shelf> + Send + 'static) -> Result<Arc<Shelf>> {
    let warming = tokio::task::spawn_blocking(|| {
        let shelf = make();
        shelf.warm();
        shelf
    });
    warming.await.map_err(Error::internal)
}
