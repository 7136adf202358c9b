//! Claims, the ledger.

use sea_orm::entity::prelude::*;
use shared::account::ExportedClaim;

use crate::store::clock::from_ms;

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
    /// Units that have been used; never more than `quantity`.
    pub redeemed: i32,
    /// When units were last used.
    pub redeemed_at: Option<i64>,
    /// For an offer with a pool: the partner's own code, which is in `pool_codes`, too.
    pub partner_code: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for ExportedClaim {
    fn from(claim: Model) -> Self {
        Self {
            id: claim.id.into(),
            offer_id: claim.offer_id.into(),
            period: claim.period,
            quantity: claim.quantity,
            code: claim.code,
            partner_code: claim.partner_code,
            state: claim.state,
            created_at: from_ms(claim.created_at),
            expires_at: from_ms(claim.expires_at),
            ended_at: claim.ended_at.map(from_ms),
        }
    }
}
