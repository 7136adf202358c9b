//! The queries of the outbox.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::store::{Sql, either, entities::mails, statement};

/// Puts a mail into the outbox.
pub async fn add(db: &impl ConnectionTrait, mail: mails::Model) -> Result<(), DbErr> {
    mails::Entity::insert(mail.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Leases up to `count` mails whose time has come: puts their next try off to `again_at`, so that no other process leases
/// them until then, and if this one dies, they are sent then.
pub async fn lease(
    db: &impl ConnectionTrait,
    now: i64,
    again_at: i64,
    count: usize,
) -> Result<Vec<mails::Model>, DbErr> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let sql = Sql {
        sqlite: "UPDATE mails SET tries = tries + 1, next_try_at = $2 WHERE id IN
                 (SELECT id FROM mails WHERE next_try_at <= $1 AND expires_at > $1 ORDER BY next_try_at LIMIT $3)
                 RETURNING *",
        postgres: "UPDATE mails SET tries = tries + 1, next_try_at = $2 WHERE id IN
                   (SELECT id FROM mails WHERE next_try_at <= $1 AND expires_at > $1 ORDER BY next_try_at LIMIT $3
                    FOR UPDATE SKIP LOCKED)
                   RETURNING *",
    };
    let rows = db.query_all_raw(either(db, sql, [now.into(), again_at.into(), count.into()])).await?;
    rows.iter().map(|row| mails::Model::from_query_result(row, "")).collect()
}

/// Deletes mails that were sent.
pub async fn delete(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = Uuid>) -> Result<(), DbErr> {
    mails::Entity::delete_many().filter(mails::Column::Id.is_in(ids)).exec(db).await?;
    Ok(())
}

/// Puts off the next try of a mail, unless another process has taken it since this try.
pub async fn put_off(db: &impl ConnectionTrait, mail: &mails::Model, next_try_at: i64) -> Result<(), DbErr> {
    let sql = "UPDATE mails SET next_try_at = $2 WHERE id = $1 AND tries = $3";
    db.execute_raw(statement(db, sql, [mail.id.into(), next_try_at.into(), mail.tries.into()])).await?;
    Ok(())
}

/// Deletes what waits for an address.
pub async fn delete_for(db: &impl ConnectionTrait, recipient: &str) -> Result<(), DbErr> {
    db.execute_raw(statement(db, "DELETE FROM mails WHERE recipient = $1", [recipient.into()])).await?;
    Ok(())
}

/// Deletes mails that say nothing that holds any more; answers how many were tried in vain.
pub async fn delete_expired(db: &impl ConnectionTrait, now: i64) -> Result<u64, DbErr> {
    let sql = "DELETE FROM mails WHERE expires_at <= $1 AND tries = 0";
    db.execute_raw(statement(db, sql, [now.into()])).await?;
    let sql = "DELETE FROM mails WHERE expires_at <= $1";
    Ok(db.execute_raw(statement(db, sql, [now.into()])).await?.rows_affected())
}
