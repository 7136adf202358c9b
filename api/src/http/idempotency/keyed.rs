//! The extractor of operations that keep their answers, and the transaction that writes an answer with its effect.

use std::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    web::{self, Bytes},
};

use sea_orm::DbErr;
use shared::Code;

use super::{
    Form, Key, Owner, Stored, Whole, replayed,
    store::{begin, set_answer},
};
use crate::{
    error::{Error, Result},
    http::body,
    store::{
        Store, Transaction,
        clock::{Clock, to_ms},
        failure::Failure,
    },
};

/// The largest body of an operation that keeps its answers. Operations have limits of their own below it.
const LARGEST: usize = 4 * 1024 * 1024;

/// The key of the request that is being answered, and whether its answer is recorded.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub key: Key,
    restore: fn(Stored) -> Result<Stored>,
    recorded: Arc<AtomicBool>,
}

impl Held {
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded.load(Ordering::Relaxed)
    }

    /// Returns an answer again, from what was kept of it.
    pub(super) fn replay(&self, kept: Stored) -> Result<HttpResponse> {
        Ok((self.restore)(kept)?.replay())
    }
}

/// `Keyed<Admin, Json<…>>`: reads `What` after `Who` has been let in, as [`crate::http::Allowed`] does, for an operation
/// whose answers are kept under the caller's `Idempotency-Key`, in the form `As`.
#[derive(Debug)]
pub struct Keyed<Who, What, As = Whole>(pub Who, pub What, pub Answering<As>);

impl<Who: FromRequest + Owner + 'static, What: FromRequest + 'static, As: Form> FromRequest for Keyed<Who, What, As> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let who = Who::from_request(&request, &mut Payload::None).await.map_err(Into::into)?;
            let mut held = None;
            if request.headers().contains_key("idempotency-key") {
                let body = body::read_up_to(payload, LARGEST).await?;
                held = Key::of(&request, &who.owner(), &body)?.map(|key| hold::<As>(&request, key));
                payload = whole(body);
            }
            let what = What::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(who, what, Answering { held, request, form: PhantomData }))
        })
    }
}

/// From here on the request is known by its key: whatever is answered is recorded under it.
fn hold<As: Form>(request: &HttpRequest, key: Key) -> Held {
    let held = Held { key, restore: As::restore, recorded: Arc::default() };
    request.extensions_mut().insert(held.clone());
    held
}

/// A body that has been read, to be read once more.
fn whole(body: Bytes) -> Payload {
    let body = futures_util::stream::once(async move { Ok::<_, actix_web::error::PayloadError>(body) });
    Payload::Stream { payload: Box::pin(body) }
}

/// The first request with the key takes longer than its row may be waited for.
pub(super) fn in_progress(error: DbErr) -> Error {
    if Failure::of(&error) == Failure::Busy { Code::IdempotencyInProgress.into() } else { error.into() }
}

/// How an operation answers: with a key, its answer is recorded in the transaction of its effect.
#[derive(Debug)]
pub struct Answering<As = Whole> {
    held: Option<Held>,
    request: HttpRequest,
    form: PhantomData<As>,
}

impl<As: Form> Answering<As> {
    /// Holds the key of a request whose body was not in memory, such as an upload.
    pub fn to(request: &HttpRequest, key: Option<Key>) -> Self {
        Self { held: key.map(|key| hold::<As>(request, key)), request: request.clone(), form: PhantomData }
    }

    /// Returns the key of the request, if it carries one.
    pub fn key(&self) -> Option<Key> {
        self.held.as_ref().map(|held| held.key)
    }

    /// Says that the answer was recorded, or was given before, by whoever writes the effects of many requests together.
    pub fn recorded(&self) {
        if let Some(held) = &self.held {
            held.recorded.store(true, Ordering::Relaxed);
        }
    }

    /// Returns an answer again that whoever writes the effects of many requests together found under the key.
    ///
    /// # Errors
    /// As [`Form::restore`].
    pub fn replay(&self, kept: Stored) -> Result<HttpResponse> {
        self.recorded();
        Ok(As::restore(kept)?.replay())
    }

    /// Runs `work` in a transaction and records its answer there. A request that another one with the same key was ahead
    /// of waits for that one's end, and gets its answer.
    ///
    /// # Errors
    /// Those of `work`, which leave nothing; `idempotency_key_reused` where the key came with another body.
    pub async fn transaction(
        &self,
        store: &Store,
        work: impl AsyncFn(&Transaction) -> Result<HttpResponse>,
    ) -> Result<HttpResponse> {
        let Some(held) = &self.held else { return store.transaction(work).await };
        let clock = self.request.app_data::<web::Data<Clock>>().map_or_else(Clock::default, |clock| ***clock);
        let now = to_ms(clock.now());
        let stored = store
            .transaction(async |tx| {
                if !begin(tx, &held.key, now).await.map_err(in_progress)? {
                    return Ok(None);
                }
                let stored = Stored::of(work(tx).await?).await?;
                set_answer(tx, &held.key, &stored).await?;
                Ok(Some(stored))
            })
            .await?;
        let response = match stored {
            Some(stored) => stored.answer(),
            None => replayed(store, held, now).await?,
        };
        self.recorded();
        Ok(response)
    }
}
