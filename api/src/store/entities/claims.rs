//! Claims, the ledger.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "claims")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub offer_id: Uuid,
    pub claimant_id: Uuid,
    /// 0 for once, else the month as `202611`.
    pub period: i32,
    /// 1, 2, 3 … within offer and period.
    pub sequence: i32,
    /// Twelve signs, without dashes.
    pub code: String,
    pub quantity: i32,
    pub state: String,
    pub created_at: i64,
    pub expires_at: i64,
    /// When it was cancelled, redeemed or expired.
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
