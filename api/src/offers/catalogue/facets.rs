//! How many offers there are under each value of each filter.

use std::collections::HashMap;

use shared::offer::{Area, Audience, FacetCount, Facets, Kind, Region};

use super::{entry::Entry, query::DIMENSIONS};
use crate::offers::document::Count;

/// Partners in a facet, at most.
const PARTNER_FACETS: usize = 50;

/// Counts under each value of each filter.
#[derive(Default)]
pub struct FacetCounts<'a> {
    kinds: [u32; 16],
    audiences: [u32; 16],
    areas: [u32; 16],
    regions: [u32; 16],
    partners: HashMap<&'a str, u32>,
    available: u32,
}

impl<'a> FacetCounts<'a> {
    /// Counts an entry that fails the filters of these bits (`ListQuery::fails`).
    pub fn add(&mut self, entry: &'a Entry, count: Count, fails: u8) {
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

    /// As they are shown.
    pub fn facets(self) -> Facets {
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
