//! The log of what changed (`catalogue_changes`, written by triggers), and how far a process has read it.
//!
//! A place in the log is never a time: clocks differ, and a transaction may commit long after its statements ran. On
//! SQLite, which has one writer, it is the last number. On PostgreSQL it is the snapshot in which the log was read: new is
//! what is visible now and was not visible in that one.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};
use uuid::Uuid;

use crate::{
    error::Result,
    store::{Store, statement},
};

/// Rows of the log that are kept. Who is further behind reads the whole catalogue, which then takes no longer.
const KEPT: i64 = 100_000;

/// How far the log has been read.
#[derive(Clone, Debug)]
pub enum Position {
    Sqlite {
        id: i64,
    },
    Postgres {
        /// Changes with each promotion of a standby: numbers of transactions are used again then, and what was seen may
        /// be lost.
        timeline: String,
        /// `pg_snapshot` as text.
        snapshot: String,
    },
}

/// The ids of what changed.
#[derive(Debug, Default)]
pub struct Changes {
    pub offers: BTreeSet<Uuid>,
    /// Partners of which something changed that stands on their offers.
    pub partners: BTreeSet<Uuid>,
    /// Offers of which units or codes were taken or given back.
    pub counts: BTreeSet<Uuid>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.partners.is_empty() && self.counts.is_empty()
    }

    fn add(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        let (what, ids): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let ids: Vec<Uuid> = serde_json::from_str(&ids).map_err(|error| DbErr::Type(error.to_string()))?;
        match what.as_str() {
            "offer" => self.offers.extend(ids),
            "partner" => self.partners.extend(ids),
            _ => self.counts.extend(ids),
        }
        Ok(())
    }
}

impl Position {
    /// Returns the end of the log, as a transaction of [`Store::snapshot`] sees it.
    pub async fn end(tx: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let postgres = tx.get_database_backend() == DbBackend::Postgres;
        let sql = if postgres {
            "SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), CAST(pg_current_snapshot() AS TEXT)"
        } else {
            "SELECT max(value, (SELECT coalesce(max(id), 0) FROM catalogue_changes)) FROM revisions
             WHERE name = 'changes_tidied'"
        };
        let row = tx.query_one_raw(statement(tx, sql, [])).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the end of the log".to_owned()))?;
        Ok(if postgres {
            Self::Postgres { timeline: row.try_get_by_index(0)?, snapshot: row.try_get_by_index(1)? }
        } else {
            Self::Sqlite { id: row.try_get_by_index(0)? }
        })
    }

    /// Returns what the transaction that found `end` sees and this position does not; nothing where rows between the two
    /// may be gone.
    pub async fn changes_until(&self, end: &Self, tx: &impl ConnectionTrait) -> Result<Option<Changes>, DbErr> {
        let (lost, news, value) = match (self, end) {
            (Self::Sqlite { id }, Self::Sqlite { id: last }) if id <= last => {
                ("value > $1", "SELECT what, ids FROM catalogue_changes WHERE id > $1", sea_orm::Value::from(*id))
            }
            (Self::Postgres { timeline, snapshot }, Self::Postgres { timeline: now, .. }) if timeline == now => (
                "CAST(CAST(value AS TEXT) AS XID8) >= pg_snapshot_xmin(CAST(CAST($1 AS TEXT) AS PG_SNAPSHOT))",
                "SELECT what, CAST(ids AS TEXT) FROM catalogue_changes
                 WHERE tx >= pg_snapshot_xmin(CAST(CAST($1 AS TEXT) AS PG_SNAPSHOT))
                 AND NOT pg_visible_in_snapshot(tx, CAST(CAST($1 AS TEXT) AS PG_SNAPSHOT))",
                snapshot.clone().into(),
            ),
            _ => return Ok(None),
        };
        let lost = format!("SELECT 1 FROM revisions WHERE name = 'changes_tidied' AND {lost}");
        if tx.query_one_raw(statement(tx, &lost, [value.clone()])).await?.is_some() {
            return Ok(None);
        }
        let mut changes = Changes::default();
        for row in tx.query_all_raw(statement(tx, news, [value])).await? {
            changes.add(&row)?;
        }
        Ok(Some(changes))
    }
}

/// Deletes all but the last rows of the log, and writes down up to where they are gone.
pub async fn tidy(db: &Store) -> Result<()> {
    let last = "SELECT coalesce(max(id), 0) FROM catalogue_changes";
    let last = db.fresh().query_one_raw(statement(db.fresh(), last, [])).await?;
    let up_to = last.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))? - KEPT;
    let statements: &[&str] = match db.backend() {
        _ if up_to <= 0 => return Ok(()),
        // One statement, since a transaction with a low number may commit between two.
        DbBackend::Postgres => &["WITH gone AS (DELETE FROM catalogue_changes WHERE id <= $1 RETURNING tx)
             UPDATE revisions SET value = greatest(value, (SELECT max(CAST(CAST(tx AS TEXT) AS BIGINT)) FROM gone))
             WHERE name = 'changes_tidied'"],
        _ => &[
            "DELETE FROM catalogue_changes WHERE id <= $1",
            "UPDATE revisions SET value = max(value, $1) WHERE name = 'changes_tidied'",
        ],
    };
    let tidying = db.transaction(async |tx| {
        for sql in statements {
            tx.execute_raw(statement(tx, sql, [up_to.into()])).await?;
        }
        Ok(())
    });
    tidying.await
}
