//! Offers by the time at which they open and end, and by their partner's name for them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// What is due is looked for every second, which without an index read all offers. The query names the states as it is done
/// here, or the index does not serve it.
///
/// Of the many indexes that begin with the partner, PostgreSQL took any to find an offer by its name while a partner's
/// first upload ran, and read all offers of the partner for each: its statistics knew of none. So names come first.
const SCRIPT: &str = r"
CREATE INDEX offers_opening ON offers (starts_at) WHERE state = 'scheduled';
CREATE INDEX offers_ending ON offers (ends_at) WHERE state IN ('scheduled', 'announced', 'published', 'paused');
DROP INDEX offers_external_id;
CREATE UNIQUE INDEX offers_external_id ON offers (external_id, partner_id);
";
