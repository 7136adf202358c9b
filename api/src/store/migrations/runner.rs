//! Bringing the schema up to date. Each migration runs in one transaction with the row that says that it ran, on both
//! databases, so that a process that is killed leaves the schema before it or after it, and nothing in between. Of several
//! processes that start at once one migrates, and the others wait for it.
//!
//! The library's own runner looks at what is applied before it locks anything, and begins a transaction on PostgreSQL
//! alone. `Store::transaction` is not for this: what fails here is not tried again, and the library's manager takes the
//! driver's own transaction.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use chrono::Utc;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryOrder, QuerySelect,
    Schema, Set, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, SchemaManager, seaql_migrations as applied};

use super::fault;
use crate::store::{failure::Failure, starting};

/// How long a process waits for another one that migrates.
const PATIENCE: Duration = Duration::from_mins(10);
/// The table that says what was applied; the library's name for it.
const TABLE: &str = "seaql_migrations";

/// Applies the migrations that are missing, one after the other.
///
/// # Errors
/// Where the database is not what an earlier run left, or where a migration fails; nothing of that one remains.
pub async fn bring_up(db: &DatabaseConnection, known: &[Box<dyn MigrationTrait>]) -> anyhow::Result<()> {
    while let Some(name) = apply_next(db, known).await? {
        tracing::info!(migration = name, "database.migrated");
    }
    Ok(())
}

/// Applies the next migration and returns its name, or `None` where all are applied.
async fn apply_next<'a>(
    db: &DatabaseConnection,
    known: &'a [Box<dyn MigrationTrait>],
) -> anyhow::Result<Option<&'a str>> {
    let tx = lock(db).await.context("cannot wait for another process that migrates it")?;
    fault::passed();
    let applied = list_applied(&tx).await?;
    let names: Vec<&str> = known.iter().map(|migration| migration.name()).collect();
    let Some(next) = find_next(&names, &applied)?.map(|index| &known[index]) else {
        tx.rollback().await?;
        return Ok(None);
    };
    if let Err(error) = apply(&tx, next.as_ref()).await {
        tx.rollback().await.ok();
        bail!(
            "the migration {} failed, and nothing of it was done; a database that an earlier version left half-way is \
             restored from its backup: {error}",
            next.name()
        );
    }
    tx.commit().await.with_context(|| format!("the migration {} could not be committed", next.name()))?;
    fault::passed();
    Ok(Some(next.name()))
}

/// Begins a transaction that no other process that migrates runs beside: what it reads is what the last one left.
async fn lock(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        let tx = db.begin().await?;
        // An index on a large table takes its time; whoever waits for it may, too.
        let patience = PATIENCE.as_millis();
        tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        tx.execute_unprepared(&format!("SET LOCAL lock_timeout = {patience}")).await?;
        starting::lock(&tx).await?;
        return Ok(tx);
    }
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let started = Instant::now();
    loop {
        match db.begin_with_options(options).await {
            Err(error) if Failure::of(&error) == Failure::Conflict && started.elapsed() < PATIENCE => {
                tracing::info!("database.waits: another process writes");
            }
            begun => return begun,
        }
    }
}

/// The names of the migrations that were applied, in their order. Makes the table of them where it is not there yet.
async fn list_applied(tx: &DatabaseTransaction) -> Result<Vec<String>, DbErr> {
    if !SchemaManager::new(tx).has_table(TABLE).await? {
        tx.execute(&Schema::new(tx.get_database_backend()).create_table_from_entity(applied::Entity)).await?;
        fault::passed();
    }
    let names = applied::Entity::find().select_only().column(applied::Column::Version);
    names.order_by_asc(applied::Column::Version).into_tuple().all(tx).await
}

/// Runs a migration and writes down that it ran.
async fn apply(tx: &DatabaseTransaction, migration: &dyn MigrationTrait) -> Result<(), DbErr> {
    migration.up(&SchemaManager::new(tx)).await?;
    let row =
        applied::ActiveModel { version: Set(migration.name().to_owned()), applied_at: Set(Utc::now().timestamp()) };
    applied::Entity::insert(row).exec_without_returning(tx).await?;
    fault::passed();
    Ok(())
}

/// Returns which of the known migrations is the next one, or `None` where all are applied.
///
/// # Errors
/// Where the applied ones are not the first of the known ones.
fn find_next(known: &[&str], applied: &[String]) -> anyhow::Result<Option<usize>> {
    let newer: Vec<&str> = applied.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
    if !newer.is_empty() {
        bail!(
            "it is of a newer version of this program, with the migrations {}: start that version, or restore a \
             backup from before it",
            newer.join(", ")
        );
    }
    let (first, rest) = known.split_at(applied.len());
    if let Some(missing) = first.iter().find(|name| !applied.iter().any(|applied| applied == **name)) {
        bail!(
            "it is in an unknown state: later migrations than {missing} were applied, and it was not; restore a backup"
        );
    }
    Ok((!rest.is_empty()).then_some(applied.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["m1", "m2", "m3"];

    fn next(applied: &[&str]) -> Result<Option<usize>, String> {
        let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
        find_next(&KNOWN, &applied).map_err(|error| error.to_string())
    }

    #[test]
    fn the_next_one_follows_those_that_were_applied() {
        assert_eq!([next(&[]), next(&["m1"]), next(&["m1", "m2"])], [Ok(Some(0)), Ok(Some(1)), Ok(Some(2))]);
        assert_eq!(next(&KNOWN), Ok(None));
    }

    #[test]
    fn what_no_run_of_this_version_left_is_refused_by_name() {
        let newer = next(&["m1", "m2", "m3", "m4", "m5"]).unwrap_err();
        assert!(newer.contains("newer") && newer.contains("m4, m5"), "{newer}");
        let gap = next(&["m1", "m3"]).unwrap_err();
        assert!(gap.contains("unknown state") && gap.contains("m2"), "{gap}");
    }
}
