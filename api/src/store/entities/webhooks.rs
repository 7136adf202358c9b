//! Addresses at which partners' programs are told what happens.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The partner, or its sandbox.
    pub partner_id: Uuid,
    pub url: String,
    pub description: Option<String>,
    /// A list of `shared::webhook::EventKind`.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: Json,
    /// Encrypted.
    pub secret: Vec<u8>,
    /// The secret before, which signs, too, until `old_secret_until`.
    pub old_secret: Option<Vec<u8>>,
    pub old_secret_until: Option<i64>,
    pub disabled_at: Option<i64>,
    /// A `shared::webhook::DisabledReason`.
    pub disabled_reason: Option<String>,
    /// When the first of the attempts ended that have failed since the last one that got through.
    pub failing_since: Option<i64>,
    pub created_at: i64,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
