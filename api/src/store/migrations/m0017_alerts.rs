//! Alerts that a claim's transaction has written down, and that a job makes mails and events of.

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
CREATE TABLE alerts (
    id {id} PRIMARY KEY NOT NULL,
    offer_id {id} NOT NULL,
    alert {json} NOT NULL,
    at BIGINT NOT NULL
);
";
