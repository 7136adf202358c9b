//! Idempotency keys: one answer for a key, whoever asks where and how often.

use std::collections::HashMap;

use bytes::Bytes;
use shared::{Code, OfferId};
use tests::Answer;

use crate::world::Heard;

/// A request with a key, as it can be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    pub key: String,
    /// Who sends it, by their number.
    pub person: usize,
    pub path: String,
    pub body: String,
    /// What it claims.
    pub offer: OfferId,
}

/// What is known of a key.
#[derive(Debug)]
struct Known {
    first: Keyed,
    /// When it was first sent.
    since: u64,
    /// The answer to the body that was the first to get one.
    answer: Option<(String, u16, Bytes)>,
    /// Requests that are under way.
    running: usize,
    /// When the last request that got an answer got it.
    ended: u64,
    /// A request got no answer, or one that says nothing.
    in_doubt: bool,
    /// It came with several bodies.
    is_mixed: bool,
}

/// All keys.
#[derive(Debug, Default)]
pub struct Keys {
    known: HashMap<String, Known>,
    /// In the order in which they were first used.
    order: Vec<String>,
}

impl Keys {
    /// A request is about to be sent.
    pub fn send(&mut self, request: &Keyed, now: u64) {
        if !self.known.contains_key(&request.key) {
            self.order.push(request.key.clone());
        }
        let known = self.known.entry(request.key.clone()).or_insert_with(|| Known {
            first: request.clone(),
            since: now,
            answer: None,
            running: 0,
            ended: 0,
            in_doubt: false,
            is_mixed: false,
        });
        known.running += 1;
        known.is_mixed |= known.first.body != request.body;
    }

    /// One of those that were used lately.
    pub fn any(&self, number: usize) -> Option<Keyed> {
        let lately = &self.order[self.order.len().saturating_sub(200)..];
        lately.get(number % lately.len().max(1)).map(|key| self.known[key].first.clone())
    }

    /// Its answer came, or none did: what is wrong with it, and where it is the first answer, since when the key is used.
    pub fn answered(&mut self, request: &Keyed, heard: &Heard) -> (Option<String>, Option<u64>) {
        let Some(known) = self.known.get_mut(&request.key) else { return (None, None) };
        known.running -= 1;
        let Some(answer) = &heard.answer else {
            known.in_doubt = true;
            return (None, None);
        };
        let beside_another = known.running > 0 || known.ended > heard.span.sent;
        known.ended = heard.span.answered;
        match answer.code() {
            Some(code) if code == Code::IdempotencyInProgress.as_str() => {
                // One that got no answer may still run, until `check_in_doubt` waits for its end.
                let may_run = beside_another || known.in_doubt;
                ((!may_run).then(|| format!("nobody else uses it, and yet: {request:?}: {}", answer.text())), None)
            }
            Some(code) if code == Code::IdempotencyKeyReused.as_str() => {
                ((!known.is_mixed).then(|| format!("no other body came with it, and yet: {request:?}")), None)
            }
            _ => known.compare(request, answer),
        }
    }

    /// Requests whose end nobody knows.
    pub fn in_doubt(&self) -> Vec<Keyed> {
        self.known.values().filter(|known| known.in_doubt).map(|known| known.first.clone()).collect()
    }

    /// It has been cleared up.
    pub fn clear(&mut self, key: &str) {
        if let Some(known) = self.known.get_mut(key) {
            known.in_doubt = false;
        }
    }
}

impl Known {
    fn compare(&mut self, request: &Keyed, answer: &Answer) -> (Option<String>, Option<u64>) {
        let Some((body, status, said)) = &self.answer else {
            self.answer = Some((request.body.clone(), answer.status, answer.body.clone()));
            return (None, Some(self.since));
        };
        let same = *body == request.body && *status == answer.status && *said == answer.body;
        let wrong = || format!("{request:?}: {} {}, but {body} was {status} {said:?}", answer.status, answer.text());
        ((!same).then(wrong), None)
    }
}
