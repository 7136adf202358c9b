//! Which folders of uploads are there.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// A folder belongs to one machine, and may be lost with it. Those that processes use write down here that they are there.
const SCRIPT: &str = r"
CREATE TABLE import_hosts (
    host {id} PRIMARY KEY NOT NULL,
    seen_at BIGINT NOT NULL
);
";
