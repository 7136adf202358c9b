//! Uploads of offers: what was sent, how far it is worked through, and what became of its rows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCRIPT).await
    }
}

/// `position` and the counts of an import change in the transaction that applies its rows: after a crash each row has
/// been applied once or not at all, and the row of `imports` says which.
///
/// `import_ids` has each external id that was met, so that the second in a file is found however large the file is, so
/// that a retry knows what is done, and so that `replace_all` knows what is missing.
const SCRIPT: &str = r"
CREATE TABLE imports (
    id {id} PRIMARY KEY NOT NULL,
    partner_id {id} NOT NULL REFERENCES partners (id),
    retry_of {id},
    actor_id {id},
    actor_key {id},
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'finished', 'failed', 'cancelled')),
    mode TEXT NOT NULL,
    on_error TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    submit BOOLEAN NOT NULL,
    max_delete_percent INTEGER NOT NULL,
    format TEXT NOT NULL,
    charset TEXT,
    host {id} NOT NULL,
    bytes BIGINT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('check', 'apply', 'end')),
    position BIGINT NOT NULL,
    bytes_done BIGINT NOT NULL,
    ended_up_to {id},
    open_before BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    nameless BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    failure {json},
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    tidied BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX imports_partner ON imports (partner_id, id);
CREATE INDEX imports_open ON imports (host, id) WHERE state IN ('queued', 'running');
CREATE INDEX imports_finished ON imports (finished_at) WHERE NOT tidied;

CREATE TABLE import_errors (
    import_id {id} NOT NULL,
    number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    external_id TEXT,
    pointer TEXT NOT NULL,
    code TEXT NOT NULL,
    least BIGINT NOT NULL,
    most BIGINT NOT NULL,
    PRIMARY KEY (import_id, number)
){clustered};

CREATE TABLE import_ids (
    import_id {id} NOT NULL,
    external_id TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    failed BOOLEAN NOT NULL,
    PRIMARY KEY (import_id, external_id)
){clustered};
";
