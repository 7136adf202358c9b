//! The published catalogue, in memory: an immutable index of offers, what is taken of them, and the answers made of both,
//! each with its entity tag. What changes makes a new snapshot; readers never wait.
//!
//! What changed is read from a log in the transaction that reads it ([`changes`]), on the primary: one edit re-reads one
//! offer, and neither clocks nor standbys have a say.

mod answers;
pub mod changes;
mod entry;
mod facets;
mod index;
mod query;
mod search_index;
mod set;
mod snapshot;
#[cfg(test)]
mod tests;
mod word_index;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, StreamTrait};
use shared::{
    Code, OfferId,
    account::Role,
    month::Month,
    offer::{Audience, OfferState, PartnerRef, Period},
};
use tokio::{sync::Mutex, task::spawn_blocking};
use uuid::Uuid;

pub use self::query::ListQuery;
use self::{
    answers::Ready,
    changes::{Changes, Position},
    entry::Entry,
    index::{CatalogueIndex, Entries, ListPage},
    snapshot::{Counts, Snapshot},
};
use super::{document, store};
use crate::{
    error::{Error, Result},
    http::list,
    partners,
    store::{Store, forget_pages},
};

/// Monthly offers of a person, at most.
const ALLOWANCES: usize = 100;
/// Offers that are made into entries at once.
const AT_ONCE: usize = 500;
/// Partners that are read one by one; where more are wanted, all are read.
const PARTNERS: usize = 1000;

/// The catalogue of this process.
pub struct Catalogue {
    now: ArcSwap<Snapshot>,
    /// Up to where changes are in it. Who refreshes holds the lock.
    seen: Mutex<Position>,
    subscriber: Subscriber,
}

/// Is told what changed, here or in another process, once the catalogue shows it.
pub type Subscriber = Box<dyn Fn(&Changed) + Send + Sync>;

/// Offers that changed.
#[derive(Debug)]
pub enum Changed {
    Some(Vec<OfferId>),
    /// Any of them may have.
    All,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("now", &self.now).field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl Catalogue {
    /// Loads all that is listed.
    pub async fn load(db: &Store, now: DateTime<Utc>, subscriber: Subscriber) -> Result<Self> {
        let tx = db.snapshot().await?;
        let seen = Mutex::new(Position::end(&tx).await?);
        let snapshot = read_all(&tx, Month::of(now)).await?;
        tx.commit().await?;
        Ok(Self { now: ArcSwap::from_pointee(snapshot), seen, subscriber })
    }

    /// Takes in what changed, here or in another process.
    pub async fn refresh(&self, db: &Store, now: DateTime<Utc>) -> Result<()> {
        let mut seen = self.seen.lock().await;
        let (old, month) = (self.now.load_full(), Month::of(now));
        let tx = db.snapshot().await?;
        let end = Position::end(&tx).await?;
        match seen.changes_until(&end, &tx).await? {
            Some(changes) if changes.is_empty() && old.is_of(month) => tx.commit().await?,
            Some(changes) => {
                let fresh = read_entries(&tx, &changes).await?;
                let edited = fresh.keys().copied().collect();
                let snapshot = read_changed(&tx, old, fresh, &changes, month).await?;
                tx.commit().await?;
                self.now.store(snapshot);
                (self.subscriber)(&Changed::Some(edited));
            }
            None => {
                let snapshot = read_all(&tx, month).await?;
                tx.commit().await?;
                tracing::info!("catalogue.read_anew");
                self.now.store(Arc::new(snapshot));
                (self.subscriber)(&Changed::All);
            }
        }
        *seen = end;
        Ok(())
    }

    /// Makes orders and index of what was loaded, so that the first search does not wait for them.
    pub async fn warm(&self) -> Result<()> {
        let index = self.now.load().index.clone();
        spawn_blocking(move || index.warm()).await.map_err(Error::internal)
    }

    /// The list at an address with a query string: ready, if it was asked for before and nothing has happened to its
    /// offers.
    pub fn list(&self, path: &str, query: &str, read: impl FnOnce() -> Result<ListQuery>) -> Result<Ready> {
        let snapshot = self.now.load();
        if let Some(ready) = snapshot.answers.page(query) {
            return Ok(ready);
        }
        let wanted = read()?;
        let ListPage { body, next } = snapshot.index.page(&wanted, &snapshot.taken)?;
        let ready = Ready::new(body, list::next(path, query, next.as_deref()));
        snapshot.answers.add_page(query, wanted, ready.clone());
        Ok(ready)
    }

    /// The page of one offer, also of one that is paused or over. It is read where changes are read, and kept with the
    /// state of things that it was asked for in: a later one drops it if the offer has changed.
    pub async fn detail(&self, db: &Store, id: OfferId, now: DateTime<Utc>) -> Result<Ready> {
        let snapshot = self.now.load_full();
        if let Some(ready) = snapshot.answers.detail(id) {
            return Ok(ready);
        }
        let db = db.fresh();
        let (offer, partner) = store::public_find(db, id).await?.ok_or(Code::NotFound)?;
        let draft = document::draft_of(&offer)?;
        let count = match snapshot.index.place(id) {
            Some(place) => snapshot.taken[place as usize],
            None => store::count(db, &offer, &draft, now).await?,
        };
        let view = document::view(&offer, draft, partner, count, now)?;
        let ready = Ready::new(serde_json::to_vec(&view).map_err(Error::internal)?.into(), None);
        snapshot.answers.add_detail(id, ready.clone());
        Ok(ready)
    }

    /// Offers that can be claimed now.
    pub fn open_offers(&self) -> u64 {
        let now = self.now.load();
        now.index.iter().filter(|(place, entry)| entry.is_available(now.taken[*place as usize])).count() as u64
    }

    /// The monthly offers that are open for a role, in the list's own order.
    pub fn monthly_for(&self, role: Role) -> Vec<OfferId> {
        let now = self.now.load();
        let audiences = Audience::ALL.iter().enumerate().filter(|(_, a)| a.role() == role);
        let bits: u16 = audiences.fold(0, |bits, (at, _)| bits | 1 << at);
        let open = |entry: &&Entry| {
            entry.period == Period::Monthly && entry.state == OfferState::Published && entry.audiences & bits != 0
        };
        let entries = now.index.iter().map(|(_, entry)| entry);
        entries.filter(open).map(|entry| entry.id).take(ALLOWANCES).collect()
    }

    /// Offers that are listed, by partner.
    pub fn by_partner(&self) -> HashMap<String, u32> {
        let mut counts = HashMap::new();
        for (_, entry) in self.now.load().index.iter() {
            *counts.entry(entry.partner.slug.clone()).or_default() += 1;
        }
        counts
    }
}

/// Partners as they stand on offers; shared by their entries.
type Partners = Arc<HashMap<Uuid, Arc<PartnerRef>>>;

fn shared_by_entries(partners: HashMap<Uuid, PartnerRef>) -> Partners {
    Arc::new(partners.into_iter().map(|(id, partner)| (id, Arc::new(partner))).collect())
}

/// Reads all that is listed. What has been read is made into entries while the rest is being read, and is not needed any
/// more.
async fn read_all(tx: &(impl ConnectionTrait + StreamTrait), month: Month) -> Result<Snapshot> {
    let partners = shared_by_entries(partners::references(tx).await?);
    let mut making = Vec::new();
    let mut listed = Box::pin(store::listed(tx).await?.try_chunks(AT_ONCE));
    while let Some(offers) = listed.try_next().await.map_err(|error| error.1)? {
        let partners = partners.clone();
        making.push(spawn_blocking(move || {
            let mut entries: Vec<Entry> = offers.iter().filter_map(|offer| entry(offer, &partners)).collect();
            Entry::compact(&mut entries);
            entries
        }));
    }
    drop(listed);
    let counts = Counts::all(tx, month).await?;
    forget_pages(tx).await?;
    let mut entries = Vec::with_capacity(making.len() * AT_ONCE);
    for made in making {
        entries.extend(made.await.map_err(Error::internal)?.into_iter().map(Arc::new));
    }
    Ok(Snapshot::new(Arc::new(CatalogueIndex::new(entries)), &counts))
}

/// Reads the offers that changed, and all of partners that did.
async fn read_entries(tx: &(impl ConnectionTrait + StreamTrait), changes: &Changes) -> Result<Entries> {
    // Offers that are not there any more are not listed.
    let mut entries: Entries = changes.offers.iter().map(|id| (OfferId(*id), None)).collect();
    if changes.offers.is_empty() && changes.partners.is_empty() {
        return Ok(entries);
    }
    let mut owners = store::owners(tx, &changes.offers).await?;
    owners.extend(&changes.partners);
    let partners = if owners.len() > PARTNERS {
        partners::references(tx).await?
    } else {
        partners::references_of(tx, owners).await?
    };
    let partners = shared_by_entries(partners);
    let changed = store::listed_of(tx, &changes.offers, &changes.partners).await?;
    let mut changed = std::pin::pin!(changed.try_chunks(AT_ONCE));
    while let Some(offers) = changed.try_next().await.map_err(|error| error.1)? {
        let partners = partners.clone();
        let making = spawn_blocking(move || {
            let made =
                |offer: &store::Listed| (offer.id, offer.state.is_listed().then(|| entry(offer, &partners)).flatten());
            offers.iter().map(made).collect::<Vec<_>>()
        });
        let made = making.await.map_err(Error::internal)?;
        entries.extend(made.into_iter().map(|(id, entry)| (id, entry.map(Arc::new))));
    }
    Ok(entries)
}

/// The snapshot after changes, which is made on a thread of its own, so that no request and no claim waits for it.
async fn read_changed(
    tx: &impl ConnectionTrait,
    old: Arc<Snapshot>,
    fresh: Entries,
    changes: &Changes,
    month: Month,
) -> Result<Arc<Snapshot>> {
    let mut offers: BTreeSet<OfferId> = fresh.keys().copied().collect();
    offers.extend(changes.counts.iter().map(|id| OfferId(*id)));
    let counts = if old.is_of(month) { Counts::of(tx, &offers, month).await? } else { Counts::all(tx, month).await? };
    let making = spawn_blocking(move || {
        let snapshot = old.changed(&fresh, &offers, &counts);
        snapshot.index.warm();
        Arc::new(snapshot)
    });
    making.await.map_err(Error::internal)
}

/// The entry of a row, if its partner is known. A row that cannot be read (of a kind that only a newer program knows) is in
/// no list, and keeps no other out of it.
fn entry(offer: &store::Listed, partners: &Partners) -> Option<Entry> {
    let partner = partners.get(&offer.partner.0)?.clone();
    let made = Entry::new(offer, partner);
    made.inspect_err(|error| tracing::error!(offer = %offer.id, ?error, "catalogue.offer_unreadable")).ok()
}
