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
    let mut tasks: Vec<_> = JOBS.iter().map(|job| every(job, stopped.clone(), services.clone())).collect();
    tasks.extend([
        actix_web::rt::spawn(notice(services.clone(), stopped.clone())),
        send_mails(services, stopped.clone()),
        actix_web::rt::spawn(imports::run(services.imports.clone().into_inner(), stopped.clone())),
        send_webhooks(services, stopped),
    ]);
    Jobs { stop, tasks }
}

/// A piece of work that is done again and again. Each runs by itself, so that one that fails stops no other.
struct Job {
    /// For the log.
    name: &'static str,
    pause: Duration,
    run: fn(Services) -> LocalBoxFuture<'static, Result<()>>,
}

impl Job {
    const fn new(
        name: &'static str,
        pause: Duration,
        run: fn(Services) -> LocalBoxFuture<'static, Result<()>>,
    ) -> Self {
        Self { name, pause, run }
    }
}

/// All of them.
const JOBS: [Job; 18] = [
    Job::new("keys.write_health", ACTIVITY_EVERY, |s| {
        Box::pin(async move { s.key_health.write(&s.store, &s.bad).await })
    }),
    Job::new("accounts.write_activity", ACTIVITY_EVERY, |s| {
        Box::pin(async move { s.activity.write(&s.store, &s.bad, s.clock.now()).await })
    }),
    Job::new("metrics.fold", ACTIVITY_EVERY, |s| {
        Box::pin(async move {
            s.metrics.run_upkeep();
            Ok(())
        })
    }),
    Job::new("offers.turn_by_time", TURN_EVERY, |s| {
        Box::pin(async move { offers::turn_by_time(&s.store, &s.bad, s.clock.now()).await })
    }),
    Job::new("redemptions.release_overdue", TURN_EVERY, |s| {
        Box::pin(async move { redemptions::release_overdue(&s.store, &s.bad, s.clock.now()).await })
    }),
    Job::new("offers.write_words", TURN_EVERY, |s| {
        Box::pin(async move { offers::write_words(&s.store, &s.bad).await })
    }),
    Job::new("claims.expire", TURN_EVERY, |s| {
        Box::pin(async move { claims::expiry::expire(&s.store, &s.bad, s.clock.now()).await })
    }),
    Job::new("claims.alerts", TURN_EVERY, |s| {
        Box::pin(async move { claims::alerts::work_out(&s.store, &s.accounts, &s.bad, s.clock.now()).await })
    }),
    Job::new("ministry.tell", TELL_EVERY, |s| {
        Box::pin(async move { ministry::tell(&s.store, &s.accounts, s.clock.now()).await })
    }),
    Job::new("accounts.tidy", TIDY_EVERY, |s| Box::pin(async move { s.accounts.tidy().await })),
    Job::new("webhooks.tidy", TIDY_EVERY, |s| Box::pin(async move { s.webhooks.tidy().await })),
    Job::new("limits.tidy", TIDY_EVERY, |s| {
        Box::pin(async move {
            s.changes.tidy();
            s.key_limit.tidy();
            Ok(())
        })
    }),
    Job::new("catalogue.tidy", TIDY_EVERY, |s| {
        Box::pin(async move { offers::catalogue::changes::tidy(&s.store).await })
    }),
    Job::new("partners.tidy", TIDY_EVERY, |s| Box::pin(async move { partners::tidy(&s.store, s.clock.now()).await })),
    Job::new("imports.tidy", TIDY_EVERY, |s| Box::pin(async move { imports::tidy(&s.imports, &s.bad).await })),
    Job::new("imports.end_lost", TIDY_EVERY, |s| Box::pin(async move { imports::end_lost(&s.imports, &s.bad).await })),
    Job::new("idempotency.tidy", TIDY_EVERY, |s| {
        Box::pin(async move {
            let now = to_ms(s.clock.now());
            s.store.transaction(async |tx| Ok(idempotency::tidy(tx, now).await?)).await
        })
    }),
    Job::new("claims.tidy", TIDY_EVERY, |s| {
        Box::pin(async move {
            let now = s.clock.now();
            s.store.transaction(async |tx| Ok(claims::spent::tidy(tx, now).await?)).await
        })
    }),
];

/// Runs a job again and again; a failure is logged and tried again next time.
fn every(job: &'static Job, mut stopped: watch::Receiver<bool>, services: Services) -> JoinHandle<()> {
    actix_web::rt::spawn(async move {
        loop {
            // Also once on the way out, so that nothing noted in memory is lost.
            let last = *stopped.borrow();
            if let Err(error) = (job.run)(services.clone()).await {
                warn(job.name, &error);
            }
            if last {
                return;
            }
            tokio::select! {
                () = sleep(job.pause) => {}
                _ = stopped.changed() => {}
            }
        }
    })
}

/// A job that failed is tried again: a line in the log.
pub fn warn(job: &str, error: &Error) {
    tracing::warn!(job, error = %error.chain(), "job.retry");
}

/// Notices what changed, here or in another process, and takes it into memory.
async fn notice(services: Services, mut stopped: watch::Receiver<bool>) {
    // What was loaded at start was loaded just now: nothing is read twice.
    let mut seen = services.seen;
    if let Err(error) = services.catalogue.warm().await {
        warn("notice", &error);
    }
    while !*stopped.borrow() {
        match look(&services, seen).await {
            Ok(now) => seen = now,
            Err(error) => warn("notice", &error),
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
    catalogue.refresh(store, now).await?;
    Ok(found)
}

/// Sends mails as they are posted.
fn send_mails(services: &Services, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let (accounts, bad) = (services.accounts.clone(), services.bad.clone());
    actix_web::rt::spawn(async move { accounts.send_mails(&bad, stopped).await })
}

/// Tells partners' programs what happened.
fn send_webhooks(services: &Services, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let (hooks, accounts) = (services.webhooks.clone(), services.accounts.clone());
    actix_web::rt::spawn(async move { hooks.send(&accounts, stopped).await })
}
