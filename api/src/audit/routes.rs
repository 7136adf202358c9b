//! The audit log over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, web};
use shared::{Page, audit::AuditEntry};

use crate::{
    accounts::Admin,
    error::Result,
    http::{self, Allowed, Query, query::Paging},
    refusals,
    store::Store,
};

refusals! {
    /// Of the list.
    Listing: InvalidCursor, SessionEnded;
}

/// What ministry staff did, the newest first.
#[utoipa::path(tag = "ministry", params(Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<AuditEntry>), Listing))]
#[get("/admin/audit")]
pub async fn list(
    request: HttpRequest,
    Allowed(_admin, Query(paging)): Allowed<Admin, Query<Paging>>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    http::list::private(&request, &super::list(&store, paging.limit(), paging.cursor.as_deref()).await?)
}
