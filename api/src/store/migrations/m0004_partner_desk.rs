//! The partner's desk: its standing, its members and keys, the history of its offers, and what its programs are told.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// A sandbox is a partner's row of its own, so that no query of offers, claims or codes can forget to leave it out:
/// what belongs to another partner is not seen anyhow.
///
/// `offer_versions` has the versions before the present one; the present one is the row of `offers`.
const SCRIPT: &str = r"
ALTER TABLE partners ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
    CHECK (state IN ('applied', 'active', 'suspended', 'refused', 'sandbox'));
ALTER TABLE partners ADD COLUMN sandbox_of {id} REFERENCES partners (id);
CREATE UNIQUE INDEX partners_sandbox ON partners (sandbox_of) WHERE sandbox_of IS NOT NULL;

CREATE TABLE members (
    partner_id {id} NOT NULL REFERENCES partners (id),
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('cashier', 'editor', 'owner')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

CREATE TABLE api_keys (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL REFERENCES partners (id),
    name TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    scopes {json} NOT NULL,
    hash {bytes} NOT NULL,
    created_by {id},
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX api_keys_partner ON api_keys (partner_id);

ALTER TABLE offers ADD COLUMN pending {json};
ALTER TABLE offers ADD COLUMN pending_at BIGINT;
ALTER TABLE offers ADD COLUMN action TEXT NOT NULL DEFAULT 'offer.create';
ALTER TABLE offers ADD COLUMN actor_id {id};
ALTER TABLE offers ADD COLUMN actor_key {id};
CREATE INDEX offers_partner ON offers (partner_id, id);
CREATE INDEX offers_pending ON offers (pending_at) WHERE pending_at IS NOT NULL;

CREATE TABLE offer_versions (
    offer_id {id} NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    draft {json} NOT NULL,
    pending {json},
    action TEXT NOT NULL,
    actor_id {id},
    actor_key {id},
    at BIGINT NOT NULL,
    PRIMARY KEY (offer_id, version)
);

CREATE TABLE events (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL,
    kind TEXT NOT NULL,
    subject {id} NOT NULL,
    data {json} NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX events_at ON events (at);
";
