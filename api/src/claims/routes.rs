//! Claims over HTTP.

use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, http::header, post, web};
use bytes::Bytes;
use shared::{
    ClaimId, Code, Lang, OfferId, Page, Violations,
    claim::{Allowance, ClaimView, NewClaim},
    eligibility::RuleView,
};

use super::{
    allowance,
    batch::{Outcome, new_id},
    cancel as cancelling,
    decide::{Refusal, Request},
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
        idempotency::{Keyed, Stored},
        limits::Limit,
        list,
        problem::{self, Asked},
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
    Keyed(caller, (id, _, body), answering): Keyed<Caller, (Id<OfferId>, Query<Nothing>, Json<NewClaim>)>,
    queue: web::Data<ClaimQueue>,
    shown: web::Data<ShownOffers>,
    limit: web::Data<ChangeLimit>,
    store: web::Data<Store>,
    clock: web::Data<Clock>,
) -> Result<HttpResponse> {
    request.extensions_mut().insert(Summarised);
    let remaining = limit.take(&caller.user.0)?;
    let offer = shown.find(store.fresh(), id.0).await?;
    let lang = problem::lang(&request);
    let claim = Request { id: new_id(), offer: id.0, claimant: caller.user, quantity: body.0.quantity };
    let now = clock.now();
    let keyed = answering.key().map(|key| {
        let asked = request.extensions().get::<Asked>().cloned();
        let offer = offer.clone();
        let render: Render = Box::new(move |outcome| {
            let mut stored = stored(outcome, &offer, asked.as_ref(), lang, now);
            stored.headers.extend(remaining.headers().map(|(name, value)| (name.to_owned(), value)));
            stored
        });
        (key, render)
    });
    let mut response = match queue.claim(claim, keyed).await? {
        Answer::Outcome(Outcome::Claimed(claim)) => created(&claim, json(&claim, &offer, now)?),
        Answer::Outcome(Outcome::Refused(refusal)) => return Err(refused(refusal, &offer, lang, now)),
        Answer::Kept { stored, again } => {
            answering.recorded();
            return Ok(if again { stored.replay() } else { stored.answer() });
        }
    };
    remaining.write(response.headers_mut());
    Ok(response)
}

fn location(claim: &claims::Model) -> String {
    format!("/api/v1/claims/{}", claim.id)
}

fn json(claim: &claims::Model, offer: &Shown, now: chrono::DateTime<chrono::Utc>) -> Result<Vec<u8>> {
    serde_json::to_vec(&view::claim(claim, offer, now)?).map_err(Error::internal)
}

fn created(claim: &claims::Model, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, location(claim)))
        .content_type("application/json")
        .body(body)
}

/// The answer as it is kept with an idempotency key.
fn stored(
    outcome: &Outcome,
    offer: &Shown,
    asked: Option<&Asked>,
    lang: Lang,
    now: chrono::DateTime<chrono::Utc>,
) -> Stored {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let claimed = match outcome {
        Outcome::Claimed(claim) => json(claim, offer, now).map(|body| (location(claim), body)),
        Outcome::Refused(refusal) => Err(refused(refusal.clone(), offer, lang, now)),
    };
    match claimed {
        Ok((location, body)) => Stored {
            status: 201,
            headers: vec![header("location", &location), header("content-type", "application/json")],
            body: Bytes::from(body),
        },
        Err(error) => Stored {
            status: error.code.status(),
            headers: vec![header("content-type", "application/problem+json")],
            body: asked.map(|asked| problem::bytes(&error, asked)).unwrap_or_default(),
        },
    }
}

/// A refusal with what belongs to it.
fn refused(refusal: Refusal, offer: &Shown, lang: Lang, now: chrono::DateTime<chrono::Utc>) -> Error {
    let next = view::next_available(offer.period, now);
    match refusal {
        Refusal::NoOffer => Error::new(Code::NotFound),
        Refusal::NotOpen => Error::new(Code::OfferNotOpen),
        Refusal::TooMany { max } => {
            let mut violations = Violations::default();
            violations.range("/quantity", i64::from(max) + 1, 1, i64::from(max));
            Error::invalid(violations)
        }
        Refusal::Exhausted => {
            Error::new(Code::QuotaExhausted).with("waiting_list", false).with("next_available_at", next)
        }
        Refusal::AlreadyClaimed(id) => {
            Error::new(Code::AlreadyClaimed).with("claim_id", id).with("next_available_at", next)
        }
        Refusal::NotEligible(rules) => {
            let rules: Vec<RuleView> = rules.into_iter().map(|rule| RuleView::new(rule, false, lang)).collect();
            Error::new(Code::NotEligible).with("rules", rules)
        }
    }
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
    etag::private(&request, &view::claim(&claim, &offer, clock.now())?)
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
    let items = rows.iter().zip(&offers).map(|(claim, offer)| view::claim(claim, offer, now)).collect::<Result<_>>()?;
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
