//! Telling a partner that an offer runs out: half, nine tenths or all of its quota is claimed; half, a tenth or none of
//! its codes is left. Once for each time that a line is crossed.
//!
//! The transaction that crosses a line only writes down that it did, since others wait for its locks. A job makes the
//! mails and events of it afterwards, in one transaction with the end of the record: exactly once.

mod store;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{OfferId, offer::OfferDraft, partner::MemberRole, pool::StockLevel, webhook::EventKind};

use super::{decide::Decided, store as claims_store};
use crate::{
    accounts::Accounts,
    error::Result,
    offers::letters::{About, Letter},
    partners,
    store::{Store, Transaction, bad_rows::BadRows, clock::to_ms},
    webhooks::{self, Event},
};

/// Alerts that are worked out in one transaction.
const BATCH: u64 = 50;

/// Something that a partner wants to know of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// So many hundredths of the quota are claimed.
    Quota { percent: u32, claimed: u32, quota: u32 },
    /// So few codes are left.
    Codes { level: StockLevel, left: u32, total: u32 },
}

/// The lines that a batch crossed.
pub fn crossed(decided: &Decided) -> Vec<(OfferId, Alert)> {
    let quotas = decided.quotas.changes().filter_map(|(key, before, now)| {
        let quota = now.quota.filter(|_| now.warned > before.warned)?;
        Some((key.offer, Alert::Quota { percent: now.warned, claimed: now.claimed, quota }))
    });
    let pools = decided.pools.changes().filter_map(|(id, before, now)| {
        let level = StockLevel::crossed(before.left(), now.left(), now.filled)?;
        Some((id, Alert::Codes { level, left: now.left(), total: now.last }))
    });
    let mut all: Vec<_> = quotas.chain(pools).collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    all
}

impl Alert {
    const fn kind(self) -> EventKind {
        match self {
            Self::Quota { .. } => EventKind::QuotaWarning,
            Self::Codes { .. } => EventKind::CodesLow,
        }
    }

    fn data(self, offer: OfferId, draft: &OfferDraft) -> Value {
        let mut data = match self {
            Self::Quota { percent, claimed, quota } => json!({"percent": percent, "claimed": claimed, "quota": quota}),
            Self::Codes { level, left, total } => json!({"level": level, "left": left, "total": total}),
        };
        data["offer_id"] = json!(offer);
        data["external_id"] = json!(draft.external_id);
        data["title"] = json!(draft.title);
        data
    }

    fn letter(self, offer: OfferId, slug: &str, draft: &OfferDraft) -> Letter {
        let about = match self {
            Self::Quota { claimed, quota, .. } => About::Quota { claimed, quota },
            Self::Codes { left, total, .. } => About::Codes { left, total },
        };
        Letter { slug: slug.to_owned(), offer, title: draft.title.clone(), about }
    }
}

/// Writes down that lines were crossed, in the transaction that crosses them. One statement, none where there are none.
pub async fn record(tx: &impl ConnectionTrait, alerts: &[(OfferId, Alert)], now: DateTime<Utc>) -> Result<(), DbErr> {
    if alerts.is_empty() { Ok(()) } else { store::insert(tx, alerts, to_ms(now)).await }
}

/// Makes mails and events of the alerts that wait.
pub async fn work_out(db: &Store, accounts: &Accounts, bad: &BadRows, now: DateTime<Utc>) -> Result<()> {
    loop {
        let waiting = store::waiting(db.fresh(), &bad.resting(), BATCH).await?;
        let mut pieces = bad.pieces("alert", &waiting, |id| *id);
        while let Some(piece) = pieces.next_piece() {
            if let Err(error) = db.transaction(async |tx| Ok(publish(tx, accounts, piece, now).await?)).await {
                pieces.failed(piece, error)?;
            }
        }
        if (waiting.len() as u64) < BATCH {
            return Ok(());
        }
    }
}

/// Ends alerts and tells of them: events, and mails to those who look after the partner's offers. An alert that another
/// process has ended meanwhile is told by that one; of an offer that is gone nothing is told.
async fn publish(tx: &Transaction, accounts: &Accounts, ids: &[uuid::Uuid], now: DateTime<Utc>) -> Result<(), DbErr> {
    let mut events = Vec::new();
    for row in store::end(tx, ids).await? {
        let alert: Alert = serde_json::from_value(row.alert).map_err(|error| DbErr::Json(error.to_string()))?;
        let offer = OfferId(row.offer_id);
        let Some(owner) = claims_store::offers(tx, &[offer]).await?.pop() else { continue };
        let Some((_, (_, draft))) = claims_store::drafts(tx, &[offer]).await?.pop() else { continue };
        let letter = |slug: &str| alert.letter(offer, slug, &draft);
        partners::notify(tx, accounts, owner.partner, MemberRole::Editor, letter, now).await?;
        let data = alert.data(offer, &draft);
        events.push(Event { kind: alert.kind(), partner: owner.partner, subject: offer.0, data });
    }
    webhooks::emit(tx, &events, now).await?;
    Ok(())
}
