//! The records of keys and answers.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Value};

use super::{KEPT_MS, Key, Stored};
use crate::store::statement;

/// Records that are written with one statement at the most; so there are few different texts, and each stays prepared.
const AT_ONCE: usize = 64;

/// What is known of a key: the request that it came with, when, and what was answered.
#[derive(Clone, Debug)]
pub struct Known {
    pub key: [u8; 32],
    pub request: [u8; 32],
    pub created_at: i64,
    pub stored: Stored,
}

impl Known {
    /// Whether it is still kept at an instant.
    pub fn is_kept(&self, now: i64) -> bool {
        self.created_at >= now - KEPT_MS
    }

    /// Whether it is the answer to this very request.
    pub fn answers(&self, key: &Key, now: i64) -> bool {
        self.is_kept(now) && self.request == key.request
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let array = |name| {
            let bytes: Vec<u8> = row.try_get("", name)?;
            <[u8; 32]>::try_from(bytes).map_err(|_| DbErr::Type(format!("{name} is no SHA-256")))
        };
        let status: i32 = row.try_get("", "status")?;
        let headers: String = row.try_get("", "headers")?;
        let stored = Stored {
            status: u16::try_from(status).map_err(|_| DbErr::Type(format!("status {status}")))?,
            headers: serde_json::from_str(&headers).map_err(|error| DbErr::Json(error.to_string()))?,
            body: row.try_get::<Vec<u8>>("", "body")?.into(),
        };
        Ok(Self {
            key: array("key")?,
            request: array("request_hash")?,
            created_at: row.try_get("", "created_at")?,
            stored,
        })
    }
}

/// Finds what was answered under keys. Plan: one look-up by primary key for each.
pub async fn find(db: &impl ConnectionTrait, keys: &[Key]) -> Result<Vec<Known>, DbErr> {
    let mut known = Vec::new();
    for keys in keys.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT key, request_hash, created_at, status, headers, body FROM idempotency
             WHERE status IS NOT NULL AND key IN ({})",
            places(db, 1, keys.len().next_power_of_two())
        );
        // The last one repeated makes the number of parameters a power of two.
        let last = keys.last().into_iter().cycle();
        let values = keys.iter().chain(last).take(keys.len().next_power_of_two());
        let rows = db.query_all_raw(statement(db, &sql, values.map(|key| key.key.to_vec().into()))).await?;
        for row in &rows {
            known.push(Known::read(row)?);
        }
    }
    Ok(known)
}

/// The places of parameters. SQLite takes them in their order: names would be looked for among all others for each.
fn places(db: &impl ConnectionTrait, from: usize, count: usize) -> String {
    let is_sqlite = db.get_database_backend() == DbBackend::Sqlite;
    let place = |n| if is_sqlite { "?".to_owned() } else { format!("${n}") };
    (from..from + count).map(place).collect::<Vec<_>>().join(", ")
}

/// Begins the record of a key, in the transaction of its effect; returns whether it is the first with this key. Another
/// transaction that has begun it, too, is waited for. A record that is no longer kept gives its key free.
pub async fn begin(db: &impl ConnectionTrait, key: &Key, now: i64) -> Result<bool, DbErr> {
    let sql = "INSERT INTO idempotency (key, request_hash, created_at) VALUES ($1, $2, $3)
               ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash, created_at = excluded.created_at,
               status = NULL, headers = NULL, body = NULL WHERE idempotency.created_at < $4";
    let values = [key.key.to_vec().into(), key.request.to_vec().into(), now.into(), (now - KEPT_MS).into()];
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected() == 1)
}

/// Writes the answer into the record that was begun.
pub async fn set_answer(db: &impl ConnectionTrait, key: &Key, stored: &Stored) -> Result<(), DbErr> {
    let sql = "UPDATE idempotency SET status = $1, headers = $2, body = $3 WHERE key = $4";
    let [status, headers, body] = values(stored)?;
    db.execute_raw(statement(db, sql, [status, headers, body, key.key.to_vec().into()])).await?;
    Ok(())
}

fn values(stored: &Stored) -> Result<[Value; 3], DbErr> {
    let headers = serde_json::to_string(&stored.headers).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok([i32::from(stored.status).into(), headers.into(), stored.body.to_vec().into()])
}

/// Writes records with their answers; returns how many. Those whose keys somebody else has are left out, which the caller
/// notices. They are written in the order of their keys, so that two transactions never wait for each other in a circle.
pub async fn insert_answers(db: &impl ConnectionTrait, records: &[(Key, Stored)], now: i64) -> Result<u64, DbErr> {
    let mut sorted: Vec<&(Key, Stored)> = records.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| key.key);
    let (mut rest, mut written) = (&sorted[..], 0);
    while !rest.is_empty() {
        // Blocks of a power of two: few different statements, each of which stays prepared.
        let size = if rest.len() >= AT_ONCE { AT_ONCE } else { 1 << rest.len().ilog2() };
        let (block, after) = rest.split_at(size);
        written += insert_block(db, block, now).await?;
        rest = after;
    }
    Ok(written)
}

async fn insert_block(db: &impl ConnectionTrait, block: &[&(Key, Stored)], now: i64) -> Result<u64, DbErr> {
    let rows = (0..block.len()).map(|row| format!("({})", places(db, row * 6 + 1, 6))).collect::<Vec<_>>().join(", ");
    let expired = places(db, block.len() * 6 + 1, 1);
    let sql = format!(
        "INSERT INTO idempotency (key, request_hash, created_at, status, headers, body) VALUES {rows}
         ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash, created_at = excluded.created_at,
         status = excluded.status, headers = excluded.headers, body = excluded.body
         WHERE idempotency.created_at < {expired}"
    );
    let mut parameters: Vec<Value> = Vec::with_capacity(block.len() * 6 + 1);
    for (key, stored) in block {
        let [status, headers, body] = values(stored)?;
        parameters.extend([key.key.to_vec().into(), key.request.to_vec().into(), now.into(), status, headers, body]);
    }
    parameters.push((now - KEPT_MS).into());
    Ok(db.execute_raw(statement(db, &sql, parameters)).await?.rows_affected())
}

/// Forgets answers older than they are kept.
pub async fn tidy(db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let sql = "DELETE FROM idempotency WHERE created_at < $1";
    db.execute_raw(statement(db, sql, [(now - KEPT_MS).into()])).await?;
    Ok(())
}
