//! Kept answers with all their headers, and the row by which readiness is proved.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pairs = match manager.get_connection().get_database_backend() {
            DbBackend::Postgres => {
                ["json_build_array", "json_build_array(json_build_array('content-type', content_type))::text"]
            }
            _ => ["json_array", "json_array(json_array('content-type', content_type))"],
        };
        super::run(manager, &SCRIPT.replace("{array}", pairs[0]).replace("{one}", pairs[1])).await
    }
}

/// Answers that were kept before go on to be given. Those that were begun and never finished are forgotten: their effect
/// was not written with them.
const SCRIPT: &str = r"
DELETE FROM idempotency WHERE status IS NULL;
ALTER TABLE idempotency ADD COLUMN headers TEXT;
UPDATE idempotency SET headers = CASE WHEN location IS NULL THEN {one}
    ELSE CAST({array}({array}('content-type', content_type), {array}('location', location)) AS TEXT) END;
ALTER TABLE idempotency DROP COLUMN content_type;
ALTER TABLE idempotency DROP COLUMN location;
INSERT INTO revisions (name, value) VALUES ('probe', 0);
";
