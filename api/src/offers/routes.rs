//! The catalogue over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use shared::{
    OfferId,
    offer::{OfferList, OfferView},
};

use super::catalogue::{Catalogue, ListQuery};
use crate::{
    error::Result,
    http::{
        Id, Query,
        etag::{self, Keep},
        query::{self, Nothing},
    },
    refusals,
    store::{Store, clock::Clock},
};

refusals! {
    /// A cursor of another list.
    ListRefusals: InvalidQuery, InvalidCursor, MalformedRequest;
    /// No such offer.
    DetailRefusals: NotFound;
}

/// Lists the offers that everybody sees.
#[utoipa::path(
    tag = "offers",
    params(ListQuery),
    responses((status = 200, body = OfferList, headers(("ETag" = String), ("Link" = String, description = "The next page."))), ListRefusals)
)]
#[get("/offers")]
pub async fn list(request: HttpRequest, catalogue: web::Data<Catalogue>) -> Result<HttpResponse> {
    let asked = request.query_string();
    let ready = catalogue.list(request.path(), asked, || query::parse(asked))?;
    let mut response = etag::tagged(&request, Keep::Public, ready.tag, ready.body);
    if let Some(next) = ready.next {
        response.headers_mut().insert(header::LINK, next);
    }
    Ok(response)
}

/// An offer in full. Paused and ended offers can still be read, since people hold codes of them.
#[utoipa::path(
    tag = "offers",
    params(("id" = OfferId, Path)),
    responses((status = 200, body = OfferView, headers(("ETag" = String))),
              DetailRefusals)
)]
#[get("/offers/{id}")]
pub async fn detail(
    request: HttpRequest,
    id: Id<OfferId>,
    _: Query<Nothing>,
    catalogue: web::Data<Catalogue>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let ready = catalogue.detail(&store, id.0, clock.now()).await?;
    Ok(etag::tagged(&request, Keep::Public, ready.tag, ready.body))
}
