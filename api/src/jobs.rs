//! What a process does beside answering: noticing what others changed, writing down activity, forgetting what is old.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::{sync::watch, task::JoinHandle, time::sleep};

use crate::{
    app::Services,
    claims,
    error::{Error, Result},
    http::idempotency,
    imports, ministry, offers, partners, redemptions,
    store::{
        clock::to_ms,
        revisions::{self, Revisions},
    },
    webhooks,
};

/// How often changes of other processes are noticed.
const NOTICE_EVERY: Duration = Duration::from_millis(500);
/// How often activity is written down.
const ACTIVITY_EVERY: Duration = Duration::from_secs(2);
/// How often offers and claims are looked through for those whose time has come.
const TURN_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether something new waits for the ministry.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// How often old rows are forgotten.
const TIDY_EVERY: Duration = Duration::from_mins(5);

/// The running jobs of this process.
#[derive(Debug)]
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Lets each finish what it is at.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "job.failed");
            }
        }
    }
}

/// Starts them all.
pub fn start(services: &Services) -> Jobs {
    let (stop, stopped) = watch::channel(false);
    let every = |pause, job| every(pause, stopped.clone(), services.clone(), job);
    let tasks = vec![
        actix_web::rt::spawn(notice(services.clone(), stopped.clone())),
        every(ACTIVITY_EVERY, |services| Box::pin(write_activity(services))),
        every(TURN_EVERY, |services| Box::pin(turn_by_time(services))),
        every(TELL_EVERY, |services| Box::pin(tell_ministry(services))),
        every(TIDY_EVERY, |services| Box::pin(tidy(services))),
        send_mails(services, stopped.clone()),
        actix_web::rt::spawn(imports::run(services.imports.clone().into_inner(), stopped.clone())),
        send_webhooks(services, stopped),
    ];
    Jobs { stop, tasks }
}

/// A piece of work that is done again and again.
type Job = fn(Services) -> LocalBoxFuture<'static, Result<()>>;

/// Runs a job again and again; a failure is logged and tried again next time.
fn every(pause: Duration, mut stopped: watch::Receiver<bool>, services: Services, job: Job) -> JoinHandle<()> {
    actix_web::rt::spawn(async move {
        loop {
            // Also once on the way out, so that nothing noted in memory is lost.
            let last = *stopped.borrow();
            if let Err(error) = job(services.clone()).await {
                warn(&error);
            }
            if last {
                return;
            }
            tokio::select! {
                () = sleep(pause) => {}
                _ = stopped.changed() => {}
            }
        }
    })
}

/// A job that failed is tried again: a line in the log.
pub fn warn(error: &Error) {
    tracing::warn!(error = %error.chain(), "job.retry");
}

/// Notices what changed, here or in another process, and takes it into memory.
async fn notice(services: Services, mut stopped: watch::Receiver<bool>) {
    // What was loaded at start was loaded just now: nothing is read twice.
    let mut seen = services.seen;
    if let Err(error) = services.catalogue.warm().await {
        warn(&error);
    }
    while !*stopped.borrow() {
        match look(&services, seen).await {
            Ok(now) => seen = now,
            Err(error) => warn(&error),
        }
        tokio::select! {
            () = sleep(NOTICE_EVERY) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn look(services: &Services, seen: Revisions) -> Result<Revisions> {
    let Services { store, catalogue, revoked, clock, .. } = services;
    let (found, now) = (revisions::read(store.fresh()).await?, clock.now());
    if found.sessions != seen.sessions {
        revoked.refresh(store.fresh(), to_ms(now)).await?;
    }
    if found.webhooks != seen.webhooks {
        webhooks::refresh(store.fresh()).await?;
    }
    if found.offers != seen.offers {
        services.shown.forget();
        catalogue.refresh(store, now).await?;
    } else if found.claims != seen.claims || catalogue.is_stale(now) {
        catalogue.recount(store, now).await?;
    }
    Ok(found)
}

/// Writes down who was here and how keys fared, and folds the measurements of the last seconds together.
async fn write_activity(services: Services) -> Result<()> {
    services.metrics.run_upkeep();
    services.key_health.write(&services.store).await?;
    services.activity.write(&services.store, services.clock.now()).await?;
    Ok(())
}

/// Opens and ends offers whose time has come, and closes claims whose time is over.
async fn turn_by_time(services: Services) -> Result<()> {
    let now = services.clock.now();
    offers::turn_by_time(&services.store, now).await?;
    redemptions::release_overdue(&services.store, now).await?;
    offers::write_words(&services.store).await?;
    claims::expiry::expire(&services.store, now).await?;
    Ok(())
}

/// Tells the ministry by mail what waits for it.
async fn tell_ministry(services: Services) -> Result<()> {
    ministry::tell(&services.store, &services.accounts, services.clock.now()).await
}

/// Sends mails as they are posted.
fn send_mails(services: &Services, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let accounts = services.accounts.clone();
    actix_web::rt::spawn(async move { accounts.send_mails(stopped).await })
}

/// Tells partners' programs what happened.
fn send_webhooks(services: &Services, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let (hooks, accounts) = (services.webhooks.clone(), services.accounts.clone());
    actix_web::rt::spawn(async move { hooks.send(&accounts, stopped).await })
}

/// Forgets what is old.
async fn tidy(services: Services) -> Result<()> {
    services.accounts.tidy().await?;
    services.webhooks.tidy().await?;
    services.changes.tidy();
    services.key_limit.tidy();
    partners::tidy(&services.store, services.clock.now()).await?;
    imports::tidy(&services.imports).await?;
    let now = to_ms(services.clock.now());
    services.store.transaction(async |tx| Ok(idempotency::tidy(tx, now).await?)).await?;
    let now = services.clock.now();
    services.store.transaction(async |tx| Ok(claims::spent::tidy(tx, now).await?)).await?;
    Ok(())
}
