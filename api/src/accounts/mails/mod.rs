//! Mails: put into the outbox in the transaction that they speak of, so that none is lost and none is sent for what did
//! not happen, and sent from there by a job, so that the time of an answer tells nothing.

mod letter;
mod send;
mod smtp;
mod store;

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DbErr};
use shared::Lang;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;

pub use letter::Letter;
use send::{NotSent, Sender};

use crate::{
    config::ServeConfig,
    error::Result,
    jobs,
    store::{
        Store, Transaction,
        bad_rows::BadRows,
        clock::{Clock, to_ms},
        entities::mails,
    },
};

/// Something that is told by mail.
pub trait Mail {
    /// What it is about, for logs and figures.
    fn kind(&self) -> &'static str;

    /// It in words, with links to the site at `site`.
    fn words(&self, lang: Lang, site: &str) -> Words;
}

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub subject: &'static str,
    pub body: String,
}

/// The body of a mail: the greeting, the text, and who writes.
pub fn letter(greeting: &str, text: &str, site: &str) -> String {
    format!("{greeting}\n\n{text}\n\n-- \nVirtual Market\n{site}\n")
}

/// How often the outbox is looked at when nobody puts anything in: for second tries, and for what a process left behind.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Mails that a process sends at the same time.
const AT_ONCE: usize = 4;
/// A mail that was taken is left alone for so many seconds; if its process died, it is tried again then.
const LEASE_SECONDS: u32 = 120;
/// On the way out, mails get so long to be sent.
const STOP_TIME: Duration = Duration::from_secs(5);
/// The longest pause between two tries.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(30);

/// The outbox.
#[derive(Debug)]
pub struct Outbox {
    site: String,
    sender: Sender,
    posted: Arc<Notify>,
    /// How long mails that were taken are left alone.
    lease: Duration,
}

impl Outbox {
    /// As the settings say: over SMTP, or into a folder under the data folder.
    pub fn open(config: &ServeConfig) -> anyhow::Result<Self> {
        Ok(Self {
            site: config.public_url.clone(),
            sender: Sender::open(config)?,
            posted: Arc::default(),
            lease: Duration::from_secs(config.mail_lease_seconds.unwrap_or(LEASE_SECONDS).into()),
        })
    }

    /// Puts a letter into the outbox, in the transaction of what it speaks of; once that is committed, the job wakes. It is
    /// worth sending for `good_for`.
    pub async fn post(
        &self,
        tx: &Transaction,
        to: (&str, Lang),
        mail: &impl Mail,
        good_for: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let words = mail.words(to.1, &self.site);
        let mail = mails::Model {
            id: Uuid::now_v7(),
            kind: mail.kind().to_owned(),
            recipient: to.0.to_owned(),
            subject: words.subject.to_owned(),
            body: words.body,
            created_at: to_ms(now),
            expires_at: to_ms(now + good_for),
            tries: 0,
            next_try_at: to_ms(now),
        };
        store::add(tx, mail).await?;
        let posted = self.posted.clone();
        tx.on_commit(move || posted.notify_one());
        Ok(())
    }

    /// Takes back what waits for an address.
    pub async fn take_back(&self, db: &impl ConnectionTrait, recipient: &str) -> Result<(), DbErr> {
        store::delete_for(db, recipient).await
    }

    /// The job: sends what is in the outbox, until it is told to stop.
    pub async fn run(&self, db: &Store, clock: &Clock, bad: &BadRows, mut stopped: watch::Receiver<bool>) {
        let mut sent = HashSet::new();
        while !*stopped.borrow() {
            let taken = self.send_some(db, clock, &mut sent, &stopped).await;
            let outcome = forget_sent(db, bad, &mut sent).await.and(taken);
            match outcome {
                // As many as could be taken: there may be more.
                Ok(AT_ONCE) => continue,
                Ok(_) => {}
                Err(error) => jobs::warn("mails.send", &error),
            }
            tokio::select! {
                () = self.posted.notified() => {}
                () = sleep(LOOK_EVERY) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    /// Takes some mails and sends them side by side, within the time for which no other process takes them; returns how
    /// many were taken.
    async fn send_some(
        &self,
        db: &Store,
        clock: &Clock,
        sent: &mut HashSet<Uuid>,
        stopped: &watch::Receiver<bool>,
    ) -> Result<usize> {
        // A sixth of the lease is left for writing down what became of them.
        let (until, now) = (Instant::now() + self.lease * 5 / 6, clock.now());
        let again_at = to_ms(now + TimeDelta::from_std(self.lease).unwrap_or(LONGEST_PAUSE));
        let lease = async |tx: &Transaction| Ok(store::lease(tx, to_ms(now), again_at, AT_ONCE).await?);
        let taken = db.transaction(lease).await?;
        // What was sent and could not be deleted yet is not sent again.
        let unsent = taken.iter().filter(|mail| !sent.contains(&mail.id));
        let left = join_all(unsent.map(async |mail| {
            let outcome = tokio::select! {
                outcome = self.sender.send(mail) => outcome,
                () = sleep_until(until) => Err(NotSent::Slow),
                () = stop(stopped.clone()) => Err(NotSent::Stopped),
            };
            match outcome {
                Ok(()) => {
                    metrics::counter!("mails_sent", "kind" => mail.kind.clone()).increment(1);
                    let deleted = db.transaction(async |tx| Ok(store::delete(tx, [mail.id]).await?)).await;
                    deleted.is_err().then_some(mail.id)
                }
                Err(error) => {
                    put_off(db, mail, &error, clock.now()).await;
                    None
                }
            }
        }))
        .await;
        sent.extend(left.into_iter().flatten());
        Ok(taken.len())
    }

    /// Forgets mails that could not be sent in time.
    pub async fn tidy(&self, db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
        let lost = store::delete_expired(db, to_ms(now)).await?;
        if lost > 0 {
            tracing::warn!(count = lost, "mails.given_up");
        }
        Ok(())
    }
}

/// Puts a mail off that was not sent.
async fn put_off(db: &Store, mail: &mails::Model, error: &NotSent, now: DateTime<Utc>) {
    // The cause may quote the server, and the server the address: only its kind is logged.
    tracing::warn!(kind = mail.kind, tries = mail.tries, reason = error.reason(), "mail.not_sent");
    let pause = if matches!(error, NotSent::Stopped) { TimeDelta::zero() } else { pause(mail.tries) };
    let next = to_ms(now + pause);
    if let Err(error) = db.transaction(async |tx| Ok(store::put_off(tx, mail, next).await?)).await {
        // Its lease ends by itself.
        jobs::warn("mails.put_off", &error);
    }
}

/// Deletes what was sent and could not be deleted then; what still cannot be is remembered.
async fn forget_sent(db: &Store, bad: &BadRows, sent: &mut HashSet<Uuid>) -> Result<()> {
    let resting = bad.resting();
    let ids: Vec<Uuid> = sent.iter().copied().filter(|id| !resting.contains(id)).collect();
    let mut pieces = bad.pieces("mail.delete", &ids, |id| *id);
    while let Some(piece) = pieces.next_piece() {
        match db.transaction(async |tx| Ok(store::delete(tx, piece.iter().copied()).await?)).await {
            Ok(()) => piece.iter().for_each(|id| {
                sent.remove(id);
            }),
            Err(error) => pieces.failed(piece, error)?,
        }
    }
    Ok(())
}

/// Ends a while after the process was told to stop.
async fn stop(mut stopped: watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_ok() {
        sleep(STOP_TIME).await;
    }
}

/// How long to wait after so many tries: 10 s, 20 s, 40 s … half an hour.
fn pause(tries: i32) -> TimeDelta {
    let doublings = u32::try_from(tries.clamp(1, 16) - 1).unwrap_or_default();
    TimeDelta::seconds(10 * 2_i64.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart_up_to_half_an_hour() {
        assert_eq!(pause(1), TimeDelta::seconds(10));
        assert_eq!(pause(4), TimeDelta::seconds(80));
        assert_eq!(pause(i32::MAX), LONGEST_PAUSE);
    }
}
