//! The records of keys and answers.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Value};

use super::{KEPT_MS, Key, Stored};
use crate::store::{Sql, either, json, statement};

/// Records that are written with one statement of SQLite at the most; so there are few different texts, and each stays
/// prepared.
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
            <[u8; 32]>::try_from(bytes).map_err(|_| DbErr::Type(format!("{name} has not 32 bytes")))
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
    let sql = Sql {
        sqlite: "SELECT key, request_hash, created_at, status, headers, body FROM idempotency
                 WHERE status IS NOT NULL AND key IN (SELECT unhex(j.value) FROM json_each($1) AS j)",
        postgres: "SELECT key, request_hash, created_at, status, headers, body FROM idempotency
                   WHERE status IS NOT NULL AND key = ANY ($1)",
    };
    let keys = keys.iter().map(|key| key.key);
    let keys = match db.get_database_backend() {
        DbBackend::Sqlite => json::rows(&keys.map(hex::encode).collect::<Vec<_>>()),
        _ => keys.map(Vec::from).collect::<Vec<_>>().into(),
    };
    db.query_all_raw(either(db, sql, [keys])).await?.iter().map(Known::read).collect()
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
    let (status, body) = (i32::from(stored.status), stored.body.to_vec());
    let values = [status.into(), headers(stored)?.into(), body.into(), key.key.to_vec().into()];
    db.execute_raw(statement(db, sql, values)).await?;
    Ok(())
}

fn headers(stored: &Stored) -> Result<String, DbErr> {
    serde_json::to_string(&stored.headers).map_err(|error| DbErr::Json(error.to_string()))
}

/// What is done where a key has a record: one that is no longer kept gives its key free.
const ON_CONFLICT: &str = "ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash,
    created_at = excluded.created_at, status = excluded.status, headers = excluded.headers, body = excluded.body
    WHERE idempotency.created_at <";

/// Writes records with their answers; returns how many. Those whose keys somebody else has are left out, which the caller
/// notices. They are written in the order of their keys, so that two transactions never wait for each other in a circle.
pub async fn insert_answers(db: &impl ConnectionTrait, records: &[(Key, Stored)], now: i64) -> Result<u64, DbErr> {
    if records.is_empty() {
        return Ok(0);
    }
    let mut sorted: Vec<&(Key, Stored)> = records.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| key.key);
    if db.get_database_backend() == DbBackend::Postgres {
        return insert_columns(db, &sorted, now).await;
    }
    let (mut rest, mut written) = (&sorted[..], 0);
    while !rest.is_empty() {
        // Blocks of a power of two: few different statements, each of which stays prepared.
        let size = if rest.len() >= AT_ONCE { AT_ONCE } else { 1 << rest.len().ilog2() };
        let (block, after) = rest.split_at(size);
        written += insert_rows(db, block, now).await?;
        rest = after;
    }
    Ok(written)
}

/// A statement for SQLite with a parameter for each value: it reads those faster than JSON, and fastest without names,
/// which it would look for among all others.
async fn insert_rows(db: &impl ConnectionTrait, block: &[&(Key, Stored)], now: i64) -> Result<u64, DbErr> {
    let rows = vec!["(?, ?, ?, ?, ?, ?)"; block.len()].join(", ");
    let sql = format!(
        "INSERT INTO idempotency (key, request_hash, created_at, status, headers, body) VALUES {rows} {ON_CONFLICT} ?"
    );
    let mut values: Vec<Value> = Vec::with_capacity(block.len() * 6 + 1);
    for (key, stored) in block {
        let (status, body) = (i32::from(stored.status), stored.body.to_vec());
        let (key, request) = (key.key.to_vec(), key.request.to_vec());
        values.extend([key.into(), request.into(), now.into(), status.into(), headers(stored)?.into(), body.into()]);
    }
    values.push((now - KEPT_MS).into());
    Ok(db.execute_raw(statement(db, &sql, values)).await?.rows_affected())
}

/// A statement for PostgreSQL with a parameter for each column, which it reads in half the time.
async fn insert_columns(db: &impl ConnectionTrait, records: &[&(Key, Stored)], now: i64) -> Result<u64, DbErr> {
    let sql = format!(
        "INSERT INTO idempotency (key, request_hash, created_at, status, headers, body)
         SELECT key, request_hash, $6, status, headers, body
         FROM unnest($1::bytea[], $2::bytea[], $3::int[], $4::text[], $5::bytea[])
              WITH ORDINALITY AS r (key, request_hash, status, headers, body, n) ORDER BY n {ON_CONFLICT} $7"
    );
    let bytes = |part: fn(&(Key, Stored)) -> &[u8]| records.iter().map(|r| part(r).to_vec()).collect::<Vec<_>>();
    let status: Vec<i32> = records.iter().map(|(_, stored)| i32::from(stored.status)).collect();
    let headers = records.iter().map(|(_, stored)| headers(stored)).collect::<Result<Vec<_>, _>>()?;
    let values: [Value; 7] = [
        bytes(|(key, _)| &key.key).into(),
        bytes(|(key, _)| &key.request).into(),
        status.into(),
        headers.into(),
        bytes(|(_, stored)| &stored.body).into(),
        now.into(),
        (now - KEPT_MS).into(),
    ];
    Ok(db.execute_raw(statement(db, &sql, values)).await?.rows_affected())
}

/// Forgets answers older than they are kept.
pub async fn tidy(db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let sql = "DELETE FROM idempotency WHERE created_at < $1";
    db.execute_raw(statement(db, sql, [(now - KEPT_MS).into()])).await?;
    Ok(())
}
