//! Eligibility over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, web};
use shared::{Code, OfferId, eligibility::Eligibility};

use crate::{
    accounts::MaybeCaller,
    error::Result,
    http::{Id, Query, etag, problem, query::Nothing},
    offers, refusals,
    store::{Store, clock::Clock},
};

refusals! {
    /// No such offer, or credentials that are no longer good.
    Refusals: NotFound, Unauthenticated, SessionEnded, CrossSite;
}

/// Whether one may claim an offer: each rule, met or not, and what would meet it. Strangers may ask, too.
#[utoipa::path(tag = "offers", params(("id" = OfferId, Path)), security((), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Eligibility, headers(("ETag" = String))), Refusals))]
#[get("/offers/{id}/eligibility")]
pub async fn eligibility(
    request: HttpRequest,
    caller: MaybeCaller,
    id: Id<OfferId>,
    _: Query<Nothing>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (offer, _) = offers::store::public_find(store.fresh(), id.0).await?.ok_or(Code::NotFound)?;
    let person = caller.0.map(|caller| caller.user);
    let rules = super::explain(&store, &offer, person, problem::lang(&request), clock.now()).await?;
    etag::private(&request, &rules)
}
