//! Migrations: append-only, one a change, forward only. Each runs on both databases.

mod fault;
mod m0001_start;
mod m0002_mails;
mod m0003_tidy;
mod m0004_partner_desk;
mod m0005_joining;
mod m0006_codes;
mod m0007_imports;
mod m0008_redemptions;
mod m0009_webhooks;
mod m0010_ministry;
mod m0011_claims;
mod m0012_offers;
mod m0013_hosts;
mod m0014_kept;
mod m0015_idempotency;
mod m0016_spent;
mod m0017_alerts;
mod m0018_catalogue;
mod runner;

use sea_orm::{DatabaseConnection, DbBackend};
use sea_orm_migration::prelude::*;

/// Brings the schema up to date.
///
/// # Errors
/// Where the database is not what an earlier run left, or where a migration fails; nothing of that one remains.
pub async fn up(db: &DatabaseConnection) -> anyhow::Result<()> {
    runner::bring_up(db, &all()).await
}

/// All migrations, in order.
fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_start::Migration),
        Box::new(m0002_mails::Migration),
        Box::new(m0003_tidy::Migration),
        Box::new(m0004_partner_desk::Migration),
        Box::new(m0005_joining::Migration),
        Box::new(m0006_codes::Migration),
        Box::new(m0007_imports::Migration),
        Box::new(m0008_redemptions::Migration),
        Box::new(m0009_webhooks::Migration),
        Box::new(m0010_ministry::Migration),
        Box::new(m0011_claims::Migration),
        Box::new(m0012_offers::Migration),
        Box::new(m0013_hosts::Migration),
        Box::new(m0014_kept::Migration),
        Box::new(m0015_idempotency::Migration),
        Box::new(m0016_spent::Migration),
        Box::new(m0017_alerts::Migration),
        Box::new(m0018_catalogue::Migration),
    ]
}

/// Runs a script with the type names of the database: `{id}` (16 bytes), `{json}`, `{bytes}`, and
/// `{clustered}` for a table that is kept in the order of its key.
async fn run(manager: &SchemaManager<'_>, script: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let [id, json, bytes, clustered] = match db.get_database_backend() {
        DbBackend::Postgres => ["UUID", "JSONB", "BYTEA", ""],
        _ => ["BLOB", "TEXT", "BLOB", " WITHOUT ROWID"],
    };
    let script =
        script.replace("{id}", id).replace("{json}", json).replace("{bytes}", bytes).replace("{clustered}", clustered);
    for statement in script.split(";\n").filter(|s| !s.trim().is_empty()) {
        db.execute_unprepared(statement).await?;
        fault::passed();
    }
    Ok(())
}
