//! One offer in memory: its card as ready-made JSON, and what filters and orders ask of it.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use serde::Deserialize;
use shared::{
    LocalText, OfferId,
    offer::{Area, Audience, Fulfilment, Kind, OfferDraft, OfferState, PartnerRef, Period, Region, Sort},
};

use crate::{
    error::{Error, Result},
    offers::{
        document::{Beside, Count, card},
        store::Listed,
    },
    store::json,
};

/// An offer that is listed.
#[derive(Debug)]
pub struct Entry {
    pub id: OfferId,
    /// Shared by all of its offers.
    pub partner: Arc<PartnerRef>,
    pub state: OfferState,
    pub period: Period,
    pub quota: Option<u32>,
    /// Whether claims get codes of the partner's own.
    pub has_pool: bool,
    /// One bit for each of `Kind::ALL`, further kinds too.
    pub kinds: u16,
    /// One bit for each of `Audience::ALL`.
    pub audiences: u16,
    /// One bit for each of `Area::ALL`.
    pub areas: u16,
    /// One bit for each of `Region::ALL`; all where the offer is given everywhere.
    pub regions: u16,
    published_at: i64,
    ends_at: i64,
    /// The card up to its counts, which change by the second.
    head: Bytes,
    /// The title by which it is sorted, folded. Made when it is first asked for, so that a start does not wait for it.
    title: OnceLock<Box<str>>,
}

/// The texts of a card. They are read back out of it, since keeping them beside it would double the memory.
#[derive(Default, Deserialize)]
struct Texts {
    title: LocalText,
    summary: Option<LocalText>,
}

/// Where an entry stands in an order: compared number by number, then by title, then by id.
pub type SortKey<'a> = (i64, i64, &'a str, OfferId);

fn bits<T: PartialEq>(all: &[T], of: impl IntoIterator<Item = T>) -> u16 {
    of.into_iter().filter_map(|one| all.iter().position(|a| *a == one)).fold(0, |bits, at| bits | 1 << at)
}

impl Entry {
    /// From a row.
    pub fn new(offer: &Listed, partner: Arc<PartnerRef>) -> Result<Self> {
        let draft: OfferDraft = json::read_text(&offer.draft).map_err(Error::internal)?;
        let beside = Beside {
            id: offer.id,
            partner: partner.as_ref().clone(),
            state: offer.state,
            starts_at: offer.starts_at,
            ends_at: offer.ends_at,
            published_at: Some(offer.published_at),
            count: Count::default(),
        };
        let has_pool = draft.fulfilment == Fulfilment::CodePool;
        let card = card(draft, beside);
        let mut json = serde_json::to_string(&card).map_err(Error::internal)?;
        json.truncate(json.rfind(",\"claimed\":").ok_or_else(|| Error::internal("a card without counts"))?);
        Ok(Self {
            id: card.id,
            state: card.state,
            period: card.period,
            quota: card.quota,
            has_pool,
            kinds: bits(Kind::ALL, std::iter::once(card.kind).chain(card.further_kinds.iter().copied())),
            audiences: bits(Audience::ALL, card.audience.iter().copied()),
            areas: bits(Area::ALL, [card.area]),
            regions: if card.regions.is_empty() { u16::MAX } else { bits(Region::ALL, card.regions.iter().copied()) },
            published_at: offer.published_at,
            ends_at: offer.ends_at.unwrap_or(i64::MAX),
            head: json.into(),
            title: OnceLock::new(),
            partner,
        })
    }

    /// Puts the cards of many entries into one piece of memory, so that what was between them can be given back.
    pub fn compact(entries: &mut [Self]) {
        let all: Bytes = entries.iter().flat_map(|entry| entry.head.iter().copied()).collect::<Vec<u8>>().into();
        let mut from = 0;
        for entry in entries {
            let to = from + entry.head.len();
            entry.head = all.slice(from..to);
            from = to;
        }
    }

    fn texts(&self) -> Texts {
        serde_json::from_slice(&[&self.head[..], b"}"].concat()).unwrap_or_default()
    }

    fn title(&self) -> &str {
        self.title.get_or_init(|| shared::fold::fold(&self.texts().title.az).into())
    }

    /// The words by which it is found: title, summary, partner, in all languages, each once.
    pub fn words(&self) -> BTreeSet<String> {
        let texts = self.texts();
        // The title is made on the way, so that the card is not read for it again.
        self.title.get_or_init(|| shared::fold::fold(&texts.title.az).into());
        let local = [Some(&texts.title), texts.summary.as_ref()].into_iter().flatten();
        let all = local.flat_map(|text| text.entries().map(|(_, text)| text)).chain([self.partner.name.as_str()]);
        all.flat_map(shared::fold::words).collect()
    }

    /// Units left.
    pub fn left(&self, count: Count) -> Option<u32> {
        count.left(self.quota)
    }

    /// Whether it can be claimed now.
    pub fn is_available(&self, count: Count) -> bool {
        self.state == OfferState::Published && self.left(count) != Some(0)
    }

    /// Its place in an order.
    pub fn sort_key(&self, sort: Sort) -> SortKey<'_> {
        match sort {
            Sort::Relevance => (i64::from(self.state != OfferState::Published), -self.published_at, "", self.id),
            Sort::Newest => (-self.published_at, 0, "", self.id),
            Sort::Oldest => (self.published_at, 0, "", self.id),
            Sort::EndsSoon => (self.ends_at, 0, "", self.id),
            Sort::Title => (0, 0, self.title(), self.id),
        }
    }

    /// Writes the card with its counts.
    pub fn write(&self, count: Count, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        let claimed = count.claimed;
        let left = self.left(count).map_or_else(|| "null".to_owned(), |left| left.to_string());
        out.extend_from_slice(format!(",\"claimed\":{claimed},\"left\":{left}}}").as_bytes());
    }
}
