//! Redemptions: what tills hold and use of claims.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// That no unit is used twice stands here, too: a claim never has more units used than claimed, one hold at a time, and
/// a receipt number belongs to one redemption.
const SCRIPT: &str = r"
ALTER TABLE claims ADD COLUMN redeemed INTEGER NOT NULL DEFAULT 0
    CONSTRAINT never_used_twice CHECK (redeemed >= 0 AND redeemed <= quantity);
ALTER TABLE claims ADD COLUMN redeemed_at BIGINT;
UPDATE claims SET redeemed = quantity, redeemed_at = ended_at WHERE state = 'redeemed';

CREATE TABLE redemptions (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL,
    offer_id {id} NOT NULL,
    claim_id {id} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'released', 'undone')),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    reference TEXT,
    reason TEXT,
    actor_id {id},
    actor_key {id},
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    confirmed_at BIGINT,
    ended_at BIGINT
);
CREATE UNIQUE INDEX redemptions_reference ON redemptions (partner_id, reference) WHERE reference IS NOT NULL;
CREATE UNIQUE INDEX redemptions_one_hold ON redemptions (claim_id) WHERE state = 'held';
CREATE INDEX redemptions_claim ON redemptions (claim_id);
CREATE INDEX redemptions_partner ON redemptions (partner_id, created_at, id);
CREATE INDEX redemptions_created ON redemptions (created_at, id);
CREATE INDEX redemptions_holds ON redemptions (expires_at) WHERE state = 'held';
";
