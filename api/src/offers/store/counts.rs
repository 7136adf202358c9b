//! How much of offers is taken: units claimed, and codes handed out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{
    OfferId,
    offer::{Fulfilment, OfferDraft, Period},
    pool::CodeStock,
};
use uuid::Uuid;

use crate::{
    offers::document::{Count, period_number},
    store::{Sql, either, entities::offers, json, statement},
};

/// How much of an offer with this text is taken in the period that runs now.
pub async fn count(
    db: &impl ConnectionTrait,
    offer: &offers::Model,
    draft: &OfferDraft,
    now: DateTime<Utc>,
) -> Result<Count, DbErr> {
    let (claimed, _) = counts(db, OfferId(offer.id), period_number(draft.period, now)).await?;
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

/// Units claimed of some offers in the periods that run now.
pub async fn claimed(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    month: i32,
) -> Result<HashMap<Uuid, u32>, DbErr> {
    // An offer is claimed in one sort of period alone, so there is one row at most.
    let sql = Sql {
        sqlite: "SELECT q.offer_id, q.claimed FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value) AND q.period IN (0, $2)",
        postgres: "SELECT q.offer_id, q.claimed FROM json_array_elements_text($1::json) AS j
                   JOIN quotas q ON q.offer_id = j.value::uuid AND q.period IN (0, $2)",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids), month.into()])).await?;
    rows.iter()
        .map(|row| {
            let claimed = u32::try_from(row.try_get::<i32>("", "claimed")?).unwrap_or_default();
            Ok((row.try_get("", "offer_id")?, claimed))
        })
        .collect()
}

/// Units claimed in a period, and claims ever made in it.
pub async fn counts(db: &impl ConnectionTrait, id: OfferId, period: i32) -> Result<(u32, u32), DbErr> {
    let sql = "SELECT claimed, issued FROM quotas WHERE offer_id = $1 AND period = $2";
    let row = db.query_one_raw(statement(db, sql, [id.0.into(), period.into()])).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    let count = |name| row.try_get::<i32>("", name).map(|n| u32::try_from(n).unwrap_or_default());
    Ok((count("claimed")?, count("issued")?))
}

/// Which line of a new quota counts as told: the highest that is reached already.
pub fn warned(quota: &str) -> String {
    format!(
        "CASE WHEN {quota} IS NULL THEN 0 WHEN claimed >= {quota} THEN 100 WHEN claimed * 10.0 >= {quota} * 9.0 THEN 90
         WHEN claimed * 2.0 >= {quota} THEN 50 ELSE 0 END"
    )
}

/// Sets the quota of a period that has begun, and which of its lines count as crossed already; answers how many are claimed where that is more.
pub async fn set_quota(
    db: &impl ConnectionTrait,
    id: OfferId,
    period: i32,
    quota: Option<u32>,
) -> Result<Option<u32>, DbErr> {
    let quota = quota.map(|q| i32::try_from(q).unwrap_or(i32::MAX));
    let warned = warned("$1");
    let sql = format!(
        "UPDATE quotas SET quota = $1, warned = {warned}
         WHERE offer_id = $2 AND period = $3 AND (CAST($1 AS INTEGER) IS NULL OR claimed <= $1)"
    );
    let done = db.execute_raw(statement(db, &sql, [quota.into(), id.0.into(), period.into()])).await?;
    if done.rows_affected() == 1 {
        return Ok(None);
    }
    let (claimed, _) = counts(db, id, period).await?;
    Ok(quota.and_then(|q| u32::try_from(q).ok()).filter(|q| claimed > *q).map(|_| claimed))
}

/// Whether the offer has been claimed in any period.
pub async fn is_claimed(db: &impl ConnectionTrait, id: OfferId) -> Result<bool, DbErr> {
    let sql = "SELECT 1 AS one FROM quotas WHERE offer_id = $1 AND issued > 0 LIMIT 1";
    Ok(db.query_one_raw(statement(db, sql, [id.0.into()])).await?.is_some())
}

/// Units claimed in the periods that run now, of every offer that has any.
pub async fn current_counts(db: &impl ConnectionTrait, month: i32) -> Result<Vec<(Uuid, Period, i32)>, DbErr> {
    let sql = "SELECT offer_id, period, claimed FROM quotas WHERE period IN (0, $1)";
    let rows = db.query_all_raw(statement(db, sql, [month.into()])).await?;
    rows.into_iter()
        .map(|row| {
            let period = if row.try_get::<i32>("", "period")? == 0 { Period::Once } else { Period::Monthly };
            Ok((row.try_get("", "offer_id")?, period, row.try_get("", "claimed")?))
        })
        .collect()
}
