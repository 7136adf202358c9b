//! The queries of keys and of how they fare.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};
use shared::{
    ApiKeyId, PartnerId, UserId,
    partner::{KEY_ERRORS, KeyMode},
};
use uuid::Uuid;

use crate::store::{Sql, either, entities::api_keys, json, statement};

/// Adds a key.
pub async fn add_key(db: &impl ConnectionTrait, key: api_keys::Model) -> Result<(), DbErr> {
    api_keys::Entity::insert(key.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// A key of a partner.
pub async fn key(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    id: ApiKeyId,
) -> Result<Option<api_keys::Model>, DbErr> {
    api_keys::Entity::find_by_id(id.0).filter(api_keys::Column::PartnerId.eq(partner.0)).one(db).await
}

/// Keys of a partner before `before`, the newest first.
pub async fn keys(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<api_keys::Model>, DbErr> {
    let wanted = Condition::all()
        .add(api_keys::Column::PartnerId.eq(partner.0))
        .add_option(before.map(|id| api_keys::Column::Id.lt(id)));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    api_keys::Entity::find().filter(wanted).order_by_desc(api_keys::Column::Id).limit(limit).all(db).await
}

/// How many keys of a mode work now.
pub async fn live_keys(db: &impl ConnectionTrait, partner: Uuid, mode: KeyMode, now: i64) -> Result<u64, DbErr> {
    let live = Condition::all()
        .add(api_keys::Column::PartnerId.eq(partner))
        .add(api_keys::Column::Mode.eq(mode.as_str()))
        .add(api_keys::Column::ExpiresAt.gt(now))
        .add(api_keys::Column::RevokedAt.is_null().or(api_keys::Column::RevokedAt.gt(now)));
    api_keys::Entity::find().filter(live).count(db).await
}

/// Keys of a partner that somebody made and that work now, the oldest first.
pub async fn keys_made_by(
    db: &impl ConnectionTrait,
    partner: PartnerId,
    user: UserId,
    now: i64,
) -> Result<Vec<api_keys::Model>, DbErr> {
    let theirs = Condition::all()
        .add(api_keys::Column::PartnerId.eq(partner.0))
        .add(api_keys::Column::CreatedBy.eq(user.0))
        .add(api_keys::Column::ExpiresAt.gt(now))
        .add(api_keys::Column::RevokedAt.is_null().or(api_keys::Column::RevokedAt.gt(now)));
    api_keys::Entity::find().filter(theirs).order_by_asc(api_keys::Column::Id).all(db).await
}

/// Ends a key at a time.
pub async fn revoke_key(db: &impl ConnectionTrait, id: Uuid, at: i64) -> Result<(), DbErr> {
    let sql = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1";
    db.execute_raw(statement(db, sql, [id.into(), at.into()])).await?;
    Ok(())
}

/// Calls and refusals of keys.
pub async fn key_counts(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<(Uuid, i64, i64)>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT c.key_id, c.calls, c.refusals FROM json_each($1) AS j
                 CROSS JOIN key_counts c ON c.key_id = unhex(j.value)",
        postgres: "SELECT c.key_id, c.calls, c.refusals FROM json_array_elements_text($1::json) AS j
                   JOIN key_counts c ON c.key_id = j.value::uuid",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    let count = |row: &sea_orm::QueryResult, name: &str| row.try_get::<i64>("", name);
    rows.iter().map(|row| Ok((row.try_get("", "key_id")?, count(row, "calls")?, count(row, "refusals")?))).collect()
}

/// A call that was refused.
#[derive(Clone, Debug, FromQueryResult)]
pub struct FailedCall {
    pub key_id: Uuid,
    pub at: i64,
    pub operation: String,
    pub status: i32,
    pub code: String,
}

/// The last refused calls of keys, the newest first.
pub async fn key_errors(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<FailedCall>, DbErr> {
    let sql = Sql {
        sqlite: "SELECT e.key_id, e.at, e.operation, e.status, e.code FROM json_each($1) AS j
                 CROSS JOIN key_errors e ON e.key_id = unhex(j.value) ORDER BY e.id DESC",
        postgres: "SELECT e.key_id, e.at, e.operation, e.status, e.code FROM json_array_elements_text($1::json) AS j
                   JOIN key_errors e ON e.key_id = j.value::uuid ORDER BY e.id DESC",
    };
    let rows = db.query_all_raw(either(db, sql, [json::ids(ids.iter().copied())])).await?;
    rows.iter().map(|row| FailedCall::from_query_result(row, "")).collect()
}

/// Adds to the counts of keys: key, calls, refusals, last use. In the order of their ids, so that two processes that
/// write the same keys never wait in a circle.
pub async fn add_key_counts(db: &impl ConnectionTrait, rows: Value) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO key_counts (key_id, calls, refusals)
                 SELECT unhex(j.value ->> 0), j.value ->> 1, j.value ->> 2 FROM json_each($1) AS j WHERE TRUE
                 ON CONFLICT (key_id) DO UPDATE
                 SET calls = key_counts.calls + excluded.calls, refusals = key_counts.refusals + excluded.refusals",
        postgres: "INSERT INTO key_counts (key_id, calls, refusals)
                   SELECT (j.value ->> 0)::uuid, (j.value ->> 1)::bigint, (j.value ->> 2)::bigint
                   FROM json_array_elements($1::json) AS j ORDER BY 1
                   ON CONFLICT (key_id) DO UPDATE
                   SET calls = key_counts.calls + excluded.calls, refusals = key_counts.refusals + excluded.refusals",
    };
    db.execute_raw(either(db, sql, [rows.clone()])).await?;
    let sql = Sql {
        sqlite:
            "UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), j.value ->> 3) FROM json_each($1) AS j
                 WHERE api_keys.id = unhex(j.value ->> 0)",
        postgres: "UPDATE api_keys SET last_used_at = greatest(coalesce(last_used_at, 0), (j.value ->> 3)::bigint)
                   FROM json_array_elements($1::json) AS j WHERE api_keys.id = (j.value ->> 0)::uuid",
    };
    db.execute_raw(either(db, sql, [rows])).await?;
    Ok(())
}

/// Adds refused calls (id, key, time, operation, status, code), and forgets all but the last of each of these keys.
pub async fn add_key_errors(
    db: &impl ConnectionTrait,
    rows: Value,
    keys: impl IntoIterator<Item = Uuid>,
) -> Result<(), DbErr> {
    let sql = Sql {
        sqlite: "INSERT INTO key_errors (id, key_id, at, operation, status, code)
                 SELECT unhex(j.value ->> 0), unhex(j.value ->> 1), j.value ->> 2, j.value ->> 3, j.value ->> 4,
                        j.value ->> 5 FROM json_each($1) AS j",
        postgres: "INSERT INTO key_errors (id, key_id, at, operation, status, code)
                   SELECT (j.value ->> 0)::uuid, (j.value ->> 1)::uuid, (j.value ->> 2)::bigint, j.value ->> 3,
                          (j.value ->> 4)::int, j.value ->> 5 FROM json_array_elements($1::json) AS j",
    };
    db.execute_raw(either(db, sql, [rows])).await?;
    let ranked = "SELECT e.id, ROW_NUMBER() OVER (PARTITION BY e.key_id ORDER BY e.id DESC) AS nth";
    let sql = Sql {
        sqlite: &format!(
            "DELETE FROM key_errors WHERE id IN (SELECT id FROM ({ranked} FROM json_each($1) AS j
             CROSS JOIN key_errors e ON e.key_id = unhex(j.value)) AS x WHERE nth > {KEY_ERRORS})"
        ),
        postgres: &format!(
            "DELETE FROM key_errors WHERE id IN (SELECT id FROM ({ranked} FROM json_array_elements_text($1::json) AS j
             JOIN key_errors e ON e.key_id = j.value::uuid) AS x WHERE nth > {KEY_ERRORS})"
        ),
    };
    db.execute_raw(either(db, sql, [json::ids(keys)])).await?;
    Ok(())
}
