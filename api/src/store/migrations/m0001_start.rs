//! Accounts, partners, offers, claims, and the figures kept beside them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// Instants are milliseconds since 1970 (BIGINT). The rules that must never break stand here, too: the database guards
/// them by itself, whatever the program does. Claims, quotas and codes carry the id of their offer, and no key refers
/// across offers, so that an engine that spreads a table over machines by that id can take them.
const SCRIPT: &str = r"
CREATE TABLE users (
    id {id} PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    email_verified_at BIGINT,
    password_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('learner', 'educator', 'institution_head', 'admin')),
    role_verified BOOLEAN NOT NULL DEFAULT FALSE,
    lang TEXT NOT NULL DEFAULT 'az' CHECK (lang IN ('az', 'en', 'ru')),
    last_active_day INTEGER,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE sessions (
    id {id} PRIMARY KEY NOT NULL,
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    hash {bytes} PRIMARY KEY NOT NULL,
    session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE mail_tokens (
    hash {bytes} PRIMARY KEY NOT NULL,
    user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX mail_tokens_user ON mail_tokens (user_id);

CREATE TABLE partners (
    id {id} PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    about {json},
    website TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX partners_slug ON partners (slug);

CREATE TABLE offers (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL REFERENCES partners (id),
    external_id TEXT,
    state TEXT NOT NULL CHECK (state IN
        ('draft', 'in_review', 'rejected', 'scheduled', 'announced', 'published', 'paused', 'ended')),
    draft {json} NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    rejection TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    published_at BIGINT
);
CREATE UNIQUE INDEX offers_external_id ON offers (partner_id, external_id);
CREATE INDEX offers_state ON offers (state);
CREATE INDEX offers_updated ON offers (updated_at);

CREATE TABLE quotas (
    offer_id {id} NOT NULL,
    period INTEGER NOT NULL,
    quota INTEGER,
    claimed INTEGER NOT NULL DEFAULT 0 CHECK (claimed >= 0),
    issued INTEGER NOT NULL DEFAULT 0 CHECK (issued >= 0),
    PRIMARY KEY (offer_id, period),
    CONSTRAINT never_more_than_the_quota CHECK (quota IS NULL OR claimed <= quota)
);

CREATE TABLE claims (
    id {id} PRIMARY KEY NOT NULL,
    offer_id {id} NOT NULL,
    claimant_id {id} NOT NULL,
    period INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    code TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    state TEXT NOT NULL CHECK (state IN ('active', 'held', 'redeemed', 'cancelled', 'expired')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX claims_one_a_period ON claims (offer_id, claimant_id, period)
    WHERE state IN ('active', 'held', 'redeemed');
CREATE UNIQUE INDEX claims_sequence ON claims (offer_id, period, sequence);
CREATE UNIQUE INDEX claims_code ON claims (code);
CREATE INDEX claims_claimant ON claims (claimant_id, id);
CREATE INDEX claims_expiry ON claims (expires_at) WHERE state = 'active';

CREATE TABLE idempotency (
    key {bytes} PRIMARY KEY NOT NULL,
    request_hash {bytes} NOT NULL,
    status INTEGER,
    content_type TEXT,
    location TEXT,
    body {bytes},
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE totals (
    day INTEGER NOT NULL,
    metric TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (day, metric)
);

CREATE TABLE activity (
    day INTEGER PRIMARY KEY NOT NULL,
    users BIGINT NOT NULL
);

CREATE TABLE revisions (
    name TEXT PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);
INSERT INTO revisions (name, value) VALUES ('offers', 1), ('claims', 1), ('sessions', 1);

CREATE TABLE audit (
    id {id} PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor_id {id},
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail {json} NOT NULL
);
CREATE INDEX audit_at ON audit (at);
";
