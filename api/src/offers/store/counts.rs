//! How much of offers is taken: units claimed, and codes handed out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{
    OfferId,
    offer::{Fulfilment, OfferDraft},
    pool::CodeStock,
};
use uuid::Uuid;

use crate::{
    offers::document::Count,
    quotas::{self, QuotaKey},
    store::{Sql, either, entities::offers, json, statement},
};

/// How much of an offer with this text is taken in the period that runs now.
pub async fn count(
    db: &impl ConnectionTrait,
    offer: &offers::Model,
    draft: &OfferDraft,
    now: DateTime<Utc>,
) -> Result<Count, DbErr> {
    let claimed = quotas::claimed_of(db, QuotaKey::at(OfferId(offer.id), draft.period, now)).await?;
    let codes = if draft.fulfilment == Fulfilment::CodePool {
        let stocks = stocks(db, [offer.id]).await?;
        Some(stocks.get(&offer.id).map_or(0, |stock| stock.left))
    } else {
        None
    };
    Ok(Count { claimed, codes })
}

/// The pools of codes of some offers.
pub async fn stocks(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, CodeStock>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT p.* FROM json_each($1) AS j CROSS JOIN code_pools p ON p.offer_id = unhex(j.value)",
        postgres: "SELECT p.* FROM json_array_elements_text($1::json) AS j
                   JOIN code_pools p ON p.offer_id = j.value::uuid",
    };
    db.query_all_raw(either(db, sql, [json::ids(ids)])).await?.iter().map(stock).collect()
}

/// The pools of codes of all offers.
pub async fn all_stocks(db: &impl ConnectionTrait) -> Result<Vec<(Uuid, CodeStock)>, DbErr> {
    db.query_all_raw(statement(db, "SELECT * FROM code_pools", [])).await?.iter().map(stock).collect()
}

fn stock(row: &QueryResult) -> Result<(Uuid, CodeStock), DbErr> {
    let count = |name| row.try_get::<i32>("", name).map(|n| u32::try_from(n).unwrap_or_default());
    let (next, last) = (count("next_place")?, count("last_place")?);
    Ok((row.try_get("", "offer_id")?, CodeStock::new(last, (last + 1).saturating_sub(next), count("filled")?)))
}
