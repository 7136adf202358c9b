//! The job that sends messages: takes what is due, sends many at once, and writes down what became of them.
//!
//! At least once: what was taken and not written back is taken again when its lease ends, by whichever process looks.
//! In order for each subject and webhook: what waits behind another message is not taken. A webhook at which attempts
//! fail is tried with one message at a time, so that a slow one takes no room from others.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use shared::webhook::{EventKind, Message};
use tokio::{
    sync::watch,
    task::{Id, JoinSet},
    time::{Instant, sleep, timeout_at},
};
use uuid::Uuid;

use super::{
    Webhooks,
    listening::PUT_DOWN,
    message_id,
    outbox::{self, Parcel},
    outcome::{Ended, write_back},
    send::Letter,
};
use crate::{
    accounts::Accounts,
    error::{Error, Result},
    store::{
        Transaction,
        clock::{from_ms, to_ms},
        entities::webhooks,
    },
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
        match turn(hooks, accounts, &mut hands).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(error = %error.chain(), "webhooks.retry");
                sleep(LOOKS[2]).await;
            }
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
    hooks
        .store
        .transaction(async |tx| {
            write_back(hooks, accounts, tx, &hands.ended).await?;
            Ok(outbox::release(tx, &left).await?)
        })
        .await
}

/// One turn: writes back, takes, and sends.
async fn turn(hooks: &Webhooks, accounts: &Accounts, hands: &mut Hands) -> Result<()> {
    let (now, room) = (hooks.clock.now(), hooks.at_once.saturating_sub(hands.of.len()));
    if hands.ended.is_empty()
        && (room == 0 || outbox::due(hooks.store.fresh(), to_ms(now)).await?.iter().all(|w| free(hands, w) == 0))
    {
        return Ok(());
    }
    let taken = hooks.store.transaction(async |tx| {
        write_back(hooks, accounts, tx, &hands.ended).await?;
        Ok(take(tx, hands, room, now).await?)
    });
    let (due, parcels) = taken.await?;
    hands.ended.clear();
    hands.last.retain(|_, last| last.elapsed() < REST);
    for parcel in parcels {
        let Some(letter) = due.get(&parcel.webhook_id).map(|w| letter(hooks, w, &parcel, now)).transpose()? else {
            continue;
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
    Ok(())
}

/// How many more messages a webhook may get at the moment.
fn free(hands: &Hands, webhook: &webhooks::Model) -> usize {
    let most = match webhook.failing_since {
        None => AT_ONCE_EACH,
        Some(_) if hands.last.get(&webhook.id).is_some_and(|last| last.elapsed() < REST) => 0,
        Some(_) => 1,
    };
    most.saturating_sub(hands.at_once(webhook.id))
}

/// Takes what is due, a few of each webhook; which webhook is first changes by chance, so that none is always last.
async fn take(
    tx: &Transaction,
    hands: &Hands,
    mut room: usize,
    now: DateTime<Utc>,
) -> Result<(HashMap<Uuid, webhooks::Model>, Vec<Parcel>), DbErr> {
    let mut due = outbox::due(tx, to_ms(now)).await?;
    if !due.is_empty() {
        let first = rand::random_range(0..due.len());
        due.rotate_left(first);
    }
    let mut taken = Vec::new();
    for webhook in &due {
        let count = free(hands, webhook).min(room);
        if count > 0 {
            let some = outbox::take(tx, webhook.id, to_ms(now), to_ms(now + LEASE), count).await?;
            room -= some.len();
            taken.extend(some);
        }
    }
    let parcels = if taken.is_empty() { Vec::new() } else { outbox::parcels(tx, &taken).await? };
    Ok((due.into_iter().map(|w| (w.id, w)).collect(), parcels))
}

/// A parcel with what is needed to send it.
fn letter(hooks: &Webhooks, webhook: &webhooks::Model, parcel: &Parcel, now: DateTime<Utc>) -> Result<Letter> {
    let mut secrets = vec![hooks.vault.unseal(webhook.id, &webhook.secret)?];
    if let Some(old) = webhook.old_secret.as_ref().filter(|_| webhook.old_secret_until > Some(to_ms(now))) {
        secrets.push(hooks.vault.unseal(webhook.id, old)?);
    }
    let body = body(&parcel.kind, parcel.at, parcel.data.clone())?;
    Ok(Letter { url: webhook.url.clone(), secrets, message_id: message_id(parcel.event_id), body })
}

/// The body of a message, the same each time it is sent.
pub fn body(kind: &str, at: i64, data: serde_json::Value) -> Result<String> {
    let kind = EventKind::from_name(kind).ok_or_else(|| Error::internal(format!("an event of the kind {kind}")))?;
    serde_json::to_string(&Message { kind, timestamp: from_ms(at), data }).map_err(Error::internal)
}
