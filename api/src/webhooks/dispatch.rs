//! The job that sends messages: takes what is due, sends many at once, and writes down what became of them.
//!
//! At least once: what was taken and not written back is taken again when its lease ends, by whichever process looks.
//! In order for each subject and webhook: what waits behind another message is not taken. A webhook at which attempts
//! fail is tried with one message at a time, so that a slow one takes no room from others.
//!
//! What is wrong with one row hurts that row alone: a message that cannot be signed or read ends as an attempt that
//! failed, and where a batch cannot be written or taken, its parts are.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use shared::Code;
use tokio::{
    sync::watch,
    task::{Id, JoinSet},
    time::{Instant, sleep, timeout_at},
};
use uuid::Uuid;

use super::{
    Webhooks,
    letter::letter,
    listening::PUT_DOWN,
    outbox::{self, Due, Parcel},
    outcome::{Ended, write_back},
    send::Attempted,
};
use crate::{
    accounts::Accounts,
    error::Result,
    jobs,
    store::{Transaction, clock::to_ms},
};

/// What was taken is left alone for so long: longer than an attempt lasts.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Messages at once to a webhook at which they get through.
const AT_ONCE_EACH: usize = 8;
/// Looks after something was put down. It is often not committed yet when the job is woken.
const LOOKS: [Duration; 4] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(150), Duration::from_millis(400)];
/// Looks otherwise: for second tries, and for what other processes put down.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Attempts that end so shortly after another are written back together.
const GATHER: Duration = Duration::from_millis(15);
/// A webhook at which attempts fail gets its next message so much later at the earliest.
const REST: Duration = Duration::from_millis(200);
/// On the way out, attempts get so long to end.
const STOP_TIME: Duration = Duration::from_secs(5);

/// What this process is at.
#[derive(Debug, Default)]
struct Hands {
    flying: JoinSet<Ended>,
    /// The delivery and the webhook of each attempt.
    of: HashMap<Id, (Uuid, Uuid)>,
    /// When each webhook was last sent something, as long as that matters.
    last: HashMap<Uuid, Instant>,
    ended: Vec<Ended>,
}

impl Hands {
    fn take_in(&mut self, joined: std::result::Result<(Id, Ended), tokio::task::JoinError>) {
        match joined {
            Ok((id, ended)) => {
                self.of.remove(&id);
                self.ended.push(ended);
            }
            Err(error) => {
                // Its lease ends, and it is sent again.
                self.of.remove(&error.id());
                tracing::error!(%error, "webhook.attempt_failed");
            }
        }
    }

    /// Takes in attempts that end within a moment.
    async fn gather(&mut self, until: Instant) {
        while let Ok(Some(joined)) = timeout_at(until, self.flying.join_next_with_id()).await {
            self.take_in(joined);
        }
    }

    fn at_once(&self, webhook: Uuid) -> usize {
        self.of.values().filter(|(_, of)| *of == webhook).count()
    }
}

/// Sends messages until it is told to stop.
pub async fn run(hooks: &Webhooks, accounts: &Accounts, mut stopped: watch::Receiver<bool>) {
    let mut hands = Hands::default();
    let mut looks = 0;
    while !*stopped.borrow() {
        if let Err(error) = turn(hooks, accounts, &mut hands).await {
            jobs::warn("webhooks.send", &error);
            sleep(LOOKS[2]).await;
        }
        let pause = LOOKS.get(looks).copied().unwrap_or(LOOK_EVERY);
        tokio::select! {
            Some(joined) = hands.flying.join_next_with_id() => {
                hands.take_in(joined);
                hands.gather(Instant::now() + GATHER).await;
            }
            () = PUT_DOWN.notified() => looks = 0,
            () = sleep(pause) => looks += 1,
            _ = stopped.changed() => {}
        }
    }
    hands.gather(Instant::now() + STOP_TIME).await;
    if let Err(error) = put_away(hooks, accounts, &mut hands).await {
        // Leases end by themselves.
        tracing::warn!(error = %error.chain(), "webhooks.not_put_away");
    }
}

/// Writes back what has ended, and gives back what has not.
async fn put_away(hooks: &Webhooks, accounts: &Accounts, hands: &mut Hands) -> Result<()> {
    hands.flying.abort_all();
    let left: Vec<Uuid> = hands.of.drain().map(|(_, (delivery, _))| delivery).collect();
    hooks.store.transaction(async |tx| Ok(outbox::release(tx, &left).await?)).await?;
    write_apart(hooks, accounts, hands).await
}

/// One turn: writes back, takes, and sends.
async fn turn(hooks: &Webhooks, accounts: &Accounts, hands: &mut Hands) -> Result<()> {
    let (now, room) = (hooks.clock.now(), hooks.at_once.saturating_sub(hands.of.len()));
    let due = if room == 0 { Vec::new() } else { due(hooks, hands, now).await? };
    if hands.ended.is_empty() && due.is_empty() {
        return Ok(());
    }
    let parcels = match together(hooks, accounts, hands, (&due, room), now).await {
        Err(error) if error.code == Code::Internal => {
            write_apart(hooks, accounts, hands).await?;
            take_apart(hooks, hands, (&due, room), now).await?
        }
        parcels => parcels?,
    };
    hands.last.retain(|_, last| last.elapsed() < REST);
    let due: HashMap<Uuid, Due> = due.into_iter().map(|webhook| (webhook.id, webhook)).collect();
    for parcel in parcels {
        if let Some(webhook) = due.get(&parcel.webhook_id) {
            send(hooks, hands, webhook, parcel, now);
        }
    }
    Ok(())
}

/// The webhooks that may get something now. Which is first changes by chance, so that none is always last.
async fn due(hooks: &Webhooks, hands: &Hands, now: DateTime<Utc>) -> Result<Vec<Due>, DbErr> {
    let mut due = outbox::due(hooks.store.fresh(), to_ms(now)).await?;
    let resting = hooks.bad.resting();
    due.retain(|webhook| free(hands, webhook) > 0 && !resting.contains(&webhook.id));
    if !due.is_empty() {
        let first = rand::random_range(0..due.len());
        due.rotate_left(first);
    }
    Ok(due)
}

/// Writes back and takes in one transaction, which costs one sync of the disk.
async fn together(
    hooks: &Webhooks,
    accounts: &Accounts,
    hands: &mut Hands,
    (due, room): (&[Due], usize),
    now: DateTime<Utc>,
) -> Result<Vec<Parcel>> {
    let (ended, known) = (&hands.ended, &*hands);
    let parcels = hooks.store.transaction(async |tx| {
        write_back(hooks, accounts, tx, ended).await?;
        Ok(take(tx, known, due, room, now).await?)
    });
    let parcels = parcels.await?;
    hands.ended.clear();
    Ok(parcels)
}

/// Writes back what has ended, each attempt by itself where they cannot be written together. One that cannot be written
/// is sent again when its lease ends.
async fn write_apart(hooks: &Webhooks, accounts: &Accounts, hands: &mut Hands) -> Result<()> {
    let ended = std::mem::take(&mut hands.ended);
    let mut pieces = hooks.bad.pieces("webhook.outcome", &ended, |ended| ended.parcel.id);
    while let Some(piece) = pieces.next_piece() {
        let written = hooks.store.transaction(async |tx| Ok(write_back(hooks, accounts, tx, piece).await?)).await;
        if let Err(error) = written
            && let Err(error) = pieces.failed(piece, error)
        {
            hands.ended.extend(pieces.left().cloned());
            return Err(error);
        }
    }
    Ok(())
}

/// Takes what is due to each webhook by itself. One at which that fails is left out for a while.
async fn take_apart(
    hooks: &Webhooks,
    hands: &Hands,
    (due, mut room): (&[Due], usize),
    now: DateTime<Utc>,
) -> Result<Vec<Parcel>> {
    let (mut pieces, mut parcels) = (hooks.bad.pieces("webhook.take", due, |webhook| webhook.id), Vec::new());
    while let Some(piece) = pieces.next_piece() {
        match hooks.store.transaction(async |tx| Ok(take(tx, hands, piece, room, now).await?)).await {
            Ok(some) => {
                room = room.saturating_sub(some.len());
                parcels.extend(some);
            }
            Err(error) => pieces.failed(piece, error)?,
        }
    }
    Ok(parcels)
}

/// How many more messages a webhook may get at the moment.
fn free(hands: &Hands, webhook: &Due) -> usize {
    let most = match webhook.failing_since {
        None => AT_ONCE_EACH,
        Some(_) if hands.last.get(&webhook.id).is_some_and(|last| last.elapsed() < REST) => 0,
        Some(_) => 1,
    };
    most.saturating_sub(hands.at_once(webhook.id))
}

/// Takes what is due, a few of each webhook.
async fn take(
    tx: &Transaction,
    hands: &Hands,
    due: &[Due],
    mut room: usize,
    now: DateTime<Utc>,
) -> Result<Vec<Parcel>, DbErr> {
    let mut taken = Vec::new();
    for webhook in due {
        let count = free(hands, webhook).min(room);
        if count > 0 {
            let some = outbox::take(tx, webhook.id, to_ms(now), to_ms(now + LEASE), count).await?;
            room -= some.len();
            taken.extend(some);
        }
    }
    if taken.is_empty() { Ok(Vec::new()) } else { outbox::parcels(tx, &taken).await }
}

/// Begins an attempt. One that cannot be made has failed already, and is written back as such.
fn send(hooks: &Webhooks, hands: &mut Hands, webhook: &Due, parcel: Parcel, now: DateTime<Utc>) {
    let letter = match letter(hooks, webhook, &parcel, now) {
        Ok(letter) => letter,
        Err(failure) => {
            tracing::error!(webhook = %webhook.id, delivery = %parcel.id, failure = failure.as_str(), "webhook.not_sent");
            hands.ended.push(Ended { parcel, at: now, attempted: Attempted::unsent(failure) });
            return;
        }
    };
    let (sender, clock) = (hooks.sender.clone(), hooks.clock);
    let of = (parcel.id, parcel.webhook_id);
    let handle = hands.flying.spawn(async move {
        let at = clock.now();
        Ended { attempted: sender.send(&letter, at).await, parcel, at }
    });
    hands.of.insert(handle.id(), of);
    hands.last.insert(of.1, Instant::now());
}
