//! Partners.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partners")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// A `LocalText`.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub about: Option<Json>,
    pub website: Option<String>,
    pub created_at: i64,
    /// A `shared::partner::PartnerState`.
    pub state: String,
    /// Whose sandbox this is.
    pub sandbox_of: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
