//! Mails: put into the outbox in the transaction that they speak of, so that none is lost and none is sent for what did
//! not happen, and sent from there by a job, so that the time of an answer tells nothing.

mod letter;
mod send;
mod store;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use shared::Lang;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub use letter::Letter;
use send::Sender;

use crate::{
    config::ServeConfig,
    error::Result,
    store::{
        Store, Transaction,
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
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);
/// Mails taken at once.
const BATCH: i64 = 20;
/// A mail that was taken is left alone for so long; if its process died, it is tried again then.
const TAKEN_FOR: TimeDelta = TimeDelta::seconds(120);
/// The longest pause between two tries.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(30);

/// The outbox.
#[derive(Debug)]
pub struct Outbox {
    site: String,
    sender: Sender,
    posted: Arc<Notify>,
}

impl Outbox {
    /// As the settings say: over SMTP, or into a folder under the data folder.
    pub fn open(config: &ServeConfig) -> anyhow::Result<Self> {
        Ok(Self { site: config.public_url.clone(), sender: Sender::open(config)?, posted: Arc::default() })
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
    pub async fn run(&self, db: &Store, clock: &Clock, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            match self.send_some(db, clock).await {
                // A full batch: there may be more.
                Ok(sent) if sent == BATCH => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(error = %error.chain(), "mails.retry"),
            }
            tokio::select! {
                () = self.posted.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    async fn send_some(&self, db: &Store, clock: &Clock) -> Result<i64> {
        let now = clock.now();
        let until = to_ms(now + TAKEN_FOR);
        let taken = db.transaction(async |tx| Ok(store::take(tx, to_ms(now), until, BATCH).await?)).await?;
        let count = i64::try_from(taken.len()).unwrap_or(BATCH);
        for mail in taken {
            match self.sender.send(&mail).await {
                Ok(()) => {
                    metrics::counter!("mails_sent", "kind" => mail.kind.clone()).increment(1);
                    db.transaction(async |tx| Ok(store::delete(tx, mail.id).await?)).await?;
                }
                Err(error) => {
                    // The cause may quote the server, and the server the address: only its kind is logged.
                    tracing::warn!(kind = mail.kind, tries = mail.tries, reason = error.reason(), "mail.not_sent");
                    let next = to_ms(clock.now() + pause(mail.tries));
                    db.transaction(async |tx| Ok(store::put_off(tx, mail.id, next).await?)).await?;
                }
            }
        }
        Ok(count)
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
