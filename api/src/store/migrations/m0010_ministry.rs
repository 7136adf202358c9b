//! What the ministry is told of by mail: up to which instant it was told what waits for it, and when.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// When earlier applications were sent is not known: of them nobody is told again.
const SCRIPT: &str = r"
ALTER TABLE partner_profiles ADD COLUMN applied_at BIGINT;
CREATE INDEX partner_profiles_applied_at ON partner_profiles (applied_at) WHERE applied_at IS NOT NULL;

CREATE TABLE ministry_told (
    subject TEXT PRIMARY KEY NOT NULL,
    up_to BIGINT NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO ministry_told (subject, up_to, at) VALUES ('applications', 0, 0), ('offers', 0, 0);
";
