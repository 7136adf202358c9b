//! The queries of uploads. Finders take the owner; what the runner asks is about this folder's uploads of all partners.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use shared::{
    ImportId, PartnerId,
    import::{ImportCounts, ImportState},
};
use uuid::Uuid;

use super::stage::Stage;
use crate::store::{
    Sql, either,
    entities::{imports, partners},
    json, statement,
};

/// The most errors that are kept of one upload; what is beyond is counted.
pub const ERRORS_KEPT: i64 = 100_000;

/// An upload of a partner.
pub async fn find(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    id: ImportId,
) -> Result<Option<imports::Model>, DbErr> {
    imports::Entity::find_by_id(id.0).filter(imports::Column::PartnerId.eq(partner.0)).one(db).await
}

/// The next `limit` uploads of a partner, the newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<imports::Model>, DbErr> {
    let condition = Condition::all()
        .add(imports::Column::PartnerId.eq(partner.0))
        .add_option(before.map(|id| imports::Column::Id.lt(id)));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    imports::Entity::find().filter(condition).order_by_desc(imports::Column::Id).limit(limit).all(db).await
}

/// Uploads that are not over.
pub fn is_open() -> Condition {
    Condition::all()
        .add(imports::Column::State.is_in([ImportState::Queued, ImportState::Running].map(ImportState::as_str)))
}

/// How many uploads of a partner are not finished yet.
pub async fn count_open(db: &impl ConnectionTrait, partner: PartnerId) -> Result<u64, DbErr> {
    imports::Entity::find().filter(imports::Column::PartnerId.eq(partner.0)).filter(is_open()).count(db).await
}

/// Lets one upload of a partner be counted and taken in at a time. (SQLite's one writer does that already.)
pub async fn lock_partner(tx: &impl ConnectionTrait, partner: PartnerId) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT id FROM partners WHERE id = $1 FOR NO KEY UPDATE";
        tx.query_one_raw(statement(tx, sql, [partner.0.into()])).await?;
    }
    Ok(())
}

/// Takes an upload in.
pub async fn insert(db: &impl ConnectionTrait, import: imports::Model) -> Result<(), DbErr> {
    imports::Entity::insert(import.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// The uploads of a folder that are not finished: of each partner the one that is first in its queue.
pub async fn runner_next(db: &impl ConnectionTrait, host: Uuid) -> Result<Vec<imports::Model>, DbErr> {
    let open = imports::Entity::find().filter(imports::Column::Host.eq(host)).filter(is_open());
    let mut found = open.order_by_asc(imports::Column::Id).limit(1000).all(db).await?;
    let mut partners = std::collections::HashSet::new();
    found.retain(|import| partners.insert(import.partner_id));
    Ok(found)
}

/// An upload as it stands.
pub async fn runner_read(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<imports::Model>, DbErr> {
    imports::Entity::find_by_id(id).one(db).await
}

/// The partner whose upload it is.
pub async fn runner_partner(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<partners::Model>, DbErr> {
    partners::Entity::find_by_id(id).one(db).await
}

/// An upload that was neither cancelled nor taken further by another process since it was read.
fn is_still(before: &imports::Model) -> Condition {
    Condition::all()
        .add(imports::Column::Id.eq(before.id))
        .add(imports::Column::State.eq(&before.state))
        .add(imports::Column::Stage.eq(&before.stage))
        .add(imports::Column::Position.eq(before.position))
        .add(imports::Column::Ended.eq(before.ended))
}

/// Locks the row of an upload that is still as it was read; answers whether it is. Each transaction of the runner begins
/// with this or with `advance`, so that the row stays locked until its end.
pub async fn lock(tx: &impl ConnectionTrait, before: &imports::Model) -> Result<bool, DbErr> {
    let still = imports::Entity::find().select_only().column(imports::Column::Id).filter(is_still(before));
    // SQLite's one writer has locked everything.
    let still = if tx.get_database_backend() == DbBackend::Postgres { still.lock_exclusive() } else { still };
    Ok(still.into_tuple::<Uuid>().one(tx).await?.is_some())
}

/// Writes how far an upload is, if it is still as it was read; answers whether it is.
pub async fn advance(
    tx: &impl ConnectionTrait,
    before: &imports::Model,
    after: &imports::Model,
) -> Result<bool, DbErr> {
    let mut change = after.clone().into_active_model().reset_all();
    change.id = sea_orm::ActiveValue::NotSet;
    let done = imports::Entity::update_many().set(change).filter(is_still(before)).exec(tx).await?;
    Ok(done.rows_affected == 1)
}

/// Cancels an upload that is not finished; answers whether.
pub async fn cancel(tx: &impl ConnectionTrait, partner: PartnerId, id: ImportId, now: i64) -> Result<bool, DbErr> {
    let sql = "UPDATE imports SET state = 'cancelled', finished_at = $3
               WHERE partner_id = $1 AND id = $2 AND state IN ('queued', 'running')";
    let values = [partner.0.into(), id.0.into(), now.into()];
    Ok(tx.execute_raw(statement(tx, sql, values)).await?.rows_affected() == 1)
}

/// What is known of a name: the row where an upload met it first (several may be on one line), and whether a row of it
/// failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    pub number: i64,
    pub line: i64,
    pub failed: bool,
}

/// Which of these names an upload has met. Plan: one look-up by primary key for each.
pub async fn met(db: &impl ConnectionTrait, import: Uuid, names: &[&str]) -> Result<HashMap<String, Met>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT i.external_id, i.row_number, i.line, i.failed FROM json_each($2) AS j
                 CROSS JOIN import_ids i ON i.import_id = $1 AND i.external_id = j.value",
        postgres: "SELECT i.* FROM jsonb_array_elements_text($2::jsonb) AS j (name) CROSS JOIN LATERAL (
                       SELECT external_id, row_number, line, failed FROM import_ids
                       WHERE import_id = $1 AND external_id = j.name OFFSET 0) AS i",
    };
    let rows = db.query_all_raw(either(db, sql, [import.into(), json::rows(names)])).await?;
    rows.iter()
        .map(|row| {
            let met = Met {
                number: row.try_get("", "row_number")?,
                line: row.try_get("", "line")?,
                failed: row.try_get("", "failed")?,
            };
            Ok((row.try_get("", "external_id")?, met))
        })
        .collect()
}

/// Notes names as met, none of which was before.
pub async fn note(tx: &impl ConnectionTrait, import: Uuid, names: &[(String, Met)]) -> Result<(), DbErr> {
    if names.is_empty() {
        return Ok(());
    }
    let sql = Sql {
        sqlite: "INSERT INTO import_ids (import_id, external_id, row_number, line, failed)
                 SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($2)",
        postgres: "INSERT INTO import_ids (import_id, external_id, row_number, line, failed)
                   SELECT $1, value ->> 0, (value ->> 1)::bigint, (value ->> 2)::bigint, (value ->> 3)::boolean
                   FROM jsonb_array_elements($2::jsonb) AS j",
    };
    let rows: Vec<_> = names.iter().map(|(name, met)| (name, met.number, met.line, met.failed)).collect();
    tx.execute_raw(either(tx, sql, [import.into(), json::rows(&rows)])).await?;
    Ok(())
}

/// Notes of names that were met that another row of theirs failed.
pub async fn note_failed(tx: &impl ConnectionTrait, import: Uuid, names: &[String]) -> Result<(), DbErr> {
    if names.is_empty() {
        return Ok(());
    }
    let sql = Sql {
        sqlite: "UPDATE import_ids SET failed = TRUE
                 WHERE import_id = $1 AND external_id IN (SELECT value FROM json_each($2))",
        postgres: "UPDATE import_ids SET failed = TRUE WHERE import_id = $1
                   AND external_id = ANY (ARRAY(SELECT jsonb_array_elements_text($2::jsonb)))",
    };
    tx.execute_raw(either(tx, sql, [import.into(), json::rows(names)])).await?;
    Ok(())
}

/// Something that is wrong with a row, as it is kept.
#[derive(Clone, Debug, Serialize, FromQueryResult)]
pub struct ErrorRow {
    pub number: i64,
    /// Which row of the file, from 1.
    pub row_number: i64,
    pub line: i64,
    pub external_id: Option<String>,
    pub pointer: String,
    pub code: String,
    pub least: i64,
    pub most: i64,
}

/// Keeps what is wrong with rows.
pub async fn add_errors(tx: &impl ConnectionTrait, import: Uuid, errors: &[ErrorRow]) -> Result<(), DbErr> {
    if errors.is_empty() {
        return Ok(());
    }
    let sql = Sql {
        sqlite: "INSERT INTO import_errors (import_id, number, row_number, line, external_id, pointer, code, least, most)
                 SELECT $1, value ->> 'number', value ->> 'row_number', value ->> 'line', value ->> 'external_id', value ->> 'pointer',
                        value ->> 'code', value ->> 'least', value ->> 'most' FROM json_each($2)",
        postgres: "INSERT INTO import_errors (import_id, number, row_number, line, external_id, pointer, code, least, most)
                   SELECT $1, number, row_number, line, external_id, pointer, code, least, most FROM jsonb_to_recordset($2::jsonb)
                   AS j (number bigint, row_number bigint, line bigint, external_id text, pointer text, code text, least bigint,
                   most bigint)",
    };
    tx.execute_raw(either(tx, sql, [import.into(), json::rows(errors)])).await?;
    Ok(())
}

/// The next errors of an upload, in the order of its lines.
pub async fn errors(
    db: &impl ConnectionTrait,
    import: Uuid,
    code: Option<&str>,
    after: i64,
    limit: usize,
) -> Result<Vec<ErrorRow>, DbErr> {
    let sql = "SELECT number, row_number, line, external_id, pointer, code, least, most FROM import_errors
               WHERE import_id = $1 AND number > $2 AND (CAST($3 AS TEXT) IS NULL OR code = $3)
               ORDER BY number LIMIT $4";
    let values = [import.into(), after.into(), code.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    rows.iter().map(|row| ErrorRow::from_query_result(row, "")).collect()
}

/// What became of the rows of an upload, however it ended or is going on.
pub fn counts(import: &imports::Model) -> ImportCounts {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let became = |n: i64| if is_nothing_done(import) { 0 } else { count(n) };
    ImportCounts {
        read: count(import.rows_read),
        created: became(import.created),
        updated: became(import.updated),
        unchanged: became(import.unchanged),
        ended: became(import.ended),
        failed: count(import.failed),
    }
}

/// Whether nothing came of the rows that were right: all are only being checked before any is applied, and of a dry run
/// that has met a wrong row none would be.
pub fn is_nothing_done(import: &imports::Model) -> bool {
    import.stage == Stage::Check.as_str() && (!import.dry_run || import.failed > 0)
}
