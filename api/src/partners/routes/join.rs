//! Joining, the partner's own profile, and the partners of a person.

use actix_web::{HttpRequest, HttpResponse, get, http::header, patch, post, web};
use shared::{
    Page,
    partner::{MyPartner, NewPartner, PartnerDetails, PartnerProfile},
};

use crate::{
    accounts::{Accounts, Person},
    error::Result,
    http::{
        self, Allowed, Json, Query,
        body::Patch,
        etag::{self, IfMatch},
        idempotency::Keyed,
        query::{Nothing, Paging},
    },
    offers::catalogue::Catalogue,
    partners::{
        Desk, join, members,
        permission::{Belong, Manage},
        profile,
    },
    refusals,
    store::{Store, Transaction, clock::Clock},
};

refusals! {
    /// A name that is taken, too many applications, or an address that is not confirmed.
    Applying: AlreadyExists, LimitReached, EmailNotVerified, SessionEnded;
    /// No such partner of yours.
    Seeing: NotFound, SessionEnded;
    /// No such partner of yours, or changed meanwhile.
    Changing: NotFound, SessionEnded, StaleVersion, PreconditionRequired;
    /// A cursor of another list.
    Listing: InvalidCursor, SessionEnded;
}

/// Applies to become a partner. Whoever sends it becomes its first owner; the ministry answers by mail. An application
/// that was refused can be corrected and sent again under the same `slug`.
#[utoipa::path(tag = "partners", request_body = NewPartner, security(("bearer" = []), ("session" = [])),
    responses((status = 201, body = PartnerProfile, headers(("Location" = String), ("ETag" = String))), Applying))]
#[post("/partners")]
pub async fn apply(
    request: HttpRequest,
    Keyed(person, (_, Json(input)), answering): Keyed<Person, (Query<Nothing>, Json<NewPartner>)>,
    accounts: web::Data<Accounts>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let remaining = accounts.take_from_address(&request)?;
    let now = clock.now();
    let work = async |tx: &Transaction| {
        let profile = join::apply(tx, &accounts, &person, &input, now).await?;
        let location = format!("/api/v1/partners/{}/profile", profile.slug);
        let mut response = HttpResponse::Created();
        response.insert_header((header::LOCATION, location));
        let mut response = etag::changed(response, profile.version, &profile)?;
        remaining.write(response.headers_mut());
        Ok(response)
    };
    answering.transaction(&store, work).await
}

/// A partner as its own people see it, in any state. Its `ETag` begins with its version, for `If-Match`.
#[utoipa::path(tag = "partners", params(("slug" = String, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerProfile, headers(("ETag" = String))), Seeing))]
#[get("/partners/{slug}/profile")]
pub async fn get(
    request: HttpRequest,
    Allowed(desk, _): Allowed<Desk<Belong>, Query<Nothing>>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let profile = profile::get(&store, desk.partner).await?;
    etag::versioned(&request, profile.version, &profile)
}

/// Changes what a partner says of itself: what is sent is merged into it (RFC 7396), null removes. Only the ministry
/// changes the name.
#[utoipa::path(tag = "partners", params(("slug" = String, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")),
    request_body(content = PartnerDetails, description = "Any of these fields."), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = PartnerProfile, headers(("ETag" = String))), Changing))]
#[patch("/partners/{slug}/profile")]
pub async fn change(
    Allowed(desk, (_, expected, patch)): Allowed<Desk<Manage>, (Query<Nothing>, IfMatch, Patch)>,
    store: web::Data<Store>,
    catalogue: web::Data<Catalogue>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (id, ministry) = (desk.id(), desk.is_ministry());
    let now = clock.now();
    let change =
        async |tx: &Transaction| profile::change(tx, desk.actor, ministry, id, &expected, patch.0.clone(), now).await;
    let profile = store.transaction(change).await?;
    if profile.name != desk.partner.name {
        catalogue.refresh(&store, clock.now()).await?;
    }
    etag::changed(HttpResponse::Ok(), profile.version, &profile)
}

/// The partners for which I work, by their names in addresses.
#[utoipa::path(tag = "me", params(Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<MyPartner>), Listing))]
#[get("/me/partners")]
pub async fn mine(
    request: HttpRequest,
    Allowed(person, Query(paging)): Allowed<Person, Query<Paging>>,
    store: web::Data<Store>,
) -> Result<HttpResponse> {
    let user = person.caller.user;
    let page = members::partners_of(&store, user, paging.limit(), paging.cursor.as_deref()).await?;
    http::list::private(&request, &page)
}
