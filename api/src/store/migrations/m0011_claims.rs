//! One index for a person's claims instead of two.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let nobody = match manager.get_connection().get_database_backend() {
            DbBackend::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
            _ => "x''",
        };
        super::run(manager, &SCRIPT.replace("{nobody}", nobody)).await
    }
}

/// One counting claim a person, offer and period, and as many more as were cancelled or expired: those are told apart by
/// their ids. So the index has all claims of a person together, and `claims_claimant` is not needed: a claim touches one
/// page at a random place less, and a page is what a commit writes.
const SCRIPT: &str = r"
DROP INDEX claims_claimant;
DROP INDEX claims_one_a_period;
CREATE UNIQUE INDEX claims_one_a_period ON claims (claimant_id, offer_id, period,
    (CASE WHEN state IN ('active', 'held', 'redeemed') THEN {nobody} ELSE id END));
";
