//! What tills hold and use of claims.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "redemptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The partner, or its sandbox.
    pub partner_id: Uuid,
    pub offer_id: Uuid,
    pub claim_id: Uuid,
    /// A `shared::redemption::RedemptionState`.
    pub state: String,
    pub quantity: i32,
    /// The till's own number for it.
    pub reference: Option<String>,
    pub reason: Option<String>,
    /// Who did the last thing to it: a member, or a program by its key.
    pub actor_id: Option<Uuid>,
    pub actor_key: Option<Uuid>,
    pub created_at: i64,
    /// Until when it is held.
    pub expires_at: Option<i64>,
    pub confirmed_at: Option<i64>,
    /// When it was released or undone.
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
