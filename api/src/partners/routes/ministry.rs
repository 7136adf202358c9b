//! Partners, for the ministry.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use shared::{
    Page, PartnerId, Validate, Violations,
    partner::{AdminPartner, PARTNER_NAME_MAX, PartnerAction, PartnerReason, PartnerState},
};
use utoipa::IntoParams;

use crate::{
    accounts::{Accounts, Admin},
    error::Result,
    http::{
        self, Allowed, Id, Json, Query, etag,
        idempotency::{Answering, Keyed},
        query::{Nothing, Paging, check_limit},
    },
    offers::catalogue::Catalogue,
    partners::ministry,
    refusals,
    store::{Store, Transaction, clock::Clock},
};

refusals! {
    /// Of the list.
    Listing: InvalidCursor, SessionEnded;
    /// Of one partner.
    Seeing: NotFound, SessionEnded;
    /// Of an action that the state does not allow.
    Acting: NotFound, StateConflict, SessionEnded;
}

/// Which partners to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Partners {
    /// Only in this state.
    #[param(inline)]
    state: Option<PartnerState>,
    /// A part of the name, or of the name in addresses.
    #[param(min_length = 1, max_length = 120)]
    q: Option<String>,
    /// Things on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    cursor: Option<String>,
}

impl Validate for Partners {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
        if let Some(q) = &self.q {
            violations.typed("?q", q, 1, PARTNER_NAME_MAX);
        }
    }
}

/// Partners in all states, the newest first; those that have applied are the queue.
#[utoipa::path(tag = "ministry", params(Partners), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<AdminPartner>), Listing))]
#[get("/admin/partners")]
pub async fn list(
    request: HttpRequest,
    Allowed(_admin, Query(query)): Allowed<Admin, Query<Partners>>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let words = query.q.as_deref().map(str::trim);
    let page = ministry::list(&store, query.state, words, paging.limit(), paging.cursor.as_deref()).await?;
    http::list::private(&request, &page)
}

/// One partner.
#[utoipa::path(tag = "ministry", params(("id" = PartnerId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = AdminPartner), Seeing))]
#[get("/admin/partners/{id}")]
pub async fn get(
    request: HttpRequest,
    Allowed(_admin, (_, Id(id))): Allowed<Admin, (Query<Nothing>, Id<PartnerId>)>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    etag::private(&request, &ministry::get(store.fresh(), id).await?)
}

/// What every action takes from the application.
type Parts = (web::Data<Store>, web::Data<Accounts>, web::Data<Catalogue>, web::Data<Clock>);

async fn act(
    (store, accounts, catalogue, clock): &Parts,
    answering: &Answering,
    admin: &Admin,
    id: PartnerId,
    (action, reason): (PartnerAction, Option<&str>),
) -> Result<HttpResponse> {
    let (user, now) = (admin.0.caller.user, clock.now());
    let work = async |tx: &Transaction| {
        Ok(HttpResponse::Ok().json(ministry::act(tx, accounts, user, id, action, reason, now).await?))
    };
    let answer = answering.transaction(store, work).await?;
    // The answer comes when this process shows what changed.
    catalogue.refresh(store, now).await?;
    Ok(answer)
}

/// Lets an applicant in; also one that was refused before.
#[utoipa::path(tag = "ministry", params(("id" = PartnerId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = AdminPartner), Acting))]
#[post("/admin/partners/{id}/approve")]
pub async fn approve(
    Keyed(admin, (_, Id(id)), answering): Keyed<Admin, (Query<Nothing>, Id<PartnerId>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    act(&parts, &answering, &admin, id, (PartnerAction::Approve, None)).await
}

/// Refuses an application, with the reason that its owners read.
#[utoipa::path(tag = "ministry", params(("id" = PartnerId, Path)), request_body = PartnerReason, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = AdminPartner), Acting))]
#[post("/admin/partners/{id}/refuse")]
pub async fn refuse(
    Keyed(admin, (_, Id(id), Json(why)), answering): Keyed<Admin, (Query<Nothing>, Id<PartnerId>, Json<PartnerReason>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    act(&parts, &answering, &admin, id, (PartnerAction::Refuse, Some(&why.reason))).await
}

/// Stops a partner for now, with the reason that its owners read: its offers leave the catalogue and are not claimed;
/// what was claimed can still be redeemed.
#[utoipa::path(tag = "ministry", params(("id" = PartnerId, Path)), request_body = PartnerReason, security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = AdminPartner), Acting))]
#[post("/admin/partners/{id}/suspend")]
pub async fn suspend(
    Keyed(admin, (_, Id(id), Json(why)), answering): Keyed<Admin, (Query<Nothing>, Id<PartnerId>, Json<PartnerReason>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    act(&parts, &answering, &admin, id, (PartnerAction::Suspend, Some(&why.reason))).await
}

/// Lets a suspended partner go on: its offers are as they were.
#[utoipa::path(tag = "ministry", params(("id" = PartnerId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = AdminPartner), Acting))]
#[post("/admin/partners/{id}/reinstate")]
pub async fn reinstate(
    Keyed(admin, (_, Id(id)), answering): Keyed<Admin, (Query<Nothing>, Id<PartnerId>)>,
    parts: Parts,
) -> Result<HttpResponse> {
    act(&parts, &answering, &admin, id, (PartnerAction::Reinstate, None)).await
}
