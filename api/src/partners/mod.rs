//! Partners: who they are, and who may work at a partner's desk.

pub mod access;
pub mod demo;
pub mod health;
mod invitations;
mod join;
pub mod key;
mod keys;
mod letters;
mod members;
mod ministry;
mod notify;
pub mod permission;
mod profile;
mod routes;
mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use shared::{offer::PartnerRef, partner::PartnerState};
use uuid::Uuid;

pub use access::{Actor, Desk};
pub use members::farewell;
pub use notify::notify;
pub use store::waiting;

use crate::{
    error::Result,
    http::routes::Routes,
    store::{Store, clock::to_ms, entities::partners},
};

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    use routes::{join, keys, ministry, people};

    app.service(routes::list).service(routes::detail);
    app.service(join::apply).service(join::get).service(join::change).service(join::mine);
    app.service(people::invite).service(people::invited).service(people::revoke);
    app.service(people::list).service(people::change).service(people::remove);
    app.service(people::card).service(people::accept);
    app.service(keys::list).service(keys::make).service(keys::rotate).service(keys::revoke);
    app.service(ministry::list).service(ministry::get).service(ministry::approve).service(ministry::refuse);
    app.service(ministry::suspend).service(ministry::reinstate);
}

/// Forgets what is old.
pub async fn tidy(db: &Store, now: DateTime<Utc>) -> Result<()> {
    db.transaction(async |tx| Ok(store::delete_expired_invitations(tx, to_ms(now)).await?)).await
}

/// All partners, as they stand on offers.
pub async fn references(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, PartnerRef>, DbErr> {
    Ok(partners::Entity::find().all(db).await?.into_iter().map(reference).collect())
}

/// Some partners, as they stand on offers.
pub async fn references_of(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, PartnerRef>, DbErr> {
    let these = partners::Entity::find().filter(partners::Column::Id.is_in(ids));
    Ok(these.all(db).await?.into_iter().map(reference).collect())
}

fn reference(partner: partners::Model) -> (Uuid, PartnerRef) {
    (partner.id, PartnerRef { slug: partner.slug, name: partner.name })
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
