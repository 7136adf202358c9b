//! Indexes by which sessions and tokens that have run out are found, so that forgetting them never reads a whole table
//! while claims wait for the write lock.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

const SCRIPT: &str = r"
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_last_use ON sessions (last_used_at);
CREATE INDEX refresh_tokens_use ON refresh_tokens (used_at) WHERE used_at IS NOT NULL;
CREATE INDEX mail_tokens_expiry ON mail_tokens (expires_at);
CREATE INDEX mails_expiry ON mails (expires_at);
";
