//! Invitations that wait to be accepted; of the token in the link only the hash is here.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub partner_id: Uuid,
    /// In small letters; one invitation for each partner.
    pub email: String,
    /// A `shared::partner::MemberRole`.
    pub role: String,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    pub invited_by: Option<Uuid>,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
