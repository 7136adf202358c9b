//! Webhooks, the messages that wait to be sent, and what was answered.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Numbers in the order in which things happened to a subject: whoever does the next thing to it waits for the
        // former transaction to end. Ids are in order of time only as far as the clocks of several machines agree.
        let seq = match manager.get_connection().get_database_backend() {
            DbBackend::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            _ => "INTEGER PRIMARY KEY AUTOINCREMENT",
        };
        super::run(manager, &SCRIPT.replace("{seq}", seq)).await
    }
}

/// Deliveries do not refer to their webhook or event, so that writing one down never waits for whoever deletes a
/// webhook, and cannot fail for it: deliveries without a webhook are not sent, and are forgotten.
const SCRIPT: &str = r"
CREATE TABLE webhooks (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL REFERENCES partners (id),
    url TEXT NOT NULL,
    description TEXT,
    kinds {json} NOT NULL,
    secret {bytes} NOT NULL,
    old_secret {bytes},
    old_secret_until BIGINT,
    disabled_at BIGINT,
    disabled_reason TEXT CHECK (disabled_reason IN ('by_hand', 'failing', 'gone')),
    failing_since BIGINT,
    created_at BIGINT NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX webhooks_partner ON webhooks (partner_id, id);

CREATE TABLE webhook_deliveries (
    seq {seq},
    id {id} NOT NULL UNIQUE,
    webhook_id {id} NOT NULL,
    event_id {id} NOT NULL,
    subject {id} NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL DEFAULT 0,
    repeats {id},
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook_id, seq);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (webhook_id, subject, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (event_id);

CREATE TABLE webhook_attempts (
    delivery_id {id} NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    duration_ms INTEGER NOT NULL,
    signature TEXT NOT NULL,
    status INTEGER,
    answer TEXT,
    failure TEXT,
    PRIMARY KEY (delivery_id, number)
);

INSERT INTO revisions (name, value) VALUES ('webhooks', 1);
";
