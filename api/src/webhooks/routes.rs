//! Webhooks over HTTP, at a partner's desk.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, patch, post, web};
use serde::Deserialize;
use shared::{
    DeliveryId, Page, Validate, Violations, WebhookId,
    webhook::{ChangeWebhook, Delivery, DeliveryState, NewWebhook, RotateSecret, Webhook, WebhookSecret},
};
use utoipa::IntoParams;

use super::{
    Webhooks, log,
    manage::{self, Doing},
};
use crate::{
    error::Result,
    http::{
        self, Allowed, Id, Json, Query,
        etag::{self, IfMatch},
        idempotency::Keyed,
        query::{Nothing, Paging, check_limit},
    },
    partners::{
        Desk,
        permission::{WebhooksRead, WebhooksWrite},
    },
    refusals,
    store::{Transaction, clock::Clock},
};

refusals! {
    /// No such partner, or a cursor of another list.
    ListRefusals: NotFound, InvalidCursor;
    /// No such partner, or as many webhooks as there may be.
    CreateRefusals: NotFound, PartnerNotActive, LimitReached;
    /// No such webhook.
    ReadRefusals: NotFound;
    /// No such webhook, or changed meanwhile.
    ChangeRefusals: NotFound, PartnerNotActive, StaleVersion, PreconditionRequired;
    /// No such webhook, or changed at the same moment.
    RotateRefusals: NotFound, PartnerNotActive, StaleVersion;
    /// No such webhook or delivery, or one that is switched off: `state` says why.
    SendRefusals: NotFound, PartnerNotActive, StateConflict;
    /// No such webhook, or a cursor of another list.
    LogRefusals: NotFound, InvalidCursor;
}

/// The query of the log.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// Deliveries on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
    /// As the page before gave it.
    #[param(pattern = "^[A-Za-z0-9_-]*$", max_length = 1024)]
    pub cursor: Option<String>,
}

impl Validate for LogQuery {
    fn check(&self, violations: &mut Violations) {
        check_limit(self.limit, violations);
    }
}

fn doing<P>(desk: &Desk<P>, clock: &Clock) -> Doing {
    Doing { actor: desk.actor, partner: desk.id(), slug: desk.slug.clone(), now: clock.now() }
}

/// Lists a partner's webhooks, the oldest first; there are ten at most.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), Paging), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<Webhook>), ListRefusals))]
#[get("/partners/{slug}/webhooks")]
pub async fn list(
    request: HttpRequest,
    Allowed(desk, query): Allowed<Desk<WebhooksRead>, Query<Paging>>,
    hooks: web::Data<Webhooks>,
) -> Result<HttpResponse> {
    http::list::private(&request, &manage::list(&hooks, desk.id(), &query.0).await?)
}

/// Makes a webhook. The secret that signs its messages is shown in this answer alone.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path)), request_body = NewWebhook, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 201, body = WebhookSecret, headers(("Location" = String), ("ETag" = String))), CreateRefusals))]
#[post("/partners/{slug}/webhooks")]
pub async fn create(
    Allowed(desk, (_, new)): Allowed<Desk<WebhooksWrite>, (Query<Nothing>, Json<NewWebhook>)>,
    hooks: web::Data<Webhooks>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let made = manage::create(&hooks, &doing(&desk, &clock), &new.0).await?;
    let location = format!("/api/v1/partners/{}/webhooks/{}", desk.slug, made.webhook.id);
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location));
    etag::changed(response, made.webhook.version, &made)
}

/// A webhook of a partner. Its `ETag` begins with its version, for `If-Match`.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = WebhookId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Webhook, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/webhooks/{id}")]
pub async fn read(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<WebhooksRead>, (Id<WebhookId>, Query<Nothing>)>,
    hooks: web::Data<Webhooks>,
) -> Result<HttpResponse> {
    let webhook = manage::find(&hooks, desk.id(), id.0).await?;
    let shown = manage::shown(&hooks, &webhook).await?;
    etag::versioned(&request, shown.version, &shown)
}

/// Changes a webhook, or switches it off or on. Switched on again, it forgets its failures and gets what waits.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = WebhookId, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")),
    request_body = ChangeWebhook, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Webhook, headers(("ETag" = String))), ChangeRefusals))]
#[patch("/partners/{slug}/webhooks/{id}")]
pub async fn change(
    Allowed(desk, (id, _, expected, change)): Allowed<
        Desk<WebhooksWrite>,
        (Id<WebhookId>, Query<Nothing>, IfMatch, Json<ChangeWebhook>),
    >,
    hooks: web::Data<Webhooks>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let webhook = manage::find(&hooks, desk.id(), id.0).await?;
    let changed = manage::change(&hooks, &doing(&desk, &clock), &webhook, &expected, change.0).await?;
    etag::changed(HttpResponse::Ok(), changed.version, &changed)
}

/// Removes a webhook. What waits for it is not sent any more.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = WebhookId, Path), ("If-Match" = String, Header, description = "The version that was read: its `ETag`.")),
    security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 204, description = "Removed."), ChangeRefusals))]
#[delete("/partners/{slug}/webhooks/{id}")]
pub async fn delete(
    Allowed(desk, (id, _, expected)): Allowed<Desk<WebhooksWrite>, (Id<WebhookId>, Query<Nothing>, IfMatch)>,
    hooks: web::Data<Webhooks>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let webhook = manage::find(&hooks, desk.id(), id.0).await?;
    manage::delete(&hooks, &doing(&desk, &clock), &webhook, &expected).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a webhook a new secret, shown in this answer alone. For the hours asked, messages carry a signature by the
/// former one, too.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = WebhookId, Path)), request_body = RotateSecret, security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = WebhookSecret, headers(("ETag" = String))), RotateRefusals))]
#[post("/partners/{slug}/webhooks/{id}/rotate-secret")]
pub async fn rotate_secret(
    Allowed(desk, (id, _, rotate)): Allowed<Desk<WebhooksWrite>, (Id<WebhookId>, Query<Nothing>, Json<RotateSecret>)>,
    hooks: web::Data<Webhooks>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let webhook = manage::find(&hooks, desk.id(), id.0).await?;
    let rotated = manage::rotate(&hooks, &doing(&desk, &clock), &webhook, rotate.0).await?;
    etag::changed(HttpResponse::Ok(), rotated.webhook.version, &rotated)
}

/// Sends a `test` message now, once. What became of it is read at `Location`.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = WebhookId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 202, body = Delivery, headers(("Location" = String))), SendRefusals))]
#[post("/partners/{slug}/webhooks/{id}/test")]
pub async fn test(
    Keyed(desk, (id, _), answering): Keyed<Desk<WebhooksWrite>, (Id<WebhookId>, Query<Nothing>)>,
    hooks: web::Data<Webhooks>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let webhook = manage::find(&hooks, desk.id(), id.0).await?;
    let doing = doing(&desk, &clock);
    let work = async |tx: &Transaction| Ok(on_its_way(&desk.slug, &log::test(tx, &doing, &webhook).await?));
    answering.transaction(hooks.store(), work).await
}

fn on_its_way(slug: &str, delivery: &Delivery) -> HttpResponse {
    let location = format!("/api/v1/partners/{slug}/webhooks/deliveries/{}", delivery.id);
    HttpResponse::Accepted().insert_header((header::LOCATION, location)).json(delivery)
}

/// The log of a webhook, the newest first: what was sent and what was answered, for 30 days.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = WebhookId, Path), LogQuery), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<Delivery>, headers(("ETag" = String))), LogRefusals))]
#[get("/partners/{slug}/webhooks/{id}/deliveries")]
pub async fn deliveries(
    request: HttpRequest,
    Allowed(desk, (id, query)): Allowed<Desk<WebhooksRead>, (Id<WebhookId>, Query<LogQuery>)>,
    hooks: web::Data<Webhooks>,
) -> Result<HttpResponse> {
    let LogQuery { state, limit, cursor } = query.0;
    let limit = usize::from(limit.unwrap_or(shared::list::LIMIT_DEFAULT));
    http::list::private(&request, &log::page(&hooks, desk.id(), id.0, state, cursor.as_deref(), limit).await?)
}

/// A delivery: what was sent and what was answered.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = DeliveryId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 200, body = Delivery, headers(("ETag" = String))), ReadRefusals))]
#[get("/partners/{slug}/webhooks/deliveries/{id}")]
pub async fn read_delivery(
    request: HttpRequest,
    Allowed(desk, (id, _)): Allowed<Desk<WebhooksRead>, (Id<DeliveryId>, Query<Nothing>)>,
    hooks: web::Data<Webhooks>,
) -> Result<HttpResponse> {
    etag::private(&request, &log::find(&hooks, desk.id(), id.0).await?)
}

/// Sends a message again, with the same `webhook-id`. One that waits is tried now; for others a new delivery is made,
/// which `repeats` the one named.
#[utoipa::path(tag = "webhooks", params(("slug" = String, Path), ("id" = DeliveryId, Path)), security(("api_key" = []), ("bearer" = []), ("session" = [])),
    responses((status = 202, body = Delivery, headers(("Location" = String))), SendRefusals))]
#[post("/partners/{slug}/webhooks/deliveries/{id}/redeliver")]
pub async fn redeliver(
    Keyed(desk, (id, _), answering): Keyed<Desk<WebhooksWrite>, (Id<DeliveryId>, Query<Nothing>)>,
    hooks: web::Data<Webhooks>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let doing = doing(&desk, &clock);
    let work = async |tx: &Transaction| Ok(on_its_way(&desk.slug, &log::redeliver(tx, &doing, id.0).await?));
    answering.transaction(hooks.store(), work).await
}
