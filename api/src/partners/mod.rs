//! Partners: who they are, and who may work at a partner's desk.

pub mod access;
pub mod key;
pub mod permission;
mod routes;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait};
use shared::{offer::PartnerRef, partner::PartnerState};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use access::{Actor, Desk};

use crate::store::entities::partners;

/// The routes under `/api/v1`.
pub fn routes(app: &mut ServiceConfig) {
    app.service(routes::list).service(routes::detail);
}

/// All partners, as they stand on offers.
pub async fn references(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, PartnerRef>, DbErr> {
    let rows = partners::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|p| (p.id, PartnerRef { slug: p.slug, name: p.name })).collect())
}

/// The states in which everybody may see a partner.
const PUBLIC: [PartnerState; 2] = [PartnerState::Active, PartnerState::Suspended];

/// Whether everybody may see a partner.
pub fn is_public(partner: &partners::Model) -> bool {
    PartnerState::from_name(&partner.state).is_some_and(|state| PUBLIC.contains(&state))
}

/// Partners that everybody may see.
pub fn are_public() -> Condition {
    Condition::all().add(partners::Column::State.is_in(PUBLIC.map(PartnerState::as_str)))
}
