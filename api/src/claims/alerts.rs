//! Telling a partner that an offer runs out: half, nine tenths or all of its quota is claimed; half, a tenth or none of
//! its codes is left. Once for each time that a line is crossed, in the transaction that crosses it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde_json::{Value, json};
use shared::{OfferId, offer::OfferDraft, partner::MemberRole, pool::StockLevel, webhook::EventKind};

use super::{
    decide::{Decided, Known},
    store,
};
use crate::{
    accounts::Accounts,
    offers::letters::{About, Letter},
    partners,
    store::Transaction,
    webhooks::{self, Event},
};

/// Something that a partner wants to know of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Writes the events, and mails to those who look after the partner's offers. Lines are crossed seldom, so what is needed of
/// the offers is read only then.
pub async fn tell(
    tx: &Transaction,
    accounts: &Accounts,
    known: &Known,
    alerts: &[(OfferId, Alert)],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if alerts.is_empty() {
        return Ok(());
    }
    let ids: Vec<OfferId> = alerts.iter().map(|(id, _)| *id).collect();
    let drafts: HashMap<OfferId, (i32, OfferDraft)> = store::drafts(tx, &ids).await?.into_iter().collect();
    let mut events = Vec::new();
    for (id, alert) in alerts {
        let (Some((_, draft)), Some(facts)) = (drafts.get(id), known.offers.get(id)) else { continue };
        let data = alert.data(*id, draft);
        let letter = |slug: &str| alert.letter(*id, slug, draft);
        partners::notify(tx, accounts, facts.partner, MemberRole::Editor, letter, now).await?;
        events.push(Event { kind: alert.kind(), partner: facts.partner, subject: id.0, data });
    }
    webhooks::emit(tx, &events, now).await?;
    Ok(())
}
