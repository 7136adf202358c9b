//! The queries of the audit log: it is only added to.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::store::entities::audit;

/// Adds an entry.
pub async fn add(db: &impl ConnectionTrait, entry: audit::Model) -> Result<(), DbErr> {
    audit::Entity::insert(entry.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Entries before `before`, the newest first: ids are in order of time.
pub async fn admin_entries(
    db: &impl ConnectionTrait,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<audit::Model>, DbErr> {
    audit::Entity::find()
        .apply_if(before, |query, before| query.filter(audit::Column::Id.lt(before)))
        .order_by_desc(audit::Column::Id)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX))
        .all(db)
        .await
}
