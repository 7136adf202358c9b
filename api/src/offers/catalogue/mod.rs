//! The published catalogue, in memory: an immutable shelf of offers, their counts, and the pages made of them, each with
//! its entity tag. What changes makes a new snapshot; readers never wait.

mod entry;
mod query;
mod shelf;
mod words;

use std::{collections::HashMap, sync::Arc};

use actix_web::http::header::HeaderValue;
use arc_swap::ArcSwap;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use parking_lot::RwLock;
use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use shared::{
    Code, OfferId,
    account::Role,
    month::Month,
    offer::{Audience, OfferState, PartnerRef, Period},
    pool::CodeStock,
};
use tokio::sync::Mutex;
use uuid::Uuid;

pub use query::ListQuery;

use self::{
    entry::Entry,
    shelf::{ListPage, Shelf},
};
use super::{
    document::{self, Count},
    store,
};
use crate::{
    error::{Error, Result},
    http::etag,
    partners,
    store::{Store, clock::to_ms, forget_pages},
};

/// Ready answers that a snapshot keeps, and the longest address that it keeps one for.
const KEPT: usize = 2000;
const KEPT_ADDRESS: usize = 200;
/// Monthly offers of a person, at most.
const ALLOWANCES: usize = 100;
/// Offers that are made into entries at once.
const AT_ONCE: usize = 500;
/// Clocks of several processes differ: changes are looked for from a little before the last look.
const OVERLAP_MS: i64 = 10_000;

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub struct Ready {
    pub tag: HeaderValue,
    pub body: Bytes,
    /// The address of the next page, for `Link`.
    pub next: Option<HeaderValue>,
}

impl Ready {
    fn new(body: Bytes, next: Option<String>) -> Self {
        let next = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
        Self { tag: etag::of_body(&body), body, next }
    }
}

/// One state of the catalogue.
#[derive(Debug)]
struct Snapshot {
    shelf: Arc<Shelf>,
    taken: Vec<Count>,
    month: Month,
    ready: RwLock<HashMap<String, Ready>>,
}

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
        forget_pages(&tx).await?;
        tx.commit().await?;
        let mut entries = Vec::with_capacity(making.len() * AT_ONCE);
        for made in making {
            entries.extend(made.await.map_err(Error::internal)??);
        }
        let snapshot = Snapshot::new(Arc::new(Shelf::new(entries)), counts(db, now).await?, now);
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
                let made = offers.iter().map(|offer| Ok((offer.id, changed_entry(offer, &refs)?)));
                made.collect::<Result<Vec<_>>>()
            });
            fresh.extend(making.await.map_err(Error::internal)??);
        }
        let old = self.now.load().shelf.clone();
        let kept = old.entries.iter().filter(|e| !fresh.contains_key(&e.id)).cloned();
        let entries = kept.chain(fresh.values().flatten().cloned()).collect();
        let shelf = warm(Arc::new(Shelf::new(entries))).await?;
        self.now.store(Arc::new(Snapshot::new(shelf, counts(db, now).await?, now)));
        *seen = to_ms(now) - OVERLAP_MS;
        Ok(())
    }

    /// Makes orders and index of what was loaded, so that the first search does not wait for them.
    pub async fn warm(&self) -> Result<()> {
        let shelf = self.now.load().shelf.clone();
        warm(shelf).await.map(drop)
    }

    /// Takes in the counts of claims.
    pub async fn recount(&self, db: &Store, now: DateTime<Utc>) -> Result<()> {
        let _alone = self.seen.lock().await;
        let shelf = self.now.load().shelf.clone();
        self.now.store(Arc::new(Snapshot::new(shelf, counts(db, now).await?, now)));
        Ok(())
    }

    /// Whether a month has begun for which the counts are not read yet.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.now.load().month != Month::of(now)
    }

    /// The list for a query string: ready, if it was asked for before in this state of things.
    pub fn list(&self, address: &str, read: impl FnOnce() -> Result<ListQuery>) -> Result<Ready> {
        let snapshot = self.now.load();
        if let Some(ready) = snapshot.ready.read().get(address) {
            return Ok(ready.clone());
        }
        let ListPage { body, next } = snapshot.shelf.page(&read()?, &snapshot.taken)?;
        Ok(snapshot.keep(address, Ready::new(body, next)))
    }

    /// The page of one offer, also of one that is paused or over.
    pub async fn detail(&self, db: &Store, id: OfferId, now: DateTime<Utc>) -> Result<Ready> {
        let snapshot = self.now.load_full();
        let address = id.to_string();
        if let Some(ready) = snapshot.ready.read().get(&address) {
            return Ok(ready.clone());
        }
        let (offer, partner) = store::public_find(&db.read, id).await?.ok_or(Code::NotFound)?;
        let draft = document::draft_of(&offer)?;
        let count = match snapshot.shelf.place(id) {
            Some(place) => snapshot.taken[place as usize],
            None => store::count(&db.read, &offer, &draft, now).await?,
        };
        let view = document::view(&offer, draft, partner, count, now)?;
        let body = serde_json::to_vec(&view).map_err(Error::internal)?;
        Ok(snapshot.keep(&address, Ready::new(body.into(), None)))
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

impl Snapshot {
    fn new(shelf: Arc<Shelf>, counts: Counts, now: DateTime<Utc>) -> Self {
        let empty = |entry: &Arc<Entry>| Count { claimed: 0, codes: entry.has_pool.then_some(0) };
        let mut taken: Vec<Count> = shelf.entries.iter().map(empty).collect();
        for (offer, period, count) in counts.claimed {
            if let Some(place) = shelf.place(OfferId(offer))
                && shelf.entries[place as usize].period == period
            {
                taken[place as usize].claimed = u32::try_from(count).unwrap_or_default();
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

    fn keep(&self, address: &str, ready: Ready) -> Ready {
        let mut kept = self.ready.write();
        if kept.len() < KEPT && address.len() <= KEPT_ADDRESS {
            kept.insert(address.to_owned(), ready.clone());
        }
        ready
    }
}

/// All partners, as they stand on offers.
async fn references(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, Arc<PartnerRef>>, DbErr> {
    Ok(partners::references(db).await?.into_iter().map(|(id, partner)| (id, Arc::new(partner))).collect())
}

/// The entry of a row, if its partner is known.
fn entry(offer: &store::Listed, refs: &HashMap<Uuid, Arc<PartnerRef>>) -> Result<Option<Entry>> {
    let partner = refs.get(&offer.partner.0).cloned();
    partner.map(|partner| Entry::new(offer, partner)).transpose()
}

/// The entry of a row that changed: nothing where the list does not show it any more.
fn changed_entry(offer: &store::Listed, refs: &HashMap<Uuid, Arc<PartnerRef>>) -> Result<Option<Arc<Entry>>> {
    if offer.state.is_listed() { Ok(entry(offer, refs)?.map(Arc::new)) } else { Ok(None) }
}

/// The entries of some offers, whose cards share one piece of memory.
fn entries(listed: &[store::Listed], refs: &HashMap<Uuid, Arc<PartnerRef>>) -> Result<Vec<Arc<Entry>>> {
    let entries = listed.iter().filter_map(|offer| entry(offer, refs).transpose());
    let mut entries = entries.collect::<Result<Vec<Entry>>>()?;
    Entry::compact(&mut entries);
    Ok(entries.into_iter().map(Arc::new).collect())
}

/// Sorts and indexes on a thread of its own, so that no request and no claim waits for it.
async fn warm(shelf: Arc<Shelf>) -> Result<Arc<Shelf>> {
    let warming = tokio::task::spawn_blocking(move || {
        shelf.warm();
        shelf
    });
    warming.await.map_err(Error::internal)
}

/// How much of the offers is taken.
struct Counts {
    /// Units claimed in the periods that run now.
    claimed: Vec<(Uuid, Period, i32)>,
    /// The pools.
    stocks: Vec<(Uuid, CodeStock)>,
}

async fn counts(db: &Store, now: DateTime<Utc>) -> Result<Counts, DbErr> {
    let claimed = store::current_counts(db.fresh(), Month::of(now).number()).await?;
    Ok(Counts { claimed, stocks: store::all_stocks(db.fresh()).await? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        PartnerId,
        offer::{OfferDraft, OfferList},
    };

    fn shelf(count: u32) -> Shelf {
        let entries = (0..count).map(|n| {
            let draft: OfferDraft = serde_json::from_value(serde_json::json!({
                "kind": if n % 2 == 0 { "internet_package" } else { "course" }, "area": "connectivity",
                "title": {"az": format!("Təklif {n}")}, "audience": ["educator"], "quota": 10 + n, "unit": "package",
                "period": "once", "fulfilment": "generated_code",
                "regions": if n % 3 == 0 { vec!["baku"] } else { vec![] },
            }))
            .unwrap();
            let offer = store::Listed {
                id: OfferId(Uuid::from_u128(u128::from(n) + 1)),
                partner: PartnerId(Uuid::nil()),
                state: if n % 5 == 0 { OfferState::Announced } else { OfferState::Published },
                draft: serde_json::to_string(&draft).unwrap(),
                starts_at: None,
                ends_at: (n % 4 == 0).then_some(i64::from(n) * 1000),
                published_at: i64::from(n % 7),
            };
            Entry::new(&offer, PartnerRef { slug: format!("p{}", n % 3), name: "P".into() }.into()).unwrap()
        });
        let mut entries: Vec<Entry> = entries.collect();
        Entry::compact(&mut entries);
        Shelf::new(entries.into_iter().map(Arc::new).collect())
    }

    fn page(shelf: &Shelf, query: &str) -> OfferList {
        let query = crate::http::query::parse::<ListQuery>(query).unwrap();
        serde_json::from_slice(
            &shelf.page(&query, &vec![Count { claimed: 10, codes: None }; shelf.entries.len()]).unwrap().body,
        )
        .unwrap()
    }

    #[test]
    fn a_walk_by_cursor_meets_each_offer_once_in_every_order() {
        let shelf = shelf(57);
        for sort in shared::offer::Sort::ALL {
            let (mut met, mut cursor) = (Vec::new(), String::new());
            loop {
                let list = page(&shelf, &format!("limit=10&sort={}{cursor}", sort.as_str()));
                met.extend(list.items.iter().map(|o| o.id));
                let Some(next) = list.next_cursor else { break };
                cursor = format!("&cursor={next}");
            }
            let mut all = met.clone();
            all.sort();
            all.dedup();
            assert_eq!((met.len(), all.len()), (57, 57), "{sort:?}");
        }
    }

    #[test]
    fn facets_count_what_a_list_with_that_filter_has() {
        let shelf = shelf(60);
        let list = page(&shelf, "facets=true&kind=course&audience=educator&available=true&region=baku");
        let facets = list.facets.unwrap();
        for count in &facets.kind {
            let there =
                page(&shelf, &format!("kind={}&audience=educator&available=true&region=baku", count.value)).total;
            assert_eq!(there, count.count, "{}", count.value);
        }
        for count in &facets.partner {
            let query = format!("partner={}&kind=course&audience=educator&available=true&region=baku", count.value);
            assert_eq!(page(&shelf, &query).total, count.count, "{}", count.value);
        }
        assert_eq!(facets.available, list.total);
    }

    #[test]
    fn what_is_left_is_counted() {
        let shelf = shelf(2);
        let list = page(&shelf, "sort=title");
        assert_eq!((list.items[0].claimed, list.items[0].left), (10, Some(0)));
        assert_eq!((list.items[1].claimed, list.items[1].left), (10, Some(1)));
    }
}
