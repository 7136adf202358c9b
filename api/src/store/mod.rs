//! The databases: connecting, transactions, entities, migrations, the clock. No feature's queries: those are in its
//! `store.rs`.

pub mod bad_rows;
pub mod clock;
mod connect;
pub mod entities;
pub mod failure;
pub mod json;
mod migrations;
mod probe;
pub mod revisions;
pub mod starting;
pub mod totals;
mod transaction;

use std::sync::Arc;

use anyhow::Context;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, Statement,
    TransactionTrait, Value,
};

pub use self::transaction::{LostRace, Transaction};
use self::{connect::Watch, probe::Probe};
use crate::{config::DataConfig, private};

/// The database, as all features see it.
#[derive(Clone, Debug)]
pub struct Store {
    /// For what changes data. On SQLite it is the single writing connection.
    write: DatabaseConnection,
    /// Which of the writing connections are in doubt.
    writers: Watch,
    /// For reads; on PostgreSQL possibly a standby, so what it says may be a moment old.
    pub read: DatabaseConnection,
    probe: Arc<Probe>,
}

/// Readers of one process. SQLite's are threads; PostgreSQL's are connections of which a server has few.
const READERS: u32 = 4;
/// Connections of one process to PostgreSQL that may write.
const PG_WRITERS: u32 = 10;
/// Pages that the writer of SQLite may keep, in KiB: a morning's claims touch random pages of three indexes. All
/// connections share what they may keep together (`SQLITE_ENABLE_MEMORY_MANAGEMENT`, with which the library is built).
const WRITER_CACHE_KIB: u32 = 32 * 1024;
/// Pages that each reader adds to that, in KiB; the system's page cache holds the rest.
const READER_CACHE_KIB: u32 = 512;

impl Store {
    /// Opens the database that the settings name, and makes the data folder where it is not there.
    pub async fn open(config: &DataConfig) -> anyhow::Result<Self> {
        let writers = Watch::default();
        let (write, read) = match &config.database_url {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                let connected = connect::postgres(url, PG_WRITERS, writers.clone()).await;
                let write = connected.context("cannot connect to DATABASE_URL")?;
                let read = match &config.database_read_url {
                    Some(url) => {
                        let connected = connect::postgres(url, READERS * 2, Watch::default()).await;
                        connected.context("cannot connect to DATABASE_READ_URL")?
                    }
                    None => write.clone(),
                };
                (write, read)
            }
            Some(url) => anyhow::bail!(
                "DATABASE_URL must begin with postgres:// (left out, SQLite is used), not `{}`",
                url.split("://").next().unwrap_or_default()
            ),
            None => {
                private::create_folder(&config.data_dir)
                    .with_context(|| format!("cannot make the data folder {}", config.data_dir.display()))?;
                let file = config.data_dir.join("market.db");
                for part in ["market.db", "market.db-wal", "market.db-shm"].map(|name| config.data_dir.join(name)) {
                    if part == file || part.exists() {
                        private::ensure(&part).with_context(|| format!("cannot open {}", part.display()))?;
                    }
                }
                let write = connect::sqlite(&file, 1, WRITER_CACHE_KIB, writers.clone())
                    .await
                    .with_context(|| format!("cannot open {}", file.display()))?;
                (write, connect::sqlite(&file, READERS, READER_CACHE_KIB, Watch::default()).await?)
            }
        };
        Ok(Self { write, writers, read, probe: Arc::default() })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        migrations::up(&self.write).await.context("cannot migrate the database")
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// For reads that must see what was just written. SQLite's readers always do; a standby of PostgreSQL may not.
    pub fn fresh(&self) -> &DatabaseConnection {
        if self.backend() == DbBackend::Sqlite { &self.read } else { &self.write }
    }

    /// Runs a statement that cannot run in a transaction, or sets how the writing connection works.
    pub async fn maintain(&self, sql: &str) -> Result<(), DbErr> {
        self.write.execute_unprepared(sql).await.map(drop)
    }

    /// Begins a transaction that reads one state of the data, and of the primary: what its statements see belongs together.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        if self.backend() == DbBackend::Sqlite {
            // It knows no other isolation, and says so to whoever asks for it.
            return self.fresh().begin().await;
        }
        let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
        self.fresh().begin_with_config(Some(isolation), Some(access)).await
    }

    /// Lets readers and writers finish and closes the files.
    pub async fn close(self) {
        for connection in [self.read, self.write] {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "database not closed cleanly");
            }
        }
    }
}

/// Gives back the memory of what a connection of SQLite has read and nobody will read again soon.
pub async fn forget_pages(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Sqlite {
        db.execute_unprepared("PRAGMA shrink_memory").await?;
    }
    Ok(())
}

/// A statement with one text for both databases. Parameters are `$1`, `$2`, … in both.
pub fn statement<I: IntoIterator<Item = Value>>(db: &impl ConnectionTrait, sql: &str, values: I) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// A statement that has to be written differently: the place to compare the two is where it is called.
pub fn either<I: IntoIterator<Item = Value>>(
    db: &impl ConnectionTrait,
    Sql { sqlite, postgres }: Sql<'_>,
    values: I,
) -> Statement {
    statement(db, if db.get_database_backend() == DbBackend::Sqlite { sqlite } else { postgres }, values)
}

/// One query in the words of each database.
#[derive(Clone, Copy, Debug)]
pub struct Sql<'a> {
    pub sqlite: &'a str,
    pub postgres: &'a str,
}

/// Whether the error is a broken uniqueness rule, of which the caller makes a conflict.
pub fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}
