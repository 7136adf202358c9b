//! What the claim desk is measured against: a transaction for each claim, with the same statements for one claim instead
//! of a batch, through the same database and the same library. On PostgreSQL by 64 clients at once, on SQLite by its one
//! writer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use shared::{code::ClaimCode, month::Month};
use uuid::Uuid;

use crate::market::{EDUCATORS, Market};
use tests::Kind;

/// Clients of PostgreSQL at once.
const CLIENTS: u32 = 64;

/// Connects as the server does.
pub async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(connections).test_before_acquire(false).map_sqlx_sqlite_opts(
        |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .pragma("cache_size", "-8192")
                .pragma("wal_autocheckpoint", "16000")
        },
    );
    Database::connect(options).await.expect("the database opens")
}

/// A statement with its values.
pub fn statement<I: IntoIterator<Item = Value>>(db: &impl ConnectionTrait, sql: &str, values: I) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// Claims for a while, each for another educator, on the offers in turn beginning with the `first`; answers how many a
/// second were committed.
#[allow(clippy::cast_precision_loss)] // A count of claims.
pub async fn run(market: &Market, offers: &[Uuid], first: usize, time: Duration) -> f64 {
    let db = market.connect(if market.kind == Kind::Postgres { CLIENTS } else { 1 }).await;
    let claimants = Arc::new(educators(&db).await);
    let offers = Arc::new(offers.to_vec());
    let month = Month::of(chrono::Utc::now()).number();
    for offer in offers.iter() {
        let sql = "INSERT INTO quotas (offer_id, period, quota) VALUES ($1, $2, 1000000) ON CONFLICT DO NOTHING";
        db.execute_raw(statement(&db, sql, [(*offer).into(), month.into()])).await.expect("a quota");
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let clients = if market.kind == Kind::Postgres { CLIENTS } else { 1 };
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (db, claimants, offers, next) = (db.clone(), claimants.clone(), offers.clone(), next.clone());
            tokio::spawn(async move {
                let mut done = 0_u64;
                while started.elapsed() < time {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(claimant) = claimants.get(at) else { break };
                    claim(&db, offers[(at + first) % offers.len()], *claimant, month).await.expect("a claim");
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("a client");
    }
    let took = started.elapsed();
    db.close().await.ok();
    done as f64 / took.as_secs_f64()
}

async fn educators(db: &DatabaseConnection) -> Vec<Uuid> {
    let sql = format!("SELECT id FROM users WHERE role = 'educator' AND role_verified ORDER BY id LIMIT {EDUCATORS}");
    let rows = db.query_all_raw(statement(db, &sql, [])).await.expect("educators");
    rows.iter().map(|row| row.try_get("", "id").expect("an id")).collect()
}

/// One claim in one transaction.
async fn claim(db: &DatabaseConnection, offer: Uuid, claimant: Uuid, month: i32) -> Result<(), DbErr> {
    let is_sqlite = db.get_database_backend() == DbBackend::Sqlite;
    let now = chrono::Utc::now().timestamp_millis();
    let mode = is_sqlite.then_some(SqliteTransactionMode::Immediate);
    let tx = db
        .begin_with_options(TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() })
        .await?;
    let must = |found: Option<_>| found.map(drop).ok_or_else(|| DbErr::RecordNotFound("a row".to_owned()));

    let sql = "SELECT state, version, starts_at, ends_at FROM offers WHERE id = $1";
    must(tx.query_one_raw(statement(&tx, sql, [offer.into()])).await?)?;
    let sql = "SELECT role, role_verified, email_verified_at IS NOT NULL FROM users WHERE id = $1";
    must(tx.query_one_raw(statement(&tx, sql, [claimant.into()])).await?)?;
    let lock = if is_sqlite { "" } else { " FOR UPDATE" };
    let sql = format!("SELECT quota, claimed, issued FROM quotas WHERE offer_id = $1 AND period = $2{lock}");
    let room = tx.query_one_raw(statement(&tx, &sql, [offer.into(), month.into()])).await?;
    let room = room.ok_or_else(|| DbErr::RecordNotFound("a quota".to_owned()))?;
    let (quota, claimed): (i32, i32) = (room.try_get("", "quota")?, room.try_get("", "claimed")?);
    let issued: i32 = room.try_get("", "issued")?;
    let sql = "SELECT id FROM claims WHERE offer_id = $1 AND claimant_id = $2 AND period = $3
               AND state IN ('active', 'held', 'redeemed')";
    let held = tx.query_one_raw(statement(&tx, sql, [offer.into(), claimant.into(), month.into()])).await?;
    if claimed >= quota || held.is_some() {
        return Err(DbErr::Custom("refused, which no benchmark is about".to_owned()));
    }

    let sql = "INSERT INTO claims (id, offer_id, claimant_id, period, sequence, code, quantity, state, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, 1, 'active', $7, $8)";
    let code = ClaimCode::from_random(Uuid::new_v4().as_u128() ^ Uuid::new_v4().as_u128().rotate_left(64));
    let values = [
        Uuid::now_v7().into(),
        offer.into(),
        claimant.into(),
        month.into(),
        (issued + 1).into(),
        code.as_str().into(),
        now.into(),
        (now + 30 * 86_400_000).into(),
    ];
    tx.execute_raw(statement(&tx, sql, values)).await?;
    let sql = "UPDATE quotas SET claimed = $3, issued = $4 WHERE offer_id = $1 AND period = $2";
    let values = [offer.into(), month.into(), (claimed + 1).into(), (issued + 1).into()];
    tx.execute_raw(statement(&tx, sql, values)).await?;
    let sql = "INSERT INTO totals (day, metric, value) VALUES ($1, 'claims', 1)
               ON CONFLICT (day, metric) DO UPDATE SET value = totals.value + excluded.value";
    let day = i32::try_from(now / 86_400_000).unwrap_or_default();
    tx.execute_raw(statement(&tx, sql, [day.into()])).await?;
    tx.commit().await
}
