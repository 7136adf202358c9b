//! Keys of a partner's programs over HTTP.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, post, web};
use shared::{
    ApiKeyId, Page,
    partner::{ApiKeyView, MadeApiKey, NewApiKey, RotateApiKey},
};

use crate::{
    error::Result,
    http::{
        self, Allowed, Id, Json, Query,
        query::{Nothing, Paging},
    },
    partners::{
        Desk, keys,
        permission::{KeysRead, KeysRevoke, KeysWrite},
    },
    refusals,
    store::{Store, Transaction, clock::Clock},
};

refusals! {
    /// Of the list.
    Listing: NotFound, InvalidCursor, SessionEnded;
    /// Two keys are live already, or the partner is not active.
    Making: NotFound, TooManyKeys, PartnerNotActive, SessionEnded;
    /// No such key, one that does not work any more, or two are live already.
    Rotating: NotFound, TooManyKeys, StateConflict, PartnerNotActive, SessionEnded;
    /// No such key.
    Revoking: NotFound, SessionEnded;
}

/// Answers with secrets are kept nowhere.
const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// A partner's keys and how each fares, the newest first. The counts are some seconds old.
#[utoipa::path(tag = "partner's keys", params(("slug" = String, Path), Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<ApiKeyView>), Listing))]
#[get("/partners/{slug}/api-keys")]
pub async fn list(
    request: HttpRequest,
    Allowed(desk, Query(paging)): Allowed<Desk<KeysRead>, Query<Paging>>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let page = keys::list(&store, desk.id(), paging.limit(), paging.cursor.as_deref(), clock.now()).await?;
    http::list::private(&request, &page)
}

/// Makes a key. Its text is in this answer alone: only a hash of it is kept. Two of each mode are live at most. A key of
/// the mode `test` works in a sandbox of the partner's own, under the same addresses.
#[utoipa::path(tag = "partner's keys", params(("slug" = String, Path)), request_body = NewApiKey, security(("bearer" = []), ("session" = [])),
    responses((status = 201, body = MadeApiKey), Making))]
#[post("/partners/{slug}/api-keys")]
pub async fn make(
    Allowed(desk, (_, Json(input))): Allowed<Desk<KeysWrite>, (Query<Nothing>, Json<NewApiKey>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let make = async |tx: &Transaction| keys::make(tx, desk.actor, desk.id(), &input, now).await;
    let made = store.transaction(make).await?;
    Ok(HttpResponse::Created().insert_header(NO_STORE).json(made))
}

/// Replaces a key by a new one with the same name, mode and scopes. The old one goes on for `grace_hours`, and counts as
/// live meanwhile.
#[utoipa::path(tag = "partner's keys", params(("slug" = String, Path), ("id" = ApiKeyId, Path)), request_body = RotateApiKey, security(("bearer" = []), ("session" = [])),
    responses((status = 201, body = MadeApiKey), Rotating))]
#[post("/partners/{slug}/api-keys/{id}/rotate")]
pub async fn rotate(
    Allowed(desk, (_, Id(id), Json(input))): Allowed<
        Desk<KeysWrite>,
        (Query<Nothing>, Id<ApiKeyId>, Json<RotateApiKey>),
    >,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let rotate = async |tx: &Transaction| keys::rotate(tx, desk.actor, desk.id(), id, input, now).await;
    let made = store.transaction(rotate).await?;
    Ok(HttpResponse::Created().insert_header(NO_STORE).json(made))
}

/// Revokes a key: the next call with it is refused, in every process. Also of a partner that is suspended.
#[utoipa::path(tag = "partner's keys", params(("slug" = String, Path), ("id" = ApiKeyId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 204, description = "It does not work any more."), Revoking))]
#[delete("/partners/{slug}/api-keys/{id}")]
pub async fn revoke(
    Allowed(desk, (_, Id(id))): Allowed<Desk<KeysRevoke>, (Query<Nothing>, Id<ApiKeyId>)>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    store.transaction(async |tx| keys::revoke(tx, desk.actor, desk.id(), id, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
