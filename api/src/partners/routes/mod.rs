//! Partners over HTTP: as everybody sees them here, the rest in files of their own.

pub mod join;
pub mod keys;
pub mod ministry;
pub mod people;

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use shared::{Code, Page, PartnerId, partner::PartnerView};

use crate::{
    error::Result,
    http::{
        self, Query, cursor, etag,
        query::{Nothing, Paging},
    },
    offers::catalogue::Catalogue,
    partners::are_public,
    refusals,
    store::{Store, entities::partners},
};

refusals! {
    /// A cursor of another list.
    ListRefusals: InvalidQuery, InvalidCursor, MalformedRequest;
    /// No such partner.
    DetailRefusals: NotFound;
}

fn view(partner: partners::Model, offers: &HashMap<String, u32>) -> PartnerView {
    PartnerView {
        id: PartnerId(partner.id),
        offers: offers.get(&partner.slug).copied().unwrap_or_default(),
        about: partner.about.and_then(|about| Deserialize::deserialize(about).ok()),
        slug: partner.slug,
        name: partner.name,
        website: partner.website,
    }
}

/// Tells this list's cursors from others.
const LIST: &str = "public_partners";

/// Lists the partners by their slugs.
#[utoipa::path(tag = "partners", params(Paging), responses((status = 200, body = Page<PartnerView>, headers(("ETag" = String))), ListRefusals))]
#[get("/partners")]
pub async fn list(
    request: HttpRequest,
    query: Query<Paging>,
    store: web::Data<Store>,
    catalogue: web::Data<Catalogue>,
) -> Result<HttpResponse> {
    let limit = query.0.limit();
    let mut find =
        partners::Entity::find().filter(are_public()).order_by_asc(partners::Column::Slug).limit(limit as u64 + 1);
    if let Some(after) = cursor::decode::<String>(LIST, query.0.cursor.as_deref())? {
        find = find.filter(partners::Column::Slug.gt(after));
    }
    let mut rows = find.all(&store.read).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.slug.clone());
    let offers = catalogue.by_partner();
    http::list::public(&request, &Page { items: rows.into_iter().map(|p| view(p, &offers)).collect(), next_cursor })
}

/// A partner.
#[utoipa::path(tag = "partners", params(("slug" = String, Path)), responses((status = 200, body = PartnerView, headers(("ETag" = String))), DetailRefusals))]
#[get("/partners/{slug}")]
pub async fn detail(
    request: HttpRequest,
    slug: web::Path<String>,
    _: Query<Nothing>,
    store: web::Data<Store>,
    catalogue: web::Data<Catalogue>,
) -> Result<HttpResponse> {
    let named = partners::Column::Slug.eq(slug.as_str());
    let named = partners::Entity::find().filter(are_public().add(named)).one(&store.read).await?;
    etag::public(&request, &view(named.ok_or(Code::NotFound)?, &catalogue.by_partner()))
}
