//! What the ministry did, and when.

use sea_orm::entity::prelude::*;
use shared::audit::AuditEntry;

use crate::store::clock::from_ms;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: i64,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub subject: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub detail: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for AuditEntry {
    fn from(entry: Model) -> Self {
        Self {
            id: entry.id,
            at: from_ms(entry.at),
            actor_id: entry.actor_id.map(Into::into),
            action: entry.action,
            subject: entry.subject,
            detail: entry.detail,
        }
    }
}
