//! The claim desk: one task for the process takes the claims that wait, decides them in one transaction, and answers
//! after the commit alone. Under load a batch fills while the one before it is being written.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use shared::Code;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    decide::Request,
    transaction::{Outcome, Terms, settle},
};
use crate::{
    accounts::Accounts,
    error::{Error, Result},
    http::idempotency::{self, KEPT_MS, Key, Stored},
    store::{
        Store,
        clock::{Clock, to_ms},
    },
};

/// The most claims in one transaction.
const BATCH: usize = 512;
/// How long a busy desk waits for a batch to fill. A desk that is not busy waits for nobody.
const FILL: Duration = Duration::from_millis(2);
/// How often a batch is tried again that lost against another process, before it is halved.
const TRIES: u32 = 3;

/// Makes the answer of an outcome, so that it can be kept in the claim's own transaction.
pub type Render = Box<dyn Fn(&Outcome) -> Stored + Send + Sync>;

/// A claim that waits.
struct Waiting {
    request: Request,
    keyed: Option<(Key, Render)>,
    reply: oneshot::Sender<Result<Answer>>,
}

/// What the desk says.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To a claim without a key.
    Outcome(Outcome),
    /// To a claim with a key: the answer as it is kept, and whether it was given before.
    Kept { stored: Stored, again: bool },
}

/// Where claims are handed in.
#[derive(Clone, Debug)]
pub struct Desk(mpsc::Sender<Waiting>);

impl Desk {
    /// Opens the desk. It closes when the last `Desk` is dropped, after everything handed in is answered.
    pub fn open(store: Store, accounts: Arc<Accounts>, clock: Clock, queue: usize) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(queue);
        (Self(sender), tokio::spawn(run(receiver, Clerk { store, accounts, clock, terms: Terms::default() })))
    }

    /// Hands in a claim and waits for the answer. Refused at once with 503 when too many wait already.
    pub async fn claim(&self, request: Request, keyed: Option<(Key, Render)>) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        self.0.try_send(Waiting { request, keyed, reply }).map_err(|_| Error::new(Code::Overloaded))?;
        answer.await.map_err(|_| Error::new(Code::Overloaded))?
    }
}

/// Who sits at the desk.
struct Clerk {
    store: Store,
    accounts: Arc<Accounts>,
    clock: Clock,
    terms: Terms,
}

async fn run(mut queue: mpsc::Receiver<Waiting>, mut clerk: Clerk) {
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
        clerk.serve(batch).await;
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

impl Clerk {
    /// Answers everyone in the batch. A batch that fails is tried again in halves, so that one bad claim hurts no other.
    async fn serve(&mut self, mut batch: Vec<Waiting>) {
        let mut stack = Vec::new();
        loop {
            match self.attempt(&batch).await {
                Ok(answers) => {
                    for (waiting, answer) in batch.into_iter().zip(answers) {
                        // Whoever hung up finds the claim under `me/claims`.
                        waiting.reply.send(answer).ok();
                    }
                }
                Err(error) if batch.len() == 1 => {
                    for waiting in batch {
                        waiting.reply.send(Err(Error::from(copy(&error)))).ok();
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, claims = batch.len(), "claim.batch_halved");
                    stack.push(batch.split_off(batch.len() / 2));
                    stack.push(batch);
                }
            }
            match stack.pop() {
                Some(half) => batch = half,
                None => return,
            }
        }
    }

    /// Tries a batch, again where it only lost a race.
    async fn attempt(&mut self, batch: &[Waiting]) -> Result<Vec<Result<Answer>>, DbErr> {
        let mut tries = 0;
        loop {
            let now = self.clock.now();
            match self.transact(batch, now).await {
                Err(error) if tries < TRIES && is_race(&error) => {
                    tries += 1;
                    tracing::debug!(%error, tries, "claim.batch_again");
                }
                other => return other,
            }
        }
    }

    async fn transact(&mut self, batch: &[Waiting], now: DateTime<Utc>) -> Result<Vec<Result<Answer>>, DbErr> {
        let tx = self.store.begin().await?;
        let turns = turns(&tx, batch, now).await?;
        let fresh: Vec<usize> = (0..batch.len()).filter(|at| matches!(turns[*at], Turn::First)).collect();
        let requests: Vec<Request> = fresh.iter().map(|at| batch[*at].request).collect();
        let (outcomes, mails) = settle(&tx, &self.accounts, &mut self.terms, &requests, now).await?;
        let granted = outcomes.iter().filter(|o| matches!(o, Outcome::Claimed(_))).count();
        let mut answers: Vec<Option<Result<Answer>>> = Vec::new();
        answers.resize_with(batch.len(), || None);
        for (at, outcome) in fresh.iter().zip(outcomes) {
            answers[*at] = Some(Ok(match &batch[*at].keyed {
                Some((key, render)) => {
                    let stored = render(&outcome);
                    idempotency::keep(&tx, key, &stored, to_ms(now)).await?;
                    Answer::Kept { stored, again: false }
                }
                None => Answer::Outcome(outcome),
            }));
        }
        tx.commit().await?;
        if mails {
            self.accounts.posted();
        }
        tracing::info!(granted, refused = requests.len() - granted, "claim.batch");
        Ok(answers
            .iter()
            .zip(turns)
            .map(|(answer, turn)| match turn {
                Turn::First => copy_answer(answer.as_ref()),
                Turn::Again(stored) => Ok(Answer::Kept { stored, again: true }),
                Turn::Same(first) => match copy_answer(answers[first].as_ref()) {
                    Ok(Answer::Kept { stored, .. }) => Ok(Answer::Kept { stored, again: true }),
                    other => other,
                },
                Turn::Reused => Err(Code::IdempotencyKeyReused.into()),
            })
            .collect())
    }
}

/// What is to be done with a claim, by its key.
enum Turn {
    First,
    /// Answered before.
    Again(Stored),
    /// The same key and body came earlier in this batch.
    Same(usize),
    /// The key came with another body.
    Reused,
}

async fn turns(tx: &impl sea_orm::ConnectionTrait, batch: &[Waiting], now: DateTime<Utc>) -> Result<Vec<Turn>, DbErr> {
    let keys: Vec<Key> = batch.iter().filter_map(|w| w.keyed.as_ref().map(|(key, _)| *key)).collect();
    let known = if keys.is_empty() { Vec::new() } else { idempotency::find(tx, &keys).await? };
    let mut seen: std::collections::HashMap<[u8; 32], (usize, [u8; 32])> = std::collections::HashMap::new();
    let turn = |(at, waiting): (usize, &Waiting)| {
        let Some((key, _)) = &waiting.keyed else { return Turn::First };
        let kept = known.iter().find(|(k, _, created, _)| *k == key.key && *created >= to_ms(now) - KEPT_MS);
        if let Some((_, request, _, stored)) = kept {
            return match stored {
                _ if *request != key.request => Turn::Reused,
                Some(stored) => Turn::Again(stored.clone()),
                None => Turn::First,
            };
        }
        match seen.insert(key.key, (at, key.request)) {
            Some((first, request)) => {
                seen.insert(key.key, (first, request));
                if request == key.request { Turn::Same(first) } else { Turn::Reused }
            }
            None => Turn::First,
        }
    };
    Ok(batch.iter().enumerate().map(turn).collect())
}

fn copy_answer(answer: Option<&Result<Answer>>) -> Result<Answer> {
    match answer {
        Some(Ok(answer)) => Ok(answer.clone()),
        _ => Err(Code::Internal.into()),
    }
}

/// The error once more, for everyone who waits for it.
fn copy(error: &DbErr) -> DbErr {
    match error {
        DbErr::ConnectionAcquire(_) => DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout),
        other => DbErr::Custom(other.to_string()),
    }
}

/// Whether another transaction came in between (SQLSTATE 40001, 40P01, 23505; SQLite busy), or the database would not
/// take a row.
fn is_race(error: &DbErr) -> bool {
    let text = error.to_string();
    matches!(error, DbErr::Custom(_))
        || error.sql_err().is_some()
        || ["40001", "40P01", "deadlock", "could not serialize", "database is locked"].iter().any(|t| text.contains(t))
}
