//! The published offers in their orders, and the pages made of them. An index never changes: a changed offer makes a new
//! one, which shares with the old one what is not about that offer.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use shared::{
    OfferId,
    offer::{Facets, Sort},
};

use super::{
    entry::Entry,
    facets::FacetCounts,
    query::{LIST, ListQuery, Position},
    search_index::SearchIndex,
    set::Set,
};
use crate::{error::Result, http::cursor, offers::document::Count};

/// What became of some offers: their entries, and nothing for those that are not listed (any more).
pub type Entries = HashMap<OfferId, Option<Arc<Entry>>>;

/// The published offers.
#[derive(Debug)]
pub struct CatalogueIndex {
    /// An entry keeps its place; one that is gone leaves it to the next new one.
    entries: Vec<Option<Arc<Entry>>>,
    places: Arc<HashMap<OfferId, u32>>,
    /// For each order of `Sort::ALL`, the places; made when first asked for.
    orders: [OnceLock<Vec<u32>>; Sort::ALL.len()],
    /// Made when first asked for.
    words: OnceLock<SearchIndex>,
}

/// A page as it is sent.
#[derive(Clone, Debug)]
pub struct ListPage {
    pub body: Bytes,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// What a query finds: which entries, and how many under each filter.
struct Found {
    matches: Set,
    total: u32,
    facets: Option<Facets>,
}

impl CatalogueIndex {
    /// Of entries, in any order.
    pub fn new(entries: Vec<Arc<Entry>>) -> Self {
        let places = entries.iter().map(|e| e.id).zip(0..).collect();
        let entries = entries.into_iter().map(Some).collect();
        Self { entries, places: Arc::new(places), orders: Default::default(), words: OnceLock::new() }
    }

    /// With offers that changed.
    pub fn changed(&self, fresh: &Entries) -> Self {
        let (mut entries, mut places) = (self.entries.clone(), self.places.clone());
        let mut free = (0..).zip(&self.entries).filter(|(_, entry)| entry.is_none()).map(|(place, _)| place);
        let mut changed = Set::with_capacity(entries.len());
        for (id, entry) in fresh {
            let place = match (self.place(*id), entry) {
                (Some(place), Some(_)) => place,
                (Some(place), None) => {
                    Arc::make_mut(&mut places).remove(id);
                    place
                }
                (None, Some(_)) => {
                    let place = free.next().unwrap_or_else(|| next_place(&mut entries));
                    Arc::make_mut(&mut places).insert(*id, place);
                    place
                }
                (None, None) => continue,
            };
            entries[place as usize].clone_from(entry);
            changed.insert(place);
        }
        let new = Self { entries, places, orders: Default::default(), words: OnceLock::new() };
        for (sort, (old, order)) in Sort::ALL.into_iter().zip(self.orders.iter().zip(&new.orders)) {
            if let Some(old) = old.get() {
                order.get_or_init(|| new.reordered(old, &changed, sort));
            }
        }
        new.words.get_or_init(|| self.words().changed(&changed, |place| new.words_at(place)));
        new
    }

    /// Makes orders and index now, rather than when somebody waits for them.
    pub fn warm(&self) {
        self.words();
        for sort in Sort::ALL {
            self.order(sort);
        }
    }

    fn order(&self, sort: Sort) -> &[u32] {
        let at = Sort::ALL.iter().position(|s| *s == sort).unwrap_or_default();
        self.orders[at].get_or_init(|| {
            let mut order: Vec<(u32, &Entry)> = self.iter().collect();
            order.sort_by(|(_, a), (_, b)| a.sort_key(sort).cmp(&b.sort_key(sort)));
            order.into_iter().map(|(place, _)| place).collect()
        })
    }

    /// An order after the entries of some places changed: each of them is looked up where it belongs now.
    fn reordered(&self, old: &[u32], changed: &Set, sort: Sort) -> Vec<u32> {
        let stay: Vec<u32> = old.iter().copied().filter(|place| !changed.has(*place)).collect();
        let mut fresh: Vec<(u32, &Entry)> = changed.iter().filter_map(|place| Some((place, self.at(place)?))).collect();
        fresh.sort_by(|(_, a), (_, b)| a.sort_key(sort).cmp(&b.sort_key(sort)));
        let (mut order, mut from) = (Vec::with_capacity(stay.len() + fresh.len()), 0);
        for (place, entry) in fresh {
            let before = |other: &u32| self.at(*other).is_some_and(|other| other.sort_key(sort) < entry.sort_key(sort));
            let to = from + stay[from..].partition_point(before);
            order.extend_from_slice(&stay[from..to]);
            order.push(place);
            from = to;
        }
        order.extend_from_slice(&stay[from..]);
        order
    }

    fn words(&self) -> &SearchIndex {
        self.words.get_or_init(|| {
            let all: Set = self.iter().map(|(place, _)| place).collect();
            SearchIndex::default().changed(&all, |place| self.words_at(place))
        })
    }

    fn words_at(&self, place: u32) -> BTreeSet<String> {
        self.at(place).map(Entry::words).unwrap_or_default()
    }

    /// How many places there are, with and without entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The place of an offer.
    pub fn place(&self, id: OfferId) -> Option<u32> {
        self.places.get(&id).copied()
    }

    /// The entry at a place.
    pub fn at(&self, place: u32) -> Option<&Entry> {
        self.entries.get(place as usize)?.as_deref()
    }

    /// All entries with their places.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0..).zip(&self.entries).filter_map(|(place, entry)| Some((place, entry.as_deref()?)))
    }

    /// Makes a page. `taken` says how much is taken of the entry at each place.
    pub fn page(&self, query: &ListQuery, taken: &[Count]) -> Result<ListPage> {
        let sort = query.sort();
        let order = self.order(sort);
        let start = match query.after()? {
            Some(position) => {
                let before = |n: &u32| self.at(*n).is_some_and(|entry| entry.sort_key(sort) <= position.key());
                order.partition_point(before)
            }
            None => 0,
        };
        let found = self.find(query, taken);
        let mut matching = order[start..].iter().filter(|n| found.matches.has(**n));
        let page: Vec<(u32, &Entry)> =
            matching.by_ref().take(query.limit()).filter_map(|n| Some((*n, self.at(*n)?))).collect();
        let last = page.last().filter(|_| matching.next().is_some());
        let next = last.map(|(_, entry)| cursor::encode(LIST, &Position::of(entry, sort)));
        let body = write(&page, taken, next.as_deref(), &found)?;
        Ok(ListPage { body, next })
    }

    /// One pass over all entries: what meets every filter is in the page; what fails one alone is still counted under
    /// that filter's other values.
    fn find(&self, query: &ListQuery, taken: &[Count]) -> Found {
        let named = query.words().map(|words| self.words().find(&words));
        let mut counts = query.facets.unwrap_or_default().then(FacetCounts::default);
        let mut matches = Set::with_capacity(self.len());
        let mut total = 0;
        for (place, entry) in self.iter() {
            if named.as_ref().is_some_and(|named| !named.has(place)) {
                continue;
            }
            let count = taken[place as usize];
            let fails = query.fails(entry, count);
            if fails == 0 {
                matches.insert(place);
                total += 1;
            }
            if let Some(counts) = &mut counts {
                counts.add(entry, count, fails);
            }
        }
        Found { matches, total, facets: counts.map(FacetCounts::facets) }
    }
}

/// Makes a new place.
fn next_place(entries: &mut Vec<Option<Arc<Entry>>>) -> u32 {
    let place = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    entries.push(None);
    place
}

fn write(page: &[(u32, &Entry)], taken: &[Count], next: Option<&str>, found: &Found) -> Result<Bytes> {
    let mut body = Vec::with_capacity(page.len() * 1200 + 256);
    body.extend_from_slice(b"{\"items\":[");
    for (index, (place, entry)) in page.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        entry.write(taken[*place as usize], &mut body);
    }
    let next = serde_json::to_string(&next).unwrap_or_default();
    body.extend_from_slice(format!("],\"next_cursor\":{next},\"total\":{}", found.total).as_bytes());
    if let Some(facets) = &found.facets {
        body.extend_from_slice(b",\"facets\":");
        serde_json::to_writer(&mut body, facets).map_err(crate::error::Error::internal)?;
    }
    body.push(b'}');
    Ok(body.into())
}
