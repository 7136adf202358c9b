//! The published offers in their orders, and the pages made of them. A shelf never changes: a changed offer makes a
//! new shelf.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use shared::{
    OfferId,
    offer::{Area, Audience, FacetCount, Facets, Kind, Region, Sort},
};

use super::{
    entry::Entry,
    query::{DIMENSIONS, ListQuery, Position},
    words::Words,
};
use crate::{error::Result, http::cursor, offers::document::Count};

/// Partners in a facet, at most.
const PARTNER_FACETS: usize = 50;

/// The published offers.
#[derive(Debug)]
pub struct Shelf {
    pub entries: Vec<Arc<Entry>>,
    /// For each order of `Sort::ALL`, the entries' numbers; made when first asked for.
    orders: [OnceLock<Vec<u32>>; Sort::ALL.len()],
    /// Made when first asked for.
    words: OnceLock<Words>,
    places: HashMap<OfferId, u32>,
}

/// A page as it is sent.
#[derive(Clone, Debug)]
pub struct ListPage {
    pub body: Bytes,
    /// The address of the next page.
    pub next: Option<String>,
}

/// What a query finds: which entries, and how many under each filter.
struct Found {
    matches: Vec<bool>,
    total: u32,
    facets: Option<Facets>,
}

impl Shelf {
    /// Of entries, in any order.
    pub fn new(entries: Vec<Arc<Entry>>) -> Self {
        let places = entries.iter().map(|e| e.id).zip(0..).collect();
        Self { entries, orders: Default::default(), words: OnceLock::new(), places }
    }

    /// Makes orders and index now, rather than when somebody waits for them.
    pub fn warm(&self) {
        for sort in Sort::ALL {
            self.order(sort);
        }
        self.words();
    }

    fn order(&self, sort: Sort) -> &[u32] {
        let at = Sort::ALL.iter().position(|s| *s == sort).unwrap_or_default();
        self.orders[at].get_or_init(|| {
            let mut order: Vec<u32> = (0..).take(self.entries.len()).collect();
            order.sort_by(|a, b| {
                self.entries[*a as usize].sort_key(sort).cmp(&self.entries[*b as usize].sort_key(sort))
            });
            order
        })
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::index(self.entries.iter().map(|e| e.words())))
    }

    /// The number of an entry.
    pub fn place(&self, id: OfferId) -> Option<u32> {
        self.places.get(&id).copied()
    }

    /// Makes a page. `taken` says how much is taken of each entry.
    pub fn page(&self, query: &ListQuery, taken: &[Count]) -> Result<ListPage> {
        let sort = query.sort();
        let order = self.order(sort);
        let start = match query.after()? {
            Some(position) => order.partition_point(|n| self.entries[*n as usize].sort_key(sort) <= position.key()),
            None => 0,
        };
        let found = self.find(query, taken);
        let mut matching = order[start..].iter().filter(|n| found.matches[**n as usize]);
        let page: Vec<u32> = matching.by_ref().take(query.limit()).copied().collect();
        let last = page.last().filter(|_| matching.next().is_some());
        let next = last.map(|n| cursor::encode(&Position::of(&self.entries[*n as usize], sort)));
        let body = self.write(&page, taken, next.as_deref(), &found)?;
        Ok(ListPage { body, next: next.map(|next| query.link(&next)) })
    }

    /// One pass over all entries: what meets every filter is in the page; what fails one alone is still counted under
    /// that filter's other values.
    fn find(&self, query: &ListQuery, taken: &[Count]) -> Found {
        let words = query.words();
        let named = if words.is_empty() {
            None
        } else {
            self.words().find(words.iter().map(String::as_str), self.entries.len())
        };
        let mut counts = query.facets.unwrap_or_default().then(Counts::default);
        let mut matches = vec![false; self.entries.len()];
        let mut total = 0;
        for (at, (number, entry)) in (0..).zip(&self.entries).enumerate() {
            if named.as_ref().is_some_and(|named| !named.has(number)) {
                continue;
            }
            let fails = query.fails(entry, taken[at]);
            if fails == 0 {
                matches[at] = true;
                total += 1;
            }
            if let Some(counts) = &mut counts {
                counts.add(entry, taken[at], fails);
            }
        }
        Found { matches, total, facets: counts.map(Counts::facets) }
    }

    fn write(&self, page: &[u32], taken: &[Count], next: Option<&str>, found: &Found) -> Result<Bytes> {
        let mut body = Vec::with_capacity(page.len() * 1200 + 256);
        body.extend_from_slice(b"{\"items\":[");
        for (index, number) in page.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            let at = *number as usize;
            self.entries[at].write(taken[at], &mut body);
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
}

/// Counts under each value of each filter.
#[derive(Default)]
struct Counts<'a> {
    kinds: [u32; 16],
    audiences: [u32; 16],
    areas: [u32; 16],
    regions: [u32; 16],
    partners: HashMap<&'a str, u32>,
    available: u32,
}

impl<'a> Counts<'a> {
    fn add(&mut self, entry: &'a Entry, count: Count, fails: u8) {
        // Whether the entry meets all filters but perhaps the one of this dimension.
        let counts = |dimension: usize| fails & !(1 << dimension) == 0;
        let bits = [
            (&mut self.kinds, entry.kinds),
            (&mut self.audiences, entry.audiences),
            (&mut self.areas, entry.areas),
            (&mut self.regions, entry.regions),
        ];
        for (dimension, (values, bits)) in bits.into_iter().enumerate() {
            if counts(dimension) {
                for (at, value) in values.iter_mut().enumerate() {
                    *value += u32::from(bits >> at & 1);
                }
            }
        }
        if counts(DIMENSIONS - 2) {
            *self.partners.entry(&entry.partner.slug).or_default() += 1;
        }
        if counts(DIMENSIONS - 1) && entry.is_available(count) {
            self.available += 1;
        }
    }

    fn facets(self) -> Facets {
        fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, counts: [u32; 16]) -> Vec<FacetCount> {
            let values = all.iter().zip(counts);
            values.map(|(value, count)| FacetCount { value: name(*value).to_owned(), count }).collect()
        }
        let mut partner: Vec<FacetCount> =
            self.partners.into_iter().map(|(slug, count)| FacetCount { value: slug.to_owned(), count }).collect();
        partner.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        partner.truncate(PARTNER_FACETS);
        Facets {
            kind: named(Kind::ALL, Kind::as_str, self.kinds),
            audience: named(Audience::ALL, Audience::as_str, self.audiences),
            area: named(Area::ALL, Area::as_str, self.areas),
            region: named(Region::ALL, Region::as_str, self.regions),
            partner,
            available: self.available,
        }
    }
}
