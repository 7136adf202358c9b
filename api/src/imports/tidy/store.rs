//! The queries of tidying up. They are about uploads of all partners.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    imports::store::is_open,
    store::{entities::imports, statement},
};

/// Says that a folder is there, and forgets those that nobody has seen since an instant.
pub async fn see(db: &impl ConnectionTrait, host: Uuid, now: i64, gone: i64) -> Result<(), DbErr> {
    let sql = "INSERT INTO import_hosts (host, seen_at) VALUES ($1, $2)
               ON CONFLICT (host) DO UPDATE SET seen_at = excluded.seen_at";
    db.execute_raw(statement(db, sql, [host.into(), now.into()])).await?;
    db.execute_raw(statement(db, "DELETE FROM import_hosts WHERE seen_at < $1", [gone.into()])).await?;
    Ok(())
}

fn nobody_has_seen() -> Condition {
    Condition::all().add(Expr::cust("host NOT IN (SELECT host FROM import_hosts)"))
}

/// Uploads that are not over, came before an instant, and lie in a folder that nobody has seen for long; without `except`.
pub async fn lost(db: &impl ConnectionTrait, except: Vec<Uuid>, before: i64) -> Result<Vec<imports::Model>, DbErr> {
    let lost = is_open().add(imports::Column::CreatedAt.lt(before)).add(nobody_has_seen());
    let lost = lost.add(imports::Column::Id.is_not_in(except));
    imports::Entity::find().filter(lost).limit(100).all(db).await
}

/// Uploads that are over, of which something is still kept, of this folder and of those that are gone: those before an
/// instant, without `except`.
pub async fn next(
    db: &impl ConnectionTrait,
    except: Vec<Uuid>,
    host: Uuid,
    before: i64,
) -> Result<Vec<imports::Model>, DbErr> {
    imports::Entity::find()
        .filter(imports::Column::Id.is_not_in(except))
        .filter(Condition::any().add(imports::Column::Host.eq(host)).add(nobody_has_seen()))
        .filter(imports::Column::Tidied.eq(false))
        .filter(imports::Column::FinishedAt.lt(before))
        .order_by_asc(imports::Column::FinishedAt)
        .limit(20)
        .all(db)
        .await
}

/// Forgets a slice of what is kept of an upload; answers whether that was all.
pub async fn forget(db: &impl ConnectionTrait, import: Uuid) -> Result<bool, DbErr> {
    const SLICE: u64 = 5000;
    for (table, key) in [("import_ids", "external_id"), ("import_errors", "number")] {
        let sql = format!(
            "DELETE FROM {table} WHERE import_id = $1 AND {key} IN
             (SELECT {key} FROM {table} WHERE import_id = $1 ORDER BY {key} LIMIT {SLICE})"
        );
        if db.execute_raw(statement(db, &sql, [import.into()])).await?.rows_affected() == SLICE {
            return Ok(false);
        }
    }
    let sql = "UPDATE imports SET tidied = TRUE, file_kept = FALSE WHERE id = $1";
    db.execute_raw(statement(db, sql, [import.into()])).await?;
    Ok(true)
}

/// Which of these uploads still need their files.
pub async fn needed(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<Uuid>, DbErr> {
    imports::Entity::find()
        .select_only()
        .column(imports::Column::Id)
        .filter(imports::Column::Id.is_in(ids))
        .filter(imports::Column::FileKept.eq(true))
        .into_tuple()
        .all(db)
        .await
}
