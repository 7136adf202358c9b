//! Of which uploads the file is still kept: what a partner's uploads take on the disk has a bound.

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
ALTER TABLE imports ADD COLUMN file_kept BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE imports SET file_kept = FALSE WHERE tidied;
CREATE INDEX imports_kept ON imports (partner_id, finished_at) WHERE file_kept;
";
