//! Accounts: who people are, how they sign in, and who is calling.

pub mod activity;
pub mod caller;
mod confirm;
mod cookies;
pub mod demo;
mod limits;
mod links;
mod mailbox;
mod mails;
mod me;
pub mod operator;
mod password;
mod people;
mod recover;
pub mod revoked;
mod routes;
pub mod secret;
mod session;
mod sign_in;
mod sign_up;
mod store;
pub mod token;

use std::{net::IpAddr, sync::Arc};

use actix_web::HttpRequest;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use sea_orm::DbErr;
use shared::{Lang, UserId};
use tokio::sync::watch;

pub use caller::{Admin, Caller, MaybeCaller, Person};
pub use mails::{Mail, Words, letter};
pub use routes::routes;

use self::{
    activity::Activity, cookies::Cookies, limits::Limits, mails::Outbox, password::Hasher, revoked::Revoked,
    token::Keys,
};
use mailbox::MailboxKey;

use crate::{
    config::ServeConfig,
    error::Result,
    http::limits::{self as rates, Remaining},
    store::{
        Store, Transaction,
        bad_rows::BadRows,
        clock::{Clock, to_ms},
    },
};

/// Staff who get a mail, at most.
const STAFF: u64 = 50;

/// What another feature does before an account goes, in the same transaction; it may refuse.
pub type Farewell = for<'a> fn(&'a Accounts, &'a Transaction, UserId, DateTime<Utc>) -> BoxFuture<'a, Result<()>>;

/// What the rules of accounts work with, one of each for the process.
#[derive(Debug)]
pub struct Accounts {
    store: Store,
    clock: Clock,
    keys: Arc<Keys>,
    revoked: Arc<Revoked>,
    activity: Arc<Activity>,
    hasher: Hasher,
    outbox: Outbox,
    limits: Limits,
    mailboxes: MailboxKey,
    cookies: Cookies,
    trusted_proxy: Option<IpAddr>,
    farewell: Farewell,
}

impl Accounts {
    /// As the settings say.
    pub fn open(
        config: &ServeConfig,
        store: Store,
        clock: Clock,
        keys: Arc<Keys>,
        revoked: Arc<Revoked>,
        activity: Arc<Activity>,
        farewell: Farewell,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            store,
            clock,
            keys,
            revoked,
            activity,
            hasher: Hasher::default(),
            outbox: Outbox::open(config)?,
            limits: Limits::new(config.rate_credentials),
            mailboxes: MailboxKey::open(&config.data.keys_dir())?,
            cookies: Cookies { https: config.is_https() },
            trusted_proxy: config.trusted_proxy,
            farewell,
        })
    }

    /// Takes one of what an address has for requests that lead to mails, or that guess.
    pub fn take_from_address(&self, request: &HttpRequest) -> Result<Remaining> {
        let address = rates::address(request, self.trusted_proxy);
        self.limits.credentials.take(&rates::network(address))
    }

    /// Counts a mail that somebody has sent to an address; refuses where it got too many already.
    pub fn take_mail_to(&self, email: &str) -> Result<()> {
        self.limits.mails.count(email.to_owned())
    }

    /// Puts a mail into the outbox, in the transaction of what it speaks of.
    pub async fn post(
        &self,
        tx: &Transaction,
        to: (&str, Lang),
        mail: &impl Mail,
        good_for: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        self.outbox.post(tx, to, mail, good_for, now).await
    }

    /// Puts a mail to each of the ministry's staff into the outbox, in their language.
    pub async fn post_to_staff(
        &self,
        tx: &Transaction,
        mail: &impl Mail,
        good_for: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        for person in &store::staff(tx, STAFF).await? {
            self.post(tx, sign_up::to(person), mail, good_for, now).await?;
        }
        Ok(())
    }

    /// Refuses the access tokens of sessions that have just ended, in this process at once.
    async fn notice_ended(&self, now: DateTime<Utc>) -> Result<()> {
        Ok(self.revoked.refresh(self.store.fresh(), to_ms(now)).await?)
    }

    /// The job that sends mails, until it is told to stop.
    pub async fn send_mails(&self, bad: &BadRows, stopped: watch::Receiver<bool>) {
        self.outbox.run(&self.store, &self.clock, bad, stopped).await;
    }

    /// Forgets what is old.
    pub async fn tidy(&self) -> Result<()> {
        let now = self.clock.now();
        let ended_since = to_ms(now) - revoked::REMEMBERED_MS;
        self.store
            .transaction(async |tx| {
                store::tidy(tx, to_ms(now), to_ms(now - session::IDLE), ended_since).await?;
                Ok(self.outbox.tidy(tx, now).await?)
            })
            .await?;
        self.limits.tidy();
        Ok(())
    }
}
