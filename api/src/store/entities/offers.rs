//! Offers. What the partner wrote is the document `draft`; beside it stands only what queries need.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub partner_id: Uuid,
    pub external_id: Option<String>,
    pub state: String,
    /// A `shared::offer::OfferDraft`.
    #[sea_orm(column_type = "JsonBinary")]
    pub draft: Json,
    pub starts_at: Option<i64>,
    pub ends_at: Option<i64>,
    pub rejection: Option<String>,
    pub version: i32,
    pub created_at: i64,
    pub updated_at: i64,
    pub published_at: Option<i64>,
    /// An edit that waits in review: a `shared::offer::OfferDraft`, too.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub pending: Option<Json>,
    pub pending_at: Option<i64>,
    /// What made this version, as in the audit: `offer.change`.
    pub action: String,
    /// Who made it: a person or a key, or neither where the platform did.
    pub actor_id: Option<Uuid>,
    pub actor_key: Option<Uuid>,
    /// The words by which its partner finds it (`offers::search_text`), with the title first. Whoever writes the draft
    /// by a statement of their own leaves it null: a job writes it down.
    pub search: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
