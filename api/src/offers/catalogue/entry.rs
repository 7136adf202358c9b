//! One offer in memory: its card as ready-made JSON, and what filters and orders ask of it.

use shared::{
    OfferId,
    offer::{Kind, OfferCard, OfferState, PartnerRef, Period, Region, Sort},
};

use crate::{
    error::{Error, Result},
    offers::document::{card, draft_of},
    store::entities::offers,
};

/// An offer that is listed.
#[derive(Debug)]
pub struct Entry {
    pub id: OfferId,
    pub partner: PartnerRef,
    pub state: OfferState,
    pub period: Period,
    pub quota: Option<u32>,
    /// One bit for each of `Kind::ALL`, further kinds too.
    pub kinds: u16,
    /// One bit for each of `Audience::ALL`.
    pub audiences: u16,
    /// One bit for each of `Area::ALL`.
    pub areas: u16,
    /// One bit for each of `Region::ALL`; all where the offer is given everywhere.
    pub regions: u16,
    /// The folded words of title, summary and partner.
    text: Box<str>,
    /// The folded title, by which titles are sorted.
    title: Box<str>,
    published_at: i64,
    ends_at: i64,
    /// The card up to its counts, which change by the second.
    head: Box<[u8]>,
}

/// Where an entry stands in an order: compared number by number, then by title, then by id.
pub type SortKey<'a> = (i64, i64, &'a str, OfferId);

fn bits<T: PartialEq>(all: &[T], of: impl IntoIterator<Item = T>) -> u16 {
    of.into_iter().filter_map(|one| all.iter().position(|a| *a == one)).fold(0, |bits, at| bits | 1 << at)
}

/// The folded words of a card, each once.
fn text(card: &OfferCard) -> String {
    let local = [Some(&card.title), card.summary.as_ref()].into_iter().flatten();
    let texts = local.flat_map(|text| text.entries().map(|(_, text)| text)).chain([card.partner.name.as_str()]);
    let words: std::collections::BTreeSet<String> = texts.flat_map(shared::fold::words).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

impl Entry {
    /// From a row.
    pub fn new(offer: &offers::Model, partner: PartnerRef) -> Result<Self> {
        let card = card(offer, draft_of(offer)?, partner, 0)?;
        let json = serde_json::to_string(&card).map_err(Error::internal)?;
        let head = json.rfind(",\"claimed\":").map(|at| &json[..at]).ok_or_else(|| Error::internal("no counts"))?;
        Ok(Self {
            id: card.id,
            state: card.state,
            period: card.period,
            quota: card.quota,
            kinds: bits(Kind::ALL, std::iter::once(card.kind).chain(card.further_kinds.iter().copied())),
            audiences: bits(shared::offer::Audience::ALL, card.audience.iter().copied()),
            areas: bits(shared::offer::Area::ALL, [card.area]),
            regions: if card.regions.is_empty() { u16::MAX } else { bits(Region::ALL, card.regions.iter().copied()) },
            text: text(&card).into(),
            title: shared::fold::fold(&card.title.az).into(),
            published_at: offer.published_at.unwrap_or(offer.created_at),
            ends_at: offer.ends_at.unwrap_or(i64::MAX),
            head: head.as_bytes().into(),
            partner: card.partner,
        })
    }

    /// The words by which it is found: title, summary, partner, in all languages.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ')
    }

    /// Units left of the quota.
    pub fn left(&self, claimed: u32) -> Option<u32> {
        self.quota.map(|quota| quota.saturating_sub(claimed))
    }

    /// Whether it can be claimed now.
    pub fn is_available(&self, claimed: u32) -> bool {
        self.state == OfferState::Published && self.left(claimed) != Some(0)
    }

    /// Its place in an order.
    pub fn sort_key(&self, sort: Sort) -> SortKey<'_> {
        match sort {
            Sort::Relevance => (i64::from(self.state != OfferState::Published), -self.published_at, "", self.id),
            Sort::Newest => (-self.published_at, 0, "", self.id),
            Sort::Oldest => (self.published_at, 0, "", self.id),
            Sort::EndsSoon => (self.ends_at, 0, "", self.id),
            Sort::Title => (0, 0, &self.title, self.id),
        }
    }

    /// Writes the card with its counts.
    pub fn write(&self, claimed: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        let left = self.left(claimed).map_or_else(|| "null".to_owned(), |left| left.to_string());
        out.extend_from_slice(format!(",\"claimed\":{claimed},\"left\":{left}}}").as_bytes());
    }
}
