//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same key and body get the first answer again, byte
//! for byte, for 24 hours.
//!
//! Claims keep theirs in the claim desk's own transaction; answers that carry secrets (sign-in, tokens) are not kept.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use bytes::Bytes;
use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};
use shared::{Code, FieldCode};
use uuid::Uuid;

use super::{
    body,
    finish::of_actix,
    limits,
    problem::{self, Asked},
};
use crate::{
    config::ServeConfig,
    error::{Error, Result},
    store::{
        Store,
        clock::{Clock, to_ms},
        statement,
    },
};

/// How long answers are kept.
pub const KEPT_MS: i64 = 24 * 3600 * 1000;
/// After this, a first request that never finished counts as lost with its process.
const LOST_MS: i64 = 60 * 1000;
/// Longest key.
const KEY_MAX: usize = 255;
/// The largest body that is kept in mind; operations have limits of their own below it.
const LARGEST: usize = 1024 * 1024;
/// Largest answer that is kept.
const ANSWER_MAX: usize = 1024 * 1024;

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub status: u16,
    pub content_type: String,
    pub location: Option<String>,
    pub body: Bytes,
}

/// Who uses which key for which request: the key's owner, method, path and text as one hash, and the body's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub key: [u8; 32],
    pub request: [u8; 32],
}

impl Key {
    /// The key of a request, if it carries one.
    pub fn of(request: &HttpRequest, owner: &str, body: &[u8]) -> Result<Option<Self>> {
        Self::of_digest(request, owner, Sha256::digest(body).into())
    }

    /// The key of a request whose body is not in memory, by the SHA-256 of the body.
    pub fn of_digest(request: &HttpRequest, owner: &str, body: [u8; 32]) -> Result<Option<Self>> {
        let Some(given) = request.headers().get("idempotency-key") else { return Ok(None) };
        let valid = (1..=KEY_MAX).contains(&given.len()) && given.as_bytes().iter().all(|b| (0x21..0x7f).contains(b));
        if !valid {
            return Err(Error {
                code: Code::MalformedRequest,
                ..Error::invalid_at("#Idempotency-Key", FieldCode::InvalidFormat)
            });
        }
        let mut hash = Sha256::new();
        for part in
            [owner.as_bytes(), request.method().as_str().as_bytes(), request.path().as_bytes(), given.as_bytes()]
        {
            hash.update(part);
            hash.update([0]);
        }
        Ok(Some(Self { key: hash.finalize().into(), request: body }))
    }
}

/// Who asks, for the owner of a key: set up by `app`, since this module knows no accounts.
#[derive(Clone, Copy)]
pub struct Identify(pub fn(&HttpRequest) -> Option<Uuid>);

/// The owner of a key: the person, or for strangers their address.
pub fn owner(request: &HttpRequest) -> String {
    let person = request.app_data::<web::Data<Identify>>().and_then(|identify| identify.0(request));
    let proxy = request.app_data::<web::Data<ServeConfig>>().and_then(|config| config.trusted_proxy);
    person.map_or_else(|| limits::address(request, proxy).to_string(), |id| id.to_string())
}

/// What is to be done with a request.
enum Turn {
    /// It is the first: run it.
    First,
    /// It was answered: say that again.
    Again(Stored),
}

/// The middleware for all POSTs except those in `exempt` (patterns of routes).
pub async fn middleware(
    exempt: &'static [&'static str],
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<EitherBody<impl MessageBody>>> {
    let applies = request.method() == Method::POST
        && request.headers().contains_key("idempotency-key")
        && !request.match_pattern().is_some_and(|pattern| exempt.contains(&pattern.as_str()));
    let store = request.app_data::<web::Data<Store>>().cloned();
    let (true, Some(store)) = (applies, store) else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    let body = match body::read_up_to(request.take_payload(), LARGEST).await {
        Ok(body) => body,
        Err(error) => return Ok(request.error_response(error).map_into_right_body()),
    };
    let key = match Key::of(request.request(), &owner(request.request()), &body) {
        Ok(Some(key)) => key,
        Ok(None) => return next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(error) => return Ok(request.error_response(error).map_into_right_body()),
    };
    request.set_payload(Payload::Stream {
        payload: Box::pin(futures_util::stream::once(async move { Ok::<_, actix_web::error::PayloadError>(body) })),
    });
    let now = request.app_data::<web::Data<Clock>>().map_or_else(Clock::default, |clock| ***clock).now();
    let now = to_ms(now);
    match turn(&store, &key, now).await {
        Ok(Turn::Again(stored)) => Ok(request.into_response(replay(&stored)).map_into_right_body()),
        Ok(Turn::First) => {
            first(&store, &key, now, next.call(request).await?).await.map(ServiceResponse::map_into_right_body)
        }
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

/// Keeps the first answer, unless it is one that a second try may better.
async fn first<B: MessageBody + 'static>(
    store: &Store,
    key: &Key,
    now: i64,
    response: ServiceResponse<B>,
) -> actix_web::Result<ServiceResponse> {
    let status = response.status().as_u16();
    if status >= 500 || status == 429 {
        forget(&store.write, key).await.map_err(Error::from)?;
        return Ok(response.map_into_boxed_body());
    }
    let (http, response) = response.into_parts();
    let stored = collect(response, &http).await?;
    keep(&store.write, key, &stored, now).await.map_err(Error::from)?;
    Ok(ServiceResponse::new(http, answer(&stored)))
}

/// Takes the key for this request, or finds out what became of the first one.
async fn turn(store: &Store, key: &Key, now: i64) -> Result<Turn> {
    let sql = "INSERT INTO idempotency (key, request_hash, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let values = [key.key.to_vec().into(), key.request.to_vec().into(), now.into()];
    if store.write.execute_raw(statement(&store.write, sql, values)).await?.rows_affected() == 1 {
        return Ok(Turn::First);
    }
    let known = find(&store.write, &[*key]).await?;
    let Some((_, request, created, stored)) = known.into_iter().next() else {
        // Just forgotten by a first request that failed: the next try will be the first.
        return Err(Code::IdempotencyInProgress.into());
    };
    if created < now - KEPT_MS || (stored.is_none() && created < now - LOST_MS) {
        let sql = "UPDATE idempotency SET request_hash = $1, status = NULL, created_at = $2 WHERE key = $3 AND created_at = $4";
        let values = [key.request.to_vec().into(), now.into(), key.key.to_vec().into(), created.into()];
        let taken = store.write.execute_raw(statement(&store.write, sql, values)).await?.rows_affected() == 1;
        return if taken { Ok(Turn::First) } else { Err(Code::IdempotencyInProgress.into()) };
    }
    if request != key.request {
        return Err(Code::IdempotencyKeyReused.into());
    }
    stored.map(Turn::Again).ok_or_else(|| Code::IdempotencyInProgress.into())
}

/// A key with the hash of its request, when it was first seen, and the answer if there is one yet.
pub type Known = ([u8; 32], [u8; 32], i64, Option<Stored>);

/// Finds what is known of keys.
pub async fn find(db: &impl ConnectionTrait, keys: &[Key]) -> Result<Vec<Known>, DbErr> {
    let places = (1..=keys.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT key, request_hash, created_at, status, content_type, location, body FROM idempotency WHERE key IN ({places})"
    );
    let rows = db.query_all_raw(statement(db, &sql, keys.iter().map(|k| k.key.to_vec().into()))).await?;
    let array = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).unwrap_or_default();
    rows.into_iter()
        .map(|row| {
            let status: Option<i32> = row.try_get("", "status")?;
            let stored = match status {
                Some(status) => Some(Stored {
                    status: u16::try_from(status).unwrap_or(500),
                    content_type: row.try_get::<Option<String>>("", "content_type")?.unwrap_or_default(),
                    location: row.try_get("", "location")?,
                    body: row.try_get::<Option<Vec<u8>>>("", "body")?.unwrap_or_default().into(),
                }),
                None => None,
            };
            Ok((
                array(row.try_get("", "key")?),
                array(row.try_get("", "request_hash")?),
                row.try_get("", "created_at")?,
                stored,
            ))
        })
        .collect()
}

/// Keeps an answer, whether or not the key was taken before.
pub async fn keep(db: &impl ConnectionTrait, key: &Key, stored: &Stored, now: i64) -> Result<(), DbErr> {
    let sql = "INSERT INTO idempotency (key, request_hash, created_at, status, content_type, location, body)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (key) DO UPDATE SET status = excluded.status, content_type = excluded.content_type,
               location = excluded.location, body = excluded.body";
    let values = [
        key.key.to_vec().into(),
        key.request.to_vec().into(),
        now.into(),
        i32::from(stored.status).into(),
        stored.content_type.clone().into(),
        stored.location.clone().into(),
        stored.body.to_vec().into(),
    ];
    db.execute_raw(statement(db, sql, values)).await?;
    Ok(())
}

/// For handlers that keep their answers themselves, since their bodies are too large for the middleware: takes the key, or
/// has the answer that the first request with it got.
pub async fn begin(store: &Store, key: &Key, now: i64) -> Result<Option<Stored>> {
    match turn(store, key, now).await? {
        Turn::First => Ok(None),
        Turn::Again(stored) => Ok(Some(stored)),
    }
}

/// Gives a key back whose first request was refused.
pub async fn forget(db: &impl ConnectionTrait, key: &Key) -> Result<(), DbErr> {
    let sql = "DELETE FROM idempotency WHERE key = $1 AND status IS NULL";
    db.execute_raw(statement(db, sql, [key.key.to_vec().into()])).await?;
    Ok(())
}

/// Forgets answers older than they are kept.
pub async fn tidy(db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let sql = "DELETE FROM idempotency WHERE created_at < $1";
    db.execute_raw(statement(db, sql, [(now - KEPT_MS).into()])).await?;
    Ok(())
}

/// The answer as it will be kept: a refusal as the document that it becomes.
async fn collect<B: MessageBody + 'static>(response: HttpResponse<B>, http: &HttpRequest) -> Result<Stored> {
    let asked = http.extensions().get::<Asked>().cloned();
    let response = match (response.error(), &asked) {
        (Some(error), Some(asked)) => problem::response(&of_actix(error), asked),
        _ => response.map_into_boxed_body(),
    };
    let text = |name: HeaderName| response.headers().get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned);
    let (status, content_type, location) =
        (response.status().as_u16(), text(header::CONTENT_TYPE).unwrap_or_default(), text(header::LOCATION));
    let body = actix_web::body::to_bytes_limited(response.into_body(), ANSWER_MAX)
        .await
        .map_err(|_| Error::new(Code::Internal))?
        .map_err(|_| Error::new(Code::Internal))?;
    Ok(Stored { status, content_type, location, body })
}

/// A kept answer, said the first time.
pub fn answer(stored: &Stored) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK));
    if !stored.content_type.is_empty() {
        response.insert_header((header::CONTENT_TYPE, stored.content_type.as_str()));
    }
    if let Some(location) = &stored.location {
        response.insert_header((header::LOCATION, location.as_str()));
    }
    response.body(stored.body.clone())
}

/// A kept answer, said again.
pub fn replay(stored: &Stored) -> HttpResponse {
    let mut response = answer(stored);
    response.headers_mut().insert(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
    response
}
