//! The claim queue: one worker of the process takes the claims that wait, decides them in one transaction, and answers
//! after the commit alone. Under load a batch fills while the one before it is being written.

use std::time::Duration;

use shared::Code;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    batch::{Outcome, settle},
    decide::Request,
    terms::Terms,
    turns::{Turn, find_answers},
};
use crate::{
    error::{Error, Result},
    http::idempotency::{self, Key, Stored},
    store::{
        LostRace, Store, Transaction,
        clock::{Clock, to_ms},
    },
};

/// The most claims in one transaction.
const BATCH: usize = 512;
/// How long a busy worker waits for a batch to fill. One that is not busy waits for nobody.
const FILL: Duration = Duration::from_millis(2);

/// Makes what is kept of the answer to an outcome, in the claim's own transaction.
pub type Render = Box<dyn Fn(&Outcome) -> Result<Stored> + Send + Sync>;

/// A claim that waits.
pub(super) struct Waiting {
    pub request: Request,
    pub keyed: Option<(Key, Render)>,
    reply: oneshot::Sender<Result<Answer>>,
}

/// What the queue answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To a claim that was decided.
    Decided(Outcome),
    /// To a claim whose key was answered before: what was kept of that answer.
    Again(Stored),
}

/// Where claims are handed in.
#[derive(Clone, Debug)]
pub struct ClaimQueue(mpsc::Sender<Waiting>);

impl ClaimQueue {
    /// Opens the queue. It closes when the last `ClaimQueue` is dropped, after everything handed in is answered.
    pub fn open(store: Store, clock: Clock, capacity: usize) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self(sender), actix_web::rt::spawn(run(receiver, Worker { store, clock, terms: Terms::default() })))
    }

    /// Hands in a claim and waits for the answer.
    ///
    /// # Errors
    /// `overloaded` at once when too many wait already, and what the storage answers.
    pub async fn claim(&self, request: Request, keyed: Option<(Key, Render)>) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        self.0.try_send(Waiting { request, keyed, reply }).map_err(|_| Error::new(Code::Overloaded))?;
        answer.await.map_err(|_| Error::new(Code::Overloaded))?
    }
}

/// The claim worker.
struct Worker {
    store: Store,
    clock: Clock,
    terms: Terms,
}

async fn run(mut queue: mpsc::Receiver<Waiting>, worker: Worker) {
    let mut busy = false;
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if queue.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        if busy {
            fill(&mut queue, &mut batch).await;
        }
        busy = batch.len() > 1;
        metrics::histogram!("claim_batch_size").record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        worker.serve(batch).await;
    }
}

/// Waits a moment for more, up to a full batch.
async fn fill(queue: &mut mpsc::Receiver<Waiting>, batch: &mut Vec<Waiting>) {
    let until = tokio::time::Instant::now() + FILL;
    while batch.len() < BATCH {
        let room = BATCH - batch.len();
        match tokio::time::timeout_at(until, queue.recv_many(batch, room)).await {
            Ok(more) if more > 0 => {}
            _ => return,
        }
    }
}

impl Worker {
    /// Answers everyone in the batch. A batch that fails by a fault is tried again in halves, so that one bad claim hurts
    /// no other; where the storage fails, it fails for all.
    async fn serve(&self, batch: Vec<Waiting>) {
        let mut stack = vec![batch];
        while let Some(mut batch) = stack.pop() {
            match self.decide(&batch).await {
                Ok(answers) => {
                    for (waiting, answer) in batch.into_iter().zip(answers) {
                        // Whoever hung up finds the claim under `me/claims`.
                        waiting.reply.send(answer).ok();
                    }
                }
                Err(error) if batch.len() > 1 && error.code == Code::Internal => {
                    tracing::warn!(error = %error.chain(), claims = batch.len(), "claim.batch_halved");
                    stack.push(batch.split_off(batch.len() / 2));
                    stack.push(batch);
                }
                Err(error) => {
                    for waiting in batch {
                        waiting.reply.send(Err(error.again())).ok();
                    }
                }
            }
        }
    }

    async fn decide(&self, batch: &[Waiting]) -> Result<Vec<Result<Answer>>> {
        self.store.transaction(async |tx| self.decide_in(tx, batch).await).await
    }

    async fn decide_in(&self, tx: &Transaction, batch: &[Waiting]) -> Result<Vec<Result<Answer>>> {
        let now = self.clock.now();
        let turns = find_answers(tx, batch, to_ms(now)).await?;
        let fresh: Vec<usize> = (0..batch.len()).filter(|at| matches!(turns[*at], Turn::First)).collect();
        let requests: Vec<Request> = fresh.iter().map(|at| batch[*at].request).collect();
        let outcomes = settle(tx, &self.terms, &requests, now).await?;
        let granted = outcomes.iter().filter(|o| matches!(o, Outcome::Claimed(_))).count();
        let (mut decided, mut kept, mut records) = (vec![None; batch.len()], vec![None; batch.len()], Vec::new());
        for (at, outcome) in fresh.iter().zip(outcomes) {
            if let Some((key, render)) = &batch[*at].keyed {
                kept[*at] = Some(records.len());
                records.push((*key, render(&outcome)?));
            }
            decided[*at] = Some(outcome);
        }
        if idempotency::insert_answers(tx, &records, to_ms(now)).await? != records.len() as u64 {
            // Another process has just answered one of the keys.
            return Err(LostRace.into());
        }
        let refused = requests.len() - granted;
        tx.on_commit(move || tracing::info!(granted, refused, "claim.batch"));
        let answer = |(at, turn)| {
            let answer = match turn {
                Turn::First => decided.get_mut(at).and_then(Option::take).map(Answer::Decided),
                Turn::Again(kept) => Some(Answer::Again(kept)),
                Turn::Same(first) => kept[first].map(|record: usize| Answer::Again(records[record].1.clone())),
                Turn::Reused => return Err(Code::IdempotencyKeyReused.into()),
            };
            answer.ok_or_else(|| Error::new(Code::Internal))
        };
        Ok(turns.into_iter().enumerate().map(answer).collect())
    }
}
