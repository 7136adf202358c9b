//! Figures over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, web};
use shared::stats::Summary;

use crate::{
    error::Result,
    http::{Query, etag, query::Nothing},
    offers::catalogue::Catalogue,
    store::{Store, clock::Clock},
};

/// The platform in numbers.
#[utoipa::path(tag = "statistics", responses((status = 200, body = Summary, headers(("ETag" = String)))))]
#[get("/stats/summary")]
pub async fn summary(
    request: HttpRequest,
    _: Query<Nothing>,
    store: web::Data<Store>,
    catalogue: web::Data<Catalogue>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    etag::public(&request, &super::summary(&store, &catalogue, clock.now()).await?)
}
