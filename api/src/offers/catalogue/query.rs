//! What a list of offers can be asked.

use serde::Deserialize;
use shared::{
    Code, OfferId, Validate, Violations,
    list::LIMIT_DEFAULT,
    offer::{Area, Audience, Kind, Region, Sort},
};
use utoipa::IntoParams;

use super::{
    super::document::Count,
    entry::{Entry, SortKey},
};
use crate::{
    error::{Error, Result},
    http::{cursor, query::check_limit},
};

/// The query of `GET /offers`.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Words, or beginnings of words, in any of the three languages; letters may be typed without their marks.
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// For this audience.
    pub audience: Option<Audience>,
    /// Of this partner (its slug).
    #[param(max_length = 64)]
    pub partner: Option<String>,
    /// In this area.
    pub area: Option<Area>,
    /// Given in this region.
    pub region: Option<Region>,
    /// Only what can be claimed now.
    pub available: Option<bool>,
    /// The order.
    #[param(inline)]
    pub sort: Option<Sort>,
    /// Adds the counts for each filter.
    pub facets: Option<bool>,
    /// Offers on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for ListQuery {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
        if let Some(q) = &self.q {
            violations.typed("?q", q, 0, 100);
        }
        if let Some(partner) = &self.partner {
            violations.typed("?partner", partner, 1, 64);
        }
    }
}

/// Tells this list's cursors from others.
pub const LIST: &str = "offers";
/// Words of a search.
const WORDS: usize = 8;

/// The filters, in the order of their bits in `fails`.
pub const DIMENSIONS: usize = 6;

impl ListQuery {
    /// The page size.
    pub fn limit(&self) -> usize {
        usize::from(self.limit.unwrap_or(LIMIT_DEFAULT))
    }

    /// The order.
    pub fn sort(&self) -> Sort {
        self.sort.unwrap_or_default()
    }

    /// The words of `q`, folded, if anything is searched for; more than eight narrow nothing further.
    pub fn words(&self) -> Option<Vec<String>> {
        let mut words = shared::fold::search(self.q.as_deref()?)?;
        words.truncate(WORDS);
        Some(words)
    }

    /// One bit for each filter that the entry does not meet: kind, audience, area, region, partner, available.
    pub fn fails(&self, entry: &Entry, count: Count) -> u8 {
        fn bit<T: PartialEq>(all: &[T], one: Option<T>, of: u16) -> bool {
            one.is_some_and(|one| all.iter().position(|a| *a == one).is_none_or(|at| of & (1 << at) == 0))
        }
        let fails: [bool; DIMENSIONS] = [
            bit(Kind::ALL, self.kind, entry.kinds),
            bit(Audience::ALL, self.audience, entry.audiences),
            bit(Area::ALL, self.area, entry.areas),
            bit(Region::ALL, self.region, entry.regions),
            self.partner.as_ref().is_some_and(|p| *p != entry.partner.slug),
            self.available == Some(true) && !entry.is_available(count),
        ];
        fails.iter().enumerate().fold(0, |bits, (at, fails)| bits | (u8::from(*fails) << at))
    }

    /// Whether its answer says anything of an entry: that it is there, or how many there would be with another filter.
    /// The words are not looked at, so of some entries it says so in vain.
    pub fn is_about(&self, entry: &Entry, count: Count) -> bool {
        let most = u32::from(self.facets.unwrap_or_default());
        self.fails(entry, count).count_ones() <= most
    }

    /// The position after which this page begins.
    pub fn after(&self) -> Result<Option<Position>> {
        let position = cursor::decode::<Position>(LIST, self.cursor.as_deref())?;
        let fits = position.as_ref().is_none_or(|position| position.0 == self.sort().as_str());
        if fits { Ok(position) } else { Err(Error::new(Code::InvalidCursor)) }
    }
}

/// The place of the last offer of a page: order, sort key, id.
#[derive(Debug, serde::Serialize, Deserialize)]
pub struct Position(String, i64, i64, String, OfferId);

impl Position {
    /// Of an entry.
    pub fn of(entry: &Entry, sort: Sort) -> Self {
        let (first, second, title, id) = entry.sort_key(sort);
        Self(sort.as_str().to_owned(), first, second, title.to_owned(), id)
    }

    /// To be compared with entries.
    pub fn key(&self) -> SortKey<'_> {
        (self.1, self.2, &self.3, self.4)
    }
}
