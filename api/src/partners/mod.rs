//! Partners: who they are, and who may work at a partner's desk.

mod access;
mod routes;

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use shared::offer::PartnerRef;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub use access::PartnerDesk;

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
