//! Answers that were made of a snapshot, ready to be sent again.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

use actix_web::http::header::HeaderValue;
use bytes::Bytes;
use parking_lot::RwLock;
use shared::OfferId;

use super::{entry::Entry, query::ListQuery};
use crate::{http::etag, offers::document::Count};

/// Answers of each sort that are kept, before they are all dropped, and the longest address that one is kept for.
const KEPT: usize = 2000;
const KEPT_ADDRESS: usize = 200;
/// Changed offers for which it is looked whether a page is about one of them; after more, no page is kept.
const COMPARED: usize = 100;

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub struct Ready {
    pub tag: HeaderValue,
    pub body: Bytes,
    /// The next page, for `Link`.
    pub next: Option<HeaderValue>,
}

impl Ready {
    pub fn new(body: Bytes, next: Option<HeaderValue>) -> Self {
        Self { tag: etag::of_body(&body), body, next }
    }
}

/// What became of offers since a snapshot was made.
pub struct Difference<'a> {
    /// All of them, listed or not.
    pub offers: &'a BTreeSet<OfferId>,
    /// The listed ones as they were and as they are.
    pub entries: Vec<(&'a Entry, Count)>,
}

/// The answers that are kept.
#[derive(Debug, Default)]
pub struct Answers {
    /// Pages of the list, by their query strings.
    pages: RwLock<HashMap<String, (ListQuery, Ready)>>,
    details: RwLock<HashMap<OfferId, Ready>>,
}

impl Answers {
    /// Those that are right after a change, too.
    pub fn after(&self, difference: &Difference<'_>) -> Self {
        let details =
            self.details.read().iter().filter(|(id, _)| !difference.offers.contains(id)).map(cloned).collect();
        let mut pages = HashMap::new();
        if difference.entries.len() <= COMPARED {
            let stays =
                |query: &ListQuery| difference.entries.iter().all(|(entry, count)| !query.is_about(entry, *count));
            pages.extend(self.pages.read().iter().filter(|(_, (query, _))| stays(query)).map(cloned));
        }
        Self { pages: RwLock::new(pages), details: RwLock::new(details) }
    }

    pub fn page(&self, address: &str) -> Option<Ready> {
        self.pages.read().get(address).map(|(_, ready)| ready.clone())
    }

    /// Keeps a page.
    pub fn add_page(&self, address: &str, query: ListQuery, ready: Ready) {
        if address.len() <= KEPT_ADDRESS {
            add(&mut self.pages.write(), address.to_owned(), (query, ready));
        }
    }

    pub fn detail(&self, id: OfferId) -> Option<Ready> {
        self.details.read().get(&id).cloned()
    }

    /// Keeps an offer in full.
    pub fn add_detail(&self, id: OfferId, ready: Ready) {
        add(&mut self.details.write(), id, ready);
    }
}

/// Keeps an answer. What is asked for again and again is soon there again after all were dropped; what was asked for once
/// is not.
fn add<K: Eq + Hash, V>(kept: &mut HashMap<K, V>, key: K, answer: V) {
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(key, answer);
}

fn cloned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}
