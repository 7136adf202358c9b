//! The keys of partners' programs; of a key's text only the hash is here.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The partner itself, also for keys that work in its sandbox.
    pub partner_id: Uuid,
    pub name: String,
    /// A `shared::partner::KeyMode`.
    pub mode: String,
    /// A list of `shared::partner::Scope`.
    #[sea_orm(column_type = "JsonBinary")]
    pub scopes: Json,
    /// SHA-256 of the whole text.
    pub hash: Vec<u8>,
    pub created_by: Option<Uuid>,
    pub created_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
    pub last_used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
