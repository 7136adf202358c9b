//! The queries of alerts.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use shared::OfferId;
use uuid::Uuid;

use super::Alert;
use crate::store::{
    Sql, either,
    json::{self, hex_id},
};

/// An alert as it was written down.
#[derive(Debug, FromQueryResult)]
pub struct AlertRow {
    pub id: Uuid,
    pub offer_id: Uuid,
    /// An [`Alert`].
    pub alert: serde_json::Value,
}

/// Adds alerts.
pub async fn insert(db: &impl ConnectionTrait, alerts: &[(OfferId, Alert)], now: i64) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO alerts (id, offer_id, alert, at)
                 SELECT unhex(value ->> 0), unhex(value ->> 1), value -> 2, $2 FROM json_each($1)",
        postgres: "INSERT INTO alerts (id, offer_id, alert, at)
                   SELECT (value ->> 0)::uuid, (value ->> 1)::uuid, value -> 2, $2::bigint
                   FROM jsonb_array_elements($1::jsonb) AS j",
    };
    let rows: Vec<_> = alerts.iter().map(|(id, alert)| (hex_id(Uuid::now_v7()), hex_id(id.0), alert)).collect();
    db.execute_raw(either(db, sql, [json::rows(&rows), now.into()])).await?;
    Ok(())
}

/// Returns alerts that wait, the oldest first, without `except`.
pub async fn waiting(db: &impl ConnectionTrait, except: &[Uuid], limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT id FROM alerts WHERE id NOT IN (SELECT unhex(value) FROM json_each($1)) ORDER BY id LIMIT $2",
        postgres: "SELECT id FROM alerts WHERE id NOT IN (SELECT value::uuid FROM json_array_elements_text($1::json))
                   ORDER BY id LIMIT $2",
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db.query_all_raw(either(db, sql, [json::ids(except.iter().copied()), limit.into()])).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Ends alerts and returns them, the oldest first. Another process that ends the same ones waits, and gets none; so what
/// concerns one offer is told in order.
pub async fn end(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<AlertRow>, DbErr> {
    let sql = Sql {
        sqlite: "DELETE FROM alerts WHERE id IN (SELECT unhex(value) FROM json_each($1)) RETURNING *",
        postgres:
            "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE id IN
                       (SELECT value::uuid FROM json_array_elements_text($1::json)) ORDER BY id FOR UPDATE) RETURNING *",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    let mut alerts: Vec<AlertRow> =
        rows.iter().map(|row| AlertRow::from_query_result(row, "")).collect::<Result<_, _>>()?;
    alerts.sort_unstable_by_key(|alert| alert.id);
    Ok(alerts)
}
