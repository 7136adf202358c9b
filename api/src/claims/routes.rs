//! Claims over HTTP.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, post, web};
use shared::{
    ClaimId, Code, OfferId, Page,
    claim::{Allowance, ClaimView, NewClaim},
};

use super::{
    allowance,
    answer::{Answers, Granted},
    batch::new_id,
    cancel as cancelling,
    decide::Request,
    queue::{Answer, ClaimQueue, Render},
    store as queries,
    view::{self, Shown, ShownOffers},
};
use crate::{
    accounts::{Caller, Person},
    error::{Error, Result},
    http::{
        Allowed, Id, Json, Query, cursor, etag,
        finish::Summarised,
        idempotency::Keyed,
        limits::Limit,
        list,
        query::{Nothing, Paging},
    },
    offers::catalogue::Catalogue,
    refusals,
    store::{Store, Transaction, clock::Clock, entities::claims},
};

refusals! {
    /// Why a claim is not granted.
    CreateRefusals: NotFound, NotEligible, QuotaExhausted, AlreadyClaimed, OfferNotOpen;
    /// No such claim of yours.
    ReadRefusals: NotFound;
    /// No such claim of yours, or it is not active.
    CancelRefusals: NotFound, ClaimNotActive;
    /// A cursor of another list.
    ListRefusals: InvalidQuery, InvalidCursor;
}

/// Tells this list's cursors from others.
const LIST: &str = "claims";

/// Changes by one person, a minute.
pub type ChangeLimit = Limit<uuid::Uuid>;

/// Claims an offer. The answer comes after the claim is safely written; the code is good at once.
#[utoipa::path(
    tag = "claims",
    params(("id" = OfferId, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$", description = "The same key and body get the first answer again.")),
    request_body = NewClaim,
    security(("bearer" = []), ("session" = [])),
    responses((status = 201, body = ClaimView, headers(("Location" = String), ("Idempotent-Replayed" = Option<String>))), CreateRefusals)
)]
#[post("/offers/{id}/claims")]
#[allow(clippy::too_many_arguments)] // Each is one thing that the answer is made of.
pub async fn create(
    request: HttpRequest,
    Keyed(caller, (id, _, body), answering): Keyed<Caller, (Id<OfferId>, Query<Nothing>, Json<NewClaim>), Granted>,
    queue: web::Data<ClaimQueue>,
    shown: web::Data<ShownOffers>,
    limit: web::Data<ChangeLimit>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    request.extensions_mut().insert(Summarised);
    let remaining = limit.take(&caller.user.0)?;
    let offer = shown.find(store.fresh(), id.0).await?;
    let claim = Request { id: new_id(), offer: id.0, claimant: caller.user, quantity: body.0.quantity };
    let answers = Arc::new(Answers::new(&request, offer, remaining, clock.now()));
    let keyed = answering.key().map(|key| {
        let answers = answers.clone();
        let render: Render = Box::new(move |outcome| answers.kept(outcome));
        (key, render)
    });
    match queue.claim(claim, keyed).await? {
        Answer::Decided(outcome) => {
            answering.recorded();
            Ok(answers.whole(&outcome)?.answer())
        }
        Answer::Again(kept) => answering.replay(kept),
    }
}

fn json(claim: &claims::Model, offer: &Shown, now: chrono::DateTime<chrono::Utc>) -> Result<Vec<u8>> {
    serde_json::to_vec(&view::claim(claim, &offer.json, now)?).map_err(Error::internal)
}

/// A claim of one's own.
#[utoipa::path(tag = "claims", params(("id" = ClaimId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = ClaimView, headers(("ETag" = String))), ReadRefusals))]
#[get("/claims/{id}")]
pub async fn detail(
    request: HttpRequest,
    caller: Caller,
    id: Id<ClaimId>,
    _: Query<Nothing>,
    shown: web::Data<ShownOffers>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let claim = queries::find(store.fresh(), caller.user, id.0).await?.ok_or(Code::NotFound)?;
    let offer = shown.find(store.fresh(), OfferId(claim.offer_id)).await?;
    etag::private(&request, &view::claim(&claim, &offer.json, clock.now())?)
}

/// Gives a claim back; its unit can be claimed again.
#[utoipa::path(tag = "claims", params(("id" = ClaimId, Path)), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = ClaimView), CancelRefusals))]
#[post("/claims/{id}/cancel")]
pub async fn cancel(
    Keyed(caller, (id, _), answering): Keyed<Caller, (Id<ClaimId>, Query<Nothing>)>,
    shown: web::Data<ShownOffers>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let now = clock.now();
    let work = async |tx: &Transaction| {
        let claim = cancelling::cancel(tx, caller.user, id.0, now).await?;
        let offer = shown.find(tx, OfferId(claim.offer_id)).await?;
        Ok(HttpResponse::Ok().content_type("application/json").body(json(&claim, &offer, now)?))
    };
    answering.transaction(&store, work).await
}

/// One's own claims, the newest first.
#[utoipa::path(tag = "me", params(Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<ClaimView>, headers(("ETag" = String))), ListRefusals))]
#[get("/me/claims")]
pub async fn mine(
    request: HttpRequest,
    caller: Caller,
    query: Query<Paging>,
    shown: web::Data<ShownOffers>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let (limit, now) = (query.0.limit(), clock.now());
    let before = cursor::decode(LIST, query.0.cursor.as_deref())?;
    let mut rows = queries::page(store.fresh(), caller.user, before, limit + 1).await?;
    let next_cursor = cursor::cut(LIST, &mut rows, limit, |last| last.id);
    let mut offers = Vec::with_capacity(rows.len());
    for claim in &rows {
        offers.push(shown.find(store.fresh(), OfferId(claim.offer_id)).await?);
    }
    let items =
        rows.iter().zip(&offers).map(|(claim, offer)| view::claim(claim, &offer.json, now)).collect::<Result<_>>()?;
    list::private(&request, &Page { items, next_cursor })
}

/// One's monthly benefits, and when each can be claimed next.
#[utoipa::path(tag = "me", security(("bearer" = []), ("session" = [])),
    responses((status = 200, body = Page<Allowance>, headers(("ETag" = String)))))]
#[get("/me/allowances")]
pub async fn allowances(
    request: HttpRequest,
    Allowed(person, _): Allowed<Person, Query<Nothing>>,
    catalogue: web::Data<Catalogue>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    let role = shared::account::Role::from_name(&person.account.role).ok_or(Code::Internal)?;
    let items = allowance::allowances(&store, &catalogue, person.caller.user, role, clock.now()).await?;
    etag::private(&request, &Page { items, next_cursor: None })
}
