//! Opening the two databases, and giving connections up that are in doubt.

use std::{
    path::Path,
    str::FromStr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr,
    sqlx::{
        self, Connection, Executor,
        pool::PoolConnectionMetadata,
        sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous},
    },
};

/// Pages of SQLite's log (64 MiB) that are brought into the file at once. Many claims change the same pages, each of which
/// is then written into the file once.
const WAL_PAGES: u32 = 16_000;
/// How long a request waits for a connection, and a connection for its server.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long SQLite waits for the lock of another process.
const BUSY: Duration = Duration::from_secs(5);
/// A connection to PostgreSQL that was idle for longer is tried before it is used.
const TRIED_AFTER: Duration = Duration::from_secs(30);

/// The connections of a pool: since when those that are older are in doubt, and how many commits SQLite has seen on them.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Watched>);

#[derive(Debug, Default)]
struct Watched {
    suspect_before: Mutex<Option<Instant>>,
    commits: AtomicU64,
}

impl Watch {
    /// Says that the connections that are open now may be in a state that nobody knows. Each is closed before anybody uses
    /// it again, and opened anew.
    pub fn suspect(&self) {
        *self.0.suspect_before.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Returns how many transactions the engine has committed, as SQLite tells by its commit hook.
    pub fn commits(&self) -> u64 {
        self.0.commits.load(Ordering::SeqCst)
    }

    fn is_suspect(&self, meta: &PoolConnectionMetadata) -> bool {
        let before = *self.0.suspect_before.lock().unwrap_or_else(PoisonError::into_inner);
        before.is_some_and(|at| meta.age >= at.elapsed())
    }

    /// Whether a connection of SQLite can be used: it is not in doubt, and in no transaction. A rollback that waits in its
    /// queue is carried out before.
    fn look(
        self,
        connection: &mut SqliteConnection,
        meta: PoolConnectionMetadata,
    ) -> BoxFuture<'_, sqlx::Result<bool>> {
        Box::pin(async move {
            connection.ping().await?;
            Ok(!self.is_suspect(&meta) && !connection.is_in_transaction())
        })
    }

    async fn count_commits(self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        connection.lock_handle().await?.set_commit_hook(move || {
            self.0.commits.fetch_add(1, Ordering::SeqCst);
            true
        });
        Ok(())
    }
}

/// Opens a file of SQLite with so many connections.
pub async fn sqlite(file: &Path, connections: u32, cache_kib: u32, watch: Watch) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
    options
        .sqlx_logging(false)
        .min_connections(1)
        .max_connections(connections)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: with NORMAL a commit that was answered can be lost when the machine dies.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY)
                .foreign_keys(true)
                .pragma("cache_size", format!("-{cache_kib}"))
                .pragma("temp_store", "memory")
                .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
        })
        .map_sqlx_sqlite_pool_opts(move |pool| {
            let [connected, acquired, released] = [watch.clone(), watch.clone(), watch.clone()];
            pool.after_connect(move |connection, _| Box::pin(connected.clone().count_commits(connection)))
                .before_acquire(move |connection, meta| acquired.clone().look(connection, meta))
                .after_release(move |connection, meta| released.clone().look(connection, meta))
        });
    Database::connect(options).await
}

/// How PostgreSQL treats a connection: how long it waits for a row that another transaction holds, and that it plans each
/// statement for the tables as they are. A plan that it keeps may be from when a table was empty, and then reads all of
/// it each time, while it grows on a busy morning to hundreds of thousands of rows
/// (<https://www.postgresql.org/docs/15/sql-prepare.html#SQL-PREPARE-NOTES>).
const SESSION: &str = "SET lock_timeout = '4s'; SET plan_cache_mode = force_custom_plan";

/// Connects to PostgreSQL, so many times.
pub async fn postgres(url: &str, connections: u32, watch: Watch) -> anyhow::Result<DatabaseConnection> {
    sqlx::postgres::PgConnectOptions::from_str(url).context("the address cannot be read")?;
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        // All are opened at start, by the runtime that outlives the workers: a connection ends with the runtime that made it.
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .set_application_name("virtual-market")
        .map_sqlx_postgres_pool_opts(move |pool| {
            let watch = watch.clone();
            let pool = pool
                .test_before_acquire(false)
                .after_connect(|connection, _| Box::pin(async move { connection.execute(SESSION).await.map(drop) }));
            pool.before_acquire(move |connection, meta| {
                let (suspect, rested) = (watch.is_suspect(&meta), meta.idle_for >= TRIED_AFTER);
                Box::pin(async move {
                    if rested && !suspect {
                        connection.ping().await?;
                    }
                    Ok(!suspect)
                })
            })
        });
    Ok(Database::connect(options).await?)
}
