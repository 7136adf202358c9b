//! Account.

use sea_orm::entity::prelude::*;
use shared::account::{AdminUser, Role};

use crate::store::clock::from_ms;

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

impl Model {
    /// What they are.
    pub fn role(&self) -> Role {
        Role::from_name(&self.role).unwrap_or(Role::Learner)
    }

    /// Whether the role counts: confirmed by the ministry, or one that needs no confirmation.
    pub fn has_standing(&self) -> bool {
        self.role_verified || !self.role().needs_verification()
    }

    /// Whether they are counted as an educator.
    pub fn is_verified_educator(&self) -> bool {
        self.role_verified && self.role() == Role::Educator
    }
}

impl From<Model> for AdminUser {
    fn from(user: Model) -> Self {
        Self {
            id: user.id.into(),
            role: user.role(),
            role_verified: user.has_standing(),
            email_verified: user.email_verified_at.is_some(),
            created_at: from_ms(user.created_at),
            email: user.email,
            name: user.name,
        }
    }
}
