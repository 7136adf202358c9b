//! Webhooks: what partners' programs are told, once it is true.
//!
//! Whoever makes something true calls `emit` in the same transaction. What a webhook listens to is put down there as a
//! delivery, and `dispatch` sends it; `manage` and `log` are what partners see of it.

mod address;
mod dispatch;
mod letter;
mod listening;
mod log;
mod manage;
mod notices;
mod outbox;
mod outcome;
mod routes;
mod schedule;
mod send;
mod signature;
mod store;
mod vault;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use shared::{PartnerId, webhook::EventKind};
use tokio::sync::watch;
use uuid::Uuid;

pub use listening::refresh;
pub use schedule::Schedule;

use self::{
    outbox::{DeliveryRow, EventRow},
    send::Sender,
    vault::Vault,
};
use crate::{
    accounts::Accounts,
    config::ServeConfig,
    error::Result,
    http::routes::Routes,
    store::{
        Store, Transaction,
        bad_rows::BadRows,
        clock::{Clock, to_ms},
        json::hex_id,
        starting::IfMissing,
    },
};

/// The routes under `/api/v1`.
pub fn routes(app: &mut impl Routes) {
    app.service(routes::list)
        .service(routes::create)
        .service(routes::read)
        .service(routes::change)
        .service(routes::delete)
        .service(routes::rotate_secret)
        .service(routes::test)
        .service(routes::deliveries)
        .service(routes::read_delivery)
        .service(routes::redeliver);
}

/// How long messages and what became of them are kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// The owners of a webhook whose secret is lost hear of it once in this time.
const TELL_AGAIN: std::time::Duration = std::time::Duration::from_hours(24);
/// Deliveries that are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 1000;

/// Makes the key that seals webhooks' secrets, if it is missing.
pub fn make_missing_key(dir: &Path) -> anyhow::Result<()> {
    Vault::open(dir, IfMissing::Make).map(drop)
}

/// What webhooks work with, one for the process.
#[derive(Debug)]
pub struct Webhooks {
    store: Store,
    clock: Clock,
    vault: Vault,
    sender: Sender,
    schedule: Schedule,
    allow_private: bool,
    at_once: usize,
    bad: Arc<BadRows>,
    /// Webhooks whose owners have heard lately that their secret is lost.
    told_lost: moka::sync::Cache<Uuid, ()>,
}

impl Webhooks {
    /// As the settings say.
    pub async fn open(config: &ServeConfig, store: Store, clock: Clock, bad: Arc<BadRows>) -> anyhow::Result<Self> {
        let sealing = IfMissing::by_rows_of(store.fresh(), "webhooks").await?;
        Ok(Self {
            store,
            clock,
            vault: Vault::open(&config.data.keys_dir(), sealing)?,
            sender: Sender::open(config.webhooks_allow_private)?,
            schedule: config.webhooks_retry_seconds.clone().unwrap_or_default(),
            allow_private: config.webhooks_allow_private,
            at_once: config.webhooks_at_once,
            bad,
            told_lost: moka::sync::Cache::builder().max_capacity(10_000).time_to_live(TELL_AGAIN).build(),
        })
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The job that sends messages, until it is told to stop.
    pub async fn send(&self, accounts: &Accounts, stopped: watch::Receiver<bool>) {
        dispatch::run(self, accounts, stopped).await;
    }

    /// Forgets what is old.
    pub async fn tidy(&self) -> Result<()> {
        let before = to_ms(self.clock.now() - KEPT);
        loop {
            let forget = async |tx: &Transaction| Ok(outbox::forget(tx, before, FORGOTTEN_AT_ONCE).await?);
            let gone = self.store.transaction(forget).await?;
            if gone < FORGOTTEN_AT_ONCE.unsigned_abs() {
                return Ok(());
            }
        }
    }
}

/// Something that happened at a partner.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub partner: PartnerId,
    /// What it happened to: events of one subject are delivered in order.
    pub subject: Uuid,
    /// What is told of it.
    pub data: Value,
}

/// Whether it may be worth making an event: a guess from memory, which errs only for what was switched on in another
/// process within the last half second. `emit` asks by itself; this is for whoever would have to look up what an event
/// says.
pub fn may_listen(partner: PartnerId, kind: EventKind) -> bool {
    listening::may_listen(partner, kind)
}

/// Writes events down for the webhooks that listen, in the transaction that makes them true. It costs three statements
/// however many events there are, and nothing where nobody listens.
pub async fn emit(tx: &impl ConnectionTrait, events: &[Event], now: DateTime<Utc>) -> Result<(), DbErr> {
    let heard: Vec<&Event> = events.iter().filter(|e| may_listen(e.partner, e.kind)).collect();
    if heard.is_empty() {
        return Ok(());
    }
    let partners: BTreeSet<Uuid> = heard.iter().map(|e| e.partner.0).collect();
    let listeners = store::listeners(tx, Some(partners.into_iter().collect())).await?;
    let (mut rows, mut deliveries) = (Vec::new(), Vec::new());
    for event in heard {
        let to: Vec<Uuid> = listeners
            .iter()
            .filter(|l| l.partner == event.partner.0 && l.kinds.contains(&event.kind))
            .map(|l| l.id)
            .collect();
        if !to.is_empty() {
            put(&mut rows, &mut deliveries, event, &to);
        }
    }
    write_down(tx, &rows, &deliveries, now).await
}

/// Adds an event and its deliveries to the rows to be written.
fn put(rows: &mut Vec<EventRow>, deliveries: &mut Vec<DeliveryRow>, event: &Event, to: &[Uuid]) {
    let (id, subject) = (hex_id(Uuid::now_v7()), hex_id(event.subject));
    deliveries.extend(to.iter().map(|webhook| DeliveryRow {
        id: hex_id(Uuid::now_v7()),
        webhook_id: hex_id(*webhook),
        event_id: id.clone(),
        subject: subject.clone(),
        repeats: None,
    }));
    rows.push(EventRow {
        id,
        partner_id: hex_id(event.partner.0),
        kind: event.kind.as_str(),
        subject,
        data: event.data.clone(),
    });
}

async fn write_down(
    tx: &impl ConnectionTrait,
    rows: &[EventRow],
    deliveries: &[DeliveryRow],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if deliveries.is_empty() {
        return Ok(());
    }
    if !rows.is_empty() {
        outbox::put_events(tx, rows, to_ms(now)).await?;
    }
    outbox::put_deliveries(tx, deliveries, to_ms(now)).await?;
    listening::PUT_DOWN.notify_one();
    Ok(())
}

/// A message's name, the same each time it is sent.
fn message_id(event: Uuid) -> String {
    format!("msg_{}", hex_id(event))
}
