//! What a partner's own people and the ministry know of it. A partner that the ministry added has no row until it is
//! changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner_id: Uuid,
    pub tax_id: Option<String>,
    pub contact_name: Option<String>,
    pub contact_email: Option<String>,
    pub contact_phone: Option<String>,
    /// What the application said.
    pub message: Option<String>,
    /// Why the ministry refused or suspended it.
    pub reason: Option<String>,
    pub applied_by: Option<Uuid>,
    /// When the last application was sent.
    pub applied_at: Option<i64>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
