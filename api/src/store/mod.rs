//! The databases: connecting, entities, migrations, the clock. No feature's queries: those are in its `store.rs`.

pub mod clock;
pub mod entities;
pub mod json;
mod migrations;
pub mod revisions;
pub mod totals;

use std::{path::Path, str::FromStr, time::Duration};

use anyhow::Context;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;

use crate::config::DataConfig;

/// The database, as all features see it.
#[derive(Clone, Debug)]
pub struct Store {
    /// For what changes data, and for what must see its own changes. On SQLite it is the single writing connection.
    pub write: DatabaseConnection,
    /// For reads; on PostgreSQL possibly a standby, so what it says may be a moment old.
    pub read: DatabaseConnection,
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

/// Pages of SQLite's log (64 MiB) that are brought into the file at once. Many claims change the same pages, each of which
/// is then written into the file once.
const WAL_PAGES: u32 = 16_000;

impl Store {
    /// Opens the database that the settings name, and makes the data folder where it is not there.
    pub async fn open(config: &DataConfig) -> anyhow::Result<Self> {
        match &config.database_url {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                let write = postgres(url, PG_WRITERS).await.context("cannot connect to DATABASE_URL")?;
                let read = match &config.database_read_url {
                    Some(url) => postgres(url, READERS * 2).await.context("cannot connect to DATABASE_READ_URL")?,
                    None => write.clone(),
                };
                Ok(Self { write, read })
            }
            Some(url) => anyhow::bail!(
                "DATABASE_URL must begin with postgres:// (left out, SQLite is used), not `{}`",
                url.split("://").next().unwrap_or_default()
            ),
            None => {
                std::fs::create_dir_all(&config.data_dir)
                    .with_context(|| format!("cannot make the data folder {}", config.data_dir.display()))?;
                let file = config.data_dir.join("market.db");
                let write = sqlite(&file, 1, WRITER_CACHE_KIB)
                    .await
                    .with_context(|| format!("cannot open {}", file.display()))?;
                let read = sqlite(&file, READERS, READER_CACHE_KIB).await?;
                Ok(Self { write, read })
            }
        }
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        migrations::Migrator::up(&self.write, None).await.context("cannot migrate the database")
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// For reads that must see what was just written. SQLite's readers always do; a standby of PostgreSQL may not.
    pub fn fresh(&self) -> &DatabaseConnection {
        if self.backend() == DbBackend::Sqlite { &self.read } else { &self.write }
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so that it can
    /// never fail half-way because another one wrote in between.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let immediate = (self.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
        self.write
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: immediate,
                ..TransactionOptions::default()
            })
            .await
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

async fn sqlite(file: &Path, connections: u32, cache_kib: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
    options
        .sqlx_logging(false)
        .min_connections(1)
        .max_connections(connections)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .acquire_timeout(Duration::from_secs(20))
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: with NORMAL a commit that was answered can be lost when the machine dies.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(15))
                .foreign_keys(true)
                .pragma("cache_size", format!("-{cache_kib}"))
                .pragma("temp_store", "memory")
                .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
        });
    Database::connect(options).await
}

async fn postgres(url: &str, connections: u32) -> anyhow::Result<DatabaseConnection> {
    sea_orm::sqlx::postgres::PgConnectOptions::from_str(url).context("the address cannot be read")?;
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        // All are opened at start, by the runtime that outlives the workers: a connection ends with the runtime that made it.
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .set_application_name("virtual-market");
    Ok(Database::connect(options).await?)
}
