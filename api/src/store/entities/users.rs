//! Account.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In small letters; unique.
    pub email: String,
    pub email_verified_at: Option<i64>,
    /// PHC string of argon2id.
    pub password_hash: String,
    pub name: String,
    pub role: String,
    pub role_verified: bool,
    pub lang: String,
    /// Baku day number of the last use.
    pub last_active_day: Option<i32>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
