//! What is looked after at a start: that processes that start at the same time do some things one after the other, and
//! that the keys are those of the database.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::statement;

/// Whoever starts holds this advisory lock of PostgreSQL. Any number will do that nobody else uses.
const LOCK: i64 = 0x766d_6d69_6772;

/// Waits until no other process is at this, and keeps others waiting until the transaction ends. What is read after this
/// is what the last one left. SQLite's `BEGIN IMMEDIATE` has done that already.
pub async fn lock(tx: &impl ConnectionTrait) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    Ok(())
}

/// What is to be done about a key that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// Nothing needs it yet: it is made.
    Make,
    /// The database holds what it is needed for: another one in its place would do harm without a word.
    Refuse,
}

impl IfMissing {
    /// Returns what to do about a key of which each row of `table` needs one.
    pub async fn by_rows_of(db: &impl ConnectionTrait, table: &str) -> Result<Self, DbErr> {
        let row = db.query_one_raw(statement(db, &format!("SELECT 1 AS one FROM {table} LIMIT 1"), [])).await?;
        Ok(if row.is_some() { Self::Refuse } else { Self::Make })
    }

    /// Lets a key be made that is missing.
    ///
    /// # Errors
    /// Where `key` must be there.
    pub fn check(self, key: &str) -> anyhow::Result<()> {
        anyhow::ensure!(
            self == Self::Make,
            "{key} is missing, and the database needs it: restore the keys from the backup, or let KEYS_DIR name their \
             folder; where they are lost, `virtual-market new-keys` makes others"
        );
        Ok(())
    }
}
