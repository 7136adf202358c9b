//! The statements of the outbox: messages are put down in the transaction that makes them true, taken by whoever sends
//! them, and what became of them is written back. Each takes any number of rows as one JSON parameter.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use crate::store::{Sql, either, entities::webhooks, json, statement};

/// An event to be put down. Ids are as `json::hex_id` writes them.
#[derive(Debug, Serialize)]
pub struct EventRow {
    pub id: String,
    pub partner_id: String,
    pub kind: &'static str,
    pub subject: String,
    pub data: serde_json::Value,
}

/// A delivery to be put down.
#[derive(Debug, Serialize)]
pub struct DeliveryRow {
    pub id: String,
    pub webhook_id: String,
    pub event_id: String,
    pub subject: String,
    pub repeats: Option<String>,
}

/// Puts events down.
pub async fn put_events(db: &impl ConnectionTrait, rows: &[EventRow], now: i64) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO events (id, partner_id, kind, subject, data, at)
                 SELECT unhex(value ->> 'id'), unhex(value ->> 'partner_id'), value ->> 'kind',
                        unhex(value ->> 'subject'), value -> 'data', $2 FROM json_each($1)",
        postgres: "INSERT INTO events (id, partner_id, kind, subject, data, at)
                   SELECT id, partner_id, kind, subject, data, $2::bigint FROM jsonb_to_recordset($1::jsonb)
                   AS e (id uuid, partner_id uuid, kind text, subject uuid, data jsonb)",
    };
    db.execute_raw(either(db, sql, [json::rows(rows), now.into()])).await?;
    Ok(())
}

/// Puts deliveries down, to be sent now; they are numbered in the order given.
pub async fn put_deliveries(db: &impl ConnectionTrait, rows: &[DeliveryRow], now: i64) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO webhook_deliveries (id, webhook_id, event_id, subject, repeats, next_at, created_at)
                 SELECT unhex(value ->> 'id'), unhex(value ->> 'webhook_id'), unhex(value ->> 'event_id'),
                        unhex(value ->> 'subject'), unhex(value ->> 'repeats'), $2, $2 FROM json_each($1) ORDER BY key",
        postgres: "INSERT INTO webhook_deliveries (id, webhook_id, event_id, subject, repeats, next_at, created_at)
                   SELECT (value ->> 'id')::uuid, (value ->> 'webhook_id')::uuid, (value ->> 'event_id')::uuid,
                          (value ->> 'subject')::uuid, (value ->> 'repeats')::uuid, $2::bigint, $2::bigint
                   FROM json_array_elements($1::json) WITH ORDINALITY AS j (value, n) ORDER BY n",
    };
    db.execute_raw(either(db, sql, [json::rows(rows), now.into()])).await?;
    Ok(())
}

/// What may be sent: its time has come, nobody is at it, and nothing earlier about the same subject waits.
const MAY_BE_SENT: &str = "d.webhook_id = w.id AND d.state = 'waiting' AND d.next_at <= $1 AND d.leased_until <= $1
    AND NOT EXISTS (SELECT 1 FROM webhook_deliveries b WHERE b.webhook_id = d.webhook_id AND b.subject = d.subject
                    AND b.state = 'waiting' AND b.seq < d.seq)";

/// A webhook for which something may be sent: what is needed to send it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Due {
    pub id: Uuid,
    pub url: String,
    pub secret: Vec<u8>,
    pub old_secret: Option<Vec<u8>>,
    pub old_secret_until: Option<i64>,
    pub failing_since: Option<i64>,
}

/// The webhooks for which something may be sent.
pub async fn due(db: &impl ConnectionTrait, now: i64) -> Result<Vec<Due>, DbErr> {
    let sql = format!(
        "SELECT w.id, w.url, w.secret, w.old_secret, w.old_secret_until, w.failing_since
         FROM webhooks w WHERE w.disabled_at IS NULL
         AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE {MAY_BE_SENT}) ORDER BY w.id"
    );
    let rows = db.query_all_raw(statement(db, &sql, [now.into()])).await?;
    rows.iter().map(|row| Due::from_query_result(row, "")).collect()
}

/// Takes up to `count` of what may be sent to a webhook, the longest due first. Nobody else takes it until `until`; if
/// this process dies, it is sent again then.
pub async fn take(
    db: &impl ConnectionTrait,
    webhook: Uuid,
    now: i64,
    until: i64,
    count: usize,
) -> Result<Vec<Uuid>, DbErr> {
    let pick = |lock: &str| {
        format!(
            "UPDATE webhook_deliveries SET attempts = attempts + 1, leased_until = $3 WHERE seq IN
             (SELECT d.seq FROM webhook_deliveries d, webhooks w
              WHERE w.id = $2 AND w.disabled_at IS NULL AND {MAY_BE_SENT}
              ORDER BY d.next_at, d.seq LIMIT $4 {lock}) RETURNING id"
        )
    };
    let (sqlite, postgres) = (pick(""), pick("FOR UPDATE OF d SKIP LOCKED"));
    let sql = Sql { sqlite: &sqlite, postgres: &postgres };
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let values: [Value; 4] = [now.into(), webhook.into(), until.into(), count.into()];
    let rows = db.query_all_raw(either(db, sql, values)).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// What was taken, with what it says.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Parcel {
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub event_id: Uuid,
    pub subject: Uuid,
    /// This attempt's number.
    pub attempts: i32,
    pub kind: String,
    /// JSON, not read yet, so that what cannot be read hurts itself alone.
    pub data: String,
    pub at: i64,
}

/// What was taken, in the order in which it was put down.
pub async fn parcels(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Parcel>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT d.id, d.webhook_id, d.event_id, d.subject, d.attempts, e.kind, e.data, e.at
                 FROM json_each($1) AS j CROSS JOIN webhook_deliveries d ON d.id = unhex(j.value)
                 JOIN events e ON e.id = d.event_id ORDER BY d.seq",
        postgres: "SELECT d.id, d.webhook_id, d.event_id, d.subject, d.attempts, e.kind, e.data::text, e.at
                   FROM json_array_elements_text($1::json) AS j JOIN webhook_deliveries d ON d.id = j.value::uuid
                   JOIN events e ON e.id = d.event_id ORDER BY d.seq",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    rows.iter().map(|row| Parcel::from_query_result(row, "")).collect()
}

/// What became of an attempt.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub id: String,
    pub webhook_id: String,
    pub subject: String,
    pub number: i32,
    pub at: i64,
    pub duration_ms: u32,
    pub signature: String,
    pub status: Option<u16>,
    pub answer: Option<String>,
    pub failure: Option<&'static str>,
    /// Where the delivery stands now.
    pub state: &'static str,
    pub next_at: i64,
}

/// Writes outcomes back. An attempt whose lease ran out meanwhile changes nothing, unless it got through.
pub async fn write(db: &impl ConnectionTrait, outcomes: &[Outcome]) -> Result<(), DbErr> {
    let rows = json::rows(outcomes);
    let log = Sql {
        sqlite:
            "INSERT INTO webhook_attempts (delivery_id, number, at, duration_ms, signature, status, answer, failure)
                 SELECT unhex(value ->> 'id'), value ->> 'number', value ->> 'at', value ->> 'duration_ms',
                        value ->> 'signature', value ->> 'status', value ->> 'answer', value ->> 'failure'
                 FROM json_each($1) WHERE TRUE ON CONFLICT DO NOTHING",
        postgres:
            "INSERT INTO webhook_attempts (delivery_id, number, at, duration_ms, signature, status, answer, failure)
                   SELECT (value ->> 'id')::uuid, (value ->> 'number')::int, (value ->> 'at')::bigint,
                          (value ->> 'duration_ms')::int, value ->> 'signature', (value ->> 'status')::int,
                          value ->> 'answer', value ->> 'failure'
                   FROM json_array_elements($1::json) AS j ON CONFLICT DO NOTHING",
    };
    db.execute_raw(either(db, log, [rows.clone()])).await?;
    let settle = Sql {
        sqlite: "UPDATE webhook_deliveries SET state = j.value ->> 'state', next_at = j.value ->> 'next_at', leased_until = 0
                 FROM json_each($1) AS j
                 WHERE webhook_deliveries.id = unhex(j.value ->> 'id') AND webhook_deliveries.state = 'waiting'
                   AND (webhook_deliveries.attempts = j.value ->> 'number' OR j.value ->> 'state' = 'delivered')",
        postgres: "UPDATE webhook_deliveries SET state = j.value ->> 'state', next_at = (j.value ->> 'next_at')::bigint,
                          leased_until = 0
                   FROM json_array_elements($1::json) AS j
                   WHERE webhook_deliveries.id = (j.value ->> 'id')::uuid AND webhook_deliveries.state = 'waiting'
                     AND (webhook_deliveries.attempts = (j.value ->> 'number')::int OR j.value ->> 'state' = 'delivered')",
    };
    db.execute_raw(either(db, settle, [rows])).await?;
    let again: Vec<&Outcome> = outcomes.iter().filter(|o| o.state == "waiting").collect();
    if again.is_empty() { Ok(()) } else { hold_back(db, json::rows(&again)).await }
}

/// What waits behind a message that failed is not looked at before that one is sent again.
async fn hold_back(db: &impl ConnectionTrait, rows: Value) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "UPDATE webhook_deliveries SET next_at = j.value ->> 'next_at' FROM json_each($1) AS j
                 WHERE webhook_deliveries.webhook_id = unhex(j.value ->> 'webhook_id')
                   AND webhook_deliveries.subject = unhex(j.value ->> 'subject')
                   AND webhook_deliveries.state = 'waiting' AND webhook_deliveries.next_at < j.value ->> 'next_at'",
        postgres: "UPDATE webhook_deliveries SET next_at = (j.value ->> 'next_at')::bigint
                   FROM json_array_elements($1::json) AS j
                   WHERE webhook_deliveries.webhook_id = (j.value ->> 'webhook_id')::uuid
                     AND webhook_deliveries.subject = (j.value ->> 'subject')::uuid
                     AND webhook_deliveries.state = 'waiting'
                     AND webhook_deliveries.next_at < (j.value ->> 'next_at')::bigint",
    };
    db.execute_raw(either(db, sql, [rows])).await?;
    Ok(())
}

/// Gives back what was taken and not sent to its end: it may be taken at once.
pub async fn release(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "UPDATE webhook_deliveries SET leased_until = 0 WHERE id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "UPDATE webhook_deliveries SET leased_until = 0
                   WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS j)",
    };
    db.execute_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    Ok(())
}

/// Notes at which webhooks something got through.
pub async fn note_success(db: &impl ConnectionTrait, webhooks: &[Uuid]) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "UPDATE webhooks SET failing_since = NULL
                 WHERE failing_since IS NOT NULL AND id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "UPDATE webhooks SET failing_since = NULL WHERE failing_since IS NOT NULL
                   AND id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS j)",
    };
    db.execute_raw(either(db, sql, [json::ids(webhooks.iter().copied())])).await?;
    Ok(())
}

/// Notes at which webhooks attempts failed and none got through.
pub async fn note_failure(db: &impl ConnectionTrait, webhooks: &[Uuid], now: i64) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "UPDATE webhooks SET failing_since = $2
                 WHERE failing_since IS NULL AND id IN (SELECT unhex(value) FROM json_each($1))",
        postgres: "UPDATE webhooks SET failing_since = $2 WHERE failing_since IS NULL
                   AND id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS j)",
    };
    db.execute_raw(either(db, sql, [json::ids(webhooks.iter().copied()), now.into()])).await?;
    Ok(())
}

/// Switches a webhook off for a reason, if it is on and, where `failing_since` is given, has failed since then or
/// longer; answers it as it is now.
pub async fn switch_off(
    db: &impl ConnectionTrait,
    webhook: Uuid,
    reason: &str,
    failing_since: Option<i64>,
    now: i64,
) -> Result<Option<webhooks::Model>, DbErr> {
    let sql = "UPDATE webhooks SET disabled_at = $2, disabled_reason = $3, version = version + 1
               WHERE id = $1 AND disabled_at IS NULL AND (CAST($4 AS BIGINT) = 0 OR failing_since <= $5) RETURNING *";
    let limited = i64::from(failing_since.is_some());
    let values: [Value; 5] =
        [webhook.into(), now.into(), reason.into(), limited.into(), failing_since.unwrap_or_default().into()];
    let row = db.query_one_raw(statement(db, sql, values)).await?;
    row.map(|row| webhooks::Model::from_query_result(&row, "")).transpose()
}

/// Forgets up to `count` deliveries that were put down before `before`, with their attempts; answers how many. Events
/// go when nothing refers to them any more.
pub async fn forget(db: &impl ConnectionTrait, before: i64, count: i64) -> Result<u64, DbErr> {
    let attempts = "DELETE FROM webhook_attempts WHERE delivery_id IN
        (SELECT id FROM webhook_deliveries WHERE created_at < $1 ORDER BY created_at, seq LIMIT $2)";
    db.execute_raw(statement(db, attempts, [before.into(), count.into()])).await?;
    let deliveries = "DELETE FROM webhook_deliveries WHERE seq IN
        (SELECT seq FROM webhook_deliveries WHERE created_at < $1 ORDER BY created_at, seq LIMIT $2)";
    let gone = db.execute_raw(statement(db, deliveries, [before.into(), count.into()])).await?.rows_affected();
    let events = "DELETE FROM events WHERE id IN (SELECT e.id FROM events e WHERE e.at < $1 AND NOT EXISTS
        (SELECT 1 FROM webhook_deliveries d WHERE d.event_id = e.id) ORDER BY e.at LIMIT $2)";
    db.execute_raw(statement(db, events, [before.into(), count.into()])).await?;
    Ok(gone)
}
