//! How keys fare: calls, refusals, the last errors. Counted in memory with each answer, and written down every two
//! seconds and at the end, so that a call costs no write.

use std::collections::{HashMap, HashSet, VecDeque};

use actix_web::{
    HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use parking_lot::Mutex;
use shared::{ApiKeyId, Code, partner::KEY_ERRORS};
use uuid::Uuid;

use super::store;
use crate::{
    error::Result,
    http::{
        finish,
        limits::{Limit, Remaining},
    },
    store::{
        Store,
        bad_rows::BadRows,
        clock::{Clock, to_ms},
        json::{self, hex_id},
    },
};

/// Calls with one key, a minute.
pub type KeyLimit = Limit<ApiKeyId>;

/// Put into a request when its key is known: whose call it is, and what is left of the key's limit.
#[derive(Clone, Copy, Debug)]
pub struct Called {
    pub key: ApiKeyId,
    pub remaining: Option<Remaining>,
}

/// What is not written down yet, by key.
#[derive(Debug, Default)]
pub struct Health(Mutex<HashMap<ApiKeyId, Pending>>);

#[derive(Debug, Default)]
struct Pending {
    calls: u64,
    refusals: u64,
    last_at: i64,
    errors: VecDeque<Failed>,
}

#[derive(Debug)]
struct Failed {
    id: Uuid,
    at: i64,
    operation: String,
    status: u16,
    code: Code,
}

impl Pending {
    /// Adds a call; of errors only the last are kept.
    fn add(&mut self, now: i64, failed: Option<Failed>) {
        self.calls += 1;
        self.last_at = self.last_at.max(now);
        if let Some(failed) = failed {
            self.refusals += 1;
            self.errors.push_back(failed);
            self.errors.drain(..self.errors.len().saturating_sub(KEY_ERRORS));
        }
    }

    /// Puts back what could not be written, which is older.
    fn put_back(&mut self, older: Self) {
        self.calls += older.calls;
        self.refusals += older.refusals;
        self.last_at = self.last_at.max(older.last_at);
        for failed in older.errors.into_iter().rev() {
            self.errors.push_front(failed);
        }
        self.errors.drain(..self.errors.len().saturating_sub(KEY_ERRORS));
    }
}

impl Health {
    /// Writes down what was counted since the last time. What could not be written waits for the next time.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn write(&self, db: &Store, bad: &BadRows) -> Result<()> {
        let taken: Vec<_> = self.drain(&bad.resting());
        let mut pieces = bad.pieces("key.health", &taken, |(key, _)| key.0);
        let (mut answers, mut written) = (Ok(()), HashSet::new());
        while answers.is_ok()
            && let Some(piece) = pieces.next_piece()
        {
            match write(db, piece).await {
                Ok(()) => written.extend(piece.iter().map(|(key, _)| *key)),
                Err(error) => answers = pieces.failed(piece, error),
            }
        }
        let mut pending = self.0.lock();
        for (key, older) in taken.into_iter().filter(|(key, _)| !written.contains(key)) {
            pending.entry(key).or_default().put_back(older);
        }
        answers
    }

    /// Takes out what was counted, without the keys `except`.
    fn drain(&self, except: &[Uuid]) -> Vec<(ApiKeyId, Pending)> {
        self.0.lock().extract_if(|key, _| !except.contains(&key.0)).collect()
    }
}

async fn write(db: &Store, taken: &[(ApiKeyId, Pending)]) -> Result<()> {
    let counts: Vec<_> = taken.iter().map(|(key, p)| (hex_id(key.0), p.calls, p.refusals, p.last_at)).collect();
    let errors: Vec<_> = taken
        .iter()
        .flat_map(|(key, p)| p.errors.iter().map(move |e| (key, e)))
        .map(|(key, e)| (hex_id(e.id), hex_id(key.0), e.at, &e.operation, e.status, e.code.as_str()))
        .collect();
    db.transaction(async |tx| {
        store::add_key_counts(tx, json::rows(&counts)).await?;
        if !errors.is_empty() {
            store::add_key_errors(tx, json::rows(&errors), taken.iter().map(|(key, _)| key.0)).await?;
        }
        Ok(())
    })
    .await
}

/// The middleware that counts what became of programs' calls, and says what is left of their limit.
pub async fn count<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    let mut response = next.call(request).await?;
    let called = response.request().extensions().get::<Called>().copied();
    let Some(Called { key, remaining }) = called else { return Ok(response) };
    if let Some(remaining) = remaining {
        remaining.write(response.headers_mut());
    }
    let request = response.request();
    let (Some(health), Some(clock)) = (request.app_data::<web::Data<Health>>(), request.app_data::<web::Data<Clock>>())
    else {
        return Ok(response);
    };
    let now = to_ms(clock.now());
    let status = response.status().as_u16();
    let failed = (status >= 400).then(|| {
        let pattern = request.match_pattern().unwrap_or_default();
        let operation = format!("{} {pattern}", request.method());
        Failed { id: Uuid::now_v7(), at: now, operation, status, code: finish::code_of(response.response()) }
    });
    health.0.lock().entry(key).or_default().add(now, failed);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: u16) -> Failed {
        Failed { id: Uuid::now_v7(), at: 1, operation: String::new(), status, code: Code::NotFound }
    }

    #[test]
    fn the_last_errors_stay_and_what_was_not_written_is_older() {
        let (mut older, mut newer) = (Pending::default(), Pending::default());
        (0..9).for_each(|n| older.add(n, Some(failed(400 + u16::try_from(n).unwrap()))));
        newer.add(5, Some(failed(500)));
        newer.add(6, None);
        newer.put_back(older);
        assert_eq!((newer.calls, newer.refusals, newer.last_at), (11, 10, 8));
        let statuses: Vec<u16> = newer.errors.iter().map(|e| e.status).collect();
        assert_eq!(statuses, [405, 406, 407, 408, 500]);
    }
}
