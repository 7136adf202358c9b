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
    query::{DIMENSIONS, LIST, ListQuery, Position},
    words::{Set, Words},
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
    /// The cursor of the next page.
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

    /// With offers that changed: `fresh` has their entries, and nothing for those that are listed no more.
    pub fn changed(&self, fresh: &HashMap<OfferId, Option<Arc<Entry>>>) -> Self {
        let mut numbers = 0..;
        let stays = |entry: &Arc<Entry>| !fresh.contains_key(&entry.id);
        let places: Vec<Option<u32>> =
            self.entries.iter().map(|entry| stays(entry).then(|| numbers.next()).flatten()).collect();
        let kept = self.entries.iter().filter(|entry| stays(entry)).cloned();
        let new: Vec<Arc<Entry>> = fresh.values().flatten().cloned().collect();
        let words = self.words().changed(&places, numbers.zip(new.iter().map(|entry| entry.words())));
        Self { words: words.into(), ..Self::new(kept.chain(new).collect()) }
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
            let mut order: Vec<u32> = (0..).take(self.entries.len()).collect();
            order.sort_by(|a, b| {
                self.entries[*a as usize].sort_key(sort).cmp(&self.entries[*b as usize].sort_key(sort))
            });
            order
        })
    }

    fn words(&self) -> &Words {
        self.words
            .get_or_init(|| Words::default().changed(&[], (0..).zip(self.entries.iter().map(|entry| entry.words()))))
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
        let next = last.map(|n| cursor::encode(LIST, &Position::of(&self.entries[*n as usize], sort)));
        let body = self.write(&page, taken, next.as_deref(), &found)?;
        Ok(ListPage { body, next })
    }

    /// One pass over all entries: what meets every filter is in the page; what fails one alone is still counted under
    /// that filter's other values.
    fn find(&self, query: &ListQuery, taken: &[Count]) -> Found {
        let named = query.words().map(|words| {
            let found = self.words().find(words.iter().map(String::as_str), self.entries.len());
            // Signs alone are in no text.
            found.unwrap_or_else(|| Set::empty(self.entries.len()))
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offers::store;
    use shared::{
        PartnerId,
        offer::{OfferDraft, OfferList, OfferState, PartnerRef},
    };
    use uuid::Uuid;

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
