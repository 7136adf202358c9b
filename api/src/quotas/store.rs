//! The queries of quotas. Those of many rows take them as one JSON parameter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use shared::{OfferId, offer::Period};
use uuid::Uuid;

use super::{QuotaKey, QuotaState};
use crate::store::{
    Sql, either,
    json::{self, hex_id},
    statement,
};

fn parameter(keys: &[QuotaKey]) -> sea_orm::Value {
    json::rows(&keys.iter().map(|key| (hex_id(key.offer.0), key.period)).collect::<Vec<_>>())
}

/// A count of the database, which is never negative.
fn count(row: &QueryResult, name: &str) -> Result<u32, DbErr> {
    let value: i32 = row.try_get("", name)?;
    u32::try_from(value).map_err(|_| DbErr::Type(format!("{name} {value}")))
}

fn key(row: &QueryResult) -> Result<QuotaKey, DbErr> {
    Ok(QuotaKey { offer: OfferId(row.try_get("", "offer_id")?), period: row.try_get("", "period")? })
}

fn state(row: &QueryResult) -> Result<QuotaState, DbErr> {
    let quota: Option<i32> = row.try_get("", "quota")?;
    let quota =
        quota.map(|quota| u32::try_from(quota).map_err(|_| DbErr::Type(format!("quota {quota}")))).transpose()?;
    Ok(QuotaState {
        quota,
        claimed: count(row, "claimed")?,
        issued: count(row, "issued")?,
        warned: count(row, "warned")?,
    })
}

/// Locks rows in the order of `keys`, which is that of their ids, until the transaction ends: so of several processes one
/// decides at a time and none waits in a circle. (SQLite's one writer holds its lock already.)
pub async fn lock_quotas(
    tx: &impl ConnectionTrait,
    keys: &[QuotaKey],
) -> Result<BTreeMap<QuotaKey, QuotaState>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT q.offer_id, q.period, q.quota, q.claimed, q.issued, q.warned FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value ->> 0) AND q.period = j.value ->> 1",
        postgres: "SELECT q.* FROM jsonb_array_elements($1::jsonb) AS j CROSS JOIN LATERAL (
                       SELECT q.offer_id, q.period, q.quota, q.claimed, q.issued, q.warned FROM quotas q
                       WHERE q.offer_id = (j.value ->> 0)::uuid AND q.period = (j.value ->> 1)::int FOR UPDATE) AS q",
    };
    let rows = tx.query_all_raw(either(tx, sql, [parameter(keys)])).await?;
    rows.iter().map(|row| Ok((key(row)?, state(row)?))).collect()
}

/// Returns all quotas of some offers.
pub async fn all_of(db: &impl ConnectionTrait, offers: &[OfferId]) -> Result<Vec<(QuotaKey, QuotaState)>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT q.offer_id, q.period, q.quota, q.claimed, q.issued, q.warned FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value)",
        postgres: "SELECT q.offer_id, q.period, q.quota, q.claimed, q.issued, q.warned FROM quotas q
                   WHERE q.offer_id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(offers.iter().map(|offer| offer.0))])).await?;
    rows.iter().map(|row| Ok((key(row)?, state(row)?))).collect()
}

/// Makes rows, in the order of `keys`, except those that are there; returns those that were made. A row that another
/// transaction is making is waited for.
pub async fn open_quotas(tx: &impl ConnectionTrait, keys: &[QuotaKey]) -> Result<BTreeSet<QuotaKey>, DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO quotas (offer_id, period) SELECT unhex(j.value ->> 0), j.value ->> 1
                 FROM json_each($1) AS j WHERE TRUE ON CONFLICT DO NOTHING RETURNING offer_id, period",
        postgres: "INSERT INTO quotas (offer_id, period)
                   SELECT (j.value ->> 0)::uuid, (j.value ->> 1)::int
                   FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS j (value, place) ORDER BY j.place
                   ON CONFLICT DO NOTHING RETURNING offer_id, period",
    };
    let rows = tx.query_all_raw(either(tx, sql, [parameter(keys)])).await?;
    rows.iter().map(key).collect()
}

/// Writes rows that are locked.
pub async fn set_quotas(tx: &impl ConnectionTrait, rows: &[(QuotaKey, QuotaState)]) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = Sql {
        sqlite: "UPDATE quotas SET quota = j.value ->> 2, claimed = j.value ->> 3, issued = j.value ->> 4,
                                   warned = j.value ->> 5 FROM json_each($1) AS j
                 WHERE quotas.offer_id = unhex(j.value ->> 0) AND quotas.period = j.value ->> 1",
        postgres: "UPDATE quotas SET quota = (j.value ->> 2)::int, claimed = (j.value ->> 3)::int,
                                     issued = (j.value ->> 4)::int, warned = (j.value ->> 5)::int
                   FROM jsonb_array_elements($1::jsonb) AS j
                   WHERE quotas.offer_id = (j.value ->> 0)::uuid AND quotas.period = (j.value ->> 1)::int",
    };
    let values: Vec<_> = rows
        .iter()
        .map(|(key, state)| (hex_id(key.offer.0), key.period, state.quota, state.claimed, state.issued, state.warned))
        .collect();
    let written = tx.execute_raw(either(tx, sql, [json::rows(&values)])).await?.rows_affected();
    if written == rows.len() as u64 {
        return Ok(());
    }
    Err(DbErr::Custom(format!("{written} of {} quotas were written", rows.len())))
}

/// Removes rows that are locked.
pub async fn delete(tx: &impl ConnectionTrait, keys: &[QuotaKey]) -> Result<(), DbErr> {
    if keys.is_empty() {
        return Ok(());
    }
    let sql = Sql {
        sqlite: "DELETE FROM quotas WHERE (offer_id, period) IN
                     (SELECT unhex(j.value ->> 0), j.value ->> 1 FROM json_each($1) AS j)",
        postgres: "DELETE FROM quotas USING jsonb_array_elements($1::jsonb) AS j
                   WHERE offer_id = (j.value ->> 0)::uuid AND period = (j.value ->> 1)::int",
    };
    tx.execute_raw(either(tx, sql, [parameter(keys)])).await?;
    Ok(())
}

/// Returns the units that are claimed of an offer in a period.
pub async fn claimed_of(db: &impl ConnectionTrait, key: QuotaKey) -> Result<u32, DbErr> {
    let sql = "SELECT claimed FROM quotas WHERE offer_id = $1 AND period = $2";
    let row = db.query_one_raw(statement(db, sql, [key.offer.0.into(), key.period.into()])).await?;
    row.map_or(Ok(0), |row| count(&row, "claimed"))
}

/// Returns the units claimed of some offers in the periods that run now. An offer is claimed in one sort of period alone,
/// so it has one such row at the most.
pub async fn claimed_now(
    db: &impl ConnectionTrait,
    offers: impl IntoIterator<Item = Uuid>,
    month: i32,
) -> Result<HashMap<Uuid, u32>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT q.offer_id, q.claimed FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value) AND q.period IN (0, $2)",
        postgres: "SELECT q.offer_id, q.claimed FROM json_array_elements_text($1::json) AS j
                   JOIN quotas q ON q.offer_id = j.value::uuid AND q.period IN (0, $2)",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(offers), month.into()])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "offer_id")?, count(row, "claimed")?))).collect()
}

/// Returns those of some offers that have been claimed in any period.
pub async fn is_claimed(db: &impl ConnectionTrait, offers: &[OfferId]) -> Result<Vec<OfferId>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT DISTINCT q.offer_id FROM json_each($1) AS j
                 CROSS JOIN quotas q ON q.offer_id = unhex(j.value) AND q.issued > 0",
        postgres: "SELECT DISTINCT q.offer_id FROM json_array_elements_text($1::json) AS j
                   JOIN quotas q ON q.offer_id = j.value::uuid AND q.issued > 0",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(offers.iter().map(|offer| offer.0))])).await?;
    rows.iter().map(|row| Ok(OfferId(row.try_get("", "offer_id")?))).collect()
}

/// Returns the units claimed in the periods that run now, of every offer that has any.
pub async fn current(db: &impl ConnectionTrait, month: i32) -> Result<Vec<(Uuid, Period, u32)>, DbErr> {
    let sql = "SELECT offer_id, period, claimed FROM quotas WHERE period IN (0, $1)";
    let rows = db.query_all_raw(statement(db, sql, [month.into()])).await?;
    rows.iter()
        .map(|row| {
            let period = if row.try_get::<i32>("", "period")? == 0 { Period::Once } else { Period::Monthly };
            Ok((row.try_get("", "offer_id")?, period, count(row, "claimed")?))
        })
        .collect()
}
