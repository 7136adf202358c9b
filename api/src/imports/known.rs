//! What is known of the names in a batch, before it is decided about.

use std::collections::{HashMap, HashSet};

use shared::{PartnerId, offer::OfferDraft};
use uuid::Uuid;

use super::{
    batch::{Batch, Content},
    store::{self, Met},
};
use crate::{
    offers::bulk::{self, Standing},
    store::{Store, entities::imports},
};

/// What is known of the names in a batch.
#[derive(Debug, Default)]
pub struct Known {
    /// Names whose offers are as their rows say already.
    pub same: HashSet<String>,
    /// The other offers that are there.
    pub offers: HashMap<String, Standing>,
    /// Names that this upload met before.
    pub met: HashMap<String, Met>,
    /// Names that the upload has met of which this is the rest.
    pub done: HashMap<String, Met>,
}

impl Known {
    /// Reads it. `skips` is the upload whose rows that were right are passed over.
    pub async fn read(
        db: &Store,
        import: &imports::Model,
        skips: Option<Uuid>,
        batch: &Batch,
    ) -> Result<Self, sea_orm::DbErr> {
        let names: Vec<&str> = batch.rows.iter().filter_map(|row| row.external_id.as_deref()).collect();
        if names.is_empty() {
            return Ok(Self::default());
        }
        let (db, partner) = (db.fresh(), PartnerId(import.partner_id));
        let done = match skips {
            Some(first) => store::met(db, first, &names).await?,
            None => HashMap::new(),
        };
        let there = bulk::there(db, partner, &names).await?;
        let drafts: Vec<_> = drafts(batch).filter(|(name, _)| there.contains(*name)).collect();
        let same =
            if drafts.is_empty() { HashSet::new() } else { bulk::same(db, partner, &drafts, import.submit).await? };
        let others: Vec<&str> = there.iter().filter(|name| !same.contains(*name)).map(String::as_str).collect();
        let offers = bulk::find(db, partner, &others).await?;
        Ok(Self { same, offers, met: store::met(db, import.id, &names).await?, done })
    }
}

/// The rows that say all of an offer, each name once.
fn drafts(batch: &Batch) -> impl Iterator<Item = (&str, &OfferDraft)> {
    let mut seen = HashSet::new();
    batch.rows.iter().filter_map(move |row| match (&row.external_id, &row.content) {
        (Some(name), Content::Draft(draft)) if seen.insert(name) => Some((name.as_str(), draft.as_ref())),
        _ => None,
    })
}
