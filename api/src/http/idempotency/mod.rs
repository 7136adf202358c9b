//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same request with the same key gets the first answer
//! again, byte for byte, for 24 hours, and has no second effect.
//!
//! An operation that keeps answers says so in its signature, by the extractor [`Keyed`]. Its record is written in the
//! transaction of its effect ([`Answering::transaction`]), so that there is never one without the other. What is answered
//! without an effect is recorded on the way out, by the middleware. Answers that carry secrets are not kept, and nothing
//! is written for callers who are not known.

mod answer;
mod key;
mod keyed;
mod store;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use shared::Code;

use self::{
    answer::collect,
    keyed::{Held, in_progress},
};
pub use self::{
    answer::{Form, Stored, Whole},
    key::{Key, Owner},
    keyed::{Answering, Keyed},
    store::{Known, find, insert_answers, tidy},
};
use crate::{
    error::{Error, Result},
    http::finish::code_of,
    store::{
        Store,
        clock::{Clock, to_ms},
    },
};

/// How long answers are kept, in milliseconds.
pub const KEPT_MS: i64 = 24 * 3600 * 1000;

/// Whether an answer is one that was given before.
pub fn is_replay(answer: &HttpResponse) -> bool {
    answer.headers().contains_key(answer::REPLAYED)
}

/// Whether a request carries a key that has been answered, whatever its body is.
pub async fn is_known(request: &HttpRequest, owner: &str, store: &Store) -> Result<bool> {
    let Some(key) = Key::of(request, owner, &[])? else { return Ok(false) };
    Ok(!find(store.fresh(), &[key]).await?.is_empty())
}

/// Records what was answered to a request with a key and is not recorded yet, or answers as it was answered before.
pub async fn middleware(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<EitherBody<impl MessageBody>>> {
    let response = next.call(request).await?;
    let held = response.request().extensions().get::<Held>().cloned();
    let Some(held) = held.filter(|held| !held.is_recorded()) else {
        return Ok(response.map_into_left_body());
    };
    let (request, response) = response.into_parts();
    let (Some(store), Some(clock)) = (request.app_data::<web::Data<Store>>(), request.app_data::<web::Data<Clock>>())
    else {
        return Ok(ServiceResponse::new(request, response).map_into_left_body());
    };
    let (store, now) = (store.clone(), to_ms(clock.now()));
    if may_not(&response) {
        return Ok(ServiceResponse::new(request, response).map_into_left_body());
    }
    if is_passing(&response) {
        let known = find(store.fresh(), &[held.key]).await.unwrap_or_default();
        return Ok(match known.into_iter().next().filter(|known| known.answers(&held.key, now)) {
            Some(known) => ServiceResponse::new(request, held.replay(known.stored)?).map_into_right_body(),
            None => ServiceResponse::new(request, response).map_into_left_body(),
        });
    }
    let stored = collect(response, &request).await?;
    let answered = match record(&store, &held, stored, now).await {
        Ok(answered) => answered,
        Err(error) => return Ok(ServiceResponse::from_err(error, request).map_into_right_body()),
    };
    Ok(ServiceResponse::new(request, answered).map_into_right_body())
}

/// Whether somebody is refused who may not do this: they get no earlier answer either.
fn may_not<B>(response: &HttpResponse<B>) -> bool {
    let code = || code_of(response);
    matches!(response.status().as_u16(), 401 | 403)
        && matches!(code(), Code::Unauthenticated | Code::SessionEnded | Code::Forbidden | Code::CrossSite)
}

/// Whether something else may be answered a moment later: a failure of ours, a limit, or that the first request with the
/// key still runs. It is no answer to keep; an earlier one is given all the same.
fn is_passing<B>(response: &HttpResponse<B>) -> bool {
    let status = response.status().as_u16();
    status >= 500 || status == 429 || (status == 409 && code_of(response) == Code::IdempotencyInProgress)
}

/// Records an answer without an effect; where the key has an answer already, that one is given.
async fn record(store: &Store, held: &Held, stored: Stored, now: i64) -> Result<HttpResponse> {
    let (key, answer) = (&held.key, &stored);
    let is_first = store
        .transaction(async |tx| {
            let is_first = store::begin(tx, key, now).await.map_err(in_progress)?;
            if is_first {
                store::set_answer(tx, key, answer).await?;
            }
            Ok(is_first)
        })
        .await?;
    if is_first { Ok(stored.answer()) } else { replayed(store, held, now).await }
}

/// What was answered to the request that had the key first.
async fn replayed(store: &Store, held: &Held, now: i64) -> Result<HttpResponse> {
    let known = find(store.fresh(), &[held.key]).await?.into_iter().next();
    match known.filter(|known| known.is_kept(now)) {
        Some(known) if known.request == held.key.request => held.replay(known.stored),
        Some(_) => Err(Code::IdempotencyKeyReused.into()),
        // It was there a moment ago: it has just grown too old.
        None => Err(Error::new(Code::IdempotencyInProgress)),
    }
}
