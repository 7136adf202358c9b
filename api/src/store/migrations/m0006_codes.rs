//! Pools of partners' own codes, warnings that were given of quotas, and the words by which partners find their offers.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await?;
        // Folded words are compared byte by byte, as the program folds them; SQLite does so anyway.
        let words = match manager.get_connection().get_database_backend() {
            DbBackend::Postgres => "search COLLATE \"C\"",
            _ => "search",
        };
        super::run(manager, &format!("CREATE INDEX offers_partner_search ON offers (partner_id, {words}, id)")).await
    }
}

/// The codes of a pool are numbered, and handed out in that order: those from `next_place` to `last_place` are free, so
/// that whoever hands one out knows which without searching, and a pool's counts are a subtraction. Codes that are
/// removed are the free ones, all at once: the numbers never have gaps.
///
/// A code belongs to one offer of a partner. That rule reaches across offers; an engine that spreads tables by offer
/// has to keep this one table together.
///
/// The indexes of offers are those of a partner's list in its orders; `offers_partner_state` alone answers the counts.
const SCRIPT: &str = r"
CREATE TABLE code_pools (
    offer_id {id} PRIMARY KEY NOT NULL,
    next_place INTEGER NOT NULL DEFAULT 1 CHECK (next_place >= 1),
    last_place INTEGER NOT NULL DEFAULT 0,
    filled INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT never_more_than_there_are CHECK (next_place <= last_place + 1)
);

CREATE TABLE pool_codes (
    offer_id {id} NOT NULL,
    place INTEGER NOT NULL,
    partner_id {id} NOT NULL,
    code TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    claim_id {id},
    handed_out_at BIGINT,
    PRIMARY KEY (offer_id, place)
);
CREATE UNIQUE INDEX pool_codes_code ON pool_codes (partner_id, code);
CREATE UNIQUE INDEX pool_codes_claim ON pool_codes (claim_id) WHERE claim_id IS NOT NULL;

ALTER TABLE claims ADD COLUMN partner_code TEXT;
ALTER TABLE quotas ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;

ALTER TABLE offers ADD COLUMN search TEXT;
CREATE INDEX offers_unsearched ON offers (id) WHERE search IS NULL;
CREATE INDEX offers_partner_updated ON offers (partner_id, updated_at, id);
CREATE INDEX offers_partner_end ON offers (partner_id, (coalesce(ends_at, 9007199254740991)), id);
CREATE INDEX offers_partner_state ON offers (partner_id, state, pending_at);
";
