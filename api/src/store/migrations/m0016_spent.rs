//! One account a mailbox, and what was claimed with it before its account was deleted.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mailbox = match manager.get_connection().get_database_backend() {
            DbBackend::Postgres => r"regexp_replace(email, '^([^+@]+)\+[^@]*@', '\1@')",
            _ => {
                "CASE WHEN instr(email, '+') > 1 AND instr(email, '+') < instr(email, '@')
                 THEN substr(email, 1, instr(email, '+') - 1) || substr(email, instr(email, '@')) ELSE email END"
            }
        };
        super::run(manager, &SCRIPT.replace("{mailbox}", mailbox)).await
    }
}

/// The address without its tag, as `accounts::mailbox` asks for it. The index is not unique: accounts that were made before
/// this rule stay.
const SCRIPT: &str = r"
CREATE INDEX users_mailbox ON users (({mailbox}));
CREATE TABLE spent_claims (
    mailbox {bytes} NOT NULL,
    offer_id {id} NOT NULL,
    period INTEGER NOT NULL,
    claim_id {id} NOT NULL,
    claimant_id {id},
    until BIGINT NOT NULL,
    PRIMARY KEY (mailbox, offer_id, period)
);
CREATE INDEX spent_claims_claimant ON spent_claims (claimant_id, offer_id, period) WHERE claimant_id IS NOT NULL;
";
