//! Mails that wait to be sent, sessions that have ended, and indexes for the ministry's search for people.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await?;
        let indexes = match manager.get_connection().get_database_backend() {
            // A prefix is a range only in the order of bytes, which PostgreSQL has to be told and SQLite has anyway.
            DbBackend::Postgres => {
                "CREATE INDEX users_email_prefix ON users (email COLLATE \"C\");
                 CREATE INDEX users_name_prefix ON users (name COLLATE \"C\")"
            }
            _ => "CREATE INDEX users_name_prefix ON users (name)",
        };
        super::run(manager, indexes).await
    }
}

/// A session that ends leaves `sessions` (and takes its refresh tokens along), but is remembered apart from its person
/// for as long as an access token of it may still be about: that holds for deleted accounts, too.
const SCRIPT: &str = r"
CREATE TABLE mails (
    id {id} PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at BIGINT NOT NULL
);
CREATE INDEX mails_next_try ON mails (next_try_at);

CREATE TABLE ended_sessions (
    id {id} PRIMARY KEY NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE INDEX ended_sessions_at ON ended_sessions (ended_at);
DELETE FROM sessions WHERE revoked_at IS NOT NULL;
DROP INDEX sessions_revoked;
ALTER TABLE sessions DROP COLUMN revoked_at;

CREATE INDEX users_standing ON users (role, role_verified, id);
";
