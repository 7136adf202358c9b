//! How partners join: their applications, invitations of their people, and how their keys fare.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// What only a partner's own people and the ministry see stands apart from `partners`, which every list reads.
/// `shown_at` is when something last changed that stands on the partner's offers.
const SCRIPT: &str = r"
CREATE TABLE partner_profiles (
    partner_id {id} PRIMARY KEY NOT NULL REFERENCES partners (id),
    tax_id TEXT,
    contact_name TEXT,
    contact_email TEXT,
    contact_phone TEXT,
    message TEXT,
    reason TEXT,
    applied_by {id},
    version INTEGER NOT NULL DEFAULT 1,
    shown_at BIGINT
);
CREATE INDEX partner_profiles_applied_by ON partner_profiles (applied_by);
CREATE INDEX partner_profiles_shown_at ON partner_profiles (shown_at);

CREATE TABLE invitations (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL REFERENCES partners (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('cashier', 'editor', 'owner')),
    hash {bytes} NOT NULL,
    invited_by {id},
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX invitations_email ON invitations (partner_id, email);
CREATE UNIQUE INDEX invitations_hash ON invitations (hash);

CREATE TABLE key_counts (
    key_id {id} PRIMARY KEY NOT NULL,
    calls BIGINT NOT NULL,
    refusals BIGINT NOT NULL
);

CREATE TABLE key_errors (
    id {id} PRIMARY KEY NOT NULL,
    key_id {id} NOT NULL,
    at BIGINT NOT NULL,
    operation TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT NOT NULL
);
CREATE INDEX key_errors_key ON key_errors (key_id, id);
";
